/*
 * The machine's own answers for record/names.h: the name services of nsswitch.conf(5) through
 * getpwuid_r(3) and its siblings. They may wait for a network; the audit daemon's reader must
 * not use them.
 */
#ifndef AURUM_RECORD_NAMES_SYSTEM_H
#define AURUM_RECORD_NAMES_SYSTEM_H

#include "record/names.h"

extern const struct name_source names_system;

#endif

/*
 * This host, as the rule parser asks about it: its machine, its users and groups by the name
 * services, and which paths are directories. For whoever loads rules into the kernel here.
 */
#ifndef AURUM_RULE_HOST_H
#define AURUM_RULE_HOST_H

#include "rule/parse.h"

struct rule_host rule_host_here(void);

#endif

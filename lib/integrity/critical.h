/* Inside lib/integrity: which lines are signed at once. */
#ifndef AURUM_INTEGRITY_CRITICAL_H
#define AURUM_INTEGRITY_CRITICAL_H

#include "base/sv.h"

/* A line of the log: "[node=NAME ]type=CONFIG_CHANGE msg=...". */
bool critical_line(struct sv line);

#endif

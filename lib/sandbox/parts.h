/* Private to this floor: one function a part, in the order in which sandbox.c enters them. */
#ifndef AURUM_SANDBOX_PARTS_H
#define AURUM_SANDBOX_PARTS_H

#include "sandbox/sandbox.h"

/* No-new-privs is set by then. *version is that of Landlock, 0 without it. */
MUST_CHECK int sandbox_enter_paths(const struct sandbox *s, unsigned *version, struct err *e);
MUST_CHECK int sandbox_enter_capabilities(const struct sandbox *s, struct err *e);
/* The last: the calls of the others are refused from here on. */
MUST_CHECK int sandbox_enter_calls(const struct sandbox *s, struct err *e);

#endif

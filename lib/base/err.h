/*
 * One failure, told once: a code, the errno of the moment and one sentence.
 *
 *	if (fd < 0)
 *		return err_sys(e, "cannot open %s", path);
 *
 * The sentence is lower case, has no final stop and names the file, line, field or
 * peer. e may be NULL everywhere: the failure is then a bare -1.
 */
#ifndef AURUM_BASE_ERR_H
#define AURUM_BASE_ERR_H

#include "base/attr.h"

#define ERR_TEXT_MAX 1024

struct err {
	int sys; /* errno, or 0 when the system was not involved */
	char text[ERR_TEXT_MAX];
};

/* Fills *e with the sentence. Always returns -1, so that it can end a function. */
int err_set(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* The same, and appends ": " and the text of errno, which it also saves. */
int err_sys(struct err *e, const char *fmt, ...) PRINTF(2, 3);

#endif

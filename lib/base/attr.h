/*
 * Attributes that the whole tree uses, and scoped clean-up.
 *
 *	CLEANUP(buf_release) struct buf b = BUF_INIT(4096);
 *	CLEAN_FD int fd = open(...);
 *	return take_fd(&fd);		-- hands the descriptor to the caller
 */
#ifndef AURUM_BASE_ATTR_H
#define AURUM_BASE_ATTR_H

#include <stddef.h>
#include <unistd.h>

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define CLEANUP(fn)       __attribute__((cleanup(fn)))
#define LEN(a)            (sizeof(a) / sizeof((a)[0]))

static inline void close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}
#define CLEAN_FD CLEANUP(close_fd)

/* Returns the descriptor and leaves -1 behind, so that CLEAN_FD does not close it. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif

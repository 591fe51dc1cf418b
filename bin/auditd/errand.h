/*
 * What the recorder and its attendant tell each other: messages of one fixed size over a pair of
 * SOCK_SEQPACKET sockets, which neither side ever waits on.
 *
 * The recorder reads what anybody on the machine can put into audit records, so the attendant,
 * which keeps root, does not trust it: an errand names a key of auditd.conf and never a program,
 * an address or a file. The attendant reads the configuration itself.
 */
#ifndef AURUM_AUDITD_ERRAND_H
#define AURUM_AUDITD_ERRAND_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum errand_kind {
	/* To the attendant. */
	/* Recording begins. number: device, inode and size of the log, then of the spool; 0: none. */
	ERRAND_START = 1,
	ERRAND_ACT,    /* carry out the action of key; number: see errand_key */
	ERRAND_RELOAD, /* the configuration was read anew and is good: SIGHUP. number: as START */
	ERRAND_RESUME, /* SIGUSR2 */
	ERRAND_REPORT, /* the state report is in run_dir: put it where people look */
	/* Everything is in the log: deliver it, stop the plugins, end. number[0]: whether the pid
	 * file and the state report are ours, to be removed. */
	ERRAND_STOP,
	/* To the recorder. */
	ERRAND_DONE, /* the program of key's action has ended, or could not be run */
	ERRAND_NOTE, /* text is the body of a DAEMON_ERR record: "op=... ... res=failed" */
	/* number: plugins, records the slowest is behind, at most ever, flags below */
	ERRAND_PLUGINS,
	ERRAND_KIND_END
};

/* Whose action; the text of a mail says what the numbers mean. */
enum errand_key {
	ERRAND_MAX_LOG_FILE,
	ERRAND_SPACE_LEFT,       /* number[0]: MiB that are free */
	ERRAND_ADMIN_SPACE_LEFT, /* number[0]: MiB that are free */
	ERRAND_DISK_FULL,
	ERRAND_DISK_ERROR, /* number[0]: errno */
	ERRAND_LOST,       /* number[0]: records since the last time */
	ERRAND_BACKLOG,    /* number[0]: records that wait in the kernel */
	ERRAND_LAG,        /* number[0]: seconds that a plugin is behind */
	ERRAND_KEY_END
};

#define ERRAND_NUMBERS  6
#define ERRAND_TEXT_MAX 512

/* The same program build on both sides: the layout is not for anybody else. */
struct errand {
	uint32_t kind;
	uint32_t key;
	uint64_t number[ERRAND_NUMBERS];
	char text[ERRAND_TEXT_MAX]; /* ends with a NUL */
};

/* Never waits. -1: the other side is gone, or reads nothing (EAGAIN). */
MUST_CHECK int errand_send(int fd, const struct errand *errand, struct err *e);

enum errand_status {
	ERRAND_TAKEN,
	ERRAND_NONE,  /* nothing waits */
	ERRAND_ENDED, /* the other side has closed, or its socket failed */
};
/* A message of a wrong size or kind is skipped. text of what is taken ends with a NUL. */
MUST_CHECK enum errand_status errand_take(int fd, struct errand *out);

/* Where the attendant finds what the recorder opened for it. */
#define ATTENDANT_ERRANDS 3 /* its end of the pair */
#define ATTENDANT_GREW    4 /* eventfd: the log has grown */

/* Flags of ERRAND_PLUGINS. */
#define PLUGINS_OVERFLOWED 1u
#define PLUGINS_SUSPENDED  2u

/* Below run_dir: records for plugins that are not written to the log; as a log it is rotated. */
#define SPOOL_NAME "/spool/records"

#endif

/*
 * Less than root: a process gives up, for good, what it will not need. Three parts, each by a
 * mechanism of the kernel that asks for no privilege: capabilities, files (Landlock) and system
 * calls (seccomp).
 *
 *	static const struct sandbox_path paths[] = {{"/etc", SANDBOX_READ}, ...};
 *	struct sandbox s = {.capabilities = SANDBOX_CAPABILITY(CAP_AUDIT_CONTROL),
 *			    .paths = paths, .path_count = LEN(paths),
 *			    .calls = SANDBOX_CALLS_BASE | SANDBOX_CALLS_FILES};
 *	struct sandbox_outcome got;
 *	sandbox_enter(&s, &got);
 *	for (int i = 0; i < SANDBOX_PARTS; i++)
 *		if (!got.holds[i])
 *			warn(got.why[i].text);
 *
 * Capabilities and Landlock belong to a thread, and a new thread gets those of the one that
 * starts it: enter before the first thread is started, and all are covered. Children are, too.
 * What is open stays open, with the rights it was opened with.
 *
 * Sources: capabilities(7), landlock(7), seccomp(2), linux/landlock.h up to version 7.
 */
#ifndef AURUM_SANDBOX_SANDBOX_H
#define AURUM_SANDBOX_SANDBOX_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SANDBOX_CAPABILITY(number) (UINT64_C(1) << (number))

/* What may be done with a file, or with everything below a folder. Nothing may be executed. */
enum {
	SANDBOX_READ = 1 << 0,  /* read files, list folders */
	SANDBOX_WRITE = 1 << 1, /* write to files that exist, truncate them */
	/* In folders: create, rename and remove regular files and folders, and SANDBOX_WRITE. */
	SANDBOX_MANAGE = 1 << 2
};

/*
 * path is followed to where it leads now; a folder that takes its name later is not meant. One
 * that does not exist is left out: nothing can be made there.
 */
struct sandbox_path {
	const char *path;
	unsigned rights;
};

/* Groups of system calls; calls.def says which are in them, and what their arguments may be. */
enum {
	SANDBOX_CALLS_BASE = 1 << 0,     /* memory, time, signals to itself, output */
	SANDBOX_CALLS_FILES = 1 << 1,    /* as far as paths allow */
	SANDBOX_CALLS_EVENTS = 1 << 2,   /* waiting, timers */
	SANDBOX_CALLS_SOCKETS = 1 << 3,  /* of UNIX, the Internet and netlink; never listening */
	SANDBOX_CALLS_THREADS = 1 << 4,  /* starting more, but no process */
	SANDBOX_CALLS_PRIORITY = 1 << 5, /* its own */
	/* For test builds only: what LeakSanitizer does at exit, ptrace() and processes too. */
	SANDBOX_CALLS_LEAK_CHECK = 1 << 6,
	SANDBOX_CALLS_ACCEPT = 1 << 7, /* connections at a socket that listens already */
	SANDBOX_CALLS_TIMES = 1 << 8,  /* of files that are open */
	SANDBOX_CALLS_TALK = 1 << 9    /* over sockets that are connected already */
};

struct sandbox {
	uint64_t capabilities; /* those kept, as far as the process has them */
	const struct sandbox_path *paths;
	size_t path_count;
	unsigned calls;
};

enum sandbox_part { SANDBOX_CAPABILITIES, SANDBOX_FILES, SANDBOX_SYSTEM_CALLS, SANDBOX_PARTS };

struct sandbox_outcome {
	bool holds[SANDBOX_PARTS];
	struct err why[SANDBOX_PARTS]; /* of a part that does not hold */
	unsigned landlock;             /* the kernel's version of it, 0: it has none */
	unsigned threads;              /* of this process; those beyond one are not covered */
};

/*
 * Enters all parts, each as far as this kernel can: one that fails does not keep the others from
 * holding. Sets no-new-privs. From here on:
 *
 * - capabilities outside of s->capabilities are in no set, the ambient set is empty, and no
 *   program that is executed could get them back;
 * - files outside of s->paths cannot be opened, and nothing made, renamed or removed there;
 *   abstract sockets and processes outside of the sandbox cannot be reached by connect() and kill()
 *   (Landlock 6), processes outside not traced;
 * - a system call that is in no group fails as if the kernel did not have it (ENOSYS), for that is
 *   what libraries are prepared for; one that would start a program or change a file's owner or
 *   mode by name fails with EPERM. The kernel leaves an audit record, SECCOMP, of either. One that
 *   only an intruder makes (ptrace, bpf, mount, modules, ...) ends the process with SIGSYS.
 */
void sandbox_enter(const struct sandbox *s, struct sandbox_outcome *out);

#endif

/*
 * aurum rules test: its parts and what they hand each other.
 *
 *	rules_test.c      options, files of expectations, exit codes
 *	tester_file.c     one file: its rules, its tests one by one
 *	tester_scratch.c  the kernel with the rules under test, and as it was again
 *	tester_launch.c   a command as a user, with or without a login
 *	tester_forks.c    which processes descend from a command
 *	tester_tell.c     results as text, TAP or JSON
 */
#ifndef AURUM_BIN_AURUM_TESTER_H
#define AURUM_BIN_AURUM_TESTER_H

#include "aurum/applier.h"
#include "netlink/receive.h"
#include "policy/judge.h"

#include <sys/types.h>

#define TESTER_PATH_MAX 4096

struct tester_options {
	const char *state; /* file with what was found in the kernel, meanwhile */
	uint64_t timeout_s;
	bool offline;     /* commands are left out */
	bool with_output; /* of commands, on standard error */
};

/* ---- tester_tell.c ---- */

enum test_result { TEST_HOLDS, TEST_FAILS, TEST_TROUBLE, TEST_SKIPPED, TEST_RESULTS };
enum tell_format { TELL_TEXT, TELL_TAP, TELL_JSON, TELL_FORMATS };

struct teller_of_tests {
	enum tell_format format;
	size_t told, of[TEST_RESULTS];
	bool is_broken; /* standard output does not take it any more */
};

/* False, with *out untouched, when there is no such format. */
MUST_CHECK bool tell_format_find(const char *word, enum tell_format *out);
void tell_start(struct teller_of_tests *t, enum tell_format format, size_t tests);
/* why: lines. */
void tell_test(struct teller_of_tests *t, const char *file, const struct expectation *test,
	       enum test_result result, struct sv why);
void tell_end(struct teller_of_tests *t);

/* ---- tester_forks.c ---- */

#define FORKS_MAX 16384

/* The descendants of a process, told by the kernel's process connector. */
struct forks {
	int fd; /* -1: this kernel does not tell */
	uint32_t pids[FORKS_MAX];
	size_t count;
	bool has_missed; /* some were not told, or there were too many */
};

/* What it cannot follow is followed by the parents that records name. */
void forks_open(struct forks *f);
void forks_close(struct forks *f);
/* From here on those of root, which may not have forked yet. */
void forks_start(struct forks *f, uint32_t root);
/* Takes what the kernel has told. */
void forks_read(struct forks *f);
bool forks_has(const struct forks *f, uint32_t pid);
void forks_add(struct forks *f, uint32_t pid);

/* ---- tester_launch.c ---- */

#define SESSION_UNSET UINT32_MAX

/* A command that runs. It is started by a launcher, which becomes the user before. */
struct launch {
	pid_t pid; /* the launcher's, and of their process group */
	int pipe;  /* what they say; at its end both have ended */
	uint32_t session;
	bool was_run;
	int status;     /* as waitpid(2) gives it, if was_run and it ended */
	struct err why; /* else */
};

struct launch_task {
	const struct expectation *test;
	const char *folder; /* to run in */
	bool needs_login;   /* the rules ask who has logged in: without a login it must be unset */
	bool wants_session; /* even without a login, if it can be had: to know its processes by */
	bool with_output;
};

/* -1: it could not be started at all. */
MUST_CHECK int launch_start(struct launch *l, const struct launch_task *task, struct err *e);
/* Takes what they say; false when both have ended. */
MUST_CHECK bool launch_read(struct launch *l);
void launch_kill(const struct launch *l);
/* Waits for the launcher, and ends what its group has left behind. */
void launch_end(struct launch *l);

/* ---- tester_scratch.c ---- */

/* Large. */
struct scratch {
	const struct tester_options *options;
	const struct side *side; /* the rules under test */
	bool needs_login;        /* see launch_task */
	struct rules_kernel kernel;
	struct applier applier;
	struct audit_socket group; /* multicast copies of records */
	struct audit_counters counters;
	struct audit_batch batch;
	struct forks forks;
	struct buf records; /* lines, since a command started */
	char marker[64];    /* in a message that comes behind the records of a command */
	unsigned int marks;
	uint32_t lost; /* records that the kernel had lost when the command started */
	int signals;
	bool has_marker;     /* it has come */
	bool are_marks_lost; /* the rules drop it */
	bool is_applied, is_interrupted;
};

/* The rules of side are in force. -1 after saying why not: everything is then as before. */
MUST_CHECK int scratch_begin(struct scratch *s, const struct side *side,
			     const struct tester_options *options);
/* Runs the command of a test; its events are judged. *why gets lines where it is not clear. */
enum test_result scratch_run(struct scratch *s, struct judge *j, const struct expectation *test,
			     const char *folder, struct buf *why);
/* Everything as it was before scratch_begin(). -1 after saying that it is not. */
MUST_CHECK int scratch_end(struct scratch *s);

/* ---- tester_file.c ---- */

struct test_file {
	const char *path;
	char folder[TESTER_PATH_MAX]; /* where it is: what it names is found from there */
	struct expect_file expect;
};

/* -1 after saying what is wrong with it. */
MUST_CHECK int test_file_read(struct test_file *f, const char *path);
void test_file_release(struct test_file *f);
/* All its tests. -1 after saying what went wrong beside them; *stop: a signal has come. */
MUST_CHECK int test_file_run(struct test_file *f, const struct tester_options *options,
			     struct teller_of_tests *teller, bool *stop);

#endif

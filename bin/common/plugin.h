/*
 * What auditd's plugins share: records on standard input in either framing, signals, one place to
 * wait, and a few capabilities less.
 *
 *	struct plugin p;
 *	if (plugin_init(&p, "audisp-syslog", &e) != 0) ...
 *	plugin_confine(&p, NULL, 0, 0);
 *	while (!p.ended && !(seen & PLUGIN_TERM)) {
 *		seen = plugin_wait(&p, true, NULL, 0, -1);
 *		while (plugin_next(&p, &record) == DISPATCH_RECORD)
 *			use(&record);
 *	}
 *	plugin_release(&p);
 *
 * The order to end is SIGTERM, or the end of standard input.
 */
#ifndef AURUM_COMMON_PLUGIN_H
#define AURUM_COMMON_PLUGIN_H

#include "common/journal.h"
#include "log/dispatch.h"
#include "sandbox/sandbox.h"

#include <poll.h>
#include <signal.h>

#define PLUGIN_RUN_FOLDER AURUM_RUNDIR "/audit"
#define PLUGIN_FDS_MAX    130
#define PLUGIN_PATHS_MAX  4

/* What plugin_wait() has seen. */
#define PLUGIN_INPUT 1u /* new bytes: plugin_next() */
#define PLUGIN_TERM  2u /* SIGTERM, SIGINT */
#define PLUGIN_HUP   4u
#define PLUGIN_USR1  8u
#define PLUGIN_CHILD 16u

struct plugin {
	const char *program;
	int signals; /* a signalfd */
	sigset_t former_mask;
	struct dispatch_reader in;
	struct journal journal;
	bool ended;  /* standard input has, or cannot be read */
	bool broken; /* it could not be told apart any more */
	bool to_journal;
};

/*
 * Standard descriptors are open, the signals above arrive by plugin_wait() only, SIGPIPE is
 * ignored. No locale is set: what plugins write is read by programs. 0, or -1 with the sentence;
 * release is due either way.
 */
MUST_CHECK int plugin_init(struct plugin *p, const char *program, struct err *e);
void plugin_release(struct plugin *p);

/*
 * Gives up for good what a plugin does not need: capabilities, starting programs, files but for
 * common/standing.def and these, and system calls but for those of plugins and these groups
 * (SANDBOX_CALLS_). As far as this kernel can; what fails is told.
 */
void plugin_confine(struct plugin *p, const struct sandbox_path *own, size_t count, unsigned calls);

/* Gives up only capabilities, for the programs that this one starts, too; told when it fails. */
void plugin_give_up_capabilities(struct plugin *p);

/*
 * Waits for input (unless the caller has no room for it), a signal or one of the caller's
 * descriptors, at most timeout_ms (-1: for ever). The bits above; revents are set. Input that
 * has ended is not waited for any more.
 */
unsigned plugin_wait(struct plugin *p, bool wants_input, struct pollfd *more, size_t count,
		     int timeout_ms);

/* The next record that has been read. A broken stream is told, and is its end. */
enum dispatch_status plugin_next(struct plugin *p, struct dispatch_record *out);

/* For a child of this process, before it executes a program: signals as they were. */
void plugin_forget_signals(const struct plugin *p);

/*
 * What is there already, without waiting for it, until the clock says until_ms: for the end, since
 * the daemon takes for passed on what this program has read, and does not send it again. True when
 * there is something for plugin_next().
 */
bool plugin_drain(struct plugin *p, int64_t until_ms);

/* "program: ..." on standard error; where that is /dev/null, to the system's log. */
void plugin_say(struct plugin *p, int level, const char *format, ...) PRINTF(3, 4);

#endif

/*
 * aurum watch: its parts and what they hand each other.
 *
 *	watch.c    options, and which of the three ways is possible here
 *	record.c   way one: our auditd records, its log is followed, everything is put back
 *	listen.c   way two: another daemon records, the kernel's multicast copy is read
 *	sample.c   way three: neither is possible, a bundled log shows what it would be like
 *	teller.c   lines of a log to sentences on stdout
 *	daemon.c   our auditd as a child process
 *	kernel.c   the kernel's audit state: found, changed, put back
 *	starter.c  the rules that are loaded
 */
#ifndef AURUM_BIN_AURUM_WATCH_H
#define AURUM_BIN_AURUM_WATCH_H

#include "aurum/app.h"
#include "base/buf.h"
#include "netlink/control.h"
#include "output/sentence.h"
#include "policy/found.h"
#include "record/join.h"
#include "record/names.h"
#include "record/normalise.h"
#include "rule/rule_list.h"

#include <sys/types.h>

#define WATCH_STATE_FILE  "/run/aurum-watch.state"
#define WATCH_DEFAULT_LOG "aurum-log"

#define PATH_BYTES 4096

struct watch_options {
	const char *log_dir;
	const char *rules; /* file or folder; NULL: the starter rules */
	uint64_t seconds;  /* 0: until a signal */
	uint64_t count;    /* sentences, 0: no limit */
	const char *state; /* where the kernel's state is kept meanwhile */
	bool sample, restore, serial, date;
};

/* ---- teller.c ---- */

#define TELLER_KEYS 64

struct teller_key {
	char name[64];
	uint64_t events;
};

/* Sentences go to stdout as long as nobody wants to stop and the reader of stdout is there. */
struct teller {
	struct join *join;
	struct names *names;
	struct interpreter interpreter;
	struct normaliser normaliser;
	struct sentence_style style;
	struct buf out;
	int stop_fd;      /* readable when it is time to stop; -1: never */
	uint32_t own_pid; /* what this process does is not told: telling it would be a deed, too */
	int64_t quiet_before_ms, quiet_after_ms; /* outside, audit's own changes are ours */
	uint64_t lines, malformed, events, told, limit;
	struct teller_key keys[TELLER_KEYS];
	size_t key_count;
	bool is_broken; /* nobody reads stdout any more */
	bool is_full;   /* limit reached */
};

MUST_CHECK int teller_init(struct teller *t, const struct watch_options *options, struct err *e);
void teller_release(struct teller *t);
void teller_line(struct teller *t, struct sv line);
/* Events that nothing will complete any more are told; call it once a second. */
void teller_tick(struct teller *t);
void teller_finish(struct teller *t);
/* The kernel's clock for stamps, in milliseconds since the epoch. */
int64_t teller_now_ms(void);

/* ---- signals and time (watch.c) ---- */

/* When to end: a signal, or the time that --for gave. */
struct limit {
	int signals;    /* signalfd of what ends us, and SIGCHLD */
	int64_t end_ms; /* monotonic; INT64_MAX: never */
};

/* Milliseconds to wait at most: until the end, or most_ms. */
int limit_wait_ms(const struct limit *l, int most_ms);
/* Takes pending signals; true when one of them, or the time, says that it is the end. */
bool limit_reached(struct limit *l);

/* ---- kernel.c ---- */

struct kernel_state {
	struct found found;    /* status and rules as they were */
	struct rule_list ours; /* rules that were added, newest last */
	const char *path;      /* of the file that says all this */
	int fd;
};

/* Looks, and writes down what it finds; refuses while an earlier state has not been put back. */
MUST_CHECK int kernel_find(struct kernel_state *k, struct audit_control *c, const char *path,
			   struct err *e);
/* Adds a rule unless the kernel has it: 1 added, 0 was there, -1 refused. */
MUST_CHECK int kernel_add_rule(struct kernel_state *k, struct audit_control *c, struct sv rule,
			       struct err *e);
/* Takes our rules away and ends recording if it was off; status stays otherwise. */
MUST_CHECK int kernel_quieten(struct kernel_state *k, struct audit_control *c, struct err *e);
/* Everything as found, checked against what was found; then the file goes. */
MUST_CHECK int kernel_put_back(struct kernel_state *k, struct audit_control *c, struct err *e);
/* The state that a process left which was killed. -1 with e->sys ENOENT: there is none. */
MUST_CHECK int kernel_load(struct kernel_state *k, const char *path, struct err *e);
void kernel_release(struct kernel_state *k);

/* ---- starter.c ---- */

/* The folder or file with the starter rules, or the sample log, beside this program. */
MUST_CHECK int find_shipped(const char *name, char out[PATH_BYTES], struct err *e);

/*
 * Loads a rules file, or every *.rules of a folder in the order of their names. Lines that set
 * flags or delete rules are left out, for nothing here may change what was found. *added and
 * *present count rules. Rules that the kernel refuses are told and left out.
 */
MUST_CHECK int starter_load(struct kernel_state *k, struct audit_control *c, const char *path,
			    size_t *added, size_t *present, struct err *e);
/* The rule that keeps this process out of the log; before all others. */
MUST_CHECK int starter_exclude_self(struct kernel_state *k, struct audit_control *c, struct err *e);

/* ---- daemon.c ---- */

struct daemon {
	pid_t pid; /* 0: not running */
	char dir[PATH_BYTES], log[PATH_BYTES + 16], messages[PATH_BYTES + 32];
	char ausearch[PATH_BYTES];
	char anchor[PATH_BYTES +
		    32]; /* what this host remembers of the seal; empty: the log has none */
};

/*
 * The folder for the log: made when it is not there, refused when others can write to it. The log is sealed
 * from its first line on; where that cannot be it is said, and the log is written without.
 */
MUST_CHECK int daemon_prepare(struct daemon *d, const char *log_dir, struct err *e);
/* Runs auditd and waits until the kernel sends it records. */
MUST_CHECK int daemon_start(struct daemon *d, struct audit_control *c, struct err *e);
/* True when it has ended without being asked to. */
bool daemon_has_ended(struct daemon *d);
void daemon_stop(struct daemon *d);

/* ---- the three ways ---- */

int record_host(const struct watch_options *options, struct limit *l, struct audit_control *c);
int listen_to_group(const struct watch_options *options, struct limit *l,
		    struct audit_control *c /* NULL: not permitted */, uint32_t daemon_pid);
int show_sample(const struct watch_options *options, struct limit *l);

#endif

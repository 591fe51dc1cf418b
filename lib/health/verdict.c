/*
 * One function for each side that can be ill, and a list of them. What they say is for people;
 * nothing here looks at the system.
 */
#include "health/verdict.h"

#include "health/measure.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define NS              UINT64_C(1000000000)
#define RECENT_NS       (3600 * NS)
#define SILENCE_NS      (HEALTH_SILENCE_S * NS)
#define BACKLOG_PCT     75
#define SLOW_FLUSH_NS   (2 * NS)
#define CONSUMER_LAG_NS (300 * NS)

struct judge {
	const struct health_facts *f;
	struct health_verdict *out;
};

/* A new finding; the last one gives way when there is no room, which no host fills. */
static struct health_finding *add(struct judge *j, enum health_weight weight, const char *id)
{
	struct health_verdict *v = j->out;

	if (v->count < FINDINGS_MAX)
		v->count++;
	v->findings[v->count - 1] = (struct health_finding){.weight = weight, .id = id};
	return &v->findings[v->count - 1];
}

static void put(char out[FINDING_BYTES], const char *fmt, ...) PRINTF(2, 3);

static void put(char out[FINDING_BYTES], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(out, FINDING_BYTES, fmt, args);
	va_end(args);
}

/* What is the matter, and then what to do about it. */
#define FIND(j, weight, id, ...) put(add(j, weight, id)->what, __VA_ARGS__)
#define ADVISE(j, ...)           put((j)->out->findings[(j)->out->count - 1].todo, __VA_ARGS__)

static bool is_known(uint64_t figure)
{
	return figure != FIGURE_UNKNOWN;
}

static bool is_some(uint64_t figure)
{
	return is_known(figure) && figure != 0;
}

static const struct health_recorder *recorder_of(const struct judge *j)
{
	return j->f->board == BOARD_READ ? &j->f->view->recorder : NULL;
}

static uint64_t age(const struct judge *j, uint64_t then)
{
	return is_known(then) && then <= j->f->boot_ns ? j->f->boot_ns - then : 0;
}

/* ---- the daemon ---- */

static bool has_stopped(const struct health_recorder *r)
{
	return r && r->state == STATE_STOPPED;
}

/* A daemon whose board this is lives and records. */
static bool is_ours_alive(const struct judge *j)
{
	const struct health_recorder *r = recorder_of(j);

	return r && j->f->is_alive && !has_stopped(r);
}

static void judge_board(struct judge *j)
{
	const struct health_facts *f = j->f;

	if (f->board == BOARD_OTHER) {
		FIND(j, WEIGHT_UNKNOWN, "other-version", "%s", f->board_why);
		ADVISE(j, "restart the daemon, so that it is of the version of this program");
	} else if (f->board == BOARD_REFUSED) {
		FIND(j, WEIGHT_UNKNOWN, "no-board", "%s", f->board_why);
		ADVISE(j, "run it as root, or as a member of log_group in auditd.conf");
	}
}

static void judge_absent(struct judge *j)
{
	const struct health_recorder *r = recorder_of(j);
	const struct health_facts *f = j->f;
	char span[MEASURE_BYTES];

	if (is_ours_alive(j))
		return;
	if (f->kernel == KERNEL_ANSWERED && f->status.pid && f->holder[0]) {
		if (f->board == BOARD_OTHER || f->board == BOARD_REFUSED)
			return;
		FIND(j, WEIGHT_UNKNOWN, "other-daemon",
		     "%s (pid %u) has the kernel's records, and writes no board: what is said here "
		     "comes from the kernel alone",
		     f->holder, f->status.pid);
		return;
	}
	if (r && !has_stopped(r)) {
		FIND(j, WEIGHT_WRONG, "died",
		     "the audit daemon (pid %" PRIu64 ") has died: its last sign of life is %s old",
		     r->pid, measure_span(age(j, r->heartbeat), span));
		ADVISE(j, "systemctl restart auditd; journalctl -u auditd says what it said last");
	} else if (f->kernel == KERNEL_ANSWERED || f->board == BOARD_ABSENT || r) {
		FIND(j, WEIGHT_WRONG, "no-daemon", "no audit daemon runs%s",
		     r ? ": it was stopped" : "");
		ADVISE(j, "systemctl start auditd");
	}
}

static void judge_silence(struct judge *j)
{
	const struct health_recorder *r = recorder_of(j);
	const struct health_attendant *a;
	char span[MEASURE_BYTES];

	if (!is_ours_alive(j))
		return;
	a = &j->f->view->attendant;
	if (age(j, r->heartbeat) > SILENCE_NS) {
		FIND(j, WEIGHT_WRONG, "hangs",
		     "the audit daemon (pid %" PRIu64 ") hangs: its last sign of life is %s old",
		     r->pid, measure_span(age(j, r->heartbeat), span));
		ADVISE(j, "/proc/%" PRIu64 "/stack says where; systemctl restart auditd", r->pid);
	} else if (r->state == STATE_STARTING) {
		FIND(j, WEIGHT_UNKNOWN, "starting", "the audit daemon (pid %" PRIu64 ") starts",
		     r->pid);
	}
	if (is_known(a->attendant_heartbeat) && age(j, a->attendant_heartbeat) > SILENCE_NS) {
		FIND(j, WEIGHT_WRONG, "attendant-hangs",
		     "what runs plugins and mails (pid %" PRIu64
		     ") hangs: its last sign of life is %s old; the log is written all the same",
		     a->attendant_pid, measure_span(age(j, a->attendant_heartbeat), span));
		ADVISE(j,
		       "kill %" PRIu64 ": it is started again, and plugins go on where they were",
		       a->attendant_pid);
	}
	if (is_some(r->suspended)) {
		FIND(j, WEIGHT_WRONG, "suspended",
		     "recording is suspended since %s: %" PRIu64 " records were not written",
		     measure_time(r->suspended, span),
		     is_known(r->lost_suspended) ? r->lost_suspended : 0);
		ADVISE(j,
		       "make room for the log: it then goes on by itself, or at once with kill "
		       "-USR2 %" PRIu64,
		       r->pid);
	}
}

/* ---- the kernel ---- */

static void judge_kernel(struct judge *j)
{
	const struct health_recorder *r = recorder_of(j);
	const struct health_facts *f = j->f;
	const struct audit_status *s = &f->status;

	if (f->kernel == KERNEL_SILENT) {
		FIND(j, WEIGHT_WRONG, "no-kernel", "the kernel's audit does not answer: %s",
		     f->kernel_why);
		return;
	}
	if (f->kernel == KERNEL_NOT_PERMITTED) {
		if (!is_ours_alive(j))
			FIND(j, WEIGHT_UNKNOWN, "not-permitted",
			     "asking the kernel needs root or CAP_AUDIT_CONTROL");
		return;
	}
	if (s->enabled == 0) {
		FIND(j, WEIGHT_WRONG, "disabled", "the kernel records nothing: enabled is 0");
		ADVISE(j, "auditctl -e 1");
	}
	if (s->backlog_limit && s->backlog >= s->backlog_limit * (uint64_t)BACKLOG_PCT / 100) {
		FIND(j, WEIGHT_WRONG, "backlog",
		     "the kernel's backlog is nearly full: %u of %u records wait", s->backlog,
		     s->backlog_limit);
		ADVISE(j, "fewer rules, or a larger limit: -b %u in the rules",
		       s->backlog_limit < UINT32_MAX / 4 ? s->backlog_limit * 4 : s->backlog_limit);
	}
	if (s->lost && !(r && is_known(r->lost_kernel))) {
		FIND(j, WEIGHT_NOTE, "kernel-lost",
		     "the kernel says it has lost %u records since boot", s->lost);
		ADVISE(j, "auditctl --reset-lost counts anew");
	}
	if (is_ours_alive(j) && is_known(r->kernel_pid) && s->pid != r->pid) {
		FIND(j, WEIGHT_WRONG, "not-registered",
		     "the kernel sends its records to pid %u and not to the audit daemon (pid "
		     "%" PRIu64 ")",
		     s->pid, r->pid);
		ADVISE(j, "systemctl restart auditd");
	}
	if (s->rate_limit) {
		FIND(j, WEIGHT_NOTE, "rate-limit",
		     "the kernel drops what is beyond %u records a second: rate_limit",
		     s->rate_limit);
		ADVISE(j, "-r 0 in the rules records all");
	}
}

static void judge_bursts(struct judge *j)
{
	const struct health_recorder *r = recorder_of(j);

	if (!is_ours_alive(j))
		return;
	if (is_some(r->backlog_needed)) {
		/* Without a loss whoever is recorded has waited, no more. */
		FIND(j, is_some(r->lost_kernel) ? WEIGHT_WRONG : WEIGHT_NOTE, "backlog-limit",
		     "backlog_limit %" PRIu64 " is too small: up to %" PRIu64
		     " records waited, at up to %" PRIu64 " a second",
		     r->backlog_limit, r->backlog_high, r->rate_peak);
		ADVISE(j, "-b %" PRIu64 " in the rules; auditctl -b %" PRIu64 " at once",
		       r->backlog_needed, r->backlog_needed);
	}
	if (is_some(r->overruns))
		FIND(j, WEIGHT_NOTE, "overruns",
		     "the receive buffer was full %" PRIu64
		     " times: the kernel kept those records and sent them again",
		     r->overruns);
}

static void judge_readers(struct judge *j)
{
	for (size_t i = 0; i < j->f->reader_count; i++) {
		const struct health_reader *r = &j->f->readers[i];

		FIND(j, WEIGHT_NOTE, "second-reader",
		     "%s (pid %u) has the kernel copy every record to it as well, which costs "
		     "every "
		     "process that is recorded",
		     r->name[0] ? r->name : "a process", r->pid);
		if (strncmp(r->name, "systemd-journal", sizeof("systemd-journal") - 1) == 0)
			ADVISE(j, "systemctl mask --now systemd-journald-audit.socket; systemctl "
				  "restart "
				  "systemd-journald");
	}
}

static void judge_drift(struct judge *j)
{
	if (!j->f->drift)
		return;
	FIND(j, WEIGHT_WRONG, "drift", "the kernel's rules are not those of the files: %s",
	     j->f->drift);
	ADVISE(j,
	       "aurum rules diff kernel " AURUM_SYSCONFDIR "/audit/rules.d shows them; augenrules "
	       "--load loads the files");
}

/* ---- losses and the disk ---- */

static void judge_losses(struct judge *j)
{
	static const struct {
		const char *id, *what, *todo;
		size_t figure;
	} rows[] = {
#define LOSS(member, id, what, todo)                                                               \
	{id, what, todo, offsetof(struct health_recorder, member) / sizeof(uint64_t)}
		LOSS(lost_kernel, "lost-kernel", "the kernel lost",
		     "a larger backlog (-b in the rules), or fewer events"),
		LOSS(lost_receive, "lost-receive", "not whole, or not from the kernel:", ""),
		LOSS(lost_unknown, "lost-unknown", "never came, and nobody says why:", ""),
		LOSS(lost_memory, "lost-memory", "there was no memory for", ""),
		LOSS(lost_disk, "lost-disk", "the disk did not take",
		     "disk_full_action and disk_error_action in auditd.conf say what happens then"),
		LOSS(lost_suspended, "lost-suspended", "while recording was suspended were lost",
		     ""),
#undef LOSS
	};
	const struct health_recorder *r = recorder_of(j);
	enum health_weight weight;

	if (!r)
		return;
	weight = is_ours_alive(j) && is_some(r->lost_last) && r->lost_last <= j->f->now_ns &&
				 j->f->now_ns - r->lost_last > RECENT_NS
			 ? WEIGHT_NOTE
			 : WEIGHT_WRONG;
	for (size_t i = 0; i < LEN(rows); i++) {
		uint64_t lost = health_value(r, rows[i].figure);

		if (!is_some(lost))
			continue;
		FIND(j, weight, rows[i].id, "%s %" PRIu64 " record%s since the daemon started",
		     rows[i].what, lost, lost == 1 ? "" : "s");
		ADVISE(j, "%s", rows[i].todo);
	}
}

static void judge_disk(struct judge *j)
{
	const struct health_recorder *r = recorder_of(j);
	char free[MEASURE_BYTES], limit[MEASURE_BYTES];

	if (!is_ours_alive(j))
		return;
	if (is_some(r->disk_errors))
		FIND(j, WEIGHT_WRONG, "disk-error", "the last %" PRIu64 " writes to the log failed",
		     r->disk_errors);
	if (is_known(r->disk_free) && is_some(r->admin_space_left) &&
	    r->disk_free < r->admin_space_left)
		FIND(j, WEIGHT_WRONG, "admin-space-left",
		     "%s are free for the log, less than admin_space_left (%s)",
		     measure_size(r->disk_free, free), measure_size(r->admin_space_left, limit));
	else if (is_known(r->disk_free) && is_some(r->space_left) && r->disk_free < r->space_left)
		FIND(j, WEIGHT_WRONG, "space-left",
		     "%s are free for the log, less than space_left (%s)",
		     measure_size(r->disk_free, free), measure_size(r->space_left, limit));
	if (is_known(r->flush_last) && r->flush_last > SLOW_FLUSH_NS)
		FIND(j, WEIGHT_NOTE, "slow-disk", "the disk took %s for the last flush",
		     measure_span(r->flush_last, free));
}

/* ---- consumers ---- */

static void judge_consumer(struct judge *j, const struct board_consumer *c)
{
	const struct health_consumer *f = &c->figures;
	char span[MEASURE_BYTES];

	if (f->consumer_state == STATE_FAILED) {
		FIND(j, WEIGHT_WRONG, "consumer-failed",
		     "the consumer %s died too often and is given up", c->name);
		ADVISE(j, "systemctl reload auditd starts it again");
	} else if (f->consumer_state == STATE_SUSPENDED) {
		FIND(j, WEIGHT_WRONG, "consumer-suspended",
		     "the consumer %s gets nothing: it was too far behind (overflow_action)",
		     c->name);
		ADVISE(j, "it goes on after SIGUSR2: auditctl --signal resume");
	}
	if ((is_some(f->lag_limit) && is_known(f->lag_records) && f->lag_records > f->lag_limit) ||
	    (is_known(f->lag_time) && f->lag_time > CONSUMER_LAG_NS))
		FIND(j, WEIGHT_WRONG, "consumer-lag",
		     "the consumer %s is behind: %" PRIu64 " records, %s", c->name, f->lag_records,
		     is_known(f->lag_time) ? measure_span(f->lag_time, span) : "");
	if (is_some(f->lost))
		FIND(j, WEIGHT_NOTE, "consumer-lost",
		     "the consumer %s missed %" PRIu64
		     " records, which rotation removed before it had read them",
		     c->name, f->lost);
}

static void judge_consumers(struct judge *j)
{
	if (!is_ours_alive(j))
		return;
	for (size_t i = 0; i < BOARD_CONSUMERS; i++)
		if (j->f->view->consumers[i].name[0])
			judge_consumer(j, &j->f->view->consumers[i]);
}

/* They stay plain, or without an index: nothing is lost, but room and time are. */
static void judge_archive(struct judge *j)
{
	const struct health_attendant *a = &j->f->view->attendant;
	char when[MEASURE_BYTES];

	if (!is_ours_alive(j) || !is_some(a->archive_failing))
		return;
	FIND(j, WEIGHT_NOTE, "archive",
	     "rotated logs cannot be compressed or indexed since %s, and stay as they are",
	     measure_time(a->archive_failing, when));
	ADVISE(j,
	       "auditd-archivist says what is in the way; systemctl reload auditd has the daemon "
	       "try again at once");
}

/* ---- the seal ---- */

static void judge_seal(struct judge *j)
{
	const struct health_recorder *r = recorder_of(j);
	char when[MEASURE_BYTES];

	if (!is_ours_alive(j) || !is_known(r->seal_state))
		return;
	if (r->seal_state == HEALTH_UNSEALED) {
		FIND(j, WEIGHT_WRONG, "unsealed",
		     "the log is UNSEALED%s%s: what is recorded meanwhile cannot be proven yet",
		     is_some(r->unsealed) ? " since " : "",
		     is_some(r->unsealed) ? measure_time(r->unsealed, when) : "");
		ADVISE(j, "aurum seal status says what is in the way");
	}
	if (is_some(r->seal_alarms)) {
		FIND(j, WEIGHT_WRONG, "seal-alarm",
		     "log and evidence of the seal did not agree, %" PRIu64 " time%s since the "
		     "daemon started: a disk that fails, or somebody changed them",
		     r->seal_alarms, r->seal_alarms == 1 ? "" : "s");
		ADVISE(j, "aurum verify says from which line on; keep a copy of log and evidence");
	}
}

/* ---- the whole ---- */

/* By weight, in the order of discovery where that is the same. */
static void sort(struct health_verdict *v)
{
	for (size_t i = 1; i < v->count; i++)
		for (size_t k = i; k && v->findings[k].weight < v->findings[k - 1].weight; k--) {
			struct health_finding heavier = v->findings[k];

			v->findings[k] = v->findings[k - 1];
			v->findings[k - 1] = heavier;
		}
}

void health_judge(const struct health_facts *facts, struct health_verdict *out)
{
	static void (*const parts[])(struct judge * j) = {
		judge_absent,  judge_silence,   judge_board,   judge_kernel,
		judge_losses,  judge_disk,      judge_bursts,  judge_drift,
		judge_readers, judge_consumers, judge_archive, judge_seal};
	struct judge j = {facts, out};

	out->count = 0;
	for (size_t i = 0; i < LEN(parts); i++)
		parts[i](&j);
	sort(out);
}

enum health_weight health_weight_of(const struct health_verdict *v)
{
	return v->count ? v->findings[0].weight : WEIGHT_NOTE;
}

const char *health_weight_name(enum health_weight weight)
{
	static const char *const names[WEIGHT_COUNT] = {"trouble", "unknown", "healthy"};

	return names[weight];
}

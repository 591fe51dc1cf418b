/*
 * A scratch sequence: what the kernel has is written down (applier.c), the rules under test are
 * loaded, commands run and their records are read from the multicast group, which leaves whoever
 * is the audit daemon alone; then everything is put back. Signals are held from the beginning to
 * the end, and end it early.
 *
 *	command ends -> a message of ours is sent -> it arrives behind all records of the command
 */
#include "aurum/tester.h"

#include "base/clock.h"
#include "base/num.h"
#include "log/line.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#define RECEIVE_BYTES ((size_t)32 << 20)
#define RECORDS_MAX   ((size_t)256 << 20)
#define TYPE_MARKER   1120 /* TEST: for messages of test programs */
#define MARKER_MS     3000
#define QUIET_MS      1000 /* after a command, when the rules drop our message */

/* ---- records ---- */

static bool take_batch(void *ctx, const struct audit_batch *b)
{
	static const struct log_line_style raw = {0};
	struct scratch *s = ctx;

	for (size_t i = 0; i < b->count; i++) {
		const struct audit_record *r = &b->records[i];

		log_put_line(&raw, r->type, r->text, &s->records);
		if (r->type == TYPE_MARKER && s->marker[0] &&
		    sv_find(r->text, sv_cstr(s->marker)) < r->text.n)
			s->has_marker = true;
	}
	return true;
}

static int take_records(struct scratch *s, struct err *e)
{
	return audit_recv_waiting(&s->group, &s->batch, &s->counters, take_batch, s, e);
}

/* Until the message arrives; where the rules drop it, until nothing has come for a while. */
static int await_marker(struct scratch *s, struct err *e)
{
	int64_t end = clock_ms() + (s->are_marks_lost ? QUIET_MS : MARKER_MS);
	struct pollfd fd = {.fd = s->group.fd, .events = POLLIN};

	while (!s->has_marker && clock_ms() < end) {
		if (poll(&fd, 1, (int)(end - clock_ms())) < 0 && errno != EINTR)
			return err_sys(e, "cannot wait for records");
		if (take_records(s, e) != 0)
			return -1;
	}
	if (!s->has_marker && !s->are_marks_lost) {
		say("the rules drop messages of type TEST, which tell that a command's records "
		    "have all come: each test takes a second longer");
		s->are_marks_lost = true;
	}
	return 0;
}

static int read_to_marker(struct scratch *s, struct err *e)
{
	(void)snprintf(s->marker, sizeof(s->marker), "aurum-rules-test-%d-%lld-%u", (int)getpid(),
		       (long long)clock_ms(), s->marks++);
	s->has_marker = false;
	if (audit_send_user(&s->kernel.control, TYPE_MARKER, sv_cstr(s->marker), e) != 0)
		return -1;
	return await_marker(s, e);
}

/* ---- whose records ---- */

static bool number_of(const struct record *r, struct sv name, uint32_t *out)
{
	struct field f;

	return record_field(r, name, &f) && num_u32(f.value, out);
}

/* By the session that its login made, or by descent. */
static bool is_of_command(struct scratch *s, const struct launch *l, const struct event *event)
{
	uint32_t pid, parent, session;

	for (size_t i = 0; i < event->count; i++) {
		const struct record *r = &event->records[i];

		if (!number_of(r, SV("pid"), &pid))
			continue;
		if (pid == (uint32_t)l->pid)
			return false; /* what the launcher does is ours */
		if (forks_has(&s->forks, pid))
			return true;
		if (number_of(r, SV("ppid"), &parent) && forks_has(&s->forks, parent)) {
			forks_add(&s->forks, pid);
			return true;
		}
		return l->session != SESSION_UNSET && number_of(r, SV("ses"), &session) &&
		       session == l->session;
	}
	return false;
}

static int judge_joined(struct scratch *s, const struct launch *l, struct join *join,
			struct judge *j, struct err *e)
{
	const struct event *event;

	while ((event = join_next(join)))
		if (is_of_command(s, l, event) && judge_event(j, event, e) != 0)
			return -1;
	return 0;
}

static int judge_lines(struct scratch *s, const struct launch *l, struct join *join,
		       struct judge *j, struct err *e)
{
	struct sv rest = buf_view(&s->records), line;
	struct record r;

	while (sv_line(&rest, &line)) {
		if (record_parse(line, &r) != RECORD_OK)
			continue;
		if (join_put(join, &r) != 0)
			return err_set(e, "no memory for the events");
		if (judge_joined(s, l, join, j, e) != 0)
			return -1;
	}
	join_finish(join);
	return judge_joined(s, l, join, j, e);
}

static int judge_records(struct scratch *s, const struct launch *l, struct judge *j, struct err *e)
{
	static const struct join_options options = {
		.order = JOIN_ORDERED, .timeout_s = JOIN_TIMEOUT_DEFAULT_S, .stable_lines = true};
	struct join *join;
	int status;

	if (s->records.failed)
		return err_set(e, "the rules record more than fits into memory");
	join = join_new(&options, e);
	if (!join)
		return -1;
	status = judge_lines(s, l, join, j, e);
	join_free(join);
	return status;
}

/* ---- running ---- */

static bool has_signal(struct scratch *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		s->is_interrupted = true;
	return s->is_interrupted;
}

/* Until the command has ended, killed or not. True: it had to be killed. */
static bool attend(struct scratch *s, struct launch *l, struct err *e)
{
	int64_t end = clock_ms() + (int64_t)s->options->timeout_s * 1000;
	bool is_over = false, is_read = true;

	for (;;) {
		struct pollfd fds[] = {{.fd = l->pipe, .events = POLLIN},
				       {.fd = s->signals, .events = POLLIN},
				       {.fd = is_read ? s->group.fd : -1, .events = POLLIN},
				       {.fd = s->forks.fd, .events = POLLIN}};
		int64_t left = end - clock_ms();

		(void)poll(fds, LEN(fds), is_over ? -1 : left < 0 ? 0 : (int)left);
		forks_read(&s->forks);
		if (is_read && take_records(s, e) != 0)
			is_read = false; /* told by whoever reads the rest */
		if (!is_over && (has_signal(s) || clock_ms() >= end)) {
			is_over = true;
			launch_kill(l);
		}
		if (fds[0].revents && !launch_read(l))
			return is_over;
	}
}

static int start(struct scratch *s, struct err *e)
{
	struct audit_status status;

	if (audit_get_status(&s->kernel.control, &status, e) != 0 || take_records(s, e) != 0)
		return -1;
	s->lost = status.lost;
	s->counters.overruns = 0;
	buf_reset(&s->records);
	return 0;
}

/* 0 when every record of the command has been read. */
static int check_complete(struct scratch *s, struct err *e)
{
	struct audit_status status;

	if (audit_get_status(&s->kernel.control, &status, e) != 0)
		return -1;
	if (status.lost != s->lost)
		return err_set(e,
			       "the kernel has lost %u records: by the rate limit, or the backlog "
			       "limit is too small",
			       status.lost - s->lost);
	if (s->counters.overruns)
		return err_set(e, "the rules record more than could be read");
	if (s->forks.has_missed)
		return err_set(e, "there were more processes than could be followed");
	return 0;
}

static void put_end(const struct launch *l, struct buf *why)
{
	if (WIFSIGNALED(l->status))
		buf_printf(why, "the command was ended by signal %d\n", WTERMSIG(l->status));
	else if (WEXITSTATUS(l->status))
		buf_printf(why, "the command ended with exit code %d\n", WEXITSTATUS(l->status));
}

static enum test_result trouble(const char *what, struct buf *why)
{
	buf_printf(why, "%s\n", what);
	return TEST_TROUBLE;
}

/* Events that were found are certain even when others may be missing; their absence is not. */
static bool is_certain(const struct scratch *s, const struct launch *l, const struct judge *j)
{
	if (s->forks.fd >= 0 || l->session != SESSION_UNSET)
		return true;
	return judge_holds(j) == (j->test->want == EXPECT_KEY);
}

static enum test_result judge_run(struct scratch *s, const struct launch *l, struct judge *j,
				  struct buf *why)
{
	struct err e;

	if (!l->was_run)
		return trouble(l->why.text, why);
	if (read_to_marker(s, &e) != 0)
		return trouble(e.text, why);
	forks_read(&s->forks);
	if (s->forks.count < 2) /* not even the command, which the launcher has forked */
		forks_close(&s->forks);
	if (judge_records(s, l, j, &e) != 0 || check_complete(s, &e) != 0)
		return trouble(e.text, why);
	if (!is_certain(s, l, j))
		return trouble("not every process of the command is known, and what it did may be "
			       "missing: this kernel does not tell which processes are started, "
			       "and without a login there is no session to know them by",
			       why);
	if (judge_holds(j))
		return TEST_HOLDS;
	judge_explain(j, why);
	put_end(l, why);
	return TEST_FAILS;
}

enum test_result scratch_run(struct scratch *s, struct judge *j, const struct expectation *test,
			     const char *folder, struct buf *why)
{
	const struct launch_task task = {.test = test,
					 .folder = folder,
					 .needs_login = s->needs_login,
					 /* An auid changes nothing where no rule asks for it. */
					 .wants_session = s->forks.fd < 0 && !s->needs_login,
					 .with_output = s->options->with_output};
	enum test_result result;
	struct launch l;
	struct err e;
	bool was_killed;

	judge_start(j, test);
	if (start(s, &e) != 0 || launch_start(&l, &task, &e) != 0)
		return trouble(e.text, why);
	forks_start(&s->forks, (uint32_t)l.pid);
	was_killed = attend(s, &l, &e);
	launch_end(&l);
	if (s->is_interrupted)
		return trouble("ended by a signal", why);
	if (was_killed) {
		buf_printf(why, "the command did not end within %llu seconds\n",
			   (unsigned long long)s->options->timeout_s);
		return TEST_TROUBLE;
	}
	result = judge_run(s, &l, j, why);
	return result;
}

/* ---- the sequence ---- */

static int hold_signals(struct err *e)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	sigset_t mask;
	int fd;

	(void)sigemptyset(&mask);
	for (size_t i = 0; i < LEN(ends); i++)
		(void)sigaddset(&mask, ends[i]);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return err_sys(e, "cannot hold signals");
	fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd >= 0 ? fd : err_sys(e, "cannot receive signals");
}

static int open_all(struct scratch *s, struct err *e)
{
	s->group = AUDIT_SOCKET_CLOSED;
	s->forks.fd = -1;
	s->applier.fd = -1;
	s->applier.found = FOUND_INIT;
	s->records = BUF_INIT(RECORDS_MAX);
	audit_gaps_init(&s->counters.serials);
	audit_batch_init(&s->batch);
	s->signals = hold_signals(e);
	if (s->signals < 0 || audit_socket_open_group(&s->group, RECEIVE_BYTES, e) != 0)
		return -1;
	forks_open(&s->forks);
	if (s->forks.fd < 0)
		say("this kernel does not tell which processes are started: those of a command "
		    "are known by their session, if they have one of their own");
	return 0;
}

static void close_all(struct scratch *s)
{
	forks_close(&s->forks);
	audit_socket_close(&s->group);
	applier_release(&s->applier);
	rules_kernel_close(&s->kernel);
	buf_release(&s->records);
	if (s->signals >= 0)
		(void)close(s->signals);
	s->signals = -1;
}

static int switch_on(struct scratch *s, struct err *e)
{
	struct audit_status status;

	if (audit_get_status(&s->kernel.control, &status, e) != 0)
		return -1;
	return status.enabled ? 0 : audit_set_enabled(&s->kernel.control, 1, e);
}

static int load(struct scratch *s)
{
	struct outcome out;
	struct err e;

	s->applier = (struct applier){.control = &s->kernel.control,
				      .to = s->side,
				      .state = s->options->state,
				      .fd = -1,
				      .found = FOUND_INIT};
	if (applier_begin(&s->applier) >= 0)
		return -1;
	say("the kernel's %zu rules make room for the %zu of %s until the tests are over: what "
	    "only they record is not recorded meanwhile",
	    s->applier.found.rules.count, s->side->target.rules.count, s->side->name);
	if (!applier_change(&s->applier, &out)) {
		say("%s", out.text);
		return -1;
	}
	s->is_applied = true;
	if (switch_on(s, &e) == 0)
		return 0;
	say("%s", e.text);
	return -1;
}

int scratch_begin(struct scratch *s, const struct side *side, const struct tester_options *options)
{
	struct err e;

	s->options = options;
	s->side = side;
	s->signals = -1;
	s->is_applied = s->is_interrupted = s->are_marks_lost = false;
	if (rules_kernel_open(&s->kernel) != 0)
		return -1;
	if (open_all(s, &e) != 0) {
		say("%s", e.text);
		close_all(s);
		return -1;
	}
	if (load(s) == 0)
		return 0;
	(void)!scratch_end(s);
	return -1;
}

int scratch_end(struct scratch *s)
{
	struct outcome out = {.code = EXIT_NOT_DONE};

	if (s->is_applied) {
		applier_undo(&s->applier, "tested", &out);
		say("%s", out.text);
	}
	s->is_applied = false;
	close_all(s);
	return out.code == EXIT_NOT_DONE ? 0 : -1;
}

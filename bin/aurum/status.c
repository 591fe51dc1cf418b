/*
 * aurum status: is this host recorded as it should be? Gathers what board, kernel and /proc say;
 * what it means is health/verdict's, how it is written output/vitals'. Asks nothing of the daemon,
 * so that it works on one that hangs or is dead.
 */
#include "aurum/drift.h"
#include "aurum/metrics.h"

#include "base/file.h"
#include "base/num.h"
#include "config/auditd_conf.h"
#include "config/option.h"
#include "netlink/readers.h"
#include "output/vitals.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <time.h>

#define BOARD     "board" /* in run_dir */
#define OUT_MAX   ((size_t)4 << 20)
#define WATCH_MAX 86400
#define ANSWER_MS 2000
#define NS        UINT64_C(1000000000)
#define CLEAR     "\033[H\033[2J"

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/status.def"
#undef OPTION
};
static const struct option_set set = {.program = "aurum status",
				      .usage = "[OPTION...]",
				      .summary = "Says whether this host is recorded as it should "
						 "be. Exit 0: it is, 1: something is "
						 "wrong, 2: it cannot be told.",
				      .style = OPTION_GETOPT,
				      .rows = rows,
				      .count = LEN(rows)};

struct status {
	const char *board, *metrics;
	char board_path[4096 + sizeof("/" BOARD)];
	bool is_json;
	int watch_s;
	/* Of the last look. */
	struct board_view view;
	struct health_facts facts;
	struct health_verdict verdict;
	struct err board_why, kernel_why;
	struct drift drift;
	char drift_text[256];
};

static uint64_t now(clockid_t clock)
{
	struct timespec ts;

	return clock_gettime(clock, &ts) == 0 ? (uint64_t)ts.tv_sec * NS + (uint64_t)ts.tv_nsec : 0;
}

/* ---- looking ---- */

/* Where the host's daemon has its board. Who may not read its configuration takes the usual place. */
static void find_board(struct status *s)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	struct config_problems problems = {0};
	struct auditd_conf conf;

	auditd_conf_init(&conf);
	if (file_read(AURUM_SYSCONFDIR "/audit/" AUDITD_CONF_NAME, &text, NULL) == 0)
		(void)!auditd_conf_parse(&conf, buf_view(&text), &problems);
	(void)snprintf(s->board_path, sizeof(s->board_path), "%s/" BOARD, conf.run_dir);
	auditd_conf_release(&conf);
	s->board = s->board_path;
}

/* "" when there is no such process. */
static void take_name(uint64_t pid, char out[16])
{
	CLEANUP(buf_release) struct buf name = BUF_INIT(64);
	char path[64];

	out[0] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%" PRIu64 "/comm", pid);
	if (file_read(path, &name, NULL) == 0)
		(void)!sv_to_cstr(sv_head(sv_trim(buf_view(&name)), 15), out, 16);
}

/* It has died, and its parent has not noticed yet. */
static bool is_zombie(uint64_t pid)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
	struct sv rest, word;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu64 "/stat", pid);
	if (file_read(path, &text, NULL) != 0)
		return false;
	rest = buf_view(&text); /* "77 (auditd) Z ..." */
	return sv_word(&rest, &word) && sv_starts(sv_trim(rest), SV("(auditd) Z "));
}

static void look_at_board(struct status *s)
{
	struct health_facts *f = &s->facts;
	char name[16];

	f->board = board_read(s->board, &s->view, &s->board_why);
	f->board_why = s->board_why.text;
	if (f->board != BOARD_READ) {
		memset(&s->view, 0xff, sizeof(s->view));
		for (size_t i = 0; i < BOARD_CONSUMERS; i++)
			s->view.consumers[i].name[0] = '\0';
		return;
	}
	/* Its number may be another process's by now. */
	take_name(s->view.recorder.pid, name);
	f->is_alive = strcmp(name, "auditd") == 0 && !is_zombie(s->view.recorder.pid);
}

static void look_at_kernel(struct status *s)
{
	struct audit_control *c = &s->drift.kernel.control;
	struct health_facts *f = &s->facts;

	f->kernel_why = s->kernel_why.text;
	f->kernel = KERNEL_NOT_PERMITTED;
	if (!audit_wire_system.is_capable(NULL, CAP_AUDIT_CONTROL))
		return;
	f->kernel = KERNEL_SILENT;
	if (audit_socket_open(&s->drift.kernel.socket, 0, &s->kernel_why) != 0)
		return;
	audit_control_init(c, &s->drift.kernel.socket);
	c->timeout_ms = ANSWER_MS;
	if (audit_get_status(c, &f->status, &s->kernel_why) != 0)
		return;
	f->kernel = KERNEL_ANSWERED;
	health_take_status(&s->view.recorder, &f->status);
	s->view.recorder.kernel_asked = now(CLOCK_BOOTTIME);
	if (f->status.pid)
		take_name(f->status.pid, f->holder);
}

static void look_at_readers(struct status *s)
{
	struct audit_reader readers[HEALTH_READERS];

	s->facts.reader_count =
		audit_readers_find("/proc", (uint32_t)getpid(), readers, LEN(readers));
	for (size_t i = 0; i < s->facts.reader_count; i++) {
		s->facts.readers[i].pid = readers[i].pid;
		memcpy(s->facts.readers[i].name, readers[i].name, sizeof(readers[i].name));
	}
}

/* Only where there are rules to compare with. */
static void look_at_rules(struct status *s)
{
	struct drift *d = &s->drift;

	if (s->facts.kernel != KERNEL_ANSWERED || access(d->rules, F_OK) != 0)
		return;
	d->format = DRIFT_PROMETHEUS;
	if (drift_look(d) != 0)
		(void)snprintf(s->drift_text, sizeof(s->drift_text),
			       "they cannot be compared: aurum rules check says what is wrong");
	else if (d->summary.n)
		(void)snprintf(s->drift_text, sizeof(s->drift_text), "%s", buf_cstr(&d->summary));
	else
		return;
	s->facts.drift = s->drift_text;
}

static void look(struct status *s)
{
	s->facts = (struct health_facts){.view = &s->view};
	s->drift.kernel.socket = AUDIT_SOCKET_CLOSED;
	buf_reset(&s->drift.text);
	look_at_board(s);
	look_at_kernel(s);
	look_at_readers(s);
	look_at_rules(s);
	audit_socket_close(&s->drift.kernel.socket);
	/* Behind all signs of life. */
	s->facts.boot_ns = now(CLOCK_BOOTTIME);
	s->facts.now_ns = now(CLOCK_REALTIME);
	health_judge(&s->facts, &s->verdict);
}

/* ---- telling ---- */

static int tell(const struct status *s)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(OUT_MAX);

	if (s->metrics) {
		vitals_put_metrics(&s->facts, &s->verdict, &out);
		buf_put(&out, buf_view(&s->drift.text)); /* those of aurum rules drift */
		return strcmp(s->metrics, "-") == 0 ? rules_print(&out)
						    : metrics_write(s->metrics, &out);
	}
	if (s->is_json) {
		vitals_put_json(&s->facts, &s->verdict, &out);
	} else {
		if (s->watch_s && isatty(STDOUT_FILENO))
			buf_puts(&out, CLEAR);
		vitals_put_text(&s->facts, &s->verdict, &out);
	}
	return rules_print(&out);
}

static int once(struct status *s)
{
	look(s);
	if (tell(s) != 0)
		return EXIT_TROUBLE;
	switch (health_weight_of(&s->verdict)) {
	case WEIGHT_WRONG:
		return EXIT_NOT_DONE;
	case WEIGHT_UNKNOWN:
		return EXIT_TROUBLE;
	case WEIGHT_NOTE:
	case WEIGHT_COUNT:
		break;
	}
	return EXIT_DONE;
}

/* Until a signal; what the last look found is the exit code, so that scripts learn of it. */
static int again(struct status *s)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct pollfd fd = {.events = POLLIN};
	sigset_t mask;
	int code;

	(void)sigemptyset(&mask);
	for (size_t i = 0; i < LEN(ends); i++)
		(void)sigaddset(&mask, ends[i]);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return EXIT_TROUBLE;
	fd.fd = signalfd(-1, &mask, SFD_CLOEXEC);
	if (fd.fd < 0) {
		say("cannot wait for signals");
		return EXIT_TROUBLE;
	}
	do {
		code = once(s);
		if (ferror(stdout))
			break;
	} while (poll(&fd, 1, s->watch_s * 1000) == 0);
	(void)close(fd.fd);
	return code;
}

/* ---- options ---- */

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct status *s = arg;
	uint64_t seconds;

	switch (hit->id) {
	case 'j':
		s->is_json = true;
		return FRAME_ON;
	case 'm':
		s->metrics = hit->value;
		return FRAME_ON;
	case 'w':
		if (!num_range(sv_cstr(hit->value), 1, WATCH_MAX, &seconds)) {
			(void)err_set(e, "--watch %s: it is whole seconds, from 1 to %d",
				      hit->value, WATCH_MAX);
			return FRAME_FAILED;
		}
		s->watch_s = (int)seconds;
		return FRAME_ON;
	case 'r':
		s->drift.rules = hit->value;
		return FRAME_ON;
	case 'b':
		s->board = hit->value;
		return FRAME_ON;
	case 'h':
		return frame_help(&set, e);
	default:
		return frame_stray_word(hit, e);
	}
}

int status_main(int argc, char **argv)
{
	static struct status s; /* large: it holds the buffer for answers */
	int code;

	s = (struct status){.drift = {.text = BUF_INIT(OUT_MAX), .summary = BUF_INIT(1 << 16)}};
	code = verb_options(&set, argc, argv, take_option, &s);
	if (code >= 0)
		return code;
	if (!s.drift.rules)
		s.drift.rules = rules_default_path();
	if (!s.board)
		find_board(&s);
	code = s.watch_s ? again(&s) : once(&s);
	buf_release(&s.drift.text);
	buf_release(&s.drift.summary);
	return code;
}

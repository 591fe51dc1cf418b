/* The frame around a plugin. What is done with records is each program's own part. */
#include "common/plugin.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <syslog.h>
#include <time.h>

#define SENTENCE_MAX 1400

#define CALLS                                                                                      \
	(SANDBOX_CALLS_BASE | SANDBOX_CALLS_FILES | SANDBOX_CALLS_EVENTS | SANDBOX_CALLS_SOCKETS | \
	 LEAK_CHECK)
#ifdef AURUM_SANITIZED
#define LEAK_CHECK (SANDBOX_CALLS_LEAK_CHECK | SANDBOX_CALLS_THREADS)
#else
#define LEAK_CHECK 0
#endif

static const struct sandbox_path standing[] = {
#define PATH(path, rights) {path, rights},
#include "common/standing.def"
#undef PATH
};

static const struct {
	int signal;
	unsigned seen;
} signals[] = {
	{SIGTERM, PLUGIN_TERM}, {SIGINT, PLUGIN_TERM},   {SIGHUP, PLUGIN_HUP},
	{SIGUSR1, PLUGIN_USR1}, {SIGCHLD, PLUGIN_CHILD},
};

static bool is_null_device(int fd)
{
	struct stat st;

	return fstat(fd, &st) != 0 || (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
}

int plugin_init(struct plugin *p, const char *program, struct err *e)
{
	sigset_t mask;

	*p = (struct plugin){.program = program, .signals = -1};
	journal_init(&p->journal, program, LOG_DAEMON);
	if (file_fill_standard() != 0)
		return err_sys(e, "cannot open /dev/null");
	p->to_journal = is_null_device(STDERR_FILENO);
	(void)sigemptyset(&mask);
	for (size_t i = 0; i < LEN(signals); i++)
		(void)sigaddset(&mask, signals[i].signal);
	if (sigprocmask(SIG_BLOCK, &mask, &p->former_mask) != 0 ||
	    (p->signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC)) < 0)
		return err_sys(e, "cannot receive signals");
	(void)signal(SIGPIPE, SIG_IGN);
	if (dispatch_reader_init(&p->in) != 0)
		return err_set(e, "no memory to read with");
	return 0;
}

void plugin_release(struct plugin *p)
{
	close_fd(&p->signals);
	dispatch_reader_release(&p->in);
	journal_release(&p->journal);
}

void plugin_forget_signals(const struct plugin *p)
{
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &p->former_mask, NULL);
}

void plugin_give_up_capabilities(struct plugin *p)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	/* Without CAP_SETPCAP there is nothing to take from the bounding set, nor any need. */
	for (unsigned long c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		(void)prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) != 0)
		plugin_say(p, LOG_WARNING, "cannot give up capabilities: %s", strerror(errno));
}

void plugin_confine(struct plugin *p, const struct sandbox_path *own, size_t count, unsigned calls)
{
	struct sandbox_path paths[LEN(standing) + PLUGIN_PATHS_MAX];
	struct sandbox s = {.paths = paths, .path_count = LEN(standing), .calls = CALLS | calls};
	struct sandbox_outcome got;

	memcpy(paths, standing, sizeof(standing));
	for (size_t i = 0; i < count && i < PLUGIN_PATHS_MAX; i++)
		paths[s.path_count++] = own[i];
	tzset(); /* while it can be read wherever TZ says */
	sandbox_enter(&s, &got);
	/* Kernels without Landlock are no news to whoever starts it by hand. */
	for (int i = 0; i < SANDBOX_PARTS; i++)
		if (!got.holds[i] && (i != SANDBOX_FILES || p->to_journal))
			plugin_say(p, LOG_NOTICE, "not confined: %s", got.why[i].text);
}

/* ---- waiting ---- */

static unsigned take_signals(const struct plugin *p)
{
	struct signalfd_siginfo info;
	unsigned seen = 0;

	while (read(p->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		for (size_t i = 0; i < LEN(signals); i++)
			if (signals[i].signal == (int)info.ssi_signo)
				seen |= signals[i].seen;
	return seen;
}

static unsigned take_input(struct plugin *p)
{
	size_t room;
	char *to = dispatch_room(&p->in, &room);
	ssize_t n = read(STDIN_FILENO, to, room);

	if (n > 0) {
		dispatch_filled(&p->in, (size_t)n);
		return PLUGIN_INPUT;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		plugin_say(p, LOG_ERR, "cannot read standard input: %s", strerror(errno));
	p->ended = true;
	dispatch_finish(&p->in);
	return 0;
}

unsigned plugin_wait(struct plugin *p, bool wants_input, struct pollfd *more, size_t count,
		     int timeout_ms)
{
	struct pollfd fds[2 + PLUGIN_FDS_MAX] = {
		{.fd = p->signals, .events = POLLIN},
		{.fd = wants_input && !p->ended ? STDIN_FILENO : -1, .events = POLLIN},
	};
	unsigned seen = 0;
	int ready;

	count = count < PLUGIN_FDS_MAX ? count : PLUGIN_FDS_MAX;
	for (size_t i = 0; i < count; i++)
		fds[2 + i] = more[i];
	ready = poll(fds, (nfds_t)(2 + count), timeout_ms);
	for (size_t i = 0; i < count; i++)
		more[i].revents = ready > 0 ? fds[2 + i].revents : 0;
	if (ready <= 0)
		return 0;
	if (fds[0].revents)
		seen |= take_signals(p);
	if (fds[1].revents)
		seen |= take_input(p);
	return seen;
}

bool plugin_drain(struct plugin *p, int64_t until_ms)
{
	return !p->ended && clock_ms() < until_ms &&
	       (plugin_wait(p, true, NULL, 0, 0) & PLUGIN_INPUT);
}

enum dispatch_status plugin_next(struct plugin *p, struct dispatch_record *out)
{
	enum dispatch_status status = DISPATCH_MORE;
	struct err e;

	if (!p->broken)
		status = dispatch_next(&p->in, out, &e);
	if (status == DISPATCH_BROKEN) {
		plugin_say(p, LOG_ERR, "%s", e.text);
		p->broken = p->ended = true;
	}
	return status;
}

/* ---- diagnostics ---- */

void plugin_say(struct plugin *p, int level, const char *format, ...)
{
	char sentence[SENTENCE_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (p->to_journal)
		(void)journal_send(&p->journal, level, sv_cstr(sentence));
	else
		(void)fprintf(stderr, "%s: %s\n", p->program, sentence);
}

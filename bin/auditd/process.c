/* From a program on a terminal to a daemon, and what a daemon asks of the system for itself. */
#include "auditd/app.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <syslog.h>

/* Waits for the child's word and leaves with it. A child that dies without one has failed. */
static void wait_for_child(int fd) __attribute__((noreturn));
static void wait_for_child(int fd)
{
	unsigned char code = EXIT_INIT;
	ssize_t n;

	do
		n = read(fd, &code, 1);
	while (n < 0 && errno == EINTR);
	_exit(n == 1 ? code : EXIT_INIT);
}

int process_detach(struct app *app, struct err *e)
{
	int ends[2];
	pid_t child;

	(void)umask(umask(077) | 022);
	if (app->run.no_fork)
		return 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_sys(e, "cannot make a pipe to the daemon");
	child = fork();
	if (child < 0) {
		(void)close(ends[0]);
		(void)close(ends[1]);
		return err_sys(e, "cannot fork");
	}
	if (child > 0) {
		(void)close(ends[1]);
		wait_for_child(ends[0]);
	}
	(void)close(ends[0]);
	app->parent = ends[1];
	return 0;
}

void process_ready(struct app *app, enum exit_code code)
{
	unsigned char byte = (unsigned char)code;
	CLEAN_FD int null = -1;

	if (!app->run.foreground && code == EXIT_STOPPED) {
		/* From here on there is nobody to read what we say but syslog. */
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null >= 0) {
			(void)!dup2(null, STDIN_FILENO);
			(void)!dup2(null, STDOUT_FILENO);
			(void)!dup2(null, STDERR_FILENO);
		}
		app->voice.to_stderr = false;
		(void)!chdir("/");
		(void)setsid();
	}
	if (app->parent < 0)
		return;
	while (write(app->parent, &byte, 1) < 0 && errno == EINTR)
		;
	(void)close(app->parent);
	app->parent = -1;
}

int process_pid_file(struct err *e)
{
	CLEAN_FD int fd =
		open(PID_FILE, O_CREAT | O_TRUNC | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644);
	char text[16];

	if (fd < 0)
		return err_sys(e, "cannot open %s", PID_FILE);
	(void)snprintf(text, sizeof(text), "%d\n", getpid());
	if (file_write(fd, sv_cstr(text)) != 0)
		return err_sys(e, "cannot write %s", PID_FILE);
	return take_fd(&fd);
}

void process_forget_pid(int *pid_file)
{
	struct stat st;

	if (*pid_file < 0)
		return;
	/* The attendant has removed it, or: the number will be another process's. */
	if (fstat(*pid_file, &st) == 0 && st.st_nlink > 0 && ftruncate(*pid_file, 0) == 0) {
		(void)unlink(PID_FILE);
		(void)unlink(STATE_FILE);
	}
	(void)close(*pid_file);
	*pid_file = -1;
}

/* A shell's limits must not end recording, and the machine must not kill its own witness. */
void process_raise_limits(const struct voice *v)
{
	static const int lifted[] = {RLIMIT_FSIZE, RLIMIT_CPU};
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
	CLEAN_FD int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	for (size_t i = 0; i < LEN(lifted); i++)
		(void)setrlimit((__rlimit_resource_t)lifted[i], &none);
	if (fd < 0 || write(fd, "-1000", 5) != 5)
		say(v, LOG_NOTICE,
		    "the kernel may kill this daemon when memory runs out: "
		    "cannot write /proc/self/oom_score_adj");
}

int process_priority(int by, struct err *e)
{
	errno = 0;
	if (by && nice(-by) == -1 && errno)
		return err_sys(e, "cannot change the priority by %d", by);
	return 0;
}

int process_signals(bool foreground, struct err *e)
{
	static const int heard[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT};
	static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < LEN(heard); i++)
		(void)sigaddset(&set, heard[i]);
	if (foreground)
		(void)sigaddset(&set, SIGINT);
	for (int s = 1; s < NSIG; s++) {
		bool is_fault = false;

		for (size_t i = 0; i < LEN(faults); i++)
			is_fault |= faults[i] == s;
		if (!is_fault && sigismember(&set, s) != 1)
			(void)sigaction(s, &ignore, NULL);
	}
	if (sigprocmask(SIG_SETMASK, &set, NULL) != 0)
		return err_sys(e, "cannot block signals");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_sys(e, "cannot open a signalfd") : fd;
}

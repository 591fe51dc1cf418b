/*
 * A command is started as it would be by a login or by a service: a launcher gets the login id, a
 * session and the user's ids, and only then forks the command, so that rules of the task list, too,
 * see what they would see. The command does nothing before its execve(2).
 */
#include "aurum/tester.h"

#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define LOGIN_UNSET     UINT32_MAX
#define FIRST_OTHER_FD  3
#define NUMBER_BYTES    32
#define TROUBLE_IN_EXEC 127 /* as shells have it */

enum word_kind {
	WORD_FOLDER, /* these failed, number is errno: */
	WORD_LOGIN,
	WORD_USER,
	WORD_FORK,
	WORD_EXEC,
	WORD_SESSION, /* number is the session's */
	WORD_ENDED,   /* number is the status of the command */
};

struct word {
	uint32_t kind, number;
};

struct person {
	bool is_other; /* than who runs the test */
	uid_t uid;
	gid_t gid;
	char name[256], home[TESTER_PATH_MAX];
};

/* ---- in the launcher ---- */

/* Ends it: nothing follows. */
static _Noreturn void fail(int pipe, enum word_kind kind)
{
	struct word w = {kind, (uint32_t)errno};

	(void)!write(pipe, &w, sizeof(w));
	_exit(TROUBLE_IN_EXEC);
}

static void tell(int pipe, enum word_kind kind, uint32_t number)
{
	struct word w = {kind, number};

	(void)!write(pipe, &w, sizeof(w));
}

static uint32_t read_number(const char *path)
{
	CLEAN_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[NUMBER_BYTES];
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
	uint32_t number;

	return n > 0 && num_u32(sv_trim(sv_make(text, (size_t)n)), &number) ? number : UINT32_MAX;
}

static int write_login(uint32_t uid)
{
	CLEAN_FD int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
	char text[NUMBER_BYTES];
	int n = snprintf(text, sizeof(text), "%u", uid);

	return fd >= 0 && write(fd, text, (size_t)n) == n ? 0 : -1;
}

/*
 * The login id; a login has a session of its own, even if it was that user's before. 1: there is
 * such a session, 0: there is none, -1: it cannot be as the test wants it.
 */
static int set_login(const struct launch_task *task, const struct person *p)
{
	if (task->test->has_login)
		return write_login(p->uid) == 0 ? 1 : -1;
	if (task->wants_session && write_login(p->uid) == 0)
		return 1;
	if (read_number("/proc/self/loginuid") == LOGIN_UNSET || write_login(LOGIN_UNSET) == 0)
		return 0;
	return task->needs_login ? -1 : 0;
}

static int become(const struct person *p)
{
	if (!p->is_other)
		return 0;
	if (initgroups(p->name, p->gid) != 0 || setgid(p->gid) != 0 || setuid(p->uid) != 0)
		return -1;
	if (setenv("HOME", p->home, 1) != 0 || setenv("USER", p->name, 1) != 0 ||
	    setenv("LOGNAME", p->name, 1) != 0)
		return -1;
	return 0;
}

/* Standard descriptors, and of all others only the pipe. */
static void set_files(int pipe, bool with_output)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)dup2(null, STDIN_FILENO);
	(void)dup2(with_output ? STDERR_FILENO : null, STDOUT_FILENO);
	if (!with_output)
		(void)dup2(null, STDERR_FILENO);
	if (pipe > FIRST_OTHER_FD)
		(void)close_range(FIRST_OTHER_FD, (unsigned int)pipe - 1, 0);
	(void)close_range((unsigned int)pipe + 1, ~0U, 0);
}

static _Noreturn void run_command(int pipe, const struct expectation *test)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)execvp(test->argv[0], test->argv);
	fail(pipe, WORD_EXEC);
}

static _Noreturn void run_launcher(int pipe, const struct launch_task *task, const struct person *p)
{
	int status = 0, has_session;
	pid_t pid;

	(void)setsid();
	set_files(pipe, task->with_output);
	if (chdir(task->folder) != 0)
		fail(pipe, WORD_FOLDER);
	has_session = set_login(task, p);
	if (has_session < 0)
		fail(pipe, WORD_LOGIN);
	tell(pipe, WORD_SESSION, has_session ? read_number("/proc/self/sessionid") : SESSION_UNSET);
	if (become(p) != 0)
		fail(pipe, WORD_USER);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* becoming somebody else has unset it */
	pid = fork();
	if (pid < 0)
		fail(pipe, WORD_FORK);
	if (pid == 0)
		run_command(pipe, task->test);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	tell(pipe, WORD_ENDED, (uint32_t)status);
	_exit(0);
}

/* ---- in the test ---- */

static int find_person(const char *user, struct person *p, struct err *e)
{
	const struct passwd *found;
	uint32_t uid;

	*p = (struct person){.is_other = user != NULL, .uid = getuid()};
	if (!user)
		return 0;
	errno = 0;
	found = getpwnam(user);
	if (!found && num_u32(sv_cstr(user), &uid))
		found = getpwuid(uid);
	if (!found || !sv_to_cstr(sv_cstr(found->pw_name), p->name, sizeof(p->name)) ||
	    !sv_to_cstr(sv_cstr(found->pw_dir), p->home, sizeof(p->home)))
		return err_set(e, "there is no user %s on this host", user);
	p->uid = found->pw_uid;
	p->gid = found->pw_gid;
	return 0;
}

int launch_start(struct launch *l, const struct launch_task *task, struct err *e)
{
	struct person person;
	int ends[2];

	*l = (struct launch){.pipe = -1, .session = SESSION_UNSET};
	(void)err_set(&l->why, "the command was not started");
	if (find_person(task->test->user, &person, e) != 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC | O_DIRECT) != 0) /* a write is read as one */
		return err_sys(e, "cannot make a pipe");
	l->pid = fork();
	if (l->pid == 0)
		run_launcher(ends[1], task, &person);
	(void)close(ends[1]);
	l->pipe = ends[0];
	if (l->pid > 0)
		return 0;
	(void)err_sys(e, "cannot start a process");
	(void)close(l->pipe);
	return -1;
}

static void take_word(struct launch *l, const struct word *w)
{
	static const char *const failures[] = {
		[WORD_FOLDER] = "cannot enter the folder of the test",
		[WORD_LOGIN] = "cannot set the login id, is it locked?",
		[WORD_USER] = "cannot become that user",
		[WORD_FORK] = "cannot start a process",
		[WORD_EXEC] = "cannot run the command",
	};

	if (w->kind == WORD_SESSION) {
		l->session = w->number;
	} else if (w->kind == WORD_ENDED) {
		l->status = (int)w->number;
		l->was_run = l->why.sys == 0;
	} else if (w->kind < LEN(failures) && l->why.sys == 0) {
		errno = (int)w->number;
		(void)err_sys(&l->why, "%s", failures[w->kind]);
	}
}

bool launch_read(struct launch *l)
{
	struct word w;
	ssize_t n = read(l->pipe, &w, sizeof(w));

	if (n == (ssize_t)sizeof(w))
		take_word(l, &w);
	return n > 0 || (n < 0 && errno == EINTR);
}

void launch_kill(const struct launch *l)
{
	(void)kill(-l->pid, SIGKILL);
	(void)kill(l->pid, SIGKILL); /* it may not have made its group yet */
}

void launch_end(struct launch *l)
{
	(void)kill(-l->pid, SIGKILL);
	while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)close(l->pipe);
	l->pipe = -1;
}

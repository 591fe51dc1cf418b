/*
 * took [-w] [-n RUNS] [-l SECONDS] [-o FILE] COMMAND [ARGUMENT...]: how long a command takes, from before it is
 * started until it has ended, and the processor time of it and what it waited for: the medians over RUNS, one
 * after the other, as "WALL CPU" in seconds to the microsecond. What a shell, time(1) and timeout(1) take for
 * themselves, some two milliseconds, is not in it: the command is started without a copy of this process, and
 * nothing runs beside it.
 *
 *	-w	once more before, unmeasured
 *	-o	its output, of the last run; else nowhere
 *	-l	after so many seconds it is killed, with all that it started, and "- -" is printed
 *
 * Exits as the command did in its last run (124: killed for its time); 125: it could not be started.
 */
#include "base/num.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX  1000
#define LIMIT_MAX 86400 /* a day */

#define EXIT_LIMIT   124
#define EXIT_TROUBLE 125

struct took {
	char **command;
	const char *out;
	uint64_t runs, limit_s;
	int status; /* of the last run */
	double wall[RUNS_MAX], cpu[RUNS_MAX];
};

static double now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* Its own group, so that all of it can be killed; reads nothing, and says nothing but its output. */
static int start(const struct took *t, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none;
	int failure;

	(void)sigemptyset(&none);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawnattr_init(&how);
	(void)posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, t->out,
					       O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	(void)posix_spawnattr_setsigmask(&how, &none);
	(void)posix_spawnattr_setpgroup(&how, 0);
	(void)posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	failure = posix_spawnp(pid, t->command[0], &files, &how, t->command, environ);
	(void)posix_spawnattr_destroy(&how);
	(void)posix_spawn_file_actions_destroy(&files);
	return failure;
}

/* Until the child ends. Else the signal that somebody sends us, or 0 at the limit. */
static int wait_for_end(const struct took *t, const sigset_t *awaited)
{
	const struct timespec limit = {(time_t)t->limit_s, 0};
	int got = t->limit_s ? sigtimedwait(awaited, NULL, &limit) : sigwaitinfo(awaited, NULL);

	return got < 0 ? 0 : got;
}

/* One run. 0; or the exit status that is to end it all. */
static int run(struct took *t, const sigset_t *awaited, double *wall, double *cpu)
{
	double began = now();
	struct rusage used;
	int got, failure, status;
	pid_t pid;

	failure = start(t, &pid);
	if (failure) {
		(void)fprintf(stderr, "took: cannot start %s: %s\n", t->command[0],
			      strerror(failure));
		return EXIT_TROUBLE;
	}
	got = wait_for_end(t, awaited);
	if (got != SIGCHLD)
		(void)kill(-pid, SIGKILL);
	if (wait4(pid, &status, 0, &used) != pid)
		return EXIT_TROUBLE;
	*wall = now() - began;
	*cpu = seconds(used.ru_utime) + seconds(used.ru_stime);
	t->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (got == SIGCHLD)
		return 0;
	return got ? 128 + got : EXIT_LIMIT;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(values[0]), compare);
	return values[(count - 1) / 2];
}

static int measure(struct took *t, bool is_warmed)
{
	sigset_t awaited;
	int end = 0;

	(void)sigemptyset(&awaited);
	(void)sigaddset(&awaited, SIGCHLD);
	(void)sigaddset(&awaited, SIGHUP);
	(void)sigaddset(&awaited, SIGINT);
	(void)sigaddset(&awaited, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &awaited, NULL);
	if (is_warmed)
		end = run(t, &awaited, &t->wall[0], &t->cpu[0]);
	for (uint64_t i = 0; i < t->runs && !end; i++)
		end = run(t, &awaited, &t->wall[i], &t->cpu[i]);
	if (end == EXIT_LIMIT)
		(void)puts("- -");
	else if (!end)
		(void)printf("%.6f %.6f\n", median(t->wall, t->runs), median(t->cpu, t->runs));
	return end ? end : t->status;
}

static int usage(void)
{
	(void)fputs("usage: took [-w] [-n RUNS] [-l SECONDS] [-o FILE] COMMAND [ARGUMENT...]\n",
		    stderr);
	return EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
	static struct took t = {.out = "/dev/null", .runs = 1};
	bool is_warmed = false;
	int c;

	while ((c = getopt(argc, argv, "+wn:l:o:")) != -1)
		switch (c) {
		case 'w':
			is_warmed = true;
			break;
		case 'n':
			if (!num_range(sv_cstr(optarg), 1, RUNS_MAX, &t.runs))
				return usage();
			break;
		case 'l':
			if (!num_range(sv_cstr(optarg), 1, LIMIT_MAX, &t.limit_s))
				return usage();
			break;
		case 'o':
			t.out = optarg;
			break;
		default:
			return usage();
		}
	t.command = argv + optind;
	return t.command[0] ? measure(&t, is_warmed) : usage();
}

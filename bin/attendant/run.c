/* Starting programs. */
#include "attendant/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>

/* In the new process: descriptors, and signals as a program expects them. */
static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *how, int input, int errors)
{
	sigset_t none, all;
	int failure;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	failure = input >= 0 ? posix_spawn_file_actions_adddup2(files, input, 0)
			     : posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
	failure |= posix_spawn_file_actions_addopen(files, 1, "/dev/null", O_WRONLY, 0);
	failure |= errors >= 0
			   ? posix_spawn_file_actions_adddup2(files, errors, 2)
			   : posix_spawn_file_actions_addopen(files, 2, "/dev/null", O_WRONLY, 0);
	return failure || posix_spawn_file_actions_addclosefrom_np(files, 3) ||
			       posix_spawnattr_setsigmask(how, &none) ||
			       posix_spawnattr_setsigdefault(how, &all) ||
			       posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK |
								     POSIX_SPAWN_SETSIGDEF |
								     POSIX_SPAWN_SETSID)
		       ? -1
		       : 0;
}

static pid_t run(const char *const argv[], int input, int errors, struct err *e)
{
	char *const *words; /* posix_spawn() takes them as writable and only reads them */
	char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *const environment[] = {path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	int failure = ENOMEM;
	pid_t pid = -1;

	memcpy(&words, &argv, sizeof(words));
	if (posix_spawn_file_actions_init(&files) != 0)
		return err_set(e, "no memory to run %s", argv[0]);
	if (posix_spawnattr_init(&how) == 0) {
		if (prepare(&files, &how, input, errors) == 0)
			failure = posix_spawn(&pid, argv[0], &files, &how, words, environment);
		(void)posix_spawnattr_destroy(&how);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	errno = failure;
	return failure == 0 ? pid : err_sys(e, "cannot run %s", argv[0]);
}

pid_t run_program(const char *const argv[], int input, struct err *e)
{
	return run(argv, input, -1, e);
}

pid_t run_and_hear(const char *const argv[], int errors, struct err *e)
{
	return run(argv, -1, errors, e);
}

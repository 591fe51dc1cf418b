/*
 * peak PROGRAM ARGUMENT...: runs it and prints, to descriptor 3, the most memory that it had at
 * once, in KiB. Its exit code is the program's.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2)
		return 125;
	pid = fork();
	if (pid == 0) {
		(void)close(3);
		(void)execvp(argv[1], &argv[1]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 125;
	(void)dprintf(3, "%ld\n", usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A child that is stepped from one system call to the next. What is counted, and why, is the test's. */
#include "fault/step.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t step_start(void (*run)(const void *arg, int acks), const void *arg, bool is_traced, int *acks)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		if (is_traced && (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0 || raise(SIGSTOP) != 0))
			_exit(7);
		run(arg, ends[1]);
		_exit(0);
	}
	(void)close(ends[1]);
	*acks = ends[0];
	return pid;
}

bool step_begin(pid_t pid, int *status)
{
	return waitpid(pid, status, 0) == pid && WIFSTOPPED(*status) &&
	       ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0;
}

int step_next(pid_t pid, struct __ptrace_syscall_info *call, int *status)
{
	int signal = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, signal) != 0 || waitpid(pid, status, 0) != pid)
			return -1;
		if (WIFEXITED(*status) || WIFSIGNALED(*status))
			return 0;
		if (WSTOPSIG(*status) == (SIGTRAP | 0x80))
			return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(*call), call) > 0 ? 1
											     : -1;
		signal = WSTOPSIG(*status) == SIGTRAP ? 0 : WSTOPSIG(*status);
	}
}

bool step_is_before(const struct __ptrace_syscall_info *call, const long *numbers, size_t count)
{
	if (call->op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == (long)call->entry.nr)
			return true;
	return false;
}

bool step_kill(pid_t pid, int *status)
{
	(void)kill(pid, SIGKILL);
	return waitpid(pid, status, 0) == pid;
}

uint64_t step_acks(int acks)
{
	char bytes[64];
	uint64_t count = 0;
	ssize_t n;

	while ((n = read(acks, bytes, sizeof(bytes))) > 0)
		count += (uint64_t)n;
	(void)close(acks);
	return count;
}

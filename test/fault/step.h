/*
 * Runs a function in a fork of this program, and stops it before system calls of its (ptrace(2)), so that a test
 * can kill it there.
 *
 *	pid = step_start(run, &arg, true, &acks);
 *	if (!step_begin(pid, &status)) ...			-- ptrace does not work
 *	while ((stop = step_next(pid, &call, &status)) > 0)
 *		if (step_is_before(&call, calls, LEN(calls)) && ++count == point)
 *			break;
 *	if (stop > 0 && step_kill(pid, &status)) ...
 *	acked = step_acks(acks);
 */
#ifndef AURUM_TEST_FAULT_STEP_H
#define AURUM_TEST_FAULT_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/types.h>

/*
 * The child calls run(arg, end), which writes a byte into that end for each line that is in the log, and
 * exits. *acks is the other end. -1 with errno.
 */
pid_t step_start(void (*run)(const void *arg, int acks), const void *arg, bool is_traced,
		 int *acks);

/* A child that is traced has stopped, and goes on with step_next(). It dies with this process. */
bool step_begin(pid_t pid, int *status);

/* Up to the next entry or exit of a system call. 1; 0: it ended, *status says how; -1: ptrace does not work. */
int step_next(pid_t pid, struct __ptrace_syscall_info *call, int *status);

/* Whether it is about to make one of these calls. */
bool step_is_before(const struct __ptrace_syscall_info *call, const long *numbers, size_t count);

/* With SIGKILL, where it stands. */
bool step_kill(pid_t pid, int *status);

/* How many bytes came, up to the child's end; closes acks. */
uint64_t step_acks(int acks);

#endif

/*
 * seccomp, by libseccomp, which knows the numbers of each machine. No other file uses it.
 *
 * Two filters, because whether the kernel writes a record of a refusal belongs to a filter and not
 * to a call. The first holds the tables and is loud. The second refuses only clone3(), quietly: its
 * flags are in memory where a filter cannot look, every thread's start tries it, and the C library
 * falls back to clone() when the kernel does not know it. Of two filters the stricter counts.
 */
#include "sandbox/parts.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif
/* CLONE_NEWTIME has the place of a signal's number and no meaning here. */
#define NEW_NAMESPACES                                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET)

#define TESTS_MAX 2
#define ALL       UINT64_MAX
#define INT       UINT32_MAX /* the kernel looks at no more of an int */
/* Values that only the process knows; no test asks for them by chance. */
#define OWN_PID (UINT64_C(1) << 62)
#define OWN_UID (UINT64_C(1) << 61)

struct call_test {
	unsigned argument;
	uint64_t mask, value;
};

struct call_row {
	unsigned group;
	const char *name;
	struct call_test tests[TESTS_MAX]; /* one with a mask of 0 is none */
};

#define TEST(argument, mask, value)                                                                \
	{                                                                                          \
		argument, mask, value                                                              \
	}

static const struct call_row allowed[] = {
#define CALL(group, name)         {SANDBOX_CALLS_##group, name, {{0, 0, 0}}},
#define CALL_IF(group, name, ...) {SANDBOX_CALLS_##group, name, {__VA_ARGS__}},
#define REFUSED(name)
#define FATAL(name)
#include "sandbox/calls.def"
#undef CALL
#undef CALL_IF
#undef REFUSED
#undef FATAL
};

struct refusal {
	const char *name;
	uint32_t action;
};

static const struct refusal refusals[] = {
#define CALL(group, name)
#define CALL_IF(group, name, ...)
#define REFUSED(name) {name, SCMP_ACT_ERRNO(EPERM)},
#define FATAL(name)   {name, SCMP_ACT_KILL_PROCESS},
#include "sandbox/calls.def"
#undef CALL
#undef CALL_IF
#undef REFUSED
#undef FATAL
};

static uint64_t own(uint64_t value)
{
	if (value == OWN_PID)
		return (uint64_t)getpid();
	return value == OWN_UID ? geteuid() : value;
}

static int fail(int failure, const char *name, struct err *e)
{
	errno = -failure;
	return err_sys(e, "cannot make a filter for system calls%s%s", *name ? ": " : "", name);
}

static int allow(scmp_filter_ctx filter, const struct call_row *row, struct err *e)
{
	struct scmp_arg_cmp tests[TESTS_MAX];
	int number = seccomp_syscall_resolve_name(row->name), failure;
	unsigned count = 0;

	if (number == __NR_SCMP_ERROR)
		return 0;
	for (; count < TESTS_MAX && row->tests[count].mask; count++) {
		const struct call_test *t = &row->tests[count];

		tests[count] = (struct scmp_arg_cmp){t->argument, SCMP_CMP_MASKED_EQ, t->mask,
						     own(t->value)};
	}
	failure = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count, tests);
	return failure ? fail(failure, row->name, e) : 0;
}

/* Whether a group of groups allows the call, however bound. */
static bool is_allowed(unsigned groups, const char *name)
{
	for (size_t i = 0; i < LEN(allowed); i++)
		if ((allowed[i].group & groups) && strcmp(allowed[i].name, name) == 0)
			return true;
	return false;
}

static int fill(scmp_filter_ctx filter, unsigned groups, struct err *e)
{
	for (size_t i = 0; i < LEN(allowed); i++)
		if ((allowed[i].group & groups) && allow(filter, &allowed[i], e) != 0)
			return -1;
	for (size_t i = 0; i < LEN(refusals); i++) {
		int number = seccomp_syscall_resolve_name(refusals[i].name), failure;

		if (number == __NR_SCMP_ERROR || is_allowed(groups, refusals[i].name))
			continue;
		failure = seccomp_rule_add(filter, refusals[i].action, number, 0);
		if (failure)
			return fail(failure, refusals[i].name, e);
	}
	return 0;
}

static int load_tables(unsigned groups, struct err *e)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int failure, status;

	if (!filter)
		return err_set(e, "cannot make a filter for system calls");
	/* Kernels and libraries that cannot do without. */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone3), 0);
	status = status ? fail(status, "clone3", e) : fill(filter, groups, e);
	if (status == 0 && (failure = seccomp_load(filter)) != 0)
		status = fail(failure, "", e);
	seccomp_release(filter);
	return status;
}

static int load_quiet(struct err *e)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int failure;

	if (!filter)
		return err_set(e, "cannot make a filter for system calls");
	failure = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (failure == 0)
		failure = seccomp_load(filter);
	seccomp_release(filter);
	return failure ? fail(failure, "clone3", e) : 0;
}

int sandbox_enter_calls(const struct sandbox *s, struct err *e)
{
	/* The tables are last: they refuse seccomp(). */
	return load_quiet(e) != 0 ? -1 : load_tables(s->calls, e);
}

/* Priorities, and which sandbox. How one is made is lib/sandbox's. */
#include "archivist/confine.h"

#include "sandbox/sandbox.h"

#include <linux/capability.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define LOWEST_NICE 19

/* What it makes gets the group of the rotated file. */
#define CAPABILITIES SANDBOX_CAPABILITY(CAP_CHOWN)
#define CALLS        (SANDBOX_CALLS_BASE | SANDBOX_CALLS_FILES | SANDBOX_CALLS_TIMES | LEAK_CHECK)
#ifdef AURUM_SANITIZED
#define LEAK_CHECK (SANDBOX_CALLS_LEAK_CHECK | SANDBOX_CALLS_THREADS)
#else
#define LEAK_CHECK 0
#endif

static const struct sandbox_path standing[] = {
	{"/dev/null", SANDBOX_READ | SANDBOX_WRITE},
#ifdef AURUM_SANITIZED
	/* A sanitizer looks at its process and at what it was made of. */
	{"/proc", SANDBOX_READ},
	{"/usr", SANDBOX_READ},
	{"/lib", SANDBOX_READ},
#endif
};

void confine_yield(void)
{
	const struct sched_param none = {0};

	(void)setpriority(PRIO_PROCESS, 0, LOWEST_NICE);
	(void)sched_setscheduler(0, SCHED_IDLE, &none);
	(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
		      IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
}

void confine_enter(const char *folder)
{
	struct sandbox_path paths[LEN(standing) + 1] = {{folder, SANDBOX_READ | SANDBOX_MANAGE}};
	struct sandbox s = {CAPABILITIES, paths, LEN(paths), CALLS};
	struct sandbox_outcome got;

	for (size_t i = 0; i < LEN(standing); i++)
		paths[i + 1] = standing[i];
	sandbox_enter(&s, &got);
}

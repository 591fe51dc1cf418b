/* Memory, and which sandbox. How one is made is lib/sandbox's. */
#include "sealkey/confine.h"

#include "sandbox/sandbox.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define CALLS                                                                                      \
	(SANDBOX_CALLS_BASE | SANDBOX_CALLS_FILES | SANDBOX_CALLS_EVENTS | SANDBOX_CALLS_TALK |    \
	 LEAK_CHECK)
#ifdef AURUM_SANITIZED
#define LEAK_CHECK (SANDBOX_CALLS_LEAK_CHECK | SANDBOX_CALLS_THREADS)
#else
#define LEAK_CHECK 0
#endif

#define PATTERN 0x5a

static const struct sandbox_path standing[] = {
	{"/dev/null", SANDBOX_READ | SANDBOX_WRITE},
#ifdef AURUM_SANITIZED
	/* A sanitizer looks at its process and at what it was made of. */
	{"/proc", SANDBOX_READ},
	{"/usr", SANDBOX_READ},
	{"/lib", SANDBOX_READ},
#endif
};

#ifdef AURUM_SANITIZED
/* What mallopt() does below. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
	return "max_free_fill_size=1048576:free_fill_byte=90";
}
#endif

void confine_memory(void)
{
	const struct rlimit none = {0, 0};
#ifndef AURUM_SANITIZED
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
#endif

	(void)setrlimit(RLIMIT_CORE, &none);
#ifndef AURUM_SANITIZED
	(void)prctl(PR_SET_DUMPABLE, 0);
	/* Once capabilities are given up, memory beyond the limit would be refused and not just unlocked. */
	if (setrlimit(RLIMIT_MEMLOCK, &all) == 0)
		(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	/* Libraries free what had keys in it, and do not wipe all of that. */
	(void)mallopt(M_PERTURB, PATTERN);
#endif
}

void confine_enter(const char *folder, bool has_sockets)
{
	struct sandbox_path paths[LEN(standing) + 1] = {{folder, SANDBOX_READ | SANDBOX_MANAGE}};
	struct sandbox s = {0, paths, LEN(paths), CALLS};
	struct sandbox_outcome got;

	if (has_sockets)
		s.calls |= SANDBOX_CALLS_SOCKETS;
	for (size_t i = 0; i < LEN(standing); i++)
		paths[i + 1] = standing[i];
	sandbox_enter(&s, &got);
}

void confine_runner(void)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/*
 * The service manager that started a program: it keeps descriptors for the program's next start.
 * What sd_notify(3) and sd_listen_fds(3) do with them, without libsystemd.
 *
 *	struct manager m = {getenv("NOTIFY_SOCKET"), getenv("LISTEN_PID"), getenv("LISTEN_FDS"),
 *			    getenv("LISTEN_FDNAMES")};
 *	int fd = manager_take(&m, "aurum-seal");		-- first thing in main()
 *	if (fd < 0 && manager_keep(&m, made, "aurum-seal", &e) != 0) ...
 *
 * It keeps them over a restart and a crash, and lets them go when the service is stopped. The unit has
 * to allow it: FileDescriptorStoreMax=, and NotifyAccess= for whoever calls manager_keep().
 */
#ifndef AURUM_BASE_MANAGER_H
#define AURUM_BASE_MANAGER_H

#include "base/attr.h"
#include "base/err.h"

/* What it says in the environment; each may be NULL. Borrowed. */
struct manager {
	const char *notify; /* NOTIFY_SOCKET: a path, or '@' and an abstract name */
	const char *pid, *count, *names;
};

/*
 * The descriptor that was kept under this name. All that were handed over are closed at exec from here
 * on. -1: there is none. To be called once, by the process that the manager started.
 */
MUST_CHECK int manager_take(const struct manager *m, const char *name);

/*
 * Has it keep a copy of fd. name: letters, digits and '-'. 1: it was told to; 0: there is no manager
 * that could be told. It never says whether it did.
 */
MUST_CHECK int manager_keep(const struct manager *m, int fd, const char *name, struct err *e);

#endif

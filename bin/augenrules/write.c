/*
 * Puts the joined file in its place, whole or not at all. A link there stays one: what it leads to
 * is replaced. Owner and group of what was there are kept.
 */
#include "augenrules/app.h"

#include "base/file.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define RULES_MODE ((mode_t)0640)
#define RESTORECON "/usr/sbin/restorecon"

/* On a host with SELinux the file gets the label that the policy has for it. */
static void restore_label(const char *path)
{
	const char *const argv[] = {RESTORECON, "-F", path, NULL};
	char *const environment[] = {NULL};
	pid_t child;

	if (access(RESTORECON, X_OK) == 0 &&
	    posix_spawn(&child, RESTORECON, NULL, NULL, (char *const *)(uintptr_t)argv,
			environment) == 0)
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
}

static int replace(const char *path, struct sv text, const struct stat *was, struct err *e)
{
	if (file_replace(path, text, RULES_MODE, e) != 0)
		return -1;
	if (was && (was->st_uid != geteuid() || was->st_gid != getegid()) &&
	    chown(path, was->st_uid, was->st_gid) != 0)
		return err_sys(e, "cannot give %s back to its owner", path);
	return 0;
}

static int keep_old(const char *path, struct sv old, const struct stat *was, struct err *e)
{
	CLEANUP(buf_release) struct buf name = BUF_INIT((size_t)1 << 16);

	buf_printf(&name, "%s.prev", path);
	if (name.failed)
		return err_set(e, "no memory to keep %s", path);
	return replace(buf_cstr(&name), old, was, e);
}

int write_rules(const char *path, struct sv old, struct sv text, struct err *e)
{
	char *real = realpath(path, NULL);
	struct stat st;
	bool is_there = real && stat(real, &st) == 0;
	int done = 0;

	if (!real && errno != ENOENT)
		return err_sys(e, "cannot write %s", path);
	if (is_there)
		done = keep_old(path, old, &st, e);
	if (done == 0)
		done = replace(real ? real : path, text, is_there ? &st : NULL, e);
	if (done == 0)
		restore_label(real ? real : path);
	free(real);
	return done;
}

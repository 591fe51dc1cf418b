/*
 * Landlock: everything that it can forbid is forbidden, then given back for the listed paths. The
 * numbers are here, for headers of a distribution are older than its kernels.
 */
#include "sandbox/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

#define CREATE_VERSION    1u
#define RULE_PATH_BENEATH 1

/* linux/landlock.h, struct landlock_ruleset_attr: older kernels know the first fields. */
struct ruleset {
	uint64_t files, ports, scoped;
};
#define RULESET_V1 sizeof(uint64_t)

struct path_rule {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_V1 = (1 << 13) - 1,  /* and devices, sockets, pipes, links */
	FS_REFER = 1 << 13,     /* version 2: between folders */
	FS_TRUNCATE = 1 << 14,  /* version 3 */
	FS_IOCTL_DEV = 1 << 15, /* version 5 */
	SCOPE_ABSTRACT_SOCKETS = 1 << 0,
	SCOPE_SIGNALS = 1 << 1,
	OF_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV
};

static uint64_t known_rights(unsigned version)
{
	return FS_V1 | (version >= 2 ? FS_REFER : 0) | (version >= 3 ? FS_TRUNCATE : 0) |
	       (version >= 5 ? FS_IOCTL_DEV : 0);
}

static uint64_t granted(unsigned rights)
{
	uint64_t fs = 0;

	if (rights & SANDBOX_READ)
		fs |= FS_READ_FILE | FS_READ_DIR;
	if (rights & (SANDBOX_WRITE | SANDBOX_MANAGE))
		fs |= FS_WRITE_FILE | FS_TRUNCATE;
	if (rights & SANDBOX_MANAGE)
		fs |= FS_MAKE_REG | FS_MAKE_DIR | FS_REMOVE_FILE | FS_REMOVE_DIR | FS_REFER;
	return fs;
}

static int add_path(int ruleset, const struct sandbox_path *p, uint64_t known, struct err *e)
{
	CLEAN_FD int fd = open(p->path, O_PATH | O_CLOEXEC);
	struct path_rule rule = {.allowed = granted(p->rights) & known, .parent = fd};
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_sys(e, "cannot examine %s", p->path);
	if (!S_ISDIR(st.st_mode))
		rule.allowed &= OF_FILES;
	if (rule.allowed == 0 ||
	    syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0)
		return 0;
	/* A file system without folders of its own, such as that of pipes. */
	if (errno == EBADFD)
		return 0;
	return err_sys(e, "cannot allow %s", p->path);
}

int sandbox_enter_paths(const struct sandbox *s, unsigned *version, struct err *e)
{
	long got = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_VERSION);
	struct ruleset all = {.scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS};
	CLEAN_FD int ruleset = -1;

	*version = got > 0 ? (unsigned)got : 0;
	if (*version == 0)
		return err_set(e, "this kernel has no Landlock, or it is switched off");
	all.files = known_rights(*version);
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all,
			       *version >= 6 ? sizeof(all) : RULESET_V1, 0);
	if (ruleset < 0)
		return err_sys(e, "cannot make a Landlock ruleset");
	for (size_t i = 0; i < s->path_count; i++)
		if (add_path(ruleset, &s->paths[i], all.files, e) != 0)
			return -1;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		return err_sys(e, "cannot enter a Landlock ruleset");
	return 0;
}

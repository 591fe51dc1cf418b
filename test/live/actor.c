/*
 * A process that does what it is told, one system call a line of standard input, for tests that
 * compare the kernel's filters with ours. Every act is the same each time: same process, same
 * arguments, same addresses. What has to be there first, and cleaned up, is the caller's part.
 *
 *	live-actor		prints its pid, then "done" for each line that names an act
 *	live-actor --list	prints the acts
 *
 * The calls around an act (reading the line, changing ids, closing) have numbers of their own, so
 * that the event of an act is the only one of its number between two lines.
 */
#include "base/attr.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

#define FD_DIR  20 /* the folder d */
#define FD_FILE 21 /* f_root, for reading and writing */
#define FD_RING 22 /* io_uring */
#define USER    1001
#define GROUP   1002

#define CALL(...) (void)syscall(__VA_ARGS__)

static char *self;
static pid_t own_pid;

static void close_last(int fd)
{
	if (fd > 2 && fd != FD_DIR && fd != FD_FILE && fd != FD_RING)
		(void)close(fd);
}

/* ---- 32-bit calls of a 64-bit process; their pointers have to be low ---- */

#ifdef __x86_64__
static char *low;
static bool can32;

static int call32(unsigned nr, uintptr_t b, uintptr_t c, uintptr_t d)
{
	unsigned long result;

	if (low && !can32)
		return -1;
	__asm__ volatile("push %%rbx\n\tmov %2, %%ebx\n\tint $0x80\n\tpop %%rbx"
			 : "=a"(result)
			 : "a"(nr), "r"((unsigned)b), "c"((unsigned)c), "d"((unsigned)d)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static uintptr_t put_low(const char *text)
{
	memcpy(low, text, strlen(text) + 1);
	return (uintptr_t)low;
}

static void open32(void)
{
	close_last(call32(5, put_low("f_root"), O_RDWR, 0));
}

static void open32_missing(void)
{
	close_last(call32(5, put_low("nothing"), O_RDONLY, 0));
}

static void openat32(void)
{
	close_last(call32(295, (uintptr_t)AT_FDCWD, put_low("d/sub/file"), O_WRONLY));
}

static void chmod32(void)
{
	(void)call32(15, put_low("f_root"), 0644, 0);
}

static void chown32(void)
{
	(void)call32(212, put_low("f_user"), USER, GROUP);
}

static void mkdir32(void)
{
	(void)call32(39, put_low("e/vd"), 0700, 0);
}

static void getxattr32(void)
{
	(void)call32(229, put_low("f_root"), 0, 0);
}

static void kill32(void)
{
	(void)call32(37, (uintptr_t)own_pid, 0, 0);
}

static void socketcall32(void)
{
	uint32_t *arguments = (uint32_t *)(low + 512);
	struct sockaddr_in *address = (struct sockaddr_in *)(low + 1024);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*address =
		(struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	arguments[0] = (uint32_t)fd;
	arguments[1] = (uint32_t)(uintptr_t)address;
	arguments[2] = sizeof(*address);
	(void)call32(102, 2, (uintptr_t)arguments, 0);
	(void)close(fd);
}

/* A kernel without 32-bit programs answers with a signal: a child tries. */
static bool has_calls32(void)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0)
		_exit(call32(20, 0, 0, 0) > 0 ? 0 : 1);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void init32(void)
{
	can32 = has_calls32();
	low = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (low == MAP_FAILED)
		exit(2);
}
#endif

/* ---- files ---- */

#define OPENS(name, ...)                                                                           \
	static void name(void)                                                                     \
	{                                                                                          \
		close_last((int)syscall(__VA_ARGS__));                                             \
	}
#define DOES(name, ...)                                                                            \
	static void name(void)                                                                     \
	{                                                                                          \
		CALL(__VA_ARGS__);                                                                 \
	}

#ifdef SYS_open
OPENS(open_read, SYS_open, "f_root", O_RDONLY)
OPENS(open_write, SYS_open, "f_user", O_WRONLY)
OPENS(open_both, SYS_open, "./d/../f_root", O_RDWR)
OPENS(open_append, SYS_open, "d/sub/file", O_WRONLY | O_APPEND)
OPENS(open_link, SYS_open, "link_s", O_RDONLY)
OPENS(open_inner_link, SYS_open, "d/link_out", O_RDONLY)
OPENS(open_hard, SYS_open, "hard", O_RDONLY)
OPENS(open_missing, SYS_open, "nothing", O_RDONLY)
OPENS(open_below_missing, SYS_open, "nowhere/nothing", O_RDONLY)
OPENS(open_denied, SYS_open, "f_secret", O_RDONLY)
OPENS(open_device, SYS_open, "/dev/null", O_RDONLY)
OPENS(open_proc, SYS_open, "/proc/self/stat", O_RDONLY)
OPENS(open_debugfs, SYS_open, "/sys/kernel/debug", O_RDONLY)
OPENS(open_tracefs, SYS_open, "/sys/kernel/tracing", O_RDONLY)
OPENS(open_cgroup, SYS_open, "/sys/fs/cgroup/unified", O_RDONLY)
OPENS(open_dir, SYS_open, "d", O_RDONLY | O_DIRECTORY)
OPENS(creat_new, SYS_creat, "v1", 0600)
OPENS(creat_old, SYS_creat, "e/v3", 0600)
DOES(unlink_one, SYS_unlink, "v1")
DOES(unlink_missing, SYS_unlink, "nothing")
DOES(unlink_denied, SYS_unlink, "f_user")
DOES(rename_new, SYS_rename, "v1", "v2")
DOES(rename_over, SYS_rename, "v1", "v2")
DOES(rename_missing, SYS_rename, "nothing", "v1")
DOES(rename_dirs, SYS_rename, "v1", "e/v3")
DOES(link_new, SYS_link, "f_root", "v1")
DOES(link_exists, SYS_link, "f_root", "f_user")
DOES(symlink_new, SYS_symlink, "f_root", "v1")
DOES(mkdir_new, SYS_mkdir, "e/vd", 0700)
DOES(mkdir_exists, SYS_mkdir, "d", 0700)
DOES(rmdir_one, SYS_rmdir, "e/vd")
DOES(rmdir_full, SYS_rmdir, "d")
DOES(mknod_fifo, SYS_mknod, "v1", S_IFIFO | 0600, 0)
DOES(chmod_one, SYS_chmod, "f_root", 0644)
DOES(chmod_dir, SYS_chmod, "d/sub", 0755)
DOES(chmod_denied, SYS_chmod, "f_root", 0600)
DOES(chown_one, SYS_chown, "f_user", USER, GROUP)
DOES(lchown_link, SYS_lchown, "link_s", 0, 0)
DOES(readlink_one, SYS_readlink, "link_s", NULL, 0)
DOES(access_one, SYS_access, "f_user", R_OK)
DOES(stat_one, SYS_stat, "fifo", NULL)
#endif
OPENS(openat_read, SYS_openat, AT_FDCWD, "d/sub/file", O_RDONLY)
OPENS(openat_write, SYS_openat, AT_FDCWD, "f_root", O_WRONLY)
OPENS(openat_relative, SYS_openat, FD_DIR, "sub/file", O_RDONLY)
OPENS(openat_create, SYS_openat, AT_FDCWD, "e/v3", O_WRONLY | O_CREAT, 0600)
OPENS(openat_create_old, SYS_openat, AT_FDCWD, "f_root", O_RDWR | O_CREAT, 0600)
OPENS(openat_exclusive, SYS_openat, AT_FDCWD, "f_root", O_WRONLY | O_CREAT | O_EXCL, 0600)
DOES(unlinkat_one, SYS_unlinkat, AT_FDCWD, "e/v3", 0)
DOES(unlinkat_relative, SYS_unlinkat, FD_DIR, "../v1", 0)
DOES(renameat2_dirs, SYS_renameat2, AT_FDCWD, "e/v3", AT_FDCWD, "v1", 0)
DOES(renameat2_refused, SYS_renameat2, AT_FDCWD, "v1", AT_FDCWD, "f_user", 1)
DOES(linkat_new, SYS_linkat, AT_FDCWD, "f_user", AT_FDCWD, "e/v3", 0)
DOES(symlinkat_new, SYS_symlinkat, "f_user", AT_FDCWD, "v2")
DOES(mkdirat_new, SYS_mkdirat, AT_FDCWD, "e/vd", 0755)
DOES(fchmod_one, SYS_fchmod, FD_FILE, 0644)
DOES(fchmodat_one, SYS_fchmodat, AT_FDCWD, "d/sub/file", 0644)
DOES(fchmodat2_one, SYS_fchmodat2, AT_FDCWD, "f_user", 0640, 0)
DOES(fchown_one, SYS_fchown, FD_FILE, 0, 0)
DOES(fchownat_one, SYS_fchownat, AT_FDCWD, "d/sub/file", 0, GROUP, 0)
DOES(truncate_one, SYS_truncate, "f_root", 0)
DOES(ftruncate_one, SYS_ftruncate, FD_FILE, 0)
DOES(setxattr_one, SYS_setxattr, "f_root", "user.x", "y", 1, 0)
DOES(getxattr_none, SYS_getxattr, "f_user", "user.none", NULL, 0)
DOES(listxattr_one, SYS_listxattr, "d", NULL, 0)
DOES(removexattr_none, SYS_removexattr, "f_root", "user.none")
DOES(readlinkat_one, SYS_readlinkat, AT_FDCWD, "link_s", NULL, 0)
DOES(newfstatat_one, SYS_newfstatat, AT_FDCWD, "f_root", NULL, 0)
DOES(chdir_one, SYS_chdir, ".")
DOES(execve_missing, SYS_execve, "nothing", NULL, NULL)
DOES(execve_denied, SYS_execve, "f_root", NULL, NULL)
DOES(kill_self, SYS_kill, own_pid, 0)
DOES(kill_init, SYS_kill, 1, 0)
DOES(tgkill_self, SYS_tgkill, own_pid, own_pid, 0)
DOES(getppid_one, SYS_getppid)
DOES(umask_one, SYS_umask, 022)
DOES(mount_denied, SYS_mount, "none", "d", "tmpfs", 0, NULL)
DOES(umount_denied, SYS_umount2, "d", 0)
DOES(sethostname_denied, SYS_sethostname, "x", 1)
DOES(setpriority_one, SYS_setpriority, 0, 0, 0)
DOES(swapon_denied, SYS_swapon, "f_root", 0)
DOES(acct_denied, SYS_acct, "f_root")
DOES(ioctl_bad, SYS_ioctl, FD_FILE, 0x5401UL, 0xfffffffffUL)
DOES(lseek_negative, SYS_lseek, FD_FILE, -1L, SEEK_SET)
DOES(fallocate_bad, SYS_fallocate, FD_DIR, 0, 0, 1)

static void openat2_with(const char *path, uint64_t flags)
{
	static struct open_how how;

	how = (struct open_how){.flags = flags};
	close_last((int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)));
}

static void openat2_read(void)
{
	openat2_with("f_root", O_RDONLY);
}

static void openat2_both(void)
{
	openat2_with("d/sub/file", O_RDWR);
}

static void openat2_missing(void)
{
	openat2_with("nothing", O_WRONLY);
}

/* A successful exec: the program goes on as itself, its pid too. */
static void execve_self(void)
{
	static char again[] = "--again";
	static char *arguments[] = {NULL, again, NULL};

	arguments[0] = self;
	CALL(SYS_execve, self, arguments, NULL);
}

/* ---- sockets ---- */

static void with_address(long call, int family, const char *path, uint16_t port)
{
	static struct sockaddr_un un;
	static struct sockaddr_in in;
	int fd = socket(family, family == AF_UNIX ? SOCK_STREAM : SOCK_DGRAM, 0);

	un = (struct sockaddr_un){.sun_family = AF_UNIX};
	in = (struct sockaddr_in){.sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr = {htonl(INADDR_LOOPBACK)}};
	if (path)
		memcpy(un.sun_path, path, strlen(path));
	if (family == AF_UNIX)
		CALL(call, fd, &un, sizeof(un));
	else
		CALL(call, fd, &in, sizeof(in));
	close_last(fd);
}

static void connect_unix(void)
{
	with_address(SYS_connect, AF_UNIX, "socket", 0);
}

static void connect_unix_missing(void)
{
	with_address(SYS_connect, AF_UNIX, "nothing", 0);
}

static void connect_inet(void)
{
	with_address(SYS_connect, AF_INET, NULL, 9);
}

static void bind_unix(void)
{
	with_address(SYS_bind, AF_UNIX, "v1", 0);
}

static void bind_inet(void)
{
	with_address(SYS_bind, AF_INET, NULL, 0);
}

/* ---- messages to the kernel's audit ---- */

static void send_message(uint16_t type, const char *text)
{
	static struct {
		struct nlmsghdr head;
		char text[64];
	} message;
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	message.head = (struct nlmsghdr){.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + strlen(text) + 1),
					 .nlmsg_type = type,
					 .nlmsg_flags = NLM_F_REQUEST};
	(void)snprintf(message.text, sizeof(message.text), "%s", text);
	(void)sendto(fd, &message, message.head.nlmsg_len, 0, (struct sockaddr *)&kernel,
		     sizeof(kernel));
	close_last(fd);
}

static void message_login(void)
{
	send_message(1112, "op=login");
}

static void message_other(void)
{
	send_message(2404, "op=other");
}

/* ---- io_uring: operations that a thread of the kernel does for the process, mostly ---- */

static struct io_uring_params ring;
static char *ring_memory;
static struct io_uring_sqe *ring_entries;

static void ring_init(void)
{
	long fd = syscall(SYS_io_uring_setup, 4, &ring);

	if (fd < 0)
		return;
	(void)dup3((int)fd, FD_RING, O_CLOEXEC);
	(void)close((int)fd);
	ring_memory =
		mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, FD_RING, IORING_OFF_SQ_RING);
	ring_entries = mmap(NULL, 4 * sizeof(*ring_entries), PROT_READ | PROT_WRITE, MAP_SHARED,
			    FD_RING, IORING_OFF_SQES);
	if (ring_memory == MAP_FAILED || ring_entries == MAP_FAILED)
		ring_memory = NULL;
}

static uint32_t *ring_at(uint32_t offset)
{
	return (uint32_t *)(void *)(ring_memory + offset);
}

static void ring_do(const struct io_uring_sqe *entry, unsigned char flags)
{
	uint32_t tail, head;
	struct io_uring_cqe *done;

	if (!ring_memory)
		return;
	tail = *ring_at(ring.sq_off.tail);
	ring_entries[tail & 3] = *entry;
	ring_entries[tail & 3].flags = flags;
	ring_at(ring.sq_off.array)[tail & 3] = tail & 3;
	__atomic_store_n(ring_at(ring.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
	(void)syscall(SYS_io_uring_enter, FD_RING, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0);
	head = *ring_at(ring.cq_off.head);
	done = (struct io_uring_cqe *)(void *)(ring_memory + ring.cq_off.cqes);
	if (entry->opcode == IORING_OP_OPENAT)
		close_last(done[head & 7].res);
	__atomic_store_n(ring_at(ring.cq_off.head), head + 1, __ATOMIC_RELEASE);
}

static void ring_openat(const char *path, int flags, unsigned char how)
{
	const struct io_uring_sqe entry = {.opcode = IORING_OP_OPENAT,
					   .fd = AT_FDCWD,
					   .addr = (uintptr_t)path,
					   .open_flags = (uint32_t)flags};

	ring_do(&entry, how);
}

static void ring_open(void)
{
	static char path[4096];

	if (path[0] == '\0' && !realpath("f_root", path))
		return;
	ring_openat(path, O_RDWR, IOSQE_ASYNC);
}

static void ring_open_missing(void)
{
	ring_openat("nothing", O_RDONLY, IOSQE_ASYNC);
}

/* An operation that is done within the call: both are in one event. */
static void inline_open(void)
{
	ring_openat("f_user", O_RDONLY, 0);
}

static void inline_open_missing(void)
{
	ring_openat("nothing", O_RDONLY, 0);
}

static void ring_rename(void)
{
	static const char from[] = "v1", to[] = "v2";
	const struct io_uring_sqe entry = {.opcode = IORING_OP_RENAMEAT,
					   .fd = AT_FDCWD,
					   .addr = (uintptr_t)from,
					   .len = (uint32_t)AT_FDCWD,
					   .addr2 = (uintptr_t)to};

	ring_do(&entry, IOSQE_ASYNC);
}

static void ring_mkdir(void)
{
	static const char path[] = "e/vd";
	const struct io_uring_sqe entry = {
		.opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = (uintptr_t)path, .len = 0700};

	ring_do(&entry, IOSQE_ASYNC);
}

/* ---- ids; what is changed is put back by other calls ---- */

static void setreuid_one(void)
{
	CALL(SYS_setreuid, USER, -1);
}

static void setuid_denied(void)
{
	CALL(SYS_setuid, 4711);
}

static void setregid_one(void)
{
	CALL(SYS_setregid, GROUP, GROUP);
}

/* ---- the table ---- */

struct act {
	const char *name;
	void (*run)(void);
	unsigned real, effective, saved; /* ids for the act */
};

#define ROOT(fn)                                                                                   \
	{                                                                                          \
#fn, fn, 0, 0, 0                                                                   \
	}
#define PLAIN(fn)                                                                                  \
	{                                                                                          \
#fn "@user", fn, USER, USER, 0                                                     \
	}
#define MIXED(fn)                                                                                  \
	{                                                                                          \
#fn "@mixed", fn, USER, 1003, 0                                                    \
	}
#define SETID(fn)                                                                                  \
	{                                                                                          \
#fn "@setid", fn, USER, 0, 0                                                       \
	}

static const struct act acts[] = {
#ifdef SYS_open
	ROOT(open_read),
	PLAIN(open_read),
	MIXED(open_write),
	PLAIN(open_write),
	ROOT(open_both),
	SETID(open_append),
	ROOT(open_link),
	ROOT(open_inner_link),
	PLAIN(open_hard),
	ROOT(open_missing),
	PLAIN(open_missing),
	ROOT(open_below_missing),
	PLAIN(open_denied),
	ROOT(open_device),
	ROOT(open_debugfs),
	ROOT(open_tracefs),
	ROOT(open_cgroup),
	PLAIN(open_proc),
	ROOT(open_dir),
	ROOT(creat_new),
	PLAIN(creat_new),
	ROOT(creat_old),
	ROOT(unlink_one),
	SETID(unlink_one),
	ROOT(unlink_missing),
	PLAIN(unlink_denied),
	ROOT(rename_new),
	ROOT(rename_over),
	ROOT(rename_missing),
	ROOT(rename_dirs),
	ROOT(link_new),
	ROOT(link_exists),
	ROOT(symlink_new),
	PLAIN(symlink_new),
	ROOT(mkdir_new),
	PLAIN(mkdir_exists),
	ROOT(rmdir_one),
	ROOT(rmdir_full),
	ROOT(mknod_fifo),
	ROOT(chmod_one),
	PLAIN(chmod_denied),
	ROOT(chmod_dir),
	ROOT(chown_one),
	ROOT(lchown_link),
	PLAIN(readlink_one),
	MIXED(access_one),
	ROOT(stat_one),
#endif
	ROOT(openat_read),
	PLAIN(openat_read),
	ROOT(openat_write),
	ROOT(openat_relative),
	ROOT(openat_create),
	PLAIN(openat_create),
	ROOT(openat_create_old),
	ROOT(openat_exclusive),
	ROOT(unlinkat_one),
	ROOT(unlinkat_relative),
	ROOT(renameat2_dirs),
	ROOT(renameat2_refused),
	ROOT(linkat_new),
	ROOT(symlinkat_new),
	ROOT(mkdirat_new),
	ROOT(fchmod_one),
	ROOT(fchmodat_one),
	ROOT(fchmodat2_one),
	ROOT(fchown_one),
	ROOT(fchownat_one),
	PLAIN(fchownat_one),
	ROOT(truncate_one),
	PLAIN(truncate_one),
	ROOT(ftruncate_one),
	ROOT(setxattr_one),
	PLAIN(getxattr_none),
	ROOT(listxattr_one),
	ROOT(removexattr_none),
	ROOT(readlinkat_one),
	ROOT(newfstatat_one),
	ROOT(chdir_one),
	ROOT(execve_missing),
	PLAIN(execve_denied),
	ROOT(execve_self),
	ROOT(openat2_read),
	MIXED(openat2_read),
	ROOT(openat2_both),
	PLAIN(openat2_missing),
	ROOT(kill_self),
	PLAIN(kill_init),
	ROOT(tgkill_self),
	ROOT(getppid_one),
	MIXED(getppid_one),
	ROOT(umask_one),
	PLAIN(mount_denied),
	PLAIN(umount_denied),
	PLAIN(sethostname_denied),
	ROOT(setpriority_one),
	PLAIN(swapon_denied),
	PLAIN(acct_denied),
	ROOT(ioctl_bad),
	ROOT(lseek_negative),
	ROOT(fallocate_bad),
	ROOT(connect_unix),
	PLAIN(connect_unix_missing),
	ROOT(connect_inet),
	ROOT(bind_unix),
	PLAIN(bind_inet),
	ROOT(setreuid_one),
	PLAIN(setuid_denied),
	ROOT(setregid_one),
	ROOT(message_login),
	SETID(message_login),
	ROOT(message_other),
	ROOT(ring_open),
	PLAIN(ring_open),
	ROOT(ring_open_missing),
	ROOT(inline_open),
	PLAIN(inline_open),
	ROOT(inline_open_missing),
	ROOT(ring_rename),
	ROOT(ring_mkdir),
#ifdef __x86_64__
	ROOT(open32),
	PLAIN(open32),
	ROOT(open32_missing),
	ROOT(openat32),
	ROOT(chmod32),
	ROOT(chown32),
	ROOT(mkdir32),
	PLAIN(getxattr32),
	ROOT(kill32),
	ROOT(socketcall32),
#endif
};

static void run(const struct act *a)
{
	if (a->real || a->effective)
		CALL(SYS_setresuid, a->real, a->effective, a->saved);
	a->run();
	CALL(SYS_setresuid, 0, 0, 0);
	CALL(SYS_setresgid, 0, 0, 0);
}

/* Byte by byte: nothing may be left in a buffer when the program is replaced. */
static bool read_line(char *line, size_t size)
{
	size_t n = 0;

	while (n + 1 < size && read(0, line + n, 1) == 1 && line[n] != '\n')
		n++;
	line[n] = '\0';
	return n > 0;
}

static void answer(const char *text)
{
	if (write(1, text, strlen(text)) < 0)
		_exit(1);
}

static void act_on_lines(void)
{
	char line[64];

	while (read_line(line, sizeof(line))) {
		for (size_t i = 0; i < LEN(acts); i++)
			if (strcmp(acts[i].name, line) == 0)
				run(&acts[i]);
		answer("done\n");
	}
}

static void begin(void)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%d\n", (int)getpid());
	(void)umask(022);
	if (setgroups(0, NULL) != 0)
		_exit(2);
	answer(text);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < LEN(acts); i++)
			(void)puts(acts[i].name);
		return 0;
	}
	/* The same addresses in every incarnation. */
	if (!(personality(0xffffffff) & ADDR_NO_RANDOMIZE)) {
		(void)personality(ADDR_NO_RANDOMIZE);
		(void)execve(self, argv, (char *[]){NULL});
		return 2;
	}
	own_pid = getpid();
#ifdef __x86_64__
	init32();
#endif
	(void)dup2(open("d", O_RDONLY | O_DIRECTORY | O_CLOEXEC), FD_DIR);
	(void)dup2(open("f_root", O_RDWR | O_CLOEXEC), FD_FILE);
	ring_init();
	for (int fd = 3; fd < FD_DIR; fd++)
		(void)close(fd);
	if (argc > 1 && strcmp(argv[1], "--again") == 0)
		answer("done\n");
	else
		begin();
	act_on_lines();
	return 0;
}

/*
 * Each test enters a sandbox in a process of its own and looks from inside. What a child finds
 * wrong it says on standard error, with the line.
 */
#include "base/test.h"

#include "sandbox/parts.h"

#include "base/num.h"
#include "base/sv.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define EVERY                                                                                      \
	(SANDBOX_CALLS_BASE | SANDBOX_CALLS_FILES | SANDBOX_CALLS_EVENTS | SANDBOX_CALLS_SOCKETS | \
	 SANDBOX_CALLS_THREADS | SANDBOX_CALLS_PRIORITY)

static char top[64]; /* with the folders own/ read/ none/ and a file in each */

static bool holds_here(bool truth, int line, const char *claim)
{
	if (!truth)
		(void)dprintf(STDERR_FILENO, "sandbox_test.c:%d: not so: %s (errno: %s)\n", line,
			      claim, strerror(errno));
	return truth;
}
/* In a child: the rest is not looked at. */
#define CLAIM(truth)                                                                               \
	do {                                                                                       \
		if (!holds_here((truth), __LINE__, #truth))                                        \
			_exit(1);                                                                  \
	} while (0)

/* The status of a child that runs inside(). */
static int run(void (*inside)(void))
{
	pid_t child = fork();
	int status = -1;

	assert_true(child >= 0);
	if (child == 0) {
		inside();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static const char *below(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", top, name);
	return path;
}

/* All three parts, with what a test asks for. */
static struct sandbox_outcome enter(uint64_t capabilities, unsigned calls)
{
	const struct sandbox_path paths[] = {{below("own"), SANDBOX_READ | SANDBOX_MANAGE},
					     {below("read"), SANDBOX_READ},
					     {below("none/written"), SANDBOX_WRITE},
					     {below("nowhere"), SANDBOX_MANAGE},
					     {"/etc", SANDBOX_READ},
					     {"/usr", SANDBOX_READ},
					     {"/lib", SANDBOX_READ},
					     {"/run", SANDBOX_READ},
					     {"/proc", SANDBOX_READ},
					     {"/dev/null", SANDBOX_READ | SANDBOX_WRITE}};
	struct sandbox s = {capabilities, paths, LEN(paths), calls};
	struct sandbox_outcome got;

	sandbox_enter(&s, &got);
	for (int i = 0; i < SANDBOX_PARTS; i++)
		if (!got.holds[i])
			(void)dprintf(STDERR_FILENO, "# %s\n", got.why[i].text);
	return got;
}

/* A number of /proc/self/status or of a thread's, in base 16. */
static uint64_t status_of(const char *path, const char *field)
{
	char line[256], *value;
	uint64_t number = UINT64_MAX;
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f)) {
		value = strchr(line, '\t');
		if (!value || strncmp(line, field, strlen(field)) != 0)
			continue;
		number = 0;
		for (value++; *value && *value != '\n'; value++)
			number = number * 16 +
				 (uint64_t)(*value <= '9' ? *value - '0' : *value - 'a' + 10);
	}
	if (f)
		(void)fclose(f);
	return number;
}

static uint64_t had; /* the effective capabilities of the test */

static void check_capabilities(void)
{
	const uint64_t kept = SANDBOX_CAPABILITY(CAP_CHOWN) | SANDBOX_CAPABILITY(CAP_AUDIT_CONTROL);

	CLAIM(enter(kept, EVERY).holds[SANDBOX_CAPABILITIES]);
	CLAIM(status_of("/proc/self/status", "CapEff:") == (had & kept));
	CLAIM(status_of("/proc/self/status", "CapPrm:") == (had & kept));
	CLAIM(status_of("/proc/self/status", "CapInh:") == 0);
	CLAIM(status_of("/proc/self/status", "CapAmb:") == 0);
	CLAIM(status_of("/proc/self/status", "NoNewPrivs:") == 1);
	if (had >> CAP_SETPCAP & 1)
		CLAIM((status_of("/proc/self/status", "CapBnd:") & ~kept) == 0);
}

static void only_the_listed_capabilities_are_left_in_every_set(void **state)
{
	(void)state;
	assert_int_equal(run(check_capabilities), 0);
}

/* Without the filter, for the program to run. */
static void execute_for_capabilities(void)
{
	struct sandbox s = {.capabilities = 0};

	CLAIM(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CLAIM(sandbox_enter_capabilities(&s, NULL) == 0);
	(void)execl("/bin/grep", "grep", "-q", "^CapEff:.0*$", "/proc/self/status", (char *)NULL);
	CLAIM(!"executed");
}

static void an_executed_program_gets_no_capability_back(void **state)
{
	(void)state;
	assert_int_equal(run(execute_for_capabilities), 0);
}

static bool can_open(const char *name, int flags)
{
	CLEAN_FD int fd = open(below(name), flags | O_CLOEXEC, 0600);

	return fd >= 0;
}

static bool is_denied(int result)
{
	return result != 0 && (errno == EACCES || errno == EXDEV);
}

static void check_own_folder(void)
{
	CLAIM(can_open("own/file", O_RDONLY));
	CLAIM(can_open("own/file", O_WRONLY | O_APPEND));
	CLAIM(can_open("own/file", O_WRONLY | O_TRUNC));
	CLAIM(can_open("own/new", O_WRONLY | O_CREAT | O_EXCL));
	CLAIM(rename(below("own/new"), below("own/newer")) == 0);
	CLAIM(mkdir(below("own/folder"), 0700) == 0);
	CLAIM(rename(below("own/newer"), below("own/folder/newer")) == 0 || errno == EXDEV);
	(void)unlink(below("own/newer"));
	(void)unlink(below("own/folder/newer"));
	CLAIM(rmdir(below("own/folder")) == 0);
	CLAIM(mkfifo(below("own/fifo"), 0600) != 0);
}

static void check_other_folders(void)
{
	CLAIM(can_open("read/file", O_RDONLY));
	CLAIM(!can_open("read/file", O_WRONLY));
	CLAIM(!can_open("read/new", O_WRONLY | O_CREAT));
	CLAIM(is_denied(unlink(below("read/file"))));
	CLAIM(!can_open("none/file", O_RDONLY));
	CLAIM(!can_open("none/new", O_WRONLY | O_CREAT));
	CLAIM(is_denied(rename(below("own/file"), below("none/file"))));
	CLAIM(is_denied(rename(below("none/file"), below("own/file"))));
	CLAIM(can_open("none/written", O_WRONLY));
	CLAIM(!can_open("none/written", O_RDONLY));
	CLAIM(is_denied(unlink(below("none/written"))));
	/* A way around by a link is none. */
	CLAIM(!can_open("own/link", O_RDONLY));
	CLAIM(!can_open("own/link", O_WRONLY));
}

static void check_files(void)
{
	CLAIM(enter(UINT64_MAX, EVERY).holds[SANDBOX_FILES]);
	check_own_folder();
	check_other_folders();
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
}

static void files_are_within_reach_where_a_path_allows_it_only(void **state)
{
	(void)state;
	if (!has_landlock())
		skip();
	assert_int_equal(run(check_files), 0);
}

/* The kernel of a host without Landlock. */
static void hide_landlock(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {LEN(code), code};

	CLAIM(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CLAIM(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void check_without_landlock(void)
{
	struct sandbox_outcome got;

	hide_landlock();
	got = enter(0, EVERY);
	CLAIM(got.landlock == 0);
	CLAIM(!got.holds[SANDBOX_FILES]);
	CLAIM(strcmp(got.why[SANDBOX_FILES].text,
		     "this kernel has no Landlock, or it is switched off") == 0);
	CLAIM(got.holds[SANDBOX_CAPABILITIES] && got.holds[SANDBOX_SYSTEM_CALLS]);
	CLAIM(can_open("none/file", O_RDONLY));
	CLAIM(status_of("/proc/self/status", "CapEff:") == 0);
}

static void a_kernel_without_landlock_still_gives_the_other_parts(void **state)
{
	(void)state;
	assert_int_equal(run(check_without_landlock), 0);
}

static void check_programs(void)
{
	char *const argv[] = {NULL};

	CLAIM(enter(UINT64_MAX, EVERY).holds[SANDBOX_SYSTEM_CALLS]);
	CLAIM(status_of("/proc/self/status", "Seccomp:") == 2);
	CLAIM(execve("/bin/true", argv, argv) != 0 && errno == EPERM);
	CLAIM(syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, argv, 0) != 0 && errno == EPERM);
	CLAIM(fork() < 0);
#ifdef SYS_fork
	CLAIM(syscall(SYS_fork) < 0 && errno == EPERM);
#endif
	CLAIM(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0);
	CLAIM(system("true") != 0);
	CLAIM(kill(getppid(), SIGTERM) != 0);
	CLAIM(kill(getppid(), 0) == 0 || errno == EPERM);
	CLAIM(raise(SIGURG) == 0);
}

static void no_program_is_started_and_no_other_process_signalled(void **state)
{
	(void)state;
	assert_int_equal(run(check_programs), 0);
}

static void check_powers(void)
{
	int fd = open(below("own/file"), O_RDWR | O_CLOEXEC);
	void *page;

	CLAIM(enter(UINT64_MAX, EVERY).holds[SANDBOX_SYSTEM_CALLS]);
	CLAIM(fchmod(fd, 0640) == 0);
	CLAIM(fchmod(fd, 04755) != 0);
	CLAIM(fchmod(fd, 02755) != 0);
	CLAIM(fchown(fd, geteuid(), getegid()) == 0);
	CLAIM(fchown(fd, (uid_t)-1, getegid()) == 0);
	CLAIM(fchown(fd, geteuid() + 1, getegid()) != 0);
	CLAIM(chmod(below("own/file"), 0600) != 0);
	CLAIM(chown(below("own/file"), geteuid(), getegid()) != 0);
	CLAIM(truncate(below("own/file"), 0) != 0);
	CLAIM(symlink("/etc/passwd", below("own/symlink")) != 0);
	CLAIM(link(below("read/file"), below("own/hard")) != 0);
	CLAIM(setuid(getuid()) != 0);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CLAIM(page != MAP_FAILED);
	CLAIM(mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) != 0);
	CLAIM(mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	      MAP_FAILED);
	CLAIM(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0) < 0);
	CLAIM(syscall(10000) < 0 && errno == ENOSYS);
	CLAIM(getpriority(PRIO_PROCESS, 0) >= -20);
	CLAIM(setpriority(PRIO_PROCESS, 0, 5) == 0);
	CLAIM(setpriority(PRIO_PROCESS, getppid(), 5) != 0);
}

static void what_was_opened_can_be_kept_but_not_made_powerful(void **state)
{
	(void)state;
	assert_int_equal(run(check_powers), 0);
}

static void check_sockets(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX}, hidden = at;
	struct addrinfo *found = NULL;
	int listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), fd;
	int abstract = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sandbox_outcome got;

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", below("none/socket"));
	(void)snprintf(hidden.sun_path + 1, sizeof(hidden.sun_path) - 1, "%s", top);
	CLAIM(bind(listener, (struct sockaddr *)&at, sizeof(at)) == 0);
	CLAIM(bind(abstract, (struct sockaddr *)&hidden, sizeof(hidden)) == 0);
	got = enter(0, EVERY);
	CLAIM(got.holds[SANDBOX_SYSTEM_CALLS]);
	/* As /dev/log: a socket by its path, wherever it is. */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CLAIM(sendto(fd, "hello", 5, 0, (struct sockaddr *)&at, sizeof(at)) == 5);
	CLAIM(got.landlock < 6 ||
	      sendto(fd, "hello", 5, 0, (struct sockaddr *)&hidden, sizeof(hidden)) < 0);
	CLAIM(socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno == EAFNOSUPPORT);
	CLAIM(socket(AF_NETLINK, SOCK_RAW, 0) >= 0);
	CLAIM(listen(fd, 1) != 0 && errno == EPERM);
	CLAIM(socket(AF_PACKET, SOCK_DGRAM, 0) < 0);
	CLAIM(socket(AF_ALG, SOCK_SEQPACKET, 0) < 0);
	CLAIM(socket(AF_VSOCK, SOCK_STREAM, 0) < 0);
	CLAIM(socket(AF_INET, SOCK_STREAM, 132) < 0);
	CLAIM(socket(AF_NETLINK, SOCK_RAW, 12) < 0); /* netfilter */
	CLAIM(getpwuid(0) && strcmp(getpwuid(0)->pw_name, "root") == 0);
	CLAIM(getgrgid(0) != NULL);
	CLAIM(!getpwuid(4294967000u));
	CLAIM(getaddrinfo("localhost", NULL, NULL, &found) == 0);
	freeaddrinfo(found);
}

static void names_are_looked_up_and_messages_sent_but_nobody_is_listened_to(void **state)
{
	(void)state;
	assert_int_equal(run(check_sockets), 0);
}

/* As nscd does: the answer is a descriptor, of a file that who asks could not open. */
static int send_file(int to, const char *name)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	int fd = open(below(name), O_RDONLY | O_CLOEXEC);
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr m = {.msg_iov = &part,
			   .msg_iovlen = 1,
			   .msg_control = control.bytes,
			   .msg_controllen = sizeof(control.bytes)};

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	return sendmsg(to, &m, 0) == 1 ? 0 : -1;
}

static int receive_file(int from)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr m = {.msg_iov = &part,
			   .msg_iovlen = 1,
			   .msg_control = control.bytes,
			   .msg_controllen = sizeof(control.bytes)};
	int fd = -1;

	if (recvmsg(from, &m, MSG_CMSG_CLOEXEC) == 1 && m.msg_controllen >= CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	return fd;
}

static void check_descriptors(void)
{
	const char *map;
	int ends[2];

	CLAIM(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	CLAIM(send_file(ends[0], "none/file") == 0);
	CLAIM(enter(0, EVERY).holds[SANDBOX_SYSTEM_CALLS]);
	CLAIM(!has_landlock() || !can_open("none/file", O_RDONLY));
	map = mmap(NULL, 5, PROT_READ, MAP_SHARED, receive_file(ends[1]), 0);
	CLAIM(map != MAP_FAILED && memcmp(map, "text\n", 5) == 0);
}

static void a_service_may_hand_over_what_cannot_be_opened(void **state)
{
	(void)state;
	assert_int_equal(run(check_descriptors), 0);
}

static void *look_at_thread(void *arg)
{
	bool *is_confined = arg;

	*is_confined = status_of("/proc/thread-self/status", "Seccomp:") == 2 &&
		       status_of("/proc/thread-self/status", "CapEff:") == 0 &&
		       status_of("/proc/thread-self/status", "NoNewPrivs:") == 1 &&
		       !can_open("none/file", O_WRONLY) &&
		       (!has_landlock() || !can_open("none/file", O_RDONLY));
	return NULL;
}

static void check_threads(void)
{
	bool is_confined = false;
	pthread_t thread;

	CLAIM(enter(0, EVERY).threads == 1);
	CLAIM(pthread_create(&thread, NULL, look_at_thread, &is_confined) == 0);
	CLAIM(pthread_join(thread, NULL) == 0);
	CLAIM(is_confined);
	/* No namespace comes with a thread. */
	CLAIM(syscall(SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_NEWNET, 0, 0, 0,
		      0) < 0);
	CLAIM(syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS);
}

static void a_thread_that_is_started_later_is_in_it_too(void **state)
{
	(void)state;
	assert_int_equal(run(check_threads), 0);
}

static void *wait_forever(void *arg)
{
	(void)pause();
	return arg;
}

static void check_early_thread(void)
{
	pthread_t thread;

	CLAIM(pthread_create(&thread, NULL, wait_forever, NULL) == 0);
	CLAIM(enter(0, EVERY).threads == 2);
}

static void a_thread_that_runs_already_is_told(void **state)
{
	(void)state;
	assert_int_equal(run(check_early_thread), 0);
}

static const long fatal_calls[] = {SYS_ptrace,        SYS_process_vm_readv, SYS_process_vm_writev,
				   SYS_bpf,           SYS_init_module,      SYS_finit_module,
				   SYS_delete_module, SYS_kexec_load,       SYS_reboot,
				   SYS_mount,         SYS_umount2,          SYS_pivot_root,
				   SYS_chroot,        SYS_unshare,          SYS_setns,
				   SYS_swapon};
static long fatal_call;

static void make_fatal_call(void)
{
	(void)enter(0, EVERY);
	/* Arguments that do nothing, should it be let through. */
	(void)syscall(fatal_call, -1, 0, 0, 0, 0);
}

static void a_call_that_only_an_intruder_makes_ends_the_process(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(fatal_calls); i++) {
		int status;

		fatal_call = fatal_calls[i];
		status = run(make_fatal_call);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("system call %ld: status %x", fatal_call, (unsigned)status);
	}
}

static void check_small_groups(void)
{
	CLAIM(enter(0, SANDBOX_CALLS_BASE).holds[SANDBOX_SYSTEM_CALLS]);
	CLAIM(getpid() > 0);
	CLAIM(open("/etc/passwd", O_RDONLY) < 0 && errno == ENOSYS);
	CLAIM(socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == ENOSYS);
}

static void check_accepting(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "\0sandbox-test-accepting"};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	CLAIM(bind(listener, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(listener, 1) == 0);
	CLAIM(enter(0, EVERY | SANDBOX_CALLS_ACCEPT).holds[SANDBOX_SYSTEM_CALLS]);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CLAIM(connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 || errno == EPERM);
	CLAIM(fcntl(listener, F_SETFL, O_NONBLOCK) == 0);
	CLAIM(accept4(listener, NULL, NULL, SOCK_CLOEXEC) >= 0 || errno == EAGAIN);
	CLAIM(listen(other, 1) < 0 && errno == EPERM);
}

static void check_talking(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "\0sandbox-test-talking"};
	char byte = 'x';
	int ends[2];

	CLAIM(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	CLAIM(enter(0, SANDBOX_CALLS_BASE | SANDBOX_CALLS_TALK).holds[SANDBOX_SYSTEM_CALLS]);
	CLAIM(send(ends[0], &byte, 1, MSG_NOSIGNAL) == 1);
	CLAIM(recv(ends[1], &byte, 1, MSG_TRUNC) == 1);
	CLAIM(sendto(ends[0], &byte, 1, 0, (struct sockaddr *)&at, sizeof(at)) < 0);
	CLAIM(errno == ENOSYS);
	CLAIM(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 && errno == ENOSYS);
}

static void a_group_that_is_not_asked_for_is_not_there(void **state)
{
	(void)state;
	assert_int_equal(run(check_small_groups), 0);
	assert_int_equal(run(check_accepting), 0);
	assert_int_equal(run(check_talking), 0);
}

static int make_file(const char *name)
{
	CLEAN_FD int fd = open(below(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 || write(fd, "text\n", 5) != 5 ? -1 : 0;
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(top, sizeof(top), "/tmp/sandbox-test-XXXXXX");
	had = status_of("/proc/self/status", "CapEff:");
	return !mkdtemp(top) || mkdir(below("own"), 0700) != 0 || mkdir(below("read"), 0700) != 0 ||
	       mkdir(below("none"), 0700) != 0 || make_file("own/file") != 0 ||
	       make_file("read/file") != 0 || make_file("none/file") != 0 ||
	       make_file("none/written") != 0 || symlink("../none/file", below("own/link")) != 0;
}

static int tear_down(void **state)
{
	static const char *const files[] = {"own/file",  "own/link",     "own/new",    "own/newer",
					    "own/fifo",  "own/symlink",  "own/hard",   "read/file",
					    "none/file", "none/written", "none/socket"};

	(void)state;
	for (size_t i = 0; i < LEN(files); i++)
		(void)unlink(below(files[i]));
	(void)rmdir(below("own"));
	(void)rmdir(below("read"));
	(void)rmdir(below("none"));
	return rmdir(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_listed_capabilities_are_left_in_every_set),
		cmocka_unit_test(an_executed_program_gets_no_capability_back),
		cmocka_unit_test(files_are_within_reach_where_a_path_allows_it_only),
		cmocka_unit_test(a_kernel_without_landlock_still_gives_the_other_parts),
		cmocka_unit_test(no_program_is_started_and_no_other_process_signalled),
		cmocka_unit_test(what_was_opened_can_be_kept_but_not_made_powerful),
		cmocka_unit_test(names_are_looked_up_and_messages_sent_but_nobody_is_listened_to),
		cmocka_unit_test(a_service_may_hand_over_what_cannot_be_opened),
		cmocka_unit_test(a_thread_that_is_started_later_is_in_it_too),
		cmocka_unit_test(a_thread_that_runs_already_is_told),
		cmocka_unit_test(a_call_that_only_an_intruder_makes_ends_the_process),
		cmocka_unit_test(a_group_that_is_not_asked_for_is_not_there),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

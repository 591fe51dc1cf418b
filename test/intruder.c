/*
 * Somebody who has taken over the process that this is preloaded into: at its next getpriority(),
 * which auditd calls for a state report, it tries what an intruder would, and writes to the file
 * INTRUDER_REPORT, which it has to be allowed to, a line for each attempt: its name, and "done" or
 * the error.
 *
 *	INTRUDER=exec,write,... INTRUDER_REPORT=/var/log/audit/report INTRUDER_OTHER=/tmp/file \
 *	INTRUDER_SECRET=/root/key LD_PRELOAD=./intruder.so auditd
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Each returns what the system call did: -1 and errno, or something else. */
static long try_exec(void)
{
	char *const words[] = {NULL};

	return execve("/bin/true", words, words);
}

static long try_fork(void)
{
	return fork();
}

static long try_write(void)
{
	return open("/etc/passwd", O_WRONLY | O_APPEND);
}

static long try_create(void)
{
	return open(getenv("INTRUDER_OTHER"), O_WRONLY | O_CREAT | O_EXCL, 0600);
}

static long try_plant(void)
{
	return open("/run/intruder.service", O_WRONLY | O_CREAT | O_EXCL, 0600);
}

static long try_read(void)
{
	return open(getenv("INTRUDER_SECRET"), O_RDONLY);
}

static long try_remove(void)
{
	return unlink("/run/auditd.pid");
}

static long try_chmod(void)
{
	return chmod("/bin/true", 04755);
}

/* Through a descriptor, which is allowed, but not with this bit. */
static long try_setuid_bit(void)
{
	return fchmod(open("/bin/true", O_RDONLY), 04755);
}

static long try_own(void)
{
	return fchown(open("/etc/shadow", O_RDONLY), 12345, 12345);
}

static long try_link(void)
{
	return symlink("/etc/shadow", getenv("INTRUDER_REPORT"));
}

static long try_packet(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static long try_code(void)
{
	return mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static long try_gain(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {{~0u, ~0u, 0}, {~0u, ~0u, 0}};

	return syscall(SYS_capset, &head, sets);
}

static long try_mount(void)
{
	return mount("none", "/mnt", "tmpfs", 0, NULL);
}

static long try_signal(void)
{
	return kill(getppid(), SIGCONT);
}

static const struct {
	const char *name;
	long (*attempt)(void);
} attempts[] = {{"exec", try_exec},     {"fork", try_fork},   {"write", try_write},
		{"create", try_create}, {"plant", try_plant}, {"read", try_read},
		{"remove", try_remove}, {"chmod", try_chmod}, {"setuid-bit", try_setuid_bit},
		{"own", try_own},       {"link", try_link},   {"packet", try_packet},
		{"code", try_code},     {"gain", try_gain},   {"mount", try_mount},
		{"signal", try_signal}};

static int is_wanted(const char *name)
{
	const char *list = getenv("INTRUDER");
	size_t length = strlen(name);

	for (; list && *list; list += *list == ',') {
		size_t word = strcspn(list, ",");

		if (word == length && strncmp(list, name, word) == 0)
			return 1;
		list += word;
	}
	return 0;
}

static void intrude(void)
{
	FILE *report = fopen(getenv("INTRUDER_REPORT"), "w");

	if (!report)
		return;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		if (!is_wanted(attempts[i].name))
			continue;
		errno = 0;
		if (attempts[i].attempt() == -1)
			fprintf(report, "%s %s\n", attempts[i].name, strerrorname_np(errno));
		else
			fprintf(report, "%s done\n", attempts[i].name);
		fflush(report);
	}
	fclose(report);
}

int getpriority(__priority_which_t which, id_t who)
{
	int (*real)(__priority_which_t, id_t) =
		(int (*)(__priority_which_t, id_t))dlsym(RTLD_NEXT, "getpriority");

	if (getenv("INTRUDER"))
		intrude();
	return real(which, who);
}

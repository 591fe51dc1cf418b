#include "base/test.h"

#include "base/attr.h"
#include "base/manager.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/aurum-manager-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/notify", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static int listen_at(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	size_t n = strlen(name);

	assert_true(fd >= 0 && n < sizeof(at.sun_path));
	memcpy(at.sun_path, name, n);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&at,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)),
			 0);
	return fd;
}

/* The message, and the descriptor that came with it; -1: none. */
static int receive(int fd, char *text, size_t cap)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.room = {0}};
	struct iovec part = {text, cap - 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control.room,
				 .msg_controllen = sizeof(control.room)};
	ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	int got = -1;

	text[n > 0 ? n : 0] = '\0';
	if (n >= 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)) &&
	    control.head.cmsg_type == SCM_RIGHTS)
		memcpy(&got, CMSG_DATA(&control.head), sizeof(got));
	return got;
}

static bool is_same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static void a_descriptor_goes_to_the_manager_with_its_name(void **state)
{
	char abstract[64];
	const char *names[] = {path, abstract};

	(void)state;
	(void)snprintf(abstract, sizeof(abstract), "@aurum-manager-%d", getpid());
	for (size_t i = 0; i < LEN(names); i++) {
		const struct manager m = {.notify = names[i]};
		CLEAN_FD int manager = listen_at(names[i]);
		CLEAN_FD int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		CLEAN_FD int got = -1;
		char text[256];
		struct err e;

		assert_int_equal(manager_keep(&m, fd, "aurum-seal", &e), 1);
		got = receive(manager, text, sizeof(text));
		assert_string_equal(text, "FDSTORE=1\nFDNAME=aurum-seal\nFDPOLL=0");
		assert_true(is_same_file(fd, got));
	}
}

static void without_a_manager_nothing_is_told(void **state)
{
	static const char *const bad[] = {"notify", "/", "@"};
	char longer[200];
	struct err e;

	(void)state;
	assert_int_equal(manager_keep(&(struct manager){.notify = NULL}, 0, "x", &e), 0);
	assert_int_equal(manager_keep(&(struct manager){.notify = ""}, 0, "x", &e), 0);
	for (size_t i = 0; i < LEN(bad); i++)
		assert_int_equal(manager_keep(&(struct manager){.notify = bad[i]}, 0, "x", &e), -1);
	memset(longer, '/', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(manager_keep(&(struct manager){.notify = longer}, 0, "x", &e), -1);
	assert_int_equal(manager_keep(&(struct manager){.notify = path}, 0, "x", &e), -1);
	assert_non_null(strstr(e.text, "cannot give a descriptor to the service manager: "));
}

/* In a child, whose descriptors from 3 on are the test's: what is taken of these names. */
static int taken(const char *count, const char *names, const char *wanted, bool is_ours)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		char pid[16];
		const struct manager m = {NULL, pid, count, names};
		int fd;

		(void)snprintf(pid, sizeof(pid), "%d", is_ours ? getpid() : getppid());
		for (int i = 3; i < 6; i++)
			if (dup2(2, i) < 0)
				_exit(99);
		(void)close(6);
		fd = manager_take(&m, wanted);
		for (int i = 3; fd >= 0 && i < 5; i++)
			if (fcntl(i, F_GETFD) != FD_CLOEXEC)
				_exit(98);
		_exit(fd < 0 ? 90 : fd);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void what_was_kept_is_found_by_its_name(void **state)
{
	(void)state;
	assert_int_equal(taken("3", "other:aurum-seal:aurum-seal", "aurum-seal", true), 4);
	assert_int_equal(taken("2", "aurum-seal:other", "aurum-seal", true), 3);
	assert_int_equal(taken("2", "other:stored", "aurum-seal", true), 90);
	assert_int_equal(taken("1", "other:aurum-seal", "aurum-seal", true), 90);
	assert_int_equal(taken("2", "aurum-seal", "", true), 4);
	assert_int_equal(taken("3", NULL, "aurum-seal", true), 90);
	assert_int_equal(taken("4", "a:b:c:aurum-seal", "aurum-seal", true), 90);
	assert_int_equal(taken("1", "aurum-seal", "aurum-seal", false), 90);
	assert_int_equal(taken("-1", "aurum-seal", "aurum-seal", true), 90);
	assert_int_equal(taken("1000000", "aurum-seal", "aurum-seal", true), 90);
	assert_int_equal(taken("", "aurum-seal", "aurum-seal", true), 90);
	assert_int_equal(taken(NULL, "aurum-seal", "aurum-seal", true), 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_descriptor_goes_to_the_manager_with_its_name,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(without_a_manager_nothing_is_told, make_folder,
						remove_folder),
		cmocka_unit_test(what_was_kept_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

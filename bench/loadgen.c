/*
 * Makes auditable actions as fast as it can, once it is told to.
 *
 *	loadgen exec|open|connect COUNT
 *
 * Prints its pid, so that a rule can be made for it alone, and waits for a line on standard
 * input; then does COUNT times:
 *	exec	start /bin/true and wait for it (match the children with ppid)
 *	open	open /etc/hostname for reading and close it
 *	connect	connect to 127.0.0.1 port 1, where nobody listens
 * and prints the seconds that it took.
 */
#include "base/num.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

static bool do_exec(void)
{
	static char name[] = "true";
	char *args[] = {name, NULL};
	pid_t child;

	return posix_spawn(&child, "/bin/true", NULL, NULL, args, environ) == 0 &&
	       waitpid(child, NULL, 0) == child;
}

static bool do_open(void)
{
	int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && close(fd) == 0;
}

static bool do_connect(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(1)};
	CLEAN_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0;
}

static const struct mode {
	const char *name;
	bool (*act)(void);
} modes[] = {{"exec", do_exec}, {"open", do_open}, {"connect", do_connect}};

static double now(void)
{
	struct timespec t = {0, 0};

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int run(const struct mode *mode, uint32_t count)
{
	double start;

	printf("%d\n", (int)getpid());
	(void)fflush(stdout);
	if (getchar() == EOF)
		return 1;
	start = now();
	for (uint32_t i = 0; i < count; i++)
		if (!mode->act()) {
			perror("loadgen");
			return 1;
		}
	printf("%.3f\n", now() - start);
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t count;

	for (size_t i = 0; argc == 3 && i < LEN(modes); i++)
		if (strcmp(modes[i].name, argv[1]) == 0 && num_u32(sv_cstr(argv[2]), &count))
			return run(&modes[i], count);
	fprintf(stderr, "usage: loadgen exec|open|connect COUNT\n");
	return 2;
}

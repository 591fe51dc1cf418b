/* Starting the attendant, and a line to it that nobody waits on. */
#include "auditd/attendant.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>

#define PROGRAM   "auditd-attendant"
#define FIRST_OWN 16 /* descriptors below are free for the attendant's */

/* fd under a number that does not collide with those that the attendant expects. */
static int lift(int *fd)
{
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_OWN);

	close_fd(fd);
	*fd = high;
	return high < 0 ? -1 : 0;
}

/* ends[0] is ours, ends[1] the attendant's. */
static int open_line(struct attendant *a, int ends[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return err_sys(e, "cannot make a socket pair");
	a->errands = ends[0];
	a->grew = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->grew < 0 || lift(&a->errands) != 0 || lift(&a->grew) != 0 || lift(&ends[1]) != 0)
		return err_sys(e, "cannot make an eventfd");
	return 0;
}

/* In the new process: the descriptors, and no signal blocked or ignored. */
static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *how, int theirs, int grew,
		   bool foreground)
{
	sigset_t none, all;
	int failure = 0;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	for (int fd = 0; fd < (foreground ? 2 : 3); fd++)
		failure |= posix_spawn_file_actions_addopen(files, fd, "/dev/null", O_RDWR, 0);
	failure |= posix_spawn_file_actions_adddup2(files, theirs, ATTENDANT_ERRANDS) |
		   posix_spawn_file_actions_adddup2(files, grew, ATTENDANT_GREW) |
		   posix_spawnattr_setsigmask(how, &none) |
		   posix_spawnattr_setsigdefault(how, &all) |
		   posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return failure ? -1 : 0;
}

static int spawn(const char *path, char *const argv[], int theirs, int grew, bool foreground)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	int failure = ENOMEM;
	pid_t pid;

	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&how) == 0) {
		if (prepare(&files, &how, theirs, grew, foreground) == 0)
			failure = posix_spawn(&pid, path, &files, &how, argv, environ);
		(void)posix_spawnattr_destroy(&how);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return failure;
}

int attendant_start(struct attendant *a, const struct conf_place *place, bool foreground,
		    const struct voice *voice, struct err *e)
{
	char folder[LOG_PATH_MAX], path[LOG_PATH_MAX + sizeof("/" PROGRAM)];
	char config[LOG_PATH_MAX + 2], name[] = PROGRAM, links[] = "-l", stay[] = "-f";
	char *argv[5] = {name, config};
	int ends[2] = {-1, -1}, count = 2, status;

	*a = ATTENDANT_NONE;
	a->voice = voice;
	if (file_own_folder(folder, sizeof(folder), e) != 0 || open_line(a, ends, e) != 0) {
		close_fd(&ends[1]);
		attendant_close(a);
		return -1;
	}
	(void)snprintf(path, sizeof(path), "%s/" PROGRAM, folder);
	(void)snprintf(config, sizeof(config), "-c%s", place->folder);
	if (place->allow_links)
		argv[count++] = links;
	if (foreground)
		argv[count++] = stay;
	status = spawn(path, argv, ends[1], a->grew, foreground);
	close_fd(&ends[1]);
	if (status == 0)
		return 0;
	attendant_close(a);
	errno = status;
	return err_sys(e, "cannot start %s: no plugins and no actions", path);
}

void attendant_close(struct attendant *a)
{
	close_fd(&a->errands);
	close_fd(&a->grew);
	a->errands = a->grew = -1;
}

void attendant_ask(struct attendant *a, enum errand_kind kind, enum errand_key key,
		   const uint64_t number[ERRAND_NUMBERS])
{
	struct errand errand = {.kind = kind, .key = key};
	struct err e;

	if (a->errands < 0)
		return;
	if (number)
		memcpy(errand.number, number, sizeof(errand.number));
	if (errand_send(a->errands, &errand, &e) != 0)
		say_rarely(a->voice, &a->deaf, LOG_ERR,
			   "the attendant does not take what it is asked: an action or a signal "
			   "for plugins is not carried out");
}

static void put_end(const struct log_writer *w, uint64_t end[3])
{
	struct stat st;

	if (w->fd < 0 || fstat(w->fd, &st) != 0)
		return;
	end[0] = st.st_dev;
	end[1] = st.st_ino;
	end[2] = (uint64_t)st.st_size;
}

void attendant_ask_from(struct attendant *a, enum errand_kind kind, const struct log_writer *log,
			const struct log_writer *spool)
{
	uint64_t end[ERRAND_NUMBERS] = {0};

	put_end(log, end);
	put_end(spool, end + 3);
	attendant_ask(a, kind, 0, end);
}

bool attendant_has_plugins(const struct attendant *a)
{
	return a->errands >= 0 && (!a->plugins.is_known || a->plugins.count > 0);
}

void attendant_log_grew(const struct attendant *a)
{
	if (attendant_has_plugins(a))
		(void)!eventfd_write(a->grew, 1);
}

enum errand_status attendant_take(struct attendant *a, struct errand *out)
{
	enum errand_status status = errand_take(a->errands, out);

	if (status == ERRAND_TAKEN && out->kind == ERRAND_PLUGINS)
		a->plugins = (struct attendant_plugins){true, out->number[0], out->number[1],
							out->number[2], out->number[3]};
	if (status != ERRAND_ENDED)
		return status;
	say(a->voice, LOG_ERR,
	    "the attendant has ended: no plugins and no actions until a restart");
	attendant_close(a);
	return status;
}

void attendant_stop(struct attendant *a, bool has_pid_file, int ms)
{
	const uint64_t number[ERRAND_NUMBERS] = {has_pid_file};
	int64_t end = clock_ms() + ms, left;
	struct errand dropped;

	if (a->errands < 0)
		return;
	attendant_ask(a, ERRAND_STOP, 0, number);
	while ((left = end - clock_ms()) > 0) {
		struct pollfd line = {.fd = a->errands, .events = POLLIN};

		if (poll(&line, 1, (int)left) > 0 &&
		    errand_take(a->errands, &dropped) == ERRAND_ENDED)
			break;
	}
	attendant_close(a);
}

/*
 * Two processes: one asks, the other runs systemd-creds with the bytes on its standard input and hands
 * back what it prints. Neither looks into them.
 */
#include "sealkey/creds.h"

#include "sealkey/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define NAME "aurum-seal" /* in what is encrypted: it does not decrypt under another */

enum job { JOB_NONE, JOB_ENCRYPT, JOB_DECRYPT, JOB_END };

/* Question and answer. */
struct parcel {
	uint32_t job;
	uint32_t failed;
	uint32_t bytes;
	char text[KEYFILE_SECRET_MAX];
};
#define PARCEL_HEAD offsetof(struct parcel, text)

static bool is_whole(const struct parcel *p, ssize_t n)
{
	return n >= (ssize_t)PARCEL_HEAD && p->bytes <= sizeof(p->text) &&
	       (size_t)n == PARCEL_HEAD + p->bytes && p->job > JOB_NONE && p->job < JOB_END;
}

/* ---- the process that runs it ---- */

static char *const argv_of[JOB_END][5] = {
	[JOB_ENCRYPT] = {(char[]){"systemd-creds"}, (char[]){"--name=" NAME}, (char[]){"encrypt"},
			 (char[]){"-"}, (char[]){"-"}},
	[JOB_DECRYPT] = {(char[]){"systemd-creds"}, (char[]){"--name=" NAME}, (char[]){"decrypt"},
			 (char[]){"-"}, (char[]){"-"}}};

static int spawn(enum job job, int in, int out, pid_t *pid)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C.UTF-8";
	char level[] = "SYSTEMD_LOG_LEVEL=err";
	char *const environment[] = {path, locale, level, NULL};
	char *argv[6] = {NULL};
	posix_spawn_file_actions_t files;
	int failure;

	memcpy(argv, argv_of[job], sizeof(argv_of[job]));
	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	failure = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO) |
		  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (failure == 0)
		failure = posix_spawn(pid, CREDS_PROGRAM, &files, NULL, argv, environment);
	(void)posix_spawn_file_actions_destroy(&files);
	return failure;
}

/* All that comes until the end, at most cap bytes. */
static ssize_t read_all(int fd, char *out, size_t cap)
{
	size_t n = 0;

	while (n < cap) {
		ssize_t got = read(fd, out + n, cap - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			return (ssize_t)n;
		n += (size_t)got;
	}
	return -1; /* more than any of ours */
}

/* What is written fits into a pipe at once. */
static bool feed_and_read(struct parcel *p, int to, int from)
{
	ssize_t n = write(to, p->text, p->bytes);

	(void)close(to);
	if (n != (ssize_t)p->bytes)
		return false;
	n = read_all(from, p->text, sizeof(p->text));
	p->bytes = n > 0 ? (uint32_t)n : 0;
	return n > 0;
}

static bool run(struct parcel *p)
{
	int in[2], out[2], status = -1;
	bool is_done = false;
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) != 0)
		return false;
	if (pipe2(out, O_CLOEXEC) != 0) {
		(void)close(in[0]);
		(void)close(in[1]);
		return false;
	}
	if (spawn((enum job)p->job, in[0], out[1], &pid) != 0)
		pid = -1;
	(void)close(in[0]);
	(void)close(out[1]);
	if (pid > 0)
		is_done = feed_and_read(p, in[1], out[0]);
	else
		(void)close(in[1]);
	(void)close(out[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return is_done && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Until the other end closes. */
static void serve(int line)
{
	static struct parcel p;

	for (;;) {
		ssize_t n = recv(line, &p, sizeof(p), MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || !is_whole(&p, n))
			break;
		p.failed = !run(&p);
		if (p.failed)
			p.bytes = 0;
		n = send(line, &p, PARCEL_HEAD + p.bytes, MSG_NOSIGNAL);
		explicit_bzero(&p, sizeof(p));
		if (n < 0)
			break;
	}
	explicit_bzero(&p, sizeof(p));
}

/* ---- the one that asks ---- */

int creds_start(struct creds *c, struct err *e)
{
	int ends[2];
	pid_t pid;

	c->line = -1;
	if (access(CREDS_PROGRAM, X_OK) != 0)
		return err_sys(e, "there is no " CREDS_PROGRAM);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return err_sys(e, "cannot make a socket pair");
	pid = fork();
	if (pid == 0) {
		(void)close_range(STDERR_FILENO + 1, (unsigned)ends[1] - 1, 0);
		(void)close_range((unsigned)ends[1] + 1, ~0u, 0);
		confine_runner();
		serve(ends[1]);
		_exit(EXIT_SUCCESS);
	}
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return err_sys(e, "cannot start a process for " CREDS_PROGRAM);
	}
	c->line = ends[0];
	return 0;
}

void creds_stop(struct creds *c)
{
	close_fd(&c->line);
	c->line = -1;
}

static int ask(struct creds *c, struct parcel *p, struct err *e)
{
	uint32_t job = p->job;
	ssize_t n;

	if (c->line < 0)
		return err_set(e, "systemd-creds is not there: the key cannot be had");
	do
		n = send(c->line, p, PARCEL_HEAD + p->bytes, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		do
			n = recv(c->line, p, sizeof(*p), MSG_TRUNC);
		while (n < 0 && errno == EINTR);
	if (n <= 0 || !is_whole(p, n)) {
		creds_stop(c);
		return err_set(e, "the process that runs systemd-creds has ended");
	}
	if (p->job != job || p->failed)
		return err_set(e, job == JOB_ENCRYPT
					  ? "systemd-creds does not encrypt the key"
					  : "systemd-creds does not decrypt the key: it is "
					    "of another machine, or damaged");
	return 0;
}

int creds_seal(struct creds *c, const uint8_t seed[SEAL_SEED_BYTES], struct keyfile *k,
	       struct err *e)
{
	struct parcel p = {.job = JOB_ENCRYPT, .bytes = SEAL_SEED_BYTES};
	int status;

	memcpy(p.text, seed, SEAL_SEED_BYTES);
	status = ask(c, &p, e);
	if (status == 0) {
		memcpy(k->secret, p.text, p.bytes);
		k->secret_bytes = p.bytes;
	}
	explicit_bzero(&p, sizeof(p));
	return status;
}

int creds_unseal(struct creds *c, const struct keyfile *k, uint8_t seed[SEAL_SEED_BYTES],
		 struct err *e)
{
	struct parcel p = {.job = JOB_DECRYPT, .bytes = (uint32_t)k->secret_bytes};
	int status;

	memcpy(p.text, k->secret, k->secret_bytes);
	status = ask(c, &p, e);
	if (status == 0 && p.bytes != SEAL_SEED_BYTES)
		status = err_set(e, "what systemd-creds decrypts is no key");
	if (status == 0)
		memcpy(seed, p.text, SEAL_SEED_BYTES);
	explicit_bzero(&p, sizeof(p));
	return status;
}

/*
 * A reserve that is a process: auditd-sealkey at the other end of a line. It is started with an empty
 * environment, no descriptor but the line, and no signal blocked.
 */
#include "integrity/keyfile.h"
#include "integrity/reserve_message.h"
#include "integrity/reserve_parts.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define ANSWER_MS 30000
#define HELLO_MS  10000 /* nothing is recorded meanwhile */
#define END_MS    2000  /* for what it is at, when nobody asks any more */
#define LOOK_MS   10
#define FIRST_OWN 16 /* descriptors below are free for the program's */

struct line {
	struct reserve base;
	int fd; /* -1: it has failed */
	pid_t pid;
	struct reserve_message message; /* of the call that is made */
};

/* ---- one call ---- */

static int give_up(struct line *l, const char *why, struct err *e)
{
	close_fd(&l->fd);
	l->fd = -1;
	return err_set(e, RESERVE_PROGRAM " %s", why);
}

/* Sends l->message and puts the answer there, which is waited for so long. */
static int ask_for(struct line *l, int ms, struct err *e)
{
	struct reserve_message *m = &l->message;
	uint32_t kind = m->kind;

	if (l->fd < 0)
		return err_set(e, RESERVE_PROGRAM " has ended: the key at rest is not to be had");
	if (reserve_message_send(l->fd, m, NULL) != 0)
		return give_up(l, "has ended", e);
	switch (reserve_message_take(l->fd, ms, m)) {
	case RESERVE_TAKEN:
		break;
	case RESERVE_ENDED:
		return give_up(l, "has ended", e);
	case RESERVE_LATE:
		return give_up(l, "does not answer", e);
	case RESERVE_BROKEN:
		return give_up(l, "is not of this version", e);
	}
	if (m->kind != kind)
		return give_up(l, "is not of this version", e);
	if (m->failed)
		return err_set(e, "%.*s",
			       SV_FMT(sv_head(reserve_message_text(m), ERR_TEXT_MAX - 1)));
	return 0;
}

static int ask(struct line *l, struct err *e)
{
	return ask_for(l, ANSWER_MS, e);
}

static void begin(struct line *l, enum reserve_ask kind)
{
	memset(&l->message, 0, offsetof(struct reserve_message, text));
	l->message.kind = kind;
}

/* ---- the calls ---- */

static int line_load(struct reserve *r, struct reserve_keys *out, struct err *why, struct err *e)
{
	struct line *l = (struct line *)r;
	struct sv text;

	begin(l, RESERVE_LOAD);
	if (ask(l, e) != 0)
		return -1;
	out->count = l->message.count;
	memcpy(out->of, l->message.key, sizeof(out->of));
	text = reserve_message_text(&l->message);
	if (why && text.n)
		(void)err_set(why, "%.*s", SV_FMT(sv_head(text, ERR_TEXT_MAX - 1)));
	else if (why)
		*why = (struct err){0};
	return 0;
}

static int line_settle(struct reserve *r, const struct seal_public *named, struct err *e)
{
	struct line *l = (struct line *)r;

	begin(l, RESERVE_SETTLE);
	l->message.key[0] = *named;
	return ask(l, e);
}

static int line_stage(struct reserve *r, enum reserve_until until, struct seal_public *out,
		      struct err *e)
{
	struct line *l = (struct line *)r;

	begin(l, RESERVE_STAGE);
	l->message.number = until;
	if (ask(l, e) != 0)
		return -1;
	*out = l->message.key[0];
	return 0;
}

static int line_sign(struct reserve *r, const struct seal_public *by, const struct seal_step *step,
		     struct buf *out, uint8_t signature[SEAL_SIGNATURE_BYTES], struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(RESERVE_TEXT_MAX);
	struct line *l = (struct line *)r;

	begin(l, RESERVE_SIGN);
	l->message.key[0] = *by;
	seal_step_print(&text, step);
	if (text.failed || !reserve_message_put(&l->message, buf_view(&text)))
		return err_set(e, "the start note is too long");
	if (ask(l, e) != 0)
		return -1;
	buf_put(out, reserve_message_text(&l->message));
	if (signature)
		memcpy(signature, l->message.signature, SEAL_SIGNATURE_BYTES);
	return out->failed ? err_set(e, "no memory for the start note") : 0;
}

static int line_commit(struct reserve *r, uint64_t starts, const struct seal_public *next,
		       struct err *e)
{
	struct line *l = (struct line *)r;

	begin(l, RESERVE_COMMIT);
	l->message.number = starts;
	l->message.key[0] = *next;
	return ask(l, e);
}

/* Whether it has ended within that time. */
static bool has_ended(pid_t pid, int ms)
{
	pid_t ended;

	while ((ended = waitpid(pid, NULL, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
		if (ms <= 0)
			return false;
		(void)poll(NULL, 0, LOOK_MS);
		ms -= LOOK_MS;
	}
	return true;
}

/* A TPM or a disk may hold it for ever, and nobody's end waits for that. */
static void line_free(struct reserve *r)
{
	struct line *l = (struct line *)r;

	close_fd(&l->fd); /* it ends by that */
	if (l->pid > 0 && !has_ended(l->pid, END_MS) && kill(l->pid, SIGKILL) == 0)
		(void)has_ended(l->pid, END_MS);
	free(l);
}

static const struct reserve_kind line_kind = {line_free,  line_load, line_settle,
					      line_stage, line_sign, line_commit};

/* ---- the program ---- */

static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *how, int theirs)
{
	sigset_t none, all;
	int failure = 0;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	for (int fd = 0; fd < 2; fd++)
		failure |= posix_spawn_file_actions_addopen(files, fd, "/dev/null", O_RDWR, 0);
	failure |= posix_spawn_file_actions_adddup2(files, theirs, RESERVE_LINE) |
		   posix_spawnattr_setsigmask(how, &none) |
		   posix_spawnattr_setsigdefault(how, &all) |
		   posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return failure ? -1 : 0;
}

static int spawn(const char *path, char *const argv[], int theirs, pid_t *pid)
{
	char *empty[] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	int failure = ENOMEM;

	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&how) == 0) {
		if (prepare(&files, &how, theirs) == 0)
			failure = posix_spawn(pid, path, &files, &how, argv, empty);
		(void)posix_spawnattr_destroy(&how);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return failure;
}

/* Beside the running program, or in sbin beside its folder. */
static int find_program(char out[PATH_MAX], struct err *e)
{
	static const char *const places[] = {"", "/../sbin"};
	char folder[PATH_MAX];

	if (file_own_folder(folder, sizeof(folder), e) != 0)
		return -1;
	for (size_t i = 0; i < LEN(places); i++) {
		int n = snprintf(out, PATH_MAX, "%s%s/" RESERVE_PROGRAM, folder, places[i]);

		if (n < PATH_MAX && access(out, X_OK) == 0)
			return 0;
	}
	return err_set(e, "there is no " RESERVE_PROGRAM " in %s: the log cannot be sealed",
		       folder);
}

/* The words of its command line. */
struct words {
	char folder[PATH_MAX + 16], origin[SEAL_ORIGIN_MAX + 16], keep[32];
	char tcti[KEYFILE_TCTI_MAX + 16];
};

static bool put(char *out, size_t cap, const char *name, const char *value)
{
	return (size_t)snprintf(out, cap, "--%s=%s", name, value) < cap;
}

static int fill(struct words *w, const struct reserve_options *o, struct err *e)
{
	if (put(w->folder, sizeof(w->folder), "folder", o->folder) &&
	    put(w->origin, sizeof(w->origin), "origin", o->origin) &&
	    put(w->keep, sizeof(w->keep), "keep", keyfile_word(o->protection)) &&
	    put(w->tcti, sizeof(w->tcti), "tcti", o->tcti ? o->tcti : ""))
		return 0;
	return err_set(e, "cannot start " RESERVE_PROGRAM ": a name is too long");
}

/* Our end is l->fd. *theirs is under a number that is not RESERVE_LINE. */
static int open_line(struct line *l, int *theirs, struct err *e)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return err_sys(e, "cannot make a socket pair");
	l->fd = fcntl(ends[0], F_DUPFD_CLOEXEC, FIRST_OWN);
	*theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, FIRST_OWN);
	close_fd(&ends[0]);
	close_fd(&ends[1]);
	return l->fd < 0 || *theirs < 0 ? err_sys(e, "cannot make a socket pair") : 0;
}

static int start(struct line *l, const char *path, const struct reserve_options *o, struct err *e)
{
	CLEAN_FD int theirs = -1;
	char name[] = RESERVE_PROGRAM;
	struct words w;
	char *argv[] = {name, w.folder, w.origin, w.keep, o->tcti ? w.tcti : NULL, NULL};
	int failure;

	if (fill(&w, o, e) != 0 || open_line(l, &theirs, e) != 0)
		return -1;
	failure = spawn(path, argv, theirs, &l->pid);
	errno = failure;
	return failure ? err_sys(e, "cannot start %s", path) : 0;
}

struct reserve *reserve_spawn(const struct reserve_options *o, struct err *e)
{
	struct line *l = calloc(1, sizeof(*l));
	char path[PATH_MAX];

	if (!l) {
		(void)err_sys(e, "cannot start " RESERVE_PROGRAM);
		return NULL;
	}
	l->base.kind = &line_kind;
	l->fd = -1;
	if ((!o->program && find_program(path, e) != 0) ||
	    start(l, o->program ? o->program : path, o, e) != 0)
		goto failed;
	begin(l, RESERVE_HELLO);
	if (ask_for(l, HELLO_MS, e) != 0)
		goto failed;
	l->base.closes = l->message.number != 0;
	return &l->base;
failed:
	line_free(&l->base);
	return NULL;
}

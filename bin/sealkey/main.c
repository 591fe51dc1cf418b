/*
 * auditd-sealkey: keeps the key that the next start of a sealed log is signed with. auditd and `aurum
 * seal` start it with a line at descriptor 3; it answers there until that is closed. People have no use
 * for it.
 */
#include "sealkey/confine.h"
#include "sealkey/vault.h"

#include "common/frame.h"
#include "seal/crypto.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM      RESERVE_PROGRAM
#define EXIT_TROUBLE 2

static const struct option_row option_rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "options.def"
#undef OPTION
};
static const struct option_set options = {
	.program = PROGRAM,
	.usage = "--folder=FOLDER --origin=NAME --keep=HOW [--tcti=TPM]",
	.summary = "Keeps the key that the next start of a sealed log is signed with. auditd and "
		   "aurum seal start it.",
	.style = OPTION_GETOPT,
	.rows = option_rows,
	.count = LEN(option_rows)};

struct app {
	struct vault vault;
	struct reserve_message message;
	const char *folder, *tcti;
	bool has_keep;
};

/* Secrets are in it, so that it is neither on a stack nor on a heap. */
static struct app app = {.vault.folder = -1};

static enum frame_next refuse(struct err *e, const char *what, const char *value)
{
	(void)err_set(e, "%s: \"%.128s\"", what, value);
	return FRAME_FAILED;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct app *a = arg;
	struct sv value = sv_cstr(hit->value);

	switch (hit->id) {
	case 'f':
		a->folder = hit->value;
		break;
	case 'o':
		if (!seal_origin_is_good(value) ||
		    !sv_to_cstr(value, a->vault.origin, sizeof(a->vault.origin)))
			return refuse(e, "no name of a log", hit->value);
		break;
	case 'k':
		a->has_keep = keyfile_find(value, &a->vault.keep);
		if (!a->has_keep)
			return refuse(e, "keys are kept by file, creds or tpm, not", hit->value);
		break;
	case 't':
		if (!keyfile_tcti_is_good(value))
			return refuse(e, "a TPM is device:PATH or swtpm:path=SOCKET, not",
				      hit->value);
		a->tcti = hit->value;
		break;
	case 'h':
		return frame_help(&options, e);
	case 'v':
		return frame_version(&options, e);
	default:
		return frame_stray_word(hit, e);
	}
	return FRAME_ON;
}

/*
 * A terminal's ^C, and a service manager that stops all processes of the daemon, mean the daemon: it may
 * need us until its end, and ours is the end of the line.
 */
static void ignore_signals(void)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM};

	for (size_t i = 0; i < LEN(signals); i++)
		(void)signal(signals[i], SIG_IGN);
}

/* Whether somebody is at the other end. */
static bool has_line(void)
{
	struct stat st;

	return fstat(RESERVE_LINE, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* The first question is answered with what keeps us from answering any. */
static void excuse(struct app *a, const struct err *e)
{
	if (reserve_message_take(RESERVE_LINE, -1, &a->message) != RESERVE_TAKEN)
		return;
	a->message.failed = 1;
	a->message.count = 0;
	(void)!reserve_message_put(&a->message, sv_cstr(e->text));
	(void)!reserve_message_send(RESERVE_LINE, &a->message, NULL);
}

static void serve(struct app *a)
{
	while (reserve_message_take(RESERVE_LINE, -1, &a->message) == RESERVE_TAKEN) {
		vault_answer(&a->vault, &a->message);
		if (reserve_message_send(RESERVE_LINE, &a->message, NULL) != 0)
			break;
	}
}

static int work(struct app *a)
{
	struct err e = {0};

	ignore_signals();
	(void)close_range(RESERVE_LINE + 1, ~0U, 0); /* whatever somebody left open */
	confine_memory();
	(void)mlock(a, sizeof(*a));              /* where not all of memory can be locked */
	(void)setenv("TSS2_LOG", "all+none", 1); /* what fails is in our answers */
	/* libcrypto, its algorithms and the heap for keys are there before files cannot be opened. */
	a->vault.folder = seal_crypto_load(&e) == 0 ? store_open(a->folder, &e) : -1;
	if (a->vault.folder < 0 || vault_open(&a->vault, a->tcti, &e) != 0) {
		excuse(a, &e);
		return EXIT_TROUBLE;
	}
	(void)!seal_key_protect(&e);
	(void)seal_key_id(sv_cstr(a->vault.origin), SEAL_TYPE_ED25519, &(struct seal_public){{0}});
	confine_enter(a->folder, a->vault.has_sockets);
	serve(a);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options words;
	struct err e;
	int status;

	if (frame_start() != 0)
		return EXIT_TROUBLE;
	switch (frame_options(&words, &options, argc, argv, take_option, &app, &e)) {
	case FRAME_ON:
		break;
	case FRAME_DONE:
		return EXIT_SUCCESS;
	case FRAME_FAILED:
		frame_say(PROGRAM, "%s", e.text);
		return EXIT_TROUBLE;
	}
	if (!app.folder || !app.vault.origin[0] || !app.has_keep || !has_line()) {
		frame_say(PROGRAM,
			  "auditd and aurum seal start this program; there is nothing that "
			  "people could do with it");
		return EXIT_TROUBLE;
	}
	status = work(&app);
	vault_close(&app.vault);
	explicit_bzero(&app, sizeof(app));
	return status;
}

/*
 * aurum verify: whether a log is what auditd wrote and signed. Reads what is asked for; what it finds is
 * judged by integrity/verify and told by verify_tell.c. Its exit status has a meaning of its own for "there
 * is no verdict", 3: for whoever looks only at that, absence must never look like something else.
 */
#include "aurum/verify.h"
#include "aurum/app.h"

#include "base/file.h"
#include "base/num.h"
#include "common/sealed.h"
#include "output/progress.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define OUT_MAX  ((size_t)1 << 20)
#define NOTE_MAX ((size_t)64 << 10)
#define KEPT_MAX 64

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/verify.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum verify",
	.usage = "[OPTION...] [PATH]",
	.summary =
		"Says whether a sealed log is what auditd wrote, and where and how it was changed "
		"if not. PATH is a log, or a folder with audit.log; without it the host's own log. "
		"Exit 0: proven, 1: tampered, 2: the evidence is not complete, 3: no verdict.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

struct request {
	struct sealed_choice choice;
	const char *attest_path;
	bool is_json, is_quiet;
	struct sealed sealed;
	struct seal_quote_key *attest;
	struct verify_options options;
	struct verify_kept kept[KEPT_MAX];
	struct buf notes[KEPT_MAX];
};

/* ---- the command line ---- */

static int take_line(const char *value, const char *option, uint64_t *out, struct err *e)
{
	if (num_range(sv_cstr(value), 0, INT64_MAX, out))
		return 0;
	return err_set(e, "%s \"%s\" is no number of a line", option, value);
}

static int take_kept(struct request *r, const char *path, struct err *e)
{
	size_t i = r->options.kept_count;

	if (i == KEPT_MAX)
		return err_set(e, "more than %d checkpoints", KEPT_MAX);
	r->notes[i] = BUF_INIT(NOTE_MAX);
	if (file_read(path, &r->notes[i], e) != 0)
		return -1;
	r->kept[i] = (struct verify_kept){path, buf_view(&r->notes[i])};
	r->options.kept_count++;
	return 0;
}

static int take_path(struct request *r, const char *path, struct err *e)
{
	if (r->choice.path)
		return err_set(e, "one log at a time: \"%s\" is another", path);
	r->choice.path = path;
	return 0;
}

static int take_option(struct request *r, const struct option_hit *hit, struct err *e)
{
	struct verify_options *o = &r->options;
	uint64_t n;

	switch (hit->id) {
	case 'a':
		r->choice.anchor_path = hit->value;
		return 0;
	case 't':
		r->attest_path = hit->value;
		return 0;
	case 'c':
		return take_kept(r, hit->value, e);
	case 'l':
		return take_path(r, hit->value, e);
	case 'j':
		r->is_json = true;
		return 0;
	case 'q':
		r->is_quiet = true;
		return 0;
	case 1000:
		o->has_from = true;
		return take_line(hit->value, "--from", &o->from, e);
	case 1001:
		o->has_to = true;
		if (take_line(hit->value, "--to", &o->to, e) != 0)
			return -1;
		o->to++; /* it is meant, too */
		return 0;
	case 1002:
		if (!num_range(sv_cstr(hit->value), 1, 64, &n))
			return err_set(e, "--threads \"%s\": 1 to 64 are possible", hit->value);
		o->threads = (unsigned)n;
		return 0;
	}
	return sealed_option(&r->choice, hit) ? 0 : take_path(r, hit->name, e);
}

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	if (hit->id == 'h')
		return frame_help(&set, e);
	return take_option(arg, hit, e) == 0 ? FRAME_ON : FRAME_FAILED;
}

/* ---- the work ---- */

/* All files of a log are open at once, and of one that is kept for ever there are many. */
static void allow_many_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files); /* opening says it if there are too many */
}

static void show(void *ctx, uint64_t done, uint64_t total)
{
	progress_show(ctx, done, total);
}

static int prepare(struct request *r, struct err *e)
{
	struct verify_options *o = &r->options;

	if (o->has_from && o->has_to && o->from >= o->to)
		return err_set(e, "--from is behind --to");
	if (sealed_find(&r->sealed, &r->choice, e) != 0 ||
	    sealed_attest(&r->sealed, r->attest_path, &r->attest, e) != 0)
		return -1;
	o->log = r->sealed.log;
	o->key = sealed_key(&r->sealed);
	o->anchor = sealed_anchor(&r->sealed);
	o->attest = r->attest;
	o->kept = r->kept;
	o->now = (uint64_t)time(NULL);
	allow_many_files();
	return 0;
}

static enum verify_exit put(const struct request *r, const struct verify_result *result)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(OUT_MAX);
	static const enum verify_exit codes[] = {
		[VERIFY_PROVEN] = VERIFY_EXIT_PROVEN,
		[VERIFY_TAMPERED] = VERIFY_EXIT_TAMPERED,
		[VERIFY_INCOMPLETE] = VERIFY_EXIT_INCOMPLETE,
	};

	if (r->is_json)
		verify_tell_json(&r->options, result, &out);
	else if (!r->is_quiet)
		verify_tell(&r->options, result, &out);
	if (out.failed) {
		say("verify: the result is too long");
		return VERIFY_EXIT_TROUBLE;
	}
	if (out.n)
		(void)fwrite(out.p, 1, out.n, stdout);
	return frame_finish("aurum", stdout, "the result") == 0 ? codes[result->verdict]
								: VERIFY_EXIT_TROUBLE;
}

static enum verify_exit verify(struct request *r)
{
	struct verify_result *result = calloc(1, sizeof(*result));
	struct progress progress;
	struct err e = {0};
	enum verify_exit code = VERIFY_EXIT_TROUBLE;
	int status = -1;

	if (!result) {
		say("verify: no memory");
		return code;
	}
	if (prepare(r, &e) == 0) {
		progress_init(&progress, r->is_quiet ? -1 : STDERR_FILENO);
		r->options.progress = show;
		r->options.ctx = &progress;
		status = verify_run(&r->options, result, &e);
		progress_release(&progress);
	}
	if (status == 0)
		code = put(r, result);
	else
		say("verify: %s", e.text);
	free(result);
	return code;
}

int verify_main(int argc, char **argv)
{
	struct request r = {.choice = {.program = "aurum", .config_dir = LOG_CONFIG_DIR}};
	int code;

	code = verb_options(&set, argc, argv, take, &r);
	code = code < 0 ? (int)verify(&r) : code == EXIT_DONE ? code : (int)VERIFY_EXIT_TROUBLE;
	for (size_t i = 0; i < r.options.kept_count; i++)
		buf_release(&r.notes[i]);
	seal_quote_key_free(r.attest);
	return code;
}

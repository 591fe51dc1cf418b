/*
 * aurum prove: proofs as files, out of a sealed log. What is proven is in integrity/prove; here is the command
 * line, and where proofs go.
 */
#include "aurum/prove.h"

#include "base/file.h"
#include "base/num.h"
#include "segment/names.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define PROOF_MAX  ((size_t)1 << 20)
#define LINES_MAX  4096 /* of one event */
#define WORDS_MAX  64
#define PATH_BYTES 4096

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/prove.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum prove",
	.usage = "inclusion|consistency OPTION... [PATH]",
	.summary = "Prints a proof out of a sealed log, which anybody can check without the log: "
		   "that a "
		   "line is in it, or that it goes on from where it was. Exit 0: here it is, 1: "
		   "something "
		   "contradicts, 2: what it needs is not there, 3: trouble.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

enum kind { KIND_NONE, KIND_INCLUSION, KIND_CONSISTENCY };

struct request {
	enum kind kind;
	struct sealed_choice choice;
	bool has_line, has_event, has_old;
	uint64_t line, old, size;
	struct stamp event;
	char words[WORDS_MAX]; /* that each line of the event has */
	const char *folder;
	uint64_t lines[LINES_MAX];
	size_t count;
	bool has_more;
};

/* ---- shared with the other verbs ---- */

const char *prove_time(uint64_t seconds, char out[PROVE_TIME_BYTES])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds > INT64_MAX || !localtime_r(&t, &tm) ||
	    strftime(out, PROVE_TIME_BYTES, "%Y-%m-%d %H:%M:%S %z", &tm) == 0)
		(void)snprintf(out, PROVE_TIME_BYTES, "second %llu", (unsigned long long)seconds);
	return out;
}

bool prove_stamp(struct sv line, struct stamp *out)
{
	struct record r;

	if (record_parse(line, &r) != RECORD_OK)
		return false;
	*out = r.stamp;
	return true;
}

enum prove_exit prove_end(const char *verb, enum prove_status status, const struct err *e)
{
	static const enum prove_exit codes[] = {
		[PROVE_HOLDS] = PROVE_EXIT_HOLDS,
		[PROVE_WRONG] = PROVE_EXIT_WRONG,
		[PROVE_MISSING] = PROVE_EXIT_MISSING,
		[PROVE_FAILED] = PROVE_EXIT_TROUBLE,
	};

	if (status != PROVE_HOLDS)
		say("%s: %s", verb, e->text);
	return codes[status];
}

/* All files of a log are open at once, and of one that is kept for ever there are many. */
static void allow_many_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files); /* opening says it if there are too many */
}

enum prove_exit prove_begin(const char *verb, const struct sealed_choice *choice,
			    struct sealed *sealed, struct prove **p)
{
	struct prove_options o = {.now = (uint64_t)time(NULL)};
	enum prove_status status = PROVE_FAILED;
	struct err e = {0};

	*p = NULL;
	if (sealed_find(sealed, choice, &e) == 0) {
		allow_many_files();
		o.log = sealed->log;
		o.key = sealed_key(sealed);
		o.anchor = sealed_anchor(sealed);
		status = prove_open(p, &o, &e);
	}
	return prove_end(verb, status, &e);
}

int prove_options(const struct option_set *options, int argc, char **argv, frame_take_fn take,
		  void *arg)
{
	int code;

	if (frame_start() != 0)
		return PROVE_EXIT_TROUBLE;
	code = verb_options(options, argc, argv, take, arg);
	return code <= 0 ? code : (int)PROVE_EXIT_TROUBLE;
}

/* ---- the command line ---- */

static int take_number(const char *value, const char *option, uint64_t *out, struct err *e)
{
	if (num_range(sv_cstr(value), 0, INT64_MAX, out))
		return 0;
	return err_set(e, "%s \"%s\" is no number of lines", option, value);
}

static int take_event(struct request *r, const char *value, struct err *e)
{
	struct sv time, serial, seconds, ms;
	uint64_t sec;

	r->has_event = true;
	if (!sv_cut(sv_cstr(value), ':', &time, &serial) || !sv_cut(time, '.', &seconds, &ms) ||
	    !num_range(seconds, 0, INT64_MAX, &sec) || ms.n != 3 || !num_u32(ms, &r->event.ms) ||
	    !num_u64(serial, &r->event.serial))
		return err_set(e, "--event \"%s\" is none: as in msg=audit(1700000000.123:456)",
			       value);
	r->event.sec = (int64_t)sec;
	(void)snprintf(r->words, sizeof(r->words), "audit(%llu.%03u:%llu)", (unsigned long long)sec,
		       r->event.ms, (unsigned long long)r->event.serial);
	return 0;
}

static int take_word(struct request *r, const char *word, struct err *e)
{
	if (r->kind == KIND_NONE && strcmp(word, "inclusion") == 0)
		r->kind = KIND_INCLUSION;
	else if (r->kind == KIND_NONE && strcmp(word, "consistency") == 0)
		r->kind = KIND_CONSISTENCY;
	else if (r->kind == KIND_NONE)
		return err_set(e, "prove inclusion or consistency, not \"%s\"", word);
	else if (r->choice.path)
		return err_set(e, "one log at a time: \"%s\" is another", word);
	else
		r->choice.path = word;
	return 0;
}

static int take_option(struct request *r, const struct option_hit *hit, struct err *e)
{
	switch (hit->id) {
	case 1000:
		r->has_line = true;
		return take_number(hit->value, "--line", &r->line, e);
	case 1001:
		return take_event(r, hit->value, e);
	case 1002:
		r->has_old = true;
		return take_number(hit->value, "--old", &r->old, e);
	case 1003:
		return take_number(hit->value, "--new", &r->size, e);
	case 'o':
		r->folder = hit->value;
		return 0;
	}
	return sealed_option(&r->choice, hit) ? 0 : take_word(r, hit->name, e);
}

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	if (hit->id == 'h')
		return frame_help(&set, e);
	return take_option(arg, hit, e) == 0 ? FRAME_ON : FRAME_FAILED;
}

static int check(const struct request *r, struct err *e)
{
	switch (r->kind) {
	case KIND_NONE:
		return err_set(e, "prove what? inclusion, or consistency");
	case KIND_INCLUSION:
		if (r->has_old || r->size)
			return err_set(e, "--old and --new are of a consistency");
		return r->has_line != r->has_event
			       ? 0
			       : err_set(e, "the inclusion of what? either --line or --event");
	case KIND_CONSISTENCY:
		break;
	}
	if (r->has_line || r->has_event || r->folder)
		return err_set(e, "--line, --event and --output are of an inclusion");
	return r->has_old ? 0 : err_set(e, "the consistency of what? --old, and --new");
}

/* ---- the work ---- */

static bool is_of_event(void *ctx, uint64_t index, struct sv line)
{
	struct request *r = ctx;
	struct stamp stamp;

	if (!prove_stamp(line, &stamp) || !stamp_eq(&stamp, &r->event))
		return true;
	if (r->count == LINES_MAX) {
		r->has_more = true;
		return false;
	}
	r->lines[r->count++] = index;
	return true;
}

static enum prove_status find_lines(struct request *r, struct prove *p, struct err *e)
{
	enum prove_status status;

	if (r->has_line) {
		r->lines[r->count++] = r->line;
		return PROVE_HOLDS;
	}
	status = prove_find(p, sv_cstr(r->words), is_of_event, r, e);
	if (status != PROVE_HOLDS)
		return status;
	if (r->has_more)
		(void)err_set(e, "the event has more than %d lines", LINES_MAX);
	else if (!r->count)
		(void)err_set(e, "no signed line is of an event %s", r->words);
	else if (r->count > 1 && !r->folder)
		(void)err_set(e,
			      "the event has %zu lines: name a folder for their proofs (--output)",
			      r->count);
	else
		return PROVE_HOLDS;
	return r->count ? PROVE_FAILED : PROVE_MISSING;
}

static enum prove_status put(const struct request *r, uint64_t index, struct buf *proof,
			     struct err *e)
{
	char path[PATH_BYTES];

	if (!r->folder) {
		(void)fwrite(proof->p, 1, proof->n, stdout);
		return PROVE_HOLDS;
	}
	(void)snprintf(path, sizeof(path), "%s/%llu.proof", r->folder, (unsigned long long)index);
	if (file_replace(path, buf_view(proof), 0644, e) != 0)
		return PROVE_FAILED;
	(void)printf("%s\n", path);
	return PROVE_HOLDS;
}

static enum prove_status inclusion(struct request *r, struct prove *p, struct err *e)
{
	CLEANUP(buf_release) struct buf proof = BUF_INIT(PROOF_MAX);
	enum prove_status status = find_lines(r, p, e);

	if (status == PROVE_HOLDS && r->folder && file_make_folder(r->folder, 0755, e) != 0)
		return PROVE_FAILED;
	for (size_t i = 0; status == PROVE_HOLDS && i < r->count; i++) {
		buf_reset(&proof);
		status = prove_inclusion(p, r->lines[i], &proof, e);
		if (status == PROVE_HOLDS)
			status = put(r, r->lines[i], &proof, e);
	}
	return status;
}

static enum prove_status consistency(const struct request *r, struct prove *p, struct err *e)
{
	CLEANUP(buf_release) struct buf proof = BUF_INIT(PROOF_MAX);
	enum prove_status status = prove_consistency(p, r->old, r->size, &proof, e);

	return status == PROVE_HOLDS ? put(r, 0, &proof, e) : status;
}

static enum prove_exit prove(struct request *r)
{
	struct sealed sealed;
	struct prove *p;
	struct err e = {0};
	enum prove_exit code = prove_begin("prove", &r->choice, &sealed, &p);

	if (code == PROVE_EXIT_HOLDS)
		code = prove_end("prove",
				 r->kind == KIND_INCLUSION ? inclusion(r, p, &e)
							   : consistency(r, p, &e),
				 &e);
	prove_close(p);
	if (frame_finish("aurum", stdout, "the proof") != 0)
		return PROVE_EXIT_TROUBLE;
	return code;
}

int prove_main(int argc, char **argv)
{
	struct request *r = calloc(1, sizeof(*r));
	struct err e;
	int code = PROVE_EXIT_TROUBLE;

	if (!r) {
		say("prove: no memory");
		return code;
	}
	r->choice.program = "aurum";
	r->choice.config_dir = LOG_CONFIG_DIR;
	code = prove_options(&set, argc, argv, take, r);
	if (code < 0 && check(r, &e) != 0) {
		say("prove: %s", e.text);
		code = PROVE_EXIT_TROUBLE;
	}
	if (code < 0)
		code = (int)prove(r);
	free(r);
	return code;
}

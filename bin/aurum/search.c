/*
 * aurum search: the events of the log that a query asks for. Options become a request, the query a
 * question, and the events that the scan of the log finds go to search_make.c.
 */
#include "aurum/search.h"

#include "aurum/search_make.h"
#include "common/log.h"
#include "common/question.h"
#include "common/verified.h"
#include "output/progress.h"

#include <errno.h>
#include <stdlib.h>

#define WHY_MAX ((size_t)256 << 10)

struct searching {
	const struct search_request *request;
	const char *program;
	struct question question;
	struct making making;
	struct parts parts;
	struct progress progress;
	struct log log;
	struct verified verified;
	struct part *part; /* where events come one by one */
	uint64_t found;
	struct err error;
	bool failed;
};

/* ---- the question ---- */

/* Of one thread: both may be NULL where they are not needed. */
struct asker {
	struct question_asker *question;
	struct proven_asker *verified;
};

static void free_asker(void *arg, void *asker)
{
	struct searching *s = arg;
	struct asker *a = asker;

	if (a->question)
		question_asker_free(&s->question, a->question);
	proven_asker_free(a->verified);
	free(a);
}

static void *new_asker(void *arg)
{
	struct searching *s = arg;
	struct asker *a = calloc(1, sizeof(*a));
	bool is_well = a;

	if (is_well && !s->question.is_all_said)
		is_well = (a->question = question_asker_new(&s->question));
	if (is_well && s->request->verified)
		is_well = (a->verified = verified_asker_new(&s->verified));
	if (is_well || !a)
		return a;
	free_asker(s, a);
	return NULL;
}

static bool ask(void *arg, void *asker, const struct event *event)
{
	struct searching *s = arg;
	const struct asker *a = asker;

	return (!a->question || question_holds(a->question, event)) &&
	       (!a->verified || verified_holds(&s->verified, a->verified, event));
}

/* ---- what is found ---- */

static void *new_part(void *arg)
{
	struct searching *s = arg;

	return parts_take(&s->parts);
}

static void on_part(void *arg, void *part, const struct event *event)
{
	(void)arg;
	part_event(part, event);
}

static enum scan_next give_back(struct searching *s, struct part *part, bool discard)
{
	progress_clear(&s->progress);
	if (parts_give(&s->parts, part, discard, &s->error) == 0)
		return SCAN_ON;
	s->failed = true;
	return SCAN_STOP;
}

static enum scan_next end_part(void *arg, void *part, bool discard)
{
	return give_back(arg, part, discard);
}

/* Events one by one: where it is known only then which is the last. */
static enum scan_next found(void *arg, const struct event *event)
{
	struct searching *s = arg;

	if (!s->part)
		s->part = parts_take(&s->parts);
	if (!s->part) {
		s->failed = true;
		(void)err_set(&s->error, "no memory for the result");
		return SCAN_STOP;
	}
	part_event(s->part, event);
	s->found++;
	return s->part->failed || s->found == s->request->limit ? SCAN_STOP : SCAN_ON;
}

static void show_progress(void *arg, uint64_t done, uint64_t total)
{
	struct searching *s = arg;

	progress_show(&s->progress, done, total);
}

/* ---- the run ---- */

static int open_log(struct searching *s)
{
	const struct search_request *r = s->request;
	bool is_stdin = r->log && strcmp(r->log, "-") == 0;
	const struct log_choice choice = {
		.program = s->program,
		.path = is_stdin ? NULL : r->log,
		.config_dir = r->config_dir,
		.standard_input = is_stdin ? STDIN_ALWAYS : STDIN_UNUSED,
		.is_quiet = r->log != NULL,
		.explain = r->explain,
		/* An index counts without reading lines, of which none would be verified. */
		.no_index = r->no_index || (r->verified && r->make == MAKE_COUNT),
		.order = JOIN_ORDERED,
	};
	struct err e;

	if (log_open(&s->log, &choice, &e) == 0)
		return 0;
	frame_say(s->program, "%s", e.text);
	return -1;
}

static void plan(struct searching *s, struct scan *scan)
{
	const struct search_request *r = s->request;

	question_into(&s->question, scan);
	if (!s->question.is_all_said || r->verified) {
		scan->match_new = new_asker;
		scan->match = ask;
		scan->match_free = free_asker;
	}
	scan->only_count = r->make == MAKE_COUNT;
	if (r->limit && !making_sorts(r)) {
		scan->found = found;
	} else {
		scan->chunk_new = new_part;
		scan->chunk_event = on_part;
		scan->chunk_end = end_part;
	}
}

/* Prints what has waited. 0, or -1 after saying what went wrong; nobody reading is no trouble. */
static int finish(struct searching *s, const struct scan *scan)
{
	int status = 0;

	if (s->part && give_back(s, s->part, false) == SCAN_STOP)
		s->failed = true;
	s->part = NULL;
	if (!s->failed && s->request->make == MAKE_COUNT)
		status = making_print_count(&s->making, scan->matches, &s->error);
	else if (!s->failed)
		status = making_finish(&s->making, &s->error);
	if ((status == 0 && !s->failed) || s->error.sys == EPIPE)
		return 0;
	frame_say(s->program, "%s", s->error.text);
	return -1;
}

/* Nothing was found: perhaps because a name is typed wrong. */
static void remark(const struct searching *s)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(WHY_MAX);

	question_put_remark(&s->question, buf_view(&s->request->query), &text);
	if (text.n == 0)
		return;
	frame_say(s->program, "nothing was found:");
	(void)fwrite(text.p, 1, text.n, stderr);
}

static int scan_log(struct searching *s, struct names *names)
{
	struct scan scan = {.progress = show_progress, .arg = s};
	const char *problem;
	struct err e;
	int status;

	plan(s, &scan);
	making_init(&s->making, s->request, names);
	s->parts = (struct parts){.kind = &making_kind, .arg = &s->making};
	progress_init(&s->progress, STDERR_FILENO);
	status = log_scan(&s->log, &scan, &e);
	progress_release(&s->progress);
	if (status != 0)
		frame_say(s->program, "%s", e.text);
	if (finish(s, &scan) != 0)
		status = -1;
	parts_release(&s->parts);
	making_release(&s->making);
	problem = question_problem(&s->question);
	if (problem)
		frame_say(s->program, "%s", problem);
	log_tell_damage(s->program, &s->log, &scan, NULL);
	if (s->request->verified)
		verified_tell(&s->verified);
	if (status != 0)
		return EXIT_TROUBLE;
	if (!scan.matches)
		remark(s);
	return scan.matches ? EXIT_DONE : EXIT_NOT_DONE;
}

/* 0, or -1 after saying why nothing can be verified. */
static int open_evidence(struct searching *s)
{
	const struct search_request *r = s->request;
	const struct sealed_choice choice = {.program = s->program,
					     .path = r->log,
					     .config_dir = r->config_dir,
					     .key = r->seal_key};
	struct err e;

	if (!r->verified)
		return 0;
	if (s->log.kind == LOG_PIPE)
		(void)err_set(&e, "--verified needs a log with its seal: standard input has none");
	else if (verified_open(&s->verified, &choice, &s->question.query, &e) == 0)
		return 0;
	frame_say(s->program, "%s", e.text);
	return -1;
}

static int ask_question(struct searching *s, const struct present *present)
{
	const struct search_request *r = s->request;
	CLEANUP(buf_release) struct buf why = BUF_INIT(WHY_MAX);
	struct query *q = &s->question.query;

	if (question_parse(&s->question, buf_view(&r->query), present, &why) != 0) {
		frame_say(s->program, "the query cannot be read:");
		(void)fwrite(why.p, 1, why.n, stderr);
		return -1;
	}
	if (r->from > q->start)
		q->start = r->from;
	if (r->to < q->end)
		q->end = r->to;
	return 0;
}

int search_run(const struct search_request *r, const struct present *present)
{
	struct searching s = {.request = r, .program = r->program};
	int status = EXIT_TROUBLE;

	if (ask_question(&s, present) != 0)
		return EXIT_TROUBLE;
	if (open_log(&s) == 0 && open_evidence(&s) == 0)
		status = scan_log(&s, present->names);
	log_close(&s.log);
	verified_close(&s.verified);
	question_release(&s.question);
	return status;
}

int search_main(int argc, char **argv)
{
	struct search_request r;
	struct present present;
	struct err e;
	int code;

	if (verb_begin("search", &present) != 0)
		return EXIT_TROUBLE;
	search_request_init(&r, "aurum: search", &present);
	code = verb_options(&search_options, argc, argv, search_take, &r);
	if (code < 0 && search_complete(&r, &e) != 0) {
		say("search: %s", e.text);
		code = EXIT_TROUBLE;
	}
	if (code < 0)
		code = search_run(&r, &present);
	search_request_release(&r);
	present_release(&present);
	return code;
}

/*
 * aurum follow: events as they are recorded. Reads the command line and finds out where the log is.
 */
#include "aurum/follow.h"

#include "base/num.h"
#include "common/log.h"

#include <signal.h>

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/follow.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum follow",
	.usage = "[OPTION...] [QUERY...]",
	.summary = "Prints events as they are recorded, those that the query asks for "
		   "(aurum-query(7)), until Ctrl-C; over rotation and compression of the log.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows),
	.has_signed_operands = true,
};

/* ---- the command line ---- */

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct follow_request *r = arg;

	switch (hit->id) {
	case 'L':
		if (num_range(sv_cstr(hit->value), 0, FOLLOW_LAST_MAX, &r->last))
			return FRAME_ON;
		(void)err_set(e, "--last takes a number of events, at most %d", FOLLOW_LAST_MAX);
		return FRAME_FAILED;
	case 'h':
		return frame_help(&set, e);
	default:
		return search_take(&r->search, hit, e);
	}
}

static int check(struct follow_request *r, struct err *e)
{
	if (r->search.log && strcmp(r->search.log, "-") == 0)
		return err_set(e,
			       "standard input cannot be followed: aurum search --log - reads it");
	return search_complete(&r->search, e);
}

/* 0, also when nobody wants more; -1 with the sentence. */
static int print_events(const struct search_request *r, struct printer *p, struct err *e)
{
	const struct log_choice choice = {.program = "aurum follow",
					  .path = r->log,
					  .config_dir = r->config_dir,
					  .standard_input = STDIN_UNUSED};
	char path[LOG_PATH_BYTES];
	int64_t timeout_s;

	if (log_where(&choice, path, &timeout_s, e) != 0 || follow_log(path, timeout_s, p, e) != 0)
		return -1;
	if (!p->failed)
		return 0;
	*e = p->error;
	return -1;
}

static int follow(const struct follow_request *r, const struct present *present)
{
	struct printer p;
	int code = EXIT_DONE;
	struct err e;

	if (printer_init(&p, r, present) != 0)
		return EXIT_TROUBLE;
	if (print_events(&r->search, &p, &e) != 0) {
		say("follow: %s", e.text);
		code = EXIT_TROUBLE;
	}
	printer_release(&p);
	return code;
}

int follow_main(int argc, char **argv)
{
	struct follow_request r = {.last = 0};
	struct present present;
	struct err e;
	int code;

	if (verb_begin("follow", &present) != 0)
		return EXIT_TROUBLE;
	(void)signal(SIGPIPE, SIG_IGN); /* told by write() */
	search_request_init(&r.search, "follow", &present);
	code = verb_options(&set, argc, argv, take_option, &r);
	if (code < 0 && check(&r, &e) != 0) {
		say("follow: %s", e.text);
		code = EXIT_TROUBLE;
	}
	if (code < 0)
		code = follow(&r, &present);
	search_request_release(&r.search);
	present_release(&present);
	return code;
}

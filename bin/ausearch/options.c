/*
 * The command line: its table, made of options.def, and the walk over it.
 */
#include "ausearch/options.h"

#include "ausearch/take.h"
#include "common/frame.h"
#include "common/log.h"

#define NONE   QUERY_ITEMS
#define PLAIN  false
#define SIGNED true

enum option_id {
	OPT_NONE,
#define OPTION(id, names, arg, value_name, sign, take, item, help) OPT_##id,
#include "ausearch/options.def"
#undef OPTION
};

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, sign, take, item, help)                                 \
	{OPT_##id, names, arg, value_name, help},
#include "ausearch/options.def"
#undef OPTION
};

static const struct {
	bool is_signed;
	take_fn take;
	enum query_item item;
} takers[] = {
#define OPTION(id, names, arg, value_name, sign, take, item, help) [OPT_##id] = {sign, take, item},
#include "ausearch/options.def"
#undef OPTION
};

/* Options of other audit tools that people type here. */
static const struct option_habit habits[] = {
	{"-S", "-sc"},      {"-s", "-sc"},         {"--syscalls", "-sc"}, {"-u", "-ui"},
	{"--user", "-ui"},  {"-g", "-gi"},         {"--group", "-gi"},    {"-t", "-ts"},
	{"--type", "-m"},   {"--exe", "-x"},       {"--auid", "-ul"},     {"--since", "-ts"},
	{"--until", "-te"}, {"--hostname", "-hn"}, {NULL, NULL},
};

const struct option_set ausearch_options = {
	.program = "ausearch",
	.usage = "[OPTION...]",
	.summary = "Prints the events of the audit log for which everything asked for holds.",
	.style = OPTION_WORDS,
	.rows = rows,
	.count = LEN(rows),
	.habits = habits,
};

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct request *r = arg;

	if (!hit->id)
		return frame_stray_word(hit, e);
	if (hit->value && hit->value[0] == '-' && !takers[hit->id].is_signed) {
		(void)option_needs_value(&rows[hit->id - 1], sv_cstr(hit->name), e);
		return FRAME_FAILED;
	}
	if (takers[hit->id].take(r, takers[hit->id].item, hit->value, e) != 0)
		return FRAME_FAILED;
	switch (r->action) {
	case REQUEST_SEARCH:
		return FRAME_ON;
	case REQUEST_HELP:
		return frame_help(&ausearch_options, e);
	case REQUEST_VERSION:
		return frame_version(&ausearch_options, e);
	case REQUEST_LIST_TYPES:
		break;
	}
	return FRAME_DONE;
}

/* What only the whole command line can tell. */
static int check_together(const struct request *r, struct err *e)
{
	/* The reference takes --extra-obj2 anywhere; scripts may have it. */
	if ((r->columns & ~OUTPUT_EXTRA_OBJ2) && r->format != OUTPUT_CSV)
		return err_set(e, "--extra-... options need --format csv");
	if (r->from_checkpoint && !r->checkpoint)
		return err_set(e, "-ts checkpoint needs --checkpoint FILE");
	if (r->seal_key && !r->verified)
		return err_set(e, "--seal-key needs --verified");
	/* An event that is not signed yet would be passed over the next time, and for good. */
	if (r->checkpoint && r->verified)
		return err_set(e, "--checkpoint and --verified cannot go together");
	return 0;
}

enum frame_next request_read(struct request *r, int argc, char *const argv[],
			     const struct present *present, struct err *e)
{
	struct options words;
	enum frame_next next;

	*r = (struct request){
		.config_dir = LOG_CONFIG_DIR,
		.format = OUTPUT_DEFAULT,
		.escape = ESCAPE_TTY,
		.words = &words,
		.names = present->names,
		.when = &present->when,
	};
	query_init(&r->query);
	next = frame_options(&words, &ausearch_options, argc, argv, take_option, r, e);
	r->words = NULL;
	if (next == FRAME_ON && check_together(r, e) != 0)
		return FRAME_FAILED;
	return next;
}

/*
 * The command line: its table, made of options.def, and the walk over it.
 */
#include "ausearch/options.h"

#include "ausearch/take.h"

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

const struct option_set ausearch_options = {
	.program = "ausearch",
	.usage = "[OPTION...]",
	.summary = "Prints the events of the audit log for which everything asked for holds.",
	.style = OPTION_WORDS,
	.rows = rows,
	.count = LEN(rows),
};

/* Options of other audit tools that people type here. */
static const struct {
	const char *typed, *meant;
} habits[] = {
	{"-S", "-sc"},      {"-s", "-sc"},         {"--syscalls", "-sc"}, {"-u", "-ui"},
	{"--user", "-ui"},  {"-g", "-gi"},         {"--group", "-gi"},    {"-t", "-ts"},
	{"--type", "-m"},   {"--exe", "-x"},       {"--auid", "-ul"},     {"--since", "-ts"},
	{"--until", "-te"}, {"--hostname", "-hn"},
};

static int unknown_option(const char *typed, struct err *e)
{
	for (size_t i = 0; i < LEN(habits); i++)
		if (strcmp(habits[i].typed, typed) == 0)
			return err_set(e, "unknown option %s: did you mean %s?", typed,
				       habits[i].meant);
	return -1;
}

static int take_option(struct request *r, const struct option_hit *hit, struct err *e)
{
	if (hit->value && hit->value[0] == '-' && !takers[hit->id].is_signed)
		return err_set(e, "option %s needs a value: %s %s", hit->name, hit->name,
			       rows[hit->id - 1].value_name);
	return takers[hit->id].take(r, takers[hit->id].item, hit->value, e);
}

/* What only the whole command line can tell. */
static int check_together(const struct request *r, struct err *e)
{
	/* The reference takes --extra-obj2 anywhere; scripts may have it. */
	if ((r->columns & ~OUTPUT_EXTRA_OBJ2) && r->format != OUTPUT_CSV)
		return err_set(e, "--extra-... options need --format csv");
	if (r->from_checkpoint && !r->checkpoint)
		return err_set(e, "-ts checkpoint needs --checkpoint FILE");
	return 0;
}

int request_read(struct request *r, int argc, char *const argv[], struct names *names,
		 const struct when_context *when, struct err *e)
{
	struct options words;
	struct option_hit hit;

	*r = (struct request){
		.config_dir = AURUM_SYSCONFDIR "/audit",
		.format = OUTPUT_DEFAULT,
		.escape = ESCAPE_TTY,
		.words = &words,
		.names = names,
		.when = when,
	};
	query_init(&r->query);
	options_init(&words, &ausearch_options, argc, argv);
	while (r->action == REQUEST_SEARCH)
		switch (option_next(&words, &hit, e)) {
		case OPTION_FOUND:
			if (take_option(r, &hit, e) != 0)
				return -1;
			break;
		case OPTION_OPERAND:
			return err_set(e, "\"%s\" belongs to no option", hit.name);
		case OPTION_ERROR:
			return unknown_option(hit.name, e);
		case OPTION_END:
			r->words = NULL;
			return check_together(r, e);
		}
	return 0;
}

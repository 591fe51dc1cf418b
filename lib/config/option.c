/*
 * The option reader: walks argv by a table of rows. Values are not checked here; that is for
 * the program, which knows what they mean.
 */
#include "config/option.h"

#include "base/near.h"

#define HELP_COLUMN 28

void options_init(struct options *o, const struct option_set *set, int argc, char *const argv[])
{
	*o = (struct options){.set = set, .argc = argc, .argv = argv, .at = 1};
}

/* The row with this spelling; the spelling itself goes to *name. */
static const struct option_row *row_named(const struct option_set *set, struct sv word,
					  struct sv *name)
{
	for (size_t i = 0; i < set->count; i++) {
		struct sv names = sv_cstr(set->rows[i].names);

		while (sv_word(&names, name))
			if (sv_eq(*name, word))
				return &set->rows[i];
	}
	return NULL;
}

/* The row whose long name alone starts with this; *clash when several do. */
static const struct option_row *row_starting(const struct option_set *set, struct sv word,
					     struct sv *name, bool *clash)
{
	const struct option_row *found = NULL;

	*clash = false;
	for (size_t i = 0; i < set->count; i++) {
		struct sv names = sv_cstr(set->rows[i].names), one;

		while (sv_word(&names, &one)) {
			if (!sv_starts(one, SV("--")) || !sv_starts(one, word))
				continue;
			if (found && found != &set->rows[i])
				*clash = true;
			found = &set->rows[i];
			*name = one;
		}
	}
	return *clash ? NULL : found;
}

static enum option_status unknown(const struct option_set *set, struct sv word, struct err *e)
{
	const struct option_habit *habit = set->habits;
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	for (; habit && habit->typed; habit++)
		if (sv_eq(sv_cstr(habit->typed), word))
			best = (struct near_best){sv_cstr(habit->meant), 0};
	for (size_t i = 0; i < set->count; i++) {
		struct sv names = sv_cstr(set->rows[i].names), one;

		while (sv_word(&names, &one))
			near_consider(&best, word, one);
	}
	if (best.name.n)
		err_set(e, "unknown option %.*s%s", SV_FMT(word), near_hint(&best, "", hint));
	else
		err_set(e, "unknown option %.*s: %s --help lists them all", SV_FMT(word),
			set->program);
	return OPTION_ERROR;
}

int option_needs_value(const struct option_row *row, struct sv name, struct err *e)
{
	return err_set(e, "option %.*s needs a value: %.*s %s", SV_FMT(name), SV_FMT(name),
		       row->value_name ? row->value_name : "VALUE");
}

/* Takes the next word as the value if the row wants one. */
static enum option_status with_next_word(struct options *o, const struct option_row *row,
					 struct sv name, bool may_take, struct option_hit *hit,
					 struct err *e)
{
	const char *next = o->at < o->argc ? o->argv[o->at] : NULL;

	hit->id = row->id;
	hit->value = NULL;
	if (row->arg == ARG_REQUIRED && !next) {
		(void)option_needs_value(row, name, e);
		return OPTION_ERROR;
	}
	if (row->arg == ARG_REQUIRED ||
	    (row->arg == ARG_OPTIONAL && may_take && next && next[0] != '-')) {
		hit->value = next;
		o->at++;
	}
	return OPTION_FOUND;
}

static enum option_status next_word(struct options *o, struct option_hit *hit, struct err *e)
{
	const char *word = o->argv[o->at++];
	const struct option_row *row;
	struct sv name;

	hit->name = word;
	row = row_named(o->set, sv_cstr(word), &name);
	if (row)
		return with_next_word(o, row, name, true, hit, e);
	*hit = (struct option_hit){0, word, NULL};
	return word[0] == '-' && word[1] ? unknown(o->set, sv_cstr(word), e) : OPTION_OPERAND;
}

/* One letter of "-abc": the rest of the word is its value if it wants one. */
static enum option_status next_letter(struct options *o, struct option_hit *hit, struct err *e)
{
	char spelled[3] = {'-', *o->letters++, '\0'};
	const struct option_row *row;
	struct sv name;

	hit->name = o->argv[o->at - 1];
	row = row_named(o->set, sv_cstr(spelled), &name);
	if (*o->letters == '\0')
		o->letters = NULL;
	if (!row) {
		/* "-lost" for "--lost": judge the whole word, not one letter of it. */
		o->letters = NULL;
		return unknown(o->set, sv_cstr(hit->name), e);
	}
	hit->id = row->id;
	hit->value = NULL;
	if (row->arg == ARG_NONE)
		return OPTION_FOUND;
	if (o->letters) {
		hit->value = o->letters;
		o->letters = NULL;
		return OPTION_FOUND;
	}
	return with_next_word(o, row, name, false, hit, e);
}

/* "--name", "--name=value" or "--name value", where the name may be shortened. */
static enum option_status next_long(struct options *o, const char *word, struct option_hit *hit,
				    struct err *e)
{
	const struct option_row *row;
	struct sv typed, value, name;
	bool has_value = sv_cut(sv_cstr(word), '=', &typed, &value), clash = false;

	hit->name = word;
	row = row_named(o->set, typed, &name);
	if (!row)
		row = row_starting(o->set, typed, &name, &clash);
	if (clash) {
		err_set(e, "option %.*s could mean several: write it in full", SV_FMT(typed));
		return OPTION_ERROR;
	}
	if (!row)
		return unknown(o->set, typed, e);
	if (has_value && row->arg == ARG_NONE) {
		err_set(e, "option %.*s takes no value", SV_FMT(name));
		return OPTION_ERROR;
	}
	if (!has_value)
		return with_next_word(o, row, name, false, hit, e);
	hit->id = row->id;
	hit->value = value.p ? value.p : word + typed.n + 1;
	return OPTION_FOUND;
}

/* "-13" where that is a number. */
static bool is_signed_operand(const struct option_set *set, const char *word)
{
	return set->has_signed_operands && word[0] == '-' && word[1] >= '0' && word[1] <= '9';
}

static enum option_status next_getopt(struct options *o, struct option_hit *hit, struct err *e)
{
	const char *word;

	if (o->letters)
		return next_letter(o, hit, e);
	word = o->argv[o->at++];
	if (!o->only_operands && word[0] == '-' && word[1] == '-') {
		if (word[2] != '\0')
			return next_long(o, word, hit, e);
		o->only_operands = true;
		return option_next(o, hit, e);
	}
	if (!o->only_operands && word[0] == '-' && word[1] != '\0' &&
	    !is_signed_operand(o->set, word)) {
		o->letters = word + 1;
		return next_letter(o, hit, e);
	}
	*hit = (struct option_hit){0, word, NULL};
	return OPTION_OPERAND;
}

enum option_status option_next(struct options *o, struct option_hit *hit, struct err *e)
{
	*hit = (struct option_hit){0, NULL, NULL};
	if (!o->letters && o->at >= o->argc)
		return OPTION_END;
	return o->set->style == OPTION_WORDS ? next_word(o, hit, e) : next_getopt(o, hit, e);
}

/* "-a, --event SERIAL" */
static void put_spellings(const struct option_row *row, const char *open, const char *close,
			  struct buf *out)
{
	struct sv names = sv_cstr(row->names), one;
	const char *separator = "";

	while (sv_word(&names, &one)) {
		buf_printf(out, "%s%s%.*s%s", separator, open, SV_FMT(one), close);
		separator = ", ";
	}
}

void option_help(const struct option_set *set, struct buf *out)
{
	buf_printf(out, "usage: %s %s\n", set->program, set->usage);
	if (set->summary)
		buf_printf(out, "%s\n", set->summary);
	buf_putc(out, '\n');
	for (size_t i = 0; i < set->count; i++) {
		const struct option_row *row = &set->rows[i];
		size_t start = out->n;

		buf_puts(out, "  ");
		put_spellings(row, "", "", out);
		if (row->value_name)
			buf_printf(out, row->arg == ARG_OPTIONAL ? " [%s]" : " %s",
				   row->value_name);
		if (out->n - start >= HELP_COLUMN) {
			buf_putc(out, '\n');
			start = out->n;
		}
		buf_printf(out, "%*s%s\n", (int)(HELP_COLUMN - (out->n - start)), "", row->help);
	}
}

/* A hyphen in man source is "\-", or it may be set as a dash. */
static void put_man_text(struct sv text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '-' || text.p[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, text.p[i]);
	}
}

void option_man(const struct option_set *set, struct buf *out)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct option_row *row = &set->rows[i];
		struct sv names = sv_cstr(row->names), one;
		const char *separator = "";

		buf_puts(out, ".TP\n");
		while (sv_word(&names, &one)) {
			buf_printf(out, "%s\\fB", separator);
			put_man_text(one, out);
			buf_puts(out, "\\fR");
			separator = ", ";
		}
		if (row->value_name)
			buf_printf(out, row->arg == ARG_OPTIONAL ? " [\\fI%s\\fR]" : " \\fI%s\\fR",
				   row->value_name);
		buf_putc(out, '\n');
		put_man_text(sv_cstr(row->help), out);
		buf_putc(out, '\n');
	}
}

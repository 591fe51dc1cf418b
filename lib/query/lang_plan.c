/*
 * What can be told of the events that fit without parsing them: bytes. Each item here follows the comparison in lang_match.c that it stands for: one that can say yes without the bytes
 * below makes the item useless. query/lang_fuzz.c holds them together.
 */
#include "query/lang_plan.h"
#include "query/lang_accept.h"

#include "base/num.h"

#include <stdio.h>

#define RARITY_TEXT   20
#define RARITY_OTHER  10
#define RARITY_LENGTH 16 /* longer texts are not rarer */
#define SCRATCH_MAX   ((size_t)64 << 10)

struct setter {
	struct plan_set *set;
	struct arena *scratch;
};

static unsigned rarity_of_name(struct sv name)
{
	static const struct {
		struct sv name;
		unsigned rarity;
	} rows[] = {
		{{"pid", 3}, 30},   {{"ppid", 4}, 28},    {{"ses", 3}, 22},  {{"key", 3}, 20},
		{{"inode", 5}, 30}, {{"exe", 3}, 16},     {{"comm", 4}, 16}, {{"auid", 4}, 12},
		{{"uid", 3}, 2},    {{"gid", 3}, 2},      {{"euid", 4}, 2},  {{"exit", 4}, 1},
		{{"name", 4}, 18},  {{"success", 7}, 0},  {{"res", 3}, 0},   {{"items", 5}, 0},
		{{"tty", 3}, 6},    {{"terminal", 8}, 6}, {{"op", 2}, 4},    {{"path", 4}, 18},
	};

	for (size_t i = 0; i < LEN(rows); i++)
		if (sv_eq(rows[i].name, name))
			return rows[i].rarity;
	return RARITY_OTHER;
}

static bool add(struct setter *s, enum literal_kind kind, struct sv text, unsigned rarity)
{
	unsigned length = text.n < RARITY_LENGTH ? (unsigned)text.n : RARITY_LENGTH;

	if (!text.n || s->set->count == PLAN_SET_MAX)
		return false;
	if (rarity + length < s->set->rarity)
		s->set->rarity = rarity + length;
	literal_init(&s->set->literals[s->set->count], kind, text);
	return s->set->literals[s->set->count++].n > 0;
}

static bool is_digits(struct sv text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return text.n > 0;
}

/* As it stands: a number only as a whole one. */
static bool add_plain(struct setter *s, struct sv text, unsigned rarity)
{
	return add(s, is_digits(text) ? LITERAL_NUMBER : LITERAL_TEXT, text, rarity);
}

static bool add_encoded(struct setter *s, struct sv text, unsigned rarity)
{
	return add(s, LITERAL_TEXT, text, rarity) && add(s, LITERAL_HEX, text, rarity);
}

static bool add_number(struct setter *s, uint32_t number, unsigned rarity)
{
	char digits[16];

	(void)snprintf(digits, sizeof(digits), "%u", number);
	return add(s, LITERAL_NUMBER, sv_cstr(digits), rarity);
}

/* Users and groups: as they stand, or by name. */
static bool add_id(struct setter *s, const struct lang_node *n, const struct lang_test *t)
{
	unsigned rarity = rarity_of_name(n->name);

	if (t->kind != LANG_TEST_TEXT || !add_plain(s, t->text, rarity) ||
	    (t->another.n && !add_plain(s, t->another, rarity)) ||
	    (t->has_id && !add_number(s, t->id, rarity)) ||
	    (t->has_gid && !add_number(s, t->gid, rarity)))
		return false;
	return n->subject != LANG_SUBJECT_USER || add_encoded(s, t->text, rarity);
}

static bool is_encoded(enum value_type type)
{
	return type == VALUE_ESCAPED || type == VALUE_ESCAPED_FILE || type == VALUE_ESCAPED_KEY ||
	       type == VALUE_PROCTITLE;
}

/* Arguments from the fifth on stand in EXECVE records only. */
static bool is_late_argument(struct sv name)
{
	return name.n >= 2 && name.p[0] == 'a' && name.p[1] >= '4' && name.p[1] <= '9';
}

static bool add_field(struct setter *s, const struct lang_node *n, const struct lang_test *t)
{
	unsigned rarity = rarity_of_name(n->name);
	struct sv run;

	if (n->type == VALUE_UID || n->type == VALUE_GID)
		return add_id(s, n, t);
	if (t->kind == LANG_TEST_TEXT && t->another.n)
		return add_plain(s, t->text, rarity) && add_plain(s, t->another, rarity);
	switch (lang_words_of(n, n->name)) {
	case LANG_WORDS_NONE:
		if (t->kind == LANG_TEST_TEXT)
			return add_plain(s, t->text, rarity);
		run = lang_required(t, '\0', s->scratch);
		return add(s, LITERAL_TEXT, run, rarity);
	case LANG_WORDS_ALONE:
		if (!is_encoded(n->type))
			return false;
		run = lang_required(t, n->type == VALUE_PROCTITLE ? ' ' : '\0', s->scratch);
		return add_encoded(s, run, rarity);
	case LANG_WORDS_RECORD:
		if (!is_late_argument(n->name))
			return false;
		run = lang_required(t, '\0', s->scratch);
		return add_encoded(s, run, rarity);
	}
	return false;
}

static bool add_address(struct setter *s, const struct lang_test *t)
{
	if (t->kind == LANG_TEST_TEXT)
		return add(s, LITERAL_TEXT, t->text, RARITY_OTHER);
	if (t->kind != LANG_TEST_ADDRESS || t->bits != 128 || sv_index(t->text, ':') < t->text.n)
		return false;
	return add(s, LITERAL_TEXT, sv_head(t->text, sv_index(t->text, '/')), RARITY_OTHER) &&
	       add(s, LITERAL_HEX, sv_make((const char *)t->address + 12, 4), RARITY_OTHER);
}

static bool add_test(struct setter *s, const struct lang_node *n, const struct lang_test *t)
{
	switch ((int)n->subject) {
	case LANG_SUBJECT_FIELD:
		return add_field(s, n, t);
	case LANG_SUBJECT_USER:
		return add_id(s, n, t);
	case LANG_SUBJECT_ADDR:
		return add_address(s, t);
	case LANG_SUBJECT_PATH:
		/* Every part of a path stands in its name or in the working directory. */
		return add_encoded(s, lang_required(t, '/', s->scratch), RARITY_TEXT);
	case LANG_SUBJECT_ARGS:
		return add_encoded(s, lang_required(t, ' ', s->scratch), RARITY_TEXT);
	default:
		return false;
	}
}

static bool add_reference(struct setter *s, const struct expression_node *x)
{
	/* One of several keys, and what is made of an AVC's words, do not stand so in the record. */
	if (x->kind != EXPRESSION_COMPARE || x->subject != EXPRESSION_FIELD ||
	    x->aspect != EXPRESSION_RAW || x->order != EXPRESSION_EQ || sv_eq(x->name, SV("key")) ||
	    sv_eq(x->name, SV("seperms")))
		return false;
	return add(s, LITERAL_TEXT, x->text, rarity_of_name(x->name));
}

/* Adds what stands for n to the set: false when nothing does. */
static bool add_alternative(struct setter *s, const struct lang_node *n);

/* The best of several sets, all of which have to hold. */
static bool add_best(struct setter *s, const struct lang_node *n)
{
	struct plan_set before = *s->set, best = {.count = 0, .rarity = 0};
	bool found = false;

	for (const struct lang_node *c = n->child; c; c = c->next) {
		*s->set = before;
		if (add_alternative(s, c) && (!found || s->set->rarity > best.rarity)) {
			best = *s->set;
			found = true;
		}
	}
	*s->set = found ? best : before;
	return found;
}

static bool add_alternative(struct setter *s, const struct lang_node *n)
{
	switch (n->kind) {
	case LANG_AND:
	case LANG_ALL:
		return add_best(s, n);
	case LANG_OR:
	case LANG_ANY:
		for (const struct lang_node *c = n->child; c; c = c->next)
			if (!add_alternative(s, c))
				return false;
		return true;
	case LANG_COMPARE:
		if (n->is_negated || (n->order != LANG_EQ && n->order != LANG_MATCH))
			return false;
		for (size_t i = 0; i < n->test_count; i++)
			if (!add_test(s, n, &n->tests[i]))
				return false;
		return true;
	case LANG_TEXT:
		return n->hex && add(s, LITERAL_TEXT, n->tests->text, RARITY_TEXT) &&
		       add(s, LITERAL_HEX, lang_longest_between(n->tests->text, ' '), RARITY_TEXT);
	case LANG_REFERENCE:
		return add_reference(s, n->reference->root);
	case LANG_NOT:
	case LANG_NO:
	case LANG_HAS:
		break;
	}
	return false;
}

/* The sets of what has to hold together; the rarest stay. */
static void collect(const struct lang_node *n, struct plan_set out[PLAN_SETS_MAX], size_t *count,
		    struct arena *scratch)
{
	struct plan_set set = {.count = 0, .rarity = UINT32_MAX};
	struct setter s = {&set, scratch};
	size_t at;

	if (n->kind == LANG_AND || n->kind == LANG_ALL) {
		for (const struct lang_node *c = n->child; c; c = c->next)
			collect(c, out, count, scratch);
		return;
	}
	if (!add_alternative(&s, n))
		return;
	if (*count == PLAN_SETS_MAX && out[*count - 1].rarity >= set.rarity)
		return;
	at = *count < PLAN_SETS_MAX ? (*count)++ : *count - 1;
	for (; at > 0 && out[at - 1].rarity < set.rarity; at--)
		out[at] = out[at - 1];
	out[at] = set;
}

size_t lang_sets(const struct lang *l, struct plan_set out[PLAN_SETS_MAX])
{
	struct arena scratch;
	size_t count = 0;

	arena_init(&scratch, SCRATCH_MAX * 16);
	if (l->root)
		collect(l->root, out, &count, &scratch);
	arena_release(&scratch);
	return count;
}

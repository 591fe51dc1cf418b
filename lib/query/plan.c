/*
 * From a query to its literals. Each item that has some says how its values are written, which
 * follows the readers of query/read.c: a reader that can say yes to a value without the bytes
 * below makes the item useless here. query/scan_fuzz.c holds the two together.
 */
#include "query/plan.h"

#include "table/table.h"

#include <stdio.h>

enum spelling {
	SPELLED_NOT,     /* nothing to look for */
	SPELLED_PLAIN,   /* as it is */
	SPELLED_ENCODED, /* as it is, or in hexadecimal */
	SPELLED_PATH,    /* the same, perhaps in two parts */
	SPELLED_NUMBER,
	SPELLED_USER, /* a number, or a name that an enriched record has */
};

static const struct {
	enum spelling spelling;
	unsigned rarity;     /* of its values: longer text makes it rarer */
	const char *missing; /* what a record without the field stands for (query/look.c) */
} items[QUERY_ITEMS] = {
	[QUERY_PID] = {SPELLED_NUMBER, 30, NULL},
	[QUERY_PPID] = {SPELLED_NUMBER, 28, NULL},
	[QUERY_UID] = {SPELLED_USER, 4, "0"},
	[QUERY_EUID] = {SPELLED_USER, 4, NULL},
	[QUERY_AUID] = {SPELLED_USER, 12, "4294967295"},
	[QUERY_GID] = {SPELLED_NUMBER, 4, NULL},
	[QUERY_EGID] = {SPELLED_NUMBER, 4, NULL},
	[QUERY_SESSION] = {SPELLED_NUMBER, 22, "4294967295"},
	[QUERY_SYSCALL] = {SPELLED_NUMBER, 6, NULL},
	[QUERY_EXIT] = {SPELLED_NUMBER, 2, NULL},
	[QUERY_FILE] = {SPELLED_PATH, 18, NULL},
	[QUERY_TERMINAL] = {SPELLED_PLAIN, 6, "(none)"},
	[QUERY_EXE] = {SPELLED_ENCODED, 16, "(null)"},
	[QUERY_COMM] = {SPELLED_ENCODED, 16, NULL},
	[QUERY_KEY] = {SPELLED_ENCODED, 20, NULL},
	[QUERY_SUBJECT] = {SPELLED_PLAIN, 4, NULL},
	[QUERY_OBJECT] = {SPELLED_PLAIN, 4, NULL},
	[QUERY_VM] = {SPELLED_ENCODED, 20, NULL},
	[QUERY_UUID] = {SPELLED_PLAIN, 30, NULL},
};

#define BIT(item) (UINT32_C(1) << (item))

static bool add(struct plan_set *set, enum literal_kind kind, struct sv text)
{
	if (!text.n || set->count == PLAN_SET_MAX)
		return false;
	literal_init(&set->literals[set->count], kind, text);
	return set->literals[set->count++].n > 0;
}

static bool add_text(struct plan_set *set, enum query_item item, struct sv text)
{
	const char *missing = items[item].missing;

	if (missing && sv_find(sv_cstr(missing), text) < strlen(missing))
		return false;
	if (items[item].spelling == SPELLED_PATH) {
		/* "./x" is looked for behind the working directory: "/etc" "/" "./x". */
		if (sv_find(text, SV("/.")) < text.n)
			return false;
		if (sv_ends(text, SV("/")))
			text.n--;
	}
	if (!add(set, LITERAL_TEXT, text))
		return false;
	return items[item].spelling == SPELLED_PLAIN || add(set, LITERAL_HEX, text);
}

static bool add_number(struct plan_set *set, enum query_item item, uint64_t number)
{
	char digits[24];
	const char *missing = items[item].missing;

	if (item == QUERY_EXIT && (int64_t)number < 0)
		number = -number;
	(void)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
	if (missing && strcmp(digits, missing) == 0)
		return false;
	return add(set, LITERAL_NUMBER, sv_cstr(digits));
}

static bool add_item(struct plan_set *set, const struct query *q, enum query_item item)
{
	switch (items[item].spelling) {
	case SPELLED_NOT:
		return false;
	case SPELLED_PLAIN:
	case SPELLED_ENCODED:
	case SPELLED_PATH:
		return add_text(set, item, q->text[item]);
	case SPELLED_NUMBER:
		return add_number(set, item, q->number[item]);
	case SPELLED_USER:
		break;
	}
	return add_number(set, item, q->number[item]) &&
	       (!q->text[item].n || add(set, LITERAL_TEXT, q->text[item]));
}

static unsigned rarity_of(const struct query *q, enum query_item item)
{
	size_t n = q->text[item].n;

	return items[item].rarity + (unsigned)(n < 16 ? n : 16);
}

/* The set behind the last one becomes the plan's. */
static void keep_set(struct plan *p)
{
	struct plan_set *set = &p->sets[p->set_count];

	p->set_count++;
	if (set->rarity > p->sets[0].rarity) {
		struct plan_set rarer = *set;

		*set = p->sets[0];
		p->sets[0] = rarer;
	}
}

void plan_add_set(struct plan *p, const struct plan_set *set)
{
	if (p->set_count == PLAN_SETS_MAX || !set->count)
		return;
	p->sets[p->set_count] = *set;
	keep_set(p);
}

/* Adds the set of literals of the items, one of which has to hold. */
static void add_set(struct plan *p, uint32_t any)
{
	struct plan_set *set = &p->sets[p->set_count];

	if (p->set_count == PLAN_SETS_MAX)
		return;
	set->count = 0;
	set->rarity = UINT32_MAX;
	for (enum query_item i = 0; i < QUERY_ITEMS; i++) {
		if (!(any & BIT(i)))
			continue;
		if (!add_item(set, p->query, i))
			return;
		if (rarity_of(p->query, i) < set->rarity)
			set->rarity = rarity_of(p->query, i);
	}
	keep_set(p);
}

static void add_words(struct plan *p)
{
	const struct query *q = p->query;

	for (uint32_t type = 0; type < QUERY_TYPE_MAX; type++) {
		const char *name;

		if (!(q->types[type / 64] >> (type % 64) & 1))
			continue;
		if (type == 0 || p->word_count == PLAN_WORDS_MAX)
			return; /* unknown words are 0 */
		name = msgtype_name(type);
		if (name)
			p->words[p->word_count++] = sv_cstr(name);
	}
	p->has_words = q->has_types;
}

void plan_init(struct plan *p, const struct query *q)
{
	static const uint32_t joined[] = {
		BIT(QUERY_UID) | BIT(QUERY_EUID) | BIT(QUERY_AUID),
		BIT(QUERY_GID) | BIT(QUERY_EGID),
		BIT(QUERY_SUBJECT) | BIT(QUERY_OBJECT),
	};
	const bool are_joined[] = {q->any_user, q->any_group, q->any_context};
	uint32_t rest = q->wanted;

	p->query = q;
	p->wide = wide_best();
	p->any_time = false;
	p->has_words = false;
	p->word_count = p->set_count = 0;
	p->sets[0].rarity = 0;
	add_words(p);
	for (size_t i = 0; i < LEN(joined); i++)
		if (are_joined[i] && (rest & joined[i])) {
			add_set(p, rest & joined[i]);
			rest &= ~joined[i];
		}
	for (enum query_item i = 0; i < QUERY_ITEMS; i++)
		if (rest & BIT(i))
			add_set(p, BIT(i));
}

bool plan_fits_word(const struct plan *p, struct sv type_name)
{
	for (size_t i = 0; i < p->word_count; i++)
		if (sv_eq(p->words[i], type_name))
			return true;
	/* A type's number is its name too, and UNKNOWN[number]. */
	return type_name.n && ((type_name.p[0] >= '0' && type_name.p[0] <= '9') ||
			       sv_starts(type_name, SV("UNKNOWN[")));
}

static bool holds(const struct plan_set *set, struct sv lines)
{
	for (size_t i = 0; i < set->count; i++)
		if (literal_in(&set->literals[i], lines))
			return true;
	return false;
}

bool plan_fits_text(const struct plan *p, struct sv lines)
{
	for (size_t i = 0; i < p->set_count; i++)
		if (!holds(&p->sets[i], lines))
			return false;
	return true;
}

unsigned plan_marks(const struct plan *p)
{
	return (p->has_words ? PLAN_MARK_WORD : 0u) | (p->set_count ? PLAN_MARK_TEXT : 0u);
}

void plan_scan(const struct plan *p, struct sv block, uint64_t *marks)
{
	if (p->set_count)
		wide_literals(p->wide, p->sets[0].literals, p->sets[0].count, block, marks);
}

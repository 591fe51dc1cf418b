/*
 * The cache: sets of four entries, chosen by a hash, the one that was written first in a set is
 * the next to go. One array for numbers to names, one for names to numbers. Knows nothing of
 * where names come from.
 */
#include "record/names.h"

#include "base/map.h"

#include <stdlib.h>

#define SETS          128
#define WAYS          4
#define ANSWER_NAMED  1
#define ANSWER_ABSENT 2

enum kind { KIND_USER, KIND_GROUP, KIND_PROTOCOL };

struct entry {
	uint32_t id;
	uint8_t kind, answer, length; /* answer is 0 in a free entry */
	char name[NAMES_NAME_MAX + 1];
};

struct table {
	struct entry entries[SETS][WAYS];
	uint8_t next[SETS]; /* the way that is written next */
};

struct names {
	const struct name_source *source;
	uint64_t seed; /* names come from logs: nobody may choose which of them collide */
	struct table by_id, by_name;
};

struct names *names_new(const struct name_source *source, struct err *e)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n) {
		(void)err_sys(e, "cannot keep user names");
		return NULL;
	}
	n->source = source;
	n->seed = hash_seed();
	return n;
}

void names_free(struct names *n)
{
	free(n);
}

void names_flush(struct names *n)
{
	memset(&n->by_id, 0, sizeof(n->by_id));
	memset(&n->by_name, 0, sizeof(n->by_name));
}

static void forget_absent(struct table *t)
{
	for (size_t s = 0; s < SETS; s++)
		for (size_t w = 0; w < WAYS; w++)
			if (t->entries[s][w].answer == ANSWER_ABSENT)
				memset(&t->entries[s][w], 0, sizeof(t->entries[s][w]));
}

void names_forget_absent(struct names *n)
{
	forget_absent(&n->by_id);
	forget_absent(&n->by_name);
}

/* The entry to fill for a new answer in a set, emptied. */
static struct entry *claim(struct table *t, size_t set)
{
	struct entry *entry = &t->entries[set][t->next[set]];

	t->next[set] = (uint8_t)((t->next[set] + 1) % WAYS);
	memset(entry, 0, sizeof(*entry));
	return entry;
}

static bool ask_name(const struct name_source *s, enum kind kind, uint32_t id, char *out,
		     size_t cap)
{
	switch (kind) {
	case KIND_USER:
		return s->user_name && s->user_name(s->arg, id, out, cap);
	case KIND_GROUP:
		return s->group_name && s->group_name(s->arg, id, out, cap);
	case KIND_PROTOCOL:
		return s->protocol_name && s->protocol_name(s->arg, id, out, cap);
	}
	return false;
}

static const struct entry *entry_of_id(struct names *n, enum kind kind, uint32_t id)
{
	size_t set = hash_u64(((uint64_t)kind << 32) | id, n->seed) % SETS;
	struct entry *entry;

	for (size_t w = 0; w < WAYS; w++) {
		entry = &n->by_id.entries[set][w];
		if (entry->answer && entry->id == id && entry->kind == (uint8_t)kind)
			return entry;
	}
	entry = claim(&n->by_id, set);
	entry->kind = (uint8_t)kind;
	entry->id = id;
	entry->answer = ANSWER_ABSENT;
	if (ask_name(n->source, kind, id, entry->name, sizeof(entry->name))) {
		entry->name[NAMES_NAME_MAX] = 0;
		entry->length = (uint8_t)strlen(entry->name);
		entry->answer = ANSWER_NAMED;
	}
	return entry;
}

static struct sv name_of_id(struct names *n, enum kind kind, uint32_t id)
{
	const struct entry *entry = entry_of_id(n, kind, id);

	return entry->answer == ANSWER_NAMED ? sv_make(entry->name, entry->length) : SV_EMPTY;
}

struct sv names_user(struct names *n, uint32_t uid)
{
	if (uid == 0)
		return SV("root");
	return uid == NAMES_UNSET ? SV("unset") : name_of_id(n, KIND_USER, uid);
}

struct sv names_group(struct names *n, uint32_t gid)
{
	if (gid == 0)
		return SV("root");
	return gid == NAMES_UNSET ? SV("unset") : name_of_id(n, KIND_GROUP, gid);
}

struct sv names_protocol(struct names *n, uint32_t number)
{
	return name_of_id(n, KIND_PROTOCOL, number);
}

static void put(struct sv name, uint32_t id, struct buf *out)
{
	if (name.n)
		buf_put(out, name);
	else
		buf_printf(out, "unknown(%d)", (int)id);
}

void names_put_user(struct names *n, uint32_t uid, struct buf *out)
{
	put(names_user(n, uid), uid, out);
}

void names_put_group(struct names *n, uint32_t gid, struct buf *out)
{
	put(names_group(n, gid), gid, out);
}

static bool ask_id(const struct name_source *s, enum kind kind, const char *name, uint32_t *out)
{
	if (kind == KIND_USER)
		return s->user_id && s->user_id(s->arg, name, out);
	return s->group_id && s->group_id(s->arg, name, out);
}

static bool id_of_name(struct names *n, enum kind kind, struct sv name, uint32_t *out)
{
	char text[NAMES_NAME_MAX + 1];
	struct entry *entry;
	size_t set;

	if (name.n == 0 || !sv_to_cstr(name, text, sizeof(text)))
		return false;
	set = hash_sv(name, n->seed + (uint64_t)kind) % SETS;
	for (size_t w = 0; w < WAYS; w++) {
		entry = &n->by_name.entries[set][w];
		if (entry->answer && entry->kind == (uint8_t)kind &&
		    sv_eq(sv_make(entry->name, entry->length), name))
			goto found;
	}
	entry = claim(&n->by_name, set);
	entry->kind = (uint8_t)kind;
	entry->length = (uint8_t)name.n;
	memcpy(entry->name, text, sizeof(text));
	entry->answer = ask_id(n->source, kind, text, &entry->id) ? ANSWER_NAMED : ANSWER_ABSENT;
found:
	if (entry->answer != ANSWER_NAMED)
		return false;
	*out = entry->id;
	return true;
}

bool names_find_user(struct names *n, struct sv name, uint32_t *out)
{
	if (sv_eq(name, SV("unset"))) {
		*out = NAMES_UNSET;
		return true;
	}
	return id_of_name(n, KIND_USER, name, out);
}

bool names_find_group(struct names *n, struct sv name, uint32_t *out)
{
	if (sv_eq(name, SV("unset"))) {
		*out = NAMES_UNSET;
		return true;
	}
	return id_of_name(n, KIND_GROUP, name, out);
}

void names_list(struct names *n, bool groups, struct buf *out)
{
	if (n->source->list)
		n->source->list(n->source->arg, groups, out);
}

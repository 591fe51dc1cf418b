/* Cuts the enriched part of a record. What its texts mean is the interpreter's part. */
#include "record/tail.h"

#include "record/tag.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Whether a name of the tail, lowered, is the name of a field. */
static bool same_name(struct sv tail_name, struct sv name)
{
	if (tail_name.n != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (lower(tail_name.p[i]) != name.p[i])
			return false;
	return true;
}

static void add(struct tail *t, struct sv name, struct sv text)
{
	t->entries[t->count++] = (struct tail_entry){tag_lowered(tag_of(name)), name, text};
}

/* A socket address stands alone and has spaces in it. */
static void cut_address(struct tail *t, struct sv text)
{
	struct sv value = sv_from(text, sv_index(text, '{'));

	if (sv_index(value, '}') < value.n)
		add(t, SV("saddr"), value);
}

void tail_cut(struct tail *t, struct sv text)
{
	struct split it;
	struct split_word w;

	t->count = 0;
	t->rest = SV_EMPTY;
	if (sv_starts(text, SV("SADDR="))) {
		cut_address(t, text);
		return;
	}
	if (text.n == 0)
		return;
	for (split_init(&it, text); split_next(&it, &w);) {
		if (t->count == TAIL_ENTRIES) {
			t->rest =
				sv_head(sv_from(text, (size_t)(w.text.p - text.p)), TAIL_REST_MAX);
			return;
		}
		if (w.equals < w.text.n)
			add(t, sv_head(w.text, w.equals), sv_from(w.text, w.equals + 1));
	}
}

static bool find_in_rest(struct sv rest, struct sv name, size_t index, struct sv *text)
{
	struct split it;
	struct split_word w;

	for (split_init(&it, rest); split_next(&it, &w);)
		if (w.equals < w.text.n && same_name(sv_head(w.text, w.equals), name) &&
		    index-- == 0) {
			*text = sv_from(w.text, w.equals + 1);
			return true;
		}
	return false;
}

bool tail_find(const struct tail *t, struct sv name, size_t index, struct sv *text)
{
	uint64_t tag = tag_of(name);

	for (size_t i = 0; i < t->count; i++)
		if (t->entries[i].tag == tag && same_name(t->entries[i].name, name) &&
		    index-- == 0) {
			*text = t->entries[i].text;
			return true;
		}
	return t->rest.n && find_in_rest(t->rest, name, index, text);
}

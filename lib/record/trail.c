/*
 * Cutting records into words with a '=' and searching them. What the fields mean is normalise.c's
 * part.
 */
#include "record/trail.h"

#include "record/escape.h"
#include "record/split.h"
#include "record/tag.h"

#include <linux/audit.h>

#define FIELDS_FIRST  32   /* room that most records never leave */
#define FIELDS_MAX    8192 /* of one record; a kernel's record has fewer bytes than that */
#define KEY_SEPARATOR '\1'
#define PERMS_MAX     256

bool trail_init(struct trail *w, struct arena *arena, const struct record *records, size_t count)
{
	*w = (struct trail){
		.records = records,
		.count = count < TRAIL_RECORDS_MAX ? (uint32_t)count : TRAIL_RECORDS_MAX,
		.here = TRAIL_NOWHERE,
		.arena = arena,
	};
	w->strips = arena_alloc(arena, w->count * sizeof(*w->strips));
	if (!w->strips)
		return false;
	memset(w->strips, 0, w->count * sizeof(*w->strips));
	return true;
}

/* ---- from a line to fields ---- */

/* One record while it is cut. */
struct cutter {
	struct trail *walk;
	struct trail_strip *strip;
	uint32_t cap, type;
	bool has_node;
	struct split words; /* of its body */
};

static bool grow(struct cutter *c)
{
	struct trail_strip *s = c->strip;
	uint32_t cap = c->cap * 2;
	struct trail_field *more =
		cap > FIELDS_MAX ? NULL : arena_alloc(c->walk->arena, cap * sizeof(*more));

	if (!more)
		return false;
	memcpy(more, s->fields, s->count * sizeof(*more));
	s->fields = more;
	c->cap = cap;
	return true;
}

static inline void add(struct cutter *c, struct sv name, struct sv raw, bool decoded)
{
	struct trail_strip *s = c->strip;

	if (s->count < c->cap || grow(c))
		s->fields[s->count++] = (struct trail_field){tag_of(name), name, raw, decoded};
}

static bool is_punctuation(char c)
{
	return c == ':' || c == ',' || c == '\'' || c == ')';
}

/* One byte of punctuation of each kind may hang on to a value, which is not empty. */
static struct sv without_punctuation(struct sv raw)
{
	static const char marks[] = {':', ',', '\''};

	if (!is_punctuation(raw.p[raw.n - 1]))
		return raw;
	for (size_t i = 0; i < sizeof(marks); i++)
		if (raw.n && raw.p[raw.n - 1] == marks[i])
			raw.n--;
	if (raw.n && raw.p[raw.n - 1] == ')' && !sv_eq(raw, SV("(none)")) &&
	    !sv_eq(raw, SV("(null)")))
		raw.n--;
	return raw;
}

/* Several keys in one field, in hexadecimal with a separator: each becomes a field of its own. */
static void add_keys(struct cutter *c, struct sv name, struct sv raw)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(raw.n + 2);
	struct sv rest, key;

	if (!decode_bytes(raw, &text)) {
		add(c, name, SV_EMPTY, true);
		return;
	}
	rest = buf_view(&text);
	rest = arena_copy(c->walk->arena, sv_head(rest, sv_index(rest, '\0')));
	while (rest.n) {
		(void)sv_cut(rest, KEY_SEPARATOR, &key, &rest);
		if (key.n)
			add(c, name, key, true);
	}
}

static void add_word(struct cutter *c, struct sv name, struct sv raw)
{
	if (name.n && name.p[0] == '(')
		name = sv_from(name, 1);
	if (raw.n == 0)
		return;
	raw = without_punctuation(raw);
	if (name.n == 3 && tag_of(name) == tag_of(SV("key")) && raw.n && raw.p[0] != '(' &&
	    raw.p[0] != '"')
		add_keys(c, name, raw);
	else
		add(c, name, raw, false);
}

/* "{ read write }" of an AVC: the words with commas between them. */
static void add_permissions(struct cutter *c)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(PERMS_MAX);
	struct split_word word;

	while (split_next(&c->words, &word) && word.text.p[0] != '}') {
		if (text.n)
			buf_putc(&text, ',');
		buf_put(&text, word.text);
	}
	add(c, SV("seperms"), arena_copy(c->walk->arena, buf_view(&text)), false);
}

/* Words without '=': two of an AVC matter, by where they stand. */
static void bare_word(struct cutter *c, struct sv word)
{
	uint32_t place = c->strip->count - c->has_node;

	if (c->type != AUDIT_AVC && c->type != AUDIT_USER_AVC)
		return;
	if (place == 1 && !sv_starts(word, SV("avc")))
		add(c, SV("seresult"), word, false);
	else if (place == 2 && word.p[0] == '{')
		add_permissions(c);
}

/* msg=audit(...) is no field; of msg='op=... the first one inside is. */
static bool enter_message(struct sv *name, struct sv *raw)
{
	struct sv inside = sv_from(*raw, 1);

	return raw->p[0] != 'a' && (raw->p[0] != '\'' || sv_cut(inside, '=', name, raw));
}

static void cut_words(struct cutter *c)
{
	const uint64_t msg = tag_of(SV("msg"));
	struct split it = c->words; /* where no store can reach it */
	struct split_word w;

	while (split_next(&it, &w)) {
		struct sv name = sv_make(w.text.p, w.equals), raw;

		if (w.equals == w.text.n) {
			c->words = it;
			bare_word(c, w.text);
			it = c->words;
			continue;
		}
		raw = sv_make(w.text.p + w.equals + 1, w.text.n - w.equals - 1);
		if (raw.n && (name.n != 3 || tag_of(name) != msg || enter_message(&name, &raw)))
			add_word(c, name, raw);
	}
}

static void cut_record(struct trail *w, uint32_t index)
{
	const struct record *r = &w->records[index];
	struct cutter c = {
		.walk = w, .strip = &w->strips[index], .type = r->type, .cap = FIELDS_FIRST};

	c.strip->cut = true;
	c.strip->fields = arena_alloc(w->arena, FIELDS_FIRST * sizeof(*c.strip->fields));
	if (!c.strip->fields)
		return;
	if (r->node.n) {
		add(&c, SV("node"), r->node, false);
		c.has_node = true;
	}
	add(&c, SV("type"), r->type_name, false);
	split_init(&c.words, r->body);
	cut_words(&c);
}

static struct trail_strip *strip_of(struct trail *w, uint32_t record)
{
	if (!w->strips[record].cut)
		cut_record(w, record);
	return &w->strips[record];
}

/* ---- the walk ---- */

void trail_top(struct trail *w)
{
	w->here = w->count ? 0 : TRAIL_NOWHERE;
	trail_first(w);
}

void trail_first(struct trail *w)
{
	if (w->here != TRAIL_NOWHERE)
		w->strips[w->here].at = 0;
}

bool trail_next_record(struct trail *w)
{
	if (w->here != TRAIL_NOWHERE)
		w->here = w->here + 1 < w->count ? w->here + 1 : TRAIL_NOWHERE;
	return w->here != TRAIL_NOWHERE;
}

bool trail_go(struct trail *w, uint32_t record)
{
	if (record >= w->count)
		return false;
	w->here = record;
	trail_first(w);
	return true;
}

bool trail_next_field(struct trail *w)
{
	struct trail_strip *s;

	if (w->here == TRAIL_NOWHERE)
		return false;
	s = strip_of(w, w->here);
	if (s->at + 1 >= s->count)
		return false;
	s->at++;
	return true;
}

static bool find_in(struct trail_strip *s, uint64_t tag, struct sv name)
{
	for (uint32_t i = s->at; i < s->count; i++)
		if (tag_same(s->fields[i].tag, s->fields[i].name, tag, name)) {
			s->at = i;
			return true;
		}
	return false;
}

const struct trail_field *trail_find(struct trail *w, struct sv name)
{
	uint64_t tag = tag_of(name);
	struct trail_strip *s;

	if (w->here == TRAIL_NOWHERE)
		return NULL;
	s = strip_of(w, w->here);
	if (s->at < s->count && tag_same(s->fields[s->at].tag, s->fields[s->at].name, tag, name))
		return &s->fields[s->at];
	/* At the last field of a record a search does not go on. */
	if (!trail_next_field(w))
		return NULL;
	while (!find_in(s, tag, name)) {
		if (!trail_next_record(w))
			return NULL;
		trail_first(w);
		s = strip_of(w, w->here);
	}
	return &s->fields[s->at];
}

const struct trail_field *trail_field(struct trail *w)
{
	struct trail_strip *s;

	if (w->here == TRAIL_NOWHERE)
		return NULL;
	s = strip_of(w, w->here);
	return s->at < s->count ? &s->fields[s->at] : NULL;
}

const struct record *trail_record(const struct trail *w)
{
	return w->here == TRAIL_NOWHERE ? NULL : &w->records[w->here];
}

struct trail_place trail_place(const struct trail *w)
{
	if (w->here == TRAIL_NOWHERE)
		return (struct trail_place){0, 0};
	return (struct trail_place){w->here, w->strips[w->here].at};
}

const struct trail_field *trail_at(struct trail *w, struct trail_place place)
{
	struct trail_strip *s;

	if (place.record >= w->count)
		return NULL;
	s = strip_of(w, place.record);
	return place.field < s->count ? &s->fields[place.field] : NULL;
}

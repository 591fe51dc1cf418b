/*
 * Cutting records into words with a '=' and searching them. What the fields mean is classic.c's
 * part.
 */
#include "record/trail.h"

#include "record/escape.h"

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
	struct sv rest;
};

static void add(struct cutter *c, struct sv name, struct sv raw, bool decoded)
{
	struct trail_strip *s = c->strip;

	if (s->count == c->cap) {
		uint32_t cap = c->cap * 2;
		struct trail_field *more =
			cap > FIELDS_MAX ? NULL : arena_alloc(c->walk->arena, cap * sizeof(*more));

		if (!more)
			return;
		memcpy(more, s->fields, s->count * sizeof(*more));
		s->fields = more;
		c->cap = cap;
	}
	s->fields[s->count++] = (struct trail_field){name, raw, decoded};
}

/* One byte of punctuation of each kind may hang on to a value. */
static struct sv without_punctuation(struct sv raw)
{
	static const char marks[] = {':', ',', '\''};

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
	if (name.n == 3 && memcmp(name.p, "key", 3) == 0 && raw.n && raw.p[0] != '(' &&
	    raw.p[0] != '"')
		add_keys(c, name, raw);
	else
		add(c, name, raw, false);
}

static bool take_word(struct cutter *c, struct sv *word)
{
	while (c->rest.n && c->rest.p[0] == ' ')
		c->rest = sv_from(c->rest, 1);
	if (c->rest.n == 0)
		return false;
	*word = sv_head(c->rest, sv_index(c->rest, ' '));
	c->rest = sv_from(c->rest, word->n);
	return true;
}

/* "{ read write }" of an AVC: the words with commas between them. */
static void add_permissions(struct cutter *c)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(PERMS_MAX);
	struct sv word;

	while (take_word(c, &word) && word.p[0] != '}') {
		if (text.n)
			buf_putc(&text, ',');
		buf_put(&text, word);
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

static void take_field(struct cutter *c, struct sv word)
{
	struct sv name, raw;

	if (!sv_cut(word, '=', &name, &raw)) {
		bare_word(c, word);
		return;
	}
	if (name.n == 3 && memcmp(name.p, "msg", 3) == 0 && raw.n) {
		if (raw.p[0] == 'a') /* msg=audit(...) */
			return;
		if (raw.p[0] == '\'' && !sv_cut(sv_from(raw, 1), '=', &name, &raw))
			return;
	}
	add_word(c, name, raw);
}

/* The body's words, byte by byte: this runs for most bytes of a log. */
static void cut_words(struct cutter *c)
{
	while (c->rest.n) {
		const char *p = c->rest.p, *end = p + c->rest.n, *start, *equals = NULL;

		while (p < end && *p == ' ')
			p++;
		for (start = p; p < end && *p != ' '; p++)
			if (*p == '=') {
				equals = p;
				p = memchr(p, ' ', (size_t)(end - p));
				p = p ? p : end;
				break;
			}
		c->rest = sv_make(p, (size_t)(end - p));
		if (equals && equals - start != 3)
			add_word(c, sv_make(start, (size_t)(equals - start)),
				 sv_make(equals + 1, (size_t)(p - equals - 1)));
		else if (p > start)
			take_field(c, sv_make(start, (size_t)(p - start)));
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
	c.rest = r->body;
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

static bool same_name(struct sv a, struct sv b)
{
	return a.n == b.n && memcmp(a.p, b.p, b.n) == 0;
}

static bool find_in(struct trail_strip *s, struct sv name)
{
	for (uint32_t i = s->at; i < s->count; i++)
		if (same_name(s->fields[i].name, name)) {
			s->at = i;
			return true;
		}
	return false;
}

const struct trail_field *trail_find(struct trail *w, struct sv name)
{
	struct trail_strip *s;

	if (w->here == TRAIL_NOWHERE)
		return NULL;
	s = strip_of(w, w->here);
	if (s->at < s->count && same_name(s->fields[s->at].name, name))
		return &s->fields[s->at];
	/* At the last field of a record a search does not go on. */
	if (!trail_next_field(w))
		return NULL;
	while (!find_in(s, name)) {
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

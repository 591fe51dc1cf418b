/*
 * An index is a function of its text and of the time that events stay open: made again it is the same,
 * section by section. Dictionaries are compared value by value, because where rows are kept is of no meaning.
 */
#include "index/check.h"

#include "index/open.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LINES_MAX 20
#define SHOWN_MAX 64

/* ---- what is there ---- */

static uint64_t rows_of(struct index *x, size_t section)
{
	struct layout_section s = open_section(x, section);
	struct sv bytes = SV_EMPTY;
	uint64_t total = 0;

	if (open_bytes(x, section, &bytes, NULL) != 0)
		return 0;
	for (uint32_t i = 0; i < s.count && (i + 1) * sizeof(struct layout_value) <= bytes.n; i++) {
		struct layout_value v;

		memcpy(&v, bytes.p + i * sizeof(v), sizeof(v));
		total += v.bitmap_bytes;
	}
	return total;
}

static enum index_section_kind kind_of(uint32_t kind)
{
	switch (kind) {
	case LAYOUT_FRAMES:
		return INDEX_SECTION_FRAMES;
	case LAYOUT_LATE:
		return INDEX_SECTION_LATE;
	case LAYOUT_FIELD:
	case LAYOUT_TYPES:
	case LAYOUT_NODES:
		return INDEX_SECTION_DICTIONARY;
	case LAYOUT_VALUES:
		return INDEX_SECTION_BLOOMS;
	case LAYOUT_PARTS:
		return INDEX_SECTION_PARTS;
	case LAYOUT_BITMAPS:
		return INDEX_SECTION_BITMAPS;
	}
	return INDEX_SECTION_EXTRA;
}

static const char *name_of(const struct layout_section *s)
{
	if (s->kind == LAYOUT_TYPES)
		return "type";
	return s->kind == LAYOUT_NODES ? "node" : s->name;
}

void index_sections(struct index *x, void (*take)(void *arg, const struct index_section *s),
		    void *arg)
{
	if (open_again(x, NULL) != 0)
		return;
	for (size_t i = 0; i < x->section_count; i++) {
		struct layout_section s = open_section(x, i);
		struct index_section out = {
			.kind = kind_of(s.kind),
			.bytes = s.bytes,
			.count = s.count,
			.is_repeated = s.flags & LAYOUT_REPEATED,
		};

		(void)snprintf(out.name, sizeof(out.name), "%s", name_of(&s));
		if (out.kind == INDEX_SECTION_DICTIONARY)
			out.row_bytes = rows_of(x, i);
		take(arg, &out);
	}
}

/* ---- comparing ---- */

struct comparison {
	struct index *old, *new;
	struct buf *why;
	unsigned lines;
};

static void PRINTF(2, 3) differ(struct comparison *c, const char *format, ...)
{
	char text[256];
	va_list args;
	int n;

	if (++c->lines > LINES_MAX)
		return;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return;
	buf_puts(c->why, c->lines == LINES_MAX ? "and more" : text);
	buf_putc(c->why, '\n');
}

/* The same section of both, checked. False when there is nothing to compare, which may have been told. */
static bool both(struct comparison *c, size_t i, struct layout_section *a, struct layout_section *b,
		 struct sv *x, struct sv *y)
{
	struct err e = {0};
	size_t k;

	*b = open_section(c->new, i);
	k = open_find(c->old, b->kind, sv_cstr(b->name));
	if (k == c->old->section_count) {
		differ(c, "%s: it knows nothing of it", b->name[0] ? b->name : "a section");
		return false;
	}
	*a = open_section(c->old, k);
	if (open_bytes(c->old, k, x, &e) != 0) {
		differ(c, "%s: %s", name_of(b), e.text);
		return false;
	}
	return open_bytes(c->new, i, y, NULL) == 0;
}

static bool same_rows(const struct comparison *c, const struct layout_value *v,
		      const struct layout_value *w)
{
	struct sv left = SV_EMPTY, right = SV_EMPTY;

	if (v->rows != w->rows || v->bitmap_bytes != w->bitmap_bytes)
		return false;
	if (!v->bitmap_bytes)
		return v->bitmap_at == w->bitmap_at;
	return open_bitmap(c->old, v, &left) && open_bitmap(c->new, w, &right) &&
	       sv_eq(left, right);
}

/* A value of a dictionary; false behind the last one. */
static bool value_of(struct sv bytes, uint32_t count, uint32_t i, struct layout_value *v,
		     struct sv *raw)
{
	if (i >= count || bytes.n / sizeof(*v) <= i)
		return false;
	memcpy(v, bytes.p + i * sizeof(*v), sizeof(*v));
	*raw = SV_EMPTY;
	if (v->at <= bytes.n && v->bytes <= bytes.n - v->at)
		*raw = sv_make(bytes.p + v->at, v->bytes);
	return true;
}

static void compare_dictionary(struct comparison *c, const struct layout_section *a,
			       const struct layout_section *b, struct sv x, struct sv y)
{
	const char *name = name_of(b);
	uint32_t i = 0, k = 0;

	if (a->flags != b->flags)
		differ(c, "%s: whether it is exact", name);
	for (;;) {
		struct layout_value v = {0}, w = {0};
		struct sv left = SV_EMPTY, right = SV_EMPTY;
		bool has_old = value_of(x, a->count, i, &v, &left);
		bool has_new = value_of(y, b->count, k, &w, &right);
		int order = !has_old ? 1 : !has_new ? -1 : sv_cmp(left, right);

		if (!has_old && !has_new)
			break;
		if (order < 0)
			differ(c, "%s: the text has no value %.*s", name,
			       SV_FMT(sv_head(left, SHOWN_MAX)));
		else if (order > 0)
			differ(c, "%s: it lacks the value %.*s", name,
			       SV_FMT(sv_head(right, SHOWN_MAX)));
		else if (!same_rows(c, &v, &w))
			differ(c, "%s: other events have the value %.*s", name,
			       SV_FMT(sv_head(left, SHOWN_MAX)));
		i += order <= 0;
		k += order >= 0;
	}
}

/* Sections that are the same byte by byte. */
static void compare_bytes(struct comparison *c, const struct layout_section *a,
			  const struct layout_section *b, struct sv x, struct sv y)
{
	static const char *const kinds[] = {
		[INDEX_SECTION_FRAMES] = "frames",
		[INDEX_SECTION_LATE] = "events that are late",
		[INDEX_SECTION_DICTIONARY] = "values",
		[INDEX_SECTION_BLOOMS] = "frames it is in",
		[INDEX_SECTION_PARTS] = "frames its parts are in",
		[INDEX_SECTION_BITMAPS] = "rows",
		[INDEX_SECTION_EXTRA] = "totals",
	};
	const char *name = name_of(b);

	if (a->count != b->count || !sv_eq(x, y))
		differ(c, "%s%sother %s", name, *name ? ": " : "", kinds[kind_of(b->kind)]);
}

static void compare_header(struct comparison *c)
{
	static const struct {
		const char *what;
		size_t at, bytes;
	} parts[] = {
#define PART(what, member)                                                                         \
	{what, offsetof(struct index_totals, member), sizeof(((struct index_totals *)0)->member)}
		PART("lines", lines),
		PART("lines that are no records", malformed),
		PART("lines that are too long", too_long),
		PART("events", rows),
		PART("whether there is a first record", has_start),
		PART("when the first record is", start.sec),
		PART("when the first event is", first.sec),
		PART("when the last event is", last.sec),
		PART("whether events come in order", is_orderly),
		PART("events that are late", late),
#undef PART
	};
	const char *a = (const char *)&c->old->totals, *b = (const char *)&c->new->totals;

	for (size_t i = 0; i < LEN(parts); i++)
		if (memcmp(a + parts[i].at, b + parts[i].at, parts[i].bytes) != 0)
			differ(c, "other totals: %s", parts[i].what);
	if (stamp_cmp(&c->old->totals.start, &c->new->totals.start) != 0 ||
	    stamp_cmp(&c->old->totals.first, &c->new->totals.first) != 0 ||
	    stamp_cmp(&c->old->totals.last, &c->new->totals.last) != 0)
		differ(c, "other totals: which events are the first and the last");
}

/* Sections that nothing is made of now could be asked instead of those that are. */
static void compare_lists(struct comparison *c)
{
	for (size_t i = 0; i < c->old->section_count; i++) {
		struct layout_section s = open_section(c->old, i);
		struct sv name = sv_cstr(s.name);

		if (open_find(c->old, s.kind, name) != i)
			differ(c, "%s: it is there twice", name_of(&s));
		else if (s.kind < INDEX_EXTRA_FIRST &&
			 open_find(c->new, s.kind, name) == c->new->section_count)
			differ(c, "%s: nothing of that kind is in the text", name_of(&s));
	}
}

static void compare(struct comparison *c)
{
	compare_header(c);
	compare_lists(c);
	for (size_t i = 0; i < c->new->section_count; i++) {
		struct layout_section a, b;
		struct sv x = SV_EMPTY, y = SV_EMPTY;

		if (open_section(c->new, i).kind == LAYOUT_BITMAPS || !both(c, i, &a, &b, &x, &y))
			continue;
		if (kind_of(b.kind) == INDEX_SECTION_DICTIONARY)
			compare_dictionary(c, &a, &b, x, y);
		else
			compare_bytes(c, &a, &b, x, y);
	}
}

int index_check(struct index *x, int fd, const struct index_options *o, struct buf *why,
		struct err *e)
{
	struct index_options options = o ? *o : (struct index_options){0};
	struct comparison c = {.old = x, .why = why};
	struct segment_head head;
	struct index_builder *b;
	struct index new;
	int status;

	options.timeout_s = x->totals.timeout_s;
	b = index_builder_new(&options, e);
	status = b ? index_build(b, fd, &head, e) : -1;
	if (status == 0 && index_builder_open(b, &new, e) != 0)
		status = -1;
	if (status == 0) {
		c.new = &new;
		compare(&c);
		status = c.lines > 0;
		index_close(&new);
	}
	index_builder_free(b);
	return status;
}

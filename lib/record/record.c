/*
 * Splits a line into node, type, stamp, body and tail, and walks its fields. Knows nothing of
 * what fields mean.
 *
 * Where a user-space program's text ends is decided from the right: the kernel closes msg='...'
 * with the last quote of the record, so text that holds quotes, field names or the enriched
 * mark stays inside.
 */
#include "record/record.h"

#include "base/num.h"
#include "table/table.h"

#define MSG_OPEN SV("msg='")

/* Takes "prefix" from the front of *rest. */
static bool take(struct sv *rest, struct sv prefix)
{
	if (!sv_starts(*rest, prefix))
		return false;
	*rest = sv_from(*rest, prefix.n);
	return true;
}

/* Takes everything up to c, and c itself, from the front of *rest. */
static bool take_until(struct sv *rest, char c, struct sv *out)
{
	size_t i = sv_index(*rest, c);

	if (i == rest->n)
		return false;
	*out = sv_head(*rest, i);
	*rest = sv_from(*rest, i + 1);
	return true;
}

/* Digits up to the byte `end`, which is taken too. Small and strict: this runs for every record. */
static bool take_number(struct sv *rest, char end, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < rest->n; i++) {
		unsigned digit = (unsigned)((unsigned char)rest->p[i] - '0');

		if (digit > 9)
			break;
		/* 19 digits always fit. */
		if (i >= 19 && (i > 19 || __builtin_mul_overflow(value, 10, &value) ||
				__builtin_add_overflow(value, digit, &value)))
			return false;
		if (i < 19)
			value = value * 10 + digit;
	}
	if (i == 0 || i == rest->n || rest->p[i] != end || value > max)
		return false;
	*rest = sv_from(*rest, i + 1);
	*out = value;
	return true;
}

/* "audit(SEC.MMM:SERIAL)" from the front of *rest. */
static bool take_stamp(struct sv *rest, struct stamp *out)
{
	uint64_t sec, ms, serial;

	if (!take(rest, SV("audit(")) || !take_number(rest, '.', INT64_MAX, &sec) ||
	    !take_number(rest, ':', 999, &ms) || !take_number(rest, ')', UINT64_MAX, &serial))
		return false;
	*out = (struct stamp){(int64_t)sec, (uint32_t)ms, serial};
	return true;
}

uint32_t record_type(struct sv name)
{
	uint32_t type = 0;

	if (msgtype_find(name, &type) || msgtype_unnamed(name, &type))
		return type;
	return num_u32(name, &type) ? type : 0;
}

/* "node=N type=T msg=audit(...)" from the front of *rest. */
static bool take_header(struct sv *rest, struct sv *node, struct sv *type, struct stamp *stamp)
{
	*node = SV_EMPTY;
	if (take(rest, SV("node=")) && !take_until(rest, ' ', node))
		return false;
	return take(rest, SV("type=")) && take_until(rest, ' ', type) && take(rest, SV("msg=")) &&
	       take_stamp(rest, stamp);
}

/* Where "msg='" opens a user-space program's text: at the start or after a space. */
static size_t user_text_at(struct sv text)
{
	size_t from = 0, at;

	while ((at = from + sv_find(sv_from(text, from), MSG_OPEN)) < text.n) {
		if (at == 0 || text.p[at - 1] == ' ')
			return at;
		from = at + 1;
	}
	return text.n;
}

/* Index of the enriched mark, or text.n: the first one that is outside of msg='...'. */
static size_t mark_at(struct sv text)
{
	size_t mark = sv_index(text, RECORD_ENRICHED_MARK), open;
	const char *close;

	/* Most records hold no quote of that kind at all: no program's text. */
	if (mark == text.n || sv_index(sv_head(text, mark), '\'') == mark)
		return mark;
	open = user_text_at(sv_head(text, mark));
	if (open == mark)
		return mark;
	close = memrchr(text.p, '\'', text.n);
	if (close < text.p + open + MSG_OPEN.n)
		return mark;
	open = (size_t)(close - text.p);
	return open + sv_index(sv_from(text, open), RECORD_ENRICHED_MARK);
}

enum record_status record_parse(struct sv line, struct record *out)
{
	struct sv rest = line, node, type;
	struct stamp stamp;
	size_t mark;

	*out = (struct record){.line = line};
	if (!take_header(&rest, &node, &type, &stamp))
		return RECORD_MALFORMED;
	(void)take(&rest, SV(":"));
	(void)take(&rest, SV(" "));
	mark = mark_at(rest);
	*out = (struct record){
		.line = line,
		.node = node,
		.type = record_type(type),
		.type_name = type,
		.stamp = stamp,
		.body = sv_head(rest, mark),
		.tail = sv_from(rest, mark + 1),
	};
	return RECORD_OK;
}

bool record_head(struct sv line, struct record *out)
{
	/* One by one: the compiler clears a whole struct with an instruction that starts slowly. */
	out->line = line;
	out->type = 0;
	out->type_name = out->body = out->tail = SV_EMPTY;
	out->stamp = (struct stamp){0};
	return take_header(&line, &out->node, &out->type_name, &out->stamp);
}

int stamp_cmp(const struct stamp *a, const struct stamp *b)
{
	if (a->sec != b->sec)
		return a->sec < b->sec ? -1 : 1;
	if (a->ms != b->ms)
		return a->ms < b->ms ? -1 : 1;
	return (a->serial > b->serial) - (a->serial < b->serial);
}

void fields_init(struct fields *it, const struct record *r)
{
	*it = (struct fields){.rest = r->body, .tail = r->tail, .origin = FIELD_KERNEL};
}

/* The next part of the record, once the current one is read to its end. */
static bool next_part(struct fields *it)
{
	switch (it->origin) {
	case FIELD_USER:
		it->rest = it->after;
		it->after = SV_EMPTY;
		it->origin = FIELD_KERNEL;
		return true;
	case FIELD_KERNEL:
		it->rest = it->tail;
		it->tail = SV_EMPTY;
		it->origin = FIELD_TAIL;
		return true;
	case FIELD_TAIL:
		break;
	}
	return false;
}

/* A value that opens with `quote`: up to the next one, or to the end when nothing closes it. */
static struct sv quoted(struct sv *rest, char quote)
{
	struct sv inside = sv_from(*rest, 1), value;

	if (!take_until(&inside, quote, &value)) {
		value = inside;
		inside = sv_from(inside, inside.n);
	}
	*rest = inside;
	return value;
}

/* msg='...': the text runs to the last quote. Its inside is walked next. */
static struct sv user_text(struct fields *it)
{
	struct sv inside = sv_from(it->rest, 1);
	const char *close = inside.n ? memrchr(inside.p, '\'', inside.n) : NULL;
	size_t end = close ? (size_t)(close - inside.p) : inside.n;

	it->after = sv_from(inside, end + 1);
	it->rest = sv_head(inside, end);
	it->origin = FIELD_USER;
	return it->rest;
}

/* "{ ... }" in the tail: up to the last brace, because a socket's path may hold one. */
static struct sv braced(struct sv *rest)
{
	const char *close = memrchr(rest->p, '}', rest->n);
	size_t end = close ? (size_t)(close - rest->p) + 1 : rest->n;
	struct sv value = sv_head(*rest, end);

	*rest = sv_from(*rest, end);
	return value;
}

/* A bare value runs to the next space; in user text the commas and brackets of old PAM go too. */
static struct sv bare(struct fields *it)
{
	size_t end = sv_index(it->rest, ' ');
	struct sv value = sv_head(it->rest, end);

	it->rest = sv_from(it->rest, end);
	if (it->origin != FIELD_USER)
		return value;
	while (value.n && value.p[value.n - 1] == ',')
		value.n--;
	if (value.n && value.p[value.n - 1] == ')' && sv_index(value, '(') == value.n)
		value.n--;
	return value;
}

static void take_value(struct fields *it, struct field *out)
{
	char first = it->rest.n ? it->rest.p[0] : 0;

	out->quote = 0;
	if (first == '\'' && out->origin == FIELD_KERNEL && sv_eq(out->name, SV("msg"))) {
		out->quote = first;
		out->value = user_text(it);
	} else if (first == '"' || first == '\'') {
		out->quote = first;
		out->value = quoted(&it->rest, first);
	} else if (first == '{' && out->origin == FIELD_TAIL) {
		out->value = braced(&it->rest);
	} else {
		out->value = bare(it);
	}
}

/* The next "name=" of this part: words without one are passed over. */
static bool take_name(struct sv *rest, struct sv *name)
{
	size_t word = 0;

	for (size_t i = 0; i < rest->n; i++) {
		char c = rest->p[i];

		if (c == ' ') {
			word = i + 1;
		} else if (c == '=' && i > word) {
			*name = sv_make(rest->p + word, i - word);
			*rest = sv_from(*rest, i + 1);
			return true;
		} else if (c == '=') { /* of a word that starts with it nothing is a field */
			i += sv_index(sv_from(*rest, i), ' ') - 1;
		}
	}
	*rest = sv_from(*rest, rest->n);
	return false;
}

bool fields_next(struct fields *it, struct field *out)
{
	while (!take_name(&it->rest, &out->name))
		if (!next_part(it))
			return false;
	out->origin = it->origin;
	if (out->origin == FIELD_USER && out->name.n > 1)
		(void)take(&out->name, SV("("));
	take_value(it, out);
	return true;
}

bool record_field_from(const struct record *r, enum field_origin origin, struct sv name,
		       struct field *out)
{
	struct fields it;

	fields_init(&it, r);
	while (fields_next(&it, out))
		if (out->origin == origin && sv_eq(out->name, name))
			return true;
	return false;
}

bool record_field(const struct record *r, struct sv name, struct field *out)
{
	return record_field_from(r, FIELD_KERNEL, name, out);
}

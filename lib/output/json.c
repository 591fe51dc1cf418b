/*
 * One event as one JSON object on one line; docs/format-json.md is the contract.
 *
 * The writer streams: members are appended in a fixed order, nothing is built in memory, and
 * text goes out between records. Strings are always valid UTF-8 (output/quote.h).
 *
 * Names of fields come from the log. Names of one object never differ only in the case of
 * their letters: the second one gets "#2".
 */
#include "output/formats.h"

#include "base/map.h"
#include "output/quote.h"
#include "record/argv.h"

#define NAMES_MAX    ((size_t)1 << 15) /* of one record, as many as a line can hold */
#define ARGUMENT_MAX ((size_t)1 << 20) /* bytes of one argument of a program */

/* ---- members; each ends in a comma, which the closing bracket takes back ---- */

static void put_name(const char *name, struct buf *b)
{
	buf_putc(b, '"');
	buf_puts(b, name);
	buf_puts(b, "\":");
}

static void put_member(const char *name, struct sv text, struct buf *b)
{
	if (text.n == 0)
		return;
	put_name(name, b);
	quote_json(text, b);
	buf_putc(b, ',');
}

static void put_number(const char *name, uint64_t number, struct buf *b)
{
	put_name(name, b);
	buf_put_u64(b, number);
	buf_putc(b, ',');
}

static void open_object(const char *name, char bracket, struct buf *b)
{
	if (name)
		put_name(name, b);
	buf_putc(b, bracket);
}

static void close_object(char bracket, struct buf *b)
{
	if (b->n && b->p[b->n - 1] == ',')
		b->n--;
	buf_putc(b, bracket);
	buf_putc(b, ',');
}

/* Takes back an object that got no member. */
static void drop_if_empty(struct buf *b, size_t from, char bracket)
{
	if (b->n && b->p[b->n - 1] == bracket)
		b->n = from;
	else
		close_object(bracket == '{' ? '}' : ']', b);
}

/* ---- names of fields ---- */

static uint64_t folded_hash(struct sv name)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		hash = hash * 257 + (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c) + 1;
	}
	return hash_u64(hash, 0);
}

/* How many names with that hash there are now: 1 for the first one, 0 where nobody counts. */
static uint64_t count_name(struct map *names, uint64_t hash)
{
	uint64_t *seen = map_get(names, hash), n = seen ? *seen + 1 : 1;

	return map_put(names, hash, n) ? n : 0;
}

/*
 * How many fields of this name stand before this one, for those whose words may be in the tail;
 * it has to be asked about each field of the record in turn.
 */
static size_t count_before(struct map *names, const struct interpret_context *context,
			   struct sv name)
{
	struct sv text;
	uint64_t n = 0;

	if (tail_find(&context->tail, name, 0, &text))
		n = count_name(names, hash_sv(name, 0));
	return n ? (size_t)n - 1 : 0;
}

/*
 * n is what count_name() said. A name that holds '#' could be one that was made here; it is marked
 * too. Two names whose hashes are equal, which nobody meets by chance, only get a mark that they
 * do not need.
 */
static void put_field_name(struct sv name, uint64_t n, struct buf *b)
{
	buf_putc(b, '"');
	quote_json_part(name, b);
	if (n != 1 || sv_index(name, '#') < name.n) {
		buf_putc(b, '#');
		buf_put_u64(b, n);
	}
	buf_puts(b, "\":");
}

/* ---- records ---- */

static void put_field(struct sv name, uint64_t n, struct sv value, struct buf *b)
{
	put_field_name(name, n, b);
	quote_json(value, b);
	buf_putc(b, ',');
}

/*
 * "fields" and "meaning" of what one origin wrote: what values are, and what they mean where that is
 * something else. Both are written in one walk, the second to a text of its own. *message is the
 * whole text that a program sent, where that is met.
 */
static void put_both(struct output *o, const struct interpret_context *context,
		     enum field_origin origin, struct sv *message)
{
	struct buf *b = &o->text, *meaning = &o->meaning, *scratch = &o->normaliser.scratch;
	struct map names, looked_up;
	struct fields it;
	struct field f;

	map_init(&names, NAMES_MAX);
	map_init(&looked_up, NAMES_MAX);
	buf_reset(meaning);
	open_object("fields", '{', b);
	fields_init(&it, context->record);
	while (fields_next(&it, &f) && f.origin != FIELD_TAIL) {
		size_t before = count_before(&looked_up, context, f.name);
		uint64_t n;

		if (f.quote == '\'' && sv_eq(f.name, SV("msg"))) {
			if (f.origin == FIELD_KERNEL)
				*message = f.value;
			continue;
		}
		if (f.origin != origin)
			continue;
		n = count_name(&names, folded_hash(f.name));
		put_field(f.name, n, f.value, b);
		buf_reset(scratch);
		interpret_field(o->interpreter, context, &f, before, scratch);
		if (!scratch->failed && !sv_eq(buf_view(scratch), f.value))
			put_field(f.name, n, buf_view(scratch), meaning);
	}
	close_object('}', b);
	map_release(&names);
	map_release(&looked_up);
	b->failed |= meaning->failed;
	if (meaning->n == 0)
		return;
	open_object("meaning", '{', b);
	buf_put(b, buf_view(meaning));
	close_object('}', b);
}

/* Words of the record itself that are no fields: "denied { read } for". */
static void put_bare_words(const struct record *r, struct buf *b)
{
	struct sv rest = sv_head(r->body, sv_find(r->body, SV("msg='"))), word;
	size_t from = b->n, start;

	put_name("words", b);
	buf_putc(b, '"');
	start = b->n;
	while (sv_word(&rest, &word)) {
		if (sv_index(word, '=') < word.n)
			continue;
		if (b->n > start)
			buf_putc(b, ' ');
		quote_json_part(word, b);
	}
	if (b->n == start) {
		b->n = from;
		return;
	}
	buf_puts(b, "\",");
}

static void put_record(struct output *o, const struct record *r)
{
	struct buf *b = &o->text;
	struct interpret_context context;
	struct sv message = {NULL, 0};

	interpret_context_init(&context, r);
	open_object(NULL, '{', b);
	put_member("type", r->type_name, b);
	put_both(o, &context, FIELD_KERNEL, &message);
	put_bare_words(r, b);
	if (message.p) {
		open_object("message", '{', b);
		put_both(o, &context, FIELD_USER, &message);
		put_member("text", message, b);
		close_object('}', b);
	}
	close_object('}', b);
}

/* ---- arguments of a program ---- */

static int put_arguments(struct output *o, const struct event *event, struct err *e)
{
	CLEANUP(buf_release) struct buf word = BUF_INIT(ARGUMENT_MAX);
	struct buf *b = &o->text;
	struct argv argv;
	bool any = false;

	argv_init(&argv, event->records, event->count);
	while (argv_next(&argv, &word)) {
		/* A comma is taken back only while it is here. */
		if (any && output_flush_when_full(o, e) != 0)
			return -1;
		if (!any)
			open_object("argv", '[', b);
		any = true;
		quote_json(buf_view(&word), b);
		buf_putc(b, ',');
	}
	if (any)
		close_object(']', b);
	return 0;
}

/* ---- the event ---- */

static void put_stamp(const struct event *event, struct buf *b)
{
	time_t seconds = (time_t)event->stamp.sec;
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		buf_printf(b, "\"time\":\"%04lld-%02d-%02dT%02d:%02d:%02d.%03uZ\",",
			   (long long)tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
			   tm.tm_min, tm.tm_sec, event->stamp.ms);
	put_number("seconds", (uint64_t)event->stamp.sec, b);
	put_number("milliseconds", event->stamp.ms, b);
	put_number("serial", event->stamp.serial, b);
}

static void put_slot(struct output *o, const char *name, const struct deed *c, enum deed_slot slot)
{
	const struct deed_value *v = &c->value[slot];
	struct buf *b = &o->text;
	CLEANUP(buf_release) struct buf words = BUF_INIT(b->max);

	if (!v->record)
		return;
	deed_put_path(&o->normaliser, c, v, &words);
	put_member(name, buf_view(&words), b);
}

static void put_side(struct output *o, const char *side, const struct deed *c, const char *kind,
		     const enum deed_slot *slots, const char *const *names, size_t count)
{
	struct buf *b = &o->text;
	size_t from = b->n;

	open_object(side, '{', b);
	for (size_t i = 0; i < count; i++)
		put_slot(o, names[i], c, slots[i]);
	put_member("kind", sv_cstr(kind), b);
	drop_if_empty(b, from, '{');
}

/* In the words of csv. */
static void put_deed(struct output *o, const struct deed *c)
{
	static const enum deed_slot subject[] = {SLOT_SUBJECT, SLOT_ACTING};
	static const char *const subject_names[] = {"name", "acting_as"};
	static const enum deed_slot object[] = {SLOT_OBJECT, SLOT_OBJECT_MORE, SLOT_OBJECT_TWO};
	static const char *const object_names[] = {"name", "detail", "second"};
	const struct deed_value *result = &c->value[SLOT_RESULT];
	struct buf *b = &o->text;

	put_member("kind", sv_cstr(c->event_kind), b);
	put_slot(o, "session", c, SLOT_SESSION);
	put_side(o, "subject", c, c->subject_kind, subject, subject_names, LEN(subject));
	put_member("action", c->action, b);
	if (result->record)
		put_member("result",
			   deed_is_success(&o->normaliser, result) ? SV("success") : SV("failed"),
			   b);
	put_side(o, "object", c, c->object_kind, object, object_names, LEN(object));
	put_member("how", c->how, b);
}

/* Keys of all rules that made the event. */
static void put_keys(struct output *o, const struct event *event)
{
	struct buf *b = &o->text, *scratch = &o->normaliser.scratch;
	size_t from = b->n;
	struct field f;
	struct sv rest, key;

	open_object("keys", '[', b);
	for (size_t i = 0; i < event->count; i++) {
		const struct record *r = &event->records[i];

		if (sv_find(r->body, SV("key=")) == r->body.n || !record_field(r, SV("key"), &f) ||
		    (!f.quote && sv_eq(f.value, SV("(null)"))))
			continue;
		buf_reset(scratch);
		if (f.quote || !decode_bytes(f.value, scratch))
			buf_put(scratch, f.value);
		for (rest = buf_view(scratch); rest.n;) {
			(void)sv_cut(rest, '\1', &key, &rest);
			quote_json(key, b);
			buf_putc(b, ',');
		}
	}
	drop_if_empty(b, from, '[');
}

static int put_records(struct output *o, const struct event *event, struct err *e)
{
	open_object("records", '[', &o->text);
	for (size_t i = 0; i < event->count; i++) {
		put_record(o, &event->records[i]);
		/* A comma is taken back only while it is here. */
		if (i + 1 < event->count && output_flush_when_full(o, e) != 0)
			return -1;
	}
	close_object(']', &o->text);
	return 0;
}

static int put_lines(struct output *o, const struct event *event, struct err *e)
{
	open_object("raw", '[', &o->text);
	for (size_t i = 0; i < event->count; i++) {
		quote_json(event->records[i].line, &o->text);
		buf_putc(&o->text, ',');
		if (i + 1 < event->count && output_flush_when_full(o, e) != 0)
			return -1;
	}
	close_object(']', &o->text);
	return 0;
}

int output_json(struct output *o, const struct event *event, struct err *e)
{
	struct buf *b = &o->text;
	struct deed c;

	o->normaliser.interpreter = o->interpreter;
	normalise(&o->normaliser, event->records, event->count, NORMALISE_PLAIN, &c);
	buf_putc(b, '{');
	put_stamp(event, b);
	put_member("node", event->node, b);
	put_member("type", event->records[0].type_name, b);
	put_deed(o, &c);
	put_keys(o, event);
	if (put_arguments(o, event, e) != 0 || put_records(o, event, e) != 0 ||
	    (o->format == OUTPUT_JSON_RAW && put_lines(o, event, e) != 0))
		return -1;
	close_object('}', b);
	if (!b->failed)
		b->p[b->n - 1] = '\n'; /* not another event's comma */
	return output_flush_when_full(o, e);
}

/*
 * Gathers the values of fields. Records are cut into words once, for all fields that are asked for
 * by name, and only those records that can have one; what the event as a whole says is found by the
 * normaliser and by facts when somebody asks.
 */
#include "query/values.h"

#include "record/address.h"
#include "record/argv.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/audit.h>

#define TEXT_MAX  ((size_t)256 << 10)
#define TEXTS_MAX ((size_t)64 << 20)
#define NAME_MAX_ 64

static const struct {
	const char *name, *fields, *help;
} kinds[VALUES_KINDS] = {
	[VALUES_RECORD] = {"", "", ""},
#define VALUES(id, name, fields, help) [VALUES_##id] = {name, fields, help},
#include "query/values.def"
#undef VALUES
};

const char *values_kind_name(enum values_kind kind)
{
	return kinds[kind].name;
}

const char *values_kind_help(enum values_kind kind)
{
	return kinds[kind].help;
}

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.' || c == '[' || c == ']';
}

bool values_field_find(struct sv name, struct values_field *out)
{
	if (name.n == 0 || name.n > NAME_MAX_)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!is_name_byte(name.p[i]))
			return false;
	*out = (struct values_field){.name = name};
	for (enum values_kind kind = VALUES_RECORD + 1; kind < VALUES_KINDS; kind++)
		if (sv_eq(name, sv_cstr(kinds[kind].name)))
			out->kind = kind;
	return true;
}

/* ---- lists ---- */

/* What says that there is nothing. */
static bool is_absent(struct sv text)
{
	return text.n == 0 || sv_eq(text, SV("(null)")) || sv_eq(text, SV("?"));
}

/* The text is borrowed. */
static bool add(struct values *v, struct values_list *list, struct sv text)
{
	if (is_absent(text) || list->count == VALUES_MAX)
		return true;
	for (size_t i = 0; i < list->count; i++)
		if (sv_eq(list->texts[i], text))
			return true;
	if (list->count == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 8;
		struct sv *texts = arena_alloc(&v->texts, cap * sizeof(*texts));

		if (!texts)
			return false;
		if (list->count)
			memcpy(texts, list->texts, list->count * sizeof(*texts));
		list->texts = texts;
		list->cap = cap;
	}
	list->texts[list->count++] = text;
	return true;
}

/* What stands in the scratch. */
static bool add_scratch(struct values *v, struct values_list *list)
{
	struct sv text = buf_view(&v->scratch);

	if (v->scratch.failed)
		return false;
	if (text.n)
		text = arena_copy(&v->texts, text);
	return buf_view(&v->scratch).n == text.n && add(v, list, text);
}

static struct buf *scratch_of(struct values *v)
{
	buf_reset(&v->scratch);
	return &v->scratch;
}

/* ---- fields of records ---- */

/* The fields of records by whose words a field is told. */
static struct sv words_of(const struct values_field *field)
{
	return field->kind == VALUES_RECORD ? field->name : sv_cstr(kinds[field->kind].fields);
}

static bool is_asked(const struct values_field *field, struct sv name)
{
	struct sv rest = words_of(field), one;

	while (sv_word(&rest, &one))
		if (sv_eq(one, name))
			return true;
	return false;
}

/* "name=" somewhere in the record. seperms and seresult are the walk's own names. */
static bool may_have_name(const struct record *r, struct sv name)
{
	struct sv rest = r->body;
	size_t at;

	if (sv_starts(name, SV("se")))
		return true;
	while ((at = sv_find(rest, name)) < rest.n) {
		rest = sv_from(rest, at + name.n);
		if (rest.n && rest.p[0] == '=')
			return true;
	}
	return false;
}

static bool may_have(const struct values *v, const struct record *r)
{
	for (size_t i = 0; i < v->count; i++) {
		struct sv rest = words_of(&v->fields[i]), name;

		while (sv_word(&rest, &name))
			if (may_have_name(r, name))
				return true;
	}
	return false;
}

/* The bytes of a socket address: what of it is asked for. */
static bool add_address(struct values *v, struct values_list *list, enum values_kind kind,
			struct sv raw)
{
	char text[INET6_ADDRSTRLEN];
	const void *bytes = NULL;
	struct address a;
	uint16_t port = 0;

	if (!address_decode(raw, &a))
		return true;
	if (a.is.any.sa_family == AF_INET && a.length >= offsetof(struct sockaddr_in, sin_zero)) {
		bytes = &a.is.in.sin_addr;
		port = a.is.in.sin_port;
	} else if (a.is.any.sa_family == AF_INET6 &&
		   a.length >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
		bytes = &a.is.in6.sin6_addr;
		port = a.is.in6.sin6_port;
	}
	if (!bytes)
		return true;
	if (kind == VALUES_PORT)
		buf_put_u64(scratch_of(v), ntohs(port));
	else if (inet_ntop(a.is.any.sa_family, bytes, text, sizeof(text)))
		buf_puts(scratch_of(v), text);
	return add_scratch(v, list);
}

static const struct deed *deed_of(struct values *v, const struct event *event)
{
	if (!v->has_deed)
		normalise(&v->normaliser, event->records,
			  normalise_span(event->records, event->count), NORMALISE_PLAIN, &v->deed);
	v->has_deed = true;
	return &v->deed;
}

/* name= is a file's in a PATH record only. */
static bool add_path(struct values *v, const struct event *event, const struct record *r,
		     const struct trail_field *word, struct values_list *list)
{
	const struct deed_value file = {r, word->name, word->raw, word->decoded};

	if (r->type != AUDIT_PATH && sv_eq(word->name, SV("name")))
		return true;
	deed_put_path(&v->normaliser, deed_of(v, event), &file, scratch_of(v));
	return add_scratch(v, list);
}

static bool add_word(struct values *v, const struct event *event, const struct record *r,
		     const struct trail_field *word, size_t field)
{
	enum values_kind kind = v->fields[field].kind;
	struct values_list *list = &v->lists[field];
	struct address ignored;

	if (kind == VALUES_PATH)
		return add_path(v, event, r, word, list);
	if ((kind == VALUES_ADDR || kind == VALUES_PORT) && sv_eq(word->name, SV("saddr")) &&
	    sv_index(word->raw, '.') == word->raw.n && sv_index(word->raw, ':') == word->raw.n &&
	    address_decode(word->raw, &ignored))
		return add_address(v, list, kind, word->raw);
	if (kind == VALUES_PORT && sv_eq(word->name, SV("saddr")))
		return true;
	words_put(&v->words, word, scratch_of(v));
	return add_scratch(v, list);
}

static bool read_record(struct values *v, const struct event *event, const struct record *r)
{
	const struct trail_field *word;

	if (!may_have(v, r))
		return true;
	if (!words_read(&v->words, r))
		return false;
	for (size_t i = 0; (word = words_at(&v->words, i)); i++)
		for (size_t k = 0; k < v->count; k++)
			if (is_asked(&v->fields[k], word->name) && !add_word(v, event, r, word, k))
				return false;
	return true;
}

/* ---- the event as a whole ---- */

static void put_local_time(const struct values *v, const struct stamp *stamp, struct buf *out)
{
	struct tm tm;
	long minutes;

	if (!v->to_local(stamp->sec, &tm))
		return;
	minutes = tm.tm_gmtoff / 60;
	buf_printf(out, "%04lld-%02d-%02dT%02d:%02d:%02d.%03u%c", (long long)tm.tm_year + 1900,
		   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, stamp->ms,
		   minutes < 0 ? '-' : '+');
	minutes = minutes < 0 ? -minutes : minutes;
	buf_printf(out, "%02ld:%02ld", minutes / 60, minutes % 60);
}

static bool read_types(struct values *v, const struct event *event, struct values_list *list)
{
	for (size_t i = 0; i < event->count; i++)
		if (!add(v, list, event->records[i].type_name))
			return false;
	return true;
}

static void put_slot(struct values *v, const struct event *event, enum deed_slot slot,
		     struct buf *out)
{
	const struct deed *d = deed_of(v, event);

	if (d->told && d->value[slot].record)
		deed_put_path(&v->normaliser, d, &d->value[slot], out);
}

static void put_outcome(struct values *v, const struct event *event, struct buf *out)
{
	const struct deed *d = deed_of(v, event);

	if (d->told && d->value[SLOT_RESULT].record)
		buf_puts(out, deed_is_success(&v->normaliser, &d->value[SLOT_RESULT]) ? "success"
										      : "failed");
}

static const struct facts *facts_of(struct values *v, const struct event *event)
{
	if (!v->has_facts)
		facts_gather(&v->facts, event);
	v->has_facts = true;
	return &v->facts;
}

static void put_program(struct values *v, const struct event *event, struct buf *out)
{
	const struct facts *f = facts_of(v, event);

	if (facts_has(f, QUERY_EXE))
		buf_put(out, f->text[QUERY_EXE]);
	else if (facts_has(f, QUERY_COMM))
		buf_put(out, f->text[QUERY_COMM]);
}

static void put_args(const struct event *event, struct buf *out)
{
	CLEANUP(buf_release) struct buf word = BUF_INIT(TEXT_MAX);
	struct argv argv;

	argv_init(&argv, event->records, event->count);
	while (argv_next(&argv, &word) && out->n + word.n + 1 < TEXT_MAX) {
		if (out->n)
			buf_putc(out, ' ');
		buf_put(out, buf_view(&word));
	}
}

static bool read_whole(struct values *v, const struct event *event, size_t i)
{
	struct values_list *list = &v->lists[i];
	const struct stamp *s = &event->stamp;
	struct buf *out = scratch_of(v);

	switch (v->fields[i].kind) {
	case VALUES_TYPE:
		return read_types(v, event, list);
	case VALUES_NODE:
		return add(v, list, event->node);
	case VALUES_TIME:
		put_local_time(v, s, out);
		break;
	case VALUES_SERIAL:
		buf_put_u64(out, s->serial);
		break;
	case VALUES_EVENT:
		buf_printf(out, "%" PRId64 ".%03u:%" PRIu64, s->sec, s->ms, s->serial);
		break;
	case VALUES_SUBJECT:
		put_slot(v, event, SLOT_SUBJECT, out);
		break;
	case VALUES_ACTION:
		buf_put(out, deed_of(v, event)->action);
		break;
	case VALUES_OBJECT:
		put_slot(v, event, SLOT_OBJECT, out);
		break;
	case VALUES_OUTCOME:
		put_outcome(v, event, out);
		break;
	case VALUES_HOW:
		buf_put(out, deed_of(v, event)->how);
		break;
	case VALUES_PROGRAM:
		put_program(v, event, out);
		break;
	case VALUES_ARGS:
		put_args(event, out);
		break;
	case VALUES_USER:
	case VALUES_ADDR:
	case VALUES_PORT:
	case VALUES_PATH:
	case VALUES_RECORD:
	case VALUES_KINDS:
		return true; /* read_record() has done it */
	}
	return add_scratch(v, list);
}

/* ---- all of it ---- */

void values_init(struct values *v, const struct values_field *fields, size_t count,
		 struct names *names)
{
	*v = (struct values){
		.count = count, .to_local = when_to_local, .scratch = BUF_INIT(2 * TEXT_MAX)};
	memcpy(v->fields, fields, count * sizeof(*fields));
	for (size_t i = 0; i < count; i++)
		v->has_records |= words_of(&fields[i]).n > 0;
	interpreter_init(&v->interpreter, names, ESCAPE_RAW);
	words_init(&v->words, &v->interpreter);
	normaliser_init(&v->normaliser, &v->interpreter);
	facts_init(&v->facts, FACT(QUERY_EXE) | FACT(QUERY_COMM));
	arena_init(&v->texts, TEXTS_MAX);
}

void values_release(struct values *v)
{
	words_release(&v->words);
	normaliser_release(&v->normaliser);
	facts_release(&v->facts);
	arena_release(&v->texts);
	buf_release(&v->scratch);
}

bool values_read(struct values *v, const struct event *event)
{
	bool read = true;

	arena_reset(&v->texts);
	memset(v->lists, 0, v->count * sizeof(*v->lists));
	v->has_deed = v->has_facts = false;
	for (size_t i = 0; i < event->count && v->has_records; i++)
		read &= read_record(v, event, &event->records[i]);
	for (size_t i = 0; i < v->count; i++)
		read &= read_whole(v, event, i);
	return read;
}

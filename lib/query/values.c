/*
 * Gathers the values of fields, the way query/lang_match.c asks them: of each record the first field
 * of a name, all of its keys, and of the event as a whole what the normaliser says. Only records
 * that can have one of the fields are cut into words.
 */
#include "query/values.h"

#include "base/near.h"
#include "query/lang_match.h"
#include "record/address.h"
#include "record/argv.h"
#include "record/escape.h"

#include <inttypes.h>
#include <linux/audit.h>

#define TEXT_MAX     ((size_t)256 << 10)
#define TEXTS_MAX    ((size_t)64 << 20)
#define NAME_BYTES   64
#define NAMES_OF_AVC "se" /* seperms and seresult stand in no record */

/* ---- names ---- */

static bool is_name(struct sv name)
{
	static const char others[] = "_-.[]";

	if (name.n == 0 || name.n > NAME_BYTES)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) &&
		    !memchr(others, c, sizeof(others) - 1))
			return false;
	}
	return true;
}

static int unknown_name(struct sv name, struct err *e)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	for (size_t i = 0; i < lang_field_count; i++)
		near_consider(&best, name, sv_cstr(lang_fields[i].name));
	return err_set(e, "unknown field %.*s%s", SV_FMT(name),
		       near_hint(&best, ": one of a program's own is given in quotes", hint));
}

int values_field_find(struct sv name, struct values_field *out, struct err *e)
{
	const struct lang_field *known = lang_field_find(name);

	if (known) {
		*out = (struct values_field){name, (unsigned)lang_field_subject(known)};
		return 0;
	}
	if (name.n > 2 && name.p[0] == '"' && name.p[name.n - 1] == '"' &&
	    is_name(sv_make(name.p + 1, name.n - 2))) {
		*out = (struct values_field){sv_make(name.p + 1, name.n - 2), LANG_SUBJECT_FIELD};
		return 0;
	}
	if (!is_name(name))
		return err_set(e, "\"%.*s\" is no name of a field", SV_FMT(sv_head(name, 64)));
	return unknown_name(name, e);
}

static enum lang_subject subject_of(const struct values_field *field)
{
	return (enum lang_subject)field->subject;
}

/* The names of the fields of records that a field is made of. */
static const struct sv *names_of(const struct values_field *field, size_t *count)
{
	*count = 1;
	if (subject_of(field) == LANG_SUBJECT_FIELD)
		return &field->name;
	*count = 0;
	return lang_subject_fields(subject_of(field), count);
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

static bool add_copy(struct values *v, struct values_list *list, struct sv text)
{
	struct sv copy;

	if (is_absent(text))
		return true;
	copy = arena_copy(&v->texts, text);
	return copy.n == text.n && add(v, list, copy);
}

/* What stands in the scratch. */
static bool add_scratch(struct values *v, struct values_list *list)
{
	return !v->scratch.failed && add_copy(v, list, buf_view(&v->scratch));
}

static struct buf *scratch_of(struct values *v)
{
	buf_reset(&v->scratch);
	return &v->scratch;
}

/* ---- what is behind an address ---- */

static bool is_socket(const struct record *r, const struct trail_field *f)
{
	return interpret_type(r->type, f->name, f->raw) == VALUE_SOCKADDR;
}

static bool add_address(struct values *v, struct values_list *list, const struct record *r,
			const struct trail_field *f)
{
	char text[LANG_ADDRESS_MAX];

	if (!is_socket(r, f))
		return add_copy(v, list, lang_unquoted(f->raw));
	return !lang_socket_address(f->raw, text) || add_copy(v, list, sv_cstr(text));
}

static bool add_port(struct values *v, struct values_list *list, const struct record *r,
		     const struct trail_field *f)
{
	struct sv text = lang_unquoted(f->raw), host;
	struct lang_number number;
	struct address a;

	if (is_socket(r, f)) {
		if (!address_decode(f->raw, &a) ||
		    (a.is.any.sa_family != AF_INET && a.is.any.sa_family != AF_INET6))
			return true;
		buf_put_u64(scratch_of(v), ntohs(a.is.in.sin_port));
		return add_scratch(v, list);
	}
	/* ADDRESS:PORT of auditd; an IPv6 address has more colons. */
	if (sv_eq(f->name, SV("addr")) &&
	    (!sv_cut(text, ':', &host, &text) || sv_index(text, ':') < text.n))
		return true;
	if (sv_eq(f->name, SV("saddr")) || !lang_number_of(VALUE_UNCLASSIFIED, text, &number))
		return true;
	return add_copy(v, list, text);
}

/* ---- files ---- */

/* Of the first record that has one; empty when none has. */
static struct sv cwd_of(struct values *v, const struct event *event)
{
	struct field f;

	for (size_t i = 0; i < event->count && !v->has_cwd; i++)
		if (event->records[i].type == AUDIT_CWD &&
		    record_field(&event->records[i], SV("cwd"), &f)) {
			buf_reset(&v->cwd);
			if (f.quote)
				buf_put(&v->cwd, f.value);
			else
				decode_put(f.value, &v->cwd);
			break;
		}
	if (!v->has_cwd && v->cwd.failed)
		buf_reset(&v->cwd);
	v->has_cwd = true;
	return buf_view(&v->cwd);
}

/* The directory in which all of it happens is no file of its own. */
static bool add_path(struct values *v, struct values_list *list, const struct event *event,
		     const struct record *r, const struct trail_field *f)
{
	struct buf *name = &v->name;

	if (sv_eq(f->name, SV("cwd")) || sv_eq(f->name, SV("saddr")) || sv_eq(f->raw, SV("(null)")))
		return true;
	buf_reset(name);
	decode_put(f->raw, name);
	if (name->failed || name->n == 0)
		return !name->failed;
	if (r->type != AUDIT_PATH && name->p[0] != '/')
		return add_copy(v, list, buf_view(name));
	lang_put_path(cwd_of(v, event), buf_view(name), scratch_of(v));
	return add_scratch(v, list);
}

/* ---- fields of records ---- */

/* "name=" somewhere in the record. */
static bool may_have_name(const struct record *r, struct sv name)
{
	struct sv rest = r->body;
	size_t at;

	if (sv_starts(name, SV(NAMES_OF_AVC)))
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
		size_t count;
		const struct sv *names = names_of(&v->fields[i], &count);

		for (size_t k = 0; k < count; k++)
			if (may_have_name(r, names[k]))
				return true;
	}
	return false;
}

static bool add_word(struct values *v, size_t field, const struct event *event,
		     const struct record *r, const struct trail_field *f)
{
	enum lang_subject subject = subject_of(&v->fields[field]);
	struct values_list *list = &v->lists[field];

	if (!f->decoded && subject == LANG_SUBJECT_ADDR)
		return add_address(v, list, r, f);
	if (!f->decoded && subject == LANG_SUBJECT_PORT)
		return add_port(v, list, r, f);
	if (!f->decoded && subject == LANG_SUBJECT_PATH)
		return add_path(v, list, event, r, f);
	words_put(&v->words, f, scratch_of(v));
	/* "ENOENT(No such file or directory)": people ask for ENOENT. */
	if (!f->decoded && v->scratch.n && v->scratch.p[0] == 'E' &&
	    words_type(&v->words, f) == VALUE_EXIT)
		v->scratch.n = sv_index(buf_view(&v->scratch), '(');
	return add_scratch(v, list);
}

/* The first field of the name, or all keys of it. */
static bool read_name(struct values *v, size_t field, const struct event *event,
		      const struct record *r, struct sv name)
{
	const struct trail_field *f;
	bool found = false;

	for (size_t i = 0; (f = words_at(&v->words, i)); i++) {
		if (!sv_eq(f->name, name))
			continue;
		if (found && !f->decoded)
			break;
		found = true;
		if (!add_word(v, field, event, r, f))
			return false;
		if (!f->decoded)
			break;
	}
	return true;
}

static bool read_record(struct values *v, const struct event *event, const struct record *r)
{
	if (!may_have(v, r))
		return true;
	if (!words_read(&v->words, r))
		return false;
	for (size_t i = 0; i < v->count; i++) {
		size_t count;
		const struct sv *names = names_of(&v->fields[i], &count);

		for (size_t k = 0; k < count; k++)
			if (!read_name(v, i, event, r, names[k]))
				return false;
	}
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

static struct deed *deed_of(struct values *v, const struct event *event)
{
	if (!v->has_deed)
		normalise(&v->normaliser, event->records, event->count, NORMALISE_PLAIN, &v->deed);
	v->has_deed = true;
	return &v->deed;
}

static const struct story *story_of_event(struct values *v, const struct event *event)
{
	return story_of(&v->normaliser, deed_of(v, event));
}

/* The columns' words; the story's where they have none. */
static void put_slot(struct values *v, const struct event *event, enum deed_slot slot,
		     struct buf *out)
{
	const struct deed *d = deed_of(v, event);
	const struct deed_value *value = &d->value[slot];

	if (value->record && slot == SLOT_OBJECT)
		deed_put_path(&v->normaliser, d, value, out);
	else if (value->record)
		deed_put(&v->normaliser, value, out);
	if (out->n == 0)
		buf_put(out, slot == SLOT_OBJECT ? story_of_event(v, event)->object
						 : story_of_event(v, event)->who);
}

static void put_outcome(struct values *v, const struct event *event, struct buf *out)
{
	const struct deed_value *result = &deed_of(v, event)->value[SLOT_RESULT];
	enum story_outcome outcome;

	if (result->record) {
		buf_puts(out, deed_is_success(&v->normaliser, result) ? "success" : "failed");
		return;
	}
	outcome = story_of_event(v, event)->outcome;
	if (outcome == STORY_DONE || outcome == STORY_FAILED)
		buf_puts(out, outcome == STORY_DONE ? "success" : "failed");
}

static void put_program(struct values *v, const struct event *event, struct buf *out)
{
	buf_put(out, deed_of(v, event)->how);
	if (out->n == 0)
		buf_put(out, story_of_event(v, event)->program);
}

static void put_args(struct values *v, const struct event *event, struct buf *out)
{
	struct buf *word = &v->name;
	struct argv argv;

	argv_init(&argv, event->records, event->count);
	while (argv_next(&argv, word) && out->n + word->n + 1 < TEXT_MAX) {
		if (out->n)
			buf_putc(out, ' ');
		buf_put(out, buf_view(word));
	}
}

static bool read_whole(struct values *v, const struct event *event, size_t i)
{
	struct values_list *list = &v->lists[i];
	const struct stamp *s = &event->stamp;
	struct buf *out = scratch_of(v);

	switch (subject_of(&v->fields[i])) {
	case LANG_SUBJECT_TYPE:
		return read_types(v, event, list);
	case LANG_SUBJECT_NODE:
		return add(v, list, event->node);
	case LANG_SUBJECT_TIME:
		put_local_time(v, s, out);
		break;
	case LANG_SUBJECT_SERIAL:
		buf_put_u64(out, s->serial);
		break;
	case LANG_SUBJECT_EVENT:
		buf_printf(out, "%" PRId64 ".%03u:%" PRIu64, s->sec, s->ms, s->serial);
		break;
	case LANG_SUBJECT_SUBJECT:
		put_slot(v, event, SLOT_SUBJECT, out);
		break;
	case LANG_SUBJECT_ACTION:
		buf_put(out, deed_of(v, event)->action);
		break;
	case LANG_SUBJECT_OBJECT:
		put_slot(v, event, SLOT_OBJECT, out);
		break;
	case LANG_SUBJECT_OUTCOME:
		put_outcome(v, event, out);
		break;
	case LANG_SUBJECT_PROGRAM:
		put_program(v, event, out);
		break;
	case LANG_SUBJECT_ARGS:
		put_args(v, event, out);
		break;
	case LANG_SUBJECT_FIELD:
	case LANG_SUBJECT_USER:
	case LANG_SUBJECT_ADDR:
	case LANG_SUBJECT_PORT:
	case LANG_SUBJECT_PATH:
		return true; /* read_record() has done it */
	}
	return add_scratch(v, list);
}

/* ---- all of it ---- */

void values_init(struct values *v, const struct values_field *fields, size_t count,
		 struct names *names)
{
	*v = (struct values){.count = count,
			     .to_local = when_to_local,
			     .scratch = BUF_INIT(4 * TEXT_MAX),
			     .name = BUF_INIT(TEXT_MAX),
			     .cwd = BUF_INIT(TEXT_MAX)};
	memcpy(v->fields, fields, count * sizeof(*fields));
	for (size_t i = 0; i < count; i++) {
		size_t names_count;

		(void)names_of(&fields[i], &names_count);
		v->has_records |= names_count > 0;
	}
	interpreter_init(&v->interpreter, names, ESCAPE_RAW);
	words_init(&v->words, &v->interpreter);
	normaliser_init(&v->normaliser, &v->interpreter);
	arena_init(&v->texts, TEXTS_MAX);
}

void values_release(struct values *v)
{
	words_release(&v->words);
	normaliser_release(&v->normaliser);
	arena_release(&v->texts);
	buf_release(&v->scratch);
	buf_release(&v->name);
	buf_release(&v->cwd);
}

bool values_read(struct values *v, const struct event *event)
{
	bool read = true;

	arena_reset(&v->texts);
	buf_reset(&v->cwd);
	memset(v->lists, 0, v->count * sizeof(*v->lists));
	v->has_deed = v->has_cwd = false;
	for (size_t i = 0; i < event->count && v->has_records; i++)
		read &= read_record(v, event, &event->records[i]);
	for (size_t i = 0; i < v->count; i++)
		read &= read_whole(v, event, i);
	return read;
}

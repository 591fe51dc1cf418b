/*
 * The columns of a deed: what every kind of event shares, and the values of what was found.
 * Events of one record are normalise_single.c's part, system calls normalise_call.c's; the words are
 * in normalise.def.
 */
#include "record/normalise_parts.h"

#include "base/num.h"
#include "record/interpret_parts.h"

#include <linux/audit.h>

#define ARENA_MAX   ((size_t)8 << 20)
#define SCRATCH_MAX ((size_t)256 << 10)
#define ANOM_FIRST  2100 /* from here on a record is an event of its own */

#define UID_SYSTEM_MAX 1000  /* service accounts are below */
#define UID_USER_MAX   60000 /* people's are below */

static const struct {
	uint32_t first, last;
	const char *word;
} event_kinds[] = {
#define EVENT_KIND(first, last, word) {first, last, word},
#include "record/normalise.def"
};

#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

static const struct normalise_type_row types[] = {
#define COLUMNS(action, kind, object, instead, more, two)                                          \
	action, kind, TEXT(object), TEXT(instead), TEXT(more), TEXT(two)
#define STORY(rank, actor, verb, finder, said, second)                                             \
	{                                                                                          \
		rank, ACTOR_##actor, VERB_##verb,                                                  \
		{                                                                                  \
			FIND_##finder, -1, said, second                                            \
		}                                                                                  \
	}
#define TYPE(type, columns, story) {type, columns, story},
#include "record/normalise.def"
};

static const struct normalise_type_row unknown_type = {
	.action = "",
	.object_kind = "unknown",
	.story = {1, ACTOR_USER, VERB_LEAVE_RECORD, {FIND_TYPE, -1, "", ""}},
};

const struct normalise_type_row *normalise_find_type(uint32_t type)
{
	size_t low = 0, high = LEN(types);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (types[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	return low < LEN(types) && types[low].type == type ? &types[low] : &unknown_type;
}

static const char *event_kind(uint32_t type)
{
	for (size_t i = 0; i < LEN(event_kinds); i++)
		if (type >= event_kinds[i].first && type <= event_kinds[i].last)
			return event_kinds[i].word;
	return "unknown";
}

size_t normalise_span(const struct record *records, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t type = records[i].type;

		if (type == AUDIT_PROCTITLE || type == AUDIT_EOE || type < AUDIT_SYSCALL ||
		    type >= ANOM_FIRST || type == AUDIT_KERNEL ||
		    (type >= AUDIT_MAC_UNLBL_ALLOW && type <= AUDIT_MAC_CALIPSO_DEL))
			return i + 1;
	}
	return count;
}

/* ---- values ---- */

static bool needs_call(enum value_type type)
{
	return type == VALUE_FAN_INFO || type == VALUE_SYSCALL || type == VALUE_A0 ||
	       type == VALUE_A1 || type == VALUE_A2 || type == VALUE_A3;
}

/* Values of one record come one after the other. */
static const struct tail *tail_of(struct normaliser *n, const struct record *r)
{
	if (n->tail_of != r)
		tail_cut(&n->tail, r->tail);
	n->tail_of = r;
	return &n->tail;
}

static void put_words(struct normaliser *n, const struct deed_value *v, struct buf *out)
{
	const struct interpreter *ip = n->interpreter;
	struct call call = {.machine = MACHINE_UNKNOWN, .nr = UINT32_MAX};
	struct value value = {v->name, v->raw, v->record, &call, ip->names, tail_of(n, v->record)};
	enum value_type type;

	if (v->decoded) {
		escape_put(ip->escape, v->raw, out);
		return;
	}
	type = deed_value_type(v);
	if (needs_call(type))
		call_of_record(v->record, &call);
	put_value(ip, &value, type, 0, out);
}

/* When the words of a value are in the record just as they will be put: those. */
static bool words_in_place(struct normaliser *n, const struct deed_value *v, struct sv *words)
{
	enum value_type type = v->decoded ? VALUE_UNCLASSIFIED : deed_value_type(v);
	const struct value value = {.name = v->name, .raw = v->raw, .tail = tail_of(n, v->record)};

	if (v->decoded || type == VALUE_UNCLASSIFIED)
		*words = v->raw;
	else if (!value_in_place(&value, type, words))
		return false;
	return escape_is_plain(n->interpreter->escape, *words);
}

enum value_type deed_value_type(const struct deed_value *v)
{
	return interpret_type(v->record->type, v->name, v->raw);
}

void deed_put(struct normaliser *n, const struct deed_value *v, struct buf *out)
{
	put_words(n, v, out);
}

int deed_value_number(const struct deed_value *v)
{
	int64_t number;

	if (!num_lead_i64(v->raw, 10, &number))
		return -1;
	return (int)(uint32_t)(uint64_t)number;
}

/* Puts one part of a path behind the others, "." and ".." included. */
static void put_part(struct sv part, struct buf *out, size_t from)
{
	if (part.n == 0 || sv_eq(part, SV(".")))
		return;
	if (!sv_eq(part, SV(".."))) {
		buf_putc(out, '/');
		buf_put(out, part);
		return;
	}
	while (out->n > from && out->p[--out->n] != '/')
		continue;
}

static void put_clean_path(struct sv path, struct buf *out)
{
	size_t from = out->n;
	struct sv part;

	if (path.n == 0 || path.p[0] == '.') {
		buf_put(out, path);
		return;
	}
	while (path.n) {
		(void)sv_cut(path, '/', &part, &path);
		put_part(part, out, from);
	}
	if (out->n == from)
		buf_putc(out, '/');
}

void deed_put_path(struct normaliser *n, const struct deed *c, const struct deed_value *v,
		   struct buf *out)
{
	struct buf *b = &n->scratch;
	size_t from = out->n;
	struct sv path;

	if (c->folder.n == 0 || v->decoded || deed_value_type(v) != VALUE_ESCAPED_FILE) {
		put_words(n, v, out);
		return;
	}
	buf_reset(b);
	decode_put(v->raw, b);
	if (b->n && b->p[0] == '/') {
		path = buf_view(b);
		if (sv_find(path, SV("..")) == path.n)
			buf_put(out, path);
		else
			put_clean_path(path, out);
	} else {
		buf_reset(b);
		decode_put(c->folder, b);
		buf_putc(b, '/');
		decode_put(v->raw, b);
		put_clean_path(buf_view(b), out);
	}
	escape_from(n->interpreter->escape, out, from, ESCAPE_KEEP_NONE);
}

bool deed_is_success(struct normaliser *n, const struct deed_value *v)
{
	struct buf *b = &n->scratch;
	struct sv words;

	buf_reset(b);
	put_words(n, v, b);
	words = buf_view(b);
	return sv_eq(words, SV("yes")) || sv_starts(words, SV("suc")) ||
	       (deed_value_type(v) == VALUE_SECCOMP && sv_eq(words, SV("allow")));
}

/* ---- what the steps share ---- */

struct sv normalise_words(struct telling *s)
{
	const struct trail_field *f = trail_field(&s->w);
	struct buf *b = &s->n->scratch;
	struct deed_value v;
	struct sv words;

	if (!f)
		return SV_EMPTY;
	v = (struct deed_value){trail_record(&s->w), f->name, f->raw, f->decoded};
	if (words_in_place(s->n, &v, &words))
		return words;
	buf_reset(b);
	put_words(s->n, &v, b);
	return b->failed ? SV_EMPTY : arena_copy(&s->n->arena, buf_view(b));
}

bool normalise_take(struct telling *s, enum deed_slot slot, struct sv name, uint32_t record)
{
	if (!trail_find(&s->w, name))
		return false;
	s->place[slot] = (struct trail_place){record, trail_place(&s->w).field};
	return true;
}

bool normalise_take_here(struct telling *s, enum deed_slot slot, struct sv name)
{
	if (!trail_find(&s->w, name))
		return false;
	s->place[slot] = trail_place(&s->w);
	return true;
}

void normalise_add_label(struct telling *s, struct normalise_label *label, struct trail_place place)
{
	const struct trail_field *f;

	if (label->broken || label->place.record != TRAIL_NOWHERE)
		return;
	f = trail_at(&s->w, place);
	if (!f)
		label->broken = true;
	else if (sv_eq(f->name, label->name))
		label->place = place;
}

bool normalise_attribute(struct telling *s, struct normalise_label *label, struct sv name,
			 uint32_t record)
{
	if (!trail_find(&s->w, name)) {
		(void)trail_go(&s->w, record);
		return false;
	}
	normalise_add_label(s, label, (struct trail_place){record, trail_place(&s->w).field});
	return true;
}

void normalise_action(struct telling *s, const char *action)
{
	s->out->action = sv_cstr(action);
}

bool normalise_to_script(struct telling *s, struct sv exe)
{
	static const struct sv interpreters[] = {TEXT("/usr/bin/python"), TEXT("/usr/bin/sh"),
						 TEXT("/usr/bin/bash"), TEXT("/usr/bin/perl")};
	struct trail_strip *strip = &s->w.strips[s->w.here];
	bool is_script = false;

	for (size_t i = 0; i < LEN(interpreters); i++)
		is_script |= sv_starts(exe, interpreters[i]);
	if (!is_script)
		return false;
	if (strip->at > 0)
		strip->at--;
	else
		trail_top(&s->w);
	(void)trail_find(&s->w, SV("comm"));
	return true;
}

void normalise_how(struct telling *s)
{
	s->out->how = normalise_words(s);
	if (normalise_to_script(s, s->out->how) && trail_field(&s->w))
		s->out->how = normalise_words(s);
}

static const char *kind_of_uid(int uid)
{
	if (uid == 0)
		return "privileged-acct";
	if (uid == -1)
		return "unset-acct";
	if (uid < UID_SYSTEM_MAX)
		return "service-acct";
	return uid < UID_USER_MAX ? "user-acct" : "unknown-acct";
}

void normalise_subject_kind(struct telling *s)
{
	const struct trail_field *f = trail_field(&s->w);
	struct deed_value v;
	struct sv name;
	uint32_t uid;

	s->out->subject_kind = "unknown-acct";
	if (!f)
		return;
	v = (struct deed_value){trail_record(&s->w), f->name, f->raw, f->decoded};
	if (deed_value_type(&v) == VALUE_UID) {
		s->out->subject_kind = kind_of_uid(deed_value_number(&v));
	} else if (sv_eq(f->name, SV("acct"))) {
		name = normalise_words(s);
		if (!sv_eq(name, SV("unset")) && s->n->interpreter->names &&
		    names_find_user(s->n->interpreter->names, name, &uid))
			s->out->subject_kind = kind_of_uid((int)uid);
	}
}

void normalise_session(struct telling *s, uint32_t record)
{
	if (!normalise_take(s, SLOT_SESSION, SV("ses"), record))
		trail_top(&s->w);
}

static bool find_setting(struct telling *s)
{
	static const struct sv settings[] = {TEXT("audit_enabled"), TEXT("audit_pid"),
					     TEXT("audit_backlog_limit"), TEXT("audit_failure"),
					     TEXT("actions")};
	const struct trail_field *key;

	trail_top(&s->w);
	key = trail_find(&s->w, SV("key"));
	if (key && !sv_eq(key->raw, SV("(null)")))
		return true;
	for (size_t i = 0; i < LEN(settings); i++) {
		trail_top(&s->w);
		if (trail_find(&s->w, settings[i]))
			return true;
	}
	return false;
}

void normalise_setting(struct telling *s)
{
	s->out->object_kind = "audit-config";
	s->place[SLOT_OBJECT] = TRAIL_NO_PLACE;
	if (find_setting(s))
		s->place[SLOT_OBJECT] = (struct trail_place){0, trail_place(&s->w).field};
}

/* ---- an event ---- */

/* cwd= of the last CWD record, wherever the walk has been. */
static struct sv folder_of(struct telling *s)
{
	struct sv folder = SV_EMPTY;

	for (uint32_t i = 0; i < s->w.count; i++) {
		const struct record *r = &s->w.records[i];
		struct sv rest = r->body, word, name, value;

		if (r->type != AUDIT_CWD)
			continue;
		while (sv_word(&rest, &word))
			if (sv_cut(word, '=', &name, &value) && sv_eq(name, SV("cwd")) && value.n)
				folder = value;
	}
	return folder;
}

static struct deed_value value_at(struct telling *s, struct trail_place place)
{
	const struct trail_field *f = place.record == TRAIL_NOWHERE ? NULL : trail_at(&s->w, place);

	if (!f)
		return (struct deed_value){0};
	return (struct deed_value){&s->w.records[place.record], f->name, f->raw, f->decoded};
}

static bool has_call(const struct record *records, size_t count)
{
	return count > 1 || records[0].type == AUDIT_SYSCALL;
}

static void tell(struct telling *s, const struct record *records, size_t count)
{
	trail_top(&s->w);
	if (has_call(records, count)) {
		normalise_call(s);
	} else {
		s->out->event_kind = event_kind(records[0].type);
		normalise_single(s);
	}
	if (s->out->told)
		s->out->event_kind = event_kind(records[0].type);
	s->place[SLOT_SUBJECT_LABEL] = s->subject_label.place;
	s->place[SLOT_OBJECT_LABEL] = s->object_label.place;
	for (size_t i = 0; i < SLOT_COUNT; i++)
		s->out->value[i] = value_at(s, s->place[i]);
	s->out->folder = folder_of(s);
}

void normalise(struct normaliser *n, const struct record *records, size_t count,
	       enum normalise_detail detail, struct deed *out)
{
	struct telling s = {
		.n = n,
		.out = out,
		.detail = detail,
		.success = -1,
		.subject_label = {.name = SV("subj"), .place = TRAIL_NO_PLACE},
		.object_label = {.name = SV("obj"), .place = TRAIL_NO_PLACE},
	};

	*out = (struct deed){.told = true,
			     .event_kind = "unknown",
			     .object_kind = "unknown",
			     .records = records,
			     .count = count};
	arena_reset(&n->arena);
	n->tail_of = NULL;
	for (size_t i = 0; i < SLOT_COUNT; i++)
		s.place[i] = TRAIL_NO_PLACE;
	s.type = normalise_find_type(records[0].type);
	if (trail_init(&s.w, &n->arena, records, count))
		tell(&s, records, count);
}

void normaliser_init(struct normaliser *n, struct interpreter *interpreter)
{
	*n = (struct normaliser){.interpreter = interpreter, .scratch = BUF_INIT(SCRATCH_MAX)};
	arena_init(&n->arena, ARENA_MAX);
}

void normaliser_release(struct normaliser *n)
{
	arena_release(&n->arena);
	buf_release(&n->scratch);
}

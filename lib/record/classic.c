/*
 * The classic normalisation: what every kind of event shares, and the values of what was found.
 * Events of one record are classic_simple.c's part, system calls classic_call.c's; the words are
 * in classic.def.
 */
#include "record/classic_parts.h"

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
#include "record/classic.def"
};

#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

static const struct classic_type_row types[] = {
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
#include "record/classic.def"
};

static const struct classic_type_row unknown_type = {
	.action = "",
	.object_kind = "unknown",
	.story = {1, ACTOR_USER, VERB_LEAVE_RECORD, {FIND_TYPE, -1, "", ""}},
};

const struct classic_type_row *classic_find_type(uint32_t type)
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

size_t classic_span(const struct record *records, size_t count)
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
	return type == VALUE_SYSCALL || type == VALUE_A0 || type == VALUE_A1 || type == VALUE_A2 ||
	       type == VALUE_A3;
}

/* Values of one record come one after the other. */
static const struct tail *tail_of(struct classic_teller *t, const struct record *r)
{
	if (t->tail_of != r)
		tail_cut(&t->tail, r->tail);
	t->tail_of = r;
	return &t->tail;
}

static void put_words(struct classic_teller *t, const struct classic_value *v, struct buf *out)
{
	const struct interpreter *ip = t->interpreter;
	struct call call = {.machine = MACHINE_UNKNOWN, .nr = UINT32_MAX};
	struct value value = {v->name, v->raw, v->record, &call, ip->names, tail_of(t, v->record)};
	enum value_type type;

	if (v->decoded) {
		escape_put(ip->escape, v->raw, out);
		return;
	}
	type = classic_type(v);
	if (needs_call(type))
		call_of_record(v->record, &call);
	put_value(ip, &value, type, 0, out);
}

/* When the words of a value are in the record just as they will be put: those. */
static bool words_in_place(struct classic_teller *t, const struct classic_value *v,
			   struct sv *words)
{
	enum value_type type = v->decoded ? VALUE_UNCLASSIFIED : classic_type(v);
	const struct value value = {.name = v->name, .raw = v->raw, .tail = tail_of(t, v->record)};

	if (v->decoded || type == VALUE_UNCLASSIFIED)
		*words = v->raw;
	else if (!value_in_place(&value, type, words))
		return false;
	return escape_is_plain(t->interpreter->escape, *words);
}

enum value_type classic_type(const struct classic_value *v)
{
	return interpret_type(v->record->type, v->name, v->raw);
}

void classic_put(struct classic_teller *t, const struct classic_value *v, struct buf *out)
{
	put_words(t, v, out);
}

int classic_number(const struct classic_value *v)
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

void classic_put_path(struct classic_teller *t, const struct classic *c,
		      const struct classic_value *v, struct buf *out)
{
	struct buf *b = &t->scratch;
	size_t from = out->n;
	struct sv path;

	if (c->folder.n == 0 || v->decoded || classic_type(v) != VALUE_ESCAPED_FILE) {
		put_words(t, v, out);
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
	escape_from(t->interpreter->escape, out, from, ESCAPE_KEEP_NONE);
}

bool classic_is_success(struct classic_teller *t, const struct classic_value *v)
{
	struct buf *b = &t->scratch;
	struct sv words;

	buf_reset(b);
	put_words(t, v, b);
	words = buf_view(b);
	return sv_eq(words, SV("yes")) || sv_starts(words, SV("suc")) ||
	       (classic_type(v) == VALUE_SECCOMP && sv_eq(words, SV("allow")));
}

/* ---- what the steps share ---- */

struct sv classic_words(struct classic_story *s)
{
	const struct trail_field *f = trail_field(&s->w);
	struct buf *b = &s->t->scratch;
	struct classic_value v;
	struct sv words;

	if (!f)
		return SV_EMPTY;
	v = (struct classic_value){trail_record(&s->w), f->name, f->raw, f->decoded};
	if (words_in_place(s->t, &v, &words))
		return words;
	buf_reset(b);
	put_words(s->t, &v, b);
	return b->failed ? SV_EMPTY : arena_copy(&s->t->arena, buf_view(b));
}

bool classic_take(struct classic_story *s, enum classic_slot slot, struct sv name, uint32_t record)
{
	if (!trail_find(&s->w, name))
		return false;
	s->place[slot] = (struct trail_place){record, trail_place(&s->w).field};
	return true;
}

bool classic_take_here(struct classic_story *s, enum classic_slot slot, struct sv name)
{
	if (!trail_find(&s->w, name))
		return false;
	s->place[slot] = trail_place(&s->w);
	return true;
}

void classic_add_label(struct classic_story *s, struct classic_label *label,
		       struct trail_place place)
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

bool classic_attribute(struct classic_story *s, struct classic_label *label, struct sv name,
		       uint32_t record)
{
	if (!trail_find(&s->w, name)) {
		(void)trail_go(&s->w, record);
		return false;
	}
	classic_add_label(s, label, (struct trail_place){record, trail_place(&s->w).field});
	return true;
}

void classic_action(struct classic_story *s, const char *action)
{
	s->out->action = sv_cstr(action);
}

bool classic_to_script(struct classic_story *s, struct sv exe)
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

void classic_how(struct classic_story *s)
{
	s->out->how = classic_words(s);
	if (classic_to_script(s, s->out->how) && trail_field(&s->w))
		s->out->how = classic_words(s);
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

void classic_subject_kind(struct classic_story *s)
{
	const struct trail_field *f = trail_field(&s->w);
	struct classic_value v;
	struct sv name;
	uint32_t uid;

	s->out->subject_kind = "unknown-acct";
	if (!f)
		return;
	v = (struct classic_value){trail_record(&s->w), f->name, f->raw, f->decoded};
	if (classic_type(&v) == VALUE_UID) {
		s->out->subject_kind = kind_of_uid(classic_number(&v));
	} else if (sv_eq(f->name, SV("acct"))) {
		name = classic_words(s);
		if (!sv_eq(name, SV("unset")) && s->t->interpreter->names &&
		    names_find_user(s->t->interpreter->names, name, &uid))
			s->out->subject_kind = kind_of_uid((int)uid);
	}
}

void classic_session(struct classic_story *s, uint32_t record)
{
	if (!classic_take(s, CLASSIC_SESSION, SV("ses"), record))
		trail_top(&s->w);
}

static bool find_setting(struct classic_story *s)
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

void classic_setting(struct classic_story *s)
{
	s->out->object_kind = "audit-config";
	s->place[CLASSIC_OBJECT] = TRAIL_NO_PLACE;
	if (find_setting(s))
		s->place[CLASSIC_OBJECT] = (struct trail_place){0, trail_place(&s->w).field};
}

/* ---- an event ---- */

/* cwd= of the last CWD record, wherever the walk has been. */
static struct sv folder_of(struct classic_story *s)
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

static struct classic_value value_at(struct classic_story *s, struct trail_place place)
{
	const struct trail_field *f = place.record == TRAIL_NOWHERE ? NULL : trail_at(&s->w, place);

	if (!f)
		return (struct classic_value){0};
	return (struct classic_value){&s->w.records[place.record], f->name, f->raw, f->decoded};
}

static bool has_call(const struct record *records, size_t count)
{
	return count > 1 || records[0].type == AUDIT_SYSCALL;
}

static void tell(struct classic_story *s, const struct record *records, size_t count)
{
	trail_top(&s->w);
	if (has_call(records, count)) {
		classic_call(s);
	} else {
		s->out->event_kind = event_kind(records[0].type);
		classic_simple(s);
	}
	if (s->out->told)
		s->out->event_kind = event_kind(records[0].type);
	s->place[CLASSIC_SUBJECT_LABEL] = s->subject_label.place;
	s->place[CLASSIC_OBJECT_LABEL] = s->object_label.place;
	for (size_t i = 0; i < CLASSIC_SLOTS; i++)
		s->out->value[i] = value_at(s, s->place[i]);
	s->out->folder = folder_of(s);
}

void classic_tell(struct classic_teller *t, const struct record *records, size_t count,
		  enum classic_detail detail, struct classic *out)
{
	struct classic_story s = {
		.t = t,
		.out = out,
		.detail = detail,
		.success = -1,
		.subject_label = {.name = SV("subj"), .place = TRAIL_NO_PLACE},
		.object_label = {.name = SV("obj"), .place = TRAIL_NO_PLACE},
	};

	*out = (struct classic){.told = true,
				.event_kind = "unknown",
				.object_kind = "unknown",
				.records = records,
				.count = count};
	arena_reset(&t->arena);
	t->tail_of = NULL;
	for (size_t i = 0; i < CLASSIC_SLOTS; i++)
		s.place[i] = TRAIL_NO_PLACE;
	s.type = classic_find_type(records[0].type);
	if (trail_init(&s.w, &t->arena, records, count))
		tell(&s, records, count);
}

void classic_init(struct classic_teller *t, struct interpreter *interpreter)
{
	*t = (struct classic_teller){.interpreter = interpreter, .scratch = BUF_INIT(SCRATCH_MAX)};
	arena_init(&t->arena, ARENA_MAX);
}

void classic_release(struct classic_teller *t)
{
	arena_release(&t->arena);
	buf_release(&t->scratch);
}

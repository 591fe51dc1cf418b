/*
 * From the records of an event to its story: which record tells it, who acted, from where, with
 * what, and what came of it. What it was done to is story_object.c's part; what the rows mean is
 * normalise.def's.
 */
#include "record/story.h"

#include "base/num.h"
#include "record/escape.h"
#include "record/interpret_parts.h"
#include "record/normalise_parts.h"
#include "record/story_parts.h"

#include <errno.h>
#include <linux/audit.h>

#define ERRNO_MAX 4095 /* the kernel's highest (linux/err.h) */

static const struct {
	uint32_t type;
	struct sv word;
	enum story_verb verb;
} ops[] = {
#define OP(type, word, verb) {type, {"" word, sizeof(word) - 1}, VERB_##verb},
#include "record/normalise.def"
};

/* A record with one of the words of OP rows in op= is about that. */
static enum story_verb verb_by_op(uint32_t type, struct sv word, enum story_verb otherwise)
{
	for (size_t i = 0; i < LEN(ops); i++)
		if (ops[i].type == type && sv_eq(ops[i].word, word))
			return ops[i].verb;
	return otherwise;
}

/* ---- text of fields ---- */

struct sv story_keep(struct search *s, size_t from)
{
	struct buf *b = &s->n->scratch;
	struct sv kept = SV_EMPTY;

	if (!b->failed && b->n > from)
		kept = arena_copy(&s->n->arena, sv_make(b->p + from, b->n - from));
	b->n = from;
	b->failed = false;
	return kept;
}

struct sv story_decode(struct search *s, const struct field *f)
{
	size_t from = s->n->scratch.n;

	return !f->quote && decode_pairs(f->value, &s->n->scratch) ? story_keep(s, from) : f->value;
}

static bool says_nothing(const struct field *f)
{
	return f->value.n == 0 ||
	       (!f->quote && (sv_eq(f->value, SV("?")) || sv_eq(f->value, SV("(null)")) ||
			      sv_eq(f->value, SV("(none)")))) ||
	       (f->quote && sv_eq(f->value, SV("?")));
}

static bool is_encoded(enum value_type type)
{
	return type == VALUE_ESCAPED || type == VALUE_ESCAPED_FILE || type == VALUE_ESCAPED_KEY ||
	       type == VALUE_TTY_DATA || type == VALUE_PROCTITLE;
}

/* The user's name, or "uid N": by the record's enriched tail, else by this machine. */
static struct sv user_text(struct search *s, const struct record *r, const struct field *f,
			   uint32_t uid)
{
	const struct call none = {.machine = MACHINE_UNKNOWN};
	struct tail tail;
	struct value value = {f->name, f->value, r, &none, s->interpreter.names, &tail};
	struct buf *b = &s->n->scratch;
	size_t from = b->n;

	tail_cut(&tail, r->tail);
	put_value(&s->interpreter, &value, VALUE_UID, 0, b);
	if (!b->failed && sv_starts(sv_make(b->p + from, b->n - from), SV("unknown("))) {
		b->n = from;
		buf_printf(b, "uid %u", uid);
	}
	return story_keep(s, from);
}

static struct sv field_text(struct search *s, const struct record *r, const struct field *f)
{
	enum value_type type = field_value_type(f->name);
	uint32_t uid;

	if (says_nothing(f))
		return SV_EMPTY;
	if (type == VALUE_UID && num_u32(f->value, &uid))
		return user_text(s, r, f, uid);
	return is_encoded(type) ? story_decode(s, f) : f->value;
}

struct sv story_own(struct search *s, const struct record *r, const char *name)
{
	struct field f;

	if (!r || !record_field(r, sv_cstr(name), &f))
		return SV_EMPTY;
	return field_text(s, r, &f);
}

struct sv story_said(struct search *s, const struct record *r, const char *name)
{
	struct field f;
	struct sv text = SV_EMPTY;

	if (!r)
		return text;
	if (record_field_from(r, FIELD_USER, sv_cstr(name), &f))
		text = field_text(s, r, &f);
	return text.n ? text : story_own(s, r, name);
}

bool story_number(const struct record *r, const char *name, unsigned base, uint64_t *out)
{
	struct field f;

	if (!r || !record_field(r, sv_cstr(name), &f))
		return false;
	return base == 16 ? num_hex64(f.value, out) : num_u64(f.value, out);
}

bool story_argument(const struct search *s, int index, uint64_t *out)
{
	char name[3] = {'a', (char)('0' + index), '\0'};

	return index >= 0 && index <= 3 && story_number(s->call, name, 16, out);
}

struct sv story_prefixed(struct search *s, const char *prefix, struct sv text)
{
	size_t from = s->n->scratch.n;

	buf_puts(&s->n->scratch, prefix);
	buf_put(&s->n->scratch, text);
	return story_keep(s, from);
}

const struct record *story_record(const struct search *s, uint32_t type)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->records[i].type == type)
			return &s->records[i];
	return NULL;
}

/* ---- who ---- */

/* A user that a record names by number. */
struct user {
	const struct record *record; /* NULL: none does */
	struct field field;
	uint32_t uid;
};

/* The first of the fields that has a number, in the first of the two records that has one. */
static struct user find_user(const struct search *s, const char *const *fields, size_t count)
{
	const struct record *const both[] = {s->call, s->main};
	struct user u = {.uid = NAMES_UNSET};

	for (size_t r = 0; r < LEN(both); r++)
		for (size_t i = 0; i < count; i++)
			if (both[r] && record_field(both[r], sv_cstr(fields[i]), &u.field) &&
			    num_u32(u.field.value, &u.uid)) {
				u.record = both[r];
				return u;
			}
	return u;
}

static void find_actor(struct search *s, enum story_actor wish)
{
	static const char *const login_fields[] = {"auid"};
	static const char *const acting_fields[] = {"euid", "uid"};
	struct story *d = s->out;
	struct user login = find_user(s, login_fields, LEN(login_fields));
	struct user acting = find_user(s, acting_fields, LEN(acting_fields));

	if (login.record && login.uid != NAMES_UNSET) {
		d->actor = ACTOR_USER;
		d->who = user_text(s, login.record, &login.field, login.uid);
		if (acting.record && acting.uid != login.uid && wish == ACTOR_USER)
			d->acting = user_text(s, acting.record, &acting.field, acting.uid);
		return;
	}
	d->actor = wish;
	if (wish == ACTOR_PROGRAM || (wish == ACTOR_USER && !acting.record)) {
		d->actor = d->program.n ? ACTOR_PROGRAM : ACTOR_SOMEONE;
		d->who = d->program;
	} else if (wish == ACTOR_USER) {
		d->actor = ACTOR_NOLOGIN;
		d->who = user_text(s, acting.record, &acting.field, acting.uid);
	}
}

/* ---- with what, from where ---- */

static struct sv first_of(struct sv a, struct sv b)
{
	return a.n ? a : b;
}

static void find_program(struct search *s)
{
	struct sv path = first_of(story_said(s, s->main, "exe"), story_own(s, s->call, "exe"));

	s->out->program = path;
	if (path.n == 0)
		s->out->program =
			first_of(story_said(s, s->main, "comm"), story_own(s, s->call, "comm"));
}

/* The kernel writes pts0, programs /dev/pts/0 or pts/0. */
static struct sv terminal_name(struct search *s, struct sv tty)
{
	size_t from = s->n->scratch.n;

	if (sv_starts(tty, SV("/dev/")))
		return sv_from(tty, 5);
	if (tty.n < 4 || !sv_starts(tty, SV("pts")) || tty.p[3] == '/')
		return tty;
	buf_puts(&s->n->scratch, "pts/");
	buf_put(&s->n->scratch, sv_from(tty, 3));
	return story_keep(s, from);
}

static void find_origin(struct search *s)
{
	struct story *d = s->out;
	struct sv tty = first_of(story_said(s, s->main, "terminal"), story_own(s, s->main, "tty"));

	d->terminal = terminal_name(s, first_of(tty, story_own(s, s->call, "tty")));
	d->address = first_of(story_said(s, s->main, "addr"), story_said(s, s->main, "hostname"));
	d->key = first_of(story_own(s, s->call, "key"), story_own(s, s->main, "key"));
}

static void find_pid(struct search *s)
{
	uint64_t pid;

	if ((story_number(s->call, "pid", 10, &pid) || story_number(s->main, "pid", 10, &pid)) &&
	    pid <= INT32_MAX)
		s->out->pid = (uint32_t)pid;
}

/* ---- what came of it ---- */

static enum story_outcome outcome_of(struct sv word)
{
	static const struct {
		const char *word;
		enum story_outcome outcome;
	} words[] = {
		{"success", STORY_DONE},  {"yes", STORY_DONE},  {"1", STORY_DONE},
		{"failed", STORY_FAILED}, {"no", STORY_FAILED}, {"0", STORY_FAILED},
	};

	for (size_t i = 0; i < LEN(words); i++)
		if (sv_eq(sv_cstr(words[i].word), word))
			return words[i].outcome;
	return STORY_UNSAID;
}

static void find_outcome(struct search *s)
{
	struct story *d = s->out;
	struct sv word = first_of(story_said(s, s->main, "res"), story_said(s, s->main, "result"));
	struct field exit;
	int64_t code;

	d->outcome = outcome_of(first_of(word, story_own(s, s->call, "success")));
	if (s->main != s->call || d->outcome != STORY_FAILED ||
	    !record_field(s->call, SV("exit"), &exit) || !num_i64(exit.value, &code) || code >= 0 ||
	    code < -ERRNO_MAX)
		return;
	d->error = (int)-code;
	if (d->error == EINPROGRESS)
		d->outcome = STORY_UNDERWAY;
}

/* ---- the story ---- */

static int rank_of(const struct record *r)
{
	return normalise_find_type(r->type)->story.rank;
}

static void pick_records(struct search *s)
{
	int best = rank_of(&s->records[0]);

	s->main = &s->records[0]; /* an event has at least one */
	for (size_t i = 0; i < s->count; i++) {
		const struct record *r = &s->records[i];

		if (!s->call && (r->type == AUDIT_SYSCALL || r->type == AUDIT_URINGOP))
			s->call = r;
		if (rank_of(r) > best) {
			best = rank_of(r);
			s->main = r;
		}
	}
}

const char *story_call_name(const struct record *r)
{
	uint64_t arch, nr;

	if (r->type == AUDIT_URINGOP)
		return story_number(r, "uring_op", 10, &nr) && nr <= UINT32_MAX
			       ? uringop_name((uint32_t)nr)
			       : NULL;
	if (!story_number(r, "arch", 16, &arch) || arch > UINT32_MAX ||
	    !story_number(r, "syscall", 10, &nr) || nr > UINT32_MAX)
		return NULL;
	return syscall_name(machine_of_arch((uint32_t)arch), (uint32_t)nr);
}

static void find_story(struct search *s)
{
	const struct story_type *type = &normalise_find_type(s->main->type)->story;
	const struct story_call *call =
		s->main == s->call ? &normalise_find_call(sv_cstr(story_call_name(s->call)))->story
				   : NULL;
	struct sv op = story_said(s, s->main, "op");

	s->out->verb = verb_by_op(s->main->type, op, call ? call->verb : type->verb);
	s->out->is_fragment = type->rank == 0;
	find_program(s);
	find_outcome(s);
	find_actor(s, type->actor);
	find_origin(s);
	find_pid(s);
	story_find_object(s, call ? &call->place : &type->place);
}

const struct story *story_of(struct normaliser *n, struct deed *c)
{
	struct search s = {.n = n,
			   .interpreter = *n->interpreter,
			   .records = c->records,
			   .count = c->count,
			   .out = &c->story};

	if (c->story.record)
		return &c->story;
	s.interpreter.escape = ESCAPE_RAW;
	buf_reset(&n->scratch);
	pick_records(&s);
	c->story.record = s.main;
	find_story(&s);
	return &c->story;
}

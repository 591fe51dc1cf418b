/*
 * From an event to a deed: which record tells the story, who acted, from where, with what, and
 * what came of it. What it was done to is story_object.c's part; what the rows mean is
 * normalise.def's.
 */
#include "record/normalise.h"

#include "base/num.h"
#include "record/escape.h"
#include "record/story.h"

#include <errno.h>
#include <linux/audit.h>

#define ARENA_MAX   ((size_t)1 << 20)
#define SCRATCH_MAX ((size_t)256 << 10)
#define ERRNO_MAX   4095 /* the kernel's highest (linux/err.h) */

struct record_row {
	uint32_t type;
	int rank;
	enum deed_actor actor;
	enum deed_verb_id verb;
	enum deed_kind kind;
	struct story_place place;
};

struct call_row {
	struct sv name;
	enum deed_verb_id verb;
	enum deed_kind kind;
	struct story_place place;
};

struct op_row {
	uint32_t type;
	struct sv word;
	enum deed_verb_id verb;
};

static const struct deed_verb verbs[] = {
#define VERB(id, past, infinitive, joiner, after) {VERB_##id, past, infinitive, joiner, after},
#include "record/normalise.def"
};

static const struct {
	const char *word, *fallback;
} kinds[] = {
#define KIND(id, word, fallback) {word, fallback},
#include "record/normalise.def"
};

static const struct call_row calls[] = {
#define CALL(name, verb, kind, finder, argument)                                                   \
	{{"" name, sizeof(name) - 1}, VERB_##verb, KIND_##kind, {FIND_##finder, argument, "", ""}},
#include "record/normalise.def"
};

static const struct record_row records[] = {
#define RECORD(type, rank, actor, verb, kind, finder, object, second)                              \
	{type, rank, ACTOR_##actor, VERB_##verb, KIND_##kind, {FIND_##finder, -1, object, second}},
#include "record/normalise.def"
};

static const struct op_row ops[] = {
#define OP(type, word, verb) {type, {"" word, sizeof(word) - 1}, VERB_##verb},
#include "record/normalise.def"
};

/* Types that no row knows still get a sentence. */
static const struct record_row unknown_record = {
	0, 1, ACTOR_USER, VERB_LEAVE_RECORD, KIND_NOTHING, {FIND_TYPE, -1, "", ""}};

const struct deed_verb *story_verb(enum deed_verb_id id)
{
	return &verbs[id];
}

const char *deed_kind_fallback(enum deed_kind kind)
{
	return kinds[kind].fallback;
}

const char *deed_kind_word(enum deed_kind kind)
{
	return kinds[kind].word;
}

static const struct record_row *find_record_row(uint32_t type)
{
	size_t low = 0, high = LEN(records);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (records[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	return low < LEN(records) && records[low].type == type ? &records[low] : &unknown_record;
}

static const struct call_row *find_call_row(struct sv name)
{
	size_t low = 0, high = LEN(calls);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = sv_cmp(calls[middle].name, name);

		if (order == 0)
			return &calls[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static const struct deed_verb *op_verb(uint32_t type, struct sv word)
{
	for (size_t i = 0; i < LEN(ops); i++)
		if (ops[i].type == type && sv_eq(ops[i].word, word))
			return &verbs[ops[i].verb];
	return NULL;
}

/* ---- text of fields ---- */

struct sv story_keep(struct story *s, size_t from)
{
	struct buf *b = &s->n->scratch;
	struct sv kept = SV_EMPTY;

	if (!b->failed && b->n > from)
		kept = arena_copy(&s->n->arena, sv_make(b->p + from, b->n - from));
	b->n = from;
	b->failed = false;
	return kept;
}

struct sv story_decode(struct story *s, const struct field *f)
{
	struct buf *b = &s->n->scratch;
	size_t from = b->n;

	if (f->quote || f->value.n < 2 || f->value.n % 2 || !is_hex(f->value))
		return f->value;
	(void)decode_bytes(f->value, b);
	return story_keep(s, from);
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

/* The name that auditd looked up when it wrote the record: UID="root" for uid=0. */
static struct sv enriched_name(struct story *s, const struct record *r, const char *field)
{
	char upper[32];
	struct field f;
	size_t n = 0;

	for (; field[n] && n + 1 < sizeof(upper); n++)
		upper[n] = field[n] >= 'a' && field[n] <= 'z' ? (char)(field[n] - 32) : field[n];
	if (!record_field_from(r, FIELD_TAIL, sv_make(upper, n), &f))
		return SV_EMPTY;
	if (sv_starts(f.value, SV("unknown(")) || says_nothing(&f))
		return SV_EMPTY;
	return story_decode(s, &f);
}

/* The name of a user by the record's enriched tail, the name cache, or as "uid N". */
static struct sv user_text(struct story *s, const struct record *r, const char *field, uint32_t uid)
{
	struct sv name = enriched_name(s, r, field);
	size_t from = s->n->scratch.n;

	if (name.n == 0 && s->n->names)
		name = names_user(s->n->names, uid);
	if (name.n)
		return arena_copy(&s->n->arena, name);
	if (uid == NAMES_UNSET)
		return SV("unset");
	buf_printf(&s->n->scratch, "uid %u", uid);
	return story_keep(s, from);
}

static struct sv field_text(struct story *s, const struct record *r, const char *name,
			    const struct field *f)
{
	enum value_type type = field_value_type(f->name);
	uint32_t uid;

	if (says_nothing(f))
		return SV_EMPTY;
	if (type == VALUE_UID && num_u32(f->value, &uid))
		return user_text(s, r, name, uid);
	return is_encoded(type) ? story_decode(s, f) : f->value;
}

struct sv story_own(struct story *s, const struct record *r, const char *name)
{
	struct field f;

	if (!r || !record_field(r, sv_cstr(name), &f))
		return SV_EMPTY;
	return field_text(s, r, name, &f);
}

struct sv story_said(struct story *s, const struct record *r, const char *name)
{
	struct field f;
	struct sv text = SV_EMPTY;

	if (!r)
		return text;
	if (record_field_from(r, FIELD_USER, sv_cstr(name), &f))
		text = field_text(s, r, name, &f);
	return text.n ? text : story_own(s, r, name);
}

bool story_number(const struct record *r, const char *name, unsigned base, uint64_t *out)
{
	struct field f;

	if (!r || !record_field(r, sv_cstr(name), &f))
		return false;
	return base == 16 ? num_hex64(f.value, out) : num_u64(f.value, out);
}

bool story_argument(const struct story *s, int index, uint64_t *out)
{
	char name[3] = {'a', (char)('0' + index), '\0'};

	return index >= 0 && index <= 3 && story_number(s->call, name, 16, out);
}

struct sv story_prefixed(struct story *s, const char *prefix, struct sv text)
{
	size_t from = s->n->scratch.n;

	buf_puts(&s->n->scratch, prefix);
	buf_put(&s->n->scratch, text);
	return story_keep(s, from);
}

const struct record *story_record(const struct story *s, uint32_t type)
{
	for (size_t i = 0; i < s->ev->count; i++)
		if (s->ev->records[i].type == type)
			return &s->ev->records[i];
	return NULL;
}

/* ---- who ---- */

/* The first of the fields that has a number, in the first of the two records that has one. */
static const struct record *find_uid(const struct story *s, const char *const *fields, size_t count,
				     const char **field, uint32_t *uid)
{
	const struct record *const both[] = {s->call, s->main};

	for (size_t r = 0; r < LEN(both); r++)
		for (size_t i = 0; i < count; i++) {
			uint64_t value;

			if (story_number(both[r], fields[i], 10, &value) && value <= UINT32_MAX) {
				*field = fields[i];
				*uid = (uint32_t)value;
				return both[r];
			}
		}
	return NULL;
}

static void find_actor(struct story *s, enum deed_actor wish)
{
	static const char *const login_fields[] = {"auid"};
	static const char *const acting_fields[] = {"euid", "uid"};
	struct deed *d = s->out;
	const char *login_field, *acting_field;
	uint32_t login = NAMES_UNSET, acting = NAMES_UNSET;
	const struct record *login_in =
		find_uid(s, login_fields, LEN(login_fields), &login_field, &login);
	const struct record *acting_in =
		find_uid(s, acting_fields, LEN(acting_fields), &acting_field, &acting);

	if (login_in && login != NAMES_UNSET) {
		d->actor = ACTOR_USER;
		d->who = user_text(s, login_in, login_field, login);
		if (acting_in && acting != login && wish == ACTOR_USER)
			d->acting = user_text(s, acting_in, acting_field, acting);
		return;
	}
	d->actor = wish;
	if (wish == ACTOR_PROGRAM || (wish == ACTOR_USER && !acting_in)) {
		d->actor = d->program.n ? ACTOR_PROGRAM : ACTOR_SOMEONE;
		d->who = d->program;
	} else if (wish == ACTOR_USER) {
		d->actor = ACTOR_NOLOGIN;
		d->who = user_text(s, acting_in, acting_field, acting);
	}
}

/* ---- with what, from where ---- */

static struct sv first_of(struct sv a, struct sv b)
{
	return a.n ? a : b;
}

static void find_program(struct story *s)
{
	struct sv path = first_of(story_said(s, s->main, "exe"), story_own(s, s->call, "exe"));

	s->out->program = path;
	if (path.n == 0)
		s->out->program =
			first_of(story_said(s, s->main, "comm"), story_own(s, s->call, "comm"));
}

/* The kernel writes pts0, programs /dev/pts/0 or pts/0. */
static struct sv terminal_name(struct story *s, struct sv tty)
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

static void find_origin(struct story *s)
{
	struct deed *d = s->out;
	struct sv tty = first_of(story_said(s, s->main, "terminal"), story_own(s, s->main, "tty"));

	d->terminal = terminal_name(s, first_of(tty, story_own(s, s->call, "tty")));
	d->address = first_of(story_said(s, s->main, "addr"), story_said(s, s->main, "hostname"));
	d->key = first_of(story_own(s, s->call, "key"), story_own(s, s->main, "key"));
}

static void find_pid(struct story *s)
{
	uint64_t pid;

	if ((story_number(s->call, "pid", 10, &pid) || story_number(s->main, "pid", 10, &pid)) &&
	    pid <= INT32_MAX)
		s->out->pid = (uint32_t)pid;
}

/* ---- what came of it ---- */

static enum deed_outcome outcome_of(struct sv word)
{
	static const struct {
		const char *word;
		enum deed_outcome outcome;
	} words[] = {
		{"success", DEED_DONE},  {"yes", DEED_DONE},  {"1", DEED_DONE},
		{"failed", DEED_FAILED}, {"no", DEED_FAILED}, {"0", DEED_FAILED},
	};

	for (size_t i = 0; i < LEN(words); i++)
		if (sv_eq(sv_cstr(words[i].word), word))
			return words[i].outcome;
	return DEED_UNSAID;
}

static void find_outcome(struct story *s)
{
	struct deed *d = s->out;
	struct sv word = first_of(story_said(s, s->main, "res"), story_said(s, s->main, "result"));
	struct field exit;
	int64_t code;

	d->outcome = outcome_of(first_of(word, story_own(s, s->call, "success")));
	if (s->main != s->call || d->outcome != DEED_FAILED ||
	    !record_field(s->call, SV("exit"), &exit) || !num_i64(exit.value, &code) || code >= 0 ||
	    code < -ERRNO_MAX)
		return;
	d->error = (int)-code;
	if (d->error == EINPROGRESS)
		d->outcome = DEED_UNDERWAY;
}

/* ---- the story ---- */

static void pick_records(struct story *s)
{
	int best = find_record_row(s->ev->records[0].type)->rank;

	s->main = &s->ev->records[0]; /* an event has at least one */
	for (size_t i = 0; i < s->ev->count; i++) {
		const struct record *r = &s->ev->records[i];
		int rank = find_record_row(r->type)->rank;

		if (!s->call && (r->type == AUDIT_SYSCALL || r->type == AUDIT_URINGOP))
			s->call = r;
		if (rank > best) {
			best = rank;
			s->main = r;
		}
	}
}

static struct sv call_name(const struct record *r)
{
	const char *name = NULL;
	uint64_t arch, nr;

	if (r->type == AUDIT_URINGOP && story_number(r, "uring_op", 10, &nr) && nr <= UINT32_MAX)
		name = uringop_name((uint32_t)nr);
	else if (story_number(r, "arch", 16, &arch) && arch <= UINT32_MAX &&
		 story_number(r, "syscall", 10, &nr) && nr <= UINT32_MAX)
		name = syscall_name(machine_of_arch((uint32_t)arch), (uint32_t)nr);
	return sv_cstr(name);
}

static void find_deed(struct story *s)
{
	const struct record_row *row = find_record_row(s->main->type);
	const struct call_row *call = s->main == s->call ? find_call_row(call_name(s->call)) : NULL;
	const struct deed_verb *by_op = op_verb(s->main->type, story_said(s, s->main, "op"));

	s->out->verb = by_op ? by_op : &verbs[call ? call->verb : row->verb];
	s->out->kind = call ? call->kind : row->kind;
	s->out->is_fragment = row->rank == 0;
	find_program(s);
	find_outcome(s);
	find_actor(s, row->actor);
	find_origin(s);
	find_pid(s);
	story_find_object(s, call ? &call->place : &row->place);
}

void normalise(struct normaliser *n, const struct event *ev, struct deed *out)
{
	struct story s = {.n = n, .ev = ev, .out = out};

	*out = (struct deed){.stamp = ev->stamp, .node = ev->node};
	arena_reset(&n->arena);
	buf_reset(&n->scratch);
	pick_records(&s);
	out->record = s.main;
	find_deed(&s);
}

void normaliser_init(struct normaliser *n, struct names *names)
{
	*n = (struct normaliser){.names = names, .scratch = BUF_INIT(SCRATCH_MAX)};
	arena_init(&n->arena, ARENA_MAX);
}

void normaliser_release(struct normaliser *n)
{
	arena_release(&n->arena);
	buf_release(&n->scratch);
}

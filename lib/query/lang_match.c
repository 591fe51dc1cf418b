/* Whether a query holds for an event. What virtual fields are made of is lang_subject.c's part. */
#include "query/lang_match.h"

#include "base/num.h"
#include "query/literal.h"
#include "record/escape.h"
#include "table/usertype.h"

#include <inttypes.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX ((size_t)1 << 20)

struct lang_matcher *lang_matcher_new(const struct lang *l, struct names *names)
{
	struct lang_matcher *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->l = l;
	lang_asker_init(&m->asker, names);
	interpreter_init(&m->for_reference, names, ESCAPE_TTY);
	normaliser_init(&m->normaliser, &m->asker.interpreter);
	m->line = m->cwd = BUF_INIT(TEXT_MAX);
	m->kept = calloc(LANG_RECORDS_KEPT + 1, sizeof(*m->kept));
	if (!m->kept) {
		lang_matcher_free(m);
		return NULL;
	}
	for (size_t i = 0; i <= LANG_RECORDS_KEPT; i++)
		expression_matcher_init(&m->kept[i].m, &m->for_reference);
	return m;
}

void lang_matcher_free(struct lang_matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; m->kept && i <= LANG_RECORDS_KEPT; i++)
		expression_matcher_release(&m->kept[i].m);
	free(m->kept);
	normaliser_release(&m->normaliser);
	lang_asker_release(&m->asker);
	buf_release(&m->line);
	buf_release(&m->cwd);
	free(m);
}

const char *lang_matcher_problem(const struct lang_matcher *m)
{
	return m->problem[0] ? m->problem : NULL;
}

/* ---- what cannot be asked ---- */

static void tell_memory(struct lang_matcher *m)
{
	m->is_broken = true;
	if (!m->problem[0])
		(void)snprintf(m->problem, sizeof(m->problem),
			       "event %" PRId64 ".%03" PRIu32 ":%" PRIu64
			       " cannot be asked: no memory",
			       m->event->stamp.sec, m->event->stamp.ms, m->event->stamp.serial);
}

static void tell_pattern(struct lang_matcher *m)
{
	unsigned char why[96];

	m->is_broken = true;
	if (m->problem[0])
		return;
	(void)pcre2_get_error_message(m->asker.error, why, sizeof(why));
	(void)snprintf(m->problem, sizeof(m->problem),
		       "event %" PRId64 ".%03" PRIu32 ":%" PRIu64
		       " cannot be asked for ~ \"%.*s\": %s",
		       m->event->stamp.sec, m->event->stamp.ms, m->event->stamp.serial,
		       SV_FMT(sv_head(m->asker.failed->written, 64)), (const char *)why);
	for (char *c = m->problem; *c; c++)
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			*c = '?';
}

static void collect_problems(struct lang_matcher *m)
{
	if (m->asker.failed)
		tell_pattern(m);
	if (m->asker.is_short || m->line.failed || m->cwd.failed)
		tell_memory(m);
	for (size_t i = 0; i < m->kept_count; i++) {
		if (m->kept[i].m.failed)
			tell_memory(m);
		m->kept[i].m.failed = false;
	}
	m->asker.failed = NULL;
	m->asker.is_short = false;
	buf_reset(&m->line);
	buf_reset(&m->cwd);
}

/* ---- fields ---- */

struct expression_matcher *lang_words(struct lang_matcher *m, size_t record)
{
	size_t slot = record < LANG_RECORDS_KEPT ? record : LANG_RECORDS_KEPT;
	struct lang_words_kept *k = &m->kept[slot];
	const struct record *r = &m->event->records[record];

	if (slot >= m->kept_count)
		m->kept_count = slot + 1;
	if (k->record == r)
		return &k->m;
	k->record = NULL;
	if (!words_read(&k->m.words, r)) {
		k->m.failed = true;
		return NULL;
	}
	k->record = r;
	return &k->m;
}

bool lang_offer(struct lang_matcher *m, const struct lang_node *n, struct sv text,
		struct lang_verdict *v)
{
	v->is_there = true;
	if (n->kind == LANG_HAS)
		return true;
	v->fits = lang_accepts_text(n, text, &m->asker);
	return v->fits;
}

/* The name that auditd left for it; "unknown(1000)" is none. */
static bool name_in_tail(const struct record *r, struct sv name, struct sv *out)
{
	const struct record tail_only = {.line = r->line, .tail = r->tail};
	struct fields it;
	struct field f;

	if (r->tail.n == 0)
		return false;
	fields_init(&it, &tail_only);
	while (fields_next(&it, &f))
		if (f.origin == FIELD_TAIL && sv_eq_nocase(f.name, name)) {
			*out = f.value;
			return !sv_starts(f.value, SV("unknown"));
		}
	return false;
}

static bool is_text(const struct lang_node *n)
{
	for (size_t i = 0; i < n->test_count; i++)
		if (n->tests[i].kind == LANG_TEST_TEXT)
			return true;
	return false;
}

/* Users and groups: the name that stands in the record beats what its number is here. */
static bool id_fits(struct lang_matcher *m, const struct lang_node *n, const struct record *r,
		    const struct trail_field *f, enum value_type type)
{
	struct sv name;

	if (name_in_tail(r, f->name, &name))
		return lang_accepts_name(n, name, &m->asker);
	return is_text(n) && lang_accepts_id(n, type == VALUE_GID, f->raw);
}

static bool in_words_fits(struct lang_matcher *m, const struct lang_node *n,
			  struct expression_matcher *w, const struct trail_field *f)
{
	struct buf *text = &m->asker.text;
	bool fits;

	buf_reset(text);
	w->words.interpreter = &m->asker.interpreter;
	words_put(&w->words, f, text);
	w->words.interpreter = &m->for_reference;
	m->asker.is_short |= text->failed;
	/* The buffer is the asker's too, but it puts nothing there while it compares texts. */
	fits = !text->failed && lang_accepts_text(n, buf_view(text), &m->asker);
	return fits;
}

/*
 * By its name, so that an index, which does not know the record, can say the same; but the arguments
 * of a program are not those of a system call, and what a user record calls id= may be a group.
 */
static enum value_type type_of(const struct words *w, const struct trail_field *f)
{
	enum value_type by_name = field_value_type(f->name), type = words_type(w, f);
	bool is_by_record = (w->record->type == AUDIT_EXECVE && lang_is_argument(f->name)) ||
			    type == VALUE_GID || type == VALUE_SOCKADDR ||
			    by_name == VALUE_SOCKADDR;

	return is_by_record ? type : by_name;
}

/* What the record's arch= says; this machine where it says nothing that is known. */
static enum machine machine_of(struct words *w)
{
	const struct trail_field *f = words_find(w, SV("arch"));
	uint64_t arch;
	enum machine m = MACHINE_UNKNOWN;

	if (f && num_hex64(f->raw, &arch) && arch <= UINT32_MAX)
		m = machine_of_arch((uint32_t)arch);
	return m == MACHINE_UNKNOWN ? machine_native() : m;
}

/* System calls: as with users, the name in the record beats what the number is called. */
static bool call_fits(struct lang_matcher *m, const struct lang_node *n,
		      struct expression_matcher *w, const struct trail_field *f)
{
	struct sv name;

	if (name_in_tail(w->words.record, f->name, &name))
		return lang_accepts_name(n, name, &m->asker);
	return lang_accepts_call(
		n, sv_eq(f->name, SV("uring_op")) ? MACHINE_URING : machine_of(&w->words), f->raw,
		&m->asker);
}

static bool is_number_type(enum value_type type)
{
	return type == VALUE_A0 || type == VALUE_A1 || type == VALUE_A2 || type == VALUE_A3;
}

static bool value_fits(struct lang_matcher *m, const struct lang_node *n,
		       struct expression_matcher *w, const struct trail_field *f)
{
	char address[LANG_ADDRESS_MAX];
	enum value_type type;

	if (f->decoded)
		return lang_accepts_text(n, f->raw, &m->asker);
	type = type_of(&w->words, f);
	if (lang_accepts_raw(n, type, f->raw, &m->asker))
		return true;
	if ((type == VALUE_UID || type == VALUE_GID) && id_fits(m, n, w->words.record, f, type))
		return true;
	if (type == VALUE_SYSCALL)
		return call_fits(m, n, w, f);
	if (type == VALUE_SOCKADDR && lang_socket_address(f->raw, address) &&
	    lang_accepts_text(n, sv_cstr(address), &m->asker))
		return true;
	switch (lang_words_of(n, f->name)) {
	case LANG_WORDS_NONE:
		return false;
	case LANG_WORDS_ALONE:
		return lang_accepts_words(n, f->name, f->raw, &m->asker);
	case LANG_WORDS_RECORD:
		/*
		 * An argument of a system call is a number: in quotes it is nothing else. In TRUSTED_APP
		 * anything is text.
		 */
		return (!is_number_type(type) || f->raw.n == 0 || f->raw.p[0] != '"') &&
		       w->words.record->type != AUDIT_TRUSTED_APP && in_words_fits(m, n, w, f);
	}
	return false;
}

/* Several keys of one field are one after the other. */
static const struct trail_field *next_key(struct words *w, const struct trail_field *f, size_t *at)
{
	const struct trail_field *next;

	while ((next = words_at(w, *at)) && next != f)
		(*at)++;
	next = next ? words_at(w, ++*at) : NULL;
	return next && next->decoded ? next : NULL;
}

/* A name that auditd left counts where its number is not to be found. */
static void ask_tail(struct lang_matcher *m, const struct lang_node *n, struct sv name,
		     size_t record, struct lang_verdict *v)
{
	enum value_type type = field_value_type(name);
	struct sv text;

	if (n->kind != LANG_COMPARE || !lang_has_name(type) ||
	    !name_in_tail(&m->event->records[record], name, &text))
		return;
	v->is_there = true;
	v->fits |= lang_accepts_name(n, text, &m->asker);
}

void lang_ask_field(struct lang_matcher *m, const struct lang_node *n, struct sv name,
		    size_t record, struct lang_verdict *v)
{
	struct expression_matcher *w = lang_words(m, record);
	const struct trail_field *f = w ? words_find(&w->words, name) : NULL;
	size_t at = 0;

	if (!f) {
		ask_tail(m, n, name, record, v);
		return;
	}
	v->is_there = true;
	for (; f && n->kind == LANG_COMPARE && !v->fits;
	     f = f->decoded ? next_key(&w->words, f, &at) : NULL)
		v->fits = value_fits(m, n, w, f);
}

/* ---- one operand ---- */

/* The longest part of a text that a hexadecimal value would hold as it is; proctitle= has NULs for blanks. */
static bool holds_decoded(struct lang_matcher *m, struct words *w, struct sv text)
{
	const struct trail_field *f;

	for (size_t i = 0; (f = words_at(w, i)); i++) {
		buf_reset(&m->line);
		if (f->decoded)
			buf_put(&m->line, f->raw);
		else if (!is_hex(f->raw) || !decode_pairs(f->raw, &m->line))
			continue;
		for (size_t b = 0; b < m->line.n; b++)
			if (m->line.p[b] == '\0')
				m->line.p[b] = ' ';
		if (sv_find(buf_view(&m->line), text) < m->line.n)
			return true;
	}
	return false;
}

static bool record_holds_text(struct lang_matcher *m, const struct lang_node *n, size_t record)
{
	const struct record *r = &m->event->records[record];
	struct expression_matcher *w;

	if (sv_find(r->line, n->tests->text) < r->line.n)
		return true;
	if (!n->hex || !literal_in(n->hex, r->line))
		return false;
	w = lang_words(m, record);
	return w && holds_decoded(m, &w->words, n->tests->text);
}

static bool record_fits_reference(struct lang_matcher *m, const struct lang_node *n, size_t record)
{
	struct expression_matcher *w = lang_words(m, record);

	return w && expression_matches_words(n->reference, &m->event->records[record], w);
}

static bool verdict_holds(const struct lang_node *n, const struct lang_verdict *v)
{
	if (n->kind == LANG_HAS)
		return v->is_there;
	return n->is_negated ? v->is_there && !v->fits : v->fits;
}

/* ---- of one record ---- */

static void ask_record(struct lang_matcher *m, const struct lang_node *n, size_t record,
		       struct lang_verdict *v)
{
	if (n->subject == LANG_SUBJECT_FIELD)
		lang_ask_field(m, n, n->name, record, v);
	else
		lang_ask_record(m, n, record, v);
}

static bool record_holds(struct lang_matcher *m, const struct lang_node *n, size_t record)
{
	bool wanted = n->kind == LANG_ANY;
	struct lang_verdict v = {0};

	switch (n->kind) {
	case LANG_COMPARE:
	case LANG_HAS:
		ask_record(m, n, record, &v);
		return verdict_holds(n, &v);
	case LANG_TEXT:
		return record_holds_text(m, n, record);
	case LANG_REFERENCE:
		return record_fits_reference(m, n, record);
	case LANG_NO:
		return !record_holds(m, n->child, record);
	case LANG_ALL:
	case LANG_ANY:
		for (size_t i = 0; i < n->child_count; i++)
			if (record_holds(m, n->cheap[i], record) == wanted)
				return wanted;
		return !wanted;
	case LANG_AND:
	case LANG_OR:
	case LANG_NOT:
		break; /* the parser lets none in here */
	}
	return false;
}

/* ---- of the event ---- */

static bool compare_holds(struct lang_matcher *m, const struct lang_node *n)
{
	struct lang_verdict v = {0};

	if (lang_subject_is_of_event(n->subject)) {
		lang_ask_event(m, n, &v);
		return verdict_holds(n, &v);
	}
	for (size_t i = 0; i < m->event->count; i++) {
		ask_record(m, n, i, &v);
		if (v.fits || (n->kind == LANG_HAS && v.is_there))
			break;
	}
	return verdict_holds(n, &v);
}

static bool event_holds(struct lang_matcher *m, const struct lang_node *n)
{
	bool wanted = n->kind == LANG_OR;

	switch (n->kind) {
	case LANG_AND:
	case LANG_OR:
		for (size_t i = 0; i < n->child_count; i++)
			if (event_holds(m, n->cheap[i]) == wanted)
				return wanted;
		return !wanted;
	case LANG_NOT:
		return !event_holds(m, n->child);
	case LANG_COMPARE:
	case LANG_HAS:
		return compare_holds(m, n);
	case LANG_ALL:
	case LANG_ANY:
	case LANG_NO:
	case LANG_TEXT:
	case LANG_REFERENCE:
		for (size_t i = 0; i < m->event->count; i++)
			if (record_holds(m, n, i))
				return true;
		return false;
	}
	return false;
}

bool lang_matches(const struct lang *l, const struct event *event, struct lang_matcher *m)
{
	bool holds;

	if (!l->root)
		return true;
	for (size_t i = 0; i < m->kept_count; i++)
		m->kept[i].record = NULL;
	m->kept_count = 0;
	m->event = event;
	m->has_deed = m->knows_cwd = m->is_broken = false;
	holds = event_holds(m, l->root);
	collect_problems(m);
	return holds || m->is_broken;
}

/*
 * Virtual fields: what stands in a record's head, what is made of several fields, and what the
 * normaliser says of an event.
 */
#include "query/lang_match.h"

#include "record/address.h"
#include "record/escape.h"

#include <arpa/inet.h>
#include <linux/audit.h>

#define NAME(text)                                                                                 \
	{                                                                                          \
		"" text, sizeof(text) - 1                                                          \
	}

static const struct sv user_fields[] = {NAME("auid"), NAME("uid"), NAME("euid"), NAME("acct")};
static const struct sv address_fields[] = {NAME("addr"),  NAME("hostname"), NAME("laddr"),
					   NAME("raddr"), NAME("saddr"),    NAME("daddr")};
static const struct sv port_fields[] = {NAME("port"),  NAME("lport"), NAME("rport"), NAME("fport"),
					NAME("sport"), NAME("dport"), NAME("saddr"), NAME("addr")};
static const struct sv path_fields[] = {NAME("name"), NAME("path"),     NAME("cwd"),
					NAME("dir"),  NAME("new-disk"), NAME("saddr")};

const struct sv *lang_subject_fields(enum lang_subject s, size_t *count)
{
	static const struct {
		enum lang_subject subject;
		const struct sv *names;
		size_t count;
	} rows[] = {
		{LANG_SUBJECT_USER, user_fields, LEN(user_fields)},
		{LANG_SUBJECT_ADDR, address_fields, LEN(address_fields)},
		{LANG_SUBJECT_PORT, port_fields, LEN(port_fields)},
		{LANG_SUBJECT_PATH, path_fields, LEN(path_fields)},
	};

	for (size_t i = 0; i < LEN(rows); i++)
		if (rows[i].subject == s) {
			*count = rows[i].count;
			return rows[i].names;
		}
	return NULL;
}

/* ---- heads ---- */

static int64_t milliseconds(const struct stamp *s)
{
	int64_t ms;

	if (__builtin_mul_overflow(s->sec, (int64_t)1000, &ms) ||
	    __builtin_add_overflow(ms, (int64_t)s->ms, &ms))
		return s->sec < 0 ? INT64_MIN : INT64_MAX;
	return ms;
}

static bool time_fits(const struct lang_node *n, const struct lang_test *t, int64_t ms)
{
	switch (n->order) {
	case LANG_EQ:
	case LANG_MATCH:
		return ms >= t->from_ms && ms <= t->to_ms;
	case LANG_LT:
		return ms < t->from_ms;
	case LANG_LE:
		return ms <= t->to_ms;
	case LANG_GT:
		return ms > t->from_ms;
	case LANG_GE:
		return ms >= t->from_ms;
	}
	return false;
}

static void ask_head(const struct lang_node *n, const struct record *r, struct lang_verdict *v)
{
	v->is_there = true;
	for (size_t i = 0; i < n->test_count && !v->fits; i++)
		v->fits = n->subject == LANG_SUBJECT_TIME
				  ? time_fits(n, &n->tests[i], milliseconds(&r->stamp))
				  : lang_order_fits(n->order,
						    stamp_cmp(&r->stamp, &n->tests[i].stamp));
}

static void ask_type(struct lang_matcher *m, const struct lang_node *n, const struct record *r,
		     struct lang_verdict *v)
{
	v->is_there = true;
	if (n->kind == LANG_COMPARE)
		v->fits |= lang_accepts_number(n, (struct lang_number){false, r->type}) ||
			   lang_accepts_text(n, r->type_name, &m->asker);
}

/* ---- addresses and ports ---- */

bool lang_is_socket(struct lang_matcher *m, size_t record, const struct trail_field *f)
{
	return interpret_type(m->event->records[record].type, f->name, f->raw) == VALUE_SOCKADDR;
}

/* Both families have the port at the same place. */
static bool socket_port(const struct address *a, struct lang_number *out)
{
	bool is_internet = a->is.any.sa_family == AF_INET || a->is.any.sa_family == AF_INET6;

	*out = (struct lang_number){false, ntohs(a->is.in.sin_port)};
	return is_internet;
}

static void offer_address(struct lang_matcher *m, const struct lang_node *n, struct sv text,
			  struct lang_verdict *v)
{
	if (text.n == 0 || sv_eq(text, SV("?")) || sv_eq(text, SV("(null)")))
		return;
	v->is_there = true;
	if (n->kind == LANG_COMPARE)
		v->fits |= lang_accepts_address(n, text, &m->asker);
}

static void ask_address(struct lang_matcher *m, const struct lang_node *n, size_t record,
			const struct trail_field *f, struct lang_verdict *v)
{
	char text[LANG_ADDRESS_MAX];

	if (!lang_is_socket(m, record, f))
		offer_address(m, n, lang_unquoted(f->raw), v);
	else if (lang_socket_address(f->raw, text))
		offer_address(m, n, sv_cstr(text), v);
}

static void offer_port(struct lang_matcher *m, const struct lang_node *n, struct lang_number port,
		       struct sv text, struct lang_verdict *v)
{
	v->is_there = true;
	if (n->kind == LANG_COMPARE)
		v->fits |= lang_accepts_number(n, port) || lang_accepts_text(n, text, &m->asker);
}

static void ask_port(struct lang_matcher *m, const struct lang_node *n, size_t record,
		     const struct trail_field *f, struct lang_verdict *v)
{
	struct sv text = lang_unquoted(f->raw), host;
	struct lang_number port;
	struct address a;

	if (lang_is_socket(m, record, f)) {
		if (!address_decode(f->raw, &a) || !socket_port(&a, &port))
			return;
		buf_reset(&m->line);
		buf_put_u64(&m->line, port.size);
		offer_port(m, n, port, buf_view(&m->line), v);
		return;
	}
	/* ADDRESS:PORT of auditd; an IPv6 address has more colons. */
	if (sv_eq(f->name, SV("addr")) &&
	    (!sv_cut(text, ':', &host, &text) || sv_index(text, ':') < text.n))
		return;
	if (!sv_eq(f->name, SV("saddr")) && lang_number_of(VALUE_UNCLASSIFIED, text, &port))
		offer_port(m, n, port, text, v);
}

/* ---- the command line ---- */

/* a0, a12, a2[0]: of EXECVE. */
static bool is_argument(struct sv name)
{
	return name.n >= 2 && name.p[0] == 'a' && name.p[1] >= '0' && name.p[1] <= '9' &&
	       sv_find(name, SV("_len")) == name.n;
}

/* One word: it stays behind those that are in the buffer. */
static bool ask_argument(struct lang_matcher *m, const struct lang_node *n,
			 const struct trail_field *f, struct lang_verdict *v)
{
	size_t from;

	if (m->line.n)
		buf_putc(&m->line, ' ');
	from = m->line.n;
	if (sv_starts(f->raw, SV("\"")) || !decode_pairs(f->raw, &m->line))
		buf_put(&m->line, lang_unquoted(f->raw));
	return !m->line.failed && lang_offer(m, n, sv_from(buf_view(&m->line), from), v);
}

/* The pieces of a word that is too long for a record count as words. */
static void ask_args(struct lang_matcher *m, const struct lang_node *n, struct lang_verdict *v)
{
	const struct trail_field *f;

	buf_reset(&m->line);
	for (size_t i = 0; i < m->event->count; i++) {
		struct expression_matcher *w =
			m->event->records[i].type == AUDIT_EXECVE ? lang_words(m, i) : NULL;

		for (size_t k = 0; w && (f = words_at(&w->words, k)); k++)
			if (is_argument(f->name) && ask_argument(m, n, f, v))
				return;
	}
	if (m->line.n)
		(void)lang_offer(m, n, buf_view(&m->line), v);
}

/* ---- what the normaliser says ---- */

static struct deed *deed_of(struct lang_matcher *m)
{
	if (!m->has_deed)
		normalise(&m->normaliser, m->event->records, m->event->count, NORMALISE_PLAIN,
			  &m->deed);
	m->has_deed = true;
	return &m->deed;
}

static bool offer_some(struct lang_matcher *m, const struct lang_node *n, struct sv text,
		       struct lang_verdict *v)
{
	return text.n && lang_offer(m, n, text, v);
}

static bool offer_slot(struct lang_matcher *m, const struct lang_node *n, enum deed_slot slot,
		       struct lang_verdict *v)
{
	struct deed *d = deed_of(m);

	if (!d->value[slot].record)
		return false;
	buf_reset(&m->line);
	if (slot == SLOT_OBJECT)
		deed_put_path(&m->normaliser, d, &d->value[slot], &m->line);
	else
		deed_put(&m->normaliser, &d->value[slot], &m->line);
	return !m->line.failed && offer_some(m, n, buf_view(&m->line), v);
}

static void ask_outcome(struct lang_matcher *m, const struct lang_node *n, struct lang_verdict *v)
{
	struct deed *d = deed_of(m);
	bool is_success;

	if (d->value[SLOT_RESULT].record) {
		is_success = deed_is_success(&m->normaliser, &d->value[SLOT_RESULT]);
	} else {
		const struct story *s = story_of(&m->normaliser, d);

		if (s->outcome != STORY_DONE && s->outcome != STORY_FAILED)
			return;
		is_success = s->outcome == STORY_DONE;
	}
	(void)lang_offer(m, n, is_success ? SV("success") : SV("failed"), v);
}

static void ask_program(struct lang_matcher *m, const struct lang_node *n, struct lang_verdict *v)
{
	struct deed *d = deed_of(m);

	if (!offer_some(m, n, d->how, v))
		(void)offer_some(m, n, story_of(&m->normaliser, d)->program, v);
}

static void ask_subject(struct lang_matcher *m, const struct lang_node *n, struct lang_verdict *v)
{
	if (!offer_slot(m, n, SLOT_SUBJECT, v))
		(void)offer_some(m, n, story_of(&m->normaliser, deed_of(m))->who, v);
}

static void ask_object(struct lang_matcher *m, const struct lang_node *n, struct lang_verdict *v)
{
	if (!offer_slot(m, n, SLOT_OBJECT, v))
		(void)offer_some(m, n, story_of(&m->normaliser, deed_of(m))->object, v);
}

/* ---- which is asked how ---- */

void lang_ask_event(struct lang_matcher *m, const struct lang_node *n, struct lang_verdict *v)
{
	switch (n->subject) {
	case LANG_SUBJECT_PATH:
		lang_ask_paths(m, n, v);
		return;
	case LANG_SUBJECT_ARGS:
		ask_args(m, n, v);
		return;
	case LANG_SUBJECT_SUBJECT:
		ask_subject(m, n, v);
		return;
	case LANG_SUBJECT_ACTION:
		(void)offer_some(m, n, deed_of(m)->action, v);
		return;
	case LANG_SUBJECT_OBJECT:
		ask_object(m, n, v);
		return;
	case LANG_SUBJECT_OUTCOME:
		ask_outcome(m, n, v);
		return;
	case LANG_SUBJECT_PROGRAM:
		ask_program(m, n, v);
		return;
	case LANG_SUBJECT_FIELD:
	case LANG_SUBJECT_TYPE:
	case LANG_SUBJECT_NODE:
	case LANG_SUBJECT_TIME:
	case LANG_SUBJECT_SERIAL:
	case LANG_SUBJECT_EVENT:
	case LANG_SUBJECT_USER:
	case LANG_SUBJECT_ADDR:
	case LANG_SUBJECT_PORT:
		break; /* of records */
	}
}

static void ask_fields(struct lang_matcher *m, const struct lang_node *n, size_t record,
		       struct lang_verdict *v)
{
	struct expression_matcher *w = lang_words(m, record);
	size_t count = 0;
	const struct sv *names = lang_subject_fields(n->subject, &count);

	for (size_t i = 0; w && i < count && !v->fits; i++) {
		const struct trail_field *f;

		if (n->subject == LANG_SUBJECT_USER) {
			lang_ask_field(m, n, names[i], record, v);
			continue;
		}
		f = words_find(&w->words, names[i]);
		if (!f || f->decoded)
			continue;
		if (n->subject == LANG_SUBJECT_ADDR)
			ask_address(m, n, record, f, v);
		else
			ask_port(m, n, record, f, v);
	}
}

void lang_ask_record(struct lang_matcher *m, const struct lang_node *n, size_t record,
		     struct lang_verdict *v)
{
	const struct record *r = &m->event->records[record];

	switch (n->subject) {
	case LANG_SUBJECT_TYPE:
		ask_type(m, n, r, v);
		return;
	case LANG_SUBJECT_NODE:
		if (r->node.n)
			(void)lang_offer(m, n, r->node, v);
		return;
	case LANG_SUBJECT_TIME:
	case LANG_SUBJECT_EVENT:
		ask_head(n, r, v);
		return;
	case LANG_SUBJECT_SERIAL:
		v->is_there = true;
		if (n->kind == LANG_COMPARE)
			v->fits = lang_accepts_number(n,
						      (struct lang_number){false, r->stamp.serial});
		return;
	case LANG_SUBJECT_USER:
	case LANG_SUBJECT_ADDR:
	case LANG_SUBJECT_PORT:
		ask_fields(m, n, record, v);
		return;
	case LANG_SUBJECT_FIELD:
	case LANG_SUBJECT_SUBJECT:
	case LANG_SUBJECT_ACTION:
	case LANG_SUBJECT_OBJECT:
	case LANG_SUBJECT_OUTCOME:
	case LANG_SUBJECT_PROGRAM:
	case LANG_SUBJECT_PATH:
	case LANG_SUBJECT_ARGS:
		break;
	}
}

/*
 * What has to hold of any query and any event, for lang_fuzz.c and lang_random_test.c:
 *
 *	- what is written reads back, is written the same, and says the same of the event;
 *	- an event that the query finds is let through by its window, by its literals, by its demand;
 *	- a demand that is sure is right;
 *	- an expression of the reference holds for the same events as in its own reader.
 *
 * The demand is asked here the plain way: of every value that an index would keep.
 */
#ifndef AURUM_QUERY_LANG_CHECK_TEST_H
#define AURUM_QUERY_LANG_CHECK_TEST_H

#include "query/expression.h"
#include "query/lang.h"
#include "record/address.h"
#include "record/escape.h"

#include <arpa/inet.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK_RECORDS_MAX 32

struct check {
	locale_t locale;
	struct when_context when;
	struct names *names;
	struct interpreter interpreter; /* of the reference's reader */
	struct lang_env env;
};

static inline void check_that(bool claim, const char *what, struct sv query, struct sv lines)
{
	if (claim)
		return;
	(void)fprintf(stderr, "%s\nquery: %.*s\n%.*s\n", what, SV_FMT(query), SV_FMT(lines));
	abort();
}

static inline bool check_to_local(int64_t seconds, struct tm *out)
{
	time_t t = seconds;

	return gmtime_r(&t, out) != NULL;
}

static inline bool check_from_local(const struct tm *local, int64_t *out)
{
	struct tm copy = *local;

	*out = timegm(&copy);
	return true;
}

static inline bool check_user_name(void *arg, uint32_t uid, char *out, size_t cap)
{
	(void)arg;
	(void)snprintf(out, cap, "%s", uid == 1000 ? "alice" : "root");
	return uid == 1000 || uid == 0;
}

static inline bool check_user_id(void *arg, const char *name, uint32_t *out)
{
	(void)arg;
	*out = 1000;
	return strcmp(name, "alice") == 0;
}

static const struct name_source check_people = {.user_name = check_user_name,
						.group_name = check_user_name,
						.user_id = check_user_id,
						.group_id = check_user_id};

static inline bool check_init(struct check *c)
{
	c->locale = newlocale(LC_ALL_MASK, "C", NULL);
	c->when = (struct when_context){.now = 1700000000,
					.boot = -1,
					.locale = c->locale,
					.to_local = check_to_local,
					.from_local = check_from_local};
	c->names = names_new(&check_people, NULL);
	c->env = (struct lang_env){&c->when, c->names};
	interpreter_init(&c->interpreter, c->names, ESCAPE_TTY);
	return c->locale && c->names;
}

static inline void check_release(struct check *c)
{
	names_free(c->names);
	freelocale(c->locale);
}

/* ---- a demand, asked of every value ---- */

struct check_answer {
	bool may, must;
};

struct check_values {
	const struct demand *d;
	bool may, is_odd; /* is_odd: an index would not call the field exact */
	struct sv first;
	size_t count; /* in this record, as words */
};

static inline bool check_is_text(const struct demand *d, struct sv text)
{
	bool is_value = d->values == NULL, has_part = d->parts == NULL;

	for (size_t i = 0; i < d->value_count; i++)
		is_value |= sv_eq(d->values[i], text);
	for (size_t i = 0; i < d->part_count; i++)
		has_part |= sv_find(text, d->parts[i]) < text.n;
	return is_value && has_part;
}

static inline bool check_is_number_field(struct sv name)
{
	static const char *const names[] = {"pid", "ppid", "ses",  "inode", "opid", "auid",
					    "uid", "euid", "suid", "gid",   "egid", "id"};

	for (size_t i = 0; i < LEN(names); i++)
		if (sv_eq(sv_cstr(names[i]), name))
			return true;
	return false;
}

static inline bool check_is_number(const struct demand *d, struct sv raw)
{
	while (raw.n > 1 && raw.p[0] == '0')
		raw = sv_from(raw, 1);
	for (size_t i = 0; i < raw.n; i++)
		if (raw.p[i] < '0' || raw.p[i] > '9')
			return true;
	return raw.n == 0 || check_is_text(d, raw);
}

static inline bool check_decoded(const struct demand *d, struct sv raw)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(raw.n + 8);
	struct sv bytes;

	if (!decode_bytes(raw, &text))
		return false;
	bytes = buf_view(&text);
	return check_is_text(d, bytes) || check_is_text(d, sv_head(bytes, sv_index(bytes, '\0')));
}

static inline bool check_is_socket(const struct demand *d, struct sv raw)
{
	char text[INET6_ADDRSTRLEN];
	struct address a;
	struct sv path;

	if (!address_decode(raw, &a))
		return false;
	if (a.is.any.sa_family == AF_INET &&
	    inet_ntop(AF_INET, &a.is.in.sin_addr, text, sizeof(text)))
		return check_is_text(d, sv_cstr(text));
	if (a.is.any.sa_family == AF_INET6 &&
	    inet_ntop(AF_INET6, &a.is.in6.sin6_addr, text, sizeof(text)))
		return check_is_text(d, sv_cstr(text));
	path = sv_make(a.is.local.sun_path, sizeof(a.is.local.sun_path));
	path = path.p[0] ? path : sv_from(path, 1);
	return a.is.any.sa_family == AF_UNIX &&
	       check_is_text(d, sv_head(path, sv_index(path, '\0')));
}

/* Whether the texts that are kept of the value tell that it may fit. */
static inline bool check_texts(const struct demand *d, struct sv raw)
{
	struct sv inside = sv_from(raw, 1);

	if (check_is_number_field(d->field))
		return check_is_number(d, raw);
	if (sv_eq(d->field, SV("saddr")))
		return check_is_text(d, raw) || check_is_socket(d, raw);
	if (raw.n && (raw.p[0] == '"' || raw.p[0] == '\''))
		return check_is_text(d, raw) || check_is_text(d, SV(" ")) ||
		       check_is_text(d, inside) ||
		       check_is_text(d, sv_head(inside, sv_index(inside, raw.p[0])));
	return check_is_text(d, raw) || check_decoded(d, raw) ||
	       (sv_starts(raw, SV("00")) && check_decoded(d, sv_from(raw, 2)));
}

static inline void check_value(struct check_values *v, struct sv raw)
{
	v->may |= v->d->accepts(v->d->arg, raw) && check_texts(v->d, raw);
}

static inline bool check_is_argument(struct sv name)
{
	return name.n >= 2 && name.p[0] == 'a' && name.p[1] >= '0' && name.p[1] <= '9';
}

static inline bool check_is_field(const struct demand *d, const struct record *r, struct sv name)
{
	if (sv_eq(d->field, SV("args")))
		return r->type == AUDIT_EXECVE && check_is_argument(name);
	return sv_eq(name, d->field);
}

static inline void check_words(struct check_values *v, const struct record *r,
			       struct interpreter *ip)
{
	const struct trail_field *f;
	struct words w;

	words_init(&w, ip);
	for (size_t i = 0; words_read(&w, r) && (f = words_at(&w, i)); i++) {
		CLEANUP(buf_release) struct buf raw = BUF_INIT(1 << 20);

		if (!check_is_field(v->d, r, f->name))
			continue;
		/* One of several, or in another spelling than it stands there. */
		v->is_odd |= v->count++ > 0 || f->decoded;
		words_put_raw(f, &raw);
		check_value(v, buf_view(&raw));
		v->first = f->decoded ? SV_EMPTY : f->raw;
	}
	words_release(&w);
}

static inline void check_fields(struct check_values *v, const struct record *r)
{
	struct fields it;
	struct field f;
	size_t count = 0;

	fields_init(&it, r);
	while (fields_next(&it, &f)) {
		struct sv raw = f.value;
		bool is_tail = f.origin == FIELD_TAIL;

		if (is_tail ? !sv_eq_nocase(f.name, v->d->field) || v->d->field.p[0] > 'Z'
			    : !check_is_field(v->d, r, f.name))
			continue;
		if (f.quote)
			raw = sv_make(raw.p - 1, raw.n +
							 (raw.p + raw.n < r->line.p + r->line.n &&
							  raw.p[raw.n] == f.quote) +
							 1);
		v->is_odd |= count++ > 0 || (!is_tail && v->count && !sv_eq(raw, v->first)) ||
			     (!is_tail && !v->count);
		check_value(v, raw);
	}
	v->is_odd |= v->count > 0 && count == 0;
}

static inline struct check_answer check_leaf(const struct demand *d, const struct event *event,
					     struct interpreter *ip)
{
	struct check_values v = {.d = d};

	for (size_t i = 0; i < event->count; i++) {
		const struct record *r = &event->records[i];

		if (d->kind == DEMAND_TYPE) {
			check_value(&v, r->type_name);
		} else if (d->kind == DEMAND_NODE) {
			check_value(&v, r->node);
		} else if (d->field.n) {
			v.count = 0;
			check_words(&v, r, ip);
			check_fields(&v, r);
		}
	}
	return (struct check_answer){v.may, v.may && d->is_exact && !v.is_odd};
}

static inline struct check_answer check_demand(const struct demand *d, const struct event *event,
					       struct interpreter *ip)
{
	struct check_answer all = {true, true}, any = {false, false}, one;

	switch (d->kind) {
	case DEMAND_ANYTHING:
		return (struct check_answer){true, false};
	case DEMAND_NOTHING:
		return any;
	case DEMAND_ALL:
	case DEMAND_ANY:
		for (const struct demand *c = d->child; c; c = c->next) {
			one = check_demand(c, event, ip);
			all = (struct check_answer){all.may && one.may, all.must && one.must};
			any = (struct check_answer){any.may || one.may, any.must || one.must};
		}
		return d->kind == DEMAND_ALL ? all : any;
	case DEMAND_NOT:
		one = check_demand(d->child, event, ip);
		return (struct check_answer){!one.must, !one.may};
	case DEMAND_FIELD:
	case DEMAND_TYPE:
	case DEMAND_NODE:
		break;
	}
	return check_leaf(d, event, ip);
}

/* ---- one query and one event ---- */

struct check_query {
	struct check *c;
	struct sv text;
	struct lang l, again;
	struct lang_matcher *m, *m_again;
	struct expression x;
	bool has_expression;
	struct expression_matcher mx;
	struct plan_set sets[PLAN_SETS_MAX];
	size_t set_count;
	struct query window;
	bool is_window; /* the query says it all */
	size_t hits;
};

static inline void check_print(struct check_query *q)
{
	CLEANUP(buf_release) struct buf once = BUF_INIT(1 << 21);
	CLEANUP(buf_release) struct buf twice = BUF_INIT(1 << 21);
	struct lang_problem p;

	lang_put(&q->l, &once);
	if (once.n > LANG_TEXT_MAX)
		once.n = 0;
	if (lang_parse(&q->again, buf_view(&once), &q->c->env, &p) != 0)
		check_that(false, p.text, q->text, buf_view(&once));
	lang_put(&q->again, &twice);
	check_that(sv_eq(buf_view(&once), buf_view(&twice)), "it is written in two ways", q->text,
		   buf_view(&once));
	q->m_again = once.n || !q->l.root ? lang_matcher_new(&q->again, q->c->names) : NULL;
}

/* False when the text is no query, which is checked too. */
static inline bool check_open(struct check_query *q, struct check *c, struct sv text)
{
	struct lang_problem p = {0};
	struct err e;
	size_t column;

	*q = (struct check_query){.c = c, .text = text};
	q->has_expression = expression_parse(&q->x, text, &column, &e) == 0;
	if (lang_parse(&q->l, text, &c->env, &p) != 0) {
		CLEANUP(buf_release) struct buf shown = BUF_INIT(1 << 16);

		check_that(!q->has_expression, "the reference takes it", text, sv_cstr(p.text));
		check_that(p.column >= 1 && p.column - 1 + p.length <= text.n && p.text[0],
			   "a problem is nowhere", text, sv_cstr(p.text));
		lang_put_problem(text, &p, &shown);
		return false;
	}
	check_print(q);
	q->m = lang_matcher_new(&q->l, c->names);
	expression_matcher_init(&q->mx, &c->interpreter);
	query_init(&q->window);
	q->is_window = lang_narrow(&q->l, &q->window);
	q->set_count = lang_sets(&q->l, q->sets);
	return true;
}

static inline void check_close(struct check_query *q)
{
	if (q->has_expression)
		expression_release(&q->x);
	if (q->m)
		expression_matcher_release(&q->mx);
	lang_matcher_free(q->m);
	lang_matcher_free(q->m_again);
	lang_release(&q->l);
	lang_release(&q->again);
}

static inline bool check_sets(const struct check_query *q, struct sv lines)
{
	for (size_t i = 0; i < q->set_count; i++) {
		bool holds = false;

		for (size_t k = 0; k < q->sets[i].count; k++)
			holds |= literal_in(&q->sets[i].literals[k], lines);
		if (!holds)
			return false;
	}
	return true;
}

static inline void check_event(struct check_query *q, const struct event *event, struct sv lines)
{
	const struct demand *d = lang_demand(&q->l);
	struct query_scratch scratch;
	struct check_answer a;
	bool hit, fits;

	if (!q->m || !d)
		return;
	hit = lang_matches(&q->l, event, q->m);
	if (lang_matcher_problem(q->m))
		return;
	if (q->m_again)
		check_that(lang_matches(&q->again, event, q->m_again) == hit,
			   "read back it says something else", q->text, lines);
	if (q->has_expression)
		check_that(expression_matches(&q->x, event, &q->mx) == hit,
			   "the reference says something else", q->text, lines);
	query_scratch_init(&scratch);
	fits = query_match(&q->window, event, &scratch);
	query_scratch_release(&scratch);
	a = check_demand(d, event, &q->c->interpreter);
	check_that(!hit || fits, "its window shuts it out", q->text, lines);
	check_that(!q->is_window || hit == fits, "its window does not say it all", q->text, lines);
	check_that(!hit || check_sets(q, lines), "its literals shut it out", q->text, lines);
	check_that(!hit || a.may, "its demand shuts it out", q->text, lines);
	check_that(hit || !a.must || !query_in_window(&q->window, &event->stamp),
		   "its demand is too sure", q->text, lines);
	q->hits += hit;
}

/* Lines that follow one another with one stamp are an event. */
static inline void check_lines(struct check_query *q, struct sv lines)
{
	struct record records[CHECK_RECORDS_MAX], r;
	size_t count = 0;
	struct sv line, start = lines;

	while (lines.n || count) {
		struct event event = {.records = records, .count = count};
		bool more = sv_line(&lines, &line);

		if (more && record_parse(line, &r) != RECORD_OK)
			continue;
		if (more && count && count < CHECK_RECORDS_MAX &&
		    stamp_eq(&r.stamp, &records[0].stamp) && sv_eq(r.node, records[0].node)) {
			records[count++] = r;
			continue;
		}
		if (count) {
			event.stamp = records[0].stamp;
			event.node = records[0].node;
			event.type = records[0].type;
			check_event(q, &event,
				    sv_make(records[0].line.p, (size_t)(records[count - 1].line.p -
									records[0].line.p) +
								       records[count - 1].line.n));
		}
		count = 0;
		if (more)
			records[count++] = r;
	}
	(void)start;
}

#endif

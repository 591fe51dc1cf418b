/* What a query says of times, types, nodes and serial numbers: the window, which needs no record read. */
#include "query/lang_plan.h"

struct narrowing {
	struct query *q;
	bool is_whole; /* the query says all that was looked at so far */
};

static int64_t seconds_of(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : -((999 - ms) / 1000);
}

/* A window has whole seconds. True when it loses nothing. */
static bool narrow_window(struct query *q, int64_t from_ms, int64_t to_ms)
{
	int64_t start = from_ms == INT64_MIN ? INT64_MIN : seconds_of(from_ms);
	int64_t end = to_ms == INT64_MAX ? INT64_MAX : seconds_of(to_ms);

	q->start = start > q->start ? start : q->start;
	q->end = end < q->end ? end : q->end;
	return (from_ms == INT64_MIN || from_ms % 1000 == 0) &&
	       (to_ms == INT64_MAX || (to_ms >= 0 && to_ms % 1000 == 999));
}

static bool narrow_time(struct query *q, const struct lang_node *n)
{
	int64_t from = n->tests[0].from_ms, to = n->tests[0].to_ms;

	for (size_t i = 1; i < n->test_count; i++) {
		from = n->tests[i].from_ms < from ? n->tests[i].from_ms : from;
		to = n->tests[i].to_ms > to ? n->tests[i].to_ms : to;
	}
	switch (n->order) {
	case LANG_EQ:
	case LANG_MATCH:
		return narrow_window(q, from, to) && n->test_count == 1;
	case LANG_LT:
		return narrow_window(q, INT64_MIN, from - 1);
	case LANG_LE:
		return narrow_window(q, INT64_MIN, to);
	case LANG_GT:
		return narrow_window(q, from + 1, INT64_MAX);
	case LANG_GE:
		return narrow_window(q, from, INT64_MAX);
	}
	return false;
}

static bool narrow_types(struct query *q, const struct lang_node *n)
{
	if (q->has_types || n->order != LANG_EQ)
		return false;
	for (size_t i = 0; i < n->test_count; i++) {
		const struct lang_test *t = &n->tests[i];

		if (t->kind != LANG_TEST_NUMBER || t->number.size == 0 ||
		    t->number.size >= QUERY_TYPE_MAX)
			return false;
	}
	for (size_t i = 0; i < n->test_count; i++)
		if (!query_add_type(q, (uint32_t)n->tests[i].number.size))
			return false; /* cannot be: they were looked at above */
	return true;
}

static bool narrow_node(struct query *q, const struct lang_node *n)
{
	if (q->node_count || n->order != LANG_EQ || n->test_count > QUERY_NODES_MAX)
		return false;
	for (size_t i = 0; i < n->test_count; i++)
		if (n->tests[i].kind != LANG_TEST_TEXT && n->tests[i].kind != LANG_TEST_NUMBER)
			return false;
	for (size_t i = 0; i < n->test_count; i++)
		if (!query_add_node(q, n->tests[i].text))
			return false;
	return true;
}

static bool narrow_serial(struct query *q, const struct lang_node *n, uint64_t serial)
{
	if (q->has_serial || n->order != LANG_EQ || n->test_count != 1)
		return false;
	q->has_serial = true;
	q->serial = serial;
	return true;
}

static bool narrow_event(struct query *q, const struct lang_node *n)
{
	const struct lang_test *t = &n->tests[0];

	if (n->order == LANG_EQ && n->test_count == 1) {
		(void)narrow_serial(q, n, t->stamp.serial);
		(void)narrow_window(q, t->stamp.sec * 1000, t->stamp.sec * 1000 + 999);
	}
	return false;
}

/* \timestamp: whole seconds of it. */
static bool narrow_reference(struct query *q, const struct expression_node *x)
{
	int64_t sec = x->stamp.sec;

	if (x->kind != EXPRESSION_COMPARE || x->aspect != EXPRESSION_VALUE ||
	    (x->subject != EXPRESSION_TIMESTAMP && x->subject != EXPRESSION_TIMESTAMP_EX))
		return false;
	if ((x->order == EXPRESSION_EQ || x->order == EXPRESSION_GT || x->order == EXPRESSION_GE) &&
	    sec > q->start)
		q->start = sec;
	if ((x->order == EXPRESSION_EQ || x->order == EXPRESSION_LT || x->order == EXPRESSION_LE) &&
	    sec < q->end)
		q->end = sec;
	return false;
}

static bool narrow_compare(struct query *q, const struct lang_node *n)
{
	if (n->is_negated)
		return false;
	switch ((int)n->subject) {
	case LANG_SUBJECT_TIME:
		return narrow_time(q, n);
	case LANG_SUBJECT_TYPE:
		return narrow_types(q, n);
	case LANG_SUBJECT_NODE:
		return narrow_node(q, n);
	case LANG_SUBJECT_SERIAL:
		return n->tests[0].kind == LANG_TEST_NUMBER &&
		       narrow_serial(q, n, n->tests[0].number.size);
	case LANG_SUBJECT_EVENT:
		return narrow_event(q, n);
	default:
		return false;
	}
}

static bool narrow_node_of(struct query *q, const struct lang_node *n)
{
	bool is_whole = true;

	switch (n->kind) {
	case LANG_AND:
	case LANG_ALL:
		for (const struct lang_node *c = n->child; c; c = c->next)
			is_whole &= narrow_node_of(q, c);
		return is_whole && n->kind == LANG_AND;
	case LANG_COMPARE:
		return narrow_compare(q, n);
	case LANG_REFERENCE:
		return narrow_reference(q, n->reference->root);
	case LANG_OR:
	case LANG_NOT:
	case LANG_ANY:
	case LANG_NO:
	case LANG_HAS:
	case LANG_TEXT:
		break;
	}
	return false;
}

bool lang_narrow(const struct lang *l, struct query *q)
{
	return !l->root || narrow_node_of(q, l->root);
}

bool lang_is_window(const struct lang_node *n)
{
	struct query q;

	query_init(&q);
	return n->kind == LANG_COMPARE && n->subject == LANG_SUBJECT_TIME && narrow_compare(&q, n);
}

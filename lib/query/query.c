/*
 * The query and its predicate. The cheap questions come first: time, serial, types and node
 * stand in the headers; fields are only walked for what the query asks. Each answer is decided
 * as a field is read, so that nothing of an event needs to be kept but the working directory.
 */
#include "query/query.h"

#include "query/look.h"

#define CWD_MAX  ((size_t)64 << 10)
#define TEXT_MAX ((size_t)256 << 10)

#define BIT(item) (UINT32_C(1) << (item))

_Static_assert(QUERY_ITEMS <= 32, "wanted has a bit for each item");

static const bool several[] = {
#define ITEM(id, many) many,
#include "query/item.def"
#undef ITEM
};

void query_init(struct query *q)
{
	*q = (struct query){.start = INT64_MIN, .end = INT64_MAX};
}

void query_want_number(struct query *q, enum query_item item, uint64_t number)
{
	q->wanted |= BIT(item);
	q->number[item] = number;
}

void query_want_text(struct query *q, enum query_item item, struct sv text)
{
	q->wanted |= BIT(item);
	q->text[item] = text;
}

void query_want_user(struct query *q, enum query_item item, uint32_t id, struct sv name)
{
	query_want_number(q, item, id);
	q->text[item] = name;
}

bool query_add_type(struct query *q, uint32_t type)
{
	if (type >= QUERY_TYPE_MAX)
		return false;
	q->has_types = true;
	q->types[type / 64] |= UINT64_C(1) << (type % 64);
	return true;
}

bool query_add_node(struct query *q, struct sv node)
{
	if (q->node_count == QUERY_NODES_MAX)
		return false;
	q->nodes[q->node_count++] = node;
	return true;
}

void query_scratch_init(struct query_scratch *s)
{
	*s = (struct query_scratch){.cwd = BUF_INIT(CWD_MAX), .text = BUF_INIT(TEXT_MAX)};
}

void query_scratch_release(struct query_scratch *s)
{
	buf_release(&s->cwd);
	buf_release(&s->text);
}

static bool is_wanted(const struct query *q, enum query_item item)
{
	return q->wanted & BIT(item == QUERY_CWD ? QUERY_FILE : item);
}

static bool has_type(const struct query *q, const struct event *event)
{
	for (size_t i = 0; i < event->count; i++) {
		uint32_t type = event->records[i].type;

		if (type < QUERY_TYPE_MAX && q->types[type / 64] >> (type % 64) & 1)
			return true;
	}
	return false;
}

static bool has_node(const struct query *q, const struct event *event)
{
	for (size_t i = 0; i < q->node_count; i++)
		if (event->node.n && sv_eq(q->nodes[i], event->node))
			return true;
	return false;
}

/* ---- one record ---- */

/* The row's field in the record: the first alternative that is there. */
static bool find_field(const struct record *r, const struct look_row *row, struct field *out)
{
	struct sv names = sv_cstr(row->names), name;

	while (names.n) {
		struct fields it;
		struct field f;
		bool found = false;

		(void)sv_cut(names, '|', &name, &names);
		fields_init(&it, r);
		while ((!found || row->last) && fields_next(&it, &f))
			if (f.origin == row->origin && sv_eq(f.name, name)) {
				*out = f;
				found = true;
			}
		if (found)
			return true;
	}
	return false;
}

static void set_answer(struct look *l, const struct look_row *row, enum answer answer)
{
	enum answer *slot = &l->answers[row->item];

	if (answer == ANSWER_NONE)
		return;
	if ((several[row->item] || row->rule == LOOK_EITHER) && *slot == ANSWER_YES)
		return;
	*slot = answer;
}

static void look_at_row(struct look *l, const struct look_row *row)
{
	struct field f;

	if (!is_wanted(l->q, row->item))
		return;
	if (row->rule == LOOK_FIRST && l->answers[row->item] != ANSWER_NONE)
		return;
	if (!find_field(l->record, row, &f)) {
		if (!row->missing)
			return;
		f = (struct field){.value = sv_cstr(row->missing), .origin = row->origin};
	}
	set_answer(l, row, row->read(l, row->item, &f));
}

static void look_at_record(struct look *l, const struct record *r)
{
	const struct look_class *class = look_class_of(r->type);

	l->record = r;
	if (class && class->before)
		class->before(l);
	for (; class; class = class->also)
		for (size_t i = 0; i < class->count; i++)
			look_at_row(l, &class->rows[i]);
}

/* ---- the verdict ---- */

/* The items that stand for one another when q says so, as bits. */
static uint32_t alternatives(const struct query *q, enum query_item item)
{
	static const uint32_t users = BIT(QUERY_UID) | BIT(QUERY_EUID) | BIT(QUERY_AUID);
	static const uint32_t groups = BIT(QUERY_GID) | BIT(QUERY_EGID);
	static const uint32_t contexts = BIT(QUERY_SUBJECT) | BIT(QUERY_OBJECT);

	if (q->any_user && (users & BIT(item)))
		return users & q->wanted;
	if (q->any_group && (groups & BIT(item)))
		return groups & q->wanted;
	if (q->any_context && (contexts & BIT(item)))
		return contexts & q->wanted;
	if (item == QUERY_FILE)
		return BIT(QUERY_FILE) | BIT(QUERY_CWD);
	return BIT(item);
}

static bool all_hold(const struct look *l)
{
	uint32_t yes = 0;

	for (enum query_item i = 0; i < QUERY_ITEMS; i++)
		if (l->answers[i] == ANSWER_YES)
			yes |= BIT(i);
	for (enum query_item i = 0; i < QUERY_ITEMS; i++)
		if ((l->q->wanted & BIT(i)) && !(yes & alternatives(l->q, i)))
			return false;
	return true;
}

bool query_match(const struct query *q, const struct event *event, struct query_scratch *scratch)
{
	struct look l = {.q = q, .scratch = scratch};

	if (!query_in_window(q, &event->stamp) ||
	    (q->has_serial && event->stamp.serial != q->serial) ||
	    (q->has_types && !has_type(q, event)) || (q->node_count && !has_node(q, event)))
		return false;
	if (!q->wanted)
		return true;
	for (size_t i = 0; i < event->count; i++)
		look_at_record(&l, &event->records[i]);
	return all_hold(&l);
}

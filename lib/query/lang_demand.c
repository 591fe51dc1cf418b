/*
 * From a query to what an index can be asked (index/demand.h). A comparison becomes a leaf for each
 * field that it looks at; what a value means is asked of it by lang_accept.c, as the matcher does. A
 * leaf that knows less than the matcher, which sees the record, lets more through and is not exact:
 *
 *	auid = alice		ANY(auid is 1000, not exact; AUID is alice)
 *	a = 1 && b = 2		ALL(a is 1, b is 2), not exact: of one record
 *	path = /etc/shadow	ANY(name ends in shadow, path is /etc/shadow, ...)
 */
#include "query/lang_demand.h"

/* ---- what a value says ---- */

static bool accepts_some(const void *arg, struct sv raw)
{
	(void)arg;
	return raw.n > 0;
}

static bool type_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			 struct lang_asker *a)
{
	(void)name;
	return lang_accepts_number(n, (struct lang_number){false, record_type(raw)}) ||
	       lang_accepts_text(n, raw, a);
}

static bool accepts_type(const void *arg, struct sv raw)
{
	return lang_demand_ask(arg, raw, type_accepts);
}

static bool node_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			 struct lang_asker *a)
{
	(void)name;
	return raw.n && lang_accepts_text(n, raw, a);
}

static bool accepts_node(const void *arg, struct sv raw)
{
	return lang_demand_ask(arg, raw, node_accepts);
}

static bool address_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			    struct lang_asker *a)
{
	char text[LANG_ADDRESS_MAX];

	if (lang_accepts_address(n, lang_unquoted(raw), a))
		return true;
	return sv_eq(name, SV("saddr")) && lang_socket_address(raw, text) &&
	       lang_accepts_address(n, sv_cstr(text), a);
}

static bool accepts_address(const void *arg, struct sv raw)
{
	return lang_demand_ask(arg, raw, address_accepts);
}

/* ---- of several fields ---- */

static struct demand *make_address(struct lang_maker *k, const struct lang_node *n, struct sv name)
{
	struct demand *d = lang_demand_leaf(k, DEMAND_FIELD, n, name, accepts_address, false);

	lang_demand_set_parts(k, d, n, '\0', false);
	return d;
}

/* Where a port stands with other things any value may have it. */
static struct demand *make_port(struct lang_maker *k, const struct lang_node *n, struct sv name)
{
	bool has_more = sv_eq(name, SV("saddr")) || sv_eq(name, SV("addr"));

	return lang_demand_leaf(k, DEMAND_FIELD, n, name,
				has_more ? lang_demand_accepts_any : lang_demand_accepts_field,
				false);
}

/* The index has all arguments of programs as one field. */
static struct demand *make_args(struct lang_maker *k, const struct lang_node *n)
{
	struct demand *d =
		lang_demand_leaf(k, DEMAND_FIELD, n, SV("args"), lang_demand_accepts_any, false);

	lang_demand_set_parts(k, d, n, ' ', false);
	return d;
}

/* Whatever a virtual field is made of. */
static struct demand *make_several(struct lang_maker *k, const struct lang_node *n)
{
	struct demand *any = lang_demand_make(k, DEMAND_ANY);
	size_t count = 0;
	const struct sv *names = lang_subject_fields(n->subject, &count);

	for (size_t i = 0; i < count; i++)
		lang_demand_hang(
			any, n->subject == LANG_SUBJECT_USER ? lang_demand_of_field(k, n, names[i])
			     : n->subject == LANG_SUBJECT_PATH ? lang_demand_of_path(k, n, names[i])
			     : n->subject == LANG_SUBJECT_ADDR ? make_address(k, n, names[i])
							       : make_port(k, n, names[i]));
	return any;
}

/* ---- comparisons ---- */

/* That one of its tests accepts a value. */
static struct demand *make_fits(struct lang_maker *k, const struct lang_node *n)
{
	switch (n->subject) {
	case LANG_SUBJECT_FIELD:
		return lang_demand_of_field(k, n, n->name);
	case LANG_SUBJECT_TYPE:
		return lang_demand_leaf(k, DEMAND_TYPE, n, n->name, accepts_type, true);
	case LANG_SUBJECT_NODE:
		return lang_demand_leaf(k, DEMAND_NODE, n, n->name, accepts_node, true);
	case LANG_SUBJECT_USER:
	case LANG_SUBJECT_ADDR:
	case LANG_SUBJECT_PORT:
	case LANG_SUBJECT_PATH:
		return make_several(k, n);
	case LANG_SUBJECT_TIME:
	case LANG_SUBJECT_SERIAL:
	case LANG_SUBJECT_EVENT:
	case LANG_SUBJECT_SUBJECT:
	case LANG_SUBJECT_ACTION:
	case LANG_SUBJECT_OBJECT:
	case LANG_SUBJECT_OUTCOME:
	case LANG_SUBJECT_PROGRAM:
		break;
	case LANG_SUBJECT_ARGS:
		return make_args(k, n);
	}
	return lang_demand_make(k, DEMAND_ANYTHING);
}

static bool is_id(struct sv name)
{
	return lang_has_name(field_value_type(name));
}

/* That there is a value at all: for a comparison, one that could be compared. */
static void add_there(struct lang_maker *k, const struct lang_node *n, struct sv name,
		      struct demand *any)
{
	lang_demand_hang(any,
			 lang_demand_leaf(k, DEMAND_FIELD, n, name, lang_demand_accepts_any, true));
	if (n->kind == LANG_COMPARE && is_id(name)) /* ask_tail() of lang_match.c */
		lang_demand_hang(any,
				 lang_demand_leaf(k, DEMAND_FIELD, n, lang_demand_upper(k, name),
						  lang_demand_accepts_any_name, true));
}

static struct demand *make_there(struct lang_maker *k, const struct lang_node *n)
{
	struct demand *any;
	const struct sv *names;
	size_t count = 0;

	if (n->subject == LANG_SUBJECT_NODE)
		return lang_demand_leaf(k, DEMAND_NODE, n, n->name, accepts_some, true);
	if (n->subject == LANG_SUBJECT_TYPE)
		return lang_demand_leaf(k, DEMAND_TYPE, n, n->name, lang_demand_accepts_any, true);
	if (n->subject != LANG_SUBJECT_FIELD && n->subject != LANG_SUBJECT_USER)
		return lang_demand_make(k, DEMAND_ANYTHING);
	any = lang_demand_make(k, DEMAND_ANY);
	if (n->subject == LANG_SUBJECT_FIELD) {
		add_there(k, n, n->name, any);
		return any;
	}
	names = lang_subject_fields(n->subject, &count);
	for (size_t i = 0; i < count; i++)
		add_there(k, n, names[i], any);
	return any;
}

/* != of one record: of the others nothing is said. */
static struct demand *make_other(struct lang_maker *k, const struct lang_node *n)
{
	bool before = k->is_inexact;
	struct demand *d;

	k->is_inexact = true;
	d = make_there(k, n);
	k->is_inexact = before;
	return d;
}

static struct demand *make_compare(struct lang_maker *k, const struct lang_node *n)
{
	struct demand *all, *none;

	if (!n->is_negated)
		return make_fits(k, n);
	if (k->of_record)
		return make_other(k, n);
	all = lang_demand_make(k, DEMAND_ALL);
	none = lang_demand_make(k, DEMAND_NOT);
	lang_demand_hang(all, make_there(k, n));
	lang_demand_hang(none, make_fits(k, n));
	lang_demand_hang(all, none);
	return all;
}

/* ---- the reference's comparisons ---- */

static bool accepts_reference_raw(const void *arg, struct sv raw)
{
	const struct expression_node *x = arg;

	return sv_eq(raw, x->text) == (x->order == EXPRESSION_EQ);
}

static bool accepts_reference_value(const void *arg, struct sv raw)
{
	return expression_accepts_value(arg, raw);
}

static bool accepts_reference_type(const void *arg, struct sv raw)
{
	return expression_accepts_type(arg, record_type(raw));
}

static bool is_made_of_words(struct sv name)
{
	return sv_eq(name, SV("key")) || sv_eq(name, SV("seperms")) || sv_eq(name, SV("seresult"));
}

static struct demand *make_reference(struct lang_maker *k, const struct lang_node *n)
{
	const struct expression_node *x = n->reference->root;
	enum demand_kind kind = DEMAND_FIELD;
	demand_accepts_fn accepts = lang_demand_accepts_any;
	struct demand *d;

	if (x->kind != EXPRESSION_COMPARE)
		return lang_demand_make(k, DEMAND_ANYTHING);
	if (x->subject == EXPRESSION_RECORD_TYPE && x->aspect == EXPRESSION_VALUE) {
		kind = DEMAND_TYPE;
		accepts = accepts_reference_type;
	} else if (x->subject != EXPRESSION_FIELD || is_made_of_words(x->name)) {
		return lang_demand_make(k, DEMAND_ANYTHING);
	} else if (x->aspect == EXPRESSION_VALUE) {
		accepts = accepts_reference_value;
	} else if (sv_eq(x->name, SV("node")) || sv_eq(x->name, SV("type"))) {
		/* The head's come first; where a line has no node, a field of the name does. */
		if (x->aspect != EXPRESSION_RAW || sv_eq(x->name, SV("node")))
			return lang_demand_make(k, DEMAND_ANYTHING);
		kind = DEMAND_TYPE;
		accepts = accepts_reference_raw;
	} else if (x->aspect == EXPRESSION_RAW) {
		accepts = accepts_reference_raw;
	}
	d = lang_demand_leaf(k, kind, n, x->name, accepts, accepts != lang_demand_accepts_any);
	if (d)
		d->arg = x;
	return d;
}

/* ---- the tree ---- */

static struct demand *make_node(struct lang_maker *k, const struct lang_node *n);

static struct demand *make_chain(struct lang_maker *k, const struct lang_node *n,
				 enum demand_kind kind)
{
	struct demand *d = lang_demand_make(k, kind);

	for (const struct lang_node *c = n->child; c; c = c->next)
		lang_demand_hang(d, make_node(k, c));
	return d;
}

/* && and ||: what one record has the event has, but several things may be of several records. */
static struct demand *make_of_record(struct lang_maker *k, const struct lang_node *n)
{
	struct lang_maker before = *k;
	struct demand *d;

	k->of_record = true;
	k->is_inexact |= n->kind == LANG_ALL;
	d = make_chain(k, n, n->kind == LANG_ALL ? DEMAND_ALL : DEMAND_ANY);
	k->of_record = before.of_record;
	k->is_inexact = before.is_inexact;
	return d;
}

static struct demand *make_not(struct lang_maker *k, const struct lang_node *n)
{
	struct demand *d = lang_demand_make(k, DEMAND_NOT);

	lang_demand_hang(d, make_node(k, n->child));
	return d;
}

static struct demand *make_node(struct lang_maker *k, const struct lang_node *n)
{
	switch (n->kind) {
	case LANG_AND:
		return make_chain(k, n, DEMAND_ALL);
	case LANG_OR:
		return make_chain(k, n, DEMAND_ANY);
	case LANG_NOT:
		return make_not(k, n);
	case LANG_ALL:
	case LANG_ANY:
		return make_of_record(k, n);
	case LANG_COMPARE:
		return make_compare(k, n);
	case LANG_HAS:
		return make_there(k, n);
	case LANG_REFERENCE:
		return make_reference(k, n);
	case LANG_NO:
	case LANG_TEXT:
		break;
	}
	return lang_demand_make(k, DEMAND_ANYTHING);
}

/* What has to hold together, without what the window says. */
static void add_conjuncts(struct lang_maker *k, const struct lang_node *n, struct demand *all)
{
	if (n->kind == LANG_AND) {
		for (const struct lang_node *c = n->child; c; c = c->next)
			add_conjuncts(k, c, all);
	} else if (!lang_is_window(n)) {
		lang_demand_hang(all, make_node(k, n));
	}
}

/* Every event, exactly. */
static void add_everything(struct lang_maker *k, struct demand *all)
{
	struct demand *not = lang_demand_make(k, DEMAND_NOT);

	lang_demand_hang(not, lang_demand_make(k, DEMAND_NOTHING));
	lang_demand_hang(all, not );
}

const struct demand *lang_demand(struct lang *l)
{
	struct lang_maker k = {.l = l};
	struct demand *all;

	if (l->demand)
		return l->demand;
	all = lang_demand_make(&k, DEMAND_ALL);
	if (!all)
		return NULL;
	if (l->root)
		add_conjuncts(&k, l->root, all);
	if (!all->child)
		add_everything(&k, all);
	if (k.failed)
		return NULL;
	l->demand = all;
	return all;
}

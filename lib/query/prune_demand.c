/*
 * From a query to a demand. What an item asks of an event is asked of single values here, by the
 * very readers of query/read.c, for each field name that some class of query/look.c looks at for
 * that item, whoever wrote the field and in whatever record. That lets more through than
 * query_match(), which goes by record types and by who said something last, and never less:
 *
 *	-ul 1000 (alice), -w -f /etc/passwd
 *	ALL(ANY(auid 1000, loginuid 1000, AUID alice, LOGINUID alice, TYPE that stands for 4294967295),
 *	    ANY(name, path, new-disk, saddr, cwd))
 *
 * What depends on more than one field is taken apart: the name that an enriched record has for a
 * number is a leaf of its own, so is the address of a host that is not known by name, and of a
 * path that is completed with the working directory one of the two parts has what is looked for.
 */
#include "query/prune.h"

#include "query/look.h"
#include "table/table.h"

#include <inttypes.h>
#include <stdio.h>

#define READERS_MAX 8  /* of one name for one item */
#define NAMES_MAX   24 /* of one item */
#define NAME_MAX    64
#define TYPES_TOLD  4
#define LABEL_MAX   ((size_t)512)

#define BIT(item) (UINT32_C(1) << (item))

static const char *const item_names[] = {
#define ITEM(id, several) [QUERY_##id] = #id,
#include "query/item.def"
#undef ITEM
};

/* What a leaf asks of a value. */
struct asker {
	const struct query *q;
	enum query_item item;
	struct sv name;
	const struct look_row *rows[READERS_MAX];
	size_t count;
	struct sv tail; /* a working directory that ends so fits: the path goes on */
};

/* How the texts of a value (index/demand.h) tell what a reader says yes to. */
enum telling {
	TELLS_NOTHING,
	TELLS_WHOLE,  /* the text is what is asked for, or holds it */
	TELLS_PART,   /* the text holds it, even where a whole word is asked for */
	TELLS_NUMBER, /* the text is its digits */
};

static enum telling telling_of(const struct look_row *row)
{
	static const struct {
		look_read_fn read;
		enum telling telling;
	} readers[] = {
		{read_plain, TELLS_WHOLE}, {read_encoded, TELLS_WHOLE}, {read_loose, TELLS_WHOLE},
		{read_path, TELLS_WHOLE},  {read_cwd, TELLS_WHOLE},     {read_host, TELLS_WHOLE},
		{read_key, TELLS_PART},    {read_address, TELLS_PART},  {read_uuid, TELLS_PART},
		{read_socket, TELLS_PART}, {read_number, TELLS_NUMBER}, {read_user, TELLS_NUMBER},
	};

	for (size_t i = 0; i < LEN(readers); i++)
		if (readers[i].read == row->read)
			return readers[i].telling;
	return TELLS_NOTHING;
}

/* ---- asking a value ---- */

/* A value as it stands in the record: as fields_next() would hand it out. */
static struct field field_of(struct sv name, enum field_origin origin, struct sv raw)
{
	struct field f = {.name = name, .value = raw, .origin = origin};

	if (!raw.n || (raw.p[0] != '"' && raw.p[0] != '\''))
		return f;
	f.quote = raw.p[0];
	f.value = sv_from(raw, 1);
	f.value = sv_head(f.value, sv_index(f.value, f.quote));
	return f;
}

static bool row_accepts(const struct asker *a, const struct look_row *row, struct sv raw,
			struct query_scratch *scratch)
{
	static const struct record nothing = {.type = 0};
	struct look l = {.q = a->q, .scratch = scratch, .record = &nothing};
	struct field f = field_of(a->name, row->origin, raw);

	if (row->read(&l, a->item, &f) == ANSWER_YES)
		return true;
	return row->read == read_cwd && a->tail.n && sv_ends(buf_view(&scratch->cwd), a->tail);
}

static bool accepts_value(const void *arg, struct sv raw)
{
	const struct asker *a = arg;
	CLEANUP(query_scratch_release) struct query_scratch scratch;
	bool yes = false;

	query_scratch_init(&scratch);
	for (size_t i = 0; i < a->count && !yes; i++)
		yes = row_accepts(a, a->rows[i], raw, &scratch);
	return yes;
}

/* The name of a number, in an enriched record's tail. */
static bool accepts_name(const void *arg, struct sv raw)
{
	const struct asker *a = arg;
	struct field f = field_of(a->name, FIELD_TAIL, raw);

	return sv_eq(f.value, a->q->text[a->item]);
}

/* The address of a host that is called "?". */
static bool accepts_address(const void *arg, struct sv raw)
{
	const struct asker *a = arg;
	struct field f = field_of(a->name, FIELD_USER, raw);
	struct look l = {.q = a->q};

	return read_plain(&l, a->item, &f) == ANSWER_YES;
}

/* A type whose records say something about the item without a field. */
static bool accepts_silence(const void *arg, struct sv raw)
{
	const struct asker *a = arg;
	const struct look_class *class = look_class_of(record_type(raw));

	if (class && class->before && a->item == QUERY_SUCCESS)
		return true;
	for (; class; class = class->also)
		for (size_t i = 0; i < class->count; i++)
			if (class->rows[i].item == a->item && class->rows[i].missing)
				return true;
	return false;
}

static bool accepts_type(const void *arg, struct sv raw)
{
	const struct query *q = arg;
	uint32_t type = record_type(raw);

	return type < QUERY_TYPE_MAX && (q->types[type / 64] >> (type % 64) & 1);
}

static bool accepts_node(const void *arg, struct sv raw)
{
	const struct query *q = arg;

	for (size_t i = 0; i < q->node_count; i++)
		if (raw.n && sv_eq(q->nodes[i], raw))
			return true;
	return false;
}

/* ---- making the tree ---- */

/* One tree while it is made. */
struct grower {
	const struct query *q;
	struct arena *arena;
	bool failed; /* no memory */
};

static void *room(struct grower *g, size_t n)
{
	void *p = arena_alloc(g->arena, n);

	g->failed |= !p;
	if (p)
		memset(p, 0, n);
	return p;
}

static struct sv copy(struct grower *g, struct sv text)
{
	struct sv kept = arena_copy(g->arena, text);

	g->failed |= text.n && !kept.n;
	return kept;
}

static struct demand *grow(struct grower *g, struct demand *parent, enum demand_kind kind)
{
	struct demand *d = demand_new(g->arena, kind);

	g->failed |= !d;
	if (d && parent)
		demand_add(parent, d);
	return d;
}

/* `key = needle`, `pid = 4242`, `AUID = alice`; of types only the words. */
static struct sv label(struct grower *g, struct sv name, struct sv text, const uint64_t *number)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(LABEL_MAX);

	buf_printf(&line, "%.*s %s ", SV_FMT(name), g->q->whole_word || !text.n ? "=" : "has");
	if (number)
		buf_printf(&line, "%" PRId64, (int64_t)*number);
	else
		buf_put(&line, sv_head(text, LABEL_MAX / 2));
	return copy(g, buf_view(&line));
}

static struct asker *asker(struct grower *g, enum query_item item, struct sv name)
{
	struct asker *a = room(g, sizeof(*a));

	if (!a)
		return NULL;
	a->q = g->q;
	a->item = item;
	a->name = copy(g, name);
	return a;
}

static struct demand *leaf(struct grower *g, struct demand *parent, enum demand_kind kind,
			   demand_accepts_fn accepts, const struct asker *a)
{
	struct demand *d = grow(g, parent, kind);

	if (!d || !a)
		return NULL;
	d->field = a->name;
	d->accepts = accepts;
	d->arg = a;
	return d;
}

static bool is_text(enum query_item item)
{
	return item > QUERY_SUCCESS;
}

static void set_list(struct grower *g, struct sv text, const struct sv **list, size_t *count)
{
	struct sv *one = room(g, sizeof(*one));

	if (!one)
		return;
	*one = copy(g, text);
	*list = one;
	*count = 1;
}

/* What hashes of values can tell; nothing, where some reader cannot be told of. */
static void set_texts(struct grower *g, struct demand *d, const struct asker *a)
{
	struct sv text = a->q->text[a->item];
	bool whole = a->q->whole_word;
	char digits[24];

	for (size_t i = 0; i < a->count; i++) {
		switch (telling_of(a->rows[i])) {
		case TELLS_NOTHING:
			return;
		case TELLS_NUMBER:
			(void)snprintf(digits, sizeof(digits), "%" PRIu64, a->q->number[a->item]);
			set_list(g, sv_cstr(digits), &d->values, &d->value_count);
			return; /* numbers have one reader */
		case TELLS_PART:
			whole = false;
			break;
		case TELLS_WHOLE:
			break;
		}
		if (a->rows[i]->read == read_cwd && a->tail.n)
			text = a->tail;
	}
	if (whole)
		set_list(g, text, &d->values, &d->value_count);
	set_list(g, text, &d->parts, &d->part_count);
}

/* ---- an item ---- */

static bool is_known(const struct asker *a, const struct look_row *row)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->rows[i]->read == row->read && a->rows[i]->origin == row->origin)
			return true;
	return false;
}

/* The askers of an item, one for each field name. */
struct askers {
	struct asker *list[NAMES_MAX];
	size_t count;
	bool too_many;
};

static struct asker *asker_for(struct grower *g, struct askers *all, enum query_item item,
			       struct sv name)
{
	for (size_t i = 0; i < all->count; i++)
		if (sv_eq(all->list[i]->name, name))
			return all->list[i];
	if (all->count == NAMES_MAX) {
		all->too_many = true;
		return NULL;
	}
	all->list[all->count] = asker(g, item, name);
	return all->list[all->count] ? all->list[all->count++] : NULL;
}

static void add_row(struct grower *g, struct askers *all, enum query_item item,
		    const struct look_row *row)
{
	struct sv names = sv_cstr(row->names), name;

	while (names.n) {
		struct asker *a;

		(void)sv_cut(names, '|', &name, &names);
		a = asker_for(g, all, item, name);
		if (!a || is_known(a, row))
			continue;
		if (a->count == READERS_MAX)
			all->too_many = true;
		else
			a->rows[a->count++] = row;
	}
}

static bool says(const struct look_row *row, enum query_item item)
{
	return row->item == item || (item == QUERY_FILE && row->item == QUERY_CWD);
}

/* Whether a record that lacks the row's field is what is asked for. */
static bool stands_for(const struct grower *g, const struct look_row *row)
{
	struct asker a = {.q = g->q, .item = row->item, .rows = {row}, .count = 1};

	return row->missing && accepts_value(&a, sv_cstr(row->missing));
}

/* Every row of every class that says something of the item; true when its silence may fit, too. */
static bool find_rows(struct grower *g, enum query_item item, struct askers *all)
{
	const struct look_class *class;
	bool silence = false;

	for (size_t n = 0; (class = look_class_at(n)); n++) {
		silence |= class->before && item == QUERY_SUCCESS;
		for (; class; class = class->also)
			for (size_t i = 0; i < class->count; i++)
				if (says(&class->rows[i], item)) {
					add_row(g, all, item, &class->rows[i]);
					silence |= stands_for(g, &class->rows[i]);
				}
	}
	return silence;
}

static bool is_user(const struct asker *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->rows[i]->read == read_user)
			return true;
	return false;
}

static void add_name_leaf(struct grower *g, struct demand *any, const struct asker *a)
{
	char upper[NAME_MAX];
	struct demand *d;
	size_t n = a->name.n < NAME_MAX ? a->name.n : 0;

	for (size_t i = 0; i < n; i++) {
		char c = a->name.p[i];

		upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	d = leaf(g, any, n ? DEMAND_FIELD : DEMAND_ANYTHING, accepts_name,
		 asker(g, a->item, sv_make(upper, n)));
	if (!d || !n)
		return;
	set_list(g, g->q->text[a->item], &d->values, &d->value_count);
	d->label = label(g, d->field, g->q->text[a->item], NULL);
}

static void add_leaf(struct grower *g, struct demand *any, const struct asker *a)
{
	struct demand *d = leaf(g, any, DEMAND_FIELD, accepts_value, a);

	if (!d)
		return;
	set_texts(g, d, a);
	if (is_text(a->item))
		d->label = label(g, a->name, g->q->text[a->item], NULL);
	else
		d->label = label(g, a->name, SV_EMPTY, &g->q->number[a->item]);
	if (is_user(a) && g->q->text[a->item].n)
		add_name_leaf(g, any, a);
}

static void add_address_leaf(struct grower *g, struct demand *any)
{
	struct sv text = g->q->text[QUERY_HOST];
	struct demand *d =
		leaf(g, any, DEMAND_FIELD, accepts_address, asker(g, QUERY_HOST, SV("addr")));

	if (!d)
		return;
	if (g->q->whole_word)
		set_list(g, text, &d->values, &d->value_count);
	set_list(g, text, &d->parts, &d->part_count);
	d->label = label(g, d->field, text, NULL);
}

/* "./x" is looked for behind the working directory, "/etc/./x": where the two meet cannot be told. */
static bool is_spanning(struct sv path)
{
	return !path.p || sv_find(path, SV("/./")) < path.n || sv_find(path, SV("/..")) < path.n ||
	       sv_ends(path, SV("/.")) || sv_eq(path, SV("/"));
}

/* Adds to any, of which one child is to hold, what there is about the item. */
static void add_item(struct grower *g, struct demand *any, enum query_item item)
{
	struct sv text = g->q->text[item];
	struct askers all = {.count = 0};
	bool silence;

	if (is_text(item) && (!text.n || (item == QUERY_FILE && is_spanning(text)))) {
		(void)grow(g, any, DEMAND_ANYTHING);
		return;
	}
	silence = find_rows(g, item, &all);
	for (size_t i = 0; i < all.count; i++) {
		if (item == QUERY_FILE && sv_ends(text, SV("/")) && !g->q->whole_word)
			all.list[i]->tail = sv_head(text, text.n - 1);
		add_leaf(g, any, all.list[i]);
	}
	if (item == QUERY_HOST)
		add_address_leaf(g, any);
	if (silence) {
		struct demand *d = leaf(g, any, DEMAND_TYPE, accepts_silence,
					asker(g, item, sv_cstr(item_names[item])));

		if (d)
			d->label = copy(g, SV("types that leave it out"));
	}
	if (all.too_many || !any->child)
		(void)grow(g, any, DEMAND_ANYTHING);
}

/* ---- the query ---- */

/* `type = USER_LOGIN`, and of several the first ones. */
static void label_types(struct grower *g, struct demand *d)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(LABEL_MAX);
	size_t count = 0;

	buf_puts(&line, "type");
	for (uint32_t type = 0; type < QUERY_TYPE_MAX && count < TYPES_TOLD; type++) {
		const char *name = msgtype_name(type);

		if (!(g->q->types[type / 64] >> (type % 64) & 1))
			continue;
		buf_puts(&line, count++ ? ", " : " = ");
		if (name)
			buf_puts(&line, name);
		else
			buf_put_u64(&line, type);
	}
	if (count == TYPES_TOLD)
		buf_puts(&line, " ...");
	d->label = copy(g, buf_view(&line));
}

static void add_types(struct grower *g, struct demand *all)
{
	struct demand *d = grow(g, all, DEMAND_TYPE);

	if (!d)
		return;
	d->accepts = accepts_type;
	d->arg = g->q;
	d->is_exact = true;
	label_types(g, d);
}

static void add_nodes(struct grower *g, struct demand *all)
{
	struct demand *d = grow(g, all, DEMAND_NODE);

	if (!d)
		return;
	d->accepts = accepts_node;
	d->arg = g->q;
	d->is_exact = true;
	d->label = copy(g, SV("node"));
}

/* The items of which one has to hold. */
static void add_items(struct grower *g, struct demand *all, uint32_t items)
{
	struct demand *any = items ? grow(g, all, DEMAND_ANY) : NULL;

	for (enum query_item i = 0; any && i < QUERY_ITEMS; i++)
		if (items & BIT(i))
			add_item(g, any, i);
}

struct demand *prune_demand(const struct query *q, struct arena *a)
{
	static const uint32_t joined[] = {
		BIT(QUERY_UID) | BIT(QUERY_EUID) | BIT(QUERY_AUID),
		BIT(QUERY_GID) | BIT(QUERY_EGID),
		BIT(QUERY_SUBJECT) | BIT(QUERY_OBJECT),
	};
	const bool are_joined[] = {q->any_user, q->any_group, q->any_context};
	struct grower g = {.q = q, .arena = a};
	struct demand *all = grow(&g, NULL, DEMAND_ALL);
	uint32_t rest = q->wanted;

	if (!all)
		return NULL;
	if (q->has_types)
		add_types(&g, all);
	if (q->node_count)
		add_nodes(&g, all);
	for (size_t i = 0; i < LEN(joined); i++)
		if (are_joined[i]) {
			add_items(&g, all, rest & joined[i]);
			rest &= ~joined[i];
		}
	for (enum query_item i = 0; i < QUERY_ITEMS; i++)
		add_items(&g, all, rest & BIT(i));
	return g.failed ? NULL : all;
}

/*
 * The rows of query/look.c once more, by the numbers that an index gives to fields and values. What a value
 * says is asked of the same readers (query/read.c), of the value alone.
 */
#include "query/familiar.h"

#include "query/report_cells.h"

#include <stdlib.h>
#include <xxhash.h>

bool familiar_init(struct familiar *f)
{
	/* The first class is for those that have no place. */
	*f = (struct familiar){.classes = calloc(FAMILIAR_CLASSES, sizeof(*f->classes)),
			       .class_count = 1};
	query_scratch_init(&f->scratch);
	return f->classes;
}

/* Calls fn for every list of values. */
static void each_name(struct familiar *f, void (*fn)(struct familiar_name *n))
{
	for (size_t i = 0; i < f->class_count; i++)
		for (size_t k = 0; k < f->classes[i].name_count; k++)
			fn(&f->classes[i].names[k]);
	fn(&f->addr);
}

static void forget(struct familiar_name *n)
{
	if (n->cap) {
		memset(n->states, SEEN_NEVER, n->cap);
		memset(n->seen, 0, n->cap * sizeof(*n->seen));
	}
}

static void give_back(struct familiar_name *n)
{
	free(n->states);
	free(n->seen);
	n->states = NULL;
	n->seen = NULL;
	n->cap = 0;
}

void familiar_begin(struct familiar *f)
{
	each_name(f, forget);
}

void familiar_release(struct familiar *f)
{
	if (!f->classes)
		return;
	each_name(f, give_back);
	free(f->classes);
	query_scratch_release(&f->scratch);
	f->classes = NULL;
}

/* ---- the plan ---- */

static int field_of(const struct familiar *f, struct sv name)
{
	for (int i = 0; i < FAMILIAR_FIELDS; i++)
		if (f->names[i].n && sv_eq(f->names[i], name))
			return i;
	return -1;
}

/* A name of a row that is wanted. False when there is no place for it. */
static bool plan_name(struct familiar *f, struct familiar_class *c, const struct look_row *row,
		      struct sv name, uint8_t rank)
{
	int field = field_of(f, name);
	uint8_t *at;

	if (field < 0 || c->name_count == FAMILIAR_NAMES)
		return false;
	at = c->at[field][row->origin == FIELD_USER];
	if (at[0])
		at++;
	if (*at)
		return false;
	c->names[c->name_count] = (struct familiar_name){
		.field = (uint8_t)field,
		.row = c->row_count,
		.rank = rank,
	};
	*at = ++c->name_count;
	return true;
}

static bool plan_row(struct familiar *f, struct familiar_class *c, const struct look_row *row)
{
	struct sv rest = sv_cstr(row->names), name;

	if (row->item == QUERY_CWD) /* paths that need it are tangled */
		return true;
	if (!(report_totals_facts & FACT(row->item)))
		return true;
	if (row->missing || row->last || row->origin == FIELD_TAIL || c->row_count == FAMILIAR_ROWS)
		return false;
	for (uint8_t rank = 0; rest.n; rank++) {
		(void)sv_cut(rest, '|', &name, &rest);
		if (!plan_name(f, c, row, name, rank))
			return false;
	}
	c->rows[c->row_count++] = row;
	return true;
}

static bool plan_class(struct familiar *f, struct familiar_class *c)
{
	for (const struct look_class *class = c->class; class; class = class->also)
		for (size_t i = 0; i < class->count; i++)
			if (!plan_row(f, c, &class->rows[i]))
				return false;
	return !c->class->before;
}

static uint8_t plan_of(struct familiar *f, const struct look_class *class)
{
	struct familiar_class *c;

	for (size_t i = 1; i < f->class_count; i++)
		if (f->classes[i].class == class)
			return (uint8_t)(i + 1);
	if (f->class_count == FAMILIAR_CLASSES)
		return 1;
	c = &f->classes[f->class_count++];
	c->class = class;
	c->is_simple = plan_class(f, c);
	return (uint8_t)f->class_count;
}

/* With the first event: the names of all fields are known by then. */
static void plan(struct familiar *f)
{
	for (uint32_t type = 0; type < QUERY_TYPE_MAX; type++) {
		const struct look_class *class = look_class_of(type);

		f->of_type[type] = class ? plan_of(f, class) : 0;
	}
	f->addr.field = (uint8_t)field_of(f, SV("addr"));
	f->is_planned = true;
}

static bool has_name(const char *names, struct sv name)
{
	struct sv rest = sv_cstr(names), one;

	while (rest.n) {
		(void)sv_cut(rest, '|', &one, &rest);
		if (sv_eq(one, name))
			return true;
	}
	return false;
}

bool familiar_wants(struct familiar *f, uint8_t field, struct sv name)
{
	const struct look_class *class;

	if (field >= FAMILIAR_FIELDS)
		return false;
	f->names[field] = name;
	if (sv_eq(name, SV("addr")))
		return true;
	for (size_t i = 0; (class = look_class_at(i)); i++)
		for (; class; class = class->also)
			for (size_t k = 0; k < class->count; k++)
				if ((report_totals_facts & FACT(class->rows[k].item)) &&
				    has_name(class->rows[k].names, name))
					return true;
	return false;
}

/* ---- what a value says ---- */

static struct familiar *familiar_of(const struct look *l)
{
	return (struct familiar *)((char *)l->scratch - offsetof(struct familiar, scratch));
}

/* Several keys in one value are told apart by reading it. */
static void learn(struct look *l, uint64_t number)
{
	struct familiar *f = familiar_of(l);

	f->state = f->state == SEEN_NOTHING ? SEEN_FACT : SEEN_TANGLED;
	f->learned.number = number;
}

static void learn_text(struct look *l, enum query_item item, struct sv text)
{
	if (item == QUERY_KEY && sv_eq(text, SV("(null)")))
		return;
	learn(l, XXH3_64bits(text.n ? text.p : "", text.n));
	/* As query/read.c has it. */
	if (item == QUERY_FILE && (sv_starts(text, SV("..")) || sv_starts(text, SV("./"))))
		familiar_of(l)->state = SEEN_TANGLED;
}

static void learn_number(struct look *l, enum query_item item, uint64_t number)
{
	(void)item;
	learn(l, number);
}

/* The value without its quotes: the index knows that they are closed. */
static struct field field_with(struct sv name, const struct index_value *v)
{
	struct field field = {
		.name = name,
		.value = v->raw,
		.origin = v->in_message ? FIELD_USER : FIELD_KERNEL,
	};
	char first = v->raw.n > 1 ? v->raw.p[0] : 0;

	if (first == '"' || first == '\'') {
		field.quote = first;
		field.value = sv_make(v->raw.p + 1, v->raw.n - 2);
	}
	return field;
}

static void read_value(struct familiar *f, const struct look_row *row, const struct index_value *v)
{
	struct record none = {0};
	struct look l = {
		.scratch = &f->scratch,
		.keep_text = learn_text,
		.keep_number = learn_number,
		.record = &none,
	};
	struct field field = field_with(f->names[v->field], v);

	f->learned = (struct seen){0};
	f->state = SEEN_NOTHING;
	(void)row->read(&l, row->item, &field);
}

static struct seen *seen_of(struct familiar *f, const struct familiar_said *said)
{
	return said->name ? &said->name->seen[said->id] : &f->fresh[said->id];
}

static uint8_t *state_of(struct familiar *f, const struct familiar_said *said)
{
	return said->name ? &said->name->states[said->id] : &f->fresh_states[said->id];
}

/* A place among the values of this name. False: no memory. */
static bool make_place(struct familiar_name *n, uint32_t id)
{
	size_t cap = n->cap ? n->cap : 256;
	struct seen *seen;
	uint8_t *states;

	while (cap <= id)
		cap *= 2;
	seen = reallocarray(n->seen, cap, sizeof(*seen));
	if (!seen)
		return false;
	n->seen = seen;
	states = realloc(n->states, cap);
	if (!states)
		return false;
	n->states = states;
	memset(seen + n->cap, 0, (cap - n->cap) * sizeof(*seen));
	memset(states + n->cap, SEEN_NEVER, cap - n->cap);
	n->cap = cap;
	return true;
}

/* A row's value. False: the records have to be read. */
static bool say(struct familiar *f, const struct look_row *row, struct familiar_name *n,
		const struct index_value *v)
{
	struct familiar_said *said = &f->said[f->said_count];
	uint8_t *state;

	if (f->said_count == FAMILIAR_SAID)
		return false;
	*said = (struct familiar_said){.item = row->item, .name = n, .id = v->id};
	if (v->id == INDEX_NO_ID) {
		said->name = NULL;
		said->id = (uint32_t)f->fresh_count++;
		f->fresh_states[said->id] = SEEN_NEVER;
	} else if (v->id >= n->cap && !make_place(n, v->id)) {
		return false;
	}
	state = state_of(f, said);
	if (*state == SEEN_NEVER) {
		read_value(f, row, v);
		*seen_of(f, said) = f->learned;
		*state = (uint8_t)f->state;
	}
	if (*state == SEEN_TANGLED)
		return false;
	if (*state != SEEN_NOTHING)
		f->last[row->item] = (uint8_t)++f->said_count;
	return true;
}

/* ---- an event ---- */

/* A program that does not know the name may know the address (query/read.c). */
static bool say_host(struct familiar *f, const struct look_row *row, struct familiar_name *n,
		     const struct index_value *v, const struct index_line *line)
{
	static const struct look_row plain = {.item = QUERY_HOST, .read = read_plain};

	if (sv_eq(field_with(SV_EMPTY, v).value, SV("?")))
		for (size_t i = 0; i < line->count; i++)
			if (line->values[i].field == f->addr.field && line->values[i].in_message)
				return say(f, &plain, &f->addr, &line->values[i]);
	return say(f, row, n, v);
}

/* Of each row the best of its names that is there. */
static void find_best(struct familiar_class *c, const struct index_line *line,
		      struct familiar_best *best)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct index_value *v = &line->values[i];

		for (size_t k = 0; k < 2; k++) {
			uint8_t at = c->at[v->field][v->in_message][k];
			struct familiar_name *n = at ? &c->names[at - 1] : NULL;

			if (!n)
				break;
			if (!best[n->row].name || n->rank < best[n->row].name->rank)
				best[n->row] = (struct familiar_best){n, v};
		}
	}
}

static bool read_line(struct familiar *f, struct familiar_class *c, const struct index_line *line)
{
	struct familiar_best *best = f->best;

	memset(best, 0, c->row_count * sizeof(*best));
	find_best(c, line, best);
	for (size_t i = 0; i < c->row_count; i++) {
		const struct look_row *row = c->rows[i];

		if (!best[i].name || (row->rule == LOOK_FIRST && f->last[row->item]))
			continue;
		if (!(row->read == read_host ? say_host(f, row, best[i].name, best[i].value, line)
					     : say(f, row, best[i].name, best[i].value)))
			return false;
	}
	return true;
}

bool familiar_read(struct familiar *f, const struct index_event *event)
{
	if (!f->is_planned)
		plan(f);
	f->said_count = f->fresh_count = 0;
	memset(f->last, 0, sizeof(f->last));
	for (size_t i = 0; i < event->count; i++) {
		const struct index_line *line = &event->lines[i];
		uint8_t at = line->type < QUERY_TYPE_MAX ? f->of_type[line->type] : 0;

		if (!at)
			continue;
		if (!line->is_known || !f->classes[at - 1].is_simple ||
		    (f->classes[at - 1].row_count && !read_line(f, &f->classes[at - 1], line)))
			return false;
	}
	return true;
}

bool familiar_number(const struct familiar *f, enum query_item item, uint64_t *number)
{
	const struct familiar_said *said = f->last[item] ? &f->said[f->last[item] - 1] : NULL;

	if (said)
		*number =
			said->name ? said->name->seen[said->id].number : f->fresh[said->id].number;
	return said;
}

/* ---- totals ---- */

static const struct {
	bool is_counted, has_several;
	enum report_total total;
} counted[QUERY_ITEMS] = {
	[QUERY_AUID] = {true, false, TOTAL_USERS},
	[QUERY_PID] = {true, false, TOTAL_PIDS},
	[QUERY_HOST] = {true, false, TOTAL_HOSTS},
	[QUERY_TERMINAL] = {true, false, TOTAL_TERMINALS},
	[QUERY_EXE] = {true, false, TOTAL_EXES},
	[QUERY_COMM] = {true, false, TOTAL_COMMS},
	[QUERY_FILE] = {true, true, TOTAL_FILES},
	[QUERY_KEY] = {true, true, TOTAL_KEYS},
};

static void add_said(struct familiar *f, const struct familiar_said *said, enum report_total total,
		     struct report_totals *totals, uint32_t frame, uint32_t settled)
{
	uint8_t *state = state_of(f, said);
	struct seen *seen;

	if (*state == SEEN_SETTLED)
		return;
	seen = seen_of(f, said);
	if (seen->frame && seen->frame - 1 < settled)
		*state = SEEN_SETTLED;
	if (*state == SEEN_SETTLED || seen->frame == frame + 1)
		return;
	seen->frame = frame + 1;
	if (said->item != QUERY_PID || (uint32_t)seen->number != NO_PID)
		tally_add_number(&totals->distinct[total], seen->number, 1);
}

void familiar_add(struct familiar *f, struct report_totals *totals, uint32_t frame,
		  uint32_t settled)
{
	for (size_t i = 0; i < f->said_count; i++) {
		enum query_item item = f->said[i].item;

		if (counted[item].is_counted &&
		    (counted[item].has_several || f->last[item] == i + 1))
			add_said(f, &f->said[i], counted[item].total, totals, frame, settled);
	}
}

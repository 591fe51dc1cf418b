/*
 * Gathers facts. The rows of query/look.c that matter are sorted once, for each class of
 * record types, into a small hash of field names, so that a record is walked once whatever is
 * asked of it.
 */
#include "query/facts.h"

#include "query/look.h"

#include <linux/audit.h>
#include <stdlib.h>

#define ROWS_MAX    32
#define NAMES_MAX   48
#define BUCKETS     64
#define CLASSES_MAX 64
#define TEXTS_MAX   ((size_t)256 << 20)
#define TEXTS_KEEP  ((size_t)1 << 20) /* more than this is given back after the event */

_Static_assert(QUERY_ITEMS < 31, "the last bit is FACT_ACCESS");

/* One spelling of one row's field. */
struct plan_name {
	struct sv name;
	enum field_origin origin;
	uint8_t row, rank; /* rank: 0 for the best alternative */
	uint8_t next;      /* in its bucket; 0 ends */
};

/* What to do with a record of one class. */
struct class_plan {
	const struct look_class *class;
	const struct look_row *rows[ROWS_MAX];
	struct plan_name names[NAMES_MAX + 1]; /* from 1 */
	uint8_t buckets[BUCKETS];
	uint8_t row_count, name_count;
};

struct facts_plan {
	struct class_plan classes[CLASSES_MAX];
	size_t count;
	uint8_t of_type[QUERY_TYPE_MAX]; /* index into classes, from 1; 0 for nothing to do */
};

static unsigned bucket_of(struct sv name)
{
	return ((unsigned char)name.p[0] + 7u * (unsigned char)name.p[name.n - 1] +
		13u * (unsigned)name.n) %
	       BUCKETS;
}

/* ---- the plan ---- */

static void plan_row(struct class_plan *p, const struct look_row *row)
{
	struct sv rest = sv_cstr(row->names), name;
	uint8_t rank = 0;

	if (p->row_count == ROWS_MAX)
		return;
	while (rest.n && p->name_count < NAMES_MAX) {
		struct plan_name *n = &p->names[++p->name_count];
		uint8_t *bucket;

		(void)sv_cut(rest, '|', &name, &rest);
		bucket = &p->buckets[bucket_of(name)];
		*n = (struct plan_name){name, row->origin, p->row_count, rank++, *bucket};
		*bucket = p->name_count;
	}
	p->rows[p->row_count++] = row;
}

static void plan_class(struct class_plan *p, const struct look_class *class, uint32_t wanted)
{
	p->class = class;
	for (; class; class = class->also)
		for (size_t i = 0; i < class->count; i++) {
			enum query_item item = class->rows[i].item;

			if (wanted & FACT(item == QUERY_CWD ? QUERY_FILE : item))
				plan_row(p, &class->rows[i]);
		}
}

static uint8_t plan_of_class(struct facts_plan *plan, const struct look_class *class,
			     uint32_t wanted)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->classes[i].class == class)
			return (uint8_t)(i + 1);
	if (plan->count == CLASSES_MAX)
		return 0;
	plan_class(&plan->classes[plan->count], class, wanted);
	return (uint8_t)++plan->count;
}

void facts_init(struct facts *f, uint32_t wanted)
{
	*f = (struct facts){.wanted = wanted};
	query_scratch_init(&f->scratch);
	arena_init(&f->texts, TEXTS_MAX);
	f->plan = calloc(1, sizeof(*f->plan));
	if (!f->plan) {
		f->failed = true;
		return;
	}
	for (uint32_t type = 0; type < QUERY_TYPE_MAX; type++) {
		const struct look_class *class = look_class_of(type);

		if (class)
			f->plan->of_type[type] = plan_of_class(f->plan, class, wanted);
	}
}

void facts_release(struct facts *f)
{
	query_scratch_release(&f->scratch);
	arena_release(&f->texts);
	free(f->plan);
	free(f->files);
	free(f->keys);
	free(f->accesses);
	*f = (struct facts){.failed = true};
}

/* ---- keeping ---- */

/* One more element of a growing array; NULL when there is no memory. */
static void *one_more(struct facts *f, void **array, size_t *count, size_t *cap, size_t size)
{
	if (*count == *cap) {
		size_t grown_cap = *cap ? *cap * 2 : 16;
		void *grown = reallocarray(*array, grown_cap, size);

		if (!grown) {
			f->failed = true;
			return NULL;
		}
		*array = grown;
		*cap = grown_cap;
	}
	return (char *)*array + (*count)++ * size;
}

static bool is_within(struct sv text, struct sv line)
{
	return text.p >= line.p && text.p < line.p + line.n;
}

/* Decoded text is gone with the next field: it moves to memory of the event. */
static struct sv lasting(struct facts *f, const struct record *r, struct sv text)
{
	struct sv copy;

	if (!text.n)
		return SV("");
	if (is_within(text, r->line))
		return text;
	copy = arena_copy(&f->texts, text);
	if (!copy.p) {
		f->failed = true;
		return SV("");
	}
	return copy;
}

static struct facts *facts_of(struct look *l)
{
	return (struct facts *)((char *)l->scratch - offsetof(struct facts, scratch));
}

static void keep_file(struct facts *f, const struct record *r, struct sv name)
{
	struct fact_file *file =
		one_more(f, (void **)&f->files, &f->file_count, &f->file_cap, sizeof(*f->files));

	if (file)
		*file = (struct fact_file){
			.name = lasting(f, r, name),
			.is_parent = r->type == AUDIT_PATH && sv_ends(r->body, SV("type=PARENT")),
		};
}

static void keep_key(struct facts *f, const struct record *r, struct sv text)
{
	struct sv *key =
		one_more(f, (void **)&f->keys, &f->key_count, &f->key_cap, sizeof(*f->keys));

	if (key)
		*key = lasting(f, r, text);
}

static void keep_text(struct look *l, enum query_item item, struct sv text)
{
	struct facts *f = facts_of(l);

	if (item == QUERY_FILE)
		keep_file(f, l->record, text);
	else if (item == QUERY_KEY)
		keep_key(f, l->record, text);
	else
		f->text[item] = lasting(f, l->record, text);
	f->known |= FACT(item);
}

static void keep_number(struct look *l, enum query_item item, uint64_t number)
{
	struct facts *f = facts_of(l);

	f->number[item] = number;
	f->known |= FACT(item);
}

/* ---- access decisions ---- */

static struct sv value_from(const struct record *r, enum field_origin origin, struct sv name)
{
	struct field f;

	return record_field_from(r, origin, name, &f) ? f.value : SV_EMPTY;
}

/* AppArmor has other names for the same things. */
static void read_apparmor(const struct record *r, struct fact_access *a)
{
	a->subject = value_from(r, FIELD_KERNEL, SV("profile"));
	a->object = value_from(r, FIELD_KERNEL, SV("name"));
	a->class = value_from(r, FIELD_KERNEL, SV("operation"));
	a->permissions = value_from(r, FIELD_KERNEL, SV("requested_mask"));
}

static enum fact_verdict verdict_of(const struct record *r, struct sv *permissions)
{
	switch (access_verdict(r, permissions)) {
	case ANSWER_YES:
		return VERDICT_GRANTED;
	case ANSWER_NO:
		return VERDICT_DENIED;
	case ANSWER_NONE:
		break;
	}
	return VERDICT_NONE;
}

/* Whether the only one that is kept so far has no verdict: it gives way to whatever comes. */
static bool is_without_verdict(const struct facts *f)
{
	return f->access_count == 1 && f->accesses[0].verdict == VERDICT_NONE;
}

static void keep_access(struct facts *f, const struct record *r)
{
	enum field_origin origin = r->type == AUDIT_USER_AVC ? FIELD_USER : FIELD_KERNEL;
	struct fact_access access = {0}, *a;
	struct field field;

	access.verdict = verdict_of(r, &access.permissions);
	if (is_without_verdict(f))
		f->access_count = 0;
	else if (access.verdict == VERDICT_NONE && f->access_count)
		return;
	a = one_more(f, (void **)&f->accesses, &f->access_count, &f->access_cap,
		     sizeof(*f->accesses));
	if (!a)
		return;
	*a = access;
	if (record_field(r, SV("apparmor"), &field)) {
		read_apparmor(r, a);
		return;
	}
	/* A program that decides for itself is the subject's warden: subj= is the program. */
	a->subject =
		value_from(r, FIELD_KERNEL, origin == FIELD_USER ? SV("subj") : SV("scontext"));
	a->object = value_from(r, origin, SV("tcontext"));
	a->class = value_from(r, origin, SV("tclass"));
}

/* ---- one record ---- */

struct found {
	struct field field[ROWS_MAX];
	uint8_t rank[ROWS_MAX]; /* 1 + the rank of the name; 0: not there */
};

/* Finds each row's field: the best alternative, the first of its name or the last. */
static void find_fields(const struct class_plan *p, const struct record *r, struct found *out)
{
	size_t missing = p->row_count;
	struct fields it;
	struct field f;

	memset(out->rank, 0, p->row_count);
	fields_init(&it, r);
	it.tail = SV_EMPTY; /* names that auditd looked up are no facts */
	while (missing && fields_next(&it, &f)) {
		for (uint8_t i = p->buckets[bucket_of(f.name)]; i; i = p->names[i].next) {
			const struct plan_name *n = &p->names[i];
			uint8_t *rank = &out->rank[n->row];
			bool last = p->rows[n->row]->last;

			if (n->origin != f.origin || !sv_eq(n->name, f.name) ||
			    (*rank && (last ? *rank < n->rank + 1 : *rank <= n->rank + 1)))
				continue;
			*rank = (uint8_t)(n->rank + 1);
			out->field[n->row] = f;
			missing -= *rank == 1 && !last;
		}
	}
}

static void read_row(struct look *l, struct facts *f, const struct look_row *row,
		     const struct field *field)
{
	struct field missing;

	if (row->rule == LOOK_FIRST && facts_has(f, row->item))
		return;
	if (!field) {
		if (!row->missing)
			return;
		missing = (struct field){.value = sv_cstr(row->missing), .origin = row->origin};
		field = &missing;
	}
	(void)row->read(l, row->item, field);
}

static void gather_record(struct look *l, struct facts *f, const struct record *r)
{
	uint8_t at = r->type < QUERY_TYPE_MAX ? f->plan->of_type[r->type] : 0;
	const struct class_plan *p = at ? &f->plan->classes[at - 1] : NULL;
	struct found found;

	if (!p)
		return;
	l->record = r;
	if (p->class->before && (f->wanted & FACT(QUERY_SUCCESS)))
		p->class->before(l);
	if (p->row_count) {
		find_fields(p, r, &found);
		for (size_t i = 0; i < p->row_count; i++)
			read_row(l, f, p->rows[i], found.rank[i] ? &found.field[i] : NULL);
	}
	if ((f->wanted & FACT_ACCESS) && (r->type == AUDIT_AVC || r->type == AUDIT_USER_AVC))
		keep_access(f, r);
}

void facts_gather(struct facts *f, const struct event *event)
{
	struct look l = {
		.scratch = &f->scratch, .keep_text = keep_text, .keep_number = keep_number};

	f->known = 0;
	f->file_count = f->key_count = f->access_count = 0;
	if (f->texts.total > TEXTS_KEEP)
		arena_release(&f->texts);
	else
		arena_reset(&f->texts);
	if (!f->plan)
		return;
	for (size_t i = 0; i < event->count; i++)
		gather_record(&l, f, &event->records[i]);
}

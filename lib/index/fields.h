/*
 * Inside lib/index: the table of indexed fields, found by name.
 */
#ifndef AURUM_INDEX_FIELDS_H
#define AURUM_INDEX_FIELDS_H

#include "index/index.h"

enum field_kind { FIELD_DICTIONARY, FIELD_SKETCH };

enum {
	INDEX_FIELDS = 0
#define FIELD(name, kind, form, parts) +1
#include "index/field.def"
#undef FIELD
};

#define FIELD_NAME_MAX 16 /* as it is kept in the file */

struct field_row {
	char name[FIELD_NAME_MAX];
	enum field_kind kind;
	enum index_form form;
	bool has_parts;
};

extern const struct field_row index_fields[INDEX_FIELDS];

/* Some of the fields. */
struct field_set {
	uint64_t bits[2];
};
_Static_assert(INDEX_FIELDS <= 128, "a field_set has a bit for each field");

static inline bool field_set_has(const struct field_set *s, size_t field)
{
	return s->bits[field / 64] >> (field % 64) & 1;
}

static inline struct field_set field_set_of(size_t field)
{
	uint64_t bit = UINT64_C(1) << (field % 64);

	/* No place in memory is computed: the set stays in registers. */
	return (struct field_set){{field < 64 ? bit : 0, field < 64 ? 0 : bit}};
}

static inline void field_set_add(struct field_set *s, struct field_set more)
{
	s->bits[0] |= more.bits[0];
	s->bits[1] |= more.bits[1];
}

/* Adds what s and `more` have in common to *twice, and then `more` to s. */
static inline void field_set_take(struct field_set *s, struct field_set more,
				  struct field_set *twice)
{
	twice->bits[0] |= s->bits[0] & more.bits[0];
	twice->bits[1] |= s->bits[1] & more.bits[1];
	field_set_add(s, more);
}

static inline bool field_set_is_empty(const struct field_set *s)
{
	return !(s->bits[0] | s->bits[1]);
}

/* -1 when there is none. Linear. */
int index_field_find(struct sv name);

#endif

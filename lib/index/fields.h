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

/* -1 when there is none. Linear. */
int index_field_find(struct sv name);

#endif

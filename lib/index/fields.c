/* The rows of field.def. */
#include "index/fields.h"

const struct field_row index_fields[INDEX_FIELDS] = {
#define FIELD(name, kind, form, parts) {name, FIELD_##kind, INDEX_FORM_##form, parts},
#include "index/field.def"
#undef FIELD
};

int index_field_find(struct sv name)
{
	for (int i = 0; i < INDEX_FIELDS; i++)
		if (sv_eq(name, sv_cstr(index_fields[i].name)))
			return i;
	return -1;
}

bool index_form_of(struct sv field, enum index_form *form)
{
	int id = index_field_find(field);

	if (id >= 0)
		*form = index_fields[id].form;
	return id >= 0;
}

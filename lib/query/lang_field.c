/* The names of lang_field.def. */
#include "query/lang_parts.h"

const struct lang_field lang_fields[] = {
#define VIRTUAL(name, subject, help) {name, help, true},
#define FIELD(name, help)            {name, help, false},
#include "query/lang_field.def"
};

const size_t lang_field_count = LEN(lang_fields);

static const enum lang_subject subjects[] = {
#define VIRTUAL(name, subject, help) LANG_SUBJECT_##subject,
#include "query/lang_field.def"
};

const struct lang_field *lang_field_find(struct sv name)
{
	for (size_t i = 0; i < LEN(lang_fields); i++)
		if (sv_eq(sv_cstr(lang_fields[i].name), name))
			return &lang_fields[i];
	return NULL;
}

enum lang_subject lang_field_subject(const struct lang_field *f)
{
	return f->is_virtual ? subjects[f - lang_fields] : LANG_SUBJECT_FIELD;
}

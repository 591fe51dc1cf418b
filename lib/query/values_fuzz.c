/*
 * Values of every kind of field, read from hostile lines, and counted: each is there once, none is
 * empty, and what was counted comes out again as it went in.
 */
#include "query/counts.h"
#include "query/lang.h"

#include <assert.h>
#include <stddef.h>

#define RECORDS_MAX 16
#define LINES_MAX   ((size_t)64 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_list(const struct values_list *list)
{
	assert(list->count <= VALUES_MAX);
	for (size_t i = 0; i < list->count; i++) {
		assert(list->texts[i].n > 0);
		for (size_t k = 0; k < i; k++)
			assert(!sv_eq(list->texts[i], list->texts[k]));
	}
}

static void check_counts(const struct values_list *list)
{
	struct counts c;

	counts_init(&c, 1);
	counts_add(&c, list);
	counts_add(&c, list);
	assert(c.tally.count == (list->count ? list->count : 1));
	for (size_t i = 0; i < c.tally.count; i++) {
		struct sv text;
		bool has;

		counts_texts(&c, i, &text, &has);
		assert(has == (list->count > 0) && (!has || sv_eq(text, list->texts[i])));
		assert(c.tally.entries[i].hits == 2);
	}
	counts_sort(&c, COUNTS_BY_VALUE, false);
	counts_release(&c);
}

static void read_field(const struct event *event, struct sv name, struct names *names)
{
	struct values_field field;
	struct values v;

	if (values_field_find(name, &field, NULL) != 0)
		return;
	values_init(&v, &field, 1, names);
	if (values_read(&v, event)) {
		check_list(&v.lists[0]);
		check_counts(&v.lists[0]);
	}
	values_release(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct name_source nobody = {0};
	struct sv rest = sv_make((const char *)data, size < LINES_MAX ? size : LINES_MAX), line;
	struct names *names = names_new(&nobody, NULL);
	struct record records[RECORDS_MAX];
	struct event event = {.records = records};

	while (event.count < RECORDS_MAX && sv_line(&rest, &line))
		event.count += record_parse(line, &records[event.count]) == RECORD_OK;
	if (event.count) {
		event.stamp = records[0].stamp;
		event.node = records[0].node;
		event.type = records[0].type;
		for (size_t i = 0; i < lang_field_count; i++)
			if (lang_fields[i].is_virtual)
				read_field(&event, sv_cstr(lang_fields[i].name), names);
		read_field(&event, SV("key"), names);
		read_field(&event, SV("exe"), names);
		read_field(&event, SV("exit"), names);
		read_field(&event, SV("saddr"), names);
		read_field(&event, SV("seperms"), names);
	}
	names_free(names);
	return 0;
}

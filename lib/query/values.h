/*
 * What an event says about fields, in words: what is counted, sorted by and put in columns.
 *
 *	struct values_field fields[2];
 *	values_field_find(SV("user"), &fields[0]), values_field_find(SV("exe"), &fields[1]);
 *	values_init(&v, fields, 2, names);
 *	if (!values_read(&v, event)) ...
 *	for (size_t i = 0; i < v.lists[0].count; i++) use(v.lists[0].texts[i]);
 *	values_release(&v);
 *
 * Fields are those of the query language (query/lang.h): any field that records have, by its name,
 * and what stands in values.def for the event as a whole. Each different value is there once, in the
 * order in which the event's records have them. Texts are decoded and not escaped: whoever prints
 * them escapes them.
 */
#ifndef AURUM_QUERY_VALUES_H
#define AURUM_QUERY_VALUES_H

#include "query/facts.h"
#include "query/when.h"
#include "record/normalise.h"
#include "record/words.h"

#define VALUES_FIELDS_MAX 16
#define VALUES_MAX        1024 /* of one field of one event; more are left out */

enum values_kind {
	VALUES_RECORD, /* fields of that name in any record */
#define VALUES(id, name, fields, help) VALUES_##id,
#include "query/values.def"
#undef VALUES
	VALUES_KINDS
};

struct values_field {
	enum values_kind kind;
	struct sv name;
};

/* False when it cannot be the name of a field. The name is borrowed. */
MUST_CHECK bool values_field_find(struct sv name, struct values_field *out);
/* Of a kind but VALUES_RECORD: its name, and what it is. */
const char *values_kind_name(enum values_kind kind);
const char *values_kind_help(enum values_kind kind);

struct values_list {
	struct sv *texts; /* valid until the next values_read(), as long as the event is */
	size_t count;
	/* Private. */
	size_t cap;
};

struct values {
	struct values_field fields[VALUES_FIELDS_MAX];
	struct values_list lists[VALUES_FIELDS_MAX]; /* one for each field */
	size_t count;
	when_to_local_fn to_local;

	/* Private. */
	struct interpreter interpreter;
	struct words words;
	struct normaliser normaliser;
	struct deed deed;
	struct facts facts;
	struct arena texts;
	struct buf scratch;
	bool has_records, has_deed, has_facts;
};

/* At most VALUES_FIELDS_MAX fields. names is borrowed; to_local is the process's zone. */
void values_init(struct values *v, const struct values_field *fields, size_t count,
		 struct names *names);
void values_release(struct values *v);

/* Reads an event that has records. False when there is no memory for all that it says. */
MUST_CHECK bool values_read(struct values *v, const struct event *event);

#endif

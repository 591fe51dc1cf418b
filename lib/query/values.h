/*
 * What an event says about fields, in words: what is counted, sorted by and put in columns.
 *
 *	struct values_field fields[2];
 *	if (values_field_find(SV("user"), &fields[0], &e) != 0) ...
 *	values_init(&v, fields, count, names);
 *	if (!values_read(&v, event)) ...
 *	for (size_t i = 0; i < v.lists[0].count; i++) use(v.lists[0].texts[i]);
 *	values_release(&v);
 *
 * Fields are those of the query language (query/lang.h), the names of virtual ones included, and their
 * values are those that it compares with: what is printed here for a field is found by asking for
 * it. Each different value is there once, in the order in which the event's records have them.
 * Texts are decoded and not escaped: whoever prints them escapes them.
 */
#ifndef AURUM_QUERY_VALUES_H
#define AURUM_QUERY_VALUES_H

#include "base/err.h"
#include "query/when.h"
#include "record/join.h"
#include "record/normalise.h"
#include "record/words.h"

#define VALUES_FIELDS_MAX 16
#define VALUES_MAX        1024 /* of one field of one event; more are left out */

struct values_field {
	struct sv name;
	unsigned subject; /* private */
};

/*
 * The field of that name, which is borrowed; a name in quotes is a field of records, whether it is
 * known or not. -1 with the sentence, and a hint, for a name that is not known.
 */
MUST_CHECK int values_field_find(struct sv name, struct values_field *out, struct err *e);

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
	struct arena texts;
	struct buf scratch, name, cwd;
	bool has_records, has_deed, has_cwd;
};

/* At most VALUES_FIELDS_MAX fields. names is borrowed; to_local is the process's zone. */
void values_init(struct values *v, const struct values_field *fields, size_t count,
		 struct names *names);
void values_release(struct values *v);

/* Reads an event that has records. False when there is no memory for all that it says. */
MUST_CHECK bool values_read(struct values *v, const struct event *event);

#endif

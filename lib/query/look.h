/*
 * Inside lib/query: which fields of which record types say something about an item, and how
 * their values are compared with what the query asks for.
 */
#ifndef AURUM_QUERY_LOOK_H
#define AURUM_QUERY_LOOK_H

#include "query/query.h"

enum answer {
	ANSWER_NONE, /* nothing said about it (yet) */
	ANSWER_NO,
	ANSWER_YES,
};

struct look;

/* Takes what a field says of an item, where values are gathered and not compared. */
typedef void (*look_keep_text_fn)(struct look *l, enum query_item item, struct sv text);
typedef void (*look_keep_number_fn)(struct look *l, enum query_item item, uint64_t number);

/* One event being looked at. */
struct look {
	const struct query *q; /* NULL: nothing is compared, the two functions take it all */
	struct query_scratch *scratch;
	look_keep_text_fn keep_text;
	look_keep_number_fn keep_number;
	const struct record *record; /* the one at hand */
	bool has_cwd;                /* scratch->cwd is the event's */
	enum answer answers[QUERY_ITEMS];
};

/* Compares a field's value with what q asks of the item. */
typedef enum answer (*look_read_fn)(struct look *l, enum query_item item, const struct field *f);

enum look_rule {
	LOOK_OVERRIDES, /* the last record that has it decides */
	LOOK_FIRST,     /* only when nothing was said before in this event */
	LOOK_EITHER,    /* beside what was said before: one that fits is enough */
};

struct look_row {
	enum query_item item;
	const char *names; /* of the field; alternatives, best first, are separated by '|' */
	enum field_origin origin;
	look_read_fn read;
	enum look_rule rule;
	bool last;           /* of several fields of the name the last one counts */
	const char *missing; /* the value that a record without the field stands for, or NULL */
};

struct look_class {
	const struct look_row *rows;
	size_t count;
	void (*before)(struct look *l); /* what no field says; may be NULL */
	const struct look_class *also;  /* its rows come after these; may be NULL */
};

/* NULL for types that say nothing. */
const struct look_class *look_class_of(uint32_t type);
/* All of them, from 0 on, some more than once; NULL behind the last one. */
const struct look_class *look_class_at(size_t i);

/* The readers (query/read.c). Text compares as a whole word or a part of it, as q says. */
enum answer read_number(struct look *l, enum query_item item, const struct field *f);
enum answer read_user(struct look *l, enum query_item item, const struct field *f);
enum answer read_machine(struct look *l, enum query_item item, const struct field *f);
enum answer read_exit(struct look *l, enum query_item item, const struct field *f);
enum answer read_success(struct look *l, enum query_item item, const struct field *f);
enum answer read_plain(struct look *l, enum query_item item, const struct field *f);
enum answer read_encoded(struct look *l, enum query_item item, const struct field *f);
enum answer read_loose(struct look *l, enum query_item item, const struct field *f);
enum answer read_path(struct look *l, enum query_item item, const struct field *f);
enum answer read_cwd(struct look *l, enum query_item item, const struct field *f);
enum answer read_key(struct look *l, enum query_item item, const struct field *f);
enum answer read_host(struct look *l, enum query_item item, const struct field *f);
enum answer read_address(struct look *l, enum query_item item, const struct field *f);
enum answer read_socket(struct look *l, enum query_item item, const struct field *f);
enum answer read_uuid(struct look *l, enum query_item item, const struct field *f);

/* The verdict that an AVC says in words, or AppArmor in its field: sets SUCCESS. */
void read_verdict(struct look *l);

/* That verdict: YES granted, NO denied, NONE not said. The permissions go to *permissions,
 * which is empty where there are none. */
enum answer access_verdict(const struct record *r, struct sv *permissions);

#endif

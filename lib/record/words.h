/*
 * The fields of one record as libauparse counts them: node and type, then every word of the text
 * with a '=' in it, those inside msg='...' included; of an AVC also its decision ("seresult") and
 * permissions ("seperms"); of several keys in one field each. For what is written against those
 * names and values: expressions, and lines that a person gets out of syslog.
 *
 *	words_init(&w, &interpreter);
 *	if (words_read(&w, record))
 *		for (size_t i = 0; (f = words_at(&w, i)); i++) {
 *			words_put_raw(f, &out);		-- "ls", quotes and all
 *			words_put(&w, f, &out);		-- ls
 *		}
 *	words_release(&w);
 *
 * A name can stand several times: who wrote it is not known here (record/record.h tells), but the
 * kernel's own fields stand first.
 */
#ifndef AURUM_RECORD_WORDS_H
#define AURUM_RECORD_WORDS_H

#include "record/interpret.h"
#include "record/trail.h"

struct words {
	struct interpreter *interpreter; /* borrowed */
	struct arena arena;
	struct trail trail;
	const struct record *record;
	struct interpret_context context;
	bool has_context;
};

void words_init(struct words *w, struct interpreter *ip);
void words_release(struct words *w);

/* Turns to this record, which is borrowed. False when there is no memory. */
MUST_CHECK bool words_read(struct words *w, const struct record *r);

/* Number i from 0; NULL behind the last one. Valid until the next words_read(). */
const struct trail_field *words_at(struct words *w, size_t i);
/* The first of that name; NULL when there is none. */
const struct trail_field *words_find(struct words *w, struct sv name);

/* How it is interpreted. */
enum value_type words_type(const struct words *w, const struct trail_field *f);

/* What it means, escaped as the interpreter says. */
void words_put(struct words *w, const struct trail_field *f, struct buf *out);

/* As it stands in the record; one of several keys as it would stand there alone. */
void words_put_raw(const struct trail_field *f, struct buf *out);

#endif

/*
 * The reference's search expressions, ausearch-expression(5): what audisp-filter's files hold and
 * ausearch_add_expression(3) takes.
 *
 *	type r= SYSCALL && (auid >= 1000 || !(key i= "ok")) && \timestamp >= ts:1700000000.000
 *
 *	struct expression x;
 *	size_t column;
 *	if (expression_parse(&x, text, &column, &e) != 0) ...	-- "3: an operator is expected ..."
 *	expression_matcher_init(&m, &interpreter);
 *	if (expression_matches(&x, event, &m)) ...
 *	expression_matcher_release(&m);
 *	expression_release(&x);
 *
 * An expression is about one record; it holds for an event when it holds for any of its records.
 * A comparison with a field that the record does not have is false, whatever the operator.
 *
 * Fields are those of record/words.h, and the first of a name counts. That is the reference's
 * meaning, and not safe against a program that adds fields of its own to a USER_* record: the
 * kernel's stand first, but one that the kernel does not write is that program's word.
 *
 * The tree is open to those who plan a search with it; nobody changes it after parsing, so it can
 * be used by any number of threads, each with a matcher of its own.
 */
#ifndef AURUM_QUERY_EXPRESSION_H
#define AURUM_QUERY_EXPRESSION_H

#include "record/join.h"
#include "record/words.h"

#include <regex.h>

#define EXPRESSION_TEXT_MAX    (64u << 10)
#define EXPRESSION_NODES_MAX   4096
#define EXPRESSION_DEPTH_MAX   64 /* of parentheses and "!" */
#define EXPRESSION_PATTERN_MAX 1024

enum expression_kind {
	EXPRESSION_ALL, /* of its children, two or more: && */
	EXPRESSION_ANY, /* || */
	EXPRESSION_NOT, /* one child */
	EXPRESSION_COMPARE,
	EXPRESSION_REGEXP
};

enum expression_subject {
	EXPRESSION_FIELD, /* of the record, by name */
	EXPRESSION_TIMESTAMP,
	EXPRESSION_TIMESTAMP_EX, /* with the serial number */
	EXPRESSION_RECORD_TYPE
};

/* What of it is compared. */
enum expression_aspect {
	EXPRESSION_RAW,         /* r=: as it stands in the record */
	EXPRESSION_INTERPRETED, /* i=: in words */
	EXPRESSION_VALUE        /* ==: as a number: user and group ids, times, types */
};

enum expression_order {
	EXPRESSION_EQ,
	EXPRESSION_NE,
	EXPRESSION_LT,
	EXPRESSION_LE,
	EXPRESSION_GT,
	EXPRESSION_GE
};

struct expression_node {
	enum expression_kind kind;
	struct expression_node *next;  /* of the children of one node */
	struct expression_node *child; /* the first one */

	/* EXPRESSION_COMPARE */
	enum expression_subject subject;
	enum expression_aspect aspect;
	enum expression_order order; /* EQ or NE unless it is EXPRESSION_VALUE */
	struct sv name;              /* EXPRESSION_FIELD */
	struct sv text;              /* to compare with, unless it is EXPRESSION_VALUE */
	uint32_t number;             /* of a field or a type */
	struct stamp stamp;

	regex_t *regexp; /* EXPRESSION_REGEXP */
	struct sv pattern;
	size_t column; /* of its first byte in the text, from 1 */
};

struct expression {
	const struct expression_node *root;
	struct arena memory;
	regex_t **regexps; /* to free */
	size_t regexp_count, node_count;
};

/*
 * 0; or -1 with a sentence about the byte at *column, counted from 1, that says what was expected
 * there. Nothing is held then. text is not kept.
 */
MUST_CHECK int expression_parse(struct expression *x, struct sv text, size_t *column,
				struct err *e);
void expression_release(struct expression *x);

/* Puts the expression in one way of writing it, which reads back as the same tree. */
void expression_put(const struct expression *x, struct buf *out);

/* What matching writes. */
struct expression_matcher {
	struct words words;
	struct buf text;
	bool failed; /* there was no memory for some record since this was last set to false: a
			match may have been missed */
};

void expression_matcher_init(struct expression_matcher *m, struct interpreter *ip);
void expression_matcher_release(struct expression_matcher *m);

/* The event must have been joined from records, not pieces. */
bool expression_matches(const struct expression *x, const struct event *event,
			struct expression_matcher *m);
bool expression_matches_record(const struct expression *x, const struct record *r,
			       struct expression_matcher *m);
/* The same when m->words is at that record already. */
bool expression_matches_words(const struct expression *x, const struct record *r,
			      struct expression_matcher *m);

/* For a comparison of EXPRESSION_VALUE with a field: whether a value as it stands is what it asks for. */
bool expression_accepts_value(const struct expression_node *n, struct sv raw);
/* The same with a record's type. */
bool expression_accepts_type(const struct expression_node *n, uint32_t type);

#endif

/*
 * Inside lib/query: the tree of a query and what its parts share.
 *
 *	struct lang_compare {	auid   !=     (alice, 1000)
 *				name   order  tests: any of them is enough
 *
 * Every comparison asks values, one after the other: of a field, or what a virtual one is made of. It
 * holds when one of them is accepted; with is_negated when there is one and none is accepted.
 */
#ifndef AURUM_QUERY_LANG_PARTS_H
#define AURUM_QUERY_LANG_PARTS_H

#include "query/expression.h"
#include "query/lang.h"
#include "query/lang_token.h"
#include "query/literal.h"
#include "table/table.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum lang_kind {
	LANG_AND, /* of the event: `and` */
	LANG_OR,
	LANG_NOT,
	LANG_ALL, /* of one record: && */
	LANG_ANY,
	LANG_NO,
	LANG_COMPARE,
	LANG_HAS,
	LANG_TEXT,      /* "text" somewhere in a record */
	LANG_REFERENCE, /* a comparison in the words of the reference */
};

enum lang_subject {
	LANG_SUBJECT_FIELD, /* of a record, by name */
	LANG_SUBJECT_TYPE,
	LANG_SUBJECT_NODE,
	LANG_SUBJECT_TIME,
	LANG_SUBJECT_SERIAL,
	LANG_SUBJECT_EVENT,
	LANG_SUBJECT_USER,
	LANG_SUBJECT_ADDR,
	LANG_SUBJECT_PORT,
	LANG_SUBJECT_SUBJECT, /* from here on: of the whole event */
	LANG_SUBJECT_ACTION,
	LANG_SUBJECT_OBJECT,
	LANG_SUBJECT_OUTCOME,
	LANG_SUBJECT_PROGRAM,
	LANG_SUBJECT_PATH,
	LANG_SUBJECT_ARGS,
};

static inline bool lang_subject_is_of_event(enum lang_subject s)
{
	return s >= LANG_SUBJECT_SUBJECT;
}

enum lang_order {
	LANG_EQ, /* any of the tests: =, in, like */
	LANG_LT,
	LANG_LE,
	LANG_GT,
	LANG_GE,
	LANG_MATCH, /* ~ */
};

/* How it was written. */
enum lang_form { LANG_FORM_SIGN, LANG_FORM_IN, LANG_FORM_LIKE };

enum lang_test_kind {
	LANG_TEST_TEXT,
	LANG_TEST_GLOB,    /* * any bytes, ? one */
	LANG_TEST_ADDRESS, /* the first `bits` of an address */
	LANG_TEST_NUMBER,  /* any way of writing it, and the text */
	LANG_TEST_RANGE,   /* from number to high, both included */
	LANG_TEST_TIME,    /* from_ms to to_ms, both included */
	LANG_TEST_STAMP,
	LANG_TEST_PATTERN,
};

/* A number with its sign. */
struct lang_number {
	bool is_negative;
	uint64_t size;
};

struct lang_test {
	enum lang_test_kind kind;
	struct sv written; /* the value, without quotes */
	bool is_quoted;

	struct sv text;    /* TEXT, GLOB: what a value is compared with */
	struct sv another; /* TEXT: another spelling of the same; empty when there is none */
	bool is_id_number; /* TEXT: a user, group or system call by number: names are not looked at */
	bool has_id;       /* TEXT: the name of a user, of a group */
	uint32_t id, gid;
	bool has_gid;
	struct lang_number number, high;
	int64_t from_ms, to_ms;
	struct stamp stamp;
	unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
	unsigned bits;
	pcre2_code *pattern;
	bool is_jit;
};

struct lang_node {
	enum lang_kind kind;
	struct lang_node *next;   /* of the children of one node */
	struct lang_node *child;  /* the first one */
	struct lang_node **cheap; /* the children again, the cheapest first */
	size_t child_count;
	unsigned cost;
	bool is_enclosed; /* in parentheses */
	size_t column, length;

	/* LANG_COMPARE, LANG_HAS */
	enum lang_subject subject;
	struct sv name;
	bool is_quoted;       /* the name: then it is a field, whatever its name */
	enum value_type type; /* by its name alone */
	bool is_negated;
	enum lang_order order;
	enum lang_form form;
	struct lang_test *tests; /* LANG_TEXT: one */
	size_t test_count;
	struct literal
		*hex; /* LANG_TEXT: how a value in hexadecimal would hold it; NULL: none can */

	struct expression *reference; /* LANG_REFERENCE */
};

/* What has to be released besides the arena. */
struct lang_held {
	struct lang_held *next;
	struct expression *expression;
	pcre2_code *pattern;
};

struct lang_parser {
	struct lang *l;
	struct lang_lexer lexer;
	const struct lang_env *env;
	size_t depth, pattern_count;
};

/* ---- lang_parse.c ---- */

/* A new node at the lexer's token; NULL with the problem. */
struct lang_node *lang_node_new(struct lang_parser *p, enum lang_kind kind);
int lang_no_memory(struct lang_parser *p);
/* "WHAT is expected here, not "foo"". Returns -1. */
int lang_expected(struct lang_parser *p, const char *what);

/* ---- lang_operand.c ---- */

/*
 * The lexer is at the word or string that starts a comparison, `has` or a text. Leaves it at the last
 * token of it; NULL with the problem.
 */
struct lang_node *lang_parse_operand(struct lang_parser *p);

/* ---- lang_value.c ---- */

/* Reads the value that the lexer is at into *t. */
MUST_CHECK int lang_read_value(struct lang_parser *p, const struct lang_node *n,
			       struct lang_test *t);
/* The same, for <, <=, >, >=. */
MUST_CHECK int lang_read_bound(struct lang_parser *p, const struct lang_node *n,
			       struct lang_test *t);
/* For like and ~. */
MUST_CHECK int lang_read_glob(struct lang_parser *p, const struct lang_node *n,
			      struct lang_test *t);
MUST_CHECK int lang_read_pattern(struct lang_parser *p, const struct lang_node *n,
				 struct lang_test *t);

/* "BEFORE text AFTER", about the value that the lexer is at. Returns -1. */
int lang_wrong_value(struct lang_parser *p, const char *before, struct sv text, const char *after);

/* The 16 bytes of an address, IPv4 as ::ffff:a.b.c.d; false when text is none. */
MUST_CHECK bool lang_address(struct sv text, unsigned char out[16], bool *is_v4);

/* ---- lang_when.c: of a value that was taken ---- */

MUST_CHECK int lang_read_time(struct lang_parser *p, struct lang_test *t);
MUST_CHECK int lang_read_stamp(struct lang_parser *p, struct lang_test *t);

/* ---- lang_name.c: of a value that was taken ---- */

MUST_CHECK int lang_read_type(struct lang_parser *p, struct lang_test *t);
MUST_CHECK int lang_read_outcome(struct lang_parser *p, struct lang_test *t);
/* What a text or number is called in the records, where its field has names. */
MUST_CHECK int lang_read_name(struct lang_parser *p, const struct lang_node *n,
			      struct lang_test *t);

/* ---- lang_put.c ---- */

void lang_put_node(const struct lang_node *n, struct buf *out);
/* The same with the field that is asked, one of those of a virtual one. */
void lang_put_asked(const struct lang_node *n, struct sv name, struct buf *out);

/* ---- lang_field.c ---- */

enum lang_subject lang_field_subject(const struct lang_field *f);

#endif

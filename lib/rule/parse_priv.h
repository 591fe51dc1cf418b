/*
 * Shared by the parts of the rule parser: parse.c (most options), call.c (-S), condition.c (-F and
 * -C), value.c (the values of -F).
 */
#ifndef AURUM_RULE_PARSE_PRIV_H
#define AURUM_RULE_PARSE_PRIV_H

#include "rule/field.h"
#include "rule/parse.h"

static inline struct rule_place rule_at(const struct rule_parser *p, const char *where)
{
	return words_place(p->words, where);
}

/* A condition in pieces. */
struct condition {
	const struct field_rule *row;
	const char *name; /* of the field */
	uint32_t op;
	struct sv value; /* ends where the word ends: value.p is a C string */
	struct rule_place at, value_at;
};

/* Reads the value by its kind and appends the field, or tells what is wrong with it. */
void rule_read_value(struct rule_parser *p, const struct condition *c);

/* Letters of rwxa, in any order and case, at least one. False after a problem was told. */
bool rule_perms(struct rule_parser *p, struct sv letters, uint32_t *out);

/* No control characters; else that is told, with what for "the path". */
bool rule_is_clean(struct rule_parser *p, struct sv text, const char *what);

/* The list was given and is one of the set; else a problem about what is told. */
bool rule_on_list(struct rule_parser *p, const char *what, uint32_t lists, struct rule_place at);

/* Appends; tells when the rule is full. */
void rule_put_number(struct rule_parser *p, uint32_t field, uint32_t op, uint32_t value,
		     struct rule_place at);
void rule_put_text(struct rule_parser *p, uint32_t field, uint32_t op, struct sv text,
		   struct rule_place at);

/* Adds to the keys of the rule; they become one field at its end. */
void rule_collect_key(struct rule_parser *p, const char *value);

#endif

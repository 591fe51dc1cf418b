/*
 * What the words of a rule may be: fields, lists, actions, operators, comparisons.
 * The names are those of table/rule.def; what a field takes is a row of field.def. Parser,
 * printer, packer and error sentences read the same rows.
 */
#ifndef AURUM_RULE_FIELD_H
#define AURUM_RULE_FIELD_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/sv.h"
#include "table/table.h"

#include <linux/audit.h>
#include <stdint.h>

enum field_kind {
	FIELD_NUMBER,
	FIELD_UID,      /* a number or a user's name */
	FIELD_GID,      /* a number or a group's name */
	FIELD_SESSION,  /* a number or "unset" */
	FIELD_ARGUMENT, /* a0 ... a3: a number, may be negative */
	FIELD_EXIT,     /* a number or errno, may be negative */
	FIELD_MSGTYPE,  /* a number or a record type */
	FIELD_MACHINE,  /* arch: a machine, b32, b64 or the number */
	FIELD_PERM,     /* letters of rwxa */
	FIELD_FILETYPE, /* file, dir, ... */
	FIELD_FSTYPE,   /* tracefs, ... */
	FIELD_FAMILY,   /* an address family's number */
	FIELD_LABEL,    /* text from here on: part of a security label */
	FIELD_FILE,     /* a path that is watched */
	FIELD_DIR,      /* a path that is watched with all below it */
	FIELD_EXE,      /* a path of a program */
	FIELD_KEY,
};

/* Lists, as a set. */
#define ON_LIST(list) (1u << (list))
#define ON_USER       ON_LIST(AUDIT_FILTER_USER)
#define ON_TASK       ON_LIST(AUDIT_FILTER_TASK)
#define ON_EXIT       ON_LIST(AUDIT_FILTER_EXIT)
#define ON_EXCLUDE    ON_LIST(AUDIT_FILTER_EXCLUDE)
#define ON_FILESYSTEM ON_LIST(AUDIT_FILTER_FS)
#define ON_URING      ON_LIST(AUDIT_FILTER_URING_EXIT)
#define ON_CALLS      (ON_EXIT | ON_URING)
#define ON_ANY        (ON_USER | ON_TASK | ON_CALLS)

/* Operators, as a set: bit n is the n-th of = != < <= > >= & &=. */
enum field_ops {
	OPS_ONE = 1,    /* = */
	OPS_SAME = 3,   /* and != */
	OPS_ORDER = 63, /* and < <= > >= */
	OPS_ALL = 255,  /* and & &= */
};

struct field_rule {
	uint32_t field;
	enum field_kind kind;
	uint32_t lists;
	uint32_t ops; /* enum field_ops */
};

/* The row of a field; NULL for a number that is no field. */
const struct field_rule *field_rule(uint32_t field);
const struct field_rule *field_rule_at(size_t i); /* NULL at the end */
/* The value is text in the rule's buffer, in kernels old and new. */
bool field_is_text(uint32_t field);

/* "=" for AUDIT_EQUAL; NULL for bits that are no operator. */
const char *operator_symbol(uint32_t op);
/* The longest operator at the start of v: its bytes, and *op; 0 when there is none. */
size_t operator_at(struct sv v, uint32_t *op);
/* The operator is one of the set (enum field_ops). */
bool operator_in(uint32_t op, uint32_t ops);
/* "=, !=" */
void operators_put(uint32_t ops, struct buf *out);

/* "exit"; NULL for a number that is no list. */
const char *list_name(uint32_t list);
MUST_CHECK bool list_find(struct sv name, uint32_t *list);
MUST_CHECK bool action_find(struct sv name, uint32_t *action);
void lists_put(uint32_t lists, struct buf *out); /* "exit, io_uring" */

/*
 * A -C pair, AUDIT_COMPARE_...: the two fields in either order give the same number. False,
 * with the output untouched, when they cannot be compared.
 */
MUST_CHECK bool compare_find(uint32_t a, uint32_t b, uint32_t *pair);
/* The names of a pair; false for a number that is none. */
MUST_CHECK bool compare_names(uint32_t pair, struct sv *left, struct sv *right);
bool field_is_comparable(uint32_t field); /* in any pair */

/* "file, dir, ...": every name of a table. */
void names_put(const struct name_table *table, struct buf *out);

#endif

/*
 * An audit rule as a value: what the kernel holds, what auditctl reads and prints.
 *
 *	words --command_parse()--> struct rule --rule_pack()--> struct audit_rule_data
 *	                              ^                             |
 *	        text <--rule_print()--+--------rule_unpack()--------+
 *
 * A struct rule owns all it needs and points nowhere: it may be copied, compared field by
 * field and kept as long as one likes. It is about 10 KiB. Its text holds the strings of all
 * string fields, one after another in the order of the fields, as the kernel wants them.
 *
 * Numbers are the kernel's own (linux/audit.h): AUDIT_FILTER_EXIT, AUDIT_ALWAYS, AUDIT_PID,
 * AUDIT_NOT_EQUAL.
 */
#ifndef AURUM_RULE_RULE_H
#define AURUM_RULE_RULE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#include <linux/audit.h>
#include <stdint.h>

/* Larger rules do not fit into the 8970 bytes that user space may send in one message. */
#define RULE_TEXT_MAX 7912

/* Where a rule or a part of it was written, counted from 1; a column counts bytes. */
struct rule_place {
	uint32_t line;   /* 0: not from a file but from a command line */
	uint32_t column; /* then this is the number of the argument */
};

struct rule_field {
	uint32_t field;       /* AUDIT_PID, ... */
	uint32_t op;          /* AUDIT_EQUAL, ... */
	uint32_t value;       /* the number; the length of the text for string fields */
	uint32_t text_offset; /* string fields: where their text begins in rule.text */
	struct rule_place at; /* of the word that gave it */
};

struct rule {
	uint32_t list; /* AUDIT_FILTER_EXIT, ... */
	uint32_t action;
	bool prepend; /* goes before the others of its list; meaningful when adding only */
	uint32_t mask[AUDIT_BITMASK_SIZE]; /* one bit a system call or io_uring operation */
	uint32_t field_count;
	struct rule_field fields[AUDIT_MAX_FIELDS];
	uint32_t text_length;
	char text[RULE_TEXT_MAX];
	struct rule_place at; /* of its first word */
};

/* An empty rule of no list: no system calls, no fields. */
void rule_init(struct rule *r);

/* The text of a string field, borrowed from r. */
struct sv rule_text(const struct rule *r, const struct rule_field *f);

/* False when the rule has its 64 fields, or the text does not fit; the rule is then as before. */
MUST_CHECK bool rule_add_number(struct rule *r, uint32_t field, uint32_t op, uint32_t value,
				struct rule_place at);
MUST_CHECK bool rule_add_text(struct rule *r, uint32_t field, uint32_t op, struct sv text,
			      struct rule_place at);

/* Number nr of the mask; false when it is not below 2048. */
MUST_CHECK bool rule_set_call(struct rule *r, uint32_t nr);
bool rule_has_call(const struct rule *r, uint32_t nr);
void rule_set_all_calls(struct rule *r);
/* Every call is selected. The last word does not count: the kernel keeps classes there. */
bool rule_has_all_calls(const struct rule *r);
/* The list looks at the mask at all: exit and io_uring do. */
bool rule_list_has_calls(uint32_t list);

/* True when a key of the rule holds part; an empty part is in every rule. */
bool rule_has_key(const struct rule *r, struct sv part);

/*
 * What the kernel takes for the same rule: list, action, calls, conditions in their order, texts.
 * Not whether it goes first, and not the bits of call classes, which the kernel resolves.
 */
bool rule_same(const struct rule *a, const struct rule *b);
/* The same number for the same rules, most often another one for others. */
uint64_t rule_hash(const struct rule *r);

#endif

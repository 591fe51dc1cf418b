/*
 * A rule as the kernel's bytes: struct audit_rule_data of linux/audit.h, in the byte order of
 * the host, as AUDIT_ADD_RULE, AUDIT_DEL_RULE and AUDIT_LIST_RULES carry it.
 *
 *	   0      4       8      12     268      524      780          1036    1040
 *	+-------+-------+------+------+--------+--------+------------+-------+------ - -
 *	| flags | action| count| mask | fields | values | fieldflags | buflen| text
 *	+-------+-------+------+------+--------+--------+------------+-------+------ - -
 *	                         64 words of 32 bits each
 *
 * The value of a text field is its length; the texts stand in the order of their fields,
 * without separators.
 */
#ifndef AURUM_RULE_PACK_H
#define AURUM_RULE_PACK_H

#include "rule/rule.h"

/* The bytes before the text. */
#define RULE_HEAD_BYTES 1040

/* Appends the bytes of r; out->failed when they do not fit. */
void rule_pack(const struct rule *r, struct buf *out);

/*
 * Reads a rule from bytes that may be anything, of any alignment. 0, or -1 with a sentence and
 * *out untouched: too short, more fields than there are, texts longer than their buffer, more
 * text than a rule holds. Fields, lists and operators without a name are kept as numbers;
 * bytes behind the last text are ignored, as the kernel pads.
 */
MUST_CHECK int rule_unpack(struct sv bytes, struct rule *out, struct err *e);

#endif

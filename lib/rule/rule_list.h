/*
 * Many rules as the kernel's bytes, in the kernel's order, for as long as they are needed: what
 * audit_list_rules() hands out is valid during the call only.
 *
 *	struct rule_list list = RULE_LIST_INIT;
 *	if (audit_list_rules(&control, rule_list_collect, &list, &e) != 0 || list.bytes.failed) ...
 *	struct sv rest = buf_view(&list.bytes), rule;
 *	while (rule_list_take(&rest, &rule)) ...
 *	rule_list_release(&list);
 */
#ifndef AURUM_RULE_RULE_LIST_H
#define AURUM_RULE_RULE_LIST_H

#include "base/buf.h"

#define RULE_LIST_MAX ((size_t)64 << 20) /* bytes of all rules */

struct rule_list {
	struct buf bytes; /* each rule behind its length; failed when one did not fit */
	size_t count;
};

#define RULE_LIST_INIT ((struct rule_list){.bytes = BUF_INIT(RULE_LIST_MAX)})

void rule_list_release(struct rule_list *list);

/* Appends a rule of any bytes. Without memory nothing is appended and bytes.failed is set. */
void rule_list_put(struct rule_list *list, struct sv rule);
/* The same as an audit_rule_fn: list is a struct rule_list. */
void rule_list_collect(void *list, struct sv rule);

/* Takes the next rule from a view of the bytes; false at the end. */
MUST_CHECK bool rule_list_take(struct sv *rest, struct sv *rule);

#endif

/*
 * A rule as text: the words with which auditctl lists it and would set it again.
 *
 *	struct rule_style style = {.machine = machine_native()};
 *	rule_print(&r, &style, &out);		-- "-w /etc/passwd -p wa -k identity"
 *
 * The text is that of the reference's listing (docs/differences.md has the few exceptions).
 * What command_parse() made can be read back from it and packs to the same bytes. Spaces and
 * backslashes in paths and keys are written as a rules file wants them, "\ " and "\\"; control
 * bytes as "\001", so that a listing has one line a rule whatever the kernel holds.
 */
#ifndef AURUM_RULE_PRINT_H
#define AURUM_RULE_PRINT_H

#include "rule/rule.h"
#include "table/table.h"

struct rule_style {
	enum machine machine; /* whose system calls a rule without arch has */
	bool interpret;       /* machine names, unset ids and arguments in words (-l -i) */
	bool short_machine;   /* b64 and b32 all the same */
	bool is_brief;        /* without "-S all" where perm= chooses the calls */
	/*
	 * Says what argument a<index> of a system call means, or appends nothing: then the
	 * number stands there. a has the values of a0 and a1 as far as the rule has them. May be
	 * NULL. Only called with interpret, for rules with an arch and a single call.
	 */
	void (*argument)(void *ctx, enum machine m, uint32_t call, unsigned int index,
			 const uint32_t a[2], uint32_t value, struct buf *out);
	void *ctx;
};

/* Appends the text without a newline; out->failed when it does not fit. */
void rule_print(const struct rule *r, const struct rule_style *style, struct buf *out);

/* The same for condition i alone: "-F auid>=1000". */
void rule_print_condition(const struct rule *r, uint32_t i, const struct rule_style *style,
			  struct buf *out);

/* True when the text is "-w PATH -p PERMS [-k KEY]": the rule is what -w would have made. */
bool rule_is_watch(const struct rule *r);

#endif

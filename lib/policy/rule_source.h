/*
 * Rules from wherever they are: a file, a folder, standard input or the kernel, as one array in
 * the order in which the kernel asks them, each with the place to tell people.
 *
 *	struct rule_source source;
 *	if (rule_source_read(&source, "kernel", &reader, &control, &e) != 0) ...
 *	for (size_t i = 0; i < source.count; i++)
 *		... source.rules[i].rule, source.rules[i].file, source.rules[i].line
 *	rule_source_release(&source);
 */
#ifndef AURUM_POLICY_RULE_SOURCE_H
#define AURUM_POLICY_RULE_SOURCE_H

#include "netlink/control.h"
#include "policy/rule_set.h"

#define RULE_SOURCE_KERNEL "kernel"
#define RULE_SOURCE_STDIN  "-"

struct placed_rule {
	const struct rule *rule;
	const char *file;               /* RULE_SOURCE_KERNEL for its rules */
	uint32_t line;                  /* of the file; of the kernel's list, counted from 1 */
	const struct rule_entry *entry; /* NULL for the kernel's */
};

struct rule_source {
	struct placed_rule *rules; /* what is in the kernel once the set is loaded */
	size_t count;
	bool is_kernel;
	struct rule_set set;   /* empty for the kernel's */
	struct rule *unpacked; /* the kernel's */
};

/*
 * Reads the rules that word names: RULE_SOURCE_KERNEL, RULE_SOURCE_STDIN, else a path. control is
 * asked for the kernel's only and may be NULL for others. Bad lines are told by the reader and
 * counted in source->set.errors. -1 when it cannot be read; *source is then released.
 */
MUST_CHECK int rule_source_read(struct rule_source *source, const char *word,
				const struct rule_set_reader *reader, struct audit_control *control,
				struct err *e);

/* The rules of a rules file whose text is at hand, name standing for its file; text is copied. */
MUST_CHECK int rule_source_from_text(struct rule_source *source, const char *name, struct sv text,
				     const struct rule_set_reader *reader, struct err *e);

/* The kernel's rules from bytes that are at hand. */
MUST_CHECK int rule_source_from_list(struct rule_source *source, struct sv list, struct err *e);

void rule_source_release(struct rule_source *source);

#endif

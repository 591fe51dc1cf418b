/*
 * A rule set: every command of a rules file, or of a folder of them, in the order in which the
 * kernel gets them, each with the place where it is written and what becomes of it.
 *
 *	struct rule_set set;
 *	if (rule_set_read(&set, "/etc/audit/rules.d", &reader, &e) != 0)
 *		...
 *	for (size_t i = 0; i < set.count; i++)
 *		if (set.entries[i]->fate == ENTRY_KEPT)
 *			... set.entries[i]->command.rule is in the kernel once the set is loaded
 *	rule_set_release(&set);
 *
 * Of a folder the files *.rules are taken in the natural order of their names (2 before 10), as
 * augenrules(8) joins them: the last "-D" alone, the last -b and the last -f of all go first, the
 * last -e goes last, everything else stays in order.
 */
#ifndef AURUM_POLICY_RULE_SET_H
#define AURUM_POLICY_RULE_SET_H

#include "base/arena.h"
#include "rule/command.h"

/* What becomes of a command when the set is loaded into a kernel without rules. */
enum entry_fate {
	ENTRY_DONE,      /* it is no rule: a setting, -D, -t, ... */
	ENTRY_KEPT,      /* the rule is there in the end */
	ENTRY_DUPLICATE, /* the kernel refuses it: other is the same */
	ENTRY_CLEARED,   /* a rule that the later command other deletes */
	ENTRY_DELETES,   /* deletes the rule of other */
	ENTRY_MISSES,    /* deletes a rule that is not there: the kernel refuses it */
	ENTRY_REPLACED,  /* a setting in place of which other stands: augenrules takes the last */
};

struct rule_entry {
	const char *file; /* as it was opened; lives in the set */
	uint32_t line;    /* counted from 1 */
	struct sv text;   /* the line, without its end */
	enum entry_fate fate;
	const struct rule_entry *other; /* as the fate says, else NULL */
	uint64_t hash;                  /* of the rule */
	struct command command;
};

/* How a set is read. */
struct rule_set_reader {
	const struct rule_host *host;
	/* Files that somebody else than root may write are refused: they decide what is recorded. */
	bool trusted_only;
	/* A problem of a line, at once. text is the line; both live as long as the set. May be NULL. */
	void (*tell)(void *ctx, const char *file, struct sv text, const struct problem *p);
	void *ctx;
};

struct rule_set {
	struct rule_entry **entries; /* commands without errors, in the order of loading */
	size_t count;
	struct rule_entry **replaced; /* those with ENTRY_REPLACED, which are not loaded */
	size_t replaced_count;
	const char **files; /* in their order */
	size_t file_count;
	size_t errors, warnings; /* of the lines that were read */
	struct arena memory;
	struct buf *contents; /* of the files */
};

/*
 * Reads a file or a folder. Reading goes on behind bad lines, which are told and counted. -1
 * when a file cannot be read or there is no memory; *set is then released.
 */
MUST_CHECK int rule_set_read(struct rule_set *set, const char *path,
			     const struct rule_set_reader *reader, struct err *e);

/* The same for text that is in memory, name standing for its file. Text is copied. */
MUST_CHECK int rule_set_read_text(struct rule_set *set, const char *name, struct sv text,
				  const struct rule_set_reader *reader, struct err *e);

void rule_set_release(struct rule_set *set);

/*
 * The entries with ENTRY_KEPT in the order of the kernel's list: what was prepended stands in
 * front. out has room for set->count pointers; the number of them is returned.
 */
size_t rule_set_kept(const struct rule_set *set, const struct rule_entry **out);

#endif

/*
 * Shell completion out of the option tables: what a program takes is written down once, and
 * bash and zsh offer exactly that.
 *
 *	static const struct complete_rule rules[] = {
 *		{NULL, "FILE", COMPLETE_FILES, NULL},
 *		{"--format", NULL, COMPLETE_LISTED, NULL},
 *		{"--syscall", NULL, COMPLETE_WORDS, "open close read write"},
 *	};
 *	const struct completion c = {&set, rules, LEN(rules), NULL};
 *
 *	option_complete_bash(&c, 1, &out);
 *
 * A program with verbs is a list: its own completion, whose operands are the verbs, and one for
 * each verb that takes words, with both words in set->program. Verbs of verbs are the same again:
 * "tool", "tool key", "tool key add", each behind the one that it belongs to.
 *
 * Option names, words and programs must be plain: letters, digits, and _ - + . , = / but no quotes
 * or blanks.
 */
#ifndef AURUM_CONFIG_COMPLETE_H
#define AURUM_CONFIG_COMPLETE_H

#include "config/option.h"

enum complete_kind {
	COMPLETE_NOTHING, /* only the user knows */
	COMPLETE_FILES,
	COMPLETE_FOLDERS,
	COMPLETE_USERS,
	COMPLETE_GROUPS,
	COMPLETE_WORDS,
	COMPLETE_LIST,   /* words, several joined by commas */
	COMPLETE_LISTED, /* the words that the option's help lists, behind its last colon if it has
			    one: "how to show it: raw, csv or json" */
	COMPLETE_ASKED, /* of operands behind verbs: what `PROGRAM complete -- WORDS...` prints, a line
			    each; WORDS are those behind the verb, the last one unfinished */
};

/* What to offer for an option's value: the first rule that fits an option counts. */
struct complete_rule {
	const char *option;     /* one of its spellings, or NULL: any option */
	const char *value_name; /* as in its row or one of its alternatives, or NULL: any */
	enum complete_kind kind;
	const char *words; /* separated by one space; of COMPLETE_WORDS and COMPLETE_LIST */
};

/*
 * For an option without a rule the lower-case alternatives of its value's name are offered:
 * yes and no of "yes|no". A rule about a file or a folder offers these beside it: "FILE|none".
 */
struct completion {
	const struct option_set *set;
	const struct complete_rule *rules;
	size_t rule_count;
	const char *operands;            /* words in place of an option, or verbs; NULL for none */
	enum complete_kind operand_kind; /* beside them: NOTHING, FILES, FOLDERS, USERS, GROUPS */
};

/* All of the same command, the first its own. */
void option_complete_bash(const struct completion *list, size_t count, struct buf *out);
void option_complete_zsh(const struct completion *list, size_t count, struct buf *out);

#endif

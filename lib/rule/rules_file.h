/*
 * A rules file, read line by line.
 *
 *	struct rules_file f;
 *	if (rules_file_open(&f, "/etc/audit/audit.rules", 0, &e) != 0)
 *		...
 *	while (rules_file_next(&f, &words, &problems) != RULES_END)
 *		...
 *	rules_file_close(&f);
 *
 * Comments and empty lines are skipped. Lines may have any length and end in LF or CR LF; the
 * last one needs no end at all.
 */
#ifndef AURUM_RULE_RULES_FILE_H
#define AURUM_RULE_RULES_FILE_H

#include "rule/words.h"

#include <sys/types.h>

#define RULES_FILE_MAX (16u << 20)

struct rules_file {
	struct buf content;
	struct arena arena; /* words of the last line */
	struct sv rest;
	uint32_t line; /* number of the last line */
};

/*
 * Opens and reads the whole file. Refused, with a sentence: what is no regular file, does not
 * belong to owner, may be written by everyone, or is larger than RULES_FILE_MAX; whoever can
 * write the file decides what is recorded. -1 leaves *f closed.
 */
MUST_CHECK int rules_file_open(struct rules_file *f, const char *path, uid_t owner, struct err *e);

/* The same with text from elsewhere, which must outlive f. */
void rules_file_from_text(struct rules_file *f, struct sv text);

enum rules_status {
	RULES_LINE, /* *words are set, valid until the next call */
	RULES_BAD,  /* a problem was told about line f->line; the next call goes on behind it */
	RULES_END,
};
MUST_CHECK enum rules_status rules_file_next(struct rules_file *f, struct rule_words *words,
					     struct problems *problems);

void rules_file_close(struct rules_file *f); /* harmless on a closed one */

#endif

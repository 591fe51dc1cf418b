/*
 * A folder of rules files, and the one file that augenrules(8) makes of it.
 *
 *	struct rules_join join;
 *	if (rules_join_read(&join, "/etc/audit/rules.d", &e) != 0)
 *		...
 *	rules_join_print(&join, "/etc/audit/rules.d", &text);
 *	for (size_t i = 0; i < join.count; i++)
 *		... join.lines[i].text, from join.lines[i].file
 *	rules_join_release(&join);
 *
 * Files are those whose names end in ".rules" and do not start with a dot, in their natural order.
 * Of their lines empty ones and comments are left out. The last "-D" alone comes first, then the
 * last -b, the last -f, everything else in order, and the last -e at the end: what a line is is
 * told by its first letters, whether auditctl takes it or not.
 */
#ifndef AURUM_RULE_RULES_FOLDER_H
#define AURUM_RULE_RULES_FOLDER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define RULES_FOLDER_FILES_MAX 4096

struct rules_folder {
	char **paths; /* "FOLDER/NAME" */
	size_t count;
};

/* Lists the files, which need not be readable. -1 when the folder cannot be read. */
MUST_CHECK int rules_folder_list(struct rules_folder *f, const char *folder, struct err *e);
void rules_folder_release(struct rules_folder *f);

/* Where in the joined file a line belongs. Of all but RULES_REST the last line is taken. */
enum rules_part {
	RULES_CLEAR,   /* -D */
	RULES_BACKLOG, /* -b */
	RULES_FAILURE, /* -f */
	RULES_REST,
	RULES_ENABLED, /* -e */
	RULES_PARTS
};
enum rules_part rules_part_of(struct sv line);

struct rules_line {
	const char *file; /* lives in the join; NULL for a part that no file has */
	uint32_t number;  /* counted from 1 */
	struct sv text;   /* without its end; empty for a part that no file has */
};

/* The lines of the joined file behind its first one, which is a comment. */
struct rules_join {
	struct rules_line *lines;
	size_t count;
	struct arena memory; /* of names and texts */
};

/*
 * Reads and joins all files. -1 with nothing to release when the folder or one of the files cannot
 * be read, or when the result is larger than auditctl(8) reads (RULES_FILE_MAX).
 */
MUST_CHECK int rules_join_read(struct rules_join *join, const char *folder, struct err *e);
void rules_join_release(struct rules_join *join);

/* Appends the joined file, byte for byte as augenrules writes it. folder is what was read. */
void rules_join_print(const struct rules_join *join, const char *folder, struct buf *out);

#endif

/*
 * One reader for every `key = value` file. A row says all there is to say about a key:
 * where its value goes, what is allowed, the default, and a sentence for the manual.
 *
 *	static const struct config_row rows[] = {
 *		{"freq", CONFIG_NUMBER(struct app, freq), .fallback = "0", .max = INT_MAX,
 *		 .doc = "Records between two flushes."},
 *	};
 *	static const struct config_set set = {.rows = rows, .count = LEN(rows)};
 *
 *	struct config_problems problems = {0};
 *	config_defaults(&set, &app, &memory);
 *	if (config_parse(&set, text, &app, &memory, NULL, &problems) != 0) ...
 *	for (size_t i = 0; i < problems.count; i++)
 *		config_put_problem(&problems.list[i], "app.conf", &out);
 *
 * The language: one `key = value` a line; blanks and tabs around the parts mean nothing;
 * a line whose first visible byte is '#' is a comment; keys and the words of tables are
 * compared without regard to case; a key given twice keeps its last value. Reading goes on
 * after a problem, so that one run tells all of them. Reads no file, no environment and no
 * name service: the text comes from the caller (config_read_file() fetches and checks it).
 */
#ifndef AURUM_CONFIG_CONFIG_H
#define AURUM_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define CONFIG_FILE_MAX     (1u << 20) /* bytes of a file; more is an error */
#define CONFIG_PROBLEMS_MAX 64         /* kept; more are counted */
#define CONFIG_SENTENCE_MAX 320

struct config_row;

/* A word of a table and what it stands for; a table ends with {NULL, 0}. */
struct config_word {
	const char *word;
	unsigned value;
};

/* What was found wrong, with its place. line 0 stands for the file as a whole. */
struct config_problem {
	unsigned line;
	bool is_error; /* else a warning: the value was taken or the line skipped, as it says */
	char text[CONFIG_SENTENCE_MAX];
};

struct config_problems {
	struct config_problem list[CONFIG_PROBLEMS_MAX];
	size_t count;   /* in list, in the order of the file */
	size_t errors;  /* all errors, also those that did not fit */
	size_t dropped; /* problems that did not fit */
};

/* Adds one; the sentence is lower case without a final stop. Over-long text is cut. */
void config_error(struct config_problems *p, unsigned line, const char *fmt, ...) PRINTF(3, 4);
void config_warning(struct config_problems *p, unsigned line, const char *fmt, ...) PRINTF(3, 4);

/* What a value parser works on. */
struct config_value {
	const struct config_row *row;
	struct sv text; /* trimmed, not empty, no control bytes */
	unsigned line;
	void *field;          /* the row's place in the target */
	void *target;         /* the whole structure */
	struct arena *memory; /* strings live here */
	struct config_problems *problems;
};

/*
 * Parses v->text into v->field. Reports its own problems. 0, or -1 after an error (the
 * field is then as before).
 */
typedef int (*config_parse_fn)(const struct config_value *v);

/* Start-up only: a reload keeps the old value. Deprecated: taken with a warning. */
enum config_flag { CONFIG_STARTUP = 1, CONFIG_DEPRECATED = 2 };

struct config_row {
	const char *key;
	config_parse_fn parse;
	size_t offset;
	const char *fallback; /* the default, written as in a file; NULL leaves zero or NULL */
	uint64_t min, max;    /* of numbers */
	const struct config_word *words;
	unsigned flags;      /* of enum config_flag */
	const char *allowed; /* for people; NULL: derived from words or bounds */
	const char *doc;     /* sentences for the manual, roff-safe */
};

/*
 * The first members of a row: the parser that goes with the member's type, and the offset.
 * A member of another type does not compile. Choices are plain enums, which the compilers
 * keep in an unsigned int.
 */
#define CONFIG_AT(s, member, type)                                                                 \
	_Generic(((s *)0)->member, type : offsetof(s, member)) /* no other type compiles */
#define CONFIG_BOOL(s, member)                config_parse_bool, CONFIG_AT(s, member, bool)
#define CONFIG_NUMBER(s, member)              config_parse_number, CONFIG_AT(s, member, uint64_t)
#define CONFIG_CHOICE(s, member)              config_parse_choice, CONFIG_AT(s, member, unsigned)
#define CONFIG_WORD(s, member)                config_parse_word, CONFIG_AT(s, member, const char *)
#define CONFIG_PATH(s, member)                config_parse_path, CONFIG_AT(s, member, const char *)
#define CONFIG_OTHER(s, member, type, parser) (parser), CONFIG_AT(s, member, type)
#define CONFIG_NOWHERE(parser)                (parser), 0

int config_parse_bool(const struct config_value *v);    /* yes or no */
int config_parse_number(const struct config_value *v);  /* decimal within [min, max] */
int config_parse_choice(const struct config_value *v);  /* a word of row->words */
int config_parse_word(const struct config_value *v);    /* one word, copied */
int config_parse_path(const struct config_value *v);    /* absolute, one word, copied */
int config_parse_text(const struct config_value *v);    /* all of the line, blanks included */
int config_parse_nothing(const struct config_value *v); /* accepted and ignored */

/* A copy of the view as a C string in v->memory; NULL after reporting that there is no memory. */
const char *config_keep(const struct config_value *v, struct sv text);
/* The second half of an error about the value: "is not allowed for KEY (allowed: ...)". */
int config_refuse(const struct config_value *v);

/* What people write into this file although it belongs elsewhere. Ends with {NULL, NULL}. */
struct config_hint {
	const char *key, *sentence; /* completes "unknown key KEY: " */
};

struct config_set {
	const struct config_row *rows;
	size_t count;
	size_t line_max; /* bytes of a line; longer ones are skipped with a warning. 0: no limit */
	const struct config_hint *hints; /* may be NULL */
};

/* Fills target from the fallbacks. They are known to be right: a bad one is an assertion. */
void config_defaults(const struct config_set *set, void *target, struct arena *memory);

/*
 * Reads text into target. lines, when not NULL, has set->count entries and receives the line
 * that set each row, 0 where none did. 0 when there was no error (perhaps warnings), -1 with
 * at least one error; rows without a problem of their own are set in both cases.
 */
MUST_CHECK int config_parse(const struct config_set *set, struct sv text, void *target,
			    struct arena *memory, unsigned *lines,
			    struct config_problems *problems);

/* Index of the key in the rows, ignoring case; set->count when it is unknown. */
size_t config_find(const struct config_set *set, struct sv key);

/* "yes, no", "1..65535", "one of ..." - as in error sentences and the manual. */
void config_put_allowed(const struct config_row *row, struct buf *out);

/* "file:line: warning: sentence" (no line when it is 0), without a newline. */
void config_put_problem(const struct config_problem *p, const char *file, struct buf *out);

/* The manual's section about the keys as roff, one `.TP` a row, in the order of the rows. */
void config_put_manual(const struct config_set *set, struct buf *out);

enum config_file_status { CONFIG_FILE_READ, CONFIG_FILE_ABSENT, CONFIG_FILE_REFUSED };

/*
 * Reads a configuration file that decides about security: regular, owned by owner (0 for
 * root's files), not writable for others, no symbolic link unless follow_links. REFUSED
 * and ABSENT, when the name does not exist, fill *e.
 */
MUST_CHECK enum config_file_status config_read_file(const char *path, bool follow_links,
						    uid_t owner, struct buf *out, struct err *e);

#endif

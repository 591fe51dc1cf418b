/*
 * One reader for every command line. A program lists its options once, as rows; parsing,
 * --help and the manual page's option section come from them.
 *
 *	static const struct option_row rows[] = {
 *		{'a', "-a --event", ARG_REQUIRED, "SERIAL", "events with this serial number"},
 *		...
 *	};
 *	static const struct option_set set = {
 *		.program = "ausearch", .rows = rows, .count = LEN(rows)};
 *	struct options o;
 *	struct option_hit hit;
 *
 *	options_init(&o, &set, argc, argv);
 *	while ((status = option_next(&o, &hit, &e)) != OPTION_END)
 *		switch (status) ...
 *
 * Two dialects, because the programs we stand in for have two:
 *	OPTION_WORDS	each option is one whole argv word ("-ts", "--start"), its value the
 *			next word
 *	OPTION_GETOPT	letters bundle ("-Dk"), values may be glued ("-Farch=b64",
 *			"--signal=TERM"), long names may be shortened while they stay
 *			unambiguous, "--" ends options
 * Options are handed out in the order they stand on the command line.
 */
#ifndef AURUM_CONFIG_OPTION_H
#define AURUM_CONFIG_OPTION_H

#include "base/buf.h"
#include "base/err.h"

enum option_arg {
	ARG_NONE,
	ARG_REQUIRED,
	ARG_OPTIONAL, /* the next word unless it starts with '-'; OPTION_GETOPT: only if glued */
};

enum option_style { OPTION_WORDS, OPTION_GETOPT };

struct option_row {
	int id;            /* the program's own number, handed back in the hit */
	const char *names; /* all spellings, separated by one space: "-a --event" */
	enum option_arg arg;
	const char *value_name; /* "SERIAL", for help; NULL without a value */
	const char *help;       /* one line, lower case, no final stop */
};

/* A word that users of other tools type, and the option that they mean. */
struct option_habit {
	const char *typed, *meant;
};

struct option_set {
	const char *program;
	const char *usage;   /* what follows the program's name in the usage line */
	const char *summary; /* one sentence for --help; may be NULL */
	enum option_style style;
	const struct option_row *rows;
	size_t count;
	const struct option_habit *habits; /* ended by {NULL, NULL}; may be NULL */
	bool has_signed_operands; /* OPTION_GETOPT: "-13" and "-2h" are operands, not options */
};

struct options {
	const struct option_set *set;
	int argc;
	char *const *argv;
	int at;              /* the word that is read next */
	const char *letters; /* rest of a bundle of letters, or NULL */
	bool only_operands;  /* after "--" */
};

struct option_hit {
	int id;            /* of the row; 0 for an operand */
	const char *name;  /* the argv word that holds the option; an operand */
	const char *value; /* NULL when there is none; points into argv */
};

enum option_status {
	OPTION_FOUND,   /* hit is set */
	OPTION_OPERAND, /* hit.name is a word that is no option: the program decides */
	OPTION_END,     /* nothing left */
	OPTION_ERROR,   /* e has the sentence: unknown option, missing or unwanted value */
};

/* argv[0] is skipped. Rows, argv and the strings in them must outlive o. */
void options_init(struct options *o, const struct option_set *set, int argc, char *const argv[]);

/* After OPTION_ERROR the next call goes on behind the bad word. */
MUST_CHECK enum option_status option_next(struct options *o, struct option_hit *hit, struct err *e);

/* The sentence about an option that stands without its value: for programs that do not take a
 * word as one that option_next() takes. -1. */
int option_needs_value(const struct option_row *row, struct sv name, struct err *e);

/* "usage: PROGRAM USAGE", the summary and a line or two for every row. */
void option_help(const struct option_set *set, struct buf *out);

/* The same rows as man(7) source (".TP" items), for the manual page. */
void option_man(const struct option_set *set, struct buf *out);

#endif

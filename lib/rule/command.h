/*
 * One command of auditctl: a command line, or a line of a rules file, which may hold the same.
 *
 *	struct command c;
 *	if (command_parse(&words, &host, &c, &problems) == 0)
 *		switch (c.kind) ...
 *
 * A command sets kernel settings, and beside them does at most one other thing.
 */
#ifndef AURUM_RULE_COMMAND_H
#define AURUM_RULE_COMMAND_H

#include "config/option.h"
#include "rule/parse.h"

enum command_kind {
	COMMAND_NONE, /* only settings, if any */
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMAND_RULE, /* verb and rule */
	COMMAND_DELETE_ALL,
	COMMAND_LIST,
	COMMAND_STATUS,
	COMMAND_READ_FILE,
	COMMAND_MESSAGE,
	COMMAND_EQUIVALENT,
	COMMAND_TRIM,
	COMMAND_SIGNAL,
	COMMAND_RESET_LOST,
	COMMAND_RESET_WAIT,
	COMMAND_LOCK_LOGINUID,
};

struct command {
	enum command_kind kind;
	struct audit_status settings; /* mask says which were given, in AUDIT_STATUS_* bits */
	bool interpret;               /* -i beside -l or -s */
	bool ignore_errors;           /* -i alone, -c: go on behind a bad rule */
	bool fail_at_end;             /* -c: and tell by the exit code */
	int signal;                   /* of COMMAND_SIGNAL */
	const char *text;             /* of -m, -R; NULL when not given */
	struct sv key;                /* beside -l and -D; empty: every rule */
	struct sv old_dir, new_dir;   /* of -q */
	enum rule_verb verb;
	struct rule rule;
	struct rule_place at; /* of the option that gave the kind */
};

/* The options, for help and manual page. */
extern const struct option_set command_options;

/*
 * Reads the words; texts in *out point into them. Tells problems and goes on behind them; -1
 * when one was an error, *out is then not to be used.
 */
MUST_CHECK int command_parse(const struct rule_words *words, const struct rule_host *host,
			     struct command *out, struct problems *problems);

#endif

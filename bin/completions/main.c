/*
 * Build tool: prints the completion of one program for one shell, out of the tables that the
 * program itself reads its command line with:
 *
 *	make-completions bash ausearch >ausearch
 *
 * It is not installed.
 */
#include "aurum/watch.h"

#include "config/complete.h"
#include "rule/command.h"
#include "table/table.h"

#include <stdio.h>
#include <stdlib.h>

#define OUT_MAX   ((size_t)1 << 20)
#define WORDS_MAX ((size_t)64 << 10)
#define RULES_MAX 32

/* ---- the programs' options; ids do not matter here ---- */

#define OPTION(id, names, arg, value_name, help) {0, names, arg, value_name, help},
static const struct option_row auditd_rows[] = {
#include "auditd/options.def"
};
static const struct option_row aulast_rows[] = {
#include "aulast/options.def"
};
static const struct option_row aulastlog_rows[] = {
#include "aulastlog/options.def"
};
static const struct option_row ausyscall_rows[] = {
#include "ausyscall/options.def"
};
static const struct option_row watch_rows[] = {
#include "aurum/watch.def"
};
#undef OPTION

#define OPTION(id, names, arg, value_name, sign, take, item, help)                                 \
	{0, names, arg, value_name, help},
static const struct option_row ausearch_rows[] = {
#include "ausearch/options.def"
};
#undef OPTION

#define OPTION(id, names, arg, value_name, take, number, help) {0, names, arg, value_name, help},
static const struct option_row aureport_rows[] = {
#include "aureport/options.def"
};
#undef OPTION

#define SET(name, dialect, table)                                                                  \
	{                                                                                          \
		.program = name, .style = dialect, .rows = table, .count = LEN(table)              \
	}

static const struct option_set sets[] = {
	SET("auditd", OPTION_GETOPT, auditd_rows),
	SET("aulast", OPTION_WORDS, aulast_rows),
	SET("aulastlog", OPTION_WORDS, aulastlog_rows),
	SET("aureport", OPTION_WORDS, aureport_rows),
	SET("aurum watch", OPTION_GETOPT, watch_rows),
	SET("ausearch", OPTION_WORDS, ausearch_rows),
	SET("ausyscall", OPTION_WORDS, ausyscall_rows),
};

static const char verbs[] =
#define VERB(name, help) #name " "
#include "aurum/verbs.def"
#undef VERB
	;

/* ---- words that stand in tables ---- */

static void put_word(struct buf *out, struct sv word)
{
	if (out->n)
		buf_putc(out, ' ');
	buf_put(out, word);
}

static void put_names(const struct name_table *table, struct buf *out)
{
	table_each (table, i)
		put_word(out, table_name(table, i));
}

static void put_machines(struct buf *out)
{
	for (enum machine m = 0; m < MACHINE_UNKNOWN; m++)
		put_word(out, sv_cstr(machine_name(m)));
	put_word(out, SV("b32"));
	put_word(out, SV("b64"));
}

struct words {
	struct buf types, calls, machines, calls_and_machines;
};

static bool fill(struct words *w)
{
	*w = (struct words){BUF_INIT(WORDS_MAX), BUF_INIT(WORDS_MAX), BUF_INIT(WORDS_MAX),
			    BUF_INIT(WORDS_MAX)};
	put_names(&table_msgtypes, &w->types);
	put_names(syscall_table(machine_native()), &w->calls);
	put_machines(&w->machines);
	put_machines(&w->calls_and_machines);
	put_word(&w->calls_and_machines, buf_view(&w->calls));
	return !w->types.failed && !w->calls.failed && !w->machines.failed &&
	       !w->calls_and_machines.failed;
}

/* ---- what values are ---- */

/* Fills rules for every program; the first that fits counts. */
static size_t fill_rules(struct words *w, struct complete_rule rules[RULES_MAX])
{
	const struct complete_rule all[] = {
		{"--format", NULL, COMPLETE_LISTED, NULL},
		{"--escape", NULL, COMPLETE_LISTED, NULL},
		{"--message", NULL, COMPLETE_LIST, buf_cstr(&w->types)},
		{"--syscall", NULL, COMPLETE_WORDS, buf_cstr(&w->calls)},
		{"--arch", NULL, COMPLETE_WORDS, buf_cstr(&w->machines)},
		{"--file", NULL, COMPLETE_FILES, NULL},
		{"-S", "CALL[,CALL]", COMPLETE_LIST, buf_cstr(&w->calls)},
		{"--signal", NULL, COMPLETE_LISTED, NULL},
		{NULL, "LIST,ACTION", COMPLETE_WORDS,
		 "always,exit never,exit always,user never,user never,task always,exclude "
		 "never,exclude never,filesystem always,io_uring never,io_uring"},
		{NULL, "STATE", COMPLETE_LISTED, NULL},
		{NULL, "WHEN", COMPLETE_WORDS,
		 "now recent boot this-hour today yesterday this-week week-ago this-month "
		 "this-year"},
		{NULL, "USER", COMPLETE_USERS, NULL},
		{NULL, "GROUP", COMPLETE_GROUPS, NULL},
		{NULL, "FILE", COMPLETE_FILES, NULL},
		{NULL, "PATH", COMPLETE_FILES, NULL},
		{NULL, "FILE|FOLDER", COMPLETE_FILES, NULL},
		{NULL, "FOLDER", COMPLETE_FOLDERS, NULL},
		{NULL, "DIR", COMPLETE_FOLDERS, NULL},
	};
	_Static_assert(LEN(all) <= RULES_MAX, "there is room for every rule");

	memcpy(rules, all, sizeof(all));
	return LEN(all);
}

static const char *operands_of(const char *program, struct words *w)
{
	if (strcmp(program, "ausyscall") == 0)
		return buf_cstr(&w->calls_and_machines);
	return strcmp(program, "aurum watch") == 0 ? verbs : NULL;
}

static const struct option_set *find_set(const char *program)
{
	struct sv command, verb;

	if (strcmp(program, command_options.program) == 0)
		return &command_options;
	for (size_t i = 0; i < LEN(sets); i++) {
		(void)sv_cut(sv_cstr(sets[i].program), ' ', &command, &verb);
		if (sv_eq(command, sv_cstr(program)))
			return &sets[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(OUT_MAX);
	struct complete_rule rules[RULES_MAX];
	struct completion completion = {.rules = rules};
	static struct words words; /* until the end */
	bool zsh = argc == 3 && strcmp(argv[1], "zsh") == 0;

	if (argc != 3 || (!zsh && strcmp(argv[1], "bash") != 0) ||
	    !(completion.set = find_set(argv[2])) || !fill(&words)) {
		(void)fputs("usage: make-completions bash|zsh PROGRAM\n", stderr);
		return EXIT_FAILURE;
	}
	completion.rule_count = fill_rules(&words, rules);
	completion.operands = operands_of(completion.set->program, &words);
	(zsh ? option_complete_zsh : option_complete_bash)(&completion, 1, &out);
	buf_release(&words.types);
	buf_release(&words.calls);
	buf_release(&words.machines);
	buf_release(&words.calls_and_machines);
	return !out.failed && fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0
		       ? EXIT_SUCCESS
		       : EXIT_FAILURE;
}

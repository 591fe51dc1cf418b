/*
 * Build tool: prints the completion of one program for one shell, out of the tables that the
 * program itself reads its command line with:
 *
 *	make-completions bash ausearch >ausearch
 *
 * It is not installed.
 */
#include "aurum/applier.h"
#include "aurum/search_words.h"
#include "aurum/watch.h"

#include "config/complete.h"
#include "policy/finding.h"
#include "query/lang.h"
#include "rule/command.h"
#include "table/table.h"

#include <stdio.h>
#include <stdlib.h>

#define OUT_MAX      ((size_t)1 << 20)
#define WORDS_MAX    ((size_t)64 << 10)
#define RULES_MAX    32
#define COMMANDS_MAX 64

/* ---- programs, their verbs, and what each takes ---- */

#define VERB(name, help)          #name " "
#define VERB_AS(word, name, help) word " "
static const char verbs[] =
#include "aurum/verbs.def"
	;
static const char rules_verbs[] =
#include "aurum/rules.def"
	;
static const char index_verbs[] =
#include "aurum/index.def"
	;
static const char seal_verbs[] =
#include "aurum/seal.def"
	;
#undef VERB
#undef VERB_AS
#define REPORT(name, query, shape, fields, help) #name " "
static const char reports[] =
#include "aurum/report.def"
	;
#undef REPORT

/* A command, followed by its options. */
struct line {
	const char *program; /* NULL: an option */
	enum option_style style;
	enum complete_kind kind; /* what stands in place of an option: files, for instance, */
	const char *words;       /* and these words */
	struct option_row row;
};

#define COMMAND(name, dialect, operand_kind, operand_words)                                        \
	{.program = name, .style = dialect, .kind = operand_kind, .words = operand_words},
#define VERB(name, operand_kind, operand_words)                                                    \
	COMMAND("aurum " name, OPTION_GETOPT, operand_kind, operand_words)
#define ROW(names, arg, value_name, help) {.row = {0, names, arg, value_name, help}},

/* Verbs stand behind what they belong to. clang-format would move the options around. */
/* clang-format off */
static const struct line lines[] = {
#define OPTION(id, names, arg, value_name, help) ROW(names, arg, value_name, help)
	COMMAND("audisp-filter", OPTION_GETOPT, COMPLETE_FILES, "allowlist blocklist")
#include "audisp-filter/options.def"
	COMMAND("auditd", OPTION_GETOPT, COMPLETE_NOTHING, NULL)
#include "auditd/options.def"
	COMMAND("augenrules", OPTION_GETOPT, COMPLETE_NOTHING, NULL)
#include "augenrules/options.def"
	COMMAND("aulast", OPTION_WORDS, COMPLETE_NOTHING, NULL)
#include "aulast/options.def"
	COMMAND("aulastlog", OPTION_WORDS, COMPLETE_NOTHING, NULL)
#include "aulastlog/options.def"
	COMMAND("autrace", OPTION_GETOPT, COMPLETE_FILES, NULL)
#include "autrace/options.def"
	COMMAND("ausyscall", OPTION_WORDS, COMPLETE_NOTHING, NULL)
#include "ausyscall/options.def"
	COMMAND("aurum", OPTION_GETOPT, COMPLETE_NOTHING, verbs)
	VERB("watch", COMPLETE_NOTHING, NULL)
#include "aurum/watch.def"
	VERB("status", COMPLETE_NOTHING, NULL)
#include "aurum/status.def"
	VERB("search", COMPLETE_ASKED, NULL)
#include "aurum/search.def"
	VERB("report", COMPLETE_NOTHING, reports)
#include "aurum/search.def"
	VERB("follow", COMPLETE_ASKED, NULL)
#include "aurum/follow.def"
	VERB("tree", COMPLETE_NOTHING, NULL)
#include "aurum/tree.def"
	VERB("index", COMPLETE_NOTHING, index_verbs)
	VERB("index build", COMPLETE_FILES, NULL)
#include "aurum/index_options.def"
	VERB("index check", COMPLETE_FILES, NULL)
#include "aurum/index_options.def"
	VERB("index stats", COMPLETE_FILES, NULL)
#include "aurum/index_options.def"
	VERB("verify", COMPLETE_FILES, NULL)
#include "aurum/verify.def"
	VERB("seal", COMPLETE_NOTHING, seal_verbs)
	VERB("seal init", COMPLETE_NOTHING, NULL)
#include "aurum/seal_init.def"
	VERB("seal status", COMPLETE_NOTHING, NULL)
#include "aurum/seal_options.def"
	VERB("seal rotate", COMPLETE_NOTHING, NULL)
#include "aurum/seal_options.def"
	VERB("prove", COMPLETE_FILES, "inclusion consistency")
#include "aurum/prove.def"
	VERB("verify-proof", COMPLETE_FILES, NULL)
#include "aurum/verify_proof.def"
	VERB("explain", COMPLETE_FILES, NULL)
#include "aurum/explain.def"
	VERB("export-tiles", COMPLETE_FILES, NULL)
#include "aurum/export_tiles.def"
	VERB("rules", COMPLETE_NOTHING, rules_verbs)
	VERB("rules check", COMPLETE_FILES, "kernel")
#include "aurum/rules_check.def"
	VERB("rules explain", COMPLETE_FILES, "kernel")
#include "aurum/rules_explain.def"
	VERB("rules match", COMPLETE_FILES, "kernel")
#include "aurum/rules_match.def"
	VERB("rules diff", COMPLETE_FILES, "kernel")
#include "aurum/rules_diff.def"
	VERB("rules apply", COMPLETE_FILES, NULL)
#include "aurum/rules_apply.def"
	VERB("rules confirm", COMPLETE_NOTHING, NULL)
#include "aurum/rules_confirm.def"
	VERB("rules drift", COMPLETE_FILES, NULL)
#include "aurum/rules_drift.def"
	VERB("rules test", COMPLETE_FILES, NULL)
#include "aurum/rules_test.def"
#undef OPTION

#define OPTION(id, names, arg, value_name, sign, take, item, help) ROW(names, arg, value_name, help)
	COMMAND("ausearch", OPTION_WORDS, COMPLETE_NOTHING, NULL)
#include "ausearch/options.def"
#undef OPTION

#define OPTION(id, names, arg, value_name, take, number, help) ROW(names, arg, value_name, help)
	COMMAND("aureport", OPTION_WORDS, COMPLETE_NOTHING, NULL)
#include "aureport/options.def"
#undef OPTION
};
/* clang-format on */

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

static void put_fields(struct buf *out)
{
	for (size_t i = 0; i < lang_field_count; i++)
		put_word(out, sv_cstr(lang_fields[i].name));
}

static void put_checks(struct buf *out)
{
	for (enum finding_id id = 0; id < FINDING_IDS; id++)
		put_word(out, sv_cstr(finding_kind(id)->name));
}

struct words {
	struct buf types, calls, machines, calls_and_machines, checks, fields;
};

static bool fill(struct words *w)
{
	*w = (struct words){BUF_INIT(WORDS_MAX), BUF_INIT(WORDS_MAX), BUF_INIT(WORDS_MAX),
			    BUF_INIT(WORDS_MAX), BUF_INIT(WORDS_MAX), BUF_INIT(WORDS_MAX)};
	put_names(&table_msgtypes, &w->types);
	put_names(syscall_table(machine_native()), &w->calls);
	put_machines(&w->machines);
	put_machines(&w->calls_and_machines);
	put_word(&w->calls_and_machines, buf_view(&w->calls));
	put_checks(&w->checks);
	put_fields(&w->fields);
	return !w->types.failed && !w->calls.failed && !w->machines.failed &&
	       !w->calls_and_machines.failed && !w->checks.failed && !w->fields.failed;
}

static void empty(struct words *w)
{
	buf_release(&w->types);
	buf_release(&w->calls);
	buf_release(&w->machines);
	buf_release(&w->calls_and_machines);
	buf_release(&w->checks);
	buf_release(&w->fields);
}

/* ---- what values are ---- */

/* Fills rules for every program; the first that fits counts. */
static size_t fill_rules(struct words *w, struct complete_rule rules[RULES_MAX])
{
	const struct complete_rule all[] = {
		{"--format", "NAME", COMPLETE_LISTED, NULL},
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
		{NULL, "CHECK[,CHECK...]", COMPLETE_LIST, buf_cstr(&w->checks)},
		{NULL, "FIELD[,FIELD...]", COMPLETE_LIST, buf_cstr(&w->fields)},
		{NULL, "FIELD", COMPLETE_WORDS, buf_cstr(&w->fields)},
		{NULL, "UNIT", COMPLETE_WORDS, "minute hour day"},
		{NULL, "STATE", COMPLETE_LISTED, NULL},
		{NULL, "WHEN", COMPLETE_WORDS,
		 "now recent boot this-hour today yesterday this-week week-ago this-month "
		 "this-year"},
		{NULL, "USER", COMPLETE_USERS, NULL},
		{NULL, "GROUP", COMPLETE_GROUPS, NULL},
		{NULL, "FILE", COMPLETE_FILES, NULL},
		{NULL, "PATH", COMPLETE_FILES, NULL},
		{NULL, "FOLDER", COMPLETE_FOLDERS, NULL},
		{NULL, "DIR", COMPLETE_FOLDERS, NULL},
	};
	_Static_assert(LEN(all) <= RULES_MAX, "there is room for every rule");

	memcpy(rules, all, sizeof(all));
	return LEN(all);
}

/* ---- the commands of one program ---- */

struct commands {
	struct option_row rows[LEN(lines)];
	struct option_set sets[COMMANDS_MAX];
	struct completion list[COMMANDS_MAX];
	size_t count;
};

static void add_command(struct commands *c, const struct option_set *set,
			const struct complete_rule *rules, size_t rule_count)
{
	c->sets[c->count] = *set;
	c->list[c->count] = (struct completion){
		.set = &c->sets[c->count], .rules = rules, .rule_count = rule_count};
	c->count++;
}

/* The program, and its verbs. */
static bool is_of(const char *command, const char *program)
{
	struct sv first, rest;

	(void)sv_cut(sv_cstr(command), ' ', &first, &rest);
	return sv_eq(first, sv_cstr(program));
}

/* The command on lines[i]; how many lines it takes. */
static size_t add_lines(struct commands *c, size_t i, const struct complete_rule *rules,
			size_t rule_count)
{
	struct option_set set = {.program = lines[i].program, .style = lines[i].style};
	size_t end = i + 1;

	while (end < LEN(lines) && !lines[end].program) {
		c->rows[end] = lines[end].row;
		end++;
	}
	set.rows = c->rows + i + 1;
	set.count = end - i - 1;
	add_command(c, &set, rules, rule_count);
	c->list[c->count - 1].operands = lines[i].words;
	c->list[c->count - 1].operand_kind = lines[i].kind;
	return end - i;
}

static void find_commands(struct commands *c, const char *program, struct words *w,
			  const struct complete_rule *rules, size_t rule_count)
{
	if (is_of(command_options.program, program))
		add_command(c, &command_options, rules, rule_count);
	for (size_t i = 0; i < LEN(lines) && c->count < COMMANDS_MAX; i++)
		if (lines[i].program && is_of(lines[i].program, program))
			i += add_lines(c, i, rules, rule_count) - 1;
	if (c->count && strcmp(program, "ausyscall") == 0)
		c->list[0].operands = buf_cstr(&w->calls_and_machines);
}

int main(int argc, char **argv)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(OUT_MAX);
	struct complete_rule rules[RULES_MAX];
	static struct commands commands; /* large */
	static struct words words;       /* until the end */
	bool zsh = argc == 3 && strcmp(argv[1], "zsh") == 0;

	if (argc == 3 && (zsh || strcmp(argv[1], "bash") == 0) && fill(&words))
		find_commands(&commands, argv[2], &words, rules, fill_rules(&words, rules));
	if (!commands.count) {
		(void)fputs("usage: make-completions bash|zsh PROGRAM\n", stderr);
		return EXIT_FAILURE;
	}
	(zsh ? option_complete_zsh : option_complete_bash)(commands.list, commands.count, &out);
	empty(&words);
	return !out.failed && fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0
		       ? EXIT_SUCCESS
		       : EXIT_FAILURE;
}

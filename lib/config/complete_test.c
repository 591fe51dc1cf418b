/* Completion scripts: what is offered for which option, written down for one small table. */
#include "base/test.h"

#include "config/complete.h"

static const struct option_row rows[] = {
	{1, "-a --all", ARG_NONE, NULL, "everything [or it's nothing]"},
	{2, "-f --file", ARG_REQUIRED, "FILE", "this file"},
	{3, "-s", ARG_REQUIRED, "yes|no|NUMBER", "whether"},
	{4, "-m", ARG_OPTIONAL, "TYPE[,TYPE]", "types"},
	{5, "--format", ARG_REQUIRED, "NAME", "how to show it: raw, csv or json"},
	{6, "-p", ARG_REQUIRED, "PID", "the process"},
	{7, "-o", ARG_REQUIRED, "FILE|none", "where to"},
};
static const struct option_set words_set = {
	.program = "prog", .style = OPTION_WORDS, .rows = rows, .count = LEN(rows)};
static const struct option_set getopt_set = {
	.program = "prog verb", .style = OPTION_GETOPT, .rows = rows, .count = 3};
static const struct option_set command_set = {.program = "prog"};
static const struct option_set group_set = {.program = "prog group"};
static const struct option_set inner_set = {
	.program = "prog group verb", .style = OPTION_GETOPT, .rows = rows, .count = 1};
static const struct complete_rule rules[] = {
	{"-m", NULL, COMPLETE_LIST, "ONE TWO"},
	{"--format", NULL, COMPLETE_LISTED, NULL},
	{NULL, "FILE", COMPLETE_FILES, NULL},
};
static const struct completion words = {
	.set = &words_set, .rules = rules, .rule_count = LEN(rules), .operands = "cat dog"};
static const struct completion verbs[] = {
	{.set = &command_set, .operands = "group verb help"},
	{.set = &group_set, .operands = "verb help"},
	{.set = &inner_set, .operands = "all", .operand_kind = COMPLETE_FILES},
	{.set = &getopt_set, .rules = rules, .rule_count = LEN(rules)},
};

static void expect(const struct buf *script, const char *part)
{
	if (sv_find(buf_view(script), sv_cstr(part)) == script->n)
		fail_msg("\"%s\" is not in:\n%.*s", part, SV_FMT(buf_view(script)));
}

static void bash_offers_values_behind_their_option(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	option_complete_bash(&words, 1, &out);
	expect(&out, "\t-f | --file)\n\t\tcompopt -o filenames\n"
		     "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n\t\treturn\n\t\t;;\n");
	expect(&out, "\t-s)\n\t\tmapfile -t COMPREPLY < <(compgen -W 'yes no' -- \"$cur\")\n");
	expect(&out, "compgen -W 'raw csv json' -- \"$cur\"");
	expect(&out, "-W 'ONE TWO' -- \"${cur##*,}\"");
	expect(&out, "\t-p)\n\t\treturn\n");
	expect(&out, "\t-o)\n\t\tcompopt -o filenames\n"
		     "\t\tmapfile -t COMPREPLY < <(compgen -f -W 'none' -- \"$cur\")\n");
}

static void bash_offers_options_and_operands_elsewhere(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	option_complete_bash(&words, 1, &out);
	expect(&out, "compgen -W 'cat dog' -- \"$cur\"");
	expect(&out, "compgen -W '-a --all -f --file -s -m --format -p -o' -- \"$cur\"");
	expect(&out, "complete -F _aurum_prog prog\n");
}

static void bash_follows_the_verbs(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	option_complete_bash(verbs, LEN(verbs), &out);
	expect(&out, "\tlocal command=prog at=1\n");
	expect(&out, "\t\t'prog group' | 'prog group verb' | 'prog verb') command+=");
	expect(&out, "\t'prog')\n\t((COMP_CWORD == at)) || return 0\n");
	expect(&out, "\t'prog group')\n\t((COMP_CWORD == at)) || return 0\n");
	expect(&out, "\t'prog group verb')\n\tif [[ $cur != -* ]]; then\n");
	expect(&out, "compgen -f -W 'all' -- \"$cur\"");
	expect(&out, "complete -F _aurum_prog prog\n");
}

static void zsh_follows_the_verbs(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	option_complete_zsh(verbs, LEN(verbs), &out);
	expect(&out, "#compdef prog\n");
	expect(&out, "_arguments -C '1:verb:(group verb help)' '*::argument:->rest'");
	expect(&out, "case $words[1] in\ngroup)\n"
		     "_arguments -C '1:verb:(verb help)' '*::argument:->rest' && return\n"
		     "case $words[1] in\nverb)\n_arguments -s -S");
	expect(&out, "'*:word:{compadd -- all; _files}'\n;;\nesac\n;;\nverb)\n_arguments -s -S");
	expect(&out, "'*-f+[this file]:FILE:_files'");
	expect(&out, "'*--file=[this file]:FILE:_files'");
}

static void zsh_gets_a_specification_for_each_spelling(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	option_complete_zsh(&words, 1, &out);
	expect(&out, "'*-a[everything \\[or it'\\''s nothing\\]]'");
	expect(&out, "'*-f[this file]:FILE:_files'");
	expect(&out, "'*-s[whether]:yes|no|NUMBER:(yes no)'");
	expect(&out, "'*-m[types]::TYPE\\[,TYPE\\]:_values -s , value ONE TWO'");
	expect(&out, "'*--format[how to show it\\: raw, csv or json]:NAME:(raw csv json)'");
	expect(&out, "'*-p[the process]:PID: '");
	expect(&out, "'*:word:(cat dog)'");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bash_offers_values_behind_their_option),
		cmocka_unit_test(bash_offers_options_and_operands_elsewhere),
		cmocka_unit_test(bash_follows_the_verbs),
		cmocka_unit_test(zsh_follows_the_verbs),
		cmocka_unit_test(zsh_gets_a_specification_for_each_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The option reader in both dialects. */
#include "base/test.h"

#include "config/option.h"

static const struct option_row rows[] = {
	{'a', "-a --append", ARG_REQUIRED, "LIST,ACTION", "append a rule"},
	{'D', "-D", ARG_NONE, NULL, "delete all rules"},
	{'k', "-k --key", ARG_REQUIRED, "KEY", "filter key"},
	{'m', "-m --message", ARG_OPTIONAL, "TYPE", "record types"},
	{1000, "-ts --start", ARG_REQUIRED, "TIME", "start of the window"},
	{1001, "--reset-lost", ARG_NONE, NULL, "zero the lost counter"},
	{1002, "--reset_backlog", ARG_NONE, NULL, "zero the other counter"},
};
static const struct option_habit habits[] = {{"--tail", "-k"}, {NULL, NULL}};
static const struct option_set words = {"prog", "[OPTIONS]", "Does it.", OPTION_WORDS,
					rows,   LEN(rows),   habits,     false};
static const struct option_set getopt_set = {"prog", "[OPTIONS]", "Does it.", OPTION_GETOPT,
					     rows,   LEN(rows),   NULL,       false};
static const struct option_set signed_set = {.program = "prog",
					     .style = OPTION_GETOPT,
					     .rows = rows,
					     .count = LEN(rows),
					     .has_signed_operands = true};

/* Writes what the reader hands out as "id=value" words; errors as "!sentence". */
static void walk(const struct option_set *set, char **argv, struct buf *out)
{
	enum option_status status;
	struct option_hit hit;
	struct options o;
	struct err e;
	int argc = 0;

	while (argv[argc])
		argc++;
	options_init(&o, set, argc, argv);
	while ((status = option_next(&o, &hit, &e)) != OPTION_END) {
		if (out->n)
			buf_putc(out, ' ');
		if (status == OPTION_ERROR)
			buf_printf(out, "!%s", e.text);
		else if (status == OPTION_OPERAND)
			buf_printf(out, "(%s)", hit.name);
		else if (hit.id < 256)
			buf_printf(out, "%c%s%s", hit.id, hit.value ? "=" : "",
				   hit.value ? hit.value : "");
		else
			buf_printf(out, "%d%s%s", hit.id, hit.value ? "=" : "",
				   hit.value ? hit.value : "");
	}
}

#define ARGV(...) ((char *[]){(char[]){"prog"}, __VA_ARGS__, NULL})
#define W(text)   ((char[]){text})

static void check(const struct option_set *set, char **argv, const char *expect)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

	walk(set, argv, &out);
	assert_string_equal(buf_cstr(&out), expect);
}

static void words_are_options_only_as_a_whole(void **state)
{
	(void)state;
	check(&words, ARGV(W("-ts"), W("today"), W("--key"), W("x"), W("op")),
	      "1000=today k=x (op)");
	check(&words, ARGV(W("-kx")), "!unknown option -kx: did you mean \"-k\"?");
	check(&words, ARGV(W("-m"), W("-D")), "m D");
	check(&words, ARGV(W("-m"), W("ALL")), "m=ALL");
	check(&words, ARGV(W("--strat"), W("-k")),
	      "!unknown option --strat: did you mean \"--start\"? !option -k needs a value: -k "
	      "KEY");
	check(&words, ARGV(W("-k"), W("-D")), "k=-D");
	check(&words, ARGV(W("--tail")), "!unknown option --tail: did you mean \"-k\"?");
	check(&words, ARGV(W("-")), "(-)");
}

static void letters_bundle_and_values_may_be_glued(void **state)
{
	(void)state;
	check(&getopt_set, ARGV(W("-Dkx"), W("-k"), W("y"), W("-aexit,always")),
	      "D k=x k=y a=exit,always");
	check(&getopt_set, ARGV(W("--key=v"), W("--key"), W("w"), W("--key=")), "k=v k=w k=");
	check(&getopt_set, ARGV(W("--app"), W("v"), W("file"), W("--"), W("-D")),
	      "a=v (file) (-D)");
	check(&getopt_set, ARGV(W("-D"), W("-k")), "D !option -k needs a value: -k KEY");
	check(&getopt_set, ARGV(W("--reset")),
	      "!option --reset could mean several: write it in full");
	check(&getopt_set, ARGV(W("--reset-l")), "1001");
	check(&getopt_set, ARGV(W("--reset-lost=1")), "!option --reset-lost takes no value");
	check(&getopt_set, ARGV(W("-Z"), W("-D")),
	      "!unknown option -Z: prog --help lists them all D");
	check(&getopt_set, ARGV(W("--reste-lost")),
	      "!unknown option --reste-lost: did you mean \"--reset-lost\"?");
}

static void a_negative_number_is_an_operand_where_the_program_says_so(void **state)
{
	(void)state;
	check(&getopt_set, ARGV(W("-13")), "!unknown option -13: prog --help lists them all");
	check(&signed_set, ARGV(W("-13"), W("-D"), W("-2h"), W("-k"), W("-1")),
	      "(-13) D (-2h) k=-1");
	check(&signed_set, ARGV(W("-x"), W("-")),
	      "!unknown option -x: prog --help lists them all (-)");
}

static void help_and_manual_come_from_the_rows(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

	(void)state;
	option_help(&words, &out);
	assert_non_null(strstr(buf_cstr(&out), "usage: prog [OPTIONS]\nDoes it.\n"));
	assert_non_null(strstr(buf_cstr(&out), "  -a, --append LIST,ACTION  append a rule\n"));
	assert_non_null(strstr(buf_cstr(&out), "  -m, --message [TYPE]      record types\n"));
	buf_reset(&out);
	option_man(&words, &out);
	assert_non_null(strstr(buf_cstr(&out),
			       ".TP\n\\fB\\-ts\\fR, \\fB\\-\\-start\\fR \\fITIME\\fR\nstart"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_options_only_as_a_whole),
		cmocka_unit_test(letters_bundle_and_values_may_be_glued),
		cmocka_unit_test(a_negative_number_is_an_operand_where_the_program_says_so),
		cmocka_unit_test(help_and_manual_come_from_the_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * aurum rules explain: a sentence for every rule and setting, and an event that the rule would
 * record. Takes files, folders, the kernel's rules, or the words of one rule.
 */
#include "aurum/rules.h"

#include "output/terminal.h"
#include "policy/explain.h"
#include "record/names_system.h"
#include "rule/host.h"
#include "rule/print.h"

#include <ctype.h>

#define TEXT_MAX    ((size_t)64 << 10)
#define OPTIONS_MAX 16

enum { OPTION_NO_EXAMPLE = 1000, OPTION_HELP };

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/rules_explain.def"
#undef OPTION
};
static const struct option_set explain_set = {
	.program = "aurum rules explain",
	.usage = "[OPTION...] [FILE|DIR|kernel|-|RULE]...",
	.summary = "Says in a sentence what each rule records, and shows an event that it would "
		   "record. A RULE is written as for auditctl, in one word or as the rest of the "
		   "command line. Without any, the rules of this host are explained.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

struct explaining {
	struct explain_style style;
	bool with_example;
	struct buf text;
};

/* ---- printing ---- */

static void put_lines(struct sv text, const char *indent)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(TEXT_MAX * 4);
	struct sv one;

	while (sv_line(&text, &one)) {
		buf_reset(&line);
		terminal_put(one, &line);
		(void)printf("%s%s\n", indent, buf_cstr(&line));
	}
}

static void print_example(struct explaining *x, const struct rule *r, const char *indent)
{
	buf_reset(&x->text);
	if (x->with_example && example_event(r, &x->style, &x->text))
		put_lines(buf_view(&x->text), indent);
}

static void print_command(struct explaining *x, const struct command *c, const char *indent)
{
	buf_reset(&x->text);
	explain_command(c, &x->style, &x->text);
	put_lines(buf_view(&x->text), indent);
	if (c->kind == COMMAND_RULE && c->verb != RULE_DELETE)
		print_example(x, &c->rule, indent);
}

static void print_place(const char *file, uint32_t line, struct sv text)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT(TEXT_MAX * 4);

	terminal_put(sv_cstr(file), &shown);
	buf_printf(&shown, ":%u: ", line);
	terminal_put(sv_trim(text), &shown);
	(void)puts(buf_cstr(&shown));
}

static void print_kernel(struct explaining *x, const struct rule_source *source)
{
	const struct rule_style style = {.machine = x->style.machine};

	for (size_t i = 0; i < source->count; i++) {
		const struct placed_rule *r = &source->rules[i];

		buf_reset(&x->text);
		rule_print(r->rule, &style, &x->text);
		print_place(r->file, r->line, buf_view(&x->text));
		buf_reset(&x->text);
		explain_rule(r->rule, &x->style, &x->text);
		put_lines(buf_view(&x->text), "    ");
		print_example(x, r->rule, "    ");
	}
}

/* Every command, also those that others take back. */
static void print_set(struct explaining *x, const struct rule_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct rule_entry *entry = set->entries[i];

		print_place(entry->file, entry->line, entry->text);
		print_command(x, &entry->command, "    ");
	}
}

/* ---- where rules come from ---- */

static int explain_source(struct explaining *x, const char *word)
{
	struct rule_source source;
	bool is_whole;

	if (rules_read_some(&source, word, false) != 0)
		return -1;
	if (source.is_kernel)
		print_kernel(x, &source);
	else
		print_set(x, &source.set);
	is_whole = source.set.errors == 0;
	rule_source_release(&source);
	return is_whole ? 0 : -1;
}

static void tell_problem(void *ctx, const struct problem *p)
{
	(void)ctx;
	say("rules explain: %s%s", p->level == PROBLEM_WARNING ? "warning: " : "", p->text);
}

static int explain_words(struct explaining *x, const struct rule_words *words)
{
	struct rule_host host = rule_host_here();
	struct problems problems = {.tell = tell_problem};
	struct command command;

	if (command_parse(words, &host, &command, &problems) != 0)
		return -1;
	print_command(x, &command, "");
	return 0;
}

/* A rule in one word of the command line. */
static int explain_text(struct explaining *x, const char *text)
{
	struct problems problems = {.tell = tell_problem};
	struct rule_words words;
	struct arena memory;
	int status;

	arena_init(&memory, TEXT_MAX * 16);
	status = words_split(sv_cstr(text), 1, &memory, &words, &problems) == 0
			 ? explain_words(x, &words)
			 : -1;
	arena_release(&memory);
	return status;
}

/* "-a", "-w": the start of a rule that goes on to the end of the command line. */
static bool starts_rule(const char *word)
{
	return word[0] == '-' && isalpha((unsigned char)word[1]);
}

/* ---- the verb ---- */

static int explain_operands(struct explaining *x, int argc, char **argv)
{
	bool failed = false;

	for (int i = 1; i < argc; i++) {
		if (starts_rule(argv[i]) && !strchr(argv[i], ' ')) {
			const struct rule_words words =
				words_of_command_line(argc - i + 1, argv + i - 1);

			return explain_words(x, &words);
		}
		if (starts_rule(argv[i]))
			failed |= explain_text(x, argv[i]) != 0;
		else
			failed |= explain_source(x, argv[i]) != 0;
	}
	if (argc == 1)
		failed = explain_source(x, rules_default_path()) != 0;
	return failed ? -1 : 0;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct explaining *x = arg;

	if (hit->id == OPTION_HELP)
		return frame_help(&explain_set, e);
	x->with_example = false;
	return FRAME_ON;
}

/*
 * Takes the words with two dashes out of argv, up to where a rule's own words begin, and reads
 * them. *left words remain. -1: go on; else the exit code.
 */
static int read_options(struct explaining *x, int argc, char **argv, int *left)
{
	char *found[OPTIONS_MAX + 1] = {argv[0]};
	bool is_rule = false;
	int count = 1;

	*left = 1;
	for (int i = 1; i < argc; i++) {
		is_rule |= starts_rule(argv[i]) && !strchr(argv[i], ' ');
		if (!is_rule && count <= OPTIONS_MAX && strncmp(argv[i], "--", 2) == 0)
			found[count++] = argv[i];
		else
			argv[(*left)++] = argv[i];
	}
	return verb_options(&explain_set, count, found, take_option, x);
}

int rules_explain_main(int argc, char **argv)
{
	struct explaining x = {.style = {.machine = machine_native()},
			       .with_example = true,
			       .text = BUF_INIT(TEXT_MAX * 4)};
	struct err e;
	int left, code = read_options(&x, argc, argv, &left);

	if (code >= 0)
		return code;
	x.style.names = names_new(&names_system, &e);
	if (!x.style.names) {
		say("rules explain: %s", e.text);
		return EXIT_TROUBLE;
	}
	code = explain_operands(&x, left, argv) == 0 ? EXIT_DONE : EXIT_TROUBLE;
	names_free(x.style.names);
	buf_release(&x.text);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		say("cannot write the output");
		return EXIT_TROUBLE;
	}
	return code;
}

/*
 * Writes the two scripts. The one for bash needs nothing but bash 4 (no bash-completion package);
 * the one for zsh is a list of specifications for _arguments of its completion system.
 */
#include "config/complete.h"

#define WORDS_MAX ((size_t)4 << 10)

/* ---- what to offer for a value ---- */

static bool has_name(const struct option_row *row, struct sv name)
{
	struct sv names = sv_cstr(row->names), one;

	while (sv_word(&names, &one))
		if (sv_eq(one, name))
			return true;
	return false;
}

static bool fits(const struct complete_rule *rule, const struct option_row *row)
{
	return (!rule->option || has_name(row, sv_cstr(rule->option))) &&
	       (!rule->value_name || sv_eq(sv_cstr(rule->value_name), sv_cstr(row->value_name)));
}

static bool is_literal(struct sv word)
{
	for (size_t i = 0; i < word.n; i++)
		if ((word.p[i] < 'a' || word.p[i] > 'z') && (word.p[i] < '0' || word.p[i] > '9') &&
		    word.p[i] != '_' && word.p[i] != '-')
			return false;
	return word.n > 0;
}

/* The literal ones of "FILE|raw|csv", separated by spaces. */
static void put_alternatives(struct sv value_name, struct buf *out)
{
	struct sv one;

	while (value_name.n) {
		(void)sv_cut(value_name, '|', &one, &value_name);
		if (is_literal(one)) {
			if (out->n)
				buf_putc(out, ' ');
			buf_put(out, one);
		}
	}
}

/* "raw", "csv" and "json" of "how to show it: raw, csv or json". */
static void put_listed(struct sv help, struct buf *out)
{
	struct sv before, word;

	while (sv_cut(help, ':', &before, &word))
		help = word;
	while (sv_word(&help, &word)) {
		if (sv_ends(word, SV(",")))
			word.n--;
		if (sv_eq(word, SV("or")) || sv_eq(word, SV("and")))
			continue;
		if (out->n)
			buf_putc(out, ' ');
		buf_put(out, word);
	}
}

/* The rule for an option with a value; scratch holds its words when they come from its row. */
static struct complete_rule rule_for(const struct completion *c, const struct option_row *row,
				     struct buf *scratch)
{
	struct complete_rule rule = {.kind = COMPLETE_NOTHING};
	size_t i = 0;

	while (i < c->rule_count && !fits(&c->rules[i], row))
		i++;
	if (i < c->rule_count && c->rules[i].kind != COMPLETE_LISTED)
		return c->rules[i];
	buf_reset(scratch);
	if (i < c->rule_count)
		put_listed(sv_cstr(row->help), scratch);
	else
		put_alternatives(sv_cstr(row->value_name), scratch);
	if (scratch->n) {
		rule.kind = COMPLETE_WORDS;
		rule.words = buf_cstr(scratch);
	}
	return rule;
}

static struct sv command_of(const struct completion *c, struct sv *verb)
{
	struct sv command;

	(void)sv_cut(sv_cstr(c->set->program), ' ', &command, verb);
	return command;
}

/* ---- bash ---- */

static void put_patterns(const struct option_row *row, struct buf *out)
{
	struct sv names = sv_cstr(row->names), one;
	const char *separator = "";

	while (sv_word(&names, &one)) {
		buf_printf(out, "%s%.*s", separator, SV_FMT(one));
		separator = " | ";
	}
}

static void put_bash_action(const struct complete_rule *rule, struct buf *out)
{
	static const char reply[] = "mapfile -t COMPREPLY < <(compgen";

	switch (rule->kind) {
	case COMPLETE_NOTHING:
	case COMPLETE_LISTED: /* rule_for() gives the words */
		break;
	case COMPLETE_FILES:
		buf_printf(out, "\t\tcompopt -o filenames\n\t\t%s -f -- \"$cur\")\n", reply);
		break;
	case COMPLETE_FOLDERS:
		buf_printf(out, "\t\tcompopt -o filenames\n\t\t%s -d -- \"$cur\")\n", reply);
		break;
	case COMPLETE_USERS:
		buf_printf(out, "\t\t%s -u -- \"$cur\")\n", reply);
		break;
	case COMPLETE_GROUPS:
		buf_printf(out, "\t\t%s -g -- \"$cur\")\n", reply);
		break;
	case COMPLETE_WORDS:
		buf_printf(out, "\t\t%s -W '%s' -- \"$cur\")\n", reply, rule->words);
		break;
	case COMPLETE_LIST:
		buf_printf(out,
			   "\t\tcompopt -o nospace\n"
			   "\t\t%s -P \"${cur%%\"${cur##*,}\"}\" -W '%s' -- \"${cur##*,}\")\n",
			   reply, rule->words);
		break;
	}
}

static void put_bash_options(const struct completion *c, const char *operands, struct buf *out)
{
	CLEANUP(buf_release) struct buf scratch = BUF_INIT(WORDS_MAX);

	buf_puts(out, "\tcase $prev in\n");
	for (size_t i = 0; i < c->set->count; i++) {
		const struct option_row *row = &c->set->rows[i];
		struct complete_rule rule;

		if (row->arg == ARG_NONE)
			continue;
		rule = rule_for(c, row, &scratch);
		buf_putc(out, '\t');
		put_patterns(row, out);
		buf_puts(out, ")\n");
		if (row->arg == ARG_OPTIONAL)
			buf_puts(out, "\t\tif [[ $cur != -* ]]; then\n");
		put_bash_action(&rule, out);
		buf_puts(out, "\t\treturn\n");
		if (row->arg == ARG_OPTIONAL)
			buf_puts(out, "\t\tfi\n");
		buf_puts(out, "\t\t;;\n");
	}
	buf_puts(out, "\tesac\n");
	if (operands)
		buf_printf(out,
			   "\tif [[ $cur != -* ]]; then\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")\n"
			   "\t\treturn\n\tfi\n",
			   operands);
	buf_puts(out, "\tmapfile -t COMPREPLY < <(compgen -W '");
	for (size_t i = 0; i < c->set->count; i++)
		buf_printf(out, "%s%s", i ? " " : "", c->set->rows[i].names);
	buf_puts(out, "' -- \"$cur\")\n");
}

void option_complete_bash(const struct completion *list, size_t count, struct buf *out)
{
	struct sv verb, command = command_of(list, &verb);

	buf_printf(out,
		   "# bash completion for %.*s, made from its table of options.\n"
		   "_aurum_%.*s()\n{\n"
		   "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
		   "\tCOMPREPLY=()\n"
		   "\t# \"--option=value\" comes as three words.\n"
		   "\tif [[ $cur == = ]]; then\n\t\tcur=\n"
		   "\telif [[ $prev == = ]] && ((COMP_CWORD > 1)); then\n"
		   "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n",
		   SV_FMT(command), SV_FMT(command));
	if (!verb.n) {
		put_bash_options(list, list->operands, out);
	} else {
		buf_printf(out,
			   "\tif ((COMP_CWORD == 1)); then\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")\n"
			   "\t\treturn\n\tfi\n",
			   list->operands);
		buf_puts(out, "\tcase ${COMP_WORDS[1]} in\n");
		for (size_t i = 0; i < count; i++) {
			(void)command_of(&list[i], &verb);
			buf_printf(out, "\t%.*s)\n", SV_FMT(verb));
			put_bash_options(&list[i], NULL, out);
			buf_puts(out, "\t\t;;\n");
		}
		buf_puts(out, "\tesac\n");
	}
	buf_printf(out, "}\ncomplete -F _aurum_%.*s %.*s\n", SV_FMT(command), SV_FMT(command));
}

/* ---- zsh ---- */

/* Text inside of '...[here]...': quotes, brackets, colons and backslashes mean something. */
static void put_zsh_text(struct sv text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'') {
			buf_puts(out, "'\\''");
			continue;
		}
		if (strchr("[]:\\", text.p[i]))
			buf_putc(out, '\\');
		buf_putc(out, text.p[i]);
	}
}

static void put_zsh_action(const struct complete_rule *rule, struct buf *out)
{
	switch (rule->kind) {
	case COMPLETE_NOTHING:
	case COMPLETE_LISTED: /* rule_for() gives the words */
		buf_putc(out, ' ');
		break;
	case COMPLETE_FILES:
		buf_puts(out, "_files");
		break;
	case COMPLETE_FOLDERS:
		buf_puts(out, "_files -/");
		break;
	case COMPLETE_USERS:
		buf_puts(out, "_users");
		break;
	case COMPLETE_GROUPS:
		buf_puts(out, "_groups");
		break;
	case COMPLETE_WORDS:
		buf_printf(out, "(%s)", rule->words);
		break;
	case COMPLETE_LIST:
		buf_printf(out, "_values -s , value %s", rule->words);
		break;
	}
}

/* One specification for each spelling; '*': may be given several times. */
static void put_zsh_row(const struct completion *c, const struct option_row *row, struct buf *out)
{
	CLEANUP(buf_release) struct buf scratch = BUF_INIT(WORDS_MAX);
	struct complete_rule rule = {.kind = COMPLETE_NOTHING};
	struct sv names = sv_cstr(row->names), one;

	if (row->arg != ARG_NONE)
		rule = rule_for(c, row, &scratch);
	while (sv_word(&names, &one)) {
		buf_printf(out, " \\\n\t'*%.*s", SV_FMT(one));
		if (row->arg == ARG_REQUIRED && c->set->style == OPTION_GETOPT)
			buf_putc(out, sv_starts(one, SV("--")) ? '=' : '+');
		buf_putc(out, '[');
		put_zsh_text(sv_cstr(row->help), out);
		buf_putc(out, ']');
		if (row->arg != ARG_NONE) {
			buf_puts(out, row->arg == ARG_OPTIONAL ? "::" : ":");
			put_zsh_text(sv_cstr(row->value_name ? row->value_name : "value"), out);
			buf_putc(out, ':');
			put_zsh_action(&rule, out);
		}
		buf_putc(out, '\'');
	}
}

static void put_zsh_options(const struct completion *c, const char *operands, struct buf *out)
{
	buf_puts(out, c->set->style == OPTION_GETOPT ? "_arguments -s -S" : "_arguments");
	for (size_t i = 0; i < c->set->count; i++)
		put_zsh_row(c, &c->set->rows[i], out);
	if (operands)
		buf_printf(out, " \\\n\t'*:word:(%s)'", operands);
	buf_putc(out, '\n');
}

void option_complete_zsh(const struct completion *list, size_t count, struct buf *out)
{
	struct sv verb, command = command_of(list, &verb);

	buf_printf(out, "#compdef %.*s\n# Made from the program's table of options.\n",
		   SV_FMT(command));
	if (!verb.n) {
		put_zsh_options(list, list->operands, out);
		return;
	}
	buf_printf(out,
		   "local context state state_descr line\ntypeset -A opt_args\n"
		   "_arguments -C '1:verb:(%s)' '*::argument:->rest' && return\n"
		   "case $words[1] in\n",
		   list->operands);
	for (size_t i = 0; i < count; i++) {
		(void)command_of(&list[i], &verb);
		buf_printf(out, "%.*s)\n", SV_FMT(verb));
		put_zsh_options(&list[i], NULL, out);
		buf_puts(out, ";;\n");
	}
	buf_puts(out, "esac\n");
}

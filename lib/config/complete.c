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

/* The name of the value as it stands, or one of its alternatives: FILE of "FILE|none". */
static bool has_value(const struct option_row *row, struct sv name)
{
	struct sv rest = sv_cstr(row->value_name), one;

	if (sv_eq(rest, name))
		return true;
	while (rest.n) {
		(void)sv_cut(rest, '|', &one, &rest);
		if (sv_eq(one, name))
			return true;
	}
	return false;
}

static bool fits(const struct complete_rule *rule, const struct option_row *row)
{
	return (!rule->option || has_name(row, sv_cstr(rule->option))) &&
	       (!rule->value_name || has_value(row, sv_cstr(rule->value_name)));
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
		rule = c->rules[i];
	if (rule.words)
		return rule;
	buf_reset(scratch);
	if (i < c->rule_count && c->rules[i].kind == COMPLETE_LISTED)
		put_listed(sv_cstr(row->help), scratch);
	else
		put_alternatives(sv_cstr(row->value_name), scratch);
	if (scratch->n) {
		if (rule.kind == COMPLETE_NOTHING)
			rule.kind = COMPLETE_WORDS;
		rule.words = buf_cstr(scratch);
	}
	return rule;
}

/* The same for the words in place of an option. */
static struct complete_rule rule_for_operands(const struct completion *c)
{
	struct complete_rule rule = {.kind = c->operand_kind, .words = c->operands};

	if (rule.words && rule.kind == COMPLETE_NOTHING)
		rule.kind = COMPLETE_WORDS;
	return rule;
}

/* ---- verbs ---- */

static struct sv program_of(const struct completion *c)
{
	return sv_cstr(c->set->program);
}

/* The last word: "check" of "aurum rules check". */
static struct sv verb_of(const struct completion *c)
{
	struct sv rest = program_of(c), first;

	while (sv_cut(rest, ' ', &first, &rest))
		;
	return first;
}

/* "aurum rules check" is below "aurum rules", and that below "aurum". */
static bool is_below(const struct completion *c, const struct completion *upper)
{
	struct sv program = program_of(c), name = program_of(upper);

	return sv_starts(program, name) && program.n > name.n && program.p[name.n] == ' ';
}

/* How many completions behind the first are its verbs, and verbs of these. */
static size_t count_below(const struct completion *list, size_t count)
{
	size_t n = 0;

	while (n + 1 < count && is_below(&list[n + 1], list))
		n++;
	return n;
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

/* What compgen makes of a kind; nothing where it is given words alone. */
static const char *bash_flag(enum complete_kind kind)
{
	switch (kind) {
	case COMPLETE_FILES:
		return " -f";
	case COMPLETE_FOLDERS:
		return " -d";
	case COMPLETE_USERS:
		return " -u";
	case COMPLETE_GROUPS:
		return " -g";
	case COMPLETE_NOTHING:
	case COMPLETE_WORDS:
	case COMPLETE_LIST:
	case COMPLETE_LISTED: /* rule_for() gives the words */
	case COMPLETE_ASKED:
		break;
	}
	return "";
}

static void put_bash_action(const struct complete_rule *rule, struct buf *out)
{
	static const char reply[] = "mapfile -t COMPREPLY < <(compgen";

	if (rule->kind == COMPLETE_LIST) {
		buf_printf(out,
			   "\t\tcompopt -o nospace\n"
			   "\t\t%s -P \"${cur%%\"${cur##*,}\"}\" -W '%s' -- \"${cur##*,}\")\n",
			   reply, rule->words);
		return;
	}
	if (rule->kind == COMPLETE_NOTHING)
		return;
	if (rule->kind == COMPLETE_ASKED) {
		buf_puts(out,
			 "\t\tmapfile -t COMPREPLY < <(timeout 2 \"${COMP_WORDS[0]}\" complete -- "
			 "\"${COMP_WORDS[@]:at:COMP_CWORD-at+1}\" 2>/dev/null)\n");
		return;
	}
	if (rule->kind == COMPLETE_FILES || rule->kind == COMPLETE_FOLDERS)
		buf_puts(out, "\t\tcompopt -o filenames\n");
	buf_printf(out, "\t\t%s%s", reply, bash_flag(rule->kind));
	if (rule->words)
		buf_printf(out, " -W '%s'", rule->words);
	buf_puts(out, " -- \"$cur\")\n");
}

/* The patterns of a case, and what is offered behind these words. */
static void put_bash_value(const struct completion *c, const struct option_row *row,
			   struct buf *out)
{
	CLEANUP(buf_release) struct buf scratch = BUF_INIT(WORDS_MAX);
	struct complete_rule rule = rule_for(c, row, &scratch);

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

static void put_bash_values(const struct completion *c, struct buf *out)
{
	bool is_open = false;

	for (size_t i = 0; i < c->set->count; i++) {
		if (c->set->rows[i].arg == ARG_NONE)
			continue;
		if (!is_open)
			buf_puts(out, "\tcase $prev in\n");
		is_open = true;
		put_bash_value(c, &c->set->rows[i], out);
	}
	if (is_open)
		buf_puts(out, "\tesac\n");
}

static void put_bash_options(const struct completion *c, struct buf *out)
{
	struct complete_rule operands = rule_for_operands(c);

	put_bash_values(c, out);
	if (operands.kind != COMPLETE_NOTHING) {
		buf_puts(out, "\tif [[ $cur != -* ]]; then\n");
		put_bash_action(&operands, out);
		buf_puts(out, "\t\treturn\n\tfi\n");
	}
	for (size_t i = 0; i < c->set->count; i++)
		buf_printf(out, "%s%s", i ? " " : "\tmapfile -t COMPREPLY < <(compgen -W '",
			   c->set->rows[i].names);
	if (c->set->count)
		buf_puts(out, "' -- \"$cur\")\n");
}

/* Follows the words of the line from verb to verb: $command is the last that is known, $at the
 * word behind it. */
static void put_bash_walk(const struct completion *list, size_t count, struct buf *out)
{
	buf_printf(out,
		   "\tlocal command=%.*s at=1\n"
		   "\twhile ((at < COMP_CWORD)); do\n"
		   "\t\tcase \"$command ${COMP_WORDS[at]}\" in\n\t\t",
		   SV_FMT(program_of(list)));
	for (size_t i = 1; i < count; i++)
		buf_printf(out, "%s'%s'", i > 1 ? " | " : "", list[i].set->program);
	buf_puts(out, ") command+=\" ${COMP_WORDS[at]}\" ;;\n"
		      "\t\t*) break ;;\n"
		      "\t\tesac\n"
		      "\t\t((at += 1))\n"
		      "\tdone\n");
}

static void put_bash_verbs(const struct completion *list, size_t count, struct buf *out)
{
	put_bash_walk(list, count, out);
	buf_puts(out, "\tcase $command in\n");
	for (size_t i = 0; i < count; i++) {
		buf_printf(out, "\t'%s')\n", list[i].set->program);
		if (count_below(&list[i], count - i))
			buf_puts(out, "\t((COMP_CWORD == at)) || return 0\n");
		put_bash_options(&list[i], out);
		buf_puts(out, "\t;;\n");
	}
	buf_puts(out, "\tesac\n");
}

void option_complete_bash(const struct completion *list, size_t count, struct buf *out)
{
	const char *command = list->set->program;

	buf_printf(out,
		   "# bash completion for %s, made from its table of options.\n"
		   "_aurum_%s()\n{\n"
		   "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
		   "\tCOMPREPLY=()\n"
		   "\t# \"--option=value\" comes as three words.\n"
		   "\tif [[ $cur == = ]]; then\n\t\tcur=\n"
		   "\telif [[ $prev == = ]] && ((COMP_CWORD > 1)); then\n"
		   "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n",
		   command, command);
	if (count == 1)
		put_bash_options(list, out);
	else
		put_bash_verbs(list, count, out);
	buf_printf(out, "}\ncomplete -F _aurum_%s %s\n", command, command);
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

/* What completes a kind; NULL where there are words alone, or nothing. */
static const char *zsh_function(enum complete_kind kind)
{
	switch (kind) {
	case COMPLETE_FILES:
		return "_files";
	case COMPLETE_FOLDERS:
		return "_files -/";
	case COMPLETE_USERS:
		return "_users";
	case COMPLETE_GROUPS:
		return "_groups";
	case COMPLETE_NOTHING:
	case COMPLETE_WORDS:
	case COMPLETE_LIST:
	case COMPLETE_LISTED: /* rule_for() gives the words */
	case COMPLETE_ASKED:
		break;
	}
	return NULL;
}

/* $words begins with the verb. */
static void put_zsh_asked(const struct completion *c, struct buf *out)
{
	struct sv program, verbs;

	(void)sv_cut(program_of(c), ' ', &program, &verbs);
	buf_printf(out,
		   "{compadd -- ${(f)\"$(timeout 2 %.*s complete -- \"${(@)words[2,CURRENT]}\" "
		   "2>/dev/null)\"}}",
		   SV_FMT(program));
}

static void put_zsh_action(const struct complete_rule *rule, struct buf *out)
{
	const char *function = zsh_function(rule->kind);

	if (function && rule->words)
		buf_printf(out, "{compadd -- %s; %s}", rule->words, function);
	else if (function)
		buf_puts(out, function);
	else if (rule->kind == COMPLETE_LIST)
		buf_printf(out, "_values -s , value %s", rule->words);
	else if (rule->kind == COMPLETE_WORDS)
		buf_printf(out, "(%s)", rule->words);
	else
		buf_putc(out, ' ');
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

static void put_zsh_options(const struct completion *c, struct buf *out)
{
	struct complete_rule operands = rule_for_operands(c);

	buf_puts(out, c->set->style == OPTION_GETOPT ? "_arguments -s -S" : "_arguments");
	for (size_t i = 0; i < c->set->count; i++)
		put_zsh_row(c, &c->set->rows[i], out);
	if (operands.kind != COMPLETE_NOTHING) {
		buf_puts(out, " \\\n\t'*:word:");
		if (operands.kind == COMPLETE_ASKED)
			put_zsh_asked(c, out);
		else
			put_zsh_action(&operands, out);
		buf_putc(out, '\'');
	}
	buf_putc(out, '\n');
}

/* Behind the verb, $words begins with it: it is the command then, and may have verbs itself. */
static void put_zsh_verbs(const struct completion *list, size_t below, struct buf *out)
{
	size_t own;

	buf_printf(out,
		   "_arguments -C '1:verb:(%s)' '*::argument:->rest' && return\n"
		   "case $words[1] in\n",
		   list->operands);
	for (size_t i = 1; i <= below; i += 1 + own) {
		own = count_below(&list[i], below + 1 - i);
		buf_printf(out, "%.*s)\n", SV_FMT(verb_of(&list[i])));
		if (own)
			put_zsh_verbs(&list[i], own, out);
		else
			put_zsh_options(&list[i], out);
		buf_puts(out, ";;\n");
	}
	buf_puts(out, "esac\n");
}

void option_complete_zsh(const struct completion *list, size_t count, struct buf *out)
{
	buf_printf(out, "#compdef %s\n# Made from the program's table of options.\n",
		   list->set->program);
	if (count == 1) {
		put_zsh_options(list, out);
		return;
	}
	buf_puts(out, "local context state state_descr line\ntypeset -A opt_args\n");
	put_zsh_verbs(list, count - 1, out);
}

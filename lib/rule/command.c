/*
 * The options of auditctl as rows, and what each of them does to the command that is read. The
 * options of a rule go on to the rule parser.
 */
#include "rule/command.h"

#include "base/near.h"
#include "base/num.h"

#include <signal.h>

/* Ids above the letters, for options that have long names only. */
enum {
	OPTION_WAIT_TIME = 256,
	OPTION_RESET_LOST,
	OPTION_RESET_WAIT,
	OPTION_LOCK_LOGINUID,
	OPTION_SIGNAL,
};

static const struct option_row rows[] = {
	{'a', "-a", ARG_REQUIRED, "LIST,ACTION",
	 "add a rule at the end of a list (user, task, exit, exclude, filesystem, io_uring) with "
	 "an "
	 "action (always, never), in either order"},
	{'A', "-A", ARG_REQUIRED, "LIST,ACTION", "add a rule at the beginning of a list"},
	{'d', "-d", ARG_REQUIRED, "LIST,ACTION", "delete the rule with exactly these words"},
	{'D', "-D", ARG_NONE, NULL, "delete all rules, or with -k KEY those whose keys hold KEY"},
	{'S', "-S", ARG_REQUIRED, "CALL[,CALL]",
	 "system calls of the rule, by name or number, or all; on the list io_uring its "
	 "operations"},
	{'F', "-F", ARG_REQUIRED, "FIELD OP VALUE",
	 "a condition of the rule, written as one word; OP is = != < <= > >= & or &="},
	{'C', "-C", ARG_REQUIRED, "FIELD OP FIELD",
	 "compare two ids of subject and object; OP is = or !="},
	{'k', "-k", ARG_REQUIRED, "KEY",
	 "mark what the rule records with a word to search for; beside -l and -D: choose rules"},
	{'p', "-p", ARG_REQUIRED, "PERMS",
	 "kinds of access, letters of rwxa: read, write, execute, attribute change"},
	{'w', "-w", ARG_REQUIRED, "PATH", "watch a file, or a directory and all below it"},
	{'W', "-W", ARG_REQUIRED, "PATH", "delete the watch with exactly these words"},
	{'l', "-l", ARG_NONE, NULL,
	 "list the kernel's rules; -i beside it puts numbers into words, -k KEY chooses"},
	{'s', "-s", ARG_NONE, NULL, "show the kernel's audit status; -i beside it for words"},
	{'R', "-R", ARG_REQUIRED, "FILE",
	 "read commands from a file, one a line; it must be root's and not writable by everyone"},
	{'i', "-i", ARG_NONE, NULL,
	 "ignore errors while reading a file and exit with 0; beside -l and -s: interpret"},
	{'c', "-c", ARG_NONE, NULL,
	 "continue behind errors while reading a file, but exit with 1 when there were any"},
	{'b', "-b", ARG_REQUIRED, "NUMBER", "how many records may wait for the daemon"},
	{'e', "-e", ARG_REQUIRED, "0|1|2", "auditing off, on, or on and locked until reboot"},
	{'f', "-f", ARG_REQUIRED, "0|1|2",
	 "what the kernel does when it cannot record: nothing, a kernel message, panic"},
	{'r', "-r", ARG_REQUIRED, "NUMBER", "how many records a second are kept, 0 for all"},
	{OPTION_WAIT_TIME, "--backlog_wait_time", ARG_REQUIRED, "TICKS",
	 "how long a process waits for room when too many records wait"},
	{OPTION_RESET_WAIT, "--reset_backlog_wait_time_actual", ARG_NONE, NULL,
	 "print and zero how long processes have waited"},
	{OPTION_RESET_LOST, "--reset-lost", ARG_NONE, NULL,
	 "print and zero the number of lost records"},
	{OPTION_LOCK_LOGINUID, "--loginuid-immutable", ARG_NONE, NULL,
	 "let no process change a login uid that was set"},
	{'m', "-m", ARG_REQUIRED, "TEXT", "write a USER record with this text"},
	{'q', "-q", ARG_REQUIRED, "DIR,SUBTREE",
	 "rules that watch DIR also watch SUBTREE, which is mounted below it"},
	{'t', "-t", ARG_NONE, NULL, "forget watched subtrees that were unmounted"},
	{OPTION_SIGNAL, "--signal", ARG_REQUIRED, "SIGNAL",
	 "signal the audit daemon: TERM or stop, HUP or reload, USR1 or rotate, USR2 or resume, "
	 "CONT or state"},
	{'v', "-v --version", ARG_NONE, NULL, "print the version"},
	{'h', "-h --help", ARG_NONE, NULL, "print this text"},
};

const struct option_set command_options = {
	.program = "auditctl",
	.usage = "OPTION...",
	.summary = "Loads, lists and deletes the kernel's audit rules, and shows and changes its "
		   "audit status.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows),
};

struct reading {
	const struct rule_words *words;
	struct command *command;
	struct problems *problems;
	struct rule_parser rule;
	bool has_interpret; /* -i */
	const char *key;    /* the last -k, before it is known whose it is */
};

static struct rule_place place(const struct reading *r, const char *where)
{
	return words_place(r->words, where);
}

/* The one thing that the command does; a second one is an error. */
static bool set_kind(struct reading *r, enum command_kind kind, const struct option_hit *hit)
{
	struct command *c = r->command;
	struct rule_place at = place(r, hit->value ? hit->value : hit->name);

	if (c->kind != COMMAND_NONE && !(c->kind == COMMAND_RULE && kind == COMMAND_RULE)) {
		problem_error(r->problems, at, "two commands at once: give %s on a line of its own",
			      hit->name);
		return false;
	}
	c->kind = kind;
	c->at = at;
	return true;
}

/* A setting that is a number of the kernel's status. */
static void set_number(struct reading *r, const struct option_hit *hit, uint32_t mask, uint64_t max,
		       uint32_t *out)
{
	struct sv v = sv_cstr(hit->value);
	uint64_t value;

	if (v.n && v.p[0] >= '0' && v.p[0] <= '9' && num_auto64(v, &value) && value <= max) {
		*out = (uint32_t)value;
		r->command->settings.mask |= mask;
		return;
	}
	if (max <= 2)
		problem_error(r->problems, place(r, hit->value), "-%c takes 0, 1 or 2, not \"%s\"",
			      hit->id, hit->value);
	else
		problem_error(r->problems, place(r, hit->value),
			      "%s takes a number from 0 to %u, not \"%s\"", hit->name, UINT32_MAX,
			      hit->value);
}

static void set_signal(struct reading *r, const struct option_hit *hit)
{
	static const struct {
		const char *name, *word;
		int number;
	} signals[] = {{"TERM", "stop", SIGTERM},
		       {"HUP", "reload", SIGHUP},
		       {"USR1", "rotate", SIGUSR1},
		       {"USR2", "resume", SIGUSR2},
		       {"CONT", "state", SIGCONT}};
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];
	struct sv typed = sv_cstr(hit->value);

	if (!set_kind(r, COMMAND_SIGNAL, hit))
		return;
	for (size_t i = 0; i < LEN(signals); i++) {
		if (sv_eq_nocase(typed, sv_cstr(signals[i].name)) ||
		    sv_eq(typed, sv_cstr(signals[i].word))) {
			r->command->signal = signals[i].number;
			return;
		}
		near_consider(&best, typed, sv_cstr(signals[i].name));
		near_consider(&best, typed, sv_cstr(signals[i].word));
	}
	problem_error(r->problems, r->command->at, "unknown signal \"%s\"%s", hit->value,
		      near_hint(&best,
				": it is one of TERM, HUP, USR1, USR2, CONT, or stop, reload, "
				"rotate, resume, state",
				hint));
}

static void set_equivalent(struct reading *r, const struct option_hit *hit)
{
	struct command *c = r->command;

	if (!set_kind(r, COMMAND_EQUIVALENT, hit))
		return;
	if (!sv_cut(sv_cstr(hit->value), ',', &c->old_dir, &c->new_dir) || c->old_dir.n == 0 ||
	    c->new_dir.n == 0 || sv_index(c->new_dir, ',') < c->new_dir.n)
		problem_error(r->problems, c->at,
			      "\"%s\" is not two directories: write them with a comma, as in "
			      "/srv,/srv/mnt",
			      hit->value);
}

/* Printable ASCII, as the reference takes it: the text stands unquoted in the record. */
static void set_message(struct reading *r, const struct option_hit *hit)
{
	if (!set_kind(r, COMMAND_MESSAGE, hit))
		return;
	r->command->text = hit->value;
	for (const char *p = hit->value; *p; p++) {
		if ((unsigned char)*p >= ' ' && (unsigned char)*p < 0x7f)
			continue;
		problem_error(r->problems, place(r, p),
			      "a character that a record cannot hold: write printable ASCII");
		return;
	}
}

/* Settings and switches. False when the option is none of them. */
static bool read_setting(struct reading *r, const struct option_hit *hit)
{
	struct audit_status *s = &r->command->settings;

	switch (hit->id) {
	case 'b':
		set_number(r, hit, AUDIT_STATUS_BACKLOG_LIMIT, UINT32_MAX, &s->backlog_limit);
		return true;
	case 'e':
		set_number(r, hit, AUDIT_STATUS_ENABLED, 2, &s->enabled);
		return true;
	case 'f':
		set_number(r, hit, AUDIT_STATUS_FAILURE, 2, &s->failure);
		return true;
	case 'r':
		set_number(r, hit, AUDIT_STATUS_RATE_LIMIT, UINT32_MAX, &s->rate_limit);
		return true;
	case OPTION_WAIT_TIME:
		set_number(r, hit, AUDIT_STATUS_BACKLOG_WAIT_TIME, UINT32_MAX,
			   &s->backlog_wait_time);
		return true;
	case 'i':
		r->has_interpret = true;
		return true;
	case 'c':
		r->command->ignore_errors = r->command->fail_at_end = true;
		return true;
	default:
		return false;
	}
}

/* Options of a rule. False when the option is none of them. */
static bool read_rule(struct reading *r, const struct option_hit *hit)
{
	enum rule_verb verb = hit->id == 'a'   ? RULE_APPEND
			      : hit->id == 'A' ? RULE_PREPEND
			      : hit->id == 'w' ? RULE_APPEND
					       : RULE_DELETE;

	switch (hit->id) {
	case 'a':
	case 'A':
	case 'd':
		if (set_kind(r, COMMAND_RULE, hit))
			rule_parse_list(&r->rule, verb, hit->value);
		return true;
	case 'w':
	case 'W':
		if (set_kind(r, COMMAND_RULE, hit))
			rule_parse_watch(&r->rule, verb, hit->value);
		return true;
	case 'S':
		rule_parse_calls(&r->rule, hit->value);
		return true;
	case 'F':
		rule_parse_field(&r->rule, hit->value);
		return true;
	case 'C':
		rule_parse_compare(&r->rule, hit->value);
		return true;
	case 'p':
		rule_parse_perms(&r->rule, hit->value);
		return true;
	case 'k':
		r->key = hit->value;
		if (r->command->kind != COMMAND_LIST && r->command->kind != COMMAND_DELETE_ALL)
			rule_parse_key(&r->rule, hit->value);
		return true;
	default:
		return false;
	}
}

/* Everything else: an option that is a command. */
static void read_command(struct reading *r, const struct option_hit *hit)
{
	static const struct {
		int id;
		enum command_kind kind;
	} kinds[] = {{'D', COMMAND_DELETE_ALL},
		     {'l', COMMAND_LIST},
		     {'s', COMMAND_STATUS},
		     {'R', COMMAND_READ_FILE},
		     {'t', COMMAND_TRIM},
		     {'v', COMMAND_VERSION},
		     {'h', COMMAND_HELP},
		     {OPTION_RESET_LOST, COMMAND_RESET_LOST},
		     {OPTION_RESET_WAIT, COMMAND_RESET_WAIT},
		     {OPTION_LOCK_LOGINUID, COMMAND_LOCK_LOGINUID}};

	for (size_t i = 0; i < LEN(kinds); i++) {
		if (kinds[i].id != hit->id)
			continue;
		if (set_kind(r, kinds[i].kind, hit))
			r->command->text = hit->value;
		return;
	}
	if (hit->id == OPTION_SIGNAL)
		set_signal(r, hit);
	else if (hit->id == 'q')
		set_equivalent(r, hit);
	else if (hit->id == 'm')
		set_message(r, hit);
}

static void stray_word(struct reading *r, const char *word)
{
	struct rule_place at = place(r, word);

	if (word[0] == '#' && r->words->line)
		problem_error(r->problems, at,
			      "a comment behind a rule: write it on a line of its own");
	else if (r->words->line && strpbrk(word, "\"'"))
		problem_error(r->problems, at,
			      "\"%s\" belongs to no option: quotes mean nothing in a rules file, "
			      "write a space as \"\\ \"",
			      word);
	else
		problem_error(r->problems, at,
			      "\"%s\" belongs to no option: a value follows its option in one word",
			      word);
}

static void finish(struct reading *r)
{
	struct command *c = r->command;

	if (c->kind == COMMAND_LIST || c->kind == COMMAND_DELETE_ALL)
		c->key = sv_cstr(r->key);
	if (c->kind == COMMAND_READ_FILE && r->words->line)
		problem_error(
			r->problems, c->at,
			"-R in a rules file: files cannot read other files, augenrules joins them");
	if (c->kind != COMMAND_NONE && c->kind != COMMAND_RULE && c->settings.mask)
		problem_error(r->problems, c->at,
			      "two commands at once: give settings on a line of their own");
	c->interpret = r->has_interpret && (c->kind == COMMAND_LIST || c->kind == COMMAND_STATUS);
	if (r->has_interpret && !c->interpret)
		c->ignore_errors = true;
	if (rule_parse_finish(&r->rule) != 0)
		return;
	c->verb = r->rule.verb;
	if (c->verb == RULE_OBSOLETE)
		c->kind = COMMAND_NONE;
}

int command_parse(const struct rule_words *words, const struct rule_host *host, struct command *out,
		  struct problems *problems)
{
	struct reading r = {.words = words, .command = out, .problems = problems};
	uint32_t errors = problems->errors;
	enum option_status status;
	struct option_hit hit;
	struct options o;
	struct err e;

	memset(out, 0, sizeof(*out));
	rule_parser_init(&r.rule, words, host, &out->rule, problems);
	options_init(&o, &command_options, words->argc, words->argv);
	while ((status = option_next(&o, &hit, &e)) != OPTION_END) {
		if (status == OPTION_ERROR)
			problem_error(problems, place(&r, hit.name), "%s", e.text);
		else if (status == OPTION_OPERAND)
			stray_word(&r, hit.name);
		else if (!read_setting(&r, &hit) && !read_rule(&r, &hit))
			read_command(&r, &hit);
	}
	finish(&r);
	return problems->errors == errors ? 0 : -1;
}

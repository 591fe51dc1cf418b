/*
 * The options of a rule but for -S, -F and -C: lists, watches, permissions, keys, and the
 * checks that need the whole rule. The order that the reference asks for is kept (the list
 * before fields, arch before calls, the key last), because a rule that only works here would
 * not be portable; the sentence says which order is right.
 */
#include "rule/parse_priv.h"

#include "base/near.h"

#include <limits.h>

#define PATH_NAME_MAX 255

void rule_parser_init(struct rule_parser *p, const struct rule_words *words,
		      const struct rule_host *host, struct rule *rule, struct problems *problems)
{
	*p = (struct rule_parser){
		.words = words,
		.host = host,
		.rule = rule,
		.problems = problems,
		.errors_before = problems->errors,
		.machine = host->machine,
	};
	rule_init(rule);
	rule->at = words_place(words, NULL);
}

void rule_put_number(struct rule_parser *p, uint32_t field, uint32_t op, uint32_t value,
		     struct rule_place at)
{
	if (!rule_add_number(p->rule, field, op, value, at))
		problem_error(p->problems, at, "too many fields: a rule holds %d",
			      AUDIT_MAX_FIELDS);
}

void rule_put_text(struct rule_parser *p, uint32_t field, uint32_t op, struct sv text,
		   struct rule_place at)
{
	if (p->rule->field_count >= AUDIT_MAX_FIELDS)
		problem_error(p->problems, at, "too many fields: a rule holds %d",
			      AUDIT_MAX_FIELDS);
	else if (!rule_add_text(p->rule, field, op, text, at))
		problem_error(p->problems, at,
			      "too much text: the paths, labels and keys of a rule share %d bytes",
			      RULE_TEXT_MAX);
}

bool rule_on_list(struct rule_parser *p, const char *what, uint32_t lists, struct rule_place at)
{
	CLEANUP(buf_release) struct buf names = BUF_INIT(256);

	if (p->verb == RULE_NONE) {
		problem_error(
			p->problems, at,
			"%s stands before the list: write -a, -A or -d first, as in -a always,exit",
			what);
		return false;
	}
	if (p->rule->list > AUDIT_FILTER_URING_EXIT || (ON_LIST(p->rule->list) & lists))
		return true;
	lists_put(lists, &names);
	problem_error(p->problems, at, "%s cannot be used on the list \"%s\": it works on %s", what,
		      list_name(p->rule->list), buf_cstr(&names));
	return false;
}

/* "list,action" or "action,list" as two words; tells what is wrong otherwise. */
static void unknown_list_word(struct rule_parser *p, struct sv word)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];
	struct rule_place at = rule_at(p, word.p);
	const char *name;

	if (sv_eq(word, SV("entry"))) {
		problem_error(p->problems, at, "the list \"entry\" is gone from Linux: write exit");
		return;
	}
	for (uint32_t i = 0; i <= AUDIT_FILTER_URING_EXIT; i++)
		if ((name = list_name(i)))
			near_consider(&best, word, sv_cstr(name));
	near_consider(&best, word, SV("always"));
	near_consider(&best, word, SV("never"));
	problem_error(p->problems, at, "unknown list or action \"%.*s\"%s", SV_FMT(word),
		      near_hint(&best,
				": lists are user, task, exit, exclude, filesystem and io_uring, "
				"actions always and never",
				hint));
}

/* Reads both words; false after a problem was told. */
static bool read_list(struct rule_parser *p, const char *value, uint32_t *list, uint32_t *action)
{
	struct sv one, other;
	bool has_list = false, has_action = false, is_known = true;
	const struct sv *words[] = {&one, &other};

	if (!sv_cut(sv_cstr(value), ',', &one, &other) || sv_index(other, ',') < other.n) {
		problem_error(p->problems, rule_at(p, value),
			      "\"%s\" is not a list and an action: write them with a comma, as in "
			      "always,exit",
			      value);
		return false;
	}
	for (size_t i = 0; i < LEN(words); i++) {
		if (!has_action && action_find(*words[i], action)) {
			has_action = true;
		} else if (!has_list && list_find(*words[i], list)) {
			has_list = true;
		} else {
			uint32_t again;

			is_known = false;
			if (!list_find(*words[i], &again) && !action_find(*words[i], &again))
				unknown_list_word(p, *words[i]);
			else
				problem_error(p->problems, rule_at(p, value),
					      "\"%s\" needs one list and one action, as in "
					      "always,exit",
					      value);
		}
	}
	return is_known;
}

void rule_parse_list(struct rule_parser *p, enum rule_verb verb, const char *value)
{
	struct rule_place at = rule_at(p, value);
	uint32_t list = 0, action = 0;
	bool is_good;

	if (p->verb != RULE_NONE) {
		problem_error(p->problems, at,
			      "a second rule: give one -a, -A, -d, -w or -W at a time");
		return;
	}
	is_good = read_list(p, value, &list, &action);
	p->verb = verb;
	p->list_at = at;
	p->rule->prepend = verb == RULE_PREPEND;
	/* After a bad list the fields are still read; no list is then as good as any. */
	p->rule->list = is_good ? list : UINT32_MAX;
	p->rule->action = action;
	if (is_good && action == AUDIT_POSSIBLE) {
		p->verb = RULE_OBSOLETE;
		problem_warning(p->problems, at,
				"the action \"possible\" is gone from Linux, the rule is left out: "
				"write always or never");
	}
}

bool rule_is_clean(struct rule_parser *p, struct sv text, const char *what)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char byte = (unsigned char)text.p[i];

		if (byte >= ' ' && byte != 0x7f)
			continue;
		problem_error(p->problems, rule_at(p, text.p + i),
			      "a control character in %s: use printable characters", what);
		return false;
	}
	return true;
}

bool rule_perms(struct rule_parser *p, struct sv letters, uint32_t *out)
{
	static const char known[] = "xwra"; /* in the order of the bits of AUDIT_PERM_* */
	uint32_t value = 0;

	for (size_t i = 0; i < letters.n; i++) {
		char lower = (char)(letters.p[i] | 0x20);
		const char *hit = strchr(known, lower);

		if (!hit || letters.p[i] == '\0') {
			problem_error(p->problems, rule_at(p, letters.p + i),
				      "unknown permission \"%c\": use letters of rwxa (read, "
				      "write, execute, attribute)",
				      letters.p[i]);
			return false;
		}
		value |= 1u << (hit - known);
	}
	if (value == 0) {
		problem_error(
			p->problems, rule_at(p, letters.p),
			"no permission: use letters of rwxa (read, write, execute, attribute)");
		return false;
	}
	*out = value;
	return true;
}

void rule_parse_perms(struct rule_parser *p, const char *value)
{
	struct rule_place at = rule_at(p, value);
	bool is_there = false;
	uint32_t perms;

	if (!rule_on_list(p, "the permission option -p", ON_EXIT, at) ||
	    !rule_perms(p, sv_cstr(value), &perms))
		return;
	if (p->rule->field_count == 0) {
		problem_error(
			p->problems, at,
			"permissions of nothing: write -w PATH, -F path= or -F dir= before -p");
		return;
	}
	p->can_have_key = true;
	for (uint32_t i = 0; i < p->rule->field_count; i++) {
		if (p->rule->fields[i].field != AUDIT_PERM)
			continue;
		p->rule->fields[i].value = perms;
		is_there = true;
	}
	if (!is_there)
		rule_put_number(p, AUDIT_PERM, AUDIT_EQUAL, perms, at);
}

/* The path of a watch as the kernel wants it; empty after a problem was told. */
static struct sv watch_path(struct rule_parser *p, const char *value)
{
	struct rule_place at = rule_at(p, value);
	struct sv path = sv_cstr(value);
	const char *slash = strrchr(value, '/');

	if (value[0] != '/') {
		problem_error(p->problems, at, "the path \"%.*s\" of a watch must begin with /",
			      SV_FMT(path));
		return SV_EMPTY;
	}
	if (!rule_is_clean(p, path, "the path"))
		return SV_EMPTY;
	if (path.n >= PATH_MAX || strlen(slash + 1) > PATH_NAME_MAX) {
		problem_error(p->problems, at,
			      "the path is too long: %d bytes in all, %d for the last name",
			      PATH_MAX - 1, PATH_NAME_MAX);
		return SV_EMPTY;
	}
	if (sv_find(path, SV("..")) < path.n)
		problem_warning(p->problems, at,
				"\"%.*s\": the kernel takes .. as it is, write the whole path",
				SV_FMT(path));
	if (sv_index(path, '*') < path.n || sv_index(path, '?') < path.n)
		problem_warning(p->problems, at,
				"\"%.*s\": the kernel knows no wildcards, * and ? are themselves",
				SV_FMT(path));
	while (path.n > 1 && strlen(value) > 2 && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

void rule_parse_watch(struct rule_parser *p, enum rule_verb verb, const char *value)
{
	struct rule_place at = rule_at(p, value);
	char name[PATH_MAX];
	struct sv path;
	bool is_dir;

	if (p->verb != RULE_NONE || p->rule->field_count) {
		problem_error(
			p->problems, at,
			"a watch is a rule of its own: use -F path= or -F dir= with -a, -A or -d");
		return;
	}
	p->verb = verb;
	p->list_at = at;
	p->is_watch = p->has_calls = p->can_have_key = true;
	p->rule->list = AUDIT_FILTER_EXIT;
	p->rule->action = AUDIT_ALWAYS;
	rule_set_all_calls(p->rule);
	path = watch_path(p, value);
	if (path.n == 0 || !sv_to_cstr(path, name, sizeof(name)))
		return;
	is_dir = p->host->is_dir && p->host->is_dir(p->host->ctx, name);
	rule_put_text(p, is_dir ? AUDIT_DIR : AUDIT_WATCH, AUDIT_EQUAL, path, at);
	rule_put_number(p, AUDIT_PERM, AUDIT_EQUAL,
			AUDIT_PERM_READ | AUDIT_PERM_WRITE | AUDIT_PERM_EXEC | AUDIT_PERM_ATTR, at);
}

void rule_collect_key(struct rule_parser *p, const char *value)
{
	struct rule_place at = rule_at(p, value);
	struct sv key = sv_cstr(value);
	size_t needed = key.n + (p->key_length ? 1 : 0);

	if (key.n == 0) {
		problem_error(p->problems, at, "an empty key: write a word to search for later");
		return;
	}
	if (!rule_is_clean(p, key, "the key"))
		return;
	if (needed > sizeof(p->key) - p->key_length) {
		problem_error(p->problems, at,
			      "the key is too long: all keys of a rule share %d bytes",
			      AUDIT_MAX_KEY_LEN);
		return;
	}
	if (p->key_length)
		p->key[p->key_length++] = KEY_SEPARATOR;
	else
		p->key_at = at;
	memcpy(p->key + p->key_length, key.p, key.n);
	p->key_length += key.n;
}

void rule_parse_key(struct rule_parser *p, const char *value)
{
	if (p->verb == RULE_NONE || !p->can_have_key)
		problem_error(
			p->problems, rule_at(p, value),
			"a key before what it marks: write -w, -S or -F path=, dir=, perm= or "
			"exe= first");
	else
		rule_collect_key(p, value);
}

static void finish_key(struct rule_parser *p)
{
	if (p->key_length == 0)
		return;
	if (!p->can_have_key)
		problem_error(p->problems, p->key_at,
			      "a key needs something to mark: a system call, or a field path, dir, "
			      "perm, exe or fstype");
	else if (rule_on_list(p, "a key", ON_ANY | ON_FILESYSTEM, p->key_at))
		rule_put_text(p, AUDIT_FILTERKEY, AUDIT_EQUAL, sv_make(p->key, p->key_length),
			      p->key_at);
}

int rule_parse_finish(struct rule_parser *p)
{
	if (p->verb == RULE_OBSOLETE)
		return p->problems->errors == p->errors_before ? 0 : -1;
	if (p->verb == RULE_NONE) {
		if (p->has_calls)
			problem_error(p->problems, p->calls_at,
				      "no list: write -a, -A or -d, as in -a always,exit");
		return p->problems->errors == p->errors_before ? 0 : -1;
	}
	if (p->has_calls && !p->is_watch)
		(void)rule_on_list(p, "-S", ON_CALLS, p->calls_at);
	if (!p->has_calls && p->rule->list != AUDIT_FILTER_TASK)
		rule_set_all_calls(p->rule);
	finish_key(p);
	if (p->problems->errors != p->errors_before)
		return -1;
	if (p->narrow_clash && p->verb != RULE_DELETE)
		problem_tell(p->problems, PROBLEM_WARNING, PROBLEM_ARCH, p->narrow_at,
			     "32-bit programs use other numbers for the calls in \"%s\": write "
			     "two rules, with -F arch=b64 and -F arch=b32 before -S",
			     p->narrow_clash);
	return 0;
}

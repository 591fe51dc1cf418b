/*
 * The rules of a watch: from files, through the same parser as auditctl's, into the kernel. Only
 * rules are taken from a file; its lines that delete, set flags or lock are for hosts that keep
 * them, and a watch leaves no trace.
 */
#include "aurum/watch.h"

#include "base/file.h"
#include "rule/command.h"
#include "rule/host.h"
#include "rule/pack.h"
#include "rule/rules_file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct loading {
	struct kernel_state *k;
	struct audit_control *c;
	const char *file;
	struct rule_host host;
	bool told;
	size_t added, present, refused;
	size_t absent; /* of the refused: about files that this host does not have */
};

int find_shipped(const char *name, char out[PATH_BYTES], struct err *e)
{
	/* Installed, and in the tree that it was built in (build/bin). */
	static const char *const places[] = {"/../share/aurum/", "/../../etc/"};
	char folder[PATH_BYTES];

	if (file_own_folder(folder, sizeof(folder), e) != 0)
		return -1;
	for (size_t i = 0; i < LEN(places); i++) {
		char path[2 * PATH_BYTES];

		(void)snprintf(path, sizeof(path), "%s%s%s", folder, places[i], name);
		if (realpath(path, out))
			return 0;
	}
	return err_set(e, "%s is not where this program's files are (beside %s)", name, folder);
}

static void tell_problem(void *ctx, const struct problem *p)
{
	struct loading *l = ctx;

	if (p->level == PROBLEM_ERROR && l->told)
		return;
	l->told = p->level == PROBLEM_ERROR;
	say("%s:%u:%u: %s%s", l->file, p->at.line, p->at.column,
	    p->level == PROBLEM_WARNING ? "warning: " : "", p->text);
}

static void add_rule(struct loading *l, const struct rule *rule)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(RULE_HEAD_BYTES + RULE_TEXT_MAX);
	struct err e;
	int added;

	rule_pack(rule, &bytes);
	added = kernel_add_rule(l->k, l->c, buf_view(&bytes), &e);
	l->added += added == 1;
	l->present += added == 0;
	if (added >= 0)
		return;
	l->refused++;
	if (e.sys == ENOENT || e.sys == ENOTDIR)
		l->absent++;
	else
		say("%s:%u: left out: %s", l->file, rule->at.line, e.text);
}

static void load_line(struct loading *l, const struct rule_words *words, struct problems *problems)
{
	struct command command;

	l->told = false;
	if (command_parse(words, &l->host, &command, problems) != 0)
		return;
	if (command.kind == COMMAND_RULE &&
	    (command.verb == RULE_APPEND || command.verb == RULE_PREPEND))
		add_rule(l, &command.rule);
}

/*
 * Who can write the rules decides what is recorded: root may, and whoever could replace this very
 * program.
 */
static uid_t trusted_owner(const char *path)
{
	struct stat file, program;

	if (stat(path, &file) == 0 && stat("/proc/self/exe", &program) == 0 &&
	    file.st_uid == program.st_uid)
		return file.st_uid;
	return 0;
}

static int load_file(struct loading *l, const char *path, struct err *e)
{
	struct problems problems = {.tell = tell_problem, .ctx = l};
	enum rules_status status;
	struct rule_words words;
	struct rules_file file;

	if (rules_file_open(&file, path, trusted_owner(path), e) != 0)
		return -1;
	l->file = path;
	while ((status = rules_file_next(&file, &words, &problems)) != RULES_END)
		if (status == RULES_LINE)
			load_line(l, &words, &problems);
	rules_file_close(&file);
	l->refused += problems.errors;
	return 0;
}

static int is_rules_name(const struct dirent *d)
{
	return d->d_name[0] != '.' && sv_ends(sv_cstr(d->d_name), SV(".rules"));
}

static int load_folder(struct loading *l, const char *path, struct err *e)
{
	struct dirent **names;
	int n = scandir(path, &names, is_rules_name, versionsort), status = 0;

	if (n < 0)
		return err_sys(e, "cannot read %s", path);
	if (n == 0)
		status = err_set(e, "%s holds no *.rules", path);
	for (int i = 0; i < n; i++) {
		char file[PATH_BYTES];
		int length = snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);

		if (status == 0 && length < PATH_BYTES)
			status = load_file(l, file, e);
		free(names[i]);
	}
	free(names);
	return status;
}

int starter_load(struct kernel_state *k, struct audit_control *c, const char *path, size_t *added,
		 size_t *present, struct err *e)
{
	struct loading l = {.k = k, .c = c, .host = rule_host_here()};
	struct stat st;
	int status;

	if (stat(path, &st) != 0)
		return err_sys(e, "cannot read %s", path);
	status = S_ISDIR(st.st_mode) ? load_folder(&l, path, e) : load_file(&l, path, e);
	if (status == 0 && l.added + l.present == 0)
		status = err_set(e, "%s gave no rule that this kernel takes", path);
	if (l.absent)
		say("rules left out, for their files are not on this host: %zu", l.absent);
	*added = l.added;
	*present = l.present;
	return status;
}

int starter_exclude_self(struct kernel_state *k, struct audit_control *c, struct err *e)
{
	const struct rule_place nowhere = {0};
	struct loading l = {.k = k, .c = c, .file = "the rule that leaves this process out"};
	struct rule rule;

	rule_init(&rule);
	rule.list = AUDIT_FILTER_EXIT;
	rule.action = AUDIT_NEVER;
	rule.prepend = true;
	rule_set_all_calls(&rule);
	if (!rule_add_number(&rule, AUDIT_PID, AUDIT_EQUAL, (uint32_t)getpid(), nowhere))
		return err_set(e, "no room for a field");
	add_rule(&l, &rule);
	return l.refused ? err_set(e,
				   "the kernel does not take the rule that leaves this process out")
			 : 0;
}

/* Reads a set, runs every check over it, and asks this host about its paths. */
#include "policy/check_parts.h"

#include "rule/host.h"

#include <stdlib.h>
#include <sys/stat.h>

#define SCRATCH_MAX ((size_t)1 << 20)

struct finding_place check_place(const struct rule_entry *entry)
{
	return (struct finding_place){entry->file, entry->line, 1, entry->text};
}

struct finding_place check_condition_place(const struct rule_entry *entry,
					   const struct rule_field *f)
{
	struct finding_place at = check_place(entry);

	if (f->at.column)
		at.column = f->at.column;
	return at;
}

static struct rule_style style_of(const struct check *c)
{
	return (struct rule_style){.machine = c->host->rules.machine,
				   .interpret = true,
				   .short_machine = true,
				   .is_brief = true};
}

void check_put_rule(const struct check *c, const struct rule *r, struct buf *out)
{
	const struct rule_style style = style_of(c);

	rule_print(r, &style, out);
}

void check_put_line(const struct check *c, const struct rule *r, struct buf *out)
{
	check_put_rule(c, r, out);
	buf_putc(out, '\n');
}

void check_put_condition(const struct check *c, const struct rule *r, uint32_t condition,
			 struct buf *out)
{
	const struct rule_style style = style_of(c);

	rule_print_condition(r, condition, &style, out);
}

bool check_has_any(const struct rule *r, const uint32_t *fields)
{
	for (; *fields; fields++)
		for (uint32_t i = 0; i < r->field_count; i++)
			if (r->fields[i].field == *fields)
				return true;
	return false;
}

enum machine check_machine(const struct rule *r)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_ARCH && r->fields[i].op == AUDIT_EQUAL)
			return machine_of_arch(r->fields[i].value);
	return MACHINE_UNKNOWN;
}

/* ---- reading ---- */

static void on_problem(void *ctx, const char *file, struct sv text, const struct problem *p)
{
	static const enum finding_id errors[] = {
		[PROBLEM_SYNTAX] = FINDING_SYNTAX,
		[PROBLEM_CALL] = FINDING_UNKNOWN_CALL,
		[PROBLEM_NAME] = FINDING_UNKNOWN_USER,
		[PROBLEM_ARCH] = FINDING_NO_ARCH,
	};
	const struct finding_place at = {file, p->at.line, p->at.column, text};
	enum finding_id id = errors[p->topic];

	if (p->level == PROBLEM_WARNING && id == FINDING_SYNTAX)
		id = FINDING_DOUBTFUL;
	finding_add(ctx, id, &at, SV_EMPTY, "%s", p->text);
}

static int run(const struct rule_set *set, const struct check_host *host, struct findings *found,
	       bool only_errors, struct err *e)
{
	struct check c = {.set = set,
			  .host = host,
			  .found = found,
			  .kept = calloc(set->count + 1, sizeof(const struct rule_entry *)),
			  .text = BUF_INIT(SCRATCH_MAX),
			  .fix = BUF_INIT(SCRATCH_MAX)};
	bool failed = !c.kept;

	if (c.kept) {
		c.kept_count = rule_set_kept(set, c.kept);
		check_loading(&c);
		check_each_rule(&c);
		if (!only_errors) {
			check_together(&c);
			check_narrow(&c);
		}
		failed = found->failed || c.text.failed || c.fix.failed;
	}
	free(c.kept);
	buf_release(&c.text);
	buf_release(&c.fix);
	return failed ? err_set(e, "no memory to check the rules") : 0;
}

static int check_path(struct rule_set *set, const char *path, const struct check_host *host,
		      struct findings *found, bool only_errors, struct err *e)
{
	const struct rule_set_reader reader = {
		.host = &host->rules, .tell = on_problem, .ctx = found};

	if (rule_set_read(set, path, &reader, e) != 0)
		return -1;
	return run(set, host, found, only_errors, e);
}

int check_rules(struct rule_set *set, const char *path, const struct check_host *host,
		struct findings *found, struct err *e)
{
	return check_path(set, path, host, found, false, e);
}

int check_rules_load(struct rule_set *set, const char *path, const struct check_host *host,
		     struct findings *found, struct err *e)
{
	return check_path(set, path, host, found, true, e);
}

int check_rules_text(struct rule_set *set, const char *name, struct sv text,
		     const struct check_host *host, struct findings *found, struct err *e)
{
	const struct rule_set_reader reader = {
		.host = &host->rules, .tell = on_problem, .ctx = found};

	if (rule_set_read_text(set, name, text, &reader, e) != 0)
		return -1;
	return run(set, host, found, false, e);
}

/* ---- hosts ---- */

static enum path_kind kind_here(void *ctx, const char *path)
{
	struct stat st;
	const char *slash = strrchr(path, '/');
	char folder[4096];

	(void)ctx;
	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? PATH_FOLDER : PATH_FILE;
	if (!slash || !sv_to_cstr(sv_make(path, slash == path ? 1 : (size_t)(slash - path)), folder,
				  sizeof(folder)))
		return PATH_UNKNOWN;
	return stat(folder, &st) == 0 && S_ISDIR(st.st_mode) ? PATH_ABSENT : PATH_NOTHING;
}

/* Files elsewhere are drafts; those of this host are what auditctl reads. */
static const char *distrust_here(void *ctx, const char *file)
{
	struct stat st;

	(void)ctx;
	if (!sv_starts(sv_cstr(file), SV(AURUM_SYSCONFDIR "/audit/")) || stat(file, &st) != 0)
		return NULL;
	if (st.st_uid != 0)
		return "it does not belong to root";
	return st.st_mode & S_IWOTH ? "everybody may write it" : NULL;
}

struct check_host check_host_here(void)
{
	return (struct check_host){
		.rules = rule_host_here(), .kind_of = kind_here, .distrust = distrust_here};
}

static bool find_any(void *ctx, struct sv name, uint32_t *id)
{
	(void)ctx;
	if (sv_eq(name, SV("unset")))
		return false;
	/* Root is 0 everywhere; others are told apart, and that is all that is asked of them. */
	*id = sv_eq(name, SV("root")) ? 0 : 100000;
	for (size_t i = 0; *id && i < name.n; i++)
		*id = *id * 31 % 1000003 + 100000 + (unsigned char)name.p[i];
	return true;
}

struct check_host check_host_any(void)
{
	return (struct check_host){.rules = {.machine = machine_native(),
					     .find_user = find_any,
					     .find_group = find_any}};
}

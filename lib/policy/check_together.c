/*
 * Rules with each other: what one leaves to another, and what they leave to nobody. The kernel's
 * order is that of c->kept.
 */
#include "policy/check_parts.h"

#include "policy/cover.h"

/* ---- shadows ---- */

struct shadow {
	enum finding_id id;
	const char *text;
};

/* By the actions of the earlier and the later rule. */
static struct shadow shadow_of(const struct rule *earlier, const struct rule *later)
{
	if (later->list == AUDIT_FILTER_EXCLUDE)
		return (struct shadow){FINDING_SHADOWED, "drops all that this one would drop"};
	if (earlier->action == AUDIT_NEVER && later->action == AUDIT_ALWAYS)
		return (struct shadow){FINDING_NEVER_SHADOWS, "never records what this one is for"};
	if (earlier->action == AUDIT_ALWAYS && later->action == AUDIT_NEVER)
		return (struct shadow){FINDING_NEVER_LATE,
				       "has recorded all that this one should keep out"};
	return (struct shadow){FINDING_SHADOWED, "takes every event that this one would take"};
}

/* The rule for all machines, for calls of the same numbers. */
static struct rule without_arch(const struct rule *r)
{
	struct rule rest = *r;

	for (uint32_t i = 0; i < rest.field_count; i++)
		if (rest.fields[i].field == AUDIT_ARCH) {
			memmove(&rest.fields[i], &rest.fields[i + 1],
				(rest.field_count - i - 1) * sizeof(rest.fields[0]));
			rest.field_count--;
			break;
		}
	return rest;
}

/* Does the earlier rule take some of the calls that a later never rule is for? */
static bool takes_part(const struct rule *earlier, const struct rule *later)
{
	static const uint32_t arch[] = {AUDIT_ARCH, 0};
	uint32_t shared = 0;
	struct rule rest;

	if (earlier->list != AUDIT_FILTER_EXIT || earlier->action != AUDIT_ALWAYS)
		return false;
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE - 1; i++)
		shared |= earlier->mask[i] & later->mask[i];
	if (!shared || check_has_any(later, arch))
		return shared && rule_conditions_cover(earlier, later);
	/* A rule for all machines is late for what one of them does. */
	rest = without_arch(earlier);
	return rule_conditions_cover(&rest, later);
}

static void check_late(struct check *c, size_t i)
{
	const struct rule_entry *entry = c->kept[i];
	const struct finding_place at = check_place(entry);

	if (entry->command.rule.list != AUDIT_FILTER_EXIT ||
	    entry->command.rule.action != AUDIT_NEVER)
		return;
	for (size_t k = 0; k < i; k++) {
		if (!takes_part(&c->kept[k]->command.rule, &entry->command.rule))
			continue;
		buf_reset(&c->text);
		check_put_rule(c, &c->kept[k]->command.rule, &c->text);
		finding_add(c->found, FINDING_NEVER_LATE, &at, SV_EMPTY,
			    "%s:%u has recorded some of what this one should keep out: %.*s",
			    c->kept[k]->file, c->kept[k]->line, SV_FMT(buf_view(&c->text)));
		finding_about(c->found, c->kept[k]->file, c->kept[k]->line);
		return;
	}
}

static void check_shadow(struct check *c, const struct rule_entry *entry,
			 const struct rule_entry *earlier)
{
	const struct finding_place at = check_place(entry);
	struct shadow s = shadow_of(&earlier->command.rule, &entry->command.rule);

	buf_reset(&c->text);
	check_put_rule(c, &earlier->command.rule, &c->text);
	finding_add(c->found, s.id, &at, SV_EMPTY, "%s:%u %s: %.*s", earlier->file, earlier->line,
		    s.text, SV_FMT(buf_view(&c->text)));
	finding_about(c->found, earlier->file, earlier->line);
}

/* The first rule that leaves nothing to rule i, or NULL. */
static const struct rule_entry *find_cover(const struct check *c, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (rule_covers(&c->kept[k]->command.rule, &c->kept[i]->command.rule))
			return c->kept[k];
	return NULL;
}

static void check_shadows(struct check *c)
{
	for (size_t i = 0; i < c->kept_count; i++) {
		const struct rule_entry *earlier = find_cover(c, i);

		if (earlier)
			check_shadow(c, c->kept[i], earlier);
		else
			check_late(c, i);
	}
}

/* ---- io_uring ---- */

/*
 * System calls whose work an operation of io_uring does, too; by name in both tables. Left out are
 * operations that the kernel never audits, whatever rule there is: socket, send, recv, read, write.
 */
static const char *const uring_pairs[][2] = {
	{"open", "openat"},         {"openat", "openat"},       {"openat2", "openat2"},
	{"creat", "openat"},        {"unlink", "unlinkat"},     {"unlinkat", "unlinkat"},
	{"rmdir", "unlinkat"},      {"rename", "renameat"},     {"renameat", "renameat"},
	{"renameat2", "renameat"},  {"mkdir", "mkdirat"},       {"mkdirat", "mkdirat"},
	{"symlink", "symlinkat"},   {"symlinkat", "symlinkat"}, {"link", "linkat"},
	{"linkat", "linkat"},       {"connect", "connect"},     {"accept", "accept"},
	{"accept4", "accept"},      {"bind", "bind"},           {"listen", "listen"},
	{"sendmsg", "sendmsg"},     {"recvmsg", "recvmsg"},     {"setxattr", "setxattr"},
	{"fsetxattr", "fsetxattr"}, {"ftruncate", "ftruncate"},
};

static bool records_operation(const struct check *c, uint32_t op)
{
	for (size_t i = 0; i < c->kept_count; i++) {
		const struct rule *r = &c->kept[i]->command.rule;

		if (r->list == AUDIT_FILTER_URING_EXIT && r->action == AUDIT_ALWAYS &&
		    rule_has_call(r, op))
			return true;
	}
	return false;
}

static bool records_call(const struct rule *r, const char *name)
{
	enum machine m = check_machine(r);
	uint32_t nr;

	return r->list == AUDIT_FILTER_EXIT && r->action == AUDIT_ALWAYS &&
	       !rule_has_all_calls(r) && m != MACHINE_UNKNOWN &&
	       syscall_find(m, sv_cstr(name), &nr) && rule_has_call(r, nr);
}

/* The first rule about one of the calls; all that io_uring does besides go into one finding. */
static void check_uring(struct check *c)
{
	const struct rule_entry *first = NULL;
	struct finding_place at;
	struct rule missing;
	bool is_any = false;

	rule_init(&missing);
	missing.list = AUDIT_FILTER_URING_EXIT;
	missing.action = AUDIT_ALWAYS;
	for (size_t k = 0; k < LEN(uring_pairs); k++) {
		uint32_t op;

		if (!syscall_find(MACHINE_URING, sv_cstr(uring_pairs[k][1]), &op) ||
		    records_operation(c, op))
			continue;
		for (size_t i = 0; i < c->kept_count; i++) {
			if (!records_call(&c->kept[i]->command.rule, uring_pairs[k][0]))
				continue;
			if (!first || c->kept[i]->line < first->line)
				first = c->kept[i];
			is_any |= rule_set_call(&missing, op);
			break;
		}
	}
	if (!is_any ||
	    !rule_add_text(&missing, AUDIT_FILTERKEY, AUDIT_EQUAL, SV("io_uring"), missing.at))
		return;
	at = check_place(first);
	buf_reset(&c->fix);
	check_put_line(c, &missing, &c->fix);
	finding_add(c->found, FINDING_URING_HOLE, &at, buf_view(&c->fix),
		    "io_uring does the same without a system call, and no rule is about it");
}

/* ---- the lists exclude and task ---- */

static const struct {
	uint32_t type;
	const uint32_t *fields; /* a rule with one of these wants it; NULL: every rule does */
	const char *calls;      /* or one of these calls */
	const char *loss;
} wanted_types[] = {
	{AUDIT_SYSCALL, NULL, NULL, "who did what: every rule is for this"},
	{AUDIT_PATH, (const uint32_t[]){AUDIT_WATCH, AUDIT_DIR, AUDIT_PERM, AUDIT_INODE, 0},
	 "open openat openat2 unlink unlinkat rename renameat chmod fchmodat chown",
	 "the names of the files"},
	{AUDIT_CWD, (const uint32_t[]){AUDIT_WATCH, AUDIT_DIR, AUDIT_PERM, AUDIT_INODE, 0},
	 "open openat openat2 unlink unlinkat rename renameat chmod fchmodat chown",
	 "the folder that names without a leading / are in"},
	{AUDIT_EXECVE, (const uint32_t[]){0}, "execve execveat", "the arguments of programs"},
	{AUDIT_SOCKADDR, (const uint32_t[]){AUDIT_SADDR_FAM, 0}, "connect bind accept sendto",
	 "the addresses"},
	{AUDIT_CONFIG_CHANGE, NULL, NULL, "changes of the rules themselves"},
};

static bool wants_call(const struct rule *r, const char *names)
{
	struct sv rest = sv_cstr(names), name;

	while (sv_word(&rest, &name)) {
		enum machine m = check_machine(r);
		uint32_t nr;

		if (m != MACHINE_UNKNOWN && !rule_has_all_calls(r) && syscall_find(m, name, &nr) &&
		    rule_has_call(r, nr))
			return true;
	}
	return false;
}

/* The first rule that wants records of row i. */
static const struct rule_entry *who_wants(const struct check *c, size_t i)
{
	for (size_t k = 0; k < c->kept_count; k++) {
		const struct rule *r = &c->kept[k]->command.rule;

		if (!rule_list_has_calls(r->list) || r->action != AUDIT_ALWAYS)
			continue;
		if (!wanted_types[i].fields || check_has_any(r, wanted_types[i].fields) ||
		    (wanted_types[i].calls && wants_call(r, wanted_types[i].calls)))
			return c->kept[k];
	}
	return NULL;
}

static void check_exclude(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	const struct finding_place at = check_place(entry);
	struct value_set types = rule_values(r, AUDIT_MSGTYPE);

	for (size_t i = 0; i < LEN(wanted_types); i++) {
		const struct rule_entry *wants = who_wants(c, i);

		if (!wants || !value_set_has(&types, wanted_types[i].type))
			continue;
		finding_add(c->found, FINDING_EXCLUDED, &at, SV_EMPTY,
			    "drops %s records%s, %s; %s:%u wants them",
			    msgtype_name(wanted_types[i].type),
			    rule_condition(r, AUDIT_MSGTYPE) ? ""
							     : " and all others of its processes",
			    wanted_types[i].loss, wants->file, wants->line);
		finding_about(c->found, wants->file, wants->line);
		return;
	}
}

static void check_task(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	const struct finding_place at = check_place(entry);

	for (size_t i = 0; i < c->kept_count; i++) {
		const struct rule_entry *other = c->kept[i];

		if (other->command.rule.list != AUDIT_FILTER_EXIT ||
		    other->command.rule.action != AUDIT_ALWAYS)
			continue;
		finding_add(c->found, FINDING_TASK_NEVER, &at, SV_EMPTY,
			    "%s started from here on make no events for any rule, such as %s:%u",
			    r->field_count ? "processes that it matches and that are"
					   : "all processes that are",
			    other->file, other->line);
		finding_about(c->found, other->file, other->line);
		return;
	}
}

static void check_lists(struct check *c)
{
	for (size_t i = 0; i < c->kept_count; i++) {
		const struct rule *r = &c->kept[i]->command.rule;

		if (r->list == AUDIT_FILTER_EXCLUDE)
			check_exclude(c, c->kept[i]);
		else if (r->list == AUDIT_FILTER_TASK && r->action == AUDIT_NEVER)
			check_task(c, c->kept[i]);
	}
}

/* ---- costs ---- */

static bool differ_in_calls_only(const struct rule *a, const struct rule *b)
{
	struct rule same = *b;

	memcpy(same.mask, a->mask, sizeof(same.mask));
	return rule_same(a, &same) && !rule_has_all_calls(a) && !rule_has_all_calls(b);
}

/* Neighbours of one list, which can be merged without changing which rule is first. */
static void check_merge(struct check *c)
{
	const struct rule_entry *before = NULL;

	for (size_t i = 0; i < c->kept_count; i++) {
		const struct rule_entry *entry = c->kept[i];
		const struct finding_place at = check_place(entry);
		struct rule merged;

		if (entry->command.rule.list != AUDIT_FILTER_EXIT)
			continue;
		if (before && differ_in_calls_only(&before->command.rule, &entry->command.rule)) {
			merged = before->command.rule;
			for (size_t k = 0; k < AUDIT_BITMASK_SIZE; k++)
				merged.mask[k] |= entry->command.rule.mask[k];
			buf_reset(&c->fix);
			check_put_line(c, &merged, &c->fix);
			finding_add(c->found, FINDING_MERGEABLE, &at, buf_view(&c->fix),
				    "differs from %s:%u only in its calls: one rule can have both",
				    before->file, before->line);
			finding_about(c->found, before->file, before->line);
		}
		before = entry;
	}
}

void check_together(struct check *c)
{
	check_shadows(c);
	check_uring(c);
	check_lists(c);
	check_merge(c);
}

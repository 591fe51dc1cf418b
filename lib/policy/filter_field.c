/*
 * Conditions of one rule over an act, each as the kernel compares it; one function for each way
 * of comparing and one row for each field. Which rules are asked, and in which order, is
 * filter.c's business.
 */
#include "policy/call_perm.h"
#include "policy/filter_priv.h"
#include "rule/field.h"

#include <linux/magic.h>
#include <sys/stat.h>

#define SOCKETCALL_BIND 2 /* SYS_BIND of linux/net.h */

/* ---- three values ---- */

static enum filter_truth truth(bool is)
{
	return is ? FILTER_YES : FILTER_NO;
}

static enum filter_truth not(enum filter_truth t) {
	return t == FILTER_UNSAID ? t : truth(t == FILTER_NO);
}

static enum filter_truth either(enum filter_truth a, enum filter_truth b)
{
	if (a == FILTER_YES || b == FILTER_YES)
		return FILTER_YES;
	return a == FILTER_UNSAID || b == FILTER_UNSAID ? FILTER_UNSAID : FILTER_NO;
}

/* The kernel's comparators have no sign, whatever the number means. */
static bool compare(uint32_t left, uint32_t op, uint32_t right)
{
	switch (op) {
	case AUDIT_EQUAL:
		return left == right;
	case AUDIT_NOT_EQUAL:
		return left != right;
	case AUDIT_LESS_THAN:
		return left < right;
	case AUDIT_LESS_THAN_OR_EQUAL:
		return left <= right;
	case AUDIT_GREATER_THAN:
		return left > right;
	case AUDIT_GREATER_THAN_OR_EQUAL:
		return left >= right;
	case AUDIT_BIT_MASK:
		return (left & right) != 0;
	case AUDIT_BIT_TEST:
		return (left & right) == right;
	default:
		return false;
	}
}

struct condition {
	const struct filter_asking *asking;
	const struct act *act;
	const struct rule *rule;
	const struct rule_field *field;
	const struct act_name *name; /* the one that a hashed rule is asked for, or NULL */
	enum act_number number;
};

/* ---- files of the act ---- */

/* Where the kinds of file systems that fstype= knows are mounted. */
static const struct {
	struct sv path;
	uint32_t magic;
} mounts[] = {
	{{"/sys/kernel/debug/tracing", 25}, TRACEFS_MAGIC},
	{{"/sys/kernel/tracing", 19}, TRACEFS_MAGIC},
	{{"/sys/kernel/debug", 17}, DEBUGFS_MAGIC},
	{{"/sys/fs/cgroup", 14}, 0}, /* either of two */
};

static bool is_below(struct sv path, struct sv dir)
{
	return sv_eq(dir, SV("/")) ||
	       (sv_starts(path, dir) && (path.n == dir.n || path.p[dir.n] == '/'));
}

/* Is the file on a file system of that kind? */
static enum filter_truth is_on(const struct act_name *n, uint32_t magic)
{
	bool is_known = name_of(&table_rule_fstypes, magic) != NULL;

	if (!is_known)
		return FILTER_UNSAID;
	if (n->dev_major != 0) /* these kinds have no device */
		return FILTER_NO;
	if (n->known != ACT_PATH_FULL)
		return FILTER_UNSAID;
	for (size_t i = 0; i < LEN(mounts); i++) {
		if (!is_below(n->path, mounts[i].path))
			continue;
		if (mounts[i].magic)
			return truth(mounts[i].magic == magic);
		return magic == CGROUP_SUPER_MAGIC || magic == CGROUP2_SUPER_MAGIC ? FILTER_UNSAID
										   : FILTER_NO;
	}
	return FILTER_NO;
}

bool filter_hides(const struct rule *r)
{
	return r->list == AUDIT_FILTER_FS && r->action == AUDIT_NEVER;
}

/* A rule of the list filesystem hides the name. Each of its conditions does so alone. */
static enum filter_truth is_hidden(const struct filter_asking *asking, const struct act_name *n)
{
	enum filter_truth hidden = FILTER_NO;

	for (size_t i = 0; asking->hides && i < asking->filter->count; i++) {
		const struct rule *r = asking->filter->rules[i].rule;

		if (!filter_hides(r))
			continue;
		for (uint32_t k = 0; k < r->field_count; k++) {
			enum filter_truth on;

			if (r->fields[k].field != AUDIT_FSTYPE)
				continue;
			on = is_on(n, r->fields[k].value);
			hidden = either(hidden, r->fields[k].op == AUDIT_NOT_EQUAL ? not(on) : on);
		}
	}
	return hidden;
}

enum filter_truth filter_has_file(const struct filter_asking *asking, const struct act_name *n)
{
	if (!n->has_inode || (asking->moment == MOMENT_BEFORE && n->use == ACT_USE_CREATE))
		return FILTER_NO;
	return not(is_hidden(asking, n));
}

typedef bool (*name_fn)(const struct act_name *n, uint32_t op, uint32_t value);

/* Compares numbers of one name; a name without a file has zeros, and the highest inode number. */
static enum filter_truth of_name(const struct filter_asking *asking, const struct act_name *n,
				 name_fn fn, uint32_t op, uint32_t value)
{
	static const struct act_name nothing = {.inode = UINT64_MAX};

	switch (filter_has_file(asking, n)) {
	case FILTER_YES:
		return n->is_whole ? truth(fn(n, op, value)) : FILTER_UNSAID;
	case FILTER_NO:
		return truth(fn(&nothing, op, value));
	case FILTER_UNSAID:
		break;
	}
	return FILTER_UNSAID;
}

/* Does it hold for the name that is asked for, or without one for any? */
static enum filter_truth of_names(const struct condition *c, const struct act_name *only,
				  name_fn fn, uint32_t op, uint32_t value)
{
	enum filter_truth t = FILTER_NO;

	if (only)
		return of_name(c->asking, only, fn, op, value);
	for (size_t i = 0; i < c->act->name_count && t != FILTER_YES; i++)
		t = either(t, of_name(c->asking, &c->act->names[i], fn, op, value));
	return c->act->has_all_names ? t : either(t, FILTER_UNSAID);
}

static bool has_major(const struct act_name *n, uint32_t op, uint32_t value)
{
	return compare(n->dev_major, op, value) || compare(n->rdev_major, op, value);
}

static bool has_minor(const struct act_name *n, uint32_t op, uint32_t value)
{
	return compare(n->dev_minor, op, value) || compare(n->rdev_minor, op, value);
}

static bool has_inode(const struct act_name *n, uint32_t op, uint32_t value)
{
	return compare((uint32_t)n->inode, op, value);
}

static bool has_uid(const struct act_name *n, uint32_t op, uint32_t value)
{
	return compare(n->uid, op, value);
}

static bool has_gid(const struct act_name *n, uint32_t op, uint32_t value)
{
	return compare(n->gid, op, value);
}

static bool has_type(const struct act_name *n, uint32_t op, uint32_t value)
{
	(void)op;
	return n->inode != UINT64_MAX && (n->mode & S_IFMT) == value;
}

static enum filter_truth ask_file(const struct condition *c, name_fn fn)
{
	return of_names(c, c->name, fn, c->field->op, c->field->value);
}

static enum filter_truth ask_major(const struct condition *c)
{
	return ask_file(c, has_major);
}

static enum filter_truth ask_minor(const struct condition *c)
{
	return ask_file(c, has_minor);
}

static enum filter_truth ask_inode(const struct condition *c)
{
	return ask_file(c, has_inode);
}

static enum filter_truth ask_owner(const struct condition *c)
{
	return ask_file(c, has_uid);
}

static enum filter_truth ask_group(const struct condition *c)
{
	return ask_file(c, has_gid);
}

/* The same for every name, whichever a rule is asked for. */
static enum filter_truth ask_filetype(const struct condition *c)
{
	enum filter_truth t = of_names(c, NULL, has_type, AUDIT_EQUAL, c->field->value);

	return c->field->op == AUDIT_NOT_EQUAL ? not(t) : t;
}

/* ---- paths ---- */

static bool find_path(const struct filter_files *files, struct sv path, struct filter_file *out)
{
	char text[FILTER_PATH_MAX];

	return sv_to_cstr(path, text, sizeof(text)) && files->find(files->ctx, text, out);
}

static bool find_file(const struct filter_asking *asking, struct sv path, struct filter_file *out)
{
	return asking->filter->files && find_path(asking->filter->files, path, out);
}

static void file_of(const struct act_name *n, struct filter_file *out)
{
	*out = (struct filter_file){.inode = n->inode,
				    .dev_major = n->dev_major,
				    .dev_minor = n->dev_minor,
				    .is_link = (n->mode & S_IFMT) == S_IFLNK};
}

static bool same_file(const struct filter_file *a, const struct filter_file *b)
{
	return a->inode == b->inode && a->dev_major == b->dev_major && a->dev_minor == b->dev_minor;
}

/* The name of the act that has this path and was used so, with its file; NULL when none is. */
static const struct act_name *name_at(const struct condition *c, struct sv path,
				      bool (*used)(enum act_use))
{
	const struct act_name *found = NULL;

	for (size_t i = 0; i < c->act->name_count; i++) {
		const struct act_name *n = &c->act->names[i];

		if (n->known == ACT_PATH_FULL && used(n->use) && sv_eq(n->path, path) &&
		    filter_has_file(c->asking, n) != FILTER_NO)
			found = n;
	}
	return found;
}

static bool is_created(enum act_use use)
{
	return use == ACT_USE_CREATE;
}

static bool is_deleted(enum act_use use)
{
	return use == ACT_USE_DELETE;
}

static bool is_used(enum act_use use)
{
	return use != ACT_USE_CREATE && use != ACT_USE_DELETE;
}

/*
 * The file that the kernel watches for path= at this moment: YES with *out, NO when there is
 * none, or not said. What the act did to the path comes first, then the host's files.
 */
static enum filter_truth watched_file(const struct condition *c, struct sv path,
				      struct filter_file *out)
{
	const struct act_name *created = name_at(c, path, is_created);
	const struct act_name *deleted = name_at(c, path, is_deleted);
	const struct act_name *used = name_at(c, path, is_used);
	const struct act_name *n = created ? created : deleted ? deleted : used;
	bool is_found = find_file(c->asking, path, out);

	if (!n)
		return is_found ? FILTER_YES : c->asking->filter->files ? FILTER_NO : FILTER_UNSAID;
	if (n == deleted && c->asking->moment == MOMENT_END && c->act->result != ACT_FAILURE)
		return c->act->result == ACT_RESULT_UNSAID ? FILTER_UNSAID : FILTER_NO;
	if (!n->is_whole || filter_has_file(c->asking, n) == FILTER_UNSAID)
		return FILTER_UNSAID;
	/* A call that follows a link at the end of its path uses another file than the watched. */
	if (n != used || !is_found || !out->is_link)
		file_of(n, out);
	return FILTER_YES;
}

/* path ends in "/" and the words of tail. */
static bool may_end_in(struct sv path, struct sv tail)
{
	if (sv_starts(tail, SV("..")) || sv_eq(tail, SV(".")))
		return true;
	return path.n > tail.n && sv_ends(path, tail) && path.p[path.n - tail.n - 1] == '/';
}

/* The name may be that of path, as far as its own path is known. */
static bool may_be_at(const struct act_name *n, struct sv path)
{
	switch (n->known) {
	case ACT_PATH_FULL:
		return sv_eq(n->path, path);
	case ACT_PATH_TAIL:
		return may_end_in(path, n->path);
	case ACT_PATH_NONE:
		break;
	}
	return true;
}

static enum filter_truth ask_watch(const struct condition *c)
{
	struct sv path = rule_text(c->rule, c->field);
	const struct act_name *n = c->name;
	enum filter_truth known, has = n ? filter_has_file(c->asking, n) : FILTER_NO;
	struct filter_file watched = {0}, own;
	bool comes_or_goes;

	if (has == FILTER_NO)
		return FILTER_NO;
	known = watched_file(c, path, &watched);
	file_of(n, &own);
	if (known == FILTER_YES && n->is_whole && same_file(&watched, &own))
		return has;
	/* Whether such a file was the one at path can be seen no more. */
	comes_or_goes = n->use == ACT_USE_DELETE || n->use == ACT_USE_CREATE;
	if (known == FILTER_UNSAID || (comes_or_goes && n->known != ACT_PATH_FULL))
		return may_be_at(n, path) ? FILTER_UNSAID : FILTER_NO;
	return known == FILTER_YES && !n->is_whole ? FILTER_UNSAID : FILTER_NO;
}

/* Is the directory of the file at path, or one above it, that file? */
static enum filter_truth is_below_file(const struct filter_asking *asking, struct sv path,
				       const struct filter_file *dir)
{
	const struct filter_files *files = asking->filter->files;
	char text[FILTER_PATH_MAX], real[FILTER_PATH_MAX];
	struct filter_file at;

	if (!sv_to_cstr(path, text, sizeof(text)) || !files->real(files->ctx, text, real))
		return FILTER_UNSAID;
	for (size_t n = strlen(real); n; n--) {
		if (n > 1 && real[n] != '\0' && real[n] != '/')
			continue;
		real[n] = '\0';
		if (files->find(files->ctx, real, &at) && same_file(&at, dir))
			return FILTER_YES;
	}
	return FILTER_NO;
}

static struct sv parent_of(struct sv path)
{
	while (path.n > 1 && path.p[path.n - 1] != '/')
		path.n--;
	return path.n > 1 ? sv_head(path, path.n - 1) : path;
}

/* The same by the files of the host: whatever links and mounts the path goes through. */
static enum filter_truth name_is_in_file(const struct condition *c, const struct act_name *n,
					 struct sv dir)
{
	bool is_child = n->use == ACT_USE_CREATE || n->use == ACT_USE_DELETE;
	struct filter_file tree, own;
	enum filter_truth t;

	if (!find_file(c->asking, dir, &tree))
		return FILTER_NO;
	file_of(n, &own);
	if (n->has_inode && n->use != ACT_USE_CREATE && same_file(&own, &tree))
		return FILTER_YES;
	if (n->known != ACT_PATH_FULL)
		return FILTER_UNSAID;
	/* What is gone by now is looked for by its directory. */
	t = is_child || own.is_link ? FILTER_UNSAID : is_below_file(c->asking, n->path, &tree);
	return t == FILTER_UNSAID ? is_below_file(c->asking, parent_of(n->path), &tree) : t;
}

/*
 * Did looking up this name go through the directory? What is created or deleted has its parent
 * among the looked up, but is looked at itself only when it is there.
 */
static enum filter_truth name_is_in(const struct condition *c, const struct act_name *n,
				    struct sv dir)
{
	bool is_child = n->use == ACT_USE_CREATE || n->use == ACT_USE_DELETE;
	enum filter_truth shown = not(is_hidden(c->asking, n));

	if (shown == FILTER_NO || (!is_child && !n->has_inode))
		return FILTER_NO;
	if (c->asking->filter->files) {
		enum filter_truth in = name_is_in_file(c, n, dir);

		return in == FILTER_YES ? shown : in;
	}
	if (n->known != ACT_PATH_FULL)
		return FILTER_UNSAID;
	if (!is_below(n->path, dir) ||
	    (n->path.n == dir.n && (n->use == ACT_USE_CREATE || !n->has_inode)))
		return FILTER_NO;
	return shown;
}

static enum filter_truth ask_dir(const struct condition *c)
{
	struct sv dir = rule_text(c->rule, c->field);
	enum filter_truth t = FILTER_NO;

	while (dir.n > 1 && sv_ends(dir, SV("/")))
		dir.n--;
	for (size_t i = 0; i < c->act->name_count && t != FILTER_YES; i++)
		t = either(t, name_is_in(c, &c->act->names[i], dir));
	return c->act->has_all_names ? t : either(t, FILTER_UNSAID);
}

static enum filter_truth ask_exe(const struct condition *c)
{
	struct sv path = rule_text(c->rule, c->field);
	struct filter_file wanted, own;
	enum filter_truth t;

	if (!c->act->has_exe)
		return FILTER_UNSAID;
	if (find_file(c->asking, path, &wanted) && find_file(c->asking, c->act->exe, &own))
		t = truth(same_file(&wanted, &own));
	else
		t = truth(sv_eq(c->act->exe, path));
	return c->field->op == AUDIT_NOT_EQUAL ? not(t) : t;
}

/* ---- the process and its call ---- */

static enum filter_truth ask_number(const struct condition *c)
{
	if (!act_says(c->act, c->number))
		return FILTER_UNSAID;
	return truth(compare((uint32_t)c->act->numbers[c->number], c->field->op, c->field->value));
}

/* Other groups of the process count as well, and no record tells them. */
static enum filter_truth ask_groups(const struct condition *c)
{
	enum filter_truth t = ask_number(c);

	if (c->field->op == AUDIT_EQUAL && t == FILTER_NO)
		return FILTER_UNSAID;
	return c->field->op == AUDIT_NOT_EQUAL && t == FILTER_YES ? FILTER_UNSAID : t;
}

static enum filter_truth ask_is_set(const struct condition *c)
{
	if (!act_says(c->act, ACT_AUID))
		return FILTER_UNSAID;
	return truth(compare((uint32_t)c->act->numbers[ACT_AUID] != UINT32_MAX, c->field->op,
			     c->field->value));
}

static enum filter_truth ask_exit(const struct condition *c)
{
	if (c->asking->moment != MOMENT_END || c->act->result == ACT_NO_RESULT)
		return FILTER_NO;
	if (!c->act->has_exit)
		return FILTER_UNSAID;
	return truth(compare((uint32_t)(uint64_t)c->act->exit, c->field->op, c->field->value));
}

/* The kernel compares its own numbers: 1 for success, 2 for failure. */
static enum filter_truth ask_success(const struct condition *c)
{
	if (c->asking->moment != MOMENT_END || c->act->result == ACT_NO_RESULT)
		return FILTER_NO;
	if (c->act->result == ACT_RESULT_UNSAID)
		return FILTER_UNSAID;
	return truth(compare(c->act->result == ACT_SUCCESS ? 1 : 2, c->field->op,
			     c->field->value ? 1 : 2));
}

static enum filter_truth has_perm(const struct act *a, uint32_t mask)
{
	uint32_t perms;

	if (a->kind != ACT_CALL)
		return FILTER_NO;
	if (!a->has_call || a->machine == MACHINE_UNKNOWN)
		return FILTER_UNSAID;
	perms = call_perms(a->machine, a->call);
	if ((perms & mask) == 0)
		return FILTER_NO;
	switch (call_perm(a->machine, a->call)) {
	case CALL_PERM_FIXED:
		return FILTER_YES;
	case CALL_PERM_OPEN:
		return act_says(a, ACT_A1) ? truth(call_open_perms(a->numbers[ACT_A1]) & mask)
					   : FILTER_UNSAID;
	case CALL_PERM_OPENAT:
		return act_says(a, ACT_A2) ? truth(call_open_perms(a->numbers[ACT_A2]) & mask)
					   : FILTER_UNSAID;
	case CALL_PERM_OPENAT2:
		return a->has_open_flags ? truth(call_open_perms(a->open_flags) & mask)
					 : FILTER_UNSAID;
	case CALL_PERM_SOCKET:
		return act_says(a, ACT_A0) ? truth(a->numbers[ACT_A0] == SOCKETCALL_BIND)
					   : FILTER_UNSAID;
	}
	return FILTER_UNSAID;
}

static enum filter_truth ask_perm(const struct condition *c)
{
	enum filter_truth t = has_perm(c->act, c->field->value);

	return c->field->op == AUDIT_NOT_EQUAL ? not(t) : t;
}

static bool has_record(const struct act *a, uint32_t type)
{
	for (size_t i = 0; i < a->type_count; i++)
		if (a->types[i] == type)
			return true;
	return false;
}

static enum filter_truth ask_family(const struct condition *c)
{
	if (!c->act->has_family)
		return has_record(c->act, AUDIT_SOCKADDR) ? FILTER_UNSAID : FILTER_NO;
	return truth(compare(c->act->family, c->field->op, c->field->value));
}

static enum filter_truth ask_compare(const struct condition *c)
{
	enum act_number left, right;
	struct sv names[2];
	uint32_t fields[2];

	if (!compare_names(c->field->value, &names[0], &names[1]) ||
	    !rulefield_find(names[0], &fields[0]) || !rulefield_find(names[1], &fields[1]))
		return FILTER_NO;
	left = act_number_of(fields[0]);
	right = act_number_of(fields[1]);
	if (left == ACT_NUMBERS || !act_says(c->act, left))
		return FILTER_UNSAID;
	if (fields[1] == AUDIT_OBJ_UID || fields[1] == AUDIT_OBJ_GID)
		return of_names(c, NULL, fields[1] == AUDIT_OBJ_UID ? has_uid : has_gid,
				c->field->op, (uint32_t)c->act->numbers[left]);
	if (right == ACT_NUMBERS || !act_says(c->act, right))
		return FILTER_UNSAID;
	return truth(compare((uint32_t)c->act->numbers[left], c->field->op,
			     (uint32_t)c->act->numbers[right]));
}

/* ---- security labels ---- */

/* Part 0 to 4 of "user:role:type:low-high"; false when the label is not of that form. */
static bool label_part(struct sv label, unsigned part, struct sv *out)
{
	struct sv level, low, high;

	for (unsigned i = 0; i < 3; i++) {
		struct sv word;

		if (!sv_cut(label, ':', &word, &label))
			return false;
		if (i == part) {
			*out = word;
			return true;
		}
	}
	level = label;
	if (!sv_cut(level, '-', &low, &high))
		high = low;
	*out = part == 3 ? low : high;
	return true;
}

/* Levels have an order and other spellings, which only the policy knows. */
static enum filter_truth label_is(struct sv label, unsigned part, uint32_t op, struct sv wanted)
{
	enum filter_truth t;
	struct sv text;

	if (!label_part(label, part, &text))
		return FILTER_UNSAID;
	t = truth(sv_eq(text, wanted));
	if (part >= 3 && (t == FILTER_NO || (op != AUDIT_EQUAL && op != AUDIT_NOT_EQUAL)))
		return FILTER_UNSAID;
	return op == AUDIT_NOT_EQUAL ? not(t) : t;
}

/* Without a label there is no security module that could know the rule's. */
static enum filter_truth ask_subject(const struct condition *c)
{
	if (!c->act->has_subject)
		return c->act->kind == ACT_KERNEL ? FILTER_UNSAID : FILTER_NO;
	return label_is(c->act->subject, c->field->field - AUDIT_SUBJ_USER, c->field->op,
			rule_text(c->rule, c->field));
}

static enum filter_truth ask_object(const struct condition *c)
{
	unsigned part = c->field->field - AUDIT_OBJ_USER;
	enum filter_truth t = has_record(c->act, AUDIT_IPC) ? FILTER_UNSAID : FILTER_NO;

	for (size_t i = 0; i < c->act->name_count; i++) {
		const struct act_name *n = c->name ? c->name : &c->act->names[i];

		if (n->label.n)
			t = either(t, label_is(n->label, part, c->field->op,
					       rule_text(c->rule, c->field)));
	}
	return c->act->has_all_names ? t : either(t, FILTER_UNSAID);
}

static enum filter_truth ask_key(const struct condition *c)
{
	(void)c;
	return FILTER_YES;
}

/* ---- the table ---- */

struct condition_row {
	enum filter_truth (*ask)(const struct condition *c);
	/* What the kernel makes of it when a process starts: the event is from later. */
	enum filter_truth at_start;
	bool of_records; /* the lists user and exclude know it */
};

/* By the number of the field. */
static const struct condition_row rows[] = {
	[AUDIT_PID] = {ask_number, FILTER_UNSAID, true},
	[AUDIT_PPID] = {ask_number, FILTER_NO, false},
	[AUDIT_UID] = {ask_number, FILTER_UNSAID, true},
	[AUDIT_EUID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_SUID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_FSUID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_GID] = {ask_groups, FILTER_UNSAID, true},
	[AUDIT_EGID] = {ask_groups, FILTER_UNSAID, false},
	[AUDIT_SGID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_FSGID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_LOGINUID] = {ask_number, FILTER_UNSAID, true},
	[AUDIT_LOGINUID_SET] = {ask_is_set, FILTER_UNSAID, true},
	[AUDIT_SESSIONID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_PERS] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_ARCH] = {ask_number, FILTER_NO, false},
	[AUDIT_ARG0] = {ask_number, FILTER_NO, false},
	[AUDIT_ARG1] = {ask_number, FILTER_NO, false},
	[AUDIT_ARG2] = {ask_number, FILTER_NO, false},
	[AUDIT_ARG3] = {ask_number, FILTER_NO, false},
	[AUDIT_EXIT] = {ask_exit, FILTER_NO, false},
	[AUDIT_SUCCESS] = {ask_success, FILTER_NO, false},
	[AUDIT_DEVMAJOR] = {ask_major, FILTER_NO, false},
	[AUDIT_DEVMINOR] = {ask_minor, FILTER_NO, false},
	[AUDIT_INODE] = {ask_inode, FILTER_NO, false},
	[AUDIT_OBJ_UID] = {ask_owner, FILTER_NO, false},
	[AUDIT_OBJ_GID] = {ask_group, FILTER_NO, false},
	[AUDIT_WATCH] = {ask_watch, FILTER_NO, false},
	[AUDIT_DIR] = {ask_dir, FILTER_NO, false},
	[AUDIT_EXE] = {ask_exe, FILTER_NO, true},
	[AUDIT_PERM] = {ask_perm, FILTER_NO, false},
	[AUDIT_FILETYPE] = {ask_filetype, FILTER_NO, false},
	[AUDIT_SADDR_FAM] = {ask_family, FILTER_NO, false},
	[AUDIT_FIELD_COMPARE] = {ask_compare, FILTER_UNSAID, false},
	[AUDIT_SUBJ_USER] = {ask_subject, FILTER_UNSAID, true},
	[AUDIT_SUBJ_ROLE] = {ask_subject, FILTER_UNSAID, true},
	[AUDIT_SUBJ_TYPE] = {ask_subject, FILTER_UNSAID, true},
	[AUDIT_SUBJ_SEN] = {ask_subject, FILTER_UNSAID, true},
	[AUDIT_SUBJ_CLR] = {ask_subject, FILTER_UNSAID, true},
	[AUDIT_OBJ_USER] = {ask_object, FILTER_NO, false},
	[AUDIT_OBJ_ROLE] = {ask_object, FILTER_NO, false},
	[AUDIT_OBJ_TYPE] = {ask_object, FILTER_NO, false},
	[AUDIT_OBJ_LEV_LOW] = {ask_object, FILTER_NO, false},
	[AUDIT_OBJ_LEV_HIGH] = {ask_object, FILTER_NO, false},
	[AUDIT_FILTERKEY] = {ask_key, FILTER_YES, false},
};

static const struct condition_row *row_of(uint32_t field)
{
	return field < LEN(rows) && rows[field].ask ? &rows[field] : NULL;
}

/* Files are none yet when a process starts: "not that one" holds for the kernel's three. */
static enum filter_truth at_start(const struct condition_row *row, const struct rule_field *f)
{
	bool turns = f->field == AUDIT_EXE || f->field == AUDIT_PERM || f->field == AUDIT_FILETYPE;

	return turns && f->op == AUDIT_NOT_EQUAL ? FILTER_YES : row->at_start;
}

static enum filter_truth ask_field(const struct filter_asking *asking, const struct rule *r,
				   const struct rule_field *f, const struct act_name *name)
{
	const struct condition_row *row = row_of(f->field);
	const struct condition c = {.asking = asking,
				    .act = asking->act,
				    .rule = r,
				    .field = f,
				    .name = name,
				    .number = act_number_of(f->field)};

	if (!row)
		return FILTER_NO;
	return asking->moment == MOMENT_START ? at_start(row, f) : row->ask(&c);
}

static enum filter_truth ask_call(const struct filter_asking *asking, const struct rule *r,
				  const struct act_name *name)
{
	const struct act *a = asking->act;

	if (asking->moment == MOMENT_START || rule_has_all_calls(r))
		return FILTER_YES;
	/* For files the kernel looks for the number of the call, which an operation has not. */
	if (a->kind == ACT_URING && name)
		return truth(rule_has_call(r, 0));
	return a->has_call ? truth(rule_has_call(r, a->call)) : FILTER_UNSAID;
}

struct filter_verdict filter_ask(const struct filter_asking *asking, const struct rule *r,
				 const struct act_name *name)
{
	struct filter_verdict v = {.truth = ask_call(asking, r, name),
				   .reason = FILTER_BY_CALL,
				   .before_end = asking->moment == MOMENT_BEFORE,
				   .at_start = asking->moment == MOMENT_START};

	if (v.truth == FILTER_NO)
		return v;
	if (v.truth == FILTER_YES)
		v.reason = FILTER_BY_ALL;
	for (uint32_t i = 0; i < r->field_count; i++) {
		enum filter_truth t = ask_field(asking, r, &r->fields[i], name);

		if (t == FILTER_YES || (t == FILTER_UNSAID && v.truth == FILTER_UNSAID))
			continue;
		v.truth = t;
		v.reason = FILTER_BY_FIELD;
		v.field = i;
		if (t == FILTER_NO)
			break;
	}
	return v;
}

static enum filter_truth ask_of_record(const struct filter_asking *asking, const struct rule *r,
				       uint32_t at, uint32_t type)
{
	const struct rule_field *f = &r->fields[at];
	struct condition c = {.asking = asking,
			      .act = asking->act,
			      .rule = r,
			      .field = f,
			      .number = act_number_of(f->field)};
	bool is_label = f->field >= AUDIT_SUBJ_USER && f->field <= AUDIT_SUBJ_CLR;

	if (f->field == AUDIT_MSGTYPE)
		return truth(compare(type, f->op, f->value));
	/* Without a security module the kernel keeps what the condition before has given here. */
	if (is_label && at > 0 && ask_subject(&c) == FILTER_NO && !asking->act->has_subject)
		return FILTER_YES;
	/* These lists look at the group alone, not at the others of the process. */
	return f->field == AUDIT_GID ? ask_number(&c) : row_of(f->field)->ask(&c);
}

struct filter_verdict filter_ask_record(const struct filter_asking *asking, const struct rule *r,
					uint32_t type)
{
	struct filter_verdict v = {.truth = FILTER_YES, .reason = FILTER_BY_ALL};

	if (r->field_count == 0)
		return (struct filter_verdict){.truth = FILTER_NO, .reason = FILTER_BY_EMPTY};
	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct rule_field *f = &r->fields[i];
		const struct condition_row *row = row_of(f->field);
		enum filter_truth t;

		if (f->field != AUDIT_MSGTYPE && (!row || !row->of_records))
			return (struct filter_verdict){
				.truth = v.truth, .reason = FILTER_BY_STRANGER, .field = i};
		t = ask_of_record(asking, r, i, type);
		if (t == FILTER_YES || (t == FILTER_UNSAID && v.truth == FILTER_UNSAID))
			continue;
		v = (struct filter_verdict){.truth = t, .reason = FILTER_BY_FIELD, .field = i};
		if (t == FILTER_NO)
			break;
	}
	return v;
}

bool filter_is_hashed(const struct rule *r)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_WATCH ||
		    (r->fields[i].field == AUDIT_INODE && r->fields[i].op == AUDIT_EQUAL))
			return true;
	return false;
}

struct sv filter_watch_of(const struct rule *r)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_WATCH)
			return rule_text(r, &r->fields[i]);
	return SV_EMPTY;
}

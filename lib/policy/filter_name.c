/* Conditions about the files of an act: their numbers, owners and types, and which of them the kernel sees. */
#include "policy/filter_condition.h"

#include <linux/magic.h>
#include <sys/stat.h>

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

bool condition_is_below(struct sv path, struct sv dir)
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
		if (!condition_is_below(n->path, mounts[i].path))
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
enum filter_truth condition_is_hidden(const struct filter_asking *asking, const struct act_name *n)
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
	return not(condition_is_hidden(asking, n));
}

/* Compares numbers of one name; a name without a file has zeros, and the highest inode number. */
static enum filter_truth of_name(const struct filter_asking *asking, const struct act_name *n,
				 condition_name_fn fn, uint32_t op, uint32_t value)
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
enum filter_truth condition_of_names(const struct condition *c, const struct act_name *only,
				     condition_name_fn fn, uint32_t op, uint32_t value)
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
	return condition_compare(n->dev_major, op, value) ||
	       condition_compare(n->rdev_major, op, value);
}

static bool has_minor(const struct act_name *n, uint32_t op, uint32_t value)
{
	return condition_compare(n->dev_minor, op, value) ||
	       condition_compare(n->rdev_minor, op, value);
}

static bool has_inode(const struct act_name *n, uint32_t op, uint32_t value)
{
	return condition_compare((uint32_t)n->inode, op, value);
}

bool condition_has_uid(const struct act_name *n, uint32_t op, uint32_t value)
{
	return condition_compare(n->uid, op, value);
}

bool condition_has_gid(const struct act_name *n, uint32_t op, uint32_t value)
{
	return condition_compare(n->gid, op, value);
}

static bool has_type(const struct act_name *n, uint32_t op, uint32_t value)
{
	(void)op;
	return n->inode != UINT64_MAX && (n->mode & S_IFMT) == value;
}

static enum filter_truth ask_file(const struct condition *c, condition_name_fn fn)
{
	return condition_of_names(c, c->name, fn, c->field->op, c->field->value);
}

enum filter_truth condition_major(const struct condition *c)
{
	return ask_file(c, has_major);
}

enum filter_truth condition_minor(const struct condition *c)
{
	return ask_file(c, has_minor);
}

enum filter_truth condition_inode(const struct condition *c)
{
	return ask_file(c, has_inode);
}

enum filter_truth condition_owner(const struct condition *c)
{
	return ask_file(c, condition_has_uid);
}

enum filter_truth condition_group(const struct condition *c)
{
	return ask_file(c, condition_has_gid);
}

/* The same for every name, whichever a rule is asked for. */
enum filter_truth condition_filetype(const struct condition *c)
{
	enum filter_truth t = condition_of_names(c, NULL, has_type, AUDIT_EQUAL, c->field->value);

	return c->field->op == AUDIT_NOT_EQUAL ? not(t) : t;
}

/* Conditions about paths: which file is watched, whether one is below a directory, which program runs. */
#include "policy/filter_condition.h"

#include <sys/stat.h>

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

enum filter_truth condition_watch(const struct condition *c)
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
	enum filter_truth shown = not(condition_is_hidden(c->asking, n));

	if (shown == FILTER_NO || (!is_child && !n->has_inode))
		return FILTER_NO;
	if (c->asking->filter->files) {
		enum filter_truth in = name_is_in_file(c, n, dir);

		return in == FILTER_YES ? shown : in;
	}
	if (n->known != ACT_PATH_FULL)
		return FILTER_UNSAID;
	if (!condition_is_below(n->path, dir) ||
	    (n->path.n == dir.n && (n->use == ACT_USE_CREATE || !n->has_inode)))
		return FILTER_NO;
	return shown;
}

enum filter_truth condition_dir(const struct condition *c)
{
	struct sv dir = rule_text(c->rule, c->field);
	enum filter_truth t = FILTER_NO;

	while (dir.n > 1 && sv_ends(dir, SV("/")))
		dir.n--;
	for (size_t i = 0; i < c->act->name_count && t != FILTER_YES; i++)
		t = either(t, name_is_in(c, &c->act->names[i], dir));
	return c->act->has_all_names ? t : either(t, FILTER_UNSAID);
}

enum filter_truth condition_exe(const struct condition *c)
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

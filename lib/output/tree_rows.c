/*
 * Finds the rows. A forged log can make a ring of parents and chains without end: nothing is entered
 * twice, and nothing recurses.
 */
#include "output/tree_rows.h"

#include <stdlib.h>

struct finder {
	struct tree_rows *out;
	bool *is_taken; /* by number of the process */
	unsigned top;   /* depth of the target */
	unsigned levels;
	bool failed;
};

static bool make_room(struct tree_rows *r)
{
	size_t cap = r->cap ? 2 * r->cap : 64;
	struct tree_row *more;

	if (r->count < r->cap)
		return true;
	more = realloc(r->rows, cap * sizeof(*more));
	if (!more)
		return false;
	r->rows = more;
	r->cap = cap;
	return true;
}

static size_t add(struct finder *f, const struct tree_process *p, size_t parent, unsigned depth)
{
	if (!make_room(f->out)) {
		f->failed = true;
		return 0;
	}
	f->out->rows[f->out->count] =
		(struct tree_row){.process = p, .parent = parent, .depth = depth};
	return f->out->count++;
}

/* It is the one that logged in, and what is above it is the program that let it. */
static bool is_login(const struct tree_process *p, const struct tree_login *l)
{
	return l && l->pid == p->pid && stamp_cmp(&p->first, &l->stamp) <= 0;
}

static void add_line(struct finder *f, const struct tree_process *target)
{
	const struct tree_process *line[TREE_LEVELS_MAX];
	const struct tree_process *p = target;
	size_t n = 0;

	while (p && n < TREE_LEVELS_MAX && !f->is_taken[p->number]) {
		f->is_taken[p->number] = true;
		line[n++] = p;
		p = is_login(p, f->out->login) ? NULL : p->parent;
	}
	f->out->has_older = p != NULL;
	for (unsigned depth = 0; depth < n && !f->failed; depth++)
		f->out->target = add(f, line[n - 1 - depth], depth ? depth - 1 : 0, depth);
	f->top = n ? (unsigned)n - 1 : 0;
}

static const struct tree_process *untaken(const struct finder *f, const struct tree_process *p)
{
	while (p && f->is_taken[p->number])
		p = p->next_child;
	return p;
}

/* Down to the first child, then to the next one, then up: the rows of the way are kept in up[]. */
static void add_below(struct finder *f, const struct tree_process *target)
{
	const struct tree_process *p = target, *next;
	size_t up[TREE_LEVELS_MAX + 1] = {f->out->target};
	size_t level = 0;

	while (!f->failed) {
		next = untaken(f, p->first_child);
		while (!next && p != target) {
			next = untaken(f, p->next_child);
			p = p->parent;
			level--;
		}
		if (!next)
			return;
		f->is_taken[next->number] = true;
		level++;
		if (level > f->levels)
			f->out->left_out++;
		else
			up[level] = add(f, next, up[level - 1], f->top + (unsigned)level);
		p = next;
	}
}

/* From the last row up: which depths have a row further down that belongs to the same parent. */
static void mark_branches(struct tree_rows *r)
{
	bool is_open[2 * TREE_LEVELS_MAX + 2] = {false};
	unsigned below = 0;

	for (size_t i = r->count; i-- > 0;) {
		struct tree_row *row = &r->rows[i];

		for (unsigned depth = row->depth + 1; depth <= below; depth++)
			is_open[depth] = false;
		row->has_child = i + 1 < r->count && r->rows[i + 1].depth > row->depth;
		row->has_more = is_open[row->depth];
		is_open[row->depth] = true;
		below = row->depth;
	}
}

int tree_rows_find(struct tree_rows *r, const struct tree_drawing *d)
{
	struct finder f = {.out = r, .levels = d->levels};
	size_t count = tree_count(d->tree);

	*r = (struct tree_rows){.login = tree_login_of(d->tree, d->target)};
	if (f.levels == 0 || f.levels > TREE_LEVELS_MAX)
		f.levels = TREE_LEVELS_MAX;
	f.is_taken = calloc(count ? count : 1, sizeof(*f.is_taken));
	if (!f.is_taken)
		return -1;
	add_line(&f, d->target);
	add_below(&f, d->target);
	free(f.is_taken);
	if (f.failed) {
		tree_rows_release(r);
		return -1;
	}
	mark_branches(r);
	return 0;
}

void tree_rows_release(struct tree_rows *r)
{
	free(r->rows);
	*r = (struct tree_rows){0};
}

void tree_put_user(const struct tree_drawing *d, struct sv name, uint32_t id, struct buf *out)
{
	if (name.n)
		buf_put(out, name);
	else if (id != TREE_UNKNOWN)
		names_put_user(d->names, id, out);
}

const struct tree_exec *tree_first_run(const struct tree_process *p)
{
	const struct tree_exec *x = p->execs;

	while (x && x->has_failed)
		x = x->next;
	return x;
}

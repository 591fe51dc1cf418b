/*
 * Keeps what events say about processes until all of them are known. What is said again and again
 * (a process opens ten thousand files) is kept once, with its first and last time.
 */
#include "query/tree_priv.h"

#include <stdlib.h>

#define MEMORY_MAX  ((size_t)512 << 20)
#define TEXTS_MAX   ((size_t)1 << 20)
#define SAME_FACT_S 300 /* pids do not come round in less, but for what a fork tells of */

struct tree *tree_new(size_t facts_max, struct err *e)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (!t) {
		(void)err_set(e, "no memory for a process tree");
		return NULL;
	}
	t->max = facts_max;
	t->seed = hash_seed();
	arena_init(&t->memory, MEMORY_MAX);
	map_init(&t->texts, TEXTS_MAX);
	map_init(&t->last_of, facts_max);
	map_init(&t->newest, 4 * facts_max);
	map_init(&t->logins, facts_max);
	tree_reading_init(&t->reading);
	return t;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	tree_reading_release(&t->reading);
	map_release(&t->texts);
	map_release(&t->last_of);
	map_release(&t->newest);
	map_release(&t->logins);
	arena_release(&t->memory);
	free(t->facts);
	free(t->processes);
	free(t);
}

/* ---- texts ---- */

/* Names and programs repeat: one copy of each. False when there is no memory. */
static bool keep(struct tree *t, struct sv *text)
{
	uint64_t hash = hash_sv(*text, t->seed);
	const uint64_t *known;
	struct sv *kept;

	if (text->n == 0)
		return true;
	known = map_get(&t->texts, hash);
	if (known && sv_eq(*(struct sv *)(uintptr_t)*known, *text)) {
		*text = *(struct sv *)(uintptr_t)*known;
		return true;
	}
	kept = arena_alloc(&t->memory, sizeof(*kept));
	if (!kept)
		return false;
	*kept = arena_copy(&t->memory, *text);
	if (!kept->p)
		return false;
	*text = *kept;
	(void)!map_put(&t->texts, hash, (uintptr_t)kept); /* full: it is kept again next time */
	return true;
}

static bool keep_exec(struct tree *t, struct tree_fact *f)
{
	struct tree_exec *copy;

	if (!f->exec)
		return true;
	copy = arena_alloc(&t->memory, sizeof(*copy));
	if (!copy || !keep(t, &f->exec->words) || !keep(t, &f->exec->path))
		return false;
	*copy = *f->exec;
	f->exec = copy;
	return true;
}

static bool keep_login(struct tree *t, struct tree_fact *f)
{
	struct tree_login *copy;

	if (!f->login)
		return true;
	copy = arena_alloc(&t->memory, sizeof(*copy));
	if (!copy || !keep(t, &f->login->user) || !keep(t, &f->login->terminal) ||
	    !keep(t, &f->login->address) || !keep(t, &f->login->program))
		return false;
	*copy = *f->login;
	f->login = copy;
	return true;
}

/* ---- facts ---- */

static bool says_the_same(const struct tree_fact *old, const struct tree_fact *f)
{
	return old->kind < FACT_EXIT_THREAD && old->kind != FACT_BOOT &&
	       f->first.sec >= old->first.sec && f->first.sec - old->last.sec < SAME_FACT_S &&
	       f->ppid == old->ppid && f->session == old->session && f->auid == old->auid &&
	       f->euid == old->euid && sv_eq(f->exe, old->exe) && sv_eq(f->comm, old->comm);
}

static bool is_told_already(struct tree *t, const struct tree_fact *f)
{
	const uint64_t *last = map_get(&t->last_of, f->pid);

	if (f->kind != FACT_SEEN || !last || !says_the_same(&t->facts[*last], f))
		return false;
	if (stamp_cmp(&t->facts[*last].last, &f->last) < 0)
		t->facts[*last].last = f->last;
	return true;
}

static bool make_room(struct tree *t)
{
	size_t cap = t->cap ? 2 * t->cap : 1024;
	struct tree_fact *more;

	if (t->count < t->cap)
		return true;
	if (t->count >= t->max)
		return false;
	more = realloc(t->facts, cap * sizeof(*more));
	if (!more)
		return false;
	t->facts = more;
	t->cap = cap;
	return true;
}

static bool add(struct tree *t, struct tree_fact f)
{
	if (!make_room(t) || !keep(t, &f.user) || !keep(t, &f.comm) || !keep(t, &f.exe) ||
	    !keep(t, &f.terminal) || !keep_exec(t, &f) || !keep_login(t, &f))
		return false;
	if (f.kind == FACT_BOOT) {
		map_release(&t->last_of);
		map_init(&t->last_of, t->max);
	}
	if (f.kind == FACT_FORK) /* what its child's pid was until now is somebody else */
		(void)map_del(&t->last_of, (uint64_t)f.value);
	if (!map_put(&t->last_of, f.pid, t->count))
		return false;
	t->facts[t->count++] = f;
	return true;
}

enum tree_put tree_put(struct tree *t, const struct event *event)
{
	if (t->is_full)
		return TREE_FULL;
	if (!tree_read(&t->reading, event) || is_told_already(t, &t->reading.fact))
		return TREE_TAKEN;
	t->is_full = !add(t, t->reading.fact);
	return t->is_full ? TREE_FULL : TREE_TAKEN;
}

/* ---- asking ---- */

size_t tree_count(const struct tree *t)
{
	return t->process_count;
}

const struct tree_process *tree_find(const struct tree *t, uint32_t pid, const struct stamp *at)
{
	const uint64_t *newest = map_get(&t->newest, pid);
	const struct tree_process *p = newest ? (struct tree_process *)(uintptr_t)*newest : NULL;

	while (at && p && p->older && stamp_cmp(&p->first, at) > 0)
		p = p->older;
	return p;
}

const struct tree_login *tree_login_of(const struct tree *t, const struct tree_process *p)
{
	const uint64_t *newest =
		p->session != TREE_UNKNOWN ? map_get(&t->logins, p->session) : NULL;
	const struct tree_login *l = newest ? (struct tree_login *)(uintptr_t)*newest : NULL;

	/* A number comes again after a boot: the last login before the process was seen last. */
	while (l && stamp_cmp(&l->stamp, &p->last) > 0)
		l = l->older;
	return l;
}

/*
 * Facts to processes: in the order of time, each goes to the process that its pid is of then.
 *
 *	fork by 100: child 200 ---.			a claim: the next news of 200 is a new process
 *	execve by 200, ppid 100 --'--> 200, born then	... if it names the same parent, or its parent has
 *	execve by 200, ppid 100 -----> the same		gone (ppid 1, or an ancestor's)
 *	exit_group by 200 -----------> it has ended
 *	execve by 200 ---------------> another 200
 *
 * The child's pid that a fork returns is counted in the parent's pid namespace, everything else in
 * the first one. A claim that news of that pid contradict was one from a container.
 *
 * Without a fork: another session, another parent, or a program run after GAP_S of silence is
 * another process. The same parent and session, and news of the same program, are the same one
 * however long it was silent: shells wait for days.
 */
#include "query/tree_priv.h"

#include <stdlib.h>

#define GAP_S   3600
#define SLACK_S 2  /* what is told after the end: other threads' calls had begun before */
#define UP_MAX  64 /* ancestors that are looked at for a process that was given away */

struct node {
	struct tree_process process; /* first: what others see */
	struct node *parent, *last_child;
	struct tree_exec *last_exec;
	uint32_t ppid;  /* as told last */
	unsigned boot;  /* the machine's run that it is of */
	bool may_go_on; /* its end was that of a thread, perhaps not of all */
};

/* Somebody said that it has made this process. */
struct claim {
	struct node *parent;
	struct stamp stamp;
	uint32_t pid;
	bool is_sure;
};

struct build {
	struct tree *tree;
	struct map claims; /* pid -> struct claim * */
	unsigned boot;
	bool failed; /* no memory */
};

static struct node *node_at(const struct map *m, uint32_t pid)
{
	const uint64_t *found = map_get(m, pid);

	return found ? (struct node *)(uintptr_t)*found : NULL;
}

/* The newest with this pid since the last boot. */
static struct node *live(const struct build *b, uint32_t pid)
{
	struct node *n = node_at(&b->tree->newest, pid);

	return n && n->boot == b->boot ? n : NULL;
}

static bool make_room(struct tree *t)
{
	size_t cap = t->process_cap ? 2 * t->process_cap : 1024;
	struct tree_process **more;

	if (t->process_count < t->process_cap)
		return true;
	more = realloc(t->processes, cap * sizeof(struct tree_process *));
	if (!more)
		return false;
	t->processes = more;
	t->process_cap = cap;
	return true;
}

/* NULL, and failed is set, when there is no memory. */
static struct node *node_new(struct build *b, uint32_t pid, struct stamp first)
{
	struct tree *t = b->tree;
	struct node *n = make_room(t) ? arena_alloc(&t->memory, sizeof(*n)) : NULL;

	if (!n) {
		b->failed = true;
		return NULL;
	}
	*n = (struct node){.boot = b->boot, .ppid = TREE_UNKNOWN};
	n->process = (struct tree_process){.number = t->process_count,
					   .pid = pid,
					   .ppid = TREE_UNKNOWN,
					   .auid = TREE_UNKNOWN,
					   .euid = TREE_UNKNOWN,
					   .session = TREE_UNKNOWN,
					   .first = first,
					   .last = first};
	t->processes[t->process_count++] = &n->process;
	return n;
}

static void index_node(struct build *b, struct node *n)
{
	struct node *older = node_at(&b->tree->newest, n->process.pid);

	n->process.older = older ? &older->process : NULL;
	b->failed = b->failed || !map_put(&b->tree->newest, n->process.pid, (uintptr_t)n);
}

static void adopt(struct node *parent, struct node *child)
{
	if (!parent || parent == child || child->parent)
		return;
	child->parent = parent;
	child->process.parent = &parent->process;
	if (parent->last_child)
		parent->last_child->process.next_child = &child->process;
	else
		parent->process.first_child = &child->process;
	parent->last_child = child;
}

/* ---- whose news are these? ---- */

static int64_t silence_s(const struct node *n, const struct tree_fact *f)
{
	return f->first.sec - n->process.last.sec;
}

static bool has_ended_before(const struct node *n, const struct tree_fact *f)
{
	return n->process.end != TREE_NO_END && !n->may_go_on &&
	       f->first.sec > n->process.ended.sec + SLACK_S;
}

/* A process whose parent ends is given to pid 1, or to an ancestor that asked for that. */
static bool takes_orphans_of(uint32_t pid, const struct node *n)
{
	if (pid == 1)
		return true;
	for (size_t i = 0; n && i < UP_MAX; i++, n = n->parent)
		if (n->process.pid == pid)
			return true;
	return false;
}

static bool is_same_program(const struct node *n, const struct tree_fact *f)
{
	return f->kind != FACT_EXEC &&
	       (f->exe.n == 0 || n->process.exe.n == 0 || sv_eq(f->exe, n->process.exe));
}

/* Is what a child says of its parent about this process? */
static bool can_be_parent(const struct node *n, const struct tree_fact *f)
{
	if (n->process.pid == 1)
		return true;
	if (has_ended_before(n, f))
		return false;
	return n->process.session == TREE_UNKNOWN || n->process.session == f->session ||
	       silence_s(n, f) <= GAP_S;
}

static bool is_same_parent(const struct node *n, const struct tree_fact *f)
{
	return f->ppid == TREE_UNKNOWN || n->ppid == TREE_UNKNOWN || f->ppid == n->ppid;
}

static bool is_same(const struct node *n, const struct tree_fact *f)
{
	bool is_soon = silence_s(n, f) <= GAP_S;

	if (n->process.pid == 1)
		return true;
	if (n->process.end != TREE_NO_END && !n->may_go_on)
		return !has_ended_before(n, f) && f->kind != FACT_EXEC && is_same_parent(n, f);
	if (!n->process.is_seen)
		return f->session == n->process.session || f->session == TREE_UNKNOWN || is_soon;
	if (f->kind == FACT_LOGIN)
		return is_soon && is_same_parent(n, f);
	if (f->session != n->process.session)
		return n->process.session == TREE_UNKNOWN && is_soon && is_same_parent(n, f);
	if (!is_same_parent(n, f) && !takes_orphans_of(f->ppid, n->parent))
		return is_soon && is_same_program(n, f);
	return is_soon || is_same_program(n, f);
}

/* ---- claims ---- */

static struct claim *claim_at(const struct build *b, uint32_t pid)
{
	const uint64_t *found = map_get(&b->claims, pid);
	struct claim *c = found ? (struct claim *)(uintptr_t)*found : NULL;

	return c && c->parent->boot == b->boot ? c : NULL;
}

/* A child that nothing else is known of. Where its pid is somebody else's it is a container's. */
static void keep_unseen(struct build *b, const struct claim *c)
{
	const struct node *other = node_at(&b->tree->newest, c->pid);
	struct node *n;

	if (!c->is_sure)
		return;
	n = node_new(b, c->pid, c->stamp);
	if (!n)
		return;
	n->boot = c->parent->boot;
	n->process.is_born = true;
	n->process.ppid = n->ppid = c->parent->process.pid;
	adopt(c->parent, n);
	if (!other || stamp_cmp(&other->process.last, &c->stamp) < 0)
		index_node(b, n);
}

static void drop_claim(struct build *b, uint32_t pid)
{
	const uint64_t *found = map_get(&b->claims, pid);

	if (found)
		keep_unseen(b, (struct claim *)(uintptr_t)*found);
	(void)map_del(&b->claims, pid);
}

static void put_claim(struct build *b, struct node *parent, const struct tree_fact *f)
{
	struct claim *c = arena_alloc(&b->tree->memory, sizeof(*c));
	uint32_t pid = (uint32_t)f->value;

	drop_claim(b, pid);
	if (!c || !map_put(&b->claims, pid, (uintptr_t)c)) {
		b->failed = true;
		return;
	}
	*c = (struct claim){parent, f->first, pid, f->is_sure};
}

static bool fits_claim(const struct claim *c, const struct tree_fact *f)
{
	return f->ppid == TREE_UNKNOWN || f->ppid == c->parent->process.pid ||
	       takes_orphans_of(f->ppid, c->parent);
}

/* ---- beginnings ---- */

static struct node *parent_for(struct build *b, const struct tree_fact *f);

/* As the claim says that there is, else as the fact does. */
static struct node *begin(struct build *b, uint32_t pid, const struct tree_fact *f, bool is_own)
{
	const struct claim *c = claim_at(b, pid);
	struct node *n;

	/* In one millisecond the fork is often told after what its child did. */
	n = node_new(b, pid, c && stamp_cmp(&c->stamp, &f->first) < 0 ? c->stamp : f->first);
	if (!n)
		return NULL;
	n->process.is_born = c != NULL;
	n->process.last = f->first;
	n->process.session = f->session; /* of a parent: most likely its child's */
	index_node(b, n);
	if (c) {
		adopt(c->parent, n);
		n->process.ppid = n->ppid = c->parent->process.pid;
		(void)map_del(&b->claims, pid);
	} else if (is_own) {
		adopt(parent_for(b, f), n);
		n->process.ppid = n->ppid = f->ppid;
	}
	return n;
}

/* The process that f's parent was when f was told; one that is made up where there is none. */
static struct node *parent_for(struct build *b, const struct tree_fact *f)
{
	struct node *n;

	if (f->ppid == TREE_UNKNOWN || f->ppid == 0)
		return NULL;
	n = live(b, f->ppid);
	if (n && !claim_at(b, f->ppid) && can_be_parent(n, f))
		return n;
	return begin(b, f->ppid, f, false);
}

static struct node *node_of(struct build *b, const struct tree_fact *f)
{
	struct node *n = live(b, f->pid);
	const struct claim *c = claim_at(b, f->pid);

	if (c && f->ppid != c->parent->process.pid && n && f->ppid != TREE_UNKNOWN &&
	    n->ppid == f->ppid && is_same(n, f))
		return n;
	if (c && !fits_claim(c, f)) {
		drop_claim(b, f->pid);
		c = NULL;
	}
	if (!c && n && is_same(n, f))
		return n;
	return begin(b, f->pid, f, true);
}

/* ---- news ---- */

static void note_end(struct node *n, const struct tree_fact *f)
{
	n->process.end = f->kind == FACT_KILLED ? TREE_KILLED : TREE_EXITED;
	n->process.code = (int)f->value;
	n->process.ended = f->first;
	n->may_go_on = f->kind == FACT_EXIT_THREAD;
}

static void note_exec(struct node *n, const struct tree_fact *f)
{
	struct tree_exec *exec = f->exec;

	exec->next = NULL;
	exec->user = f->user;
	exec->euid = f->euid;
	if (n->last_exec)
		n->last_exec->next = exec;
	else
		n->process.execs = exec;
	n->last_exec = exec;
}

static void note_text(struct sv *text, struct sv told)
{
	if (told.n)
		*text = told;
}

static void note_who(struct node *n, const struct tree_fact *f)
{
	struct tree_process *p = &n->process;

	p->is_seen = true;
	if (stamp_cmp(&f->last, &p->last) > 0)
		p->last = f->last;
	p->auid = f->auid;
	p->session = f->session;
	if (f->euid != p->euid)
		p->user = SV_EMPTY;
	p->euid = f->euid;
	note_text(&p->user, f->user);
	note_text(&p->comm, f->comm);
	note_text(&p->exe, f->exe);
	note_text(&p->terminal, f->terminal);
}

static void note_parent(struct build *b, struct node *n, const struct tree_fact *f)
{
	if (f->ppid == TREE_UNKNOWN)
		return;
	if (n->process.ppid == TREE_UNKNOWN)
		n->process.ppid = f->ppid;
	if (!n->parent)
		adopt(parent_for(b, f), n);
	if (n->parent && n->parent->process.pid == f->ppid &&
	    stamp_cmp(&n->parent->process.last, &f->last) < 0)
		n->parent->process.last = f->last;
	n->ppid = f->ppid;
}

static void take(struct build *b, struct node *n, const struct tree_fact *f)
{
	if (n->may_go_on) {
		n->process.end = TREE_NO_END;
		n->may_go_on = false;
	}
	note_who(n, f);
	note_parent(b, n, f);
	switch (f->kind) {
	case FACT_FORK:
		put_claim(b, n, f);
		break;
	case FACT_EXEC:
		note_exec(n, f);
		break;
	case FACT_EXIT_THREAD:
	case FACT_EXIT:
	case FACT_KILLED:
		note_end(n, f);
		break;
	case FACT_BOOT:
	case FACT_LOGIN:
	case FACT_SESSION:
	case FACT_SEEN:
		break;
	}
}

/* ---- logins ---- */

static void fill_text(struct sv *text, struct sv told, bool is_better)
{
	if (told.n && (is_better || text->n == 0))
		*text = told;
}

/* USER_LOGIN knows best where somebody comes from; USER_START only of the process that logged in:
 * su and sudo start sessions inside of one. */
static void take_login(struct build *b, const struct tree_fact *f)
{
	const uint64_t *found = map_get(&b->tree->logins, f->session);
	struct tree_login *l = found ? (struct tree_login *)(uintptr_t)*found : NULL;
	bool is_best = f->kind == FACT_SESSION && f->value;

	if (f->session == TREE_UNKNOWN)
		return;
	if (f->kind == FACT_LOGIN || (!l && is_best)) {
		f->login->older = l;
		b->failed =
			b->failed || !map_put(&b->tree->logins, f->session, (uintptr_t)f->login);
	} else if (l && (is_best || l->pid == f->pid)) {
		fill_text(&l->user, f->login->user, false);
		fill_text(&l->terminal, f->login->terminal, is_best);
		fill_text(&l->address, f->login->address, is_best);
		fill_text(&l->program, f->login->program, is_best);
	}
}

/* ---- in the order of time ---- */

static int rank(enum fact_kind kind)
{
	return kind < FACT_SEEN ? (int)kind : (int)FACT_SEEN;
}

static int compare(const void *a, const void *b)
{
	const struct tree_fact *x = a, *y = b;

	if (x->first.sec != y->first.sec)
		return x->first.sec < y->first.sec ? -1 : 1;
	if (x->first.ms != y->first.ms)
		return x->first.ms < y->first.ms ? -1 : 1;
	if (rank(x->kind) != rank(y->kind))
		return rank(x->kind) < rank(y->kind) ? -1 : 1;
	if (x->first.serial != y->first.serial)
		return x->first.serial < y->first.serial ? -1 : 1;
	return 0;
}

static void take_fact(struct build *b, const struct tree_fact *f)
{
	struct node *n;

	if (f->kind == FACT_BOOT) {
		b->boot++;
		return;
	}
	if (f->login)
		take_login(b, f);
	n = node_of(b, f);
	if (n)
		take(b, n, f);
}

/* Children that nothing was heard of, in the order in which they were made. */
static void keep_claims(struct build *b)
{
	for (size_t i = 0; i < b->tree->count && !b->failed; i++) {
		const struct tree_fact *f = &b->tree->facts[i];

		if (f->kind == FACT_FORK)
			drop_claim(b, (uint32_t)f->value);
	}
}

int tree_build(struct tree *t, struct err *e)
{
	struct build b = {.tree = t};

	map_init(&b.claims, t->max);
	if (t->count)
		qsort(t->facts, t->count, sizeof(*t->facts), compare);
	for (size_t i = 0; i < t->count && !b.failed; i++)
		take_fact(&b, &t->facts[i]);
	keep_claims(&b);
	map_release(&b.claims);
	return b.failed ? err_set(e, "no memory for so many processes") : 0;
}

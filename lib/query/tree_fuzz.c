/* Any log: every process is found by its pid, comes once, and ends what it has begun. */
#include "query/tree.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_all(struct tree *t, struct join *j)
{
	const struct event *event;

	while ((event = join_next(j)))
		if (tree_put(t, event) == TREE_FULL)
			return;
}

static void read_log(struct tree *t, struct join *j, struct sv log)
{
	struct record r;
	struct sv line;

	while (sv_line(&log, &line))
		if (record_parse(line, &r) == RECORD_OK && join_put(j, &r) == 0)
			put_all(t, j);
	join_finish(j);
	put_all(t, j);
}

static void check(const struct tree *t, const struct tree_process *p)
{
	size_t count = 0;

	if (p->number >= tree_count(t) || stamp_cmp(&p->last, &p->first) < 0)
		abort();
	for (const struct tree_process *c = p->first_child; c; c = c->next_child)
		if (c->parent != p || ++count > tree_count(t))
			abort();
	for (const struct tree_exec *x = p->execs; x; x = x->next)
		if (x->words.n > TREE_COMMAND_MAX || (x->words.n && x->words.p[x->words.n - 1]))
			abort();
}

/* Serials of one millisecond can be the other way round. */
static bool is_before(const struct stamp *a, const struct stamp *b)
{
	return a->sec < b->sec || (a->sec == b->sec && a->ms < b->ms);
}

static void look(const struct tree *t)
{
	for (uint32_t pid = 1; pid < 1000; pid++)
		for (const struct tree_process *p = tree_find(t, pid, NULL); p; p = p->older) {
			if (p->pid != pid || (p->older && is_before(&p->first, &p->older->first)))
				abort();
			check(t, p);
			(void)tree_login_of(t, p);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct join_options join_options = {.order = JOIN_ORDERED, .timeout_s = 2};
	struct tree *t = tree_new(size % 7 ? 10000 : 5, NULL);
	struct join *j = join_new(&join_options, NULL);

	if (!t || !j)
		abort();
	read_log(t, j, sv_make((const char *)data, size));
	if (tree_build(t, NULL) == 0)
		look(t);
	join_free(j);
	tree_free(t);
	return 0;
}

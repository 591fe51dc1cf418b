/*
 * The order of a change, tried out on a model of the kernel's filters.
 *
 * Rules of the model look at the event's number, a bit of a0, and rules by file at the inode of one
 * of its files as well. After every single step of a plan each event of a small universe that
 * both sets record must be recorded, and at the end the list must be the new set.
 */
#include "base/test.h"

#include "policy/change.h"

#include <linux/audit.h>
#include <stdlib.h>

#define RULES_MAX  64
#define NUMBERS    3 /* events differ in a0: bits 0 to 2 */
#define FILES      3
#define FILE_LISTS 16 /* (), (0), (1), ..., (2,1,0) */

struct list {
	const struct rule *rules[RULES_MAX];
	size_t count;
};

struct event {
	uint32_t bit;
	uint32_t files[FILES];
	size_t file_count;
};

static uint32_t seed = 1;

static uint32_t chance(uint32_t below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % below;
}

/* ---- the model of the kernel ---- */

static bool is_by_file(const struct rule *r)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_INODE)
			return true;
	return false;
}

/* Whether every condition holds; file is the inode that is looked at. */
static bool holds(const struct rule *r, const struct event *ev, uint32_t file)
{
	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct rule_field *f = &r->fields[i];

		if (f->field == AUDIT_ARG0 && !(f->value & ev->bit))
			return false;
		if (f->field == AUDIT_INODE && f->value != file)
			return false;
		if (f->field == AUDIT_PID && f->op == AUDIT_LESS_THAN)
			return false; /* below nothing */
		if (f->field == AUDIT_PID)
			assert_int_equal(f->op, AUDIT_GREATER_THAN_OR_EQUAL);
	}
	return r->list == AUDIT_FILTER_FS || r->list == AUDIT_FILTER_EXCLUDE || r->field_count > 0;
}

/* The first rule by no file that matches; the count when there is none. */
static size_t first_plain(const struct list *l, const struct event *ev)
{
	size_t i = 0;

	while (i < l->count && (is_by_file(l->rules[i]) || !holds(l->rules[i], ev, UINT32_MAX)))
		i++;
	return i;
}

/* How much of the event the list lets pass: the more the higher. */
static int outcome(const struct list *l, uint32_t list, const struct event *ev)
{
	size_t plain = first_plain(l, ev);

	if (list == AUDIT_FILTER_EXCLUDE)
		return plain == l->count;
	if (list == AUDIT_FILTER_FS) {
		for (size_t i = 0; i < l->count; i++)
			if (l->rules[i]->action == AUDIT_NEVER && holds(l->rules[i], ev, 0))
				return 0;
		return 1;
	}
	if (list == AUDIT_FILTER_USER)
		return plain == l->count || l->rules[plain]->action == AUDIT_ALWAYS;
	if (list == AUDIT_FILTER_TASK)
		return plain == l->count ? 1 : l->rules[plain]->action == AUDIT_ALWAYS ? 2 : 0;
	/* By file: before the plain match only, and the first file with a match decides. */
	for (size_t f = 0; f < ev->file_count; f++)
		for (size_t i = 0; i < plain; i++)
			if (is_by_file(l->rules[i]) && holds(l->rules[i], ev, ev->files[f]))
				return l->rules[i]->action == AUDIT_ALWAYS;
	return plain < l->count && l->rules[plain]->action == AUDIT_ALWAYS;
}

static struct event make_event(size_t bit, size_t files)
{
	static const struct {
		uint32_t files[FILES];
		size_t count;
	} lists[FILE_LISTS] = {
		{{0}, 0},       {{0}, 1},       {{1}, 1},       {{2}, 1},
		{{0, 1}, 2},    {{1, 0}, 2},    {{0, 2}, 2},    {{2, 0}, 2},
		{{1, 2}, 2},    {{2, 1}, 2},    {{0, 1, 2}, 3}, {{0, 2, 1}, 3},
		{{1, 0, 2}, 3}, {{1, 2, 0}, 3}, {{2, 0, 1}, 3}, {{2, 1, 0}, 3},
	};
	struct event ev = {.bit = UINT32_C(1) << bit, .file_count = lists[files].count};

	memcpy(ev.files, lists[files].files, sizeof(ev.files));
	return ev;
}

/* Does what the kernel does; a refusal ends the test. */
static void do_step(struct list *l, const struct change_step *step)
{
	size_t same = 0;

	while (same < l->count && !rule_same(l->rules[same], step->rule))
		same++;
	switch (step->verb) {
	case CHANGE_PREPEND:
		memmove(l->rules + 1, l->rules, l->count * sizeof(l->rules[0]));
		l->rules[0] = step->rule;
		l->count++;
		break;
	case CHANGE_APPEND:
		assert_int_equal(same, l->count); /* EEXIST */
		l->rules[l->count++] = step->rule;
		break;
	case CHANGE_DELETE:
		assert_true(same < l->count); /* ENOENT */
		l->count--;
		memmove(l->rules + same, l->rules + same + 1,
			(l->count - same) * sizeof(l->rules[0]));
		break;
	}
	assert_true(l->count < RULES_MAX);
}

/* ---- sets ---- */

struct set {
	struct rule rules[12];
	struct placed_rule placed[12];
	size_t count;
};

static struct rule random_rule(uint32_t list, bool by_file)
{
	struct rule r;

	rule_init(&r);
	r.list = list;
	r.action = chance(2) ? AUDIT_ALWAYS : AUDIT_NEVER;
	assert_true(rule_add_number(&r, AUDIT_ARG0, AUDIT_BIT_MASK, 1 + chance(7),
				    (struct rule_place){0}));
	if (by_file && chance(2))
		assert_true(rule_add_number(&r, AUDIT_INODE, AUDIT_EQUAL, chance(FILES),
					    (struct rule_place){0}));
	return r;
}

static bool set_has(const struct set *s, const struct rule *r)
{
	for (size_t i = 0; i < s->count; i++)
		if (rule_same(&s->rules[i], r))
			return true;
	return false;
}

static void set_place(struct set *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->placed[i] = (struct placed_rule){&s->rules[i], "test", (uint32_t)i + 1, NULL};
}

static void random_set(struct set *s, uint32_t list, bool by_file, size_t count, bool repeats)
{
	s->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct rule r = random_rule(list, by_file);

		if (repeats || !set_has(s, &r))
			s->rules[s->count++] = r;
	}
	set_place(s);
}

/* A set that was made from another by moving, taking out and putting in. */
static void vary_set(struct set *s, const struct set *of, uint32_t list, bool by_file)
{
	*s = *of;
	for (uint32_t n = 1 + chance(4); n > 0; n--) {
		size_t i = chance((uint32_t)s->count + 1), j;
		struct rule r = random_rule(list, by_file);

		if (i < s->count && chance(2)) {
			r = s->rules[i];
			s->count--;
			memmove(s->rules + i, s->rules + i + 1,
				(s->count - i) * sizeof(s->rules[0]));
			if (chance(2))
				continue;
		}
		if (s->count == LEN(s->rules) || set_has(s, &r))
			continue;
		j = chance((uint32_t)s->count + 1);
		memmove(s->rules + j + 1, s->rules + j, (s->count - j) * sizeof(s->rules[0]));
		s->rules[j] = r;
		s->count++;
	}
	set_place(s);
}

static struct list list_of(struct rule_view view)
{
	struct list l = {.count = view.count};

	for (size_t i = 0; i < view.count; i++)
		l.rules[i] = view.rules[i].rule;
	return l;
}

static bool same_list(const struct list *a, struct rule_view b)
{
	if (a->count != b.count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!rule_same(a->rules[i], b.rules[i].rule))
			return false;
	return true;
}

/* ---- trying a plan ---- */

struct trial {
	uint32_t list;
	struct list from, to;
	int least[NUMBERS][FILE_LISTS];
};

static void trial_init(struct trial *t, uint32_t list, struct rule_view from, struct rule_view to)
{
	*t = (struct trial){.list = list, .from = list_of(from), .to = list_of(to)};
	for (size_t b = 0; b < NUMBERS; b++)
		for (size_t f = 0; f < FILE_LISTS; f++) {
			struct event ev = make_event(b, f);
			int was = outcome(&t->from, list, &ev), is = outcome(&t->to, list, &ev);

			t->least[b][f] = was < is ? was : is;
		}
}

static void nothing_is_lost(const struct trial *t, const struct list *now, size_t step)
{
	for (size_t b = 0; b < NUMBERS; b++)
		for (size_t f = 0; f < FILE_LISTS; f++) {
			struct event ev = make_event(b, f);

			if (outcome(now, t->list, &ev) < t->least[b][f])
				fail_msg(
					"list %u, after step %zu: event %zu with files %zu is lost",
					t->list, step, b, f);
		}
}

/* Only steps of the list that the trial is about change it: grace is given in the exit list. */
static void run(const struct trial *t, const struct change *c, size_t steps, struct list *now,
		bool covers)
{
	bool is_removed = false;

	for (size_t i = 0; i < steps; i++) {
		const struct change_step *step = &c->steps[i];

		assert_true(i == 0 || c->steps[i - 1].stage <= step->stage);
		is_removed = is_removed || step->stage > CHANGE_TRY;
		if (step->rule->list != t->list)
			continue;
		do_step(now, step);
		if (covers)
			nothing_is_lost(t, now, i);
	}
	(void)is_removed;
}

/* A view of what the model holds now. */
static struct rule_view view_of(const struct list *l, struct placed_rule out[RULES_MAX])
{
	for (size_t i = 0; i < l->count; i++)
		out[i] = (struct placed_rule){l->rules[i], "kernel", (uint32_t)i + 1, NULL};
	return (struct rule_view){out, l->count};
}

/* Applies it, and after every step that is not the last tries how to go back from there. */
static void try_pair(uint32_t list, const struct set *a, const struct set *b, bool covers)
{
	const struct rule_view from = {a->placed, a->count}, to = {b->placed, b->count};
	struct placed_rule now_placed[RULES_MAX];
	struct trial t;
	struct change c;
	struct list now;
	struct err e;

	trial_init(&t, list, from, to);
	assert_int_equal(change_plan(&c, &(struct change_task){from, to, false}, &e), 0);
	now = t.from;
	run(&t, &c, c.count, &now, covers);
	assert_true(same_list(&now, to));

	for (size_t stop = 0; stop <= c.count; stop++) {
		struct change back;

		now = t.from;
		run(&t, &c, stop, &now, false);
		assert_int_equal(
			change_plan(&back,
				    &(struct change_task){view_of(&now, now_placed), from, true},
				    &e),
			0);
		run(&t, &back, back.count, &now, covers);
		assert_true(same_list(&now, from));
		change_release(&back);
	}
	change_release(&c);
}

static void what_both_sets_record_is_recorded_after_every_step(void **state)
{
	static const uint32_t lists[] = {
		AUDIT_FILTER_EXIT, AUDIT_FILTER_EXIT, AUDIT_FILTER_EXIT,    AUDIT_FILTER_URING_EXIT,
		AUDIT_FILTER_USER, AUDIT_FILTER_TASK, AUDIT_FILTER_EXCLUDE, AUDIT_FILTER_FS};
	static struct set a, b;

	(void)state;
	for (unsigned round = 0; round < 4000; round++) {
		uint32_t list = lists[round % LEN(lists)];
		bool by_file = list == AUDIT_FILTER_EXIT || list == AUDIT_FILTER_URING_EXIT;

		by_file = by_file && chance(4) > 0;
		random_set(&a, list, by_file, chance(7), false);
		if (chance(2))
			random_set(&b, list, by_file, chance(7), false);
		else
			vary_set(&b, &a, list, by_file);
		try_pair(list, &a, &b, true);
	}
}

static void a_set_with_repeated_rules_is_put_back_as_it_was(void **state)
{
	static const uint32_t lists[] = {AUDIT_FILTER_EXIT, AUDIT_FILTER_USER,
					 AUDIT_FILTER_EXCLUDE};
	static struct set a, b;

	(void)state;
	for (unsigned round = 0; round < 600; round++) {
		uint32_t list = lists[round % LEN(lists)];

		random_set(&a, list, false, chance(9), true);
		random_set(&b, list, false, chance(6), false);
		/* Going back to it may leave gaps: it can only be built from its end. */
		try_pair(list, &a, &b, false);
	}
}

static void add_rule(struct set *s, uint32_t action, uint32_t bits)
{
	struct rule *r = &s->rules[s->count++];

	rule_init(r);
	r->list = AUDIT_FILTER_EXIT;
	r->action = action;
	assert_true(rule_add_number(r, AUDIT_ARG0, AUDIT_BIT_MASK, bits, (struct rule_place){0}));
	set_place(s);
}

static void few_requests_where_rules_only_come_and_go(void **state)
{
	static struct set a, b;
	struct change c;
	struct err e;

	(void)state;
	for (uint32_t i = 1; i < 7; i++)
		add_rule(&a, i == 2 ? AUDIT_NEVER : AUDIT_ALWAYS, i);
	add_rule(&b, AUDIT_ALWAYS, 1);
	add_rule(&b, AUDIT_ALWAYS, 3);
	add_rule(&b, AUDIT_ALWAYS, 7);
	assert_int_equal(
		change_plan(&c,
			    &(struct change_task){{a.placed, a.count}, {b.placed, b.count}, false},
			    &e),
		0);
	/* One comes, a look at nothing, four go: the never rule first. */
	assert_int_equal(c.count, 7);
	assert_int_equal(c.steps[0].verb, CHANGE_APPEND);
	assert_int_equal(c.steps[0].of, 2);
	assert_int_equal(c.steps[3].verb, CHANGE_DELETE);
	assert_int_equal(c.steps[3].rule->action, AUDIT_NEVER);
	change_release(&c);
	assert_int_equal(
		change_plan(&c,
			    &(struct change_task){{a.placed, a.count}, {a.placed, a.count}, false},
			    &e),
		0);
	assert_int_equal(c.count, 0);
	change_release(&c);
}

static void a_guard_is_never_one_of_the_rules(void **state)
{
	static struct set a, b;
	struct change c;
	struct err e;

	(void)state;
	/* The twin of the first is the second. */
	a.count = b.count = 0;
	add_rule(&a, AUDIT_ALWAYS, 1);
	a.rules[1] = a.rules[0];
	assert_true(rule_add_number(&a.rules[1], AUDIT_PID, AUDIT_GREATER_THAN_OR_EQUAL, 0,
				    (struct rule_place){0}));
	a.count = 2;
	set_place(&a);
	b.rules[0] = a.rules[1];
	b.rules[1] = a.rules[0];
	b.count = 2;
	set_place(&b);
	try_pair(AUDIT_FILTER_EXIT, &a, &b, true);
	assert_int_equal(
		change_plan(&c, &(struct change_task){{a.placed, 2}, {b.placed, 2}, false}, &e), 0);
	for (size_t i = 0; i < c.count; i++)
		assert_true(c.steps[i].stage != CHANGE_TRY ||
			    (!rule_same(c.steps[i].rule, &a.rules[0]) &&
			     !rule_same(c.steps[i].rule, &a.rules[1])));
	change_release(&c);
}

static void a_full_rule_is_not_moved_but_put_back_at_any_rate(void **state)
{
	static struct set a, b;
	struct change c;
	struct err e;

	(void)state;
	a.count = b.count = 0;
	add_rule(&a, AUDIT_ALWAYS, 1);
	while (rule_add_number(&a.rules[0], AUDIT_PID, AUDIT_GREATER_THAN, 1,
			       (struct rule_place){0}))
		;
	add_rule(&a, AUDIT_NEVER, 2);
	b.rules[0] = a.rules[1];
	b.rules[1] = a.rules[0];
	b.count = 2;
	set_place(&b);
	assert_int_equal(
		change_plan(&c, &(struct change_task){{a.placed, 2}, {b.placed, 2}, false}, &e),
		-1);
	assert_string_equal(e.text, "test:2: the rule has 64 conditions: changing it without a "
				    "gap needs room for one more");
	assert_int_equal(
		change_plan(&c, &(struct change_task){{a.placed, 2}, {b.placed, 2}, true}, &e), 0);
	change_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_both_sets_record_is_recorded_after_every_step),
		cmocka_unit_test(a_set_with_repeated_rules_is_put_back_as_it_was),
		cmocka_unit_test(few_requests_where_rules_only_come_and_go),
		cmocka_unit_test(a_guard_is_never_one_of_the_rules),
		cmocka_unit_test(a_full_rule_is_not_moved_but_put_back_at_any_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

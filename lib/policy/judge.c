/* Counts what became of events, and says it in words. policy/filter.h decides about each. */
#include "policy/judge.h"

#include "record/escape.h"
#include "rule/print.h"

#include <stdlib.h>

#define MEMORY_MAX ((size_t)64 << 20)
#define TEXT_MAX   ((size_t)1 << 20)
#define KEY_MAX    ((size_t)16 << 10)
#define WHY_RULES  3 /* rules of which is said why they did not take an event */

int judge_init(struct judge *j, const struct filter *filter, struct err *e)
{
	*j = (struct judge){.filter = filter, .why = BUF_INIT(TEXT_MAX)};
	arena_init(&j->keys, MEMORY_MAX);
	arena_init(&j->memory, MEMORY_MAX);
	j->verdicts = calloc(filter->count + 1, sizeof(*j->verdicts));
	return j->verdicts ? 0
			   : err_set(e, "no memory for the answers of %zu rules", filter->count);
}

void judge_release(struct judge *j)
{
	free(j->verdicts);
	buf_release(&j->why);
	arena_release(&j->keys);
	arena_release(&j->memory);
	*j = (struct judge){0};
}

void judge_start(struct judge *j, const struct expectation *test)
{
	j->test = test;
	j->kind_count = j->events = j->with_key = 0;
	memset(j->of, 0, sizeof(j->of));
	buf_reset(&j->why);
	arena_reset(&j->keys);
}

/* ---- words ---- */

static void put_place(const struct placed_rule *r, struct buf *out)
{
	buf_printf(out, "%s:%u", r->file, r->line);
}

static void put_rule(const struct placed_rule *r, struct buf *out)
{
	const struct rule_style style = {.machine = machine_native()};

	put_place(r, out);
	buf_puts(out, ": ");
	rule_print(r->rule, &style, out);
}

/* "10.rules:3: -F auid>=1000: the event has auid=unset" */
static void put_verdict(struct judge *j, const struct act *act, size_t i, struct buf *out)
{
	const struct placed_rule *r = &j->filter->rules[i];
	size_t from;

	put_place(r, out);
	buf_puts(out, ": ");
	from = out->n;
	filter_put_condition(r->rule, &j->verdicts[i], out);
	if (out->n > from)
		buf_puts(out, ": ");
	filter_put_event(r->rule, &j->verdicts[i], act, out);
	buf_putc(out, '\n');
}

static bool rule_has_test_key(const struct judge *j, size_t i)
{
	const struct rule *rule = j->filter->rules[i].rule;

	for (uint32_t f = 0; j->test->key && f < rule->field_count; f++)
		if (rule->fields[f].field == AUDIT_FILTERKEY &&
		    expect_key_has(rule_text(rule, &rule->fields[f]), sv_cstr(j->test->key)))
			return true;
	return false;
}

/* Of the first event that is not as it should be: which condition keeps the rules from it. */
static void note_why(struct judge *j, const struct act *act, bool is_open)
{
	size_t told = 0;

	if (j->why.n)
		return;
	for (size_t i = 0; i < j->filter->count && told < WHY_RULES; i++) {
		const struct filter_verdict *v = &j->verdicts[i];
		bool is_it = is_open ? v->truth == FILTER_UNSAID
				     : v->truth != FILTER_YES && rule_has_test_key(j, i);

		if (!is_it || v->reason == FILTER_NOT_ASKED)
			continue;
		/* Other calls of a command are not what its rule is about. */
		if (!j->test->log && v->reason == FILTER_BY_CALL)
			continue;
		put_verdict(j, act, i, &j->why);
		told++;
	}
}

/* ---- counting ---- */

static int count(struct judge *j, const struct judged *what, struct err *e)
{
	struct judged *kind = j->kinds;
	struct sv key = SV_EMPTY;

	j->of[what->fate]++;
	for (size_t i = 0; i < j->kind_count; i++, kind++)
		if (kind->fate == what->fate && kind->rule == what->rule &&
		    sv_eq(kind->key, what->key)) {
			kind->events++;
			return 0;
		}
	if (j->kind_count == JUDGE_KINDS_MAX)
		return 0;
	if (what->key.n) {
		key = arena_copy(&j->keys, what->key);
		if (!key.p)
			return err_set(e, "no memory for a key");
	}
	*kind = (struct judged){what->fate, what->rule, key, 1};
	j->kind_count++;
	return 0;
}

static bool has_test_key(const struct judge *j, struct sv key)
{
	return j->test->key && expect_key_has(key, sv_cstr(j->test->key));
}

static enum judged_fate fate_of(const struct filter_answer *a)
{
	if (!a->is_decided)
		return JUDGED_OPEN;
	switch (a->outcome) {
	case FILTER_RECORDED:
		return JUDGED_RECORDED;
	case FILTER_DROPPED:
		return JUDGED_DROPPED;
	case FILTER_IGNORED:
		break;
	}
	return JUDGED_IGNORED;
}

/* What the rules would make of an event from a file. */
static int judge_stored(struct judge *j, const struct act *act, const struct filter_answer *a,
			struct err *e)
{
	struct judged what = {.fate = fate_of(a), .rule = a->rule};

	if (what.fate == JUDGED_RECORDED) {
		what.key = a->key;
		j->with_key += has_test_key(j, what.key);
	}
	if (what.fate == JUDGED_OPEN)
		what.rule = FILTER_NONE;
	if (what.fate != JUDGED_RECORDED || !has_test_key(j, what.key))
		note_why(j, act, what.fate == JUDGED_OPEN);
	return count(j, &what, e);
}

/* The key= that the kernel wrote; *out is empty where it wrote (null). */
static void recorded_key(const struct event *event, struct buf *out)
{
	struct field f;

	for (size_t i = 0; i < event->count; i++) {
		if (!record_field(&event->records[i], SV("key"), &f))
			continue;
		if (f.quote)
			buf_put(out, f.value);
		else if (!sv_eq(f.value, SV("(null)")))
			decode_put(f.value, out);
		return;
	}
}

/* The kernel recorded it: by which rule is all that the filter is asked. */
static int judge_recorded(struct judge *j, const struct event *event, const struct act *act,
			  const struct filter_answer *a, struct err *e)
{
	CLEANUP(buf_release) struct buf key = BUF_INIT(KEY_MAX);
	struct judged what = {.fate = JUDGED_RECORDED, .rule = FILTER_NONE};

	recorded_key(event, &key);
	what.key = buf_view(&key);
	if (a->is_decided && a->outcome == FILTER_RECORDED && sv_eq(a->key, what.key))
		what.rule = a->rule;
	if (has_test_key(j, what.key))
		j->with_key++;
	else
		note_why(j, act, false);
	return count(j, &what, e);
}

/* Does it go through rules at all, and was it not another record that brought it? */
static bool is_of_rules(const struct act *act, const struct filter_answer *a)
{
	if (act->kind != ACT_CALL && act->kind != ACT_URING)
		return false;
	return !a->is_decided || a->outcome != FILTER_RECORDED || a->rule != FILTER_NONE;
}

int judge_event(struct judge *j, const struct event *event, struct err *e)
{
	struct filter_answer answer;
	struct act act;

	arena_reset(&j->memory);
	if (act_read(&act, event->records, event->count, &j->memory) != 0)
		return err_set(e, "no memory for event %llu",
			       (unsigned long long)event->stamp.serial);
	filter_decide(j->filter, &act, j->verdicts, &answer);
	if (!is_of_rules(&act, &answer))
		return 0;
	j->events++;
	return j->test->log ? judge_stored(j, &act, &answer, e)
			    : judge_recorded(j, event, &act, &answer, e);
}

/* ---- the verdict ---- */

bool judge_holds(const struct judge *j)
{
	switch (j->test->want) {
	case EXPECT_NOTHING:
		return j->of[JUDGED_RECORDED] + j->of[JUDGED_OPEN] == 0;
	case EXPECT_KEY:
		return j->with_key && (!j->test->log || j->with_key == j->events);
	case EXPECT_NO_KEY:
		return j->with_key + j->of[JUDGED_OPEN] == 0;
	}
	return false;
}

static void put_kind(const struct judge *j, const struct judged *k, struct buf *out)
{
	switch (k->fate) {
	case JUDGED_RECORDED:
		buf_puts(out, "recorded with");
		buf_puts(out, k->key.n ? " key " : "out a key");
		buf_put(out, k->key);
		buf_puts(out, k->rule == FILTER_NONE ? ": by which rule is not certain" : ", by ");
		break;
	case JUDGED_DROPPED:
		buf_puts(out, "dropped by ");
		break;
	case JUDGED_IGNORED:
		buf_puts(out, "no rule takes it");
		break;
	case JUDGED_OPEN:
		buf_puts(out, "the event does not say enough to be certain");
		break;
	}
	if (k->rule != FILTER_NONE)
		put_rule(&j->filter->rules[k->rule], out);
	if (k->events > 1)
		buf_printf(out, " (%zu events)", k->events);
	buf_putc(out, '\n');
}

/* What is as it should be is not worth a word. */
static bool is_worth_a_word(const struct judge *j, const struct judged *k)
{
	bool has_key = k->fate == JUDGED_RECORDED && has_test_key(j, k->key);

	switch (j->test->want) {
	case EXPECT_NOTHING:
		return k->fate == JUDGED_RECORDED || k->fate == JUDGED_OPEN;
	case EXPECT_KEY:
		return !has_key;
	case EXPECT_NO_KEY:
		return has_key || k->fate == JUDGED_OPEN;
	}
	return true;
}

void judge_explain(struct judge *j, struct buf *out)
{
	bool is_known = false;

	if (j->events == 0)
		buf_puts(out, "nothing was recorded\n");
	for (size_t i = 0; i < j->kind_count; i++)
		if (is_worth_a_word(j, &j->kinds[i]))
			put_kind(j, &j->kinds[i], out);
	if (j->test->want == EXPECT_KEY || j->of[JUDGED_OPEN])
		buf_put(out, buf_view(&j->why));
	for (size_t i = 0; i < j->filter->count && !is_known; i++)
		is_known = rule_has_test_key(j, i);
	if (j->test->want == EXPECT_KEY && !is_known)
		buf_printf(out, "no rule has the key %s\n", j->test->key);
}

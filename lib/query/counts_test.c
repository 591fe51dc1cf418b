/* Counting combinations of values, and the order of what was counted; sorted texts. */
#include "base/test.h"

#include "query/counts.h"
#include "query/sorter.h"

#include <stdio.h>

/* Values of a field with '^' between them; fields with '|'. */
static void add(struct counts *c, const char *event)
{
	struct sv rest = sv_cstr(event), field, texts[3][8];
	struct values_list lists[3] = {0};

	for (size_t i = 0; i < c->fields; i++) {
		(void)sv_cut(rest, '|', &field, &rest);
		lists[i].texts = texts[i];
		while (field.n && lists[i].count < 8)
			(void)sv_cut(field, '^', &texts[i][lists[i].count++], &field);
	}
	counts_add(c, lists);
}

static void expect(struct counts *c, enum counts_order order, bool reverse, const char *want)
{
	CLEANUP(buf_release) struct buf got = BUF_INIT(4096);
	struct sv texts[3];
	bool has[3];

	counts_sort(c, order, reverse);
	for (size_t i = 0; i < c->tally.count; i++) {
		counts_texts(c, i, texts, has);
		buf_put_u64(&got, c->tally.entries[i].hits);
		for (size_t k = 0; k < c->fields; k++) {
			buf_putc(&got, ' ');
			buf_put(&got, has[k] ? texts[k] : SV("-"));
		}
		buf_putc(&got, ';');
	}
	assert_string_equal(buf_cstr(&got), want);
}

static void values_are_counted_and_sorted(void **state)
{
	static const char *const events[] = {"b", "10", "a", "", "9", "a", "-3", "", "b", "a"};
	struct counts c, other;

	(void)state;
	counts_init(&c, 1);
	counts_init(&other, 1);
	for (size_t i = 0; i < LEN(events); i++)
		add(i < 5 ? &c : &other, events[i]);
	counts_merge(&c, &other);
	counts_merge(&c, &other);
	expect(&c, COUNTS_BY_TIME, false, "3 b;1 10;5 a;3 -;1 9;2 -3;");
	counts_release(&c);
	counts_init(&c, 1);
	for (size_t i = 0; i < LEN(events); i++)
		add(&c, events[i]);
	expect(&c, COUNTS_BY_HITS, false, "3 a;2 b;2 -;1 -3;1 9;1 10;");
	counts_release(&c);
	counts_init(&c, 1);
	for (size_t i = 0; i < LEN(events); i++)
		add(&c, events[i]);
	expect(&c, COUNTS_BY_VALUE, false, "1 -3;1 9;1 10;3 a;2 b;2 -;");
	counts_release(&c);
	counts_release(&other);
}

static void several_fields_are_counted_together(void **state)
{
	struct counts c;

	(void)state;
	counts_init(&c, 2);
	add(&c, "alice|/a^/b");
	add(&c, "alice|/a");
	add(&c, "bob|");
	add(&c, "a^b|c^d");
	expect(&c, COUNTS_BY_HITS, false, "2 alice /a;1 a c;1 a d;1 alice /b;1 b c;1 b d;1 bob -;");
	counts_release(&c);
}

static void bytes_of_one_value_are_never_part_of_the_next(void **state)
{
	struct counts c;

	(void)state;
	counts_init(&c, 2);
	add(&c, "ab|c");
	add(&c, "a|bc");
	add(&c, "abc|");
	add(&c, "|abc");
	assert_int_equal(c.tally.count, 4);
	counts_release(&c);
}

/* ---- sorted texts ---- */

static void put(struct sorter *s, const char *key, const char *text)
{
	sorter_add(s, key ? sv_cstr(key) : SV_EMPTY, sv_cstr(text));
}

static void expect_sorted(struct sorter *s, const char *want)
{
	CLEANUP(buf_release) struct buf got = BUF_INIT(4096);

	sorter_finish(s);
	for (size_t i = 0; i < s->count; i++)
		buf_put(&got, sorter_text(s, i));
	assert_false(s->failed);
	assert_string_equal(buf_cstr(&got), want);
}

static void texts_stand_in_the_order_of_their_keys(void **state)
{
	struct sorter s, part;

	(void)state;
	sorter_init(&s, SORTER_TEXT, false, 0);
	sorter_init(&part, SORTER_TEXT, false, 0);
	put(&s, "x", "1");
	put(&s, NULL, "2");
	put(&s, "10", "3");
	put(&part, "9", "4");
	put(&part, "x", "5");
	sorter_merge(&s, &part);
	expect_sorted(&s, "43152");
	sorter_reset(&s);
	s.reverse = true;
	sorter_merge(&s, &part);
	put(&s, NULL, "6");
	put(&s, "z", "7");
	expect_sorted(&s, "7546");
	sorter_release(&s);
	sorter_release(&part);
}

static void a_limit_keeps_the_first_and_bounds_memory(void **state)
{
	struct sorter s;
	char key[8], text[8];

	(void)state;
	sorter_init(&s, SORTER_TEXT, true, 3);
	for (unsigned i = 0; i < 100000; i++) {
		(void)snprintf(key, sizeof(key), "%u", i * 7919 % 100003);
		(void)snprintf(text, sizeof(text), "%u ", i * 7919 % 100003);
		put(&s, key, text);
	}
	assert_true(s.bytes.cap < (64u << 10));
	expect_sorted(&s, "100002 100001 100000 ");
	sorter_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_counted_and_sorted),
		cmocka_unit_test(several_fields_are_counted_together),
		cmocka_unit_test(bytes_of_one_value_are_never_part_of_the_next),
		cmocka_unit_test(texts_stand_in_the_order_of_their_keys),
		cmocka_unit_test(a_limit_keeps_the_first_and_bounds_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

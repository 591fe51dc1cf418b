/* The tables of normalise.def: sorted, complete, and the same numbers as everywhere else. */
#include "base/test.h"

#include "record/normalise.h"
#include "table/table.h"

#include <string.h>

static void calls_are_sorted_and_exist_on_some_machine(void **state)
{
	static const char *const names[] = {
#define CALL(name, verb, kind, finder, argument) name,
#include "record/normalise.def"
	};

	(void)state;
	for (size_t i = 0; i < LEN(names); i++) {
		bool known = false;
		uint32_t nr;

		if (i > 0)
			assert_true(strcmp(names[i - 1], names[i]) < 0);
		for (int m = 0; m < MACHINE_UNKNOWN; m++)
			known = known || syscall_find((enum machine)m, sv_cstr(names[i]), &nr);
		if (!known)
			fail_msg("%s is a system call of no machine", names[i]);
	}
}

static void record_types_are_sorted_and_known(void **state)
{
	static const uint32_t types[] = {
#define RECORD(type, rank, actor, verb, kind, finder, object, second) type,
#include "record/normalise.def"
	};

	(void)state;
	for (size_t i = 0; i < LEN(types); i++) {
		if (i > 0)
			assert_true(types[i - 1] < types[i]);
		assert_non_null(msgtype_name(types[i]));
	}
}

static void every_kind_has_words(void **state)
{
	(void)state;
	for (int kind = 0; kind < DEED_KINDS; kind++) {
		assert_non_null(deed_kind_word((enum deed_kind)kind));
		assert_non_null(deed_kind_fallback((enum deed_kind)kind));
	}
	assert_string_equal(deed_kind_word(KIND_FILE), "file");
	assert_string_equal(deed_kind_word(KIND_NOTHING), "");
}

static void a_deed_holds_what_the_sentence_leaves_out(void **state)
{
	struct record r;
	struct event ev = {.records = &r, .count = 1};
	struct normaliser n;
	struct deed d;

	(void)state;
	assert_int_equal(
		record_parse(SV("type=SYSCALL msg=audit(1.002:3): arch=c000003e syscall=59 "
				"success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=2 ppid=1 "
				"pid=77 auid=1000 uid=0 euid=0 tty=pts1 ses=2 comm=\"id\" "
				"exe=\"/usr/bin/id\" key=61016200"),
			     &r),
		RECORD_OK);
	ev.stamp = r.stamp;
	normaliser_init(&n, NULL);
	normalise(&n, &ev, &d);
	assert_int_equal(d.pid, 77);
	assert_int_equal(d.kind, KIND_PROGRAM);
	assert_int_equal(d.verb->id, VERB_RUN);
	assert_int_equal(d.outcome, DEED_DONE);
	assert_true(sv_eq(d.who, SV("uid 1000")));
	assert_true(sv_eq(d.acting, SV("uid 0")));
	assert_true(sv_eq(d.terminal, SV("pts/1")));
	assert_true(sv_eq(d.key, SV("a\x01"
				    "b\0")));
	normaliser_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_sorted_and_exist_on_some_machine),
		cmocka_unit_test(record_types_are_sorted_and_known),
		cmocka_unit_test(every_kind_has_words),
		cmocka_unit_test(a_deed_holds_what_the_sentence_leaves_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

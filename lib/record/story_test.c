/* The rows of normalise.def: sorted, complete, and the same numbers as everywhere else. */
#include "base/test.h"

#include "record/normalise.h"
#include "table/table.h"

#include <string.h>

static void calls_are_sorted_and_exist_on_some_machine(void **state)
{
	static const char *const names[] = {
#define CALL(name, columns, story) name,
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
#define TYPE(type, columns, story) type,
#include "record/normalise.def"
	};

	(void)state;
	for (size_t i = 0; i < LEN(types); i++) {
		if (i > 0)
			assert_true(types[i - 1] < types[i]);
		/* The reference has words for 1204, but no name. */
		assert_true(msgtype_name(types[i]) || types[i] == 1204);
	}
}

static bool nobody(void *arg, uint32_t uid, char *out, size_t cap)
{
	(void)arg, (void)uid, (void)out, (void)cap;
	return false;
}

static void a_story_holds_what_the_sentence_leaves_out(void **state)
{
	static const struct name_source source = {.user_name = nobody};
	struct names *names = names_new(&source, NULL);
	struct interpreter interpreter;
	struct normaliser normaliser;
	const struct story *story;
	struct deed told;
	struct record r;

	(void)state;
	assert_non_null(names);
	assert_int_equal(
		record_parse(SV("type=SYSCALL msg=audit(1.002:3): arch=c000003e syscall=59 "
				"success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=2 ppid=1 "
				"pid=77 auid=1000 uid=0 euid=77 tty=pts1 ses=2 comm=\"id\" "
				"exe=\"/usr/bin/id\" key=61016200"),
			     &r),
		RECORD_OK);
	interpreter_init(&interpreter, names, ESCAPE_SHELL);
	normaliser_init(&normaliser, &interpreter);
	normalise(&normaliser, &r, 1, NORMALISE_PLAIN, &told);
	story = story_of(&normaliser, &told);
	assert_int_equal(story->pid, 77);
	assert_int_equal(story->verb, VERB_RUN);
	assert_int_equal(story->outcome, STORY_DONE);
	assert_true(sv_eq(story->who, SV("uid 1000")));
	assert_true(sv_eq(story->acting, SV("uid 77")));
	assert_true(sv_eq(story->terminal, SV("pts/1")));
	assert_true(sv_eq(story->key, SV("a\x01"
					 "b\0")));
	assert_ptr_equal(story_of(&normaliser, &told), story);
	normaliser_release(&normaliser);
	names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_sorted_and_exist_on_some_machine),
		cmocka_unit_test(record_types_are_sorted_and_known),
		cmocka_unit_test(a_story_holds_what_the_sentence_leaves_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

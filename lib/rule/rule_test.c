/* Rules: text to value to bytes to value to text, and what every kind of bad line is told. */
#include "base/test.h"

#include "rule/command.h"
#include "rule/pack.h"
#include "rule/print.h"
#include "rule/rule_host_test.h"
#include "rule/rule_list.h"
#include "rule/rules_file.h"

#include <stdio.h>

struct heard {
	unsigned int errors, warnings;
	char first[ERR_TEXT_MAX + 64]; /* "LINE:COLUMN: text" */
};

static void hear(void *ctx, const struct problem *p)
{
	struct heard *h = ctx;

	if (h->errors + h->warnings == 0)
		(void)snprintf(h->first, sizeof(h->first), "%u:%u: %s", p->at.line, p->at.column,
			       p->text);
	if (p->level == PROBLEM_ERROR)
		h->errors++;
	else
		h->warnings++;
}

/* Reads the first line of a text that is none of a comment. */
static int read_line(const char *text, struct command *c, struct heard *h)
{
	struct problems problems = {.tell = hear, .ctx = h};
	struct rule_words words;
	struct rules_file f;
	int result = -1;

	*h = (struct heard){0};
	rules_file_from_text(&f, sv_cstr(text));
	if (rules_file_next(&f, &words, &problems) == RULES_LINE)
		result = command_parse(&words, &test_host, c, &problems);
	rules_file_close(&f);
	return result;
}

static const char *print(const struct rule *r, bool interpret, struct buf *out)
{
	struct rule_style style = {.machine = MACHINE_X86_64, .interpret = interpret};

	buf_reset(out);
	rule_print(r, &style, out);
	return buf_cstr(out);
}

/* A line, and the listing of the rule; NULL when they are the same. */
static const struct {
	const char *line, *listing;
} good[] = {
	{"-w /etc/passwd -p wa -k identity", NULL},
	{"-w /etc/passwd", "-w /etc/passwd -p rwxa"},
	{"-w /etc/ -p aw", "-w /etc -p wa"},
	{"-a exit,always -F path=/bin/su -F perm=x -F key=su", "-w /bin/su -p x -k su"},
	{"-a never,exit -F path=/bin/su -F perm=x",
	 "-a never,exit -S all -F path=/bin/su -F perm=x"},
	{"-a always,exit -F perm=wa -F path=/bin/su",
	 "-a always,exit -S all -F perm=wa -F path=/bin/su"},
	{"-a always,exit -F arch=b64 -S open,openat -S creat -F exit=-EACCES -F auid>=1000 "
	 "-F auid!=unset -k access",
	 "-a always,exit -F arch=b64 -S open,creat,openat -F exit=-EACCES -F auid>=1000 -F "
	 "auid!=-1 "
	 "-F key=access"},
	{"-a always,exit -F arch=b32 -S 5 -F success=0",
	 "-a always,exit -F arch=b32 -S open -F success=0"},
	{"-a always,exit -F arch=aarch64 -S openat", "-a always,exit -F arch=b64 -S openat"},
	{"-a always,exit -F arch=0xc00000b7 -S openat", "-a always,exit -F arch=b64 -S openat"},
	{"-A never,exit -S all -F uid=alice -F gid=wheel",
	 "-a never,exit -S all -F uid=1000 -F gid=10"},
	{"-a task,never", "-a never,task"},
	{"-a never,exclude -F msgtype=CWD", NULL},
	{"-a never,exclude -F msgtype=UNKNOWN[1999]", "-a never,exclude -F msgtype=1999"},
	{"-a always,user -F pid>=7 -F uid<5", NULL},
	{"-a never,filesystem -F fstype=tracefs", NULL},
	{"-a always,io_uring -S openat -F uid=0 -F key=ring", NULL},
	{"-a always,exit -S all -C auid!=obj_uid -F dir=/home/",
	 "-a always,exit -S all -C auid!=obj_uid -F dir=/home/"},
	{"-a always,exit -S all -C obj_gid=fsgid", "-a always,exit -S all -C fsgid=obj_gid"},
	{"-a always,exit -S all -F a0=-1 -F a1&0x40 -F a2&=3",
	 "-a always,exit -S all -F a0=0xFFFFFFFF -F a1&0x40 -F a2&=0x3"},
	{"-a always,exit -S all -F filetype=dir", "-a always,exit -S all -F filetype=16384"},
	{"-a always,exit -S all -F subj_type=init_t -F obj_lev_low>=s0", NULL},
	{"-a always,exit -F path=/a\\ b -k x\\\\y",
	 "-a always,exit -S all -F path=/a\\ b -F key=x\\\\y"},
	{"-a always,exit -F exe=/a=b>c -k one -k two",
	 "-a always,exit -S all -F exe=/a=b>c -F key=one -F key=two"},
	{"\t-a\talways,exit\t-S 2047 ", "-a always,exit -S 2047"},
	{"-aalways,exit -Sall -Fuid=0", "-a always,exit -S all -F uid=0"},
};

static void a_rule_is_printed_as_it_will_be_listed(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 16);
	struct command c;
	struct heard h;

	(void)state;
	for (size_t i = 0; i < LEN(good); i++) {
		if (read_line(good[i].line, &c, &h) != 0)
			fail_msg("%s: %s", good[i].line, h.first);
		assert_string_equal(print(&c.rule, false, &text),
				    good[i].listing ? good[i].listing : good[i].line);
	}
}

static void bytes_and_listing_give_the_same_rule_back(void **state)
{
	CLEANUP(buf_release)
	struct buf text = BUF_INIT(1 << 16), bytes = BUF_INIT(1 << 16), again = BUF_INIT(1 << 16);
	struct command c, second;
	struct rule unpacked;
	struct heard h;
	struct err e;

	(void)state;
	for (size_t i = 0; i < LEN(good); i++) {
		assert_int_equal(read_line(good[i].line, &c, &h), 0);
		buf_reset(&bytes);
		rule_pack(&c.rule, &bytes);
		assert_int_equal(rule_unpack(buf_view(&bytes), &unpacked, &e), 0);
		buf_reset(&again);
		rule_pack(&unpacked, &again);
		assert_true(sv_eq(buf_view(&bytes), buf_view(&again)));
		if (c.rule.prepend || strstr(good[i].line, "aarch64") || strstr(good[i].line, "b7"))
			continue; /* not told by a listing */
		assert_int_equal(read_line(print(&c.rule, false, &text), &second, &h), 0);
		buf_reset(&again);
		rule_pack(&second.rule, &again);
		assert_true(sv_eq(buf_view(&bytes), buf_view(&again)));
	}
}

static void the_same_rules_have_the_same_hash_and_others_another_one(void **state)
{
	static const char *const lines[] = {
		"-w /etc/passwd -p wa -k a",
		"-a always,exit -F path=/etc/passwd -F perm=wa -F key=a",
		"-w /etc/passwd -p wa -k b",
		"-w /etc/passwd -p w -k a",
		"-w /etc/shadow -p wa -k a",
		"-a never,exit -F path=/etc/passwd -F perm=wa -F key=a",
		"-a always,exit -F perm=wa -F path=/etc/passwd -F key=a",
	};
	struct command a, b;
	struct heard h;

	(void)state;
	for (size_t i = 0; i < LEN(lines); i++)
		for (size_t j = 0; j < LEN(lines); j++) {
			assert_int_equal(read_line(lines[i], &a, &h), 0);
			assert_int_equal(read_line(lines[j], &b, &h), 0);
			assert_int_equal(rule_same(&a.rule, &b.rule),
					 rule_hash(&a.rule) == rule_hash(&b.rule));
		}
	assert_int_equal(read_line(lines[1], &b, &h), 0);
	assert_int_equal(read_line(lines[0], &a, &h), 0);
	assert_true(rule_same(&a.rule, &b.rule));
}

static void interpreting_names_machines_and_unset_ids(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 16);
	struct command c;
	struct heard h;

	(void)state;
	assert_int_equal(read_line("-a always,exit -F arch=b32 -S open -F auid!=-1", &c, &h), 0);
	assert_string_equal(print(&c.rule, true, &text),
			    "-a always,exit -F arch=i386 -S open -F auid!=unset");
}

/* A line and what is told first. */
static const struct {
	const char *line, *told;
} bad[] = {
#define BAD(line, told) {line, told},
#include "rule/bad_lines.def"
#undef BAD
};

static void a_bad_line_is_told_with_its_column_and_what_would_be_right(void **state)
{
	struct command c;
	struct heard h;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		if (read_line(bad[i].line, &c, &h) == 0)
			fail_msg("%s: is taken", bad[i].line);
		if (strcmp(h.first, bad[i].told) != 0)
			fail_msg("%s\n is told\n%s\n not\n%s", bad[i].line, h.first, bad[i].told);
	}
}

static void every_problem_of_a_line_is_told(void **state)
{
	struct command c;
	struct heard h;

	(void)state;
	assert_int_equal(
		read_line("-a always,exit -F arch=b65 -S opn,clos -F uidd=0 -F pid=x -p z", &c, &h),
		-1);
	assert_int_equal(h.errors, 6);
}

static void odd_but_possible_lines_are_warned_about(void **state)
{
	static const char *const lines[] = {
		"-a always,exit -S open",
		"-w /etc/../passwd -p r",
		"-w /etc/*.conf -p r",
		"-a possible,exit -S open",
	};
	struct command c;
	struct heard h;

	(void)state;
	for (size_t i = 0; i < LEN(lines); i++) {
		assert_int_equal(read_line(lines[i], &c, &h), 0);
		assert_int_equal(h.warnings, 1);
	}
	assert_int_equal(c.kind, COMMAND_NONE);
}

static void a_path_has_room_for_what_the_kernel_takes(void **state)
{
	static const struct {
		size_t folders, last; /* "/d" so often, then "/" and a name of so many bytes */
		int status;
	} rows[] = {{0, 255, 0}, {0, 256, -1}, {1920, 254, 0}, {1920, 255, -1}};
	struct command c;
	struct heard h;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf line = BUF_INIT(8192);

		buf_puts(&line, "-w ");
		for (size_t n = 0; n < rows[i].folders; n++)
			buf_puts(&line, "/d");
		buf_printf(&line, "/%0*d -p wa", (int)rows[i].last, 0);
		assert_int_equal(read_line(buf_cstr(&line), &c, &h), rows[i].status);
	}
}

static void a_file_is_read_line_by_line_whatever_its_ends(void **state)
{
	struct problems problems = {0};
	struct rule_words words;
	struct rules_file f;

	(void)state;
	rules_file_from_text(&f, SV("# head\r\n\r\n  \t\n-D\r\n   # in\n-b 10\n\0\n-l"));
	assert_int_equal(rules_file_next(&f, &words, &problems), RULES_LINE);
	assert_int_equal(words.argc, 2);
	assert_string_equal(words.argv[1], "-D");
	assert_int_equal(words.line, 4);
	assert_int_equal(rules_file_next(&f, &words, &problems), RULES_LINE);
	assert_string_equal(words.argv[2], "10");
	assert_int_equal(rules_file_next(&f, &words, &problems), RULES_BAD);
	assert_int_equal(rules_file_next(&f, &words, &problems), RULES_LINE);
	assert_string_equal(words.argv[1], "-l");
	assert_int_equal(words.line, 8);
	assert_int_equal(rules_file_next(&f, &words, &problems), RULES_END);
	rules_file_close(&f);
}

static void hostile_bytes_are_refused_with_a_sentence(void **state)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(1 << 16);
	uint32_t huge = UINT32_MAX;
	struct command c;
	struct rule r;
	struct heard h;
	struct err e;

	(void)state;
	assert_int_equal(read_line("-w /etc/passwd -p wa -k identity", &c, &h), 0);
	rule_pack(&c.rule, &bytes);
	for (size_t n = 0; n < bytes.n; n++)
		assert_int_equal(rule_unpack(sv_make(bytes.p, n), &r, &e), -1);
	for (size_t at = 8; at <= 1036; at += at == 8 ? 516 : 512) {
		uint32_t good_value;

		memcpy(&good_value, bytes.p + at, sizeof(good_value));
		memcpy(bytes.p + at, &huge, sizeof(huge));
		assert_int_equal(rule_unpack(buf_view(&bytes), &r, &e), -1);
		memcpy(bytes.p + at, &good_value, sizeof(good_value));
	}
	assert_int_equal(rule_unpack(buf_view(&bytes), &r, &e), 0);
}

static void unknown_numbers_are_printed_as_numbers(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 16);
	struct rule r;

	(void)state;
	rule_init(&r);
	r.list = 9;
	r.action = 7;
	assert_true(rule_add_number(&r, 99, AUDIT_EQUAL, 5, (struct rule_place){0}));
	assert_true(rule_add_number(&r, AUDIT_ARCH, AUDIT_EQUAL, 0x1234, (struct rule_place){0}));
	assert_true(rule_add_number(&r, AUDIT_PID, 1, 5, (struct rule_place){0}));
	assert_string_equal(print(&r, false, &text), "-a 7,9 -F arch=0x1234 f99=5 -F pid?5");
}

static void a_full_rule_takes_no_more(void **state)
{
	struct rule r;
	char long_text[5000] = {0};

	(void)state;
	rule_init(&r);
	assert_true(rule_add_text(&r, AUDIT_EXE, AUDIT_EQUAL, sv_make(long_text, 5000),
				  (struct rule_place){0}));
	assert_false(rule_add_text(&r, AUDIT_EXE, AUDIT_EQUAL, sv_make(long_text, 5000),
				   (struct rule_place){0}));
	while (r.field_count < AUDIT_MAX_FIELDS)
		assert_true(rule_add_number(&r, AUDIT_PID, AUDIT_EQUAL, 1, (struct rule_place){0}));
	assert_false(rule_add_number(&r, AUDIT_PID, AUDIT_EQUAL, 1, (struct rule_place){0}));
	assert_false(rule_set_call(&r, 2048));
}

static void a_list_gives_its_rules_back_in_order(void **state)
{
	static const char *const rules[] = {"first", "", "a third one"};
	struct rule_list list = RULE_LIST_INIT;
	struct sv rest, rule;

	(void)state;
	for (size_t i = 0; i < LEN(rules); i++)
		rule_list_collect(&list, sv_cstr(rules[i]));
	assert_int_equal(list.count, LEN(rules));
	rest = buf_view(&list.bytes);
	for (size_t i = 0; i < LEN(rules); i++) {
		assert_true(rule_list_take(&rest, &rule));
		assert_true(sv_eq(rule, sv_cstr(rules[i])));
	}
	assert_false(rule_list_take(&rest, &rule));
	list.bytes.max = list.bytes.cap = list.bytes.n;
	rule_list_put(&list, SV("one more"));
	assert_true(list.bytes.failed);
	assert_int_equal(list.count, LEN(rules));
	rule_list_release(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_is_printed_as_it_will_be_listed),
		cmocka_unit_test(bytes_and_listing_give_the_same_rule_back),
		cmocka_unit_test(the_same_rules_have_the_same_hash_and_others_another_one),
		cmocka_unit_test(interpreting_names_machines_and_unset_ids),
		cmocka_unit_test(a_bad_line_is_told_with_its_column_and_what_would_be_right),
		cmocka_unit_test(every_problem_of_a_line_is_told),
		cmocka_unit_test(odd_but_possible_lines_are_warned_about),
		cmocka_unit_test(a_path_has_room_for_what_the_kernel_takes),
		cmocka_unit_test(a_file_is_read_line_by_line_whatever_its_ends),
		cmocka_unit_test(hostile_bytes_are_refused_with_a_sentence),
		cmocka_unit_test(unknown_numbers_are_printed_as_numbers),
		cmocka_unit_test(a_full_rule_takes_no_more),
		cmocka_unit_test(a_list_gives_its_rules_back_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

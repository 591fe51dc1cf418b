#include "base/test.h"

#include "record/words.h"

static bool no_name(void *arg, uint32_t id, char *out, size_t cap)
{
	(void)arg, (void)id, (void)out, (void)cap;
	return false;
}

/* "name|raw|interpreted" of each field, a line each. */
static void assert_words(const char *line, const char *wanted)
{
	static const struct name_source nobody = {.user_name = no_name, .group_name = no_name};
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	struct interpreter ip;
	struct words w;
	struct record r;
	const struct trail_field *f;
	struct err e;
	struct names *names = names_new(&nobody, &e);

	assert_non_null(names);
	interpreter_init(&ip, names, ESCAPE_TTY);
	words_init(&w, &ip);
	assert_int_equal(record_parse(sv_cstr(line), &r), RECORD_OK);
	assert_true(words_read(&w, &r));
	for (size_t i = 0; (f = words_at(&w, i)); i++) {
		buf_put(&out, f->name);
		buf_putc(&out, '|');
		words_put_raw(f, &out);
		buf_putc(&out, '|');
		words_put(&w, f, &out);
		buf_putc(&out, '\n');
	}
	assert_string_equal(buf_cstr(&out), wanted);
	words_release(&w);
	names_free(names);
}

static void fields_have_a_raw_text_and_a_meaning(void **state)
{
	(void)state;
	assert_words("node=a type=SYSCALL msg=audit(1.002:3): arch=c000003e syscall=59 uid=7 "
		     "exe=2F612062 key=(null)\x1d"
		     "ARCH=x86_64 SYSCALL=execve UID=\"bob\"",
		     "node|a|a\ntype|SYSCALL|SYSCALL\narch|c000003e|x86_64\nsyscall|59|execve\n"
		     "uid|7|bob\nexe|2F612062|/a b\nkey|(null)|(null)\n");
}

static void the_words_of_a_message_are_fields(void **state)
{
	(void)state;
	assert_words("type=USER_AUTH msg=audit(1.002:3): pid=1 uid=0 msg='op=x acct=\"bob\" "
		     "res=success'",
		     "type|USER_AUTH|USER_AUTH\npid|1|1\nuid|0|root\nop|x|x\nacct|\"bob\"|bob\n"
		     "res|success|success\n");
}

static void several_keys_are_several_fields(void **state)
{
	(void)state;
	assert_words("type=SYSCALL msg=audit(1.002:3): key=6F6E650174776F01612062",
		     "type|SYSCALL|SYSCALL\nkey|\"one\"|one\nkey|\"two\"|two\nkey|612062|a b\n");
}

static void a_decision_of_selinux_has_names(void **state)
{
	(void)state;
	assert_words("type=AVC msg=audit(1.002:3): avc:  denied  { read write } for  pid=1 "
		     "comm=\"x\"",
		     "type|AVC|AVC\nseresult|denied|denied\nseperms|read,write|read,write\n"
		     "pid|1|1\ncomm|\"x\"|x\n");
}

static void the_first_of_a_name_is_found(void **state)
{
	struct interpreter ip;
	struct words w;
	struct record r;

	(void)state;
	interpreter_init(&ip, NULL, ESCAPE_TTY);
	words_init(&w, &ip);
	assert_int_equal(record_parse(SV("type=CWD msg=audit(1.002:3): a=1 b=2 a=3"), &r),
			 RECORD_OK);
	assert_true(words_read(&w, &r));
	for (int i = 0; i < 2; i++) {
		assert_true(sv_eq(words_find(&w, SV("b"))->raw, SV("2")));
		assert_true(sv_eq(words_find(&w, SV("a"))->raw, SV("1")));
		assert_true(sv_eq(words_find(&w, SV("type"))->raw, SV("CWD")));
		assert_null(words_find(&w, SV("c")));
	}
	words_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_have_a_raw_text_and_a_meaning),
		cmocka_unit_test(the_words_of_a_message_are_fields),
		cmocka_unit_test(several_keys_are_several_fields),
		cmocka_unit_test(a_decision_of_selinux_has_names),
		cmocka_unit_test(the_first_of_a_name_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

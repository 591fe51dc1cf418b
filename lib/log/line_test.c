#include "base/test.h"

#include "log/line.h"

static const struct log_line_style raw = {{NULL, 0}, NULL};

static void assert_line(const struct log_line_style *style, uint32_t type, const char *text,
			const char *line)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	log_put_line(style, type, sv_cstr(text), &out);
	assert_string_equal(buf_cstr(&out), line);
}

static void a_record_gets_its_type_in_words(void **state)
{
	(void)state;
	assert_line(&raw, 1300, "audit(1.002:3): arch=c000003e",
		    "type=SYSCALL msg=audit(1.002:3): arch=c000003e\n");
	assert_line(&raw, 1006, "audit(1.002:3): pid=1", "type=LOGIN msg=audit(1.002:3): pid=1\n");
	assert_line(&raw, 2555, "audit(1.002:3): ", "type=UNKNOWN[2555] msg=audit(1.002:3):\n");
}

static void newlines_become_blanks_and_one_blank_at_the_end_goes(void **state)
{
	(void)state;
	assert_line(&raw, 1307, "audit(1.002:3): a\nb", "type=CWD msg=audit(1.002:3): a b\n");
	assert_line(&raw, 1307, "audit(1.002:3): a \n", "type=CWD msg=audit(1.002:3): a \n");
	assert_line(&raw, 1307, "audit(1.002:3): a\t\001 ",
		    "type=CWD msg=audit(1.002:3): a\t\001\n");
}

static void a_node_name_goes_first_and_keeps_the_blank(void **state)
{
	const struct log_line_style style = {SV("web1"), NULL};

	(void)state;
	assert_line(&style, 1307, "audit(1.002:3): a ",
		    "node=web1 type=CWD msg=audit(1.002:3): a \n");
}

static void names_follow_the_mark_in_an_enriched_line(void **state)
{
	const struct name_source nobody = {0};
	struct err e;
	struct log_line_style style = {SV_EMPTY, names_new(&nobody, &e)};

	(void)state;
	assert_non_null(style.names);
	assert_line(&style, 1300, "audit(1.002:3): arch=c000003e syscall=59 uid=0 gid=7",
		    "type=SYSCALL msg=audit(1.002:3): arch=c000003e syscall=59 uid=0 gid=7"
		    "\035ARCH=x86_64 SYSCALL=execve UID=\"root\" GID=\"unknown(7)\"\n");
	assert_line(&style, 1307, "audit(1.002:3): cwd=\"/\"",
		    "type=CWD msg=audit(1.002:3): cwd=\"/\"\n");
	names_free(style.names);
}

static size_t length_of(const struct log_line_style *style, size_t text_length)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16), text = BUF_INIT(1 << 16);

	buf_puts(&text, "audit(1.002:3): ");
	while (text.n < text_length)
		buf_putc(&text, 'x');
	log_put_line(style, 1307, buf_view(&text), &out);
	assert_int_equal(out.p[out.n - 1], '\n');
	return out.n - 1;
}

static void overlong_lines_end_where_they_always_did(void **state)
{
	const struct log_line_style node = {SV("web1"), NULL};

	(void)state;
	assert_int_equal(length_of(&raw, 100), 100 + strlen("type=CWD msg="));
	assert_int_equal(length_of(&raw, 8970), LOG_LINE_RAW_MAX);
	assert_int_equal(length_of(&node, 8970), LOG_LINE_MAX);
}

static void a_line_that_does_not_fit_leaves_the_buffer_as_it_was(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(60);

	(void)state;
	log_put_line(&raw, 1307, SV("audit(1.002:3): cwd"), &out);
	assert_false(out.failed);
	log_put_line(&raw, 1307, SV("audit(1.002:3): another"), &out);
	assert_true(out.failed);
	assert_string_equal(buf_cstr(&out), "type=CWD msg=audit(1.002:3): cwd\n");
}

/* A long security label moves the end of the program's text out of the line. */
static void a_users_text_is_closed_where_the_line_is_cut(void **state)
{
	const struct log_line_style styles[] = {{{NULL, 0}, NULL}, {SV("web1"), NULL}};
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 16), out = BUF_INIT(1 << 16);

	(void)state;
	buf_puts(&text, "audit(1.002:3): pid=1 uid=1000 msg='x' uid=0 \x1dUID=\"root\" ");
	while (text.n < LOG_LINE_MAX)
		buf_putc(&text, 'y');
	buf_putc(&text, '\'');
	for (size_t i = 0; i < LEN(styles); i++) {
		buf_reset(&out);
		log_put_line(&styles[i], 1100, buf_view(&text), &out);
		assert_int_equal(out.n - 1, i ? LOG_LINE_MAX : LOG_LINE_RAW_MAX);
		assert_memory_equal(out.p + out.n - 3, "y'\n", 3);
	}
}

static bool somebody(void *arg, uint32_t id, char *out, size_t cap)
{
	(void)arg;
	return sv_to_cstr(id == 7 ? SV("o'hara") : SV("mallory"), out, cap);
}

/* The path of a socket is any bytes, and whoever connects chooses them. */
static void names_cannot_end_the_line_or_the_text_they_belong_to(void **state)
{
	static const struct name_source source = {.user_name = somebody};
	struct names *names = names_new(&source, NULL);
	const struct log_line_style style = {{NULL, 0}, names};

	(void)state;
	assert_line(&style, 1306, "audit(1.002:3): saddr=01002F610A62271D63007F",
		    "type=SOCKADDR msg=audit(1.002:3): saddr=01002F610A62271D63007F\x1d"
		    "SADDR={ saddr_fam=local path=/a\\012b\\047\\035c }\n");
	assert_line(&style, 1100, "audit(1.002:3): uid=5 msg='arch=a'\x1dUID=\"root\" x'",
		    "type=USER_AUTH msg=audit(1.002:3): uid=5 msg='arch=a'\x1dUID=\"root\" x'\x1d"
		    "UID=\"mallory\" ARCH=unknown-elf-type(a\\047\\035UID=\"root\")\n");
	assert_line(&style, 1100, "audit(1.002:3): uid=7 msg='x'",
		    "type=USER_AUTH msg=audit(1.002:3): uid=7 msg='x'\x1dUID=6F2768617261\n");
	names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_gets_its_type_in_words),
		cmocka_unit_test(newlines_become_blanks_and_one_blank_at_the_end_goes),
		cmocka_unit_test(a_node_name_goes_first_and_keeps_the_blank),
		cmocka_unit_test(names_follow_the_mark_in_an_enriched_line),
		cmocka_unit_test(overlong_lines_end_where_they_always_did),
		cmocka_unit_test(a_line_that_does_not_fit_leaves_the_buffer_as_it_was),
		cmocka_unit_test(a_users_text_is_closed_where_the_line_is_cut),
		cmocka_unit_test(names_cannot_end_the_line_or_the_text_they_belong_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The log cursor: torn, long and NUL-ridden lines, rotated sets, pipes. */
#include "base/test.h"

#include "base/buf.h"
#include "base/file.h"
#include "log/cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct place {
	char folder[64];
	char path[128];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/cursor-test.XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(p->path, sizeof(p->path), "%s/audit.log", p->folder);
	*state = p;
	return 0;
}

static int drop_place(void **state)
{
	struct place *p = *state;
	char name[160];

	(void)unlink(p->path);
	for (int i = 1; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "%s.%d", p->path, i);
		(void)unlink(name);
	}
	(void)rmdir(p->folder);
	free(p);
	return 0;
}

static void put(const char *path, struct sv content)
{
	assert_int_equal(file_replace(path, content, 0600, NULL), 0);
}

static void put_number(const struct place *p, int number, const char *content)
{
	char name[160];

	(void)snprintf(name, sizeof(name), "%s.%d", p->path, number);
	put(name, sv_cstr(content));
}

/* Every line of the cursor with a '|' behind each. */
static void read_all(struct cursor *c, struct buf *out)
{
	struct sv line;
	struct err e;
	enum cursor_status status;

	while ((status = cursor_next(c, &line, &e)) == CURSOR_LINE) {
		buf_put(out, line);
		buf_putc(out, '|');
	}
	assert_int_equal(status, CURSOR_END);
	assert_int_equal(cursor_next(c, &line, &e), CURSOR_END);
}

#define TEST_CURSOR(c)                                                                             \
	CLEANUP(cursor_release) struct cursor c;                                                   \
	cursor_init(&(c))

static void a_file_gives_its_lines_and_a_torn_last_one(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	TEST_CURSOR(c);

	put(p->path, SV("one\n\ntwo\nthr"));
	assert_int_equal(cursor_open_file(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_string_equal(buf_cstr(&got), "one||two|thr|");
	assert_int_equal(c.stats.lines, 4);
	assert_int_equal(c.stats.torn, 1);
	assert_int_equal(c.stats.bytes, 12);
}

static void an_empty_file_gives_nothing(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	TEST_CURSOR(c);

	put(p->path, SV(""));
	assert_int_equal(cursor_open_file(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_int_equal(got.n, 0);
	assert_int_equal(c.stats.torn, 0);
}

static void nul_bytes_before_a_line_are_skipped_and_inside_it_kept(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	TEST_CURSOR(c);

	put(p->path, SV("a\n\0\0\0b\nc\0d\n\0\0"));
	assert_int_equal(cursor_open_file(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_true(sv_eq(buf_view(&got), SV("a|b|c\0d|")));
	assert_int_equal(c.stats.nul, 2);
	assert_int_equal(c.stats.torn, 0);
}

static void a_megabyte_of_nuls_does_not_hide_the_line_behind_it(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20), log = BUF_INIT(4 << 20);
	TEST_CURSOR(c);

	for (int i = 0; i < 1 << 20; i++)
		buf_putc(&log, 0);
	buf_puts(&log, "found\n");
	put(p->path, buf_view(&log));
	assert_int_equal(cursor_open_file(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_string_equal(buf_cstr(&got), "found|");
}

static void a_line_over_the_limit_is_cut_and_its_rest_never_a_line(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf log = BUF_INIT(4 << 20);
	struct sv line;
	TEST_CURSOR(c);

	buf_puts(&log, "first\n");
	for (int i = 0; i < (1 << 20) / 8; i++)
		buf_puts(&log, "type=XY ");
	buf_puts(&log, "\nlast\n");
	put(p->path, buf_view(&log));
	assert_int_equal(cursor_open_file(&c, p->path, NULL), 0);
	assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_LINE);
	assert_true(sv_eq(line, SV("first")));
	assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_LINE);
	assert_int_equal(line.n, CURSOR_LINE_MAX);
	assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_LINE);
	assert_true(sv_eq(line, SV("last")));
	assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_END);
	assert_int_equal(c.stats.too_long, 1);
}

static void a_line_at_the_limit_is_whole_wherever_it_lies_in_the_buffer(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf log = BUF_INIT(8 << 20);
	struct sv line;
	TEST_CURSOR(c);

	for (size_t i = 0; i < 40; i++) {
		for (size_t k = 0; k < CURSOR_LINE_MAX - i; k++)
			buf_putc(&log, (char)('A' + i % 26));
		buf_putc(&log, '\n');
	}
	put(p->path, buf_view(&log));
	assert_int_equal(cursor_open_file(&c, p->path, NULL), 0);
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_LINE);
		assert_int_equal(line.n, CURSOR_LINE_MAX - i);
		assert_int_equal(line.p[0], 'A' + (char)(i % 26));
		assert_int_equal(line.p[line.n - 1], 'A' + (char)(i % 26));
	}
	assert_int_equal(c.stats.too_long, 0);
}

static void a_rotated_set_is_read_oldest_first_up_to_the_first_gap(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	TEST_CURSOR(c);

	put(p->path, SV("live\n"));
	put_number(p, 1, "one\ntorn");
	put_number(p, 2, "two\n");
	put_number(p, 10, "after the gap\n");
	assert_int_equal(cursor_open_set(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_string_equal(buf_cstr(&got), "two|one|torn|live|");
	assert_int_equal(c.stats.torn, 1);
}

static void the_number_that_an_unfinished_rotation_leaves_free_hides_nothing(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	TEST_CURSOR(c);

	/* Before the live file is there again. */
	put_number(p, 1, "one\n");
	put_number(p, 3, "three\n");
	assert_int_equal(cursor_open_set(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_string_equal(buf_cstr(&got), "three|one|");
	cursor_release(&c);
	/* Two missing numbers are no rotation's. */
	put_number(p, 6, "six\n");
	put(p->path, SV("live\n"));
	buf_reset(&got);
	assert_int_equal(cursor_open_set(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_string_equal(buf_cstr(&got), "three|one|live|");
}

static void a_set_of_twelve_files_orders_by_number(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	TEST_CURSOR(c);

	put(p->path, SV("0\n"));
	for (int i = 1; i < 12; i++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "%d\n", i);
		put_number(p, i, text);
	}
	assert_int_equal(cursor_open_set(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_string_equal(buf_cstr(&got), "11|10|9|8|7|6|5|4|3|2|1|0|");
}

static void a_file_that_was_rotated_meanwhile_is_not_read_twice(void **state)
{
	const struct place *p = *state;
	char name[160];
	CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	TEST_CURSOR(c);

	/* As if auditd had renamed audit.log to audit.log.1 between our two opens. */
	put(p->path, SV("live\n"));
	(void)snprintf(name, sizeof(name), "%s.1", p->path);
	assert_int_equal(link(p->path, name), 0);
	put_number(p, 2, "two\n");
	assert_int_equal(cursor_open_set(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_string_equal(buf_cstr(&got), "two|live|");
}

static void a_pipe_in_a_set_is_left_out_and_not_waited_for(void **state)
{
	const struct place *p = *state;
	char name[160];
	CLEANUP(buf_release) struct buf got = BUF_INIT(1 << 20);
	struct err e;
	TEST_CURSOR(c);

	put(p->path, SV("live\n"));
	(void)snprintf(name, sizeof(name), "%s.1", p->path);
	assert_int_equal(mkfifo(name, 0600), 0);
	put_number(p, 2, "two\n");
	assert_int_equal(cursor_open_set(&c, p->path, NULL), 0);
	read_all(&c, &got);
	assert_string_equal(buf_cstr(&got), "two|live|");
	cursor_release(&c);
	assert_int_equal(cursor_open_set(&c, name, &e), -1);
	assert_non_null(strstr(e.text, "it is no regular file"));
}

static void a_missing_file_and_a_folder_are_errors_that_name_it(void **state)
{
	const struct place *p = *state;
	struct err e;
	TEST_CURSOR(c);

	assert_int_equal(cursor_open_file(&c, p->path, &e), -1);
	assert_non_null(strstr(e.text, p->path));
	assert_int_equal(e.sys, ENOENT);
	assert_int_equal(cursor_open_set(&c, p->path, &e), -1);
	assert_int_equal(e.sys, ENOENT);
	assert_int_equal(cursor_open_file(&c, p->folder, &e), -1);
	assert_int_equal(e.sys, EISDIR);
}

static void a_pipe_gives_lines_as_they_come_and_says_when_it_waits(void **state)
{
	int ends[2];
	struct sv line;
	TEST_CURSOR(c);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(cursor_open_fd(&c, ends[0], "standard input", NULL), 0);
	cursor_set_idle(&c, 1);
	assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_WAIT);
	assert_int_equal(file_write(ends[1], SV("one\ntw")), 0);
	assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_LINE);
	assert_true(sv_eq(line, SV("one")));
	assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_WAIT);
	assert_int_equal(file_write(ends[1], SV("o\n")), 0);
	assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_LINE);
	assert_true(sv_eq(line, SV("two")));
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(cursor_next(&c, &line, NULL), CURSOR_END);
}

static void a_source_that_cannot_be_read_is_an_error_once_and_the_rest_goes_on(void **state)
{
	const struct place *p = *state;
	struct sv line;
	struct err e;
	TEST_CURSOR(c);

	put(p->path, SV("fine\n"));
	assert_int_equal(
		cursor_open_fd(&c, open("/dev/null", O_WRONLY | O_CLOEXEC), "broken", NULL), 0);
	assert_int_equal(cursor_open_file(&c, p->path, NULL), 0);
	assert_int_equal(cursor_next(&c, &line, &e), CURSOR_ERROR);
	assert_non_null(strstr(e.text, "broken"));
	assert_int_equal(cursor_next(&c, &line, &e), CURSOR_LINE);
	assert_true(sv_eq(line, SV("fine")));
	assert_int_equal(cursor_next(&c, &line, &e), CURSOR_END);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(a_file_gives_its_lines_and_a_torn_last_one),
		PLACED(an_empty_file_gives_nothing),
		PLACED(nul_bytes_before_a_line_are_skipped_and_inside_it_kept),
		PLACED(a_megabyte_of_nuls_does_not_hide_the_line_behind_it),
		PLACED(a_line_over_the_limit_is_cut_and_its_rest_never_a_line),
		PLACED(a_line_at_the_limit_is_whole_wherever_it_lies_in_the_buffer),
		PLACED(a_rotated_set_is_read_oldest_first_up_to_the_first_gap),
		PLACED(the_number_that_an_unfinished_rotation_leaves_free_hides_nothing),
		PLACED(a_set_of_twelve_files_orders_by_number),
		PLACED(a_file_that_was_rotated_meanwhile_is_not_read_twice),
		PLACED(a_pipe_in_a_set_is_left_out_and_not_waited_for),
		PLACED(a_missing_file_and_a_folder_are_errors_that_name_it),
		cmocka_unit_test(a_pipe_gives_lines_as_they_come_and_says_when_it_waits),
		PLACED(a_source_that_cannot_be_read_is_an_error_once_and_the_rest_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

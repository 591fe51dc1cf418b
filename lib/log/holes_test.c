/* Lines that run into NUL bytes are marked, others are left alone. */
#include "base/test.h"

#include "base/buf.h"
#include "base/file.h"
#include "log/holes.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/holes.XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd >= 0 ? close(fd) : -1;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void put(struct sv content)
{
	assert_int_equal(file_replace(path, content, 0600, NULL), 0);
}

static void assert_content(struct sv expected)
{
	CLEANUP(buf_release) struct buf got = BUF_INIT(4u << 20);
	struct err e;

	assert_int_equal(file_read(path, &got, &e), 0);
	assert_true(sv_eq(buf_view(&got), expected));
}

static void a_line_that_runs_into_a_hole_is_marked_and_nothing_else_is_changed(void **state)
{
	(void)state;
	put(SV("type=A whole\ntype=B tor\0\0\0\0 end of C\ntype=D whole\n"));
	assert_int_equal(log_mark_holes(path), 1);
	assert_content(SV("type=A whole\ntorn=B tor\0\0\0\0 end of C\ntype=D whole\n"));
	assert_int_equal(log_mark_holes(path), 0);
	put(SV("node=x type=B tor\0\0\ntype=C tor\0\0"));
	assert_int_equal(log_mark_holes(path), 2);
	assert_content(SV("torn=x type=B tor\0\0\ntorn=C tor\0\0"));
}

static void a_hole_between_lines_marks_none(void **state)
{
	(void)state;
	put(SV("type=A whole\n\0\0\0\0type=B whole\ntype=C whole\n"));
	assert_int_equal(log_mark_holes(path), 0);
	put(SV("\0\0\0"));
	assert_int_equal(log_mark_holes(path), 0);
	put(SV("somebody's words\0\0\0\n"));
	assert_int_equal(log_mark_holes(path), 0);
	put(SV(""));
	assert_int_equal(log_mark_holes(path), 0);
	put(SV("type=A whole\n"));
	assert_int_equal(log_mark_holes(path), 0);
	assert_content(SV("type=A whole\n"));
}

static void a_line_is_found_over_the_pieces_of_reading(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(4u << 20), expected = BUF_INIT(4u << 20);

	(void)state;
	while (text.n < (1u << 20) - 100)
		buf_puts(&text, "type=A a line as any other is\n");
	buf_put(&expected, buf_view(&text));
	for (int i = 0; i < 2; i++) {
		struct buf *b = i ? &expected : &text;

		buf_puts(b, i ? "torn=B " : "type=B ");
		for (int j = 0; j < 200; j++)
			buf_puts(b, "b");
		buf_put(b, SV("\0\0\n"));
		buf_puts(b, "type=C whole\n");
	}
	put(buf_view(&text));
	assert_int_equal(log_mark_holes(path), 1);
	assert_content(buf_view(&expected));
}

static void what_is_no_file_of_ours_is_left(void **state)
{
	(void)state;
	assert_int_equal(log_mark_holes("/nonexistent/file"), 0);
	assert_int_equal(log_mark_holes("/dev/zero"), 0);
	assert_int_equal(log_mark_holes("/tmp"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_line_that_runs_into_a_hole_is_marked_and_nothing_else_is_changed),
		cmocka_unit_test(a_hole_between_lines_marks_none),
		cmocka_unit_test(a_line_is_found_over_the_pieces_of_reading),
		cmocka_unit_test(what_is_no_file_of_ours_is_left),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

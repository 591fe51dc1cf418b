#include "base/test.h"

#include "log/dispatch.h"

#include <string.h>

/* Feeds the stream in steps of so many bytes; the records' lines, each with a newline, are put. */
static enum dispatch_status feed(struct dispatch_reader *r, struct sv stream, size_t step,
				 struct buf *lines)
{
	enum dispatch_status status = DISPATCH_MORE;
	struct dispatch_record record;
	struct err e;

	while (stream.n && status != DISPATCH_BROKEN) {
		size_t room;
		char *to = dispatch_room(r, &room);
		struct sv part = sv_head(stream, step < room ? step : room);

		assert_true(room > 0);
		memcpy(to, part.p, part.n);
		dispatch_filled(r, part.n);
		stream = sv_from(stream, part.n);
		while ((status = dispatch_next(r, &record, &e)) == DISPATCH_RECORD) {
			dispatch_put_line(&record, lines);
			buf_putc(lines, '\n');
		}
	}
	return status;
}

static void assert_lines(struct sv stream, enum dispatch_framing framing, const char *lines)
{
	static const size_t steps[] = {1, 2, 3, 7, 16, 17, 1000, DISPATCH_BUFFER};

	for (size_t i = 0; i < LEN(steps); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
		struct dispatch_reader r;

		assert_int_equal(dispatch_reader_init(&r), 0);
		assert_int_equal(feed(&r, stream, steps[i], &out), DISPATCH_MORE);
		assert_string_equal(buf_cstr(&out), lines);
		assert_int_equal(r.framing, framing);
		dispatch_finish(&r);
		assert_int_equal(r.stats.torn, 0);
		dispatch_reader_release(&r);
	}
}

static void lines_are_records(void **state)
{
	(void)state;
	assert_lines(
		SV("type=CWD msg=audit(1.002:3): cwd=\"/\"\nnode=a type=EOE msg=audit(1.002:3):\n"),
		DISPATCH_STRING,
		"type=CWD msg=audit(1.002:3): cwd=\"/\"\nnode=a type=EOE msg=audit(1.002:3):\n");
	assert_lines(SV("first\n\n\nlast\n"), DISPATCH_STRING, "first\nlast\n");
}

static void frames_of_both_versions_are_records(void **state)
{
	CLEANUP(buf_release) struct buf stream = BUF_INIT(1 << 16);

	(void)state;
	dispatch_put(DISPATCH_RAW, 1307, SV("audit(1.002:3): cwd=\"/\""), &stream);
	dispatch_put(DISPATCH_FORMATTED, 1320, SV("node=a type=EOE msg=audit(1.002:3):"), &stream);
	dispatch_put(DISPATCH_RAW, 0, SV_EMPTY, &stream);
	dispatch_put(DISPATCH_RAW, 2555, SV("audit(1.002:4): a\nb\0\0\0"), &stream);
	assert_lines(buf_view(&stream), DISPATCH_BINARY,
		     "type=CWD msg=audit(1.002:3): cwd=\"/\"\n"
		     "node=a type=EOE msg=audit(1.002:3):\n"
		     "type=UNKNOWN[2555] msg=audit(1.002:4): a b\n");
}

static void a_header_may_have_grown(void **state)
{
	const uint32_t words[] = {1, 24, 1307, 2, 77, 78};
	char stream[sizeof(words) + 2];

	(void)state;
	memcpy(stream, words, sizeof(words));
	memcpy(stream + sizeof(words), "ab", 2);
	assert_lines(sv_make(stream, sizeof(stream)), DISPATCH_BINARY, "ab\n");
}

static void what_cannot_be_a_header_breaks_the_stream(void **state)
{
	static const uint32_t rows[][4] = {
		{2, 16, 1307, 1},          {1, 15, 1307, 1},
		{1, 257, 1307, 1},         {0, 16, 1307, DISPATCH_TEXT_MAX + 1},
		{1, 16, 1307, UINT32_MAX},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
		struct dispatch_reader r;

		assert_int_equal(dispatch_reader_init(&r), 0);
		assert_int_equal(feed(&r, sv_make((const char *)rows[i], 16), 16, &out),
				 DISPATCH_BROKEN);
		assert_int_equal(out.n, 0);
		dispatch_reader_release(&r);
	}
}

static void a_line_that_is_too_long_is_cut_and_its_rest_is_no_record(void **state)
{
	CLEANUP(buf_release) struct buf stream = BUF_INIT(1 << 20);
	CLEANUP(buf_release) struct buf lines = BUF_INIT(1 << 20);
	struct dispatch_reader r;

	(void)state;
	for (int i = 0; i < 200000; i++)
		buf_putc(&stream, 'x');
	buf_puts(&stream, " type=FORGED\nnext\n");
	for (size_t step = 1000; step < DISPATCH_BUFFER; step *= 3) {
		assert_int_equal(dispatch_reader_init(&r), 0);
		buf_reset(&lines);
		assert_int_equal(feed(&r, buf_view(&stream), step, &lines), DISPATCH_MORE);
		assert_int_equal(r.stats.records, 2);
		assert_int_equal(r.stats.too_long, 1);
		assert_true(sv_ends(buf_view(&lines), SV("x\nnext\n")));
		assert_true(lines.n >= DISPATCH_TEXT_MAX);
		dispatch_reader_release(&r);
	}
}

static void what_is_not_whole_at_the_end_is_counted_only(void **state)
{
	CLEANUP(buf_release) struct buf lines = BUF_INIT(1 << 20);
	struct dispatch_reader r;

	(void)state;
	assert_int_equal(dispatch_reader_init(&r), 0);
	assert_int_equal(feed(&r, SV("whole\ntorn"), 100, &lines), DISPATCH_MORE);
	dispatch_finish(&r);
	assert_string_equal(buf_cstr(&lines), "whole\n");
	assert_int_equal(r.stats.torn, 4);
	dispatch_reader_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_records),
		cmocka_unit_test(frames_of_both_versions_are_records),
		cmocka_unit_test(a_header_may_have_grown),
		cmocka_unit_test(what_cannot_be_a_header_breaks_the_stream),
		cmocka_unit_test(a_line_that_is_too_long_is_cut_and_its_rest_is_no_record),
		cmocka_unit_test(what_is_not_whole_at_the_end_is_counted_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

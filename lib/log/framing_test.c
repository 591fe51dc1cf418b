#include "base/test.h"

#include "log/dispatch.h"
#include "log/framing.h"

#include <linux/audit.h>

#define STAMP "audit(1700000000.123:45)"

static void put_all(struct framing f, const char *lines, struct buf *out)
{
	struct sv rest = sv_cstr(lines);

	while (rest.n) {
		struct sv line = sv_head(rest, sv_index(rest, '\n') + 1);

		framing_put(&f, line, out);
		rest = sv_from(rest, line.n);
	}
	assert_false(out->failed);
}

static void assert_string(const char *lines, const char *expected)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	put_all((struct framing){0}, lines, &out);
	assert_string_equal(buf_cstr(&out), expected);
}

static void lines_stay_as_they_are(void **state)
{
	(void)state;
	assert_string("type=CWD msg=" STAMP ": cwd=\"/\"\nwhatever\n\n",
		      "type=CWD msg=" STAMP ": cwd=\"/\"\nwhatever\n");
}

static void a_mark_follows_the_last_record_of_an_event(void **state)
{
	(void)state;
	assert_string("type=PROCTITLE msg=" STAMP ": proctitle=\"a\"\ntype=X msg=" STAMP ": \n",
		      "type=PROCTITLE msg=" STAMP ": proctitle=\"a\"\n"
		      "type=EOE msg=" STAMP ": \ntype=X msg=" STAMP ": \n");
	assert_string("node=a.b type=PROCTITLE msg=" STAMP ": proctitle=\"a\"\n",
		      "node=a.b type=PROCTITLE msg=" STAMP ": proctitle=\"a\"\n"
		      "node=a.b type=EOE msg=" STAMP ": \n");
}

static void a_mark_among_enriched_lines_has_no_blank_at_its_end(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	put_all((struct framing){.is_enriched = true},
		"type=PROCTITLE msg=" STAMP ": proctitle=\"a\"\n", &out);
	assert_string_equal(buf_cstr(&out), "type=PROCTITLE msg=" STAMP ": proctitle=\"a\"\n"
					    "type=EOE msg=" STAMP ":\n");
}

static void what_only_looks_like_a_last_record_gets_no_mark(void **state)
{
	static const char *const lines[] = {
		"type=PROCTITLE msg=audit(1.2:3\n",
		"type=PROCTITLE msg=audit(\n",
		"type=PROCTITLE msg=audit(1.2:3):\n",
		"type=PROCTITLE\n",
		"type=USER msg=" STAMP ": type=PROCTITLE msg=" STAMP ": \n",
		"node=type=PROCTITLE msg=" STAMP ": \n",
		"node=\n",
		"n\n",
	};

	(void)state;
	for (size_t i = 0; i < LEN(lines); i++)
		assert_string(lines[i], lines[i]);
}

/* What a reader makes of it: "VERSION TYPE text" lines. */
static void assert_frames(bool is_raw, const char *lines, const char *expected)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16), seen = BUF_INIT(1 << 16);
	struct dispatch_reader r;
	struct dispatch_record record;
	struct err e;
	size_t room;

	put_all((struct framing){.is_binary = true, .is_raw = is_raw}, lines, &out);
	assert_int_equal(dispatch_reader_init(&r), 0);
	memcpy(dispatch_room(&r, &room), out.p, out.n);
	assert_true(room >= out.n);
	dispatch_filled(&r, out.n);
	while (dispatch_next(&r, &record, &e) == DISPATCH_RECORD)
		buf_printf(&seen, "%u %u %.*s\n", record.version, record.type, SV_FMT(record.text));
	assert_string_equal(buf_cstr(&seen), expected);
	dispatch_reader_release(&r);
}

static void enriched_lines_are_whole_in_their_frames(void **state)
{
	(void)state;
	assert_frames(false, "type=CWD msg=" STAMP ": cwd=\"/\"\n",
		      "1 1307 type=CWD msg=" STAMP ": cwd=\"/\"\n");
	assert_frames(false, "type=PROCTITLE msg=" STAMP ": proctitle=1\n",
		      "1 1327 type=PROCTITLE msg=" STAMP ": proctitle=1\n"
		      "1 1320 type=EOE msg=" STAMP ": \n");
	assert_frames(false, "type=UNKNOWN[1999] msg=" STAMP ": a\nno type\ntype=NONESUCH msg=x\n",
		      "1 1999 type=UNKNOWN[1999] msg=" STAMP ": a\n1 0 no type\n"
		      "1 0 type=NONESUCH msg=x\n");
}

static void raw_lines_are_what_the_kernel_sent(void **state)
{
	(void)state;
	assert_frames(true, "type=CWD msg=" STAMP ": cwd=\"/\"\n", "0 1307 " STAMP ": cwd=\"/\"\n");
	assert_frames(true, "type=PROCTITLE msg=" STAMP ": proctitle=1\n",
		      "0 1327 " STAMP ": proctitle=1\n0 1320 " STAMP ": \n");
}

static void lines_from_before_the_log_became_raw_stay_whole(void **state)
{
	(void)state;
	assert_frames(true, "type=CWD msg=" STAMP ": cwd=\"/\"\x1dX=\"y\"\n",
		      "1 1307 type=CWD msg=" STAMP ": cwd=\"/\"\x1dX=\"y\"\n");
	assert_frames(true, "node=a type=CWD msg=" STAMP ": cwd=\"/\"\n",
		      "1 1307 node=a type=CWD msg=" STAMP ": cwd=\"/\"\n");
	assert_frames(true, "type=CWD msg=\n", "1 1307 type=CWD msg=\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_stay_as_they_are),
		cmocka_unit_test(a_mark_follows_the_last_record_of_an_event),
		cmocka_unit_test(a_mark_among_enriched_lines_has_no_blank_at_its_end),
		cmocka_unit_test(what_only_looks_like_a_last_record_gets_no_mark),
		cmocka_unit_test(enriched_lines_are_whole_in_their_frames),
		cmocka_unit_test(raw_lines_are_what_the_kernel_sent),
		cmocka_unit_test(lines_from_before_the_log_became_raw_stay_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

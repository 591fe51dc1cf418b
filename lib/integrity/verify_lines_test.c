/* Lines that were changed, moved, taken away or put in: each is found, and named. */
#include "integrity/verify_stage_test.h"

/* ---- edits ---- */

static void delete_line(void)
{
	size_t from, to;

	line_of("audit.log.1", 10, &from, &to);
	splice_file("audit.log.1", from, to, SV_EMPTY);
}

static void delete_lines(void)
{
	size_t from, to, end;

	line_of("audit.log.1", 300, &from, &to);
	line_of("audit.log.1", 305, &to, &end);
	splice_file("audit.log.1", from, end, SV_EMPTY);
}

static void delete_oldest(void)
{
	drop("audit.log.2");
}

static void delete_middle(void)
{
	drop("audit.log.1");
	rename_it("audit.log.2", "audit.log.1");
}

static void delete_newest(void)
{
	drop("audit.log");
	rename_it("audit.log.1", "audit.log");
	rename_it("audit.log.2", "audit.log.1");
}

static void modify_lines(void)
{
	modify_line();
	delete_line();
}

static void insert_line(void)
{
	size_t from, to;

	line_of("audit.log.2", 0, &from, &to);
	splice_file("audit.log.2", from, from, SV("type=LOGIN msg=audit(1.000:1): forged\n"));
}

static void double_line(void)
{
	struct buf b;
	size_t from, to;

	line_of("audit.log", 3, &from, &to);
	get("audit.log", &b);
	splice_file("audit.log", to, to, sv_make(b.p + from, to - from));
	buf_release(&b);
}

/* Lines a and b of a file; b is behind a. */
static void swap_in(const char *name, size_t a, size_t b)
{
	struct buf is = BUF_INIT(FORGE_BYTES), was;
	size_t from, to, other, end;

	line_of(name, a, &from, &to);
	line_of(name, b, &other, &end);
	get(name, &was);
	buf_put(&is, sv_make(was.p + other, end - other));
	buf_put(&is, sv_make(was.p + to, other - to));
	buf_put(&is, sv_make(was.p + from, to - from));
	splice_file(name, from, end, buf_view(&is));
	buf_release(&was);
	buf_release(&is);
}

static void swap_lines(void)
{
	swap_in("audit.log", 20, 300);
}

static void swap_neighbours(void)
{
	swap_in("audit.log.2", 7, 8);
}

static void move_line_on(void)
{
	struct buf b;
	size_t from, to, at, end;

	get("audit.log", &b);
	line_of("audit.log", 20, &from, &to);
	line_of("audit.log", 30, &at, &end);
	splice_file("audit.log", end, end, sv_make(b.p + from, to - from));
	splice_file("audit.log", from, to, SV_EMPTY);
	buf_release(&b);
}

static void move_line_back(void)
{
	struct buf b;
	size_t from, to, at, end;

	get("audit.log", &b);
	line_of("audit.log", 20, &at, &end);
	line_of("audit.log", 30, &from, &to);
	splice_file("audit.log", from, to, SV_EMPTY);
	splice_file("audit.log", at, at, sv_make(b.p + from, to - from));
	buf_release(&b);
}

static void join_lines(void)
{
	size_t from, to;

	line_of("audit.log.1", 50, &from, &to);
	splice_file("audit.log.1", to - 1, to, SV_EMPTY);
}

static void split_line(void)
{
	size_t from, to;

	line_of("audit.log.1", 50, &from, &to);
	splice_file("audit.log.1", from + 9, from + 9, SV("\n"));
}

static void cut_tail(void)
{
	size_t from, to;

	line_of("audit.log", 590, &from, &to);
	splice_file("audit.log", from, SIZE_MAX, SV_EMPTY);
}

static void swap_files(void)
{
	rename_it("audit.log.1", "x");
	rename_it("audit.log.2", "audit.log.1");
	rename_it("x", "audit.log.2");
}

static void put_nul(void)
{
	size_t from, to;

	line_of("audit.log.2", 100, &from, &to);
	splice_file("audit.log.2", from, from, sv_make("\0\0\0", 3));
}

static void end_inside_a_line(void)
{
	struct buf b;

	get("audit.log.1", &b);
	splice_file("audit.log.1", b.n - 1, b.n, SV_EMPTY);
	buf_release(&b);
}

static const struct {
	const char *name;
	void (*edit)(void);
	enum verify_change change;
	enum doubt_kind kind;
	uint64_t from, to;
} edits[] = {
	{"a line is deleted", delete_line, VERIFY_DELETED, DOUBT_LINES_MISSING, 410, 411},
	{"lines are deleted", delete_lines, VERIFY_DELETED, DOUBT_LINES_MISSING, 700, 706},
	{"the oldest file", delete_oldest, VERIFY_FILE_MISSING, DOUBT_LINES_MISSING, 0, 400},
	{"a file in the middle", delete_middle, VERIFY_FILE_MISSING, DOUBT_LINES_MISSING, 400, 727},
	{"the newest file", delete_newest, VERIFY_FILE_MISSING, DOUBT_LINES_MISSING, 727, 1327},
	{"a line is modified", modify_line, VERIFY_MODIFIED, DOUBT_LINES_CHANGED, 1227, 1228},
	{"the first of two edits", modify_lines, VERIFY_DELETED, DOUBT_LINES_MISSING, 410, 411},
	{"a line is inserted", insert_line, VERIFY_INSERTED, DOUBT_LINES_CHANGED, 0, 0},
	{"a line is doubled", double_line, VERIFY_DUPLICATED, DOUBT_LINES_CHANGED, 731, 731},
	{"two lines are swapped", swap_lines, VERIFY_SWAPPED, DOUBT_LINES_CHANGED, 747, 1028},
	{"neighbours are swapped", swap_neighbours, VERIFY_SWAPPED, DOUBT_LINES_CHANGED, 7, 9},
	{"a line is moved on", move_line_on, VERIFY_MOVED, DOUBT_LINES_CHANGED, 747, 758},
	{"a line is moved back", move_line_back, VERIFY_MOVED, DOUBT_LINES_CHANGED, 747, 758},
	{"lines are joined", join_lines, VERIFY_JOINED, DOUBT_LINES_CHANGED, 450, 452},
	{"a line is split", split_line, VERIFY_SPLIT, DOUBT_LINES_CHANGED, 450, 451},
	{"the end is cut off", cut_tail, VERIFY_TRUNCATED, DOUBT_LINES_MISSING, 1317, 1327},
	{"files are swapped", swap_files, VERIFY_FILES_SWAPPED, DOUBT_LINES_CHANGED, 0, 400},
	{"NUL bytes in a line", put_nul, VERIFY_MODIFIED, DOUBT_LINES_CHANGED, 100, 101},
	{"a file ends inside a line", end_inside_a_line, VERIFY_DELETED, DOUBT_LINES_MISSING, 726,
	 727},
};

/* Of a copy identities say nothing: files are told by their size, first line and order. */
static void each_edit_is_named(bool knows, bool keeps_leaves)
{
	for (size_t i = 0; i < LEN(edits); i++) {
		struct verify_result r;
		const struct doubt *d;
		struct forge f;

		print_message("# %s\n", edits[i].name);
		make_with(&f, keeps_leaves);
		forge_write_as(&f, folder, knows);
		edits[i].edit();
		assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
		d = doubt_of(&r, edits[i].kind);
		if (keeps_leaves) {
			assert_non_null(d);
			assert_int_equal(r.bad.change, edits[i].change);
			assert_true(r.bad.is_exact);
			assert_int_equal(d->from, edits[i].from);
			assert_int_equal(d->to, edits[i].to);
		} else {
			assert_int_not_equal(r.bad.change, VERIFY_SAME);
			assert_true(r.bad.from <= edits[i].from);
			assert_true(r.bad.to > edits[i].from);
		}
		forge_release(&f);
		assert_int_equal(empty(NULL), 0);
	}
}

/* ---- tests ---- */

static void an_untouched_log_is_proven(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	assert_int_equal(r.ends, VERIFY_END_STOP);
	assert_int_equal(r.end, 1327);
	assert_int_equal(r.first, 0);
	assert_int_equal(r.doubts.count, 0);
	forge_release(&f);
}

static void a_copy_and_one_without_leaves_are_proven(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make_with(&f, false);
	forge_write_as(&f, folder, false);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	forge_release(&f);
}

static void each_edit_of_lines_is_found_and_named(void **state)
{
	(void)state;
	each_edit_is_named(true, true);
}

static void each_edit_of_a_copy_is_found_and_named(void **state)
{
	(void)state;
	each_edit_is_named(false, true);
}

static void without_leaves_the_block_of_an_edit_is_named(void **state)
{
	(void)state;
	each_edit_is_named(true, false);
}

static void a_line_that_was_moved_into_another_file_is_found(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	move_over_border();
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_FILES_MOVED));
	forge_release(&f);
}

/* Each byte of a log once. */
static void each_flipped_byte_is_found_in_its_line(void **state)
{
	struct buf b, now;
	struct verify_result r;
	struct verify_options o;
	struct forge f;
	uint64_t line = 0;

	(void)state;
	forge_init(&f, 9);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 12);
	forge_stop(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.threads = 1;
	get("audit.log", &b);
	now = BUF_INIT(FORGE_BYTES);
	buf_put(&now, buf_view(&b));
	for (size_t i = 0; i < b.n; i++) {
		now.p[i] = (char)(b.p[i] ^ (1 << i % 8));
		put("audit.log", buf_view(&now));
		assert_int_equal(verify_run(&o, &r, NULL), 0);
		assert_int_equal(r.verdict, VERIFY_TAMPERED);
		assert_int_equal(r.bad.from, line);
		now.p[i] = b.p[i];
		line += b.p[i] == '\n';
	}
	buf_release(&b);
	buf_release(&now);
	forge_release(&f);
}

static void a_log_cut_anywhere_is_tampered_with_while_its_evidence_is_whole(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;
	struct buf b;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	get("audit.log", &b);
	for (size_t n = 0; n < b.n; n += 997) {
		put("audit.log", sv_make(b.p, n));
		assert_int_equal(verify_run(&o, &r, NULL), 0);
		assert_int_equal(r.verdict, VERIFY_TAMPERED);
	}
	buf_release(&b);
	forge_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_untouched_log_is_proven),
		TEST(a_copy_and_one_without_leaves_are_proven),
		TEST(each_edit_of_lines_is_found_and_named),
		TEST(each_edit_of_a_copy_is_found_and_named),
		TEST(without_leaves_the_block_of_an_edit_is_named),
		TEST(a_line_that_was_moved_into_another_file_is_found),
		TEST(each_flipped_byte_is_found_in_its_line),
		TEST(a_log_cut_anywhere_is_tampered_with_while_its_evidence_is_whole),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

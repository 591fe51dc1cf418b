#include "base/test.h"

#include "base/file.h"
#include "base/num.h"
#include "log/follow.h"
#include "log/lag.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A folder of its own for every test. */
static char folder[64], path[96], saved[96];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/aurum-follow-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/audit.log", folder);
	(void)snprintf(saved, sizeof(saved), "%s/position", folder);
	return 0;
}

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(name);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void name_of(unsigned number, char out[128])
{
	(void)snprintf(out, 128, number ? "%s.%u" : "%s", path, number);
}

static void put(unsigned number, const char *bytes, size_t n, int flags)
{
	char name[128];

	name_of(number, name);
	CLEAN_FD int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, sv_make(bytes, n)), 0);
}

static void append(const char *bytes)
{
	put(0, bytes, strlen(bytes), O_APPEND);
}

/* The shift that every rotation is; `files` as num_logs. */
static void rotate(unsigned files)
{
	char from[128], to[128];

	for (unsigned i = files - 1; i > 0; i--) {
		name_of(i - 1, from);
		name_of(i, to);
		if (rename(from, to) != 0)
			assert_int_equal(errno, ENOENT);
	}
	append("");
}

static void start(struct follow *f, enum follow_start where)
{
	struct err e;

	assert_int_equal(follow_init(f, path, &e), 0);
	if (follow_from(f, where, &e) != 0)
		fail_msg("%s", e.text);
}

static enum follow_status next(struct follow *f, struct sv *lines)
{
	struct err e = {.text = ""};
	enum follow_status status = follow_next(f, lines, &e);

	if (status == FOLLOW_FAILED)
		fail_msg("%s", e.text);
	return status;
}

static void assert_lines(struct follow *f, const char *expected)
{
	struct sv lines;

	assert_int_equal(next(f, &lines), FOLLOW_LINES);
	if (!sv_eq(lines, sv_cstr(expected)))
		fail_msg("%.*s instead of %s", SV_FMT(lines), expected);
}

static void assert_nothing(struct follow *f)
{
	struct sv lines;

	assert_int_equal(next(f, &lines), FOLLOW_NOTHING);
}

static void assert_gap(struct follow *f, int cause, uint64_t bytes)
{
	struct sv lines;

	assert_int_equal(next(f, &lines), FOLLOW_GAP);
	assert_int_equal(f->gap.cause, cause);
	assert_int_equal(f->gap.bytes, bytes);
}

/* Saves where f has read to, and goes on with another one from there. */
static void restart(struct follow *f)
{
	struct log_position p, loaded;
	struct err e;

	follow_position(f, f->given, &p);
	assert_int_equal(log_position_save(saved, &p, &e), 0);
	follow_release(f);
	if (log_position_load(saved, &loaded, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(follow_init(f, path, &e), 0);
	follow_from_position(f, &loaded);
}

/* ---- one behaviour each ---- */

static void whole_lines_are_given_as_they_come(void **state)
{
	struct follow f;

	(void)state;
	append("one\ntwo\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\ntwo\n");
	assert_nothing(&f);
	append("three\n");
	assert_lines(&f, "three\n");
	assert_nothing(&f);
	follow_release(&f);
}

static void half_a_line_waits_for_its_newline(void **state)
{
	struct follow f;

	(void)state;
	append("one\ntw");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	assert_nothing(&f);
	append("o");
	assert_nothing(&f);
	append("\nthree\nfo");
	assert_lines(&f, "two\nthree\n");
	assert_nothing(&f);
	follow_release(&f);
}

static void the_end_is_behind_the_last_whole_line(void **state)
{
	struct follow f;

	(void)state;
	append("one\ntw");
	start(&f, FOLLOW_END);
	assert_nothing(&f);
	append("o\n");
	assert_lines(&f, "two\n");
	follow_release(&f);
}

static void the_start_is_the_oldest_file(void **state)
{
	struct follow f;

	(void)state;
	put(2, "one\n", 4, 0);
	put(1, "two\n", 4, 0);
	append("three\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	assert_lines(&f, "two\n");
	assert_lines(&f, "three\n");
	assert_nothing(&f);
	assert_int_equal(f.stats.files, 3);
	follow_release(&f);
}

static void an_absent_log_is_waited_for(void **state)
{
	struct follow f;

	(void)state;
	start(&f, FOLLOW_END);
	assert_nothing(&f);
	restart(&f);
	assert_nothing(&f);
	append("one\n");
	assert_lines(&f, "one\n");
	assert_nothing(&f);
	follow_release(&f);
}

static void a_rotated_file_is_read_to_its_end_and_the_next_from_its_start(void **state)
{
	struct follow f;

	(void)state;
	append("one\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	append("two\n");
	rotate(4);
	append("three\n");
	rotate(4);
	append("four\n");
	assert_lines(&f, "two\n");
	assert_lines(&f, "three\n");
	assert_lines(&f, "four\n");
	assert_nothing(&f);
	assert_int_equal(f.stats.gaps, 0);
	follow_release(&f);
}

static void a_file_that_is_moved_before_the_next_one_is_there_is_waited_with(void **state)
{
	struct follow f;
	char to[128];

	(void)state;
	append("one\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	name_of(1, to);
	assert_int_equal(rename(path, to), 0);
	assert_nothing(&f);
	put(1, "two\n", 4, O_APPEND);
	assert_lines(&f, "two\n");
	append("three\n");
	assert_lines(&f, "three\n");
	assert_int_equal(f.stats.gaps, 0);
	follow_release(&f);
}

static void a_half_line_that_was_rotated_away_is_counted(void **state)
{
	struct follow f;

	(void)state;
	append("one\ntw");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	rotate(3);
	append("three\n");
	assert_lines(&f, "three\n");
	assert_int_equal(f.stats.torn, 1);
	follow_release(&f);
}

static void the_oldest_file_is_read_on_after_it_was_overwritten(void **state)
{
	struct follow f;

	(void)state;
	append("one\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	append("two\n");
	rotate(2);
	append("three\n");
	/* Now the next one is known. */
	assert_lines(&f, "two\n");
	rotate(2);
	append("four\n");
	assert_lines(&f, "three\n");
	assert_lines(&f, "four\n");
	assert_int_equal(f.stats.gaps, 0);
	follow_release(&f);
}

static void files_that_went_unread_are_a_gap_of_known_size(void **state)
{
	struct log_position p;
	struct follow f;
	struct sv lines;

	(void)state;
	append("type=A msg=audit(1.000:1): \n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "type=A msg=audit(1.000:1): \n");
	rotate(2);
	append("type=A msg=audit(2.000:2): \n");
	append("type=A msg=audit(3.000:3): \n");
	assert_int_equal(next(&f, &lines), FOLLOW_LINES);
	follow_position(&f, 28, &p);
	follow_from_position(&f, &p);
	rotate(2);
	rotate(2);
	append("type=A msg=audit(5.000:5): \n");
	assert_gap(&f, FOLLOW_REMOVED, 56);
	assert_int_equal(f.gap.last.serial, 1);
	follow_release(&f);
}

static void a_gap_that_is_not_certain_is_told_with_no_bytes(void **state)
{
	struct follow f;

	(void)state;
	append("type=A msg=audit(1.000:1): \n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "type=A msg=audit(1.000:1): \n");
	for (int i = 0; i < 4; i++) {
		char line[64];

		rotate(3);
		(void)snprintf(line, sizeof(line), "type=A msg=audit(%d.000:%d): \n", i + 2, i + 2);
		append(line);
	}
	assert_gap(&f, FOLLOW_REMOVED, 0);
	assert_int_equal(f.gap.last.serial, 1);
	assert_int_equal(f.gap.first.serial, 3);
	assert_lines(&f, "type=A msg=audit(3.000:3): \n");
	assert_int_equal(f.stats.gaps, 1);
	follow_release(&f);
}

static void a_saved_position_finds_its_file_under_its_new_number(void **state)
{
	struct follow f;

	(void)state;
	append("one\ntwo\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\ntwo\n");
	append("three\n");
	rotate(4);
	append("four\n");
	rotate(4);
	restart(&f);
	assert_lines(&f, "three\n");
	assert_lines(&f, "four\n");
	assert_nothing(&f);
	assert_int_equal(f.stats.gaps, 0);
	follow_release(&f);
}

static void a_saved_position_whose_file_is_gone_is_a_gap(void **state)
{
	struct follow f;

	(void)state;
	append("type=A msg=audit(1.000:1): \n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "type=A msg=audit(1.000:1): \n");
	rotate(2);
	append("two\n");
	rotate(2);
	append("three\n");
	restart(&f);
	assert_gap(&f, FOLLOW_REMOVED, 0);
	assert_int_equal(f.gap.last.serial, 1);
	assert_lines(&f, "two\n");
	assert_lines(&f, "three\n");
	follow_release(&f);
}

static void an_inode_that_came_again_is_another_file(void **state)
{
	struct follow f;
	struct log_position p;
	struct err e;

	(void)state;
	append("one\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	follow_position(&f, f.given, &p);
	follow_release(&f);
	put(0, "two\nthree\n", 10, O_TRUNC);
	assert_int_equal(follow_init(&f, path, &e), 0);
	follow_from_position(&f, &p);
	assert_gap(&f, FOLLOW_REMOVED, 0);
	assert_lines(&f, "two\nthree\n");
	follow_release(&f);
}

static void a_file_whose_numbers_changed_is_known_by_its_beginning(void **state)
{
	struct follow f;
	struct log_position p;
	(void)state;
	append("one\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	follow_position(&f, f.given, &p);
	p.file.device++;
	p.file.inode += 1000;
	follow_from_position(&f, &p);
	append("two\n");
	assert_lines(&f, "two\n");
	assert_int_equal(f.stats.gaps, 0);
	follow_release(&f);
}

static void a_truncated_file_is_a_gap_and_is_read_from_its_start(void **state)
{
	struct follow f;

	(void)state;
	append("one\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	assert_int_equal(truncate(path, 0), 0);
	assert_gap(&f, FOLLOW_TRUNCATED, 0);
	assert_nothing(&f);
	append("two\n");
	assert_lines(&f, "two\n");
	/* Grown beyond where it was since it was looked at: the beginning tells. */
	put(0, "other\nlines\n", 12, O_TRUNC);
	assert_gap(&f, FOLLOW_TRUNCATED, 0);
	assert_lines(&f, "other\nlines\n");
	follow_release(&f);
}

static void what_was_given_is_not_given_again_when_only_the_end_is_cut_off(void **state)
{
	struct follow f;

	(void)state;
	append("one\ntwo\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\ntwo\n");
	/* More than the beginning that is compared. */
	for (int i = 0; i < 100; i++)
		append("a line of twenty-one\n");
	{
		struct sv lines;

		assert_int_equal(next(&f, &lines), FOLLOW_LINES);
	}
	assert_int_equal(truncate(path, 8 + 99 * 21), 0);
	assert_gap(&f, FOLLOW_TRUNCATED, 0);
	append("three\n");
	assert_lines(&f, "three\n");
	follow_release(&f);
}

static void a_file_that_is_copied_and_truncated_is_read_on_in_the_copy(void **state)
{
	struct follow f;

	(void)state;
	append("one\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	put(1, "one\ntwo\n", 8, 0);
	put(0, "three\n", 6, O_TRUNC);
	assert_lines(&f, "two\n");
	assert_lines(&f, "three\n");
	assert_int_equal(f.stats.gaps, 0);
	follow_release(&f);
}

static void
a_file_that_is_replaced_is_read_to_its_end_and_older_ones_are_not_read_again(void **state)
{
	struct follow f;

	(void)state;
	put(1, "zero\n", 5, 0);
	append("one\n");
	start(&f, FOLLOW_END);
	append("two\n");
	assert_int_equal(unlink(path), 0);
	assert_lines(&f, "two\n");
	assert_nothing(&f);
	append("three\n");
	assert_lines(&f, "three\n");
	assert_int_equal(f.stats.gaps, 0);
	/* The same while nobody looks. */
	follow_suspend(&f);
	assert_int_equal(unlink(path), 0);
	append("four\n");
	assert_gap(&f, FOLLOW_REMOVED, 0);
	assert_lines(&f, "four\n");
	follow_release(&f);
}

static void a_suspended_one_lets_go_of_the_file_and_finds_it_again(void **state)
{
	struct follow f;

	(void)state;
	append("one\ntwo\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\ntwo\n");
	follow_suspend(&f);
	assert_null(f.text);
	append("three\n");
	rotate(3);
	append("four\n");
	assert_lines(&f, "three\n");
	assert_lines(&f, "four\n");
	follow_release(&f);
}

static void nul_bytes_of_a_crash_are_skipped(void **state)
{
	struct follow f;
	char nul[5000] = {0};

	(void)state;
	append("one\n");
	put(0, nul, sizeof(nul), O_APPEND);
	append("two\nth");
	put(0, "\0ree\n", 5, O_APPEND);
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	{
		struct sv lines;

		assert_int_equal(next(&f, &lines), FOLLOW_LINES);
		assert_true(sv_eq(lines, SV("two\nth\0ree\n")));
	}
	put(0, nul, sizeof(nul), O_APPEND);
	assert_nothing(&f);
	put(0, nul, sizeof(nul), O_APPEND);
	assert_nothing(&f);
	append("four\n");
	restart(&f);
	assert_lines(&f, "four\n");
	follow_release(&f);
}

static void a_line_that_is_too_long_is_skipped_whole(void **state)
{
	struct follow f;
	char *x = malloc(3 * FOLLOW_BLOCK);

	(void)state;
	assert_non_null(x);
	memset(x, 'x', 3 * FOLLOW_BLOCK);
	append("one\n");
	put(0, x, 3 * FOLLOW_BLOCK, O_APPEND);
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\n");
	assert_nothing(&f);
	restart(&f);
	assert_nothing(&f);
	append("type=A msg=audit(1.000:1): forged\ntwo\n");
	assert_lines(&f, "two\n");
	assert_int_equal(f.stats.too_long, 1);
	follow_release(&f);
	free(x);
}

static void a_block_ends_at_a_line_however_much_there_is(void **state)
{
	struct follow f;
	uint64_t total = 0;
	struct sv lines;

	(void)state;
	{
		CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 20);

		for (int i = 0; i < 20000; i++)
			buf_printf(&b, "line %d\n", i);
		put(0, b.p, b.n, 0);
	}
	start(&f, FOLLOW_START);
	while (next(&f, &lines) == FOLLOW_LINES) {
		assert_true(lines.n <= FOLLOW_BLOCK && lines.p[lines.n - 1] == '\n');
		assert_true(sv_starts(lines, SV("line ")));
		total += sv_count(lines, '\n');
	}
	assert_int_equal(total, 20000);
	follow_release(&f);
}

static void a_position_inside_what_was_given_is_found_files_later(void **state)
{
	struct log_position p;
	struct follow f;

	(void)state;
	append("one\ntwo\n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\ntwo\n");
	rotate(5);
	append("three\nfour\n");
	assert_lines(&f, "three\nfour\n");
	rotate(5);
	append("five\n");
	assert_lines(&f, "five\n");
	follow_position(&f, 4, &p);
	follow_from_position(&f, &p);
	assert_lines(&f, "two\n");
	assert_lines(&f, "three\nfour\n");
	follow_release(&f);
}

static void a_saved_position_is_text_and_a_damaged_one_is_told(void **state)
{
	static const char text[] = "aurum-position 1\nfile 2049 77 1700000000123456789\n"
				   "offset 81920\nhead 1024 89abcdef01234567\nbefore 2049 70 -5\n"
				   "last 1700000012.045:678\n";
	CLEANUP(buf_release) struct buf b = BUF_INIT(LOG_POSITION_TEXT_MAX);
	struct log_position p;
	struct err e;

	(void)state;
	assert_int_equal(log_position_parse(sv_cstr(text), &p, &e), 0);
	log_position_print(&p, &b);
	assert_string_equal(buf_cstr(&b), text);
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		assert_int_equal(log_position_parse(sv_head(sv_cstr(text), i), &p, &e), -1);
	assert_int_equal(log_position_load(saved, &p, &e), -1);
	assert_int_equal(e.sys, ENOENT);
	assert_int_equal(log_position_save(saved, &p, &e), 0);
	assert_int_equal(log_position_load(saved, &p, &e), 0);
	assert_int_equal(truncate(saved, 40), 0);
	assert_int_equal(log_position_load(saved, &p, &e), -1);
	assert_int_equal(e.sys, 0);
	assert_non_null(strstr(e.text, "position: line 2 is not \"file DEVICE INODE BIRTH\""));
}

static void the_hash_of_a_beginning_is_the_same_in_every_version(void **state)
{
	struct log_head head;

	(void)state;
	append("type=DAEMON_START msg=audit(1.000:1): op=start\nhalf");
	struct log_text *text = log_text_of(open(path, O_RDONLY | O_CLOEXEC));
	assert_non_null(text);
	assert_int_equal(log_head_read(text, 0, &head), 0);
	log_text_close(text);
	assert_int_equal(head.bytes, 47);
	assert_int_equal(head.hash, UINT64_C(0x3c4453272667da3b));
}

static void a_lag_is_counted_over_all_files(void **state)
{
	struct log_position p;
	struct log_lag lag;
	struct follow f;
	struct err e;

	(void)state;
	append("one\ntype=A msg=audit(7.000:8): \n");
	start(&f, FOLLOW_START);
	assert_lines(&f, "one\ntype=A msg=audit(7.000:8): \n");
	follow_position(&f, 4, &p);
	rotate(4);
	append("three\nfour\n");
	rotate(4);
	append("five\nsi");
	assert_int_equal(log_lag_measure(&lag, path, &p, &e), 0);
	assert_int_equal(lag.bytes, 28 + 11 + 7);
	assert_int_equal(lag.records, 4);
	assert_int_equal(lag.oldest.serial, 8);
	assert_false(lag.is_gone || lag.is_estimate);
	rotate(2);
	rotate(2);
	put(2, "", 0, O_TRUNC);
	assert_int_equal(log_lag_measure(&lag, path, &p, &e), 0);
	assert_true(lag.is_gone);
	follow_release(&f);
}

static void a_long_lag_is_estimated(void **state)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(64 << 20);
	struct log_position none = {.offset = 0};
	struct log_lag lag;
	struct err e;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_printf(&b, "type=A msg=audit(9.000:%06d): %0*d\n", i, 60, 0);
	put(0, b.p, b.n, 0);
	assert_int_equal(log_lag_measure(&lag, path, &none, &e), 0);
	assert_int_equal(lag.bytes, b.n);
	assert_true(lag.is_estimate);
	assert_in_range(lag.records, 99000, 101000);
	assert_int_equal(lag.oldest.sec, 9);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(whole_lines_are_given_as_they_come),
		TEST(half_a_line_waits_for_its_newline),
		TEST(the_end_is_behind_the_last_whole_line),
		TEST(the_start_is_the_oldest_file),
		TEST(an_absent_log_is_waited_for),
		TEST(a_rotated_file_is_read_to_its_end_and_the_next_from_its_start),
		TEST(a_file_that_is_moved_before_the_next_one_is_there_is_waited_with),
		TEST(a_half_line_that_was_rotated_away_is_counted),
		TEST(the_oldest_file_is_read_on_after_it_was_overwritten),
		TEST(files_that_went_unread_are_a_gap_of_known_size),
		TEST(a_gap_that_is_not_certain_is_told_with_no_bytes),
		TEST(a_saved_position_finds_its_file_under_its_new_number),
		TEST(a_saved_position_whose_file_is_gone_is_a_gap),
		TEST(an_inode_that_came_again_is_another_file),
		TEST(a_file_whose_numbers_changed_is_known_by_its_beginning),
		TEST(a_truncated_file_is_a_gap_and_is_read_from_its_start),
		TEST(what_was_given_is_not_given_again_when_only_the_end_is_cut_off),
		TEST(a_file_that_is_copied_and_truncated_is_read_on_in_the_copy),
		TEST(a_file_that_is_replaced_is_read_to_its_end_and_older_ones_are_not_read_again),
		TEST(a_suspended_one_lets_go_of_the_file_and_finds_it_again),
		TEST(nul_bytes_of_a_crash_are_skipped),
		TEST(a_line_that_is_too_long_is_skipped_whole),
		TEST(a_block_ends_at_a_line_however_much_there_is),
		TEST(a_position_inside_what_was_given_is_found_files_later),
		TEST(a_saved_position_is_text_and_a_damaged_one_is_told),
		TEST(the_hash_of_a_beginning_is_the_same_in_every_version),
		TEST(a_lag_is_counted_over_all_files),
		TEST(a_long_lag_is_estimated),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}

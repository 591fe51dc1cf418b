/* Following a log whose rotated files are compressed, meanwhile or while nobody looked. */
#include "base/test.h"

#include "base/file.h"
#include "log/follow.h"
#include "log/lag.h"
#include "segment/names.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char folder[64], path[96];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/aurum-packed-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/audit.log", folder);
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

static void append(const char *bytes)
{
	CLEAN_FD int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, sv_cstr(bytes)), 0);
}

static void rotate(void)
{
	char from[128], to[128];

	for (unsigned i = 5; i > 0; i--) {
		(void)snprintf(from, sizeof(from), i > 1 ? "%s.%u" : "%s", path, i - 1);
		(void)snprintf(to, sizeof(to), "%s.%u", path, i);
		if (rename(from, to) != 0)
			assert_int_equal(errno, ENOENT);
	}
	append("");
}

static int open_segment(uint64_t number, int flags)
{
	char name[SEGMENT_PATH_MAX];

	assert_true(segment_path(path, number, name));
	return open(name, flags | O_CLOEXEC, 0600);
}

/* Makes the oldest plain file a segment. */
static void pack(unsigned plain_number, uint64_t number)
{
	const struct segment_options o = {.frame_bytes = 8};
	struct segment_head head;
	char name[128];

	(void)snprintf(name, sizeof(name), "%s.%u", path, plain_number);
	CLEAN_FD int plain = open(name, O_RDONLY | O_CLOEXEC);
	CLEAN_FD int packed = open_segment(number, O_CREAT | O_EXCL | O_RDWR);
	assert_int_equal(segment_write(plain, packed, &o, &head, NULL), 0);
	assert_int_equal(unlink(name), 0);
}

static void start(struct follow *f, const struct log_position *p)
{
	struct err e;

	assert_int_equal(follow_init(f, path, &e), 0);
	if (p)
		follow_from_position(f, p);
	else
		assert_int_equal(follow_from(f, FOLLOW_START, &e), 0);
}

static void assert_next(struct follow *f, enum follow_status expected, const char *text)
{
	struct sv lines = SV_EMPTY;
	struct err e = {.text = ""};
	enum follow_status status = follow_next(f, &lines, &e);

	if (status == FOLLOW_FAILED)
		fail_msg("%s", e.text);
	assert_int_equal(status, expected);
	if (text && !sv_eq(lines, sv_cstr(text)))
		fail_msg("%.*s instead of %s", SV_FMT(lines), text);
}

static void a_position_in_a_file_that_was_compressed_since_goes_on_there(void **state)
{
	struct log_position p;
	struct follow f;

	(void)state;
	append("one\ntwo\nthree\n");
	start(&f, NULL);
	assert_next(&f, FOLLOW_LINES, "one\ntwo\nthree\n");
	follow_position(&f, 4, &p);
	follow_release(&f);
	rotate();
	append("four\nfive\nsix");
	rotate();
	append("seven\n");
	rotate();
	append("eight\n");
	pack(3, 1);
	pack(2, 2);
	start(&f, &p);
	assert_next(&f, FOLLOW_LINES, "two\nthree\n");
	assert_next(&f, FOLLOW_LINES, "four\nfive\n");
	assert_next(&f, FOLLOW_LINES, "seven\n");
	assert_next(&f, FOLLOW_LINES, "eight\n");
	assert_next(&f, FOLLOW_NOTHING, NULL);
	assert_int_equal(f.stats.torn, 1);
	assert_int_equal(f.stats.gaps, 0);
	follow_release(&f);
}

static void a_file_is_read_on_while_it_is_compressed(void **state)
{
	struct follow f;

	(void)state;
	append("one\n");
	start(&f, NULL);
	assert_next(&f, FOLLOW_LINES, "one\n");
	append("two\n");
	rotate();
	append("three\n");
	rotate();
	append("four\n");
	pack(2, 7);
	pack(1, 8);
	assert_next(&f, FOLLOW_LINES, "two\n");
	assert_next(&f, FOLLOW_LINES, "three\n");
	assert_next(&f, FOLLOW_LINES, "four\n");
	follow_suspend(&f);
	rotate();
	append("five\n");
	pack(1, 9);
	assert_next(&f, FOLLOW_LINES, "five\n");
	assert_next(&f, FOLLOW_NOTHING, NULL);
	assert_int_equal(f.stats.gaps, 0);
	follow_release(&f);
}

static void segments_that_were_removed_before_they_were_read_are_a_gap(void **state)
{
	char name[SEGMENT_PATH_MAX];
	struct log_position p;
	struct follow f;

	(void)state;
	append("one\n");
	start(&f, NULL);
	assert_next(&f, FOLLOW_LINES, "one\n");
	follow_position(&f, 4, &p);
	follow_release(&f);
	rotate();
	append("two\n");
	rotate();
	append("three\n");
	pack(2, 1);
	pack(1, 2);
	assert_true(segment_path(path, 1, name));
	assert_int_equal(unlink(name), 0);
	start(&f, &p);
	assert_next(&f, FOLLOW_GAP, NULL);
	assert_int_equal(f.gap.cause, FOLLOW_REMOVED);
	follow_release(&f);
}

static void damage_is_passed_over_and_counted(void **state)
{
	struct log_position p = {0};
	struct segment s;
	struct follow f;

	(void)state;
	append("line a\nline b\nline c\nline d\nline e\n");
	start(&f, NULL);
	assert_next(&f, FOLLOW_LINES, NULL);
	follow_position(&f, 7, &p);
	p.head.bytes = 0; /* else the file would be another one */
	follow_release(&f);
	rotate();
	append("line f\n");
	pack(1, 1);
	assert_int_equal(segment_open(&s, open_segment(1, O_RDWR), NULL), SEGMENT_OPEN);
	assert_int_equal(s.frame_count, 3);
	assert_int_equal(pwrite(s.fd, "xxxx", 4, (off_t)s.frames[1].at + 10), 4);
	segment_close(&s);
	start(&f, &p);
	assert_next(&f, FOLLOW_LINES, "line b\n");
	assert_next(&f, FOLLOW_LINES, "line e\n");
	assert_next(&f, FOLLOW_LINES, "line f\n");
	assert_int_equal(f.stats.nul, 1);
	follow_release(&f);
}

static void a_lag_counts_compressed_files(void **state)
{
	struct log_position p;
	struct log_lag lag;
	struct follow f;
	struct err e;

	(void)state;
	append("one\ntype=A msg=audit(7.000:8): \n");
	start(&f, NULL);
	assert_next(&f, FOLLOW_LINES, NULL);
	follow_position(&f, 4, &p);
	follow_release(&f);
	rotate();
	append("three\nfour\n");
	rotate();
	append("five\n");
	pack(2, 1);
	pack(1, 2);
	assert_int_equal(log_lag_measure(&lag, path, &p, &e), 0);
	assert_int_equal(lag.bytes, 28 + 11 + 5);
	assert_int_equal(lag.records, 4);
	assert_int_equal(lag.oldest.serial, 8);
	assert_false(lag.is_gone || lag.is_estimate);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_position_in_a_file_that_was_compressed_since_goes_on_there),
		TEST(a_file_is_read_on_while_it_is_compressed),
		TEST(segments_that_were_removed_before_they_were_read_are_a_gap),
		TEST(damage_is_passed_over_and_counted),
		TEST(a_lag_counts_compressed_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

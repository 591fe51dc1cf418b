/* A log that is partly compressed is one log; damage is told and passed over. */
#include "base/test.h"

#include "base/buf.h"
#include "base/file.h"
#include "log/cursor.h"
#include "segment/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct place {
	char folder[64];
	char log[128];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/source-test.XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(p->log, sizeof(p->log), "%s/audit.log", p->folder);
	*state = p;
	return 0;
}

static int drop_place(void **state)
{
	struct place *p = *state;
	DIR *folder = opendir(p->folder);
	const struct dirent *entry;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(folder), entry->d_name, 0), 0);
	(void)closedir(folder);
	assert_int_equal(rmdir(p->folder), 0);
	free(p);
	return 0;
}

/* ---- making logs ---- */

static void plain_path(const struct place *p, unsigned number, char *out, size_t cap)
{
	(void)snprintf(out, cap, number ? "%s.%u" : "%s", p->log, number);
}

static void put_plain(const struct place *p, unsigned number, struct sv text)
{
	char path[160];

	plain_path(p, number, path, sizeof(path));
	assert_int_equal(file_replace(path, text, 0600, NULL), 0);
}

static int open_segment(const struct place *p, uint64_t number, int flags)
{
	char path[SEGMENT_PATH_MAX];
	int fd;

	assert_true(segment_path(p->log, number, path));
	fd = open(path, flags | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

/* Makes a segment of a plain file, which stays. */
static void pack(const struct place *p, unsigned plain_number, uint64_t number, size_t frame_bytes)
{
	const struct segment_options o = {.frame_bytes = frame_bytes};
	struct segment_head head;
	char path[160];
	int plain, packed = open_segment(p, number, O_CREAT | O_EXCL | O_RDWR);

	plain_path(p, plain_number, path, sizeof(path));
	plain = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(plain >= 0);
	assert_int_equal(segment_write(plain, packed, &o, &head, NULL), 0);
	(void)close(plain);
	(void)close(packed);
}

static void put_segment(const struct place *p, uint64_t number, struct sv text, size_t frame_bytes)
{
	char path[160];

	put_plain(p, 99, text);
	pack(p, 99, number, frame_bytes);
	plain_path(p, 99, path, sizeof(path));
	assert_int_equal(unlink(path), 0);
}

/* Changes a byte in a frame of a segment. */
static void damage(const struct place *p, uint64_t number, size_t frame)
{
	int fd = open_segment(p, number, O_RDWR);
	struct segment s;
	unsigned char byte;
	off_t at;

	assert_int_equal(segment_open(&s, fd, NULL), SEGMENT_OPEN);
	at = (off_t)(s.frames[frame].at + s.frames[frame].bytes / 2);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	segment_close(&s);
}

/* Cuts the tables off. */
static void cut_tables(const struct place *p, uint64_t number)
{
	int fd = open_segment(p, number, O_RDWR);
	struct segment s;

	assert_int_equal(segment_open(&s, fd, NULL), SEGMENT_OPEN);
	assert_true(s.frame_count > 0);
	assert_int_equal(ftruncate(fd, (off_t)(s.frames[s.frame_count - 1].at +
					       s.frames[s.frame_count - 1].bytes)),
			 0);
	segment_close(&s);
}

/* ---- reading them ---- */

#define TEST_CURSOR(c)                                                                             \
	CLEANUP(cursor_release) struct cursor c;                                                   \
	cursor_init(&(c))

/* Every line with a '|' behind it, every error as "!". */
static void read_all(struct cursor *c, struct buf *out, struct err *last)
{
	enum cursor_status status;
	struct sv line;

	while ((status = cursor_next(c, &line, last)) != CURSOR_END)
		if (status == CURSOR_LINE) {
			buf_put(out, line);
			buf_putc(out, '|');
		} else {
			buf_putc(out, '!');
		}
}

static void expect_set(const struct place *p, const char *lines)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct err e;
	TEST_CURSOR(c);

	if (cursor_open_set(&c, p->log, &e) != 0)
		fail_msg("%s", e.text);
	read_all(&c, &out, &e);
	assert_string_equal(buf_cstr(&out), lines);
}

static void segments_come_before_plain_files_by_their_number(void **state)
{
	const struct place *p = *state;

	put_segment(p, 9, SV("two\n"), 0);
	put_segment(p, 7, SV("one\n"), 0);
	put_segment(p, 100, SV("three\nfour\n"), 1);
	expect_set(p, "one|two|three|four|");
	put_plain(p, 0, SV("six\n"));
	put_plain(p, 1, SV("five\n"));
	expect_set(p, "one|two|three|four|five|six|");
	put_segment(p, 101, SV_EMPTY, 0);
	expect_set(p, "one|two|three|four|five|six|");
}

static void a_file_that_is_there_both_ways_is_read_once(void **state)
{
	const struct place *p = *state;

	put_plain(p, 0, SV("five\n"));
	put_plain(p, 1, SV("four\n"));
	put_plain(p, 2, SV("three\n"));
	put_plain(p, 3, SV("two\n"));
	put_segment(p, 1, SV("one\n"), 0);
	pack(p, 3, 2, 0);
	expect_set(p, "one|two|three|four|five|");
	pack(p, 2, 3, 0);
	expect_set(p, "one|two|three|four|five|");
}

/* More than one thread opens them. */
static void many_segments_are_opened_in_order(void **state)
{
	CLEANUP(buf_release) struct buf lines = BUF_INIT(1 << 16);
	const struct place *p = *state;
	char path[SEGMENT_PATH_MAX], line[32];
	struct err e;

	put_plain(p, 0, SV("new\n"));
	for (uint64_t i = 1; i <= 120; i++) {
		(void)snprintf(line, sizeof(line), "line %llu\n", (unsigned long long)i);
		put_segment(p, i, sv_cstr(line), 0);
		buf_put(&lines, sv_head(sv_cstr(line), strlen(line) - 1));
		buf_putc(&lines, '|');
	}
	buf_puts(&lines, "new|");
	expect_set(p, buf_cstr(&lines));
	/* A name of that kind behind which nothing is: gone between listing and opening, as for who looks. */
	assert_true(segment_path(p->log, 121, path));
	assert_int_equal(symlink("nowhere", path), 0);
	expect_set(p, buf_cstr(&lines));
	assert_int_equal(unlink(path), 0);
	assert_true(segment_path(p->log, 60, path));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(".", path), 0);
	{
		TEST_CURSOR(c);

		assert_int_equal(cursor_open_set(&c, p->log, &e), -1);
		assert_int_equal(e.sys, EISDIR);
		assert_non_null(strstr(e.text, "audit.log-00000060.zst"));
	}
}

static void a_named_segment_or_stream_is_read_as_text(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	char path[SEGMENT_PATH_MAX];
	struct err e;
	TEST_CURSOR(c);

	put_segment(p, 1, SV("one\ntwo\nthr"), 5);
	assert_true(segment_path(p->log, 1, path));
	assert_int_equal(cursor_open_file(&c, path, &e), 0);
	assert_int_equal(c.sources[0]->kind, CURSOR_SEGMENT);
	assert_int_equal(c.sources[0]->bytes, 11);
	put_segment(p, 2, SV("four\nfive\n"), 5);
	cut_tables(p, 2);
	assert_true(segment_path(p->log, 2, path));
	assert_int_equal(cursor_open_file(&c, path, &e), 0);
	assert_int_equal(c.sources[1]->kind, CURSOR_STREAM);
	read_all(&c, &out, &e);
	assert_string_equal(buf_cstr(&out), "one|two|thr|four|five|");
	assert_int_equal(c.stats.torn, 1);
	assert_int_equal(c.stats.lines, 5);
}

static void damage_is_told_with_file_and_frame_and_the_rest_is_read(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct err e;
	TEST_CURSOR(c);

	put_segment(p, 1, SV("a line\nb line\nc line\nd line\n"), 7);
	put_plain(p, 0, SV("e line\n"));
	damage(p, 1, 2);
	assert_int_equal(cursor_open_set(&c, p->log, &e), 0);
	read_all(&c, &out, &e);
	assert_string_equal(buf_cstr(&out), "a line|b line|!d line|e line|");
	assert_non_null(strstr(e.text, "audit.log-00000001.zst: frame 3 of 4, bytes 14 to 21"));
}

static void behind_damage_in_a_stream_reading_goes_on_with_a_whole_line(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct err e;
	TEST_CURSOR(c);

	put_segment(p, 1, SV("a line\nb line\nc line\nd line\ne line\n"), 7);
	damage(p, 1, 1);
	cut_tables(p, 1);
	put_plain(p, 0, SV("f line\n"));
	assert_int_equal(cursor_open_set(&c, p->log, &e), 0);
	read_all(&c, &out, &e);
	assert_string_equal(buf_cstr(&out), "a line|!d line|e line|f line|");
	assert_non_null(strstr(e.text, "audit.log-00000001.zst: the frame at byte "));
}

static void what_is_no_segment_is_an_error_when_it_is_read(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct err e;
	int fd = open_segment(p, 1, O_CREAT | O_RDWR);
	TEST_CURSOR(c);

	assert_int_equal(file_write(fd, SV("type=A msg=audit(1.000:1): a=b\n")), 0);
	(void)close(fd);
	(void)close(open_segment(p, 2, O_CREAT | O_RDWR));
	put_plain(p, 0, SV("x\n"));
	assert_int_equal(cursor_open_set(&c, p->log, &e), 0);
	read_all(&c, &out, &e);
	assert_string_equal(buf_cstr(&out), "!x|");
}

/* ---- where to start ---- */

#define RECORD(sec) "type=A msg=audit(" sec ".000:1): a=b\n"

static void a_segment_is_found_by_the_inode_of_the_file_that_it_was(void **state)
{
	const struct place *p = *state;
	struct segment_head was;
	struct err e;
	char path[160];
	int fd;
	TEST_CURSOR(c);

	put_segment(p, 1, SV(RECORD("10")), 0);
	put_plain(p, 1, SV(RECORD("30")));
	plain_path(p, 1, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(segment_head_of(fd, &was, NULL), 0);
	(void)close(fd);
	put_segment(p, 2, SV(RECORD("20")), 0);
	pack(p, 1, 3, 0);
	assert_int_equal(unlink(path), 0);
	put_plain(p, 0, SV(RECORD("40")));
	assert_int_equal(cursor_open_set(&c, p->log, &e), 0);
	/* The newest file may well have that inode, too. */
	assert_true(
		cursor_start_at(&c, (uint32_t)was.device, was.inode, &(struct stamp){.sec = 35}));
	assert_int_equal(c.at, 1);
}

static void of_files_with_one_inode_the_one_counts_that_is_old_enough(void **state)
{
	const struct place *p = *state;
	struct err e;
	TEST_CURSOR(c);

	put_segment(p, 1, SV("no record\n" RECORD("100")), 0);
	put_segment(p, 2, SV(RECORD("200")), 0);
	put_segment(p, 3, SV(RECORD("300")), 0);
	put_segment(p, 4, SV(RECORD("400")), 0);
	assert_int_equal(cursor_open_set(&c, p->log, &e), 0);
	for (size_t i = 0; i < 4; i++)
		c.sources[i]->device = c.sources[i]->inode = 5 + (i == 3);
	assert_true(cursor_start_at(&c, 5, 5, &(struct stamp){.sec = 250}));
	assert_int_equal(c.at, 0);
	assert_true(cursor_start_at(&c, 5, 5, &(struct stamp){.sec = 350}));
	assert_int_equal(c.at, 1);
	assert_true(cursor_start_at(&c, 5, 5, &(struct stamp){.sec = 50}));
	assert_int_equal(c.at, 0);
	assert_false(cursor_start_at(&c, 7, 5, &(struct stamp){.sec = 350}));
}

static void the_head_of_a_source_is_the_same_plain_and_compressed(void **state)
{
	const struct place *p = *state;
	struct segment_head packed, plain;
	struct err e;
	char path[160];
	TEST_CURSOR(c);

	put_plain(p, 1, SV("one\ntwo\n"));
	pack(p, 1, 1, 0);
	plain_path(p, 1, path, sizeof(path));
	assert_int_equal(cursor_open_file(&c, path, &e), 0);
	assert_int_equal(cursor_open_fd(&c, open_segment(p, 1, O_RDONLY), "packed", &e), 0);
	assert_true(cursor_source_head(c.sources[0], &plain));
	assert_true(cursor_source_head(c.sources[1], &packed));
	assert_true(packed.raw_hash != 0);
	packed.raw_hash = 0;
	assert_memory_equal(&packed, &plain, offsetof(struct segment_head, is_ragged));
	assert_int_equal(packed.is_ragged, plain.is_ragged);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(segments_come_before_plain_files_by_their_number),
		PLACED(a_file_that_is_there_both_ways_is_read_once),
		PLACED(many_segments_are_opened_in_order),
		PLACED(a_named_segment_or_stream_is_read_as_text),
		PLACED(damage_is_told_with_file_and_frame_and_the_rest_is_read),
		PLACED(behind_damage_in_a_stream_reading_goes_on_with_a_whole_line),
		PLACED(what_is_no_segment_is_an_error_when_it_is_read),
		PLACED(a_segment_is_found_by_the_inode_of_the_file_that_it_was),
		PLACED(of_files_with_one_inode_the_one_counts_that_is_old_enough),
		PLACED(the_head_of_a_source_is_the_same_plain_and_compressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

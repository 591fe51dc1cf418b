/*
 * A writer that rotates as fast as it can, in a process of its own, and a reader: files move while
 * they are looked at. Where nothing is overwritten the reader gets every line; where files are, each
 * line once, and none is missing without a gap.
 */
#include "base/test.h"

#include "log/cursor.h"
#include "log/follow.h"

#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define LINES     6000
#define FILE_SIZE 900

static char folder[64], path[96];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/aurum-race-XXXXXX");
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

/* Exits with 0 when every line is written. */
static void write_lines(unsigned files)
{
	struct log_options o = {.path = path, .max_bytes = FILE_SIZE};
	struct log_writer w;
	struct err e;

	if (log_open(&w, &o, &e) != 0)
		_exit(1);
	for (unsigned i = 1; i <= LINES; i++) {
		char line[64];
		size_t taken;
		int n = snprintf(line, sizeof(line), "type=A msg=audit(1.000:%u): x\n", i);
		enum log_append_status status =
			log_append(&w, sv_make(line, (size_t)n), &taken, &e);

		if (status == LOG_FAILED || (status == LOG_FULL && log_rotate(&w, files, &e) != 0))
			_exit(2);
		/* Sometimes the reader is to be at the end. */
		if (i % 97 == 0)
			(void)poll(NULL, 0, 1);
	}
	_exit(0);
}

static pid_t start_writer(unsigned files)
{
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		write_lines(files);
	return pid;
}

static uint64_t number_of(struct sv line)
{
	struct record r;

	assert_true(record_head(line, &r) && sv_ends(line, SV("): x")));
	return r.stamp.serial;
}

/* Reads to the last line; the number of gaps. */
static unsigned read_lines(unsigned patience_ms)
{
	bool after_gap = false;
	unsigned gaps = 0;
	uint64_t last = 0;
	struct sv lines, line;
	struct follow f;
	struct err e;

	assert_int_equal(follow_init(&f, path, &e), 0);
	assert_int_equal(follow_from(&f, FOLLOW_START, &e), 0);
	while (last < LINES) {
		switch (follow_next(&f, &lines, &e)) {
		case FOLLOW_LINES:
			while (sv_line(&lines, &line)) {
				uint64_t number = number_of(line);

				if (after_gap || last == 0)
					assert_true(number > last);
				else
					assert_int_equal(number, last + 1);
				last = number;
				after_gap = false;
			}
			if (patience_ms)
				(void)poll(NULL, 0, (int)patience_ms);
			break;
		case FOLLOW_GAP:
			after_gap = true;
			gaps++;
			break;
		case FOLLOW_NOTHING:
			(void)poll(NULL, 0, 1);
			break;
		case FOLLOW_FAILED:
			fail_msg("%s", e.text);
		}
	}
	follow_release(&f);
	return gaps;
}

static void assert_done(pid_t writer)
{
	int status;

	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
}

static void nothing_is_missed_while_files_only_move(void **state)
{
	pid_t writer = start_writer(900);

	(void)state;
	assert_int_equal(read_lines(0), 0);
	assert_done(writer);
	/* Again, from the start. */
	assert_int_equal(read_lines(0), 0);
}

static void nothing_is_missed_without_a_gap_while_files_are_overwritten(void **state)
{
	pid_t writer = start_writer(3);
	unsigned gaps = read_lines(2);

	(void)state;
	print_message("# %u gaps\n", gaps);
	assert_done(writer);
}

/* Any look at the whole is a stretch without a hole, whatever moves meanwhile. */
static void a_whole_set_has_no_hole(void **state)
{
	pid_t writer = start_writer(900);
	int status = 0, looks = 0;

	(void)state;
	while (waitpid(writer, &status, WNOHANG) == 0) {
		enum cursor_status got;
		uint64_t last = 0;
		struct cursor c;
		struct sv line;
		struct err e;

		cursor_init(&c);
		if (cursor_open_set(&c, path, &e) == 0)
			looks++;
		while ((got = cursor_next(&c, &line, &e)) == CURSOR_LINE && c.stats.torn == 0) {
			uint64_t number = number_of(line);

			assert_int_equal(number, last + 1);
			last = number;
		}
		cursor_release(&c);
	}
	assert_int_equal(status, 0);
	assert_true(looks > 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_missed_while_files_only_move),
		TEST(nothing_is_missed_without_a_gap_while_files_are_overwritten),
		TEST(a_whole_set_has_no_hole),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}

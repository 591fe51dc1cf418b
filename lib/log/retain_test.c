#include "base/test.h"

#include "base/file.h"
#include "log/lock.h"
#include "log/writer.h"
#include "segment/names.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

static char folder[64], path[96];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/aurum-retain-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/audit.log", folder);
	return 0;
}

static int remove_one(const char *name, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(name);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put_plain(unsigned count)
{
	char name[128];

	for (unsigned i = 1; i <= count; i++) {
		(void)snprintf(name, sizeof(name), "%s.%u", path, i);
		assert_int_equal(file_replace(name, SV("x\n"), 0400, NULL), 0);
	}
}

/* Segments 1 to count, each of a text of its own and with an index. */
static void put_segments(unsigned count)
{
	char name[SEGMENT_PATH_MAX], index[SEGMENT_PATH_MAX], text[32];
	struct segment_head head;

	(void)snprintf(name, sizeof(name), "%s/index", folder);
	(void)mkdir(name, 0700);
	for (unsigned i = 1; i <= count; i++) {
		CLEAN_FD int packed = -1, plain = open(folder, O_TMPFILE | O_RDWR, 0600);

		assert_true(segment_path(path, i, name));
		packed = open(name, O_RDWR | O_CREAT | O_EXCL, 0400);
		(void)snprintf(text, sizeof(text), "%u\n", i);
		assert_true(plain >= 0 && packed >= 0);
		assert_int_equal(file_write(plain, sv_cstr(text)), 0);
		assert_int_equal(segment_write(plain, packed, NULL, &head, NULL), 0);
		assert_true(index_path(path, &head, index));
		assert_int_equal(file_replace(index, SV("index"), 0400, NULL), 0);
		assert_true(segment_index_path(path, i, name));
		assert_string_equal(name, index);
	}
}

/* The segments that are there, as "2 3", and as many indexes. */
static void assert_segments(const char *wanted)
{
	CLEANUP(segment_list_release) struct segment_list l = SEGMENT_LIST_INIT;
	char name[SEGMENT_PATH_MAX], found[64] = "";
	size_t n = 0;

	assert_int_equal(segment_list_look(&l, path, NULL), 0);
	for (size_t i = 0; i < l.count; i++) {
		n += (size_t)snprintf(found + n, sizeof(found) - n, "%s%u", n ? " " : "",
				      (unsigned)l.numbers[i]);
		assert_true(segment_index_path(path, l.numbers[i], name));
		assert_int_equal(access(name, F_OK), 0);
	}
	assert_string_equal(found, wanted);
	(void)snprintf(name, sizeof(name), "%s/index", folder);
	for (size_t i = 0; i < l.count; i++) {
		char index[SEGMENT_PATH_MAX];

		assert_true(segment_index_path(path, l.numbers[i], index));
		assert_int_equal(unlink(index), 0);
	}
	/* No other index was left. */
	assert_int_equal(rmdir(name), 0);
}

static unsigned plain_files(void)
{
	char name[128];
	unsigned n = 0;

	do
		(void)snprintf(name, sizeof(name), "%s.%u", path, ++n);
	while (access(name, F_OK) == 0);
	return n - 1;
}

static void rotation_lets_segments_go_before_plain_files(void **state)
{
	static const struct {
		unsigned files, plain, segments;
		const char *after;
		unsigned plain_after;
	} cases[] = {
		{9, 2, 3, "1 2 3", 3}, {6, 2, 3, "2 3", 3},   {5, 2, 3, "3", 3},
		{4, 2, 3, "", 3},      {3, 2, 3, "", 2},      {2, 0, 1, "", 1},
		{3, 0, 1, "1", 1},     {0, 2, 3, "1 2 3", 2}, {1, 0, 3, "1 2 3", 0},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct log_options o = {.path = path};
		struct log_writer w;
		struct err e;

		put_plain(cases[i].plain);
		put_segments(cases[i].segments);
		assert_int_equal(log_open(&w, &o, &e), 0);
		assert_int_equal(log_rotate(&w, cases[i].files, &e), 0);
		assert_segments(cases[i].after);
		assert_int_equal(plain_files(), cases[i].plain_after);
		assert_int_equal(log_close(&w, &e), 0);
		(void)remove_folder(NULL);
		(void)mkdir(folder, 0700);
	}
}

static void excess_segments_are_removed_and_plain_files_are_as_before(void **state)
{
	struct log_options o = {.path = path};

	(void)state;
	put_plain(2);
	put_segments(3);
	assert_int_equal(log_remove_excess(&o, 1), 0);
	assert_int_equal(log_remove_excess(&o, 6), 0);
	assert_int_equal(log_remove_excess(&o, 4), 2);
	assert_int_equal(plain_files(), 2);
	assert_segments("3");
}

static void with_fewer_files_than_there_are_plain_ones_no_segment_stays(void **state)
{
	struct log_options o = {.path = path};

	(void)state;
	put_plain(3);
	put_segments(2);
	assert_int_equal(log_remove_excess(&o, 3), 3);
	assert_int_equal(plain_files(), 2);
	assert_segments("");
}

static void the_oldest_of_all_is_a_segment(void **state)
{
	struct log_options o = {.path = path};
	struct err e;

	(void)state;
	put_plain(1);
	put_segments(2);
	assert_int_equal(log_remove_oldest(&o, &e), 1);
	assert_int_equal(plain_files(), 1);
	assert_int_equal(log_remove_oldest(&o, &e), 1);
	assert_int_equal(plain_files(), 1);
	assert_segments("");
	assert_int_equal(log_remove_oldest(&o, &e), 1);
	assert_int_equal(plain_files(), 0);
	assert_int_equal(log_remove_oldest(&o, &e), 0);
}

static void a_segment_without_tables_goes_too(void **state)
{
	struct log_options o = {.path = path};
	char name[SEGMENT_PATH_MAX];
	struct err e;

	(void)state;
	assert_true(segment_path(path, 7, name));
	assert_int_equal(file_replace(name, SV("no segment"), 0400, NULL), 0);
	assert_false(segment_index_path(path, 7, name));
	assert_int_equal(log_remove_oldest(&o, &e), 1);
	assert_int_equal(log_remove_oldest(&o, &e), 0);
}

static void a_rotation_waits_while_somebody_holds_the_names_but_not_for_ever(void **state)
{
	struct log_options o = {.path = path};
	struct log_writer w;
	struct err e;
	int names;

	(void)state;
	assert_int_equal(log_open(&w, &o, &e), 0);
	names = log_lock_of(path, LOG_LOCK_NAMES, true);
	assert_true(names >= 0);
	assert_int_equal(log_rotate(&w, 3, &e), 1);
	assert_int_equal(log_keep(&w, &e), 1);
	assert_int_equal(plain_files(), 0);
	assert_int_equal(w.rotations, 0);
	(void)close(names);
	assert_int_equal(log_rotate(&w, 3, &e), 0);
	assert_int_equal(plain_files(), 1);
	/* The rotation itself has let go of them. */
	names = log_lock_of(path, LOG_LOCK_NAMES, false);
	assert_true(names >= 0);
	assert_int_equal(log_rotate(&w, 3, &e), 1);
	w.put_off_ms -= LOG_PATIENCE_MS;
	assert_int_equal(log_rotate(&w, 3, &e), 0);
	assert_int_equal(plain_files(), 2);
	(void)close(names);
	assert_int_equal(log_close(&w, &e), 0);
}

/* Whoever may read the log and its folder can lock them, but nothing that a rotation waits for. */
static void who_only_reads_holds_up_nobody(void **state)
{
	struct log_options o = {.path = path};
	CLEAN_FD int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), log = -1;
	char name[128];
	struct log_writer w;
	struct stat st;
	struct err e;

	(void)state;
	assert_int_equal(log_open(&w, &o, &e), 0);
	log = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(log, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(flock(at, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(log_rotate(&w, 3, &e), 0);
	assert_int_equal(plain_files(), 1);
	/* Who rotates makes no file that was not there. */
	(void)snprintf(name, sizeof(name), "%s/" LOG_LOCK_FILE, folder);
	assert_int_equal(access(name, F_OK), -1);
	(void)umask(0);
	assert_int_equal(close(log_lock(at, LOG_LOCK_ARCHIVIST, true)), 0);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(log_close(&w, &e), 0);
}

static void one_has_a_lock_at_a_time_and_each_is_another(void **state)
{
	char name[128];
	int first, second;

	(void)state;
	assert_int_equal(log_lock_of(path, LOG_LOCK_NAMES, false), -1);
	assert_int_equal(errno, ENOENT);
	first = log_lock_of(path, LOG_LOCK_NAMES, true);
	assert_true(first >= 0);
	assert_int_equal(log_lock_of(path, LOG_LOCK_NAMES, true), -1);
	assert_int_equal(errno, EAGAIN);
	second = log_lock_of(path, LOG_LOCK_ARCHIVIST, false);
	assert_true(second >= 0);
	(void)close(second);
	assert_int_equal(log_lock_of(path, LOG_LOCK_NAMES, false), -1);
	(void)close(first);
	first = log_lock_of(path, LOG_LOCK_NAMES, false);
	assert_true(first >= 0);
	(void)close(first);
	/* A link is not followed, and what it leads to not made. */
	(void)snprintf(name, sizeof(name), "%s/" LOG_LOCK_FILE, folder);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(symlink(path, name), 0);
	assert_int_equal(log_lock_of(path, LOG_LOCK_NAMES, true), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(log_lock_of("audit.log", LOG_LOCK_NAMES, true), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(rotation_lets_segments_go_before_plain_files),
		TEST(excess_segments_are_removed_and_plain_files_are_as_before),
		TEST(with_fewer_files_than_there_are_plain_ones_no_segment_stays),
		TEST(the_oldest_of_all_is_a_segment),
		TEST(a_segment_without_tables_goes_too),
		TEST(a_rotation_waits_while_somebody_holds_the_names_but_not_for_ever),
		TEST(who_only_reads_holds_up_nobody),
		TEST(one_has_a_lock_at_a_time_and_each_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

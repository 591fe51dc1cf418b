/* Files that come, go and are strange, and lines that are: nothing hides in them. */
#include "integrity/verify_stage_test.h"

#define VERIFY_LINE ((size_t)4 << 20) /* longer than any that auditd writes */

static void add_a_file(void)
{
	put("audit.log.3", SV("type=LOGIN msg=audit(1.000:1): forged\n"));
}

static void a_file_in_front_of_the_seal_is_not_proven(void **state)
{
	struct verify_result r;
	struct verify_options o;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	add_a_file();
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_LINES_BEFORE));
	o = forge_options(&f, log_path);
	o.has_from = true;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	/* Who reads the log reads the last line of a file also where it has no end. */
	put("audit.log.3", SV("type=USER msg=audit(1.000:1): x"));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_LINES_BEFORE));
	forge_release(&f);
}

static void policy_removes_files_with_a_signature(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	for (int is_signed = 0; is_signed < 2; is_signed++) {
		forge_init(&f, 7);
		forge_start(&f, SEAL_FIRST);
		forge_lines(&f, 333);
		forge_rotate(&f);
		forge_lines(&f, 444);
		forge_rotate(&f);
		forge_lines(&f, 111);
		forge_rotate(&f);
		forge_lines(&f, 10);
		forge_prune(&f, 2, is_signed);
		forge_stop(&f);
		forge_write_as(&f, folder, is_signed);
		assert_int_equal(look(&f, &r), is_signed ? VERIFY_PROVEN : VERIFY_TAMPERED);
		assert_int_equal(r.first, 777);
		if (!is_signed)
			assert_int_equal(r.bad.change, VERIFY_FILE_MISSING);
		if (is_signed) {
			struct verify_options o = forge_options(&f, log_path);

			o.has_to = true;
			o.to = 10;
			assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
			assert_non_null(doubt_of(&r, DOUBT_LINES_PRUNED));
			flip("integrity/level1/00000000", 40, 1);
			assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
			drop("integrity/level1/00000000");
			assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
		}
		forge_release(&f);
		assert_int_equal(empty(NULL), 0);
	}
}

/* A line that is longer than what is read at a time hides nothing behind it. */
static void overlong_lines_hide_nothing(void **state)
{
	static char text[VERIFY_LINE + 64];
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	memset(text, 'x', VERIFY_LINE);
	memcpy(text + VERIFY_LINE, "\ntype=LOGIN msg=audit(1.000:1): forged\n", 40);
	put("audit.log.3", sv_make(text, VERIFY_LINE + 40));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_LINES_BEFORE));
	drop("audit.log.3");
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, sv_make(text, VERIFY_LINE + 40));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_LINES_BEYOND));
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.has_to = true;
	o.to = 5;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	forge_release(&f);
}

static void strange_files_are_told(void **state)
{
	char path[256], target[256];
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	put("audit.log.7", SV("type=LOGIN msg=audit(1.000:1): forged\n")); /* behind a gap */
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_FILE_UNKNOWN));
	drop("audit.log.7");
	put("forged", SV("type=LOGIN msg=audit(1.000:1): forged\n"));
	path_of("audit.log.3", path);
	path_of("forged", target);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	drop("audit.log.3");
	{
		char again[256];

		path_of("audit.log.1", again);
		assert_int_equal(link(again, path), 0); /* other programs would read it twice */
		assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
		drop("audit.log.3");
	}
	put("audit.log-00000001.zst", SV("\x28\xb5\x2f\xfd no segment"));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	drop("audit.log-00000001.zst");
	put("audit.log.3", SV_EMPTY); /* has no line that could be forged */
	put("audit.log.x", SV("not of the log\n"));
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	forge_release(&f);
}

static void empty_lines_and_any_bytes_are_lines(void **state)
{
	static char long_line[VERIFY_LINE + 1];
	struct verify_result r;
	struct forge f;

	(void)state;
	memset(long_line, 'x', sizeof(long_line));
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_line(&f, SV(""));
	forge_line(&f, sv_make("\0\0\r\xff", 4));
	forge_line(&f, SV(""));
	forge_rotate(&f);
	forge_rotate(&f); /* a file without a line */
	forge_line(&f, sv_make(long_line, 100000));
	forge_stop(&f);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	splice_file("audit.log", 0, 0, sv_make(long_line, sizeof(long_line)));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_int_equal(r.bad.from, 3);
	forge_release(&f);
}

/* More lines than a share holds, blocks of every alignment, many checkpoints. */
static void large_logs_are_proven_by_any_number_of_threads(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	for (unsigned i = 0; i < 60; i++) {
		forge_lines(&f, forge_random(&f, 1500));
		if (i % 9 == 8 && f.file_count < 5)
			forge_rotate(&f);
		forge_checkpoint(&f);
	}
	forge_prune(&f, 1, true);
	forge_stop(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	for (unsigned threads = 1; threads < 5; threads++) {
		o.threads = threads;
		assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	}
	flip("audit.log", 1000000, 3);
	for (unsigned threads = 1; threads < 5; threads++) {
		o.threads = threads;
		assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
		assert_true(r.bad.is_exact);
	}
	forge_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_in_front_of_the_seal_is_not_proven),
		TEST(policy_removes_files_with_a_signature),
		TEST(overlong_lines_hide_nothing),
		TEST(strange_files_are_told),
		TEST(empty_lines_and_any_bytes_are_lines),
		TEST(large_logs_are_proven_by_any_number_of_threads),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

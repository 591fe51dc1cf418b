#include "base/test.h"

#include "segment/names.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void names_say_which_log_and_number(void **state)
{
	const struct segment_head head = {.raw_bytes = 0x800000, .head_hash = 0xabc};
	char path[SEGMENT_PATH_MAX], log[SEGMENT_PATH_MAX];

	(void)state;
	assert_true(segment_path("/var/log/audit/audit.log", 42, path));
	assert_string_equal(path, "/var/log/audit/audit.log-00000042.zst");
	assert_true(segment_path("audit.log", 1234567890, path));
	assert_string_equal(path, "audit.log-1234567890.zst");
	assert_true(segment_draft_path("/var/log/audit/audit.log", 42, path));
	assert_string_equal(path, "/var/log/audit/.audit.log-00000042.zst.new");
	assert_true(segment_draft_path("audit.log", 42, path));
	assert_string_equal(path, ".audit.log-00000042.zst.new");
	assert_true(index_path("/var/log/audit/audit.log", &head, path));
	assert_string_equal(path, "/var/log/audit/index/0000000000000abc-800000.idx");
	memset(log, 'x', sizeof(log));
	log[sizeof(log) - 10] = 0;
	assert_false(segment_path(log, 1, path));
	assert_false(segment_draft_path(log, 1, path));
	log[3] = '/';
	assert_true(index_path(log, &head, path));
}

static void touch(const char *folder, const char *name)
{
	char path[SEGMENT_PATH_MAX];
	int fd;

	assert_true(snprintf(path, sizeof(path), "%s/%s", folder, name) > 0);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
}

static void segments_are_listed_by_number_and_nothing_else_is(void **state)
{
	static const char *const names[] = {
		"log-00000012.zst",
		"log-00000002.zst",
		"log-100000000.zst",
		"log-000000003.zst",
		"log-0000004.zst",
		"log-0000000x.zst",
		"log-00000005.zst.new",
		".log-00000006.zst",
		"log-00000007.zs",
		"log.1",
		"log",
		"alog-00000008.zst",
		"log-00000009.log.zst",
		"log-99999999999999999999.zst",
		"log2-00000010.zst",
	};
	const uint64_t numbers[] = {2, 12, 100000000};
	char folder[] = "/tmp/aurum-names-XXXXXX", log[64], path[SEGMENT_PATH_MAX];
	struct segment_list l = SEGMENT_LIST_INIT;

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < LEN(names); i++)
		touch(folder, names[i]);
	assert_true(snprintf(log, sizeof(log), "%s/log", folder) > 0);
	assert_int_equal(segment_list_look(&l, log, NULL), 0);
	assert_int_equal(l.count, LEN(numbers));
	assert_memory_equal(l.numbers, numbers, sizeof(numbers));
	for (size_t i = 0; i < LEN(names); i++) {
		assert_true(snprintf(path, sizeof(path), "%s/%s", folder, names[i]) > 0);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(segment_list_look(&l, log, NULL), 0);
	assert_int_equal(l.count, 0);
	segment_list_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_say_which_log_and_number),
		cmocka_unit_test(segments_are_listed_by_number_and_nothing_else_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

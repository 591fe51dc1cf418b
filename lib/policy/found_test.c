/* The file in which the kernel's state is kept: written, read, locked, torn. */
#include "base/test.h"

#include "base/file.h"
#include "policy/found.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST "aurum-test 1"

struct place {
	char folder[32], path[64];
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/aurum-found-XXXXXX");
	if (!mkdtemp(p->folder))
		return -1;
	(void)snprintf(p->path, sizeof(p->path), "%s/state", p->folder);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	(void)unlink(p->path);
	(void)rmdir(p->folder);
	free(p);
	return 0;
}

static struct found example(void)
{
	struct found f = FOUND_INIT;

	f.status = (struct audit_status){.enabled = 1,
					 .failure = 2,
					 .rate_limit = 3,
					 .backlog_limit = 4,
					 .backlog_wait_time = 5};
	rule_list_put(&f.rules, SV("first"));
	rule_list_put(&f.rules, SV("second\0with a nul"));
	return f;
}

static void write_text(const struct place *p, const char *text)
{
	assert_int_equal(file_replace(p->path, sv_cstr(text), 0600, NULL), 0);
}

static void what_is_written_is_read_again(void **state)
{
	const struct place *p = *state;
	struct found f = example(), again;
	int fd, read_fd;
	struct err e;

	assert_int_equal(found_create(&f, p->path, FIRST, &fd, &e), FOUND_CREATED);
	(void)close(fd);
	assert_int_equal(found_load(&again, p->path, FIRST, NULL, NULL, &read_fd, &e), 0);
	assert_int_equal(again.process, getpid());
	assert_int_equal(again.status.enabled, 1);
	assert_int_equal(again.status.failure, 2);
	assert_int_equal(again.status.rate_limit, 3);
	assert_int_equal(again.status.backlog_limit, 4);
	assert_int_equal(again.status.backlog_wait_time, 5);
	assert_true(sv_eq(buf_view(&again.rules.bytes), buf_view(&f.rules.bytes)));
	(void)close(read_fd);
	found_release(&again);
	found_release(&f);
}

static void as_long_as_the_writer_lives_nobody_else_reads_it(void **state)
{
	const struct place *p = *state;
	struct found f = example(), again;
	int fd, other = -1, read_fd;
	struct err e;

	assert_int_equal(found_create(&f, p->path, FIRST, &fd, &e), FOUND_CREATED);
	assert_int_equal(found_load(&again, p->path, FIRST, NULL, NULL, &read_fd, &e), -1);
	assert_int_equal(e.sys, EBUSY);
	assert_int_equal(read_fd, -1);
	assert_int_equal(found_create(&f, p->path, FIRST, &other, &e), FOUND_THERE);
	assert_int_equal(other, -1);
	(void)close(fd);
	found_release(&f);
}

static bool take_ready(void *ctx, struct sv word, struct sv rest)
{
	bool *is_ready = ctx;

	*is_ready = sv_eq(word, SV("ready")) && rest.n == 0;
	return *is_ready;
}

static void lines_of_the_writer_are_handed_on(void **state)
{
	const struct place *p = *state;
	struct found f;
	bool is_ready = false;
	struct err e;
	int fd;

	write_text(p, FIRST "\nprocess 1\nstatus 0 1 0 64 0\nfound 00ff\nready\n");
	assert_int_equal(found_load(&f, p->path, FIRST, take_ready, &is_ready, &fd, &e), 0);
	assert_true(is_ready);
	assert_int_equal(f.rules.count, 1);
	(void)close(fd);
	found_release(&f);
}

static void a_torn_last_line_says_nothing(void **state)
{
	const struct place *p = *state;
	struct found f;
	struct err e;
	int fd;

	write_text(p, FIRST "\nprocess 1\nstatus 0 1 0 64 0\nfound 00\nfound 0");
	assert_int_equal(found_load(&f, p->path, FIRST, NULL, NULL, &fd, &e), 0);
	assert_int_equal(f.rules.count, 1);
	(void)close(fd);
	found_release(&f);
}

static void what_is_no_state_is_refused_with_its_line(void **state)
{
	static const char *const texts[] = {
		"something else 1\n",
		FIRST "\nprocess x\nfound 00\n",
		FIRST "\nstatus 0 1 0 64\nfound 00\n",
		FIRST "\nfound 0g\nfound 00\n",
		FIRST "\nready\nfound 00\n",
		FIRST "\n\nfound 00\n",
	};
	const struct place *p = *state;
	struct found f;
	struct err e;
	int fd;

	for (size_t i = 0; i < LEN(texts); i++) {
		write_text(p, texts[i]);
		assert_int_equal(found_load(&f, p->path, FIRST, NULL, NULL, &fd, &e), -1);
		assert_non_null(strstr(e.text, i ? "state:2: this is no state that aurum wrote"
						 : "state:1: this is no state that aurum wrote"));
	}
	write_text(p, FIRST "\n");
	assert_int_equal(chmod(p->path, 0666), 0);
	assert_int_equal(found_load(&f, p->path, FIRST, NULL, NULL, &fd, &e), -1);
	assert_non_null(strstr(e.text, "is not a file that only this user can write"));
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(found_load(&f, p->path, FIRST, NULL, NULL, &fd, &e), -1);
	assert_int_equal(e.sys, ENOENT);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read_again),
		TEST(as_long_as_the_writer_lives_nobody_else_reads_it),
		TEST(lines_of_the_writer_are_handed_on),
		TEST(a_torn_last_line_says_nothing),
		TEST(what_is_no_state_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The page of the epochs' keys: what is on it, who finds it again, and that it is wiped. */
#include "base/test.h"

#include "seal/secret.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

static const struct seal_public public_a = {{1, 2, 3}}, public_b = {{4, 5, 6}};
static const uint8_t seed_a[SEAL_SEED_BYTES] = {11}, seed_b[SEAL_SEED_BYTES] = {22};

static struct seal_secret *make(void)
{
	struct err e;
	struct seal_secret *s = seal_secret_new(&e);

	if (!s)
		fail_msg("%s", e.text);
	return s;
}

static void slots_are_found_by_their_public_key(void **state)
{
	struct seal_secret *s = make();

	(void)state;
	assert_int_equal(seal_secret_find(s, &public_a), -1);
	seal_secret_fill(s, 0, 7, seed_a, &public_a);
	seal_secret_fill(s, 1, 8, seed_b, &public_b);
	assert_int_equal(seal_secret_find(s, &public_a), 0);
	assert_int_equal(seal_secret_find(s, &public_b), 1);
	assert_int_equal(seal_secret_page(s)->slot[1].epoch, 8);
	assert_memory_equal(seal_secret_page(s)->slot[1].seed, seed_b, sizeof(seed_b));
	seal_secret_release(s);
}

static void the_key_before_is_wiped(void **state)
{
	static const struct seal_secret_slot empty;
	struct seal_secret *s = make();

	(void)state;
	seal_secret_fill(s, 0, 7, seed_a, &public_a);
	seal_secret_fill(s, 1, 8, seed_b, &public_b);
	seal_secret_activate(s, 1);
	assert_int_equal(seal_secret_page(s)->active, 1);
	assert_memory_equal(&seal_secret_page(s)->slot[0], &empty, sizeof(empty));
	assert_int_equal(seal_secret_find(s, &public_a), -1);
	assert_int_equal(seal_secret_find(s, &public_b), 1);
	seal_secret_release(s);
}

static int duplicate(const struct seal_secret *s)
{
	int fd = seal_secret_fd(s);

	if (fd < 0) {
		print_message("no memfd_secret here: nothing can be left\n");
		skip();
	}
	fd = dup(fd);
	assert_true(fd >= 0);
	return fd;
}

static void a_page_that_was_left_goes_on(void **state)
{
	struct seal_secret *s = make();
	struct err e;
	int fd;

	(void)state;
	seal_secret_fill(s, 1, 99, seed_a, &public_a);
	seal_secret_page(s)->starts = 3;
	fd = duplicate(s);
	seal_secret_leave(s);
	s = seal_secret_adopt(fd, &e);
	assert_non_null(s);
	assert_int_equal(seal_secret_find(s, &public_a), 1);
	assert_int_equal(seal_secret_page(s)->starts, 3);
	seal_secret_release(s);
}

static void what_is_released_is_wiped_for_all(void **state)
{
	struct seal_secret *s = make(), *again;
	struct err e;
	int fd;

	(void)state;
	seal_secret_fill(s, 0, 1, seed_a, &public_a);
	fd = duplicate(s);
	seal_secret_release(s);
	again = seal_secret_adopt(fd, &e);
	assert_null(again);
	assert_string_equal(e.text, "the page that was left is of another kind or version");
}

static void other_descriptors_are_refused(void **state)
{
	int fd = memfd_create("none", MFD_CLOEXEC);
	struct err e;

	(void)state;
	assert_int_equal(ftruncate(fd, sysconf(_SC_PAGESIZE)), 0);
	assert_null(seal_secret_adopt(fd, &e));
	assert_string_equal(e.text, "the descriptor that was left is no page of the seal's keys");
	assert_int_equal(close(fd), -1);
	assert_null(seal_secret_adopt(-1, &e));
	assert_int_equal(e.sys, EBADF);
}

static void damaged_pages_are_refused(void **state)
{
	struct err e;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct seal_secret *s = make();
		int fd = duplicate(s);

		if (i == 0)
			seal_secret_page(s)->active = 2;
		else if (i == 1)
			seal_secret_page(s)->slot[1].is_filled = 2;
		else
			seal_secret_page(s)->slot[0].zero[6] = 1;
		seal_secret_leave(s);
		assert_null(seal_secret_adopt(fd, &e));
	}
}

/* A child either has no such page (memfd_secret: not mapped) or an empty one. */
static void children_do_not_have_it(void **state)
{
	struct seal_secret *s = make();
	int status;
	pid_t pid;

	(void)state;
	seal_secret_fill(s, 0, 1, seed_a, &public_a);
	pid = fork();
	if (pid == 0) {
		unsigned char resident;

		if (mincore(seal_secret_page(s), 1, &resident) != 0 && errno == ENOMEM)
			_exit(0);
		_exit(seal_secret_page(s)->slot[0].seed[0] == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	seal_secret_release(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_found_by_their_public_key),
		cmocka_unit_test(the_key_before_is_wiped),
		cmocka_unit_test(a_page_that_was_left_goes_on),
		cmocka_unit_test(what_is_released_is_wiped_for_all),
		cmocka_unit_test(other_descriptors_are_refused),
		cmocka_unit_test(damaged_pages_are_refused),
		cmocka_unit_test(children_do_not_have_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The bar, on a pseudo terminal and elsewhere. */
#include "base/test.h"

#include "base/sv.h"
#include "output/progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void a_terminal_gets_a_bar_after_a_second_and_loses_it(void **state)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK), fd;
	struct progress p;
	char text[256];
	ssize_t n;

	(void)state;
	assert_true(terminal >= 0);
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	fd = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	progress_init(&p, fd);
	progress_show(&p, 1, 4);
	progress_clear(&p);
	assert_int_equal(read(terminal, text, sizeof(text)), -1);
	p.next_ms = 0;
	progress_show(&p, 1, 4);
	n = read(terminal, text, sizeof(text));
	assert_true(n > 0);
	assert_true(sv_ends(sv_make(text, (size_t)n), SV("]  25 %")));
	progress_release(&p);
	n = read(terminal, text, sizeof(text));
	assert_true(sv_eq(sv_make(text, (size_t)n), SV("\r\033[K")));
	(void)close(fd);
	(void)close(terminal);
}

static void a_pipe_gets_nothing(void **state)
{
	struct progress p;
	int ends[2];
	char text[8];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	progress_init(&p, ends[1]);
	p.next_ms = 0;
	progress_show(&p, 1, 2);
	progress_release(&p);
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], text, sizeof(text)), 0);
	(void)close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_gets_a_bar_after_a_second_and_loses_it),
		cmocka_unit_test(a_pipe_gets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

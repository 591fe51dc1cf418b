/* Command lines, however the kernel cut them up. */
#include "base/test.h"

#include "record/argv.h"

#define AT "msg=audit(1700000000.123:1): "

/* The words of the lines with a "|" behind each. */
static void check(const char *const *lines, const char *want)
{
	CLEANUP(buf_release) struct buf word = BUF_INIT(64), out = BUF_INIT(4096);
	struct record records[4];
	struct argv argv;
	size_t count = 0;

	for (; lines[count]; count++)
		assert_int_equal(record_parse(sv_cstr(lines[count]), &records[count]), RECORD_OK);
	argv_init(&argv, records, count);
	while (argv_next(&argv, &word)) {
		buf_put(&out, buf_view(&word));
		buf_putc(&out, '|');
	}
	assert_string_equal(buf_cstr(&out), want);
}

static void words_are_decoded_and_put_together(void **state)
{
	static const char *const plain[] = {
		"type=SYSCALL " AT "a0=1 a1=2",
		"type=EXECVE " AT "argc=4 a0=\"ls\" a1=2D6C2061 a2= a3=\"6162\"", NULL};
	static const char *const pieces[] = {
		"type=EXECVE " AT "argc=3 a0=\"x\" a1_len=10 a1[0]=\"abcde\" a1[1]=6667",
		"type=CWD " AT "cwd=\"/\"", "type=EXECVE " AT "a1[2]=\"h\" a2=\"z\"", NULL};
	static const char *const odd[] = {"type=EXECVE " AT "a0=ABC a1=abxy ax=1 a=2", NULL};
	static const char *const none[] = {"type=CWD " AT "a0=\"no\"", NULL};

	(void)state;
	check(plain, "ls|-l a||6162|");
	check(pieces, "x|abcdefgh|z|");
	check(odd, "ABC|abxy|");
	check(none, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_decoded_and_put_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

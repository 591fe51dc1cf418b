/* Heads of lines in texts of their own memory, so that a sanitizer sees every byte beside them. */
#include "base/test.h"

#include "query/heads.h"

#include <stdlib.h>

static const char lines[] =
	"type=SYSCALL msg=audit(1700000000.123:42): arch=c000003e syscall=59 pid=4242\n"
	"type=PATH msg=audit(1700000000.123:42): item=0 name=\"/etc/shadow\"\n"
	"node=web1 type=CWD msg=audit(1700000000.123:42): cwd=\"/\"\n"
	"node=web1 type=EOE msg=audit(1700000000.123:42): \n"
	"no record\n"
	"type=USER_LOGIN msg=audit(1700000001.000:43): pid=1 msg='op=login res=success'\n"
	"type=X msg=audit(1.1:1)\n"
	"type=UNKNOWN[1500] msg=audit(1.1:1): a=4242\n"
	"\n"
	"type=SYSCALL msg=audit(1700000002.000:18446744073709551615): pid=4242\n";

static char *copy(struct sv text)
{
	char *own = malloc(text.n ? text.n : 1);

	assert_non_null(own);
	if (text.n)
		memcpy(own, text.p, text.n);
	return own;
}

/* How many lines of text are records, and how many others are not empty. */
static void count_lines(struct sv text, uint64_t *records, uint64_t *malformed)
{
	struct record r;
	struct sv line;

	*records = *malformed = 0;
	while (sv_line(&text, &line))
		if (record_head(line, &r))
			++*records;
		else
			*malformed += line.n > 0;
}

static void check(const struct plan *plan, struct sv text)
{
	char *own = copy(text);
	uint64_t records, malformed, in_pieces = 0;
	struct heads h;

	count_lines(text, &records, &malformed);
	heads_init(&h);
	assert_int_equal(heads_read(&h, plan, sv_make(own, text.n), 0), 0);
	for (size_t i = 0; i < h.count; i++) {
		assert_true(h.list[i].piece.at + h.list[i].piece.bytes <= text.n);
		in_pieces += h.list[i].piece.lines;
	}
	assert_int_equal(in_pieces, records);
	assert_int_equal(h.malformed, malformed);
	heads_release(&h);
	free(own);
}

static void every_line_has_its_head_wherever_the_text_is_cut(void **state)
{
	const struct sv all = sv_make(lines, sizeof(lines) - 1);
	struct query q;
	struct plan plan;

	(void)state;
	query_init(&q);
	q.wanted = UINT32_C(1) << QUERY_PID;
	q.number[QUERY_PID] = 4242;
	plan_init(&plan, &q);
	assert_int_equal(plan.set_count, 1);
	for (enum wide wide = WIDE_PLAIN; wide <= wide_best(); wide++) {
		plan.wide = wide;
		for (size_t n = 0; n <= all.n; n++) {
			check(&plan, sv_head(all, n));
			check(&plan, sv_from(all, n));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_has_its_head_wherever_the_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * A search expression, a newline, and lines of a log. Whatever they are, parsing ends with a tree or
 * a sentence about a byte of the text; what a tree is written as reads back as the same; and both
 * hold for the same records.
 */
#include "query/expression.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void compare(const struct expression *x, const struct expression *y, struct sv lines,
		    struct expression_matcher *m)
{
	struct record r;
	struct sv line;

	while (sv_line(&lines, &line))
		if (record_parse(line, &r) == RECORD_OK)
			require(expression_matches_record(x, &r, m) ==
				expression_matches_record(y, &r, m));
}

static void read_back(const struct expression *x, struct sv lines, struct expression_matcher *m)
{
	CLEANUP(buf_release) struct buf once = BUF_INIT(1 << 20);
	CLEANUP(buf_release) struct buf twice = BUF_INIT(1 << 20);
	struct expression y;
	struct err e;
	size_t column;

	expression_put(x, &once);
	if (once.n > EXPRESSION_TEXT_MAX)
		return;
	require(expression_parse(&y, buf_view(&once), &column, &e) == 0);
	expression_put(&y, &twice);
	require(sv_eq(buf_view(&once), buf_view(&twice)));
	compare(x, &y, lines, m);
	expression_release(&y);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct name_source nobody;
	static struct names *names;
	struct sv text, lines;
	struct interpreter ip;
	struct expression_matcher m;
	struct expression x;
	struct err e;
	size_t column = 0;

	if (!names && !(names = names_new(&nobody, NULL)))
		return 0;
	(void)sv_cut(sv_make((const char *)data, size), '\n', &text, &lines);
	if (expression_parse(&x, text, &column, &e) != 0) {
		require(column >= 1 && column <= text.n + 1);
		return 0;
	}
	interpreter_init(&ip, names, ESCAPE_TTY);
	expression_matcher_init(&m, &ip);
	read_back(&x, lines, &m);
	expression_matcher_release(&m);
	expression_release(&x);
	return 0;
}

/* A query, a newline, and lines of a log: what lang_check_test.h says has to hold. */
#include "query/lang_check_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct check c;
	struct check_query q;
	struct sv text, lines;

	if (!c.names && !check_init(&c))
		return 0;
	/* A query of several lines ends with an empty one. */
	(void)sv_cut(sv_make((const char *)data, size), '\n', &text, &lines);
	if (check_open(&q, &c, text))
		check_lines(&q, lines);
	check_close(&q);
	return 0;
}

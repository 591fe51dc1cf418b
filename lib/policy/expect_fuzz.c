/* Any text is a file of expectations: every test has what its kind needs, and a line of its own. */
#include "policy/expect.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = {0};
	struct expect_file file;
	struct err e;
	uint32_t line = 0;

	if (expect_read(&file, sv_make((const char *)data, size), &problems, &e) != 0)
		return 0;
	for (size_t i = 0; i < file.count; i++) {
		const struct expectation *t = &file.tests[i];

		if (t->line <= line || !t->text.n || (t->want == EXPECT_NOTHING) != !t->key ||
		    !t->log == !t->argv || (t->key && !*t->key) || (t->argv && !t->argv[0]) ||
		    (t->log && (t->user || t->has_login)))
			abort();
		line = t->line;
	}
	for (size_t i = 0; i < file.rule_count; i++)
		if (!file.rules[i])
			abort();
	expect_release(&file);
	return 0;
}

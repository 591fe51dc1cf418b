/*
 * Any bytes as a rule from the kernel. What is taken packs to bytes that give the same listing,
 * and the listing can be given to the reader without harm.
 */
#include "rule/command.h"
#include "rule/pack.h"
#include "rule/print.h"
#include "rule/rule_host_test.h"
#include "rule/rules_file.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rule_style style = {.machine = MACHINE_X86_64, .interpret = size % 2};
	CLEANUP(buf_release)
	struct buf bytes = BUF_INIT(1 << 20), listing = BUF_INIT(1 << 20),
		   again = BUF_INIT(1 << 20);
	struct problems problems = {0};
	struct rule rule, unpacked;
	struct rule_words words;
	struct rules_file f;
	struct command c;
	int done;

	if (rule_unpack(sv_make((const char *)data, size), &rule, NULL) != 0)
		return 0;
	rule_pack(&rule, &bytes);
	done = rule_unpack(buf_view(&bytes), &unpacked, NULL);
	assert(done == 0);
	rule_print(&rule, &style, &listing);
	rule_print(&unpacked, &style, &again);
	assert(sv_eq(buf_view(&again), buf_view(&listing)));
	rules_file_from_text(&f, buf_view(&listing));
	if (rules_file_next(&f, &words, &problems) == RULES_LINE)
		done = command_parse(&words, &test_host, &c, &problems);
	(void)done;
	rules_file_close(&f);
	return 0;
}

/* Any text is a rules file: reading and checking it ends, and every finding has a place in it. */
#include "policy/check.h"
#include "rule/rule_host_test.h"

#include <stdlib.h>

static enum path_kind kind_of(void *ctx, const char *path)
{
	(void)ctx;
	return (enum path_kind)((unsigned char)path[strlen(path) - 1] % (PATH_FOLDER + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct check_host host = {.rules = test_host, .kind_of = kind_of};
	struct findings found;
	struct rule_set set;
	struct err e;

	findings_init(&found);
	if (check_rules_text(&set, "fuzz", sv_make((const char *)data, size), &host, &found, &e) ==
	    0) {
		findings_sort(&found);
		for (size_t i = 0; i < found.count; i++) {
			const struct finding *f = &found.list[i];

			if (f->id >= FINDING_IDS || f->message.n == 0 ||
			    (f->at.line && f->at.column == 0) ||
			    (f->at.text.n &&
			     (f->at.text.p < set.contents[0].p ||
			      f->at.text.p + f->at.text.n > set.contents[0].p + set.contents[0].n)))
				abort();
		}
		rule_set_release(&set);
	}
	findings_release(&found);
	return 0;
}

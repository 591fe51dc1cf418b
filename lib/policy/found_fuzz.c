/* The file in which the kernel's state is kept: whatever is in it, it is read or refused. */
#include "policy/found.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take_line(void *ctx, struct sv word, struct sv rest)
{
	size_t *bytes = ctx;

	*bytes += word.n + rest.n;
	return word.n > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv text = sv_make((const char *)data, size), rest, rule;
	size_t bytes = 0, count = 0;
	struct found f;
	struct err e;

	if (found_parse(&f, text, "fuzz", "aurum-rules 1", take_line, &bytes, &e) != 0) {
		if (e.text[0] == '\0')
			__builtin_trap();
		return 0;
	}
	for (rest = buf_view(&f.rules.bytes); rule_list_take(&rest, &rule);)
		count++;
	if (count != f.rules.count || bytes > size)
		__builtin_trap();
	found_release(&f);
	return 0;
}

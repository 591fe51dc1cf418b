/* Any two words as the bounds of a window. The first byte picks the edge and the zone's side. */
#include "query/when.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool utc_to_local(int64_t seconds, struct tm *out)
{
	time_t t = seconds;

	return gmtime_r(&t, out) != NULL;
}

static bool utc_from_local(const struct tm *local, int64_t *out)
{
	struct tm copy = *local;

	*out = timegm(&copy);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	struct when_context c = {.now = 1700055930,
				 .boot = 1700000000,
				 .locale = locale,
				 .to_local = utc_to_local,
				 .from_local = utc_from_local};
	char *text = malloc(size + 1);
	int64_t out = 0;
	struct err e;

	if (size && text && locale) {
		char *second;

		memcpy(text, data + 1, size - 1);
		text[size - 1] = 0;
		second = strchr(text, ' ');
		if (second)
			*second++ = 0;
		if (when_parse(&c, data[0] & 1 ? WHEN_END : WHEN_START, text, second, &out, &e) ==
			    0 &&
		    out < 0)
			abort();
	}
	free(text);
	if (locale)
		freelocale(locale);
	return 0;
}

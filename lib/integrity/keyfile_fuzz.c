/* Any bytes as a key at rest: what is accepted is printed as it was. */
#include "integrity/keyfile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(2 * KEYFILE_TEXT_MAX);
	struct sv all = sv_make((const char *)data, size);
	struct keyfile k;

	if (keyfile_parse(all, &k, NULL) != 0)
		return 0;
	keyfile_print(&text, &k);
	if (!sv_eq(buf_view(&text), all))
		abort();
	return 0;
}

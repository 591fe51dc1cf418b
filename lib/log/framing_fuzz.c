/* The first byte says how; the rest are lines. String framing keeps every byte but marks. */
#include "log/framing.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 22);
	struct sv rest = sv_make((const char *)data, size);
	struct framing f = {0};

	if (size == 0)
		return 0;
	f.is_binary = data[0] & 1;
	f.is_raw = data[0] & 2;
	rest = sv_from(rest, 1);
	while (rest.n) {
		size_t n = sv_index(rest, '\n'), before = out.n;

		if (n == rest.n)
			break;
		framing_put(&f, sv_head(rest, n + 1), &out);
		if (n && !out.failed && out.n - before < n)
			abort();
		rest = sv_from(rest, n + 1);
	}
	return 0;
}

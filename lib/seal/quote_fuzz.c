/* Bytes that say they are a TPM's quote: two sizes, the attest, the signature. Read to the last byte or not at
 * all, and signed by nobody's key. */
#include "seal/quote.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv all = sv_make((const char *)data, size);
	struct seal_quote q;
	size_t n;
	struct err e;

	if (size < 1)
		return 0;
	n = data[0] < size - 1 ? data[0] : size - 1;
	if (seal_quote_parse(sv_head(sv_from(all, 1), n), sv_from(all, 1 + n), &q, &e) == 0)
		assert(q.attest_bytes == n && q.pcr < 32);
	return 0;
}

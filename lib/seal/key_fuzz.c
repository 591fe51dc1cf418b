/* Text that says it is a public key, an anchor or Base64: what is read prints as it was. */
#include "seal/anchor.h"
#include "seal/base64.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_base64(struct sv text)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT((size_t)1 << 22);
	char *bytes = malloc(text.n + 1);
	size_t n, again;

	if (bytes && seal_base64_size(text, &n)) {
		assert(n <= text.n && seal_base64_get(text, bytes, n, &again) && again == n);
		seal_base64_put(&b, bytes, n);
		assert(sv_eq(buf_view(&b), text));
	}
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT((size_t)1 << 20);
	struct sv text = sv_make((const char *)data, size);
	struct seal_anchor a, same;
	struct seal_vkey v;
	struct err e;

	if (size > (1 << 20))
		return 0;
	check_base64(text);
	if (seal_vkey_parse(text, &v, &e) == 0) {
		seal_vkey_print(&b, &v);
		assert(sv_eq_nocase(buf_view(&b),
				    text)); /* the id's digits may be of either case */
	}
	buf_reset(&b);
	if (seal_anchor_parse(text, &a, &e) == 0) {
		seal_anchor_print(&b, &a);
		assert(seal_anchor_parse(buf_view(&b), &same, &e) == 0);
		assert(a.starts == same.starts && seal_public_eq(&a.next, &same.next));
	}
	return 0;
}

/* Bytes that say they are a proof: what is read prints as it was; it proves nothing of what it does not. */
#include "seal/proof.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PRINT_MAX ((size_t)1 << 22)

static void check_inclusion(struct sv text)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(PRINT_MAX);
	struct seal_digest *d = seal_digest_new(NULL);
	struct seal_hash leaf = {{1}};
	struct seal_inclusion p;
	struct err e;

	if (d && seal_inclusion_parse(text, &p, &e) == 0) {
		seal_inclusion_print(&b, &p);
		assert(sv_eq(buf_view(&b), text));
		assert(!seal_check_inclusion(d, &leaf, p.index, p.index + 1 + p.path[0].b[0],
					     p.path, p.count, &p.path[1]));
	}
	seal_digest_free(d);
}

static void check_consistency(struct sv text)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(PRINT_MAX);
	struct seal_digest *d = seal_digest_new(NULL);
	struct seal_hash old = {{1}}, root = {{2}};
	struct seal_consistency p;
	struct err e;

	if (d && seal_consistency_parse(text, &p, &e) == 0) {
		seal_consistency_print(&b, &p);
		assert(sv_eq(buf_view(&b), text));
		assert(!seal_check_consistency(d, p.old, p.size, p.path, p.count, &old, &root));
	}
	seal_digest_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv text = sv_make((const char *)data, size);

	if (size > PRINT_MAX / 4)
		return 0;
	check_inclusion(text);
	check_consistency(text);
	return 0;
}

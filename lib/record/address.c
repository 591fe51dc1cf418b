/* The bytes of a socket address. */
#include "record/address.h"

#include "record/escape.h"

bool address_decode(struct sv value, struct address *out)
{
	/* No memory is asked for here. */
	struct buf bytes = {.p = out->is.text, .cap = ADDRESS_MAX - 1, .max = ADDRESS_MAX - 1};

	*out = (struct address){.length = value.n / 2};
	return decode_bytes(sv_head(value, 2 * bytes.max), &bytes);
}

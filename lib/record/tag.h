/*
 * A name, or the first eight bytes of a longer one, as one number: names with different tags
 * differ, and names of one length up to eight bytes with the same tag are the same. Private to
 * lib/record.
 */
#ifndef AURUM_RECORD_TAG_H
#define AURUM_RECORD_TAG_H

#include "base/sv.h"

#include <stdint.h>

#define TAG_BYTES 8

static inline uint64_t tag_of(struct sv name)
{
	uint64_t tag = 0;

	if (name.n >= TAG_BYTES) {
		memcpy(&tag, name.p, TAG_BYTES);
	} else if (name.n >= TAG_BYTES / 2) { /* its halves overlap */
		uint32_t head, end;

		memcpy(&head, name.p, sizeof(head));
		memcpy(&end, name.p + name.n - sizeof(end), sizeof(end));
		tag = (uint64_t)head << 32 | end;
	} else if (name.n > 0) {
		tag = (uint64_t)(unsigned char)name.p[0] << 16 |
		      (uint64_t)(unsigned char)name.p[name.n / 2] << 8 |
		      (unsigned char)name.p[name.n - 1];
	}
	return tag;
}

/* The same for a name with its letters in lower case. */
static inline uint64_t tag_lowered(uint64_t tag)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), low = tag & ones * 0x7f;
	uint64_t upper = (low + ones * (0x80 - 'A')) & ~(low + ones * (0x7f - 'Z')) & ~tag;

	return tag | (upper & ones * 0x80) >> 2;
}

/* Whether two names are the same; their tags are known. */
static inline bool tag_same(uint64_t tag_a, struct sv a, uint64_t tag_b, struct sv b)
{
	return tag_a == tag_b && a.n == b.n &&
	       (a.n <= TAG_BYTES || memcmp(a.p + TAG_BYTES, b.p + TAG_BYTES, a.n - TAG_BYTES) == 0);
}

#endif

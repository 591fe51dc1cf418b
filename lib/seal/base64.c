/*
 * Base64, four characters for three bytes. Reading refuses what a lenient reader would pass over.
 */
#include "seal/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void seal_base64_put(struct buf *b, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t three = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
				 (left > 2 ? p[i + 2] : 0u);

		buf_putc(b, alphabet[three >> 18]);
		buf_putc(b, alphabet[three >> 12 & 63]);
		buf_putc(b, left > 1 ? alphabet[three >> 6 & 63] : '=');
		buf_putc(b, left > 2 ? alphabet[three & 63] : '=');
	}
}

/* What a character stands for: 0..63, or 64 for none. */
static unsigned value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return 26 + (unsigned)(c - 'a');
	if (c >= '0' && c <= '9')
		return 52 + (unsigned)(c - '0');
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Decodes up to cap bytes to out, or only counts them where out is NULL. */
static bool decode(struct sv text, uint8_t *out, size_t cap, size_t *n)
{
	size_t pad = sv_ends(text, SV("==")) ? 2 : sv_ends(text, SV("=")) ? 1 : 0;
	size_t size = text.n / 4 * 3 - pad;

	if (text.n % 4 != 0 || text.n < pad || (out && size > cap))
		return false;
	for (size_t i = 0, at = 0; i < text.n; i += 4) {
		uint32_t three = 0;

		for (size_t j = 0; j < 4; j++) {
			unsigned value = i + j < text.n - pad ? value_of(text.p[i + j]) : 0;

			if (value > 63)
				return false;
			three = three << 6 | value;
		}
		for (size_t j = 0; j < 3; j++, at++) {
			uint8_t byte = (uint8_t)(three >> (16 - 8 * j));

			if (at >= size && byte != 0)
				return false; /* bits that mean nothing are zero */
			if (at < size && out)
				out[at] = byte;
		}
	}
	*n = size;
	return true;
}

bool seal_base64_size(struct sv text, size_t *n)
{
	return decode(text, NULL, 0, n);
}

bool seal_base64_get(struct sv text, void *out, size_t cap, size_t *n)
{
	return decode(text, out, cap, n);
}

bool seal_base64_exactly(struct sv text, void *out, size_t n)
{
	size_t size;

	return seal_base64_size(text, &size) && size == n && decode(text, out, n, &size);
}

/*
 * Base64 (RFC 4648, 4): standard alphabet, padded, and on reading canonical: unused bits are zero,
 * nothing but the alphabet, so that each text has one meaning and each meaning one text.
 */
#ifndef AURUM_SEAL_BASE64_H
#define AURUM_SEAL_BASE64_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/sv.h"

#include <stdbool.h>
#include <stdint.h>

void seal_base64_put(struct buf *b, const void *bytes, size_t n);

/* Whether it is Base64; *n is then the number of bytes it stands for. */
MUST_CHECK bool seal_base64_size(struct sv text, size_t *n);

/* Decodes into at most cap bytes, *n of them. False, with out undefined: it is none, or too much. */
MUST_CHECK bool seal_base64_get(struct sv text, void *out, size_t cap, size_t *n);

/* Decodes exactly n bytes. */
MUST_CHECK bool seal_base64_exactly(struct sv text, void *out, size_t n);

#endif

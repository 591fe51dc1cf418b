/* The ways in which a value may be asked for are told apart here; field.def says which of them a field has. */
#include "index/sketch.h"

#include "base/num.h"
#include "index/hash.h"
#include "record/escape.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/un.h>

#define TEXT_MAX ((size_t)256 << 10)
#define GRAM     4

/* One value in 1,700 that is not there is taken for one that is; of parts, whose runs are many, one run in 12. */
const struct bloom_shape bloom_values = {16, 8};
const struct bloom_shape bloom_parts = {5, 2};

static uint32_t bit_of(uint64_t hash, unsigned probe, uint32_t bits)
{
	uint32_t step = (uint32_t)(hash >> 32) | 1;

	return (uint32_t)(((uint64_t)((uint32_t)hash + probe * step) * bits) >> 32);
}

bool bloom_has(const unsigned char *bloom, size_t bytes, unsigned probes, uint64_t hash)
{
	if (bytes == 0)
		return false;
	for (unsigned i = 0; i < probes; i++) {
		uint32_t bit = bit_of(hash, i, (uint32_t)bytes * 8);

		if (!(bloom[bit / 8] >> (bit % 8) & 1))
			return false;
	}
	return true;
}

void sketch_init(struct sketch *s, enum index_form form, bool has_parts)
{
	*s = (struct sketch){
		.form = form,
		.has_parts = has_parts,
		.values = {.bits = BUF_INIT(UINT32_MAX)},
		.parts = {.bits = BUF_INIT(UINT32_MAX)},
		.text = BUF_INIT(TEXT_MAX),
	};
}

static void blooms_release(struct blooms *b)
{
	free(b->hashes);
	free(b->at);
	buf_release(&b->bits);
}

void sketch_release(struct sketch *s)
{
	blooms_release(&s->values);
	blooms_release(&s->parts);
	buf_release(&s->text);
	free(s->set);
	s->set = s->values.hashes = s->parts.hashes = NULL;
	s->values.at = s->parts.at = NULL;
}

/* ---- what is put ---- */

static bool room(struct sketch *s, struct blooms *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 256;
	uint64_t *grown;

	if (b->count + more <= b->cap)
		return true;
	while (cap < b->count + more)
		cap *= 2;
	grown = reallocarray(b->hashes, cap, sizeof(*grown));
	if (!grown) {
		s->failed = true;
		return false;
	}
	b->hashes = grown;
	b->cap = cap;
	return true;
}

/* One way in which a value can be asked for. */
static void put_text(struct sketch *s, struct sv text)
{
	if (!room(s, &s->values, 1))
		return;
	s->values.hashes[s->values.count++] = hash_value(text);
	if (!s->has_parts || text.n < GRAM || !room(s, &s->parts, text.n))
		return;
	for (size_t i = 0; i + GRAM <= text.n; i++)
		s->parts.hashes[s->parts.count++] = hash_gram(text.p + i);
}

static void put_number(struct sketch *s, struct sv raw)
{
	while (raw.n > 1 && raw.p[0] == '0')
		raw = sv_from(raw, 1);
	for (size_t i = 0; i < raw.n; i++)
		if (num_digit(raw.p[i]) > 9)
			s->fits_all = true;
	if (raw.n == 0)
		s->fits_all = true;
	put_text(s, raw);
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* Without its quotes, if it has them; up to the first that closes it, too, where that is not the last byte. */
static void put_quoted(struct sketch *s, struct sv raw)
{
	struct sv inside = sv_from(raw, 1), closed = sv_head(inside, sv_index(inside, raw.p[0]));

	put_text(s, closed);
	if (closed.n + 1 == inside.n)
		return;
	put_text(s, raw);
	put_text(s, inside);
	if (inside.n && inside.p[inside.n - 1] == raw.p[0])
		put_text(s, sv_head(inside, inside.n - 1));
	if (closed.n == inside.n)
		put_text(s, SV(" ")); /* what decode_put() makes of it */
}

/* Whole, and up to a NUL. */
static void put_bytes(struct sketch *s, struct sv bytes)
{
	put_text(s, bytes);
	if (sv_index(bytes, 0) < bytes.n)
		put_text(s, sv_head(bytes, sv_index(bytes, 0)));
}

static void put_decoded(struct sketch *s, struct sv raw)
{
	buf_reset(&s->text);
	if (!decode_bytes(raw, &s->text) || s->text.failed)
		return;
	put_bytes(s, buf_view(&s->text));
}

static void put_texts(struct sketch *s, struct sv raw)
{
	if (raw.n && is_quote(raw.p[0])) {
		put_quoted(s, raw);
		return;
	}
	put_text(s, raw);
	put_decoded(s, raw);
	if (sv_starts(raw, SV("00")))
		put_decoded(s, sv_from(raw, 2));
}

static void put_address(struct sketch *s, struct sv raw)
{
	char text[INET6_ADDRSTRLEN];
	struct sv bytes;
	unsigned family;
	const char *shown = NULL;

	/* Nobody looks for a part of the digits. */
	s->has_parts = false;
	put_texts(s, raw);
	s->has_parts = true;
	buf_reset(&s->text);
	if (!decode_bytes(raw, &s->text) || s->text.n < 2)
		return;
	bytes = buf_view(&s->text);
	family = (unsigned char)bytes.p[0] | (unsigned)(unsigned char)bytes.p[1] << 8;
	if (family == AF_UNIX) {
		bytes = sv_from(bytes, offsetof(struct sockaddr_un, sun_path));
		put_bytes(s, bytes.n && bytes.p[0] == 0 ? sv_from(bytes, 1) : bytes);
	} else if (family == AF_INET && bytes.n >= sizeof(struct sockaddr_in)) {
		shown = inet_ntop(AF_INET, bytes.p + offsetof(struct sockaddr_in, sin_addr), text,
				  sizeof(text));
	} else if (family == AF_INET6 && bytes.n >= sizeof(struct sockaddr_in6)) {
		shown = inet_ntop(AF_INET6, bytes.p + offsetof(struct sockaddr_in6, sin6_addr),
				  text, sizeof(text));
	}
	if (shown)
		put_text(s, sv_cstr(shown));
}

void sketch_put(struct sketch *s, struct sv raw)
{
	switch (s->form) {
	case INDEX_FORM_NUMBER:
		put_number(s, raw);
		break;
	case INDEX_FORM_TEXT:
		put_texts(s, raw);
		break;
	case INDEX_FORM_ADDRESS:
		put_address(s, raw);
		break;
	}
}

/* ---- a frame's end ---- */

/* Keeps each hash once. */
static bool make_different(struct sketch *s, struct blooms *b)
{
	size_t cap = 64, different = 0;

	while (cap < b->count * 2)
		cap *= 2;
	if (cap > s->set_cap) {
		free(s->set);
		s->set = malloc(cap * sizeof(*s->set));
		s->set_cap = s->set ? cap : 0;
		if (!s->set)
			return false;
	}
	memset(s->set, 0, cap * sizeof(*s->set));
	for (size_t k = 0; k < b->count; k++) {
		uint64_t hash = b->hashes[k] ? b->hashes[k] : 1;
		size_t i = hash & (cap - 1);

		while (s->set[i] && s->set[i] != hash)
			i = (i + 1) & (cap - 1);
		if (s->set[i])
			continue;
		s->set[i] = hash;
		b->hashes[different++] = b->hashes[k];
	}
	b->count = different;
	return true;
}

static void put_bloom(struct blooms *b, const struct bloom_shape *shape)
{
	size_t bytes = (b->count * shape->bits + 7) / 8;
	unsigned char *bloom;

	if (!bytes || !buf_reserve(&b->bits, bytes))
		return;
	bloom = (unsigned char *)b->bits.p + b->bits.n;
	memset(bloom, 0, bytes);
	for (size_t k = 0; k < b->count; k++)
		for (unsigned i = 0; i < shape->probes; i++) {
			uint32_t bit = bit_of(b->hashes[k], i, (uint32_t)bytes * 8);

			bloom[bit / 8] |= (unsigned char)(1u << (bit % 8));
		}
	b->bits.n += bytes;
}

static bool end_frame(struct sketch *s, struct blooms *b, const struct bloom_shape *shape)
{
	if (b->frames + 2 > b->at_cap) {
		size_t cap = b->at_cap ? b->at_cap * 2 : 256;
		uint32_t *grown = reallocarray(b->at, cap, sizeof(*grown));

		if (!grown)
			return false;
		b->at = grown;
		b->at_cap = cap;
	}
	b->at[0] = 0;
	if (s->fits_all)
		buf_putc(&b->bits, '\xff');
	else if (!make_different(s, b))
		return false;
	else
		put_bloom(b, shape);
	b->at[++b->frames] = (uint32_t)b->bits.n;
	b->count = 0;
	return !b->bits.failed;
}

void sketch_end_frame(struct sketch *s)
{
	if (!end_frame(s, &s->values, &bloom_values) ||
	    (s->has_parts && !end_frame(s, &s->parts, &bloom_parts)))
		s->failed = true;
	s->fits_all = false;
}

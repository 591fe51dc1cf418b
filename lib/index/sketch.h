/*
 * Inside lib/index: blooms while they are made, one for each frame.
 *
 *	struct sketch s;
 *	sketch_init(&s, form, has_parts);
 *	sketch_put(&s, raw); ...
 *	sketch_end_frame(&s);		-- after each frame
 *	... s.values.bits, s.values.at[0 .. frames] ...
 *	sketch_release(&s);
 *
 * A bloom of n things has n times some bits, and a few of them set for each; of a frame with nothing it is
 * empty, and a frame of which nothing is known has one byte with all bits set.
 */
#ifndef AURUM_INDEX_SKETCH_H
#define AURUM_INDEX_SKETCH_H

#include "base/buf.h"
#include "index/index.h"

struct bloom_shape {
	unsigned bits, probes; /* for each thing */
};

extern const struct bloom_shape bloom_values, bloom_parts;

/* Whether a thing may be in it; hash of index/hash.h. */
bool bloom_has(const unsigned char *bloom, size_t bytes, unsigned probes, uint64_t hash);

struct blooms {
	uint64_t *hashes; /* of the frame at hand */
	size_t count, cap;
	struct buf bits;
	uint32_t *at;
	size_t frames, at_cap;
};

struct sketch {
	enum index_form form;
	bool has_parts, fits_all, failed; /* failed: no memory */
	struct blooms values, parts;
	uint64_t *set; /* scratch, to count what is different */
	size_t set_cap;
	struct buf text;
};

void sketch_init(struct sketch *s, enum index_form form, bool has_parts);
void sketch_release(struct sketch *s);

/* A value as it stands, readable HASH_SLACK bytes behind its end. */
void sketch_put(struct sketch *s, struct sv raw);
void sketch_end_frame(struct sketch *s);

#endif

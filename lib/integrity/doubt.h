/*
 * What speaks against a log and its evidence, in the order it was found.
 *
 *	struct doubts d = DOUBTS_INIT;
 *	doubt_lines(&d, DOUBT_LINES_MISSING, 12, 40, "lines 12 to 39 are missing");
 *	if (doubts_weigh(&d) == DOUBT_CONTRADICTION) ...
 *
 * The first DOUBTS_MAX are kept; all are counted, and weighed.
 */
#ifndef AURUM_INTEGRITY_DOUBT_H
#define AURUM_INTEGRITY_DOUBT_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOUBTS_MAX     64
#define DOUBT_TEXT_MAX 512

enum doubt_weight { DOUBT_NONE, DOUBT_MISSING, DOUBT_CONTRADICTION };

enum doubt_kind {
#define DOUBT(id, word, weight) DOUBT_##id,
#include "integrity/doubt.def"
#undef DOUBT
	DOUBT_KINDS
};

struct doubt {
	enum doubt_kind kind;
	bool has_lines;
	uint64_t from, to; /* the lines [from, to) that it is about */
	char text[DOUBT_TEXT_MAX];
};

struct doubts {
	struct doubt list[DOUBTS_MAX];
	size_t count;  /* in the list */
	uint64_t more; /* that did not fit */
	enum doubt_weight worst;
};

const char *doubt_word(enum doubt_kind kind);
enum doubt_weight doubt_weight(enum doubt_kind kind);

void doubt(struct doubts *d, enum doubt_kind kind, const char *fmt, ...) PRINTF(3, 4);
void doubt_lines(struct doubts *d, enum doubt_kind kind, uint64_t from, uint64_t to,
		 const char *fmt, ...) PRINTF(5, 6);

bool doubts_have(const struct doubts *d, enum doubt_kind kind);

#endif

/*
 * Inside lib/integrity: reads the notes of `keys` one after the other, a window of the file at a time: it has
 * years of notes, and is somebody else's to write. What is longer than a note can be is none, so nothing of
 * it is read but its beginning.
 *
 *	struct keys_text k;
 *	keys_text_begin(&k, fd, from, end);
 *	while ((cut = keys_text_next(&k, &note, &e)) == KEYS_NOTE) ...	-- k.at is behind it
 *	keys_text_release(&k);
 */
#ifndef AURUM_INTEGRITY_KEYS_TEXT_H
#define AURUM_INTEGRITY_KEYS_TEXT_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "seal/note.h"

/* No more of it is looked at: eight years of a log that is never quiet. */
#define KEYS_BYTES_MAX ((uint64_t)8 << 30)

struct keys_text {
	int fd;       /* borrowed */
	uint64_t at;  /* behind the last note that was given */
	uint64_t end; /* of what is to be read */
	struct buf window;
	size_t used; /* bytes of the window in front of `at` */
};

enum keys_cut {
	KEYS_NOTE,
	KEYS_END,
	KEYS_TORN, /* what is left has no end */
	KEYS_LONG, /* nor would a note that begins here */
	KEYS_FAILED,
};

/* From an offset on, where a note begins, up to the end. */
void keys_text_begin(struct keys_text *k, int fd, uint64_t from, uint64_t end);
void keys_text_release(struct keys_text *k);

/* *bytes as of seal_note_next(), valid until the next call; with KEYS_LONG its first bytes. KEYS_FAILED: see *e. */
MUST_CHECK enum keys_cut keys_text_next(struct keys_text *k, struct sv *bytes, struct err *e);

#endif

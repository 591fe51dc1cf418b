/*
 * Signed notes (C2SP signed-note): text lines, an empty line, signature lines.
 *
 *	audit.example.org/h/4f1c2a
 *	3
 *	8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+8Q=
 *
 *	— audit.example.org/h/4f1c2a mi6EjdCcg9V7...
 *
 * Signed is the text with its last LF. Reading is strict: UTF-8 without control characters, 1 to 16
 * signature lines, none of them twice, canonical Base64, an LF at the very end.
 */
#ifndef AURUM_SEAL_NOTE_H
#define AURUM_SEAL_NOTE_H

#include "seal/key.h"

#define SEAL_NOTE_LINES_MAX 16
#define SEAL_NOTE_BYTES_MAX 16384 /* of one in a file of notes, with its empty line */
#define SEAL_LINE_BYTES_MAX 76    /* a signature is kept up to this: key id, time and Ed25519 */
#define SEAL_LINE_READ_MAX  8192  /* and read up to this: other algorithms need more */

/* `— <name> <base64 of id and signature>`. name points into the note. */
struct seal_line {
	struct sv name;
	uint32_t id;
	size_t n; /* bytes behind the id; above sizeof(signature) they were not kept */
	uint8_t signature[SEAL_LINE_BYTES_MAX - 4];
};

/* Points into the bytes it was read from. */
struct seal_note {
	struct sv text; /* what is signed, last LF and all */
	struct seal_line lines[SEAL_NOTE_LINES_MAX];
	unsigned count;
};

/* Reads one note, which must be all of the bytes. 0, or -1 with *e saying what it is not. */
MUST_CHECK int seal_note_parse(struct sv bytes, struct seal_note *out, struct err *e);

/* Whether one of its lines is that key's signature; lines of other keys do not matter. A cosignature
 * (type 4) counts when its time and the text are signed. */
MUST_CHECK bool seal_note_check(const struct seal_note *note, const struct seal_vkey *key);

/* The line with that name and id, or NULL. */
const struct seal_line *seal_note_line(const struct seal_note *note, struct sv name, uint32_t id);

/* Prints text, an empty line and one signature line. The text ends with LF. */
void seal_note_print(struct buf *b, struct sv text, struct sv name, uint32_t id,
		     const uint8_t *signature, size_t n);

/* One more signature line behind a printed note. */
void seal_note_print_line(struct buf *b, struct sv name, uint32_t id, const uint8_t *signature,
			  size_t n);

/*
 * Cuts a file of notes that are each followed by an empty line. SEAL_CUT_NOTE: *bytes is the next one
 * as seal_note_parse() takes it and *rest begins behind its empty line. SEAL_CUT_END: nothing is left.
 * SEAL_CUT_TORN: what is left has no end, as a crash leaves it; *rest is as it was, *bytes all of it.
 * SEAL_CUT_LONG: what is left begins with more than SEAL_NOTE_BYTES_MAX bytes that are no note; *rest is as
 * it was, *bytes one byte more than that.
 */
enum seal_cut { SEAL_CUT_NOTE, SEAL_CUT_END, SEAL_CUT_TORN, SEAL_CUT_LONG };
MUST_CHECK enum seal_cut seal_note_next(struct sv *rest, struct sv *bytes);

#endif

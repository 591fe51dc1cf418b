/* A window that moves over the file; it always holds a whole note, if there is one. */
#include "integrity/keys_text.h"

#include "base/file.h"
#include "integrity/names.h"

#include <string.h>

#define WINDOW ((size_t)1 << 20)

_Static_assert(WINDOW > SEAL_NOTE_BYTES_MAX, "a note fits");

void keys_text_begin(struct keys_text *k, int fd, uint64_t from, uint64_t end)
{
	*k = (struct keys_text){.fd = fd, .at = from, .end = end, .window = BUF_INIT(WINDOW)};
}

void keys_text_release(struct keys_text *k)
{
	buf_release(&k->window);
}

/* Reads on, behind what is left of the window. */
static int fill(struct keys_text *k, struct err *e)
{
	struct buf *w = &k->window;
	uint64_t left;
	ssize_t got;
	size_t n;

	if (w->n > k->used)
		memmove(w->p, w->p + k->used, w->n - k->used);
	w->n -= k->used;
	k->used = 0;
	left = k->end - k->at - w->n;
	n = left < WINDOW - w->n ? (size_t)left : WINDOW - w->n;
	if (!buf_reserve(w, n))
		return err_set(e, "no memory to read " INTEGRITY_FOLDER "/" INTEGRITY_KEYS);
	got = file_read_at(k->fd, k->at + w->n, w->p + w->n, n);
	if (got < 0)
		return err_sys(e, "cannot read " INTEGRITY_FOLDER "/" INTEGRITY_KEYS);
	if ((size_t)got < n)
		k->end = k->at + w->n + (size_t)got; /* it was cut meanwhile */
	w->n += (size_t)got;
	return 0;
}

enum keys_cut keys_text_next(struct keys_text *k, struct sv *bytes, struct err *e)
{
	struct sv rest;
	size_t before;

	if (k->window.n - k->used < SEAL_NOTE_BYTES_MAX + 1 &&
	    k->at + (k->window.n - k->used) < k->end && fill(k, e) != 0)
		return KEYS_FAILED;
	rest = sv_from(buf_view(&k->window), k->used);
	before = rest.n;
	switch (seal_note_next(&rest, bytes)) {
	case SEAL_CUT_NOTE:
		k->used += before - rest.n;
		k->at += before - rest.n;
		return KEYS_NOTE;
	case SEAL_CUT_END:
		return KEYS_END;
	case SEAL_CUT_TORN:
		return KEYS_TORN;
	case SEAL_CUT_LONG:
		break;
	}
	return KEYS_LONG;
}

/* The two framings. Where bytes come from and go to is the programs' business. */
#include "log/dispatch.h"

#include "log/line.h"

#include <stdlib.h>

#define HEADER_MAX 256 /* a header may grow: readers go by its length */

struct header {
	uint32_t version, bytes, type, size;
};

_Static_assert(sizeof(struct header) == DISPATCH_HEADER_BYTES, "as in libaudit.h");

void dispatch_put(uint32_t version, uint32_t type, struct sv text, struct buf *out)
{
	const struct header h = {version, DISPATCH_HEADER_BYTES, type, (uint32_t)text.n};
	char bytes[DISPATCH_HEADER_BYTES];

	memcpy(bytes, &h, sizeof(bytes));
	if (!buf_reserve(out, sizeof(bytes) + text.n))
		return;
	buf_put(out, sv_make(bytes, sizeof(bytes)));
	buf_put(out, text);
}

int dispatch_reader_init(struct dispatch_reader *r)
{
	*r = (struct dispatch_reader){.buffer = malloc(DISPATCH_BUFFER)};
	return r->buffer ? 0 : -1;
}

void dispatch_reader_release(struct dispatch_reader *r)
{
	free(r->buffer);
	*r = (struct dispatch_reader){0};
}

char *dispatch_room(struct dispatch_reader *r, size_t *room)
{
	if (r->start && r->end == DISPATCH_BUFFER) {
		memmove(r->buffer, r->buffer + r->start, r->end - r->start);
		r->scanned -= r->start;
		r->end -= r->start;
		r->start = 0;
	}
	*room = DISPATCH_BUFFER - r->end;
	return r->buffer + r->end;
}

void dispatch_filled(struct dispatch_reader *r, size_t n)
{
	r->end += n;
}

static struct sv waiting(const struct dispatch_reader *r)
{
	return sv_make(r->buffer + r->start, r->end - r->start);
}

static void forget(struct dispatch_reader *r, size_t n)
{
	r->start += n;
	if (r->start == r->end)
		r->start = r->end = 0;
	r->scanned = r->start;
}

/* ---- lines ---- */

static enum dispatch_status hand_out(struct dispatch_reader *r, struct dispatch_record *out)
{
	r->stats.records++;
	out->framing = r->framing;
	return DISPATCH_RECORD;
}

/* The length of the first line, without its newline; SIZE_MAX while there is no newline. */
static size_t line_length(struct dispatch_reader *r)
{
	struct sv unseen = sv_make(r->buffer + r->scanned, r->end - r->scanned);
	size_t at = sv_index(unseen, '\n');

	if (at == unseen.n) {
		r->scanned = r->end;
		return SIZE_MAX;
	}
	return r->scanned + at - r->start;
}

static enum dispatch_status next_line(struct dispatch_reader *r, struct dispatch_record *out)
{
	for (;;) {
		struct sv all = waiting(r);
		size_t n = line_length(r);
		bool whole = n != SIZE_MAX, skip = r->skipping;

		if (!whole && skip)
			forget(r, all.n);
		if (!whole && (skip || all.n <= DISPATCH_TEXT_MAX))
			return DISPATCH_MORE;
		if (!whole)
			n = all.n;
		r->skipping = !whole;
		forget(r, whole ? n + 1 : n);
		if (skip || n == 0)
			continue;
		r->stats.too_long += n > DISPATCH_TEXT_MAX;
		out->version = DISPATCH_FORMATTED;
		out->type = 0;
		out->text = sv_head(all, n < DISPATCH_TEXT_MAX ? n : DISPATCH_TEXT_MAX);
		return hand_out(r, out);
	}
}

/* ---- frames ---- */

static bool is_possible(const struct header *h)
{
	return h->version <= DISPATCH_FORMATTED && h->bytes >= DISPATCH_HEADER_BYTES &&
	       h->bytes <= HEADER_MAX && h->size <= DISPATCH_TEXT_MAX;
}

static enum dispatch_status next_frame(struct dispatch_reader *r, struct dispatch_record *out,
				       struct err *e)
{
	for (;;) {
		struct sv all = waiting(r);
		struct header h;

		if (all.n < sizeof(h))
			return DISPATCH_MORE;
		memcpy(&h, all.p, sizeof(h));
		if (!is_possible(&h)) {
			(void)err_set(e,
				      "the input has a header that cannot be: version %u, %u bytes "
				      "of header, %u bytes of text",
				      h.version, h.bytes, h.size);
			return DISPATCH_BROKEN;
		}
		if (all.n < (size_t)h.bytes + h.size)
			return DISPATCH_MORE;
		forget(r, (size_t)h.bytes + h.size);
		if (h.size == 0)
			continue;
		out->version = h.version;
		out->type = h.type;
		out->text = sv_head(sv_from(all, h.bytes), h.size);
		return hand_out(r, out);
	}
}

/* A version number's bytes hold a NUL; no line of a log starts with one so near. */
static bool find_framing(struct dispatch_reader *r)
{
	struct sv version = sv_head(waiting(r), sizeof(uint32_t));

	if (r->framing == DISPATCH_UNKNOWN && version.n == sizeof(uint32_t))
		r->framing =
			sv_index(version, '\0') < version.n ? DISPATCH_BINARY : DISPATCH_STRING;
	return r->framing != DISPATCH_UNKNOWN;
}

enum dispatch_status dispatch_next(struct dispatch_reader *r, struct dispatch_record *out,
				   struct err *e)
{
	if (!find_framing(r))
		return DISPATCH_MORE;
	return r->framing == DISPATCH_STRING ? next_line(r, out) : next_frame(r, out, e);
}

void dispatch_finish(struct dispatch_reader *r)
{
	if (!r->skipping)
		r->stats.torn += r->end - r->start;
	forget(r, r->end - r->start);
	r->skipping = false;
}

/* ---- as a line ---- */

static void blank(char *p, size_t n, char c)
{
	for (char *end = p + n; (p = memchr(p, c, (size_t)(end - p))) != NULL; p++)
		*p = ' ';
}

void dispatch_put_line(const struct dispatch_record *record, struct buf *out)
{
	const struct log_line_style raw = {0};
	struct sv text = record->text;
	size_t start = out->n;

	if (record->framing == DISPATCH_BINARY)
		text = sv_head(text, sv_index(text, '\0'));
	if (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	if (record->version == DISPATCH_RAW) {
		log_put_line(&raw, record->type, text, out);
		out->n -= !out->failed;
		return;
	}
	buf_put(out, text);
	if (!out->failed && text.n)
		blank(out->p + start, text.n, '\n');
}

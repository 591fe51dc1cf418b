/*
 * The walk from newline to newline. Most lines have the stamp of the line before, byte for byte;
 * only where it changes is it read. Lines are what log/cursor.c makes of them: NUL bytes in front
 * are skipped, and of a line that is too long the head counts.
 */
#include "query/heads.h"

#include "log/cursor.h"

#include <endian.h>
#include <linux/audit.h>
#include <stdlib.h>

#define FIRST_HEADS 512
#define STRIDE      4096 /* bytes whose newlines are looked for at a time */
#define STAMP_MIN   16   /* "msg=audit(0.0:0)" */

/* What the line before was, while lines may join its piece. */
struct trail {
	struct sv node, stamp; /* stamp: "msg=audit(...)" as written */
	bool outside;          /* of the window */
	bool open;             /* the last head's piece takes more of its lines */
	struct sv type_name;   /* the last one that was looked up */
	uint32_t type;
};

void heads_init(struct heads *h)
{
	*h = (struct heads){0};
}

void heads_release(struct heads *h)
{
	free(h->list);
	free(h->marks);
	heads_init(h);
}

static int clear_marks(struct heads *h, size_t bytes)
{
	size_t words = MARKS_WORDS(bytes);

	if (words > h->marks_cap) {
		free(h->marks);
		h->marks = malloc(words * sizeof(*h->marks));
		h->marks_cap = h->marks ? words : 0;
	}
	if (!h->marks)
		return -1;
	memset(h->marks, 0, words * sizeof(*h->marks));
	return 0;
}

/* The head that is next, which h->count does not count yet. */
static struct head *room_for_head(struct heads *h)
{
	if (h->count == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : FIRST_HEADS;
		struct head *grown = reallocarray(h->list, cap, sizeof(*grown));

		if (!grown)
			return NULL;
		h->list = grown;
		h->cap = cap;
	}
	return &h->list[h->count];
}

/* The high bit of each byte that is a space, the first byte lowest; the first one is sure. */
static uint64_t spaces_in(const char *p)
{
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t word;

	memcpy(&word, p, 8);
	word = le64toh(word) ^ ones * ' '; /* zero where a space was */
	return (word - ones) & ~word & (ones << 7);
}

/*
 * Where the first space of text is, or text.n. Types are short, and how short is hard to guess: two
 * words are looked at without asking which of them has it.
 */
static size_t space_in(struct sv text)
{
	uint64_t low, high;

	if (text.n < 16)
		return sv_index(text, ' ');
	low = spaces_in(text.p);
	high = spaces_in(text.p + 8);
	if (!(low | high))
		return sv_index(text, ' ');
	return (size_t)__builtin_ctzll(low ? low : high) / 8 + (low ? 0 : 8);
}

/* sv_starts(text, stamp) for a stamp of STAMP_MIN bytes and more. */
static bool starts_with_stamp(struct sv text, struct sv stamp)
{
	size_t last = stamp.n - STAMP_MIN;

	if (text.n < stamp.n || memcmp(text.p, stamp.p, STAMP_MIN) != 0 ||
	    memcmp(text.p + last, stamp.p + last, STAMP_MIN) != 0)
		return false;
	return stamp.n <= 2 * STAMP_MIN || memcmp(text.p, stamp.p, stamp.n) == 0;
}

/*
 * True when the line has the node and stamp of the line before, as written; *type_name is then
 * set. The stamp ends with its parenthesis, so that it cannot be the start of a longer one.
 */
static bool follows(const struct trail *t, struct sv line, struct sv *type_name)
{
	struct sv rest = line;
	size_t space;

	if (!t->stamp.n)
		return false;
	if (t->node.n) {
		if (!sv_starts(rest, SV("node=")))
			return false;
		rest = sv_from(rest, 5);
		if (!sv_starts(rest, t->node) || !sv_starts(sv_from(rest, t->node.n), SV(" ")))
			return false;
		rest = sv_from(rest, t->node.n + 1);
	}
	if (!sv_starts(rest, SV("type=")))
		return false;
	rest = sv_from(rest, 5);
	space = space_in(rest);
	*type_name = sv_head(rest, space);
	return starts_with_stamp(sv_from(rest, space + 1), t->stamp);
}

/* The daemon's records are events of their own: DAEMON_*, perhaps as a number. */
static bool may_be_daemons(struct sv name)
{
	char first = name.n ? name.p[0] : 0;

	return first == 'D' || first == 'U' || (first >= '0' && first <= '9');
}

/* record_type(), which is asked for the same few names again and again. */
static uint32_t type_of(struct trail *t, struct sv name)
{
	if (!sv_eq(name, t->type_name)) {
		t->type_name = name;
		t->type = record_type(name);
	}
	return t->type;
}

static void trail_stamp(struct trail *t, const struct record *r)
{
	const char *start = r->type_name.p + r->type_name.n + 1;
	const char *end = memchr(start, ')', (size_t)(r->line.p + r->line.n - start));

	t->node = r->node;
	t->stamp = sv_make(start, (size_t)(end - start) + 1);
}

/* "node= type=..." has a node that is empty, which is none, but is written otherwise. */
static bool can_be_followed(const struct record *r)
{
	return r->node.n || r->line.p[0] == 't';
}

/* A line where it is. */
struct place {
	struct sv line;
	uint64_t at;
	unsigned marks;
};

/* True when the line stands right behind the piece, and is now in it. */
static bool extend(struct join_piece *piece, const struct place *l)
{
	if (piece->at + piece->bytes + 1 != l->at)
		return false;
	piece->bytes += (uint32_t)l->line.n + 1;
	piece->lines++;
	piece->marks |= l->marks;
	return true;
}

/* Makes a record with this head a piece, unless it is outside the window. */
static void start_piece(struct heads *h, struct trail *t, const struct plan *plan,
			const struct place *l, struct head *head)
{
	t->outside = !plan->any_time && !query_in_window(plan->query, &head->record.stamp);
	if (t->outside)
		return;
	head->record.type = type_of(t, head->record.type_name);
	head->piece.at = l->at;
	head->piece.bytes = (uint32_t)l->line.n;
	head->piece.lines = 1;
	head->piece.marks = l->marks;
	/* Whether more lines go to the same event is not sure after one of these types. */
	t->open = !join_is_single(head->record.type) && head->record.type != AUDIT_EOE;
	h->count++;
}

/* A line that is not in the last piece, with l->marks so far. 0, or -1 when there is no memory. */
static int start_line(struct heads *h, struct trail *t, const struct plan *plan, struct place *l)
{
	struct head *head = room_for_head(h);

	if (!head)
		return -1;
	t->stamp = SV_EMPTY;
	t->open = false;
	if (!record_head(l->line, &head->record)) {
		h->malformed += l->line.n > 0;
		return 0;
	}
	if (!h->has_first) {
		h->has_first = true;
		h->first = head->record.stamp;
	}
	if (can_be_followed(&head->record))
		trail_stamp(t, &head->record);
	if (plan->has_words && plan_fits_word(plan, head->record.type_name))
		l->marks |= PLAN_MARK_WORD;
	start_piece(h, t, plan, l, head);
	return 0;
}

static int take_line(struct heads *h, struct trail *t, const struct plan *plan, struct place *l)
{
	struct sv type_name;

	if (follows(t, l->line, &type_name)) {
		if (t->outside)
			return 0;
		if (plan->has_words && plan_fits_word(plan, type_name))
			l->marks |= PLAN_MARK_WORD;
		if (t->open && !may_be_daemons(type_name) &&
		    extend(&h->list[h->count - 1].piece, l))
			return 0;
	}
	return start_line(h, t, plan, l);
}

void heads_reset(struct heads *h)
{
	h->count = 0;
	h->has_first = false;
	h->malformed = h->too_long = 0;
}

/* lines[from, end) without the NUL bytes in front and what is too long. */
static struct sv trim_line(struct heads *h, struct sv lines, size_t from, size_t end)
{
	struct sv line;

	while (from < end && lines.p[from] == 0)
		from++;
	line = sv_make(lines.p + from, end - from);
	if (line.n > CURSOR_LINE_MAX) {
		line.n = CURSOR_LINE_MAX;
		h->too_long++;
	}
	return line;
}

/* The line lines[from, end). 0, or -1 when there is no memory. */
static int read_line(struct heads *h, struct trail *t, const struct plan *plan, struct sv lines,
		     uint64_t at, size_t from, size_t end)
{
	struct sv line = trim_line(h, lines, from, end);
	size_t start = (size_t)(line.p - lines.p);
	struct place l = {line, at + start, 0};

	if (plan->set_count && line.n && marks_any(h->marks, start, start + line.n))
		l.marks = PLAN_MARK_TEXT;
	return take_line(h, t, plan, &l);
}

/* Where the newlines of text are; how many. */
static size_t find_newlines(const struct plan *plan, struct sv text, uint16_t *at)
{
	uint64_t newlines[BITS_WORDS(STRIDE)];
	size_t count = 0;

	wide_newlines(plan->wide, text, newlines);
	for (size_t i = 0; i < BITS_WORDS(text.n); i++) {
		uint64_t word = newlines[i];

		/* Most words have none or one, and which is hard to guess: so, no question. */
		at[count] = (uint16_t)(i * 64 + ((size_t)__builtin_ctzll(word | 1ULL << 63)));
		count += word != 0;
		for (word &= word - 1; word; word &= word - 1)
			at[count++] = (uint16_t)(i * 64 + (size_t)__builtin_ctzll(word));
	}
	return count;
}

int heads_read(struct heads *h, const struct plan *plan, struct sv lines, uint64_t at)
{
	struct trail t = {.open = false};
	uint16_t newlines[STRIDE + 1]; /* find_newlines() may write one more */
	size_t from = 0;

	if (plan->set_count) {
		if (clear_marks(h, lines.n) != 0)
			return -1;
		plan_scan(plan, lines, h->marks);
	}
	for (size_t base = 0; base < lines.n; base += STRIDE) {
		size_t count = find_newlines(plan, sv_head(sv_from(lines, base), STRIDE), newlines);

		for (size_t i = 0; i < count; i++) {
			size_t end = base + newlines[i];

			if (read_line(h, &t, plan, lines, at, from, end) != 0)
				return -1;
			from = end + 1;
		}
	}
	return from < lines.n ? read_line(h, &t, plan, lines, at, from, lines.n) : 0;
}

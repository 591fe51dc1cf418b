/*
 * The walk from newline to newline. Most lines have the stamp of the line before, byte for byte;
 * only where it changes is it read. Lines are what log/cursor.c makes of them: NUL bytes in front
 * are skipped, and of a line that is too long the head counts.
 */
#include "query/heads.h"

#include "log/cursor.h"

#include <linux/audit.h>
#include <stdlib.h>

#define FIRST_HEADS 512

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

static struct head *new_head(struct heads *h)
{
	if (h->count == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : FIRST_HEADS;
		struct head *grown = reallocarray(h->list, cap, sizeof(*grown));

		if (!grown)
			return NULL;
		h->list = grown;
		h->cap = cap;
	}
	return &h->list[h->count++];
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
	for (space = 0; space < rest.n && rest.p[space] != ' '; space++)
		;
	*type_name = sv_head(rest, space);
	return sv_starts(sv_from(rest, space + 1), t->stamp);
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

/* A line that starts a piece. 0, or -1 when there is no memory. */
static int start_piece(struct heads *h, struct trail *t, const struct plan *plan,
		       const struct record *r, const struct join_piece *piece)
{
	struct head *head;

	t->open = false;
	t->outside = !query_in_window(plan->query, &r->stamp);
	if (t->outside)
		return 0;
	head = new_head(h);
	if (!head)
		return -1;
	head->record = *r;
	head->record.type = type_of(t, r->type_name);
	head->piece = *piece;
	/* Whether more lines go to the same event is not sure after one of these types. */
	t->open = !join_is_single(head->record.type) && head->record.type != AUDIT_EOE;
	return 0;
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

/* True when the line stands right behind the piece, and is now in it. */
static bool extend(struct join_piece *piece, const struct join_piece *line)
{
	if (piece->at + piece->bytes + 1 != line->at)
		return false;
	piece->bytes += line->bytes + 1;
	piece->lines++;
	piece->marks |= line->marks;
	return true;
}

static int take_line(struct heads *h, struct trail *t, const struct plan *plan, struct sv line,
		     struct join_piece *piece)
{
	struct record r;
	struct sv type_name;

	if (follows(t, line, &type_name)) {
		if (t->outside)
			return 0;
		if (plan->has_words && plan_fits_word(plan, type_name))
			piece->marks |= PLAN_MARK_WORD;
		if (t->open && !may_be_daemons(type_name) &&
		    extend(&h->list[h->count - 1].piece, piece))
			return 0;
	}
	if (!record_head(line, &r)) {
		h->malformed += line.n > 0;
		t->stamp = SV_EMPTY;
		t->open = false;
		return 0;
	}
	if (!h->has_first) {
		h->has_first = true;
		h->first = r.stamp;
	}
	t->stamp = SV_EMPTY;
	if (can_be_followed(&r))
		trail_stamp(t, &r);
	if (plan->has_words && plan_fits_word(plan, r.type_name))
		piece->marks |= PLAN_MARK_WORD;
	return start_piece(h, t, plan, &r, piece);
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

int heads_read(struct heads *h, const struct plan *plan, struct sv lines, uint64_t at)
{
	struct trail t = {.open = false};

	if (plan->set_count) {
		if (clear_marks(h, lines.n) != 0)
			return -1;
		plan_scan(plan, lines, h->marks);
	}
	for (size_t from = 0, end; from < lines.n; from = end + 1) {
		struct join_piece piece = {.lines = 1};
		struct sv line;
		size_t start;

		end = from + sv_index(sv_from(lines, from), '\n');
		line = trim_line(h, lines, from, end);
		start = (size_t)(line.p - lines.p);
		piece.at = at + start;
		piece.bytes = (uint32_t)line.n;
		if (plan->set_count && line.n && marks_any(h->marks, start, start + line.n))
			piece.marks = PLAN_MARK_TEXT;
		if (take_line(h, &t, plan, line, &piece) != 0)
			return -1;
	}
	return 0;
}

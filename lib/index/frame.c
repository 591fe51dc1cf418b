/*
 * Most lines have node and stamp of the line before, byte for byte, and need no reading of numbers. Rows
 * are known when events come out of the joiner: until then a piece stands for its event.
 */
#include "index/frame.h"

#include "base/num.h"
#include "log/cursor.h"

#include <linux/audit.h>
#include <stdlib.h>

#define STAMP_NONE ((struct stamp){INT64_MAX, 0, 0})

int frames_init(struct frames *f, const struct index_options *o, struct err *e)
{
	const struct join_options options = {
		.order = JOIN_ORDERED,
		.timeout_s = o->timeout_s ? o->timeout_s : JOIN_TIMEOUT_DEFAULT_S,
	};

	*f = (struct frames){
		.options = o,
		.totals = {.timeout_s = options.timeout_s},
		.ends = {.first = STAMP_NONE},
	};
	f->join = join_new(&options, e);
	return f->join ? 0 : -1;
}

static void free_text(struct frame_text *t)
{
	free(t->p);
	free(t->lines);
	free(t->values.list);
	*t = (struct frame_text){0};
}

/* Its memory is used again. */
static void forget_text(struct frames *f, struct frame *frame)
{
	if (!frame->text.p)
		return;
	if (f->spare_count < FRAMES_SPARE)
		f->spare[f->spare_count++] = frame->text;
	else
		free_text(&frame->text);
	frame->text = (struct frame_text){0};
}

/* The frame's text, with room behind it: what is cut is read in words. */
static bool copy_text(struct frames *f, struct sv text)
{
	struct frame_text *t = &f->text;

	if (!t->p && f->spare_count)
		*t = f->spare[--f->spare_count];
	t->line_count = t->values.count = 0;
	if (!t->p || t->cap < text.n + HASH_SLACK) {
		free(t->p);
		t->cap = text.n + text.n / 4 + HASH_SLACK;
		t->p = malloc(t->cap);
		if (!t->p)
			return false;
	}
	if (text.n)
		memcpy(t->p, text.p, text.n);
	memset(t->p + text.n, 0, HASH_SLACK);
	return true;
}

void frames_release(struct frames *f)
{
	for (size_t i = 0; i < f->count; i++)
		free_text(&f->list[i].text);
	for (size_t i = 0; i < f->spare_count; i++)
		free_text(&f->spare[i]);
	free_text(&f->text);
	join_free(f->join);
	free(f->list);
	free(f->rows);
	free(f->starts);
	free(f->stamps);
	free(f->strays);
	free(f->late);
	free(f->records);
	free(f->lines);
	*f = (struct frames){0};
}

/* Makes room for one more of something. */
static bool room(void **list, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 256;
	void *grown;

	if (count < *cap)
		return true;
	grown = reallocarray(*list, more, size);
	if (!grown)
		return false;
	*list = grown;
	*cap = more;
	return true;
}

static int no_memory(struct err *e)
{
	return err_set(e, "no memory to index a log");
}

/* ---- events ---- */

static struct frame *frame_of(struct frames *f, uint64_t piece)
{
	size_t i = f->count - 1;

	while (f->list[i].piece > piece)
		i--;
	return &f->list[i];
}

static const struct frame_text *text_of(const struct frames *f, const struct frame *frame)
{
	return frame->text.p ? &frame->text : &f->text;
}

/* A line as record_parse() has it, which was parsed once. */
static bool spell_line(const char *text, const struct frame_line *l, const struct event *event,
		       struct record *out)
{
	struct sv line = sv_make(text + l->from, l->end - l->from);

	if (l->is_odd)
		return record_parse(line, out) == RECORD_OK;
	*out = (struct record){
		.line = line,
		.node = event->node,
		.type = l->type,
		.type_name = sv_make(text + l->name, l->name_bytes),
		.stamp = event->stamp,
		.body = sv_make(text + l->body, l->mark - l->body),
		.tail = sv_from(line, l->mark - l->from + 1),
	};
	return true;
}

/* The event's lines, parsed. False when there is no memory. */
static bool spell_out(struct frames *f, struct event *event)
{
	size_t count = 0;

	for (size_t i = 0; i < event->piece_count; i++) {
		const struct join_piece *piece = &event->pieces[i];
		const struct frame_text *text = text_of(f, frame_of(f, piece->at));
		const struct frame_line *l = &text->lines[f->starts[piece->at]];

		for (uint32_t k = 0; k < piece->lines; k++) {
			if (!room((void **)&f->records, count, &f->record_cap, sizeof(*f->records)))
				return false;
			count += spell_line(text->p, &l[k], event, &f->records[count]);
		}
	}
	event->records = f->records;
	event->count = count;
	event->pieces = NULL;
	event->piece_count = 0;
	return true;
}

/* The event's lines with their values. False when there is no memory. */
static bool show_lines(struct frames *f, const struct event *event, struct index_event *out)
{
	out->count = 0;
	for (size_t i = 0; i < event->piece_count; i++) {
		const struct join_piece *piece = &event->pieces[i];
		const struct frame_text *text = text_of(f, frame_of(f, piece->at));
		const struct frame_line *l = &text->lines[f->starts[piece->at]];

		for (uint32_t k = 0; k < piece->lines; k++) {
			if (!room((void **)&f->lines, out->count, &f->line_cap, sizeof(*f->lines)))
				return false;
			f->lines[out->count++] = (struct index_line){
				.type = l[k].type,
				.is_known = l[k].is_known,
				.values = text->values.list + l[k].value,
				.count = l[k].value_count,
			};
		}
	}
	out->lines = f->lines;
	return true;
}

/* To a maker that does not know enough of it. */
static bool hand_on_whole(struct frames *f, const struct index_extra_maker *maker,
			  const struct event *event, const struct index_event *shown)
{
	struct event whole = *event;

	if (!spell_out(f, &whole))
		return false;
	if (whole.count)
		maker->event(maker->ctx, &whole, shown->row, shown->first_frame, shown->last_frame);
	return true;
}

static bool hand_on(struct frames *f, const struct event *event, uint32_t row)
{
	struct index_event shown = {.stamp = event->stamp, .row = row, .first_frame = UINT32_MAX};

	for (size_t i = 0; i < event->piece_count; i++) {
		uint32_t frame = (uint32_t)(frame_of(f, event->pieces[i].at) - f->list);

		shown.first_frame = frame < shown.first_frame ? frame : shown.first_frame;
		shown.last_frame = frame > shown.last_frame ? frame : shown.last_frame;
	}
	if (!show_lines(f, event, &shown))
		return false;
	for (size_t i = 0; i < f->options->extra_count; i++) {
		const struct index_extra_maker *maker = &f->options->extra[i];

		if (maker->values && maker->values(maker->ctx, &shown))
			continue;
		if (!hand_on_whole(f, maker, event, &shown))
			return false;
	}
	for (size_t i = 0; i < event->piece_count; i++) {
		struct frame *frame = frame_of(f, event->pieces[i].at);

		if (--frame->open == 0)
			forget_text(f, frame);
	}
	return true;
}

/* Whether a row that was not late has this stamp. */
static bool has_stamp(const struct frames *f, const struct stamp *stamp)
{
	size_t low = 0, high = f->stamp_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = stamp_cmp(&f->stamps[middle], stamp);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* A stamp that is looked for among the others at the end. False when there is no memory. */
static bool keep_stray(struct frames *f, const struct stamp *stamp)
{
	if (!room((void **)&f->strays, f->stray_count, &f->stray_cap, sizeof(*stamp)))
		return false;
	f->strays[f->stray_count++] = *stamp;
	return true;
}

/* The row's place among the others in time. False when there is no memory. */
static bool note_stamp(struct frames *f, const struct stamp *stamp, uint32_t row)
{
	struct index_totals *t = &f->totals;

	if (row == 0 || stamp_cmp(stamp, &t->first) < 0)
		t->first = *stamp;
	if (f->stamp_count == 0 || stamp_cmp(stamp, &f->stamps[f->stamp_count - 1]) > 0) {
		if (!room((void **)&f->stamps, f->stamp_count, &f->stamp_cap, sizeof(*stamp)))
			return false;
		t->last = f->stamps[f->stamp_count++] = *stamp;
		return true;
	}
	f->is_doubled |= has_stamp(f, stamp);
	if (stamp_eq(stamp, &t->last))
		return true; /* as high as the highest: not late */
	if (!room((void **)&f->late, f->late_count, &f->late_cap, sizeof(*f->late)))
		return false;
	f->late[f->late_count++] = row;
	return keep_stray(f, stamp);
}

static int drain(struct frames *f, struct err *e)
{
	const struct event *event;

	while ((event = join_next(f->join))) {
		uint32_t row = f->totals.rows;

		if (row == ROW_NONE - 1)
			return err_set(e, "a log of more than 4294967294 events has no index");
		for (size_t i = 0; i < event->piece_count; i++)
			f->rows[event->pieces[i].at] = row;
		if (!note_stamp(f, &event->stamp, row) ||
		    (f->options->extra_count && !hand_on(f, event, row)))
			return no_memory(e);
		f->totals.rows++;
	}
	return 0;
}

/* ---- pieces ---- */

/* What the line before was, while lines may join its piece. */
struct walk {
	struct gather *gather;
	const char *text;
	struct record head; /* of the piece that is open, */
	struct record next; /* and of the one that begins */
	struct join_piece piece;
	struct sv node, stamp; /* as written; stamp is empty when no line can follow */
	size_t from;           /* of the piece */
	bool is_open;          /* there is a piece, */
	bool takes_more;       /* which takes lines */
};

static void widen(struct index_frame *frame, const struct stamp *stamp)
{
	bool is_first = frame->first.sec == INT64_MAX;

	if (is_first || stamp_cmp(stamp, &frame->first) < 0)
		frame->first = *stamp;
	if (is_first || stamp_cmp(stamp, &frame->last) > 0)
		frame->last = *stamp;
	if (is_first || stamp->serial < frame->serial_min)
		frame->serial_min = stamp->serial;
	if (is_first || stamp->serial > frame->serial_max)
		frame->serial_max = stamp->serial;
}

/*
 * An EOE alone is dropped. It may be the end of an event that a rotation cut: then it mostly has the lowest
 * stamp. Behind an event that is out already it comes too late for this reader, and not for one that waits
 * longer. Of the event that it ends in another file no row has what it says: it has to say EOE, and no more.
 * False when there is no memory.
 */
static bool note_lone_end(struct frames *f, const struct stamp *stamp)
{
	struct index_frame *frame = &f->list[f->count - 1].public;

	f->is_doubled |= has_stamp(f, stamp);
	f->has_odd_end |= !f->is_bare;
	if (!f->has_lowest || stamp_cmp(stamp, &f->lowest) < 0)
		widen(frame, stamp);
	widen(&f->ends, stamp);
	return keep_stray(f, stamp);
}

/* The frame is read for an end's stamp only where its records have lower ones and higher ones. */
static void check_ends(struct frames *f)
{
	struct index_frame *frame = &f->list[f->count - 1].public;
	const struct index_frame *ends = &f->ends;

	if (ends->first.sec != STAMP_NONE.sec) {
		f->has_odd_end |= stamp_cmp(&ends->first, &frame->first) < 0 ||
				  stamp_cmp(&ends->last, &frame->last) > 0;
		if (ends->serial_min < frame->serial_min)
			frame->serial_min = ends->serial_min;
		if (ends->serial_max > frame->serial_max)
			frame->serial_max = ends->serial_max;
	}
	f->ends.first = STAMP_NONE;
}

static void note_record(struct frames *f, const struct stamp *stamp)
{
	if (!f->has_lowest || stamp_cmp(stamp, &f->lowest) < 0)
		f->lowest = *stamp;
	f->has_lowest = true;
	widen(&f->list[f->count - 1].public, stamp);
}

static int end_piece(struct frames *f, struct walk *t, struct err *e)
{
	uint64_t records = join_stats(f->join)->records;
	struct frame *frame = &f->list[f->count - 1];

	if (!t->is_open)
		return 0;
	t->is_open = t->takes_more = false;
	if (join_put_piece(f->join, &t->head, &t->piece) != 0)
		return no_memory(e);
	if (join_stats(f->join)->records == records)
		return note_lone_end(f, &t->head.stamp) ? 0 : no_memory(e);
	note_record(f, &t->head.stamp);
	if (f->options->extra_count)
		frame->open++;
	return drain(f, e);
}

/* It begins with the line, and with t->next. */
static int new_piece(struct frames *f, struct walk *t, const struct gather_line *l, struct err *e)
{
	size_t cap = f->pieces_cap;

	if (end_piece(f, t, e) != 0)
		return -1;
	if (f->pieces == ROW_NONE - 1)
		return err_set(e, "a log of more than 4294967294 pieces has no index");
	if (!room((void **)&f->rows, f->pieces, &cap, sizeof(*f->rows)) ||
	    !room((void **)&f->starts, f->pieces, &f->pieces_cap, sizeof(*f->starts)))
		return no_memory(e);
	f->rows[f->pieces] = ROW_NONE;
	f->starts[f->pieces] = (uint32_t)f->text.line_count;
	t->head = t->next;
	t->from = l->from;
	t->piece = (struct join_piece){.at = f->pieces, .lines = 1};
	t->piece.bytes = (uint32_t)(l->end - l->from);
	f->pieces++;
	gather_piece(t->gather);
	t->is_open = true;
	return 0;
}

/* The daemon's records are events of their own: DAEMON_*, perhaps as a number. */
static bool may_be_daemons(struct sv name)
{
	char first = name.n ? name.p[0] : 0;

	return first == 'D' || first == 'U' || num_digit(first) <= 9;
}

/* A record with another node or stamp than the line before, or the first one. */
static int take_head(struct frames *f, struct walk *t, struct gather_line *l, struct err *e)
{
	struct index_frame *frame = &f->list[f->count - 1].public;
	struct sv line = sv_make(t->text + l->from, l->end - l->from), rest;
	struct record *head = &t->next;

	t->stamp = SV_EMPTY;
	if (!record_head(line, head)) {
		t->takes_more = false;
		frame->malformed += line.n > 0;
		return 0;
	}
	if (!f->totals.has_start) {
		f->totals.has_start = true;
		f->totals.start = head->stamp;
	}
	rest = sv_from(line, (size_t)(head->type_name.p + head->type_name.n + 1 - line.p));
	rest = sv_head(rest, sv_index(rest, ')') + 1);
	/* "node= type=..." has a node that is empty, which is none, but is written otherwise. */
	if (head->node.n || line.p[0] == 't') {
		t->node = head->node;
		t->stamp = rest;
	}
	l->type_name = head->type_name;
	l->body = (size_t)(rest.p + rest.n - t->text);
	return new_piece(f, t, l, e) == 0 ? 1 : -1;
}

/* True when the line has the node and stamp of the line before, as written. */
static bool follows(const struct walk *t, struct gather_line *l)
{
	struct sv rest = sv_make(t->text + l->from, l->end - l->from);
	size_t space;

	if (!t->stamp.n)
		return false;
	if (t->node.n) {
		if (!sv_starts(rest, SV("node=")) || !sv_starts(sv_from(rest, 5), t->node))
			return false;
		rest = sv_from(rest, 5 + t->node.n);
		if (!rest.n || rest.p[0] != ' ')
			return false;
		rest = sv_from(rest, 1);
	}
	if (!sv_starts(rest, SV("type=")))
		return false;
	rest = sv_from(rest, 5);
	space = marks_next(t->gather->marks.ends, (size_t)(rest.p - t->text));
	if (space >= l->end || t->text[space] != ' ')
		return false;
	l->type_name = sv_make(rest.p, space - (size_t)(rest.p - t->text));
	l->body = space + 1 + t->stamp.n;
	return l->body <= l->end && memcmp(t->text + space + 1, t->stamp.p, t->stamp.n) == 0;
}

/* The line's place in a piece, in l and the gatherer. 1, 0 when it is no record, -1 see *e. */
static int place_line(struct frames *f, struct walk *t, struct gather_line *l, struct err *e)
{
	if (!follows(t, l))
		return take_head(f, t, l, e);
	if (t->takes_more && !may_be_daemons(l->type_name)) {
		t->piece.bytes = (uint32_t)(l->end - t->from);
		t->piece.lines++;
		return 1;
	}
	t->next = t->head;
	t->next.type_name = l->type_name;
	return new_piece(f, t, l, e) == 0 ? 1 : -1;
}

/* ---- lines ---- */

static bool keep_line(struct frames *f, const struct walk *t, const struct gather_line *l,
		      uint32_t type, size_t value)
{
	const struct gather *g = t->gather;
	struct frame_text *text = &f->text;

	if (!room((void **)&text->lines, text->line_count, &text->line_cap, sizeof(*text->lines)))
		return false;
	text->lines[text->line_count++] = (struct frame_line){
		.from = (uint32_t)l->from,
		.end = (uint32_t)l->end,
		.name = (uint32_t)(l->type_name.p - t->text),
		.name_bytes = (uint32_t)l->type_name.n,
		.body = (uint32_t)l->body,
		.mark = (uint32_t)(g->in_tail ? g->mark : l->end),
		.type = type,
		.value = (uint32_t)value,
		.value_count = (uint32_t)(text->values.count - value),
		.is_odd = g->is_slow,
		.is_known = !g->is_slow && field_set_is_empty(&g->twice),
	};
	return true;
}

static int take_line(struct frames *f, struct walk *t, size_t from, size_t end, struct err *e)
{
	struct frame *frame = &f->list[f->count - 1];
	struct gather *g = t->gather;
	struct gather_line l = {.from = from, .end = end};
	size_t value = f->text.values.count;
	uint32_t type;
	int placed;

	f->totals.lines++;
	while (l.from < l.end && t->text[l.from] == 0)
		l.from++;
	if (l.end - l.from > CURSOR_LINE_MAX) {
		l.end = l.from + CURSOR_LINE_MAX;
		frame->public.too_long++;
		g->marks.ends[l.end / 64] |= UINT64_C(1) << l.end % 64;
	}
	placed = place_line(f, t, &l, e);
	if (placed <= 0)
		return placed;
	type = gather_type(g, l.type_name);
	if (t->piece.lines == 1) {
		/* The piece is put when it ends: its type is known by then. */
		t->head.type = type;
		t->takes_more = !join_is_single(type) && type != AUDIT_EOE;
		gather_node(g, t->head.node);
	}
	if (l.body < l.end && t->text[l.body] == ':')
		l.body++;
	if (l.body < l.end && t->text[l.body] == ' ')
		l.body++;
	f->is_bare = l.body == l.end && sv_eq(l.type_name, SV("EOE"));
	gather_line(g, &l, type);
	return g->failed || (f->options->extra_count && !keep_line(f, t, &l, type, value))
		       ? no_memory(e)
		       : 0;
}

static int take_lines(struct frames *f, struct walk *t, size_t n, struct err *e)
{
	for (size_t from = 0; from < n;) {
		size_t end = marks_next(t->gather->marks.lines, from);

		if (take_line(f, t, from, end, e) != 0)
			return -1;
		from = end + 1;
	}
	return end_piece(f, t, e);
}

int frames_take(struct frames *f, struct gather *g, struct sv text, uint64_t raw_at, struct err *e)
{
	struct walk t = {.gather = g};
	struct frame *frame;

	if (!room((void **)&f->list, f->count, &f->cap, sizeof(*f->list)) || !copy_text(f, text))
		return no_memory(e);
	t.text = f->text.p;
	g->values = &f->text.values;
	if (!gather_frame(g, t.text, text.n))
		return no_memory(e);
	f->list[f->count++] = (struct frame){
		.public = {.raw_at = raw_at, .raw_bytes = (uint32_t)text.n, .first = STAMP_NONE},
		.piece = (uint32_t)f->pieces,
	};
	if (take_lines(f, &t, text.n, e) != 0)
		return -1;
	check_ends(f);
	gather_end_frame(g);
	frame = &f->list[f->count - 1];
	if (frame->open) {
		frame->text = f->text;
		f->text = (struct frame_text){0};
	}
	f->totals.malformed += frame->public.malformed;
	f->totals.too_long += frame->public.too_long;
	return g->failed ? no_memory(e) : 0;
}

/* ---- the end ---- */

static int by_stamp(const void *a, const void *b)
{
	return stamp_cmp(a, b);
}

static bool is_doubled(struct frames *f)
{
	if (f->stray_count)
		qsort(f->strays, f->stray_count, sizeof(*f->strays), by_stamp);
	for (size_t i = 0; i + 1 < f->stray_count; i++)
		f->is_doubled |= stamp_eq(&f->strays[i], &f->strays[i + 1]);
	return f->is_doubled;
}

/* The rows between which each frame's are. */
static void find_hulls(struct frames *f)
{
	uint32_t before = 0;

	for (size_t i = 0; i < f->count; i++) {
		struct index_frame *frame = &f->list[i].public;
		size_t end = i + 1 < f->count ? f->list[i + 1].piece : f->pieces;
		uint32_t low = ROW_NONE, high = 0;

		for (size_t k = f->list[i].piece; k < end; k++) {
			if (f->rows[k] == ROW_NONE)
				continue;
			low = f->rows[k] < low ? f->rows[k] : low;
			high = f->rows[k] >= high ? f->rows[k] + 1 : high;
		}
		frame->row_from = low == ROW_NONE ? before : low;
		frame->row_to = low == ROW_NONE ? before : high;
		before = frame->row_to;
	}
}

/* An EOE alone is no event here, but one of the file before may be waiting for it. */
static void widen_span(struct frames *f)
{
	struct index_totals *t = &f->totals;

	for (size_t i = 0; i < f->count; i++) {
		const struct index_frame *frame = &f->list[i].public;

		if (!t->rows || frame->first.sec == STAMP_NONE.sec)
			continue;
		if (stamp_cmp(&frame->first, &t->first) < 0)
			t->first = frame->first;
		if (stamp_cmp(&frame->last, &t->last) > 0)
			t->last = frame->last;
	}
}

int frames_end(struct frames *f, struct err *e)
{
	join_finish(f->join);
	if (f->count && drain(f, e) != 0)
		return -1;
	f->totals.late = (uint32_t)f->late_count;
	f->totals.is_orderly = !is_doubled(f) && !f->has_odd_end && !join_stats(f->join)->forced;
	find_hulls(f);
	widen_span(f);
	return 0;
}

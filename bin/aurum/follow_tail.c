/*
 * Where following begins, without an event that comes twice, is torn or is missed.
 *
 *	                        |-- head --|
 *	... rotated files ...   |---------- tail ----------| live ...
 *	 <- scan: up to `cut`   |  events above `cut`      ^ the end when it was looked up
 *
 * The tail's lines go through the joiner of the live stream. What comes out before the live lines was
 * complete: it belongs to the last events, the rest to the live ones. An event may have begun before the tail:
 * all that is not above the highest stamp of the tail's head is found by a scan of the whole log.
 */
#include "aurum/follow.h"

#include "base/map.h"
#include "log/cursor.h"
#include "log/follow.h"
#include "query/scan.h"

#include <fcntl.h>
#include <stdlib.h>

#define TAIL_BYTES ((size_t)256 << 10) /* for events that are open */
#define LAST_BYTES ((size_t)4 << 20)   /* for the last events as well */
#define HEAD_BYTES ((size_t)64 << 10)
#define KEPT_MAX   ((size_t)256 << 20)

/* ---- the last events, as lines ---- */

struct kept {
	struct stamp stamp;
	char *lines; /* each with a newline */
	size_t bytes;
};

/* The last `max` of those that were added. */
struct ring {
	struct kept *list;
	size_t max, count, next, bytes;
	bool failed;
};

static int ring_init(struct ring *r, size_t max)
{
	*r = (struct ring){.max = max, .list = calloc(max ? max : 1, sizeof(struct kept))};
	return r->list ? 0 : -1;
}

static void ring_release(struct ring *r)
{
	for (size_t i = 0; r->list && i < r->max; i++)
		free(r->list[i].lines);
	free(r->list);
}

static void ring_add(struct ring *r, const struct event *event)
{
	struct kept *k;
	size_t bytes = 0;

	if (r->max == 0 || event->count == 0)
		return;
	for (size_t i = 0; i < event->count; i++)
		bytes += event->records[i].line.n + 1;
	k = &r->list[r->next];
	free(k->lines);
	r->bytes += bytes - k->bytes;
	*k = (struct kept){.stamp = event->stamp, .lines = malloc(bytes), .bytes = bytes};
	if (!k->lines || r->bytes > KEPT_MAX) {
		r->failed = true;
		k->bytes = 0;
		return;
	}
	for (size_t i = 0, at = 0; i < event->count; i++) {
		memcpy(k->lines + at, event->records[i].line.p, event->records[i].line.n);
		at += event->records[i].line.n;
		k->lines[at++] = '\n';
	}
	r->next = (r->next + 1) % r->max;
	r->count += r->count < r->max;
}

/* The lines were an event once; they are one again. */
static void print_kept(struct printer *p, const struct kept *k)
{
	struct sv rest = sv_make(k->lines, k->bytes), line;
	struct record *records = calloc(sv_count(rest, '\n') + 1, sizeof(*records));
	struct event event = {.records = records};

	if (!records)
		return;
	while (sv_line(&rest, &line))
		event.count += record_parse(line, &records[event.count]) == RECORD_OK;
	if (event.count) {
		event.stamp = records[0].stamp;
		event.node = records[0].node;
		event.type = records[0].type;
		printer_put(p, &event);
	}
	free(records);
}

static void print_ring(struct printer *p, const struct ring *r)
{
	size_t first = r->count < r->max ? 0 : r->next;

	for (size_t i = 0; i < r->count; i++)
		print_kept(p, &r->list[(first + i) % r->max]);
}

/* ---- the tail ---- */

struct log_tail {
	char *text;
	struct sv lines; /* whole ones */
	struct stamp cut;
	bool has_cut;
	struct map open; /* events that are not complete at its end, by event_key() */
};

/* The last bytes before the position, from a line's start on; nothing where the file has moved. */
static void read_tail(struct log_tail *t, const struct follow *f, size_t most)
{
	const struct log_position *at = &f->here;
	uint64_t from = at->offset > most ? at->offset - most : 0;
	CLEAN_FD int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct log_identity id;
	uint64_t size;
	ssize_t n;

	t->text = malloc(most);
	if (fd < 0 || !t->text || log_identify(fd, &id, &size) != 0 ||
	    !log_identity_eq(&id, &at->file))
		return;
	n = pread(fd, t->text, (size_t)(at->offset - from), (off_t)from);
	if (n <= 0)
		return;
	t->lines = sv_make(t->text, (size_t)n);
	if (from)
		t->lines = sv_from(t->lines, sv_index(t->lines, '\n') + 1);
	while (t->lines.n && t->lines.p[t->lines.n - 1] != '\n')
		t->lines.n--;
}

static uint64_t event_key(const struct stamp *stamp)
{
	return hash_u64(stamp->serial, (uint64_t)stamp->sec * 1000 + stamp->ms);
}

static void find_cut(struct log_tail *t)
{
	struct sv rest = sv_head(t->lines, HEAD_BYTES), line;
	struct record r;

	while (sv_line(&rest, &line))
		if (record_head(line, &r) && (!t->has_cut || stamp_cmp(&r.stamp, &t->cut) > 0)) {
			t->cut = r.stamp;
			t->has_cut = true;
		}
}

int follow_put_line(struct join *live, struct sv line, uint64_t *malformed)
{
	struct record r;

	if (record_parse(line, &r) == RECORD_OK)
		return join_put(live, &r);
	*malformed += line.n > 0;
	return 0;
}

/* What is complete in the tail is kept, if it is wanted and above the cut. */
static int join_tail(struct log_tail *t, struct join *live, struct printer *p, struct ring *ring)
{
	struct sv rest = t->lines, line;
	const struct event *event;
	struct record r;
	uint64_t malformed = 0; /* told by those who read all of the log */

	while (sv_line(&rest, &line)) {
		if (record_head(line, &r) && !map_put(&t->open, event_key(&r.stamp), 1))
			return -1;
		if (follow_put_line(live, line, &malformed) != 0)
			return -1;
		while ((event = join_next(live))) {
			(void)map_del(&t->open, event_key(&event->stamp));
			if (ring->max && stamp_cmp(&event->stamp, &t->cut) > 0 &&
			    printer_wants(p, event))
				ring_add(ring, event);
		}
	}
	return 0;
}

/* ---- the scan of what is before ---- */

struct history {
	struct printer *printer;
	struct ring ring;
	const struct log_tail *tail;
	const char *path;
	int64_t timeout_s;
};

static void *new_asker(void *arg)
{
	struct history *h = arg;

	return question_asker_new(&h->printer->question);
}

static bool ask(void *arg, void *asker, const struct event *event)
{
	(void)arg;
	return question_holds(asker, event);
}

static void free_asker(void *arg, void *asker)
{
	struct history *h = arg;

	question_asker_free(&h->printer->question, asker);
}

static enum scan_next found(void *arg, const struct event *event)
{
	struct history *h = arg;

	/* What is open in the tail is to come. */
	if (!map_get(&h->tail->open, event_key(&event->stamp)) &&
	    (!h->tail->has_cut || stamp_cmp(&event->stamp, &h->tail->cut) <= 0))
		ring_add(&h->ring, event);
	return h->ring.failed ? SCAN_STOP : SCAN_ON;
}

/* From `from` seconds on to the cut. */
static int scan_from(struct history *h, int64_t from, bool *is_all, struct err *e)
{
	struct query query = h->printer->question.query;
	struct scan scan = {.found = found, .arg = h};
	const struct join_options options = {.order = JOIN_ORDERED, .timeout_s = h->timeout_s};
	struct join *join = NULL;
	struct cursor cursor;
	int status = -1;

	question_into(&h->printer->question, &scan);
	scan.query = &query;
	scan.match_new = new_asker;
	scan.match = ask;
	scan.match_free = free_asker;
	if (from > query.start)
		query.start = from;
	if (h->tail->has_cut && h->tail->cut.sec < query.end)
		query.end = h->tail->cut.sec;
	cursor_init(&cursor);
	if (cursor_open_set(&cursor, h->path, e) == 0)
		join = join_new(&options, e);
	scan.cursor = &cursor;
	scan.join = join;
	if (join)
		status = scan_run(&scan, e);
	*is_all = !scan.has_start || scan.start.sec >= from;
	join_free(join);
	cursor_release(&cursor);
	return status;
}

/* Further and further back, until there are enough. */
static int find_before(struct history *h, size_t count, struct err *e)
{
	static const int64_t steps_s[] = {60, 3600, 24 * 3600, 30 * 24 * 3600};
	bool is_all = false;

	for (size_t i = 0; i <= LEN(steps_s) && !is_all; i++) {
		int64_t from = i < LEN(steps_s) && h->tail->has_cut ? h->tail->cut.sec - steps_s[i]
								    : INT64_MIN;

		ring_release(&h->ring);
		if (ring_init(&h->ring, count) != 0)
			return err_set(e, "no memory for the last events");
		if (scan_from(h, from, &is_all, e) != 0)
			return -1;
		if (h->ring.failed)
			return err_set(e, "the last %zu events are too large: --last", count);
		if (h->ring.count == count || from == INT64_MIN)
			break;
	}
	return 0;
}

static int print_last(struct history *h, const struct ring *ring, struct err *e)
{
	int status = 0;

	if (ring->count < ring->max)
		status = find_before(h, ring->max - ring->count, e);
	if (status == 0) {
		print_ring(h->printer, &h->ring);
		print_ring(h->printer, ring);
	}
	ring_release(&h->ring);
	return status;
}

int follow_begin(struct follow *f, struct join *live, struct printer *p, int64_t timeout_s,
		 struct err *e)
{
	uint64_t last = p->request->last;
	struct log_tail t = {0};
	struct history h = {.printer = p, .tail = &t, .path = f->path, .timeout_s = timeout_s};
	struct ring ring;
	int status = 0;

	if (follow_from(f, FOLLOW_END, e) != 0)
		return -1;
	if (ring_init(&ring, (size_t)last) != 0)
		return err_set(e, "no memory for the last events");
	map_init(&t.open, LAST_BYTES);
	read_tail(&t, f, last ? LAST_BYTES : TAIL_BYTES);
	find_cut(&t);
	if (join_tail(&t, live, p, &ring) != 0)
		status = err_set(e, "no memory for events");
	else if (ring.failed)
		status = err_set(e, "the last events are too large: --last");
	else if (last && access(f->path, F_OK) == 0)
		status = print_last(&h, &ring, e);
	map_release(&t.open);
	free(t.text);
	ring_release(&ring);
	return status;
}

/*
 * First the event or the process itself is looked for, with what an index and the scan's literals
 * make fast. Then everything around it is read: from an hour before on, and from further and further
 * back until it is known who stands behind it.
 */
#include "aurum/tree.h"

#include "common/log.h"
#include "output/progress.h"
#include "output/sentence.h"
#include "query/scan.h"

#include <sys/stat.h>

#define HOUR_S       3600
#define SENTENCE_MAX ((size_t)64 << 10)
#define TIME_COLUMN  (sizeof("00:00:00 ") - 1) /* of a sentence */

static const int64_t steps_s[] = {HOUR_S, 24 * HOUR_S, 7 * 24 * HOUR_S, 30 * 24 * HOUR_S};

struct search {
	const struct tree_wish *wish;
	const struct present *present;
	struct tree_found *out;
	struct progress progress;
	bool was_opened; /* what is wrong with the configuration has been told */
	char node[TREE_NODE_MAX];
	bool has_node;

	struct interpreter interpreter;
	struct normaliser normaliser;
	struct stamp first, last; /* of the process, as far as its own records tell */
	bool is_found, wants_first;
	uint32_t pid;
	struct tree *own; /* of the process's own records */
	struct err why;
	bool failed;
};

/* ---- one scan ---- */

static int open_log(struct search *s, struct log *log, struct err *e)
{
	const struct log_choice choice = {.program = "aurum tree",
					  .path = s->wish->log,
					  .config_dir = s->wish->config_dir,
					  .standard_input = STDIN_UNUSED,
					  .is_quiet = s->was_opened,
					  .order = JOIN_ORDERED};
	struct stat st;

	if (s->wish->log && stat(s->wish->log, &st) == 0 && !S_ISREG(st.st_mode) &&
	    !S_ISDIR(st.st_mode))
		return err_set(e, "%s is no file: a tree takes reading it more than once",
			       s->wish->log);
	s->was_opened = true;
	return log_open(log, &choice, e);
}

static void show_progress(void *arg, uint64_t done, uint64_t total)
{
	struct search *s = arg;

	progress_show(&s->progress, done, total);
}

/* *start: of the log's first record; sec 0 when there is none. */
static int run(struct search *s, struct query *q,
	       enum scan_next (*found)(void *, const struct event *), struct stamp *start,
	       struct err *e)
{
	struct scan scan = {.query = q, .found = found, .progress = show_progress, .arg = s};
	struct log log;
	int status;

	if (s->has_node && !query_add_node(q, sv_cstr(s->node)))
		return err_set(e, "too many nodes");
	status = open_log(s, &log, e);
	if (status == 0)
		status = log_scan(&log, &scan, e);
	log_close(&log);
	if (status == 0 && s->failed) {
		*e = s->why;
		status = -1;
	}
	*start = scan.has_start ? scan.start : (struct stamp){0};
	return status;
}

/* ---- the event ---- */

static void local_time(int64_t sec, struct tm *out)
{
	if (!when_to_local(sec, out))
		*out = (struct tm){0};
}

/* Without the time that it begins with, and its newline. */
static void keep_sentence(struct search *s, const struct event *event)
{
	static const struct sentence_style style = {.local_time = local_time};
	struct buf *b = &s->out->sentence;
	struct deed deed;

	buf_reset(b);
	normalise(&s->normaliser, event->records, event->count, NORMALISE_PLAIN, &deed);
	sentence_put(&style, &s->normaliser, &deed, b);
	if (b->n && b->p[b->n - 1] == '\n')
		b->n--;
	if (b->n >= TIME_COLUMN) {
		memmove(b->p, b->p + TIME_COLUMN, b->n - TIME_COLUMN);
		b->n -= TIME_COLUMN;
	}
}

static void keep_node(struct search *s, const struct event *event)
{
	if (event->node.n && sv_to_cstr(event->node, s->node, sizeof(s->node)))
		s->has_node = true;
}

static void note_other(struct tree_found *f, const struct stamp *stamp)
{
	if (f->other_count < TREE_OTHERS_MAX)
		f->others[f->other_count++] = *stamp;
}

/* The last one counts: serials begin anew with each boot. */
static enum scan_next found_event(void *arg, const struct event *event)
{
	struct search *s = arg;

	if (s->wish->has_ms && event->stamp.ms != s->wish->ms)
		return SCAN_ON;
	if (s->is_found)
		note_other(s->out, &s->out->event);
	s->is_found = true;
	s->out->event = event->stamp;
	s->pid = TREE_UNKNOWN;
	if (!tree_pid_of(event, &s->pid))
		s->pid = TREE_UNKNOWN;
	keep_node(s, event);
	keep_sentence(s, event);
	return SCAN_ON;
}

static void limit(struct query *q, int64_t from, int64_t to)
{
	if (from > q->start)
		q->start = from;
	if (to < q->end)
		q->end = to;
}

static int find_event(struct search *s, struct err *e)
{
	struct stamp start;
	struct query q;

	query_init(&q);
	q.has_serial = true;
	q.serial = s->wish->serial;
	limit(&q, s->wish->from, s->wish->to);
	if (s->wish->has_time)
		limit(&q, s->wish->sec, s->wish->sec);
	if (run(s, &q, found_event, &start, e) != 0)
		return -1;
	if (s->is_found && s->pid == TREE_UNKNOWN)
		return err_set(e, "event %llu names no process",
			       (unsigned long long)s->wish->serial);
	s->out->has_event = s->is_found;
	s->first = s->last = s->out->event;
	return 0;
}

/* ---- the process ---- */

static enum scan_next found_own(void *arg, const struct event *event)
{
	struct search *s = arg;

	s->is_found = true;
	s->last = event->stamp;
	keep_node(s, event);
	/* Only its own times are asked of this one: too many facts leave them as they are. */
	(void)!tree_put(s->own, event);
	return s->wants_first ? SCAN_STOP : SCAN_ON;
}

static int look_for_pid(struct search *s, enum query_item item, int64_t from, int64_t to,
			struct err *e)
{
	struct stamp start;
	struct query q;

	query_init(&q);
	query_want_number(&q, item, s->wish->pid);
	limit(&q, s->wish->from, s->wish->to);
	limit(&q, from, to);
	return q.start > q.end ? 0 : run(s, &q, found_own, &start, e);
}

/* What it did itself before `at`, after it, and last what its children did. */
static int find_own(struct search *s, struct err *e)
{
	static const enum query_item items[] = {QUERY_PID, QUERY_PPID};
	int64_t at = s->wish->has_at ? s->wish->at : INT64_MAX;

	for (size_t i = 0; i < LEN(items) && !s->is_found; i++) {
		s->wants_first = false;
		if (look_for_pid(s, items[i], INT64_MIN, at, e) != 0)
			return -1;
		s->wants_first = true;
		if (!s->is_found && at < INT64_MAX &&
		    look_for_pid(s, items[i], at, INT64_MAX, e) != 0)
			return -1;
	}
	return 0;
}

static int find_process(struct search *s, struct err *e)
{
	const struct tree_process *p;
	int status;

	s->pid = s->wish->pid;
	s->own = tree_new(TREE_FACTS_MAX, e);
	if (!s->own)
		return -1;
	status = find_own(s, e);
	if (status == 0)
		status = tree_build(s->own, e);
	if (status == 0 && s->is_found) {
		p = tree_find(s->own, s->pid, &s->last);
		s->first = p ? p->first : s->last;
	}
	tree_free(s->own);
	return status;
}

/* ---- around it ---- */

static enum scan_next found_around(void *arg, const struct event *event)
{
	struct search *s = arg;

	if (tree_put(s->out->tree, event) == TREE_TAKEN)
		return SCAN_ON;
	s->out->is_cut = true;
	return SCAN_STOP;
}

/* All events of the window. */
static int read_around(struct search *s, int64_t from, int64_t to, struct stamp *start,
		       struct err *e)
{
	struct query q;

	s->out->tree = tree_new(TREE_FACTS_MAX, e);
	if (!s->out->tree)
		return -1;
	query_init(&q);
	limit(&q, from, to);
	if (run(s, &q, found_around, start, e) != 0)
		return -1;
	return tree_build(s->out->tree, e);
}

/* The top of its line: nobody is above pid 1 and those that the kernel made. */
static bool has_top(const struct tree_process *p)
{
	for (size_t i = 0; i < TREE_LEVELS_MAX && p; i++, p = p->parent)
		if (p->pid == 1 || p->ppid == 0)
			return true;
	return false;
}

static bool is_explained(const struct tree_found *f)
{
	const struct tree_process *p = f->target;

	if (!p->is_born && !p->execs)
		return false;
	return p->session != TREE_UNKNOWN ? tree_login_of(f->tree, p) != NULL : has_top(p);
}

/* Earlier ones are kept when there is more than can be held further back. */
static int widen(struct search *s, int64_t from, int64_t to, struct stamp *start, struct err *e)
{
	struct tree *before = s->out->tree;
	int status;

	s->out->tree = NULL;
	status = read_around(s, from, to, start, e);
	if (status == 0 && before && s->out->is_cut) {
		tree_free(s->out->tree);
		s->out->tree = before;
		return 0;
	}
	tree_free(before);
	if (status != 0)
		return -1;
	s->out->target = tree_find(s->out->tree, s->pid, &s->last);
	s->out->from = start->sec >= from ? 0 : from;
	return s->out->target ? 0 : err_set(e, "the log changes too fast: try again");
}

static int find_around(struct search *s, struct err *e)
{
	const struct tree_wish *w = s->wish;
	int64_t to = w->to < INT64_MAX ? w->to : s->last.sec + HOUR_S;
	struct stamp start = {0};

	s->out->to = to >= s->present->when.now ? 0 : to;
	if (w->from > INT64_MIN)
		return widen(s, w->from, to, &start, e);
	for (size_t i = 0; i < LEN(steps_s); i++) {
		int64_t from = s->first.sec - steps_s[i];

		if (widen(s, from, to, &start, e) != 0)
			return -1;
		if (s->out->is_cut || s->out->from == 0 || is_explained(s->out))
			break;
	}
	return 0;
}

/* ---- all of it ---- */

int tree_search(const struct tree_wish *wish, const struct present *present, struct tree_found *out,
		struct err *e)
{
	struct search s = {.wish = wish, .present = present, .out = out};
	int status;

	*out = (struct tree_found){.sentence = BUF_INIT(SENTENCE_MAX)};
	if (wish->node) {
		if (!sv_to_cstr(sv_cstr(wish->node), s.node, sizeof(s.node)))
			return err_set(e, "the name of the node is too long");
		s.has_node = true;
	}
	interpreter_init(&s.interpreter, present->names, ESCAPE_RAW);
	normaliser_init(&s.normaliser, &s.interpreter);
	progress_init(&s.progress, STDERR_FILENO);
	status = wish->is_event ? find_event(&s, e) : find_process(&s, e);
	if (status == 0 && s.is_found)
		status = find_around(&s, e);
	progress_release(&s.progress);
	normaliser_release(&s.normaliser);
	return status;
}

void tree_found_release(struct tree_found *f)
{
	tree_free(f->tree);
	buf_release(&f->sentence);
}

/* The same rows as one JSON object. Strings are always valid UTF-8 (output/quote.h). */
#include "output/tree_rows.h"

#include "output/quote.h"

#define USER_MAX ((size_t)256)

/* Each member ends in a comma, which the closing bracket takes back. */
static void put_name(const char *name, struct buf *b)
{
	buf_printf(b, "\"%s\":", name);
}

static void open_part(const char *name, char bracket, struct buf *b)
{
	if (name)
		put_name(name, b);
	buf_putc(b, bracket);
}

static void close_part(char bracket, struct buf *b)
{
	if (b->n && b->p[b->n - 1] == ',')
		b->n--;
	buf_putc(b, bracket);
	buf_putc(b, ',');
}

static void put_text(const char *name, struct sv text, struct buf *b)
{
	if (text.n == 0)
		return;
	put_name(name, b);
	quote_json(text, b);
	buf_putc(b, ',');
}

static void put_number(const char *name, uint64_t number, struct buf *b)
{
	buf_printf(b, "\"%s\":%llu,", name, (unsigned long long)number);
}

/* Ids that are not set are left out. */
static void put_id(const char *name, uint32_t id, struct buf *b)
{
	if (id != TREE_UNKNOWN)
		put_number(name, id, b);
}

static void put_true(const char *name, bool value, struct buf *b)
{
	if (value)
		buf_printf(b, "\"%s\":true,", name);
}

/* "time" in UTC, as docs/format-json.md has it. */
static void put_seconds(const char *name, int64_t sec, uint32_t ms, struct buf *b)
{
	time_t seconds = (time_t)sec;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		return;
	buf_printf(b, "\"%s\":\"%04lld-%02d-%02dT%02d:%02d:%02d.%03uZ\",", name,
		   (long long)tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		   tm.tm_sec, ms);
}

static void put_time(const char *name, const struct stamp *stamp, struct buf *b)
{
	put_seconds(name, stamp->sec, stamp->ms, b);
}

/* ---- parts ---- */

static void put_login(const struct tree_drawing *d, const struct tree_login *l, struct buf *b)
{
	CLEANUP(buf_release) struct buf user = BUF_INIT(USER_MAX);

	if (!l)
		return;
	tree_put_user(d, l->user, l->auid, &user);
	open_part("login", '{', b);
	put_time("time", &l->stamp, b);
	put_number("serial", l->stamp.serial, b);
	put_text("user", buf_view(&user), b);
	put_id("auid", l->auid, b);
	put_number("session", l->session, b);
	put_number("pid", l->pid, b);
	put_text("address", l->address, b);
	put_text("terminal", l->terminal, b);
	put_text("program", l->program, b);
	close_part('}', b);
}

static void put_words(struct sv words, struct buf *b)
{
	struct sv word;

	if (words.n == 0)
		return;
	open_part("argv", '[', b);
	while (words.n) {
		(void)sv_cut(words, '\0', &word, &words);
		quote_json(word, b);
		buf_putc(b, ',');
	}
	close_part(']', b);
}

static void put_runs(const struct tree_process *p, struct buf *b)
{
	if (!p->execs)
		return;
	open_part("runs", '[', b);
	for (const struct tree_exec *x = p->execs; x; x = x->next) {
		open_part(NULL, '{', b);
		put_time("time", &x->stamp, b);
		put_number("serial", x->stamp.serial, b);
		put_text("program", x->path, b);
		put_words(x->words, b);
		put_true("argv_cut", x->is_cut, b);
		put_true("failed", x->has_failed, b);
		if (x->error)
			put_number("errno", (uint64_t)x->error, b);
		close_part('}', b);
	}
	close_part(']', b);
}

static void put_end(const struct tree_process *p, struct buf *b)
{
	if (p->end == TREE_NO_END)
		return;
	open_part("end", '{', b);
	put_time("time", &p->ended, b);
	put_number(p->end == TREE_EXITED ? "status" : "signal", (uint64_t)(unsigned)p->code, b);
	close_part('}', b);
}

static void put_process(const struct tree_drawing *d, const struct tree_rows *r, size_t i,
			struct buf *b)
{
	CLEANUP(buf_release) struct buf user = BUF_INIT(USER_MAX);
	const struct tree_process *p = r->rows[i].process;

	tree_put_user(d, p->user, p->euid, &user);
	open_part(NULL, '{', b);
	put_number("id", i, b);
	if (i)
		put_number("parent", r->rows[i].parent, b);
	put_number("pid", p->pid, b);
	put_id("ppid", p->ppid, b);
	put_true("asked_for", i == r->target, b);
	put_true("recorded", p->is_seen, b);
	put_time(p->is_born ? "forked" : "first_seen", &p->first, b);
	put_time("last_seen", &p->last, b);
	if (p->is_seen) {
		put_text("user", buf_view(&user), b);
		put_id("euid", p->euid, b);
		put_id("auid", p->auid, b);
		put_id("session", p->session, b);
	}
	put_text("terminal", p->terminal, b);
	put_text("comm", p->comm, b);
	put_text("exe", p->exe, b);
	put_runs(p, b);
	put_end(p, b);
	close_part('}', b);
}

static void put_search(const struct tree_drawing *d, struct buf *b)
{
	open_part("searched", '{', b);
	if (d->from)
		put_seconds("from", d->from, 0, b);
	if (d->to)
		put_seconds("to", d->to, 0, b);
	put_true("too_many", d->is_cut, b);
	close_part('}', b);
}

static void put_event(const struct tree_drawing *d, struct buf *b)
{
	if (!d->has_event)
		return;
	open_part("event", '{', b);
	put_time("time", &d->event, b);
	put_number("serial", d->event.serial, b);
	put_text("sentence", d->sentence, b);
	close_part('}', b);
}

int tree_draw_json(struct tree_drawing *d, struct buf *out)
{
	struct tree_rows rows;

	if (tree_rows_find(&rows, d) != 0)
		return -1;
	d->left_out = rows.left_out;
	open_part(NULL, '{', out);
	put_event(d, out);
	put_login(d, rows.login, out);
	open_part("processes", '[', out);
	for (size_t i = 0; i < rows.count; i++)
		put_process(d, &rows, i, out);
	close_part(']', out);
	if (rows.left_out)
		put_number("left_out", rows.left_out, out);
	put_search(d, out);
	close_part('}', out);
	if (out->n)
		out->p[out->n - 1] = '\n';
	tree_rows_release(&rows);
	return out->failed ? -1 : 0;
}

/*
 * The drawing: a line for the login, one for each process, lines beside it for what else it ran, and
 * one that says what was searched.
 */
#include "output/tree_rows.h"

#include "output/terminal.h"
#include "table/table.h"

#define USER_MAX ((size_t)256)

static const struct shapes {
	const char *branch, *last, *line, *none, *mark, *arrow;
} utf8 = {"├─ ", "└─ ", "│  ", "   ", "▶ ", "→ "},
  ascii = {"|- ", "`- ", "|  ", "   ", "=> ", "-> "};

struct drawer {
	const struct tree_drawing *d;
	const struct tree_rows *rows;
	const struct shapes *shapes;
	struct buf *out;
	bool has_date; /* not everything is of one day */
	bool is_open[2 * TREE_LEVELS_MAX + 2];
};

/* ---- times ---- */

static struct tm local(const struct tree_drawing *d, int64_t sec)
{
	time_t seconds = (time_t)sec;
	struct tm tm = {0};

	if (d->local_time)
		d->local_time(sec, &tm);
	else if (!gmtime_r(&seconds, &tm))
		tm = (struct tm){0};
	return tm;
}

static void put_date(const struct tree_drawing *d, int64_t sec, struct buf *out)
{
	struct tm tm = local(d, sec);

	buf_printf(out, "%04lld-%02d-%02d ", (long long)tm.tm_year + 1900, tm.tm_mon + 1,
		   tm.tm_mday);
}

static void put_clock(const struct tree_drawing *d, int64_t sec, struct buf *out)
{
	struct tm tm = local(d, sec);

	buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put_full_time(const struct tree_drawing *d, int64_t sec, struct buf *out)
{
	put_date(d, sec, out);
	put_clock(d, sec, out);
}

static void put_time(struct drawer *w, int64_t sec)
{
	if (w->has_date)
		put_date(w->d, sec, w->out);
	put_clock(w->d, sec, w->out);
	buf_putc(w->out, ' ');
}

static bool is_same_day(const struct tree_drawing *d, int64_t a, int64_t b)
{
	struct tm x = local(d, a), y = local(d, b);

	return x.tm_year == y.tm_year && x.tm_yday == y.tm_yday;
}

static bool spans_days(const struct tree_drawing *d, const struct tree_rows *r)
{
	int64_t day = d->target->first.sec;

	for (size_t i = 0; i < r->count; i++) {
		const struct tree_process *p = r->rows[i].process;

		if (!is_same_day(d, day, p->first.sec))
			return true;
		for (const struct tree_exec *x = p->execs; x; x = x->next)
			if (!is_same_day(d, day, x->stamp.sec))
				return true;
	}
	return d->has_event && !is_same_day(d, day, d->event.sec);
}

/* ---- words ---- */

static bool is_plain(struct sv word)
{
	for (size_t i = 0; i < word.n; i++)
		if ((unsigned char)word.p[i] <= ' ' || strchr("'\"`$;&|<>()*?!#~", word.p[i]))
			return false;
	return word.n > 0;
}

/* As a shell would take it, but for what terminal_put() makes of bytes that nobody types. */
static void put_word(struct sv word, struct buf *out)
{
	struct sv part;
	bool is_cut;

	if (is_plain(word)) {
		terminal_put(word, out);
		return;
	}
	buf_putc(out, '\'');
	do {
		is_cut = sv_cut(word, '\'', &part, &word);
		terminal_put(part, out);
		if (is_cut)
			buf_puts(out, "'\\''");
	} while (is_cut);
	buf_putc(out, '\'');
}

static void put_command(const struct tree_exec *x, struct buf *out)
{
	struct sv rest = x->words, word;
	const char *space = "";

	while (rest.n) {
		(void)sv_cut(rest, '\0', &word, &rest);
		buf_puts(out, space);
		put_word(word, out);
		space = " ";
	}
	if (x->words.n == 0)
		terminal_put(x->path, out);
	if (x->is_cut)
		buf_puts(out, " ...");
}

/* ---- beside a process ---- */

/* What stands in front of a line, which may be one beside the process of the row. */
static void put_lines(struct drawer *w, const struct tree_row *row, bool is_beside)
{
	for (unsigned depth = 1; depth < row->depth; depth++)
		buf_puts(w->out, w->is_open[depth] ? w->shapes->line : w->shapes->none);
	if (!is_beside) {
		if (row->depth)
			buf_puts(w->out, row->has_more ? w->shapes->branch : w->shapes->last);
		return;
	}
	if (row->depth)
		buf_puts(w->out, row->has_more ? w->shapes->line : w->shapes->none);
	buf_puts(w->out, row->has_child ? w->shapes->line : w->shapes->none);
	buf_puts(w->out, "  ");
}

static void put_event(struct drawer *w, const struct tree_row *row)
{
	put_time(w, w->d->event.sec);
	put_lines(w, row, true);
	buf_puts(w->out, w->shapes->mark);
	buf_printf(w->out, "event %llu", (unsigned long long)w->d->event.serial);
	if (w->d->sentence.n) {
		buf_puts(w->out, ": ");
		buf_put(w->out, w->d->sentence);
	}
	buf_putc(w->out, '\n');
}

static struct sv base_name(struct sv path)
{
	const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;

	return slash ? sv_from(path, (size_t)(slash - path.p) + 1) : path;
}

/* A shell looks in one folder after another. */
static bool is_same_try(const struct tree_exec *a, const struct tree_exec *b)
{
	return b && b->has_failed && b->error == a->error &&
	       sv_eq(base_name(a->path), base_name(b->path));
}

static const struct tree_exec *put_failure(struct drawer *w, const struct tree_row *row,
					   const struct tree_exec *x)
{
	size_t more = 0;

	put_time(w, x->stamp.sec);
	put_lines(w, row, true);
	buf_puts(w->out, "could not run ");
	terminal_put(x->path.n ? x->path : SV("a program"), w->out);
	for (; is_same_try(x, x->next); x = x->next)
		more++;
	if (more)
		buf_printf(w->out, " (nor in %zu other folder%s)", more, more == 1 ? "" : "s");
	if (x->error)
		buf_printf(w->out, ": %s", errno_text(x->error));
	buf_putc(w->out, '\n');
	return x;
}

static void put_next_run(struct drawer *w, const struct tree_row *row, const struct tree_exec *x)
{
	put_time(w, x->stamp.sec);
	put_lines(w, row, true);
	buf_puts(w->out, w->shapes->arrow);
	put_command(x, w->out);
	buf_putc(w->out, '\n');
}

/* In the order of time; the first program is on the line of the process itself. */
static void put_beside(struct drawer *w, const struct tree_row *row)
{
	const struct tree_exec *first = tree_first_run(row->process);
	bool is_due = w->d->has_event && row->process == w->d->target;

	for (const struct tree_exec *x = row->process->execs; x; x = x->next) {
		if (is_due && stamp_cmp(&w->d->event, &x->stamp) < 0) {
			put_event(w, row);
			is_due = false;
		}
		if (x->has_failed)
			x = put_failure(w, row, x);
		else if (x != first)
			put_next_run(w, row, x);
	}
	if (is_due)
		put_event(w, row);
}

/* ---- a process ---- */

static void put_end(struct drawer *w, const struct tree_process *p)
{
	const char *name =
		p->end == TREE_KILLED ? name_of(&table_signals, (uint64_t)p->code) : NULL;

	if (p->end == TREE_NO_END)
		return;
	if (p->end == TREE_EXITED)
		buf_printf(w->out, "  (exit %d, ", p->code);
	else if (name)
		buf_printf(w->out, "  (killed by %s, ", name);
	else
		buf_printf(w->out, "  (killed by signal %d, ", p->code);
	if (w->has_date && !is_same_day(w->d, p->first.sec, p->ended.sec))
		put_date(w->d, p->ended.sec, w->out);
	put_clock(w->d, p->ended.sec, w->out);
	buf_putc(w->out, ')');
}

static void put_program(struct drawer *w, const struct tree_process *p)
{
	const struct tree_exec *x = tree_first_run(p);

	buf_putc(w->out, ' ');
	if (x) {
		put_command(x, w->out);
	} else if (p->exe.n || p->comm.n) {
		buf_putc(w->out, '[');
		terminal_put(p->exe.n ? p->exe : p->comm, w->out);
		buf_putc(w->out, ']');
	} else if (p->is_seen) {
		buf_puts(w->out, "(its program is not recorded)");
	} else {
		buf_puts(w->out, "(nothing of its own is recorded)");
	}
}

static void put_process(struct drawer *w, size_t i)
{
	CLEANUP(buf_release) struct buf user = BUF_INIT(USER_MAX);
	const struct tree_row *row = &w->rows->rows[i];
	const struct tree_exec *x = tree_first_run(row->process);

	put_time(w, row->process->first.sec);
	put_lines(w, row, false);
	buf_printf(w->out, "%u", row->process->pid);
	if (x)
		tree_put_user(w->d, x->user, x->euid, &user);
	else
		tree_put_user(w->d, row->process->user, row->process->euid, &user);
	if (row->process->is_seen && user.n) {
		buf_putc(w->out, ' ');
		terminal_put(buf_view(&user), w->out);
	}
	put_program(w, row->process);
	put_end(w, row->process);
	if (i == w->rows->target && !w->d->has_event)
		buf_printf(w->out, "  %s", w->d->is_utf8 ? "◀" : "<=");
	buf_putc(w->out, '\n');
	w->is_open[row->depth] = row->has_more;
	put_beside(w, row);
}

/* ---- who, and what was searched ---- */

static void put_labelled(const char *label, struct sv text, struct buf *out)
{
	if (text.n == 0)
		return;
	buf_puts(out, label);
	terminal_put(text, out);
}

static void put_login(struct drawer *w)
{
	const struct tree_process *p = w->d->target;
	const struct tree_login *l = w->rows->login;
	CLEANUP(buf_release) struct buf user = BUF_INIT(USER_MAX);

	if (l) {
		tree_put_user(w->d, l->user, l->auid, &user);
		terminal_put(buf_view(&user), w->out);
		buf_puts(w->out, " logged in");
		put_labelled(" from ", l->address, w->out);
		put_labelled(" on ", l->terminal, w->out);
		put_labelled(" with ", l->program, w->out);
		buf_puts(w->out, ", ");
		put_full_time(w->d, l->stamp.sec, w->out);
		buf_printf(w->out, " (session %u)\n", l->session);
	} else if (p->session != TREE_UNKNOWN) {
		tree_put_user(w->d, SV_EMPTY, p->auid, &user);
		terminal_put(buf_view(&user), w->out);
		put_labelled(" on ", p->terminal, w->out);
		buf_printf(w->out, ": session %u, whose login was not found\n", p->session);
	} else if (p->is_seen) {
		buf_puts(w->out, "nobody's login session: a service\n");
	}
}

static void put_search(struct drawer *w)
{
	const struct tree_drawing *d = w->d;

	if (w->rows->left_out)
		buf_printf(w->out, "%zu processes below these are left out: --depth\n",
			   w->rows->left_out);
	if (!d->from && !d->to && !d->is_cut)
		return;
	buf_puts(w->out, "searched ");
	if (d->from) {
		buf_puts(w->out, "from ");
		put_full_time(d, d->from, w->out);
	} else {
		buf_puts(w->out, "from the log's start");
	}
	if (d->to) {
		buf_puts(w->out, " to ");
		put_full_time(d, d->to, w->out);
	} else {
		buf_puts(w->out, " to its end");
	}
	buf_puts(w->out, d->is_cut ? ", and no further: too many processes (--from, --to)\n"
				   : " (--from, --to)\n");
}

int tree_draw(struct tree_drawing *d, struct buf *out)
{
	struct tree_rows rows;
	struct drawer w = {
		.d = d, .rows = &rows, .shapes = d->is_utf8 ? &utf8 : &ascii, .out = out};

	if (tree_rows_find(&rows, d) != 0)
		return -1;
	w.has_date = spans_days(d, &rows);
	d->left_out = rows.left_out;
	put_login(&w);
	for (size_t i = 0; i < rows.count; i++)
		put_process(&w, i);
	put_search(&w);
	tree_rows_release(&rows);
	return out->failed ? -1 : 0;
}

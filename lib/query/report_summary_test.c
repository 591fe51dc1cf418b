/*
 * The page of totals of a log whose middles were counted before is that of the log: files that are
 * cut anywhere, in frames of any size, with events among each other and late ones.
 */
#include "base/test.h"

#include "query/report_summary.h"

#include <stdio.h>
#include <stdlib.h>

#define TIMEOUT_S   2
#define FILES       4
#define TEXT_MAX    ((size_t)8 << 20)
#define FRAMES_MAX  4096
#define ROWS_MAX    8192
#define EVENTS_OPEN 4

static uint64_t random_state;

static uint64_t below(uint64_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % n;
}

/* ---- a log ---- */

struct log {
	struct buf text;
	size_t ends[FILES]; /* of each file */
};

static void put_head(struct buf *out, const char *type, const struct stamp *s)
{
	buf_printf(out, "type=%s msg=audit(%lld.%03u:%llu): ", type, (long long)s->sec, s->ms,
		   (unsigned long long)s->serial);
}

/* One record of an event: the first one says what it is. */
static void put_record(struct buf *out, const struct stamp *s, unsigned part)
{
	uint64_t who = s->serial * 2654435761u % 997;

	if (s->serial % 7 == 0) {
		put_head(out, "USER_LOGIN", s);
		buf_printf(out,
			   "pid=%llu uid=0 auid=%llu ses=1 msg='op=login id=%llu "
			   "exe=\"/usr/sbin/sshd\" hostname=h%llu addr=10.0.0.1 terminal=ssh "
			   "res=%s'\n",
			   (unsigned long long)who + 1, (unsigned long long)who % 5,
			   (unsigned long long)who % 5, (unsigned long long)who % 31,
			   who % 3 ? "success" : "failed");
		return;
	}
	if (part == 0) {
		put_head(out, "SYSCALL", s);
		buf_printf(
			out,
			"arch=c000003e syscall=257 success=%s exit=3 ppid=1 pid=%llu auid=%llu "
			"uid=0 tty=pts%llu ses=1 comm=\"c%llu\" exe=\"/bin/e%llu\" key=\"k%llu\"\n",
			who % 4 ? "yes" : "no", (unsigned long long)who + 1,
			(unsigned long long)who % 6, (unsigned long long)who % 3,
			(unsigned long long)who % 13, (unsigned long long)who % 17,
			(unsigned long long)who % 4);
		return;
	}
	put_head(out, "PATH", s);
	buf_printf(out, "item=%u name=\"/f/%llu\" inode=1 nametype=NORMAL\n", part - 1,
		   (unsigned long long)(who * part % 211));
}

struct open_event {
	struct stamp stamp;
	unsigned parts, done;
};

static void start_event(struct open_event *e, struct stamp *now, bool with_late)
{
	now->serial++;
	now->ms += (uint32_t)below(60);
	now->sec += now->ms / 1000;
	now->ms %= 1000;
	*e = (struct open_event){.stamp = *now, .parts = 1 + (unsigned)below(4)};
	if (with_late && below(60) == 0)
		e->stamp.sec -= (int64_t)below(40);
	if (e->stamp.serial % 7 == 0)
		e->parts = 1;
}

/* Some events at a time, their records among each other. */
static void make_log(struct log *log, size_t lines, bool with_late)
{
	struct open_event open[EVENTS_OPEN] = {0};
	struct stamp now = {1700000000, 0, 100};

	log->text = BUF_INIT(TEXT_MAX);
	for (size_t i = 0, file = 0; i < lines; i++) {
		struct open_event *e = &open[below(EVENTS_OPEN)];

		if (e->done == e->parts)
			start_event(e, &now, with_late);
		put_record(&log->text, &e->stamp, e->done++);
		if (file < FILES && i + 1 >= lines * (file + 1) / FILES)
			log->ends[file++] = log->text.n;
	}
	assert_false(log->text.failed);
}

/* ---- reading ---- */

typedef void (*event_fn)(void *arg, const struct event *event);

static struct join *new_join(void)
{
	const struct join_options options = {
		.order = JOIN_ORDERED, .timeout_s = TIMEOUT_S, .stable_lines = true};
	struct err e;
	struct join *j = join_new(&options, &e);

	assert_non_null(j);
	return j;
}

static void drain(struct join *j, event_fn fn, void *arg)
{
	const struct event *event;

	while ((event = join_next(j)))
		fn(arg, event);
}

static void put_lines(struct join *j, struct sv text, event_fn fn, void *arg)
{
	struct sv line;
	struct record r;

	while (text.n) {
		(void)sv_cut(text, '\n', &line, &text);
		assert_int_equal(record_parse(line, &r), RECORD_OK);
		assert_int_equal(join_put(j, &r), 0);
		drain(j, fn, arg);
	}
}

struct page {
	struct report_reader reader;
	struct report_totals totals;
	const struct log *log;
	const struct report_summary *summary; /* or NULL: everything counts */
	bool is_in_doubt;
};

static void page_init(struct page *p, const struct log *log, const struct report_summary *summary)
{
	*p = (struct page){.log = log, .summary = summary};
	report_reader_init(&p->reader, report_totals_facts, NULL, false);
	report_totals_init(&p->totals);
	p->totals.hashes = summary != NULL;
}

static void page_release(struct page *p)
{
	report_reader_release(&p->reader);
	report_totals_release(&p->totals);
}

static size_t file_at(const struct log *log, const char *p)
{
	size_t file = 0;

	while ((size_t)(p - log->text.p) >= log->ends[file])
		file++;
	return file;
}

static enum report_place place_of(const struct page *p, const struct event *event)
{
	struct event told = *event;

	told.source = (uint32_t)file_at(p->log, event->records[0].line.p);
	for (size_t i = 1; i < event->count; i++)
		told.is_cut |= file_at(p->log, event->records[i].line.p) !=
			       file_at(p->log, event->records[0].line.p);
	return report_summary_place(p->summary, &told);
}

static void count_event(void *arg, const struct event *event)
{
	struct page *p = arg;
	enum report_place place = p->summary ? place_of(p, event) : PLACE_COUNT;

	p->is_in_doubt |= place == PLACE_DOUBT;
	if (place != PLACE_COUNT)
		return;
	report_read(&p->reader, event);
	report_totals_add(&p->totals, &p->reader);
}

/* ---- one file in frames ---- */

struct file {
	struct sv text, frames[FRAMES_MAX];
	size_t frame_count;
	struct index_extra_maker extra;
	uint32_t rows;
	struct stamp last, stamps[ROWS_MAX];
};

static void cut_frames(struct file *f, size_t bytes)
{
	struct sv rest = f->text;

	f->frame_count = 0;
	while (rest.n) {
		size_t n = bytes < rest.n ? bytes : rest.n;

		while (n < rest.n && rest.p[n - 1] != '\n')
			n++;
		assert_true(f->frame_count < FRAMES_MAX);
		f->frames[f->frame_count++] = sv_make(rest.p, n);
		rest = sv_make(rest.p + n, rest.n - n);
	}
}

static uint32_t frame_of(const struct file *f, const struct record *r)
{
	uint32_t i = 0;

	while (r->line.p >= f->frames[i].p + f->frames[i].n)
		i++;
	return i;
}

static void take_event(void *arg, const struct event *event)
{
	struct file *f = arg;
	uint32_t first = UINT32_MAX, last = 0;

	for (size_t i = 0; i < event->count; i++) {
		uint32_t frame = frame_of(f, &event->records[i]);

		first = frame < first ? frame : first;
		last = frame > last ? frame : last;
	}
	if (!f->rows || stamp_cmp(&event->stamp, &f->last) > 0)
		f->last = event->stamp;
	assert_true(f->rows < ROWS_MAX);
	f->stamps[f->rows] = event->stamp;
	f->extra.event(f->extra.ctx, event, f->rows++, first, last);
}

static int compare_stamps(const void *a, const void *b)
{
	return stamp_cmp(a, b);
}

/* An event that came twice, because its parts are too far from each other, makes it useless. */
static bool is_orderly(struct file *f)
{
	qsort(f->stamps, f->rows, sizeof(*f->stamps), compare_stamps);
	for (uint32_t i = 1; i < f->rows; i++)
		if (stamp_eq(&f->stamps[i - 1], &f->stamps[i]))
			return false;
	return true;
}

static void make_section(struct file *f, struct report_summary_maker *m, struct buf *section)
{
	struct join *j = new_join();

	f->rows = 0;
	f->extra = report_summary_extra(m);
	put_lines(j, f->text, take_event, f);
	join_finish(j);
	drain(j, take_event, f);
	join_free(j);
	buf_reset(section);
	assert_int_equal(f->extra.put(f->extra.ctx, section), 0);
}

/* ---- the whole against the sum ---- */

struct result {
	size_t lines_in_frames; /* bytes that were read */
	bool is_in_doubt, is_used;
};

static struct sv file_of(const struct log *log, size_t i)
{
	size_t from = i ? log->ends[i - 1] : 0;

	return sv_make(log->text.p + from, log->ends[i] - from);
}

enum use { USED, NOT_USED, NO_GOOD };

/* A file's frames that are to be read; all of it when it has no section. */
static enum use read_file(struct file *f, struct report_summary_maker *m, struct report_summary *s,
			  bool *is_read)
{
	CLEANUP(buf_release) struct buf section = BUF_INIT(TEXT_MAX);
	struct report_kept kept;
	bool is_good;

	make_section(f, m, &section);
	memset(is_read, 1, f->frame_count);
	if (!is_orderly(f) || !report_kept_read(&kept, buf_view(&section), f->frame_count))
		return NOT_USED;
	memset(is_read, 0, f->frame_count);
	for (size_t i = 0; i < kept.frame_count; i++)
		is_read[kept.frames[i]] = true;
	is_good = report_summary_add(s, &kept, TIMEOUT_S) == 0;
	report_kept_release(&kept);
	return is_good ? USED : NO_GOOD;
}

/* The last file has no index. */
static struct result sum_up(const struct log *log, size_t frame_bytes, uint64_t count[])
{
	static struct file file;
	static bool is_read[FILES][FRAMES_MAX];
	struct report_summary_maker *m = report_summary_maker_new(TIMEOUT_S);
	struct report_summary s;
	struct result result = {0};
	enum use use = USED;
	struct join *j = new_join();
	struct page page;

	assert_non_null(m);
	report_summary_init(&s);
	memset(is_read, 1, sizeof(is_read));
	for (size_t i = 0; i + 1 < FILES && use == USED; i++) {
		file.text = file_of(log, i);
		cut_frames(&file, frame_bytes);
		use = read_file(&file, m, &s, is_read[i]);
	}
	if (use == NO_GOOD || report_summary_settle(&s) != 0) {
		result.is_in_doubt = result.is_used = true;
		goto end;
	}
	page_init(&page, log, &s);
	for (size_t i = 0; i < FILES; i++) {
		file.text = file_of(log, i);
		cut_frames(&file, frame_bytes);
		for (size_t k = 0; k < file.frame_count; k++)
			if (i + 1 == FILES || is_read[i][k]) {
				put_lines(j, file.frames[k], count_event, &page);
				result.lines_in_frames += file.frames[k].n;
			}
	}
	join_finish(j);
	drain(j, count_event, &page);
	report_totals_merge(&page.totals, &s.totals);
	for (enum report_total i = 0; i < REPORT_TOTALS_COUNT; i++)
		count[i] = report_total(&page.totals, i);
	result.is_in_doubt = page.is_in_doubt;
	result.is_used = s.files > 0;
	page_release(&page);
end:
	report_summary_release(&s);
	report_summary_maker_free(m);
	join_free(j);
	return result;
}

static void count_all(const struct log *log, uint64_t count[])
{
	struct join *j = new_join();
	struct page page;

	page_init(&page, log, NULL);
	put_lines(j, buf_view(&log->text), count_event, &page);
	join_finish(j);
	drain(j, count_event, &page);
	for (enum report_total i = 0; i < REPORT_TOTALS_COUNT; i++)
		count[i] = report_total(&page.totals, i);
	page_release(&page);
	join_free(j);
}

static void same_in(size_t lines, bool with_late, size_t *used)
{
	static const size_t frame_bytes[] = {500, 4000, 20000};
	uint64_t all[REPORT_TOTALS_COUNT], sum[REPORT_TOTALS_COUNT];
	struct log log;

	make_log(&log, lines, with_late);
	count_all(&log, all);
	for (size_t i = 0; i < LEN(frame_bytes); i++) {
		struct result r = sum_up(&log, frame_bytes[i], sum);

		*used += r.is_used && !r.is_in_doubt;
		/* Rotations cut events that are spread over more than two tiny frames. */
		if (frame_bytes[i] > 500 && !with_late)
			assert_false(r.is_in_doubt);
		if (r.is_in_doubt)
			continue;
		for (enum report_total k = 0; k < REPORT_TOTALS_COUNT; k++)
			if (all[k] != sum[k])
				fail_msg("%s: %llu in all, %llu added up", report_total_name(k),
					 (unsigned long long)all[k], (unsigned long long)sum[k]);
		if (frame_bytes[i] == 500 && r.is_used && !with_late)
			assert_true(r.lines_in_frames < log.text.n / 2);
	}
	buf_release(&log.text);
}

static void the_sum_of_what_is_kept_and_what_is_read_is_the_whole(void **state)
{
	size_t used = 0;

	(void)state;
	for (random_state = 1; random_state < 30; random_state += 1) {
		uint64_t seed = random_state;

		same_in(400 + below(4000), false, &used);
		random_state = seed;
	}
	assert_true(used > 15);
}

static void late_events_are_read_and_the_rest_is_kept(void **state)
{
	size_t used = 0;

	(void)state;
	for (random_state = 1; random_state < 40; random_state += 1) {
		uint64_t seed = random_state;

		same_in(400 + below(4000), true, &used);
		random_state = seed;
	}
	assert_true(used > 15);
}

/* ---- hostile sections ---- */

static void sections_of_anything_do_no_harm(void **state)
{
	CLEANUP(buf_release) struct buf section = BUF_INIT(TEXT_MAX);
	static struct file file;
	struct report_summary_maker *m = report_summary_maker_new(TIMEOUT_S);
	struct log log;

	(void)state;
	random_state = 5;
	make_log(&log, 2000, true);
	file.text = buf_view(&log.text);
	cut_frames(&file, 700);
	make_section(&file, m, &section);
	for (size_t i = 0; i < 20000; i++) {
		size_t at = below(section.n), n = i % 3 ? section.n : below(section.n + 1);
		char was = section.p[at];
		struct report_kept kept;
		struct report_summary s;

		section.p[at] = (char)below(256);
		report_summary_init(&s);
		if (report_kept_read(&kept, sv_make(section.p, n), file.frame_count)) {
			for (size_t k = 0; k < kept.frame_count; k++)
				assert_true(kept.frames[k] < file.frame_count);
			(void)!report_summary_add(&s, &kept, TIMEOUT_S);
			report_kept_release(&kept);
		}
		report_summary_release(&s);
		section.p[at] = was;
	}
	report_summary_maker_free(m);
	buf_release(&log.text);
}

static void a_file_of_two_frames_has_no_middle(void **state)
{
	CLEANUP(buf_release) struct buf section = BUF_INIT(TEXT_MAX);
	static struct file file;
	struct report_summary_maker *m = report_summary_maker_new(TIMEOUT_S);
	struct report_kept kept;
	struct log log;

	(void)state;
	random_state = 7;
	make_log(&log, 100, false);
	file.text = buf_view(&log.text);
	cut_frames(&file, log.text.n / 2 + 1);
	make_section(&file, m, &section);
	assert_int_equal(section.n, 0);
	assert_false(report_kept_read(&kept, buf_view(&section), file.frame_count));
	report_summary_maker_free(m);
	buf_release(&log.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sum_of_what_is_kept_and_what_is_read_is_the_whole),
		cmocka_unit_test(late_events_are_read_and_the_rest_is_kept),
		cmocka_unit_test(sections_of_anything_do_no_harm),
		cmocka_unit_test(a_file_of_two_frames_has_no_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

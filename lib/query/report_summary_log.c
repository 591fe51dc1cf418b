/* Opens the indexes of a log's files, one after the other, and adds up what they keep. */
#include "query/report_summary_log.h"

#include "segment/names.h"

#include <stdlib.h>

/* Whether all of it is wanted, and every event of it is one row. */
static bool is_useful(const struct index *x, const struct query *q, int64_t timeout_s)
{
	const struct index_totals *t = &x->totals;

	return t->is_orderly && t->timeout_s == timeout_s && t->rows && q->start <= t->first.sec &&
	       q->end >= t->last.sec;
}

/* Makes ranges of the frames that are read, and counts what a scan would tell of the others. */
static bool choose(struct summary_log *l, struct summary_file *f, const struct index *x,
		   const struct report_kept *kept)
{
	size_t next = 0;

	f->ranges = calloc(kept->frame_count + 1, sizeof(*f->ranges));
	if (!f->ranges)
		return false;
	for (size_t i = 0; i < x->frame_count; i++) {
		const struct index_frame *frame = &x->frames[i];

		if (next < kept->frame_count && kept->frames[next] == i) {
			next++;
			f->ranges[f->range_count++] = (struct block_range){
				frame->raw_at, frame->raw_at + frame->raw_bytes, false};
		} else {
			l->malformed += frame->malformed;
			l->too_long += frame->too_long;
		}
	}
	return true;
}

enum taken { TAKEN, NOT_USEFUL, NO_GOOD };

static enum taken take_kept(struct summary_log *l, struct index *x, int64_t timeout_s)
{
	struct report_kept kept;
	struct err e;
	bool is_good;

	if (index_frames(x, &e) != 0 ||
	    !report_kept_read(&kept, index_extra(x, REPORT_SUMMARY_KIND), x->frame_count))
		return NOT_USEFUL;
	is_good = report_summary_add(&l->sum, &kept, timeout_s) == 0 &&
		  choose(l, &l->files[l->used], x, &kept);
	report_kept_release(&kept);
	return is_good ? TAKEN : NO_GOOD;
}

static enum taken take_file(struct summary_log *l, const struct cursor_source *source,
			    const struct query *q, int64_t timeout_s)
{
	struct segment_head head;
	char path[SEGMENT_PATH_MAX];
	struct index x;
	struct err e;
	enum taken taken = NOT_USEFUL;

	if (!cursor_source_head(source, &head) || !index_path(source->name, &head, path) ||
	    index_open(&x, path, &head, &e) != INDEX_OPEN)
		return NOT_USEFUL;
	if (is_useful(&x, q, timeout_s))
		taken = take_kept(l, &x, timeout_s);
	index_close(&x);
	return taken;
}

size_t summary_log_look(struct summary_log *l, const struct cursor *cursor, const struct query *q,
			int64_t timeout_s)
{
	enum taken taken = TAKEN;

	*l = (struct summary_log){.files = calloc(cursor->count + 1, sizeof(*l->files))};
	report_summary_init(&l->sum);
	if (!l->files)
		return 0;
	while (taken == TAKEN && l->used < cursor->count) {
		taken = take_file(l, cursor->sources[l->used], q, timeout_s);
		l->used += taken == TAKEN;
	}
	if (taken == NO_GOOD || report_summary_settle(&l->sum) != 0)
		summary_log_release(l);
	return l->used;
}

void summary_log_apply(const struct summary_log *l, struct blocks *blocks)
{
	for (size_t i = 0; i < l->used; i++)
		blocks_keep(blocks, i, l->files[i].ranges, l->files[i].range_count);
}

void summary_log_release(struct summary_log *l)
{
	/* The one behind those that are used may be half made. */
	for (size_t i = 0; l->files && i <= l->used; i++)
		free(l->files[i].ranges);
	free(l->files);
	report_summary_release(&l->sum);
	*l = (struct summary_log){0};
}

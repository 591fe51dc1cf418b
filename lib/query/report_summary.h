/*
 * The page of totals (query/report.h) of a long log without reading it: the index of a rotated file
 * keeps what is counted of the events in its middle, and only its ends are read.
 *
 *	row	0 1 2 3 4 5 6 7 8 9 ...                              ... n-2 n-1
 *	frame	[   0   ][   1   ][   2   ] ...                [  k - 1  ][   k   ]
 *	counted	          . . c c c c c c c c c c . c c c c c . . . . . .
 *
 * Not counted are events with a record in the first or in the last two frames, which other files may
 * go on with, and late ones: those that come out after one with a higher stamp. The frames in which
 * they stand are read, and what was counted already is passed over there, by its stamp. A rotation may
 * cut an event that was counted, all the same: one that was open when the file ended, and that goes
 * on behind more than a frame of others. Its second part gives it away, and the log is read whole. So
 * it is when an event is found in other parts than it was made of while the index was made: with
 * text left out before it, a late one can fall apart.
 *
 * Making it, while an index is made:
 *
 *	struct report_summary_maker *m = report_summary_maker_new(timeout_s);
 *	struct index_extra_maker extra = report_summary_extra(m);
 *	... index_options.extra = &extra, for one file or for many ...
 *	report_summary_maker_free(m);
 *
 * Using it:
 *
 *	report_summary_init(&s);
 *	for each file:
 *		if (report_kept_read(&kept, index_extra(&x, REPORT_SUMMARY_KIND), frames))
 *			report_summary_add(&s, &kept, timeout_s);	-- and read kept.frames only
 *	report_summary_settle(&s);
 *	for each event that is read: if (report_summary_place(&s, event) == PLACE_COUNT) ...
 *	report_totals_merge(&totals, &s.totals);
 *
 * Which events a stretch of text makes up does not depend on what is left out around it
 * (docs/format-index.md), so the sum is that of the whole.
 */
#ifndef AURUM_QUERY_REPORT_SUMMARY_H
#define AURUM_QUERY_REPORT_SUMMARY_H

#include "index/build.h"
#include "query/report.h"

/* The section's number, and the version of what is in it. */
#define REPORT_SUMMARY_KIND    INDEX_EXTRA_FIRST
#define REPORT_SUMMARY_VERSION 1

struct report_summary_maker;

/* timeout_s: that of the index. NULL: no memory. */
struct report_summary_maker *report_summary_maker_new(int64_t timeout_s);
void report_summary_maker_free(struct report_summary_maker *m);
/* Valid as long as m. An event of row 0 begins a file. */
struct index_extra_maker report_summary_extra(struct report_summary_maker *m);

/* An event that is not counted. */
struct other_event {
	struct stamp stamp;
	uint32_t records, file;
	bool is_late; /* it was complete before its file's end: what follows in another is another event */
};

struct stamps {
	struct stamp *list; /* rising */
	size_t count;
};

/* What a section says. */
struct report_kept {
	struct stamp first, highest; /* the lowest that is counted; the highest in the file */
	uint32_t *frames;            /* to be read, rising */
	size_t frame_count;
	struct stamps passed; /* those that are counted and have a record in these frames */
	struct stamps open;   /* those that are counted and may be open at the file's end */
	struct other_event *others;
	size_t other_count;
	struct sv totals; /* not looked at yet; borrowed from the section */
};

/*
 * section is hostile; frames: how many the file has. False, with nothing to release, when it is
 * empty, of another version or damaged, when it counts nothing, or there is no memory: the file is
 * then read whole.
 */
MUST_CHECK bool report_kept_read(struct report_kept *kept, struct sv section, size_t frames);
void report_kept_release(struct report_kept *kept);

struct report_summary {
	struct report_totals totals; /* as hashes */
	struct stamps passed, open;  /* of all files; rising */
	struct other_event *others;  /* of all files; rising once it is settled */
	size_t other_count, passed_cap, open_cap, other_cap;
	struct stamp highest; /* in all files */
	struct stamp *firsts; /* of each file */
	size_t files, first_cap;
};

void report_summary_init(struct report_summary *s);
void report_summary_release(struct report_summary *s);

/*
 * Adds the file that follows those that are there, none of which is missing. Its index must have
 * joined records with the reader's timeout. -1: something that it counted is not younger than all of
 * them, its totals are damaged, or there is no memory; s is then of no use.
 */
MUST_CHECK int report_summary_add(struct report_summary *s, const struct report_kept *kept,
				  int64_t timeout_s);
/* When all are added. -1: as above; a late event was cut by a rotation. */
MUST_CHECK int report_summary_settle(struct report_summary *s);

enum report_place {
	PLACE_COUNT, /* it is not counted yet */
	PLACE_PASS,  /* it is */
	PLACE_DOUBT, /* it is, or may be, a part of one that is: the log has to be read whole */
};

/* Any thread. event->source is the number of its file, and from `files` on there are others. */
enum report_place report_summary_place(const struct report_summary *s, const struct event *event);

#endif

/* Adds up what the indexes of a log's files keep of the totals. */
#include "query/report_summary.h"

#include "query/summary_code.h"

#include <stdlib.h>

/* ---- one section ---- */

static bool take_frames(struct report_kept *kept, struct sv *in, size_t frames)
{
	uint64_t known, count, distance, frame = 0;

	if (!code_take(in, &known) || !code_take(in, &count) || known > frames ||
	    known > UINT32_MAX || count > known || count > in->n)
		return false;
	/* Behind those that it knows there is no record, but there may be lines to count. */
	kept->frames = calloc(count + 1, sizeof(*kept->frames));
	if (!kept->frames)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!code_take(in, &distance) || distance >= known - frame || (i && !distance))
			return false;
		frame += distance;
		kept->frames[kept->frame_count++] = (uint32_t)frame;
	}
	return true;
}

/* Rising, from first on, up to the highest. */
static bool take_stamps(struct stamps *s, struct sv *in, const struct report_kept *kept)
{
	struct stamp before = kept->first;
	uint64_t count;

	if (!code_take(in, &count) || count > in->n)
		return false;
	s->list = calloc(count + 1, sizeof(*s->list));
	if (!s->list)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		struct stamp *stamp = &s->list[i];

		if (!code_take_stamp(in, &before, stamp) || stamp_cmp(stamp, &kept->first) < 0 ||
		    stamp_cmp(stamp, &kept->highest) > 0 ||
		    (i && stamp_cmp(stamp, &s->list[i - 1]) <= 0))
			return false;
		s->count++;
	}
	return true;
}

static bool take_others(struct report_kept *kept, struct sv *in)
{
	struct stamp before = {0};
	uint64_t count, records;

	if (!code_take(in, &count) || count > in->n)
		return false;
	kept->others = calloc(count + 1, sizeof(*kept->others));
	if (!kept->others)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		struct other_event *o = &kept->others[i];

		if (!code_take_stamp(in, &before, &o->stamp) || !code_take(in, &records) ||
		    records > UINT32_MAX)
			return false;
		o->records = (uint32_t)records;
		kept->other_count++;
	}
	return true;
}

static bool take_section(struct report_kept *kept, struct sv in, size_t frames)
{
	struct stamp before = {0};
	uint64_t version;

	if (!code_take(&in, &version) || version != REPORT_SUMMARY_VERSION ||
	    !take_frames(kept, &in, frames) || !code_take_stamp(&in, &before, &kept->first) ||
	    !code_take_stamp(&in, &before, &kept->highest) ||
	    stamp_cmp(&kept->highest, &kept->first) < 0 || !take_stamps(&kept->passed, &in, kept) ||
	    !take_stamps(&kept->open, &in, kept) || !take_others(kept, &in))
		return false;
	kept->totals = in;
	return true;
}

bool report_kept_read(struct report_kept *kept, struct sv section, size_t frames)
{
	*kept = (struct report_kept){0};
	if (take_section(kept, section, frames))
		return true;
	report_kept_release(kept);
	return false;
}

void report_kept_release(struct report_kept *kept)
{
	free(kept->frames);
	free(kept->passed.list);
	free(kept->open.list);
	free(kept->others);
	*kept = (struct report_kept){0};
}

/* ---- the sum ---- */

void report_summary_init(struct report_summary *s)
{
	*s = (struct report_summary){0};
	report_totals_init(&s->totals);
	s->totals.hashes = true;
}

void report_summary_release(struct report_summary *s)
{
	report_totals_release(&s->totals);
	free(s->passed.list);
	free(s->open.list);
	free(s->others);
	free(s->firsts);
	*s = (struct report_summary){0};
}

static bool add_distinct(struct tally *t, struct sv *in)
{
	struct code_numbers list;
	uint64_t number;

	if (!code_take_count(in, &list))
		return false;
	while (list.count) {
		if (!code_take_number(in, &list, &number))
			return false;
		tally_add_number(t, number, 1);
	}
	return !t->failed;
}

static bool add_totals(struct report_totals *t, struct sv in)
{
	uint64_t count;

	if (!code_take(&in, &count) || count != REPORT_TOTALS_COUNT)
		return false;
	for (enum report_total i = 0; i < REPORT_TOTALS_COUNT; i++) {
		if (report_total_is_distinct(i)) {
			if (!add_distinct(&t->distinct[i], &in))
				return false;
			continue;
		}
		if (!code_take(&in, &count))
			return false;
		t->count[i] += count;
	}
	return in.n == 0;
}

/* Room for more behind those that are there. */
static bool make_room(void **list, size_t *cap, size_t wanted, size_t size)
{
	size_t grown_cap = *cap ? *cap : 64;
	void *grown;

	if (wanted <= *cap)
		return true;
	while (grown_cap < wanted)
		grown_cap *= 2;
	grown = reallocarray(*list, grown_cap, size);
	if (!grown)
		return false;
	*list = grown;
	*cap = grown_cap;
	return true;
}

/* Behind those that are there, all of which are lower. */
static bool add_stamps(struct stamps *to, size_t *cap, const struct stamps *from)
{
	if (!make_room((void **)&to->list, cap, to->count + from->count, sizeof(*to->list)))
		return false;
	for (size_t i = 0; i < from->count; i++)
		to->list[to->count++] = from->list[i];
	return true;
}

static bool add_others(struct report_summary *s, const struct report_kept *kept, int64_t timeout_s)
{
	if (!make_room((void **)&s->others, &s->other_cap, s->other_count + kept->other_count,
		       sizeof(*s->others)))
		return false;
	for (size_t i = 0; i < kept->other_count; i++) {
		struct other_event *o = &s->others[s->other_count++];

		*o = kept->others[i];
		o->file = (uint32_t)s->files;
		o->is_late = o->stamp.sec < kept->highest.sec &&
			     kept->highest.sec - o->stamp.sec >= timeout_s;
	}
	return true;
}

int report_summary_add(struct report_summary *s, const struct report_kept *kept, int64_t timeout_s)
{
	if ((s->files && stamp_cmp(&kept->first, &s->highest) <= 0) ||
	    !add_totals(&s->totals, kept->totals) ||
	    !add_stamps(&s->passed, &s->passed_cap, &kept->passed) ||
	    !add_stamps(&s->open, &s->open_cap, &kept->open) || !add_others(s, kept, timeout_s) ||
	    !make_room((void **)&s->firsts, &s->first_cap, s->files + 1, sizeof(*s->firsts)))
		return -1;
	s->firsts[s->files++] = kept->first;
	s->highest = kept->highest;
	return 0;
}

static int compare_stamps(const void *a, const void *b)
{
	return stamp_cmp(a, b);
}

static int compare_others(const void *a, const void *b)
{
	const struct other_event *x = a, *y = b;
	int order = stamp_cmp(&x->stamp, &y->stamp);

	return order ? order : (x->file > y->file) - (x->file < y->file);
}

int report_summary_settle(struct report_summary *s)
{
	if (s->other_count > 1)
		qsort(s->others, s->other_count, sizeof(*s->others), compare_others);
	for (size_t i = 1; i < s->other_count; i++)
		if (stamp_eq(&s->others[i - 1].stamp, &s->others[i].stamp) &&
		    s->others[i - 1].is_late)
			return -1;
	return 0;
}

static bool has_stamp(const struct stamps *s, const struct stamp *stamp)
{
	return s->count &&
	       bsearch(stamp, s->list, s->count, sizeof(*s->list), compare_stamps) != NULL;
}

/* The first one that is not lower. */
static const struct other_event *find_other(const struct report_summary *s,
					    const struct stamp *stamp)
{
	size_t from = 0, to = s->other_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (stamp_cmp(&s->others[middle].stamp, stamp) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return s->others + from;
}

/* Whether it is what it was when the index was made, or two parts that a rotation made. */
static bool is_as_before(const struct report_summary *s, const struct event *event)
{
	const struct other_event *o, *end;
	bool is_known = false;

	if (!s->other_count)
		return true;
	end = s->others + s->other_count;
	for (o = find_other(s, &event->stamp); o < end && stamp_eq(&o->stamp, &event->stamp); o++) {
		if (event->is_cut)
			return !o->is_late;
		if (o->file != event->source)
			continue;
		if (o->records == event->count)
			return true;
		is_known = true;
	}
	return !is_known;
}

/* Whether the stamp is one of those that the event's own file counts between its ends. */
static bool is_of_its_file(const struct report_summary *s, const struct event *event)
{
	size_t file = event->source;

	return file < s->files && stamp_cmp(&event->stamp, &s->firsts[file]) >= 0 &&
	       (file + 1 == s->files || stamp_cmp(&event->stamp, &s->firsts[file + 1]) < 0);
}

enum report_place report_summary_place(const struct report_summary *s, const struct event *event)
{
	if (!s->files || stamp_cmp(&event->stamp, &s->highest) > 0)
		return PLACE_COUNT;
	if (has_stamp(&s->passed, &event->stamp)) {
		if (event->is_cut)
			return PLACE_DOUBT;
		if (is_of_its_file(s, event))
			return PLACE_PASS;
	}
	if (has_stamp(&s->open, &event->stamp))
		return PLACE_DOUBT;
	return is_as_before(s, event) ? PLACE_COUNT : PLACE_DOUBT;
}

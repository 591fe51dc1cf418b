/*
 * Any bytes as a log, through every report in every shape and format. Counting in two parts
 * that are merged gives what counting the whole gives; csv and JSON keep one row a line.
 */
#include "output/report_print.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct report_reader reader;
	struct report_printer printers[3];
	struct tally whole[REPORT_IDS], parts[REPORT_IDS][2];
	struct report_totals totals;
	struct timeline timeline;
	uint64_t events;
};

static void take(struct run *run, const struct event *event)
{
	const struct report_filter filter = {.result = (enum report_result)(event->stamp.ms % 3)};
	size_t part = run->events++ > 3;

	report_read(&run->reader, event);
	(void)report_passes(&filter, &run->reader);
	report_totals_add(&run->totals, &run->reader);
	timeline_add(&run->timeline, event->stamp.sec);
	for (enum report_id id = REPORT_AVC; id < REPORT_IDS; id++) {
		assert(report_count(id, &run->reader, &run->whole[id]) ==
		       report_count(id, &run->reader, &run->parts[id][part]));
		if (!report_selects(id, &run->reader))
			continue;
		assert(report_may_select(id, event, false));
		for (size_t i = 0; i < LEN(run->printers); i++)
			assert(report_print_rows(&run->printers[i], id, &run->reader, NULL) == 0 ||
			       run->printers[i].text.failed);
	}
}

static void check_sums(struct run *run, enum report_id id)
{
	struct tally *whole = &run->whole[id], *merged = &run->parts[id][0];
	enum tally_order order =
		report_defs[id].key == KEY_TEXT ? TALLY_BY_HITS : TALLY_BY_HITS_NUMBER;

	tally_merge(merged, &run->parts[id][1]);
	for (size_t i = 0; i < LEN(run->printers); i++)
		assert(report_print_summary(&run->printers[i], id, whole, NULL) == 0 ||
		       run->printers[i].text.failed);
	tally_sort(merged, order);
	assert(merged->count == whole->count);
	for (size_t i = 0; i < whole->count; i++) {
		assert(sv_eq(tally_text(&merged->entries[i]), tally_text(&whole->entries[i])));
		assert(merged->entries[i].hits == whole->entries[i].hits);
	}
}

static void feed(struct run *run, struct join *j, struct sv rest)
{
	const struct event *event;
	struct record r;
	struct sv line;

	for (bool more = true; more;) {
		more = sv_line(&rest, &line);
		if (!more)
			join_finish(j);
		else if (record_parse(line, &r) != RECORD_OK || join_put(j, &r) != 0)
			continue;
		while ((event = join_next(j)))
			take(run, event);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct join_options options = {.order = JOIN_ORDERED, .timeout_s = 2};
	static struct run run;
	struct join *j = join_new(&options, NULL);
	struct names *names = names_new(&(struct name_source){0}, NULL);
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	assert(j && names && fd >= 0);
	run = (struct run){0};
	report_reader_init(&run.reader, UINT32_MAX, names, size % 2);
	report_totals_init(&run.totals);
	timeline_init(&run.timeline, TIMELINE_MINUTE);
	for (size_t i = 0; i < LEN(run.printers); i++)
		report_printer_init(&run.printers[i], fd, (enum report_format)i, ESCAPE_TTY,
				    size % 2);
	for (size_t i = 0; i < REPORT_IDS; i++) {
		tally_init(&run.whole[i]);
		tally_init(&run.parts[i][0]);
		tally_init(&run.parts[i][1]);
	}
	feed(&run, j, sv_make((const char *)data, size));
	assert(report_total(&run.totals, TOTAL_EVENTS) == run.events);
	for (enum report_id id = REPORT_AVC; id < REPORT_IDS; id++)
		check_sums(&run, id);
	for (size_t i = 0; i < LEN(run.printers); i++) {
		assert(report_print_timeline(&run.printers[i], REPORT_EVENT, &run.timeline, 120,
					     NULL) == 0 ||
		       run.printers[i].text.failed);
		report_printer_release(&run.printers[i]);
	}
	for (size_t i = 0; i < REPORT_IDS; i++) {
		tally_release(&run.whole[i]);
		tally_release(&run.parts[i][0]);
		tally_release(&run.parts[i][1]);
	}
	timeline_release(&run.timeline);
	report_totals_release(&run.totals);
	report_reader_release(&run.reader);
	names_free(names);
	join_free(j);
	(void)close(fd);
	return 0;
}

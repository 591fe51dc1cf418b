/* aurum index stats: what indexes hold, added up over the files of a log. */
#include "aurum/index.h"

#include "segment/names.h"

#include <inttypes.h>

#define ROWS_MAX 256

struct stats_row {
	struct index_section section;
	uint64_t bytes, row_bytes;
	uint32_t files, most; /* most: values in one file */
	uint32_t repeated;
};

struct stats {
	struct stats_row rows[ROWS_MAX];
	size_t count;
	uint64_t files, missing, bad, disorderly;
	uint64_t text_bytes, index_bytes, events, late;
};

static struct stats_row *row_of(struct stats *s, const struct index_section *section)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].section.kind == section->kind &&
		    strcmp(s->rows[i].section.name, section->name) == 0)
			return &s->rows[i];
	if (s->count == ROWS_MAX)
		return NULL;
	s->rows[s->count] = (struct stats_row){.section = *section};
	return &s->rows[s->count++];
}

static void add_section(void *arg, const struct index_section *section)
{
	struct stats_row *row = row_of(arg, section);

	if (!row)
		return;
	row->bytes += section->bytes;
	row->row_bytes += section->row_bytes;
	row->files += section->bytes > 0;
	row->repeated += section->is_repeated;
	if (section->count > row->most)
		row->most = section->count;
}

static void add_file(struct stats *s, const struct index_log *log, size_t i)
{
	const struct cursor_source *source = log->cursor.sources[i];
	struct segment_head head;
	char path[SEGMENT_PATH_MAX];
	struct index x;
	struct err e = {0};

	if (!index_place(source, &head, path)) {
		s->bad++;
		return;
	}
	switch (index_open(&x, path, &head, &e)) {
	case INDEX_OPEN:
		s->files++;
		s->text_bytes += x.text_bytes;
		s->index_bytes += x.bytes;
		s->events += x.totals.rows;
		s->late += x.totals.late;
		s->disorderly += !x.totals.is_orderly;
		index_sections(&x, add_section, s);
		index_close(&x);
		break;
	case INDEX_NONE:
		s->missing += index_is_done(log, i);
		break;
	case INDEX_STALE:
	case INDEX_FOREIGN:
	case INDEX_DAMAGED:
		index_say(source, sv_cstr(e.text));
		s->bad++;
		break;
	}
}

static void print_row(const struct stats_row *r)
{
	static const char *const kinds[] = {
		[INDEX_SECTION_FRAMES] = "frames",      [INDEX_SECTION_LATE] = "late events",
		[INDEX_SECTION_DICTIONARY] = "values",  [INDEX_SECTION_BLOOMS] = "bloom",
		[INDEX_SECTION_PARTS] = "bloom, parts", [INDEX_SECTION_BITMAPS] = "rows, shared",
		[INDEX_SECTION_EXTRA] = "totals",
	};
	bool counts = r->section.kind == INDEX_SECTION_DICTIONARY;

	if (!r->bytes)
		return;
	(void)printf("%-10s %-14s %12" PRIu64, r->section.name[0] ? r->section.name : "-",
		     kinds[r->section.kind], r->bytes);
	if (counts)
		(void)printf(" %12" PRIu64 " %8" PRIu32, r->row_bytes, r->most);
	else
		(void)printf(" %12s %8s", "-", "-");
	(void)printf(" %6" PRIu32 "%s\n", r->files, r->repeated ? "  not exact" : "");
}

static void print(const struct stats *s)
{
	double pct = s->text_bytes ? 100.0 * (double)s->index_bytes / (double)s->text_bytes : 0;

	(void)printf("indexes %" PRIu64 ", missing %" PRIu64 ", of no use %" PRIu64 "\n", s->files,
		     s->missing, s->bad);
	(void)printf("text %" PRIu64 " bytes, index %" PRIu64 " bytes (%.1f %%), events %" PRIu64
		     ", late %" PRIu64 ", files out of order %" PRIu64 "\n",
		     s->text_bytes, s->index_bytes, pct, s->events, s->late, s->disorderly);
	if (!s->files)
		return;
	(void)printf("%-10s %-14s %12s %12s %8s %6s\n", "FIELD", "KIND", "BYTES", "ROWS", "VALUES",
		     "FILES");
	for (size_t i = 0; i < s->count; i++)
		print_row(&s->rows[i]);
}

static int stats(void *arg, struct index_log *log)
{
	static struct stats s; /* too big for the stack */

	(void)arg;
	s = (struct stats){.count = 0};
	for (size_t i = 0; i < log->cursor.count; i++)
		add_file(&s, log, i);
	print(&s);
	return s.files ? EXIT_DONE : EXIT_NOT_DONE;
}

int index_stats_main(int argc, char **argv)
{
	struct index_request r;
	int code =
		index_options("aurum index stats",
			      "Says what the indexes of a log hold, and how many bytes each part "
			      "takes in all files together; values are those of the file with "
			      "most. Exit 0: there are indexes, 1: there are none, 2: it cannot be "
			      "told.",
			      argc, argv, &r);

	return code >= 0 ? code : index_logs(&r, stats, NULL);
}

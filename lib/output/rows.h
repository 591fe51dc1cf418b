/*
 * Rows of cells: aligned for people, as csv, as JSON lines.
 *
 *	static const struct rows_column columns[] = {{SV("user"), false}, {SV("events"), true}};
 *	const struct rows_style style = {ROWS_TABLE, columns, 2};
 *	struct rows_aligner a;
 *	rows_aligner_init(&a, &style, width);
 *	rows_put(&style, cells, &text);			-- any thread, each a text of its own
 *	rows_align(&a, buf_view(&text), &out);		-- in their order
 *	rows_align_end(&a, &out);
 *	rows_aligner_release(&a);
 *
 * csv is RFC 4180 with LF as line end and a line of names in front, several values of a cell with
 * commas between them. JSON is one object a line: a string, an array where there are several, null
 * where there is none. A table has "-" for none. Values may be any bytes.
 */
#ifndef AURUM_OUTPUT_ROWS_H
#define AURUM_OUTPUT_ROWS_H

#include "base/buf.h"

#define ROWS_COLUMNS_MAX 20

enum rows_format { ROWS_TABLE, ROWS_CSV, ROWS_JSON };

struct rows_column {
	struct sv name;
	bool is_number; /* each cell is one, or empty */
};

struct rows_style {
	enum rows_format format;
	const struct rows_column *columns;
	size_t count; /* at most ROWS_COLUMNS_MAX */
};

/* What stands in one column. */
struct rows_cell {
	const struct sv *texts;
	size_t count;
};

/* Puts a row as rows_align() wants it: one for each column. */
void rows_put(const struct rows_style *style, const struct rows_cell *cells, struct buf *out);

struct rows_aligner {
	const struct rows_style *style;
	unsigned width; /* of the terminal; 0: lines may be of any length */
	/* Private. */
	struct buf waiting; /* rows, until there are enough to see how wide columns are */
	size_t rows;
	unsigned widths[ROWS_COLUMNS_MAX];
	bool has_head, has_widths;
};

/* The style is borrowed. */
void rows_aligner_init(struct rows_aligner *a, const struct rows_style *style, unsigned width);
void rows_aligner_release(struct rows_aligner *a);

/* Takes whole rows that rows_put() made, and puts what is ready to be printed. */
void rows_align(struct rows_aligner *a, struct sv rows, struct buf *out);
/* The rest. A table without rows has no head, csv has. */
void rows_align_end(struct rows_aligner *a, struct buf *out);

#endif

/*
 * A table's cells are cut and padded only when its first rows are known; until then, and between
 * threads, a row is its escaped cells with tabs between them. Widths are counted in columns of a
 * terminal, by a short list of characters that take none or two.
 */
#include "output/rows.h"

#include "output/quote.h"
#include "output/terminal.h"
#include "record/escape.h"

#define LOOK_ROWS  1000 /* that say how wide columns are */
#define LOOK_BYTES ((size_t)256 << 10)
#define ROWS_MAX   ((size_t)1 << 30)
#define GAP        2
#define NARROWEST  8  /* no column is cut to less */
#define WIDEST     64 /* where nothing is cut, longer cells push the rest of their row aside */
#define CUT        "\xe2\x80\xa6" /* U+2026, one column */

/* ---- one row ---- */

static void put_joined(const struct rows_cell *cell, void (*put)(struct sv text, struct buf *out),
		       struct buf *out)
{
	for (size_t i = 0; i < cell->count; i++) {
		if (i)
			buf_putc(out, ',');
		put(cell->texts[i], out);
	}
}

static void put_escaped(struct sv text, struct buf *out)
{
	escape_put(ESCAPE_TTY, text, out);
}

static void put_csv(const struct rows_cell *cell, struct buf *out)
{
	size_t from = out->n;

	put_joined(cell, put_escaped, out);
	quote_csv_from(out, from);
}

static void put_json(const struct rows_column *column, const struct rows_cell *cell,
		     struct buf *out)
{
	quote_json(column->name, out);
	buf_putc(out, ':');
	if (cell->count == 0) {
		buf_puts(out, "null");
	} else if (column->is_number) {
		buf_put(out, cell->texts[0]);
	} else if (cell->count == 1) {
		quote_json(cell->texts[0], out);
	} else {
		buf_putc(out, '[');
		put_joined(cell, quote_json, out);
		buf_putc(out, ']');
	}
}

static void put_cell(const struct rows_style *style, size_t i, const struct rows_cell *cell,
		     struct buf *out)
{
	switch (style->format) {
	case ROWS_TABLE:
		if (cell->count == 0)
			buf_putc(out, '-');
		put_joined(cell, terminal_put, out);
		return;
	case ROWS_CSV:
		put_csv(cell, out);
		return;
	case ROWS_JSON:
		put_json(&style->columns[i], cell, out);
		return;
	}
}

void rows_put(const struct rows_style *style, const struct rows_cell *cells, struct buf *out)
{
	static const char between[] = {[ROWS_TABLE] = '\t', [ROWS_CSV] = ',', [ROWS_JSON] = ','};

	if (style->format == ROWS_JSON)
		buf_putc(out, '{');
	for (size_t i = 0; i < style->count; i++) {
		if (i)
			buf_putc(out, between[style->format]);
		put_cell(style, i, &cells[i], out);
	}
	buf_puts(out, style->format == ROWS_JSON ? "}\n" : "\n");
}

/* ---- how wide text is ---- */

/* The next character and its width; text is valid UTF-8. */
static size_t next_char(struct sv text, unsigned *width)
{
	static const struct {
		uint32_t first, last;
		unsigned width;
	} ranges[] = {
		{0x300, 0x36f, 0},     {0x483, 0x489, 0},     {0x591, 0x5bd, 0},
		{0x610, 0x61a, 0},     {0x64b, 0x65f, 0},     {0x1100, 0x115f, 2},
		{0x1ab0, 0x1aff, 0},   {0x1dc0, 0x1dff, 0},   {0x20d0, 0x20ff, 0},
		{0x2e80, 0x303e, 2},   {0x3041, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
		{0xf900, 0xfaff, 2},   {0xfe20, 0xfe2f, 0},   {0xfe30, 0xfe6f, 2},
		{0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2},
		{0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
	};
	unsigned char first = (unsigned char)text.p[0];
	size_t bytes = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t c = bytes == 1 ? first : first & (0x7fu >> bytes);

	if (bytes > text.n)
		bytes = text.n;
	for (size_t i = 1; i < bytes; i++)
		c = c << 6 | ((unsigned char)text.p[i] & 0x3f);
	*width = 1;
	for (size_t i = 0; i < LEN(ranges) && c >= ranges[0].first; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			*width = ranges[i].width;
	return bytes;
}

static unsigned width_of(struct sv text)
{
	unsigned all = 0, one;

	while (text.n) {
		text = sv_from(text, next_char(text, &one));
		all += one;
	}
	return all;
}

/* The bytes from the front that take at most so many columns. */
static size_t fitting(struct sv text, unsigned width)
{
	size_t at = 0, bytes;
	unsigned one;

	while (at < text.n) {
		bytes = next_char(sv_from(text, at), &one);
		if (one > width)
			break;
		width -= one;
		at += bytes;
	}
	return at;
}

/* ---- the table ---- */

void rows_aligner_init(struct rows_aligner *a, const struct rows_style *style, unsigned width)
{
	*a = (struct rows_aligner){.style = style, .width = width, .waiting = BUF_INIT(ROWS_MAX)};
}

void rows_aligner_release(struct rows_aligner *a)
{
	buf_release(&a->waiting);
}

static void measure(struct rows_aligner *a)
{
	struct sv rows = buf_view(&a->waiting), row, cell;

	for (size_t i = 0; i < a->style->count; i++)
		a->widths[i] = width_of(a->style->columns[i].name);
	while (sv_line(&rows, &row))
		for (size_t i = 0; i < a->style->count; i++) {
			unsigned width;

			(void)sv_cut(row, '\t', &cell, &row);
			width = width_of(cell);
			if (width > a->widths[i])
				a->widths[i] = width;
		}
}

/* Takes from the widest column, again and again, until the line fits. */
static void make_fit(struct rows_aligner *a)
{
	size_t count = a->style->count;
	unsigned all = (unsigned)(GAP * (count - 1));

	for (size_t i = 0; i < count; i++)
		all += a->widths[i];
	while (all > a->width) {
		size_t widest = 0;

		for (size_t i = 1; i < count; i++)
			if (a->widths[i] > a->widths[widest])
				widest = i;
		if (a->widths[widest] <= NARROWEST)
			return;
		a->widths[widest]--;
		all--;
	}
}

static void put_blanks(unsigned count, struct buf *out)
{
	while (count--)
		buf_putc(out, ' ');
}

static void put_aligned(const struct rows_aligner *a, size_t i, struct sv cell, struct buf *out)
{
	unsigned room = a->widths[i], width = width_of(cell);
	bool is_last = i + 1 == a->style->count, is_number = a->style->columns[i].is_number;

	if (i)
		put_blanks(GAP, out);
	if (width <= room && is_number)
		put_blanks(room - width, out);
	if (width > room && a->width && room) {
		buf_put(out, sv_head(cell, fitting(cell, room - 1)));
		buf_puts(out, CUT);
	} else {
		buf_put(out, cell);
	}
	if (width < room && !is_number && !is_last)
		put_blanks(room - width, out);
}

static void put_line(const struct rows_aligner *a, struct sv row, struct buf *out)
{
	struct sv cell;

	for (size_t i = 0; i < a->style->count; i++) {
		(void)sv_cut(row, '\t', &cell, &row);
		put_aligned(a, i, cell, out);
	}
	buf_putc(out, '\n');
}

static void put_lines(const struct rows_aligner *a, struct sv rows, struct buf *out)
{
	struct sv row;

	while (sv_line(&rows, &row))
		put_line(a, row, out);
}

static void begin_table(struct rows_aligner *a, struct buf *out)
{
	measure(a);
	if (a->width && a->style->count)
		make_fit(a);
	for (size_t i = 0; i < a->style->count && !a->width; i++)
		if (a->widths[i] > WIDEST)
			a->widths[i] = WIDEST;
	a->has_widths = true;
	for (size_t i = 0; i < a->style->count; i++)
		put_aligned(a, i, a->style->columns[i].name, out);
	buf_putc(out, '\n');
	put_lines(a, buf_view(&a->waiting), out);
	out->failed |= a->waiting.failed;
	buf_reset(&a->waiting);
}

static void put_csv_head(struct rows_aligner *a, struct buf *out)
{
	if (a->style->format != ROWS_CSV || a->has_head)
		return;
	a->has_head = true;
	for (size_t i = 0; i < a->style->count; i++) {
		if (i)
			buf_putc(out, ',');
		quote_csv(a->style->columns[i].name, out);
	}
	buf_putc(out, '\n');
}

void rows_align(struct rows_aligner *a, struct sv rows, struct buf *out)
{
	put_csv_head(a, out);
	if (a->style->format != ROWS_TABLE) {
		buf_put(out, rows);
		return;
	}
	if (a->has_widths) {
		put_lines(a, rows, out);
		return;
	}
	buf_put(&a->waiting, rows);
	a->rows += sv_count(rows, '\n');
	if (a->rows >= LOOK_ROWS || a->waiting.n >= LOOK_BYTES)
		begin_table(a, out);
}

void rows_align_end(struct rows_aligner *a, struct buf *out)
{
	put_csv_head(a, out);
	if (a->style->format == ROWS_TABLE && a->rows && !a->has_widths)
		begin_table(a, out);
}

/* Sheets are kept for the next piece: names that one has looked up stay with it. */
#include "sheets.h"

#include "record/names_system.h"

#include <stdlib.h>

#define SHEET_MAX ((size_t)512 << 20) /* bytes of text; a few hundred KiB, but for huge events */

struct sheet {
	struct sheet *next;
	struct names *names;
	struct interpreter interpreter;
	struct output output; /* nothing is ever flushed */
	struct err error;
	bool failed;
};

static struct sheet *sheet_new(const struct output *like)
{
	struct sheet *sheet = calloc(1, sizeof(*sheet));

	if (!sheet)
		return NULL;
	sheet->names = names_new(&names_system, NULL);
	if (!sheet->names) {
		free(sheet);
		return NULL;
	}
	interpreter_init(&sheet->interpreter, sheet->names, like->interpreter->escape);
	output_init(&sheet->output, -1, like->format, like->escape);
	sheet->output.interpreter = &sheet->interpreter;
	sheet->output.columns = like->columns;
	sheet->output.to_local = like->to_local;
	sheet->output.has_header = true; /* the one in front of all sheets */
	sheet->output.text.max = SHEET_MAX;
	return sheet;
}

static void sheet_free(struct sheet *sheet)
{
	output_release(&sheet->output);
	names_free(sheet->names);
	free(sheet);
}

struct sheet *sheets_take(struct sheets *s)
{
	struct sheet *sheet = s->free;

	if (!sheet)
		return sheet_new(s->output);
	s->free = sheet->next;
	buf_reset(&sheet->output.text);
	sheet->failed = false;
	return sheet;
}

int sheets_give(struct sheets *s, struct sheet *sheet, bool discard, struct err *e)
{
	int status = 0;

	if (!discard && sheet->failed) {
		*e = sheet->error;
		status = -1;
	} else if (!discard) {
		status = output_text(s->output, buf_view(&sheet->output.text), e);
	}
	sheet->next = s->free;
	s->free = sheet;
	return status;
}

void sheets_release(struct sheets *s)
{
	while (s->free) {
		struct sheet *sheet = s->free;

		s->free = sheet->next;
		sheet_free(sheet);
	}
}

void sheet_event(struct sheet *sheet, const struct event *event)
{
	if (!sheet->failed)
		sheet->failed = output_event(&sheet->output, event, &sheet->error) != 0;
}

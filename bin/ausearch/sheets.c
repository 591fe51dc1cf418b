/* A sheet is an output that is never flushed. */
#include "ausearch/sheets.h"

#define SHEET_MAX ((size_t)512 << 20) /* bytes of text; a few hundred KiB, but for huge events */

struct sheet {
	struct part part;
	struct interpreter interpreter;
	struct output output;
};

static int sheet_init(struct part *part, const void *arg)
{
	struct sheet *sheet = (struct sheet *)part;
	const struct output *like = arg;

	interpreter_init(&sheet->interpreter, part->names, like->interpreter->escape);
	output_init(&sheet->output, -1, like->format, like->escape);
	sheet->output.interpreter = &sheet->interpreter;
	sheet->output.columns = like->columns;
	sheet->output.to_local = like->to_local;
	sheet->output.has_header = true; /* the one in front of all sheets */
	sheet->output.text.max = SHEET_MAX;
	return 0;
}

static void sheet_release(struct part *part)
{
	output_release(&((struct sheet *)part)->output);
}

static int sheet_event(struct part *part, const struct event *event, struct err *e)
{
	return output_event(&((struct sheet *)part)->output, event, e);
}

static int sheet_end(void *arg, struct part *part, bool discard, struct err *e)
{
	struct output *to = arg, *from = &((struct sheet *)part)->output;
	int status = discard ? 0 : output_text(to, buf_view(&from->text), e);

	buf_reset(&from->text);
	return status;
}

const struct part_kind sheet_kind = {sizeof(struct sheet), sheet_init, sheet_release, sheet_event,
				     sheet_end};

/*
 * What plugins read. The first byte picks how many bytes come at a time; the stream that follows
 * gives the same records however it is cut, and never one that holds a newline.
 */
#include "log/dispatch.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct sv stream, size_t step, struct buf *lines)
{
	struct dispatch_reader r;
	struct dispatch_record record;
	enum dispatch_status status = DISPATCH_MORE;
	struct err e;

	if (dispatch_reader_init(&r) != 0)
		return;
	while (stream.n && status != DISPATCH_BROKEN) {
		size_t room, start;
		char *to = dispatch_room(&r, &room);
		struct sv part = sv_head(stream, step < room ? step : room);

		if (room == 0)
			abort();
		memcpy(to, part.p, part.n);
		dispatch_filled(&r, part.n);
		stream = sv_from(stream, part.n);
		while ((status = dispatch_next(&r, &record, &e)) == DISPATCH_RECORD) {
			start = lines->n;
			dispatch_put_line(&record, lines);
			if (sv_index(sv_from(buf_view(lines), start), '\n') < lines->n - start)
				abort();
			buf_putc(lines, '\n');
		}
	}
	dispatch_finish(&r);
	dispatch_reader_release(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_release) struct buf one = BUF_INIT(1 << 22);
	CLEANUP(buf_release) struct buf other = BUF_INIT(1 << 22);
	struct sv stream;

	if (size == 0)
		return 0;
	stream = sv_make((const char *)data + 1, size - 1);
	read_all(stream, 1 + data[0], &one);
	read_all(stream, SIZE_MAX, &other);
	if (!one.failed && !other.failed && !sv_eq(buf_view(&one), buf_view(&other)))
		abort();
	return 0;
}

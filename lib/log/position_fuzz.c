/* A saved position is what a crash or a person made of it: read or refused, and the same again. */
#include "log/position.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(LOG_POSITION_TEXT_MAX);
	CLEANUP(buf_release) struct buf same = BUF_INIT(LOG_POSITION_TEXT_MAX);
	struct log_position once, again;
	struct err e;

	if (log_position_parse(sv_make((const char *)data, size), &once, &e) != 0)
		return 0;
	log_position_print(&once, &text);
	if (text.failed || log_position_parse(buf_view(&text), &again, &e) != 0)
		abort();
	log_position_print(&again, &same);
	if (!sv_eq(buf_view(&same), buf_view(&text)))
		abort();
	return 0;
}

/* Any bytes as a message of the kernel. */
#include "log/kmsg.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_release) struct buf scratch = BUF_INIT(KMSG_MAX);
	struct kmsg message;

	if (kmsg_parse(sv_make((const char *)data, size), &scratch, &message) == KMSG_RECORD &&
	    !sv_starts(message.text, SV("audit(")))
		abort();
	return 0;
}

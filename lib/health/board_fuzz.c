/* Feeds bytes as three copies of a board to its decoder; whatever comes must be refused or readable. */
#include "health/board.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv copies[3];
	struct board_view view;
	struct err e;
	size_t at = 0;

	/* Two cuts that the first bytes choose, else three times the same. */
	for (size_t i = 0; i < 3; i++) {
		size_t n = size > 2 && data[0] ? data[i] * (size - 3) / 255 / 3 : size;
		const char *from = (const char *)data + (size > 2 && data[0] ? 3 + at : 0);

		copies[i] = sv_make(from, n);
		at += n;
	}
	if (board_decode(copies, &view, &e) == BOARD_READ)
		for (size_t i = 0; i < BOARD_CONSUMERS; i++)
			if (strlen(view.consumers[i].name) >= BOARD_NAME_BYTES)
				abort();
	return 0;
}

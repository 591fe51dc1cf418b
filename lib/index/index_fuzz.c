/* Indexes of random logs say the same as their text, whatever the text and the size of frames. */
#include "index/naive_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	struct dice d = {data, size < 16384 ? size : 16384, 0};
	size_t frame_bytes = 1 + 16 * (size_t)roll(&d, 200);

	if (roll(&d, 4) == 0)
		buf_put(&text, sv_make((const char *)data + d.at, d.n - d.at));
	else
		put_text(&d, &text);
	if (text.n)
		naive_compare(buf_view(&text), frame_bytes);
	return 0;
}

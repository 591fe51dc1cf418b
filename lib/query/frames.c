/* One frame, kept. What is damaged was told when it was read first. */
#include "query/frames.h"

#include <stdlib.h>
#include <string.h>

struct frames_again {
	struct segment_unpacker *unpacker;
	char *text; /* of the frame, */
	size_t source, frame;
	bool has_text; /* if there is one */
};

struct frames_again *frames_again_new(void)
{
	return calloc(1, sizeof(struct frames_again));
}

void frames_again_free(struct frames_again *again)
{
	if (!again)
		return;
	segment_unpacker_free(again->unpacker);
	free(again->text);
	free(again);
}

static bool has_frame(struct frames_again *again, const struct segment *s, size_t source,
		      size_t frame)
{
	if (again->has_text && again->source == source && again->frame == frame)
		return true;
	if (!again->unpacker)
		again->unpacker = segment_unpacker_new();
	if (!again->text)
		again->text = malloc(SEGMENT_FRAME_MAX);
	if (!again->unpacker || !again->text)
		return false;
	again->has_text = segment_read(s, again->unpacker, frame, again->text, NULL) == 0;
	again->source = source;
	again->frame = frame;
	return again->has_text;
}

size_t frames_reread(struct frames_again *again, const struct segment *s, size_t source,
		     uint64_t at, char *out, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t frame = segment_find(s, at + done), skip, bytes;

		if (frame == s->frame_count || !has_frame(again, s, source, frame))
			break;
		skip = (size_t)(at + done - s->frames[frame].raw_at);
		bytes = s->frames[frame].raw_bytes - skip;
		if (bytes > n - done)
			bytes = n - done;
		memcpy(out + done, again->text + skip, bytes);
		done += bytes;
	}
	return done;
}

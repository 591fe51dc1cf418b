/* A file that says it is a segment: whatever it is, no more comes out than it may say, frame by frame and as a stream. */
#include "segment/layout.h"

#include "base/file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FRAMES_MAX 64 /* that are read: more are no other */
#define TEXT_MAX   ((uint64_t)16 << 20)

static void read_frames(const struct segment *s, char *text)
{
	struct segment_unpacker *u = segment_unpacker_new();
	uint64_t at = 0, raw_at = 0, sum = 0;
	struct err e;

	assert(u);
	for (size_t i = 0; i < s->frame_count; i++) {
		assert(s->frames[i].at == at && s->frames[i].raw_at == raw_at);
		assert(s->frames[i].raw_bytes <= SEGMENT_FRAME_MAX);
		at += s->frames[i].bytes;
		raw_at += s->frames[i].raw_bytes;
		/* One that holds less than it says is an error; of one that is whole all is there. */
		if (i < FRAMES_MAX && segment_read(s, u, i, text, &e) == 0)
			sum += (unsigned char)text[s->frames[i].raw_bytes - 1];
	}
	assert(raw_at == s->head.raw_bytes && sum <= FRAMES_MAX * 255);
	segment_unpacker_free(u);
}

static void read_stream(int fd, char *text, size_t size)
{
	struct segment_stream *t = segment_stream_new(fd, NULL);
	size_t errors = 0;
	uint64_t bytes = 0;
	ssize_t n;

	assert(t);
	while ((n = segment_stream_read(t, text, SEGMENT_FRAME_MAX, NULL)) != 0 &&
	       bytes < TEXT_MAX) {
		errors += n < 0;
		bytes += n > 0 ? (uint64_t)n : 0;
		assert(errors <= size + 1); /* each is behind the one before */
	}
	segment_stream_free(t);
}

static void read_all(const unsigned char *bytes, size_t size)
{
	static char text[SEGMENT_FRAME_MAX];
	CLEAN_FD int fd = memfd_create("segment", MFD_CLOEXEC);
	struct segment s;
	struct err e;

	assert(fd >= 0);
	if (file_write(fd, sv_make((const char *)bytes, size)) != 0)
		abort();
	if (segment_open(&s, fd, &e) == SEGMENT_OPEN) {
		read_frames(&s, text);
		s.fd = -1;
		segment_close(&s);
	}
	read_stream(fd, text, size);
}

/* Makes the hashes of the tables right, whatever they say. False when there are none. */
static bool make_right(unsigned char *bytes, size_t size)
{
	uint64_t count, tables;
	unsigned char *head;

	if (size < HEAD_FRAME_BYTES + seek_table_bytes(1))
		return false;
	count = get_u32(bytes + size - SEEK_FOOTER_BYTES);
	tables = HEAD_FRAME_BYTES + seek_table_bytes(count);
	if (tables > size)
		return false;
	head = bytes + size - tables + SKIPPABLE_BYTES;
	put_number(head + HEAD_TABLE_HASH,
		   XXH3_64bits(head + HEAD_BYTES + SKIPPABLE_BYTES, count * SEEK_ENTRY_BYTES), 8);
	put_number(head + HEAD_OWN_HASH, XXH3_64bits(head, HEAD_OWN_HASH), 8);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *bytes = malloc(size + 1);

	assert(bytes);
	memcpy(bytes, data, size);
	read_all(bytes, size);
	if (make_right(bytes, size))
		read_all(bytes, size);
	free(bytes);
	return 0;
}

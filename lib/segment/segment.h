/*
 * A rotated log file, compressed: independent zstd frames (RFC 8878) of whole lines, each of which
 * can be read alone. `zstdcat` gives back the file as it was; docs/format-segment.md has the bytes.
 *
 *	struct segment s;
 *	if (segment_open(&s, fd, &e) != SEGMENT_OPEN) ...
 *	struct segment_unpacker *u = segment_unpacker_new();	-- one for each thread
 *	for (size_t i = 0; i < s.frame_count; i++)
 *		if (segment_read(&s, u, i, text, &e) == 0) ... s.frames[i].raw_bytes of text ...
 *	segment_unpacker_free(u);
 *	segment_close(&s);
 *
 * The file is hostile: whatever it holds, no more than SEGMENT_FRAME_MAX bytes come out of a frame,
 * and each is checked against the frame's checksum.
 */
#ifndef AURUM_SEGMENT_SEGMENT_H
#define AURUM_SEGMENT_SEGMENT_H

#include "base/attr.h"
#include "base/err.h"
#include "base/sv.h"

#include <stdbool.h>
#include <stdint.h>

#define SEGMENT_FRAME_BYTES                                                                        \
	((size_t)64 << 10) /* of text: a frame ends with the line that reaches it */
#define SEGMENT_FRAME_MAX  ((size_t)1 << 20) /* a longer line is cut: is_ragged */
#define SEGMENT_HEAD_BYTES 1024              /* of the file's beginning, for head_hash */

/* Which text it is, and which file it was. */
struct segment_head {
	uint64_t raw_bytes; /* of all text */
	uint64_t raw_hash;  /* XXH3-64 of all text */
	uint64_t
		head_hash; /* XXH3-64 of its first SEGMENT_HEAD_BYTES, or of all if it is shorter */
	uint64_t device, inode;
	int64_t birth_ns, mtime_ns; /* since the epoch; birth 0 where it was not known */
	bool is_ragged;             /* some frame does not end with a line: read it as a stream */
};

struct segment_frame {
	uint64_t at, raw_at;       /* in the file, in the text */
	uint32_t bytes, raw_bytes; /* raw_bytes is at most SEGMENT_FRAME_MAX */
};

struct segment {
	int fd;
	uint64_t file_bytes;
	struct segment_head head;
	struct segment_frame *frames; /* NULL after segment_look(), before segment_frames() */
	size_t frame_count;
};

enum segment_status {
	SEGMENT_OPEN,
	SEGMENT_STREAM, /* zstd, but not with our tables, or they are damaged: segment_stream_* reads it */
	SEGMENT_OTHER,  /* not zstd */
	SEGMENT_FAILED, /* see *e */
};

/* Looks what fd is, which stays the caller's unless SEGMENT_OPEN. *e is set for SEGMENT_FAILED, and says
 * for SEGMENT_STREAM what is wrong with the tables, if there are any. */
MUST_CHECK enum segment_status segment_open(struct segment *s, int fd, struct err *e);
/*
 * The same of a regular file of so many bytes, and everything is checked, but frames are not kept: for who opens
 * many and reads few. Before anything of it is read segment_frames() is due: it has the tables read once more,
 * and once is enough. -1: they are not the same any more, or there is no memory.
 */
MUST_CHECK enum segment_status segment_look(struct segment *s, int fd, uint64_t file_bytes,
					    struct err *e);
MUST_CHECK int segment_frames(struct segment *s, struct err *e);
void segment_close(struct segment *s);

struct segment_unpacker;
struct segment_unpacker *segment_unpacker_new(void); /* NULL: no memory */
void segment_unpacker_free(struct segment_unpacker *u);

/* The frame that holds that byte of the text, or frame_count. */
size_t segment_find(const struct segment *s, uint64_t raw_at);

/* Any thread with an unpacker of its own. -1: damaged, cut short, or it cannot be read; *e says which. */
MUST_CHECK int segment_read(const struct segment *s, struct segment_unpacker *u, size_t frame,
			    char *text, struct err *e);

/* ---- any zstd file from its start to its end ---- */

struct segment_stream;
struct segment_stream *segment_stream_new(int fd, struct err *e); /* fd is borrowed */
void segment_stream_free(struct segment_stream *t);
/* At most n bytes of text; 0 at the end. -1: see *e; the next call goes on behind the damage if it can. */
MUST_CHECK ssize_t segment_stream_read(struct segment_stream *t, char *text, size_t n,
				       struct err *e);

/* ---- writing ---- */

struct segment_options {
	size_t frame_bytes; /* 0: SEGMENT_FRAME_BYTES */
	int level;          /* of zstd; 0: ours */
	/* Told of each frame's text, in order; may be NULL. */
	void (*frame)(void *ctx, struct sv text, uint64_t raw_at);
	void *ctx;
};

/*
 * How much of a text that goes on behind these bytes, which are at most SEGMENT_FRAME_MAX, is its next
 * frame; 0: more of it is needed. Indexes cut plain files so, too.
 */
MUST_CHECK size_t segment_frame_end(struct sv text, size_t frame_bytes, bool at_end);

/* Compresses all of a regular file into an empty one; nothing is synced. *head is what was written. */
MUST_CHECK int segment_write(int plain, int packed, const struct segment_options *o,
			     struct segment_head *head, struct err *e);
/* Reads packed anew and compares every byte. 0 when it is the plain file's text. */
MUST_CHECK int segment_verify(int packed, int plain, struct err *e);
/*
 * Whether packed holds text, with a good checksum, that does not stand at the same place in the plain file, or that
 * cannot be read there: removing packed would lose it. True where that cannot be told for want of memory.
 */
MUST_CHECK bool segment_has_other_text(int packed, int plain);

/* What `head` would be of a plain file, but for raw_hash: costs two system calls. */
MUST_CHECK int segment_head_of(int plain, struct segment_head *head, struct err *e);

#endif

/*
 * Which index belongs to a segment, without what unpacking it takes: the recorder asks, and it is
 * not linked with zstd. A file that lies makes it remove another index, which can be built again.
 */
#include "segment/layout.h"
#include "segment/names.h"

#include <fcntl.h>
#include <sys/stat.h>

/* Reads the head frame, which is in front of the seek table. */
static bool read_head(int fd, uint64_t file_bytes, unsigned char frame[HEAD_FRAME_BYTES])
{
	unsigned char footer[SEEK_FOOTER_BYTES];
	uint64_t behind;

	if (file_bytes < HEAD_FRAME_BYTES + seek_table_bytes(1) ||
	    pread(fd, footer, sizeof(footer), (off_t)(file_bytes - sizeof(footer))) !=
		    (ssize_t)sizeof(footer) ||
	    get_u32(footer + 5) != SEEK_FOOTER_MAGIC)
		return false;
	behind = seek_table_bytes(get_u32(footer));
	return behind <= file_bytes - HEAD_FRAME_BYTES &&
	       pread(fd, frame, HEAD_FRAME_BYTES,
		     (off_t)(file_bytes - behind - HEAD_FRAME_BYTES)) == HEAD_FRAME_BYTES &&
	       get_u32(frame) == HEAD_MAGIC &&
	       memcmp(frame + SKIPPABLE_BYTES + HEAD_NAME, "aurumseg", 8) == 0;
}

bool segment_index_path(const char *log, uint64_t number, char out[SEGMENT_PATH_MAX])
{
	unsigned char frame[HEAD_FRAME_BYTES];
	struct segment_head head = {0};
	CLEAN_FD int fd = -1;
	struct stat st;

	if (!segment_path(log, number, out))
		return false;
	fd = open(out, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    !read_head(fd, (uint64_t)st.st_size, frame))
		return false;
	head.raw_bytes = get_u64(frame + SKIPPABLE_BYTES + HEAD_RAW_BYTES);
	head.head_hash = get_u64(frame + SKIPPABLE_BYTES + HEAD_HEAD_HASH);
	return index_path(log, &head, out);
}

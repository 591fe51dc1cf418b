/*
 * history pack LOG NUMBER FRAME_BYTES	LOG.NUMBER becomes the next segment of LOG; NUMBER 0 is LOG itself
 * history keep LOG NUMBER FRAME_BYTES	the same, and LOG.NUMBER stays
 * history index LOG			every rotated file of LOG gets an index
 *
 * What the daemon's helper does over time, at once and as a test wants it.
 */
#include "index/build.h"
#include "log/cursor.h"
#include "segment/names.h"

#include "base/num.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int fail(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "history: %s: %s\n", what, e->text);
	return 1;
}

static uint64_t next_number(const char *log)
{
	CLEANUP(segment_list_release) struct segment_list l = SEGMENT_LIST_INIT;

	if (segment_list_look(&l, log, NULL) != 0)
		exit(1);
	return l.count ? l.numbers[l.count - 1] + 1 : 1;
}

static int pack(const char *log, const char *number, const char *bytes, bool keep)
{
	char path[SEGMENT_PATH_MAX], packed_path[SEGMENT_PATH_MAX];
	struct segment_options o = {0};
	struct segment_head head;
	struct err e;
	uint64_t n;
	CLEAN_FD int plain = -1, packed = -1;

	if (!num_u64(sv_cstr(bytes), &n) || !segment_path(log, next_number(log), packed_path))
		return 2;
	o.frame_bytes = n;
	(void)snprintf(path, sizeof(path), *number == '0' ? "%s" : "%s.%s", log, number);
	plain = open(path, O_RDONLY | O_CLOEXEC);
	packed = open(packed_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (segment_write(plain, packed, &o, &head, &e) != 0 ||
	    segment_verify(packed, plain, &e) != 0)
		return fail(path, &e);
	return keep ? 0 : unlink(path);
}

static int make_index(const char *log)
{
	CLEANUP(cursor_release) struct cursor c;
	struct err e;

	cursor_init(&c);
	if (cursor_open_set(&c, log, &e) != 0)
		return fail(log, &e);
	for (size_t i = 0; i + 1 < c.count; i++)
		if (index_make(log, c.sources[i]->fd, NULL, &e) < 0)
			return fail(c.sources[i]->name, &e);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "pack") == 0)
		return pack(argv[2], argv[3], argv[4], false);
	if (argc == 5 && strcmp(argv[1], "keep") == 0)
		return pack(argv[2], argv[3], argv[4], true);
	if (argc == 3 && strcmp(argv[1], "index") == 0)
		return make_index(argv[2]);
	return 2;
}

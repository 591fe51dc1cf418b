/*
 * Opening an index: nothing of the file is believed before its checksum fits, nor after it where a number
 * leads out of the file.
 */
#include "index/open.h"

#include "base/file.h"
#include "index/bitmap.h"
#include "index/hash.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <roaring/roaring.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define RECORD_MIN 16 /* bytes: no record, and so no event, is shorter */
#define LOOK_BYTES                                                                                 \
	((size_t)8 << 10) /* header and directory of an index with all fields there are */

/* ---- sections ---- */

struct layout_section open_section(const struct index *x, size_t i)
{
	struct layout_section s;

	memcpy(&s, x->sections + i * sizeof(s), sizeof(s));
	return s;
}

size_t open_find(const struct index *x, uint32_t kind, struct sv name)
{
	char wanted[FIELD_NAME_MAX] = {0};

	if (name.n >= sizeof(wanted))
		return x->section_count;
	if (name.n)
		memcpy(wanted, name.p, name.n);
	for (size_t i = 0; i < x->section_count; i++) {
		struct layout_section s = open_section(x, i);

		if (s.kind == kind && memcmp(s.name, wanted, sizeof(wanted)) == 0)
			return i;
	}
	return x->section_count;
}

int open_bytes(struct index *x, size_t i, struct sv *out, struct err *e)
{
	struct layout_section s = open_section(x, i);
	struct sv bytes = sv_make((const char *)x->map + s.at, s.bytes);

	if (!(x->checked[i / 64] >> (i % 64) & 1)) {
		if (s.bytes && XXH3_64bits(bytes.p, bytes.n) != s.check)
			return err_set(e, "its section %zu is damaged", i + 1);
		x->checked[i / 64] |= UINT64_C(1) << (i % 64);
	}
	*out = bytes;
	return 0;
}

struct roaring_bitmap_s *open_rows(const struct index *x, const struct layout_value *v)
{
	struct sv bytes;

	if (v->bitmap_bytes == 0)
		return v->rows == 1 && v->bitmap_at < x->totals.rows
			       ? roaring_bitmap_of_ptr(1, &(uint32_t){(uint32_t)v->bitmap_at})
			       : NULL;
	if (v->bitmap_at > x->bitmaps_bytes || v->bitmap_bytes > x->bitmaps_bytes - v->bitmap_at)
		return NULL;
	bytes = sv_make((const char *)x->bitmaps + v->bitmap_at, v->bitmap_bytes);
	if ((uint32_t)XXH3_64bits(bytes.p, bytes.n) != v->check)
		return NULL;
	return bitmap_read(bytes, v->rows, x->totals.rows);
}

/* ---- opening ---- */

/* *fd is the caller's to close, and x->bytes its size. */
static enum index_status open_file(struct index *x, const char *path, int *fd, struct err *e)
{
	struct stat st;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return INDEX_NONE;
	if (*fd < 0 || fstat(*fd, &st) != 0) {
		(void)err_sys(e, "cannot open %s", path);
		return INDEX_DAMAGED;
	}
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size < sizeof(struct layout_header)) {
		(void)err_set(e, "%s is no index", path);
		return INDEX_FOREIGN;
	}
	x->bytes = (size_t)st.st_size;
	return INDEX_OPEN;
}

static int map_file(struct index *x, const char *path, int fd, struct err *e)
{
	void *map = mmap(NULL, x->bytes, PROT_READ, MAP_PRIVATE, fd, 0);

	if (map == MAP_FAILED)
		return err_sys(e, "cannot read %s", path);
	x->map = map;
	x->is_mapped = true;
	return 0;
}

static bool is_stamp(const struct layout_stamp *s)
{
	return s->sec >= 0 && s->ms <= 999;
}

static bool is_sound(const struct index *x, const struct layout_header *h)
{
	return h->file_bytes == x->bytes && h->sections <= LAYOUT_SECTIONS_MAX &&
	       h->head_bytes == sizeof(*h) + h->sections * sizeof(struct layout_section) &&
	       h->head_bytes <= x->bytes &&
	       XXH3_64bits(x->map + LAYOUT_CHECK_FROM, h->head_bytes - LAYOUT_CHECK_FROM) ==
		       h->check &&
	       !(h->flags & ~(uint32_t)LAYOUT_FLAGS) && h->rows < UINT32_MAX &&
	       h->late <= h->rows && !(h->flags & LAYOUT_HAS_EVENTS) == !h->rows &&
	       h->frames <= h->raw_bytes && h->rows <= h->raw_bytes / RECORD_MIN &&
	       h->timeout_s > 0 && is_stamp(&h->start) && is_stamp(&h->first) && is_stamp(&h->last);
}

/* Of another name with something behind its end nobody asks. */
static bool is_name(const char name[FIELD_NAME_MAX])
{
	return name[FIELD_NAME_MAX - 1] == '\0';
}

/* Each is inside the file, and there is one of bitmaps and one of frames. */
static bool take_sections(struct index *x, const struct layout_header *h)
{
	bool has_frames = false;

	x->sections = x->map + sizeof(*h);
	x->section_count = h->sections;
	for (size_t i = 0; i < x->section_count; i++) {
		struct layout_section s = open_section(x, i);

		if (s.at > x->bytes || s.bytes > x->bytes - s.at || s.at % 8 ||
		    s.at < h->head_bytes || !is_name(s.name))
			return false;
		if (s.kind == LAYOUT_BITMAPS) {
			x->bitmaps = x->map + s.at;
			x->bitmaps_bytes = s.bytes;
		}
		if (s.kind != LAYOUT_FRAMES)
			continue;
		if (s.name[0] || s.count != h->frames ||
		    s.bytes != h->frames * sizeof(struct index_frame))
			return false;
		has_frames = true;
	}
	return x->bitmaps && has_frames;
}

static struct stamp stamp_of(const struct layout_stamp *s)
{
	return (struct stamp){s->sec, s->ms, s->serial};
}

static void take_totals(struct index *x, const struct layout_header *h)
{
	x->totals = (struct index_totals){
		.lines = h->lines,
		.malformed = h->malformed,
		.too_long = h->too_long,
		.rows = h->rows,
		.has_start = h->flags & LAYOUT_HAS_START,
		.start = stamp_of(&h->start),
		.first = stamp_of(&h->first),
		.last = stamp_of(&h->last),
		.timeout_s = h->timeout_s,
		.is_orderly = h->flags & LAYOUT_ORDERLY,
		.late = h->late,
	};
	x->frame_count = h->frames;
	x->text_bytes = h->raw_bytes;
}

/* What is mapped, on its own. */
static enum index_status look(struct index *x, struct layout_header *h, const char *name,
			      struct err *e)
{
	memcpy(h, x->map, sizeof(*h));
	if (memcmp(h->magic, LAYOUT_MAGIC, sizeof(h->magic)) != 0 || h->version != INDEX_VERSION) {
		(void)err_set(e, "%s is no index of version %d", name, INDEX_VERSION);
		return INDEX_FOREIGN;
	}
	if (!is_sound(x, h) || !take_sections(x, h)) {
		(void)err_set(e, "%s is damaged", name);
		return INDEX_DAMAGED;
	}
	take_totals(x, h);
	return INDEX_OPEN;
}

static bool is_of(const struct layout_header *h, const struct segment_head *head)
{
	return h->raw_bytes == head->raw_bytes && h->head_hash == head->head_hash &&
	       h->mtime_ns == head->mtime_ns &&
	       (!h->raw_hash || !head->raw_hash || h->raw_hash == head->raw_hash);
}

int open_memory(struct index *x, struct sv bytes, struct err *e)
{
	struct layout_header h;

	*x = (struct index){.map = (const unsigned char *)bytes.p, .bytes = bytes.n};
	if (bytes.n < sizeof(h))
		return err_set(e, "it is no index");
	return look(x, &h, "it", e) == INDEX_OPEN ? 0 : -1;
}

/* What is in x->map, of that text. */
static enum index_status look_for(struct index *x, const char *path,
				  const struct segment_head *head, struct err *e)
{
	struct layout_header h;
	enum index_status status = look(x, &h, path, e);

	if (status != INDEX_OPEN || is_of(&h, head))
		return status;
	(void)err_set(e, "%s is of another text", path);
	return INDEX_STALE;
}

/*
 * Whether a good index says that nothing of the text is in these seconds. Mapping a file costs more than to
 * read its first bytes, and with a window most files end here.
 */
static bool is_outside(struct index *x, const char *path, int fd, const struct segment_head *head,
		       const struct index_window *w)
{
	_Alignas(8) unsigned char start[LOOK_BYTES];
	struct layout_header h;
	ssize_t n;

	n = file_read_at(fd, 0, start, x->bytes < sizeof(start) ? x->bytes : sizeof(start));
	if (n < (ssize_t)sizeof(h))
		return false;
	memcpy(&h, start, sizeof(h));
	if (h.head_bytes > (size_t)n)
		return false;
	x->map = start;
	if (look_for(x, path, head, NULL) != INDEX_OPEN)
		return false;
	x->map = x->sections = x->bitmaps = NULL;
	x->section_count = 0;
	x->bitmaps_bytes = 0;
	return x->totals.rows && (x->totals.last.sec < w->from || x->totals.first.sec > w->to);
}

enum index_status index_look(struct index *x, const char *path, const struct segment_head *head,
			     const struct index_window *w, struct err *e)
{
	CLEAN_FD int fd = -1;
	enum index_status status;

	*x = (struct index){0};
	status = open_file(x, path, &fd, e);
	if (status == INDEX_OPEN && w && is_outside(x, path, fd, head, w))
		return INDEX_OPEN;
	if (status == INDEX_OPEN && map_file(x, path, fd, e) != 0)
		status = INDEX_DAMAGED;
	if (status == INDEX_OPEN)
		status = look_for(x, path, head, e);
	if (status != INDEX_OPEN)
		index_close(x);
	return status;
}

enum index_status index_open(struct index *x, const char *path, const struct segment_head *head,
			     struct err *e)
{
	return index_look(x, path, head, NULL, e);
}

void index_close(struct index *x)
{
	if (x->is_mapped)
		(void)munmap((void *)(uintptr_t)x->map, x->bytes);
	*x = (struct index){0};
}

/* ---- frames ---- */

static bool is_frame(const struct index *x, const struct index_frame *f, uint64_t raw_at)
{
	return f->raw_at == raw_at && f->row_from <= f->row_to && f->row_to <= x->totals.rows &&
	       f->raw_bytes <= SEGMENT_FRAME_MAX && f->raw_bytes <= x->text_bytes - raw_at &&
	       f->first.ms <= 999 && f->last.ms <= 999;
}

int index_frames(struct index *x, struct err *e)
{
	struct sv bytes = SV("");
	const struct index_frame *frames;
	uint64_t raw_at = 0;

	if (x->frames)
		return 0;
	if (!x->map)
		return err_set(e, "it was only looked at");
	if (open_bytes(x, open_find(x, LAYOUT_FRAMES, SV_EMPTY), &bytes, e) != 0)
		return -1;
	assert(bytes.n == x->frame_count * sizeof(*frames));        /* index_open() saw it, */
	frames = (const struct index_frame *)(const void *)bytes.p; /* and where it is */
	for (size_t i = 0; i < x->frame_count; i++) {
		if (!is_frame(x, &frames[i], raw_at))
			return err_set(e, "its frame %zu is damaged", i + 1);
		raw_at += frames[i].raw_bytes;
	}
	if (raw_at != x->text_bytes)
		return err_set(e, "its frames are damaged");
	x->frames = frames;
	return 0;
}

struct sv index_extra(struct index *x, uint32_t kind)
{
	size_t i = kind < INDEX_EXTRA_FIRST ? x->section_count : open_find(x, kind, SV_EMPTY);
	struct sv bytes;

	if (i == x->section_count || open_bytes(x, i, &bytes, NULL) != 0)
		return SV_EMPTY;
	return bytes;
}

/*
 * Opening an index, and reading of it what is asked for: nothing of the file is believed before its checksum
 * fits, nor after it where a number leads out of the file.
 */
#include "index/open.h"

#include "base/file.h"
#include "index/bitmap.h"
#include "index/hash.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#define RECORD_MIN 16 /* bytes: no record, and so no event, is shorter */
#define HEAD_BYTES(sections)                                                                       \
	(sizeof(struct layout_header) + (sections) * sizeof(struct layout_section))
#define LOOK_BYTES HEAD_BYTES(80) /* header and directory of an index with all fields there are */
#define HEAD_MAX   HEAD_BYTES(LAYOUT_SECTIONS_MAX)
#define MIB        ((uint64_t)1 << 20)
#define TIMES_MAX                                                                                  \
	16 /* the text: nothing that we make is so large, but for some KiB of a small one */
#define NEAR_MAX ((size_t)64 << 10) /* of bitmaps at once, unless one is larger */

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

/* ---- reading ---- */

/* A section that was read. */
struct index_part {
	struct index_part *next;
	size_t section;
	const unsigned char *bytes; /* own, or in memory */
	size_t n;
	unsigned char own[];
};
_Static_assert(offsetof(struct index_part, own) % 8 == 0, "frames are used where they are");

static int read_file(const struct index *x, uint64_t at, unsigned char *out, size_t n,
		     struct err *e)
{
	ssize_t got = file_read_at(x->fd, at, out, n);

	if (got < 0)
		return err_sys(e, "it cannot be read");
	return (size_t)got < n ? err_set(e, "it was cut short") : 0;
}

static struct index_part *read_part(struct index *x, size_t i, struct err *e)
{
	struct layout_section s = open_section(x, i);
	struct index_part *part = malloc(sizeof(*part) + (x->memory ? 0 : s.bytes));

	if (!part) {
		(void)err_sys(e, "its section %zu cannot be read", i + 1);
		return NULL;
	}
	*part = (struct index_part){.section = i, .n = s.bytes};
	part->bytes = x->memory ? x->memory + s.at : part->own;
	if (!x->memory && read_file(x, s.at, part->own, s.bytes, e) != 0) {
		free(part);
		return NULL;
	}
	if (s.bytes && XXH3_64bits(part->bytes, part->n) != s.check) {
		free(part);
		(void)err_set(e, "its section %zu is damaged", i + 1);
		return NULL;
	}
	return part;
}

int open_bytes(struct index *x, size_t i, struct sv *out, struct err *e)
{
	struct index_part *part = x->parts;

	while (part && part->section != i)
		part = part->next;
	if (!part) {
		part = read_part(x, i, e);
		if (!part)
			return -1;
		part->next = x->parts;
		x->parts = part;
	}
	*out = sv_make((const char *)part->bytes, part->n);
	return 0;
}

static void drop_parts(struct index *x)
{
	struct index_part *kept = NULL, *part;

	while ((part = x->parts)) {
		x->parts = part->next;
		if (x->frames && part->bytes == (const unsigned char *)x->frames) {
			part->next = NULL;
			kept = part;
		} else {
			free(part);
		}
	}
	x->parts = kept;
}

/* ---- bitmaps ---- */

/* How much to read from there on: who asked for what is before it goes on like this. */
static size_t read_ahead(const struct index *x, uint64_t at, size_t n)
{
	uint64_t left = x->bitmaps_bytes - at;
	size_t wanted = n;

	if (x->near.n && at >= x->near.at && at - x->near.at <= 2 * x->near.n)
		wanted = 2 * x->near.n;
	if (wanted > NEAR_MAX)
		wanted = NEAR_MAX;
	if (wanted < n)
		wanted = n;
	return wanted < left ? wanted : left;
}

/* Bytes of the section of bitmaps, which are in it. NULL: they cannot be read. */
static const unsigned char *bitmap_bytes(struct index *x, uint64_t at, size_t n)
{
	size_t wanted;

	if (x->memory)
		return x->memory + x->bitmaps_at + at;
	if (at >= x->near.at && at - x->near.at <= x->near.n && n <= x->near.n - (at - x->near.at))
		return x->near.p + (at - x->near.at);
	wanted = read_ahead(x, at, n);
	if (wanted > x->near.cap) {
		free(x->near.p);
		x->near.p = malloc(wanted);
		x->near.cap = x->near.p ? wanted : 0;
	}
	x->near.n = 0;
	if (!x->near.p || read_file(x, x->bitmaps_at + at, x->near.p, wanted, NULL) != 0)
		return NULL;
	x->near.at = at;
	x->near.n = wanted;
	return x->near.p;
}

bool open_bitmap(struct index *x, const struct layout_value *v, struct sv *out)
{
	const unsigned char *bytes;

	if (v->bitmap_at > x->bitmaps_bytes || v->bitmap_bytes > x->bitmaps_bytes - v->bitmap_at)
		return false;
	bytes = bitmap_bytes(x, v->bitmap_at, v->bitmap_bytes);
	if (!bytes || (uint32_t)XXH3_64bits(bytes, v->bitmap_bytes) != v->check)
		return false;
	*out = sv_make((const char *)bytes, v->bitmap_bytes);
	return true;
}

bool open_rows(struct index *x, const struct layout_value *v, struct rows *out)
{
	struct sv bytes = SV_EMPTY;

	if (v->bitmap_bytes)
		return open_bitmap(x, v, &bytes) && bitmap_add(bytes, v->rows, out);
	if (v->rows != 1 || v->bitmap_at >= out->limit)
		return false;
	rows_add(out, (uint32_t)v->bitmap_at);
	return true;
}

/* ---- opening ---- */

static enum index_status open_file(struct index *x, const char *path, struct err *e)
{
	struct stat st;

	x->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (x->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return INDEX_NONE;
	if (x->fd < 0 || fstat(x->fd, &st) != 0) {
		(void)err_sys(e, "cannot open %s", path);
		return INDEX_DAMAGED;
	}
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size < sizeof(struct layout_header)) {
		(void)err_set(e, "%s is no index", path);
		return INDEX_FOREIGN;
	}
	x->bytes = (uint64_t)st.st_size;
	return INDEX_OPEN;
}

/* Reads the rest of a head that is larger than most. What it says of itself is not checked yet. */
static int read_more(struct index *x, struct err *e)
{
	struct layout_header h;
	unsigned char *more;
	size_t had = x->head_bytes;

	memcpy(&h, x->head, sizeof(h));
	if (h.head_bytes <= had || h.head_bytes > HEAD_MAX || h.head_bytes > x->bytes)
		return 0;
	more = realloc(x->head, h.head_bytes);
	if (!more)
		return err_sys(e, "no memory for its head");
	x->head = more;
	x->head_bytes = h.head_bytes;
	return read_file(x, had, x->head + had, h.head_bytes - had, e);
}

static int read_head(struct index *x, struct err *e)
{
	x->head_bytes = x->bytes < LOOK_BYTES ? x->bytes : LOOK_BYTES;
	x->head = malloc(x->head_bytes);
	if (!x->head)
		return err_sys(e, "no memory for its head");
	return read_file(x, 0, x->head, x->head_bytes, e) == 0 ? read_more(x, e) : -1;
}

static bool is_stamp(const struct layout_stamp *s)
{
	return s->sec >= 0 && s->ms <= 999;
}

/* Sections are read into memory, and a file with holes may be as large as it likes. */
static bool is_of_a_size(uint64_t bytes, uint64_t raw_bytes)
{
	return bytes <= MIB || (bytes - MIB) / TIMES_MAX <= raw_bytes;
}

static bool is_sound(const struct index *x, const struct layout_header *h)
{
	return h->file_bytes == x->bytes && is_of_a_size(x->bytes, h->raw_bytes) &&
	       h->sections <= LAYOUT_SECTIONS_MAX &&
	       h->head_bytes == sizeof(*h) + h->sections * sizeof(struct layout_section) &&
	       h->head_bytes <= x->head_bytes &&
	       XXH3_64bits(x->head + LAYOUT_CHECK_FROM, h->head_bytes - LAYOUT_CHECK_FROM) ==
		       h->check &&
	       !(h->flags & ~(uint32_t)LAYOUT_FLAGS) && h->rows < UINT32_MAX &&
	       h->late <= h->rows && !(h->flags & LAYOUT_HAS_EVENTS) == !h->rows &&
	       h->frames <= h->raw_bytes && h->rows <= h->raw_bytes / RECORD_MIN &&
	       h->raw_bytes <= h->frames * (uint64_t)SEGMENT_FRAME_MAX && h->timeout_s > 0 &&
	       is_stamp(&h->start) && is_stamp(&h->first) && is_stamp(&h->last);
}

/* Filled up with zeros: a name is compared with all that is behind its end. */
static bool is_name(const char name[FIELD_NAME_MAX])
{
	bool good = !name[FIELD_NAME_MAX - 1];

	for (size_t i = 1; i < FIELD_NAME_MAX; i++)
		good &= name[i - 1] || !name[i];
	return good;
}

/* Each is inside the file, and there is one of bitmaps and one of frames. */
static bool take_sections(struct index *x, const struct layout_header *h)
{
	bool has_frames = false, has_bitmaps = false;

	x->sections = x->head + sizeof(*h);
	x->section_count = h->sections;
	for (size_t i = 0; i < x->section_count; i++) {
		struct layout_section s = open_section(x, i);

		if (s.at > x->bytes || s.bytes > x->bytes - s.at || s.at % 8 ||
		    s.at < h->head_bytes || !is_name(s.name))
			return false;
		if (s.kind == LAYOUT_BITMAPS) {
			x->bitmaps_at = s.at;
			x->bitmaps_bytes = s.bytes;
			has_bitmaps = true;
		}
		if (s.kind != LAYOUT_FRAMES)
			continue;
		if (s.name[0] || s.count != h->frames ||
		    s.bytes != h->frames * sizeof(struct index_frame))
			return false;
		has_frames = true;
	}
	return has_bitmaps && has_frames;
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
	x->check = h->check;
}

/* What is in x->head, on its own. */
static enum index_status look(struct index *x, struct layout_header *h, const char *name,
			      struct err *e)
{
	memcpy(h, x->head, sizeof(*h));
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

	*x = (struct index){.fd = -1,
			    .memory = (const unsigned char *)bytes.p,
			    .head = (unsigned char *)(uintptr_t)bytes.p,
			    .head_bytes = bytes.n,
			    .bytes = bytes.n};
	if (bytes.n < sizeof(h))
		return err_set(e, "it is no index");
	return look(x, &h, "it", e) == INDEX_OPEN ? 0 : -1;
}

/* head NULL: of whatever text. x has to be closed, whatever comes of it. */
static enum index_status load(struct index *x, const char *path, const struct segment_head *head,
			      struct err *e)
{
	struct layout_header h;
	enum index_status status;
	struct err why;

	*x = (struct index){.fd = -1};
	status = open_file(x, path, e);
	if (status != INDEX_OPEN)
		return status;
	if (read_head(x, &why) != 0) {
		(void)err_set(e, "%s: %s", path, why.text);
		return INDEX_DAMAGED;
	}
	status = look(x, &h, path, e);
	if (status != INDEX_OPEN || !head || is_of(&h, head))
		return status;
	(void)err_set(e, "%s is of another text", path);
	return INDEX_STALE;
}

static bool is_outside(const struct index_totals *all, const struct index_window *w)
{
	return w && all->rows && (all->last.sec < w->from || all->first.sec > w->to);
}

enum index_status index_look(struct index *x, const char *path, const struct segment_head *head,
			     const struct index_window *w, struct err *e)
{
	enum index_status status = load(x, path, head, e);

	if (status == INDEX_OPEN && is_outside(&x->totals, w)) {
		index_rest(x);
	} else if (status == INDEX_OPEN) {
		x->path = strdup(path);
		if (!x->path) {
			(void)err_sys(e, "cannot read %s", path);
			status = INDEX_DAMAGED;
		}
	}
	if (status != INDEX_OPEN)
		index_close(x);
	return status;
}

enum index_status index_open(struct index *x, const char *path, const struct segment_head *head,
			     struct err *e)
{
	return index_look(x, path, head, NULL, e);
}

int open_again(struct index *x, struct err *e)
{
	struct index now;

	if (x->sections)
		return 0;
	if (!x->path)
		return err_set(e, "it was only looked at");
	if (load(&now, x->path, NULL, e) != INDEX_OPEN || now.check != x->check) {
		index_close(&now);
		return err_set(e, "it is no longer what it was");
	}
	x->fd = now.fd;
	x->head = now.head;
	x->head_bytes = now.head_bytes;
	x->sections = now.sections;
	return 0;
}

void index_rest(struct index *x)
{
	drop_parts(x);
	if (x->memory)
		return;
	close_fd(&x->fd);
	free(x->head);
	free(x->near.p);
	x->fd = -1;
	x->head = NULL;
	x->sections = NULL;
	x->near.p = NULL;
	x->near.n = x->near.cap = 0;
}

void index_close(struct index *x)
{
	x->frames = NULL;
	index_rest(x);
	free(x->path);
	*x = (struct index){.fd = -1};
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
	if (open_again(x, e) != 0 ||
	    open_bytes(x, open_find(x, LAYOUT_FRAMES, SV_EMPTY), &bytes, e) != 0)
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
	struct sv bytes;
	size_t i;

	if (kind < INDEX_EXTRA_FIRST || open_again(x, NULL) != 0)
		return SV_EMPTY;
	i = open_find(x, kind, SV_EMPTY);
	if (i == x->section_count || open_bytes(x, i, &bytes, NULL) != 0)
		return SV_EMPTY;
	return bytes;
}

/*
 * The board: where sections are, how one is written while others look, and how a reader copes with
 * a file that anybody may have made. What the figures mean is not its business.
 */
#include "health/board.h"

#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC        UINT64_C(0x6472426d75727541) /* "AurumBrd" of a little-endian machine */
#define ORDER_MARK   UINT64_C(0x0102030405060708)
#define HEAD_CELLS   4
#define NAME_CELLS   (BOARD_NAME_BYTES / sizeof(uint64_t))
#define SECTION_HEAD (1 + NAME_CELLS)

#define RECORDER_CELLS  (SECTION_HEAD + RECORDER_FIGURES)
#define ATTENDANT_CELLS (SECTION_HEAD + ATTENDANT_FIGURES)
#define CONSUMER_CELLS  (SECTION_HEAD + CONSUMER_FIGURES)

#define RECORDER_AT    HEAD_CELLS
#define ATTENDANT_AT   (RECORDER_AT + RECORDER_CELLS)
#define CONSUMER_AT(i) (ATTENDANT_AT + ATTENDANT_CELLS + (i)*CONSUMER_CELLS)
#define BOARD_CELLS    CONSUMER_AT(BOARD_CONSUMERS)
#define BOARD_BYTES    (BOARD_CELLS * sizeof(uint64_t))

#define TEMPORARY ".new"
#define TRIES     100 /* a write takes well below a microsecond */

_Static_assert(BOARD_NAME_BYTES % sizeof(uint64_t) == 0, "a name is whole cells");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "processes share cells without a lock");

/* ---- which table ---- */

static uint64_t hash_rows(const struct figure_rows *rows, uint64_t seed)
{
	for (size_t i = 0; i < rows->count; i++) {
		seed = hash_sv(sv_cstr(rows->rows[i].id), seed);
		seed = hash_u64(rows->rows[i].type, seed);
	}
	return hash_u64(rows->count, seed);
}

static uint64_t layout(void)
{
	uint64_t hash = hash_rows(&health_recorder_rows, BOARD_NAME_BYTES);

	hash = hash_rows(&health_attendant_rows, hash);
	return hash_u64(BOARD_CONSUMERS, hash_rows(&health_consumer_rows, hash));
}

/* ---- writing ---- */

static void put_cell(uint64_t *cell, uint64_t value)
{
	__atomic_store_n(cell, value, __ATOMIC_RELAXED);
}

int board_create(struct board *b, const char *path, gid_t group, struct err *e)
{
	char temporary[4096];
	void *map;

	*b = BOARD_NONE;
	if (snprintf(temporary, sizeof(temporary), "%s" TEMPORARY, path) >= (int)sizeof(temporary))
		return err_set(e, "the board's path is too long");
	if (unlink(temporary) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove %s", temporary);
	CLEAN_FD int fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(e, "cannot create %s", temporary);
	/* Allocated now: a full file system would else end the process at its first write. */
	errno = posix_fallocate(fd, 0, (off_t)BOARD_BYTES);
	if (errno)
		return err_sys(e, "no room for %s", temporary);
	if (group && (fchown(fd, (uid_t)-1, group) != 0 || fchmod(fd, 0640) != 0))
		return err_sys(e, "cannot give %s to its group", temporary);
	map = mmap(NULL, BOARD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return err_sys(e, "cannot map %s", temporary);
	b->cells = map;
	put_cell(&b->cells[0], MAGIC);
	put_cell(&b->cells[1], ORDER_MARK);
	put_cell(&b->cells[2], layout());
	put_cell(&b->cells[3], BOARD_CELLS);
	if (rename(temporary, path) == 0)
		return 0;
	(void)err_sys(e, "cannot rename %s", temporary);
	board_close(b);
	return -1;
}

void board_close(struct board *b)
{
	if (b->cells)
		(void)munmap(b->cells, BOARD_BYTES);
	*b = BOARD_NONE;
}

/* One writer a section: nobody else changes its number. An odd one was left by who was killed. */
static void put_section(struct board *b, size_t at, const char *name, const void *figures,
			size_t count)
{
	uint64_t *cells, writes, words[NAME_CELLS] = {0};

	if (!b->cells)
		return;
	cells = b->cells + at;
	(void)snprintf((char *)words, sizeof(words), "%s", name);
	writes = __atomic_load_n(cells, __ATOMIC_RELAXED) | 1;
	put_cell(cells, writes);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (size_t i = 0; i < NAME_CELLS; i++)
		put_cell(cells + 1 + i, words[i]);
	for (size_t i = 0; i < count; i++)
		put_cell(cells + SECTION_HEAD + i, health_value(figures, i));
	__atomic_store_n(cells, writes + 1, __ATOMIC_RELEASE);
}

void board_put_recorder(struct board *b, const struct health_recorder *r)
{
	put_section(b, RECORDER_AT, "", r, RECORDER_FIGURES);
}

void board_put_attendant(struct board *b, const struct health_attendant *a)
{
	put_section(b, ATTENDANT_AT, "", a, ATTENDANT_FIGURES);
}

void board_put_consumer(struct board *b, unsigned slot, const char *name,
			const struct health_consumer *c)
{
	if (slot < BOARD_CONSUMERS)
		put_section(b, CONSUMER_AT(slot), name, c, CONSUMER_FIGURES);
}

void board_clear_consumer(struct board *b, unsigned slot)
{
	struct health_consumer none;

	health_consumer_init(&none);
	board_put_consumer(b, slot, "", &none);
}

bool board_take_consumer(const struct board *b, unsigned slot, struct health_consumer *out)
{
	const uint64_t *cells;
	uint64_t writes, name;

	if (!b->cells || slot >= BOARD_CONSUMERS)
		return false;
	cells = b->cells + CONSUMER_AT(slot);
	writes = __atomic_load_n(cells, __ATOMIC_ACQUIRE);
	name = __atomic_load_n(cells + 1, __ATOMIC_RELAXED);
	for (size_t i = 0; i < CONSUMER_FIGURES; i++) {
		uint64_t value = __atomic_load_n(cells + SECTION_HEAD + i, __ATOMIC_RELAXED);

		memcpy((char *)out + i * sizeof(value), &value, sizeof(value));
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return name && writes && writes % 2 == 0 &&
	       writes == __atomic_load_n(cells, __ATOMIC_RELAXED);
}

/* ---- reading ---- */

static uint64_t cell_of(struct sv copy, size_t i)
{
	return health_value(copy.p, i);
}

/* Whether the copies are boards of ours. */
static enum board_status check(const struct sv copies[3], struct err *e)
{
	for (size_t i = 0; i < 3; i++) {
		if (copies[i].n < HEAD_CELLS * sizeof(uint64_t) || cell_of(copies[i], 0) != MAGIC ||
		    cell_of(copies[i], 1) != ORDER_MARK) {
			(void)err_set(e, "it is no board of this machine's audit daemon");
			return BOARD_REFUSED;
		}
		if (cell_of(copies[i], 2) != layout() || cell_of(copies[i], 3) != BOARD_CELLS) {
			(void)err_set(e, "it was written by another version of auditd");
			return BOARD_OTHER;
		}
		if (copies[i].n != BOARD_BYTES) {
			(void)err_set(e, "it has %zu bytes instead of %zu", copies[i].n,
				      BOARD_BYTES);
			return BOARD_REFUSED;
		}
	}
	return BOARD_READ;
}

/* False when the section was written to while the copies were made. */
static bool take_section(const struct sv copies[3], size_t at, char name[BOARD_NAME_BYTES],
			 void *figures, size_t count)
{
	uint64_t writes = cell_of(copies[0], at);
	const char *cells = copies[1].p + at * sizeof(uint64_t);

	if (name) {
		memcpy(name, cells + sizeof(uint64_t), BOARD_NAME_BYTES);
		name[BOARD_NAME_BYTES - 1] = '\0';
	}
	/* Before the first write nothing is known, and not everything is 0. */
	if (writes == 0)
		memset(figures, 0xff, count * sizeof(uint64_t));
	else
		memcpy(figures, cells + SECTION_HEAD * sizeof(uint64_t), count * sizeof(uint64_t));
	return writes % 2 == 0 && writes == cell_of(copies[2], at);
}

enum board_status board_decode(const struct sv copies[3], struct board_view *out, struct err *e)
{
	enum board_status status = check(copies, e);
	bool is_whole = true;

	if (status != BOARD_READ)
		return status;
	is_whole &= take_section(copies, RECORDER_AT, NULL, &out->recorder, RECORDER_FIGURES);
	is_whole &= take_section(copies, ATTENDANT_AT, NULL, &out->attendant, ATTENDANT_FIGURES);
	for (size_t i = 0; i < BOARD_CONSUMERS; i++)
		is_whole &= take_section(copies, CONSUMER_AT(i), out->consumers[i].name,
					 &out->consumers[i].figures, CONSUMER_FIGURES);
	out->is_torn = !is_whole;
	return BOARD_READ;
}

/* The whole file and at most one byte more. */
static ssize_t copy_file(int fd, char *out)
{
	ssize_t n = pread(fd, out, BOARD_BYTES + 1, 0);

	/* What was read before this call is older than what is read after it. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return n;
}

static enum board_status read_open(int fd, struct board_view *out, struct err *e)
{
	static const size_t room = BOARD_BYTES + 1;
	char bytes[3][BOARD_BYTES + 1];
	enum board_status status = BOARD_REFUSED;

	for (int tries = 0; tries < TRIES; tries++) {
		struct sv copies[3];

		for (size_t i = 0; i < 3; i++) {
			ssize_t n = copy_file(fd, bytes[i]);

			if (n < 0) {
				(void)err_sys(e, "it cannot be read");
				return BOARD_REFUSED;
			}
			copies[i] = sv_make(bytes[i], (size_t)n < room ? (size_t)n : room);
		}
		status = board_decode(copies, out, e);
		if (status != BOARD_READ || !out->is_torn)
			break;
	}
	return status;
}

enum board_status board_read(const char *path, struct board_view *out, struct err *e)
{
	enum board_status status = BOARD_REFUSED;
	struct err why = {.sys = 0};
	struct stat st;
	/* Not blocking: it may be a pipe that nobody writes to. */
	CLEAN_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return BOARD_ABSENT;
	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)err_sys(e, "cannot open %s", path);
		return BOARD_REFUSED;
	}
	if (!S_ISREG(st.st_mode))
		(void)err_set(&why, "it is no regular file");
	else
		status = read_open(fd, out, &why);
	if (status != BOARD_READ && e) {
		(void)err_set(e, "cannot use %s: %s", path, why.text);
		e->sys = why.sys;
	}
	return status;
}

int board_attach(struct board *b, const char *path, struct err *e)
{
	CLEAN_FD int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct board_view view;
	struct err why;
	void *map;

	*b = BOARD_NONE;
	if (fd < 0)
		return err_sys(e, "cannot open %s", path);
	if (read_open(fd, &view, &why) != BOARD_READ)
		return err_set(e, "cannot use %s: %s", path, why.text);
	map = mmap(NULL, BOARD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return err_sys(e, "cannot map %s", path);
	b->cells = map;
	return 0;
}

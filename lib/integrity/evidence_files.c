/*
 * The files of records: `commits`, `segments` and the hashes of level0 and level1. A record that a crash
 * cut is at the end of its file; one that is wrong with others behind it was changed.
 */
#include "base/file.h"
#include "integrity/evidence_priv.h"
#include "integrity/folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define AT_A_TIME    256 /* records */
#define HASHES_FILE  65536
#define PLACES_MAX   ((size_t)256 << 20)
#define NEWEST       1024 /* commits that are looked at for the newest that is signed */
#define SECTOR       512
#define TORN_RECORDS 16
#define NUL_BYTES    8192 /* what a crash may leave of NUL bytes inside the end of a file */

int evidence_open_file(const struct evidence *ev, const char *name, int *fd, uint64_t *size,
		       struct err *e)
{
	struct err why = {0};
	struct stat st;

	*fd = integrity_open_file(ev->folder, name, &why);
	if (*fd < 0 && why.sys == ENOENT)
		return 0;
	if (*fd < 0) {
		if (e)
			*e = why;
		return -1;
	}
	if (fstat(*fd, &st) != 0) {
		close_fd(fd);
		*fd = -1;
		return err_sys(e, "cannot read integrity/%s", name);
	}
	*size = (uint64_t)st.st_size;
	return 1;
}

/* ---- commits ---- */

static bool is_nul(const uint8_t *bytes, size_t n)
{
	while (n && !bytes[n - 1])
		n--;
	return n == 0;
}

/* What a crash leaves of a record at that offset: as much of it as is in one of the disk's sectors is NUL. */
static bool is_torn(const uint8_t *bytes, size_t n, uint64_t at)
{
	while (n) {
		size_t most = (size_t)(SECTOR - at % SECTOR), part = n < most ? n : most;

		if (is_nul(bytes, part))
			return true;
		bytes += part;
		at += part;
		n -= part;
	}
	return false;
}

long evidence_commits_read(const struct evidence *ev, uint64_t first, size_t count,
			   uint8_t (*out)[SEAL_COMMIT_BYTES], struct err *e)
{
	ssize_t n;

	if (ev->commits < 0 || first >= ev->commit_count)
		return 0;
	if (count > ev->commit_count - first)
		count = (size_t)(ev->commit_count - first);
	n = file_read_at(ev->commits, first * SEAL_COMMIT_BYTES, out, count * SEAL_COMMIT_BYTES);
	if (n < 0)
		return err_sys(e, "cannot read integrity/commits");
	return (long)((size_t)n / SEAL_COMMIT_BYTES);
}

/* The records up to the last whole one; ev->last is it. */
static int find_last(struct evidence *ev, uint64_t records, struct err *e)
{
	uint8_t block[AT_A_TIME][SEAL_COMMIT_BYTES];

	for (ev->commit_count = records; ev->commit_count;) {
		uint64_t first = ev->commit_count > AT_A_TIME ? ev->commit_count - AT_A_TIME : 0;
		long n = evidence_commits_read(ev, first, AT_A_TIME, block, e);

		if (n < 0)
			return -1;
		for (; n > 0; n--)
			if (seal_commit_unpack(block[n - 1], &ev->last)) {
				ev->commit_count = first + (uint64_t)n;
				return 0;
			}
		ev->commit_count = first;
	}
	return 0;
}

/* NUL bytes inside the end, with records behind them, are what a crash leaves: it ends before them. */
static int leave_nul(struct evidence *ev, struct err *e)
{
	uint8_t block[NUL_BYTES / SEAL_COMMIT_BYTES][SEAL_COMMIT_BYTES];
	uint64_t first = ev->commit_count > LEN(block) ? ev->commit_count - LEN(block) : 0;
	long n = evidence_commits_read(ev, first, LEN(block), block, e);

	for (long i = 0; i < n; i++) {
		struct seal_commit c;

		if (!seal_commit_unpack(block[i], &c) &&
		    is_torn(block[i], SEAL_COMMIT_BYTES,
			    (first + (uint64_t)i) * SEAL_COMMIT_BYTES)) {
			ev->commits_torn = true;
			return find_last(ev, first + (uint64_t)i, e);
		}
	}
	return n < 0 ? -1 : 0;
}

int evidence_open_commits(struct evidence *ev, struct err *e)
{
	uint64_t size = 0;
	int there = evidence_open_file(ev, INTEGRITY_COMMITS, &ev->commits, &size, e);

	if (there <= 0)
		return there;
	if (find_last(ev, size / SEAL_COMMIT_BYTES, e) != 0)
		return -1;
	ev->commits_torn = size != ev->commit_count * SEAL_COMMIT_BYTES;
	return leave_nul(ev, e);
}

bool evidence_commit_holds(const struct evidence *ev, const struct seal_commit *c)
{
	const struct seal_epoch *epoch = evidence_epoch(ev, c->epoch);
	const struct seal_checkpoint point = {sv_cstr(ev->key.name), c->size, c->root};

	return epoch && epoch->id == c->key_id && seal_epoch_covers(epoch, c->size) &&
	       seal_checkpoint_check(&point, &epoch->key, c->signature);
}

/* The newest commit that is a signed checkpoint. False: none of the newest is. */
static bool find_signed(const struct evidence *ev, struct seal_commit *out, struct err *e)
{
	uint8_t block[1][SEAL_COMMIT_BYTES];

	for (uint64_t i = ev->commit_count; i > 0 && ev->commit_count - i < NEWEST; i--) {
		if (evidence_commits_read(ev, i - 1, 1, block, e) == 1 &&
		    seal_commit_unpack(block[0], out) &&
		    (out->type == SEAL_COMMIT_CHECKPOINT ||
		     out->type == SEAL_COMMIT_SEGMENT_ENDS) &&
		    evidence_commit_holds(ev, out))
			return true;
	}
	return false;
}

int evidence_find_end(struct evidence *ev, struct doubts *doubts, struct err *e)
{
	struct seal_commit newest;

	ev->size = ev->has_chain ? ev->chain.size : 0;
	ev->root = ev->chain.root;
	if (find_signed(ev, &newest, e) && newest.size >= ev->size) {
		ev->size = newest.size;
		ev->root = newest.root;
	}
	if (ev->commits_torn && !ev->is_live)
		doubt(doubts, DOUBT_COMMITS_CUT, "integrity/commits ends inside a record");
	if (ev->has_chain && !ev->commit_count)
		doubt(doubts, DOUBT_COMMITS_CUT, "integrity/commits %s",
		      ev->commits < 0 ? "is missing" : "holds no record");
	return 0;
}

/* ---- segments ---- */

/* A record ends those of its number and above: recovery writes anew what it found otherwise. */
static bool put_place(struct evidence *ev, const struct seal_place *p)
{
	while (ev->place_count && ev->places[ev->place_count - 1].number >= p->number)
		ev->place_count--;
	if (ev->place_count == ev->place_cap) {
		size_t cap = ev->place_cap ? ev->place_cap * 2 : 16;
		struct seal_place *more = reallocarray(ev->places, cap, sizeof(*more));

		if (!more)
			return false;
		ev->places = more;
		ev->place_cap = cap;
	}
	ev->places[ev->place_count++] = *p;
	return true;
}

int evidence_load_places(struct evidence *ev, struct doubts *doubts, struct err *e)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(PLACES_MAX);
	size_t whole, bad = 0;

	if (!ev->is_there)
		return 0;
	if (integrity_read(ev->folder, INTEGRITY_SEGMENTS, &bytes, NULL, e) != 0)
		return -1;
	whole = bytes.n / SEAL_PLACE_BYTES;
	for (size_t i = 0; i < whole; i++) {
		struct seal_place p;

		if (!seal_place_unpack((const uint8_t *)bytes.p + i * SEAL_PLACE_BYTES, &p)) {
			bad++;
			/* Several records are written at once, and a crash can tear any of them. */
			if (whole - i <= TORN_RECORDS &&
			    is_torn((const uint8_t *)bytes.p + i * SEAL_PLACE_BYTES,
				    SEAL_PLACE_BYTES, i * SEAL_PLACE_BYTES))
				break;
			continue;
		}
		if (bad)
			doubt(doubts, DOUBT_SEGMENTS_CHANGED,
			      "integrity/segments was changed: record %zu is damaged", i - bad);
		bad = 0;
		if (!put_place(ev, &p))
			return err_set(e, "no memory for integrity/segments");
	}
	ev->places_torn = bad || bytes.n % SEAL_PLACE_BYTES;
	if (!ev->has_chain)
		return 0;
	if (ev->places_torn && !ev->is_live)
		doubt(doubts, DOUBT_SEGMENTS_CUT, "integrity/segments ends inside a record");
	else if (!ev->place_count && (ev->size || !ev->is_live))
		doubt(doubts, DOUBT_SEGMENTS_CUT, "integrity/segments is missing or empty");
	return 0;
}

/* ---- levels ---- */

size_t evidence_hashes(const struct evidence *ev, unsigned level, uint64_t index, size_t count,
		       struct seal_hash *out)
{
	char name[64];
	uint64_t at = index % HASHES_FILE;
	CLEAN_FD int fd = -1;
	ssize_t n;

	if (ev->folder < 0)
		return 0;
	(void)snprintf(name, sizeof(name), "level%u/%08llu", level,
		       (unsigned long long)(index / HASHES_FILE));
	fd = integrity_open_file(ev->folder, name, NULL);
	if (fd < 0)
		return 0;
	if (count > HASHES_FILE - at)
		count = (size_t)(HASHES_FILE - at);
	n = file_read_at(fd, at * SEAL_HASH_BYTES, out, count * SEAL_HASH_BYTES);
	return n < 0 ? 0 : (size_t)n / SEAL_HASH_BYTES;
}

/*
 * An attacker who changes a sealed log and its evidence at random: 1 to 5 edits of any kind, and then asks the
 * verifier. It must never call proven what is not what was written.
 *
 *	verify-attack [-n TRIALS] [-s SEED] [-f FOLDER] [-v] [LOG...]
 *
 * LOG: a folder that seal-make made, to attack that; without one logs are made with all kinds of histories,
 * after the document and not by the sealer. -f: where to work; a memory file system is fastest.
 * The last line counts verdicts; exit 1 when a trial was accepted, or an untouched log was not proven.
 *
 * Harmless edits exist: nobody signs clocks and flags, hashes of lines may be missing, and so may a checkpoint
 * that later ones cover. A log is as written when its text is, the chain of keys is, and what is left of the rest
 * is (judge() below); only then may the verdict be proven.
 */
#include "base/num.h"
#include "integrity/folder.h"
#include "integrity/forge_test.h"
#include "segment/names.h"

#include <inttypes.h>
#include <stdarg.h>
#include <time.h>

#define IMAGES_MAX 96
#define NAME_BYTES 96
#define BYTES_MAX  ((size_t)64 << 20)
#define EDITS_MAX  5
#define SEGMENTS   64
#define HISTORY    40 /* trials on one log that was made */

struct image {
	char name[NAME_BYTES];
	struct buf bytes;
	bool exists;
};

/* A folder in memory. */
struct folder {
	struct image list[IMAGES_MAX];
	size_t count;
};

struct attack {
	uint64_t random;
	char path[4096], log[4200];
	struct folder base, now;
	bool touched[IMAGES_MAX]; /* files of now that are not as on the disk */
	struct seal_vkey key;
	struct seal_anchor anchor;
	bool has_anchor;
	struct buf kept; /* a checkpoint kept elsewhere; empty: none */
	uint64_t clock;
	bool is_live;
	int lock;
	char tale[1024]; /* what was done */
	uint64_t trials, proven, tampered, incomplete, none, harmless;
	uint64_t changed, changed_tampered; /* text was changed; and that was called so */
	bool is_verbose;
};

static uint64_t below(struct attack *a, uint64_t n)
{
	a->random ^= a->random << 13;
	a->random ^= a->random >> 7;
	a->random ^= a->random << 17;
	return n ? (a->random >> 11) % n : 0;
}

static void tell(struct attack *a, const char *fmt, ...) PRINTF(2, 3);

static void tell(struct attack *a, const char *fmt, ...)
{
	size_t n = strlen(a->tale);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(a->tale + n, sizeof(a->tale) - n, fmt, args);
	va_end(args);
}

static void die(const char *what, const char *on)
{
	(void)fprintf(stderr, "verify-attack: %s: %s\n", what, on);
	exit(2);
}

/* ---- folders in memory and on the disk ---- */

static struct image *find(struct folder *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->list[i].name, name) == 0)
			return &f->list[i];
	return NULL;
}

static struct image *add(struct folder *f, const char *name)
{
	struct image *i = find(f, name);

	if (i)
		return i;
	if (f->count == IMAGES_MAX)
		die("too many files", name);
	i = &f->list[f->count++];
	(void)snprintf(i->name, sizeof(i->name), "%s", name);
	i->bytes = BUF_INIT(BYTES_MAX);
	i->exists = false;
	return i;
}

static void read_folder(struct folder *f, const char *top, const char *below_it)
{
	char path[4400];
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/%s", top, below_it);
	dir = opendir(path);
	if (!dir)
		return;
	for (struct dirent *d; (d = readdir(dir));) {
		char name[NAME_BYTES + 256];
		struct image *i;
		struct stat st;

		if (d->d_name[0] == '.' || strcmp(d->d_name, "lock") == 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s%s%s", below_it, *below_it ? "/" : "",
			       d->d_name);
		(void)snprintf(path, sizeof(path), "%s/%s", top, name);
		if (stat(path, &st) != 0 || strlen(name) >= NAME_BYTES)
			continue;
		if (S_ISDIR(st.st_mode)) {
			read_folder(f, top, name);
			continue;
		}
		i = add(f, name);
		buf_reset(&i->bytes);
		i->exists = file_read(path, &i->bytes, NULL) == 0;
	}
	(void)closedir(dir);
}

static void write_image(const struct attack *a, const struct image *i)
{
	char path[4400];

	(void)snprintf(path, sizeof(path), "%s/%s", a->path, i->name);
	if (i->exists)
		forge_put(a->path, i->name, buf_view(&i->bytes));
	else
		(void)unlink(path);
}

/* Makes now what base is; the disk follows in flush(). */
static void restore(struct attack *a)
{
	for (size_t i = 0; i < a->now.count; i++) {
		struct image *now = &a->now.list[i];
		const struct image *was = i < a->base.count ? &a->base.list[i] : NULL;

		if (!a->touched[i])
			continue;
		now->exists = was && was->exists;
		buf_reset(&now->bytes);
		if (was)
			buf_put(&now->bytes, buf_view(&was->bytes));
		write_image(a, now);
		a->touched[i] = false;
	}
}

static void flush(struct attack *a)
{
	for (size_t i = 0; i < a->now.count; i++)
		if (a->touched[i])
			write_image(a, &a->now.list[i]);
}

static void touch(struct attack *a, const struct image *i)
{
	a->touched[i - a->now.list] = true;
}

static void clear_disk(struct attack *a)
{
	for (size_t i = 0; i < a->now.count; i++) {
		char path[4400];

		(void)snprintf(path, sizeof(path), "%s/%s", a->path, a->now.list[i].name);
		(void)unlink(path);
	}
}

static void copy_base(struct attack *a)
{
	for (size_t i = 0; i < a->now.count; i++)
		buf_release(&a->now.list[i].bytes);
	a->now.count = 0;
	for (size_t i = 0; i < a->base.count; i++) {
		struct image *now = add(&a->now, a->base.list[i].name);

		now->exists = a->base.list[i].exists;
		buf_put(&now->bytes, buf_view(&a->base.list[i].bytes));
	}
	memset(a->touched, 0, sizeof(a->touched));
}

/* ---- what the log says ---- */

static bool number_of(const char *name, uint64_t *number)
{
	if (strcmp(name, "audit.log") == 0) {
		*number = 0;
		return true;
	}
	return strncmp(name, "audit.log.", 10) == 0 && num_u64(sv_cstr(name + 10), number);
}

static bool is_packed(const char *name)
{
	return strncmp(name, "audit.log-", 10) == 0 && sv_ends(sv_cstr(name), SV(".zst"));
}

static void put_packed(const struct attack *a, const struct image *i, struct buf *out)
{
	static char text[1 << 16];
	char path[4400];
	struct segment_stream *s;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", a->path, i->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	s = fd >= 0 ? segment_stream_new(fd, NULL) : NULL;
	while (s && (n = segment_stream_read(s, text, sizeof(text), NULL)) > 0)
		buf_put(out, sv_make(text, (size_t)n));
	segment_stream_free(s);
	close_fd(&fd);
}

/* All text as readers of the log see it, a byte that no log has between a file's half line and the next. */
static void put_text(const struct attack *a, struct folder *f, struct buf *out)
{
	uint64_t last = 0;
	unsigned gap = 0;

	buf_reset(out);
	for (uint64_t n = 0; n < SEGMENTS; n++) { /* oldest first */
		char name[NAME_BYTES];
		const struct image *i;

		(void)snprintf(name, sizeof(name), "audit.log-%08" PRIu64 ".zst", n);
		i = find(f, name);
		if (i && i->exists)
			put_packed(a, i, out);
	}
	for (uint64_t n = 0; gap < 2; n++) {
		char name[NAME_BYTES];
		const struct image *i;

		(void)snprintf(name, sizeof(name), n ? "audit.log.%" PRIu64 : "audit.log", n);
		i = find(f, name);
		gap = i && i->exists ? 0 : gap + 1;
		last = gap ? last : n;
	}
	for (uint64_t n = last + 1; n-- > 0;) {
		char name[NAME_BYTES];
		const struct image *i;

		(void)snprintf(name, sizeof(name), n ? "audit.log.%" PRIu64 : "audit.log", n);
		i = find(f, name);
		if (!i || !i->exists)
			continue;
		buf_put(out, buf_view(&i->bytes));
		if (i->bytes.n && i->bytes.p[i->bytes.n - 1] != '\n')
			buf_putc(out, '\1');
	}
}

/* ---- whether it is as written ---- */

static bool same_file(struct attack *a, const char *name)
{
	const struct image *was = find(&a->base, name), *is = find(&a->now, name);
	bool there = was && was->exists, here = is && is->exists;

	return there == here && (!there || sv_eq(buf_view(&was->bytes), buf_view(&is->bytes)));
}

/* A daemon that runs is about to write more of them. */
static bool keys_are_as_written(struct attack *a)
{
	const struct image *was = find(&a->base, "integrity/keys");
	const struct image *is = find(&a->now, "integrity/keys");

	return same_file(a, "integrity/keys") ||
	       (a->is_live && is && is->exists &&
		sv_starts(buf_view(&was->bytes), buf_view(&is->bytes)));
}

static bool is_same_commit(const struct seal_commit *x, const struct seal_commit *y)
{
	return x->type == y->type && x->size == y->size && seal_hash_eq(&x->root, &y->root) &&
	       x->epoch == y->epoch && x->key_id == y->key_id &&
	       memcmp(x->signature, y->signature, sizeof(x->signature)) == 0 &&
	       seal_public_eq(&x->key, &y->key) && x->first_kept == y->first_kept;
}

static bool was_written(const struct buf *was, const struct seal_commit *x)
{
	struct seal_commit y;

	for (size_t i = 0; i + SEAL_COMMIT_BYTES <= was->n; i += SEAL_COMMIT_BYTES)
		if (seal_commit_unpack((const uint8_t *)was->p + i, &y) && is_same_commit(x, &y))
			return true;
	return false;
}

static bool has_record(const struct buf *b, size_t from)
{
	struct seal_commit x;

	for (size_t i = from; i + SEAL_COMMIT_BYTES <= b->n; i += SEAL_COMMIT_BYTES)
		if (seal_commit_unpack((const uint8_t *)b->p + i, &x))
			return true;
	return false;
}

/* What is left are records that were written, in an order that says the same. */
static bool commits_are_as_written(struct attack *a)
{
	const struct image *was = find(&a->base, "integrity/commits");
	const struct image *is = find(&a->now, "integrity/commits");
	struct seal_commit x;
	uint64_t size = 0, epoch = 0;

	if (!is || !is->exists || is->bytes.n < SEAL_COMMIT_BYTES ||
	    (is->bytes.n % SEAL_COMMIT_BYTES && !a->is_live)) /* it may be about to write */
		return false;
	for (size_t i = 0; i + SEAL_COMMIT_BYTES <= is->bytes.n; i += SEAL_COMMIT_BYTES) {
		if (!seal_commit_unpack((const uint8_t *)is->bytes.p + i, &x))
			return a->is_live && !has_record(&is->bytes, i);
		if (x.size < size || x.epoch < epoch || !was_written(&was->bytes, &x))
			return false;
		size = x.size;
		epoch = x.epoch;
	}
	return true;
}

static bool is_hole(const char *hash)
{
	static const char none[SEAL_HASH_BYTES];

	return memcmp(hash, none, sizeof(none)) == 0;
}

/* Hashes of lines that the log holds are what they were, as far as they are there. */
static bool levels_are_as_written(struct attack *a, uint64_t first, uint64_t end)
{
	for (size_t i = 0; i < a->now.count; i++) {
		const struct image *is = &a->now.list[i], *was = find(&a->base, is->name);
		bool is_leaf = strncmp(is->name, "integrity/level0/", 17) == 0;
		size_t from = is_leaf ? (size_t)first * SEAL_HASH_BYTES
				      : (size_t)(first + 255) / 256 * SEAL_HASH_BYTES;
		size_t to = (size_t)(is_leaf ? end : end / 256) * SEAL_HASH_BYTES, n;

		if ((!is_leaf && strncmp(is->name, "integrity/level1/", 17) != 0) || !is->exists)
			continue;
		if (!was || !was->exists)
			continue; /* a file that nobody looks at */
		n = is->bytes.n < was->bytes.n ? is->bytes.n : was->bytes.n;
		n = n < to ? n / SEAL_HASH_BYTES * SEAL_HASH_BYTES : to;
		for (size_t at = from; at + SEAL_HASH_BYTES <= n; at += SEAL_HASH_BYTES)
			if (memcmp(is->bytes.p + at, was->bytes.p + at, SEAL_HASH_BYTES) != 0 &&
			    !(is_leaf && is_hole(is->bytes.p + at)))
				return false;
	}
	return true;
}

static bool checkpoint_is_as_written(struct attack *a)
{
	const struct image *is = find(&a->now, "integrity/checkpoint");
	size_t n = is && is->exists ? is->bytes.n : 0;

	while (n && !is->bytes.p[n - 1])
		n--;
	return n == 0 || same_file(a, "integrity/checkpoint");
}

static struct sv first_lines(const struct buf *text, uint64_t n)
{
	struct sv rest = buf_view(text), line;

	while (n-- && sv_line(&rest, &line))
		;
	return sv_head(buf_view(text), text->n - rest.n);
}

/*
 * The text is; restores the base on the way, for packed files are read from the disk. While a daemon runs
 * a verdict is about so many lines, and says of those behind them that they are not sealed yet.
 */
static bool text_is_as_written(struct attack *a, uint64_t lines)
{
	struct buf was = BUF_INIT(BYTES_MAX), is = BUF_INIT(BYTES_MAX);
	bool same;

	put_text(a, &a->now, &is);
	restore(a);
	put_text(a, &a->base, &was);
	same = a->is_live ? sv_eq(first_lines(&is, lines), first_lines(&was, lines))
			  : sv_eq(buf_view(&was), buf_view(&is));
	buf_release(&was);
	buf_release(&is);
	return same;
}

/* ---- edits of the log ---- */

static struct image *pick(struct attack *a, bool (*is_one)(const char *name))
{
	for (unsigned left = 200; left; left--) {
		struct image *i = &a->now.list[below(a, a->now.count)];

		if (i->exists && is_one(i->name))
			return i;
	}
	return NULL;
}

static bool is_log(const char *name)
{
	uint64_t number;

	return number_of(name, &number);
}

static bool is_evidence(const char *name)
{
	return strncmp(name, "integrity/", 10) == 0;
}

static bool is_any(const char *name)
{
	return is_log(name) || is_evidence(name) || is_packed(name);
}

static void set_bytes(struct attack *a, struct image *i, struct buf *new)
{
	buf_reset(&i->bytes);
	buf_put(&i->bytes, buf_view(new));
	buf_release(new);
	touch(a, i);
}

/* Replaces bytes [from, to) by others. */
static void replace(struct attack *a, struct image *i, size_t from, size_t to, struct sv with)
{
	struct buf new = BUF_INIT(BYTES_MAX);

	buf_put(&new, sv_head(buf_view(&i->bytes), from));
	buf_put(&new, with);
	buf_put(&new, sv_from(buf_view(&i->bytes), to));
	set_bytes(a, i, &new);
}

/* Where line n begins, and the one behind it. */
static void line_at(const struct image *i, uint64_t n, size_t *from, size_t *to)
{
	struct sv v = buf_view(&i->bytes);

	*from = 0;
	while (n--)
		*from += sv_index(sv_from(v, *from), '\n') + 1;
	*to = *from + sv_index(sv_from(v, *from), '\n') + 1;
	*to = *to > v.n ? v.n : *to;
}

static uint64_t lines_in(const struct image *i)
{
	return sv_count(buf_view(&i->bytes), '\n');
}

static void copy_line(const struct image *i, uint64_t n, struct buf *out)
{
	size_t from, to;

	line_at(i, n, &from, &to);
	buf_put(out, sv_make(i->bytes.p + from, to - from));
}

static void change_line(struct attack *a, struct image *i)
{
	uint64_t lines = lines_in(i), n = below(a, lines);
	struct buf line = BUF_INIT(BYTES_MAX);
	size_t from, to, other_from, other_to;
	struct image *j;

	if (!lines)
		return;
	line_at(i, n, &from, &to);
	switch (below(a, 7)) {
	case 0:
		tell(a, "delete line %" PRIu64 " of %s; ", n, i->name);
		replace(a, i, from, to, SV_EMPTY);
		break;
	case 1:
		tell(a, "double line %" PRIu64 " of %s; ", n, i->name);
		copy_line(i, n, &line);
		replace(a, i, from, from, buf_view(&line));
		break;
	case 2:
		tell(a, "insert before line %" PRIu64 " of %s; ", n, i->name);
		replace(a, i, from, from, SV("type=LOGIN msg=audit(1764000000.000:1): forged\n"));
		break;
	case 3: {
		uint64_t m = below(a, lines);

		tell(a, "swap lines %" PRIu64 " and %" PRIu64 " of %s; ", n, m, i->name);
		if (m == n)
			break;
		if (m < n) {
			uint64_t swap = m;

			m = n;
			n = swap;
		}
		line_at(i, n, &from, &to);
		line_at(i, m, &other_from, &other_to);
		copy_line(i, m, &line);
		buf_put(&line, sv_make(i->bytes.p + to, other_from - to));
		copy_line(i, n, &line);
		replace(a, i, from, other_to, buf_view(&line));
		break;
	}
	case 4:
		j = pick(a, is_log);
		tell(a, "move line %" PRIu64 " of %s to %s; ", n, i->name, j->name);
		copy_line(i, n, &line);
		replace(a, i, from, to, SV_EMPTY);
		if (lines_in(j)) {
			line_at(j, below(a, lines_in(j)), &other_from, &other_to);
			replace(a, j, other_from, other_from, buf_view(&line));
		}
		break;
	case 5:
		tell(a, "delete lines from %" PRIu64 " of %s; ", n, i->name);
		line_at(i, n + below(a, lines - n), &other_from, &other_to);
		replace(a, i, from, other_to, SV_EMPTY);
		break;
	default:
		tell(a, "remove or add an end of line in %s; ", i->name);
		if (below(a, 2))
			replace(a, i, to - 1, to, SV_EMPTY);
		else
			replace(a, i, from + (to - from) / 2, from + (to - from) / 2, SV("\n"));
		break;
	}
	buf_release(&line);
}

static void change_files(struct attack *a, struct image *i)
{
	struct image *j = pick(a, is_log);
	struct buf copy = BUF_INIT(BYTES_MAX);
	char name[NAME_BYTES];

	switch (below(a, 5)) {
	case 0:
		tell(a, "remove %s; ", i->name);
		i->exists = false;
		touch(a, i);
		break;
	case 1:
		tell(a, "swap %s and %s; ", i->name, j->name);
		buf_put(&copy, buf_view(&i->bytes));
		if (i != j) {
			buf_reset(&i->bytes);
			buf_put(&i->bytes, buf_view(&j->bytes));
			touch(a, i);
			set_bytes(a, j, &copy);
		}
		break;
	case 2:
		(void)snprintf(name, sizeof(name), "audit.log.%" PRIu64, 1 + below(a, 12));
		tell(a, "copy %s to %s; ", i->name, name);
		if (a->now.count + 2 < IMAGES_MAX || find(&a->now, name)) {
			struct image *to = add(&a->now, name);

			buf_put(&copy, buf_view(&i->bytes));
			to->exists = true;
			set_bytes(a, to, &copy);
		}
		break;
	case 3:
		tell(a, "append to %s; ", i->name);
		buf_puts(&i->bytes,
			 below(a, 2) ? "type=USER msg=audit(1764000001.000:9): x\n" : "type=US");
		touch(a, i);
		break;
	default:
		tell(a, "empty %s; ", i->name);
		buf_reset(&i->bytes);
		touch(a, i);
		break;
	}
	buf_release(&copy);
}

/* ---- edits of any file ---- */

static void mend_record(struct attack *a, struct image *i, size_t at)
{
	size_t size = strcmp(i->name, "integrity/commits") == 0    ? SEAL_COMMIT_BYTES
		      : strcmp(i->name, "integrity/segments") == 0 ? SEAL_PLACE_BYTES
								   : 0;
	uint32_t crc;

	if (!size || below(a, 4) == 0)
		return;
	at = at / size * size;
	if (at + size > i->bytes.n)
		return;
	crc = seal_crc32c(i->bytes.p + at, size - 4);
	for (size_t k = 0; k < 4; k++)
		i->bytes.p[at + size - 4 + k] = (char)(crc >> (24 - 8 * k));
}

static void change_bytes(struct attack *a, struct image *i)
{
	size_t at = (size_t)below(a, i->bytes.n), n;

	if (!i->bytes.n)
		return;
	touch(a, i);
	switch (below(a, 5)) {
	case 0:
	case 1:
		tell(a, "flip a bit of byte %zu of %s; ", at, i->name);
		i->bytes.p[at] = (char)(i->bytes.p[at] ^ (1 << below(a, 8)));
		mend_record(a, i, at);
		break;
	case 2:
		tell(a, "set byte %zu of %s; ", at, i->name);
		i->bytes.p[at] = (char)below(a, 256);
		mend_record(a, i, at);
		break;
	case 3:
		tell(a, "cut %s at %zu; ", i->name, at);
		i->bytes.n = at;
		break;
	default:
		n = (size_t)below(a, i->bytes.n - at < 600 ? i->bytes.n - at : 600);
		tell(a, "fill %zu bytes at %zu of %s; ", n, at, i->name);
		memset(i->bytes.p + at, below(a, 2) ? 0 : 'x', n);
		mend_record(a, i, at);
		break;
	}
}

/* A record, a hash or a note from `from` to `to`. */
static bool pick_unit(struct attack *a, const struct image *i, size_t *from, size_t *to)
{
	size_t size = strcmp(i->name, "integrity/commits") == 0      ? SEAL_COMMIT_BYTES
		      : strcmp(i->name, "integrity/segments") == 0   ? SEAL_PLACE_BYTES
		      : strncmp(i->name, "integrity/level", 15) == 0 ? SEAL_HASH_BYTES
								     : 0;

	if (size) {
		if (i->bytes.n < size)
			return false;
		*from = (size_t)below(a, i->bytes.n / size) * size;
		*to = *from + size;
		return true;
	}
	if (strcmp(i->name, "integrity/keys") == 0) {
		struct sv rest = buf_view(&i->bytes), note;
		uint64_t count = 0, n;

		while (seal_note_next(&rest, &note) == SEAL_CUT_NOTE)
			count++;
		if (!count)
			return false;
		n = below(a, count) + 1;
		for (rest = buf_view(&i->bytes);
		     n-- && seal_note_next(&rest, &note) == SEAL_CUT_NOTE;)
			*from = (size_t)(note.p - i->bytes.p);
		*to = (size_t)(rest.p - i->bytes.p);
		return *to <= i->bytes.n && *to > *from;
	}
	return false;
}

static void change_unit(struct attack *a, struct image *i)
{
	struct buf copy = BUF_INIT(BYTES_MAX);
	size_t from, to, other, other_to;

	if (!pick_unit(a, i, &from, &to)) {
		change_bytes(a, i);
		return;
	}
	buf_put(&copy, sv_make(i->bytes.p + from, to - from));
	switch (below(a, 5)) {
	case 0:
		tell(a, "delete bytes %zu to %zu of %s; ", from, to, i->name);
		replace(a, i, from, to, SV_EMPTY);
		break;
	case 1:
		tell(a, "double bytes %zu to %zu of %s; ", from, to, i->name);
		replace(a, i, from, from, buf_view(&copy));
		break;
	case 2:
		tell(a, "cut %s at %zu; ", i->name, from);
		i->bytes.n = from;
		touch(a, i);
		break;
	case 3:
		tell(a, "move bytes %zu to %zu of %s; ", from, to, i->name);
		replace(a, i, from, to, SV_EMPTY);
		if (pick_unit(a, i, &other, &other_to))
			replace(a, i, other, other, buf_view(&copy));
		break;
	default:
		tell(a, "delete a row of units from %zu of %s; ", from, i->name);
		if (pick_unit(a, i, &other, &other_to) && other_to > from)
			replace(a, i, from, other_to, SV_EMPTY);
		break;
	}
	buf_release(&copy);
}

static void remove_evidence(struct attack *a, struct image *i)
{
	tell(a, "remove %s; ", i->name);
	i->exists = false;
	touch(a, i);
}

/* Cuts log, commits and keys at one checkpoint, as somebody would who knows the format. */
static void cut_all(struct attack *a)
{
	struct image *commits = find(&a->now, "integrity/commits");
	struct image *keys = find(&a->now, "integrity/keys");
	struct image *segments = find(&a->now, "integrity/segments");
	uint64_t records = commits && commits->exists ? commits->bytes.n / SEAL_COMMIT_BYTES : 0;
	uint64_t n = below(a, records), left;
	struct seal_commit c;
	struct buf text = BUF_INIT(BYTES_MAX);

	if (!records || !keys || !keys->exists ||
	    !seal_commit_unpack((const uint8_t *)commits->bytes.p + n * SEAL_COMMIT_BYTES, &c))
		return;
	tell(a, "cut everything at record %" PRIu64 " (%" PRIu64 " lines); ", n, c.size);
	commits->bytes.n = (n + 1) * SEAL_COMMIT_BYTES;
	touch(a, commits);
	/* Notes of commits that are left. */
	{
		struct sv rest = buf_view(&keys->bytes), note;
		size_t end = 0;

		for (uint64_t i = 0; i <= n; i++) {
			struct seal_commit each;

			if (seal_commit_unpack((const uint8_t *)commits->bytes.p +
						       i * SEAL_COMMIT_BYTES,
					       &each) &&
			    each.type != SEAL_COMMIT_CHECKPOINT &&
			    each.type != SEAL_COMMIT_RECEIPT &&
			    each.type != SEAL_COMMIT_SEGMENT_BEGINS &&
			    each.type != SEAL_COMMIT_SEGMENT_ENDS &&
			    seal_note_next(&rest, &note) == SEAL_CUT_NOTE)
				end = keys->bytes.n - rest.n;
		}
		keys->bytes.n = end;
		touch(a, keys);
	}
	remove_evidence(a, add(&a->now, "integrity/checkpoint"));
	/* Lines: files from the newest on lose them, by what segments says of where they begin. */
	for (size_t i = 0; segments && i + SEAL_PLACE_BYTES <= segments->bytes.n;
	     i += SEAL_PLACE_BYTES) {
		struct seal_place p;

		if (seal_place_unpack((const uint8_t *)segments->bytes.p + i, &p) &&
		    p.first > c.size) {
			segments->bytes.n = i;
			touch(a, segments);
		}
	}
	put_text(a, &a->now, &text);
	left = sv_count(buf_view(&text), '\n');
	buf_release(&text);
	/* The base may have been pruned: cut from the end as many as are too many, file by file. */
	{
		struct image *newest = find(&a->now, "audit.log");
		struct seal_commit last;
		const struct image *all = find(&a->base, "integrity/commits");
		uint64_t over;

		if (!newest || !seal_commit_unpack((const uint8_t *)all->bytes.p + all->bytes.n -
							   SEAL_COMMIT_BYTES,
						   &last))
			return;
		over = last.size > c.size ? last.size - c.size : 0;
		over = over < left ? over : left;
		for (uint64_t number = 0; over && number < 64; number++) {
			char name[NAME_BYTES];
			struct image *i;
			uint64_t lines;
			size_t from, to;

			(void)snprintf(name, sizeof(name),
				       number ? "audit.log.%" PRIu64 : "audit.log", number);
			i = find(&a->now, name);
			if (!i || !i->exists)
				continue;
			lines = lines_in(i);
			if (lines <= over) {
				over -= lines;
				buf_reset(&i->bytes);
			} else {
				line_at(i, lines - over, &from, &to);
				i->bytes.n = from;
				over = 0;
			}
			touch(a, i);
		}
	}
}

static void edit(struct attack *a)
{
	struct image *i;

	switch (below(a, 12)) {
	case 0:
	case 1:
	case 2:
		i = pick(a, is_log);
		if (i)
			change_line(a, i);
		break;
	case 3:
		i = pick(a, is_log);
		if (i)
			change_files(a, i);
		break;
	case 4:
	case 5:
		i = pick(a, is_log);
		if (i)
			change_bytes(a, i);
		break;
	case 6:
	case 7:
		i = pick(a, is_evidence);
		if (i)
			change_bytes(a, i);
		break;
	case 8:
	case 9:
		i = pick(a, is_evidence);
		if (i)
			change_unit(a, i);
		break;
	case 10:
		i = pick(a, below(a, 4) ? is_evidence : is_any);
		if (i && is_packed(i->name))
			change_bytes(a, i);
		else if (i)
			remove_evidence(a, i);
		break;
	default:
		cut_all(a);
		break;
	}
}

/* ---- trials ---- */

static int verify(struct attack *a, struct verify_result *r)
{
	const struct verify_kept kept = {"kept", buf_view(&a->kept)};
	const struct verify_options o = {
		.log = a->log,
		.key = &a->key,
		.anchor = a->has_anchor ? &a->anchor : NULL,
		.kept = a->kept.n ? &kept : NULL,
		.kept_count = a->kept.n ? 1 : 0,
		.threads = 1,
		.now = a->clock,
	};

	return verify_run(&o, r, NULL);
}

static void print(const struct attack *a, const struct verify_result *r)
{
	printf("# %s\n", a->tale);
	for (size_t i = 0; i < r->doubts.count && i < 6; i++)
		printf("#   %s: %s\n", doubt_word(r->doubts.list[i].kind), r->doubts.list[i].text);
}

/* Restores base; false: it was accepted. */
static bool judge(struct attack *a, int status, const struct verify_result *r)
{
	bool evidence = keys_are_as_written(a) && same_file(a, "integrity/enrolment") &&
			commits_are_as_written(a) && levels_are_as_written(a, r->first, r->end) &&
			checkpoint_is_as_written(a);
	bool same_text = text_is_as_written(a, r->end - r->first), good = same_text && evidence;

	a->trials++;
	a->changed += !same_text;
	a->harmless += good;
	if (status != 0) {
		a->none++;
		return true;
	}
	a->proven += r->verdict == VERIFY_PROVEN;
	a->tampered += r->verdict == VERIFY_TAMPERED;
	a->incomplete += r->verdict == VERIFY_INCOMPLETE;
	a->changed_tampered += !same_text && r->verdict == VERIFY_TAMPERED;
	if (a->is_verbose && r->verdict != VERIFY_TAMPERED) {
		printf("# verdict %d%s%s\n", r->verdict, same_text ? "" : ", text changed",
		       good ? ", harmless" : "");
		print(a, r);
	}
	if (r->verdict != VERIFY_PROVEN || good)
		return true;
	printf("not ok - accepted, %s\n",
	       same_text ? "though evidence was changed" : "AND TEXT WAS CHANGED");
	print(a, r);
	return false;
}

static bool trial(struct attack *a)
{
	static struct verify_result r;
	uint64_t edits = 1 + below(a, EDITS_MAX);
	int status;

	a->tale[0] = '\0';
	while (edits--)
		edit(a);
	flush(a);
	status = verify(a, &r);
	return judge(a, status, &r);
}

static bool is_proven(struct attack *a)
{
	static struct verify_result r;

	(void)snprintf(a->tale, sizeof(a->tale), "nothing was touched");
	if (verify(a, &r) == 0 && r.verdict == VERIFY_PROVEN)
		return true;
	printf("not ok - an untouched log is not proven: verdict %d\n", r.verdict);
	print(a, &r);
	return false;
}

/* ---- logs to attack ---- */

static void forget(struct attack *a)
{
	clear_disk(a);
	for (size_t i = 0; i < a->base.count; i++)
		buf_release(&a->base.list[i].bytes);
	a->base.count = 0;
	buf_reset(&a->kept);
	close_fd(&a->lock);
	a->lock = -1;
}

static void make_history(struct attack *a, struct forge *f)
{
	uint64_t steps = 3 + below(a, 9);

	f->keeps_leaves = below(a, 4) != 0;
	forge_start(f, SEAL_FIRST);
	while (steps--) {
		forge_lines(f, below(a, 3) ? 1 + below(a, 40) : below(a, 300));
		switch (below(a, 7)) {
		case 0:
			forge_handover(f);
			break;
		case 1:
			if (f->file_count < 8)
				forge_rotate(f);
			break;
		case 2:
			forge_stop(f);
			forge_start(f, SEAL_CLEAN);
			break;
		case 3:
			forge_checkpoint(f);
			forge_start(f, SEAL_CONTINUED);
			break;
		case 4:
			if (f->removed + 2 < f->file_count)
				forge_prune(f, 1, true);
			break;
		case 5:
			forge_reserve(f);
			break;
		default:
			forge_checkpoint(f);
			break;
		}
	}
	forge_lines(f, 1 + below(a, 30));
}

/* Its end is vouched for by one of three. */
static void make_end(struct attack *a, struct forge *f)
{
	uint64_t end = below(a, 5);

	a->is_live = end == 0;
	if (end >= 2)
		forge_stop(f);
	else
		forge_checkpoint(f);
	a->key = f->enrolment;
	a->anchor = f->anchor;
	a->has_anchor = true;
	a->clock = f->seconds + 5;
	if (end == 1)
		buf_put(&a->kept, buf_view(&f->checkpoint));
}

static void make(struct attack *a, uint64_t seed)
{
	struct forge f;

	forget(a);
	forge_init(&f, seed + 1);
	make_history(a, &f);
	make_end(a, &f);
	forge_write_as(&f, a->path, below(a, 2) == 0);
	forge_release(&f);
	read_folder(&a->base, a->path, "");
	copy_base(a);
	if (a->is_live) {
		int folder;

		if (integrity_open(a->log, &folder, NULL) == INTEGRITY_OPEN) {
			a->lock = integrity_lock(folder, NULL);
			close_fd(&folder);
		}
	}
}

static void take_log(struct attack *a, const char *from)
{
	char path[4400];
	struct err e = {0};

	forget(a);
	read_folder(&a->base, from, "");
	(void)snprintf(path, sizeof(path), "%s/vkey", from);
	if (evidence_key_read(path, &a->key, &e) != 0)
		die(path, e.text);
	(void)snprintf(path, sizeof(path), "%s/anchor", from);
	if (evidence_anchor_read(path, &a->anchor, &e) != 0)
		die(path, e.text);
	a->has_anchor = true;
	a->clock = (uint64_t)time(NULL);
	forge_folder(a->path, "integrity");
	forge_folder(a->path, "integrity/level0");
	forge_folder(a->path, "integrity/level1");
	forge_folder(a->path, "integrity/torn");
	copy_base(a);
	for (size_t i = 0; i < a->now.count; i++)
		write_image(a, &a->now.list[i]);
}

static bool attack(struct attack *a, uint64_t trials)
{
	bool well = is_proven(a);

	while (well && trials--)
		well = trial(a);
	return well && is_proven(a);
}

static void usage(void)
{
	(void)fprintf(stderr,
		      "usage: verify-attack [-n TRIALS] [-s SEED] [-f FOLDER] [-v] [LOG...]\n");
	exit(2);
}

static uint64_t number(const char *text)
{
	uint64_t n = 0;

	if (!num_u64(sv_cstr(text), &n))
		usage();
	return n;
}

static void report(const struct attack *a, uint64_t seed, bool well)
{
	printf("%s - %" PRIu64 " attacks (seed %" PRIu64 "): %" PRIu64 " tampered, %" PRIu64
	       " incomplete, %" PRIu64 " without a verdict, %" PRIu64 " proven; %" PRIu64
	       " were harmless; of %" PRIu64 " that changed the text %" PRIu64
	       " were called tampered\n",
	       well ? "ok" : "not ok", a->trials, seed, a->tampered, a->incomplete, a->none,
	       a->proven, a->harmless, a->changed, a->changed_tampered);
}

int main(int argc, char **argv)
{
	static struct attack a;
	uint64_t trials = 1000, seed = 1;
	const char *where = "/dev/shm";
	bool well = true;
	int option;

	while ((option = getopt(argc, argv, "n:s:f:v")) >= 0)
		switch (option) {
		case 'n':
			trials = number(optarg);
			break;
		case 's':
			seed = number(optarg);
			break;
		case 'f':
			where = optarg;
			break;
		case 'v':
			a.is_verbose = true;
			break;
		default:
			usage();
		}
	(void)snprintf(a.path, sizeof(a.path), "%s/verify-attack.XXXXXX", where);
	if (!mkdtemp(a.path))
		die("cannot make a folder", where);
	(void)snprintf(a.log, sizeof(a.log), "%s/audit.log", a.path);
	a.random = seed * 0x9e3779b97f4a7c15u + 1;
	a.kept = BUF_INIT(BYTES_MAX);
	a.lock = -1;
	if (optind < argc)
		for (int i = optind; well && i < argc; i++) {
			take_log(&a, argv[i]);
			well = attack(&a, trials / (uint64_t)(argc - optind));
		}
	for (uint64_t i = 0; optind == argc && well && a.trials < trials; i++) {
		uint64_t left = trials - a.trials;

		make(&a, seed * 1000003 + i);
		well = attack(&a, left < HISTORY ? left : HISTORY);
	}
	report(&a, seed, well);
	if (well)
		forget(&a);
	else
		printf("# the log is left in %s\n", a.path);
	buf_release(&a.kept);
	return well ? 0 : 1;
}

/*
 * Finds the first line that is not the signed one, and names what happened to it. What lines should be is
 * known from level0: where its hashes give the signed root they are as good as the signature; else only
 * the block between two signed roots is known. Names are what it looks like, for a person who looks next;
 * no verdict rests on them.
 */
#include "integrity/verify_priv.h"

#include <stdio.h>
#include <stdlib.h>

#define LL(n)   ((unsigned long long)(n))
#define NEAR    4096 /* lines that are compared in memory */
#define RESYNC  64   /* lines that may have been replaced by as many or others */
#define NOWHERE UINT64_MAX

/* ---- what lines should be ---- */

/* Whether level0 gives the signed root from the good tree on. */
static bool proves_root(struct verify_state *v, uint64_t size, const struct seal_hash *root)
{
	struct seal_range r = v->good.range;
	struct seal_hash window[1024], is;

	while (r.size < size) {
		uint64_t left = size - r.size;
		size_t n = evidence_hashes(&v->ev, 0, r.size,
					   left < LEN(window) ? (size_t)left : LEN(window), window);

		if (!n)
			return false;
		for (size_t i = 0; i < n; i++)
			seal_range_add(&r, v->digest, &window[i], NULL);
	}
	seal_range_root(&r, v->digest, &is);
	return seal_hash_eq(&is, root);
}

/* The first place of a hash in level0 between two lines, or NOWHERE. */
static uint64_t find_kept(struct verify_state *v, uint64_t from, uint64_t to,
			  const struct seal_hash *wanted)
{
	struct seal_hash window[1024];

	while (from < to) {
		size_t n = evidence_hashes(
			&v->ev, 0, from,
			to - from < LEN(window) ? (size_t)(to - from) : LEN(window), window);

		if (!n)
			n = (size_t)(65536 - from % 65536); /* not kept: the next file */
		else
			for (size_t i = 0; i < n; i++)
				if (seal_hash_eq(&window[i], wanted))
					return from + i;
		from += n;
	}
	return NOWHERE;
}

/* ---- what lines are ---- */

/* Lines from the first that differs on, here and as they were signed. */
struct near {
	uint64_t first; /* index as signed */
	struct verify_spot spot;
	struct seal_hash is[NEAR], was[NEAR];
	size_t is_count, was_count;
};

static int skip(struct verify_walk *w, uint64_t lines, struct err *e)
{
	struct verify_spot spot;
	struct sv line;
	int status = 1;

	while (lines-- && status > 0)
		status = verify_walk_next(w, &line, &spot, e);
	return status;
}

/* Walks from the good tree to the first line that differs; n->is[0], if there is a line, is it. */
static int find_first(struct verify_state *v, struct verify_walk *w, struct near *n, struct err *e)
{
	struct sv line;
	int status = skip(w, v->good.range.size - v->good.first, e);

	n->first = v->good.range.size;
	while (status > 0 && (status = verify_walk_next(w, &line, &n->spot, e)) > 0) {
		struct seal_hash was;

		seal_leaf(v->digest, line, &n->is[0]);
		if (n->first >= v->ev.size || evidence_hashes(&v->ev, 0, n->first, 1, &was) != 1 ||
		    !seal_hash_eq(&was, &n->is[0])) {
			n->is_count = 1;
			return 0;
		}
		n->first++;
	}
	n->spot = w->spot;
	return status;
}

static int fill(struct verify_state *v, struct verify_walk *w, struct near *n, struct err *e)
{
	struct verify_spot spot;
	struct sv line;
	int status = 1;

	while (n->is_count && n->is_count < NEAR &&
	       (status = verify_walk_next(w, &line, &spot, e)) > 0)
		seal_leaf(v->digest, line, &n->is[n->is_count++]);
	while (n->was_count < NEAR && n->first + n->was_count < v->ev.size) {
		uint64_t left = v->ev.size - n->first - n->was_count;
		size_t room = NEAR - n->was_count;
		size_t got =
			evidence_hashes(&v->ev, 0, n->first + n->was_count,
					left < room ? (size_t)left : room, &n->was[n->was_count]);

		if (!got)
			break;
		n->was_count += got;
	}
	return status < 0 ? -1 : 0;
}

static uint64_t find_near(const struct seal_hash *in, size_t count, const struct seal_hash *wanted)
{
	for (size_t i = 0; i < count; i++)
		if (seal_hash_eq(&in[i], wanted))
			return i;
	return NOWHERE;
}

/* How many lines behind the first one here stands what was signed as that; NOWHERE. */
static uint64_t find_later(struct verify_state *v, struct verify_walk *w, const struct near *n,
			   struct err *e)
{
	uint64_t at = find_near(n->is, n->is_count, &n->was[0]);
	struct verify_spot spot;
	struct sv line;

	if (at != NOWHERE || n->is_count < NEAR)
		return at;
	for (at = n->is_count; verify_walk_next(w, &line, &spot, e) > 0; at++) {
		struct seal_hash is;

		seal_leaf(v->digest, line, &is);
		if (seal_hash_eq(&is, &n->was[0]))
			return at;
	}
	return NOWHERE;
}

/* ---- naming ---- */

static bool same(const struct near *n, size_t is, size_t was, size_t count)
{
	return is + count <= n->is_count && was + count <= n->was_count &&
	       memcmp(&n->is[is], &n->was[was], count * sizeof(n->is[0])) == 0;
}

/* The segment whose lines are exactly these, or more of them in a row. */
static bool are_files(const struct evidence *ev, uint64_t from, uint64_t to)
{
	bool begins = false, ends = to == ev->size;

	for (size_t i = 0; i < ev->place_count; i++) {
		begins = begins || ev->places[i].first == from;
		ends = ends || ev->places[i].first == to;
	}
	return begins && ends && from < to;
}

static void set(struct verify_state *v, enum verify_change change, uint64_t from, uint64_t count)
{
	v->r->bad.change = change;
	v->r->bad.is_exact = true;
	v->r->bad.from = from;
	v->r->bad.to = from + count;
}

/* Some lines were replaced by as many, or by others: where do they agree again? */
static void name_replaced(struct verify_state *v, const struct near *n)
{
	for (size_t sum = 2; sum <= 2 * RESYNC; sum++)
		for (size_t is = 1; is < sum; is++) {
			size_t was = sum - is;
			bool both_end = is == n->is_count && was == n->was_count;

			if (!both_end && !same(n, is, was, 1))
				continue;
			set(v,
			    is == 1 && was == 2   ? VERIFY_JOINED
			    : is == 2 && was == 1 ? VERIFY_SPLIT
						  : VERIFY_MODIFIED,
			    n->first, was);
			return;
		}
	set(v, VERIFY_MODIFIED, n->first, n->was_count ? 1 : 0);
}

/* Both lines are there, elsewhere: `here` lines on stands what was signed as the first, and what stands
 * here was signed `there` lines on. */
static void name_moved(struct verify_state *v, const struct near *n, uint64_t here, uint64_t there)
{
	if (here == there && here < NEAR && same(n, 1, 1, (size_t)here - 1) &&
	    same(n, (size_t)here + 1, (size_t)here + 1, here + 1 < n->was_count))
		set(v, VERIFY_SWAPPED, n->first, here + 1);
	else if (here == 1 && there < NEAR && same(n, 1, 0, (size_t)there + 1))
		set(v, VERIFY_DUPLICATED, n->first, 1);
	else if (are_files(&v->ev, n->first, n->first + there))
		set(v, VERIFY_FILES_SWAPPED, n->first, there);
	else
		set(v, VERIFY_MOVED, n->first, there > here ? there + 1 : here + 1);
}

static void name_change(struct verify_state *v, struct verify_walk *w, const struct near *n,
			struct err *e)
{
	uint64_t here, there;

	if (!n->is_count) {
		set(v,
		    are_files(&v->ev, n->first, v->ev.size) ? VERIFY_FILE_MISSING
							    : VERIFY_TRUNCATED,
		    n->first, v->ev.size - n->first);
		return;
	}
	if (!n->was_count) {
		set(v, VERIFY_INSERTED, n->first, 0);
		return;
	}
	here = find_later(v, w, n, e);
	there = find_near(n->was, n->was_count, &n->is[0]);
	if (there == NOWHERE) {
		there = find_kept(v, n->first + n->was_count, v->ev.size, &n->is[0]);
		there = there == NOWHERE ? NOWHERE : there - n->first;
	}
	if (here != NOWHERE && there != NOWHERE)
		name_moved(v, n, here, there);
	else if (there != NOWHERE)
		set(v,
		    are_files(&v->ev, n->first, n->first + there) ? VERIFY_FILE_MISSING
								  : VERIFY_DELETED,
		    n->first, there);
	else if (here != NOWHERE)
		set(v,
		    find_kept(v, v->first, n->first, &n->is[0]) != NOWHERE ? VERIFY_DUPLICATED
									   : VERIFY_INSERTED,
		    n->first, 0);
	else
		name_replaced(v, n);
}

/* ---- telling ---- */

static void put_lines(char *out, size_t cap, uint64_t from, uint64_t to)
{
	if (to <= from + 1)
		(void)snprintf(out, cap, "line %llu", LL(from));
	else
		(void)snprintf(out, cap, "lines %llu to %llu", LL(from), LL(to - 1));
}

static const char *const sentences[] = {
	[VERIFY_SAME] = "%s%s",
	[VERIFY_MODIFIED] = "%s: modified, or replaced by others%s",
	[VERIFY_DELETED] = "%s: deleted%s",
	[VERIFY_INSERTED] = "before %s: lines were inserted that auditd did not write%s",
	[VERIFY_SWAPPED] = "%s: the first and the last of them were swapped%s",
	[VERIFY_DUPLICATED] = "before %s: a line stands there a second time%s",
	[VERIFY_MOVED] = "%s: in another order than they were written%s",
	[VERIFY_TRUNCATED] = "%s: cut off; the log ends before them%s",
	[VERIFY_FILE_MISSING] = "%s: missing, a whole file or more%s",
	[VERIFY_FILES_SWAPPED] = "%s: whole files are in another order than they were written%s",
	[VERIFY_JOINED] = "%s: joined into one line%s",
	[VERIFY_SPLIT] = "%s: split into two lines%s",
	[VERIFY_UNKNOWN] = "somewhere in %s: lines are not those that were signed%s",
};

static void tell(struct verify_state *v, const struct verify_spot *spot, bool is_missing)
{
	struct verify_result *r = v->r;
	char lines[64], where[VERIFY_NAME_MAX + 64] = "", text[DOUBT_TEXT_MAX];

	put_lines(lines, sizeof(lines), r->bad.from, r->bad.to);
	if (spot && spot->file < v->text.count) {
		verify_text_name(&v->text, spot->file, r->bad.file);
		r->bad.line = spot->line + 1;
		(void)snprintf(where, sizeof(where), " (%s, from line %llu on)", r->bad.file,
			       LL(r->bad.line));
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(text, sizeof(text), sentences[r->bad.change], lines, where);
#pragma GCC diagnostic pop
	doubt_lines(&r->doubts, is_missing ? DOUBT_LINES_MISSING : DOUBT_LINES_CHANGED, r->bad.from,
		    r->bad.to, "%s", text);
}

static bool is_missing(enum verify_change c)
{
	return c == VERIFY_DELETED || c == VERIFY_TRUNCATED || c == VERIFY_FILE_MISSING;
}

/* Only the block between two signed roots is known. */
static void tell_block(struct verify_state *v)
{
	struct verify_result *r = v->r;
	uint64_t from = v->good.range.size;

	if (v->is_bad) {
		r->bad.change = VERIFY_UNKNOWN;
		r->bad.from = from;
		r->bad.to = v->bad_size;
		tell(v, NULL, false);
		return;
	}
	r->bad.change = VERIFY_TRUNCATED;
	r->bad.from = from;
	r->bad.to = v->end;
	doubt_lines(
		&r->doubts, DOUBT_LINES_MISSING, from, v->end,
		"lines are missing: the log ends with line %llu, and %llu lines were signed; those "
		"up to line %llu are proven",
		LL(v->range.size), LL(v->end), LL(from));
}

static int locate(struct verify_state *v, struct near *n, struct err *e)
{
	struct verify_walk w;
	int status;

	if (verify_walk_init(&w, &v->text, &v->good.spot, e) != 0)
		return -1;
	status = find_first(v, &w, n, e);
	if (status == 0)
		status = fill(v, &w, n, e);
	if (status == 0) {
		name_change(v, &w, n, e);
		tell(v, &n->spot, is_missing(v->r->bad.change));
	}
	verify_walk_release(&w);
	return status;
}

int verify_locate(struct verify_state *v, struct err *e)
{
	uint64_t size = v->is_bad ? v->bad_size : v->end;
	const struct seal_hash *root = v->is_bad ? &v->bad_root : &v->end_root;
	struct near *n;
	int status;

	if (v->r->bad.change != VERIFY_SAME) { /* the beginning is missing: that is the first */
		doubt_lines(&v->r->doubts, DOUBT_LINES_CHANGED, v->good.range.size, size,
			    "lines behind that are not those that were signed, either");
		return 0;
	}
	if (v->is_long) {
		set(v, VERIFY_MODIFIED, v->range.size, 1);
		tell(v, &v->reached, false);
		return 0;
	}
	if (!proves_root(v, size, root)) {
		tell_block(v);
		return 0;
	}
	n = calloc(1, sizeof(*n));
	if (!n)
		return err_set(e, "no memory to find the first line that was changed");
	status = locate(v, n, e);
	free(n);
	return status;
}

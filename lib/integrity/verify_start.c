/*
 * Where to begin: which line of the tree is the first one of which file, and what the tree was before it.
 * `segments` says so, and nobody has signed it: a wrong guess gives a wrong root, never a right one. Files
 * are known by identity, by their size and by the hash of their first line; copies by their order.
 */
#include "integrity/verify_priv.h"

#include <sys/stat.h>

#define SIGNED_WITHIN_S 180

/* How much speaks for a file's being the one of a record. */
#define LIKELY 2
#define SURE   3

/* ---- which file is which ---- */

/* What speaks for it: more is better; 0: nothing. */
static unsigned likeness(struct verify_state *v, size_t file, const struct seal_place *p)
{
	const struct verify_file *f = &v->text.files[file];
	const struct log_identity id = {p->device, p->inode, (int64_t)p->birth_ns};
	unsigned found = 0;

	if (p->inode && log_identity_eq(&id, &f->member.id))
		found += f->member.id.birth_ns && p->birth_ns ? 4 : 1;
	if (p->ended && p->bytes && p->bytes == f->bytes)
		found += 2;
	return found;
}

/* The hash of the line at an offset; false: there is none. */
static bool leaf_at(struct verify_state *v, size_t file, uint64_t offset, struct seal_hash *out)
{
	const struct verify_spot spot = {.file = file, .offset = offset};
	struct verify_spot at;
	struct verify_walk w;
	struct sv line;
	bool is_there;

	if (verify_walk_init(&w, &v->text, &spot, NULL) != 0)
		return false;
	is_there = verify_walk_next(&w, &line, &at, NULL) == 1 && at.file == file;
	if (is_there)
		seal_leaf(v->digest, line, out);
	verify_walk_release(&w);
	return is_there;
}

/* The newest place whose first line is the first one of the file. */
static bool find_by_line(struct verify_state *v, size_t file, size_t *place)
{
	struct seal_hash first, leaf, kept;
	bool has_first = leaf_at(v, file, 0, &first);

	for (size_t i = v->ev.place_count; i-- > 0;) {
		const struct seal_place *p = &v->ev.places[i];

		if (p->offset ? !leaf_at(v, file, p->offset, &leaf) : !has_first)
			continue;
		if (!p->offset)
			leaf = first;
		if (evidence_hashes(&v->ev, 0, p->first, 1, &kept) == 1 &&
		    seal_hash_eq(&leaf, &kept)) {
			*place = i;
			return true;
		}
	}
	return false;
}

/* What speaks most for a file's being a place, and how much that is. */
static unsigned find_alike(struct verify_state *v, size_t file, size_t *place)
{
	unsigned best = 0;

	for (size_t i = v->ev.place_count; i-- > 0;) {
		unsigned found = likeness(v, file, &v->ev.places[i]);

		if (found > best) {
			best = found;
			*place = i;
		}
	}
	return best;
}

/* The number in places that a file most likely is; false: nothing speaks for any. */
static bool find_place(struct verify_state *v, size_t file, size_t *place)
{
	size_t alike = 0;
	unsigned found = find_alike(v, file, &alike);

	if (found < SURE && find_by_line(v, file, place))
		return true;
	*place = alike;
	return found > 0;
}

/* Files may be in another order: none of them is older than where is begun. */
static void take_oldest(struct verify_state *v, size_t from, size_t *place)
{
	for (size_t f = from; f < v->text.count && *place; f++) {
		size_t p = 0;

		if (find_alike(v, f, &p) >= LIKELY && p < *place)
			*place = p;
	}
}

/* The file and the place that go together, the oldest that can be. False: there are no places, or no files. */
static bool pair(struct verify_state *v, size_t *file, size_t *place)
{
	size_t files = v->text.count, places = v->ev.place_count, p = 0;

	if (!files || !places)
		return false;
	for (size_t f = 0; f < files; f++) {
		if (!find_place(v, f, &p))
			continue;
		/* Files of which nothing is known stand before it: as many as there are places for. */
		*file = f > p ? f - p : 0;
		*place = f > p ? 0 : p - f;
		take_oldest(v, f + 1, place);
		return true;
	}
	*file = files > places ? files - places : 0;
	*place = places > files ? places - files : 0;
	return true;
}

/* ---- what the tree was before ---- */

/* Full blocks below a line, out of level1. */
static bool add_blocks(struct verify_state *v, uint64_t first)
{
	struct seal_hash window[256];
	uint64_t blocks = first / VERIFY_BLOCK;

	for (uint64_t i = 0; i < blocks;) {
		uint64_t left = blocks - i;
		size_t n = evidence_hashes(&v->ev, 1, i,
					   left < LEN(window) ? (size_t)left : LEN(window), window);

		if (!n)
			return false;
		for (size_t k = 0; k < n; k++)
			seal_range_add_tree(&v->range, v->digest, VERIFY_LEVELS, &window[k]);
		i += n;
	}
	return true;
}

static void add_partial(struct verify_state *v, const struct seal_place *p)
{
	for (unsigned level = VERIFY_LEVELS; level-- > 0;)
		if (p->first >> level & 1)
			seal_range_add_tree(&v->range, v->digest, level, &p->of[level]);
}

/* The leaves between the last full block and a line, out of level0. */
static bool add_leaves(struct verify_state *v, uint64_t first)
{
	struct seal_hash leaves[VERIFY_BLOCK];
	size_t n = (size_t)(first % VERIFY_BLOCK);

	if (n && evidence_hashes(&v->ev, 0, first - n, n, leaves) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		seal_range_add(&v->range, v->digest, &leaves[i], NULL);
	return true;
}

/* A root of this size that a note signs; false: there is none. */
static bool signed_root(const struct evidence *ev, uint64_t size, struct seal_hash *root)
{
	size_t low = 0, high = ev->note_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ev->notes[middle].size < size)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == ev->note_count || ev->notes[low].size != size)
		return false;
	*root = ev->notes[low].root;
	return true;
}

/* Where a signed note is about just this size, it must agree. */
static bool range_agrees(struct verify_state *v, uint64_t first)
{
	struct seal_hash is, wanted;

	if (!signed_root(&v->ev, first, &wanted))
		return true;
	seal_range_root(&v->range, v->digest, &is);
	return seal_hash_eq(&is, &wanted);
}

static bool begin_range(struct verify_state *v, const struct seal_place *p, uint64_t first)
{
	v->range = (struct seal_range){.size = 0};
	if (!first)
		return true;
	if (!add_blocks(v, first)) {
		doubt(&v->r->doubts, DOUBT_LEVEL_MISSING,
		      "integrity/level1 does not hold the tree below line %llu, where the log "
		      "begins",
		      (unsigned long long)first);
		return false;
	}
	if (p && p->first == first)
		add_partial(v, p);
	else if (!add_leaves(v, first)) {
		doubt(&v->r->doubts, DOUBT_LEVEL_MISSING,
		      "neither integrity/segments nor integrity/level0 holds the tree below line "
		      "%llu, where the log begins",
		      (unsigned long long)first);
		return false;
	}
	if (range_agrees(v, first))
		return true;
	doubt(&v->r->doubts, DOUBT_LEVEL_CHANGED,
	      "integrity/level1 or integrity/segments was changed: the tree below line %llu is not "
	      "the signed one",
	      (unsigned long long)first);
	return false;
}

/* ---- the beginning ---- */

static bool has_bytes_before(const struct verify_state *v)
{
	for (size_t i = 0; i < v->from.file; i++)
		if (v->text.files[i].bytes)
			return true;
	return v->from.offset > 0;
}

static uint64_t lines_before(struct verify_state *v)
{
	const struct verify_spot begin = {.file = 0};
	struct verify_spot at;
	struct verify_walk w;
	struct sv line;
	uint64_t count = 0;

	if (verify_walk_init(&w, &v->text, &begin, NULL) != 0)
		return 0;
	while (verify_walk_next(&w, &line, &at, NULL) == 1 &&
	       (at.file < v->from.file || (at.file == v->from.file && at.offset < v->from.offset)))
		count++;
	verify_walk_release(&w);
	return count;
}

static bool begins_place(const struct evidence *ev, uint64_t first)
{
	for (size_t i = 0; i < ev->place_count; i++)
		if (ev->places[i].first == first)
			return true;
	return false;
}

/* What a daemon that runs removes it signs within a minute: not so when it has signed other things long after
 * the folder was last changed. */
static bool signs_within_a_minute(const struct verify_state *v)
{
	struct stat st;

	return stat(v->text.folder, &st) == 0 &&
	       v->ev.chain.seconds <= (uint64_t)st.st_ctime + SIGNED_WITHIN_S;
}

/*
 * A rotation removes the oldest file, and that is signed some seconds later. So a daemon that died meanwhile
 * has signed no notes long after the one that it made at the rotation.
 */
static bool died_at_rotation(struct verify_state *v)
{
	const struct evidence *ev = &v->ev;
	size_t place = 0, i = 0;

	if (evidence_is_stopped(ev))
		return false;
	if (!find_place(v, v->text.count - 1, &place))
		return true; /* nothing of the newest file is signed */
	while (i < ev->note_count && ev->notes[i].size < ev->places[place].first)
		i++;
	return i == ev->note_count ||
	       ev->chain.seconds <= ev->notes[i].seconds + SIGNED_WITHIN_S / 3;
}

/* Files were removed, and nobody may have come to sign that. */
static bool may_be_going(struct verify_state *v, uint64_t first)
{
	if (!v->text.count || !begins_place(&v->ev, first))
		return false;
	return v->ev.is_live ? signs_within_a_minute(v) : died_at_rotation(v);
}

static void tell_missing(struct verify_state *v, uint64_t kept)
{
	struct verify_result *r = v->r;

	if (may_be_going(v, v->first)) {
		doubt_lines(&r->doubts, DOUBT_FILE_GOING, kept, v->first,
			    "lines %llu to %llu are not in the log, and no signed note says that "
			    "they were removed by policy: a daemon that runs signs that within a "
			    "minute, one that died while it rotated when it starts again",
			    (unsigned long long)kept, (unsigned long long)v->first - 1);
		return;
	}
	r->bad.change = VERIFY_FILE_MISSING;
	r->bad.is_exact = true;
	r->bad.from = kept;
	r->bad.to = v->first;
	doubt_lines(
		&r->doubts, DOUBT_LINES_MISSING, kept, v->first,
		"lines %llu to %llu are missing: the log begins behind them, and no signed note "
		"says that they were removed by policy",
		(unsigned long long)kept, (unsigned long long)v->first - 1);
}

bool verify_find_start(struct verify_state *v, struct err *e)
{
	uint64_t kept = v->ev.chain.first_kept;
	const struct seal_place *p = NULL;
	size_t file = 0, place = 0;

	(void)e;
	v->first = kept;
	v->from = (struct verify_spot){.file = 0};
	if (pair(v, &file, &place)) {
		p = &v->ev.places[place];
		v->first = p->first;
		v->from.file = file;
		v->from.offset = p->offset <= v->text.files[file].bytes ? p->offset : 0;
	}
	if (!v->text.count)
		v->first = kept;
	v->r->first = v->first;
	if (v->first > kept)
		tell_missing(v, kept);
	if (has_bytes_before(v)) {
		v->r->before = lines_before(v);
		if (!v->o->has_from)
			doubt(&v->r->doubts, DOUBT_LINES_BEFORE,
			      "%llu lines before line %llu are not sealed: they are from before "
			      "the "
			      "seal began, or were put there",
			      (unsigned long long)v->r->before, (unsigned long long)v->first);
	}
	return begin_range(v, p, v->first);
}

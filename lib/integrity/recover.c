/*
 * The lines between the last segment that is known and the end of the log, against what was signed. The
 * hashing is in retrace.c; here is which files, from where on, and what follows from what came out.
 */
#include "integrity/recover.h"

#include "integrity/retrace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define BELOW       ((UINT64_C(1) << LEVEL_BITS) - 1)
#define PROOF_FILES 4 /* that are tried where no file has the identity of the last segment */

/* A file that was read, and where in the tree it begins and ends. */
struct traced {
	struct log_member member;
	uint64_t first, offset; /* of its first line */
	uint64_t end, bytes;    /* behind its last one */
	struct seal_range begin;
};

struct work {
	struct recovery *r;
	struct ledger *l;
	const char *log_path;
	struct log_set set;
	struct retrace *trace;
	struct traced *files; /* oldest first */
	size_t count;
	uint64_t number; /* of the segment that the first of them is */
	uint64_t limit;  /* of the live file: nobody has told of what is behind it */
};

/* ---- where to begin ---- */

/* The tree of a multiple of 256 lines, of level1; from the tree that the last daemon left on. */
static int range_at(struct ledger *l, uint64_t size, struct seal_range *out, struct err *e)
{
	const struct seal_nodes nodes = {&l->levels, levels_get};
	struct seal_hash node;

	/* Hashes that are missing are made again, from further back. */
	if (l->levels.of[1].count < size >> LEVEL_BITS)
		return err_set(e, INTEGRITY_FOLDER "/" INTEGRITY_LEVEL1 " is too short");
	if (l->begin.size == 0 || l->begin.size > size)
		return seal_range_at(&nodes, size, l->digest, out, e);
	*out = l->begin;
	while (out->size < size) {
		if (levels_read(&l->levels, 1, out->size >> LEVEL_BITS, &node, 1, e) != 0)
			return -1;
		seal_range_add_tree(out, l->digest, LEVEL_BITS, &node);
	}
	return 0;
}

/* The tree in front of a segment: its record has what is below level 8. */
static int range_at_place(struct ledger *l, const struct seal_place *p, struct seal_range *out,
			  struct err *e)
{
	if (range_at(l, p->first & ~BELOW, out, e) != 0)
		return -1;
	for (unsigned i = LEVEL_BITS; i-- > 0;)
		if (p->first >> i & 1)
			seal_range_add_tree(out, l->digest, i, &p->of[i]);
	return 0;
}

static struct log_identity identity_of(const struct seal_place *p)
{
	return (struct log_identity){p->device, p->inode, (int64_t)p->birth_ns};
}

/* The newest segment that began at or below what was signed; place_count: there is none. */
static size_t find_base(const struct ledger *l, uint64_t sealed)
{
	for (size_t i = l->place_count; i-- > 0;)
		if (l->places[i].first <= sealed)
			return i;
	return l->place_count;
}

/* The commit that covers most, or a note that covers more. */
static void find_sealed(struct recovery *r, const struct ledger *l)
{
	r->sealed = l->has_commit ? l->last.size : 0;
	if (l->has_commit)
		r->root = l->last.root;
	else
		seal_sha256(l->digest, SV_EMPTY, &r->root);
	if (l->chain.notes && l->chain.size > r->sealed) {
		ledger_tell(l, SEALER_NEWS_REPAIRED, r->sealed, l->chain.size,
			    "%s ends before %s does", INTEGRITY_COMMITS, INTEGRITY_KEYS);
		r->sealed = l->chain.size;
		r->root = l->chain.root;
	}
}

/* ---- reading on ---- */

static void begin_trace(struct work *w, const struct seal_range *range, bool repairs)
{
	retrace_begin(w->trace, &w->l->levels, w->l->digest, range, w->r->sealed);
	w->trace->leaves_from = w->l->keeps_leaves ? 0 : w->r->sealed & ~BELOW;
	w->trace->repairs = repairs;
	w->count = 0;
}

/* Members `oldest` to 0 of the set, the first of them from an offset on. */
static int trace_files(struct work *w, size_t oldest, uint64_t offset, struct err *e)
{
	for (size_t i = oldest + 1; i-- > 0; offset = 0) {
		struct traced *f = &w->files[w->count];
		struct log_text *text = log_text_open(w->log_path, &w->set.members[i], e);
		const struct store *s = w->l->store;
		int status;

		if (!text)
			return -1;
		*f = (struct traced){.member = w->set.members[i],
				     .first = w->trace->range.size,
				     .offset = offset,
				     .begin = w->trace->range};
		status = retrace_text(w->trace, text, offset, i ? UINT64_MAX : w->limit, &f->bytes,
				      e);
		f->end = w->trace->range.size;
		if (status == 0 && i && !f->member.is_packed && f->end >= w->r->sealed)
			recover_cut_torn(w->l, w->log_path, f->member.number, text, f->bytes,
					 w->number + w->count);
		/* The live file is brought to the disk before the first signature, as always. */
		if (status == 0 && i && f->end > w->r->sealed &&
		    s->disk->sync(s->ctx, log_text_fd(text)) != 0)
			status = err_sys(e, "cannot bring the log to the disk");
		log_text_close(text);
		if (status != 0)
			return -1;
		w->count++;
	}
	retrace_end(w->trace);
	return 0;
}

static bool is_proven(const struct work *w)
{
	return w->trace->has_root && seal_hash_eq(&w->trace->root, &w->r->root);
}

/* From the segment's beginning to the end of the log. -1: that cannot be read. */
static int trace_from(struct work *w, size_t place, size_t member, bool repairs, struct err *e)
{
	const struct seal_place *p = &w->l->places[place];
	struct seal_range begin;

	if (range_at_place(w->l, p, &begin, e) != 0)
		return -1;
	begin_trace(w, &begin, repairs);
	w->number = p->number;
	return trace_files(w, member, p->offset, e);
}

/* ---- records of segments ---- */

static bool is_same_place(const struct seal_place *a, const struct seal_place *b)
{
	return a->first == b->first && a->offset == b->offset && a->inode == b->inode &&
	       a->device == b->device && a->ended == b->ended && a->end == b->end;
}

/* number: of the segment. */
static int put_file(struct work *w, const struct traced *f, uint64_t number, bool ended,
		    struct err *e)
{
	struct ledger *l = w->l;
	struct seal_place p = {.ended = ended,
			       .number = number,
			       .wall_ns = l->wall_ns,
			       .first = f->first,
			       .offset = f->offset,
			       .device = f->member.id.device,
			       .inode = f->member.id.inode,
			       .birth_ns = (uint64_t)f->member.id.birth_ns};

	if (ended) {
		p.end = f->end;
		p.bytes = f->bytes;
	}
	for (unsigned i = 0; i < LEVEL_BITS; i++)
		if (p.first >> i & 1)
			p.of[i] = f->begin.of[i];
	for (size_t i = 0; i < l->place_count; i++)
		if (l->places[i].number == number && is_same_place(&l->places[i], &p))
			return 0;
	return ledger_put_place(l, &p, e);
}

/* The files that were read become segments from that number on; the newest goes on. */
static int put_files(struct work *w, uint64_t number, struct err *e)
{
	for (size_t i = 0; i < w->count; i++)
		if (put_file(w, &w->files[i], number + i, i + 1 < w->count, e) != 0)
			return -1;
	return 0;
}

/* ---- what came out ---- */

static void finish(struct work *w, bool is_clean)
{
	struct levels *levels = &w->l->levels;
	struct recovery *r = w->r;
	const struct traced *live = &w->files[w->count - 1];

	r->range = w->trace->range;
	r->begin = live->begin;
	r->live = live->member.id;
	r->offset = live->bytes;
	r->is_clean = is_clean && w->l->chain.stopped && r->range.size == r->sealed;
	/* What is behind was of lines that are not there. */
	for (unsigned i = 0; i < LEVELS; i++) {
		uint64_t count = i ? r->range.size >> LEVEL_BITS : r->range.size;

		if (levels->of[i].count > count)
			levels->of[i].count = count;
		r->has_levels = (i == 0 || r->has_levels) && levels->of[i].count == count;
	}
	r->has_levels = r->has_levels && !w->trace->has_failed;
	if (r->range.size > r->sealed && w->l->chain.notes)
		ledger_tell(w->l, SEALER_NEWS_RECOVERED, r->sealed, r->range.size,
			    "were not signed when sealing began");
}

/* The lines are those that were signed. */
static int go_on(struct work *w, size_t place, size_t member, struct err *e)
{
	if (w->trace->is_short) {
		ledger_tell(w->l, SEALER_NEWS_REPAIRED, 0, 0,
			    "hashes of lines were missing or others: made again of the lines");
		if (trace_from(w, place, member, true, e) != 0)
			return -1;
	}
	if (put_files(w, w->l->places[place].number, e) != 0)
		return -1;
	finish(w, true);
	return 0;
}

static int no_tree(const struct work *w, struct err *e)
{
	return err_set(
		e,
		"neither the log's lines nor the hashes kept of them are those that were signed "
		"(%" PRIu64 " lines)",
		w->r->sealed);
}

/* The tree that was signed, from the hashes. */
static int signed_range(struct work *w, struct seal_range *out)
{
	const struct seal_nodes nodes = {&w->l->levels, levels_get};
	struct seal_hash root;

	if (seal_range_at(&nodes, w->r->sealed, w->l->digest, out, NULL) != 0)
		return -1;
	seal_range_root(out, w->l->digest, &root);
	return seal_hash_eq(&root, &w->r->root) ? 0 : -1;
}

/* Whether a line begins there. */
static bool is_boundary(const struct work *w, size_t member, uint64_t offset)
{
	struct log_text *text = log_text_open(w->log_path, &w->set.members[member], NULL);
	char c = '\0';
	bool is = offset == 0 || (text && log_text_read(text, offset - 1, &c, 1) == 1 && c == '\n');

	log_text_close(text);
	return is;
}

/*
 * The log lacks lines that were signed, or has others. What was signed stays so; lines behind it are
 * taken where it is known where they begin. has_trace: the trace tells which lines.
 */
static int go_on_beside(struct work *w, size_t place, size_t member, bool has_trace, struct err *e)
{
	const struct retrace *t = w->trace;
	const struct seal_place *p = &w->l->places[place];
	const struct seal_commit *c = &w->l->last;
	struct seal_range range;
	bool is_short = !has_trace || !t->has_root;
	uint64_t offset = 0, number = p->number;

	if (signed_range(w, &range) != 0)
		return no_tree(w, e);
	if (is_short)
		ledger_tell(w->l, SEALER_NEWS_MISSING, has_trace ? t->range.size : p->first,
			    w->r->sealed, "lines that were signed are not in the log");
	else
		ledger_tell(w->l, SEALER_NEWS_ALTERED,
			    t->first_other == RETRACE_NONE ? p->first : t->first_other,
			    w->r->sealed, "%s",
			    t->first_other == RETRACE_NONE
				    ? "the log has other lines than were signed"
				    : "the first of them is another one than was signed");
	w->r->should_rotate = is_short;
	if (has_trace && !is_short && c->size == w->r->sealed && c->segment == p->number &&
	    c->offset <= w->files[0].bytes && is_boundary(w, member, c->offset))
		offset = c->offset;
	else if (has_trace)
		offset = w->files[0].bytes;
	begin_trace(w, &range, false);
	if (trace_files(w, member, offset, e) != 0 || put_files(w, number + 1, e) != 0)
		return -1;
	finish(w, false);
	return 0;
}

/* ---- which file ---- */

/* None has the identity, as after a log was moved to another disk: the one whose lines give the root. */
static bool find_by_proof(struct work *w, size_t place, size_t *member)
{
	size_t most = w->set.count < PROOF_FILES ? w->set.count : PROOF_FILES;

	if (w->l->places[place].first == w->r->sealed) {
		*member = 0;
		return true;
	}
	for (*member = 0; *member < most; ++*member)
		if (trace_from(w, place, *member, false, NULL) == 0 && is_proven(w))
			return true;
	return false;
}

/* The oldest file that is younger than the segment's record. */
static size_t oldest_since(const struct work *w, const struct seal_place *p)
{
	size_t i = 0;

	while (i + 1 < w->set.count && !w->set.members[i + 1].is_packed &&
	       (uint64_t)w->set.members[i + 1].id.birth_ns > p->wall_ns)
		i++;
	return i;
}

static int recover_from(struct work *w, size_t place, struct err *e)
{
	const struct log_identity id = identity_of(&w->l->places[place]);
	size_t member = log_set_find(&w->set, &id);

	if (member == w->set.count && !find_by_proof(w, place, &member))
		return go_on_beside(w, place, oldest_since(w, &w->l->places[place]), false, e);
	if (trace_from(w, place, member, false, e) != 0) {
		/* Hashes of earlier lines are missing: they are made again, from further back. */
		while (place-- > 0) {
			const struct log_identity before = identity_of(&w->l->places[place]);

			member = log_set_find(&w->set, &before);
			if (member < w->set.count && trace_from(w, place, member, false, NULL) == 0)
				break;
		}
		if (place == SIZE_MAX)
			return -1;
	}
	if (!is_proven(w) && w->l->begin.size) {
		/* What the last daemon left was no good. */
		w->l->begin.size = 0;
		return recover_from(w, find_base(w->l, w->r->sealed), e);
	}
	if (is_proven(w))
		return go_on(w, place, member, e);
	return go_on_beside(w, place, member, true, e);
}

/* Nothing was sealed yet: from the end of the log on. */
static int begin_first(struct work *w, struct err *e)
{
	const struct seal_range empty = {.size = 0};

	begin_trace(w, &empty, false);
	if (trace_files(w, 0, w->limit, e) != 0 || put_files(w, 0, e) != 0)
		return -1;
	finish(w, true);
	return 0;
}

/* `segments` is lost: the hashes are all there is, and the commit says where their lines end. */
static int begin_anew(struct work *w, struct err *e)
{
	const struct seal_commit *c = &w->l->last;
	uint64_t offset, number = w->l->has_commit ? c->segment + 1 : 0;
	struct seal_range range;

	ledger_tell(w->l, SEALER_NEWS_REPAIRED, 0, 0, "%s is lost", INTEGRITY_SEGMENTS);
	if (signed_range(w, &range) != 0)
		return no_tree(w, e);
	offset = w->set.members[0].size < w->limit ? w->set.members[0].size : w->limit;
	if (w->l->has_commit && c->offset <= offset && is_boundary(w, 0, c->offset))
		offset = c->offset;
	begin_trace(w, &range, false);
	if (trace_files(w, 0, offset, e) != 0 || put_files(w, number, e) != 0)
		return -1;
	finish(w, false);
	return 0;
}

static int recover(struct work *w, struct err *e)
{
	size_t place;

	if (log_set_look(&w->set, w->log_path, e) != 0 ||
	    log_set_add_packed(&w->set, w->log_path, e) != 0)
		return -1;
	if (w->set.count == 0)
		return err_set(e, "there is no log");
	w->trace = calloc(1, sizeof(*w->trace));
	w->files = calloc(w->set.count, sizeof(*w->files));
	if (!w->trace || !w->files)
		return err_set(e, "no memory to read the log");
	find_sealed(w->r, w->l);
	place = find_base(w->l, w->r->sealed);
	if (place < w->l->place_count)
		return recover_from(w, place, e);
	return w->r->sealed == 0 ? begin_first(w, e) : begin_anew(w, e);
}

int recover_lines(struct recovery *r, struct ledger *l, const char *log_path, uint64_t size,
		  struct err *e)
{
	struct work w = {.r = r, .l = l, .log_path = log_path, .set = LOG_SET_INIT, .limit = size};
	int status;

	*r = (struct recovery){.sealed = 0};
	status = recover(&w, e);
	log_set_release(&w.set);
	free(w.trace);
	free(w.files);
	return status;
}

/*
 * The end of a log, which nothing inside of it can prove: who cuts the log and its evidence together has a
 * shorter one that is whole. So somebody outside has to vouch for it.
 */
#include "integrity/verify_priv.h"

#include <stdlib.h>
#include <sys/stat.h>

#define LL(n) ((unsigned long long)(n))

/* ---- checkpoints that were kept ---- */

static bool is_empty(struct sv text)
{
	while (text.n && !text.p[text.n - 1])
		text.n--;
	return text.n == 0;
}

/* name: NULL for the log's own. */
static void keep(struct verify_state *v, const struct seal_checkpoint *c, const char *name)
{
	v->kept_names[v->kept_count] = name;
	v->kept_sizes[v->kept_count] = c->size;
	v->kept_roots[v->kept_count++] = c->root;
}

/* The file `checkpoint`: it was replaced as a whole, or is left empty by a crash. */
static void take_own(struct verify_state *v)
{
	const struct sv text = {v->ev.checkpoint, v->ev.checkpoint_bytes};
	struct seal_checkpoint c;

	if (is_empty(text))
		return;
	switch (evidence_checkpoint(&v->ev, text, &c)) {
	case EVIDENCE_NOTE_HOLDS:
		if (c.size > v->ev.size)
			doubt(&v->r->doubts, DOUBT_CHECKPOINT_AHEAD,
			      "integrity/checkpoint was signed for %llu lines, the rest of the "
			      "evidence "
			      "ends with %llu: it was cut",
			      LL(c.size), LL(v->ev.size));
		else
			keep(v, &c, NULL);
		return;
	case EVIDENCE_NOTE_MALFORMED:
	case EVIDENCE_NOTE_OTHER_LOG:
	case EVIDENCE_NOTE_OTHER_KEY:
		break;
	}
	doubt(&v->r->doubts, DOUBT_CHECKPOINT_CHANGED,
	      "integrity/checkpoint is not signed by a key of this log that may sign for its size");
}

static int take_given(struct verify_state *v, const struct verify_kept *k, struct err *e)
{
	struct doubts *doubts = &v->r->doubts;
	struct seal_checkpoint c;

	switch (evidence_checkpoint(&v->ev, k->note, &c)) {
	case EVIDENCE_NOTE_MALFORMED:
		return err_set(e, "%s is no checkpoint", k->name);
	case EVIDENCE_NOTE_OTHER_LOG:
		doubt(doubts, DOUBT_CHECKPOINT_OTHER, "%s is a checkpoint of another log, %.*s",
		      k->name, SV_FMT(c.origin));
		return 0;
	case EVIDENCE_NOTE_OTHER_KEY:
		doubt(doubts, DOUBT_CHECKPOINT_OTHER,
		      "%s, a checkpoint of %llu lines, is not signed by a key of integrity/keys: "
		      "the "
		      "chain was cut or replaced, or the checkpoint is forged",
		      k->name, LL(c.size));
		return 0;
	case EVIDENCE_NOTE_HOLDS:
		break;
	}
	if (c.size > v->ev.size)
		doubt(doubts, DOUBT_CHECKPOINT_AHEAD,
		      "%s was signed for %llu lines, the evidence ends with %llu: it was cut",
		      k->name, LL(c.size), LL(v->ev.size));
	else
		keep(v, &c, k->name);
	if (c.size == v->ev.size)
		v->end_is_kept = true;
	return 0;
}

int verify_take_kept(struct verify_state *v, struct err *e)
{
	size_t max = v->o->kept_count + 1;

	v->kept_sizes = calloc(max, sizeof(*v->kept_sizes));
	v->kept_roots = calloc(max, sizeof(*v->kept_roots));
	v->kept_names = calloc(max, sizeof(*v->kept_names));
	if (!v->kept_sizes || !v->kept_roots || !v->kept_names)
		return err_set(e, "no memory for checkpoints");
	for (size_t i = 0; i < v->o->kept_count; i++)
		if (take_given(v, &v->o->kept[i], e) != 0)
			return -1;
	take_own(v);
	return 0;
}

/* The lines that a root is made of are gone, and with them all that it could be held to. */
void verify_judge_kept(struct verify_state *v)
{
	for (size_t i = 0; i < v->kept_count; i++)
		if (v->kept_names[i] && v->kept_sizes[i] < v->first)
			doubt_lines(&v->r->doubts, DOUBT_CHECKPOINT_PRUNED, v->kept_sizes[i],
				    v->first,
				    "%s, a checkpoint of %llu lines, could not be held to the log, "
				    "which begins with line %llu: it vouches for nothing here",
				    v->kept_names[i], LL(v->kept_sizes[i]), LL(v->first));
}

/* ---- behind the end ---- */

/*
 * Whether what stands behind the last signature can be what a daemon that runs wrote just now: it signs
 * within that time what it wrote itself.
 */
static bool may_be_new(const struct verify_state *v)
{
	const struct verify_text *t = &v->text;
	struct stat st;

	if (!v->ev.is_live || !t->count)
		return false;
	if (fstat(log_text_fd(t->files[t->count - 1].text), &st) != 0)
		return false;
	return (uint64_t)st.st_ctime + EVIDENCE_FRESH_S >= v->o->now;
}

/* Without an LF at the very end of the newest file. */
static void tell_tail(struct verify_state *v, const struct verify_walk *w)
{
	if (!w->cut_files || may_be_new(v))
		return;
	if (evidence_is_stopped(&v->ev))
		doubt(&v->r->doubts, DOUBT_LINES_BEYOND,
		      "the log ends with a part of a line, behind a signed stop");
	else
		doubt(&v->r->doubts, DOUBT_TAIL_CUT, "the log ends inside a line");
}

static void tell_rest(struct verify_state *v)
{
	struct verify_result *r = v->r;
	uint64_t end = v->end + r->unsealed;

	if (!r->unsealed || may_be_new(v))
		return;
	if (evidence_is_stopped(&v->ev))
		doubt_lines(
			&r->doubts, DOUBT_LINES_BEYOND, v->end, end,
			"%llu lines stand behind line %llu, where auditd stopped and signed that "
			"nothing follows",
			LL(r->unsealed), LL(v->end - 1));
	else
		doubt_lines(
			&r->doubts, DOUBT_LINES_UNSEALED, v->end, end,
			"%llu lines behind the last checkpoint, from line %llu on, are not signed",
			LL(r->unsealed), LL(v->end));
}

int verify_count_rest(struct verify_state *v, struct err *e)
{
	struct verify_spot spot;
	struct verify_walk w;
	struct sv line;
	int status;

	if (verify_walk_init(&w, &v->text, &v->reached, e) != 0)
		return -1;
	while ((status = verify_walk_next(&w, &line, &spot, e)) > 0) {
		if (spot.offset == 0 && v->firsts[spot.file] == UINT64_MAX)
			v->firsts[spot.file] = v->end + v->r->unsealed;
		v->r->unsealed++;
	}
	if (status == 0) {
		tell_rest(v);
		tell_tail(v, &w);
	}
	verify_walk_release(&w);
	return status;
}

/* ---- unclean starts ---- */

static bool is_asked_for(const struct verify_state *v, uint64_t from, uint64_t to)
{
	const struct verify_options *o = v->o;

	/* Lines may be missing at the very place, too: an empty window counts. */
	if (from <= v->first && to <= v->first)
		return false;
	return !(o->has_to && from >= o->to) && !(o->has_from && to <= o->from);
}

/* Where the first signature behind a note ends what it left open. */
static uint64_t window_end(const struct verify_state *v, size_t note)
{
	for (size_t i = 0; i < v->window_count; i++)
		if (v->windows[i].note == note)
			return v->windows[i].end;
	return note + 1 < v->ev.note_count ? v->ev.notes[note + 1].size : v->ev.size;
}

void verify_judge_windows(struct verify_state *v)
{
	for (size_t i = 0; i < v->ev.note_count; i++) {
		const struct evidence_note *n = &v->ev.notes[i];
		uint64_t end;

		if (n->kind != SEAL_START || n->state != SEAL_UNCLEAN)
			continue;
		end = window_end(v, i);
		if (!is_asked_for(v, n->size, end))
			continue;
		if (end > n->size)
			doubt_lines(&v->r->doubts, DOUBT_WINDOW, n->size, end,
				    "start %llu was not clean: lines %llu to %llu were signed only "
				    "after "
				    "it, and lines before line %llu may have been lost or cut",
				    LL(n->number), LL(n->size), LL(end - 1), LL(n->size));
		else
			doubt_lines(&v->r->doubts, DOUBT_WINDOW, n->size, end,
				    "start %llu was not clean: lines before line %llu may have "
				    "been lost "
				    "or cut",
				    LL(n->number), LL(n->size));
	}
}

/* ---- the verdict about the end ---- */

static bool anchor_agrees(const struct verify_state *v)
{
	return v->ev.has_anchor && !doubts_have(&v->r->doubts, DOUBT_ANCHOR_AHEAD) &&
	       !doubts_have(&v->r->doubts, DOUBT_ANCHOR_BEHIND);
}

void verify_judge_end(struct verify_state *v)
{
	struct verify_result *r = v->r;

	if (v->o->has_to)
		r->ends = VERIFY_END_GIVEN;
	else if (v->end_is_kept)
		r->ends = VERIFY_END_CHECKPOINT;
	else if (v->ev.is_live)
		r->ends = VERIFY_END_LIVE;
	else if (evidence_is_stopped(&v->ev) && v->ev.size == v->ev.chain.size && anchor_agrees(v))
		r->ends = VERIFY_END_STOP;
	else if (evidence_is_stopped(&v->ev))
		doubt(&r->doubts, DOUBT_END_OPEN,
		      "the log ends with a signed stop at line %llu, but only integrity/ says that "
		      "it "
		      "did not go on: give the host's anchor (--anchor) or a checkpoint that was "
		      "kept "
		      "elsewhere (--checkpoint)",
		      LL(v->ev.size));
	else
		doubt(&r->doubts, DOUBT_END_OPEN,
		      "the end is open: the last signature covers %llu lines, there is no signed "
		      "stop "
		      "behind it, and no daemon that runs vouches for it",
		      LL(v->ev.size));
}

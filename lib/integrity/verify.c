/*
 * The order of a verification, and the verdict. What is looked at: the chain (evidence.c), where the log
 * begins (verify_start.c), lines and roots (verify_lines.c, verify_tree.c), files, the end (verify_end.c).
 * A verdict is proven when there is no doubt of any kind, and each thing that makes it so was seen: nothing
 * that was not looked at, and nothing that is not there, can be a pass.
 */
#include "integrity/verify_priv.h"

#include <stdlib.h>

#define LL(n)   ((unsigned long long)(n))
#define RETRIES 8 /* when files are removed while they are opened */

static const char *const words[] = {
	[VERIFY_SAME] = "none",
	[VERIFY_MODIFIED] = "modified",
	[VERIFY_DELETED] = "deleted",
	[VERIFY_INSERTED] = "inserted",
	[VERIFY_SWAPPED] = "swapped",
	[VERIFY_DUPLICATED] = "duplicated",
	[VERIFY_MOVED] = "moved",
	[VERIFY_TRUNCATED] = "truncated",
	[VERIFY_FILE_MISSING] = "file-missing",
	[VERIFY_FILES_SWAPPED] = "files-swapped",
	[VERIFY_JOINED] = "joined",
	[VERIFY_SPLIT] = "split",
	[VERIFY_UNKNOWN] = "unknown",
};

const char *verify_change_word(enum verify_change c)
{
	return words[c];
}

/* ---- what is asked for ---- */

/* With --to: lines up to there, and those that kept checkpoints are of, for the log must hold them. */
static uint64_t wanted_end(const struct verify_state *v)
{
	uint64_t end = v->o->to;

	for (size_t i = 0; i < v->kept_count; i++)
		if (v->kept_names[i] && v->kept_sizes[i] > end)
			end = v->kept_sizes[i];
	return end;
}

/* Up to which signed size lines are to be read. */
static void set_end(struct verify_state *v)
{
	const struct evidence *ev = &v->ev;
	uint64_t wanted = wanted_end(v);

	v->end = ev->size;
	v->end_root = ev->root;
	for (size_t i = 0; v->o->has_to && i < ev->note_count; i++)
		if (ev->notes[i].size >= wanted) {
			v->end = ev->notes[i].size;
			v->end_root = ev->notes[i].root;
			return;
		}
	if (v->o->has_to && v->o->to > ev->size)
		doubt_lines(&v->r->doubts, DOUBT_LINES_UNSEALED, ev->size, v->o->to,
			    "only %llu lines are signed", LL(ev->size));
}

static void check_asked(struct verify_state *v)
{
	if (v->o->has_to && v->end < v->first)
		v->end = v->first; /* none of them is there */
	if ((v->o->has_from && v->o->from < v->first) || (v->o->has_to && v->o->to <= v->first))
		doubt_lines(&v->r->doubts, DOUBT_LINES_PRUNED, v->o->from, v->first,
			    "lines below line %llu were removed by policy", LL(v->first));
}

/* ---- files ---- */

static bool begins_place(const struct evidence *ev, uint64_t first)
{
	for (size_t i = 0; i < ev->place_count; i++)
		if (ev->places[i].first == first)
			return true;
	return false;
}

static bool begins_file(const struct verify_state *v, uint64_t first)
{
	for (size_t i = v->from.file; i < v->text.count; i++)
		if (v->firsts[i] == first)
			return true;
	return false;
}

static void tell_boundary(struct verify_state *v, uint64_t at, const char *what)
{
	doubt_lines(&v->r->doubts, DOUBT_FILES_MOVED, at, at,
		    "the lines are those that were signed, but not in the same files: line %llu %s",
		    LL(at), what);
}

/* Files begin where `segments` says that they do: lines were not moved from one into the other. */
static void check_files(struct verify_state *v)
{
	const struct evidence *ev = &v->ev;

	if (v->r->bad.change != VERIFY_SAME || !ev->place_count)
		return;
	for (size_t i = v->from.file + 1; i < v->text.count; i++)
		if (v->firsts[i] < v->end && !begins_place(ev, v->firsts[i])) {
			if (ev->is_live && v->firsts[i] > ev->places[ev->place_count - 1].first)
				doubt(&v->r->doubts, DOUBT_SEGMENTS_CUT,
				      "integrity/segments does not know the file that begins with "
				      "line %llu, which is signed",
				      LL(v->firsts[i]));
			else
				tell_boundary(v, v->firsts[i], "begins a file, and did not");
			return;
		}
	for (size_t i = 0; i < ev->place_count; i++) {
		uint64_t first = ev->places[i].first;

		if (first > v->first && first < v->end && !begins_file(v, first)) {
			tell_boundary(v, first, "began a file, and does not");
			return;
		}
	}
}

/* ---- hashes that are kept ---- */

static void check_levels(struct verify_state *v)
{
	uint64_t good = v->good.range.size;

	if (v->differs0 && v->at0 < good)
		doubt_lines(
			&v->r->doubts, DOUBT_LEVEL_CHANGED, v->at0, v->at0 + 1,
			"integrity/level0 was changed: its hash of line %llu is not that of the "
			"line, which is as signed",
			LL(v->at0));
	if (v->differs1 && v->at1 + VERIFY_BLOCK <= good)
		doubt_lines(
			&v->r->doubts, DOUBT_LEVEL_CHANGED, v->at1, v->at1 + VERIFY_BLOCK,
			"integrity/level1 was changed: its hash of lines %llu to %llu is not that "
			"of the lines, which are as signed",
			LL(v->at1), LL(v->at1 + VERIFY_BLOCK - 1));
}

/* ---- records ---- */

/* The newest notes have their records, but for those that a daemon is about to write. */
static void check_records(struct verify_state *v)
{
	const struct evidence *ev = &v->ev;
	size_t i = v->next_note;

	if (i == ev->note_count || !ev->commit_count)
		return; /* all are there; or none, and that was told */
	if (ev->is_live && ev->notes[i].seconds + EVIDENCE_FRESH_S >= ev->chain.seconds)
		return;
	doubt(&v->r->doubts, DOUBT_COMMITS_CUT,
	      "integrity/commits ends before integrity/keys does: the record of note %zu (%s) is "
	      "missing",
	      i, seal_step_name(ev->notes[i].kind));
}

/* ---- all of it ---- */

static int take_lines(struct verify_state *v, struct err *e)
{
	int status;

	v->firsts = calloc(v->text.count + 1, sizeof(*v->firsts));
	if (!v->firsts)
		return err_set(e, "no memory for the files of %s", v->o->log);
	status = verify_take_lines(v, e);
	if (status != 0)
		return status;
	v->r->end = v->good.range.size;
	check_levels(v);
	if (v->is_bad || v->ran_out || v->is_long)
		return verify_locate(v, e);
	check_records(v);
	if (v->good.range.size != v->end)
		doubt_lines(&v->r->doubts, DOUBT_LINES_CHANGED, v->good.range.size, v->end,
			    "no signature covers lines %llu to %llu", LL(v->good.range.size),
			    LL(v->end));
	if (!v->o->has_to && verify_count_rest(v, e) != 0)
		return -1;
	check_files(v);
	return 0;
}

static int look(struct verify_state *v, struct err *e)
{
	verify_text_strangers(&v->text, v->ev.is_live, &v->r->doubts);
	if (!v->ev.has_chain)
		return 0;
	if (verify_take_kept(v, e) != 0)
		return -1;
	set_end(v);
	if (verify_find_start(v, e)) {
		check_asked(v);
		verify_judge_kept(v);
		v->is_outrun = doubts_have(&v->r->doubts, DOUBT_FILE_GOING);
		if (v->is_outrun && v->may_retry)
			return 0;
		/* Else all that was signed is missing, and that was told. */
		if (v->first <= v->end && take_lines(v, e) != 0)
			return -1;
	}
	verify_judge_windows(v);
	verify_judge_end(v);
	return seal_digest_failed(v->digest) ? err_set(e, "OpenSSL cannot hash") : 0;
}

static int load(struct verify_state *v, struct err *e)
{
	const struct evidence_options o = {.log = v->o->log,
					   .key = v->o->key,
					   .anchor = v->o->anchor,
					   .threads = v->o->threads,
					   .now = v->o->now};

	v->digest = seal_digest_new(e);
	if (!v->digest || evidence_load(&v->ev, &o, &v->r->doubts, e) != 0)
		return -1;
	if (v->o->attest)
		evidence_check_quotes(&v->ev, v->o->attest, &v->r->doubts);
	if (verify_text_open(&v->text, v->o->log, e) != 0)
		return -1;
	if (!v->text.count && !v->ev.is_there && v->r->doubts.worst != DOUBT_CONTRADICTION)
		return err_set(e, "there is no log %s", v->o->log);
	return evidence_load_places(&v->ev, &v->r->doubts, e);
}

/* Proven needs that everything is there that makes it so; no doubt alone is not enough. */
static enum verify_verdict judge(const struct verify_state *v)
{
	const struct verify_result *r = v->r;
	bool is_whole = v->ev.has_chain && v->ev.trust != EVIDENCE_TRUST_NONE &&
			r->ends != VERIFY_END_OPEN && r->bad.change == VERIFY_SAME &&
			r->end == v->end && v->first <= r->end;

	switch (r->doubts.worst) {
	case DOUBT_CONTRADICTION:
		return VERIFY_TAMPERED;
	case DOUBT_MISSING:
		return VERIFY_INCOMPLETE;
	case DOUBT_NONE:
		break;
	}
	return is_whole ? VERIFY_PROVEN : VERIFY_INCOMPLETE;
}

static void report(struct verify_state *v)
{
	struct verify_result *r = v->r;
	const struct evidence *ev = &v->ev;

	r->trust = ev->trust;
	r->is_live = ev->is_live;
	memcpy(r->origin, ev->key.name, sizeof(r->origin));
	r->size = ev->size;
	r->files = v->text.count;
	r->notes = ev->note_count;
	r->epochs = ev->epoch_count;
	r->starts = ev->chain.starts;
	r->seconds = ev->chain.seconds;
	r->verdict = judge(v);
}

/* *is_outrun: files were removed between reading the evidence and opening them; may_retry: it ends there. */
static int verify_once(const struct verify_options *o, struct verify_result *r, bool may_retry,
		       bool *is_outrun, struct err *e)
{
	struct verify_state *v = calloc(1, sizeof(*v));
	int status;

	*r = (struct verify_result){.verdict = VERIFY_INCOMPLETE};
	if (!v)
		return err_set(e, "no memory to verify a log");
	v->o = o;
	v->r = r;
	v->may_retry = may_retry;
	v->ev = (struct evidence){.folder = -1, .commits = -1};
	status = load(v, e);
	if (status == 0)
		status = look(v, e);
	if (status == 0)
		report(v);
	*is_outrun = v->is_outrun;
	evidence_release(&v->ev);
	verify_text_close(&v->text);
	seal_digest_free(v->digest);
	free(v->firsts);
	free(v->kept_sizes);
	free(v->kept_roots);
	free(v->kept_names);
	free(v);
	return status;
}

int verify_run(const struct verify_options *o, struct verify_result *r, struct err *e)
{
	bool is_outrun = true;
	int status = 0;

	for (int left = RETRIES; is_outrun && left >= 0 && status == 0; left--)
		status = verify_once(o, r, left > 0, &is_outrun, e);
	return status;
}

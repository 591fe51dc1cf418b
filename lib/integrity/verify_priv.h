/* Inside lib/integrity: what the parts of a verification share. */
#ifndef AURUM_INTEGRITY_VERIFY_PRIV_H
#define AURUM_INTEGRITY_VERIFY_PRIV_H

#include "integrity/evidence_priv.h"
#include "integrity/verify.h"
#include "integrity/verify_lines.h"

#define VERIFY_WINDOWS_MAX 256 /* unclean starts of which it is known when they were signed again */

/* A tree of the first lines that a signed root proves, and a line to go on from. */
struct verify_good {
	struct seal_range range; /* its size: lines that are as signed */
	struct verify_spot spot; /* of the line `first`, at or before that size */
	uint64_t first;
};

struct verify_state {
	const struct verify_options *o;
	struct verify_result *r;
	struct evidence ev;
	struct verify_text text;
	struct seal_digest *digest;

	/* Where the lines begin that are looked at. */
	struct verify_spot from;
	uint64_t first, end;       /* lines [first, end) are to be proven */
	struct seal_hash end_root; /* as signed */

	struct seal_range range; /* of the lines taken so far */
	struct verify_good good;
	bool is_bad;               /* a signed root is not that of the lines: */
	uint64_t bad_size;         /* of it */
	struct seal_hash bad_root; /* as signed */
	bool ran_out;              /* the log ends before `end`, at line range.size */
	bool is_long;              /* at a line that is too long */
	uint64_t *firsts; /* of each file: index of its first line; UINT64_MAX: not begun */

	bool may_retry, is_outrun;  /* verify.c */
	struct verify_spot reached; /* where reading ended */

	/* Checkpoints that are signed by the log's keys: those that were kept elsewhere, and its own. */
	uint64_t *kept_sizes;
	struct seal_hash *kept_roots;
	const char **kept_names; /* NULL: the log's own */
	size_t kept_count;
	bool end_is_kept; /* one of them is of all lines */

	/* Checking commits in order. */
	uint64_t commit_size; /* of the one before */
	uint32_t commit_epoch;
	size_t next_note; /* whose commit has not been seen */
	bool in_window;   /* behind an unclean start, whose note it is: */
	size_t window_note;
	struct {
		size_t note;
		uint64_t end; /* of the first checkpoint behind it */
	} windows[VERIFY_WINDOWS_MAX];
	size_t window_count;

	/* Hashes of level0 and level1 that are not those of the lines: the first of each. */
	bool differs0, differs1;
	uint64_t at0, at1; /* lines */
	struct seal_hash window[1024];
	uint64_t kept_first; /* the block in window[0] */
	size_t kept_blocks;
};

/* verify_start.c: sets from, first and the range to begin with. False: lines cannot be proven; a doubt says why. */
MUST_CHECK bool verify_find_start(struct verify_state *v, struct err *e);

/* verify_tree.c: takes shares until the end, or the first root that is not that of the lines. 0, or -1. */
MUST_CHECK int verify_take_lines(struct verify_state *v, struct err *e);

/* verify_locate.c: finds the first bad line behind v->good, and names what happened. 0, or -1. */
MUST_CHECK int verify_locate(struct verify_state *v, struct err *e);

/* verify_end.c: checkpoints that were kept elsewhere, and the file `checkpoint`. 0, or -1. */
MUST_CHECK int verify_take_kept(struct verify_state *v, struct err *e);
/* With v->first known: which of them are of lines that are gone, and say nothing. */
void verify_judge_kept(struct verify_state *v);
/* Lines behind those that are signed. 0, or -1. */
MUST_CHECK int verify_count_rest(struct verify_state *v, struct err *e);
/* Which lines unclean starts left without protection; who vouches for the end. */
void verify_judge_windows(struct verify_state *v);
void verify_judge_end(struct verify_state *v);

#endif

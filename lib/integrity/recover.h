/*
 * What the log says when sealing begins, against what was signed: the tree that goes on, and what is told of the
 * rest.
 *
 *	recover_keep_torn(&ledger, log_path);		-- before the log is opened
 *	struct recovery r;
 *	if (recover_lines(&r, &ledger, log_path, size, &e) != 0) ...	-- after it was
 *
 * What a note or a commit says was on the disk before it. So a log that is shorter than that, or another, was
 * changed by somebody, or by the disk. What is behind it was on its way when the machine or the daemon went
 * down: it is taken into the tree, and signed from now on only. Where the lines do not give the root that was
 * signed, but the hashes in level0 and level1 do, these are believed, so that what was signed stays signed;
 * where neither does, nothing can be signed any more.
 */
#ifndef AURUM_INTEGRITY_RECOVER_H
#define AURUM_INTEGRITY_RECOVER_H

#include "integrity/ledger.h"
#include "log/set.h"
#include "log/text.h"

struct recovery {
	uint64_t sealed; /* size, with its root, of what something on the disk vouches for */
	struct seal_hash root;
	struct seal_range range; /* of all lines in the log */
	struct seal_range begin; /* of those in front of the live file's segment */
	struct log_identity live;
	uint64_t offset;    /* behind the last line, in the live file */
	bool is_clean;      /* the chain was stopped, and nothing came behind it */
	bool has_levels;    /* level0 and level1 have all of range */
	bool should_rotate; /* the live file lacks lines that were signed */
};

/*
 * Copies what is behind the log's last newline to torn/SEGMENT-OFFSET, for log_open() cuts it off. A crash
 * tore it.
 */
void recover_keep_torn(struct ledger *l, const char *log_path);

/*
 * The same for PATH.number, a rotated file, from that offset on, and cuts it there: the power was cut behind a
 * rotation, and the disk has the end of the file only in part. It is that segment.
 */
void recover_cut_torn(struct ledger *l, const char *log_path, unsigned number,
		      struct log_text *text, uint64_t from, uint64_t segment);

/*
 * Hashes the lines of the live file, and of those between it and the last that is known. `size`: up to where
 * the live file is ours; it may grow meanwhile, and be rotated: then r->live is another file. Records of new segments wait in l->segments, and hashes of new lines for
 * levels_sync(). -1: there is no tree to go on with; *e says why.
 */
MUST_CHECK int recover_lines(struct recovery *r, struct ledger *l, const char *log_path,
			     uint64_t size, struct err *e);

#endif

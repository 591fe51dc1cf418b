/*
 * Covering lines: each step is on the disk before the next one is made. What fails leaves everything so
 * that the next turn does it again; nothing is signed whose lines are not on the disk.
 */
#include "integrity/sealer_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void sealer_file_free(struct sealer_file *f)
{
	if (f)
		close_fd(&f->fd);
	free(f);
}

/* ---- lines ---- */

/* No descriptor was to be had when the file began: it is found by what it is. */
static int find_file(struct sealer *s, struct sealer_file *f, struct err *e)
{
	struct log_set set = LOG_SET_INIT;
	size_t i;

	if (f->fd >= 0)
		return 0;
	if (log_set_look(&set, s->log_path, e) != 0)
		return -1;
	i = log_set_find(&set, &f->id);
	if (i < set.count)
		f->fd = log_set_open(s->log_path, &set.members[i], e);
	else
		(void)err_set(e, "a file of the log is gone before it was sealed");
	log_set_release(&set);
	return f->fd >= 0 ? 0 : -1;
}

/* end: the index behind its lines that are in question. */
static int sync_file(struct sealer *s, struct sealer_file *f, uint64_t end, struct err *e)
{
	const struct store *store = &s->store;

	if (find_file(s, f, e) != 0)
		return -1;
	if (f->is_doubtful)
		sealer_check_doubtful(s, f, end);
	if (store->disk->sync(store->ctx, f->fd) != 0) {
		f->is_doubtful = true;
		return err_sys(e, "cannot bring the log to the disk");
	}
	/* Its name, and those that the rotation before it moved. */
	if (!f->is_named && store->disk->sync_names(store->ctx, s->log_folder) != 0 &&
	    errno != EINVAL)
		return err_sys(e, "cannot bring the names of the log to the disk");
	f->is_named = true;
	return 0;
}

/* ---- hashes ---- */

static int write_hashes(struct sealer *s, struct err *e)
{
	struct ledger *l = &s->ledger;

	for (unsigned i = 0; i < LEVELS; i++) {
		const struct sealer_hashes *h = &s->hashes[i];

		if (h->n && levels_write(&l->levels, i, h->first, h->p, h->n, e) != 0)
			return -1;
	}
	if (levels_sync(&l->levels, e) != 0)
		return -1;
	for (unsigned i = 0; i < LEVELS; i++) {
		s->hashes[i].first += s->hashes[i].n;
		s->hashes[i].n = 0;
	}
	return 0;
}

/* ---- segments ---- */

static int put_place(struct sealer *s, const struct sealer_file *f, bool ended, struct err *e)
{
	struct seal_place p = {.ended = ended,
			       .number = f->number,
			       .first = f->first,
			       .offset = f->offset,
			       .device = f->id.device,
			       .inode = f->id.inode,
			       .birth_ns = (uint64_t)f->id.birth_ns,
			       .wall_ns = sealer_wall_ns(s)};

	if (ended) {
		p.end = f->end;
		p.bytes = f->bytes;
	}
	memcpy(p.of, f->of, sizeof(p.of));
	return ledger_put_place(&s->ledger, &p, e);
}

/* Its record, and the commit that a segment begins there. before: the file in front of it, or NULL. */
static int announce(struct sealer *s, struct sealer_file *f, const struct sealer_file *before,
		    struct err *e)
{
	if (f->is_announced)
		return 0;
	if (put_place(s, f, false, e) != 0)
		return -1;
	f->is_announced = true;
	if (!before)
		return 0;
	return sealer_sign_tree(s, &before->at_end, SEAL_COMMIT_SEGMENT_BEGINS, 0, f->number,
				f->offset, e);
}

/* Once: where the disk then failed, what was signed behind it waits already. */
static int end_segment(struct sealer *s, struct sealer_file *f, struct err *e)
{
	if (f->is_ended)
		return 0;
	if (put_place(s, f, true, e) != 0 ||
	    sealer_sign_tree(s, &f->at_end, SEAL_COMMIT_SEGMENT_ENDS, 0, f->number, f->bytes, e) !=
		    0)
		return -1;
	f->is_ended = true;
	return 0;
}

/* ---- all ---- */

int sealer_cover(struct sealer *s, const struct sealer_job *job, struct err *e)
{
	const struct sealer_file *last = job->files[job->count - 1];
	bool is_signed = job->range.size > s->sealed || job->flags != 0;

	for (size_t i = 0; i < job->count; i++) {
		bool has_ended = i + 1 < job->count;

		if (sync_file(s, job->files[i], has_ended ? job->files[i]->end : job->range.size,
			      e) != 0)
			return -1;
	}
	/* Before they are signed: where lines are changed later, they say what was. */
	if (write_hashes(s, e) != 0)
		return -1;
	for (size_t i = 0; i < job->count; i++) {
		struct sealer_file *f = job->files[i];

		if (announce(s, f, i ? job->files[i - 1] : NULL, e) != 0 ||
		    (i + 1 < job->count && end_segment(s, f, e) != 0))
			return -1;
	}
	if (is_signed && sealer_sign_tree(s, &job->range, SEAL_COMMIT_CHECKPOINT, job->flags,
					  last->number, job->bytes, e) != 0)
		return -1;
	return sealer_flush(s, e);
}

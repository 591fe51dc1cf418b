/*
 * Removing what is oldest. Nothing is renamed here, and no segment is opened but for the name of its
 * index, which goes with it; that of a plain file stays until the archivist looks for such.
 */
#include "log/retain.h"

#include "segment/names.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

void log_numbered(const struct log_options *o, unsigned number, char out[LOG_PATH_MAX])
{
	int n = number ? snprintf(out, LOG_PATH_MAX, "%s.%u", o->path, number)
		       : snprintf(out, LOG_PATH_MAX, "%s", o->path);

	assert(n > 0 && n < LOG_PATH_MAX);
}

static bool exists(const struct log_options *o, unsigned number)
{
	char path[LOG_PATH_MAX];

	log_numbered(o, number, path);
	return access(path, F_OK) == 0;
}

unsigned log_first_free(const struct log_options *o, unsigned from)
{
	while (from < UINT_MAX - 1 && exists(o, from))
		from++;
	return from;
}

/* One that is gone already counts: it gave way. */
static int remove_segment(const struct log_options *o, uint64_t number, struct err *e)
{
	char path[SEGMENT_PATH_MAX], index[SEGMENT_PATH_MAX];
	bool has_index;

	if (!segment_path(o->path, number, path))
		return err_set(e, "the path of the log is too long");
	has_index = segment_index_path(o->path, number, index);
	if (unlink(path) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove the log %s", path);
	if (has_index)
		(void)unlink(index);
	return 0;
}

/* Removes the oldest segments but for `keep`, one after the other. How many are gone. */
static unsigned remove_segments(const struct log_options *o, uint64_t keep)
{
	CLEANUP(segment_list_release) struct segment_list list = SEGMENT_LIST_INIT;
	unsigned removed = 0;

	if (segment_list_look(&list, o->path, NULL) != 0)
		return 0;
	for (size_t i = 0; list.count - i > keep; i++)
		if (remove_segment(o, list.numbers[i], NULL) == 0)
			removed++;
	return removed;
}

static uint64_t rest(unsigned files, unsigned taken)
{
	return files > taken ? files - taken : 0;
}

void log_tell_removed(const struct log_options *o, enum log_removal why)
{
	if (o->listener.removed)
		o->listener.removed(o->listener.ctx, why);
}

unsigned retain_for_one_more(const struct log_options *o, unsigned files)
{
	/* first_free counts the plain ones, PATH among them; it becomes two. */
	return remove_segments(o, rest(files, log_first_free(o, 1) + 1));
}

unsigned log_remove_excess(const struct log_options *o, unsigned files)
{
	char path[LOG_PATH_MAX];
	unsigned removed = 0;

	if (files < 2)
		return 0;
	/* The oldest first: what stands behind a gap is no part of the log. */
	for (unsigned i = log_first_free(o, files); i-- > files; removed++) {
		log_numbered(o, i, path);
		if (unlink(path) != 0)
			break;
	}
	removed += remove_segments(o, rest(files, log_first_free(o, 1)));
	if (removed)
		log_tell_removed(o, LOG_REMOVED_NUMBER);
	return removed;
}

static int remove_oldest(const struct log_options *o, struct err *e)
{
	CLEANUP(segment_list_release) struct segment_list list = SEGMENT_LIST_INIT;
	unsigned last = log_first_free(o, 1) - 1;
	char path[LOG_PATH_MAX];

	if (segment_list_look(&list, o->path, NULL) == 0 && list.count)
		return remove_segment(o, list.numbers[0], e) == 0 ? 1 : -1;
	if (last == 0)
		return 0;
	log_numbered(o, last, path);
	/* The archivist may have taken it away meanwhile: that is room, too. */
	if (unlink(path) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove the log %s", path);
	return 1;
}

int log_remove_oldest(const struct log_options *o, struct err *e)
{
	int removed = remove_oldest(o, e);

	if (removed > 0)
		log_tell_removed(o, LOG_REMOVED_SPACE);
	return removed;
}

/*
 * The order of things. How a file becomes a segment is archive.c's, and what an index is lib/index's.
 */
#include "archivist/history.h"

#include "archivist/indexes.h"
#include "archivist/names.h"

#include "segment/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

/* ---- segments ---- */

static void tell(const struct history *h, const char *what, const char *file, const struct err *e)
{
	char sentence[LOG_PATH_MAX + ERR_TEXT_MAX + 64];

	(void)snprintf(sentence, sizeof(sentence), "%s %s: %s", what, file, e->text);
	h->failed(h->ctx, sentence);
}

/* The oldest plain file that is not to be left; NULL: none. */
static const struct log_member *oldest(const struct history *h, const struct log_set *set)
{
	const struct log_member *m = set->count ? &set->members[set->count - 1] : NULL;

	return m && m->number > h->leave ? m : NULL;
}

static enum history_status archive_one(struct history *h, const struct log_member *m)
{
	char plain[LOG_PATH_MAX + LOG_SUFFIX_BYTES];
	struct archive_result r;
	struct err e;

	(void)snprintf(plain, sizeof(plain), "%s.%u", h->archive.log, m->number);
	switch (archive_file(&h->archive, m, &r, &e)) {
	case ARCHIVE_DONE:
		break;
	case ARCHIVE_LATER:
		tell(h, "not compressed yet is", plain, &e);
		return HISTORY_LATER;
	case ARCHIVE_FAILED:
		tell(h, "cannot compress", plain, &e);
		return HISTORY_FAILED;
	}
	h->done(h->ctx, &r);
	return HISTORY_KEPT;
}

static enum history_status archive_all(struct history *h)
{
	CLEANUP(log_set_release) struct log_set set = LOG_SET_INIT;
	enum history_status status = HISTORY_KEPT;
	const struct log_member *m;
	struct err e;

	do {
		if (log_set_look(&set, h->archive.log, &e) != 0) {
			h->failed(h->ctx, e.text);
			return HISTORY_FAILED;
		}
		m = oldest(h, &set);
		if (m)
			status = archive_one(h, m);
	} while (m && status == HISTORY_KEPT && !h->once);
	return status;
}

/* ---- indexes ---- */

/* What has been moved, or has given way, gets its index the next time. */
static enum history_status index_one(const struct history *h, const char *path)
{
	CLEAN_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct err e;

	if (fd < 0 && errno == ENOENT)
		return HISTORY_KEPT;
	if (fd >= 0 && names_is_written_to(fd))
		return HISTORY_KEPT;
	if (fd < 0)
		(void)err_sys(&e, "it cannot be opened");
	else if (indexes_make(&h->archive, fd, &e) == 0)
		return HISTORY_KEPT;
	tell(h, "cannot index", path, &e);
	return HISTORY_FAILED;
}

static enum history_status worse(enum history_status a, enum history_status b)
{
	return a > b ? a : b;
}

static enum history_status index_plain(const struct history *h, const struct log_set *set)
{
	enum history_status status = HISTORY_KEPT;
	char path[LOG_PATH_MAX + LOG_SUFFIX_BYTES];

	for (size_t i = 0; i < set->count; i++) {
		if (set->members[i].number == 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s.%u", h->archive.log, set->members[i].number);
		status = worse(status, index_one(h, path));
	}
	return status;
}

static enum history_status index_segments(const struct history *h, const struct segment_list *list)
{
	enum history_status status = HISTORY_KEPT;
	char path[SEGMENT_PATH_MAX];

	for (size_t i = list->count; i-- > 0;)
		if (segment_path(h->archive.log, list->numbers[i], path))
			status = worse(status, index_one(h, path));
	return status;
}

/* The newest first: they are searched most. */
static enum history_status index_all(const struct history *h)
{
	CLEANUP(log_set_release) struct log_set set = LOG_SET_INIT;
	CLEANUP(segment_list_release) struct segment_list list = SEGMENT_LIST_INIT;
	struct err e;

	if (log_set_look(&set, h->archive.log, &e) == 0 &&
	    segment_list_look(&list, h->archive.log, &e) == 0)
		return worse(index_plain(h, &set), index_segments(h, &list));
	h->failed(h->ctx, e.text);
	return HISTORY_FAILED;
}

/* ---- the whole of it ---- */

enum history_status history_keep(struct history *h)
{
	const struct log_options o = {.path = h->archive.log};
	enum history_status status = HISTORY_KEPT;
	struct err e;

	if (names_recover(h->archive.log, h->archive.folder, &h->archive.last, &e) != 0) {
		h->failed(h->ctx, e.text);
		status = HISTORY_FAILED;
	}
	(void)log_remove_excess(&o, h->keep);
	if (h->compress)
		status = worse(status, archive_all(h));
	/* What gave way while it was compressed came back with that. */
	(void)log_remove_excess(&o, h->keep);
	indexes_sweep(&h->archive);
	if (h->index)
		status = worse(status, index_all(h));
	return status;
}

/* Counts what lies between a position and the end of a log. */
#include "log/lag.h"

#include <errno.h>

#define STEP_BYTES ((size_t)32 << 10)
#define LOOKS_MAX  5 /* at files that move meanwhile */

/* Counting, until the budget is spent. */
struct count {
	uint64_t bytes, records;
};

/* Newlines of the text from offset on, at most up to the budget. */
static int count_file(struct count *c, struct log_text *t, uint64_t offset, uint64_t size)
{
	char block[STEP_BYTES];

	while (offset < size && c->bytes < LOG_LAG_COUNTED) {
		size_t want =
			size - offset < sizeof(block) ? (size_t)(size - offset) : sizeof(block);
		ssize_t n = log_text_read(t, offset, block, want);

		if (n <= 0)
			return n < 0 ? -1 : 0;
		c->records += sv_count(sv_make(block, (size_t)n), '\n');
		c->bytes += (uint64_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

/* Files first - 1 down to 0, whole. */
static int count_newer(struct log_lag *lag, struct count *c, const char *path,
		       const struct log_set *set, size_t first, struct err *e)
{
	for (size_t i = first; i-- > 0;) {
		const struct log_member *m = &set->members[i];
		struct err why;
		struct log_text *t =
			c->bytes < LOG_LAG_COUNTED ? log_text_open(path, m, &why) : NULL;
		int status;

		lag->bytes += m->size;
		if (!t)
			continue;
		status = count_file(c, t, 0, m->size) != 0 ? err_sys(e, "cannot read %s", path) : 0;
		if (lag->oldest.sec == 0)
			lag->oldest = log_stamp_at(t, 0);
		log_text_close(t);
		if (status != 0)
			return -1;
	}
	return 0;
}

static int count_rest(struct log_lag *lag, struct count *c, struct log_text *t, uint64_t offset,
		      const char *path, struct err *e)
{
	uint64_t size;

	if (log_text_size(t, &size) != 0 || count_file(c, t, offset, size) != 0)
		return err_sys(e, "cannot read %s", path);
	if (size > offset) {
		lag->bytes = size - offset;
		lag->oldest = log_stamp_at(t, offset);
	}
	return 0;
}

static int measure(struct log_lag *lag, struct count *c, const char *path,
		   const struct log_position *p, struct err *e)
{
	CLEANUP(log_set_release) struct log_set set = LOG_SET_INIT;
	struct log_text *text = NULL;
	size_t first = 0;
	int status;

	if (log_set_look(&set, path, e) != 0 ||
	    (p->file.inode && log_set_find(&set, &p->file) == set.count &&
	     log_set_add_packed(&set, path, e) != 0))
		return -1;
	status = log_position_open(p, path, &set, &first, &text, e);
	if (status < 0)
		return -1;
	lag->is_gone = status == 0 && p->file.inode;
	if (status == 0)
		first = log_position_newer(p, &set);
	else
		status = count_rest(lag, c, text, p->offset, path, e);
	log_text_close(text);
	return status < 0 ? -1 : count_newer(lag, c, path, &set, first, e);
}

int log_lag_measure(struct log_lag *lag, const char *path, const struct log_position *p,
		    struct err *e)
{
	for (int left = LOOKS_MAX; left; left--) {
		struct log_lag found = {.bytes = 0};
		struct count count = {0};
		struct err why;

		if (measure(&found, &count, path, p, &why) == 0) {
			found.records = count.records;
			found.is_estimate = count.bytes && count.bytes < found.bytes;
			if (found.is_estimate)
				found.records =
					(uint64_t)((double)count.records * (double)found.bytes /
						   (double)count.bytes);
			*lag = found;
			return 0;
		}
		if (why.sys != ENOENT || left == 1) {
			if (e)
				*e = why;
			return -1;
		}
	}
	return -1;
}

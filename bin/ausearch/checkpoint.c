/* The checkpoint's file, and what ausearch makes of it. */
#include "checkpoint.h"

#include "base/file.h"

#include <errno.h>

int resume_load(struct resume *s, const char *path, enum checkpoint_mode mode, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CHECKPOINT_FILE_MAX);

	*s = (struct resume){.path = path};
	if (file_read(path, &text, e) != 0) {
		if (e->sys != ENOENT)
			return -1;
	} else {
		if (checkpoint_parse(buf_view(&text), &s->last, e) != 0)
			return -1;
		s->has_last = true;
		s->next = s->last;
	}
	checkpoint_gate_init(&s->gate, s->has_last ? &s->last : NULL, mode);
	return 0;
}

int resume_seek(const struct resume *s, struct cursor *cursor, struct err *e)
{
	if (!s->has_last || s->gate.mode == CHECKPOINT_BY_TIME ||
	    cursor_start_at(cursor, s->last.device, s->last.inode, &s->last.stamp))
		return 0;
	return err_set(e,
		       "the log of checkpoint %s is gone: search with -ts checkpoint, or remove "
		       "the file to start anew",
		       s->path);
}

enum checkpoint_verdict resume_pass(struct resume *s, const struct event *event)
{
	enum checkpoint_verdict verdict = checkpoint_pass(&s->gate, event);

	if (verdict == CHECKPOINT_WRONG && !s->wrong) {
		s->wrong = true;
		s->newer = event->stamp;
	}
	if (verdict == CHECKPOINT_PASS)
		checkpoint_note(&s->next, event);
	return verdict;
}

int resume_save(struct resume *s, const struct cursor *cursor, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CHECKPOINT_FILE_MAX);
	const struct cursor_source *newest = cursor->sources[cursor->count - 1];

	s->next.device = newest->device;
	s->next.inode = newest->inode;
	checkpoint_print(&s->next, &text);
	return file_replace(s->path, buf_view(&text), 0640, e);
}

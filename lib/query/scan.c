/*
 * The plain full scan: every line is parsed, every event joined, each one asked. It is the
 * measure for anything faster.
 */
#include "query/scan.h"

/* Hands on what is complete. */
static enum scan_next drain(struct scan *s, struct query_scratch *scratch)
{
	const struct event *event;

	while ((event = join_next(s->join))) {
		if (!query_match(s->query, event, scratch))
			continue;
		s->matches++;
		if (s->found(s->arg, event) == SCAN_STOP)
			return SCAN_STOP;
	}
	return SCAN_ON;
}

static int take_line(struct scan *s, struct sv line, struct err *e)
{
	struct record r;

	if (record_parse(line, &r) != RECORD_OK) {
		s->malformed_lines += line.n > 0;
		if (s->malformed && line.n)
			s->malformed(s->arg, line);
		return 0;
	}
	if (!query_in_window(s->query, &r.stamp))
		return 0;
	if (join_put(s->join, &r) != 0)
		return err_set(e, "no memory to join records");
	return 0;
}

static int run(struct scan *s, struct query_scratch *scratch, struct err *e)
{
	struct sv line;

	for (;;) {
		switch (cursor_next(s->cursor, &line, e)) {
		case CURSOR_LINE:
			if (take_line(s, line, e) != 0)
				return -1;
			break;
		case CURSOR_WAIT:
			join_finish(s->join);
			break;
		case CURSOR_END:
			join_finish(s->join);
			(void)drain(s, scratch);
			return 0;
		case CURSOR_ERROR:
			join_finish(s->join);
			(void)drain(s, scratch);
			return -1;
		}
		if (drain(s, scratch) == SCAN_STOP)
			return 0;
	}
}

int scan_run(struct scan *s, struct err *e)
{
	struct query_scratch scratch;
	int status;

	query_scratch_init(&scratch);
	status = run(s, &scratch, e);
	query_scratch_release(&scratch);
	return status;
}

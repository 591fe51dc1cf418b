/* The query's question, then the caller's. */
#include "query/sift.h"

#include "query/scan.h"

int sift_init(struct sift *f, const struct scan *scan)
{
	*f = (struct sift){.scan = scan};
	query_scratch_init(&f->scratch);
	if (!scan->match)
		return 0;
	f->state = scan->match_new(scan->arg);
	return f->state ? 0 : -1;
}

void sift_release(struct sift *f)
{
	if (f->state)
		f->scan->match_free(f->scan->arg, f->state);
	query_scratch_release(&f->scratch);
}

bool sift_takes(struct sift *f, const struct event *event)
{
	const struct scan *s = f->scan;

	return query_match(s->query, event, &f->scratch) &&
	       (!s->match || s->match(s->arg, f->state, event));
}

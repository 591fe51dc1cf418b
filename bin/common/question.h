/*
 * A question in the query language (query/lang.h), asked of a log: by a scan with all its threads,
 * or of one event after the other.
 *
 *	struct question q;
 *	if (question_parse(&q, text, &present, &why) != 0) ...	-- why is for people
 *	question_into(&q, &scan);
 *	scan.match_new = ...					-- question_asker_new(&q)
 *	scan.match = ...					-- question_holds(asker, event)
 *	scan.match_free = ...					-- question_asker_free(&q, asker)
 *	question_release(&q);
 */
#ifndef AURUM_COMMON_QUESTION_H
#define AURUM_COMMON_QUESTION_H

#include "common/present.h"
#include "query/lang.h"
#include "query/scan.h"

#include <pthread.h>

struct question {
	struct query query; /* window, types, nodes; views into lang */
	struct lang lang;
	bool is_all_said; /* query alone is the whole question: a scan needs no match() */
	struct plan_set sets[PLAN_SETS_MAX];
	size_t set_count;
	const struct demand *demand;

	pthread_mutex_t lock;
	char problem[256]; /* of an asker; empty when there was none */
};

/*
 * An empty text asks for every event. -1 when it is no question; *why then says what is wrong and
 * where, in lines for a terminal, and nothing is held.
 */
MUST_CHECK int question_parse(struct question *q, struct sv text, const struct present *present,
			      struct buf *why);
void question_release(struct question *q);

/* Sets what a scan knows of the question, but for match_new(), match() and match_free(). */
void question_into(const struct question *q, struct scan *scan);

/*
 * Appends, for a terminal, what in a question may be meant otherwise: a user that nobody here is.
 * For when nothing is found. text: of question_parse(). Nothing where there is nothing to say.
 */
void question_put_remark(const struct question *q, struct sv text, struct buf *out);

struct question_asker;

/* One for each thread; NULL when there is no memory. Frees keep what has gone wrong. */
struct question_asker *question_asker_new(struct question *q);
void question_asker_free(struct question *q, struct question_asker *asker);
bool question_holds(struct question_asker *asker, const struct event *event);

/* Why some events could not be asked and were taken for hits: a sentence; NULL when all were. */
const char *question_problem(const struct question *q);

#endif

/* Joins the language to the scan. */
#include "common/question.h"

#include "record/names_system.h"

#include <stdio.h>
#include <stdlib.h>

struct question_asker {
	const struct question *question;
	struct names *names;
	struct lang_matcher *matcher;
};

int question_parse(struct question *q, struct sv text, const struct present *present,
		   struct buf *why)
{
	const struct lang_env env = {.when = &present->when, .names = present->names};
	struct lang_problem problem;

	*q = (struct question){.is_all_said = true};
	query_init(&q->query);
	if (lang_parse(&q->lang, text, &env, &problem) != 0) {
		lang_put_problem(text, &problem, why);
		return -1;
	}
	q->demand = lang_demand(&q->lang);
	if (!q->demand) {
		lang_release(&q->lang);
		buf_puts(why, "no memory for the query\n");
		return -1;
	}
	q->is_all_said = lang_narrow(&q->lang, &q->query);
	q->set_count = lang_sets(&q->lang, q->sets);
	(void)pthread_mutex_init(&q->lock, NULL);
	return 0;
}

void question_release(struct question *q)
{
	lang_release(&q->lang);
	(void)pthread_mutex_destroy(&q->lock);
}

void question_put_remark(const struct question *q, struct sv text, struct buf *out)
{
	if (q->lang.remark.column)
		lang_put_problem(text, &q->lang.remark, out);
}

void question_into(const struct question *q, struct scan *scan)
{
	scan->query = &q->query;
	scan->sets = q->sets;
	scan->set_count = q->set_count;
	scan->demand = q->lang.root ? q->demand : NULL;
}

struct question_asker *question_asker_new(struct question *q)
{
	struct question_asker *asker = calloc(1, sizeof(*asker));

	if (!asker)
		return NULL;
	asker->question = q;
	asker->names = names_new(&names_system, NULL);
	if (asker->names)
		asker->matcher = lang_matcher_new(&q->lang, asker->names);
	if (asker->matcher)
		return asker;
	question_asker_free(q, asker);
	return NULL;
}

void question_asker_free(struct question *q, struct question_asker *asker)
{
	const char *problem;

	if (!asker)
		return;
	problem = asker->matcher ? lang_matcher_problem(asker->matcher) : NULL;
	(void)pthread_mutex_lock(&q->lock);
	if (problem && !q->problem[0])
		(void)snprintf(q->problem, sizeof(q->problem), "%s", problem);
	(void)pthread_mutex_unlock(&q->lock);
	lang_matcher_free(asker->matcher);
	names_free(asker->names);
	free(asker);
}

bool question_holds(struct question_asker *asker, const struct event *event)
{
	return lang_matches(&asker->question->lang, event, asker->matcher);
}

const char *question_problem(const struct question *q)
{
	return q->problem[0] ? q->problem : NULL;
}

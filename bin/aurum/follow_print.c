/* Events that fit, as aurum search prints them; a batch of them is one write. */
#include "aurum/follow.h"

#include "table/usertype.h"

#include <errno.h>
#include <stdio.h>

#define WHY_MAX ((size_t)1 << 20)

int printer_init(struct printer *p, const struct follow_request *request,
		 const struct present *present)
{
	CLEANUP(buf_release) struct buf why = BUF_INIT(WHY_MAX);

	*p = (struct printer){.request = request, .names = present->names};
	if (question_parse(&p->question, buf_view(&request->search.query), present, &why) != 0) {
		(void)fwrite(why.p, 1, why.n, stderr);
		return -1;
	}
	question_put_remark(&p->question, buf_view(&request->search.query), &why);
	if (why.n)
		(void)fwrite(why.p, 1, why.n, stderr);
	p->asker = question_asker_new(&p->question);
	if (!p->asker) {
		question_release(&p->question);
		say("follow: no memory for the query");
		return -1;
	}
	making_init(&p->making, &request->search, present->names);
	p->parts = (struct parts){.kind = &making_kind, .arg = &p->making};
	return 0;
}

void printer_release(struct printer *p)
{
	parts_release(&p->parts);
	making_release(&p->making);
	question_asker_free(&p->question, p->asker);
	if (question_problem(&p->question))
		say("follow: %s", question_problem(&p->question));
	question_release(&p->question);
}

/* ADD_USER to DEL_GROUP: a number may have another name from here on. */
static bool changes_names(const struct event *event)
{
	return event->type >= AUDIT_ADD_USER && event->type <= AUDIT_DEL_GROUP;
}

static void forget_names(struct printer *p)
{
	struct question_asker *asker = question_asker_new(&p->question);

	if (asker) {
		question_asker_free(&p->question, p->asker);
		p->asker = asker;
	}
	for (struct part *part = p->part ? p->part : p->parts.free; part; part = part->next)
		names_flush(part->names);
}

bool printer_wants(struct printer *p, const struct event *event)
{
	if (changes_names(event))
		forget_names(p);
	return query_in_window(&p->question.query, &event->stamp) &&
	       question_holds(p->asker, event);
}

static void fail(struct printer *p, const char *why)
{
	p->failed = true;
	(void)err_set(&p->error, "%s", why);
}

void printer_put(struct printer *p, const struct event *event)
{
	if (p->failed || p->is_broken || p->is_full)
		return;
	if (!p->part)
		p->part = parts_take(&p->parts);
	if (!p->part) {
		fail(p, "no memory for the result");
		return;
	}
	part_event(p->part, event);
	p->printed++;
	p->is_full = p->printed == p->request->search.limit;
}

bool printer_flush(struct printer *p)
{
	struct part *part = p->part;

	p->part = NULL;
	if (part && (parts_give(&p->parts, part, false, &p->error) != 0 ||
		     making_finish(&p->making, &p->error) != 0)) {
		p->is_broken = p->error.sys == EPIPE;
		p->failed = !p->is_broken;
	}
	return !p->failed && !p->is_broken && !p->is_full;
}

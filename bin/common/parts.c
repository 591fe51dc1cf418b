/* Parts that nobody works on wait in a list. */
#include "common/parts.h"

#include "record/names_system.h"

#include <stdlib.h>

static void part_free(struct part *part)
{
	part->kind->release(part);
	names_free(part->names);
	free(part);
}

void *parts_take(struct parts *p)
{
	struct part *part = p->free;

	if (part) {
		p->free = part->next;
		return part;
	}
	part = calloc(1, p->kind->bytes);
	if (!part)
		return NULL;
	part->kind = p->kind;
	part->names = names_new(&names_system, NULL);
	if (p->kind->init(part, p->arg) == 0 && part->names)
		return part;
	part_free(part);
	return NULL;
}

int parts_give(struct parts *p, struct part *part, bool discard, struct err *e)
{
	int status = 0;

	if (part->failed && !discard) {
		*e = part->error;
		status = -1;
	}
	if (p->kind->end(p->arg, part, discard || part->failed, e) != 0)
		status = -1;
	part->failed = false;
	part->next = p->free;
	p->free = part;
	return status;
}

void parts_release(struct parts *p)
{
	while (p->free) {
		struct part *part = p->free;

		p->free = part->next;
		part_free(part);
	}
}

void part_event(struct part *part, const struct event *event)
{
	if (!part->failed)
		part->failed = part->kind->event(part, event, &part->error) != 0;
}

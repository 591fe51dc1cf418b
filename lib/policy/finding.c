/* A list of findings, and the table of their kinds. */
#include "policy/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MEMORY_MAX  ((size_t)64 << 20)
#define MESSAGE_MAX 4096

static const struct finding_kind kinds[] = {
#define FINDING(id, name, severity, title, why) {name, SEVERITY_##severity, title, why},
#include "policy/finding.def"
#undef FINDING
};

const struct finding_kind *finding_kind(enum finding_id id)
{
	return &kinds[id];
}

const char *severity_name(enum severity s)
{
	static const char *const names[SEVERITIES] = {"error", "warning", "note"};

	return names[s];
}

void findings_init(struct findings *f)
{
	*f = (struct findings){.list = NULL};
	arena_init(&f->memory, MEMORY_MAX);
}

void findings_release(struct findings *f)
{
	free(f->list);
	arena_release(&f->memory);
	findings_init(f);
}

static bool has_room(struct findings *f)
{
	size_t capacity = f->capacity ? 2 * f->capacity : 64;
	struct finding *grown;

	if (f->count < f->capacity)
		return true;
	grown = reallocarray(f->list, capacity, sizeof(*grown));
	if (!grown)
		return false;
	f->list = grown;
	f->capacity = capacity;
	return true;
}

void finding_add(struct findings *f, enum finding_id id, const struct finding_place *at,
		 struct sv fix, const char *fmt, ...)
{
	char text[MESSAGE_MAX];
	struct sv message, copy = SV_EMPTY;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	message = sv_make(text, n < 0                      ? 0
				: (size_t)n < sizeof(text) ? (size_t)n
							   : sizeof(text) - 1);
	message = arena_copy(&f->memory, message);
	if (fix.n)
		copy = arena_copy(&f->memory, fix);
	if (!message.p || (fix.n && !copy.p) || !has_room(f)) {
		f->failed = true;
		return;
	}
	f->list[f->count++] =
		(struct finding){.id = id, .at = *at, .message = message, .fix = copy};
	f->of[kinds[id].severity]++;
}

void finding_about(struct findings *f, const char *other_file, uint32_t other_line)
{
	if (f->failed || f->count == 0)
		return;
	f->list[f->count - 1].other_file = other_file;
	f->list[f->count - 1].other_line = other_line;
}

/* Files in the natural order of their names, which is that of a folder. */
static int compare(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int by_file = strverscmp(x->at.file, y->at.file);

	if (by_file)
		return by_file;
	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.column != y->at.column)
		return x->at.column < y->at.column ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

void findings_sort(struct findings *f)
{
	if (f->count)
		qsort(f->list, f->count, sizeof(*f->list), compare);
}

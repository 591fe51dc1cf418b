/* Cutting is trail.c's part, meaning interpret.c's. */
#include "record/words.h"

#include "record/interpret_parts.h"

#define ARENA_MAX ((size_t)8 << 20)

void words_init(struct words *w, struct interpreter *ip)
{
	w->interpreter = ip;
	arena_init(&w->arena, ARENA_MAX);
	w->record = NULL;
	w->has_context = false;
}

void words_release(struct words *w)
{
	arena_release(&w->arena);
}

bool words_read(struct words *w, const struct record *r)
{
	arena_reset(&w->arena);
	w->record = r;
	w->has_context = false;
	return trail_init(&w->trail, &w->arena, r, 1);
}

const struct trail_field *words_at(struct words *w, size_t i)
{
	return i < TRAIL_NOWHERE ? trail_at(&w->trail,
					    (struct trail_place){.record = 0, .field = (uint32_t)i})
				 : NULL;
}

const struct trail_field *words_find(struct words *w, struct sv name)
{
	trail_top(&w->trail);
	return trail_find(&w->trail, name);
}

enum value_type words_type(const struct words *w, const struct trail_field *f)
{
	return interpret_type(w->record->type, f->name, f->raw);
}

void words_put(struct words *w, const struct trail_field *f, struct buf *out)
{
	struct value v = {
		f->name,         f->raw, w->record, &w->context.call, w->interpreter->names,
		&w->context.tail};

	if (f->decoded) {
		escape_put(w->interpreter->escape, f->raw, out);
		return;
	}
	if (!w->has_context)
		interpret_context_init(&w->context, w->record);
	w->has_context = true;
	put_value(w->interpreter, &v, words_type(w, f), 0, out);
}

/* As the kernel's audit_log_untrustedstring() decides. */
static bool needs_digits(struct sv text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '"' || text.p[i] < '!' || text.p[i] > '~')
			return true;
	return false;
}

void words_put_raw(const struct trail_field *f, struct buf *out)
{
	if (!f->decoded) {
		buf_put(out, f->raw);
	} else if (needs_digits(f->raw)) {
		buf_put_hex(out, f->raw);
	} else {
		buf_putc(out, '"');
		buf_put(out, f->raw);
		buf_putc(out, '"');
	}
}

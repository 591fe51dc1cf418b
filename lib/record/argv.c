/* Finding the pieces of words in EXECVE records and putting them together. */
#include "record/argv.h"

#include "record/escape.h"

#include <linux/audit.h>

#define NAME_MAX_BYTES 16 /* of "a12[3]"; words have far smaller numbers */

void argv_init(struct argv *a, const struct record *records, size_t count)
{
	*a = (struct argv){.records = records, .count = count};
}

/* The number in "a12" or "a12[3]"; false for "argc" and "a12_len". */
static bool word_number(struct sv name, uint64_t *number)
{
	size_t i = 1;

	*number = 0;
	if (name.n < 2 || name.p[0] != 'a' || name.n > NAME_MAX_BYTES)
		return false;
	for (; i < name.n && name.p[i] >= '0' && name.p[i] <= '9'; i++)
		*number = *number * 10 + (uint64_t)(name.p[i] - '0');
	return i > 1 && (i == name.n || name.p[i] == '[');
}

static bool next_piece(struct argv *a, struct field *f, uint64_t *number)
{
	if (a->has_ahead) {
		*f = a->ahead;
		*number = a->ahead_number;
		a->has_ahead = false;
		return true;
	}
	for (;;) {
		while (a->is_inside && fields_next(&a->fields, f))
			if (f->origin == FIELD_KERNEL && word_number(f->name, number))
				return true;
		a->is_inside = false;
		while (a->next < a->count && a->records[a->next].type != AUDIT_EXECVE)
			a->next++;
		if (a->next == a->count)
			return false;
		fields_init(&a->fields, &a->records[a->next++]);
		a->is_inside = true;
	}
}

static void put_piece(const struct field *f, struct buf *word)
{
	if (f->quote || !decode_pairs(f->value, word))
		buf_put(word, f->value);
}

bool argv_next(struct argv *a, struct buf *word)
{
	struct field f;
	uint64_t number, first;

	buf_reset(word);
	if (!next_piece(a, &f, &first))
		return false;
	put_piece(&f, word);
	while (next_piece(a, &f, &number)) {
		if (number != first) {
			a->ahead = f;
			a->ahead_number = number;
			a->has_ahead = true;
			break;
		}
		put_piece(&f, word);
	}
	return true;
}

/* Numbers of a section: shorter than they are wide, and never trusted. */
#include "query/summary_code.h"

void code_put(struct buf *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_putc(out, (char)(value | 0x80));
	buf_putc(out, (char)value);
}

/* Small distances in both directions are small numbers. */
static uint64_t fold(uint64_t distance)
{
	return distance << 1 ^ (0 - (distance >> 63));
}

static uint64_t unfold(uint64_t folded)
{
	return folded >> 1 ^ (0 - (folded & 1));
}

void code_put_stamp(struct buf *out, struct stamp *before, const struct stamp *stamp)
{
	code_put(out, fold((uint64_t)stamp->sec - (uint64_t)before->sec));
	code_put(out, stamp->ms);
	code_put(out, fold(stamp->serial - before->serial));
	*before = *stamp;
}

void code_put_numbers(struct buf *out, const uint64_t *rising, size_t count)
{
	code_put(out, count);
	for (size_t i = 0; i < count; i++)
		code_put(out, i ? rising[i] - rising[i - 1] : rising[i]);
}

bool code_take(struct sv *in, uint64_t *value)
{
	uint64_t taken = 0;

	for (size_t i = 0; i < in->n && i < 10; i++) {
		uint64_t bits = (unsigned char)in->p[i] & 0x7f;

		if (i == 9 && bits > 1)
			return false;
		taken |= bits << 7 * i;
		if (!((unsigned char)in->p[i] & 0x80)) {
			*in = sv_make(in->p + i + 1, in->n - i - 1);
			*value = taken;
			return true;
		}
	}
	return false;
}

bool code_take_stamp(struct sv *in, struct stamp *before, struct stamp *stamp)
{
	uint64_t sec, ms, serial;

	if (!code_take(in, &sec) || !code_take(in, &ms) || !code_take(in, &serial) || ms > 999)
		return false;
	before->sec = (int64_t)((uint64_t)before->sec + unfold(sec));
	before->ms = (uint32_t)ms;
	before->serial += unfold(serial);
	*stamp = *before;
	return true;
}

/* Each number takes a byte at least. */
bool code_take_count(struct sv *in, struct code_numbers *list)
{
	*list = (struct code_numbers){0};
	return code_take(in, &list->count) && list->count <= in->n;
}

bool code_take_number(struct sv *in, struct code_numbers *list, uint64_t *value)
{
	uint64_t distance;

	if (!code_take(in, &distance) ||
	    (list->has_last && (distance == 0 || distance > UINT64_MAX - list->last)))
		return false;
	list->last += distance;
	list->has_last = true;
	list->count--;
	*value = list->last;
	return true;
}

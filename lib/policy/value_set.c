/* Ranges of numbers; nothing about fields. */
#include "policy/value_set.h"

#include <assert.h>

static void add(struct value_set *s, uint32_t from, uint32_t to)
{
	assert(s->count < VALUE_RANGES_MAX);
	s->ranges[s->count++] = (struct value_range){from, to};
}

struct value_set value_set_range(uint32_t from, uint32_t to)
{
	return (struct value_set){.ranges = {{from, to}}, .count = 1};
}

bool value_set_of(uint32_t op, uint32_t value, struct value_set *out)
{
	struct value_set s = {.count = 0};

	switch (op) {
	case AUDIT_EQUAL:
		add(&s, value, value);
		break;
	case AUDIT_NOT_EQUAL:
		if (value > 0)
			add(&s, 0, value - 1);
		if (value < UINT32_MAX)
			add(&s, value + 1, UINT32_MAX);
		break;
	case AUDIT_LESS_THAN:
		if (value > 0)
			add(&s, 0, value - 1);
		break;
	case AUDIT_LESS_THAN_OR_EQUAL:
		add(&s, 0, value);
		break;
	case AUDIT_GREATER_THAN:
		if (value < UINT32_MAX)
			add(&s, value + 1, UINT32_MAX);
		break;
	case AUDIT_GREATER_THAN_OR_EQUAL:
		add(&s, value, UINT32_MAX);
		break;
	default:
		return false;
	}
	*out = s;
	return true;
}

void value_set_keep(struct value_set *s, const struct value_set *other)
{
	struct value_set both = {.count = 0};
	size_t i = 0, j = 0;

	while (i < s->count && j < other->count && both.count < VALUE_RANGES_MAX) {
		const struct value_range *a = &s->ranges[i], *b = &other->ranges[j];
		uint32_t from = a->from > b->from ? a->from : b->from;
		uint32_t to = a->to < b->to ? a->to : b->to;

		if (from <= to)
			add(&both, from, to);
		if (a->to < b->to)
			i++;
		else
			j++;
	}
	*s = both;
}

bool value_set_is_empty(const struct value_set *s)
{
	return s->count == 0;
}

bool value_set_has(const struct value_set *s, uint32_t value)
{
	for (size_t i = 0; i < s->count; i++)
		if (value >= s->ranges[i].from && value <= s->ranges[i].to)
			return true;
	return false;
}

bool value_set_contains(const struct value_set *s, const struct value_set *part)
{
	size_t i = 0;

	for (size_t j = 0; j < part->count; j++) {
		while (i < s->count && s->ranges[i].to < part->ranges[j].from)
			i++;
		if (i == s->count || s->ranges[i].from > part->ranges[j].from ||
		    s->ranges[i].to < part->ranges[j].to)
			return false;
	}
	return true;
}

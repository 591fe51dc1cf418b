/*
 * The rule as a value: adding fields and calls, and asking about them. Neither text nor bytes.
 */
#include "rule/rule.h"

#include "base/map.h"
#include "rule/field.h"

void rule_init(struct rule *r)
{
	memset(r, 0, sizeof(*r));
}

struct sv rule_text(const struct rule *r, const struct rule_field *f)
{
	return sv_make(r->text + f->text_offset, f->value);
}

bool rule_add_number(struct rule *r, uint32_t field, uint32_t op, uint32_t value,
		     struct rule_place at)
{
	if (r->field_count >= AUDIT_MAX_FIELDS)
		return false;
	r->fields[r->field_count++] =
		(struct rule_field){.field = field, .op = op, .value = value, .at = at};
	return true;
}

bool rule_add_text(struct rule *r, uint32_t field, uint32_t op, struct sv text,
		   struct rule_place at)
{
	if (text.n > RULE_TEXT_MAX - r->text_length ||
	    !rule_add_number(r, field, op, (uint32_t)text.n, at))
		return false;
	r->fields[r->field_count - 1].text_offset = r->text_length;
	if (text.n)
		memcpy(r->text + r->text_length, text.p, text.n);
	r->text_length += (uint32_t)text.n;
	return true;
}

bool rule_set_call(struct rule *r, uint32_t nr)
{
	if (nr >= AUDIT_BITMASK_SIZE * 32)
		return false;
	r->mask[nr / 32] |= UINT32_C(1) << (nr % 32);
	return true;
}

bool rule_has_call(const struct rule *r, uint32_t nr)
{
	return nr < AUDIT_BITMASK_SIZE * 32 && (r->mask[nr / 32] >> (nr % 32) & 1);
}

void rule_set_all_calls(struct rule *r)
{
	memset(r->mask, 0xff, sizeof(r->mask));
}

bool rule_has_all_calls(const struct rule *r)
{
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE - 1; i++)
		if (r->mask[i] != UINT32_MAX)
			return false;
	return true;
}

bool rule_list_has_calls(uint32_t list)
{
	return list == AUDIT_FILTER_EXIT || list == AUDIT_FILTER_URING_EXIT;
}

bool rule_has_key(const struct rule *r, struct sv part)
{
	if (part.n == 0)
		return true;
	for (uint32_t i = 0; i < r->field_count; i++) {
		struct sv text = rule_text(r, &r->fields[i]);

		if (r->fields[i].field == AUDIT_FILTERKEY && sv_find(text, part) < text.n)
			return true;
	}
	return false;
}

/* The kernel turns these bits of the last word into the calls of a class, and clears them. */
#define CLASS_BITS (UINT32_MAX << (32 - AUDIT_SYSCALL_CLASSES))

static bool same_calls(const struct rule *a, const struct rule *b)
{
	const size_t last = AUDIT_BITMASK_SIZE - 1;

	return memcmp(a->mask, b->mask, last * sizeof(a->mask[0])) == 0 &&
	       (a->mask[last] & ~CLASS_BITS) == (b->mask[last] & ~CLASS_BITS);
}

bool rule_same(const struct rule *a, const struct rule *b)
{
	if (a->list != b->list || a->action != b->action || a->field_count != b->field_count ||
	    a->text_length != b->text_length || (rule_list_has_calls(a->list) && !same_calls(a, b)))
		return false;
	for (uint32_t i = 0; i < a->field_count; i++)
		if (a->fields[i].field != b->fields[i].field ||
		    a->fields[i].op != b->fields[i].op || a->fields[i].value != b->fields[i].value)
			return false;
	return a->text_length == 0 || memcmp(a->text, b->text, a->text_length) == 0;
}

uint64_t rule_hash(const struct rule *r)
{
	uint64_t hash =
		hash_sv(sv_make(r->text, r->text_length), (uint64_t)r->list << 32 | r->action);

	for (uint32_t i = 0; i < r->field_count; i++) {
		hash = hash_u64((uint64_t)r->fields[i].field << 32 | r->fields[i].op, hash);
		hash = hash_u64(r->fields[i].value, hash);
	}
	return hash;
}

/*
 * Bytes of a rule, written and read one number at a time; no struct is laid over a buffer.
 */
#include "rule/pack.h"

#include "rule/field.h"

#include <assert.h>
#include <stddef.h>

#define AT_MASK   12
#define AT_FIELDS 268
#define AT_VALUES 524
#define AT_OPS    780
#define AT_BUFLEN 1036

static_assert(offsetof(struct audit_rule_data, mask) == AT_MASK, "layout of linux/audit.h");
static_assert(offsetof(struct audit_rule_data, fields) == AT_FIELDS, "layout of linux/audit.h");
static_assert(offsetof(struct audit_rule_data, values) == AT_VALUES, "layout of linux/audit.h");
static_assert(offsetof(struct audit_rule_data, fieldflags) == AT_OPS, "layout of linux/audit.h");
static_assert(offsetof(struct audit_rule_data, buflen) == AT_BUFLEN, "layout of linux/audit.h");
static_assert(sizeof(struct audit_rule_data) == RULE_HEAD_BYTES, "layout of linux/audit.h");

static void put_u32(char *head, size_t at, uint32_t value)
{
	memcpy(head + at, &value, sizeof(value));
}

static uint32_t get_u32(struct sv bytes, size_t at)
{
	uint32_t value;

	memcpy(&value, bytes.p + at, sizeof(value));
	return value;
}

void rule_pack(const struct rule *r, struct buf *out)
{
	char head[RULE_HEAD_BYTES] = {0};

	put_u32(head, 0, r->list | (r->prepend ? AUDIT_FILTER_PREPEND : 0));
	put_u32(head, 4, r->action);
	put_u32(head, 8, r->field_count);
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE; i++)
		put_u32(head, AT_MASK + 4 * i, r->mask[i]);
	for (size_t i = 0; i < r->field_count; i++) {
		put_u32(head, AT_FIELDS + 4 * i, r->fields[i].field);
		put_u32(head, AT_VALUES + 4 * i, r->fields[i].value);
		put_u32(head, AT_OPS + 4 * i, r->fields[i].op);
	}
	put_u32(head, AT_BUFLEN, r->text_length);
	if (!buf_reserve(out, sizeof(head) + r->text_length))
		return;
	buf_put(out, sv_make(head, sizeof(head)));
	buf_put(out, sv_make(r->text, r->text_length));
}

/* How many bytes of text the fields claim, or a failure when that is more than there are. */
static int measure(struct sv bytes, uint32_t count, uint32_t buflen, struct err *e)
{
	uint32_t left = buflen;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t length = get_u32(bytes, AT_VALUES + 4 * (size_t)i);

		if (!field_is_text(get_u32(bytes, AT_FIELDS + 4 * (size_t)i)))
			continue;
		if (length > left)
			return err_set(
				e,
				"rule bytes: the text of field %u goes past the end of the buffer",
				i + 1);
		left -= length;
	}
	if (buflen - left > RULE_TEXT_MAX)
		return err_set(e,
			       "rule bytes: %u bytes of text, more than the %d that a rule holds",
			       buflen - left, RULE_TEXT_MAX);
	return 0;
}

int rule_unpack(struct sv bytes, struct rule *out, struct err *e)
{
	uint32_t count, buflen, flags, offset = 0;

	if (bytes.n < RULE_HEAD_BYTES)
		return err_set(e, "rule bytes: %zu of them, a rule has at least %d", bytes.n,
			       RULE_HEAD_BYTES);
	flags = get_u32(bytes, 0);
	count = get_u32(bytes, 8);
	buflen = get_u32(bytes, AT_BUFLEN);
	if (count > AUDIT_MAX_FIELDS)
		return err_set(e, "rule bytes: %u fields, a rule has at most %d", count,
			       AUDIT_MAX_FIELDS);
	if (buflen > bytes.n - RULE_HEAD_BYTES)
		return err_set(e, "rule bytes: %u bytes of text promised, %zu are there", buflen,
			       bytes.n - RULE_HEAD_BYTES);
	if (measure(bytes, count, buflen, e) != 0)
		return -1;

	rule_init(out);
	out->list = flags & ~(uint32_t)AUDIT_FILTER_PREPEND;
	out->prepend = flags & AUDIT_FILTER_PREPEND;
	out->action = get_u32(bytes, 4);
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE; i++)
		out->mask[i] = get_u32(bytes, AT_MASK + 4 * i);
	for (size_t i = 0; i < count; i++) {
		uint32_t field = get_u32(bytes, AT_FIELDS + 4 * i);
		uint32_t value = get_u32(bytes, AT_VALUES + 4 * i);
		uint32_t op = get_u32(bytes, AT_OPS + 4 * i);
		struct sv text = sv_make(bytes.p + RULE_HEAD_BYTES + offset, value);
		bool added =
			field_is_text(field)
				? rule_add_text(out, field, op, text, (struct rule_place){0})
				: rule_add_number(out, field, op, value, (struct rule_place){0});

		assert(added); /* measured above */
		offset += field_is_text(field) ? value : 0;
	}
	return 0;
}

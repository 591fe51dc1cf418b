/*
 * Strict number parsing: every function consumes the whole view or fails, but for the
 * num_lead_ pair, which reads numbers at the front of text that is not ours.
 */
#include "base/num.h"

const unsigned char num_digits[256] = {
	['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static bool parse(struct sv v, unsigned base, uint64_t *out)
{
	uint64_t value = 0;

	if (v.n == 0)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		unsigned d = num_digit(v.p[i]);

		if (d >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, d, &value))
			return false;
	}
	*out = value;
	return true;
}

bool num_u64(struct sv v, uint64_t *out)
{
	return parse(v, 10, out);
}

bool num_range(struct sv v, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value;

	if (!parse(v, 10, &value) || value < min || value > max)
		return false;
	*out = value;
	return true;
}

bool num_u32(struct sv v, uint32_t *out)
{
	uint64_t value;

	if (!num_range(v, 0, UINT32_MAX, &value))
		return false;
	*out = (uint32_t)value;
	return true;
}

bool num_i64(struct sv v, int64_t *out)
{
	bool negative = v.n && v.p[0] == '-';
	uint64_t magnitude;

	if (!parse(negative ? sv_from(v, 1) : v, 10, &magnitude))
		return false;
	if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

bool num_hex64(struct sv v, uint64_t *out)
{
	return parse(v, 16, out);
}

bool num_auto64(struct sv v, uint64_t *out)
{
	bool negative = v.n && v.p[0] == '-';
	unsigned base = 10;
	uint64_t value;

	if (negative)
		v = sv_from(v, 1);
	if (sv_starts(v, SV("0x")) || sv_starts(v, SV("0X"))) {
		base = 16;
		v = sv_from(v, 2);
	} else if (v.n > 1 && v.p[0] == '0') {
		base = 8;
		v = sv_from(v, 1);
	}
	if (!parse(v, base, &value))
		return false;
	*out = negative ? 0 - value : value;
	return true;
}

/* The digits at the front of v, as a magnitude; false when they pass 64 bits. */
static bool lead(struct sv v, unsigned base, bool *negative, uint64_t *out)
{
	uint64_t value = 0;
	size_t i = 0;

	while (i < v.n && (v.p[i] == ' ' || (v.p[i] >= '\t' && v.p[i] <= '\r')))
		i++;
	*negative = i < v.n && v.p[i] == '-';
	if (i < v.n && (v.p[i] == '-' || v.p[i] == '+'))
		i++;
	if (base == 16 && v.n - i > 2 && v.p[i] == '0' && (v.p[i + 1] | 0x20) == 'x' &&
	    num_digit(v.p[i + 2]) < 16)
		i += 2;
	for (unsigned d; i < v.n && (d = num_digit(v.p[i])) < base; i++)
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, d, &value))
			return false;
	*out = value;
	return true;
}

bool num_lead_u64(struct sv v, unsigned base, uint64_t *out)
{
	bool negative;
	uint64_t value;

	if (!lead(v, base, &negative, &value))
		return false;
	*out = negative ? 0 - value : value;
	return true;
}

bool num_lead_i64(struct sv v, unsigned base, int64_t *out)
{
	bool negative;
	uint64_t value;

	if (!lead(v, base, &negative, &value) || value > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*out = (int64_t)(negative ? 0 - value : value);
	return true;
}

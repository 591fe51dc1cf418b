/* The type that a line begins with, against a list. Most lines are told by two bytes of it. */
#include "integrity/critical.h"

#include "base/attr.h"

static const struct sv types[] = {
#define CRITICAL(type) {type, sizeof(type) - 1},
#include "integrity/critical.def"
#undef CRITICAL
};

/* Whether any type of the list begins with these bytes. */
static bool may_be(char first, char second)
{
	switch (first) {
	case 'A':
		return second == 'N';
	case 'D':
	case 'M':
		return second == 'A';
	case 'C':
		return second == 'O';
	case 'F':
	case 'K':
		return second == 'E';
	case 'B':
		return second == 'P';
	case 'I':
		return second == 'N';
	case 'T':
		return second == 'I';
	default:
		return false;
	}
}

bool critical_line(struct sv line)
{
	struct sv type;

	if (sv_starts(line, SV("node=")))
		line = sv_from(line, sv_index(line, ' ') + 1);
	if (!sv_starts(line, SV("type=")))
		return false;
	type = sv_from(line, 5);
	if (type.n < 3 || !may_be(type.p[0], type.p[1]))
		return false;
	type = sv_head(type, sv_index(type, ' '));
	for (size_t i = 0; i < LEN(types); i++)
		if (sv_eq(type, types[i]))
			return true;
	return false;
}

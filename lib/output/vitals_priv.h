/* What the kinds of output of health share: the figures of one section. */
#ifndef AURUM_OUTPUT_VITALS_PRIV_H
#define AURUM_OUTPUT_VITALS_PRIV_H

#include "output/vitals.h"

/* The figures of one section, with the time that ages are counted to. */
struct section {
	const struct figure_rows *rows;
	const void *figures;
	uint64_t boot_ns;
};

static inline struct section vitals_section(const struct health_facts *f,
					    const struct figure_rows *rows, const void *figures)
{
	return (struct section){rows, figures, f->boot_ns};
}

/* The figure as it is shown: an age instead of when. False when it is not known. */
static inline bool vitals_take(const struct section *s, size_t i, uint64_t *value)
{
	*value = health_value(s->figures, i);
	if (*value == FIGURE_UNKNOWN)
		return false;
	if (s->rows->rows[i].type == FIGURE_AGE)
		*value = s->boot_ns > *value ? s->boot_ns - *value : 0;
	return true;
}

#endif

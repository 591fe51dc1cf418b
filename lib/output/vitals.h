/*
 * The health of a host in writing: for people, for programs, for Prometheus, and as the part of the
 * manual page that lists the figures. All of them are made from the rows of health/figure.def.
 *
 *	static struct health_verdict verdict;
 *	health_judge(&facts, &verdict);
 *	vitals_put_text(&facts, &verdict, &out);
 */
#ifndef AURUM_OUTPUT_VITALS_H
#define AURUM_OUTPUT_VITALS_H

#include "base/buf.h"
#include "health/verdict.h"

/* First what is wrong and what to do about it, then the figures, group by group. */
void vitals_put_text(const struct health_facts *f, const struct health_verdict *v, struct buf *out);

/* One object, one line. Figures that are not known are null. */
void vitals_put_json(const struct health_facts *f, const struct health_verdict *v, struct buf *out);

/* Figures that are not known are left out. */
void vitals_put_metrics(const struct health_facts *f, const struct health_verdict *v,
			struct buf *out);

/* A subsection for each group, in man(7). */
void vitals_put_man(struct buf *out);

#endif

/*
 * Figures as Prometheus reads them (text exposition format 0.0.4): a help line, a type line and a
 * line for each value. All names start with "aurum_", which is put here.
 *
 *	metrics_head(SV("consumer_lag_records"), "gauge", "Records ...", &out);
 *	metrics_value(SV("consumer_lag_records"), "consumer", SV("laurel"), &out);
 *	buf_puts(&out, "17\n");
 *	metrics_gauge("rules_missing", "Rules ...", 2, &out);	-- all three in one
 */
#ifndef AURUM_OUTPUT_METRICS_H
#define AURUM_OUTPUT_METRICS_H

#include "base/buf.h"

/* kind: "gauge", "counter" or "histogram". help is one line. */
void metrics_head(struct sv name, const char *kind, const char *help, struct buf *out);
/* The name, which may have labels already, and with label one more; the value is the caller's to
 * add. Any bytes may stand in value. */
void metrics_value(struct sv name, const char *label, struct sv value, struct buf *out);

/* One gauge without labels, whole. */
void metrics_gauge(const char *name, const char *help, uint64_t value, struct buf *out);

#endif

/* Inside lib/output: what the files that print reports share. */
#ifndef AURUM_OUTPUT_REPORT_PRIV_H
#define AURUM_OUTPUT_REPORT_PRIV_H

#include "output/report_print.h"

/* Writes what is ready once it is much. As report_printer_flush(). */
MUST_CHECK int flush_when_full(struct report_printer *p, struct err *e);

/* A local time in the locale's words, or "?". */
enum local_form { LOCAL_DATE, LOCAL_MINUTE, LOCAL_SECOND };
void put_local(struct report_printer *p, enum local_form form, int64_t sec, struct buf *out);
void put_iso(struct report_printer *p, const struct stamp *s, bool with_ms, struct buf *out);

#endif

/* The formats that describe an event as a whole, one file each. Private to lib/output. */
#ifndef AURUM_OUTPUT_FORMATS_H
#define AURUM_OUTPUT_FORMATS_H

#include "output/output.h"

#include <stdio.h>
#include <stdlib.h>

#define OUTPUT_CONFIG_CHANGE 1305

/* csv.c: each appends to o->text. The records are those of one event. */
void output_csv_header(struct output *o);
void output_csv_row(struct output *o, const struct record *records, size_t count);
void output_text_line(struct output *o, const struct record *records, size_t count);

/*
 * json.c: one object and its newline. It writes out what is ready between records, so that an
 * event of any size passes; 0, or -1 when that fails.
 */
MUST_CHECK int output_json(struct output *o, const struct event *event, struct err *e);

/* output.c: writes the text out when there is a chunk of it. */
MUST_CHECK int output_flush_when_full(struct output *o, struct err *e);

#endif

/*
 * Events in words, by all threads of a search: each piece of the log is a sheet with its own
 * text, and sheets are written in the order of the log. For scan_run()'s chunks.
 */
#ifndef AURUM_AUSEARCH_SHEETS_H
#define AURUM_AUSEARCH_SHEETS_H

#include "output/output.h"
#include "record/names.h"

struct sheet;

struct sheets {
	struct output *output; /* borrowed: what sheets are made like, and where they go */
	struct sheet *free;
};

/* A sheet, or NULL when there is no memory. Not while another thread is in this or the next. */
struct sheet *sheets_take(struct sheets *s);
/* Writes the sheet's text unless it is to be discarded, and takes it back. 0, or -1. */
MUST_CHECK int sheets_give(struct sheets *s, struct sheet *sheet, bool discard, struct err *e);
void sheets_release(struct sheets *s);

/* Any number of threads, each with a sheet of its own. */
void sheet_event(struct sheet *sheet, const struct event *event);

#endif

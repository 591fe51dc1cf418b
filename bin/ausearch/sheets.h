/*
 * Events in words, by all threads of a search: each piece of the log is a sheet with its own
 * text, and sheets are written in the order of the log.
 *
 *	struct parts sheets = {.kind = &sheet_kind, .arg = &output};
 */
#ifndef AURUM_AUSEARCH_SHEETS_H
#define AURUM_AUSEARCH_SHEETS_H

#include "common/parts.h"
#include "output/output.h"

/* arg: the struct output that sheets are made like, and where they go. */
extern const struct part_kind sheet_kind;

#endif

/* aurum rules drift: how far the kernel is from the files, once or all the time. */
#ifndef AURUM_BIN_AURUM_DRIFT_H
#define AURUM_BIN_AURUM_DRIFT_H

#include "aurum/differ.h"

enum drift_format { DRIFT_TEXT, DRIFT_JSON, DRIFT_PROMETHEUS };

struct drift {
	const char *rules; /* the files */
	enum drift_format format;
	const char *metrics; /* file for the figures, or NULL */
	int each_s;          /* with --watch: look at least so often */
	struct rules_kernel kernel;
	/* Of the last look. */
	struct buf text;    /* as printed */
	struct buf summary; /* "2 rules missing", empty when there is no drift */
};

/*
 * Reads both sides, fills text and summary and writes the metrics. -1 after saying why it cannot:
 * the metrics then say that nothing is known.
 */
MUST_CHECK int drift_look(struct drift *d);

/* drift_watch.c: looks, tells changes and looks again until a signal. Returns an exit code. */
int drift_watch(struct drift *d);

#endif

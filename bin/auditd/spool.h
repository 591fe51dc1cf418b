/*
 * What plugins are to get although it is not written to the log: with write_logs = no or -f, and
 * while recording is suspended. A small log of its own in run_dir, which plugins read as they read
 * the log, with its own rotation: what they have not read when it is full is lost, and they tell.
 */
#ifndef AURUM_AUDITD_SPOOL_H
#define AURUM_AUDITD_SPOOL_H

#include "auditd/errand.h"
#include "auditd/voice.h"

#include "log/writer.h"

#define SPOOL_FILE_BYTES (UINT64_C(4) << 20)
#define SPOOL_FILES      4

struct spool {
	const struct voice *voice;
	struct log_writer log; /* closed until something is put */
	char path[LOG_PATH_MAX];
	uint64_t lost; /* records that it did not take */
	struct grumble failed;
};

/* Makes the folder. -1: there is none, and nothing can be put. */
MUST_CHECK int spool_init(struct spool *s, const char *run_dir, const struct voice *voice,
			  struct err *e);
/* Opens the file now, so that its end is known. Trouble is told when something is put. */
void spool_open(struct spool *s);
/* Whole lines. Opens the file when it is not. */
void spool_put(struct spool *s, struct sv lines);
/* The files stay, for plugins that have not read them. */
void spool_close(struct spool *s);

#endif

/*
 * How far plugins have read, kept in files: in state_dir for the log, in run_dir for the spool, which
 * goes with it.
 */
#ifndef AURUM_ATTENDANT_PLACE_H
#define AURUM_ATTENDANT_PLACE_H

#include "attendant/consumer.h"

/* Begins where c's plugin was, else where the recorder says that the daemon began. */
void place_begin(struct consumer *c);
/* Device, inode and size of a file as the recorder tells them; inode 0: at the end of the newest. */
MUST_CHECK int place_begin_anew(struct follow *f, const uint64_t end[3], struct err *e);
/* Saves how far it has read, if that has changed. Trouble is told, now and then. */
void place_save(struct consumer *c);
/* Forgets it: when the plugin comes back it begins at the log's end. */
void place_forget(const struct attend *a, const char *name);

#endif

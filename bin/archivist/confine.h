/*
 * An archivist takes what nobody else wants of the machine, and may do what archiving takes: write in
 * the log's folder. It reads what anybody can put into records.
 */
#ifndef AURUM_ARCHIVIST_CONFINE_H
#define AURUM_ARCHIVIST_CONFINE_H

/* Processor and disk only when nobody else wants them; where that is not possible, as far as it is. */
void confine_yield(void);

/* For good: no other files, no programs, no network; what this kernel cannot do is not told. */
void confine_enter(const char *folder);

#endif

/*
 * One job on each of many things, by as many threads as there are processors, the caller's among them:
 *
 *	static void look(void *arg, size_t i) { struct files *f = arg; ... f->list[i] ... }
 *	crew_run(f->count, 8, look, f);
 *
 * For work that is short and mostly the kernel's, as opening files is.
 */
#ifndef AURUM_BASE_CREW_H
#define AURUM_BASE_CREW_H

#include <stddef.h>

/*
 * Calls job(arg, i) once for each i below count, in any order and several at a time, and returns when all
 * are done. share: so many are worth a thread, which costs what opening some files does. Threads that cannot
 * be had are done without.
 */
void crew_run(size_t count, size_t share, void (*job)(void *arg, size_t i), void *arg);

/*
 * For a crew that opens files: makes room for so many more descriptors now. While threads share a table of
 * descriptors the kernel lets them wait for every processor each time that it makes it larger
 * (expand_fdtable() of fs/file.c), and that is milliseconds.
 */
void crew_make_room(size_t descriptors);

#endif

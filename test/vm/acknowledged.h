/*
 * What the guest of a power cut says about the daemon's writes: a page shared by the daemon, into
 * which acknowledge.so is preloaded, and by vm-load, which prints it. Numbers of vm-load's records.
 */
#ifndef TEST_VM_ACKNOWLEDGED_H
#define TEST_VM_ACKNOWLEDGED_H

#include <stdatomic.h>
#include <stdint.h>

#define ACKNOWLEDGED_PATH "/run/acknowledged"
/* How a record of vm-load begins, its number follows. */
#define LOAD_MARK "vm-load n="

struct acknowledged {
	_Atomic uint64_t written; /* the write that ended with this record has returned */
	_Atomic uint64_t settled; /* and so has whatever the daemon did before its next write */
	_Atomic uint64_t synced;  /* and a sync begun after it, or the file was opened for syncs */
};

#endif

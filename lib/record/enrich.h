/*
 * The names that auditd appends to a record in ENRICHED format.
 *
 *	arch=c000003e syscall=59 ... auid=1000 uid=0 ...
 *	\x1dARCH=x86_64 SYSCALL=execve AUID="alice" UID="root"		what enrich_tail() puts
 *
 * For each field that holds a user, a group, a machine, a system call or a socket address, in
 * the order of the record: the field's name in capitals and what it means on this machine.
 * Users and groups are quoted, or in hexadecimal when their name needs it. Byte for byte what
 * Debian's auditd 3.0.9 writes, so that every reader of enriched logs reads ours.
 */
#ifndef AURUM_RECORD_ENRICH_H
#define AURUM_RECORD_ENRICH_H

#include "record/names.h"

/* Of a formatted record with its tail; enrich_tail() leaves out what would not fit. */
#define ENRICH_RECORD_MAX 8970

/*
 * Puts the mark 0x1d and the tail for a record of that type whose text, from "audit(" on, is
 * what the kernel sent; nothing at all when the record has no such field. used is the length
 * of the line so far ("type=SYSCALL msg=" and the text), which counts against the maximum.
 *
 * One pass over the text, no allocation but that of out; a name that is not in the cache is
 * asked for. Account records (ADD_USER and the like) flush the cache, as names may have changed.
 */
void enrich_tail(uint32_t type, struct sv text, size_t used, struct names *names, struct buf *out);

#endif

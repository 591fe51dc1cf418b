/*
 * What a power cut leaves inside a log that was not flushed: a file system may bring a page to the
 * disk before the one in front of it, whose place then holds NUL bytes. The beginning of a line in
 * front of them would be taken for a record, one that says less than the kernel said.
 */
#ifndef AURUM_LOG_HOLES_H
#define AURUM_LOG_HOLES_H

#include <stdint.h>

/* Of a file's end, so much is looked at: more than a kernel keeps without writing it. */
#define LOG_HOLES_LOOKED_AT (64u << 20)

/*
 * Makes lines that run into NUL bytes none, in place: their first word "type" or "node" becomes
 * "torn". Everything else stays for people to read. The number of lines; 0 as well when the file is
 * not a regular file of the caller's that he may read and write.
 */
unsigned log_mark_holes(const char *path);

#endif

/*
 * Inside lib/log: the names of rotated files, and which files give way to others. The oldest are
 * segments, by their numbers; then comes the plain file with the highest number.
 */
#ifndef AURUM_LOG_RETAIN_H
#define AURUM_LOG_RETAIN_H

#include "log/writer.h"

/* PATH.number; 0: PATH. log_open() has looked that it fits. */
void log_numbered(const struct log_options *o, unsigned number, char out[LOG_PATH_MAX]);
/* The first number from `from` on that no file has. */
unsigned log_first_free(const struct log_options *o, unsigned from);

void log_tell_removed(const struct log_options *o, enum log_removal why);

/*
 * Before a rotation that makes one file more: segments, as far as there would be more than `files`.
 * How many are gone, which the listener is not told of yet.
 */
unsigned retain_for_one_more(const struct log_options *o, unsigned files);

#endif

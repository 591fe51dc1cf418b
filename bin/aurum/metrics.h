/* Where figures for Prometheus are written. */
#ifndef AURUM_BIN_AURUM_METRICS_H
#define AURUM_BIN_AURUM_METRICS_H

#include "base/attr.h"
#include "base/buf.h"

/*
 * Replaces path by the figures, readable for everybody: the text file collector of a node exporter
 * finds the old ones or the new ones. -1 after saying why it cannot.
 */
MUST_CHECK int metrics_write(const char *path, const struct buf *figures);

#endif

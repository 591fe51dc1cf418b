/* The figures' file, for the verbs that have some. */
#include "aurum/metrics.h"

#include "aurum/app.h"

#include "base/file.h"

#define READABLE 0644 /* an exporter runs as somebody else, and figures hold nothing secret */

int metrics_write(const char *path, const struct buf *figures)
{
	struct err e;

	if (!figures->failed && file_replace(path, buf_view(figures), READABLE, &e) == 0)
		return 0;
	say("%s", figures->failed ? "no memory for the figures" : e.text);
	return -1;
}

/* What the verbs of `aurum index` share: which files, and what is said about each. */
#ifndef AURUM_BIN_AURUM_INDEX_H
#define AURUM_BIN_AURUM_INDEX_H

#include "aurum/app.h"

#include "index/check.h"
#include "log/cursor.h"

#define INDEX_PATHS_MAX 256

struct index_request {
	const char *config_dir;
	const char *
		paths[INDEX_PATHS_MAX]; /* files, or folders with audit.log; none: the host's log */
	size_t count;
};

/* One log: a set with its segments, or a file. */
struct index_log {
	struct cursor cursor;
	int64_t timeout_s; /* how long events stay open */
	bool is_set;
	char path[4096]; /* of a set: its newest file, which is being written to */
};

/* Reads the options. -1: go on; else the exit code. */
MUST_CHECK int index_options(const char *program, const char *summary, int argc, char **argv,
			     struct index_request *r);

/* Opens what is asked for, one log after another, and hands it to each(). The worst exit code. */
int index_logs(const struct index_request *r, int (*each)(void *arg, struct index_log *log),
	       void *arg);

/* False for the file that is being written to. */
bool index_is_done(const struct index_log *log, size_t source);

/* "PATH: what", made harmless for a terminal. */
void index_say(const struct cursor_source *source, struct sv what);

/* Its text, and where its index is. False, after telling, when it can have none. */
MUST_CHECK bool index_place(const struct cursor_source *source, struct segment_head *head,
			    char *path);

/*
 * The other file of the log that the index at path is of, when it is good for one. Files of one size
 * that begin alike share a path; empty ones do, each with a time of its own. NULL: there is none.
 */
const struct cursor_source *index_owner(const struct index_log *log, const char *path,
					size_t source);

int index_build_main(int argc, char **argv);
int index_check_main(int argc, char **argv);
int index_stats_main(int argc, char **argv);
int index_help_main(int argc, char **argv);

#endif

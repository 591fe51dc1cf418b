/*
 * aurum tree: which process is meant, and the part of the log that tells of it.
 *
 *	tree.c         options, and what is printed
 *	tree_search.c  finds the event or the process, then reads around it until its login is known
 */
#ifndef AURUM_BIN_AURUM_TREE_H
#define AURUM_BIN_AURUM_TREE_H

#include "aurum/app.h"
#include "common/present.h"
#include "output/tree_draw.h"

#define TREE_NODE_MAX   256
#define TREE_OTHERS_MAX 8

/* What is asked for. */
struct tree_wish {
	bool is_event; /* serial, and time when has_time; else pid */
	uint64_t serial;
	bool has_time, has_ms;
	int64_t sec;
	uint32_t ms;
	uint32_t pid;
	bool has_at;
	int64_t at;
	int64_t from, to; /* INT64_MIN, INT64_MAX: as far as needed */
	const char *node; /* NULL: any */
	const char *log, *config_dir;
};

/* What is found. */
struct tree_found {
	struct tree *tree; /* NULL: there is no such event or process */
	const struct tree_process *target;
	bool has_event;
	struct stamp event;
	struct buf sentence;
	int64_t from, to; /* what was searched; 0: the log's start, its end */
	bool is_cut;
	struct stamp others[TREE_OTHERS_MAX]; /* further events with that serial, */
	size_t other_count;                   /* which can be more */
};

/* 0, also when there is none; -1 with the sentence. */
MUST_CHECK int tree_search(const struct tree_wish *wish, const struct present *present,
			   struct tree_found *out, struct err *e);
void tree_found_release(struct tree_found *f);

#endif

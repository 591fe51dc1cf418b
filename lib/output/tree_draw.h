/*
 * A process, who started it and what it started, as a drawing and as JSON.
 *
 *	alice logged in from 198.51.100.7 on /dev/pts/0 with /usr/sbin/sshd, 2026-10-17 08:05:16 (session 3)
 *	08:05:16 1790 root [/usr/sbin/sshd]
 *	08:05:17 └─ 1800 alice -bash
 *	08:05:28    └─ 1832 alice cat /etc/shadow (exit 1)
 *	08:05:28         ▶ event 110: alice failed to open /etc/shadow with /usr/bin/cat: Permission denied
 *
 *	struct tree_drawing d = {.tree = t, .target = p, .names = names, ...};
 *	if (tree_draw(&d, &out) != 0) ...	-- no memory
 *
 * From the process that logged in, or from the oldest ancestor that is known, down to the target; then
 * all that came of it. A line beside a process tells of another program that it ran, of one that it
 * could not run, and of the event that was asked for. Nothing that comes from the log is put unescaped.
 */
#ifndef AURUM_OUTPUT_TREE_DRAW_H
#define AURUM_OUTPUT_TREE_DRAW_H

#include "base/buf.h"
#include "query/tree.h"
#include "record/names.h"

#include <time.h>

#define TREE_LEVELS_MAX 256 /* above the target, and below it; deeper ones are counted */

struct tree_drawing {
	const struct tree *tree;
	const struct tree_process *target;
	struct names *names; /* for users that the log has no name of */
	void (*local_time)(int64_t sec, struct tm *out);
	bool is_utf8;    /* else ASCII */
	unsigned levels; /* below the target; 0: TREE_LEVELS_MAX */

	/* The event that was asked for, if one was. */
	bool has_event;
	struct stamp event;
	struct sv sentence; /* of one line, for a terminal; empty: none */

	/* What was searched: said at the end, and in JSON. sec 0: from the log's start, to its end. */
	int64_t from, to;
	bool is_cut; /* there was more before or behind than could be kept */

	size_t left_out; /* filled in: processes below what was drawn */
};

MUST_CHECK int tree_draw(struct tree_drawing *d, struct buf *out);

/* One object on a line; docs/aurum-tree.1 has its members. */
MUST_CHECK int tree_draw_json(struct tree_drawing *d, struct buf *out);

#endif

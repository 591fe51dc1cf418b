/* Inside lib/output: which processes of a tree are shown, in the order in which they are. */
#ifndef AURUM_OUTPUT_TREE_ROWS_H
#define AURUM_OUTPUT_TREE_ROWS_H

#include "output/tree_draw.h"

struct tree_row {
	const struct tree_process *process;
	size_t parent;  /* its row; its own for the first */
	unsigned depth; /* from 0 */
	bool has_more;  /* a later row has the same parent */
	bool has_child; /* the next row is below it */
};

struct tree_rows {
	struct tree_row *rows;
	size_t count, cap;
	size_t target;   /* row of the target */
	size_t left_out; /* processes below the lowest level */
	bool has_older;  /* ancestors above the first row */
	const struct tree_login *login;
};

/* The ancestors, from the one that logged in, the target, its descendants. -1: no memory. */
MUST_CHECK int tree_rows_find(struct tree_rows *r, const struct tree_drawing *d);
void tree_rows_release(struct tree_rows *r);

/* A user's name: the log's, else that of the number; nothing where neither is known. */
void tree_put_user(const struct tree_drawing *d, struct sv name, uint32_t id, struct buf *out);

/* The first program that it ran; NULL: none is recorded. */
const struct tree_exec *tree_first_run(const struct tree_process *p);

#endif

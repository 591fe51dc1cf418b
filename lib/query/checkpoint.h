/*
 * Where the last search ended, so that the next one goes on from there: the file that
 * `ausearch --checkpoint` keeps, in the reference's format.
 *
 *	dev=0xFE00
 *	inode=1234
 *	output=- 1700000000.123:42 0x514
 *
 * dev and inode name the log that was read last, output the last event that was complete:
 * node ("-" for none), stamp, type of its first record. An event of second 0 says that there
 * was none. The reference keeps the low 32 bits of dev and inode; both forms are understood.
 *
 *	struct checkpoint last, next = {0};
 *	struct checkpoint_gate gate;
 *	checkpoint_parse(text, &last, &e);
 *	checkpoint_gate_init(&gate, &last, CHECKPOINT_BY_EVENT);
 *	for each complete event:
 *		switch (checkpoint_pass(&gate, event)) ...
 *		checkpoint_note(&next, event);
 *	checkpoint_print(&next, &out);
 */
#ifndef AURUM_QUERY_CHECKPOINT_H
#define AURUM_QUERY_CHECKPOINT_H

#include "base/buf.h"
#include "base/err.h"
#include "record/join.h"

#define CHECKPOINT_FILE_MAX ((size_t)8 << 10)
#define CHECKPOINT_NODE_MAX 1000 /* bytes of a node's name that are kept */

struct checkpoint {
	uint64_t device, inode; /* of the log; 0 in none */
	struct stamp stamp;     /* of the event; second 0: there was none */
	uint32_t type;
	size_t node_length; /* 0: no node */
	char node[CHECKPOINT_NODE_MAX];
};

/* 0, or -1 with the line that is wrong or missing. */
MUST_CHECK int checkpoint_parse(struct sv text, struct checkpoint *out, struct err *e);
void checkpoint_print(const struct checkpoint *c, struct buf *out);

/* The event becomes the one to go on from. */
void checkpoint_note(struct checkpoint *c, const struct event *event);

enum checkpoint_mode {
	CHECKPOINT_BY_EVENT, /* events behind that very one */
	CHECKPOINT_BY_TIME,  /* from the first event on that is not older */
};

struct checkpoint_gate {
	const struct checkpoint *last; /* borrowed; NULL: everything passes */
	enum checkpoint_mode mode;
	bool open;
};

enum checkpoint_verdict {
	CHECKPOINT_HOLD,  /* it was there last time */
	CHECKPOINT_PASS,  /* it is new */
	CHECKPOINT_WRONG, /* it is so much newer that the last one must be missing from this log */
};

void checkpoint_gate_init(struct checkpoint_gate *g, const struct checkpoint *last,
			  enum checkpoint_mode mode);

/* Events come in the order of the log. Once one passes, all do. */
enum checkpoint_verdict checkpoint_pass(struct checkpoint_gate *g, const struct event *event);

#endif

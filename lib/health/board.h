/*
 * The board: a small file in which the daemon writes how it is, and which anybody who may can read
 * without asking the daemon, also when it hangs or is dead.
 *
 *	struct board b;				-- the writers: recorder and attendant
 *	if (board_create(&b, AURUM_RUNDIR "/audit/board", group, &e) != 0) ...
 *	board_put_recorder(&b, &figures);	-- each second
 *	board_put_consumer(&b, 0, "laurel", &consumer);
 *
 *	struct board_view view;			-- a reader
 *	switch (board_read(path, &view, &e)) ...
 *
 * The file, in the machine's byte order:
 *
 *	cell	0  magic "AurumBrd"
 *		1  0x0102030405060708, which says the byte order
 *		2  a hash of the table of figures: readers and writers agree on every row or on none
 *		3  cells in the file
 *		4  the recorder's section, the attendant's, and BOARD_CONSUMERS of consumers
 *
 * A cell is 64 bits, written and read as one. A section is a cell with the number of its writes
 * (odd while one goes on), six cells with a name, and its figures. One process writes a section, any
 * number read it: a reader takes what did not change while it looked. The file is replaced by a new
 * one when a daemon starts, and stays when it ends.
 */
#ifndef AURUM_HEALTH_BOARD_H
#define AURUM_HEALTH_BOARD_H

#include "base/attr.h"
#include "base/err.h"
#include "base/sv.h"
#include "health/figure.h"

#include <stdbool.h>
#include <sys/types.h>

#define BOARD_NAME_BYTES 48 /* with the NUL */
#define BOARD_CONSUMERS  32

struct board {
	uint64_t *cells; /* mapped; NULL: there is none, and every put does nothing */
};

#define BOARD_NONE ((struct board){NULL})

/*
 * Replaces path by an empty board, 0640 for the group, else 0600, and maps it; fork() shares it. The
 * folder must exist. -1: *b is BOARD_NONE.
 */
MUST_CHECK int board_create(struct board *b, const char *path, gid_t group, struct err *e);
/*
 * Maps the board that another process has created, to write a section of it. -1: it is not there, or
 * no board of this version; *b is BOARD_NONE.
 */
MUST_CHECK int board_attach(struct board *b, const char *path, struct err *e);
/* The file stays. */
void board_close(struct board *b);

/* No system call, no lock, no allocation. Each section has one writer. */
void board_put_recorder(struct board *b, const struct health_recorder *r);
void board_put_attendant(struct board *b, const struct health_attendant *a);
/* slot is below BOARD_CONSUMERS; a longer name is cut. */
void board_put_consumer(struct board *b, unsigned slot, const char *name,
			const struct health_consumer *c);
/* What stands there, as of now. False: the slot is free, or being written to. */
bool board_take_consumer(const struct board *b, unsigned slot, struct health_consumer *out);
void board_clear_consumer(struct board *b, unsigned slot);

struct board_consumer {
	char name[BOARD_NAME_BYTES]; /* any bytes; "": the slot is free */
	struct health_consumer figures;
};

/* A copy. Sections that were never written are all FIGURE_UNKNOWN. */
struct board_view {
	struct health_recorder recorder;
	struct health_attendant attendant;
	struct board_consumer consumers[BOARD_CONSUMERS];
	/*
	 * A section never stood still while it was looked at: its writer was killed in the middle.
	 * Figures are then partly those of the write before.
	 */
	bool is_torn;
};

enum board_status {
	BOARD_READ,
	BOARD_ABSENT,  /* no such file: no daemon of ours since boot */
	BOARD_OTHER,   /* written by another version; *e says so */
	BOARD_REFUSED, /* cannot be read, or is no board; *e says why */
};

/* Opens no link, maps nothing: whoever writes the file can do no more than lie. */
MUST_CHECK enum board_status board_read(const char *path, struct board_view *out, struct err *e);

/*
 * The same from bytes that are there: three copies of the file, made one after the other. Any bytes
 * may come; never BOARD_ABSENT.
 */
MUST_CHECK enum board_status board_decode(const struct sv copies[3], struct board_view *out,
					  struct err *e);

#endif

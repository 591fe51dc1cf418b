/*
 * The kernel's audit state as somebody found it before he changed it, in memory and in a file from
 * which it can be put back when that process is killed:
 *
 *	aurum-watch 1
 *	process 4711
 *	status ENABLED FAILURE RATE_LIMIT BACKLOG_LIMIT BACKLOG_WAIT_TIME
 *	found HEX		a rule that was there, as the kernel's bytes
 *	...			lines of whoever made the file
 *
 * Whoever changes the state keeps the file open: it is locked as long as he lives, so that nobody
 * else puts back what is still being changed.
 *
 *	struct found found;
 *	if (found_look(&found, &control, &e) != 0 ||
 *	    found_create(&found, path, "aurum-watch 1", &fd, &e) != FOUND_CREATED) ...
 *	... change, and at the end
 *	unlink(path);
 *	found_release(&found);
 */
#ifndef AURUM_POLICY_FOUND_H
#define AURUM_POLICY_FOUND_H

#include "netlink/control.h"
#include "rule/rule_list.h"

#define FOUND_FILE_MAX ((size_t)128 << 20)

struct found {
	struct audit_status status;
	struct rule_list rules; /* in the kernel's order */
	uint64_t process;       /* of a file that was read: who wrote it */
};

#define FOUND_INIT ((struct found){.rules = RULE_LIST_INIT})

void found_release(struct found *f);

/* Asks the kernel. -1: *f is released. */
MUST_CHECK int found_look(struct found *f, struct audit_control *c, struct err *e);

enum found_file {
	FOUND_CREATED,
	FOUND_THERE, /* an earlier state has not been put back, or is still being changed */
	FOUND_FAILED,
};

/*
 * Writes f down in a new file, first line first, and leaves it open in *fd for appending, locked;
 * the descriptor is closed on exec. *e is set with the last two outcomes.
 */
MUST_CHECK enum found_file found_create(const struct found *f, const char *path, const char *first,
					int *fd, struct err *e);

/* Appends bytes to the file. */
MUST_CHECK int found_append(int fd, const char *path, struct sv bytes, struct err *e);
/* "WORD HEX" and a newline. */
void found_put_hex(struct buf *out, const char *word, struct sv bytes);
/* The bytes of such a line's second word; false when they are none. Replaces what is in out. */
MUST_CHECK bool found_take_hex(struct sv hex, struct buf *out);

/* A line that is not of the state; false when it should not be there. */
typedef bool (*found_line_fn)(void *ctx, struct sv word, struct sv rest);

/*
 * Reads the file, which must belong to this user alone, and locks it until *fd is closed. e->sys
 * is ENOENT when there is none, EBUSY when its writer lives. -1: *f is released, *fd -1. line may
 * be NULL: then there are no others.
 */
MUST_CHECK int found_load(struct found *f, const char *path, const char *first, found_line_fn line,
			  void *ctx, int *fd, struct err *e);

/* The same for text that is at hand, name standing for its file. -1: *f is released. */
MUST_CHECK int found_parse(struct found *f, struct sv text, const char *name, const char *first,
			   found_line_fn line, void *ctx, struct err *e);

/* Sets what differs from f->status, enabled last. A locked kernel refuses. */
MUST_CHECK int found_put_status(const struct found *f, struct audit_control *c, struct err *e);

/* 1: the kernel's rules are those that were found, byte for byte; 0: not; -1: it did not answer. */
MUST_CHECK int found_is_here(const struct found *f, struct audit_control *c, struct err *e);

#endif

/*
 * Records that nobody had listened to, on their way from the kernel's messages into the log, once.
 * Some of them come a second time: the kernel keeps records for the next daemon as well when it was
 * booted with audit=1, and another daemon may have logged them.
 *
 *	unheard_init(&u);
 *	unheard_add(&u, type, text);		-- each of the messages
 *	unheard_heard(&u, text);		-- what comes from the kernel, for a while
 *	unheard_scan(&u, path, &e);		-- what is in the log
 *	for (size_t i = 0; i < u.count; i++)
 *		if (!u.list[i].is_heard)
 *			put(u.list[i].type, unheard_text(&u, i));
 *	unheard_release(&u);
 */
#ifndef AURUM_LOG_UNHEARD_H
#define AURUM_LOG_UNHEARD_H

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"

#define UNHEARD_MAX        16384 /* records */
#define UNHEARD_TEXT_MAX   ((size_t)8 << 20)
#define UNHEARD_SCAN_BYTES ((uint64_t)32 << 20) /* of the end of a log */

struct unheard_record {
	uint32_t type;
	bool is_heard;
	uint32_t at, length; /* of its text */
	uint32_t next;       /* of the same event, counted from 1; 0: the last */
};

struct unheard {
	struct unheard_record *list; /* in the order of the messages */
	size_t count, cap;
	size_t left;      /* those that are not heard */
	uint64_t dropped; /* there was no room for them */
	/* private from here */
	struct buf texts;
	struct map events; /* hash of the stamp -> the newest record of it, counted from 1 */
	uint64_t seed;
};

void unheard_init(struct unheard *u);
void unheard_release(struct unheard *u);

/* text: "audit(SECONDS.MILLI:SERIAL): ..." */
void unheard_add(struct unheard *u, uint32_t type, struct sv text);
/* One record was heard: of those that are not yet, one whose text this one starts with. */
void unheard_heard(struct unheard *u, struct sv text);
/* Every record in the last UNHEARD_SCAN_BYTES of a log was heard. -1: it cannot be read. */
MUST_CHECK int unheard_scan(struct unheard *u, const char *path, struct err *e);

struct sv unheard_text(const struct unheard *u, size_t i);
/* "SECONDS.MILLI:SERIAL" of it. */
struct sv unheard_stamp(const struct unheard *u, size_t i);

#endif

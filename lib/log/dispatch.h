/*
 * What auditd's plugins read on standard input: auditd-plugins(5), `format` of plugins.d/NAME.conf.
 *
 *	string	one record a line, as it is in the log
 *	binary	for each record a header of the machine's own integers, and so many bytes:
 *
 *		 version | header bytes | type | size | text
 *		  u32          u32        u32    u32    size bytes, no end mark
 *
 *		version 0: what the kernel sent, from "audit(" on (RAW logs without a node name)
 *		version 1: the line of the log, without its newline (all others)
 *
 * In libaudit.h this is struct audit_dispatcher_header, and the versions, numbered 0 and 1, are
 * called AUDISP_PROTOCOL_VER and AUDISP_PROTOCOL_VER2.
 *
 *	dispatch_put(DISPATCH_FORMATTED, type, line, &out);
 *
 *	dispatch_reader_init(&r);
 *	while ((n = read(0, dispatch_room(&r, &room), room)) > 0) {
 *		dispatch_filled(&r, n);
 *		while (dispatch_next(&r, &record, &e) == DISPATCH_RECORD)
 *			use(record.text);
 *	}
 *	dispatch_reader_release(&r);
 *
 * The reader takes either: a stream starts with a header, or else it is of lines. No byte of it is
 * trusted.
 */
#ifndef AURUM_LOG_DISPATCH_H
#define AURUM_LOG_DISPATCH_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define DISPATCH_HEADER_BYTES 16
#define DISPATCH_RAW          0u
#define DISPATCH_FORMATTED    1u
#define DISPATCH_TEXT_MAX     (64u << 10) /* of a record; auditd's own are below 9 KiB */
#define DISPATCH_BUFFER       (2 * DISPATCH_TEXT_MAX)

/* Puts a header and the text. version is one of the two above. */
void dispatch_put(uint32_t version, uint32_t type, struct sv text, struct buf *out);

enum dispatch_framing { DISPATCH_UNKNOWN, DISPATCH_STRING, DISPATCH_BINARY };

struct dispatch_record {
	enum dispatch_framing framing; /* never DISPATCH_UNKNOWN */
	uint32_t version;              /* DISPATCH_STRING: DISPATCH_FORMATTED */
	uint32_t type;                 /* DISPATCH_STRING: 0 */
	struct sv text; /* without newline or end mark; valid until the next call on the reader */
};

enum dispatch_status {
	DISPATCH_RECORD, /* *out is set */
	DISPATCH_MORE,   /* what is there is no whole record */
	DISPATCH_BROKEN, /* a header that cannot be: what follows cannot be told apart any more */
};

struct dispatch_stats {
	uint64_t records;
	uint64_t too_long; /* lines that were cut at DISPATCH_TEXT_MAX */
	uint64_t torn;     /* bytes at the end that are no whole record */
};

struct dispatch_reader {
	char *buffer;
	size_t start, scanned, end;    /* bytes [start, end) are not handed out yet, of which */
	enum dispatch_framing framing; /* [start, scanned) hold no newline */
	bool skipping;                 /* inside the rest of a line that was too long */
	struct dispatch_stats stats;
};

/* 0, or -1 when there is no memory. Release is due either way. */
MUST_CHECK int dispatch_reader_init(struct dispatch_reader *r);
void dispatch_reader_release(struct dispatch_reader *r);

/* Where bytes may be read to, and how many: at least one when dispatch_next() said DISPATCH_MORE. */
char *dispatch_room(struct dispatch_reader *r, size_t *room);
/* So many have been. */
void dispatch_filled(struct dispatch_reader *r, size_t n);

/* The next record. Empty lines and empty frames are passed over. */
MUST_CHECK enum dispatch_status dispatch_next(struct dispatch_reader *r,
					      struct dispatch_record *out, struct err *e);

/*
 * The stream has ended. What is left is no whole record: a daemon that died writing sends it again
 * when it is back. It is counted and forgotten.
 */
void dispatch_finish(struct dispatch_reader *r);

/*
 * Puts the record as the line of a log, without a newline: a raw one gets its type in words in
 * front, newlines inside become blanks, and a frame's text ends at its first NUL (older daemons
 * send some behind it).
 */
void dispatch_put_line(const struct dispatch_record *record, struct buf *out);

#endif

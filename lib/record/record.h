/*
 * One record of an audit log, read without copying.
 *
 *	node=web1 type=SYSCALL msg=audit(1700000000.123:456): arch=c000003e ...\x1dARCH=x86_64 ...
 *	     node      type              seconds    ms  serial body            tail
 *
 *	struct record r;
 *	struct fields it;
 *	struct field f;
 *
 *	if (record_parse(line, &r) == RECORD_OK)
 *		for (fields_init(&it, &r); fields_next(&it, &f);) ...
 *
 * Everything points into the line, which the caller keeps. Format: the kernel's
 * kernel/audit.c (audit_log_*), auditd's framing, section "enriched" of auditd.conf(5).
 *
 * A field's origin says who wrote it. Inside msg='...' of a user-space message the text
 * is the sending program's: `uid=0` there is not the record's uid, and code that asks for
 * the record's own field never sees it.
 */
#ifndef AURUM_RECORD_RECORD_H
#define AURUM_RECORD_RECORD_H

#include "base/attr.h"
#include "base/sv.h"

#include <stdint.h>

#define RECORD_ENRICHED_MARK '\x1d'

struct stamp {
	int64_t sec; /* since the epoch */
	uint32_t ms; /* 0..999 */
	uint64_t serial;
};

struct record {
	struct sv line; /* the whole line, without its newline */
	struct sv node; /* empty when the line has no node= */
	uint32_t type;  /* 0 when the name is not known; UNKNOWN[N] and a bare N give N */
	struct sv type_name;
	struct stamp stamp;
	struct sv body; /* after "): ", up to the enriched mark */
	struct sv tail; /* after the enriched mark; empty when there is none */
};

enum record_status {
	RECORD_OK,
	RECORD_MALFORMED, /* no type=, no msg=audit(SEC.MMM:SERIAL): only line is set */
};

/* line must not hold a newline. Constant time but for one search for the enriched mark. */
MUST_CHECK enum record_status record_parse(struct sv line, struct record *out);

/*
 * Just line, node, type_name and stamp, for scans that may need no more; the other members are
 * empty. False when the line is malformed, exactly where record_parse() says so.
 */
MUST_CHECK bool record_head(struct sv line, struct record *out);

/* A record's type_name as its type. */
uint32_t record_type(struct sv name);

/* -1, 0, 1: by time, then by serial. */
int stamp_cmp(const struct stamp *a, const struct stamp *b);

/* stamp_cmp() is 0. */
static inline bool stamp_eq(const struct stamp *a, const struct stamp *b)
{
	return a->serial == b->serial && a->sec == b->sec && a->ms == b->ms;
}

enum field_origin {
	FIELD_KERNEL, /* the record's own: the kernel's, or auditd's for DAEMON_* */
	FIELD_USER,   /* from inside msg='...': the sending program's words */
	FIELD_TAIL,   /* after the enriched mark: names looked up by auditd */
};

struct field {
	struct sv name;
	struct sv value; /* without its quotes */
	char quote;      /* '"', '\'' or 0 */
	enum field_origin origin;
};

/* A walk over the fields of one record; private to fields_init() and fields_next(). */
struct fields {
	struct sv rest, after, tail; /* of this part; what follows msg='...'; the enriched part */
	enum field_origin origin;    /* of rest */
};

void fields_init(struct fields *it, const struct record *r);

/*
 * The next field. Words without '=' (as in an AVC's "denied { read } for") are skipped. A
 * msg='...' is handed out once as a field of its own (name msg, quote '\'', the whole inside as
 * value) and then its inside field by field as FIELD_USER. A value without a closing quote runs
 * to the end of its part.
 */
bool fields_next(struct fields *it, struct field *out);

/* The record's own first field of that name (FIELD_KERNEL); false when it has none. */
bool record_field(const struct record *r, struct sv name, struct field *out);

/* The first field of that name and origin. */
bool record_field_from(const struct record *r, enum field_origin origin, struct sv name,
		       struct field *out);

#endif

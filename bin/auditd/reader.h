/* From netlink batches to lines, which go to the keeper. */
#ifndef AURUM_AUDITD_READER_H
#define AURUM_AUDITD_READER_H

#include "auditd/attendant.h"
#include "auditd/keeper.h"

#include "base/buf.h"
#include "log/line.h"
#include "log/unheard.h"
#include "netlink/receive.h"
#include "record/resolver.h"

/* Types of records that user space agreed on and linux/audit.h does not list. */
#ifndef AUDIT_FIRST_DAEMON
#define AUDIT_FIRST_DAEMON 1200
#define AUDIT_LAST_DAEMON  1299
#endif
#ifndef AUDIT_DAEMON_ROTATE
#define AUDIT_DAEMON_ROTATE 1205
#endif
#ifndef AUDIT_DAEMON_RESUME
#define AUDIT_DAEMON_RESUME 1206
#endif
#ifndef AUDIT_DAEMON_ERR
#define AUDIT_DAEMON_ERR 1209
#endif

struct reader {
	struct audit_socket socket;
	struct audit_counters counters;
	struct log_line_style style;
	struct keeper *keeper;
	const struct attendant *grew; /* is told when lines were put; NULL: nobody */
	const struct voice *voice;
	struct unheard *unheard; /* is told of each record; NULL: nobody asks */
	struct resolver *resolver;
	struct names *names;
	struct buf lines;
	int64_t names_fresh_until_ms;
	int wait_ms;   /* how long to let records gather before the next drain */
	uint64_t lost; /* records for which there was no memory */
	struct grumble overrun, no_memory;
	struct audit_batch batch;
};

MUST_CHECK int reader_init(struct reader *r, struct keeper *keeper, const struct voice *voice,
			   struct err *e);
/* The kernel's socket, with a receive buffer that bridges the time between two drains. */
MUST_CHECK int reader_open(struct reader *r, struct err *e);
/* node is borrowed. */
MUST_CHECK int reader_set_style(struct reader *r, const struct auditd_conf *conf, const char *node,
				struct err *e);
/* The kernel's records, without those that are not written; the daemon's own. */
void reader_put(struct reader *r, uint32_t type, struct sv text);
void reader_put_own(struct reader *r, uint32_t type, struct sv text);
void reader_flush(struct reader *r); /* what was put, to the keeper */
/* Takes everything that waits, up to a bound. -1: the socket is of no more use. */
MUST_CHECK int reader_drain(struct reader *r, struct err *e);
void reader_release(struct reader *r);

#endif

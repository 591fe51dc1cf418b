/*
 * The way of a record: netlink batch -> line in one buffer -> one write. Nothing here allocates
 * or makes a system call for a single record.
 *
 * kauditd wakes its reader for every message. The reader therefore lets records gather for a
 * few milliseconds before it takes them all; how long depends on how much of the receive
 * buffer the last drain found in use, so that a flood is taken at once. The kernel's own queue
 * and the receive buffer bridge the time: no process on the machine waits for it.
 */
#include "auditd/reader.h"

#include "base/clock.h"
#include "record/names_system.h"

#include <inttypes.h>
#include <linux/audit.h>
#include <stdio.h>
#include <syslog.h>

#define RECEIVE_BUFFER (8u << 20) /* asked for; the kernel counts twice that */
#define KERNEL_PER_SKB 4096       /* of the receive buffer, per record, and not less */
#define LINES_MAX      (1u << 20)
#define LINES_WRITE    (192u << 10) /* written when more than this is collected */
#define DRAIN_MAX      65536        /* records before signals get a turn */
#define GATHER_MS      8
#define NAMES_FRESH_MS (10 * 60 * 1000)
#define PATIENCE_MS    100 /* with a name service, once per outage */

int reader_init(struct reader *r, struct keeper *keeper, const struct voice *voice, struct err *e)
{
	r->socket = AUDIT_SOCKET_CLOSED;
	r->keeper = keeper;
	r->voice = voice;
	r->lines = BUF_INIT(LINES_MAX);
	r->wait_ms = GATHER_MS;
	audit_gaps_init(&r->counters.serials);
	audit_batch_init(&r->batch);
	if (!buf_reserve(&r->lines, LINES_WRITE))
		return err_set(e, "no memory for records");
	return 0;
}

int reader_open(struct reader *r, struct err *e)
{
	return audit_socket_open(&r->socket, RECEIVE_BUFFER, e);
}

void reader_release(struct reader *r)
{
	audit_socket_close(&r->socket);
	names_free(r->names);
	resolver_free(r->resolver);
	buf_release(&r->lines);
}

int reader_set_style(struct reader *r, const struct auditd_conf *conf, const char *node,
		     struct err *e)
{
	bool enriched = conf->log_format == LOG_FORMAT_ENRICHED;

	if (enriched && !r->resolver) {
		r->resolver = resolver_new(&names_system, PATIENCE_MS, e);
		r->names = r->resolver ? names_new(resolver_source(r->resolver), e) : NULL;
		if (!r->names)
			return -1;
	}
	r->style = (struct log_line_style){sv_cstr(node), enriched ? r->names : NULL};
	return 0;
}

void reader_flush(struct reader *r)
{
	if (r->lines.n == 0)
		return;
	keeper_put(r->keeper, buf_view(&r->lines));
	buf_reset(&r->lines);
	if (r->grew)
		attendant_log_grew(r->grew);
}

void reader_put(struct reader *r, uint32_t type, struct sv text)
{
	/* The mark for live readers that an event is complete, and the range of our own records. */
	if (type == AUDIT_EOE || (type >= AUDIT_FIRST_DAEMON && type <= AUDIT_LAST_DAEMON))
		return;
	reader_put_own(r, type, text);
}

void reader_put_own(struct reader *r, uint32_t type, struct sv text)
{
	log_put_line(&r->style, type, text, &r->lines);
	if (r->lines.failed) {
		r->lost++;
		r->lines.failed = false;
		say_rarely(r->voice, &r->no_memory, LOG_ALERT, "a record is lost: no memory");
	}
	if (r->lines.n >= LINES_WRITE)
		reader_flush(r);
}

/* Accounts change, and a slow name service may have answered after all. */
static void refresh_names(struct reader *r)
{
	int64_t now;

	if (!r->style.names)
		return;
	now = clock_ms();
	if (resolver_recovered(r->resolver))
		names_forget_absent(r->names);
	if (now < r->names_fresh_until_ms)
		return;
	names_flush(r->names);
	r->names_fresh_until_ms = now + NAMES_FRESH_MS;
}

/* The next waiting time, from how many records this one gathered. */
static void pace(struct reader *r, size_t gathered)
{
	size_t room = audit_socket_buffer(&r->socket) / KERNEL_PER_SKB;

	if (gathered > room / 4)
		r->wait_ms /= 2;
	else if (r->wait_ms < GATHER_MS)
		r->wait_ms++;
}

int reader_drain(struct reader *r, struct err *e)
{
	uint64_t overruns = r->counters.overruns;
	size_t gathered = 0;
	int status = 0;

	refresh_names(r);
	do {
		switch (audit_recv_batch(&r->socket, &r->batch, &r->counters, e)) {
		case AUDIT_RECV_RECORDS:
			break;
		case AUDIT_RECV_NOTHING:
			r->batch.count = 0;
			break;
		case AUDIT_RECV_FAILED:
			r->batch.count = 0;
			status = -1;
			break;
		}
		for (size_t i = 0; r->unheard && i < r->batch.count; i++)
			unheard_heard(r->unheard, r->batch.records[i].text);
		for (size_t i = 0; i < r->batch.count; i++)
			reader_put(r, r->batch.records[i].type, r->batch.records[i].text);
		gathered += r->batch.count;
	} while (r->batch.count == AUDIT_BATCH_SLOTS && gathered < DRAIN_MAX);
	reader_flush(r);
	pace(r, gathered);
	if (r->counters.overruns != overruns)
		say_rarely(r->voice, &r->overrun, LOG_WARNING,
			   "the kernel sends faster than records are written: it keeps them in its "
			   "backlog");
	return status;
}

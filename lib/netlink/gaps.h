/*
 * Which event serials never came. The kernel numbers events one by one, several processors hand
 * them over slightly out of order, so a number counts as missing only when it is a whole window
 * older than the newest.
 *
 *	audit_gaps_init(&g);
 *	audit_gaps_put(&g, serial);		-- for every record, repeats are free
 *	report(g.missing);
 *
 * A missing serial is a hint, not a proof of loss: the kernel also takes a number for an event
 * that it then drops on purpose (rate limit). Numbers before the first one put are not missed.
 */
#ifndef AURUM_NETLINK_GAPS_H
#define AURUM_NETLINK_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#define AUDIT_GAPS_WINDOW 1024u /* serials; a power of two, a multiple of 64 */

struct audit_gaps {
	bool started;
	uint32_t newest;
	uint64_t seen[AUDIT_GAPS_WINDOW / 64]; /* serial n at bit n modulo the window */
	uint64_t events;                       /* serials that came */
	uint64_t missing;                      /* serials that left the window unseen */
	uint64_t late; /* records older than the window; their serial may have been counted missing
			*/
};

void audit_gaps_init(struct audit_gaps *g);
void audit_gaps_put(struct audit_gaps *g, uint32_t serial);

#endif

/* How far a plugin is behind, and what q_depth and overflow_action make of it. */
#ifndef AURUM_ATTENDANT_BACKLOG_H
#define AURUM_ATTENDANT_BACKLOG_H

#include "attendant/consumer.h"

/*
 * Measures c->lag. More than q_depth records behind is an excursion: overflow_action happens, once
 * until the plugin has caught up with half of that. A plugin that comes back to a backlog has to
 * have caught up first.
 */
void backlog_tick(struct consumer *c);

/* Records in a gap, as well as it can be told: from the bytes, else from the serial numbers. */
uint64_t backlog_lost(const struct consumer *c, const struct follow_gap *gap);

#endif

/*
 * Diagnostics of the daemon's processes: to a person while there is one, to syslog when there is
 * none. Nothing here waits: a message that finds no room is dropped.
 */
#ifndef AURUM_AUDITD_VOICE_H
#define AURUM_AUDITD_VOICE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct voice {
	const char *name; /* the program's; borrowed */
	bool to_stderr, to_syslog;
	bool is_talkative; /* notices go to stderr too */
};

/* priority: of syslog(3). */
void say(const struct voice *v, int priority, const char *fmt, ...) PRINTF(3, 4);

/* A message that may come with every record: told once a minute, with how often it came. */
struct grumble {
	int64_t next_ms;
	uint64_t held_back;
};
void say_rarely(const struct voice *v, struct grumble *g, int priority, const char *sentence);

#endif

/*
 * Who was logged in, from when to when: the sessions of a log, out of its events.
 *
 *	LOGIN ---------> USER_LOGIN ---------> USER_END
 *	OPENED           ACTIVE                ENDED		reported
 *	   |                |
 *	   |  same number again: GONE; SYSTEM_BOOT: CRASHED	reported
 *	   v                v
 *
 * A machine's run is a session as well: from SYSTEM_BOOT to SYSTEM_SHUTDOWN, or to the next
 * SYSTEM_BOOT, which means that it crashed. Only sessions that somebody logged in to (USER_LOGIN
 * gave a result) are reported: those of cron and su have none. What is still open at the end is
 * reported by sessions_finish(), in the order in which it began.
 *
 *	struct sessions *s = sessions_new(&options, &e);
 *	while ((event = ...))
 *		if (sessions_put(s, event, &e) != 0) ...
 *	sessions_finish(s);
 *	sessions_free(s);
 *
 * An event costs O(1), a boot O(open sessions).
 */
#ifndef AURUM_QUERY_SESSIONS_H
#define AURUM_QUERY_SESSIONS_H

#include "query/query.h"
#include "record/interpret.h"

/* More open sessions than this and the oldest is forgotten, and counted. */
#define SESSIONS_MAX ((size_t)1 << 16)

/* Texts are kept as far as they are shown; control bytes in them are escaped. */
#define SESSION_NAME_MAX 16
#define SESSION_TEXT_MAX 32

enum session_state {
	SESSION_OPENED, /* nobody has logged in to it yet */
	SESSION_ACTIVE,
	SESSION_ENDED,
	SESSION_CRASHED, /* the machine started anew without a word about this */
	SESSION_GONE,    /* its number was given again */
};

struct session {
	uint32_t id, auid;
	int32_t pid;
	int64_t start, end; /* seconds; end is 0 while it is open */
	bool has_name;
	char name[SESSION_NAME_MAX];
	char terminal[SESSION_TEXT_MAX], host[SESSION_TEXT_MAX]; /* host empty: unknown */
	bool has_result, failed;
	enum session_state state;
	uint64_t opened_by, login_by, ended_by; /* serials of its events, 0 for none */
};

/* Why an event did not count, for those who look for a session that is missing. */
enum session_note {
	SESSION_BAD_LOGIN, /* the event lacks a number that it needs */
	SESSION_BAD_USER_LOGIN,
	SESSION_BAD_LOGOUT,
	SESSION_OTHER_USER,
	SESSION_OTHER_TERMINAL,
	SESSION_NOT_FOUND, /* a USER_LOGIN to no open session */
};

struct sessions_options {
	bool bad;             /* failed logins instead of sessions */
	const char *user;     /* only this one's; NULL: all */
	const char *terminal; /* only those whose terminal has this in it; NULL: all */
	struct interpreter *interpreter;
	void (*report)(void *arg, const struct session *session); /* valid during the call */
	void (*note)(void *arg, enum session_note note, uint64_t serial); /* may be NULL */
	void (*used)(void *arg, const struct record *record); /* what was used; may be NULL */
	void *arg;
};

struct sessions;

/* options is kept by reference. NULL, with a sentence, when there is no memory. */
MUST_CHECK struct sessions *sessions_new(const struct sessions_options *options, struct err *e);
void sessions_free(struct sessions *s);

/* Takes any event; those of other types change nothing. -1 when there is no memory. */
MUST_CHECK int sessions_put(struct sessions *s, const struct event *event, struct err *e);

/* Reports what is still open; nothing can be put afterwards. */
void sessions_finish(struct sessions *s);

/* How many open sessions were forgotten because there were too many. */
uint64_t sessions_forgotten(const struct sessions *s);

/* Narrows a query to the types of record that sessions are made of. */
void sessions_query(struct query *q);

#endif

/*
 * The session tracker: open sessions in a list, in the order in which they began, and a map
 * from session number to its place in it. A number is open at most once.
 *
 * What is decided here is decided as the reference does, quirks included: a shutdown ends the
 * oldest session, which is the machine's own run unless its start is not in the log.
 */
#include "query/sessions.h"

#include "base/map.h"
#include "query/walk.h"
#include "table/usertype.h"

#include <assert.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>

#define VALUE_MAX ((size_t)64 << 10)
#define NO_ID     (-1)

struct node {
	struct session session;
	struct node *previous, *next;
	bool machine; /* the machine's own run */
};

struct sessions {
	const struct sessions_options *options;
	struct node *first, *last;
	struct map by_id; /* session number -> struct node * */
	uint64_t forgotten;
	char kernel[SESSION_TEXT_MAX]; /* as the last start of the daemon told */
	struct buf value;
};

/* ---- the open sessions ---- */

static struct node *find(const struct sessions *s, int32_t id)
{
	const uint64_t *found = map_get(&s->by_id, (uint32_t)id);

	return found ? (struct node *)(uintptr_t)*found : NULL;
}

/* The open session with this number, if it is this user's and this process began it. */
static struct node *find_exactly(const struct sessions *s, int32_t auid, int32_t pid, int32_t id)
{
	struct node *node = find(s, id);

	if (!node || node->session.auid != (uint32_t)auid || node->session.pid != pid)
		return NULL;
	return node;
}

static void drop(struct sessions *s, struct node *node)
{
	*(node->previous ? &node->previous->next : &s->first) = node->next;
	*(node->next ? &node->next->previous : &s->last) = node->previous;
	(void)map_del(&s->by_id, node->session.id);
	free(node);
}

static void make_room(struct sessions *s)
{
	struct node *oldest = s->first;

	if (!oldest || s->by_id.count < SESSIONS_MAX)
		return;
	drop(s, oldest->machine && oldest->next ? oldest->next : oldest);
	s->forgotten++;
}

/* A new open session at the end of the list; its number must be free. NULL: no memory. */
static struct node *append(struct sessions *s, const struct session *session, struct err *e)
{
	struct node *node;

	make_room(s);
	node = malloc(sizeof(*node));
	if (!node || !map_put(&s->by_id, session->id, (uintptr_t)node)) {
		free(node);
		(void)err_set(e, "no memory for another session");
		return NULL;
	}
	*node = (struct node){.session = *session, .previous = s->last};
	*(s->last ? &s->last->next : &s->first) = node;
	s->last = node;
	return node;
}

static void report(const struct sessions *s, const struct session *session)
{
	if (session->has_result && session->failed == s->options->bad)
		s->options->report(s->options->arg, session);
}

static void note(const struct sessions *s, enum session_note why, const struct event *event)
{
	if (s->options->note)
		s->options->note(s->options->arg, why, event->stamp.serial);
}

/* ---- values ---- */

static int32_t find_number(struct walk *w, struct sv name)
{
	struct field f;

	return walk_find(w, name, &f) ? walk_number(&f) : NO_ID;
}

static void keep(struct buf *text, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%.*s", (int)cap - 1, buf_cstr(text));
}

static void keep_escaped(struct sessions *s, struct sv text, char *out, size_t cap)
{
	buf_reset(&s->value);
	escape_put(ESCAPE_TTY, text, &s->value);
	keep(&s->value, out, cap);
}

/* What a field means, in s->value. */
static void interpret(struct sessions *s, const struct walk *w, const struct field *f)
{
	buf_reset(&s->value);
	interpret_value(s->options->interpreter, walk_where(w), f, &s->value);
}

/*
 * The new one of a LOGIN record's two values: the one behind "old-NAME=", or the second NAME=
 * of kernels before 3.14 ("old auid=4294967295 new auid=500").
 */
static bool find_new(struct walk *w, struct sv old_name, struct sv name, struct field *out)
{
	if (walk_find(w, old_name, out))
		return walk_find(w, name, out);
	walk_first(w, w->event);
	if (walk_find(w, name, out))
		(void)walk_next(w);
	return walk_find(w, name, out);
}

/* ---- the events ---- */

static int take_login(struct sessions *s, const struct event *event, struct err *e)
{
	struct session session = {.start = event->stamp.sec, .opened_by = event->stamp.serial};
	const char *user = s->options->user;
	int32_t auid = NO_ID, id = NO_ID;
	struct node *same;
	struct walk w;
	struct field f;

	walk_first(&w, event);
	session.pid = find_number(&w, SV("pid"));
	if (find_new(&w, SV("old-auid"), SV("auid"), &f)) {
		auid = walk_number(&f);
		interpret(s, &w, &f);
	}
	if (find_new(&w, SV("old-ses"), SV("ses"), &f))
		id = walk_number(&f);
	if (session.pid == NO_ID || auid == NO_ID || id == NO_ID) {
		note(s, SESSION_BAD_LOGIN, event);
		return 0;
	}
	same = find(s, id);
	if (same) {
		same->session.state = SESSION_GONE;
		same->session.end = event->stamp.sec;
		report(s, &same->session);
		drop(s, same);
	}
	if (user && !sv_eq(buf_view(&s->value), sv_cstr(user))) {
		note(s, SESSION_OTHER_USER, event);
		return 0;
	}
	session.id = (uint32_t)id;
	session.auid = (uint32_t)auid;
	session.has_name = true;
	keep(&s->value, session.name, sizeof(session.name));
	return append(s, &session, e) ? 0 : -1;
}

/* What a USER_LOGIN says; number fields are NO_ID where it does not. */
struct user_login {
	int32_t pid, id, uid;
	struct sv host, terminal; /* host: empty when unknown */
	bool has_result, failed;
};

static void read_user_login(struct sessions *s, const struct event *event, struct user_login *out)
{
	struct walk w;
	struct field f;

	walk_first(&w, event);
	*out = (struct user_login){.terminal = SV("?")};
	out->pid = find_number(&w, SV("pid"));
	out->id = find_number(&w, SV("ses"));
	/* The walk is past the sender's own uid=. gdm writes uid=, everybody else id=. */
	if (walk_find(&w, SV("uid"), &f)) {
		out->uid = walk_number(&f);
	} else {
		walk_first(&w, event);
		out->uid = find_number(&w, SV("id"));
		walk_first(&w, event);
	}
	if (walk_find(&w, SV("hostname"), &f) &&
	    (!sv_eq(walk_text(&f), SV("?")) || walk_find(&w, SV("addr"), &f)))
		out->host = walk_text(&f);
	if (walk_find(&w, SV("terminal"), &f))
		out->terminal = walk_text(&f);
	if (walk_find(&w, SV("res"), &f)) {
		interpret(s, &w, &f);
		out->has_result = true;
		out->failed = !sv_eq(buf_view(&s->value), SV("success"));
	}
}

static void set_place(struct sessions *s, const struct user_login *login, struct session *session)
{
	keep_escaped(s, login->terminal, session->terminal, sizeof(session->terminal));
	if (login->host.n)
		keep_escaped(s, login->host, session->host, sizeof(session->host));
}

static void report_failed(struct sessions *s, const struct event *event,
			  const struct user_login *login)
{
	struct session session = {
		.auid = (uint32_t)login->uid,
		.pid = login->pid,
		.start = event->stamp.sec,
		.end = event->stamp.sec,
		.has_result = true,
		.failed = true,
		.state = SESSION_ENDED,
		.login_by = event->stamp.serial,
	};
	struct walk w;
	struct field f;

	walk_first(&w, event);
	session.has_name = walk_find(&w, SV("acct"), &f);
	if (session.has_name) {
		interpret(s, &w, &f);
		keep(&s->value, session.name, sizeof(session.name));
	}
	set_place(s, login, &session);
	report(s, &session);
}

static void take_success(struct sessions *s, const struct event *event,
			 const struct user_login *login)
{
	const char *terminal = s->options->terminal;
	struct node *node = find_exactly(s, login->uid, login->pid, login->id);

	if (!node) {
		note(s, SESSION_NOT_FOUND, event);
		return;
	}
	if (terminal && *terminal && login->terminal.p &&
	    sv_find(login->terminal, sv_cstr(terminal)) == login->terminal.n) {
		drop(s, node);
		note(s, SESSION_OTHER_TERMINAL, event);
		return;
	}
	set_place(s, login, &node->session);
	node->session.state = SESSION_ACTIVE;
	node->session.has_result = true;
	node->session.failed = false;
	node->session.login_by = event->stamp.serial;
}

static void take_user_login(struct sessions *s, const struct event *event)
{
	struct user_login login;

	read_user_login(s, event, &login);
	if (login.has_result && login.failed) {
		if (s->options->bad)
			report_failed(s, event, &login);
		else
			note(s, SESSION_NOT_FOUND, event);
	} else if (login.pid == NO_ID || login.uid == NO_ID || login.id == NO_ID) {
		note(s, SESSION_BAD_USER_LOGIN, event);
	} else if (login.has_result) {
		take_success(s, event, &login);
	} else {
		note(s, SESSION_NOT_FOUND, event);
	}
}

static void end_session(struct sessions *s, struct node *node, const struct event *event)
{
	node->session.end = event->stamp.sec;
	node->session.state = SESSION_ENDED;
	node->session.ended_by = event->stamp.serial;
	report(s, &node->session);
	drop(s, node);
}

static void take_user_end(struct sessions *s, const struct event *event)
{
	int32_t pid, auid, id;
	struct node *node;
	struct walk w;

	walk_first(&w, event);
	pid = find_number(&w, SV("pid"));
	auid = find_number(&w, SV("auid"));
	id = find_number(&w, SV("ses"));
	if (pid == NO_ID || auid == NO_ID || id == NO_ID) {
		note(s, SESSION_BAD_LOGOUT, event);
		return;
	}
	node = find_exactly(s, auid, pid, id);
	if (node)
		end_session(s, node, event);
}

static int take_boot(struct sessions *s, const struct event *event, struct err *e)
{
	struct session run = {
		.start = event->stamp.sec,
		.has_name = true,
		.name = "reboot",
		.terminal = "system boot",
		.has_result = true,
		.opened_by = event->stamp.serial,
	};
	struct node *node;

	while ((node = s->first)) {
		node->session.ended_by = event->stamp.serial;
		node->session.state = SESSION_CRASHED;
		node->session.end = event->stamp.sec;
		report(s, &node->session);
		drop(s, node);
	}
	memcpy(run.host, s->kernel, sizeof(run.host));
	node = append(s, &run, e);
	if (!node)
		return -1;
	node->machine = true;
	return 0;
}

static void take_shutdown(struct sessions *s, const struct event *event)
{
	if (s->first)
		end_session(s, s->first, event);
}

static void take_daemon_start(struct sessions *s, const struct event *event)
{
	struct walk w;
	struct field f;

	walk_first(&w, event);
	if (walk_find(&w, SV("kernel"), &f))
		keep_escaped(s, walk_text(&f), s->kernel, sizeof(s->kernel));
}

/* ---- the door ---- */

struct sessions *sessions_new(const struct sessions_options *options, struct err *e)
{
	struct sessions *s = malloc(sizeof(*s));

	if (!s) {
		(void)err_set(e, "no memory for sessions");
		return NULL;
	}
	*s = (struct sessions){.options = options, .value = BUF_INIT(VALUE_MAX)};
	map_init(&s->by_id, SESSIONS_MAX + 1);
	return s;
}

void sessions_free(struct sessions *s)
{
	if (!s)
		return;
	while (s->first)
		drop(s, s->first);
	map_release(&s->by_id);
	buf_release(&s->value);
	free(s);
}

int sessions_put(struct sessions *s, const struct event *event, struct err *e)
{
	int status = 0;

	switch (event->type) {
	case AUDIT_LOGIN:
		status = take_login(s, event, e);
		break;
	case AUDIT_USER_LOGIN:
		take_user_login(s, event);
		break;
	case AUDIT_USER_END:
		take_user_end(s, event);
		break;
	case AUDIT_SYSTEM_BOOT:
		status = take_boot(s, event, e);
		break;
	case AUDIT_SYSTEM_SHUTDOWN:
		take_shutdown(s, event);
		break;
	case AUDIT_DAEMON_START:
		take_daemon_start(s, event);
		break;
	default:
		return 0;
	}
	if (status == 0 && s->options->used)
		s->options->used(s->options->arg, &event->records[0]);
	return status;
}

void sessions_finish(struct sessions *s)
{
	while (s->first) {
		report(s, &s->first->session);
		drop(s, s->first);
	}
}

uint64_t sessions_forgotten(const struct sessions *s)
{
	return s->forgotten;
}

void sessions_query(struct query *q)
{
	static const uint32_t types[] = {AUDIT_LOGIN,           AUDIT_USER_LOGIN,
					 AUDIT_USER_END,        AUDIT_SYSTEM_BOOT,
					 AUDIT_SYSTEM_SHUTDOWN, AUDIT_DAEMON_START};

	for (size_t i = 0; i < LEN(types); i++)
		if (!query_add_type(q, types[i]))
			assert(!"types of records are small");
}

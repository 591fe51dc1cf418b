/*
 * Lines of a log in, sentences on stdout out. Writing never stands in the way of ending: while
 * the reader of stdout is slow, the descriptor that says stop is watched as well.
 */
#include "aurum/watch.h"

#include "record/names_system.h"
#include "table/table.h"
#include "table/usertype.h"

#include <errno.h>
#include <linux/audit.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define OUT_MAX    ((size_t)1 << 20)
#define PIECE      4096 /* PIPE_BUF: a pipe that poll calls writable takes this much at once */
#define PATIENCE_S 1    /* for a reader of stdout that is slow when it is time to stop */

static void local_time(int64_t sec, struct tm *out)
{
	time_t t = (time_t)sec;

	if (!localtime_r(&t, out))
		*out = (struct tm){0};
}

int64_t teller_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME_COARSE, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int teller_init(struct teller *t, const struct watch_options *options, struct err *e)
{
	static const struct join_options join_options = {.order = JOIN_PROMPT,
							 .timeout_s = JOIN_TIMEOUT_DEFAULT_S};

	*t = (struct teller){.stop_fd = -1,
			     .out = BUF_INIT(OUT_MAX),
			     .limit = options->count,
			     .quiet_before_ms = INT64_MIN,
			     .quiet_after_ms = INT64_MAX,
			     .style = {local_time, options->date, options->serial}};
	t->join = join_new(&join_options, e);
	t->names = t->join ? names_new(&names_system, e) : NULL;
	interpreter_init(&t->interpreter, t->names, ESCAPE_RAW);
	normaliser_init(&t->normaliser, &t->interpreter);
	return t->names ? 0 : -1;
}

void teller_release(struct teller *t)
{
	normaliser_release(&t->normaliser);
	names_free(t->names);
	join_free(t->join);
	buf_release(&t->out);
}

/* True when a piece may be written now; false when it is time to give up. */
static bool may_write(const struct teller *t)
{
	struct pollfd fds[] = {{.fd = STDOUT_FILENO, .events = POLLOUT},
			       {.fd = t->stop_fd, .events = POLLIN}};

	for (;;) {
		int n = poll(fds, LEN(fds), -1);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && (fds[0].revents & (POLLOUT | POLLERR | POLLHUP)))
			return true;
		if (n > 0 && fds[1].revents)
			return poll(fds, 1, PATIENCE_S * 1000) > 0;
	}
}

static void flush_out(struct teller *t)
{
	struct sv rest = buf_view(&t->out);

	while (rest.n && !t->is_broken) {
		ssize_t n;

		if (!may_write(t))
			break;
		n = write(STDOUT_FILENO, rest.p, rest.n < PIECE ? rest.n : PIECE);
		if (n > 0)
			rest = sv_from(rest, (size_t)n);
		else if (errno != EINTR && errno != EAGAIN)
			t->is_broken = true;
	}
	buf_reset(&t->out);
}

static void count_key(struct teller *t, struct sv key)
{
	char name[sizeof(t->keys[0].name)];

	if (key.n == 0 || !sv_to_cstr(key, name, sizeof(name)))
		return;
	for (size_t i = 0; i < t->key_count; i++) {
		if (sv_eq(sv_cstr(t->keys[i].name), key)) {
			t->keys[i].events++;
			return;
		}
	}
	if (t->key_count == TELLER_KEYS)
		return;
	memcpy(t->keys[t->key_count].name, name, sizeof(name));
	t->keys[t->key_count++].events = 1;
}

static void count_keys(struct teller *t, struct sv keys)
{
	struct sv key;

	while (keys.n) {
		(void)sv_cut(keys, KEY_SEPARATOR, &key, &keys);
		count_key(t, key);
	}
}

/* What records of these types tell is done to audit itself. */
static bool is_about_audit(uint32_t type)
{
	return type == AUDIT_CONFIG_CHANGE || type == AUDIT_FEATURE_CHANGE ||
	       type == AUDIT_EVENT_LISTENER || (type >= AUDIT_DAEMON_START && type < AUDIT_SYSCALL);
}

/* What starting and stopping this very recording does to audit is not news. */
static bool is_own(const struct teller *t, const struct story *s)
{
	int64_t ms = s->record->stamp.sec * 1000 + s->record->stamp.ms;

	if (t->own_pid && s->pid == t->own_pid)
		return true;
	return is_about_audit(s->record->type) &&
	       (ms <= t->quiet_before_ms || ms >= t->quiet_after_ms);
}

/* A shell that looks for a program along PATH tries folder after folder. */
static bool is_search(const struct story *s)
{
	return s->verb == VERB_RUN && s->outcome == STORY_FAILED && s->error == ENOENT;
}

/* ADD_USER to DEL_GROUP: a uid may have another name from here on. */
static bool changes_names(const struct event *ev)
{
	return ev->type >= AUDIT_ADD_USER && ev->type <= AUDIT_DEL_GROUP;
}

static void tell_complete(struct teller *t)
{
	const struct event *ev;
	struct deed told;

	while ((ev = join_next(t->join))) {
		const struct story *story;

		t->events++;
		if (changes_names(ev))
			names_flush(t->names);
		normalise(&t->normaliser, ev->records, ev->count, NORMALISE_PLAIN, &told);
		story = story_of(&t->normaliser, &told);
		count_keys(t, story->key);
		if (t->is_full || is_own(t, story) || is_search(story) || story->is_fragment)
			continue;
		t->told++;
		sentence_put(&t->style, &t->normaliser, &told, &t->out);
		flush_out(t);
		t->is_full = t->limit && t->told >= t->limit;
	}
}

void teller_line(struct teller *t, struct sv line)
{
	struct record r;

	t->lines++;
	if (record_parse(line, &r) != RECORD_OK || join_put(t->join, &r) != 0)
		t->malformed++;
	tell_complete(t);
}

void teller_tick(struct teller *t)
{
	join_expire(t->join, teller_now_ms() / 1000);
	tell_complete(t);
}

void teller_finish(struct teller *t)
{
	join_finish(t->join);
	tell_complete(t);
}

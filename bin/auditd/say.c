/* Diagnostics of the daemon: one event, one line. */
#include "auditd/app.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>

#define SENTENCE_MAX 1400
#define HELD_BACK_MS 60000

int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void say(const struct voice *v, int priority, const char *fmt, ...)
{
	char sentence[SENTENCE_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	if (v->to_stderr && (v->is_talkative || priority <= LOG_WARNING))
		(void)fprintf(stderr, "auditd: %s\n", sentence);
	if (v->to_syslog)
		syslog(priority, "%s", sentence);
}

void say_rarely(const struct voice *v, struct grumble *g, int priority, const char *sentence)
{
	int64_t now = now_ms();

	if (now < g->next_ms) {
		g->held_back++;
		return;
	}
	if (g->held_back)
		say(v, priority, "%s (and %" PRIu64 " times more in the last minute)", sentence,
		    g->held_back);
	else
		say(v, priority, "%s", sentence);
	*g = (struct grumble){.next_ms = now + HELD_BACK_MS};
}

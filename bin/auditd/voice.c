/*
 * Diagnostics of the daemon: one event, one line.
 *
 * syslog(3) waits when nobody takes messages out of /dev/log. Anybody may fill it, and a log
 * daemon that waits for the kernel's audit backlog would wait for us while we wait for it. So
 * messages go there without waiting (RFC 3164), and one that finds no room is dropped: what is
 * lost of the records themselves is counted elsewhere.
 */
#include "auditd/voice.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define SENTENCE_MAX 1400
#define HELD_BACK_MS 60000

static void send_to_syslog(const char *name, int priority, const char *sentence)
{
	const struct sockaddr_un log = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	CLEAN_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char message[SENTENCE_MAX + 64], when[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	int n;

	if (localtime_r(&now, &tm))
		(void)strftime(when, sizeof(when), "%b %e %T ", &tm);
	n = snprintf(message, sizeof(message), "<%d>%s%s[%d]: %s", LOG_DAEMON | priority, when,
		     name, getpid(), sentence);
	if (fd >= 0 && n > 0 && (size_t)n < sizeof(message))
		(void)!sendto(fd, message, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL,
			      (const struct sockaddr *)&log, sizeof(log));
}

void say(const struct voice *v, int priority, const char *fmt, ...)
{
	char sentence[SENTENCE_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	if (v->to_stderr && (v->is_talkative || priority <= LOG_WARNING))
		(void)fprintf(stderr, "%s: %s\n", v->name, sentence);
	if (v->to_syslog)
		send_to_syslog(v->name, priority, sentence);
}

void say_rarely(const struct voice *v, struct grumble *g, int priority, const char *sentence)
{
	int64_t now = clock_ms();

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

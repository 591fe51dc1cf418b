/* Framing and sending. Who waits, and how long, is the caller's business. */
#include "common/journal.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#define HEADER_MAX 256

void journal_init(struct journal *j, const char *tag, int facility)
{
	*j = (struct journal){.tag = tag,
			      .facility = facility,
			      .fd = -1,
			      .message = BUF_INIT(HEADER_MAX + JOURNAL_TEXT_MAX)};
}

static void disconnect(struct journal *j)
{
	close_fd(&j->fd);
	j->fd = -1;
}

void journal_release(struct journal *j)
{
	disconnect(j);
	buf_release(&j->message);
}

static bool is_connected(struct journal *j)
{
	const struct sockaddr_un log = {.sun_family = AF_UNIX, .sun_path = JOURNAL_PATH};
	CLEAN_FD int fd = -1;

	if (j->fd >= 0)
		return true;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&log, sizeof(log)) != 0)
		return false;
	j->fd = take_fd(&fd);
	return true;
}

static void put_time(struct journal *j)
{
	time_t now = time(NULL);
	struct tm tm;

	if (now != j->second && localtime_r(&now, &tm)) {
		(void)strftime(j->when, sizeof(j->when), "%b %e %T ", &tm);
		j->second = now;
	}
	buf_puts(&j->message, j->when);
}

static void blank_nuls(char *p, size_t n)
{
	for (char *end = p + n; (p = memchr(p, '\0', (size_t)(end - p))) != NULL; p++)
		*p = ' ';
}

enum journal_status journal_send(struct journal *j, int level, struct sv text)
{
	size_t header;

	if (!is_connected(j))
		return JOURNAL_ABSENT;
	buf_reset(&j->message);
	buf_printf(&j->message, "<%d>", j->facility | level);
	put_time(j);
	buf_printf(&j->message, "%s: ", j->tag);
	header = j->message.n;
	buf_put(&j->message, sv_head(text, JOURNAL_TEXT_MAX));
	if (j->message.failed)
		return JOURNAL_REFUSED;
	blank_nuls(j->message.p + header, j->message.n - header);
	if (send(j->fd, j->message.p, j->message.n, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return JOURNAL_SENT;
	if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)
		return JOURNAL_FULL;
	if (errno == EMSGSIZE)
		return JOURNAL_REFUSED;
	disconnect(j); /* it went away: the next message looks for its successor */
	return JOURNAL_ABSENT;
}

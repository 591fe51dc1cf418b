/* Messages in and out. What they mean is not known here. */
#include "integrity/reserve_message.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#define HEAD offsetof(struct reserve_message, text)

bool reserve_message_put(struct reserve_message *m, struct sv text)
{
	if (text.n > sizeof(m->text))
		return false;
	if (text.n)
		memcpy(m->text, text.p, text.n);
	m->text_bytes = (uint32_t)text.n;
	return true;
}

struct sv reserve_message_text(const struct reserve_message *m)
{
	return sv_make(m->text, m->text_bytes);
}

bool reserve_message_is_whole(const struct reserve_message *m, size_t n)
{
	return n >= HEAD && m->text_bytes <= sizeof(m->text) && n == HEAD + m->text_bytes &&
	       m->kind >= RESERVE_HELLO && m->kind < RESERVE_ASK_END && m->failed <= 1 &&
	       m->count <= RESERVE_KEYS_MAX;
}

int reserve_message_send(int fd, const struct reserve_message *m, struct err *e)
{
	size_t bytes = HEAD + m->text_bytes;
	ssize_t n;

	do
		n = send(fd, m, bytes, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)bytes ? 0 : err_sys(e, "cannot tell the other process");
}

/* Whether something waits before the time `end` (-1: for ever) is over. */
static bool wait_for(int fd, int64_t end)
{
	for (;;) {
		struct pollfd line = {.fd = fd, .events = POLLIN};
		int64_t left = end < 0 ? -1 : end - clock_ms();
		int n = poll(&line, 1, end >= 0 && left < 0 ? 0 : (int)left);

		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

enum reserve_took reserve_message_take(int fd, int ms, struct reserve_message *out)
{
	int64_t end = ms < 0 ? -1 : clock_ms() + ms;
	ssize_t n;

	do {
		if (!wait_for(fd, end))
			return RESERVE_LATE;
		n = recv(fd, out, sizeof(*out), MSG_TRUNC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return RESERVE_ENDED;
	return reserve_message_is_whole(out, (size_t)n) ? RESERVE_TAKEN : RESERVE_BROKEN;
}

/* Any bytes as a message between a sealer and auditd-sealkey: what is taken is within its bounds. */
#include "integrity/reserve_message.h"

#include <stdlib.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reserve_message m;
	static int ends[2] = {-1, -1};
	struct sv text;

	if (ends[0] < 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		abort();
	if (size == 0 || size > sizeof(m) + 64 || send(ends[0], data, size, MSG_NOSIGNAL) < 0)
		return 0;
	if (reserve_message_take(ends[1], 0, &m) != RESERVE_TAKEN)
		return 0;
	if (m.count > RESERVE_KEYS_MAX || m.text_bytes > sizeof(m.text))
		abort();
	text = reserve_message_text(&m);
	if (sv_count(text, '\n') > text.n)
		abort();
	return 0;
}

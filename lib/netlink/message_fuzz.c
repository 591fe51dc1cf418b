/* Any bytes as a datagram: messages stay inside it, in order, and the walk ends. */
#include "netlink/message.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv all = sv_make((const char *)data, size);
	const char *at = all.p;
	struct audit_messages it;
	struct audit_message m;
	uint32_t serial;
	int32_t error;

	audit_messages_init(&it, all);
	while (audit_messages_next(&it, &m) == AUDIT_MESSAGE_FOUND) {
		assert(m.payload.p >= at + AUDIT_HEADER_BYTES);
		assert(m.payload.n <= (size_t)(all.p + all.n - m.payload.p));
		at = m.payload.p + m.payload.n;
		if (audit_message_error(&m, &error))
			assert(m.payload.n >= sizeof(error));
		if (audit_text_serial(m.payload, &serial))
			assert(m.payload.n > sizeof("audit(:)"));
	}
	return 0;
}

/* One message in or out. What it means is not known here. */
#include "auditd/errand.h"

#include <errno.h>
#include <sys/socket.h>

int errand_send(int fd, const struct errand *errand, struct err *e)
{
	ssize_t n;

	do
		n = send(fd, errand, sizeof(*errand), MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*errand) ? 0 : err_sys(e, "cannot tell the other process");
}

enum errand_status errand_take(int fd, struct errand *out)
{
	for (;;) {
		ssize_t n = recv(fd, out, sizeof(*out), MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return ERRAND_NONE;
		if (n <= 0)
			return ERRAND_ENDED;
		out->text[sizeof(out->text) - 1] = '\0';
		if (n == (ssize_t)sizeof(*out) && out->kind && out->kind < ERRAND_KIND_END)
			return ERRAND_TAKEN;
	}
}

/*
 * One datagram and a few variables. Nothing here waits: a manager whose socket is full is told nothing.
 */
#include "base/manager.h"

#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD    3 /* SD_LISTEN_FDS_START */
#define FDS_MAX     256
#define MESSAGE_MAX 256

/* How many descriptors are for this process. */
static int handed_over(const struct manager *m)
{
	uint64_t pid, count;

	if (!m->pid || !m->count || !num_u64(sv_cstr(m->pid), &pid) || pid != (uint64_t)getpid() ||
	    !num_range(sv_cstr(m->count), 0, FDS_MAX, &count))
		return 0;
	return (int)count;
}

int manager_take(const struct manager *m, const char *name)
{
	struct sv rest = m->names ? sv_cstr(m->names) : SV_EMPTY, one;
	int count = handed_over(m), found = -1;

	for (int i = 0; i < count; i++) {
		int fd = FIRST_FD + i, flags = fcntl(fd, F_GETFD);

		(void)sv_cut(rest, ':', &one, &rest);
		if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) != 0)
			continue;
		if (found < 0 && sv_eq(one, sv_cstr(name)))
			found = fd;
	}
	return found;
}

/* False when it is no address of a socket of this machine. */
static bool address_of(const char *text, struct sockaddr_un *out, socklen_t *size)
{
	size_t n = strlen(text);

	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	if ((text[0] != '/' && text[0] != '@') || n < 2 || n >= sizeof(out->sun_path))
		return false;
	memcpy(out->sun_path, text, n);
	if (text[0] == '@')
		out->sun_path[0] = '\0';
	*size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	return true;
}

static int send_with(int socket, const char *text, int fd, const struct sockaddr_un *to,
		     socklen_t size)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS}};
	char copy[MESSAGE_MAX];
	struct sockaddr_un address = *to;
	struct iovec part = {copy, strlen(text)};
	struct msghdr message = {.msg_name = &address,
				 .msg_namelen = size,
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control.room,
				 .msg_controllen = sizeof(control.room)};

	(void)snprintf(copy, sizeof(copy), "%s", text);
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -1 : 0;
}

int manager_keep(const struct manager *m, int fd, const char *name, struct err *e)
{
	CLEAN_FD int socket_fd = -1;
	struct sockaddr_un address;
	char text[MESSAGE_MAX];
	socklen_t size;

	if (!m->notify || !m->notify[0])
		return 0;
	if (!address_of(m->notify, &address, &size))
		return err_set(e, "NOTIFY_SOCKET is no address of a service manager");
	/* Whether something can be read from it tells nothing: it is not to be watched. */
	(void)snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s\nFDPOLL=0", name);
	socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (socket_fd < 0 || send_with(socket_fd, text, fd, &address, size) != 0)
		return err_sys(e, "cannot give a descriptor to the service manager");
	return 1;
}

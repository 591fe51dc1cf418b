/*
 * A socket address as the kernel writes it: the bytes of struct sockaddr_* in hexadecimal.
 *
 *	struct address a;
 *	if (address_decode(SV("02000050C0000207"), &a)) ...	-- a.is.any.sa_family == AF_INET
 */
#ifndef AURUM_RECORD_ADDRESS_H
#define AURUM_RECORD_ADDRESS_H

#include "base/attr.h"
#include "base/sv.h"

#include <linux/atm.h>
#include <linux/ax25.h>
#include <linux/netlink.h>
#include <linux/x25.h>
#include <netinet/in.h>
#include <sys/un.h>

/* sockaddr_storage, and enough for a path without its NUL. */
#define ADDRESS_MAX 256

struct address {
	union {
		char text[ADDRESS_MAX];
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_nl netlink;
		struct sockaddr_ax25 ax25;
		struct sockaddr_atmpvc atmpvc;
		struct sockaddr_x25 x25;
	} is;          /* what the address is too short for is zero, and so is the last byte */
	size_t length; /* of the address as written, which may be more than fits here */
};

/* False when value does not start with two hexadecimal digits. */
MUST_CHECK bool address_decode(struct sv value, struct address *out);

#endif

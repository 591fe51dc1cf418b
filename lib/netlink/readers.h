/*
 * Who else reads the kernel's audit records: the sockets of its multicast group, to each of which
 * it copies every record before the process that caused it goes on.
 *
 *	struct audit_reader readers[8];
 *	size_t count = audit_readers_find("/proc", getpid(), readers, LEN(readers));
 *
 * Source: /proc/net/netlink (net/netlink/af_netlink.c: netlink_native_seq_show), which shows the
 * sockets of the own network namespace.
 */
#ifndef AURUM_NETLINK_READERS_H
#define AURUM_NETLINK_READERS_H

#include "base/sv.h"

#include <stdint.h>

struct audit_reader {
	uint32_t pid;  /* of a process that has the socket; 0: not found */
	char name[16]; /* of that process, as it is; "" */
	uint64_t inode;
};

/*
 * The sockets of the group in text, which is the content of /proc/net/netlink: their inodes, and in
 * pid the port, which often is the process that opened them. How many there are, of which at most
 * cap are in out.
 */
size_t audit_readers_parse(struct sv text, struct audit_reader *out, size_t cap);

/*
 * The same for this host, with the processes behind them, except those of own: who may not look
 * into other processes finds the port's. proc is where the proc file system is. Slow: it looks at
 * every descriptor of the host when the group has readers. At most cap; 0 also without proc.
 */
size_t audit_readers_find(const char *proc, uint32_t own, struct audit_reader *out, size_t cap);

#endif

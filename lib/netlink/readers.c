/* Reads what the kernel says about netlink sockets, and looks for the processes that hold them. */
#include "netlink/readers.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"

#include <dirent.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <stdio.h>

#define TABLE_MAX ((size_t)4 << 20)
#define GROUP_BIT 1u /* AUDIT_NLGRP_READLOG is group 1 */
#define INIT_PID  1u

/* "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode", of which four are asked for. */
enum column { PROTOCOL = 1, PORT, GROUPS, INODE = 9, COLUMNS };

static bool parse_row(struct sv line, struct audit_reader *out)
{
	struct sv words[COLUMNS];
	uint64_t protocol, groups;

	*out = (struct audit_reader){.pid = 0};
	for (size_t i = 0; i < COLUMNS; i++)
		if (!sv_word(&line, &words[i]))
			return false;
	/* The port is unsigned, and none of a process when it does not fit. */
	(void)!num_u32(words[PORT], &out->pid);
	return num_u64(words[PROTOCOL], &protocol) && protocol == NETLINK_AUDIT &&
	       num_hex64(words[GROUPS], &groups) && groups & GROUP_BIT &&
	       num_u64(words[INODE], &out->inode);
}

size_t audit_readers_parse(struct sv text, struct audit_reader *out, size_t cap)
{
	struct audit_reader one;
	size_t count = 0;
	struct sv line;

	while (sv_line(&text, &line)) {
		if (!parse_row(line, &one))
			continue;
		if (count < cap)
			out[count] = one;
		count++;
	}
	return count;
}

static void take_name(const char *proc, struct audit_reader *reader)
{
	CLEANUP(buf_release) struct buf name = BUF_INIT(sizeof(reader->name));
	char path[256];

	reader->name[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/%" PRIu32 "/comm", proc, reader->pid);
	if (file_read(path, &name, NULL) == 0)
		(void)!sv_to_cstr(sv_head(sv_trim(buf_view(&name)), sizeof(reader->name) - 1),
				  reader->name, sizeof(reader->name));
}

/* Whether the process has the socket open. */
static bool has_socket(const char *proc, const char *process, uint64_t inode)
{
	char path[256], wanted[64], target[64];
	bool found = false;
	DIR *folder;

	(void)snprintf(wanted, sizeof(wanted), "socket:[%" PRIu64 "]", inode);
	if (snprintf(path, sizeof(path), "%s/%s/fd", proc, process) >= (int)sizeof(path))
		return false;
	folder = opendir(path);
	if (!folder)
		return false;
	for (const struct dirent *d; !found && (d = readdir(folder));) {
		ssize_t n = readlinkat(dirfd(folder), d->d_name, target, sizeof(target) - 1);

		found = n > 0 && sv_eq(sv_make(target, (size_t)n), sv_cstr(wanted));
	}
	(void)closedir(folder);
	return found;
}

/*
 * A process that has the socket open. The first process of a host opens sockets for others and
 * keeps them: any other holder is the reader.
 */
static void find_holder(const char *proc, struct audit_reader *reader)
{
	DIR *folder = opendir(proc);
	uint32_t pid;

	if (!folder)
		return;
	for (const struct dirent *d; (d = readdir(folder));) {
		if (!num_u32(sv_cstr(d->d_name), &pid) || pid == INIT_PID ||
		    !has_socket(proc, d->d_name, reader->inode))
			continue;
		reader->pid = pid;
		break;
	}
	(void)closedir(folder);
}

size_t audit_readers_find(const char *proc, uint32_t own, struct audit_reader *out, size_t cap)
{
	CLEANUP(buf_release) struct buf table = BUF_INIT(TABLE_MAX);
	char path[256];
	size_t count, kept = 0;

	if (snprintf(path, sizeof(path), "%s/net/netlink", proc) >= (int)sizeof(path) ||
	    file_read(path, &table, NULL) != 0)
		return 0;
	count = audit_readers_parse(buf_view(&table), out, cap);
	for (size_t i = 0; i < count && i < cap; i++) {
		struct audit_reader one = out[i];

		find_holder(proc, &one);
		take_name(proc, &one);
		if (one.pid != own)
			out[kept++] = one;
	}
	return kept;
}

/*
 * A process that audits itself: it makes calls that rules of both sets are to record, each with a
 * serial number among its arguments, and looks in the kernel's multicast copy for each before it
 * makes the next. What does not come was not recorded.
 *
 *	live-coverage FILE FILE-IN-FOLDER SECONDS
 *
 * Three kinds of calls: getpgid(serial), which a rule by process takes; openat(FILE, ..., serial) for
 * a rule by path; openat(FILE-IN-FOLDER, ..., serial) for a rule by folder. Prints "calls N missed
 * N", and a line for each call that was missed. Exit code 1: one was; 2: trouble.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "netlink/receive.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>

#define SERIAL_FIRST 0x5a0000u /* no pid, and no file mode that anybody else gives */
#define PATIENCE_MS  300
#define MISSED_MAX   20

enum kind { BY_PROCESS, BY_PATH, BY_FOLDER, KINDS };

static const char *const kinds[] = {"by process", "by path", "by folder"};

struct coverage {
	struct audit_socket socket;
	struct audit_batch batch;
	struct audit_counters counters;
	const char *files[KINDS];
	uint32_t serial;
	uint64_t calls, missed;
};

static void call(const struct coverage *c, enum kind kind)
{
	long fd;

	if (kind == BY_PROCESS) {
		(void)syscall(SYS_getpgid, c->serial);
		return;
	}
	fd = syscall(SYS_openat, AT_FDCWD, c->files[kind], O_RDONLY, c->serial);
	if (fd >= 0)
		(void)close((int)fd);
}

static bool is_ours(const struct coverage *c, enum kind kind, const struct audit_record *r)
{
	char wanted[32];

	(void)snprintf(wanted, sizeof(wanted), " a%d=%x ", kind == BY_PROCESS ? 0 : 3, c->serial);
	return r->type == 1300 && sv_find(r->text, sv_cstr(wanted)) < r->text.n;
}

/* True when the record came, false when it is not there in time. */
static bool wait_for_record(struct coverage *c, enum kind kind)
{
	int64_t end = clock_ms() + PATIENCE_MS;
	struct pollfd fd = {.fd = c->socket.fd, .events = POLLIN};
	bool is_here = false, is_late;

	/* Looked once more when it is late: this process may not have run for so long. */
	do {
		is_late = clock_ms() >= end;
		(void)poll(&fd, 1, is_late ? 0 : 100);
		while (audit_recv_batch(&c->socket, &c->batch, &c->counters, NULL) ==
		       AUDIT_RECV_RECORDS)
			for (size_t i = 0; i < c->batch.count; i++)
				is_here = is_here || is_ours(c, kind, &c->batch.records[i]);
	} while (!is_here && !is_late);
	return is_here;
}

static void try_one(struct coverage *c, enum kind kind)
{
	c->serial++;
	c->calls++;
	call(c, kind);
	if (wait_for_record(c, kind))
		return;
	c->missed++;
	(void)printf("missed: %s, serial %x\n", kinds[kind], c->serial);
}

int main(int argc, char **argv)
{
	static struct coverage c = {.serial = SERIAL_FIRST};
	uint64_t seconds;
	int64_t end;
	struct err e;

	if (argc != 4 || !num_range(sv_cstr(argv[3]), 1, 3600, &seconds)) {
		(void)fputs("usage: live-coverage FILE FILE-IN-FOLDER SECONDS\n", stderr);
		return 2;
	}
	c.files[BY_PATH] = argv[1];
	c.files[BY_FOLDER] = argv[2];
	audit_batch_init(&c.batch);
	audit_gaps_init(&c.counters.serials);
	if (audit_socket_open_group(&c.socket, (size_t)8 << 20, &e) != 0) {
		(void)fprintf(stderr, "live-coverage: %s\n", e.text);
		return 2;
	}
	end = clock_ms() + (int64_t)seconds * 1000;
	while (clock_ms() < end && c.missed < MISSED_MAX)
		for (enum kind kind = 0; kind < KINDS; kind++)
			try_one(&c, kind);
	(void)printf("calls %llu missed %llu overruns %llu\n", (unsigned long long)c.calls,
		     (unsigned long long)c.missed, (unsigned long long)c.counters.overruns);
	audit_socket_close(&c.socket);
	return c.missed ? 1 : 0;
}

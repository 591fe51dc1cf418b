/*
 * Drives the netlink floor on the live kernel, one verb a run; prints what came back.
 *
 *	live-netlink status | set FIELD VALUE | reset-lost | features | signal | tty | trim
 *	live-netlink user TYPE TEXT | equivalent OLD NEW
 *	live-netlink add PID SYSCALL KEY | delete PID SYSCALL KEY | list | dump
 *	live-netlink fill PID SYSCALL COUNT	many rules
 *	live-netlink record COUNT COMMAND...	as the daemon: on, run, COUNT records, off
 *	live-netlink listen COUNT COMMAND...	the same from the multicast group, no registration
 *	live-netlink late COUNT COMMAND...	as listen, but reads a small buffer when it is too
 *late live-netlink steal			register while another daemon is there live-netlink
 *forge PORT			send a record to somebody else's socket
 */
#include "base/num.h"
#include "netlink/control.h"
#include "netlink/receive.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define QUIET_MS 200 /* nothing for so long: no more will come */

struct app {
	struct audit_socket socket;
	struct audit_control control;
	struct err e;
};

static struct audit_batch batch;

static _Noreturn void die(const char *why)
{
	fprintf(stderr, "live-netlink: %s\n", why);
	exit(1);
}

static void check(struct app *a, int status)
{
	if (status != 0)
		die(a->e.text);
}

static uint32_t number(const char *text)
{
	uint32_t value;

	if (!text || !num_u32(sv_cstr(text), &value))
		die("a number is missing");
	return value;
}

static void do_status(struct app *a, char **args)
{
	struct audit_status s;

	(void)args;
	check(a, audit_get_status(&a->control, &s, &a->e));
	printf("enabled %u failure %u pid %u rate_limit %u backlog_limit %u lost %u backlog %u "
	       "backlog_wait_time %u features %u\n",
	       s.enabled, s.failure, s.pid, s.rate_limit, s.backlog_limit, s.lost, s.backlog,
	       s.backlog_wait_time, s.feature_bitmap);
}

static void do_set(struct app *a, char **args)
{
	static const struct {
		const char *name;
		int (*set)(struct audit_control *c, uint32_t value, struct err *e);
	} fields[] = {
		{"enabled", audit_set_enabled},
		{"failure", audit_set_failure},
		{"rate_limit", audit_set_rate_limit},
		{"backlog_limit", audit_set_backlog_limit},
		{"backlog_wait_time", audit_set_backlog_wait_time},
		{"pid", audit_set_pid},
	};

	for (size_t i = 0; i < LEN(fields); i++)
		if (args[0] && strcmp(fields[i].name, args[0]) == 0) {
			check(a, fields[i].set(&a->control, number(args[1]), &a->e));
			return;
		}
	die("unknown field");
}

static void do_reset_lost(struct app *a, char **args)
{
	uint32_t was;

	(void)args;
	check(a, audit_reset_lost(&a->control, &was, &a->e));
	printf("lost was %u\n", was);
	check(a, audit_reset_backlog_wait_time_actual(&a->control, &was, &a->e));
	printf("waited was %u\n", was);
}

static void do_features(struct app *a, char **args)
{
	struct audit_features f;

	(void)args;
	check(a, audit_get_features(&a->control, &f, &a->e));
	printf("version %u mask %u features %u lock %u\n", f.vers, f.mask, f.features, f.lock);
	/* What is there already: a change of nothing. */
	check(a, audit_set_features(&a->control, 1, f.features & 1, 0, &a->e));
}

static void do_signal(struct app *a, char **args)
{
	struct audit_signal signal;

	(void)args;
	check(a, audit_get_signal(&a->control, &signal, &a->e));
	printf("uid %u pid %u context %.*s\n", signal.uid, signal.pid, SV_FMT(signal.context));
}

static void do_tty(struct app *a, char **args)
{
	struct audit_tty_status tty;

	(void)args;
	check(a, audit_get_tty(&a->control, &tty, &a->e));
	printf("enabled %u log_passwd %u\n", tty.enabled, tty.log_passwd);
	check(a, audit_set_tty(&a->control, &tty, &a->e));
}

static void do_trim(struct app *a, char **args)
{
	(void)args;
	check(a, audit_trim(&a->control, &a->e));
}

static void do_user(struct app *a, char **args)
{
	uint32_t type = number(args[0]);

	if (type > UINT16_MAX || !args[1])
		die("type or text is missing");
	check(a, audit_send_user(&a->control, (uint16_t)type, sv_cstr(args[1]), &a->e));
}

static void do_equivalent(struct app *a, char **args)
{
	if (!args[0] || !args[1])
		die("two directories are needed");
	check(a, audit_make_equivalent(&a->control, sv_cstr(args[0]), sv_cstr(args[1]), &a->e));
}

static void put_u32(char *rule, size_t offset, uint32_t value)
{
	memcpy(rule + offset, &value, 4);
}

/* -a always,exit -F pid=PID -S SYSCALL -k KEY */
static size_t build_rule(char *rule, char **args)
{
	uint32_t pid = number(args[0]), nr = number(args[0] ? args[1] : NULL);
	size_t key = args[2] ? strlen(args[2]) : 0;

	if (nr >= 32 * AUDIT_BITMASK_SIZE || key == 0 || key > AUDIT_MAX_KEY_LEN)
		die("syscall or key is missing");
	memset(rule, 0, sizeof(struct audit_rule_data));
#define PUT(member, index, value)                                                                  \
	put_u32(rule, offsetof(struct audit_rule_data, member) + 4 * (index), value)
	PUT(flags, 0, AUDIT_FILTER_EXIT);
	PUT(action, 0, AUDIT_ALWAYS);
	PUT(field_count, 0, 2);
	PUT(mask, nr / 32, UINT32_C(1) << (nr % 32));
	PUT(fields, 0, AUDIT_PID);
	PUT(values, 0, pid);
	PUT(fieldflags, 0, AUDIT_EQUAL);
	PUT(fields, 1, AUDIT_FILTERKEY);
	PUT(values, 1, (uint32_t)key);
	PUT(fieldflags, 1, AUDIT_EQUAL);
	PUT(buflen, 0, (uint32_t)key);
#undef PUT
	memcpy(rule + sizeof(struct audit_rule_data), args[2], key);
	return sizeof(struct audit_rule_data) + key;
}

static void do_add(struct app *a, char **args)
{
	static char rule[sizeof(struct audit_rule_data) + AUDIT_MAX_KEY_LEN];
	size_t n = build_rule(rule, args);

	check(a, audit_add_rule(&a->control, sv_make(rule, n), &a->e));
}

/* COUNT rules that differ in their key. */
static void do_fill(struct app *a, char **args)
{
	uint32_t count = number(args[0] && args[1] ? args[2] : NULL);

	for (uint32_t i = 0; i < count; i++) {
		char key[16];
		char *numbered[] = {args[0], args[1], key};

		(void)snprintf(key, sizeof(key), "k%u", i);
		do_add(a, numbered);
	}
}

static void do_delete(struct app *a, char **args)
{
	static char rule[sizeof(struct audit_rule_data) + AUDIT_MAX_KEY_LEN];
	size_t n = build_rule(rule, args);

	check(a, audit_delete_rule(&a->control, sv_make(rule, n), &a->e));
}

static void print_rule(void *ctx, struct sv rule)
{
	struct sv strings = sv_from(rule, sizeof(struct audit_rule_data));

	(void)ctx;
	printf("rule of %zu bytes, fields %u, strings %.*s\n", rule.n,
	       audit_get_u32(rule.p + offsetof(struct audit_rule_data, field_count)),
	       SV_FMT(strings));
}

static void do_list(struct app *a, char **args)
{
	(void)args;
	check(a, audit_list_rules(&a->control, print_rule, NULL, &a->e));
}

static void print_bytes(void *ctx, struct sv rule)
{
	(void)ctx;
	for (size_t i = 0; i < rule.n; i++)
		printf("%02x", (unsigned char)rule.p[i]);
	putchar('\n');
}

static void do_dump(struct app *a, char **args)
{
	(void)args;
	check(a, audit_list_rules(&a->control, print_bytes, NULL, &a->e));
}

/* The command runs beside us: the kernel waits for its reader. */
static pid_t start(char **command)
{
	pid_t child;

	if (!command[0])
		return 0;
	child = fork();
	if (child == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0)
		die("cannot fork");
	return child;
}

/* True when the command has ended, well; 0 is no command. */
static bool has_ended(pid_t *child)
{
	int status;

	if (*child == 0)
		return true;
	if (waitpid(*child, &status, WNOHANG) != *child)
		return false;
	if (status != 0)
		die("the command failed");
	*child = 0;
	return true;
}

static void print_batch(void)
{
	for (size_t i = 0; i < batch.count; i++)
		printf("%u %.*s%s\n", batch.records[i].type, SV_FMT(batch.records[i].text),
		       batch.records[i].cut ? " (cut)" : "");
}

/* Reads until the command has ended and wanted records have come or none comes any more. */
static void receive(struct app *a, struct audit_socket *s, uint64_t wanted, pid_t child)
{
	struct audit_counters n = {.records = 0};
	struct pollfd p = {.fd = s->fd, .events = POLLIN};

	audit_gaps_init(&n.serials);
	audit_batch_init(&batch);
	for (;;) {
		bool ended = has_ended(&child);
		int ready = poll(&p, 1, QUIET_MS);

		if (ended && (ready <= 0 || n.records >= wanted))
			break;
		switch (audit_recv_batch(s, &batch, &n, &a->e)) {
		case AUDIT_RECV_RECORDS:
			print_batch();
			break;
		case AUDIT_RECV_NOTHING:
			break;
		case AUDIT_RECV_FAILED:
			die(a->e.text);
		}
	}
	printf("records %lu overruns %lu foreign %lu malformed %lu cut %lu other %lu missing %lu\n",
	       n.records, n.overruns, n.foreign, n.malformed, n.cut, n.other, n.serials.missing);
}

static void print_early(void *ctx, uint32_t type, struct sv text)
{
	(void)ctx;
	printf("%u %.*s\n", type, SV_FMT(text));
}

static uint32_t port_of(const struct audit_socket *s)
{
	struct sockaddr_nl name = {.nl_pid = 0};
	socklen_t size = sizeof(name);

	if (getsockname(s->fd, (struct sockaddr *)&name, &size) != 0)
		die("the socket has no address");
	return name.nl_pid;
}

static void do_record(struct app *a, char **args)
{
	uint32_t wanted = number(args[0]);
	struct audit_socket daemon_socket;
	static struct audit_control registration;

	if (audit_socket_open(&daemon_socket, 1 << 20, &a->e) != 0)
		die(a->e.text);
	printf("buffer %zu port %u\n", audit_socket_buffer(&daemon_socket),
	       port_of(&daemon_socket));
	(void)fflush(stdout);
	audit_control_init(&registration, &daemon_socket);
	registration.event = print_early;
	check(a, audit_set_pid(&registration, (uint32_t)getpid(), &a->e));
	check(a, audit_set_enabled(&a->control, 1, &a->e));
	receive(a, &daemon_socket, wanted, start(args + 1));
	check(a, audit_set_enabled(&a->control, 0, &a->e));
	check(a, audit_set_pid(&registration, 0, &a->e));
	audit_socket_close(&daemon_socket);
}

static void do_listen(struct app *a, char **args)
{
	uint32_t wanted = number(args[0]);
	struct audit_socket group;

	if (audit_socket_open_group(&group, 1 << 20, &a->e) != 0)
		die(a->e.text);
	check(a, audit_set_enabled(&a->control, 1, &a->e));
	receive(a, &group, wanted, start(args + 1));
	check(a, audit_set_enabled(&a->control, 0, &a->e));
	audit_socket_close(&group);
}

static void do_late(struct app *a, char **args)
{
	uint32_t wanted = number(args[0]);
	struct audit_socket group;
	pid_t child;

	if (audit_socket_open_group(&group, 4096, &a->e) != 0)
		die(a->e.text);
	check(a, audit_set_enabled(&a->control, 1, &a->e));
	child = start(args + 1);
	while (!has_ended(&child))
		(void)poll(NULL, 0, 10);
	check(a, audit_set_enabled(&a->control, 0, &a->e));
	receive(a, &group, wanted, 0);
	audit_socket_close(&group);
}

static void do_forge(struct app *a, char **args)
{
	static const char record[] = "audit(1.000:1): forged";
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_pid = number(args[0])};
	char bytes[AUDIT_HEADER_BYTES + sizeof(record)];
	CLEAN_FD int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	(void)a;
	audit_header_put(bytes, sizeof(bytes), AUDIT_SYSCALL, 0, 0);
	memcpy(bytes + AUDIT_HEADER_BYTES, record, sizeof(record));
	if (sendto(fd, bytes, sizeof(bytes), 0, (const struct sockaddr *)&to, sizeof(to)) < 0)
		die(strerror(errno));
}

static void do_steal(struct app *a, char **args)
{
	(void)args;
	check(a, audit_set_pid(&a->control, (uint32_t)getpid(), &a->e));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *verb;
		void (*run)(struct app *a, char **args);
	} verbs[] = {
		{"status", do_status}, {"set", do_set},           {"reset-lost", do_reset_lost},
		{"signal", do_signal}, {"features", do_features}, {"tty", do_tty},
		{"trim", do_trim},     {"user", do_user},         {"equivalent", do_equivalent},
		{"add", do_add},       {"delete", do_delete},     {"list", do_list},
		{"record", do_record}, {"listen", do_listen},     {"steal", do_steal},
		{"late", do_late},     {"fill", do_fill},         {"forge", do_forge},
		{"dump", do_dump},
	};
	static struct app a;

	for (size_t i = 0; argc > 1 && i < LEN(verbs); i++) {
		if (strcmp(verbs[i].verb, argv[1]) != 0)
			continue;
		if (audit_socket_open(&a.socket, 0, &a.e) != 0)
			die(a.e.text);
		audit_control_init(&a.control, &a.socket);
		verbs[i].run(&a, argv + 2);
		audit_socket_close(&a.socket);
		return 0;
	}
	fprintf(stderr, "usage: live-netlink VERB ...\n");
	return 2;
}

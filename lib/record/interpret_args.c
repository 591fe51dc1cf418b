/*
 * Machines, system calls, and what their arguments mean. Most arguments are rows of
 * interpret_args.def; here is what depends on another argument.
 */
#include "record/interpret_parts.h"

#include "base/num.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* The machine of "arch=c000003e", which is this record's or just a value. */
static void put_machine(const struct value *v, const void *how, struct buf *out)
{
	enum machine machine;
	uint64_t arch;

	(void)how;
	if (!num_lead_u64(v->raw, 16, &arch)) {
		buf_printf(out, "%sconversion error(%.*s)%s", v->call->known ? "arch " : "",
			   SV_FMT(v->raw), v->call->known ? "" : " ");
		return;
	}
	machine = machine_of_arch((uint32_t)arch);
	if (machine == MACHINE_UNKNOWN)
		put_in_words(out, "unknown-elf-type(", v->raw);
	else
		buf_puts(out, machine_name(machine));
}

const struct reading as_machine = {put_machine, NULL};

/* Two calls are doors to many: the first argument says to which. */
static const struct door {
	const char *name;
	const struct name_table *calls;
} doors[] = {
	{"socketcall", &table_socketcalls},
	{"ipc", &table_ipc_calls},
};

bool call_is_door(const char *name)
{
	for (size_t i = 0; i < LEN(doors); i++)
		if (strcmp(name, doors[i].name) == 0)
			return true;
	return false;
}

static void put_call(const char *name, uint64_t a0, struct buf *out)
{
	buf_puts(out, name);
	for (size_t i = 0; i < LEN(doors); i++) {
		const char *inner = NULL;

		if (strcmp(name, doors[i].name) == 0)
			inner = name_of(doors[i].calls, a0);
		if (inner)
			buf_printf(out, "(%s)", inner);
	}
}

/* In a record that is not about a call, the number is one of this machine's. */
static void put_syscall(const struct value *v, const void *how, struct buf *out)
{
	const char *name = v->call->name;
	uint64_t number;

	(void)how;
	if (!num_lead_u64(v->raw, 10, &number)) {
		put_in_words(out,
			     v->call->known ? "syscall conversion error(" : "conversion error(",
			     v->raw);
		return;
	}
	if (sv_eq(v->name, SV("uring_op")))
		name = uringop_name((uint32_t)number);
	else if (v->call->known)
		number = v->call->nr;
	else
		name = syscall_name(machine_native(), (uint32_t)number);
	if (name)
		put_call(name, v->call->a0, out);
	else
		buf_printf(out, "unknown-syscall(%d)", (int)(uint32_t)number);
}

const struct reading as_syscall = {put_syscall, NULL};

static void put_exit_status(const struct value *v, const void *how, struct buf *out)
{
	(void)how;
	if (sv_eq(v->raw, SV("0")))
		buf_puts(out, "EXIT_SUCCESS");
	else
		buf_puts(out, sv_eq(v->raw, SV("1")) ? "EXIT_FAILURE" : "UNKNOWN");
}

static const struct reading as_exit_status = {put_exit_status, NULL};

/* The second argument of prctl(2) depends on its first. */
static void put_prctl_argument(const struct value *v, const void *how, struct buf *out)
{
	uint64_t option = v->call->a0;

	if (option == PR_CAPBSET_READ || option == PR_CAPBSET_DROP)
		put_reading(&as_capability_hex, v, out);
	else if (option == PR_SET_PDEATHSIG)
		put_reading(&as_signal_hex, v, out);
	else
		put_hex_raw(v, how, out);
}

static const struct reading as_prctl_argument = {put_prctl_argument, NULL};

/* The third argument of fcntl(2) depends on its second; F_SETOWN is read as a user. */
static void put_fcntl_argument(const struct value *v, const void *how, struct buf *out)
{
	uint64_t number;

	if (!value_number(v, 16, &number, out))
		return;
	if (v->call->a1 == F_SETOWN)
		put_reading(&as_user_hex, v, out);
	else if (v->call->a1 == F_SETFD && (uint32_t)number == FD_CLOEXEC)
		buf_puts(out, "FD_CLOEXEC");
	else
		put_hex_raw(v, how, out);
}

static const struct reading as_fcntl_argument = {put_fcntl_argument, NULL};

/* The names of socket options depend on the level. */
static const struct level {
	uint64_t level;
	const struct reading *options;
} levels[] = {
	{IPPROTO_IP, &as_ip_option},    {SOL_SOCKET, &as_socket_option},
	{IPPROTO_TCP, &as_tcp_option},  {IPPROTO_UDP, &as_udp_option},
	{IPPROTO_IPV6, &as_ip6_option}, {SOL_PACKET, &as_packet_option},
};

static void put_level_option(const struct value *v, const void *how, struct buf *out)
{
	for (size_t i = 0; i < LEN(levels); i++)
		if (levels[i].level == v->call->a1) {
			put_reading(levels[i].options, v, out);
			return;
		}
	put_hex_raw(v, how, out);
}

static const struct reading as_level_option = {put_level_option, NULL};

/* open(2) and mq_open(3) take a mode when they create. */
static void put_creation_mode(const struct value *v, const void *how, struct buf *out)
{
	if (v->call->a1 & O_CREAT)
		put_reading(&as_mode_short_hex, v, out);
	else
		put_hex_raw(v, how, out);
}

static const struct reading as_creation_mode = {put_creation_mode, NULL};

static const struct reading none = {put_hex_raw, NULL};

static const struct call_arguments {
	const char *name;
	const struct reading *readings[4];
} calls[] = {
#define CALL(name, a0, a1, a2, a3) {name, {&(a0), &(a1), &(a2), &(a3)}},
#include "record/interpret_args.def"
#undef CALL
};

static int compare_names(const void *name, const void *row)
{
	return strcmp(name, ((const struct call_arguments *)row)->name);
}

const struct reading *const *call_arguments(const char *name)
{
	const struct call_arguments *row =
		bsearch(name, calls, LEN(calls), sizeof(calls[0]), compare_names);

	return row ? row->readings : NULL;
}

static void put_argument(const struct value *v, const void *how, struct buf *out)
{
	const struct reading *const *readings = v->call->arguments;

	put_reading(readings ? readings[*(const unsigned *)how] : &none, v, out);
}

static const unsigned indexes[] = {0, 1, 2, 3};

const struct reading as_argument[4] = {
	{put_argument, &indexes[0]},
	{put_argument, &indexes[1]},
	{put_argument, &indexes[2]},
	{put_argument, &indexes[3]},
};

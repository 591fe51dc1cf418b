/*
 * Readings of numbers that stand for one thing: rows of `one` where a table has its name,
 * functions where there is more to it. Sets of bits are in interpret_flags.c.
 *
 * Widths follow the reference, which keeps most values in 32 bits: what is above is cut off.
 */
#include "record/interpret_parts.h"

#include "base/num.h"

void put_in_words(struct buf *out, const char *words, struct sv raw)
{
	buf_puts(out, words);
	buf_put(out, raw);
	buf_putc(out, ')');
}

bool value_number(const struct value *v, unsigned base, uint64_t *number, struct buf *out)
{
	if (num_lead_u64(v->raw, base, number))
		return true;
	put_in_words(out, "conversion error(", v->raw);
	return false;
}

bool value_signed(const struct value *v, unsigned base, int64_t *number, struct buf *out)
{
	if (num_lead_i64(v->raw, base, number))
		return true;
	put_in_words(out, "conversion error(", v->raw);
	return false;
}

uint64_t hex_or_zero(struct sv raw)
{
	uint64_t number;

	return num_lead_u64(raw, 16, &number) ? number : 0;
}

void put_hex_raw(const struct value *v, const void *how, struct buf *out)
{
	(void)how;
	buf_puts(out, "0x");
	buf_put(out, v->raw);
}

/* One value has one name. */
struct one {
	const struct name_table *names;
	unsigned base;
	uint32_t mask;  /* of the bits that are looked up; 0 for all 32 */
	uint32_t limit; /* values from here on have no name; 0 for none */
	enum { SHOW_RAW, SHOW_HEX_RAW, SHOW_DECIMAL, SHOW_HEX } show; /* of a value without name */
	const char *unknown; /* the word before its parenthesis; NULL for no word and none */
};

static void put_unnamed(const struct value *v, const struct one *one, uint32_t number,
			struct buf *out)
{
	if (one->unknown)
		buf_printf(out, "%s(", one->unknown);
	if (one->show == SHOW_DECIMAL)
		buf_printf(out, "%d", (int)number);
	else if (one->show == SHOW_HEX)
		buf_printf(out, "0x%x", number);
	else if (one->show == SHOW_HEX_RAW)
		put_hex_raw(v, NULL, out);
	else
		buf_put(out, v->raw);
	if (one->unknown)
		buf_putc(out, ')');
}

static void put_one(const struct value *v, const void *how, struct buf *out)
{
	const struct one *one = how;
	const char *name = NULL;
	uint64_t number;

	if (!value_number(v, one->base, &number, out))
		return;
	number &= one->mask ? one->mask : UINT32_MAX;
	if (!one->limit || number < one->limit)
		name = name_of(one->names, number);
	if (name)
		buf_puts(out, name);
	else
		put_unnamed(v, one, (uint32_t)number, out);
}

#define ONE(...)                                                                                   \
	{                                                                                          \
		put_one, &(const struct one)                                                       \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

const struct reading as_signal = ONE(&table_signals, 10, 0, 32, SHOW_RAW, "unknown-signal");
const struct reading as_signal_hex = ONE(&table_signals, 16, 0, 32, SHOW_HEX_RAW, "unknown-signal");
const struct reading as_capability =
	ONE(&table_capabilities, 10, 0, 0, SHOW_RAW, "unknown-capability");
const struct reading as_capability_hex =
	ONE(&table_capabilities, 16, 0, 0, SHOW_HEX_RAW, "unknown-capability");
const struct reading as_ioctl = ONE(&table_ioctl_requests, 16, 0, 0, SHOW_HEX, NULL);
const struct reading as_list = ONE(&table_rule_lists, 10, 0, 0, SHOW_RAW, "unknown-list");
const struct reading as_nfproto =
	ONE(&table_nf_protocols, 10, 0, 0, SHOW_RAW, "unknown-netfilter-protocol");
const struct reading as_icmptype = ONE(&table_icmp_types, 10, 0, 0, SHOW_RAW, "unknown-icmp-type");
const struct reading as_hook = ONE(&table_inet_hooks, 16, 0, 0, SHOW_RAW, "unknown-hook");
const struct reading as_netaction = ONE(&table_net_actions, 16, 0, 0, SHOW_RAW, "unknown-action");
/* SECCOMP_RET_ACTION of linux/seccomp.h: the high half without its sign bit. */
const struct reading as_seccomp =
	ONE(&table_seccomp_actions, 16, 0x7fff0000, 0, SHOW_RAW, "unknown-seccomp-code");
const struct reading as_fcntl =
	ONE(&table_fcntl_cmds, 16, 0, 0, SHOW_DECIMAL, "unknown-fcntl-command");
const struct reading as_epoll_ctl =
	ONE(&table_epoll_ops, 16, 0, 0, SHOW_DECIMAL, "unknown-epoll_ctl-operation");
const struct reading as_clock = ONE(&table_clock_ids, 16, 0, 7, SHOW_HEX_RAW, "unknown-clk_id");
const struct reading as_ptrace =
	ONE(&table_ptrace_requests, 16, 0, 0, SHOW_HEX_RAW, "unknown-ptrace");
const struct reading as_prctl =
	ONE(&table_prctl_options, 16, 0, 0, SHOW_HEX_RAW, "unknown-prctl-option");
const struct reading as_rlimit = ONE(&table_rlimits, 16, 0, 17, SHOW_HEX_RAW, "unknown-rlimit");
const struct reading as_whence = ONE(&table_seek_whence, 16, 0xff, 0, SHOW_RAW, "unknown-whence");
const struct reading as_bpf = ONE(&table_bpf_cmds, 16, 0, 0, SHOW_RAW, "unknown-bpf-cmd");
const struct reading as_socket_family =
	ONE(&table_socket_families, 16, 0, 0, SHOW_HEX_RAW, "unknown-family");
const struct reading as_socket_type =
	ONE(&table_socket_types, 16, 0xff, 0, SHOW_RAW, "unknown-type");
const struct reading as_ip_option =
	ONE(&table_ip_options, 16, 0, 0, SHOW_HEX_RAW, "unknown-ipopt-name");
const struct reading as_ip6_option =
	ONE(&table_ipv6_options, 16, 0, 0, SHOW_HEX_RAW, "unknown-ip6opt-name");
const struct reading as_tcp_option =
	ONE(&table_tcp_options, 16, 0, 0, SHOW_HEX_RAW, "unknown-tcpopt-name");
const struct reading as_udp_option =
	ONE(&table_udp_options, 16, 0, 0, SHOW_HEX_RAW, "unknown-udpopt-name");
const struct reading as_packet_option =
	ONE(&table_packet_options, 16, 0, 0, SHOW_HEX_RAW, "unknown-pktopt-name");

static const unsigned decimal = 10, hexadecimal = 16;

static void put_user(const struct value *v, const void *how, struct buf *out)
{
	uint64_t number;

	if (value_number(v, *(const unsigned *)how, &number, out))
		names_put_user(v->names, (uint32_t)number, out);
}

static void put_group(const struct value *v, const void *how, struct buf *out)
{
	uint64_t number;

	if (value_number(v, *(const unsigned *)how, &number, out))
		names_put_group(v->names, (uint32_t)number, out);
}

const struct reading as_user = {put_user, &decimal};
const struct reading as_user_hex = {put_user, &hexadecimal};
const struct reading as_group = {put_group, &decimal};
const struct reading as_group_hex = {put_group, &hexadecimal};

static void put_exit(const struct value *v, const void *how, struct buf *out)
{
	const char *name, *text;
	int64_t number;
	int error;

	(void)how;
	if (!value_signed(v, 10, &number, out))
		return;
	if (number >= 0) {
		buf_put(out, v->raw);
		return;
	}
	error = (int)(uint32_t)(0 - (uint64_t)number);
	name = errno_name(error);
	text = errno_text(error);
	buf_puts(out, name ? name : "(null)");
	buf_putc(out, '(');
	if (text)
		buf_puts(out, text);
	else
		buf_printf(out, "Unknown error %d", error);
	buf_putc(out, ')');
}

const struct reading as_exit = {put_exit, NULL};

static void put_errno(const struct value *v, const void *how, struct buf *out)
{
	const char *name;
	uint64_t number;

	(void)how;
	if (!value_number(v, 10, &number, out))
		return;
	name = number <= INT32_MAX ? errno_name((int)number) : NULL;
	buf_puts(out, name ? name : "UNKNOWN");
}

const struct reading as_errno = {put_errno, NULL};

/* A number that is one of a few words; text that is not a number stands for itself. */
struct words {
	uint32_t first, count;
	const char *const *words;
	const char *other;
};

static void put_words(const struct value *v, const void *how, struct buf *out)
{
	const struct words *words = how;
	uint64_t number;

	if (v->raw.n == 0 || v->raw.p[0] < '0' || v->raw.p[0] > '9') {
		buf_put(out, v->raw);
		return;
	}
	if (!value_number(v, 10, &number, out))
		return;
	number = (uint32_t)number - words->first;
	buf_puts(out, number < words->count ? words->words[number] : words->other);
}

#define WORDS(first, other, ...)                                                                   \
	{                                                                                          \
		put_words, &(const struct words)                                                   \
		{                                                                                  \
			first, LEN(((const char *const[]){__VA_ARGS__})),                          \
				(const char *const[]){__VA_ARGS__}, other                          \
		}                                                                                  \
	}

const struct reading as_success = WORDS(0, "unset", "no", "yes");
const struct reading as_fanotify = WORDS(1, "unknown", "allow", "deny");
const struct reading as_fan_type = WORDS(0, "unknown", "none", "rule_info");
const struct reading as_trust = WORDS(0, "unknown", "no", "yes");

static void put_fan_info(const struct value *v, const void *how, struct buf *out)
{
	uint64_t number;

	(void)how;
	if (!v->call->is_rule)
		buf_put(out, v->raw);
	else if (value_number(v, 16, &number, out))
		buf_put_u64(out, number);
}

const struct reading as_fan_info = {put_fan_info, NULL};

static void put_session(const struct value *v, const void *how, struct buf *out)
{
	(void)how;
	buf_put(out, sv_eq(v->raw, SV("4294967295")) ? SV("unset") : v->raw);
}

const struct reading as_session = {put_session, NULL};

static void put_promisc(const struct value *v, const void *how, struct buf *out)
{
	int64_t number;

	(void)how;
	if (value_signed(v, 10, &number, out))
		buf_puts(out, (uint32_t)number ? "yes" : "no");
}

const struct reading as_promisc = {put_promisc, NULL};

static void put_directory(const struct value *v, const void *how, struct buf *out)
{
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	if ((int)(uint32_t)number == -100)
		buf_puts(out, "AT_FDCWD");
	else
		put_hex_raw(v, NULL, out);
}

const struct reading as_directory = {put_directory, NULL};

static void put_socket_option(const struct value *v, const void *how, struct buf *out)
{
	enum machine m = v->call->machine;
	const char *name = NULL;
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	/* Big-endian Power has a few options of its own numbers. */
	if (m == MACHINE_PPC64 || m == MACHINE_PPC)
		name = name_of(&table_sock_options_ppc, (uint32_t)number);
	if (!name)
		name = name_of(&table_sock_options, (uint32_t)number);
	if (name)
		buf_puts(out, name);
	else
		put_in_words(out, "unknown-sockopt-name(0x", v->raw);
}

const struct reading as_socket_option = {put_socket_option, NULL};

static void put_protocol(const struct value *v, const void *how, struct buf *out)
{
	struct sv name;
	uint64_t number;

	(void)how;
	if (!value_number(v, 10, &number, out))
		return;
	name = names_protocol(v->names, (uint32_t)number);
	buf_put(out, name.n ? name : SV("undefined protocol"));
}

static void put_protocol_hex(const struct value *v, const void *how, struct buf *out)
{
	struct sv name;
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	name = names_protocol(v->names, (uint32_t)number);
	if (name.n)
		buf_put(out, name);
	else
		put_in_words(out, "unknown-proto(", v->raw);
}

const struct reading as_protocol = {put_protocol, NULL};
const struct reading as_protocol_hex = {put_protocol_hex, NULL};

static void put_socket_level(const struct value *v, const void *how, struct buf *out)
{
	const char *level;
	struct sv name;
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	number &= UINT32_MAX;
	if (number == 1) {
		buf_puts(out, "SOL_SOCKET");
		return;
	}
	name = names_protocol(v->names, (uint32_t)number);
	level = name_of(&table_sock_levels, number);
	if (name.n)
		buf_put(out, name);
	else if (level)
		buf_puts(out, level);
	else
		put_in_words(out, "unknown-sockopt-level(0x", v->raw);
}

const struct reading as_socket_level = {put_socket_level, NULL};

static void put_nlmcgrp(const struct value *v, const void *how, struct buf *out)
{
	uint64_t number;

	(void)how;
	if (value_number(v, 16, &number, out))
		buf_puts(out, number == 1 ? "audit-netlink-multicast" : "audit-none");
}

const struct reading as_nlmcgrp = {put_nlmcgrp, NULL};

static void put_macproto(const struct value *v, const void *how, struct buf *out)
{
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	number &= UINT32_MAX;
	buf_puts(out, number == 0x0800 ? "IP" : number == 0x0806 ? "ARP" : "UNKNOWN");
}

const struct reading as_macproto = {put_macproto, NULL};

static void put_socketcall(const struct value *v, const void *how, struct buf *out)
{
	const char *name;
	int64_t number;

	(void)how;
	if (!value_signed(v, 16, &number, out))
		return;
	name = name_of(&table_socketcalls, (uint32_t)number);
	if (name)
		buf_puts(out, name);
	else
		put_in_words(out, "unknown-socketcall(", v->raw);
}

const struct reading as_socketcall = {put_socketcall, NULL};

/*
 * What the parts of the interpreter share; private to lib/record/interpret*.c.
 *
 * A reading is a way to turn one raw value into words: a function and the constant data that
 * steers it. The part that knows a subject defines its readings; interpret.c says which type
 * of value is read how, interpret_args.c which argument of which system call.
 */
#ifndef AURUM_RECORD_INTERPRET_PARTS_H
#define AURUM_RECORD_INTERPRET_PARTS_H

#include "record/interpret.h"
#include "table/usertype.h"

#include <linux/audit.h>

struct value {
	struct sv name, raw; /* raw with its quotes */
	const struct record *record;
	const struct call *call;
	struct names *names;
	const struct tail *tail; /* of the record; NULL when it has none */
};

struct reading {
	void (*put)(const struct value *v, const void *how, struct buf *out);
	const void *how;
};

static inline void put_reading(const struct reading *r, const struct value *v, struct buf *out)
{
	r->put(v, r->how, out);
}

/*
 * The number at the front of the raw value. When it does not fit 64 bits, puts the words for
 * that and returns false.
 */
MUST_CHECK bool value_number(const struct value *v, unsigned base, uint64_t *number,
			     struct buf *out);
/* The same for values that are kept in a signed number: the range of int64_t. */
MUST_CHECK bool value_signed(const struct value *v, unsigned base, int64_t *number,
			     struct buf *out);

/* The words, which end in an open parenthesis, the raw value and the closing parenthesis. */
void put_in_words(struct buf *out, const char *words, struct sv raw);

/* The hexadecimal number at the front, 0 when it does not fit. */
uint64_t hex_or_zero(struct sv raw);

/* "0x" and the raw value. */
void put_hex_raw(const struct value *v, const void *how, struct buf *out);

/* interpret_number.c and interpret_flags.c. Where both are there, _hex reads hexadecimal digits. */
extern const struct reading as_user, as_user_hex, as_group, as_group_hex;
extern const struct reading as_exit, as_errno, as_success, as_session, as_promisc, as_perm;
extern const struct reading as_mode, as_mode_hex, as_mode_short, as_mode_short_hex;
extern const struct reading as_open_flags, as_mmap_flags, as_prot_mmap, as_prot, as_clone_flags;
extern const struct reading as_access, as_mount_flags, as_umount_flags, as_msg_flags, as_shm_flags;
extern const struct reading as_path_flags, as_resolve;
extern const struct reading as_signal, as_signal_hex, as_capability, as_capability_hex;
extern const struct reading as_capabilities, as_personality, as_seccomp, as_ioctl, as_list;
extern const struct reading as_nfproto, as_icmptype, as_hook, as_netaction, as_nlmcgrp, as_macproto;
extern const struct reading as_fanotify, as_fan_type, as_fan_info, as_trust;
extern const struct reading as_fcntl, as_epoll_ctl, as_clock, as_ptrace, as_prctl, as_rlimit;
extern const struct reading as_scheduler, as_whence, as_bpf, as_socketcall, as_directory;
extern const struct reading as_socket_family, as_socket_type, as_ip_option, as_ip6_option;
extern const struct reading as_tcp_option, as_udp_option, as_packet_option, as_socket_option;
extern const struct reading as_protocol, as_protocol_hex, as_socket_level;

/* interpret_text.c: text that the kernel encoded, terminal input, command lines. */
extern const struct reading as_raw, as_encoded, as_proctitle, as_tty_data;

/* interpret_socket.c */
extern const struct reading as_sockaddr;

/* interpret_args.c: machines and system calls, and their arguments by number. */
extern const struct reading as_machine, as_syscall, as_argument[4];

/* How the four arguments of a call are read; NULL for a call that has none with words. */
const struct reading *const *call_arguments(const char *name);

/* Whether the first argument of the call says which call is meant: socketcall, ipc. */
bool call_is_door(const char *name);

/* interpret.c: what a record says of its system call; known is false for other types. */
void call_of_record(const struct record *r, struct call *out);

/* How words of values are escaped, and what stands as it is in the line or in its tail. */
struct escapes {
	enum escape_mode words, plain;
};

/* What text as it is gets when words get that. */
static inline struct escapes escapes_for(enum escape_mode words)
{
	return (struct escapes){words, words == ESCAPE_RAW ? ESCAPE_RAW : ESCAPE_TTY};
}

/*
 * interpret.c: the value in words, escaped; keys keep their separator. tail_index says which of
 * several entries with the field's name in the enriched tail is this one's. False when the words
 * are that entry, which is what auditd knew.
 */
bool put_value_with(const struct value *v, enum value_type type, size_t tail_index,
		    struct escapes escapes, struct buf *out);

/* The same, escaped as the interpreter says. */
void put_value(const struct interpreter *ip, const struct value *v, enum value_type type,
	       size_t tail_index, struct buf *out);

/*
 * interpret.c: when put_value() would put a part of the value or of its entry in the tail and only
 * escape it: that part. False for all others. Of v only name, raw and tail are looked at.
 */
bool value_in_place(const struct value *v, enum value_type type, struct sv *text);

/*
 * Names that mean something else in one type of record; NULL when the type has none. A type has
 * one at most.
 */
struct exception;
const struct exception *exception_of(uint32_t record_type);

/* interpret_type() with the type's exception at hand. */
enum value_type type_of_value(uint32_t record_type, const struct exception *exception,
			      struct sv name, struct sv raw);

#endif

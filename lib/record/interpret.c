/*
 * From a field to its reading: the type of the value, the system call it belongs to, the names
 * that auditd left in the tail, and the escaping at the end. The readings themselves are in
 * interpret_number.c, interpret_flags.c, interpret_text.c, interpret_socket.c and
 * interpret_args.c; whole lines in interpret_line.c.
 */
#include "record/interpret_parts.h"

#include "base/num.h"

void interpreter_init(struct interpreter *ip, struct names *names, enum escape_mode escape)
{
	*ip = (struct interpreter){.names = names, .escape = escape};
}

static const struct reading *const readings[VALUE_TYPES] = {
	[VALUE_UNCLASSIFIED] = &as_raw,
	[VALUE_UID] = &as_user,
	[VALUE_GID] = &as_group,
	[VALUE_SYSCALL] = &as_syscall,
	[VALUE_ARCH] = &as_machine,
	[VALUE_EXIT] = &as_exit,
	[VALUE_ERRNO] = &as_errno,
	[VALUE_ESCAPED] = &as_encoded,
	[VALUE_ESCAPED_FILE] = &as_encoded,
	[VALUE_ESCAPED_KEY] = &as_encoded,
	[VALUE_PROCTITLE] = &as_proctitle,
	[VALUE_TTY_DATA] = &as_tty_data,
	[VALUE_A0] = &as_argument[0],
	[VALUE_A1] = &as_argument[1],
	[VALUE_A2] = &as_argument[2],
	[VALUE_A3] = &as_argument[3],
	[VALUE_PERM] = &as_perm,
	[VALUE_MODE] = &as_mode,
	[VALUE_MODE_SHORT] = &as_mode_short,
	[VALUE_OFLAG] = &as_open_flags,
	[VALUE_MMAP] = &as_mmap_flags,
	[VALUE_FLAGS] = &as_path_flags,
	[VALUE_PROMISC] = &as_promisc,
	[VALUE_SOCKADDR] = &as_sockaddr,
	[VALUE_ADDR] = &as_raw,
	[VALUE_NFPROTO] = &as_nfproto,
	[VALUE_PROTOCOL] = &as_protocol,
	[VALUE_ICMPTYPE] = &as_icmptype,
	[VALUE_HOOK] = &as_hook,
	[VALUE_NETACTION] = &as_netaction,
	[VALUE_NLMCGRP] = &as_nlmcgrp,
	[VALUE_MACPROTO] = &as_macproto,
	[VALUE_CAPABILITY] = &as_capability,
	[VALUE_CAP_BITMAP] = &as_capabilities,
	[VALUE_SUCCESS] = &as_success,
	[VALUE_SIGNAL] = &as_signal,
	[VALUE_LIST] = &as_list,
	[VALUE_SESSION] = &as_session,
	[VALUE_PERSONALITY] = &as_personality,
	[VALUE_SECCOMP] = &as_seccomp,
	[VALUE_IOCTL_REQ] = &as_ioctl,
	[VALUE_RESOLVE] = &as_resolve,
	[VALUE_MAC_LABEL] = &as_raw,
	[VALUE_FANOTIFY] = &as_fanotify,
	[VALUE_FAN_TYPE] = &as_fan_type,
	[VALUE_FAN_INFO] = &as_fan_info,
	[VALUE_TRUST] = &as_trust,
};

static const struct exception {
	uint32_t record_type;
	enum value_type type;
	const char *name;
} exceptions[] = {
	{AUDIT_AVC, VALUE_UNCLASSIFIED, "saddr"},
	{AUDIT_USER_TTY, VALUE_ESCAPED, "msg"},
	{AUDIT_NETFILTER_PKT, VALUE_ADDR, "saddr"},
	{AUDIT_PATH, VALUE_FLAGS, "flags"},
	{AUDIT_MQ_OPEN, VALUE_MODE_SHORT, "mode"},
	{AUDIT_CRYPTO_KEY_USER, VALUE_UNCLASSIFIED, "fp"},
	{AUDIT_ADD_GROUP, VALUE_GID, "id"},
	{AUDIT_GRP_MGMT, VALUE_GID, "id"},
	{AUDIT_DEL_GROUP, VALUE_GID, "id"},
	{AUDIT_KERN_MODULE, VALUE_ESCAPED, "name"},
};

static bool is_decimal(struct sv v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
	return true;
}

/* Text that programs write without saying whether it is encoded. */
static enum value_type guess(struct sv raw)
{
	return sv_starts(raw, SV("\"")) || is_hex(raw) ? VALUE_ESCAPED : VALUE_UNCLASSIFIED;
}

const struct exception *exception_of(uint32_t record_type)
{
	for (size_t i = 0; i < LEN(exceptions); i++)
		if (exceptions[i].record_type == record_type)
			return &exceptions[i];
	return NULL;
}

enum value_type type_of_value(uint32_t record_type, const struct exception *exception,
			      struct sv name, struct sv raw)
{
	enum value_type type;

	/* The arguments of a program: a0, a1, a1[0], but not their number and lengths. */
	if (record_type == AUDIT_EXECVE && name.n && name.p[0] == 'a' && !sv_eq(name, SV("argc")) &&
	    sv_find(name, SV("_len")) == name.n)
		return VALUE_ESCAPED;
	if (exception && sv_eq(sv_cstr(exception->name), name))
		return exception->type;
	type = field_value_type(name);
	if (type == VALUE_ESCAPED && sv_eq(name, SV("acct")))
		return guess(raw);
	if (record_type == AUDIT_TRUSTED_APP)
		return is_decimal(raw) ? VALUE_UNCLASSIFIED : guess(raw);
	return type;
}

enum value_type interpret_type(uint32_t record_type, struct sv name, struct sv raw)
{
	return type_of_value(record_type, exception_of(record_type), name, raw);
}

/* Notes one field of a record that is about a system call; true when it was the last needed. */
static bool note_call_field(const struct record *r, const struct field *f, uint64_t *arch,
			    struct call *call)
{
	uint64_t number;

	if (sv_eq(f->name, SV("arch")))
		*arch = hex_or_zero(f->value);
	else if (sv_eq(f->name, SV("syscall")) && num_lead_u64(f->value, 10, &number))
		call->nr = (uint32_t)number;
	else if (sv_eq(f->name, SV("a0")))
		call->a0 = hex_or_zero(f->value);
	else if (sv_eq(f->name, SV("a1")))
		call->a1 = hex_or_zero(f->value);
	return sv_eq(f->name, r->type == AUDIT_SYSCALL ? SV("a1") : SV("syscall"));
}

void call_of_record(const struct record *r, struct call *out)
{
	struct call call = {.machine = MACHINE_UNKNOWN, .nr = UINT32_MAX};
	uint64_t arch = 0;
	struct fields it;
	struct field f;

	if (r->type == AUDIT_FANOTIFY) {
		/* Only information of type 1, the number of a rule, is known to be a number. */
		call.is_rule = record_field(r, SV("fan_type"), &f) && sv_eq(f.value, SV("1"));
	} else if (r->type == AUDIT_SYSCALL || r->type == AUDIT_SECCOMP) {
		fields_init(&it, r);
		while (fields_next(&it, &f) && f.origin == FIELD_KERNEL)
			if (note_call_field(r, &f, &arch, &call))
				break;
		call.known = true;
		call.machine = machine_of_arch((uint32_t)arch);
		if (call.machine == MACHINE_UNKNOWN)
			call.machine = machine_native();
		call.name = syscall_name(call.machine, call.nr);
		call.arguments = call.name ? call_arguments(call.name) : NULL;
	}
	*out = call;
}

/* Names that auditd looked up; what it did not know is looked up again. */
static bool find_in_tail(const struct value *v, size_t index, struct sv *text)
{
	return v->tail && tail_find(v->tail, v->name, index, text) &&
	       !sv_starts(*text, SV("unknown-"));
}

static bool put_from_tail(const struct value *v, enum value_type type, size_t index,
			  struct buf *out)
{
	struct sv text;

	if (!find_in_tail(v, index, &text))
		return false;
	if (type == VALUE_UID || type == VALUE_GID)
		decode_put(text, out);
	else
		buf_put(out, text);
	return true;
}

/* What decode_put() puts of a value in quotes. */
static bool inside_quotes(struct sv value, struct sv *text)
{
	size_t end;

	if (value.n < 2 || value.p[0] != '"')
		return false;
	value = sv_from(value, 1);
	end = sv_index(value, '"');
	*text = sv_head(value, end);
	return end < value.n;
}

bool value_in_place(const struct value *v, enum value_type type, struct sv *text)
{
	if (find_in_tail(v, 0, text))
		return (type != VALUE_UID && type != VALUE_GID) || inside_quotes(*text, text);
	return (type == VALUE_ESCAPED || type == VALUE_ESCAPED_FILE) && inside_quotes(v->raw, text);
}

bool put_value_with(const struct value *v, enum value_type type, size_t tail_index,
		    struct escapes escapes, struct buf *out)
{
	size_t from = out->n;

	if (type != VALUE_UNCLASSIFIED && put_from_tail(v, type, tail_index, out)) {
		/* The reference takes the tail as it is; control bytes in it are never auditd's. */
		escape_from(escapes.plain, out, from, ESCAPE_KEEP_NONE);
		return false;
	}
	put_reading(readings[type], v, out);
	escape_from(escapes.words, out, from,
		    type == VALUE_ESCAPED_KEY ? KEY_SEPARATOR : ESCAPE_KEEP_NONE);
	return true;
}

void put_value(const struct interpreter *ip, const struct value *v, enum value_type type,
	       size_t tail_index, struct buf *out)
{
	(void)put_value_with(v, type, tail_index, escapes_for(ip->escape), out);
}

/* The value as it stands in the line, quotes included. */
static struct sv raw_of(const struct record *r, const struct field *f)
{
	const char *end = r->line.p + r->line.n;
	struct sv raw = f->value;

	if (!f->quote)
		return raw;
	raw.p--;
	raw.n++;
	if (raw.p + raw.n < end && raw.p[raw.n] == f->quote)
		raw.n++;
	return raw;
}

/* How many fields of its name stand before f in the record. */
static size_t count_before(const struct record *r, const struct field *f)
{
	struct fields it;
	struct field other;
	size_t n = 0;

	fields_init(&it, r);
	while (fields_next(&it, &other) && other.value.p < f->value.p)
		n += sv_eq(other.name, f->name);
	return n;
}

void interpret_context_init(struct interpret_context *c, const struct record *r)
{
	c->record = r;
	call_of_record(r, &c->call);
	tail_cut(&c->tail, r->tail);
}

void interpret_field(struct interpreter *ip, const struct interpret_context *c,
		     const struct field *f, size_t before, struct buf *out)
{
	const struct record *r = c->record;
	struct sv raw = raw_of(r, f);
	struct value v = {f->name, raw, r, &c->call, ip->names, &c->tail};

	if (f->origin == FIELD_TAIL) {
		escape_put(ip->escape, f->value, out);
		return;
	}
	/* Its names in the tail are in the same order. */
	put_value(ip, &v, interpret_type(r->type, f->name, raw), before, out);
}

void interpret_value(struct interpreter *ip, const struct record *r, const struct field *f,
		     struct buf *out)
{
	struct interpret_context context;
	struct sv text;
	bool has_entry;

	interpret_context_init(&context, r);
	has_entry = tail_find(&context.tail, f->name, 0, &text);
	interpret_field(ip, &context, f, has_entry ? count_before(r, f) : 0, out);
}

/*
 * The values of -F. Each kind of field has a function that reads its value; the table at the end
 * is in the order of enum field_kind.
 */
#include "rule/parse_priv.h"

#include "base/near.h"
#include "base/num.h"

#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>

static void put(struct rule_parser *p, const struct condition *c, uint32_t value)
{
	rule_put_number(p, c->row->field, c->op, value, c->at);
}

/*
 * A number as 32 bits: base by prefix (0x10, 020, 16), negative ones in two's complement.
 * False for what is none, or does not fit: the kernel compares 32 bits.
 */
static bool number(struct sv v, uint32_t *out)
{
	bool negative = v.n > 1 && v.p[0] == '-';
	struct sv digits = sv_from(v, negative ? 1 : 0);
	uint64_t value;

	if (digits.n == 0 || digits.p[0] < '0' || digits.p[0] > '9' ||
	    !num_auto64(digits, &value) || value > (negative ? UINT64_C(0x80000000) : UINT32_MAX))
		return false;
	*out = negative ? (uint32_t)(0 - value) : (uint32_t)value;
	return true;
}

/* Tells that the value is no number (of 32 bits) and what else it could be. */
static void not_a_number(struct rule_parser *p, const struct condition *c, const char *or_else)
{
	uint64_t value;

	if (num_auto64(c->value, &value))
		problem_error(p->problems, c->value_at,
			      "%s%s%.*s: the number is too large, the kernel compares 32 bits",
			      c->name, operator_symbol(c->op), SV_FMT(c->value));
	else
		problem_error(p->problems, c->value_at, "%s needs a number%s, not \"%.*s\"",
			      c->name, or_else, SV_FMT(c->value));
}

static void read_number(struct rule_parser *p, const struct condition *c)
{
	bool is_success = c->row->field == AUDIT_SUCCESS;
	uint32_t value;

	if (number(c->value, &value))
		put(p, c, value);
	else
		not_a_number(p, c, is_success ? " (1 for success, 0 for failure)" : "");
}

static void read_user(struct rule_parser *p, const struct condition *c)
{
	uint32_t value;

	if (number(c->value, &value) ||
	    (p->host->find_user && p->host->find_user(p->host->ctx, c->value, &value)))
		put(p, c, value);
	else if (sv_eq(c->value, SV("unset")))
		put(p, c, UINT32_MAX);
	else
		problem_tell(p->problems, PROBLEM_ERROR, PROBLEM_NAME, c->value_at,
			     "unknown user \"%.*s\": write a user of this host, a number or unset",
			     SV_FMT(c->value));
}

static void read_group(struct rule_parser *p, const struct condition *c)
{
	uint32_t value;

	if (number(c->value, &value) ||
	    (p->host->find_group && p->host->find_group(p->host->ctx, c->value, &value)))
		put(p, c, value);
	else
		problem_tell(p->problems, PROBLEM_ERROR, PROBLEM_NAME, c->value_at,
			     "unknown group \"%.*s\": write a group of this host or a number",
			     SV_FMT(c->value));
}

static void read_session(struct rule_parser *p, const struct condition *c)
{
	uint32_t value;

	if (number(c->value, &value))
		put(p, c, value);
	else if (sv_eq(c->value, SV("unset")))
		put(p, c, UINT32_MAX);
	else
		not_a_number(p, c, " or unset");
}

static void read_argument(struct rule_parser *p, const struct condition *c)
{
	uint32_t value;

	if (number(c->value, &value))
		put(p, c, value);
	else
		not_a_number(p, c, "");
}

static void read_exit(struct rule_parser *p, const struct condition *c)
{
	bool negative = c->value.p[0] == '-';
	struct sv name = sv_from(c->value, negative ? 1 : 0);
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES], signed_name[NEAR_HINT_BYTES];
	uint32_t value;
	int error;

	if (number(c->value, &value)) {
		put(p, c, value);
		return;
	}
	if (errno_find(name, &error)) {
		put(p, c, (uint32_t)(negative ? -error : error));
		return;
	}
	table_each (&table_errnos, i)
		near_consider(&best, name, table_name(&table_errnos, i));
	if (best.name.n && negative) {
		(void)snprintf(signed_name, sizeof(signed_name), "-%.*s", SV_FMT(best.name));
		best.name = sv_cstr(signed_name);
	}
	if (best.name.n)
		problem_error(p->problems, c->value_at, "unknown error \"%.*s\"%s",
			      SV_FMT(c->value), near_hint(&best, "", hint));
	else
		problem_error(p->problems, c->value_at,
			      "exit needs a number or an error as -EACCES, not \"%.*s\"",
			      SV_FMT(c->value));
}

static void read_msgtype(struct rule_parser *p, const struct condition *c)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];
	uint32_t value;

	if (number(c->value, &value) || msgtype_find(c->value, &value) ||
	    msgtype_unnamed(c->value, &value)) {
		put(p, c, value);
		return;
	}
	table_each (&table_msgtypes, i)
		near_consider(&best, c->value, table_name(&table_msgtypes, i));
	problem_error(p->problems, c->value_at, "unknown record type \"%.*s\"%s", SV_FMT(c->value),
		      near_hint(&best, ": ausearch -m lists them", hint));
}

/* b64, b32, a machine's name, or the kernel's number, decimal, 0x... or bare hexadecimal. */
static enum machine machine_of_value(struct sv v, enum machine native)
{
	enum machine m;
	uint64_t arch;

	if (sv_eq_nocase(v, SV("b64")))
		return machine_is_64bit(native) ? native : MACHINE_UNKNOWN;
	if (sv_eq_nocase(v, SV("b32")))
		return machine_narrow(native);
	if (machine_find(v, &m))
		return m == MACHINE_URING ? MACHINE_UNKNOWN : m;
	if (num_auto64(v, &arch) && arch <= UINT32_MAX &&
	    machine_of_arch((uint32_t)arch) != MACHINE_UNKNOWN)
		return machine_of_arch((uint32_t)arch);
	if (num_hex64(v, &arch) && arch <= UINT32_MAX && !(v.p[0] >= '0' && v.p[0] <= '9'))
		return machine_of_arch((uint32_t)arch);
	return MACHINE_UNKNOWN;
}

static void read_machine(struct rule_parser *p, const struct condition *c)
{
	enum machine m = machine_of_value(c->value, p->host->machine);
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	if (p->has_calls) {
		problem_error(p->problems, c->at,
			      "arch after system calls: write -F arch= before -S, the names depend "
			      "on it");
		return;
	}
	if (m != MACHINE_UNKNOWN) {
		p->has_arch = true;
		p->machine = m;
		put(p, c, machine_arch(m));
		return;
	}
	if (sv_eq_nocase(c->value, SV("b64")) || sv_eq_nocase(c->value, SV("b32"))) {
		problem_error(p->problems, c->value_at,
			      "%s runs no %.*s-bit programs: leave arch=%.*s out",
			      machine_name(p->host->machine), 2, c->value.p + 1, SV_FMT(c->value));
		return;
	}
	near_consider(&best, c->value, SV("b64"));
	near_consider(&best, c->value, SV("b32"));
	for (enum machine i = 0; i < MACHINE_URING; i++)
		near_consider(&best, c->value, sv_cstr(machine_name(i)));
	problem_error(p->problems, c->value_at, "unknown machine \"%.*s\"%s", SV_FMT(c->value),
		      near_hint(&best, ": write b64, b32 or a name as uname -m prints it", hint));
}

static void read_perm(struct rule_parser *p, const struct condition *c)
{
	uint32_t perms;

	if (!rule_perms(p, c->value, &perms))
		return;
	p->can_have_key = true;
	put(p, c, perms);
}

static void read_filetype(struct rule_parser *p, const struct condition *c)
{
	CLEANUP(buf_release) struct buf names = BUF_INIT(256);
	uint64_t named;
	uint32_t value;

	/* The number is how a listing has it. */
	if (value_of(&table_rule_filetypes, c->value, &named)) {
		put(p, c, (uint32_t)named);
		return;
	}
	if (number(c->value, &value) && name_of(&table_rule_filetypes, value)) {
		put(p, c, value);
		return;
	}
	names_put(&table_rule_filetypes, &names);
	problem_error(p->problems, c->value_at, "unknown file type \"%.*s\": it is one of %s",
		      SV_FMT(c->value), buf_cstr(&names));
}

static void read_fstype(struct rule_parser *p, const struct condition *c)
{
	CLEANUP(buf_release) struct buf names = BUF_INIT(256);
	uint64_t named;
	uint32_t value;

	p->can_have_key = true;
	if (value_of(&table_rule_fstypes, c->value, &named)) {
		put(p, c, (uint32_t)named);
		return;
	}
	if (number(c->value, &value)) {
		put(p, c, value);
		return;
	}
	names_put(&table_rule_fstypes, &names);
	problem_error(p->problems, c->value_at,
		      "unknown file system \"%.*s\": it is one of %s, or a number of linux/magic.h",
		      SV_FMT(c->value), buf_cstr(&names));
}

static void read_family(struct rule_parser *p, const struct condition *c)
{
	uint32_t value;

	if (!number(c->value, &value))
		not_a_number(p, c, " (1 is unix, 2 is IPv4, 10 is IPv6, 16 is netlink)");
	else if (value >= AF_MAX)
		problem_error(p->problems, c->value_at,
			      "saddr_fam=%.*s: address families go up to %d", SV_FMT(c->value),
			      AF_MAX - 1);
	else
		put(p, c, value);
}

static bool is_clean_text(struct rule_parser *p, const struct condition *c)
{
	if (!rule_is_clean(p, c->value, c->name))
		return false;
	if (c->value.n <= PATH_MAX)
		return true;
	problem_error(p->problems, c->value_at, "%s is too long: the kernel takes %d bytes",
		      c->name, PATH_MAX);
	return false;
}

static void read_label(struct rule_parser *p, const struct condition *c)
{
	if (is_clean_text(p, c))
		rule_put_text(p, c->row->field, c->op, c->value, c->at);
}

/* The kernel refuses what these refuse, without a word. */
static void read_path(struct rule_parser *p, const struct condition *c)
{
	p->can_have_key = true;
	if (!is_clean_text(p, c))
		return;
	if (c->value.p[0] != '/')
		problem_error(p->problems, c->value_at, "%s=%.*s: the path must begin with /",
			      c->name, SV_FMT(c->value));
	else if (c->row->kind != FIELD_DIR && sv_ends(c->value, SV("/")))
		problem_error(
			p->problems, c->value_at,
			"the path ends with /: for a directory and all below it write -F dir=%.*s",
			SV_FMT(c->value));
	else
		rule_put_text(p, c->row->field, c->op, c->value, c->at);
}

static void read_key(struct rule_parser *p, const struct condition *c)
{
	if (c->op == AUDIT_EQUAL)
		rule_collect_key(p, c->value.p);
	else if (is_clean_text(p, c))
		rule_put_text(p, c->row->field, c->op, c->value, c->at);
}

typedef void (*read_fn)(struct rule_parser *p, const struct condition *c);

static const read_fn readers[] = {
	[FIELD_NUMBER] = read_number,     [FIELD_UID] = read_user,
	[FIELD_GID] = read_group,         [FIELD_SESSION] = read_session,
	[FIELD_ARGUMENT] = read_argument, [FIELD_EXIT] = read_exit,
	[FIELD_MSGTYPE] = read_msgtype,   [FIELD_MACHINE] = read_machine,
	[FIELD_PERM] = read_perm,         [FIELD_FILETYPE] = read_filetype,
	[FIELD_FSTYPE] = read_fstype,     [FIELD_FAMILY] = read_family,
	[FIELD_LABEL] = read_label,       [FIELD_FILE] = read_path,
	[FIELD_DIR] = read_path,          [FIELD_EXE] = read_path,
	[FIELD_KEY] = read_key,
};

void rule_read_value(struct rule_parser *p, const struct condition *c)
{
	readers[c->row->kind](p, c);
}

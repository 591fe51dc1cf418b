/*
 * What 32-bit programs do unseen on a 64-bit machine: calls that only a rule for the 64-bit ones is
 * about, and calls that they make under another name.
 */
#include "policy/check_parts.h"

#include "policy/cover.h"

#include <linux/net.h>

/* ---- the 32-bit twin ---- */

/* The rule for the other machine: its arch, and the calls of the same names. False: there is none. */
static bool make_twin(const struct rule *r, enum machine from, enum machine to, struct rule *out)
{
	bool is_any = rule_has_all_calls(r);

	*out = *r;
	for (uint32_t i = 0; i < out->field_count; i++)
		if (out->fields[i].field == AUDIT_ARCH)
			out->fields[i].value = machine_arch(to);
	if (is_any)
		return true;
	memset(out->mask, 0, sizeof(out->mask));
	for (uint32_t nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++) {
		const char *name = rule_has_call(r, nr) ? syscall_name(from, nr) : NULL;
		uint32_t other;

		if (name && syscall_find(to, sv_cstr(name), &other) && rule_set_call(out, other))
			is_any = true;
	}
	return is_any;
}

/* Takes from the twin's calls those that rules of the set record as it would. */
static void take_recorded(const struct check *c, struct rule *twin)
{
	for (size_t i = 0; i < c->kept_count; i++) {
		const struct rule *r = &c->kept[i]->command.rule;

		if (r->list != twin->list || r->action != twin->action ||
		    !rule_conditions_cover(r, twin))
			continue;
		for (size_t k = 0; k < AUDIT_BITMASK_SIZE; k++)
			twin->mask[k] &= ~r->mask[k];
	}
}

static bool has_calls(const struct rule *r)
{
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE - 1; i++)
		if (r->mask[i])
			return true;
	return false;
}

static void check_twin(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	enum machine machine = check_machine(r), narrow = machine_narrow(machine);
	const struct finding_place at = check_place(entry);
	struct rule twin;

	if (r->list != AUDIT_FILTER_EXIT || r->action != AUDIT_ALWAYS ||
	    machine == MACHINE_UNKNOWN || narrow == MACHINE_UNKNOWN || narrow == machine ||
	    !make_twin(r, machine, narrow, &twin))
		return;
	take_recorded(c, &twin);
	if (!has_calls(&twin))
		return;
	buf_reset(&c->fix);
	check_put_line(c, &twin, &c->fix);
	finding_add(c->found, FINDING_NO_TWIN, &at, buf_view(&c->fix),
		    "32-bit programs do the same unseen: no rule with arch=b32 records %s",
		    rule_has_all_calls(r) ? "it" : "all of these calls");
}

/* ---- other names ---- */

/*
 * Of i386, whose calls with 16-bit ids, 32-bit sizes and 32-bit times have successors that the C
 * library calls, and whose sockets have come through one call, socketcall, for most of its life.
 */
static const struct {
	const char *name, *other;
	uint32_t operation; /* socketcall: its first argument; else 0 */
} other_names[] = {
	{"chown", "chown32", 0},
	{"fchown", "fchown32", 0},
	{"lchown", "lchown32", 0},
	{"setuid", "setuid32", 0},
	{"setgid", "setgid32", 0},
	{"setreuid", "setreuid32", 0},
	{"setregid", "setregid32", 0},
	{"setresuid", "setresuid32", 0},
	{"setresgid", "setresgid32", 0},
	{"setfsuid", "setfsuid32", 0},
	{"setfsgid", "setfsgid32", 0},
	{"setgroups", "setgroups32", 0},
	{"truncate", "truncate64", 0},
	{"ftruncate", "ftruncate64", 0},
	{"clock_settime", "clock_settime64", 0},
	{"clock_adjtime", "clock_adjtime64", 0},
	{"socket", "socketcall", SYS_SOCKET},
	{"bind", "socketcall", SYS_BIND},
	{"connect", "socketcall", SYS_CONNECT},
	{"listen", "socketcall", SYS_LISTEN},
	{"accept4", "socketcall", SYS_ACCEPT},
	{"sendto", "socketcall", SYS_SENDTO},
	{"recvfrom", "socketcall", SYS_RECVFROM},
	{"sendmsg", "socketcall", SYS_SENDMSG},
	{"recvmsg", "socketcall", SYS_RECVMSG},
};

static bool names_call(const struct rule *r, enum machine m, const char *name)
{
	uint32_t nr;

	return syscall_find(m, sv_cstr(name), &nr) && rule_has_call(r, nr);
}

/* Keys stand last. */
static bool add_argument(struct rule *r, uint32_t value)
{
	if (!rule_add_number(r, AUDIT_ARG0, AUDIT_EQUAL, value, r->at))
		return false;
	for (uint32_t i = r->field_count - 1; i && r->fields[i - 1].field == AUDIT_FILTERKEY; i--) {
		struct rule_field key = r->fields[i - 1];

		r->fields[i - 1] = r->fields[i];
		r->fields[i] = key;
	}
	return true;
}

/* The same conditions, for the other call of row i alone. False: they do not fit it. */
static bool make_other(const struct rule *r, enum machine m, size_t i, struct rule *out)
{
	static const uint32_t arguments[] = {AUDIT_ARG0, AUDIT_ARG1, AUDIT_ARG2, AUDIT_ARG3, 0};
	uint32_t nr;

	*out = *r;
	memset(out->mask, 0, sizeof(out->mask));
	if (!syscall_find(m, sv_cstr(other_names[i].other), &nr) || !rule_set_call(out, nr))
		return false;
	return !other_names[i].operation ||
	       (!check_has_any(r, arguments) && add_argument(out, other_names[i].operation));
}

/* Calls of other names go into the same rule, operations of socketcall into rules of their own. */
static void put_others(struct check *c, const struct rule *r, enum machine m,
		       const bool missing[LEN(other_names)])
{
	struct rule all = *r, other;
	bool is_more = false;
	uint32_t nr;

	for (size_t i = 0; i < LEN(other_names); i++)
		if (missing[i] && !other_names[i].operation &&
		    syscall_find(m, sv_cstr(other_names[i].other), &nr))
			is_more |= rule_set_call(&all, nr);
	if (is_more)
		check_put_line(c, &all, &c->fix);
	for (size_t i = 0; i < LEN(other_names); i++)
		if (missing[i] && other_names[i].operation && make_other(r, m, i, &other))
			check_put_line(c, &other, &c->fix);
}

static void check_names(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	enum machine m = check_machine(r);
	const struct finding_place at = check_place(entry);
	bool missing[LEN(other_names)] = {false};
	const char *separator = "";
	struct rule other;

	if (r->list != AUDIT_FILTER_EXIT || r->action != AUDIT_ALWAYS || m != MACHINE_I386 ||
	    rule_has_all_calls(r))
		return;
	buf_reset(&c->text);
	buf_reset(&c->fix);
	for (size_t i = 0; i < LEN(other_names); i++) {
		if (!names_call(r, m, other_names[i].name) || !make_other(r, m, i, &other))
			continue;
		take_recorded(c, &other);
		if (!has_calls(&other))
			continue;
		missing[i] = true;
		buf_printf(&c->text, "%s%s as %s", separator, other_names[i].name,
			   other_names[i].other);
		if (other_names[i].operation)
			buf_printf(&c->text, " with a0=%u", other_names[i].operation);
		separator = ", ";
	}
	if (!*separator)
		return;
	put_others(c, r, m, missing);
	finding_add(c->found, FINDING_OTHER_NAME, &at, buf_view(&c->fix),
		    "32-bit programs also make these calls under other names: %.*s",
		    SV_FMT(buf_view(&c->text)));
}

void check_narrow(struct check *c)
{
	for (size_t i = 0; i < c->kept_count; i++) {
		check_twin(c, c->kept[i]);
		check_names(c, c->kept[i]);
	}
}

/*
 * -S: system calls and io_uring operations, by name or number. A name that is not known is
 * looked for on the machine's other half and among those that are spelled much like it.
 */
#include "rule/parse_priv.h"

#include "base/near.h"
#include "base/num.h"

/* The machine that knows a call which the rule's own does not; NULL when none of the two does. */
static const char *other_machine(const struct rule_parser *p, struct sv name)
{
	enum machine native = p->host->machine, narrow = machine_narrow(native);
	enum machine other = MACHINE_UNKNOWN;
	uint32_t nr;

	if (p->machine == native)
		other = narrow;
	else if (p->machine == narrow)
		other = native;
	if (other == p->machine || !syscall_find(other, name, &nr))
		return NULL;
	return other == narrow ? "b32" : "b64";
}

static void unknown_call(struct rule_parser *p, enum machine m, struct sv name)
{
	const char *what = m == MACHINE_URING ? "io_uring operation" : "system call";
	const char *other = m == MACHINE_URING ? NULL : other_machine(p, name);
	const struct name_table *table = syscall_table(m);
	struct rule_place at = rule_at(p, name.p);
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];
	uint64_t number;

	if (num_auto64(name, &number)) {
		problem_tell(p->problems, PROBLEM_ERROR, PROBLEM_CALL, at,
			     "%s %.*s: numbers go up to %d", what, SV_FMT(name),
			     AUDIT_BITMASK_SIZE * 32 - 1);
		return;
	}
	if (other) {
		problem_tell(p->problems, PROBLEM_ERROR, PROBLEM_CALL, at,
			     "%s has no system call \"%.*s\": it is one of -F arch=%s",
			     machine_name(m), SV_FMT(name), other);
		return;
	}
	if (table)
		table_each (table, i)
			near_consider(&best, name, table_name(table, i));
	if (best.name.n)
		problem_tell(p->problems, PROBLEM_ERROR, PROBLEM_CALL, at, "unknown %s \"%.*s\"%s",
			     what, SV_FMT(name), near_hint(&best, "", hint));
	else if (m == MACHINE_URING)
		problem_tell(p->problems, PROBLEM_ERROR, PROBLEM_CALL, at,
			     "unknown %s \"%.*s\": ausyscall uring --dump lists them", what,
			     SV_FMT(name));
	else
		problem_tell(p->problems, PROBLEM_ERROR, PROBLEM_CALL, at,
			     "unknown %s \"%.*s\": ausyscall %s --dump lists them", what,
			     SV_FMT(name), machine_name(m));
}

/* Without an arch the numbers meet calls of both tables: is it the same call there? */
static void check_narrow(struct rule_parser *p, const char *whole, struct sv name, uint32_t nr)
{
	enum machine narrow = machine_narrow(p->machine);
	uint32_t other;

	if (p->has_arch || p->narrow_clash || p->rule->list == AUDIT_FILTER_URING_EXIT ||
	    narrow == p->machine || narrow == MACHINE_UNKNOWN)
		return;
	if (syscall_find(narrow, name, &other) && other == nr)
		return;
	p->narrow_clash = whole;
	p->narrow_at = rule_at(p, name.p);
}

static void add_call(struct rule_parser *p, const char *whole, struct sv name)
{
	enum machine m =
		p->rule->list == AUDIT_FILTER_URING_EXIT && p->verb ? MACHINE_URING : p->machine;
	uint64_t number;
	uint32_t nr;

	if (sv_eq(name, SV("all"))) {
		rule_set_all_calls(p->rule);
		return;
	}
	if (syscall_find(m, name, &nr)) {
		check_narrow(p, whole, name, nr);
		if (rule_set_call(p->rule, nr))
			return;
	} else if (name.n && name.p[0] >= '0' && name.p[0] <= '9' && num_auto64(name, &number) &&
		   number <= UINT32_MAX && rule_set_call(p->rule, (uint32_t)number)) {
		return;
	}
	unknown_call(p, m, name);
}

void rule_parse_calls(struct rule_parser *p, const char *value)
{
	struct sv rest = sv_cstr(value), name;
	bool is_any = false;

	if (!p->has_calls)
		p->calls_at = rule_at(p, value);
	p->has_calls = p->can_have_key = true;
	while (rest.n) {
		(void)sv_cut(rest, ',', &name, &rest);
		if (name.n == 0)
			continue;
		is_any = true;
		add_call(p, value, name);
	}
	if (!is_any)
		problem_error(p->problems, rule_at(p, value),
			      "-S without a system call: write a name, a number or all");
}

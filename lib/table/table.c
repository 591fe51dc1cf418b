/*
 * The audit interface's own tables behind typed functions. The tables are generated from
 * the .def files; this file only chooses among them.
 */
#include "table/table.h"

#include "base/num.h"

#include <linux/audit.h>

/* Wide machines name the sibling whose programs their kernel runs too. */
static const struct machine_row {
	uint32_t arch;
	enum machine narrow;
	const struct name_table *syscalls;
} machines[] = {
	[MACHINE_X86_64] = {AUDIT_ARCH_X86_64, MACHINE_I386, &table_syscalls_x86_64},
	[MACHINE_I386] = {AUDIT_ARCH_I386, MACHINE_I386, &table_syscalls_i386},
	[MACHINE_AARCH64] = {AUDIT_ARCH_AARCH64, MACHINE_ARM, &table_syscalls_aarch64},
	[MACHINE_ARM] = {AUDIT_ARCH_ARM, MACHINE_ARM, &table_syscalls_arm},
	[MACHINE_PPC64LE] = {AUDIT_ARCH_PPC64LE, MACHINE_UNKNOWN, &table_syscalls_ppc64le},
	[MACHINE_PPC64] = {AUDIT_ARCH_PPC64, MACHINE_PPC, &table_syscalls_ppc64},
	[MACHINE_PPC] = {AUDIT_ARCH_PPC, MACHINE_PPC, &table_syscalls_ppc},
	[MACHINE_S390X] = {AUDIT_ARCH_S390X, MACHINE_S390, &table_syscalls_s390x},
	[MACHINE_S390] = {AUDIT_ARCH_S390, MACHINE_S390, &table_syscalls_s390},
	[MACHINE_RISCV64] = {AUDIT_ARCH_RISCV64, MACHINE_RISCV32, &table_syscalls_riscv64},
	[MACHINE_RISCV32] = {AUDIT_ARCH_RISCV32, MACHINE_RISCV32, &table_syscalls_riscv32},
	[MACHINE_URING] = {0, MACHINE_UNKNOWN, &table_uringops},
	[MACHINE_UNKNOWN] = {0, MACHINE_UNKNOWN, NULL},
};

static const struct machine_row *row_of(enum machine m)
{
	return &machines[(unsigned int)m < MACHINE_UNKNOWN ? m : MACHINE_UNKNOWN];
}

static bool find_u32(const struct name_table *t, struct sv name, uint32_t *out)
{
	uint64_t value;

	if (!t || !value_of(t, name, &value) || value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

enum machine machine_of_arch(uint32_t audit_arch)
{
	if (audit_arch == AUDIT_ARCH_ARMEB)
		return MACHINE_ARM;
	for (unsigned int m = 0; m < MACHINE_UNKNOWN; m++)
		if (machines[m].arch == audit_arch && audit_arch != 0)
			return (enum machine)m;
	return MACHINE_UNKNOWN;
}

uint32_t machine_arch(enum machine m)
{
	return row_of(m)->arch;
}

const char *machine_name(enum machine m)
{
	return name_of(&table_machines, m);
}

bool machine_find(struct sv name, enum machine *out)
{
	uint32_t value;

	if (!find_u32(&table_machines, name, &value))
		return false;
	*out = (enum machine)value;
	return true;
}

enum machine machine_native(void)
{
#if defined(__x86_64__)
	return MACHINE_X86_64;
#elif defined(__i386__)
	return MACHINE_I386;
#elif defined(__aarch64__)
	return MACHINE_AARCH64;
#elif defined(__arm__)
	return MACHINE_ARM;
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
	return MACHINE_PPC64LE;
#elif defined(__powerpc64__)
	return MACHINE_PPC64;
#elif defined(__powerpc__)
	return MACHINE_PPC;
#elif defined(__s390x__)
	return MACHINE_S390X;
#elif defined(__s390__)
	return MACHINE_S390;
#elif defined(__riscv) && __riscv_xlen == 64
	return MACHINE_RISCV64;
#elif defined(__riscv)
	return MACHINE_RISCV32;
#else
	return MACHINE_UNKNOWN;
#endif
}

enum machine machine_narrow(enum machine m)
{
	return row_of(m)->narrow;
}

bool machine_is_64bit(enum machine m)
{
	return (row_of(m)->arch & __AUDIT_ARCH_64BIT) != 0;
}

const char *msgtype_name(uint32_t type)
{
	return name_of(&table_msgtypes, type);
}

bool msgtype_find(struct sv name, uint32_t *type)
{
	return find_u32(&table_msgtypes, name, type);
}

bool msgtype_unnamed(struct sv text, uint32_t *type)
{
	struct sv prefix = SV("UNKNOWN[");

	return sv_starts(text, prefix) && sv_ends(text, SV("]")) &&
	       num_u32(sv_make(text.p + prefix.n, text.n - prefix.n - 1), type);
}

const struct name_table *syscall_table(enum machine m)
{
	return row_of(m)->syscalls;
}

const char *syscall_name(enum machine m, uint32_t nr)
{
	const struct name_table *t = syscall_table(m);

	return t ? name_of(t, nr) : NULL;
}

bool syscall_find(enum machine m, struct sv name, uint32_t *nr)
{
	return find_u32(syscall_table(m), name, nr);
}

const char *uringop_name(uint32_t op)
{
	return name_of(&table_uringops, op);
}

const char *errno_name(int e)
{
	return e < 0 ? NULL : name_of(&table_errnos, (uint64_t)e);
}

bool errno_find(struct sv name, int *e)
{
	uint32_t value;

	if (!find_u32(&table_errnos, name, &value))
		return false;
	*e = (int)value;
	return true;
}

const char *errno_text(int e)
{
	return strerrordesc_np(e) ? strerror(e) : NULL;
}

const char *rulefield_name(uint32_t field)
{
	return name_of(&table_rule_fields, field);
}

bool rulefield_find(struct sv name, uint32_t *field)
{
	return find_u32(&table_rule_fields, name, field);
}

enum value_type field_value_type(struct sv name)
{
	uint32_t value;

	return find_u32(&table_field_types, name, &value) ? (enum value_type)value
							  : VALUE_UNCLASSIFIED;
}

/*
 * What the numbers of the audit interface are called: record types, machines and their
 * system calls, io_uring operations, errno, rule fields, and the types of the values in
 * records. The flag sets and enumerations of system call arguments are name tables
 * (table/name_table.h), declared at the end from the same .def files that define them;
 * docs/tables.md lists them and says where each comes from.
 *
 *	uint32_t type;
 *	if (msgtype_find(SV("SYSCALL"), &type)) ...		-- 1300
 *	const char *name = syscall_name(MACHINE_X86_64, 59);	-- "execve"
 *
 * Nothing here allocates or can fail; names are constants that end in a NUL. A *_name()
 * returns NULL for a number without a name; a *_find() returns false, with the output
 * untouched, for a name it does not know. Names compare letter for letter.
 */
#ifndef AURUM_TABLE_TABLE_H
#define AURUM_TABLE_TABLE_H

#include "table/name_table.h"

/* A machine has one table of system calls; io_uring operations behave like one. */
enum machine {
	MACHINE_X86_64,
	MACHINE_I386,
	MACHINE_AARCH64,
	MACHINE_ARM,
	MACHINE_PPC64LE,
	MACHINE_PPC64,
	MACHINE_PPC,
	MACHINE_S390X,
	MACHINE_S390,
	MACHINE_RISCV64,
	MACHINE_RISCV32,
	MACHINE_URING,
	MACHINE_UNKNOWN /* also the number of the known ones */
};

/* AUDIT_ARCH_* of linux/audit.h to machine; MACHINE_UNKNOWN for others. */
enum machine machine_of_arch(uint32_t audit_arch);
/* The AUDIT_ARCH_* a rule carries; 0 for MACHINE_URING and MACHINE_UNKNOWN. */
uint32_t machine_arch(enum machine m);
/* As `ausearch -i` prints it: "x86_64", "armeb" for every arm; NULL for MACHINE_UNKNOWN. */
const char *machine_name(enum machine m);
/* Every name that uname -m has for a machine (i686, armv7l, ...) and "uring"; not b32, b64. */
MUST_CHECK bool machine_find(struct sv name, enum machine *out);
/* The machine this program was built for. */
enum machine machine_native(void);
/* The 32-bit sibling whose programs a 64-bit machine runs (i386 of x86_64): what b32 means
 * there. The machine itself when it is a 32-bit one, MACHINE_UNKNOWN when it has no sibling. */
enum machine machine_narrow(enum machine m);
bool machine_is_64bit(enum machine m);

/* Record types: "SYSCALL" for AUDIT_SYSCALL. */
const char *msgtype_name(uint32_t type);
MUST_CHECK bool msgtype_find(struct sv name, uint32_t *type);
/* "UNKNOWN[1334]", as logs and listings write a type without a name. */
MUST_CHECK bool msgtype_unnamed(struct sv text, uint32_t *type);

/* System calls; MACHINE_URING gives io_uring operations, MACHINE_UNKNOWN knows none. */
const char *syscall_name(enum machine m, uint32_t nr);
MUST_CHECK bool syscall_find(enum machine m, struct sv name, uint32_t *nr);
/* The table behind them, to iterate or suggest; NULL for MACHINE_UNKNOWN. */
const struct name_table *syscall_table(enum machine m);
const char *uringop_name(uint32_t op);

/* Errors, with positive numbers: "EACCES", and "Permission denied" in the words of the locale. */
const char *errno_name(int e);
MUST_CHECK bool errno_find(struct sv name, int *e);
const char *errno_text(int e);

/* Between the keys of one rule, in its key= field and in the kernel's rule. */
#define KEY_SEPARATOR '\x01'

/* Fields of rules, AUDIT_PID ...: the words of auditctl -F. */
const char *rulefield_name(uint32_t field);
MUST_CHECK bool rulefield_find(struct sv name, uint32_t *field);

/* clang-format off */
/* How a field of a record is interpreted. Numbers are ours, not an interface. */
enum value_type {
	VALUE_UNCLASSIFIED,
#define TABLE(id)
#define ROW(value, name) value,
#define END
#include "table/value_type.def"
#undef TABLE
#undef ROW
#undef END
	VALUE_TYPES
};
/* clang-format on */

/* By the field's name alone, e.g. VALUE_UID for "auid"; VALUE_UNCLASSIFIED when unknown. */
enum value_type field_value_type(struct sv name);

/* Every name table: extern const struct name_table table_<id>; */
#define TABLE(id) extern const struct name_table table_##id;
#define ROW(value, name)
#define END
#include "table/tables.def"
#undef TABLE
#undef ROW
#undef END

extern const struct name_table *const all_tables[];
extern const size_t all_tables_count;

#endif

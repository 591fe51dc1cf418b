/* Permissions of calls: a few by their names, the others from table/perm.def. */
#include "policy/call_perm.h"

#include <linux/audit.h>

#define ANY_MACHINE UINT32_MAX
#define OPENS       (AUDIT_PERM_READ | AUDIT_PERM_WRITE)
#define BIT(m)      (1u << (m))

/* The machines whose own classify function does not know execveat. */
#define NO_EXECVEAT                                                                                \
	(BIT(MACHINE_PPC64LE) | BIT(MACHINE_PPC64) | BIT(MACHINE_PPC) | BIT(MACHINE_S390X) |       \
	 BIT(MACHINE_S390))

struct special {
	const char *name;
	enum call_perm how;
	uint32_t perms;
	uint32_t machines;
};

static const struct special specials[] = {
	{"open", CALL_PERM_OPEN, OPENS, ANY_MACHINE},
	{"openat", CALL_PERM_OPENAT, OPENS, ANY_MACHINE},
	{"openat2", CALL_PERM_OPENAT2, OPENS, ANY_MACHINE},
	{"socketcall", CALL_PERM_SOCKET, AUDIT_PERM_WRITE, ANY_MACHINE},
	{"execve", CALL_PERM_FIXED, AUDIT_PERM_EXEC, ANY_MACHINE},
	{"execveat", CALL_PERM_FIXED, AUDIT_PERM_EXEC, ~NO_EXECVEAT},
};

static const struct special *find_special(enum machine m, const char *name)
{
	for (size_t i = 0; i < LEN(specials); i++)
		if (strcmp(specials[i].name, name) == 0 && (specials[i].machines & BIT(m)))
			return &specials[i];
	return NULL;
}

/* Operations of io_uring have no permissions: the kernel refuses perm= on that list. */
static const char *name_of_call(enum machine m, uint32_t nr)
{
	return m == MACHINE_URING ? NULL : syscall_name(m, nr);
}

enum call_perm call_perm(enum machine m, uint32_t nr)
{
	const char *name = name_of_call(m, nr);
	const struct special *row = name ? find_special(m, name) : NULL;

	return row ? row->how : CALL_PERM_FIXED;
}

uint32_t call_perms(enum machine m, uint32_t nr)
{
	const char *name = name_of_call(m, nr);
	const struct special *row = name ? find_special(m, name) : NULL;
	uint64_t bits;

	if (row)
		return row->perms;
	return name && value_of(&table_perm_calls, sv_cstr(name), &bits) ? (uint32_t)bits : 0;
}

uint32_t call_open_perms(uint64_t flags)
{
	/* O_RDONLY, O_WRONLY, O_RDWR, and 3, which the kernel counts as both. */
	static const uint32_t perms[] = {AUDIT_PERM_READ, AUDIT_PERM_WRITE, OPENS, OPENS};

	return perms[flags & 3];
}

/*
 * What the permissions of a rule (-p, perm=) stand for: system calls, some of them depending on
 * their arguments.
 *
 *	if (call_perms(MACHINE_X86_64, nr) & AUDIT_PERM_WRITE)
 *		... a rule with perm=w can take the call
 *
 * The calls are those of Linux 6.18. Older kernels lack the newest: fchmodat2, getxattrat,
 * listxattrat, setxattrat, removexattrat. From the kernel's audit_match_perm() and the lists in
 * include/asm-generic/audit_*.h.
 */
#ifndef AURUM_POLICY_CALL_PERM_H
#define AURUM_POLICY_CALL_PERM_H

#include "table/table.h"

/* Where the permissions of a call come from. */
enum call_perm {
	CALL_PERM_FIXED,   /* from the call alone */
	CALL_PERM_OPEN,    /* from the access mode in the second argument: open */
	CALL_PERM_OPENAT,  /* in the third argument: openat */
	CALL_PERM_OPENAT2, /* in the structure that it points at, which an OPENAT2 record tells */
	CALL_PERM_SOCKET,  /* socketcall: w when the first argument is 2, bind */
};

enum call_perm call_perm(enum machine m, uint32_t nr);

/* The permissions that the call has with some arguments, a sum of AUDIT_PERM_*; 0: none ever. */
uint32_t call_perms(enum machine m, uint32_t nr);

/* The permissions of an access mode: the lowest two bits of the flags of open(2). */
uint32_t call_open_perms(uint64_t flags);

#endif

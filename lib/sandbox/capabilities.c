/*
 * Capabilities, by the three system calls themselves: what a library would add is other ways to
 * write the same two masks.
 */
#include "sandbox/parts.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define CAPABILITIES_MAX 64 /* that fit into the sets */

/*
 * The bounding set needs CAP_SETPCAP, which a container may not have. It is then left as it is:
 * with no-new-privs an executed program gets nothing from it.
 */
static void drop_bounding(uint64_t kept)
{
	for (int i = 0; i < CAPABILITIES_MAX && prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (!(kept >> i & 1))
			(void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

int sandbox_enter_capabilities(const struct sandbox *s, struct err *e)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};

	if (syscall(SYS_capget, &head, sets) != 0)
		return err_sys(e, "cannot read the capabilities of this process");
	drop_bounding(s->capabilities);
	/* Kernels before 4.3 have no ambient set. */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (size_t i = 0; i < LEN(sets); i++) {
		uint32_t kept = sets[i].permitted & (uint32_t)(s->capabilities >> (32 * i));

		sets[i] = (struct __user_cap_data_struct){.effective = kept, .permitted = kept};
	}
	if (syscall(SYS_capset, &head, sets) != 0)
		return err_sys(e, "cannot give up capabilities");
	return 0;
}

/* Answers of the running system; asks anew each time. */
#include "rule/host.h"

#include "record/names_system.h"

#include <sys/stat.h>

#define NAME_BYTES 256

static bool find_user(void *ctx, struct sv name, uint32_t *uid)
{
	char text[NAME_BYTES];

	(void)ctx;
	return sv_to_cstr(name, text, sizeof(text)) && names_system.user_id(NULL, text, uid);
}

static bool find_group(void *ctx, struct sv name, uint32_t *gid)
{
	char text[NAME_BYTES];

	(void)ctx;
	return sv_to_cstr(name, text, sizeof(text)) && names_system.group_id(NULL, text, gid);
}

static bool is_dir(void *ctx, const char *path)
{
	struct stat st;

	(void)ctx;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

struct rule_host rule_host_here(void)
{
	return (struct rule_host){.machine = machine_native(),
				  .find_user = find_user,
				  .find_group = find_group,
				  .is_dir = is_dir};
}

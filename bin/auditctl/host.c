/* This host, as the rule parser asks about it. */
#include "app.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#define NAME_BYTES  256
#define ENTRY_BYTES 65536

static bool find_user(void *ctx, struct sv name, uint32_t *uid)
{
	char text[NAME_BYTES], entry[ENTRY_BYTES];
	struct passwd pw, *found = NULL;

	(void)ctx;
	if (!sv_to_cstr(name, text, sizeof(text)) ||
	    getpwnam_r(text, &pw, entry, sizeof(entry), &found) != 0 || !found)
		return false;
	*uid = pw.pw_uid;
	return true;
}

static bool find_group(void *ctx, struct sv name, uint32_t *gid)
{
	char text[NAME_BYTES], entry[ENTRY_BYTES];
	struct group gr, *found = NULL;

	(void)ctx;
	if (!sv_to_cstr(name, text, sizeof(text)) ||
	    getgrnam_r(text, &gr, entry, sizeof(entry), &found) != 0 || !found)
		return false;
	*gid = gr.gr_gid;
	return true;
}

static bool is_dir(void *ctx, const char *path)
{
	struct stat st;

	(void)ctx;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

struct rule_host host_here(void)
{
	return (struct rule_host){.machine = machine_native(),
				  .find_user = find_user,
				  .find_group = find_group,
				  .is_dir = is_dir};
}

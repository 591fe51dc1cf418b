/* The files of this host, as the filter asks about them. Looks at them, opens none. */
#include "policy/filter.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static_assert(FILTER_PATH_MAX >= 4096, "realpath(3) writes up to PATH_MAX bytes");

static bool find_file(void *ctx, const char *path, struct filter_file *out)
{
	struct stat st;

	(void)ctx;
	if (lstat(path, &st) != 0)
		return false;
	*out = (struct filter_file){st.st_ino, major(st.st_dev), minor(st.st_dev),
				    S_ISLNK(st.st_mode)};
	return true;
}

static bool real_path(void *ctx, const char *path, char out[FILTER_PATH_MAX])
{
	(void)ctx;
	return realpath(path, out) != NULL;
}

const struct filter_files filter_files_here = {.find = find_file, .real = real_path};

/* Measuring a file system. What is done about it is not here. */
#include "auditd/space.h"

#include <limits.h>
#include <string.h>
#include <sys/statvfs.h>

#define MIB (UINT64_C(1) << 20)
/* As the reference: nobody is to wait for the last block before the disk counts as full. */
#define FULL_BLOCKS 5
/* The room that must come back on top: a part of the threshold, or of a small disk, or this. */
#define MARGIN_PART 16
#define MARGIN      MIB

static bool is_same(const struct conf_space *a, const struct conf_space *b)
{
	return a->mib == b->mib && a->percent == b->percent;
}

bool space_configure(struct space *s, const struct auditd_conf *conf)
{
	bool changed = !is_same(&s->left, &conf->space_left) ||
		       !is_same(&s->admin_left, &conf->admin_space_left);

	s->left = conf->space_left;
	s->admin_left = conf->admin_space_left;
	return changed;
}

static int measure_folder(const char *path, struct statvfs *fs)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (n == 0 || n >= sizeof(folder))
		return statvfs("/", fs);
	memcpy(folder, path, n);
	folder[n] = '\0';
	return statvfs(folder, fs);
}

void space_measure(struct space *s, int fd, const char *path)
{
	struct statvfs fs;

	s->is_known = fd >= 0 ? fstatvfs(fd, &fs) == 0
			      : statvfs(path, &fs) == 0 || measure_folder(path, &fs) == 0;
	if (!s->is_known)
		return;
	/* What is left for everybody, as the reference counts it: root may have some more. */
	s->block_bytes = fs.f_frsize;
	s->free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	s->total_bytes = (uint64_t)fs.f_blocks * fs.f_frsize;
}

uint64_t space_threshold(const struct space *s, enum errand_key key)
{
	const struct conf_space *limit = key == ERRAND_SPACE_LEFT ? &s->left : &s->admin_left;

	if (key == ERRAND_DISK_FULL)
		return s->block_bytes * FULL_BLOCKS;
	if (limit->percent == 0)
		return limit->mib * MIB;
	/* In two parts, so that nothing is too large to be multiplied. */
	return s->total_bytes / 100 * limit->percent + s->total_bytes % 100 * limit->percent / 100;
}

bool space_is_short(const struct space *s, enum errand_key key)
{
	return s->is_known && s->free_bytes < space_threshold(s, key);
}

bool space_is_back(const struct space *s, enum errand_key key)
{
	uint64_t threshold = space_threshold(s, key), margin = s->total_bytes / MARGIN_PART;

	if (margin > MARGIN)
		margin = MARGIN;
	if (margin < threshold / MARGIN_PART)
		margin = threshold / MARGIN_PART;
	return s->is_known && s->free_bytes >= threshold + margin;
}

/* The host that tests and fuzzers give to the rule parser: two users, one group, one directory. */
#ifndef AURUM_RULE_RULE_HOST_TEST_H
#define AURUM_RULE_RULE_HOST_TEST_H

#include "rule/parse.h"

static bool test_user(void *ctx, struct sv name, uint32_t *uid)
{
	(void)ctx;
	if (!sv_eq(name, SV("root")) && !sv_eq(name, SV("alice")))
		return false;
	*uid = name.p[0] == 'r' ? 0 : 1000;
	return true;
}

static bool test_group(void *ctx, struct sv name, uint32_t *gid)
{
	(void)ctx;
	if (!sv_eq(name, SV("wheel")))
		return false;
	*gid = 10;
	return true;
}

static bool test_dir(void *ctx, const char *path)
{
	(void)ctx;
	return strcmp(path, "/etc") == 0;
}

static const struct rule_host test_host = {.machine = MACHINE_X86_64,
					   .find_user = test_user,
					   .find_group = test_group,
					   .is_dir = test_dir};

#endif

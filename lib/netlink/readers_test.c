/* Which sockets of /proc/net/netlink are readers of audit records, and whose they are. */
#include "base/test.h"

#include "base/attr.h"
#include "netlink/readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD                                                                                       \
	"sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    "      \
	"Inode\n"

static const char table[] = HEAD
	"0000000079d3c998 9   0          00000000 0        0        0     2        0        6\n"
	"00000000aaaaaaaa 9   1          00000001 0        0        0     2        0        701\n"
	"00000000bbbbbbbb 9   77         00000000 0        0        0     2        0        702\n"
	"00000000cccccccc 15  1          00000001 0        0        0     2        0        703\n"
	"00000000dddddddd 9   4294963200 00000003 0        0        0     2        0        704\n"
	"00000000eeeeeeee 9   5 1\n"
	"00000000ffffffff 9   12 00000001 0 0 0 2 0 x\n";

static void only_sockets_of_the_audit_group_count(void **state)
{
	struct audit_reader readers[4];

	(void)state;
	assert_int_equal(audit_readers_parse(sv_cstr(table), readers, 4), 2);
	assert_int_equal(readers[0].pid, 1);
	assert_int_equal(readers[0].inode, 701);
	assert_int_equal(readers[1].inode, 704);
	assert_int_equal(audit_readers_parse(sv_cstr(table), readers, 1), 2);
	assert_int_equal(audit_readers_parse(SV(""), readers, 4), 0);
}

static void make(const char *root, const char *path, const char *content)
{
	char name[128];
	FILE *f;

	(void)snprintf(name, sizeof(name), "%s/%s", root, path);
	if (!content) {
		assert_int_equal(mkdir(name, 0700), 0);
		return;
	}
	f = fopen(name, "w");
	assert_non_null(f);
	assert_true(fputs(content, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void a_socket_is_its_holders_and_not_the_openers(void **state)
{
	static const char *const folders[] = {"net", "1", "1/fd", "210", "210/fd", "99", "99/fd"};
	char root[] = "/tmp/readers-XXXXXX", link[64], command[64];
	struct audit_reader readers[4];

	(void)state;
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < LEN(folders); i++)
		make(root, folders[i], NULL);
	make(root, "net/netlink", table);
	make(root, "1/comm", "systemd\n");
	make(root, "210/comm", "systemd-journal\n");
	make(root, "99/comm", "self\n");
	(void)snprintf(link, sizeof(link), "%s/1/fd/40", root);
	assert_int_equal(symlink("socket:[701]", link), 0);
	(void)snprintf(link, sizeof(link), "%s/210/fd/7", root);
	assert_int_equal(symlink("socket:[701]", link), 0);
	(void)snprintf(link, sizeof(link), "%s/99/fd/3", root);
	assert_int_equal(symlink("socket:[704]", link), 0);

	assert_int_equal(audit_readers_find(root, 99, readers, 4), 1);
	assert_int_equal(readers[0].pid, 210);
	assert_string_equal(readers[0].name, "systemd-journal");
	assert_int_equal(audit_readers_find("/nonexistent", 99, readers, 4), 0);
	(void)snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_sockets_of_the_audit_group_count),
		cmocka_unit_test(a_socket_is_its_holders_and_not_the_openers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

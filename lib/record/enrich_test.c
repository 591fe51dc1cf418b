/* The tail of enriched records. What is expected is what Debian's auditd 3.0.9 appends. */
#include "base/test.h"

#include "record/enrich.h"

#include <stdio.h>

static bool some_user(void *arg, uint32_t uid, char *out, size_t cap)
{
	int *asked = arg;

	if (asked)
		++*asked;
	(void)snprintf(out, cap, "%s", uid == 1000 ? "alice" : "o\"dd");
	return uid == 1000 || uid == 1001;
}

static bool some_group(void *arg, uint32_t gid, char *out, size_t cap)
{
	(void)arg;
	(void)snprintf(out, cap, "staff");
	return gid == 50;
}

static const struct name_source some = {.user_name = some_user, .group_name = some_group};

static void the_tail_names_ids_machines_calls_and_addresses(void **state)
{
	static const struct {
		uint32_t type;
		const char *text, *tail;
	} rows[] = {
		{1300,
		 "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 ppid=3 pid=4 auid=1000 "
		 "uid=0 "
		 "gid=50 euid=1002 tty=pts0 ses=1 comm=\"x\" key=(null)",
		 "\x1d"
		 "ARCH=x86_64 SYSCALL=execve AUID=\"alice\" UID=\"root\" GID=\"staff\" "
		 "EUID=\"unknown(1002)\""},
		{1300, "arch=40000003 syscall=102 success=yes exit=3 a0=3 a1=2",
		 "\x1d"
		 "ARCH=i386 SYSCALL=socketcall(connect)"},
		{1300, "arch=40000003 syscall=102 a0=3 a1=2",
		 "\x1d"
		 "ARCH=i386 SYSCALL=socketcall"},
		{1326,
		 "auid=4294967295 uid=0 gid=0 ses=1 subj=x pid=2 comm=\"y\" exe=\"z\" sig=31 "
		 "arch=c000003e syscall=41 compat=0",
		 "\x1d"
		 "AUID=\"unset\" UID=\"root\" GID=\"root\" ARCH=x86_64 SYSCALL=socket"},
		{1326,
		 "auid=4294967295 uid=0 gid=0 ses=1 pid=2 comm=\"y\" exe=\"z\" sig=31 "
		 "arch=c000003e "
		 "syscall=41 compat=0",
		 "\x1d"
		 "AUID=\"unset\" UID=\"root\" GID=\"root\" ARCH=x86_64 "
		 "SYSCALL=unknown-syscall(-1)"},
		{1306, "saddr=020000350A0102030000000000000000",
		 "\x1d"
		 "SADDR={ saddr_fam=inet laddr=10.1.2.3 lport=53 }"},
		{1400, "avc:  denied  { read } for  pid=1 saddr=1.2.3.4 ouid=1000",
		 "\x1dOUID=\"alice\""},
		{1112, "pid=1 uid=0 old-auid=1000 msg='op=login id=1000 (uid=1001) res=success'",
		 "\x1dUID=\"root\" OLD-AUID=\"alice\" ID=\"alice\" UID=6F226464"},
		{1116, "pid=1 msg='op=add-group id=50'", "\x1dID=\"staff\""},
		{1309, "argc=1 a0=\"auid=0\"", ""},
		{1302, "item=0 name=\"x\" ouid=18446744073709551616",
		 "\x1dOUID="
		 "636F6E76657273696F6E206572726F72283138343436373434303733373039353531363136"
		 "29"},
		{1327, "proctitle=\"ls\"", ""},
		{1300, "", ""},
		{1105, "uid= gid=,", "\x1dGID=\"root\""},
		{1105, "pid=1 op=x msg='uid=0'", "\x1dUID=\"root\""},
		{1105, "pid=1 op=x xmsg='uid=0'", ""},
	};
	struct names *names = names_new(&some, NULL);

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT(4096), out = BUF_INIT(4096);

		buf_printf(&text, "audit(1.002:3): %s", rows[i].text);
		enrich_tail(rows[i].type, buf_view(&text), text.n, names, &out);
		assert_string_equal(buf_cstr(&out), rows[i].tail);
	}
	names_free(names);
}

static void a_tail_that_does_not_fit_is_cut_between_entries(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);
	struct names *names = names_new(&some, NULL);

	(void)state;
	enrich_tail(1300, SV("audit(1.002:3): uid=0 gid=0 euid=0"), ENRICH_RECORD_MAX - 25, names,
		    &out);
	assert_string_equal(buf_cstr(&out), "\x1dUID=\"root\" GID=\"root\"");
	/* A shorter name behind it would be read as the name of the first. */
	buf_reset(&out);
	enrich_tail(1100, SV("audit(1.002:3): uid=77777 msg='uid=0"), ENRICH_RECORD_MAX - 12, names,
		    &out);
	assert_string_equal(buf_cstr(&out), "");
	names_free(names);
}

static void names_are_asked_for_again_only_after_accounts_may_have_changed(void **state)
{
	static const struct {
		uint32_t type;
		int asked; /* in all */
	} rows[] = {{1300, 1}, {1300, 1}, {1114, 2}, {1300, 2}, {1116, 3},
		    {1115, 3}, {1300, 4}, {1102, 4}, {1105, 5}, {1105, 5}};
	int asked = 0;
	const struct name_source counting = {.user_name = some_user, .arg = &asked};
	struct names *names = names_new(&counting, NULL);

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

		enrich_tail(rows[i].type, SV("audit(1.002:3): uid=1000"), 0, names, &out);
		assert_string_equal(buf_cstr(&out), "\x1dUID=\"alice\"");
		assert_int_equal(asked, rows[i].asked);
	}
	names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tail_names_ids_machines_calls_and_addresses),
		cmocka_unit_test(a_tail_that_does_not_fit_is_cut_between_entries),
		cmocka_unit_test(names_are_asked_for_again_only_after_accounts_may_have_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

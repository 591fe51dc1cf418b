/* Records out of the kernel's messages: which are taken, and which are in the log already. */
#include "base/test.h"

#include "base/file.h"
#include "log/kmsg.h"
#include "log/unheard.h"

#include <stdio.h>
#include <stdlib.h>

static void only_the_kernels_own_records_are_taken(void **state)
{
	static const struct {
		const char *message;
		enum kmsg_kind kind;
		uint64_t sequence;
		uint32_t type;
		const char *text;
	} rows[] = {
		{"5,7850,26771701056,-;audit: type=1305 audit(1.125:60): op=set\n", KMSG_RECORD,
		 7850, 1305, "audit(1.125:60): op=set"},
		{"6,1,2,-,caller=T1;audit: type=1300 audit(1.125:60): a=\\x22b\\x5c\n "
		 "SUBSYSTEM=x\n",
		 KMSG_RECORD, 1, 1300, "audit(1.125:60): a=\"b\\"},
		{"5,3,4,-;audit: type=1300 audit(1.125:60): a\\x0ab\\xzz\\x4", KMSG_RECORD, 3, 1300,
		 "audit(1.125:60): a\nb\\xzz\\x4"},
		{"13,7850,26771701056,-;audit: type=1305 audit(1.125:60): op=set\n", KMSG_OTHER,
		 7850, 0, NULL}, /* somebody wrote it to /dev/kmsg */
		{"5,7,1,-;audit: type=x audit(1.125:60): op=set\n", KMSG_OTHER, 7, 0, NULL},
		{"5,7,1,-;audit: type=1305 else\n", KMSG_OTHER, 7, 1305, NULL},
		{"5,7,1,-;audit: audit_lost=3 audit_rate_limit=0\n", KMSG_OTHER, 7, 0, NULL},
		{"5,7,1,-;usb: audit: type=1305 audit(1.125:60): op=set\n", KMSG_OTHER, 7, 0, NULL},
		{"5;x", KMSG_OTHER, 0, 0, NULL},
		{"", KMSG_OTHER, 0, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf scratch = BUF_INIT(KMSG_MAX);
		struct kmsg m;

		assert_int_equal(kmsg_parse(sv_cstr(rows[i].message), &scratch, &m), rows[i].kind);
		assert_int_equal(m.sequence, rows[i].sequence);
		assert_int_equal(m.type, rows[i].type);
		if (rows[i].text)
			assert_true(sv_eq(m.text, sv_cstr(rows[i].text)));
	}
}

static void what_was_not_printed_is_counted(void **state)
{
	CLEANUP(buf_release) struct buf scratch = BUF_INIT(KMSG_MAX);
	struct kmsg m;

	(void)state;
	assert_int_equal(kmsg_parse(SV("4,9,1,-;kauditd_printk_skb: 11 callbacks suppressed\n"),
				    &scratch, &m),
			 KMSG_SUPPRESSED);
	assert_int_equal(m.number, 11);
	assert_int_equal(
		kmsg_parse(SV("4,9,1,-;kauditd_printk_skb:  callbacks suppressed\n"), &scratch, &m),
		KMSG_OTHER);
	assert_int_equal(kmsg_parse(SV("4,9,1,-;kauditd_printk_skb: x callbacks suppressed\n"),
				    &scratch, &m),
			 KMSG_OTHER);
}

static void what_comes_again_is_taken_once(void **state)
{
	struct unheard u;

	(void)state;
	unheard_init(&u);
	unheard_add(&u, 1300, SV("audit(1.002:3): arch=c000003e syscall=59 cu"));
	unheard_add(&u, 1302, SV("audit(1.002:3): item=0 name=\"/a\""));
	unheard_add(&u, 1302, SV("audit(1.002:3): item=1 name=\"/b\""));
	unheard_add(&u, 1130, SV("audit(1.003:4): pid=1 msg='x'"));
	assert_int_equal(u.left, 4);
	unheard_heard(&u, SV("audit(1.002:3): item=1 name=\"/b\"\x1d"
			     "X=1"));
	unheard_heard(&u, SV("audit(1.002:3): item=2 name=\"/b\""));
	unheard_heard(&u,
		      SV("audit(1.002:3): arch=c000003e syscall=59 cut at the end of a message"));
	unheard_heard(&u, SV("audit(1.002:4): pid=1 msg='x'"));
	unheard_heard(&u, SV("nothing"));
	assert_int_equal(u.left, 2);
	assert_true(u.list[0].is_heard && !u.list[1].is_heard && u.list[2].is_heard);
	assert_true(sv_eq(unheard_text(&u, 3), SV("audit(1.003:4): pid=1 msg='x'")));
	assert_true(sv_eq(unheard_stamp(&u, 3), SV("1.003:4")));
	unheard_release(&u);
	unheard_release(&u);
}

/* Two records that say the same are two: each needs its own in the log. */
static void the_same_record_twice_is_heard_twice(void **state)
{
	struct unheard u;

	(void)state;
	unheard_init(&u);
	unheard_add(&u, 1302, SV("audit(1.002:3): item=0"));
	unheard_add(&u, 1302, SV("audit(1.002:3): item=0"));
	unheard_heard(&u, SV("audit(1.002:3): item=0"));
	assert_int_equal(u.left, 1);
	unheard_heard(&u, SV("audit(1.002:3): item=0"));
	assert_int_equal(u.left, 0);
	unheard_release(&u);
}

static void what_is_in_the_log_is_not_taken_again(void **state)
{
	static const char log[] = "type=DAEMON_START msg=audit(1.000:1): op=start\n"
				  "node=web1 type=SYSCALL msg=audit(1.002:3): arch=c000003e a b\x1d"
				  "ARCH=x86_64\n"
				  "type=USER msg=audit(1.003:4): msg=' msg=audit(9.000:9): y'";
	char path[] = "/tmp/unheard-XXXXXX";
	struct unheard u;
	struct err e;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, sv_cstr(log)), 0);
	unheard_init(&u);
	unheard_add(&u, 1300, SV("audit(1.002:3): arch=c000003e a\nb "));
	unheard_add(&u, 1100, SV("audit(1.003:4): msg=' msg=audit(9.000:9): y'"));
	unheard_add(&u, 1100, SV("audit(9.000:9): y'"));
	assert_int_equal(unheard_scan(&u, path, &e), 0);
	assert_int_equal(u.left, 1);
	assert_false(u.list[2].is_heard);
	assert_int_equal(unheard_scan(&u, "/nonexistent", &e), -1);
	assert_int_equal(unheard_scan(&u, "/dev/null", &e), -1);
	unheard_release(&u);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
}

static void a_log_longer_than_what_is_looked_at_is_read_from_its_end(void **state)
{
	char path[] = "/tmp/unheard-XXXXXX";
	int fd = mkstemp(path);
	struct unheard u;
	struct err e;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, SV("type=A msg=audit(1.002:1): first\n")), 0);
	assert_int_equal(ftruncate(fd, (off_t)UNHEARD_SCAN_BYTES), 0);
	assert_true(lseek(fd, 0, SEEK_END) > 0);
	assert_int_equal(file_write(fd, SV("\ntype=A msg=audit(1.002:2): last\n")), 0);
	unheard_init(&u);
	unheard_add(&u, 1, SV("audit(1.002:1): first"));
	unheard_add(&u, 1, SV("audit(1.002:2): last"));
	assert_int_equal(unheard_scan(&u, path, &e), 0);
	assert_true(!u.list[0].is_heard && u.list[1].is_heard);
	unheard_release(&u);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
}

static void more_than_fits_is_counted(void **state)
{
	struct unheard u;
	char text[64];

	(void)state;
	unheard_init(&u);
	for (int i = 0; i < UNHEARD_MAX + 5; i++) {
		(void)snprintf(text, sizeof(text), "audit(1.002:%d): x", i);
		unheard_add(&u, 1300, sv_cstr(text));
	}
	assert_int_equal(u.count, UNHEARD_MAX);
	assert_int_equal(u.dropped, 5);
	unheard_heard(&u, SV("audit(1.002:77): x"));
	assert_int_equal(u.left, UNHEARD_MAX - 1);
	unheard_release(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_kernels_own_records_are_taken),
		cmocka_unit_test(what_was_not_printed_is_counted),
		cmocka_unit_test(what_comes_again_is_taken_once),
		cmocka_unit_test(the_same_record_twice_is_heard_twice),
		cmocka_unit_test(what_is_in_the_log_is_not_taken_again),
		cmocka_unit_test(a_log_longer_than_what_is_looked_at_is_read_from_its_end),
		cmocka_unit_test(more_than_fits_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The record parser: framing, fields, and text that pretends to be fields. */
#include "base/test.h"

#include "base/buf.h"
#include "record/record.h"

#include <linux/audit.h>

#define STAMP "msg=audit(1700000000.123:456): "

static void lines_split_into_their_parts(void **state)
{
	static const struct {
		const char *line, *node, *type_name, *body, *tail;
		uint32_t type;
	} rows[] = {
		{"type=SYSCALL " STAMP "arch=c000003e key=\"x\"\x1d"
		 "ARCH=x86_64",
		 "", "SYSCALL", "arch=c000003e key=\"x\"", "ARCH=x86_64", AUDIT_SYSCALL},
		{"node=web1 type=CWD " STAMP "cwd=\"/\"", "web1", "CWD", "cwd=\"/\"", "",
		 AUDIT_CWD},
		{"type=UNKNOWN[1999] " STAMP "a=b", "", "UNKNOWN[1999]", "a=b", "", 1999},
		{"type=1400 " STAMP "a=b", "", "1400", "a=b", "", 1400},
		{"type=NOSUCH " STAMP "a=b", "", "NOSUCH", "a=b", "", 0},
		{"type=EOE " STAMP, "", "EOE", "", "", AUDIT_EOE},
		{"type=EOE msg=audit(1700000000.123:456):", "", "EOE", "", "", AUDIT_EOE},
	};
	struct record r;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(record_parse(sv_cstr(rows[i].line), &r), RECORD_OK);
		assert_true(sv_eq(r.line, sv_cstr(rows[i].line)));
		assert_true(sv_eq(r.node, sv_cstr(rows[i].node)));
		assert_true(sv_eq(r.type_name, sv_cstr(rows[i].type_name)));
		assert_true(sv_eq(r.body, sv_cstr(rows[i].body)));
		assert_true(sv_eq(r.tail, sv_cstr(rows[i].tail)));
		assert_int_equal(r.type, rows[i].type);
		assert_int_equal(r.stamp.sec, 1700000000);
		assert_int_equal(r.stamp.ms, 123);
		assert_int_equal(r.stamp.serial, 456);
	}
}

static void malformed_lines_are_refused_and_kept(void **state)
{
	static const char *const lines[] = {
		"",
		"type=SYSCALL",
		"type=SYSCALL msg=audit(",
		"type=SYSCALL msg=audit(1.2:3",
		"type=SYSCALL msg=audit(1.1000:3): a=b",
		"type=SYSCALL msg=audit(1:3): a=b",
		"type=SYSCALL msg=audit(99999999999999999999.1:3): a=b",
		"type=SYSCALL msg=audit(1.1:99999999999999999999): a=b",
		"type=SYSCALL msg=audit(-1.1:3): a=b",
		"msg=audit(1.1:3): a=b",
		"node=x",
		"Type=SYSCALL msg=audit(1.1:3): a=b",
	};
	struct record r;

	(void)state;
	for (size_t i = 0; i < LEN(lines); i++) {
		assert_int_equal(record_parse(sv_cstr(lines[i]), &r), RECORD_MALFORMED);
		assert_true(sv_eq(r.line, sv_cstr(lines[i])));
	}
}

/* All fields as "k:name=value" words: k for the kernel's, u for user text, t for the tail. */
static void list_fields(const char *text, struct buf *out)
{
	static const char letters[] = {
		[FIELD_KERNEL] = 'k', [FIELD_USER] = 'u', [FIELD_TAIL] = 't'};
	struct record r;
	struct fields it;
	struct field f;

	assert_int_equal(record_parse(sv_cstr(text), &r), RECORD_OK);
	for (fields_init(&it, &r); fields_next(&it, &f);)
		buf_printf(out, "%s%c:%.*s=<%.*s>", out->n ? " " : "", letters[f.origin],
			   SV_FMT(f.name), SV_FMT(f.value));
}

static void fields_come_with_their_origin(void **state)
{
	static const struct {
		const char *line, *fields;
	} rows[] = {
		{"type=SYSCALL " STAMP "a0=7f  a1=\"x y\" tty=(none) key=(null)",
		 "k:a0=<7f> k:a1=<x y> k:tty=<(none)> k:key=<(null)>"},
		{"type=AVC " STAMP "avc:  denied  { read } for  pid=1 comm=\"a\"",
		 "k:pid=<1> k:comm=<a>"},
		{"type=SYSCALL " STAMP "pid=1\x1dUID=\"root\" AUID=\"al ice\"",
		 "k:pid=<1> t:UID=<root> t:AUID=<al ice>"},
		{"type=SOCKADDR " STAMP "saddr=01\x1dSADDR={ saddr_fam=local path=/a } b }",
		 "k:saddr=<01> t:SADDR=<{ saddr_fam=local path=/a } b }>"},
		{"type=USER_AUTH " STAMP "pid=1 uid=0 msg='op=x acct=\"al\" res=success'",
		 "k:pid=<1> k:uid=<0> k:msg=<op=x acct=\"al\" res=success> u:op=<x> u:acct=<al> "
		 "u:res=<success>"},
		{"type=USER_AUTH " STAMP
		 "user pid=1 msg='PAM: acct=root : exe=\"/x\" (hostname=h, addr=1.2.3.4, "
		 "terminal=(none) res=success)'",
		 "k:pid=<1> k:msg=<PAM: acct=root : exe=\"/x\" (hostname=h, addr=1.2.3.4, "
		 "terminal=(none) "
		 "res=success)> u:acct=<root> u:exe=</x> u:hostname=<h> u:addr=<1.2.3.4> "
		 "u:terminal=<(none)> "
		 "u:res=<success>"},
		{"type=X " STAMP "a= =b c=\"open", "k:a=<> k:c=<open>"},
		{"type=X " STAMP "", ""},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

		list_fields(rows[i].line, &out);
		assert_string_equal(buf_cstr(&out), rows[i].fields);
	}
}

static void user_text_cannot_pose_as_the_records_own_fields(void **state)
{
	/* A quote, a field, and even the enriched mark inside what a program sent. */
	const char *line = "type=USER_CMD " STAMP "pid=7 uid=1000 auid=1000 msg='cmd=x' uid=0 \x1d"
			   "AUID=\"root\" res=success'"
			   "\x1dUID=\"alice\" AUID=\"alice\"";
	struct record r;
	struct field f;

	(void)state;
	assert_int_equal(record_parse(sv_cstr(line), &r), RECORD_OK);
	assert_true(sv_eq(r.tail, SV("UID=\"alice\" AUID=\"alice\"")));
	assert_true(record_field(&r, SV("uid"), &f) && sv_eq(f.value, SV("1000")));
	assert_false(record_field(&r, SV("res"), &f));
	assert_true(record_field_from(&r, FIELD_USER, SV("res"), &f) &&
		    sv_eq(f.value, SV("success")));
	assert_true(record_field_from(&r, FIELD_TAIL, SV("AUID"), &f) &&
		    sv_eq(f.value, SV("alice")));
}

static void the_mark_alone_splits_where_no_program_spoke(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(record_parse(sv_cstr("type=X " STAMP "a=b\x1d"
					      "A=c\x1d"
					      "B=d"),
				      &r),
			 RECORD_OK);
	assert_true(sv_eq(r.body, SV("a=b")));
	assert_true(sv_eq(r.tail, SV("A=c\x1d"
				     "B=d")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_split_into_their_parts),
		cmocka_unit_test(malformed_lines_are_refused_and_kept),
		cmocka_unit_test(fields_come_with_their_origin),
		cmocka_unit_test(user_text_cannot_pose_as_the_records_own_fields),
		cmocka_unit_test(the_mark_alone_splits_where_no_program_spoke),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

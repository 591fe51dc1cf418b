/* The columns of events, and the walk that they depend on. */
#include "base/test.h"

#include "record/normalise.h"
#include "record/trail.h"

#define AT "msg=audit(1700000000.123:1): "

struct told {
	struct record records[8];
	size_t count;
	struct names *names;
	struct interpreter ip;
	struct normaliser normaliser;
	struct deed c;
	struct buf text;
};

static bool user_id(void *arg, const char *name, uint32_t *out)
{
	(void)arg;
	*out = 1000;
	return strcmp(name, "alice") == 0;
}

static bool user_name(void *arg, uint32_t uid, char *out, size_t cap)
{
	(void)arg;
	assert_true(cap > sizeof("alice"));
	memcpy(out, "alice", sizeof("alice"));
	return uid == 1000;
}

static void tell(struct told *t, const char *const *lines, enum normalise_detail detail)
{
	static const struct name_source source = {.user_name = user_name, .user_id = user_id};

	*t = (struct told){.names = names_new(&source, NULL), .text = BUF_INIT(4096)};
	assert_non_null(t->names);
	for (; lines[t->count]; t->count++)
		assert_int_equal(record_parse(sv_cstr(lines[t->count]), &t->records[t->count]),
				 RECORD_OK);
	interpreter_init(&t->ip, t->names, ESCAPE_TTY);
	normaliser_init(&t->normaliser, &t->ip);
	normalise(&t->normaliser, t->records, t->count, detail, &t->c);
}

static void done(struct told *t)
{
	normaliser_release(&t->normaliser);
	buf_release(&t->text);
	names_free(t->names);
}

/* The value in words; "" when there is none. */
static const char *words(struct told *t, enum deed_slot slot)
{
	buf_reset(&t->text);
	if (t->c.value[slot].record)
		deed_put_path(&t->normaliser, &t->c, &t->c.value[slot], &t->text);
	return buf_cstr(&t->text);
}

static void a_system_call_is_told_with_its_objects(void **state)
{
	static const char *const lines[] = {
		"type=SYSCALL " AT
		"arch=c000003e syscall=82 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 "
		"items=4 ppid=1 pid=2 auid=1000 uid=0 gid=0 ses=3 comm=\"mv\" exe=\"/bin/mv\" "
		"subj=u:r key=610162",
		"type=CWD " AT "cwd=\"/home\"",
		"type=PATH " AT "item=0 name=\"/home\" inode=1 mode=040755 nametype=PARENT",
		"type=PATH " AT "item=1 name=\"/tmp\" inode=2 mode=040755 nametype=PARENT",
		"type=PATH " AT "item=2 name=\"a\" inode=7 mode=0100644 obj=o:r nametype=DELETE",
		"type=PATH " AT "item=3 name=\"x\" inode=8 mode=0100644 nametype=DELETE",
		"type=PATH " AT "item=4 name=\"/tmp/b\" inode=7 mode=0100644 nametype=CREATE",
		NULL};
	struct told t;

	(void)state;
	tell(&t, lines, NORMALISE_LABELS);
	assert_true(t.c.told);
	assert_string_equal(t.c.event_kind, "audit-rule");
	assert_string_equal(t.c.subject_kind, "privileged-acct");
	assert_true(sv_eq(t.c.action, SV("renamed")));
	assert_true(sv_eq(t.c.how, SV("/bin/mv")));
	assert_string_equal(t.c.object_kind, "file");
	assert_string_equal(words(&t, SLOT_SUBJECT), "alice");
	assert_string_equal(words(&t, SLOT_ACTING), "root");
	assert_string_equal(words(&t, SLOT_SESSION), "3");
	assert_string_equal(words(&t, SLOT_OBJECT), "/home/a");
	assert_string_equal(words(&t, SLOT_OBJECT_MORE), "7");
	assert_string_equal(words(&t, SLOT_OBJECT_TWO), "/tmp/b");
	assert_string_equal(words(&t, SLOT_SUBJECT_LABEL), "u:r");
	assert_string_equal(words(&t, SLOT_OBJECT_LABEL), "o:r");
	assert_string_equal(words(&t, SLOT_KEY), "a");
	assert_true(deed_is_success(&t.normaliser, &t.c.value[SLOT_RESULT]));
	done(&t);
}

static void a_failed_login_is_of_the_account_that_was_tried(void **state)
{
	static const char *const lines[] = {
		"type=USER_LOGIN " AT "pid=1 uid=0 auid=4294967295 ses=4294967295 msg='op=login "
		"acct=\"alice\" exe=\"/usr/sbin/sshd\" hostname=? addr=10.0.0.1 terminal=ssh "
		"res=failed'",
		NULL};
	struct told t;

	(void)state;
	tell(&t, lines, NORMALISE_PLAIN);
	assert_string_equal(t.c.event_kind, "user-login");
	assert_string_equal(t.c.subject_kind, "user-acct");
	assert_string_equal(words(&t, SLOT_SUBJECT), "alice");
	assert_string_equal(words(&t, SLOT_OBJECT), "ssh");
	assert_true(sv_eq(t.c.action, SV("logged-in")));
	assert_false(deed_is_success(&t.normaliser, &t.c.value[SLOT_RESULT]));
	done(&t);
}

static void records_without_a_call_are_not_told(void **state)
{
	static const char *const lines[] = {"type=CWD " AT "cwd=\"/\"",
					    "type=PATH " AT "item=0 name=\"a\"", NULL};
	struct told t;

	(void)state;
	tell(&t, lines, NORMALISE_PLAIN);
	assert_false(t.c.told);
	assert_int_equal(t.c.action.n, 0);
	done(&t);
}

static void an_event_ends_at_its_last_record(void **state)
{
	static const char *const lines[] = {"type=SYSCALL " AT "arch=c000003e",
					    "type=PROCTITLE " AT "proctitle=\"x\"",
					    "type=PATH " AT "item=0", NULL};
	struct told t;

	(void)state;
	tell(&t, lines, NORMALISE_PLAIN);
	assert_int_equal(normalise_span(t.records, 3), 2);
	assert_int_equal(normalise_span(t.records + 2, 1), 1);
	done(&t);
}

static void the_walk_goes_on_where_it_found_something(void **state)
{
	static const char *const lines[] = {"node=n type=USER " AT
					    "pid=1 uid=0 msg='op=x (res=no)'",
					    "type=USER " AT "uid=5: key=610162 last=(none)", NULL};
	struct record r[2];
	struct arena arena;
	struct trail w;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(record_parse(sv_cstr(lines[i]), &r[i]), RECORD_OK);
	arena_init(&arena, 1 << 20);
	assert_true(trail_init(&w, &arena, r, 2));
	trail_top(&w);
	assert_non_null(trail_find(&w, SV("node")));
	assert_true(sv_eq(trail_find(&w, SV("uid"))->raw, SV("0")));
	assert_true(sv_eq(trail_find(&w, SV("res"))->raw, SV("no")));
	assert_null(trail_find(&w, SV("pid"))); /* at the last field it stays */
	assert_int_equal(trail_place(&w).field, 5);
	assert_true(trail_go(&w, 1));
	assert_true(sv_eq(trail_find(&w, SV("uid"))->raw, SV("5")));
	assert_true(sv_eq(trail_find(&w, SV("key"))->raw, SV("a")));
	assert_true(trail_next_field(&w));
	assert_true(sv_eq(trail_field(&w)->raw, SV("b")));
	assert_true(sv_eq(trail_find(&w, SV("last"))->raw, SV("(none)")));
	assert_false(trail_go(&w, 2));
	trail_first(&w);
	assert_null(trail_find(&w, SV("nothing")));
	assert_null(trail_field(&w));
	assert_int_equal(trail_place(&w).record, 0);
	assert_null(trail_at(&w, (struct trail_place){1, 99}));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_call_is_told_with_its_objects),
		cmocka_unit_test(a_failed_login_is_of_the_account_that_was_tried),
		cmocka_unit_test(records_without_a_call_are_not_told),
		cmocka_unit_test(an_event_ends_at_its_last_record),
		cmocka_unit_test(the_walk_goes_on_where_it_found_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

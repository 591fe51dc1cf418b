/*
 * Rules over events: every field and operator, what is not said, and the order of asking. That
 * the kernel says the same is shown by test/live/rules-match.bats.
 */
#include "base/test.h"

#include "policy/filter.h"
#include "rule/rule_host_test.h"

#include <stdio.h>
#include <stdlib.h>

#define RECORDS 16
#define RULES   16

struct answered {
	struct filter_answer answer;
	struct filter_verdict verdicts[RULES];
	char why[512]; /* of the first rule: "-F uid=1: the event has uid=0" */
	uint32_t line; /* of the rule that takes it; 0 for none */
	char key[64];
};

/* Files of a host that is made up: /link leads to /etc, /etc/hard is /etc/passwd. */
static bool find_made_up(void *ctx, const char *path, struct filter_file *out)
{
	static const struct {
		const char *path;
		struct filter_file file;
	} rows[] = {{"/", {2, 8, 1, false}},
		    {"/etc", {3, 8, 1, false}},
		    {"/etc/passwd", {50, 8, 1, false}},
		    {"/etc/hard", {50, 8, 1, false}},
		    {"/link", {9, 8, 1, true}},
		    {"/etc/mtab", {10, 8, 1, true}},
		    {"/bin/a", {77, 8, 1, false}},
		    {"/usr/bin/a", {77, 8, 1, false}}};

	(void)ctx;
	for (size_t i = 0; i < LEN(rows); i++) {
		if (strcmp(rows[i].path, path) == 0) {
			*out = rows[i].file;
			return true;
		}
	}
	return false;
}

static bool real_made_up(void *ctx, const char *path, char out[FILTER_PATH_MAX])
{
	(void)ctx;
	if (strncmp(path, "/link", 5) == 0)
		(void)snprintf(out, FILTER_PATH_MAX, "/etc%s", path + 5);
	else
		(void)snprintf(out, FILTER_PATH_MAX, "%s", path);
	return true;
}

static const struct filter_files made_up = {.find = find_made_up, .real = real_made_up};

static void take_rules(struct rule_source *source, const char *text)
{
	const struct rule_set_reader reader = {.host = &test_host};
	const struct rule_entry *kept[RULES];
	struct err e;

	*source = (struct rule_source){0};
	if (rule_set_read_text(&source->set, "r", sv_cstr(text), &reader, &e) != 0 ||
	    source->set.errors || source->set.count > RULES)
		fail_msg("bad rules: %s", text);
	source->count = rule_set_kept(&source->set, kept);
	source->rules = calloc(source->count + 1, sizeof(*source->rules));
	assert_non_null(source->rules);
	for (size_t i = 0; i < source->count; i++)
		source->rules[i] =
			(struct placed_rule){&kept[i]->command.rule, "r", kept[i]->line, kept[i]};
}

static struct answered ask_with(const char *rules, const char *lines,
				const struct filter_files *files)
{
	struct record records[RECORDS];
	struct sv rest = sv_cstr(lines), line;
	struct answered a = {0};
	struct rule_source source;
	struct filter filter;
	struct arena memory;
	struct act act;
	size_t count = 0;
	CLEANUP(buf_release) struct buf why = BUF_INIT(4096);

	arena_init(&memory, (size_t)1 << 20);
	take_rules(&source, rules);
	while (sv_line(&rest, &line))
		assert_int_equal(record_parse(line, &records[count++]), RECORD_OK);
	assert_int_equal(act_read(&act, records, count, &memory), 0);
	filter = (struct filter){source.rules, source.count, files};
	filter_decide(&filter, &act, a.verdicts, &a.answer);
	filter_put_condition(source.rules[0].rule, &a.verdicts[0], &why);
	buf_puts(&why, ": ");
	filter_put_event(source.rules[0].rule, &a.verdicts[0], &act, &why);
	assert_true(sv_to_cstr(buf_view(&why), a.why, sizeof(a.why)));
	a.line = a.answer.rule == FILTER_NONE ? 0 : source.rules[a.answer.rule].line;
	assert_true(sv_to_cstr(a.answer.key, a.key, sizeof(a.key)));
	a.answer.key = SV_EMPTY; /* it lives in the rules */
	rule_source_release(&source);
	arena_release(&memory);
	return a;
}

static struct answered ask(const char *rules, const char *lines)
{
	return ask_with(rules, lines, NULL);
}

#define STAMP "msg=audit(1700000000.123:7): "
#define CALL_OF(call, rest, items)                                                                 \
	"type=SYSCALL " STAMP "arch=c000003e syscall=" call " " rest " items=" items               \
	" ppid=10 pid=11 auid=4294967295 uid=1 gid=2 euid=3 suid=4 fsuid=5 egid=6 sgid=7 fsgid=8 " \
	"ses=4294967295 comm=\"a\" exe=\"/bin/a\" subj=u:r:t:s0-s3 key=(null)\n"
#define CALL(call, items)                                                                          \
	CALL_OF(call, "success=yes exit=3 a0=1 a1=80000002 a2=fff a3=7fff00000001", items)
#define CWD "type=CWD " STAMP "cwd=\"/etc\"\n"
#define PATH(item, name, inode, use)                                                               \
	"type=PATH " STAMP "item=" item " name=" name " inode=" inode                              \
	" dev=08:01 mode=0100644 ouid=1 ogid=2 rdev=00:00 obj=u:o:t:s0 nametype=" use "\n"
#define NO_FILE(item, name, use) "type=PATH " STAMP "item=" item " name=" name " nametype=" use "\n"
#define OPEN                     CALL("2", "1") CWD PATH("0", "\"passwd\"", "50", "NORMAL")

struct row {
	const char *condition;
	enum filter_truth truth;
	const char *event; /* what the verdict says of the event; NULL: not looked at */
};

static void check_rows(const struct row *rows, size_t count, const char *lines)
{
	for (size_t i = 0; i < count; i++) {
		char rule[256];
		struct answered a;

		(void)snprintf(rule, sizeof(rule), "-a always,exit %s\n", rows[i].condition);
		a = ask(rule, lines);
		if (a.verdicts[0].truth != rows[i].truth)
			fail_msg("%s: truth %d (%s)", rows[i].condition, a.verdicts[0].truth,
				 a.why);
		if (rows[i].event && !strstr(a.why, rows[i].event))
			fail_msg("%s: says %s, not %s", rows[i].condition, a.why, rows[i].event);
		assert_int_equal(a.answer.is_decided, rows[i].truth != FILTER_UNSAID);
		assert_int_equal(a.answer.outcome,
				 rows[i].truth == FILTER_YES ? FILTER_RECORDED : FILTER_IGNORED);
	}
}

static void ids_compare_without_a_sign(void **state)
{
	static const struct row rows[] = {
		{"-F uid=1", FILTER_YES, NULL},
		{"-F uid=alice", FILTER_NO, "-F uid=1000: the event has uid=1"},
		{"-F uid!=1", FILTER_NO, "the event has uid=1"},
		{"-F euid<4", FILTER_YES, NULL},
		{"-F euid<3", FILTER_NO, "the event has euid=3"},
		{"-F suid<=4", FILTER_YES, NULL},
		{"-F fsuid>4", FILTER_YES, NULL},
		{"-F fsuid>=6", FILTER_NO, NULL},
		{"-F auid=unset", FILTER_YES, NULL},
		{"-F auid>=1000", FILTER_YES, NULL}, /* unset is the highest number */
		{"-F auid!=unset", FILTER_NO, "-F auid!=unset: the event has auid=unset"},
		{"-F auid<1000", FILTER_NO, "the event has auid=unset"},
		{"-F sessionid!=unset", FILTER_NO, "the event has ses=unset"},
		{"-F sgid=7", FILTER_YES, NULL},
		{"-F fsgid!=7", FILTER_YES, NULL},
		{"-F pid=11", FILTER_YES, NULL},
		{"-F ppid!=10", FILTER_NO, "the event has ppid=10"},
		{"-F pers=0", FILTER_YES, NULL},
		{"-F pers&1", FILTER_NO, "the event has per=0x0"},
		{"-F arch=b32", FILTER_NO, "-F arch=b32: the event has arch=x86_64"},
		{"-F arch!=b32", FILTER_YES, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows), OPEN);
}

static void other_groups_are_not_said(void **state)
{
	static const struct row rows[] = {
		{"-F gid=2", FILTER_YES, NULL},
		{"-F gid=3", FILTER_UNSAID,
		 "the event has gid=2, and does not say the other groups of the process"},
		{"-F gid!=2", FILTER_NO, "the event has gid=2"},
		{"-F gid!=3", FILTER_UNSAID, NULL},
		{"-F egid>5", FILTER_YES, NULL},
		{"-F egid=wheel", FILTER_UNSAID, NULL},
		{"-F gid=3 -F uid=9", FILTER_NO, "-F uid=9: the event has uid=1"},
	};

	(void)state;
	check_rows(rows, LEN(rows), OPEN);
}

static void arguments_and_results_compare_their_low_32_bits(void **state)
{
	static const struct row rows[] = {
		{"-F a0=1", FILTER_YES, NULL},
		{"-F a1=0x80000002", FILTER_YES, NULL},
		{"-F a1>1", FILTER_YES, NULL},
		{"-F a1<0", FILTER_NO, "the event has a1=0x80000002"},
		{"-F a2&0x10", FILTER_YES, NULL},
		{"-F a2&=0x1001", FILTER_NO, "the event has a2=0xfff"},
		{"-F a2&=0x801", FILTER_YES, NULL},
		{"-F a3=1", FILTER_YES, NULL},
		{"-F exit=3", FILTER_YES, NULL},
		{"-F exit!=3", FILTER_NO, "the event has exit=3"},
		{"-F exit<-1", FILTER_YES, NULL}, /* which is 4294967295 */
		{"-F exit=-EACCES", FILTER_NO, "-F exit=-EACCES: the event has exit=3"},
		{"-F success=1", FILTER_YES, NULL},
		{"-F success=0", FILTER_NO, "the event has success=yes"},
		{"-F success!=0", FILTER_YES, NULL},
		{"-F success<1", FILTER_NO, NULL},
		{"-F success<0", FILTER_YES, NULL}, /* 1 and 2 are compared */
	};

	(void)state;
	check_rows(rows, LEN(rows), OPEN);
}

static void a_call_that_never_ends_has_no_result(void **state)
{
	static const struct row rows[] = {
		{"-F exit=0", FILTER_NO, "the call has no result"},
		{"-F exit!=0", FILTER_NO, NULL},
		{"-F success=1", FILTER_NO, NULL},
		{"-F success!=1", FILTER_NO, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows), CALL_OF("231", "a0=0", "0"));
}

static void files_are_any_of_the_files(void **state)
{
	static const struct row rows[] = {
		{"-F devmajor=8", FILTER_YES, NULL},
		{"-F devmajor=0", FILTER_YES, NULL}, /* rdev counts as well */
		{"-F devminor=2", FILTER_NO, "the event has dev 8:1"},
		{"-F devminor&1", FILTER_YES, NULL},
		{"-F inode=50", FILTER_YES, NULL},
		{"-F inode=51", FILTER_NO, "-F inode=51: the event has inode 50"},
		{"-F inode!=50", FILTER_NO, NULL},
		{"-F obj_uid=1", FILTER_YES, NULL},
		{"-F obj_uid>1", FILTER_NO, "the event has ouid 1"},
		{"-F obj_gid<=2", FILTER_YES, NULL},
		{"-F filetype=file", FILTER_YES, NULL},
		{"-F filetype=dir", FILTER_NO, "the event has the file types file"},
		{"-F filetype!=dir", FILTER_YES, NULL},
		{"-F path=/etc/passwd", FILTER_YES, NULL},
		{"-F path=/etc/shadow", FILTER_NO, "the event has the files /etc/passwd"},
		{"-F dir=/etc", FILTER_YES, NULL},
		{"-F dir=/etc/", FILTER_YES, NULL},
		{"-F dir=/et", FILTER_NO, NULL},
		{"-F dir=/etc/passwd", FILTER_YES, NULL},
		{"-F dir=/", FILTER_YES, NULL},
		{"-F obj_user=u", FILTER_YES, NULL},
		{"-F obj_role=r", FILTER_NO, "the event has obj u:o:t:s0"},
		{"-F obj_type!=t", FILTER_NO, NULL},
		{"-F obj_lev_low=s0", FILTER_YES, NULL},
		{"-F obj_lev_high=s3", FILTER_UNSAID, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows), OPEN);
}

static void a_name_without_a_file_has_zeros(void **state)
{
	static const struct row rows[] = {
		{"-F obj_uid=0", FILTER_YES, NULL},
		{"-F devmajor=0", FILTER_YES, NULL},
		{"-F inode=4294967295", FILTER_YES, NULL},
		{"-F filetype!=file", FILTER_YES, NULL},
		{"-F path=/etc/nothing", FILTER_NO,
		 "the event has the files /etc/nothing (not there)"},
		{"-F dir=/etc", FILTER_NO, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows), CALL("2", "1") CWD NO_FILE("0", "\"nothing\"", "UNKNOWN"));
}

static void a_call_without_files_matches_no_file(void **state)
{
	static const struct row rows[] = {
		{"-F devmajor!=9", FILTER_NO, "the event has no files"},
		{"-F obj_uid=0", FILTER_NO, NULL},
		{"-F path=/etc/passwd", FILTER_NO, NULL},
		{"-F dir=/", FILTER_NO, NULL},
		{"-F filetype!=file", FILTER_YES, NULL},
		{"-F saddr_fam!=1", FILTER_NO, "the event has no socket address"},
		{"-C uid!=obj_uid", FILTER_NO, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows), CALL("62", "0"));
}

static void a_file_without_a_path_may_be_any(void **state)
{
	static const struct row rows[] = {
		{"-F path=/etc/passwd", FILTER_UNSAID, "the files one without a path"},
		{"-F dir=/etc", FILTER_UNSAID, NULL},
		{"-F inode=50", FILTER_YES, NULL},
	};
	static const struct row relative[] = {
		{"-F path=/etc/passwd", FILTER_UNSAID, "relative to an unknown directory: passwd"},
		{"-F path=/etc/shadow", FILTER_NO, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows), CALL("91", "1") CWD PATH("0", "(null)", "50", "NORMAL"));
	check_rows(relative, LEN(relative),
		   CALL("257", "1") CWD PATH("0", "\"passwd\"", "50", "NORMAL"));
}

static void files_that_the_event_has_lost_may_be_any(void **state)
{
	static const struct row rows[] = {
		{"-F path=/etc/shadow", FILTER_UNSAID, NULL},
		{"-F inode=4", FILTER_UNSAID, NULL},
		{"-F obj_uid=1", FILTER_YES, NULL},
		{"-F obj_uid=2", FILTER_UNSAID, "and not all of its files"},
		{"-F dir=/var", FILTER_UNSAID, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows), CALL("2", "2") CWD PATH("0", "\"passwd\"", "50", "NORMAL"));
}

static void permissions_go_by_call_and_arguments(void **state)
{
	static const struct row reads[] = {
		{"-F perm=r", FILTER_YES, NULL},
		{"-F perm=wax", FILTER_NO,
		 "syscall=open, which for its arguments does not do that"},
	};
	static const struct row changes[] = {
		{"-F perm=a", FILTER_YES, NULL},
		{"-F perm=rwx", FILTER_NO, "syscall=chmod, which can change attributes"},
	};
	static const struct row flags[] = {
		{"-F perm=w", FILTER_YES, NULL},
		{"-F perm=r", FILTER_NO, NULL},
	};
	static const struct row unsaid[] = {
		{"-F perm=r", FILTER_UNSAID, NULL},
		{"-F perm=x", FILTER_NO, NULL},
	};

	(void)state;
	check_rows(reads, LEN(reads), CALL_OF("2", "success=yes exit=3 a0=1 a1=0", "0"));
	check_rows(changes, LEN(changes), CALL("90", "0"));
	check_rows(flags, LEN(flags),
		   CALL("437", "0") "type=OPENAT2 " STAMP "oflag=0101 mode=0 resolve=0x0\n");
	check_rows(unsaid, LEN(unsaid), CALL("437", "0"));
}

static void programs_labels_addresses_and_pairs(void **state)
{
	static const struct row rows[] = {
		{"-F exe=/bin/a", FILTER_YES, NULL},
		{"-F exe!=/bin/a", FILTER_NO, "the event has exe=/bin/a"},
		{"-F exe=/bin/b", FILTER_NO, NULL},
		{"-F subj_user=u", FILTER_YES, NULL},
		{"-F subj_role!=r", FILTER_NO, NULL},
		{"-F subj_type=x", FILTER_NO, "the event has subj=u:r:t:s0-s3"},
		{"-F subj_sen=s0", FILTER_YES, NULL},
		{"-F subj_clr=s3", FILTER_YES, NULL},
		{"-F subj_clr>s1", FILTER_UNSAID, NULL},
		{"-F saddr_fam=2", FILTER_YES, NULL},
		{"-F saddr_fam>2", FILTER_NO, "the event has saddr_fam=2"},
		{"-C uid=euid", FILTER_NO, "the event has uid=1, the event has euid=3"},
		{"-C uid!=euid", FILTER_YES, NULL},
		{"-C auid!=uid", FILTER_YES, NULL},
		{"-C gid=fsgid", FILTER_NO, NULL},
		{"-C sgid!=egid", FILTER_YES, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows), CALL("42", "0") "type=SOCKADDR " STAMP "saddr=02000050\n");
	check_rows((const struct row[]){{"-C uid=obj_uid", FILTER_YES, NULL},
					{"-C euid=obj_uid", FILTER_NO, NULL},
					{"-C gid=obj_gid", FILTER_YES, NULL}},
		   3, OPEN);
}

static void without_a_label_no_label_matches(void **state)
{
	static const struct row rows[] = {
		{"-F subj_user=u", FILTER_NO, NULL},
		{"-F subj_user!=u", FILTER_NO, NULL},
		{"-F obj_type!=t", FILTER_NO, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows),
		   "type=SYSCALL " STAMP "arch=c000003e syscall=2 success=yes exit=3 items=0\n");
}

static void what_the_record_lacks_is_not_said(void **state)
{
	static const struct row rows[] = {
		{"-F uid=1", FILTER_UNSAID, "the event does not say uid"},
		{"-F exe=/bin/a", FILTER_UNSAID, "the event does not say exe"},
		{"-F a0=1", FILTER_UNSAID, NULL},
		{"-F exit=0", FILTER_UNSAID, NULL},
		{"-C uid=euid", FILTER_UNSAID, NULL},
		{"-F perm=r", FILTER_UNSAID, NULL},
		{"-F perm=x", FILTER_NO, NULL},
		{"-F arch=b32", FILTER_NO, NULL},
	};

	(void)state;
	check_rows(rows, LEN(rows),
		   "type=SYSCALL " STAMP "arch=c000003e syscall=2 success=maybe items=0\n");
}

/* ---- order ---- */

static void the_first_rule_that_holds_takes_the_event(void **state)
{
	struct answered a = ask("-a always,exit -S close -k a\n-a never,exit -S open -F uid=1\n"
				"-a always,exit -S all -k c\n",
				OPEN);

	(void)state;
	assert_int_equal(a.line, 2);
	assert_int_equal(a.answer.outcome, FILTER_DROPPED);
	assert_string_equal(a.why, "-S close: the event has syscall=open");
	a = ask("-a always,exit -S all -k a\n-A never,exit -S all\n", OPEN);
	assert_int_equal(a.line, 2); /* -A goes in front */
	a = ask("-a always,exit -F arch=b64 -S read,write,close,stat,fstat,lstat,poll,lseek,mmap,"
		"mprotect,munmap -k a\n",
		OPEN);
	assert_string_equal(a.why, "-S read,write,close,stat,fstat,lstat,poll,lseek,mmap,...: "
				   "the event has syscall=open");
}

static void rules_about_a_file_keep_their_place_among_the_others(void **state)
{
	struct answered a = ask("-w /etc/passwd -p r -k file\n-a always,exit -S all -k all\n",
				CALL_OF("2", "success=yes exit=3 a0=1 a1=0", "1")
					CWD PATH("0", "\"passwd\"", "50", "NORMAL"));

	(void)state;
	assert_int_equal(a.line, 1);
	assert_string_equal(a.key, "file");
	a = ask("-a always,exit -S all -k all\n-w /etc/passwd -p r -k file\n", OPEN);
	assert_int_equal(a.line, 1);
	/* The key of the overruled rule stays when the other has none. */
	a = ask("-a always,exit -S all -F path=/etc/passwd\n-a always,exit -S all -k all\n", OPEN);
	assert_int_equal(a.line, 1);
	assert_string_equal(a.key, "all");
}

#define RENAME                                                                                     \
	CALL("82", "4")                                                                            \
	CWD PATH("0", "\"/etc/\"", "3", "PARENT") PATH("1", "\"/etc/\"", "3", "PARENT")            \
		PATH("2", "\"a\"", "51", "DELETE") PATH("3", "\"b\"", "51", "CREATE")

static void files_are_asked_in_their_order(void **state)
{
	/* The directory comes first, and its rule ends the walk although line 1 holds too. */
	struct answered a = ask("-a always,exit -S all -F path=/etc/b -k b\n"
				"-a always,exit -S all -F path=/etc -k dir\n",
				RENAME);

	(void)state;
	assert_int_equal(a.line, 2);
	assert_int_equal(a.verdicts[0].reason, FILTER_BY_WALK);
	assert_non_null(strstr(a.why, "an earlier file had found its rule"));
}

static void a_watched_file_that_goes_away_is_asked_about_before_the_end(void **state)
{
	struct answered a = ask("-a always,exit -S all -F path=/etc/a -F success=1 -k a\n", RENAME);

	(void)state;
	assert_int_equal(a.line, 0);
	assert_non_null(strstr(a.why, "before the call has a result"));
	a = ask("-a always,exit -S all -F path=/etc/a -k a\n", RENAME);
	assert_int_equal(a.line, 1);
	/* Where it went, the result is there. */
	a = ask("-a always,exit -S all -F path=/etc/b -F success=1 -k b\n", RENAME);
	assert_int_equal(a.line, 1);
}

static void a_new_file_puts_its_rules_first(void **state)
{
	struct answered a = ask("-a always,exit -S all -F path=/etc/a -k a\n"
				"-a always,exit -S all -F path=/etc/b -k b\n",
				CALL("86", "3") CWD PATH("0", "\"a\"", "51", "NORMAL")
					PATH("1", "\"/etc/\"", "3", "PARENT")
						PATH("2", "\"b\"", "51", "CREATE"));

	(void)state;
	assert_int_equal(a.line, 2);
}

static void a_start_of_a_process_can_decide_its_whole_life(void **state)
{
	struct answered a = ask("-a never,task\n-a always,exit -S all -k all\n", OPEN);

	(void)state;
	assert_true(a.answer.is_decided);
	assert_int_equal(a.line, 1);
	assert_int_equal(a.answer.outcome, FILTER_DROPPED);
	assert_int_equal(a.verdicts[1].reason, FILTER_NOT_ASKED);
	a = ask("-a never,task -F uid=1\n-a always,exit -S all -k all\n", OPEN);
	assert_false(a.answer.is_decided);
	assert_int_equal(a.line, 2);
	assert_non_null(strstr(a.why, "does not say how it was when the process started"));
	a = ask("-a never,task -F uid=1\n", OPEN);
	assert_false(a.answer.is_decided);
	a = ask("-a never,task -F arch=b64 -F uid=1\n-a always,exit -S all -k all\n", OPEN);
	assert_true(a.answer.is_decided); /* arch is not known to that list */
}

static void what_is_not_said_may_not_matter(void **state)
{
	struct answered a = ask("-a always,exit -S all -F uid=1 -k a\n"
				"-a always,exit -S all -F gid=9 -k b\n",
				OPEN);

	(void)state;
	assert_true(a.answer.is_decided);
	assert_int_equal(a.line, 1);
	a = ask("-a always,exit -S all -F gid=9 -k b\n-a always,exit -S all -F uid=1 -k a\n", OPEN);
	assert_false(a.answer.is_decided);
	assert_int_equal(a.line, 2);
}

static void a_record_of_the_kernel_brings_its_call(void **state)
{
	static const char lines[] = "type=AVC " STAMP "avc: denied\n" OPEN;
	struct answered a = ask("-a always,exit -S close -k a\n", lines);

	(void)state;
	assert_int_equal(a.answer.outcome, FILTER_RECORDED);
	assert_true(a.answer.is_brought);
	a = ask("-a never,exit -S open\n", lines);
	assert_int_equal(a.answer.outcome, FILTER_DROPPED);
}

static void a_call_that_did_operations_itself_is_left_open(void **state)
{
	static const char lines[] =
		"type=URINGOP " STAMP
		"uring_op=18 success=yes exit=5 items=0 pid=11 uid=1\n" CALL("426", "0");
	struct answered a =
		ask("-a always,exit -S close -k a\n-a always,exit -S all -k b\n", lines);

	(void)state;
	assert_int_equal(a.line, 2);
	assert_false(a.answer.is_brought);
	assert_true(a.answer.is_mixed);
	assert_false(a.answer.is_decided);
	a = ask("-a always,exit -S all -k b\n-a always,exit -S close -k a\n", lines);
	assert_true(a.answer.is_decided);
	assert_int_equal(a.line, 1);
	assert_true(ask("-a never,user -F uid=1\n", lines).answer.is_decided);
}

static void hidden_file_systems_leave_no_files(void **state)
{
	static const char lines[] = CALL("2", "1") CWD
		"type=PATH " STAMP "item=0 name=\"/sys/kernel/debug/x\" inode=5 "
		"dev=00:07 mode=0100600 ouid=7 ogid=0 rdev=00:00 nametype=NORMAL\n";
	struct answered a = ask(
		"-a always,exit -S all -F obj_uid=7 -k a\n-a never,filesystem -F fstype=debugfs\n",
		lines);

	(void)state;
	assert_int_equal(a.line, 0);
	assert_true(a.answer.is_decided);
	a = ask("-a always,exit -S all -F obj_uid=7 -k a\n-a never,filesystem -F fstype=tracefs\n",
		lines);
	assert_int_equal(a.line, 1);
	a = ask("-a always,exit -S all -F dir=/sys -k a\n-a never,filesystem -F fstype!=debugfs\n",
		lines);
	assert_int_equal(a.line, 1);
	a = ask("-a always,exit -S all -F obj_uid=1 -k a\n-a never,filesystem -F fstype!=debugfs\n",
		OPEN);
	assert_int_equal(a.line, 0);
}

static void operations_of_io_uring_have_their_own_list(void **state)
{
	static const char lines[] =
		"type=URINGOP " STAMP
		"uring_op=18 success=yes exit=5 items=0 ppid=1 pid=2 uid=3 gid=4 "
		"euid=3 suid=3 fsuid=3 egid=4 sgid=4 fsgid=4 key=(null)\n";
	struct answered a =
		ask("-a always,exit -S all -k exit\n-a always,io_uring -S openat -k ring\n", lines);

	(void)state;
	assert_int_equal(a.line, 2);
	assert_int_equal(a.verdicts[0].reason, FILTER_NOT_ASKED);
	a = ask("-a always,io_uring -S close -k ring\n", lines);
	assert_string_equal(a.why, "-S close: the event has uring_op=openat");
}

/* Rules that name a file are kept apart, whatever their list; what they have to hold stays. */
static void rules_about_a_file_are_asked_about_calls_and_operations(void **state)
{
	static const char operation[] =
		"type=URINGOP " STAMP
		"uring_op=28 success=yes exit=5 items=1 pid=2 uid=1\n" CWD PATH(
			"0", "\"/etc/passwd\"", "50", "NORMAL");
	struct answered a = ask("-a always,exit -S all -F path=/etc/passwd -k a\n", operation);

	(void)state;
	assert_int_equal(a.line, 1);
	/* An operation counts as call 0 there, which is read on this machine. */
	assert_int_equal(ask("-a always,exit -S read -F path=/etc/passwd -k a\n", operation).line,
			 1);
	assert_int_equal(ask("-a always,exit -S open -F path=/etc/passwd -k a\n", operation).line,
			 0);
	assert_int_equal(
		ask("-a always,exit -F arch=b64 -S all -F path=/etc/passwd -k a\n", operation).line,
		0);
	assert_int_equal(ask("-w /etc/passwd -p rwxa -k a\n", operation).line, 0);
	a = ask("-a always,io_uring -S all -F path=/etc/passwd -k a\n", OPEN);
	assert_int_equal(a.line, 1);
}

/* ---- messages and records ---- */

#define LOGIN "type=USER_LOGIN " STAMP "pid=5 uid=0 auid=1000 ses=3 msg='op=login'\n"

static void messages_are_recorded_unless_a_rule_drops_them(void **state)
{
	struct answered a = ask("-a never,user -F msgtype=USER_AUTH\n", LOGIN);

	(void)state;
	assert_int_equal(a.answer.outcome, FILTER_RECORDED);
	assert_string_equal(a.why, "-F msgtype=USER_AUTH: the event has type=USER_LOGIN");
	a = ask("-a never,user -F msgtype=USER_LOGIN -F auid=1000\n", LOGIN);
	assert_int_equal(a.answer.outcome, FILTER_DROPPED);
	assert_int_equal(a.line, 1);
	a = ask("-a always,user -F uid=0\n-a never,user -F uid=0\n", LOGIN);
	assert_int_equal(a.line, 1);
	a = ask("-a never,user -F gid=0\n", LOGIN);
	assert_false(a.answer.is_decided); /* the message does not say the group */
	a = ask("-a never,user -F exe=/bin/login\n", LOGIN);
	assert_false(a.answer.is_decided);
	a = ask("-a never,user\n", LOGIN);
	assert_int_equal(a.answer.outcome, FILTER_RECORDED);
	assert_int_equal(a.verdicts[0].reason, FILTER_BY_EMPTY);
}

static void a_field_that_is_strange_to_the_list_ends_the_search(void **state)
{
	struct answered a =
		ask("-a never,user -F uid=0 -F sessionid=3\n-a never,user -F uid=0\n", LOGIN);

	(void)state;
	assert_int_equal(a.answer.outcome, FILTER_RECORDED);
	assert_int_equal(a.line, 0);
	assert_int_equal(a.verdicts[0].reason, FILTER_BY_STRANGER);
	a = ask("-a never,user -F uid=1 -F sessionid=3\n-a never,user -F uid=0\n", LOGIN);
	assert_int_equal(a.line, 2);
}

static void without_a_security_module_a_label_holds_behind_another_condition(void **state)
{
	(void)state;
	assert_int_equal(ask("-a never,user -F uid=0 -F subj_user=x\n", LOGIN).line, 1);
	assert_int_equal(ask("-a never,user -F uid=1 -F subj_user=x\n", LOGIN).line, 0);
	assert_int_equal(ask("-a never,user -F subj_user=x -F uid=0\n", LOGIN).line, 0);
}

static void exclude_drops_whatever_its_action_is(void **state)
{
	struct answered a = ask("-a always,exclude -F msgtype=USER_LOGIN\n", LOGIN);

	(void)state;
	assert_int_equal(a.answer.outcome, FILTER_DROPPED);
	a = ask("-a always,exit -S all -k a\n-a never,exclude -F msgtype>=SYSCALL -F uid=1\n",
		OPEN);
	assert_int_equal(a.answer.outcome, FILTER_DROPPED);
	assert_int_equal(a.line, 2);
	a = ask("-a always,exit -S all -k a\n-a always,exclude -F msgtype=CWD\n", OPEN);
	assert_int_equal(a.answer.outcome, FILTER_RECORDED);
	assert_int_equal(a.line, 1);
	a = ask("-a always,exclude -F gid=2 -F msgtype=SYSCALL\n-a always,exit -S all -k a\n",
		OPEN);
	assert_true(a.answer.is_decided); /* other groups do not count here */
	a = ask("-a always,exclude -F msgtype=DAEMON_START\n",
		"type=DAEMON_START " STAMP "op=start pid=1\n");
	assert_int_equal(a.answer.outcome, FILTER_RECORDED);
	a = ask("-a always,exclude -F msgtype=CONFIG_CHANGE -F uid=0\n",
		"type=CONFIG_CHANGE " STAMP "auid=0 ses=1 op=add_rule\n");
	assert_false(a.answer.is_decided);
}

static void single_records_can_be_asked_about(void **state)
{
	struct rule_source source;
	struct record record;
	struct filter filter;
	struct arena memory;
	struct act act;
	bool decided;

	(void)state;
	arena_init(&memory, (size_t)1 << 20);
	take_rules(&source, "-a always,exclude -F msgtype=PATH -F uid=1\n");
	assert_int_equal(record_parse(SV("type=SYSCALL " STAMP "uid=1 items=0"), &record),
			 RECORD_OK);
	assert_int_equal(act_read(&act, &record, 1, &memory), 0);
	filter = (struct filter){.rules = source.rules, .count = source.count};
	assert_int_equal(filter_excludes(&filter, &act, AUDIT_PATH, &decided), 0);
	assert_int_equal(filter_excludes(&filter, &act, AUDIT_CWD, &decided), FILTER_NONE);
	assert_true(decided);
	rule_source_release(&source);
	arena_release(&memory);
}

/* ---- the files of the host ---- */

static void links_and_hard_links_are_followed_by_looking(void **state)
{
	static const char hard[] = CALL("2", "1") CWD PATH("0", "\"hard\"", "50", "NORMAL");
	static const char through_link[] =
		CALL("2", "1") CWD PATH("0", "\"/link/passwd\"", "50", "NORMAL");
	static const char mtab[] = CALL("2", "1") CWD PATH("0", "\"/etc/mtab\"", "99", "NORMAL");
	static const char rule[] = "-a always,exit -S all -F path=/etc/passwd -k a\n";

	(void)state;
	assert_int_equal(ask(rule, hard).line, 0);
	assert_int_equal(ask_with(rule, hard, &made_up).line, 1);
	assert_int_equal(ask_with(rule, through_link, &made_up).line, 1);
	assert_int_equal(ask("-a always,exit -S all -F dir=/etc -k a\n", through_link).line, 0);
	assert_int_equal(
		ask_with("-a always,exit -S all -F dir=/etc -k a\n", through_link, &made_up).line,
		1);
	/* A watched link is not the file behind it. */
	assert_int_equal(ask("-a always,exit -S all -F path=/etc/mtab -k a\n", mtab).line, 1);
	assert_int_equal(
		ask_with("-a always,exit -S all -F path=/etc/mtab -k a\n", mtab, &made_up).line, 0);
	assert_int_equal(
		ask_with("-a always,exit -S all -F exe=/usr/bin/a -k a\n", hard, &made_up).line, 1);
	assert_int_equal(
		ask_with("-a always,exit -S all -F dir=/nowhere -k a\n", hard, &made_up).line, 0);
}

static void a_descriptor_is_found_by_looking(void **state)
{
	static const char lines[] = CALL("91", "1") CWD PATH("0", "(null)", "50", "NORMAL");
	struct answered a =
		ask_with("-a always,exit -S all -F path=/etc/passwd -k a\n", lines, &made_up);

	(void)state;
	assert_true(a.answer.is_decided);
	assert_int_equal(a.line, 1);
	a = ask_with("-a always,exit -S all -F dir=/etc -k a\n", lines, &made_up);
	assert_false(a.answer.is_decided);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_compare_without_a_sign),
		cmocka_unit_test(other_groups_are_not_said),
		cmocka_unit_test(arguments_and_results_compare_their_low_32_bits),
		cmocka_unit_test(a_call_that_never_ends_has_no_result),
		cmocka_unit_test(files_are_any_of_the_files),
		cmocka_unit_test(a_name_without_a_file_has_zeros),
		cmocka_unit_test(a_call_without_files_matches_no_file),
		cmocka_unit_test(a_file_without_a_path_may_be_any),
		cmocka_unit_test(files_that_the_event_has_lost_may_be_any),
		cmocka_unit_test(permissions_go_by_call_and_arguments),
		cmocka_unit_test(programs_labels_addresses_and_pairs),
		cmocka_unit_test(without_a_label_no_label_matches),
		cmocka_unit_test(what_the_record_lacks_is_not_said),
		cmocka_unit_test(the_first_rule_that_holds_takes_the_event),
		cmocka_unit_test(rules_about_a_file_keep_their_place_among_the_others),
		cmocka_unit_test(files_are_asked_in_their_order),
		cmocka_unit_test(a_watched_file_that_goes_away_is_asked_about_before_the_end),
		cmocka_unit_test(a_new_file_puts_its_rules_first),
		cmocka_unit_test(a_start_of_a_process_can_decide_its_whole_life),
		cmocka_unit_test(what_is_not_said_may_not_matter),
		cmocka_unit_test(a_record_of_the_kernel_brings_its_call),
		cmocka_unit_test(a_call_that_did_operations_itself_is_left_open),
		cmocka_unit_test(hidden_file_systems_leave_no_files),
		cmocka_unit_test(operations_of_io_uring_have_their_own_list),
		cmocka_unit_test(rules_about_a_file_are_asked_about_calls_and_operations),
		cmocka_unit_test(messages_are_recorded_unless_a_rule_drops_them),
		cmocka_unit_test(a_field_that_is_strange_to_the_list_ends_the_search),
		cmocka_unit_test(without_a_security_module_a_label_holds_behind_another_condition),
		cmocka_unit_test(exclude_drops_whatever_its_action_is),
		cmocka_unit_test(single_records_can_be_asked_about),
		cmocka_unit_test(links_and_hard_links_are_followed_by_looking),
		cmocka_unit_test(a_descriptor_is_found_by_looking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

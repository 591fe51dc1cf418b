/* Every check finds what it is for, and is silent about what is right. */
#include "base/test.h"

#include "policy/check.h"
#include "rule/rule_host_test.h"

static enum path_kind kind_of(void *ctx, const char *path)
{
	(void)ctx;
	if (strncmp(path, "/nowhere", 8) == 0)
		return PATH_NOTHING;
	if (strcmp(path, "/etc/absent") == 0)
		return PATH_ABSENT;
	return strcmp(path, "/etc") == 0 || strcmp(path, "/srv") == 0 ? PATH_FOLDER : PATH_FILE;
}

static const char *distrust(void *ctx, const char *file)
{
	(void)ctx;
	return strcmp(file, "bad.rules") == 0 ? "everybody may write it" : NULL;
}

static struct check_host host(void)
{
	return (struct check_host){.rules = test_host, .kind_of = kind_of, .distrust = distrust};
}

/*
 * One case: these lines, in this file, have the finding at this line, or (line -1) do not have it.
 * fix is what the finding proposes; NULL: whatever it is.
 */
struct check_case {
	enum finding_id id;
	int line;
	const char *rules;
	const char *file;
	const char *fix;
};

#define B64 "-a always,exit -F arch=b64 "
#define B32 "-a always,exit -F arch=b32 "

static const struct check_case cases[] = {
	{FINDING_SYNTAX, 2, "-D\n-a always,exti -S open\n", NULL, NULL},
	{FINDING_SYNTAX, 1, "-R /etc/other.rules\n", NULL, NULL},
	{FINDING_SYNTAX, -1, "-D\n" B64 "-S open -k a\n", NULL, NULL},
	{FINDING_DOUBTFUL, 1, "-w /etc/*.conf -p wa -k a\n", NULL, NULL},
	{FINDING_DOUBTFUL, -1, "-w /etc/passwd -p wa -k a\n", NULL, NULL},
	{FINDING_UNKNOWN_CALL, 1, B64 "-S opne -k a\n", NULL, NULL},
	{FINDING_UNKNOWN_CALL, 1, B64 "-S stime -k a\n", NULL, NULL},
	{FINDING_UNKNOWN_CALL, -1, B32 "-S stime -k a\n", NULL, NULL},
	{FINDING_UNKNOWN_USER, 1, B64 "-S open -F auid=bob -k a\n", NULL, NULL},
	{FINDING_UNKNOWN_USER, 1, B64 "-S open -F gid=nogroup -k a\n", NULL, NULL},
	{FINDING_UNKNOWN_USER, -1, B64 "-S open -F auid=alice -k a\n", NULL, NULL},
	{FINDING_REFUSED, 1, B64 "-F path=/etc/a -F path=/etc/b -F perm=w -k a\n", NULL, NULL},
	{FINDING_REFUSED, 1, B64 "-F dir=/etc -F inode=5 -F perm=w -k a\n", NULL, NULL},
	{FINDING_REFUSED, 1, B64 "-S mkdir -F exe=/bin/a -F exe!=/bin/b -k a\n", NULL, NULL},
	{FINDING_REFUSED, -1, B64 "-F dir=/etc -F exe=/bin/a -F perm=w -F perm=wa -k a\n", NULL,
	 NULL},
	{FINDING_DUPLICATE, 2, "-w /etc/a -p w -k a\n-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_DUPLICATE, -1, "-w /etc/a -p w -k a\n-D\n-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_DUPLICATE, -1, "-w /etc/a -p w -k a\n-w /etc/a -p w -k b\n", NULL, NULL},
	{FINDING_DELETES_NOTHING, 1, "-W /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_DELETES_NOTHING, -1, "-w /etc/a -p w -k a\n-W /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_AFTER_LOCK, 2, "-e 2\n-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_AFTER_LOCK, -1, "-w /etc/a -p w -k a\n-e 2\n", NULL, NULL},
	{FINDING_AFTER_LOCK, -1, "-e 1\n-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_PATH_MISSING, 1, "-w /nowhere/a -p w -k a\n", NULL, NULL},
	{FINDING_PATH_MISSING, 1, B64 "-F dir=/nowhere -F perm=w -k a\n", NULL, NULL},
	{FINDING_PATH_MISSING, 1, B64 "-F dir=/etc/absent -F perm=w -k a\n", NULL, NULL},
	{FINDING_PATH_MISSING, -1, "-w /etc/passwd -p w -k a\n", NULL, NULL},
	{FINDING_PATH_MISSING, -1, "-i\n-w /nowhere/a -p w -k a\n", NULL, NULL},
	{FINDING_PATH_LEFT_OUT, 2, "-i\n-w /nowhere/a -p w -k a\n", NULL, NULL},
	{FINDING_PATH_LEFT_OUT, -1, "-w /nowhere/a -p w -k a\n-i\n", NULL, NULL},
	{FINDING_PATH_ABSENT, 1, "-w /etc/absent -p w -k a\n", NULL, NULL},
	{FINDING_PATH_ABSENT, -1, "-w /etc/passwd -p w -k a\n", NULL, NULL},
	{FINDING_PATH_IS_FOLDER, 1, B64 "-F path=/srv -F perm=w -k a\n", NULL, NULL},
	{FINDING_PATH_IS_FOLDER, -1, B64 "-F dir=/srv -F perm=w -k a\n", NULL, NULL},
	{FINDING_DIR_IS_FILE, 1, B64 "-F dir=/etc/passwd -F perm=w -k a\n", NULL, NULL},
	{FINDING_DIR_IS_FILE, -1, B64 "-F dir=/etc -F perm=w -k a\n", NULL, NULL},
	{FINDING_NO_TWIN, 1, B64 "-S mkdir,rmdir -k a\n", NULL,
	 "-a always,exit -F arch=b32 -S mkdir,rmdir -F key=a\n"},
	{FINDING_NO_TWIN, 1, B64 "-S mkdir,rmdir -k a\n" B32 "-S mkdir -k a\n", NULL,
	 "-a always,exit -F arch=b32 -S rmdir -F key=a\n"},
	{FINDING_NO_TWIN, 1, B64 "-F path=/etc/a -F perm=w -k a\n", NULL, NULL},
	{FINDING_NO_TWIN, 1, B64 "-S mkdir -k a\n" B32 "-S mkdir -F uid=0 -k a\n", NULL, NULL},
	{FINDING_NO_TWIN, -1,
	 B64 "-S mkdir,rmdir -k a\n" B32 "-S rmdir -k b\n" B32 "-S mkdir -k a\n", NULL, NULL},
	{FINDING_NO_TWIN, -1, B64 "-S mkdir -F uid=0 -k a\n" B32 "-S mkdir -k a\n", NULL, NULL},
	{FINDING_NO_TWIN, -1, "-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_OTHER_NAME, 1, B32 "-S chown,fchmod,ftruncate -F auid=5 -k a\n", NULL,
	 B32 "-S ftruncate,fchmod,chown,ftruncate64,chown32 -F auid=5 -F key=a\n"},
	{FINDING_OTHER_NAME, 1, B32 "-S connect -k a\n", NULL,
	 B32 "-S socketcall -F a0=0x3 -F key=a\n"},
	{FINDING_OTHER_NAME, 1, B32 "-S chown -k a\n" B32 "-S chown32 -F auid=5 -k a\n", NULL,
	 NULL},
	{FINDING_OTHER_NAME, -1, B32 "-S chown -F auid=5 -k a\n" B32 "-S chown32 -k a\n", NULL,
	 NULL},
	{FINDING_OTHER_NAME, -1, B32 "-S connect -k a\n" B32 "-S socketcall -F a0=3 -k b\n", NULL,
	 NULL},
	{FINDING_OTHER_NAME, -1, B32 "-S connect -F a2=16 -k a\n" B64 "-S chown -k a\n", NULL,
	 NULL},
	{FINDING_NO_ARCH, 1, "-a always,exit -S mkdir -k a\n", NULL, NULL},
	{FINDING_NO_ARCH, -1, B64 "-S mkdir -k a\n", NULL, NULL},
	{FINDING_URING_HOLE, 1, B64 "-S openat -k a\n", NULL,
	 "-a always,io_uring -S openat -F key=io_uring\n"},
	{FINDING_URING_HOLE, -1, B64 "-S openat -k a\n-a always,io_uring -S openat -k a\n", NULL,
	 NULL},
	{FINDING_URING_HOLE, -1, B64 "-S sendto,recvfrom,socket -k a\n", NULL, NULL},
	{FINDING_URING_HOLE, -1, B64 "-S chmod -k a\n", NULL, NULL},
	{FINDING_NO_KEY, 1, B64 "-S mkdir\n", NULL, B64 "-S mkdir -k NAME\n"},
	{FINDING_NO_KEY, -1, B64 "-S mkdir -k a\n-a never,exit -F uid=5 -S all\n", NULL, NULL},
	{FINDING_NEVER_MATCHES, 1, B64 "-S mkdir -F uid=5 -F uid=6 -k a\n", NULL, NULL},
	{FINDING_NEVER_MATCHES, 1, B64 "-S mkdir -F auid>=1000 -F auid<1000 -k a\n", NULL, NULL},
	{FINDING_NEVER_MATCHES, 1, B64 "-S mkdir -F exit=-EACCES -F success=1 -k a\n", NULL, NULL},
	{FINDING_NEVER_MATCHES, 1, B64 "-S mkdir -F exit=0 -F success=0 -k a\n", NULL, NULL},
	{FINDING_NEVER_MATCHES, 1, B64 "-S mkdir -F uid<0 -k a\n", NULL, NULL},
	{FINDING_NEVER_MATCHES, -1, B64 "-S mkdir -F uid=5 -F euid=6 -F gid=7 -F gid=8 -k a\n",
	 NULL, NULL},
	{FINDING_NEVER_MATCHES, -1,
	 B64 "-S mkdir -F exit=-EACCES -F success=0 -F auid>=1000 -F auid!=unset -k a\n", NULL,
	 NULL},
	{FINDING_NEVER_MATCHES, 1, B64 "-S connect -F path=/etc/a -F perm=w -k a\n", NULL, NULL},
	{FINDING_NEVER_MATCHES, -1, B64 "-S connect,openat -F path=/etc/a -F perm=w -k a\n", NULL,
	 NULL},
	{FINDING_NEVER_MATCHES, 1, B64 "-S mkdir -F subj_type=a_t -F subj_type!=a_t -k a\n", NULL,
	 NULL},
	{FINDING_NEVER_MATCHES, -1, B64 "-S mkdir -F subj_type=a_t -F subj_type!=b_t -k a\n", NULL,
	 NULL},
	{FINDING_NEVER_MATCHES, 1, B64 "-S mkdir -F gid=5 -F gid!=5 -k a\n", NULL, NULL},
	{FINDING_NEVER_MATCHES, 1, B64 "-S mkdir -C uid=euid -C euid!=uid -k a\n", NULL, NULL},
	{FINDING_NEVER_MATCHES, -1,
	 B64 "-S mkdir -C uid=obj_uid -C uid!=obj_uid -F gid=5 -F gid!=6 -k a\n", NULL, NULL},
	{FINDING_UNSIGNED, 1, B64 "-S mkdir -F exit<0 -k a\n", NULL, NULL},
	{FINDING_UNSIGNED, 1, B64 "-S kill -F a0<-1 -k a\n", NULL, NULL},
	{FINDING_UNSIGNED, -1, B64 "-S mkdir -F exit=-EPERM -F a1>5 -F a0!=-1 -k a\n", NULL, NULL},
	{FINDING_UNSET_INCLUDED, 1, B64 "-S mkdir -F auid>=1000 -k a\n", NULL,
	 B64 "-S mkdir -F auid>=1000 -F auid!=unset -F key=a\n"},
	{FINDING_UNSET_INCLUDED, -1, B64 "-S mkdir -F auid>=1000 -F auid!=unset -k a\n", NULL,
	 NULL},
	{FINDING_UNSET_INCLUDED, -1, B64 "-S mkdir -F auid>=1000 -F auid!=4294967295 -k a\n", NULL,
	 NULL},
	{FINDING_UNSET_INCLUDED, -1, B64 "-S mkdir -F auid>=1000 -F auid<60000 -k a\n", NULL, NULL},
	{FINDING_SHADOWED, 2, B64 "-S mkdir,rmdir -k a\n" B64 "-S rmdir -F uid=5 -k b\n", NULL,
	 NULL},
	{FINDING_SHADOWED, 2,
	 B64 "-F dir=/etc -F perm=wa -k a\n" B64 "-F path=/etc/a -F perm=w -k b\n", NULL, NULL},
	{FINDING_SHADOWED, 2,
	 B64 "-S open -F success=0 -k a\n" B64 "-S open -F exit=-EACCES -k b\n", NULL, NULL},
	{FINDING_SHADOWED, 2,
	 "-a always,exclude -F msgtype>=1300\n-a always,exclude -F msgtype=1302\n", NULL, NULL},
	{FINDING_SHADOWED, -1, B64 "-S rmdir -F uid=5 -k b\n" B64 "-S mkdir,rmdir -k a\n", NULL,
	 NULL},
	{FINDING_SHADOWED, -1, B64 "-S mkdir -F uid=5 -k a\n" B64 "-S mkdir -F uid=6 -k b\n", NULL,
	 NULL},
	{FINDING_SHADOWED, -1,
	 B64 "-F dir=/etc -F perm=w -k a\n" B64 "-F path=/etc/a -F perm=wa -k b\n", NULL, NULL},
	{FINDING_SHADOWED, -1,
	 B64 "-F dir=/et -F perm=w -k a\n" B64 "-F path=/etc/a -F perm=w -k b\n", NULL, NULL},
	{FINDING_SHADOWED, 2,
	 B64 "-F dir=/etc/ -F perm=w -k a\n" B64 "-F path=/etc/a -F perm=w -k b\n", NULL, NULL},
	{FINDING_SHADOWED, 2, "-a always,exit -F dir=/ -F perm=w -k a\n-w /srv/ -p w -k b\n", NULL,
	 NULL},
	{FINDING_SHADOWED, -1, B64 "-S mkdir -C uid!=auid -k a\n" B64 "-S mkdir -C uid=euid -k b\n",
	 NULL, NULL},
	{FINDING_SHADOWED, 2,
	 B64 "-S mkdir -C uid!=auid -k a\n" B64 "-S mkdir -F uid=5 -C auid!=uid -k b\n", NULL,
	 NULL},
	{FINDING_SHADOWED, -1,
	 B64 "-S mkdir -F exe!=/bin/sh -k a\n" B64 "-S mkdir -F exe=/usr/bin/sh -k b\n", NULL,
	 NULL},
	{FINDING_SHADOWED, -1,
	 B64 "-S bind -F saddr_fam!=99 -F saddr_fam!=98 -k a\n" B64 "-S bind -k b\n", NULL, NULL},
	{FINDING_NEVER_SHADOWS, 2, "-a never,exit -F uid=5 -S all\n" B64 "-S mkdir -F uid=5 -k a\n",
	 NULL, NULL},
	{FINDING_NEVER_SHADOWS, -1,
	 "-a never,exit -F uid=5 -S all\n" B64 "-S mkdir -F uid<6 -k a\n", NULL, NULL},
	{FINDING_NEVER_LATE, 2, B64 "-S mkdir -k a\n-a never,exit -F arch=b64 -S mkdir -F uid=5\n",
	 NULL, NULL},
	{FINDING_NEVER_LATE, 2, B64 "-S mkdir -k a\n-a never,exit -F exe=/bin/a\n", NULL, NULL},
	{FINDING_NEVER_LATE, 2,
	 B64 "-S mkdir -k a\n-a never,exit -F arch=b64 -S all -F exe=/bin/a\n", NULL, NULL},
	{FINDING_NEVER_LATE, -1, B64 "-S mkdir -k a\n-a never,exit -F arch=b32 -S all -F uid=5\n",
	 NULL, NULL},
	{FINDING_NEVER_LATE, -1,
	 B64 "-S mkdir -F uid=6 -k a\n-a never,exit -F arch=b64 -S mkdir,rmdir -F exe=/bin/a\n",
	 NULL, NULL},
	{FINDING_NEVER_LATE, -1,
	 "-a never,exit -F arch=b64 -S mkdir -F uid=5\n" B64 "-S mkdir -k a\n", NULL, NULL},
	{FINDING_TASK_NEVER, 1, "-a never,task\n" B64 "-S mkdir -k a\n", NULL, NULL},
	{FINDING_TASK_NEVER, -1, "-a never,task\n", NULL, NULL},
	{FINDING_EXCLUDED, 1, "-a always,exclude -F msgtype=PATH\n-w /etc/a -p w -k a\n", NULL,
	 NULL},
	{FINDING_EXCLUDED, 1, "-a always,exclude -F msgtype=EXECVE\n" B64 "-S execve -k a\n", NULL,
	 NULL},
	{FINDING_EXCLUDED, 1, "-a always,exclude -F uid=5\n" B64 "-S execve -k a\n", NULL, NULL},
	{FINDING_EXCLUDED, -1, "-a always,exclude -F msgtype=PATH\n" B64 "-S execve -k a\n", NULL,
	 NULL},
	{FINDING_EXCLUDED, -1,
	 "-a always,exclude -F msgtype=CRYPTO_KEY_USER\n-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_WATCH_FORM, 1, "-w /etc/a -p wa -k a\n", NULL,
	 B64 "-F path=/etc/a -F perm=wa -F key=a\n" B32 "-F path=/etc/a -F perm=wa -F key=a\n"},
	{FINDING_WATCH_FORM, -1, B64 "-F path=/etc/a -F perm=wa -k a\n", NULL, NULL},
	{FINDING_DIR_EVERY_CALL, 1, B64 "-F dir=/etc -F perm=x -k a\n", NULL,
	 B64 "-S execve,execveat -F dir=/etc -F perm=x -F key=a\n"},
	{FINDING_DIR_EVERY_CALL, -1, B64 "-S execve -F dir=/etc -F perm=x -k a\n", NULL, NULL},
	{FINDING_DIR_EVERY_CALL, -1, B64 "-F path=/etc/a -F perm=x -k a\n", NULL, NULL},
	{FINDING_WATCH_FORM, 1, "-w /etc -p x -k a\n", NULL,
	 B64 "-S execve,execveat -F dir=/etc -F perm=x -F key=a\n" B32
	     "-S execve,execveat -F dir=/etc -F perm=x -F key=a\n"},
	{FINDING_EVERY_CALL, 1, B64 "-F uid=5 -S all -k a\n", NULL, NULL},
	{FINDING_EVERY_CALL, -1, B64 "-F path=/etc/a -S all -k a\n-a never,exit -F uid=5 -S all\n",
	 NULL, NULL},
	{FINDING_EVERY_CALL, 1, B64 "-F success=0 -S all -k a\n", NULL, NULL},
	{FINDING_EVERY_CALL, -1, B64 "-F exit=-EINVAL -S all -k a\n" B32 "-S all -k a\n", NULL,
	 NULL},
	{FINDING_COSTLY_ORDER, 1, B64 "-S open -F dir=/etc -F auid=5 -k a\n", NULL,
	 B64 "-S open -F auid=5 -F dir=/etc -F key=a\n"},
	{FINDING_COSTLY_ORDER, -1, B64 "-S open -F auid=5 -F dir=/etc -k a\n", NULL, NULL},
	{FINDING_MERGEABLE, 2, B64 "-S mkdir -F uid=5 -k a\n" B64 "-S rmdir -F uid=5 -k a\n", NULL,
	 B64 "-S mkdir,rmdir -F uid=5 -F key=a\n"},
	{FINDING_MERGEABLE, -1, B64 "-S mkdir -F uid=5 -k a\n" B64 "-S rmdir -F uid=6 -k a\n", NULL,
	 NULL},
	{FINDING_NO_BACKLOG, 0, "-D\n-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_NO_BACKLOG, 0, "-w /etc/a -p w -k a\n", "/etc/audit/audit.rules", NULL},
	{FINDING_NO_BACKLOG, -1, "-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_NO_BACKLOG, -1, "-b 8192\n-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_SMALL_BACKLOG, 1, "-b 320\n", NULL, NULL},
	{FINDING_SMALL_BACKLOG, -1, "-b 8192\n", NULL, NULL},
	{FINDING_SMALL_BACKLOG, -1, "-b 0\n", NULL, NULL},
	{FINDING_PANIC, 1, "-f 2\n", NULL, NULL},
	{FINDING_PANIC, -1, "-f 1\n", NULL, NULL},
	{FINDING_IGNORES_ERRORS, 1, "-i\n", NULL, NULL},
	{FINDING_IGNORES_ERRORS, 1, "-c\n", NULL, NULL},
	{FINDING_IGNORES_ERRORS, -1, "-D\n", NULL, NULL},
	{FINDING_NOT_LOCKED, 0, "-w /etc/a -p w -k a\n-e 1\n", NULL, NULL},
	{FINDING_NOT_LOCKED, -1, "-w /etc/a -p w -k a\n-e 2\n", NULL, NULL},
	{FINDING_NOT_CLEARED, 0, "-b 8192\n-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_NOT_CLEARED, -1, "-D\n-w /etc/a -p w -k a\n", NULL, NULL},
	{FINDING_WRITABLE, 0, "-D\n", "bad.rules", NULL},
	{FINDING_WRITABLE, -1, "-D\n", "good.rules", NULL},
};

static const struct finding *find(const struct findings *found, enum finding_id id)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->list[i].id == id)
			return &found->list[i];
	return NULL;
}

static void check_case(const struct check_case *c)
{
	const struct check_host h = host();
	struct findings found;
	const struct finding *hit;
	struct rule_set set;
	struct err e;

	findings_init(&found);
	assert_int_equal(check_rules_text(&set, c->file ? c->file : "test.rules", sv_cstr(c->rules),
					  &h, &found, &e),
			 0);
	findings_sort(&found);
	hit = find(&found, c->id);
	if ((hit != NULL) != (c->line >= 0))
		fail_msg("%s is %s:\n%s", finding_kind(c->id)->name, hit ? "there" : "missing",
			 c->rules);
	if (hit && hit->at.line != (uint32_t)c->line)
		fail_msg("%s is at line %u, not %d:\n%s", finding_kind(c->id)->name, hit->at.line,
			 c->line, c->rules);
	if (hit && c->fix && !sv_eq(hit->fix, sv_cstr(c->fix)))
		fail_msg("%s proposes \"%.*s\", not \"%s\"", finding_kind(c->id)->name,
			 SV_FMT(hit->fix), c->fix);
	findings_release(&found);
	rule_set_release(&set);
}

static void every_check_finds_its_own_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		check_case(&cases[i]);
}

static void every_check_has_a_case_for_and_against(void **state)
{
	bool has[FINDING_IDS][2] = {{false}};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		has[cases[i].id][cases[i].line >= 0] = true;
	/* Of a folder; the bats suite has its cases. */
	has[FINDING_OVERRIDDEN][0] = has[FINDING_OVERRIDDEN][1] = true;
	for (enum finding_id id = 0; id < FINDING_IDS; id++)
		if (!has[id][0] || !has[id][1])
			fail_msg("%s has no case %s", finding_kind(id)->name,
				 has[id][0] ? "for it" : "against it");
}

static void a_good_set_has_nothing_but_notes(void **state)
{
	static const char rules[] =
		"-D\n-b 8192\n-f 1\n" B64 "-F path=/etc/passwd -F perm=wa -k identity\n" B32
		"-F path=/etc/passwd -F perm=wa -k identity\n" B64
		"-S mount,umount2 -F auid!=unset -k mount\n" B32
		"-S mount,umount2 -F auid!=unset -k mount\n-e 2\n";
	const struct check_host h = host();
	struct findings found;
	struct rule_set set;
	struct err e;

	(void)state;
	findings_init(&found);
	assert_int_equal(check_rules_text(&set, "good.rules", sv_cstr(rules), &h, &found, &e), 0);
	for (size_t i = 0; i < found.count; i++)
		print_message("%s\n", finding_kind(found.list[i].id)->name);
	assert_int_equal(found.count, 0);
	findings_release(&found);
	rule_set_release(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_check_finds_its_own_and_nothing_else),
		cmocka_unit_test(every_check_has_a_case_for_and_against),
		cmocka_unit_test(a_good_set_has_nothing_but_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

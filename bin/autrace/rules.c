/* The rules of a trace: made, added, taken away. */
#include "autrace/trace.h"

#include "rule/command.h"
#include "rule/host.h"
#include "rule/pack.h"
#include "rule/rules_file.h"
#include "table/table.h"

#include <errno.h>

#define LINE_MAX_BYTES ((size_t)4096)
#define WORDS_MAX      ((size_t)64 << 10)

/* What reaches for files, programs and the network; each machine has some of them. */
static const char *const resource_calls[] = {
	"open",      "creat",     "openat",     "openat2",    "name_to_handle_at",
	"truncate",  "ftruncate", "truncate64", "rename",     "renameat",
	"renameat2", "unlink",    "unlinkat",   "mknod",      "mknodat",
	"mkdir",     "mkdirat",   "rmdir",      "chdir",      "chown",
	"lchown",    "chown32",   "lchown32",   "fchownat",   "chmod",
	"fchmodat",  "fchmodat2", "link",       "linkat",     "symlink",
	"symlinkat", "readlink",  "readlinkat", "execve",     "execveat",
	"connect",   "bind",      "accept",     "accept4",    "sendto",
	"recvfrom",  "sendfile",  "sendfile64", "socketcall",
};

static void put_calls(enum machine m, struct buf *out)
{
	const char *before = " -S ";
	uint32_t number;

	for (size_t i = 0; i < LEN(resource_calls); i++)
		if (syscall_find(m, sv_cstr(resource_calls[i]), &number)) {
			buf_printf(out, "%s%s", before, resource_calls[i]);
			before = ",";
		}
}

/* A rule as its line in a rules file. */
static int add_line(struct rule_list *out, struct sv line, struct err *e)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(RULE_HEAD_BYTES + RULE_TEXT_MAX);
	const struct rule_host host = rule_host_here();
	struct problems problems = {0};
	struct rule_words words;
	struct command command;
	struct arena memory;
	int done;

	arena_init(&memory, WORDS_MAX);
	done = words_split(line, 1, &memory, &words, &problems);
	if (done == 0)
		done = command_parse(&words, &host, &command, &problems);
	if (done == 0) {
		rule_pack(&command.rule, &bytes);
		rule_list_put(out, buf_view(&bytes));
	}
	arena_release(&memory);
	if (done != 0 || bytes.failed || out->bytes.failed)
		return err_set(e, "cannot make the rule %.*s", SV_FMT(line));
	return 0;
}

static int add_rules(pid_t process, enum machine m, struct rule_list *out, struct err *e)
{
	static const char *const fields[] = {"pid", "ppid"};

	for (size_t i = 0; i < LEN(fields); i++) {
		CLEANUP(buf_release) struct buf line = BUF_INIT(LINE_MAX_BYTES);

		buf_puts(&line, "-a always,exit");
		if (m == MACHINE_UNKNOWN) {
			buf_puts(&line, " -S all");
		} else {
			buf_printf(&line, " -F arch=%s", machine_name(m));
			put_calls(m, &line);
		}
		buf_printf(&line, " -F %s=%d", fields[i], (int)process);
		if (add_line(out, buf_view(&line), e) != 0)
			return -1;
	}
	return 0;
}

int trace_rules(pid_t process, bool resources, struct rule_list *out, struct err *e)
{
	enum machine native = machine_native(), narrow = machine_narrow(native);

	if (!resources)
		return add_rules(process, MACHINE_UNKNOWN, out, e);
	if (add_rules(process, native, out, e) != 0)
		return -1;
	return narrow == native || narrow == MACHINE_UNKNOWN ? 0
							     : add_rules(process, narrow, out, e);
}

int rules_add(struct audit_control *c, const struct rule_list *rules, struct err *e)
{
	struct sv rest = buf_view(&rules->bytes), rule;

	while (rule_list_take(&rest, &rule))
		if (audit_add_rule(c, rule, e) != 0)
			return -1;
	return 0;
}

int rules_remove(struct audit_control *c, const struct rule_list *rules, struct err *e)
{
	struct sv rest = buf_view(&rules->bytes), rule;
	struct err one;
	int result = 0;

	while (rule_list_take(&rest, &rule))
		if (audit_delete_rule(c, rule, &one) != 0 && one.sys != ENOENT)
			result = err_set(e, "%s", one.text);
	return result;
}

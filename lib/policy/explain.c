/*
 * A rule as a sentence: what it is about, of whose programs, when, and under which key. One row
 * for each field says how its condition reads; lists and settings have their frame sentences.
 */
#include "policy/explain.h"

#include "policy/cover.h"
#include "rule/field.h"

#define CALLS_SHOWN 8

struct telling {
	const struct rule *rule;
	const struct explain_style *style;
	enum machine machine;
	struct buf *out;
	unsigned clauses; /* told so far */
};

static void put_text(struct sv text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\%03o", c);
		else
			buf_putc(out, (char)c);
	}
}

/* The i-th of n things in a row: "a", "a and b", "a, b and c". */
static void put_between(size_t i, size_t n, const char *last, struct buf *out)
{
	if (i > 0)
		buf_puts(out, i + 1 < n ? ", " : last);
}

/* ---- what it is about ---- */

static const struct {
	uint32_t bit;
	const char *verb;
} perms[] = {{AUDIT_PERM_READ, "read"},
	     {AUDIT_PERM_WRITE, "write to"},
	     {AUDIT_PERM_EXEC, "execute"},
	     {AUDIT_PERM_ATTR, "change the attributes of"}};

static void put_perms(uint32_t value, struct buf *out)
{
	size_t n = 0, shown = 0;

	for (size_t i = 0; i < LEN(perms); i++)
		n += (value & perms[i].bit) != 0;
	for (size_t i = 0; i < LEN(perms); i++)
		if (value & perms[i].bit) {
			put_between(shown++, n, " or ", out);
			buf_puts(out, perms[i].verb);
		}
}

static size_t count_calls(const struct rule *r)
{
	size_t n = 0;

	for (uint32_t nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++)
		n += rule_has_call(r, nr);
	return n;
}

static void put_calls(const struct telling *t, const char *one, const char *many)
{
	enum machine m = t->rule->list == AUDIT_FILTER_URING_EXIT ? MACHINE_URING : t->machine;
	size_t n = count_calls(t->rule), shown = 0;
	size_t limit = n > CALLS_SHOWN + 1 ? CALLS_SHOWN : n;

	buf_puts(t->out, n == 1 ? one : many);
	for (uint32_t nr = 0; nr < AUDIT_BITMASK_SIZE * 32 && shown < limit; nr++) {
		const char *name;

		if (!rule_has_call(t->rule, nr))
			continue;
		put_between(shown++, limit < n ? n : limit, " and ", t->out);
		name = syscall_name(m, nr);
		if (name)
			buf_puts(t->out, name);
		else
			buf_put_u64(t->out, nr);
	}
	if (limit < n)
		buf_printf(t->out, " and %zu more", n - limit);
}

/* The file, or all below a folder; false when the rule names none. */
static bool put_files(const struct telling *t)
{
	const struct rule *r = t->rule;
	const struct rule_field *path = rule_condition(r, AUDIT_WATCH);
	const struct rule_field *dir = rule_condition(r, AUDIT_DIR);

	if (!path && !dir)
		return false;
	if (dir)
		buf_puts(t->out,
			 dir->op == AUDIT_NOT_EQUAL ? "anything that is not in " : "anything in ");
	put_text(rule_text(r, dir ? dir : path), t->out);
	return true;
}

static void put_object(const struct telling *t)
{
	const struct rule *r = t->rule;
	const struct rule_field *perm = rule_condition(r, AUDIT_PERM);
	bool is_any = rule_has_all_calls(r), is_uring = r->list == AUDIT_FILTER_URING_EXIT;

	if (perm) {
		buf_puts(t->out, "every attempt to ");
		put_perms(perm->value, t->out);
		buf_putc(t->out, ' ');
		if (!put_files(t))
			buf_puts(t->out, "a file");
		if (!is_any)
			put_calls(t, " through ", " through ");
		return;
	}
	if (!is_any)
		put_calls(t, is_uring ? "the io_uring operation " : "the system call ",
			  is_uring ? "the io_uring operations " : "the system calls ");
	else
		buf_puts(t->out, is_uring ? "every io_uring operation" : "every system call");
	if (rule_condition(r, AUDIT_WATCH) || rule_condition(r, AUDIT_DIR)) {
		buf_puts(t->out, " on ");
		(void)put_files(t);
	}
}

static void put_machine(const struct telling *t)
{
	const struct rule_field *arch = rule_condition(t->rule, AUDIT_ARCH);
	enum machine native = t->style->machine, m;

	if (!arch)
		return;
	m = machine_of_arch(arch->value);
	buf_puts(t->out, arch->op == AUDIT_EQUAL ? " by " : " by all but ");
	if (m == MACHINE_UNKNOWN)
		buf_printf(t->out, "programs for the machine 0x%X", arch->value);
	else if (m == native || m == machine_narrow(native))
		buf_printf(t->out, "%s-bit programs", machine_is_64bit(m) ? "64" : "32");
	else
		buf_printf(t->out, "programs for %s", machine_name(m));
}

/* ---- when ---- */

static const char *operator_words(uint32_t op)
{
	static const struct {
		uint32_t op;
		const char *words;
	} rows[] = {{AUDIT_EQUAL, ""},
		    {AUDIT_NOT_EQUAL, "not "},
		    {AUDIT_LESS_THAN, "below "},
		    {AUDIT_LESS_THAN_OR_EQUAL, "at most "},
		    {AUDIT_GREATER_THAN, "above "},
		    {AUDIT_GREATER_THAN_OR_EQUAL, "at least "},
		    {AUDIT_BIT_MASK, "a number with one of the bits "},
		    {AUDIT_BIT_TEST, "a number with all of the bits "}};

	for (size_t i = 0; i < LEN(rows); i++)
		if (rows[i].op == op)
			return rows[i].words;
	return "";
}

static void put_named(const struct rule_field *f, const char *name, struct buf *out)
{
	if (name)
		buf_puts(out, name);
	else
		buf_put_u64(out, f->value);
}

static void put_id(const struct telling *t, const struct rule_field *f, bool is_group)
{
	struct names *names = t->style->names;
	struct sv name = SV_EMPTY;

	/* A bound is a number, whoever has it. */
	if (names && (f->op == AUDIT_EQUAL || f->op == AUDIT_NOT_EQUAL))
		name = is_group ? names_group(names, f->value) : names_user(names, f->value);
	if (name.n)
		buf_put(t->out, name);
	else
		buf_put_u64(t->out, f->value);
}

static void put_number(const struct rule_field *f, struct buf *out)
{
	if (f->field >= AUDIT_ARG0 && f->field <= AUDIT_ARG3)
		buf_printf(out, "0x%x", f->value);
	else if (f->field == AUDIT_EXIT)
		buf_printf(out, "%d", (int32_t)f->value);
	else
		buf_put_u64(out, f->value);
}

/* Conditions that read better in words of their own; false for all others. */
static bool put_special(const struct telling *t, const struct rule_field *f)
{
	bool is = f->op == AUDIT_EQUAL, is_not = f->op == AUDIT_NOT_EQUAL;
	int32_t value = (int32_t)f->value;
	struct sv left, right;

	if (!is && !is_not)
		return false;
	if (f->field == AUDIT_LOGINUID && f->value == UINT32_MAX) {
		buf_puts(t->out,
			 is ? "nobody has logged in for it" : "somebody has logged in for it");
	} else if (f->field == AUDIT_SESSIONID && f->value == UINT32_MAX) {
		buf_puts(t->out, is ? "it belongs to no session" : "it belongs to a session");
	} else if (f->field == AUDIT_SUCCESS) {
		buf_puts(t->out, is == (f->value != 0) ? "it succeeds" : "it fails");
	} else if (f->field == AUDIT_EXIT && value < 0 && errno_name(-value)) {
		buf_printf(t->out, "it %s with %s (%s)", is ? "fails" : "does not fail",
			   errno_name(-value), errno_text(-value));
	} else if (f->field == AUDIT_FIELD_COMPARE && compare_names(f->value, &left, &right)) {
		buf_printf(t->out, "%.*s and %.*s %s", SV_FMT(left), SV_FMT(right),
			   is ? "are the same" : "differ");
	} else {
		return false;
	}
	return true;
}

/* What stands before "is" in a clause. */
static const struct {
	uint32_t field;
	const char *subject;
} subjects[] = {
	{AUDIT_PID, "the process"},
	{AUDIT_PPID, "the parent process"},
	{AUDIT_UID, "the user"},
	{AUDIT_EUID, "the effective user"},
	{AUDIT_SUID, "the saved user"},
	{AUDIT_FSUID, "the file system user"},
	{AUDIT_GID, "a group"},
	{AUDIT_EGID, "an effective group"},
	{AUDIT_SGID, "the saved group"},
	{AUDIT_FSGID, "the file system group"},
	{AUDIT_LOGINUID, "the login user"},
	{AUDIT_SESSIONID, "the session"},
	{AUDIT_PERS, "the personality"},
	{AUDIT_MSGTYPE, "the type of the record"},
	{AUDIT_EXIT, "the result"},
	{AUDIT_DEVMAJOR, "the major number of a file's device"},
	{AUDIT_DEVMINOR, "the minor number of a file's device"},
	{AUDIT_INODE, "the inode of a file"},
	{AUDIT_FILETYPE, "the type of a file"},
	{AUDIT_OBJ_UID, "the owner of a file"},
	{AUDIT_OBJ_GID, "the group of a file"},
	{AUDIT_EXE, "the program"},
	{AUDIT_SADDR_FAM, "the family of the address"},
	{AUDIT_FSTYPE, "the file system"},
	{AUDIT_ARG0, "the first argument"},
	{AUDIT_ARG1, "the second argument"},
	{AUDIT_ARG2, "the third argument"},
	{AUDIT_ARG3, "the fourth argument"},
	{AUDIT_SUBJ_USER, "the user of the process's label"},
	{AUDIT_SUBJ_ROLE, "the role of the process's label"},
	{AUDIT_SUBJ_TYPE, "the type of the process's label"},
	{AUDIT_SUBJ_SEN, "the lower level of the process's label"},
	{AUDIT_SUBJ_CLR, "the upper level of the process's label"},
	{AUDIT_OBJ_USER, "the user of a file's label"},
	{AUDIT_OBJ_ROLE, "the role of a file's label"},
	{AUDIT_OBJ_TYPE, "the type of a file's label"},
	{AUDIT_OBJ_LEV_LOW, "the lower level of a file's label"},
	{AUDIT_OBJ_LEV_HIGH, "the upper level of a file's label"},
};

static void put_value(const struct telling *t, const struct rule_field *f)
{
	const struct field_rule *row = field_rule(f->field);

	if (field_is_text(f->field))
		put_text(rule_text(t->rule, f), t->out);
	else if (row && (row->kind == FIELD_UID || row->kind == FIELD_GID))
		put_id(t, f, row->kind == FIELD_GID);
	else if (f->field == AUDIT_MSGTYPE)
		put_named(f, msgtype_name(f->value), t->out);
	else if (f->field == AUDIT_FILETYPE)
		put_named(f, name_of(&table_rule_filetypes, f->value), t->out);
	else if (f->field == AUDIT_FSTYPE)
		put_named(f, name_of(&table_rule_fstypes, f->value), t->out);
	else if (f->field == AUDIT_SADDR_FAM)
		put_named(f, name_of(&table_socket_families, f->value), t->out);
	else
		put_number(f, t->out);
}

/* Told elsewhere in the sentence. */
static bool is_told(uint32_t field)
{
	return field == AUDIT_ARCH || field == AUDIT_WATCH || field == AUDIT_DIR ||
	       field == AUDIT_PERM || field == AUDIT_FILTERKEY;
}

static void put_clause(const struct telling *t, const struct rule_field *f)
{
	if (put_special(t, f))
		return;
	for (size_t i = 0; i < LEN(subjects); i++)
		if (subjects[i].field == f->field) {
			buf_printf(t->out, "%s is %s", subjects[i].subject, operator_words(f->op));
			put_value(t, f);
			return;
		}
	buf_printf(t->out, "field %u is %s", f->field, operator_words(f->op));
	put_value(t, f);
}

/* "no process has a login" and "... is at least 1000": the second one says the first, too. */
static bool is_implied(const struct rule *r, const struct rule_field *f)
{
	if (f->field != AUDIT_LOGINUID || f->op != AUDIT_NOT_EQUAL || f->value != UINT32_MAX)
		return false;
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_LOGINUID && &r->fields[i] != f &&
		    r->fields[i].op == AUDIT_EQUAL)
			return true;
	return false;
}

static void put_clauses(struct telling *t, const char *start)
{
	const struct rule *r = t->rule;
	size_t n = 0, shown = 0;

	for (uint32_t i = 0; i < r->field_count; i++)
		n += !is_told(r->fields[i].field) && !is_implied(r, &r->fields[i]);
	for (uint32_t i = 0; i < r->field_count; i++) {
		if (is_told(r->fields[i].field) || is_implied(r, &r->fields[i]))
			continue;
		if (shown == 0)
			buf_puts(t->out, start);
		put_between(shown++, n, " and ", t->out);
		put_clause(t, &r->fields[i]);
	}
	t->clauses = (unsigned)shown;
}

static void put_key(const struct telling *t)
{
	const struct rule *r = t->rule;
	struct sv rest, key;
	size_t shown = 0;

	for (uint32_t i = 0; i < r->field_count; i++) {
		if (r->fields[i].field != AUDIT_FILTERKEY)
			continue;
		rest = rule_text(r, &r->fields[i]);
		while (rest.n) {
			(void)sv_cut(rest, KEY_SEPARATOR, &key, &rest);
			if (key.n == 0)
				continue;
			buf_puts(t->out, shown++ ? ", " : "; key ");
			put_text(key, t->out);
		}
	}
}

/* ---- the sentence of each list ---- */

static void tell_calls(struct telling *t)
{
	bool is_never = t->rule->action == AUDIT_NEVER;

	buf_puts(t->out, is_never ? "Never records " : "Records ");
	put_object(t);
	put_machine(t);
	put_clauses(t, ", when ");
	if (is_never)
		buf_puts(t->out, "; the rules behind it are not asked");
	put_key(t);
}

static void tell_exclude(struct telling *t)
{
	buf_puts(t->out, "Drops every record");
	put_clauses(t, " when ");
	buf_puts(t->out, ", whatever rule it is for");
}

static void tell_task(struct telling *t)
{
	bool is_never = t->rule->action == AUDIT_NEVER;

	buf_puts(t->out, is_never ? "Does not audit processes that start"
				  : "Records every system call of processes that start");
	put_clauses(t, " when ");
	if (is_never)
		buf_puts(t->out, ": no other rule sees what they do");
	put_key(t);
}

static void tell_user(struct telling *t)
{
	buf_puts(t->out, t->rule->action == AUDIT_NEVER ? "Drops" : "Takes");
	buf_puts(t->out, " the messages of programs, such as logins,");
	put_clauses(t, " when ");
	if (t->clauses == 0)
		buf_puts(t->out, " all of them");
}

static void tell_filesystem(struct telling *t)
{
	buf_puts(t->out,
		 t->rule->action == AUDIT_NEVER ? "Leaves the files out" : "Records the files");
	put_clauses(t, " when ");
	put_key(t);
}

void explain_rule(const struct rule *r, const struct explain_style *style, struct buf *out)
{
	static void (*const tell[])(struct telling *) = {
		[AUDIT_FILTER_USER] = tell_user,     [AUDIT_FILTER_TASK] = tell_task,
		[AUDIT_FILTER_EXIT] = tell_calls,    [AUDIT_FILTER_EXCLUDE] = tell_exclude,
		[AUDIT_FILTER_FS] = tell_filesystem, [AUDIT_FILTER_URING_EXIT] = tell_calls,
	};
	const struct rule_field *arch = rule_condition(r, AUDIT_ARCH);
	struct telling t = {.rule = r, .style = style, .machine = style->machine, .out = out};

	if (arch && arch->op == AUDIT_EQUAL)
		t.machine = machine_of_arch(arch->value);
	if (r->list < LEN(tell) && tell[r->list])
		tell[r->list](&t);
	else
		buf_printf(out, "Is on list %u, which has no name", r->list);
	buf_putc(out, '.');
}

/* ---- settings ---- */

static void put_settings(const struct audit_status *s, struct buf *out)
{
	static const char *const failure[] = {"says nothing", "prints a line to the kernel's log",
					      "panics: the host stops"};
	static const char *const enabled[] = {
		"Switches auditing off.", "Switches auditing on.",
		"Switches auditing on and locks it: nothing can be changed until the next boot."};
	const char *blank = "";

	if (s->mask & AUDIT_STATUS_BACKLOG_LIMIT) {
		buf_printf(out, "Keeps room for %u records that wait for the daemon.",
			   s->backlog_limit);
		blank = " ";
	}
	if (s->mask & AUDIT_STATUS_FAILURE && s->failure < LEN(failure)) {
		buf_printf(out, "%sWhen a record cannot be kept, the kernel %s.", blank,
			   failure[s->failure]);
		blank = " ";
	}
	if (s->mask & AUDIT_STATUS_RATE_LIMIT) {
		buf_printf(out,
			   s->rate_limit ? "%sTakes at most %u records a second."
					 : "%sTakes records at any rate (%u).",
			   blank, s->rate_limit);
		blank = " ";
	}
	if (s->mask & AUDIT_STATUS_BACKLOG_WAIT_TIME) {
		buf_printf(out, "%sProcesses wait up to %u ticks for room in the backlog.", blank,
			   s->backlog_wait_time);
		blank = " ";
	}
	if (s->mask & AUDIT_STATUS_ENABLED && s->enabled < LEN(enabled))
		buf_printf(out, "%s%s", blank, enabled[s->enabled]);
}

void explain_command(const struct command *c, const struct explain_style *style, struct buf *out)
{
	switch (c->kind) {
	case COMMAND_RULE:
		if (c->verb == RULE_DELETE)
			buf_puts(out, "Takes back: ");
		explain_rule(&c->rule, style, out);
		return;
	case COMMAND_DELETE_ALL:
		if (c->key.n == 0) {
			buf_puts(out, "Deletes all rules.");
			return;
		}
		buf_puts(out, "Deletes all rules with ");
		put_text(c->key, out);
		buf_puts(out, " in their key.");
		return;
	case COMMAND_LOCK_LOGINUID:
		buf_puts(out, "A login user, once set, cannot be changed.");
		return;
	case COMMAND_TRIM:
		buf_puts(out, "Forgets watched folders that are gone.");
		return;
	case COMMAND_EQUIVALENT:
		buf_puts(out, "Rules about ");
		put_text(c->old_dir, out);
		buf_puts(out, " are about ");
		put_text(c->new_dir, out);
		buf_puts(out, ", too.");
		return;
	case COMMAND_RESET_LOST:
	case COMMAND_RESET_WAIT:
		buf_puts(out, "Sets a counter of the kernel to 0.");
		return;
	case COMMAND_NONE:
	case COMMAND_HELP:
	case COMMAND_VERSION:
	case COMMAND_LIST:
	case COMMAND_STATUS:
	case COMMAND_READ_FILE:
	case COMMAND_MESSAGE:
	case COMMAND_SIGNAL:
		break;
	}
	put_settings(&c->settings, out);
	if (c->ignore_errors)
		buf_puts(out, "From here on, lines that the kernel refuses are passed over.");
}

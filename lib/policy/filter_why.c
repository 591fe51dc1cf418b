/*
 * A verdict in words: the condition as auditctl writes it, and what the event has instead.
 */
#include "policy/call_perm.h"
#include "policy/filter.h"
#include "rule/field.h"
#include "rule/print.h"

#include <sys/stat.h>

#define CALLS_WIDTH 60 /* of a list of calls before it is cut */
#define FILES_SHOWN 4

/* ---- the rule's side ---- */

/* The words behind "-a action,list " of a rule. */
static void put_words(const struct rule *r, bool interpret, struct buf *out)
{
	struct rule_style style = {.machine = machine_native(), .interpret = interpret};
	CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)256 << 10);
	struct sv head, words;

	rule_print(r, &style, &text);
	(void)sv_cut(buf_view(&text), ' ', &head, &words);
	(void)sv_cut(words, ' ', &head, &words);
	buf_put(out, words);
}

static void put_field(const struct rule *rule, const struct rule_field *f, struct buf *out)
{
	struct rule one; /* without calls: they are printed for some lists alone */
	bool has_words = f->field == AUDIT_LOGINUID || f->field == AUDIT_SESSIONID;

	rule_init(&one);
	one.list = AUDIT_FILTER_USER;
	one.action = AUDIT_ALWAYS;
	if (field_is_text(f->field)
		    ? rule_add_text(&one, f->field, f->op, rule_text(rule, f), f->at)
		    : rule_add_number(&one, f->field, f->op, f->value, f->at))
		put_words(&one, has_words, out);
}

static void put_calls(const struct rule *rule, struct buf *out)
{
	CLEANUP(buf_release) struct buf words = BUF_INIT((size_t)256 << 10);
	struct rule one;
	struct sv text;
	size_t at;

	rule_init(&one);
	one.list = rule->list;
	one.action = rule->action;
	memcpy(one.mask, rule->mask, sizeof(one.mask));
	for (uint32_t i = 0; i < rule->field_count; i++)
		if (rule->fields[i].field == AUDIT_ARCH &&
		    !rule_add_number(&one, AUDIT_ARCH, rule->fields[i].op, rule->fields[i].value,
				     rule->fields[i].at))
			return;
	put_words(&one, false, &words);
	/* The machine is there for the names; it is a condition of its own. */
	text = buf_view(&words);
	at = sv_find(text, SV("-S "));
	text = at < text.n ? sv_from(text, at) : SV("-S (no call)");
	if (text.n <= CALLS_WIDTH) {
		buf_put(out, text);
		return;
	}
	text.n = CALLS_WIDTH;
	while (text.p[text.n - 1] != ',' && text.p[text.n - 1] != ' ')
		text.n--;
	buf_put(out, text);
	buf_puts(out, "...");
}

void filter_put_condition(const struct rule *rule, const struct filter_verdict *v, struct buf *out)
{
	switch (v->reason) {
	case FILTER_BY_FIELD:
	case FILTER_BY_STRANGER:
		put_field(rule, &rule->fields[v->field], out);
		return;
	case FILTER_BY_CALL:
		put_calls(rule, out);
		return;
	case FILTER_BY_ALL:
	case FILTER_BY_WALK:
	case FILTER_BY_EMPTY:
	case FILTER_NOT_ASKED:
		return;
	}
}

/* ---- the event's side ---- */

static void put_number(const struct act *a, enum act_number n, struct buf *out)
{
	const char *name = act_number_name(n);
	uint64_t value = a->numbers[n];

	buf_printf(out, "%s=", name);
	if (n == ACT_ARCH && machine_of_arch((uint32_t)value) != MACHINE_UNKNOWN)
		buf_puts(out, machine_name(machine_of_arch((uint32_t)value)));
	else if (n == ACT_ARCH || n == ACT_PERSONALITY || n >= ACT_A0)
		buf_printf(out, "0x%llx", (unsigned long long)value);
	else if ((n == ACT_AUID || n == ACT_SESSION) && (uint32_t)value == UINT32_MAX)
		buf_puts(out, "unset");
	else
		buf_put_u64(out, value);
}

static void say_number(const struct act *a, enum act_number n, struct buf *out)
{
	if (!act_says(a, n)) {
		buf_printf(out, "the event does not say %s", act_number_name(n));
		return;
	}
	buf_puts(out, "the event has ");
	put_number(a, n, out);
}

static void say_groups(const struct act *a, enum act_number n, enum filter_truth truth,
		       struct buf *out)
{
	say_number(a, n, out);
	if (act_says(a, n) && truth == FILTER_UNSAID)
		buf_puts(out, ", and does not say the other groups of the process");
}

static void put_call(const struct act *a, struct buf *out)
{
	const char *name = a->has_call ? syscall_name(a->machine, a->call) : NULL;

	if (name)
		buf_puts(out, name);
	else
		buf_put_u64(out, a->call);
}

static void say_call(const struct act *a, struct buf *out)
{
	const char *what = a->kind == ACT_URING ? "uring_op" : "syscall";

	if (!a->has_call) {
		buf_printf(out, "the event does not say %s", what);
		return;
	}
	buf_printf(out, "the event has %s=", what);
	put_call(a, out);
}

static void say_perm(const struct act *a, struct buf *out)
{
	static const struct {
		uint32_t bit;
		const char *word;
	} words[] = {{AUDIT_PERM_READ, "read"},
		     {AUDIT_PERM_WRITE, "write"},
		     {AUDIT_PERM_EXEC, "execute"},
		     {AUDIT_PERM_ATTR, "change attributes"}};
	uint32_t perms = a->kind == ACT_CALL ? call_perms(a->machine, a->call) : 0;
	bool depends = call_perm(a->machine, a->call) != CALL_PERM_FIXED;
	const char *sep = " can ";

	say_call(a, out);
	if (!a->has_call)
		return;
	buf_puts(out, ", which");
	if (depends && act_says(a, ACT_A0))
		buf_puts(out, " for its arguments does not do that; it");
	for (size_t i = 0; i < LEN(words); i++) {
		if (!(perms & words[i].bit))
			continue;
		buf_printf(out, "%s%s", sep, words[i].word);
		sep = " or ";
	}
	if (!perms)
		buf_puts(out, " neither reads, writes, executes nor changes attributes");
}

static void say_result(const struct act *a, const struct filter_verdict *v, uint32_t field,
		       struct buf *out)
{
	const char *name;

	if (v->before_end) {
		buf_puts(out, "it is asked while the file goes away, before the call has a result");
	} else if (a->result == ACT_NO_RESULT) {
		buf_puts(out, "the call has no result");
	} else if (field == AUDIT_SUCCESS && a->result != ACT_RESULT_UNSAID) {
		buf_printf(out, "the event has success=%s",
			   a->result == ACT_SUCCESS ? "yes" : "no");
	} else if (field == AUDIT_EXIT && a->has_exit) {
		name = a->exit < 0 && a->exit > -4096 ? errno_name((int)-a->exit) : NULL;
		buf_puts(out, "the event has exit=");
		if (name)
			buf_printf(out, "-%s", name);
		else
			buf_printf(out, "%lld", (long long)a->exit);
	} else {
		buf_puts(out, "the event does not say it");
	}
}

typedef void (*name_fn)(const struct act_name *n, struct buf *out);

static void put_path(const struct act_name *n, struct buf *out)
{
	if (n->known == ACT_PATH_NONE)
		buf_puts(out, "one without a path");
	else if (n->known == ACT_PATH_TAIL)
		buf_puts(out, "one relative to an unknown directory: ");
	if (n->known != ACT_PATH_NONE)
		buf_put(out, n->path);
	if (!n->has_inode)
		buf_puts(out, " (not there)");
}

static void put_inode(const struct act_name *n, struct buf *out)
{
	if (n->has_inode)
		buf_put_u64(out, n->inode);
	else
		buf_puts(out, "none");
}

static void put_device(const struct act_name *n, struct buf *out)
{
	buf_printf(out, "%u:%u", n->dev_major, n->dev_minor);
	if (n->rdev_major || n->rdev_minor)
		buf_printf(out, " (rdev %u:%u)", n->rdev_major, n->rdev_minor);
}

static void put_uid(const struct act_name *n, struct buf *out)
{
	buf_put_u64(out, n->uid);
}

static void put_gid(const struct act_name *n, struct buf *out)
{
	buf_put_u64(out, n->gid);
}

static void put_type(const struct act_name *n, struct buf *out)
{
	const char *name = name_of(&table_rule_filetypes, n->mode & S_IFMT);

	buf_puts(out, n->has_inode && name ? name : "none");
}

static void put_label(const struct act_name *n, struct buf *out)
{
	if (n->label.n)
		buf_put(out, n->label);
	else
		buf_puts(out, "none");
}

static void put_names(const struct act *a, const char *what, name_fn fn, struct buf *out)
{
	buf_printf(out, "the event has %s", a->name_count ? what : "no files");
	for (size_t i = 0; i < a->name_count; i++) {
		buf_puts(out, i ? ", " : " ");
		if (i == FILES_SHOWN) {
			buf_puts(out, "...");
			break;
		}
		fn(&a->names[i], out);
	}
	if (!a->has_all_names)
		buf_puts(out, ", and not all of its files");
}

static const struct {
	uint32_t field;
	const char *what;
	name_fn fn;
} files[] = {
	{AUDIT_WATCH, "the files", put_path},   {AUDIT_DIR, "the files", put_path},
	{AUDIT_INODE, "inode", put_inode},      {AUDIT_DEVMAJOR, "dev", put_device},
	{AUDIT_DEVMINOR, "dev", put_device},    {AUDIT_OBJ_UID, "ouid", put_uid},
	{AUDIT_OBJ_GID, "ogid", put_gid},       {AUDIT_FILETYPE, "the file types", put_type},
	{AUDIT_OBJ_USER, "obj", put_label},     {AUDIT_OBJ_ROLE, "obj", put_label},
	{AUDIT_OBJ_TYPE, "obj", put_label},     {AUDIT_OBJ_LEV_LOW, "obj", put_label},
	{AUDIT_OBJ_LEV_HIGH, "obj", put_label},
};

static void say_compare(const struct act *a, uint32_t pair, struct buf *out)
{
	struct sv names[2];
	uint32_t field;

	if (!compare_names(pair, &names[0], &names[1]))
		return;
	for (size_t i = 0; i < 2; i++) {
		enum act_number n;

		if (!rulefield_find(names[i], &field))
			continue;
		n = act_number_of(field);
		if (i)
			buf_puts(out, ", ");
		if (n != ACT_NUMBERS)
			say_number(a, n, out);
		else
			put_names(a, field == AUDIT_OBJ_UID ? "ouid" : "ogid",
				  field == AUDIT_OBJ_UID ? put_uid : put_gid, out);
	}
}

static void say_text(const char *name, bool has, struct sv text, struct buf *out)
{
	if (has)
		buf_printf(out, "the event has %s=%.*s", name, SV_FMT(text));
	else
		buf_printf(out, "the event does not say %s", name);
}

static void say_other(const struct act *a, const struct rule_field *f, struct buf *out)
{
	switch (f->field) {
	case AUDIT_EXE:
		say_text("exe", a->has_exe, a->exe, out);
		return;
	case AUDIT_MSGTYPE:
		say_text("type", true, a->type_name, out);
		return;
	case AUDIT_PERM:
		say_perm(a, out);
		return;
	case AUDIT_FIELD_COMPARE:
		say_compare(a, f->value, out);
		return;
	case AUDIT_SADDR_FAM:
		if (a->has_family)
			buf_printf(out, "the event has saddr_fam=%u", a->family);
		else
			buf_puts(out, "the event has no socket address");
		return;
	case AUDIT_LOGINUID_SET:
		say_number(a, ACT_AUID, out);
		return;
	default:
		if (f->field >= AUDIT_SUBJ_USER && f->field <= AUDIT_SUBJ_CLR)
			say_text("subj", a->has_subject, a->subject, out);
		else
			buf_puts(out, "the event does not say it");
	}
}

static void say_field(const struct rule *r, const struct filter_verdict *v, const struct act *a,
		      struct buf *out)
{
	const struct rule_field *f = &r->fields[v->field];
	enum act_number n = act_number_of(f->field);

	if (v->at_start) {
		buf_puts(out,
			 v->truth == FILTER_NO
				 ? "it never holds when a process starts"
				 : "the event does not say how it was when the process started");
		return;
	}
	if (f->field == AUDIT_EXIT || f->field == AUDIT_SUCCESS) {
		say_result(a, v, f->field, out);
		return;
	}
	for (size_t i = 0; i < LEN(files); i++) {
		if (files[i].field == f->field) {
			put_names(a, files[i].what, files[i].fn, out);
			return;
		}
	}
	if (f->field == AUDIT_GID || f->field == AUDIT_EGID)
		say_groups(a, n, v->truth, out);
	else if (n != ACT_NUMBERS)
		say_number(a, n, out);
	else
		say_other(a, f, out);
}

void filter_put_event(const struct rule *rule, const struct filter_verdict *v,
		      const struct act *act, struct buf *out)
{
	switch (v->reason) {
	case FILTER_BY_FIELD:
		say_field(rule, v, act, out);
		return;
	case FILTER_BY_CALL:
		say_call(act, out);
		return;
	case FILTER_BY_ALL:
		buf_puts(out, "everything holds");
		return;
	case FILTER_BY_WALK:
		buf_puts(out, "everything holds, but the rules are asked file by file, and an "
			      "earlier file had found its rule");
		return;
	case FILTER_BY_EMPTY:
		buf_puts(out, "a rule of this list without a condition takes nothing");
		return;
	case FILTER_BY_STRANGER:
		buf_puts(out,
			 "the list does not know this: the search ends here and the message is "
			 "recorded");
		return;
	case FILTER_NOT_ASKED:
		buf_puts(out, "its list is not asked about this event");
		return;
	}
}

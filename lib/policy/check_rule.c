/* Every rule alone. Each check is one function that looks at one rule and may add a finding. */
#include "policy/check_parts.h"

#include "policy/call_perm.h"
#include "policy/cover.h"
#include "rule/field.h"

#include <limits.h>

/* Conditions that keep a rule without calls from being about everything. */
static const uint32_t narrowing[] = {AUDIT_WATCH,    AUDIT_DIR,       AUDIT_PERM, AUDIT_INODE,
				     AUDIT_FILETYPE, AUDIT_SADDR_FAM, 0};

static bool is_recording(const struct rule *r)
{
	return rule_list_has_calls(r->list) && r->action == AUDIT_ALWAYS;
}

static void check_key(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	const struct finding_place at = check_place(entry);

	if (!is_recording(r) || rule_condition(r, AUDIT_FILTERKEY))
		return;
	buf_reset(&c->fix);
	buf_put(&c->fix, sv_trim(entry->text));
	buf_puts(&c->fix, " -k NAME\n");
	finding_add(c->found, FINDING_NO_KEY, &at, buf_view(&c->fix),
		    "no key: its events cannot be searched or counted by rule");
}

/* Of these a rule has one: the kernel finds it by that. */
static bool is_object(uint32_t field)
{
	return field == AUDIT_WATCH || field == AUDIT_DIR || field == AUDIT_INODE;
}

static void check_refused(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;

	for (uint32_t i = 0; i < r->field_count; i++)
		for (uint32_t k = 0; k < i; k++) {
			uint32_t first = r->fields[k].field, second = r->fields[i].field;
			const struct finding_place at = check_condition_place(entry, &r->fields[i]);

			if (!(is_object(first) && is_object(second)) &&
			    !(first == AUDIT_EXE && second == AUDIT_EXE))
				continue;
			buf_reset(&c->text);
			check_put_condition(c, r, k, &c->text);
			buf_puts(&c->text, " and ");
			check_put_condition(c, r, i, &c->text);
			finding_add(c->found, FINDING_REFUSED, &at, SV_EMPTY,
				    "%.*s: the kernel takes one of them in a rule",
				    SV_FMT(buf_view(&c->text)));
			return;
		}
}

/* An order of results or negative arguments, which the kernel does not see the sign of. */
static void check_sign(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;

	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct rule_field *f = &r->fields[i];
		const struct finding_place at = check_condition_place(entry, f);
		bool is_argument = f->field >= AUDIT_ARG0 && f->field <= AUDIT_ARG3;

		if (f->op == AUDIT_EQUAL || f->op == AUDIT_NOT_EQUAL || f->op == AUDIT_BIT_MASK ||
		    f->op == AUDIT_BIT_TEST)
			continue;
		if (f->field != AUDIT_EXIT && !(is_argument && (int32_t)f->value < 0))
			continue;
		buf_reset(&c->text);
		check_put_condition(c, r, i, &c->text);
		finding_add(c->found, FINDING_UNSIGNED, &at, SV_EMPTY,
			    "%.*s compares without a sign: error numbers are larger than every "
			    "other result%s",
			    SV_FMT(buf_view(&c->text)),
			    f->field == AUDIT_EXIT
				    ? "; write success=0, success=1 or one exit=-E..."
				    : "");
	}
}

static void check_conflict(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	uint32_t first = 0, second = 0;
	enum rule_conflict conflict = rule_find_conflict(r, &first, &second);
	bool is_one;
	struct finding_place at = check_place(entry);

	if (conflict == CONFLICT_NONE ||
	    (conflict == CONFLICT_ALONE && r->fields[first].field == AUDIT_EXIT))
		return; /* the latter is told by its sign */
	if (conflict == CONFLICT_CALLS) {
		finding_add(c->found, FINDING_NEVER_MATCHES, &at, SV_EMPTY,
			    "no system call is selected: nothing can match");
		return;
	}
	is_one = conflict == CONFLICT_ALONE || conflict == CONFLICT_PERMS;
	at = check_condition_place(entry, &r->fields[is_one ? first : second]);
	buf_reset(&c->text);
	check_put_condition(c, r, first, &c->text);
	if (!is_one) {
		buf_puts(&c->text, " and ");
		check_put_condition(c, r, second, &c->text);
	}
	finding_add(c->found, FINDING_NEVER_MATCHES, &at, SV_EMPTY, "%.*s: %s",
		    SV_FMT(buf_view(&c->text)),
		    conflict == CONFLICT_ALONE    ? "no value fulfils it"
		    : conflict == CONFLICT_PERMS  ? "none of the rule's calls does that"
		    : conflict == CONFLICT_RESULT ? "a call that fails returns an error number, "
						    "one that succeeds does not"
						  : "no event fulfils both");
}

static void check_unset(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	struct value_set users = rule_values(r, AUDIT_LOGINUID);
	struct rule fixed;

	if (r->action != AUDIT_ALWAYS || r->list == AUDIT_FILTER_EXCLUDE ||
	    !value_set_has(&users, UINT32_MAX))
		return;
	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct rule_field *f = &r->fields[i];
		const struct finding_place at = check_condition_place(entry, f);

		if (f->field != AUDIT_LOGINUID ||
		    (f->op != AUDIT_GREATER_THAN && f->op != AUDIT_GREATER_THAN_OR_EQUAL))
			continue;
		fixed = *r;
		buf_reset(&c->fix);
		/* Before the key, which stands last. */
		if (rule_add_number(&fixed, AUDIT_LOGINUID, AUDIT_NOT_EQUAL, UINT32_MAX, f->at)) {
			struct rule_field added = fixed.fields[fixed.field_count - 1];

			memmove(&fixed.fields[i + 2], &fixed.fields[i + 1],
				(fixed.field_count - i - 2) * sizeof(added));
			fixed.fields[i + 1] = added;
			check_put_line(c, &fixed, &c->fix);
		}
		buf_reset(&c->text);
		check_put_condition(c, r, i, &c->text);
		finding_add(c->found, FINDING_UNSET_INCLUDED, &at, buf_view(&c->fix),
			    "%.*s also takes processes that nobody logged in for: their auid, "
			    "unset, is the largest number",
			    SV_FMT(buf_view(&c->text)));
		return;
	}
}

/* ---- paths ---- */

static void check_path(struct check *c, const struct rule_entry *entry, const struct rule_field *f)
{
	const struct rule *r = &entry->command.rule;
	const struct finding_place at = check_condition_place(entry, f);
	bool is_dir = f->field == AUDIT_DIR;
	struct sv path = rule_text(r, f);
	char name[PATH_MAX];
	enum path_kind kind;

	if (!sv_to_cstr(path, name, sizeof(name)))
		return;
	kind = c->host->kind_of(c->host->ctx, name);
	if (kind == PATH_NOTHING || (kind == PATH_ABSENT && is_dir))
		finding_add(c->found,
			    c->ignores_errors ? FINDING_PATH_LEFT_OUT : FINDING_PATH_MISSING, &at,
			    SV_EMPTY, "%s: no such %s: the kernel refuses the rule", name,
			    is_dir ? "folder" : "folder or file");
	else if (kind == PATH_ABSENT)
		finding_add(c->found, FINDING_PATH_ABSENT, &at, SV_EMPTY, "%s does not exist yet",
			    name);
	else if (kind == PATH_FILE && is_dir)
		finding_add(c->found, FINDING_DIR_IS_FILE, &at, SV_EMPTY,
			    "%s is no folder: write -F path=%s", name, name);
	else if (kind == PATH_FOLDER && f->field == AUDIT_WATCH)
		finding_add(c->found, FINDING_PATH_IS_FOLDER, &at, SV_EMPTY,
			    "%s is a folder: write -F dir=%s for what is in it", name, name);
}

static void check_paths(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;

	for (uint32_t i = 0; c->host->kind_of && i < r->field_count; i++) {
		uint32_t field = r->fields[i].field;

		if (field == AUDIT_WATCH || field == AUDIT_DIR || field == AUDIT_EXE)
			check_path(c, entry, &r->fields[i]);
	}
}

/* ---- costs ---- */

/* Instead of all calls, those that its permissions stand for. */
static void name_calls(struct rule *r, enum machine m)
{
	const struct rule_field *perm = rule_condition(r, AUDIT_PERM);

	if (!perm)
		return;
	for (uint32_t nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++)
		if (!(call_perms(m, nr) & perm->value))
			r->mask[nr / 32] &= ~(UINT32_C(1) << nr % 32);
}

/* The same watch as a rule with an arch, for the machine and its 32-bit half. */
static void put_modern(struct check *c, const struct rule *r)
{
	enum machine native = c->host->rules.machine, narrow = machine_narrow(native);
	const enum machine machines[] = {native, narrow};

	for (size_t i = 0; i < LEN(machines); i++) {
		struct rule modern = *r;

		if (machines[i] == MACHINE_UNKNOWN || (i == 1 && narrow == native) ||
		    !rule_add_number(&modern, AUDIT_ARCH, AUDIT_EQUAL, machine_arch(machines[i]),
				     r->at))
			continue;
		if (rule_condition(r, AUDIT_DIR))
			name_calls(&modern, machines[i]);
		check_put_line(c, &modern, &c->fix);
	}
}

static void check_watch(struct check *c, const struct rule_entry *entry)
{
	const struct finding_place at = check_place(entry);

	if (!sv_starts(sv_trim(entry->text), SV("-w")))
		return;
	buf_reset(&c->fix);
	put_modern(c, &entry->command.rule);
	finding_add(c->found, FINDING_WATCH_FORM, &at, buf_view(&c->fix), "-w is deprecated%s",
		    rule_condition(&entry->command.rule, AUDIT_DIR)
			    ? ", and this folder is asked about at every system call"
			    : "");
}

static void check_folder(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	const struct finding_place at = check_place(entry);
	enum machine m = check_machine(r);
	struct rule named = *r;

	if (r->list != AUDIT_FILTER_EXIT || !rule_has_all_calls(r) || m == MACHINE_UNKNOWN ||
	    !rule_condition(r, AUDIT_DIR) || !rule_condition(r, AUDIT_PERM))
		return;
	name_calls(&named, m);
	buf_reset(&c->fix);
	check_put_line(c, &named, &c->fix);
	finding_add(c->found, FINDING_DIR_EVERY_CALL, &at, buf_view(&c->fix),
		    "asked at every system call of every process: name the calls that it is for");
}

/* "exit=-EINVAL" is about few calls. */
static bool has_error(const struct rule *r)
{
	const struct rule_field *f = rule_condition(r, AUDIT_EXIT);

	return f && f->op == AUDIT_EQUAL && (int32_t)f->value < 0;
}

/* Whatever 32-bit programs do: of a host that should have none. */
static bool is_about_narrow(const struct check *c, const struct rule *r)
{
	enum machine native = c->host->rules.machine, narrow = machine_narrow(native);

	return narrow != native && narrow != MACHINE_UNKNOWN && check_machine(r) == narrow;
}

static void check_every_call(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	const struct finding_place at = check_place(entry);

	if (has_error(r) || is_about_narrow(c, r))
		return;
	if (r->list == AUDIT_FILTER_EXIT && r->action == AUDIT_ALWAYS && rule_has_all_calls(r) &&
	    !check_has_any(r, narrowing))
		finding_add(c->found, FINDING_EVERY_CALL, &at, SV_EMPTY,
			    "records every system call%s: name those that matter with -S",
			    r->field_count > 1 ? " of the processes that it is about"
					       : " of every process");
}

/* What the kernel does to answer a condition: 0 compares a number, 2 walks a list or reads text. */
static unsigned cost_of(uint32_t field)
{
	switch (field) {
	case AUDIT_FIELD_COMPARE:
	case AUDIT_PERM:
	case AUDIT_WATCH: /* found by its inode, whatever stands before */
	case AUDIT_FILTERKEY:
		return 1;
	case AUDIT_DIR:
	case AUDIT_EXE:
	case AUDIT_FILETYPE:
		return 2;
	default:
		return field >= AUDIT_SUBJ_USER && field <= AUDIT_OBJ_LEV_HIGH &&
				       field != AUDIT_PPID
			       ? 2
			       : 0;
	}
}

static void check_order(struct check *c, const struct rule_entry *entry)
{
	const struct rule *r = &entry->command.rule;
	const struct finding_place at = check_place(entry);
	struct rule ordered = *r;
	uint32_t costly = UINT32_MAX, cheap = UINT32_MAX, n = 0;

	for (uint32_t i = 0; i < r->field_count && cheap == UINT32_MAX; i++) {
		if (cost_of(r->fields[i].field) == 2 && costly == UINT32_MAX)
			costly = i;
		else if (costly != UINT32_MAX && cost_of(r->fields[i].field) == 0)
			cheap = i;
	}
	if (cheap == UINT32_MAX)
		return;
	/* Texts keep their offsets: only the conditions move. */
	for (unsigned cost = 0; cost <= 2; cost++)
		for (uint32_t i = 0; i < r->field_count; i++)
			if (cost_of(r->fields[i].field) == cost &&
			    r->fields[i].field != AUDIT_FILTERKEY)
				ordered.fields[n++] = r->fields[i];
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_FILTERKEY)
			ordered.fields[n++] = r->fields[i];
	buf_reset(&c->fix);
	check_put_line(c, &ordered, &c->fix);
	buf_reset(&c->text);
	check_put_condition(c, r, costly, &c->text);
	buf_puts(&c->text, " is asked before ");
	check_put_condition(c, r, cheap, &c->text);
	finding_add(c->found, FINDING_COSTLY_ORDER, &at, buf_view(&c->fix),
		    "%.*s, which costs less and would spare it most of the time",
		    SV_FMT(buf_view(&c->text)));
}

/* ---- all of them ---- */

static void (*const checks[])(struct check *c, const struct rule_entry *entry) = {
	check_key,   check_refused, check_sign,   check_conflict,   check_unset,
	check_paths, check_watch,   check_folder, check_every_call, check_order,
};

void check_each_rule(struct check *c)
{
	for (size_t i = 0; i < c->set->count; i++) {
		const struct rule_entry *entry = c->set->entries[i];

		c->ignores_errors |= entry->command.ignore_errors;
		if (entry->command.kind != COMMAND_RULE || entry->command.verb == RULE_DELETE)
			continue;
		for (size_t k = 0; k < LEN(checks); k++)
			checks[k](c, entry);
	}
}

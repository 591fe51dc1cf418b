/*
 * Conditions of one rule over an act, each as the kernel compares it; one function for each way
 * of comparing and one row for each field. Those about files, paths and labels are in filter_name.c,
 * filter_path.c and filter_label.c. Which rules are asked, and in which order, is filter.c's business.
 */
#include "policy/call_perm.h"
#include "policy/filter_condition.h"
#include "rule/field.h"

#define SOCKETCALL_BIND 2 /* SYS_BIND of linux/net.h */

bool condition_compare(uint32_t left, uint32_t op, uint32_t right)
{
	switch (op) {
	case AUDIT_EQUAL:
		return left == right;
	case AUDIT_NOT_EQUAL:
		return left != right;
	case AUDIT_LESS_THAN:
		return left < right;
	case AUDIT_LESS_THAN_OR_EQUAL:
		return left <= right;
	case AUDIT_GREATER_THAN:
		return left > right;
	case AUDIT_GREATER_THAN_OR_EQUAL:
		return left >= right;
	case AUDIT_BIT_MASK:
		return (left & right) != 0;
	case AUDIT_BIT_TEST:
		return (left & right) == right;
	default:
		return false;
	}
}

/* ---- the process and its call ---- */

static enum filter_truth ask_number(const struct condition *c)
{
	if (!act_says(c->act, c->number))
		return FILTER_UNSAID;
	return truth(condition_compare((uint32_t)c->act->numbers[c->number], c->field->op,
				       c->field->value));
}

/* Other groups of the process count as well, and no record tells them. */
static enum filter_truth ask_groups(const struct condition *c)
{
	enum filter_truth t = ask_number(c);

	if (c->field->op == AUDIT_EQUAL && t == FILTER_NO)
		return FILTER_UNSAID;
	return c->field->op == AUDIT_NOT_EQUAL && t == FILTER_YES ? FILTER_UNSAID : t;
}

static enum filter_truth ask_is_set(const struct condition *c)
{
	if (!act_says(c->act, ACT_AUID))
		return FILTER_UNSAID;
	return truth(condition_compare((uint32_t)c->act->numbers[ACT_AUID] != UINT32_MAX,
				       c->field->op, c->field->value));
}

static enum filter_truth ask_exit(const struct condition *c)
{
	if (c->asking->moment != MOMENT_END || c->act->result == ACT_NO_RESULT)
		return FILTER_NO;
	if (!c->act->has_exit)
		return FILTER_UNSAID;
	return truth(
		condition_compare((uint32_t)(uint64_t)c->act->exit, c->field->op, c->field->value));
}

/* The kernel compares its own numbers: 1 for success, 2 for failure. */
static enum filter_truth ask_success(const struct condition *c)
{
	if (c->asking->moment != MOMENT_END || c->act->result == ACT_NO_RESULT)
		return FILTER_NO;
	if (c->act->result == ACT_RESULT_UNSAID)
		return FILTER_UNSAID;
	return truth(condition_compare(c->act->result == ACT_SUCCESS ? 1 : 2, c->field->op,
				       c->field->value ? 1 : 2));
}

static enum filter_truth has_perm(const struct act *a, uint32_t mask)
{
	uint32_t perms;

	if (a->kind != ACT_CALL)
		return FILTER_NO;
	if (!a->has_call || a->machine == MACHINE_UNKNOWN)
		return FILTER_UNSAID;
	perms = call_perms(a->machine, a->call);
	if ((perms & mask) == 0)
		return FILTER_NO;
	switch (call_perm(a->machine, a->call)) {
	case CALL_PERM_FIXED:
		return FILTER_YES;
	case CALL_PERM_OPEN:
		return act_says(a, ACT_A1) ? truth(call_open_perms(a->numbers[ACT_A1]) & mask)
					   : FILTER_UNSAID;
	case CALL_PERM_OPENAT:
		return act_says(a, ACT_A2) ? truth(call_open_perms(a->numbers[ACT_A2]) & mask)
					   : FILTER_UNSAID;
	case CALL_PERM_OPENAT2:
		return a->has_open_flags ? truth(call_open_perms(a->open_flags) & mask)
					 : FILTER_UNSAID;
	case CALL_PERM_SOCKET:
		return act_says(a, ACT_A0) ? truth(a->numbers[ACT_A0] == SOCKETCALL_BIND)
					   : FILTER_UNSAID;
	}
	return FILTER_UNSAID;
}

static enum filter_truth ask_perm(const struct condition *c)
{
	enum filter_truth t = has_perm(c->act, c->field->value);

	return c->field->op == AUDIT_NOT_EQUAL ? not(t) : t;
}

bool condition_has_record(const struct act *a, uint32_t type)
{
	for (size_t i = 0; i < a->type_count; i++)
		if (a->types[i] == type)
			return true;
	return false;
}

static enum filter_truth ask_family(const struct condition *c)
{
	if (!c->act->has_family)
		return condition_has_record(c->act, AUDIT_SOCKADDR) ? FILTER_UNSAID : FILTER_NO;
	return truth(condition_compare(c->act->family, c->field->op, c->field->value));
}

static enum filter_truth ask_compare(const struct condition *c)
{
	enum act_number left, right;
	struct sv names[2];
	uint32_t fields[2];

	if (!compare_names(c->field->value, &names[0], &names[1]) ||
	    !rulefield_find(names[0], &fields[0]) || !rulefield_find(names[1], &fields[1]))
		return FILTER_NO;
	left = act_number_of(fields[0]);
	right = act_number_of(fields[1]);
	if (left == ACT_NUMBERS || !act_says(c->act, left))
		return FILTER_UNSAID;
	if (fields[1] == AUDIT_OBJ_UID || fields[1] == AUDIT_OBJ_GID)
		return condition_of_names(
			c, NULL, fields[1] == AUDIT_OBJ_UID ? condition_has_uid : condition_has_gid,
			c->field->op, (uint32_t)c->act->numbers[left]);
	if (right == ACT_NUMBERS || !act_says(c->act, right))
		return FILTER_UNSAID;
	return truth(condition_compare((uint32_t)c->act->numbers[left], c->field->op,
				       (uint32_t)c->act->numbers[right]));
}

static enum filter_truth ask_key(const struct condition *c)
{
	(void)c;
	return FILTER_YES;
}

/* ---- the table ---- */

struct condition_row {
	enum filter_truth (*ask)(const struct condition *c);
	/* What the kernel makes of it when a process starts: the event is from later. */
	enum filter_truth at_start;
	bool of_records; /* the lists user and exclude know it */
};

/* By the number of the field. */
static const struct condition_row rows[] = {
	[AUDIT_PID] = {ask_number, FILTER_UNSAID, true},
	[AUDIT_PPID] = {ask_number, FILTER_NO, false},
	[AUDIT_UID] = {ask_number, FILTER_UNSAID, true},
	[AUDIT_EUID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_SUID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_FSUID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_GID] = {ask_groups, FILTER_UNSAID, true},
	[AUDIT_EGID] = {ask_groups, FILTER_UNSAID, false},
	[AUDIT_SGID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_FSGID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_LOGINUID] = {ask_number, FILTER_UNSAID, true},
	[AUDIT_LOGINUID_SET] = {ask_is_set, FILTER_UNSAID, true},
	[AUDIT_SESSIONID] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_PERS] = {ask_number, FILTER_UNSAID, false},
	[AUDIT_ARCH] = {ask_number, FILTER_NO, false},
	[AUDIT_ARG0] = {ask_number, FILTER_NO, false},
	[AUDIT_ARG1] = {ask_number, FILTER_NO, false},
	[AUDIT_ARG2] = {ask_number, FILTER_NO, false},
	[AUDIT_ARG3] = {ask_number, FILTER_NO, false},
	[AUDIT_EXIT] = {ask_exit, FILTER_NO, false},
	[AUDIT_SUCCESS] = {ask_success, FILTER_NO, false},
	[AUDIT_DEVMAJOR] = {condition_major, FILTER_NO, false},
	[AUDIT_DEVMINOR] = {condition_minor, FILTER_NO, false},
	[AUDIT_INODE] = {condition_inode, FILTER_NO, false},
	[AUDIT_OBJ_UID] = {condition_owner, FILTER_NO, false},
	[AUDIT_OBJ_GID] = {condition_group, FILTER_NO, false},
	[AUDIT_WATCH] = {condition_watch, FILTER_NO, false},
	[AUDIT_DIR] = {condition_dir, FILTER_NO, false},
	[AUDIT_EXE] = {condition_exe, FILTER_NO, true},
	[AUDIT_PERM] = {ask_perm, FILTER_NO, false},
	[AUDIT_FILETYPE] = {condition_filetype, FILTER_NO, false},
	[AUDIT_SADDR_FAM] = {ask_family, FILTER_NO, false},
	[AUDIT_FIELD_COMPARE] = {ask_compare, FILTER_UNSAID, false},
	[AUDIT_SUBJ_USER] = {condition_subject, FILTER_UNSAID, true},
	[AUDIT_SUBJ_ROLE] = {condition_subject, FILTER_UNSAID, true},
	[AUDIT_SUBJ_TYPE] = {condition_subject, FILTER_UNSAID, true},
	[AUDIT_SUBJ_SEN] = {condition_subject, FILTER_UNSAID, true},
	[AUDIT_SUBJ_CLR] = {condition_subject, FILTER_UNSAID, true},
	[AUDIT_OBJ_USER] = {condition_object, FILTER_NO, false},
	[AUDIT_OBJ_ROLE] = {condition_object, FILTER_NO, false},
	[AUDIT_OBJ_TYPE] = {condition_object, FILTER_NO, false},
	[AUDIT_OBJ_LEV_LOW] = {condition_object, FILTER_NO, false},
	[AUDIT_OBJ_LEV_HIGH] = {condition_object, FILTER_NO, false},
	[AUDIT_FILTERKEY] = {ask_key, FILTER_YES, false},
};

static const struct condition_row *row_of(uint32_t field)
{
	return field < LEN(rows) && rows[field].ask ? &rows[field] : NULL;
}

/* Files are none yet when a process starts: "not that one" holds for the kernel's three. */
static enum filter_truth at_start(const struct condition_row *row, const struct rule_field *f)
{
	bool turns = f->field == AUDIT_EXE || f->field == AUDIT_PERM || f->field == AUDIT_FILETYPE;

	return turns && f->op == AUDIT_NOT_EQUAL ? FILTER_YES : row->at_start;
}

static enum filter_truth ask_field(const struct filter_asking *asking, const struct rule *r,
				   const struct rule_field *f, const struct act_name *name)
{
	const struct condition_row *row = row_of(f->field);
	const struct condition c = {.asking = asking,
				    .act = asking->act,
				    .rule = r,
				    .field = f,
				    .name = name,
				    .number = act_number_of(f->field)};

	if (!row)
		return FILTER_NO;
	return asking->moment == MOMENT_START ? at_start(row, f) : row->ask(&c);
}

static enum filter_truth ask_call(const struct filter_asking *asking, const struct rule *r,
				  const struct act_name *name)
{
	const struct act *a = asking->act;

	if (asking->moment == MOMENT_START || rule_has_all_calls(r))
		return FILTER_YES;
	/* For files the kernel looks for the number of the call, which an operation has not. */
	if (a->kind == ACT_URING && name)
		return truth(rule_has_call(r, 0));
	return a->has_call ? truth(rule_has_call(r, a->call)) : FILTER_UNSAID;
}

struct filter_verdict filter_ask(const struct filter_asking *asking, const struct rule *r,
				 const struct act_name *name)
{
	struct filter_verdict v = {.truth = ask_call(asking, r, name),
				   .reason = FILTER_BY_CALL,
				   .before_end = asking->moment == MOMENT_BEFORE,
				   .at_start = asking->moment == MOMENT_START};

	if (v.truth == FILTER_NO)
		return v;
	if (v.truth == FILTER_YES)
		v.reason = FILTER_BY_ALL;
	for (uint32_t i = 0; i < r->field_count; i++) {
		enum filter_truth t = ask_field(asking, r, &r->fields[i], name);

		if (t == FILTER_YES || (t == FILTER_UNSAID && v.truth == FILTER_UNSAID))
			continue;
		v.truth = t;
		v.reason = FILTER_BY_FIELD;
		v.field = i;
		if (t == FILTER_NO)
			break;
	}
	return v;
}

static enum filter_truth ask_of_record(const struct filter_asking *asking, const struct rule *r,
				       uint32_t at, uint32_t type)
{
	const struct rule_field *f = &r->fields[at];
	struct condition c = {.asking = asking,
			      .act = asking->act,
			      .rule = r,
			      .field = f,
			      .number = act_number_of(f->field)};
	bool is_label = f->field >= AUDIT_SUBJ_USER && f->field <= AUDIT_SUBJ_CLR;

	if (f->field == AUDIT_MSGTYPE)
		return truth(condition_compare(type, f->op, f->value));
	/* Without a security module the kernel keeps what the condition before has given here. */
	if (is_label && at > 0 && condition_subject(&c) == FILTER_NO && !asking->act->has_subject)
		return FILTER_YES;
	/* These lists look at the group alone, not at the others of the process. */
	return f->field == AUDIT_GID ? ask_number(&c) : row_of(f->field)->ask(&c);
}

struct filter_verdict filter_ask_record(const struct filter_asking *asking, const struct rule *r,
					uint32_t type)
{
	struct filter_verdict v = {.truth = FILTER_YES, .reason = FILTER_BY_ALL};

	if (r->field_count == 0)
		return (struct filter_verdict){.truth = FILTER_NO, .reason = FILTER_BY_EMPTY};
	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct rule_field *f = &r->fields[i];
		const struct condition_row *row = row_of(f->field);
		enum filter_truth t;

		if (f->field != AUDIT_MSGTYPE && (!row || !row->of_records))
			return (struct filter_verdict){
				.truth = v.truth, .reason = FILTER_BY_STRANGER, .field = i};
		t = ask_of_record(asking, r, i, type);
		if (t == FILTER_YES || (t == FILTER_UNSAID && v.truth == FILTER_UNSAID))
			continue;
		v = (struct filter_verdict){.truth = t, .reason = FILTER_BY_FIELD, .field = i};
		if (t == FILTER_NO)
			break;
	}
	return v;
}

bool filter_is_hashed(const struct rule *r)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_WATCH ||
		    (r->fields[i].field == AUDIT_INODE && r->fields[i].op == AUDIT_EQUAL))
			return true;
	return false;
}

struct sv filter_watch_of(const struct rule *r)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_WATCH)
			return rule_text(r, &r->fields[i]);
	return SV_EMPTY;
}

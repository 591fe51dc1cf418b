/*
 * Implication between conditions. Three kinds of fields:
 *
 *	single	a task or call has one value: conditions together are a set of numbers
 *	any	the files of a call, or the groups of a task: one of them has to fulfil it
 *	text	paths, programs, labels
 */
#include "policy/cover.h"

#include "policy/call_perm.h"
#include "rule/field.h"

#define ERRORS_FROM UINT32_C(0xfffff001) /* results that are error numbers: -4095 ... -1 */

bool field_is_single(uint32_t field)
{
	switch (field) {
	case AUDIT_PID:
	case AUDIT_PPID:
	case AUDIT_UID:
	case AUDIT_EUID:
	case AUDIT_SUID:
	case AUDIT_FSUID:
	case AUDIT_SGID:
	case AUDIT_FSGID:
	case AUDIT_LOGINUID:
	case AUDIT_SESSIONID:
	case AUDIT_PERS:
	case AUDIT_ARCH:
	case AUDIT_MSGTYPE:
	case AUDIT_EXIT:
	case AUDIT_SUCCESS:
	case AUDIT_SADDR_FAM:
	case AUDIT_FSTYPE:
	case AUDIT_ARG0:
	case AUDIT_ARG1:
	case AUDIT_ARG2:
	case AUDIT_ARG3:
		return true;
	default:
		return false;
	}
}

const struct rule_field *rule_condition(const struct rule *r, uint32_t field)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == field)
			return &r->fields[i];
	return NULL;
}

/* The kernel knows success as 1 and failure as 2, and any number but 0 asks for success. */
static struct value_set success_values(const struct rule_field *f)
{
	struct value_set all = value_set_range(1, 2), s = all;

	if (value_set_of(f->op, f->value ? 1 : 2, &s))
		value_set_keep(&all, &s);
	return all;
}

/* False for a bit test. */
static bool values_of(const struct rule_field *f, struct value_set *out)
{
	if (f->field != AUDIT_SUCCESS)
		return value_set_of(f->op, f->value, out);
	*out = success_values(f);
	return true;
}

struct value_set rule_values(const struct rule *r, uint32_t field)
{
	struct value_set left = field == AUDIT_SUCCESS ? value_set_range(1, 2) : VALUE_SET_ALL;
	struct value_set one;

	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == field && values_of(&r->fields[i], &one))
			value_set_keep(&left, &one);
	return left;
}

/* ---- does b's rule make sure that condition f of a holds? ---- */

/* A number passes a condition; f is not on success. */
static bool number_passes(const struct rule_field *f, uint32_t value)
{
	struct value_set s;

	if (f->op == AUDIT_BIT_MASK)
		return value & f->value;
	if (f->op == AUDIT_BIT_TEST)
		return (value & f->value) == f->value;
	return value_set_of(f->op, f->value, &s) && value_set_has(&s, value);
}

static bool bits_imply(const struct rule_field *have, const struct rule_field *want)
{
	bool has_all = have->op == AUDIT_BIT_TEST;

	if (!has_all && have->op != AUDIT_BIT_MASK)
		return false;
	if (want->op == AUDIT_BIT_TEST)
		return has_all && (have->value & want->value) == want->value;
	return has_all ? (have->value & want->value) != 0
		       : have->value != 0 && (have->value & ~want->value) == 0;
}

static bool has_same(const struct rule *b, const struct rule_field *want)
{
	for (uint32_t i = 0; i < b->field_count; i++)
		if (b->fields[i].field == want->field && b->fields[i].op == want->op &&
		    b->fields[i].value == want->value)
			return true;
	return false;
}

/* Most pairs of rules are told apart here, without sets: arch=b32 is not arch=b64. */
static bool differs_plainly(const struct rule *b, const struct rule_field *want)
{
	const struct rule_field *have = rule_condition(b, want->field);

	if (!have)
		return (want->op == AUDIT_EQUAL || want->op == AUDIT_NOT_EQUAL) &&
		       want->field != AUDIT_SUCCESS;
	return want->op == AUDIT_EQUAL && have->op == AUDIT_EQUAL && want->value != have->value &&
	       want->field != AUDIT_SUCCESS;
}

static bool values_hold(const struct rule *b, const struct rule_field *want)
{
	const struct value_set errors = value_set_range(ERRORS_FROM, UINT32_MAX);
	const struct value_set failure = value_set_range(2, 2);
	struct value_set left = rule_values(b, want->field), passes, results;

	if (want->field == AUDIT_SADDR_FAM && !rule_condition(b, want->field))
		return false; /* a call without an address has none */
	if (want->field == AUDIT_SUCCESS && rule_condition(b, AUDIT_EXIT)) {
		results = rule_values(b, AUDIT_EXIT);
		if (value_set_contains(&errors, &results))
			value_set_keep(&left, &failure);
	}
	if (values_of(want, &passes))
		return value_set_contains(&passes, &left);
	if (left.count == 1 && left.ranges[0].from == left.ranges[0].to)
		return number_passes(want, left.ranges[0].from);
	for (uint32_t i = 0; i < b->field_count; i++)
		if (b->fields[i].field == want->field && bits_imply(&b->fields[i], want))
			return true;
	return false;
}

static bool single_holds(const struct rule *b, const struct rule_field *want)
{
	if (has_same(b, want))
		return true;
	return !differs_plainly(b, want) && values_hold(b, want);
}

/* One of many values fulfils a condition of b; does the same one fulfil this? */
static bool any_holds(const struct rule *b, const struct rule_field *want)
{
	bool is_group = want->field == AUDIT_GID || want->field == AUDIT_EGID;

	for (uint32_t i = 0; i < b->field_count; i++) {
		const struct rule_field *have = &b->fields[i];
		struct value_set passes, left;

		if (have->field != want->field)
			continue;
		if (have->op == want->op && have->value == want->value)
			return true;
		/* "=" and "!=" also look at the other groups of the task, the rest does not. */
		if (!is_group && value_set_of(want->op, want->value, &passes) &&
		    value_set_of(have->op, have->value, &left) &&
		    value_set_contains(&passes, &left))
			return true;
	}
	return false;
}

/* "/etc/" is "/etc", and "/" the empty text. */
static struct sv without_slash(struct sv folder)
{
	while (sv_ends(folder, SV("/")))
		folder.n--;
	return folder;
}

static bool is_below(struct sv path, struct sv folder)
{
	path = without_slash(path);
	folder = without_slash(folder);
	return sv_eq(path, folder) || (sv_starts(path, folder) && path.p[folder.n] == '/');
}

static bool folder_holds(const struct rule *a, const struct rule *b, const struct rule_field *want)
{
	for (uint32_t i = 0; i < b->field_count; i++) {
		const struct rule_field *have = &b->fields[i];

		if ((have->field == AUDIT_DIR || have->field == AUDIT_WATCH) &&
		    have->op == AUDIT_EQUAL && want->op == AUDIT_EQUAL &&
		    is_below(rule_text(b, have), rule_text(a, want)))
			return true;
	}
	return false;
}

static bool text_holds(const struct rule *a, const struct rule *b, const struct rule_field *want)
{
	struct sv text = rule_text(a, want);

	for (uint32_t i = 0; i < b->field_count; i++) {
		const struct rule_field *have = &b->fields[i];

		/* Different paths may be one program: /bin/sh and /usr/bin/dash. */
		if (have->field == want->field && have->op == want->op &&
		    sv_eq(rule_text(b, have), text))
			return true;
	}
	return false;
}

static bool perms_hold(const struct rule *b, const struct rule_field *want)
{
	for (uint32_t i = 0; i < b->field_count; i++)
		if (b->fields[i].field == AUDIT_PERM && b->fields[i].op == want->op &&
		    want->op == AUDIT_EQUAL && (b->fields[i].value & ~want->value) == 0)
			return true;
	return false;
}

static bool holds(const struct rule *a, const struct rule *b, const struct rule_field *want)
{
	if (field_is_single(want->field))
		return single_holds(b, want);
	switch (want->field) {
	case AUDIT_FILTERKEY:
		return true;
	case AUDIT_DIR:
		return folder_holds(a, b, want);
	case AUDIT_PERM:
		return perms_hold(b, want);
	case AUDIT_FIELD_COMPARE: /* the value says which two are compared: it has no order */
		return has_same(b, want);
	default:
		return field_is_text(want->field) ? text_holds(a, b, want) : any_holds(b, want);
	}
}

bool rule_conditions_cover(const struct rule *a, const struct rule *b)
{
	for (uint32_t i = 0; i < a->field_count; i++)
		if (!holds(a, b, &a->fields[i]))
			return false;
	return true;
}

bool rule_covers(const struct rule *a, const struct rule *b)
{
	if (a->list != b->list)
		return false;
	if (rule_list_has_calls(a->list) && !rule_has_all_calls(a))
		for (size_t i = 0; i < AUDIT_BITMASK_SIZE - 1; i++)
			if (b->mask[i] & ~a->mask[i])
				return false;
	return rule_conditions_cover(a, b);
}

/* ---- can it match at all? ---- */

/* The first condition with which those before it leave no value for the field. */
static bool find_empty(const struct rule *r, uint32_t field, uint32_t *first, uint32_t *second)
{
	struct value_set left = VALUE_SET_ALL, one;
	bool is_any = false;

	for (uint32_t i = 0; i < r->field_count; i++) {
		struct value_set before = left;

		if (r->fields[i].field != field || !values_of(&r->fields[i], &one))
			continue;
		if (!is_any)
			*first = i;
		is_any = true;
		value_set_keep(&left, &one);
		if (!value_set_is_empty(&left)) {
			/* Told is the condition that cut most recently. */
			if (!value_set_contains(&left, &before))
				*first = i;
			continue;
		}
		*second = i;
		return true;
	}
	return false;
}

static bool find_result_conflict(const struct rule *r, uint32_t *first, uint32_t *second)
{
	const struct rule_field *result = rule_condition(r, AUDIT_EXIT);
	const struct rule_field *success = rule_condition(r, AUDIT_SUCCESS);
	struct value_set errors = value_set_range(ERRORS_FROM, UINT32_MAX);
	struct value_set others = value_set_range(0, ERRORS_FROM - 1);
	struct value_set results, outcome;

	if (!result || !success)
		return false;
	results = rule_values(r, AUDIT_EXIT);
	outcome = rule_values(r, AUDIT_SUCCESS);
	*first = (uint32_t)(result - r->fields);
	*second = (uint32_t)(success - r->fields);
	if (value_set_is_empty(&outcome))
		return false;
	return value_set_has(&outcome, 2) && !value_set_has(&outcome, 1)
		       ? value_set_contains(&others, &results)
		       : !value_set_has(&outcome, 2) && value_set_contains(&errors, &results);
}

/* A process has one label: two conditions on a part of it that no text fulfils. */
static bool find_label_conflict(const struct rule *r, uint32_t *first, uint32_t *second)
{
	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct rule_field *is = &r->fields[i];

		if (is->field < AUDIT_SUBJ_USER || is->field > AUDIT_SUBJ_TYPE ||
		    is->op != AUDIT_EQUAL)
			continue;
		for (uint32_t k = 0; k < r->field_count; k++) {
			const struct rule_field *f = &r->fields[k];

			if (k == i || f->field != is->field ||
			    sv_eq(rule_text(r, f), rule_text(r, is)) == (f->op == AUDIT_EQUAL))
				continue;
			*first = i < k ? i : k;
			*second = i < k ? k : i;
			return true;
		}
	}
	return false;
}

/* Compares two ids of the process, of which there is one each; a file's owner is one of many. */
static bool is_of_process(const struct rule_field *f)
{
	struct sv left, right;

	return f->field == AUDIT_GID || f->field == AUDIT_EGID ||
	       (f->field == AUDIT_FIELD_COMPARE && compare_names(f->value, &left, &right) &&
		!sv_starts(right, SV("obj_")));
}

/* The same asked with "=" and with "!=", of a group or of two ids. */
static bool find_opposites(const struct rule *r, uint32_t *first, uint32_t *second)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		for (uint32_t k = 0; k < i; k++) {
			const struct rule_field *f = &r->fields[i], *other = &r->fields[k];

			if (f->field != other->field || f->value != other->value ||
			    f->op == other->op || !is_of_process(f) ||
			    (f->op != AUDIT_EQUAL && f->op != AUDIT_NOT_EQUAL) ||
			    (other->op != AUDIT_EQUAL && other->op != AUDIT_NOT_EQUAL))
				continue;
			*first = k;
			*second = i;
			return true;
		}
	return false;
}

static bool has_any_call(const struct rule *r)
{
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE; i++)
		if (r->mask[i])
			return true;
	return false;
}

/* The machine that the rule's calls are of; MACHINE_UNKNOWN when it may be any. */
static enum machine machine_of(const struct rule *r)
{
	const struct rule_field *arch = rule_condition(r, AUDIT_ARCH);

	return arch && arch->op == AUDIT_EQUAL ? machine_of_arch(arch->value) : MACHINE_UNKNOWN;
}

static bool find_perm_conflict(const struct rule *r, uint32_t *first)
{
	const struct rule_field *perm = rule_condition(r, AUDIT_PERM);
	enum machine m = machine_of(r);

	if (!perm || m == MACHINE_UNKNOWN)
		return false;
	for (uint32_t nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++)
		if (rule_has_call(r, nr) && (call_perms(m, nr) & perm->value))
			return false;
	*first = (uint32_t)(perm - r->fields);
	return true;
}

enum rule_conflict rule_find_conflict(const struct rule *r, uint32_t *first, uint32_t *second)
{
	if (rule_list_has_calls(r->list) && !has_any_call(r))
		return CONFLICT_CALLS;
	for (uint32_t i = 0; i < r->field_count; i++)
		if (field_is_single(r->fields[i].field) &&
		    find_empty(r, r->fields[i].field, first, second))
			return *first == *second ? CONFLICT_ALONE : CONFLICT_VALUES;
	if (find_label_conflict(r, first, second) || find_opposites(r, first, second))
		return CONFLICT_VALUES;
	if (r->list == AUDIT_FILTER_EXIT && find_perm_conflict(r, first))
		return CONFLICT_PERMS;
	return find_result_conflict(r, first, second) ? CONFLICT_RESULT : CONFLICT_NONE;
}

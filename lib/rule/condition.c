/*
 * -F and -C: takes a condition apart into field, operator and value, and checks what the field's
 * row says of them. Values are for value.c.
 */
#include "rule/parse_priv.h"

#include "base/near.h"

#include <stdio.h>

static void unknown_field(struct rule_parser *p, const char *option, struct sv name,
			  bool only_comparable)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];
	struct rule_place at = rule_at(p, name.p);
	const struct field_rule *row;

	near_consider(&best, name, SV("loginuid"));
	for (size_t i = 0; (row = field_rule_at(i)); i++)
		if (!only_comparable || field_is_comparable(row->field))
			near_consider(&best, name, sv_cstr(rulefield_name(row->field)));
	if (best.name.n)
		problem_error(p->problems, at, "unknown field \"%.*s\"%s", SV_FMT(name),
			      near_hint(&best, "", hint));
	else
		problem_error(p->problems, at,
			      "unknown field \"%.*s\": auditctl(8) lists those of %s", SV_FMT(name),
			      option);
}

/*
 * Splits at the first operator. A value may hold operator characters: field names do not, so
 * the first one ends the name.
 */
static bool split(struct rule_parser *p, const char *option, const char *text, struct sv *name,
		  uint32_t *op, struct sv *value)
{
	size_t n = strcspn(text, "=!<>&"), length;
	struct sv whole = sv_cstr(text);
	const char *example = strcmp(option, "-C") == 0 ? "-C auid!=obj_uid" : "-F auid>=1000";

	*name = sv_head(whole, n);
	length = operator_at(sv_from(whole, n), op);
	if (length == 0) {
		problem_error(p->problems, rule_at(p, text + n),
			      "no operator in \"%s\": write %s NAME OPERATOR VALUE, as in %s", text,
			      option, example);
		return false;
	}
	*value = sv_from(whole, n + length);
	if (name->n == 0) {
		problem_error(p->problems, rule_at(p, text),
			      "no field before the operator in \"%s\": write as in %s", text,
			      example);
		return false;
	}
	if (value->n == 0) {
		problem_error(p->problems, rule_at(p, text + whole.n),
			      "no value after the operator in \"%s\": write as in %s", text,
			      example);
		return false;
	}
	return true;
}

/* "=>", "==": a value other than text never begins with part of an operator. */
static bool is_odd_operator(struct rule_parser *p, const char *text, struct sv value)
{
	if (!strchr("=<>", value.p[0]))
		return false;
	problem_error(p->problems, rule_at(p, text + strcspn(text, "=!<>&")),
		      "unknown operator in \"%s\": use one of =, !=, <, <=, >, >=, & and &=", text);
	return true;
}

static bool check_operator(struct rule_parser *p, const struct condition *c)
{
	CLEANUP(buf_release) struct buf names = BUF_INIT(64);

	if (operator_in(c->op, c->row->ops))
		return true;
	operators_put(c->row->ops, &names);
	problem_error(p->problems, c->at, "%s cannot be compared with %s: it takes %s", c->name,
		      operator_symbol(c->op), buf_cstr(&names));
	return false;
}

void rule_parse_field(struct rule_parser *p, const char *text)
{
	struct condition c = {.at = rule_at(p, text)};
	char what[64];
	struct sv name;
	uint32_t field;

	if (!split(p, "-F", text, &name, &c.op, &c.value))
		return;
	if (!rulefield_find(name, &field) || !(c.row = field_rule(field))) {
		unknown_field(p, "-F", name, false);
		return;
	}
	if (!field_is_text(field) && is_odd_operator(p, text, c.value))
		return;
	c.name = rulefield_name(field);
	c.value_at = rule_at(p, c.value.p);
	(void)snprintf(what, sizeof(what), "the field %s", c.name);
	if (rule_on_list(p, what, c.row->lists, c.at) && check_operator(p, &c))
		rule_read_value(p, &c);
}

void rule_parse_compare(struct rule_parser *p, const char *text)
{
	struct rule_place at = rule_at(p, text);
	struct sv words[2];
	uint32_t fields[2], op, pair;

	if (!split(p, "-C", text, &words[0], &op, &words[1]) || is_odd_operator(p, text, words[1]))
		return;
	if (op != AUDIT_EQUAL && op != AUDIT_NOT_EQUAL) {
		problem_error(p->problems, at,
			      "fields cannot be compared with %s: -C takes = and !=",
			      operator_symbol(op));
		return;
	}
	for (size_t i = 0; i < LEN(words); i++) {
		if (rulefield_find(words[i], &fields[i]))
			continue;
		unknown_field(p, "-C", words[i], true);
		return;
	}
	if (!compare_find(fields[0], fields[1], &pair))
		problem_error(
			p->problems, at,
			"%.*s and %.*s cannot be compared: take two different fields of auid, "
			"uid, euid, suid, fsuid, obj_uid, or of gid, egid, sgid, fsgid, obj_gid",
			SV_FMT(words[0]), SV_FMT(words[1]));
	else if (rule_on_list(p, "-C", ON_CALLS, at))
		rule_put_number(p, AUDIT_FIELD_COMPARE, op, pair, at);
}

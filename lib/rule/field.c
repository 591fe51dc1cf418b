/*
 * Lookups in the rows of field.def and in the tables of words that a rule is made of. The rows
 * are few; they are searched from end to end.
 */
#include "rule/field.h"

static const struct field_rule fields[] = {
#define FIELD(field, kind, lists, ops) {field, kind, lists, ops},
#include "rule/field.def"
#undef FIELD
};

/* In the order of enum field_ops. */
static const uint32_t operators[] = {
	AUDIT_EQUAL,        AUDIT_NOT_EQUAL,
	AUDIT_LESS_THAN,    AUDIT_LESS_THAN_OR_EQUAL,
	AUDIT_GREATER_THAN, AUDIT_GREATER_THAN_OR_EQUAL,
	AUDIT_BIT_MASK,     AUDIT_BIT_TEST,
};

const struct field_rule *field_rule(uint32_t field)
{
	for (size_t i = 0; i < LEN(fields); i++)
		if (fields[i].field == field)
			return &fields[i];
	return NULL;
}

const struct field_rule *field_rule_at(size_t i)
{
	return i < LEN(fields) ? &fields[i] : NULL;
}

bool field_is_text(uint32_t field)
{
	const struct field_rule *row = field_rule(field);

	return row && row->kind >= FIELD_LABEL;
}

const char *operator_symbol(uint32_t op)
{
	return name_of(&table_rule_operators, op);
}

size_t operator_at(struct sv v, uint32_t *op)
{
	size_t longest = 0;

	table_each (&table_rule_operators, i) {
		struct sv symbol = table_name(&table_rule_operators, i);

		if (symbol.n <= longest || !sv_starts(v, symbol))
			continue;
		longest = symbol.n;
		*op = (uint32_t)table_value(&table_rule_operators, i);
	}
	return longest;
}

bool operator_in(uint32_t op, uint32_t ops)
{
	for (size_t i = 0; i < LEN(operators); i++)
		if (operators[i] == op)
			return ops >> i & 1;
	return false;
}

void operators_put(uint32_t ops, struct buf *out)
{
	const char *separator = "";

	for (size_t i = 0; i < LEN(operators); i++) {
		if (!(ops >> i & 1))
			continue;
		buf_printf(out, "%s%s", separator, operator_symbol(operators[i]));
		separator = ", ";
	}
}

const char *list_name(uint32_t list)
{
	return name_of(&table_rule_lists, list);
}

static bool find(const struct name_table *table, struct sv name, uint32_t *value)
{
	uint64_t found;

	if (!value_of(table, name, &found))
		return false;
	*value = (uint32_t)found;
	return true;
}

bool list_find(struct sv name, uint32_t *list)
{
	return find(&table_rule_lists, name, list);
}

bool action_find(struct sv name, uint32_t *action)
{
	return find(&table_rule_actions, name, action);
}

void lists_put(uint32_t set, struct buf *out)
{
	const char *separator = "";

	for (uint32_t list = 0; list <= AUDIT_FILTER_URING_EXIT; list++) {
		if (!(set & ON_LIST(list)) || !list_name(list))
			continue;
		buf_printf(out, "%s%s", separator, list_name(list));
		separator = ", ";
	}
}

bool compare_names(uint32_t pair, struct sv *left, struct sv *right)
{
	const char *name = name_of(&table_rule_compares, pair);

	return name && sv_cut(sv_cstr(name), '=', left, right);
}

bool compare_find(uint32_t a, uint32_t b, uint32_t *pair)
{
	table_each (&table_rule_compares, i) {
		struct sv left, right;
		uint32_t x, y;

		if (!sv_cut(table_name(&table_rule_compares, i), '=', &left, &right) ||
		    !rulefield_find(left, &x) || !rulefield_find(right, &y))
			continue;
		if (!(x == a && y == b) && !(x == b && y == a))
			continue;
		*pair = (uint32_t)table_value(&table_rule_compares, i);
		return true;
	}
	return false;
}

bool field_is_comparable(uint32_t field)
{
	const struct field_rule *row;
	uint32_t pair;

	for (size_t i = 0; (row = field_rule_at(i)); i++)
		if (compare_find(field, row->field, &pair))
			return true;
	return false;
}

void names_put(const struct name_table *table, struct buf *out)
{
	table_each (table, i)
		buf_printf(out, "%s%.*s", i ? ", " : "", SV_FMT(table_name(table, i)));
}

/*
 * Values that are names out of a table: of record types, outcomes, system calls, errors, users and
 * groups. One that nothing is called is most often typed wrong, and would find nothing in silence:
 *
 *	type, outcome		there is no other: an error
 *	syscall, exit		in quotes any name is one: the record may know more than we do
 *	users and groups	the record may be of another machine, with the name in its tail: a remark
 */
#include "query/lang_parts.h"

#include "base/near.h"
#include "base/num.h"

#include <stdio.h>

int lang_read_type(struct lang_parser *p, struct lang_test *t)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];
	uint32_t type;

	if (msgtype_find(t->text, &type) || msgtype_unnamed(t->text, &type) ||
	    num_u32(t->text, &type)) {
		t->kind = LANG_TEST_NUMBER;
		t->number = (struct lang_number){false, type};
		return 0;
	}
	table_each (&table_msgtypes, i)
		near_consider(&best, t->text, table_name(&table_msgtypes, i));
	return lang_wrong_value(
		p, "there is no record type ", t->text,
		near_hint(&best, ": a name such as SYSCALL or a number is expected", hint));
}

int lang_read_outcome(struct lang_parser *p, struct lang_test *t)
{
	static const struct {
		const char *word, *meaning;
	} words[] = {
		{"success", "success"}, {"succeeded", "success"}, {"yes", "success"},
		{"failed", "failed"},   {"failure", "failed"},    {"no", "failed"},
	};

	for (size_t i = 0; i < LEN(words); i++)
		if (sv_eq_nocase(sv_cstr(words[i].word), t->text)) {
			t->text = sv_cstr(words[i].meaning);
			return 0;
		}
	return lang_wrong_value(p, "an outcome is success or failed, not ", t->text, "");
}

/* ---- system calls ---- */

/* The machine whose names a field has; of system calls the one that is looked at after m. */
static bool next_machine(const struct lang_node *n, int *m)
{
	bool is_uring = sv_eq(n->name, SV("uring_op"));

	do
		++*m;
	while (*m < MACHINE_UNKNOWN && (*m == MACHINE_URING) != is_uring);
	return *m < MACHINE_UNKNOWN;
}

static int read_call(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];
	uint32_t number;

	t->is_id_number = num_u32(t->text, &t->id);
	if (t->is_quoted || t->is_id_number || t->kind != LANG_TEST_TEXT)
		return 0;
	for (int m = -1; next_machine(n, &m);)
		if (syscall_find((enum machine)m, t->text, &number))
			return 0;
	for (int m = -1; next_machine(n, &m);) {
		const struct name_table *names = syscall_table((enum machine)m);

		table_each (names, i)
			near_consider(&best, t->text, table_name(names, i));
	}
	return lang_wrong_value(p, "no system call ", t->text,
				near_hint(&best, " is known (in quotes any name is one)", hint));
}

/* ---- errors and sessions: they have names, records have numbers ---- */

static struct sv keep_digits(struct lang_parser *p, int64_t number)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%lld", (long long)number);
	return arena_copy(&p->l->memory, sv_cstr(digits));
}

/* What failed has returned the number with a minus, which the name may have, too. */
static int read_error(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	bool is_exit = n->type == VALUE_EXIT;
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];
	struct sv name = sv_from(t->text, is_exit && sv_starts(t->text, SV("-")));
	int64_t number;
	int error;

	if (errno_find(name, &error)) {
		t->another = keep_digits(p, is_exit ? -(int64_t)error : error);
		return 0;
	}
	if (t->is_quoted || t->kind != LANG_TEST_TEXT || num_i64(t->text, &number))
		return 0;
	table_each (&table_errnos, i)
		near_consider(&best, name, table_name(&table_errnos, i));
	return lang_wrong_value(
		p, "no error ", t->text,
		near_hint(&best,
			  " is known: a number, or a name such as EACCES is expected (in quotes "
			  "any is one)",
			  hint));
}

static void read_session(struct lang_test *t)
{
	if (sv_eq(t->text, SV("unset")) || sv_eq(t->text, SV("-1")))
		t->another = SV("4294967295");
}

/* ---- users and groups ---- */

/* The name may stand in records, written by a machine that knows it: no error. */
static void remark_unknown(struct lang_parser *p, const char *what, bool groups, struct sv name)
{
	CLEANUP(buf_release) struct buf known = BUF_INIT(NAMES_LIST_MAX);
	struct lang_problem *problem = p->lexer.problem;
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES], after[200];
	struct sv rest, line;

	names_list(p->env->names, groups, &known);
	rest = buf_view(&known);
	while (sv_line(&rest, &line))
		near_consider(&best, name, line);
	(void)snprintf(after, sizeof(after),
		       " is known on this machine: only records with the name itself are looked "
		       "at%s",
		       near_hint(&best, "", hint));
	p->lexer.problem = &p->l->remark;
	(void)lang_wrong_value(p, what, name, after);
	p->lexer.problem = problem;
}

static void read_id(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	bool is_number = num_u32(t->text, &t->id) || sv_eq(t->text, SV("-1"));
	bool is_group = n->type == VALUE_GID;
	struct names *names = p->env->names;

	t->is_id_number = is_number;
	if (is_number) {
		if (t->text.p[0] == '-')
			t->another = SV("4294967295");
		return;
	}
	if (sv_eq(t->text, SV("unset"))) {
		t->id = t->gid = NAMES_UNSET;
		t->has_id = !is_group;
		t->has_gid = n->subject != LANG_SUBJECT_USER;
		return;
	}
	if (!names || t->kind != LANG_TEST_TEXT)
		return;
	/* Some fields are a user here and a group there: id= of ADD_USER and of ADD_GROUP. */
	t->has_id = !is_group && names_find_user(names, t->text, &t->id);
	t->has_gid = n->subject != LANG_SUBJECT_USER && names_find_group(names, t->text, &t->gid);
	if (!t->has_id && !t->has_gid && t->text.n)
		remark_unknown(p, is_group ? "no group " : "no user ", is_group, t->text);
}

static bool is_id(const struct lang_node *n)
{
	return n->subject == LANG_SUBJECT_USER ||
	       (n->subject == LANG_SUBJECT_FIELD && (n->type == VALUE_UID || n->type == VALUE_GID));
}

int lang_read_name(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	if (is_id(n))
		read_id(p, n, t);
	if (n->subject != LANG_SUBJECT_FIELD)
		return 0;
	switch ((int)n->type) {
	case VALUE_SYSCALL:
		return read_call(p, n, t);
	case VALUE_EXIT:
	case VALUE_ERRNO:
		return read_error(p, n, t);
	case VALUE_SESSION:
		read_session(t);
		return 0;
	default:
		return 0;
	}
}

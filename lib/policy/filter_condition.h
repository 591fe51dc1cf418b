/*
 * Inside lib/policy: one condition of a rule, and the act that it is asked about. Each condition_X(c) says whether
 * the one of a kind of field holds, as the kernel would; which fields are of which kind is filter_field.c's table.
 */
#ifndef AURUM_POLICY_FILTER_CONDITION_H
#define AURUM_POLICY_FILTER_CONDITION_H

#include "policy/filter_priv.h"

/* ---- three values ---- */

static inline enum filter_truth truth(bool is)
{
	return is ? FILTER_YES : FILTER_NO;
}

static inline enum filter_truth not(enum filter_truth t) {
	return t == FILTER_UNSAID ? t : truth(t == FILTER_NO);
}

static inline enum filter_truth either(enum filter_truth a, enum filter_truth b)
{
	if (a == FILTER_YES || b == FILTER_YES)
		return FILTER_YES;
	return a == FILTER_UNSAID || b == FILTER_UNSAID ? FILTER_UNSAID : FILTER_NO;
}

struct condition {
	const struct filter_asking *asking;
	const struct act *act;
	const struct rule *rule;
	const struct rule_field *field;
	const struct act_name *name; /* the one that a hashed rule is asked for, or NULL */
	enum act_number number;
};

/* The kernel's comparators have no sign, whatever the number means. */
bool condition_compare(uint32_t left, uint32_t op, uint32_t right);

/* ---- filter_name.c: the files of the act ---- */

bool condition_is_below(struct sv path, struct sv dir);
/* A rule of the list filesystem hides the name. */
enum filter_truth condition_is_hidden(const struct filter_asking *asking, const struct act_name *n);

typedef bool (*condition_name_fn)(const struct act_name *n, uint32_t op, uint32_t value);
bool condition_has_uid(const struct act_name *n, uint32_t op, uint32_t value);
bool condition_has_gid(const struct act_name *n, uint32_t op, uint32_t value);
/* Does it hold for the name that is asked for, or without one (NULL) for any? */
enum filter_truth condition_of_names(const struct condition *c, const struct act_name *only,
				     condition_name_fn fn, uint32_t op, uint32_t value);

enum filter_truth condition_major(const struct condition *c);
enum filter_truth condition_minor(const struct condition *c);
enum filter_truth condition_inode(const struct condition *c);
enum filter_truth condition_owner(const struct condition *c);
enum filter_truth condition_group(const struct condition *c);
enum filter_truth condition_filetype(const struct condition *c);

/* ---- filter_path.c: path=, dir=, exe= ---- */

enum filter_truth condition_watch(const struct condition *c);
enum filter_truth condition_dir(const struct condition *c);
enum filter_truth condition_exe(const struct condition *c);

/* ---- filter_label.c: security labels ---- */

enum filter_truth condition_subject(const struct condition *c);
enum filter_truth condition_object(const struct condition *c);

/* ---- filter_field.c ---- */

/* The event has a record of that type. */
bool condition_has_record(const struct act *a, uint32_t type);

#endif

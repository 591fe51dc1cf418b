/*
 * What is wrong with a rule set, all of it at once: lines that do not load, rules that do not do
 * what whoever wrote them meant, holes, and what costs more than it has to. finding.def is the
 * list of checks.
 *
 *	struct check_host host = check_host_here();
 *	struct findings found;
 *	findings_init(&found);
 *	if (check_rules("/etc/audit/rules.d", &host, &found, &e) != 0) ...
 *	findings_sort(&found);
 */
#ifndef AURUM_POLICY_CHECK_H
#define AURUM_POLICY_CHECK_H

#include "policy/finding.h"
#include "policy/rule_set.h"

enum path_kind {
	PATH_UNKNOWN, /* nothing is said about this path */
	PATH_NOTHING, /* neither it nor its folder is there */
	PATH_ABSENT,  /* its folder is there */
	PATH_FILE,
	PATH_FOLDER,
};

/* The host that the rules are for, as far as the checks ask about it. */
struct check_host {
	struct rule_host rules;
	enum path_kind (*kind_of)(void *ctx, const char *path); /* NULL: every path is unknown */
	/* A reason why auditctl refuses the file, or NULL. May be NULL. */
	const char *(*distrust)(void *ctx, const char *file);
	void *ctx;
};

/* This one. */
struct check_host check_host_here(void);
/* Any host of this machine: every user and group exists, nothing is known about paths. */
struct check_host check_host_any(void);

/*
 * Checks a file or a folder ("-": text, then names it). The set is read into *set, which the
 * findings borrow from: release them first. -1 when it cannot be read or there is no memory.
 */
MUST_CHECK int check_rules(struct rule_set *set, const char *path, const struct check_host *host,
			   struct findings *found, struct err *e);
/* The same for a folder or file of which only errors are asked for: the rest may be missing. */
MUST_CHECK int check_rules_load(struct rule_set *set, const char *path,
				const struct check_host *host, struct findings *found,
				struct err *e);
MUST_CHECK int check_rules_text(struct rule_set *set, const char *name, struct sv text,
				const struct check_host *host, struct findings *found,
				struct err *e);

#endif

/*
 * Events of one record: which field is who, what and how, for each family of record types. The
 * order of the searches is what the words depend on (record/trail.h), so each family is
 * a list of searches. Private to normalise.c.
 */
#include "record/normalise_parts.h"

#include "base/num.h"
#include "table/usertype.h"

#include <linux/audit.h>

typedef void (*family_fn)(struct telling *s);

static uint32_t type_of(const struct telling *s)
{
	return s->w.records[0].type;
}

/* ---- searches that several families make; each starts where the last one ended ---- */

static bool take(struct telling *s, enum deed_slot slot, const char *name)
{
	return normalise_take(s, slot, sv_cstr(name), 0);
}

static void take_or_top(struct telling *s, enum deed_slot slot, const char *name)
{
	if (!take(s, slot, name))
		trail_top(&s->w);
}

static void acting(struct telling *s)
{
	if (take(s, SLOT_ACTING, "uid"))
		normalise_subject_kind(s);
}

static void acting_or_top(struct telling *s)
{
	if (take(s, SLOT_ACTING, "uid"))
		normalise_subject_kind(s);
	else
		trail_top(&s->w);
}

static void labels(struct telling *s)
{
	if (s->detail != NORMALISE_LABELS)
		return;
	trail_top(&s->w);
	(void)normalise_attribute(s, &s->subject_label, SV("pid"), 0);
	(void)normalise_attribute(s, &s->subject_label, SV("subj"), 0);
}

/* Where the user came from counts among his attributes. */
static void origin_labels(struct telling *s)
{
	uint32_t type = type_of(s);

	if (s->detail != NORMALISE_LABELS ||
	    !((type >= 1100 && type < 1199) || (type >= 2100 && type < 2999)))
		return;
	(void)normalise_attribute(s, &s->subject_label, SV("hostname"), 0);
	(void)normalise_attribute(s, &s->subject_label, SV("addr"), 0);
	if (type != AUDIT_USER_START && type != AUDIT_USER_END && type != AUDIT_USER_ERR)
		(void)normalise_attribute(s, &s->subject_label, SV("terminal"), 0);
}

static void result(struct telling *s)
{
	(void)take(s, SLOT_RESULT, "res");
}

static bool how(struct telling *s, const char *name)
{
	if (!trail_find(&s->w, sv_cstr(name)))
		return false;
	s->out->how = normalise_words(s);
	return true;
}

static void action_of_type(struct telling *s)
{
	normalise_action(s, s->type->action);
}

static bool op_is(struct telling *s, const char *word, bool *found)
{
	const struct trail_field *op;

	trail_top(&s->w);
	op = trail_find(&s->w, SV("op"));
	*found = op != NULL;
	return op && sv_eq(op->raw, sv_cstr(word));
}

/* ---- families ---- */

/* auid, session, then what the type has: settings of the audit system, crashes, seccomp. */
static void by_login_user(struct telling *s)
{
	(void)take(s, SLOT_SUBJECT, "auid");
	normalise_session(s, 0);
	labels(s);
	action_of_type(s);
}

static void config_change(struct telling *s)
{
	struct sv op = SV_EMPTY;

	by_login_user(s);
	trail_first(&s->w);
	if (trail_find(&s->w, SV("op")))
		op = normalise_words(s);
	if (sv_starts(op, SV("\"")))
		op = sv_from(op, 1);
	if (sv_starts(op, SV("add_rule")))
		normalise_action(s, "added-audit-rule");
	else if (sv_starts(op, SV("remove_rule")))
		normalise_action(s, "deleted-audit-rule");
	else
		op = SV_EMPTY;
	normalise_setting(s);
	if (op.n == 0)
		trail_top(&s->w);
	result(s);
}

static void feature_change(struct telling *s)
{
	by_login_user(s);
	trail_top(&s->w);
	acting_or_top(s);
	(void)how(s, "exe");
	(void)take(s, SLOT_OBJECT, "feature");
	s->out->object_kind = s->type->object_kind;
	result(s);
}

static void seccomp(struct telling *s)
{
	by_login_user(s);
	trail_top(&s->w);
	acting_or_top(s);
	(void)how(s, "exe");
	take_or_top(s, SLOT_OBJECT, "syscall");
	s->out->object_kind = s->type->object_kind;
	(void)take(s, SLOT_RESULT, "code");
}

static void crash(struct telling *s)
{
	by_login_user(s);
	trail_top(&s->w);
	acting_or_top(s);
	take_or_top(s, SLOT_OBJECT, "exe");
	s->out->object_kind = s->type->object_kind;
	(void)how(s, "sig");
	result(s);
}

static void promiscuous(struct telling *s)
{
	by_login_user(s);
	trail_top(&s->w);
	(void)take(s, SLOT_OBJECT, "dev");
	acting(s);
	s->out->object_kind = s->type->object_kind;
	result(s);
}

static void login(struct telling *s)
{
	acting_or_top(s);
	labels(s);
	take_or_top(s, SLOT_SUBJECT, "old-auid");
	take_or_top(s, SLOT_OBJECT, "auid");
	s->out->object_kind = s->type->object_kind;
	normalise_session(s, 0);
	result(s);
	action_of_type(s);
}

static void firewall(struct telling *s)
{
	labels(s);
	(void)how(s, "comm");
	normalise_action(s, "loaded-firewall-rule-to");
	trail_top(&s->w);
	(void)take(s, SLOT_OBJECT, "table");
	s->out->subject_kind = "system";
	s->out->object_kind = "firewall";
}

/* The target's label would be no object in a sentence. */
static void access_vector(struct telling *s)
{
	if (!how(s, "comm"))
		trail_top(&s->w);
	(void)take(s, SLOT_SUBJECT, "scontext");
	s->out->subject_kind = "unknown-acct";
	if (s->detail == NORMALISE_LABELS) {
		trail_top(&s->w);
		(void)take(s, SLOT_OBJECT, "tcontext");
	}
	action_of_type(s);
	trail_top(&s->w);
	(void)take(s, SLOT_RESULT, "seresult");
}

static void audit_daemon(struct telling *s)
{
	uint32_t type = type_of(s);

	(void)take(s, SLOT_SUBJECT, "auid");
	acting_or_top(s);
	normalise_session(s, 0);
	labels(s);
	s->out->subject_kind = "auditd";
	action_of_type(s);
	s->out->object_kind = "service";
	if (type == AUDIT_DAEMON_START)
		s->out->how = SV("init");
	else if (type < AUDIT_DAEMON_ACCEPT && type != AUDIT_DAEMON_ABORT)
		s->out->how = SV("signal");
	result(s);
}

static void bpf(struct telling *s)
{
	bool found, load = op_is(s, "LOAD", &found);

	s->out->subject_kind = "system";
	normalise_action(s, load    ? "loaded-bpf-program"
			    : found ? "unloaded-bpf-program"
				    : "bpf-program");
	s->out->object_kind = "process";
	trail_top(&s->w);
	(void)normalise_take_here(s, SLOT_OBJECT, SV("prog-id"));
}

static void listener(struct telling *s)
{
	bool found, joined;

	(void)take(s, SLOT_SUBJECT, "auid");
	trail_top(&s->w);
	acting(s);
	trail_top(&s->w);
	normalise_session(s, 0);
	labels(s);
	joined = op_is(s, "connect", &found);
	normalise_action(s, joined ? "connected-to" : found ? "disconnected-from" : "connected");
	trail_top(&s->w);
	(void)normalise_take_here(s, SLOT_OBJECT, SV("nl-mcgrp"));
	s->out->object_kind = "socket";
	trail_top(&s->w);
	(void)how(s, "exe");
	trail_top(&s->w);
	result(s);
}

static void labelled_network(struct telling *s)
{
	const struct trail_field *accept;
	uint64_t number;

	(void)take(s, SLOT_SUBJECT, "auid");
	normalise_subject_kind(s);
	normalise_session(s, 0);
	(void)normalise_attribute(s, &s->subject_label, SV("subj"), 0);
	action_of_type(s);
	if (type_of(s) == AUDIT_MAC_UNLBL_ALLOW) {
		accept = trail_find(&s->w, SV("unlbl_accept"));
		if (!accept)
			trail_top(&s->w);
		else if (num_lead_u64(accept->raw, 10, &number) && number == 1)
			normalise_action(s, "is-allowing-unlabeled-network-traffic");
		else
			normalise_action(s, "is-disallowing-unlabeled-network-traffic");
	}
	if (type_of(s) == AUDIT_MAC_MAP_ADD || type_of(s) == AUDIT_MAC_MAP_DEL)
		take_or_top(s, SLOT_OBJECT, "nlbl_domain");
	s->out->object_kind = "mac-config";
	result(s);
}

/* ---- all others: mostly user space ---- */

/* Who fails to log in has no login uid yet: the account he tried is the subject. */
static void login_subject(struct telling *s)
{
	if (take(s, SLOT_SUBJECT, "id")) {
		normalise_subject_kind(s);
	} else {
		trail_top(&s->w);
		if (take(s, SLOT_SUBJECT, "acct"))
			normalise_subject_kind(s);
	}
	trail_top(&s->w);
}

static void user_access_vector(struct telling *s)
{
	trail_top(&s->w);
	(void)take(s, SLOT_RESULT, "seresult");
	trail_top(&s->w);
	(void)take(s, SLOT_SUBJECT, "scontext");
	if (s->detail == NORMALISE_LABELS) {
		trail_top(&s->w);
		(void)take(s, SLOT_OBJECT, "tcontext");
	}
}

static void object_of_type(struct telling *s)
{
	const struct normalise_type_row *row = s->type;

	trail_top(&s->w);
	s->out->object_kind = row->object_kind;
	if (type_of(s) == AUDIT_USYS_CONFIG && trail_find(&s->w, SV("op")))
		s->out->action = normalise_words(s);
	if (row->object.n && !normalise_take(s, SLOT_OBJECT, row->object, 0) && row->instead.n) {
		trail_top(&s->w);
		(void)normalise_take(s, SLOT_OBJECT, row->instead, 0);
	}
	trail_first(&s->w);
	if (row->more.n)
		(void)normalise_take(s, SLOT_OBJECT_MORE, row->more, 0);
	trail_first(&s->w);
	if (row->two.n)
		(void)normalise_take(s, SLOT_OBJECT_TWO, row->two, 0);
}

static void how_of_type(struct telling *s)
{
	uint32_t type = type_of(s);

	if (type == AUDIT_SYSTEM_BOOT || type == AUDIT_SYSTEM_SHUTDOWN) {
		(void)how(s, "exe");
		return;
	}
	trail_top(&s->w);
	if (type == AUDIT_ANOM_EXEC)
		(void)how(s, "terminal");
	else if (type == AUDIT_TTY)
		(void)how(s, "comm");
	else if (trail_find(&s->w, SV("exe")))
		normalise_how(s);
}

static void others(struct telling *s)
{
	const struct trail_field *op;
	uint32_t type = type_of(s);

	if (type == AUDIT_USER_LOGIN) {
		login_subject(s);
	} else {
		acting_or_top(s);
		(void)take(s, SLOT_SUBJECT, "auid");
	}
	normalise_session(s, 0);
	labels(s);
	origin_labels(s);
	if (type == AUDIT_USER_AVC)
		user_access_vector(s);
	else
		result(s);
	action_of_type(s);
	if (type == AUDIT_USER_DEVICE) {
		trail_top(&s->w);
		op = trail_find(&s->w, SV("op"));
		if (op)
			s->out->action = op->raw;
	}
	if (type != AUDIT_USER_AVC)
		object_of_type(s);
	if (type == AUDIT_SYSTEM_BOOT || type == AUDIT_SYSTEM_SHUTDOWN)
		s->out->object_kind = s->type->object_kind;
	how_of_type(s);
}

void normalise_single(struct telling *s)
{
	static const struct {
		uint32_t first, last;
		family_fn tell;
	} families[] = {
		{AUDIT_LOGIN, AUDIT_LOGIN, login},
		{1200, 1298, audit_daemon},
		{AUDIT_CONFIG_CHANGE, AUDIT_CONFIG_CHANGE, config_change},
		{AUDIT_NETFILTER_CFG, AUDIT_NETFILTER_CFG, firewall},
		{AUDIT_SECCOMP, AUDIT_SECCOMP, seccomp},
		{AUDIT_FEATURE_CHANGE, AUDIT_FEATURE_CHANGE, feature_change},
		{1334, 1334, bpf},
		{1335, 1335, listener},
		{AUDIT_AVC, AUDIT_AVC, access_vector},
		{AUDIT_MAC_UNLBL_ALLOW, 1499, labelled_network},
		{AUDIT_ANOM_PROMISCUOUS, AUDIT_ANOM_PROMISCUOUS, promiscuous},
		{AUDIT_ANOM_ABEND, AUDIT_ANOM_ABEND, crash},
	};
	uint32_t type = type_of(s);

	for (size_t i = 0; i < LEN(families); i++)
		if (type >= families[i].first && type <= families[i].last) {
			families[i].tell(s);
			return;
		}
	others(s);
}

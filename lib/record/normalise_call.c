/*
 * Events with a SYSCALL record: who called what, and what it was done to. A record beside it can
 * say more than the call (an AVC, a firewall's change); then that decides. Private to normalise.c.
 */
#include "record/normalise_parts.h"

#include "base/num.h"

#include <linux/audit.h>
#include <sys/stat.h>

/* ---- steps: the object of a call ---- */

/*
 * The PATH record that is the object, looked for from the call's usual record on: the first one
 * that is not the folder around it. Only the folder is recorded when its search failed.
 */
static bool go_to_path(struct telling *s, uint32_t *record)
{
	const struct trail_field *f;
	uint32_t parent = 0;

	do {
		f = trail_find(&s->w, SV("nametype"));
		if (f && !sv_eq(f->raw, SV("PARENT")))
			break;
		if (f && parent == 0)
			parent = s->w.here;
	} while (f && trail_next_record(&s->w));
	if (f) {
		/* At the end of the event only folders were seen. */
		*record = trail_place(&s->w).record;
		return s->w.here != TRAIL_NOWHERE;
	}
	if (parent == 0 || !trail_go(&s->w, parent))
		return false;
	*record = parent;
	return true;
}

static const char *kind_of_mode(struct sv raw, const char *otherwise)
{
	static const struct {
		unsigned mode;
		const char *kind;
	} rows[] = {
		{S_IFREG, "file"},         {S_IFDIR, "directory"}, {S_IFCHR, "character-device"},
		{S_IFBLK, "block-device"}, {S_IFIFO, "fifo"},      {S_IFLNK, "symlink"},
		{S_IFSOCK, "socket"},
	};
	uint64_t mode;

	if (num_lead_u64(raw, 8, &mode))
		for (size_t i = 0; i < LEN(rows); i++)
			if ((mode & S_IFMT) == rows[i].mode)
				return rows[i].kind;
	return otherwise;
}

static void find_path(struct telling *s, uint32_t record)
{
	const struct trail_field *f;

	(void)trail_go(&s->w, record);
	trail_first(&s->w);
	if (!go_to_path(s, &record) || trail_record(&s->w)->type != AUDIT_PATH)
		return;
	trail_first(&s->w);
	(void)normalise_take(s, SLOT_OBJECT, SV("name"), record);
	(void)normalise_take(s, SLOT_OBJECT_MORE, SV("inode"), record);
	f = trail_find(&s->w, SV("mode"));
	if (f)
		s->out->object_kind = kind_of_mode(f->raw, s->out->object_kind);
}

static void step_path(struct telling *s)
{
	find_path(s, s->call->path);
}

/* Whatever the PATH record says: what is opened counts as a file. */
static void step_kind_of_deed(struct telling *s)
{
	s->out->object_kind = s->call->deed->object_kind;
}

/* The attributes of a PATH: from its mode on, all that follow. */
static void label_of_path(struct telling *s)
{
	uint32_t record = trail_place(&s->w).record;

	trail_first(&s->w);
	if (!normalise_attribute(s, &s->object_label, SV("mode"), record))
		return;
	while (trail_next_field(&s->w))
		normalise_add_label(s, &s->object_label,
				    (struct trail_place){record, trail_place(&s->w).field});
}

/* Attributes of the records before the first PATH that is no folder, and of that. */
static void step_path_labels(struct telling *s)
{
	uint32_t parent = 0;

	if (s->detail != NORMALISE_LABELS)
		return;
	trail_top(&s->w);
	do {
		const struct record *r = trail_record(&s->w);
		uint32_t here = s->w.here;
		const struct trail_field *f;

		if (!r)
			break;
		if (r->type == AUDIT_PATH) {
			f = trail_find(&s->w, SV("nametype"));
			if (!f || !sv_eq(f->raw, SV("PARENT"))) {
				label_of_path(s);
				return;
			}
			if (parent == 0)
				parent = trail_place(&s->w).record;
		} else if (r->type == AUDIT_CWD) {
			(void)normalise_attribute(s, &s->object_label, SV("cwd"), here);
		} else if (r->type == AUDIT_SOCKADDR) {
			(void)normalise_attribute(s, &s->object_label, SV("saddr"), here);
		}
	} while (trail_next_record(&s->w));
	if (parent && trail_go(&s->w, parent))
		label_of_path(s);
}

static void step_two_path(struct telling *s)
{
	(void)trail_go(&s->w, s->call->two_record);
	trail_first(&s->w);
	(void)normalise_take(s, SLOT_OBJECT_TWO, s->call->two, s->call->two_record);
}

/* The device is a record behind the folder it is mounted on, when all went well. */
static void step_mount(struct telling *s)
{
	if (s->success == 1)
		step_two_path(s);
	find_path(s, (uint32_t)(2 + s->success));
	label_of_path(s);
}

static void step_two_argument(struct telling *s)
{
	trail_top(&s->w);
	(void)normalise_take(s, SLOT_OBJECT_TWO, s->call->two, 0);
}

/* An owner of -1 stays; then the group counts. */
static void step_two_owner(struct telling *s)
{
	const struct trail_field *f;
	struct deed_value v;

	trail_top(&s->w);
	f = trail_find(&s->w, s->call->two);
	if (!f)
		return;
	v = (struct deed_value){.raw = f->raw};
	if (deed_value_number(&v) == -1)
		(void)trail_next_field(&s->w);
	s->place[SLOT_OBJECT_TWO] = (struct trail_place){0, trail_place(&s->w).field};
}

/* Of the identities that the call sets, the first that is not left as it is. */
static void step_two_identity(struct telling *s)
{
	unsigned limit = s->call->identities;

	if (limit == 0)
		return;
	trail_top(&s->w);
	if (!trail_find(&s->w, SV("a0")))
		return;
	for (unsigned i = 1; sv_eq(normalise_words(s), SV("unset")); i++)
		if (i >= limit || !trail_next_field(&s->w))
			return;
	s->place[SLOT_OBJECT_TWO] = (struct trail_place){0, trail_place(&s->w).field};
}

static void step_module(struct telling *s)
{
	(void)trail_go(&s->w, 1);
	(void)normalise_take(s, SLOT_OBJECT, SV("name"), 1);
}

static void step_socket(struct telling *s)
{
	(void)trail_go(&s->w, 1);
	trail_first(&s->w);
	(void)normalise_take(s, SLOT_OBJECT, SV("saddr"), 1);
}

static void step_kill(struct telling *s)
{
	if (s->w.count > 2)
		normalise_action(s, "killed-list-of-pids");
	(void)trail_go(&s->w, 1);
	trail_first(&s->w);
	(void)normalise_take_here(s, SLOT_OBJECT, SV("saddr"));
}

static void step_program(struct telling *s)
{
	uint32_t type;

	trail_top(&s->w);
	type = trail_record(&s->w)->type;
	if (type == 1334) {
		(void)normalise_take_here(s, SLOT_OBJECT, SV("prog-id"));
	} else if (type == 1335) {
		(void)normalise_take_here(s, SLOT_OBJECT, SV("nl-mcgrp"));
	} else if (trail_find(&s->w, SV("exe"))) {
		(void)normalise_to_script(s, normalise_words(s));
		s->place[SLOT_OBJECT] = trail_place(&s->w);
	}
}

static void step_how_call(struct telling *s)
{
	if (s->out->how.n)
		s->out->how = s->call_name;
}

static void step_device(struct telling *s)
{
	if (strcmp(s->out->object_kind, "character-device") == 0)
		normalise_action(s, "made-character-device");
	else if (strcmp(s->out->object_kind, "block-device") == 0)
		normalise_action(s, "made-block-device");
}

static void step_memory(struct telling *s)
{
	if (s->success != 1)
		return;
	normalise_action(s, "allocated-memory-in");
	trail_top(&s->w);
	(void)normalise_take_here(s, SLOT_OBJECT, SV("comm"));
}

/* ---- steps: records that decide; the walk stands in them ---- */

static void step_action_of_record(struct telling *s)
{
	normalise_action(s, normalise_find_type(trail_record(&s->w)->type)->action);
}

static void step_boolean(struct telling *s)
{
	(void)normalise_take_here(s, SLOT_OBJECT, SV("bool"));
}

static void step_enforcing(struct telling *s)
{
	(void)normalise_take_here(s, SLOT_OBJECT, SV("enforcing"));
}

static void step_firewall(struct telling *s)
{
	trail_top(&s->w);
	(void)normalise_take_here(s, SLOT_OBJECT, SV("table"));
}

static void step_promiscuous(struct telling *s)
{
	const struct trail_field *f;
	struct deed_value v;

	trail_top(&s->w);
	(void)normalise_take_here(s, SLOT_OBJECT, SV("dev"));
	f = trail_find(&s->w, SV("prom"));
	if (!f)
		return;
	v = (struct deed_value){.raw = f->raw};
	normalise_action(s, deed_value_number(&v) == 0 ? "left-promiscuous-mode-on-device"
						       : "entered-promiscuous-mode-on-device");
}

static void step_bpf(struct telling *s)
{
	const struct trail_field *op;

	trail_top(&s->w);
	op = trail_find(&s->w, SV("op"));
	if (op)
		normalise_action(s, sv_eq(op->raw, SV("LOAD")) ? "loaded-bpf-program"
							       : "unloaded-bpf-program");
}

static void step_listen(struct telling *s)
{
	const struct trail_field *op;

	trail_top(&s->w);
	op = trail_find(&s->w, SV("op"));
	if (op)
		normalise_action(s, sv_eq(op->raw, SV("connect")) ? "connected-to"
								  : "disconnected-from");
}

/* No row knows the call: the key of the rule says why it was recorded. */
static void step_rule(struct telling *s)
{
	const struct trail_field *key;

	trail_top(&s->w);
	key = trail_find(&s->w, SV("key"));
	if (!key || sv_eq(key->raw, SV("(null)")))
		return;
	normalise_action(s, "triggered-audit-rule");
	s->place[SLOT_OBJECT] = trail_place(&s->w);
}

/* ---- tables ---- */

enum deed_id {
#define DEED(id, action, kind, ...) DEED_##id,
#include "record/normalise.def"
};

static const struct normalise_deed_row deeds[] = {
#define DEED(id, action, kind, ...) {action, kind, {__VA_ARGS__}},
#include "record/normalise.def"
};

static const struct normalise_call_row calls[] = {
#define COLUMNS(deed, path, two_record, two, identities)                                           \
	&deeds[DEED_##deed], path, two_record, {"" two, sizeof(two) - 1}, identities
#define STORY(verb, finder, argument)                                                              \
	{                                                                                          \
		VERB_##verb,                                                                       \
		{                                                                                  \
			FIND_##finder, argument, "", ""                                            \
		}                                                                                  \
	}
#define CALL(name, columns, story) {{"" name, sizeof(name) - 1}, columns, story},
#include "record/normalise.def"
};

/* Records that say more than the call, by type; the first one of the event counts. */
static const struct {
	uint32_t type;
	const char *action;             /* of the event, whatever the call did to its object */
	struct normalise_call_row call; /* or instead of the call */
} deciders[] = {
	{AUDIT_AVC, "accessed-mac-policy-controlled-object", {.deed = NULL}},
	{1331, "accessed-policy-controlled-file", {.deed = NULL}},
	{AUDIT_SELINUX_ERR, NULL, {.deed = &deeds[DEED_POLICY_ERROR]}},
	{AUDIT_NETFILTER_CFG, NULL, {.deed = &deeds[DEED_FIREWALL]}},
	{AUDIT_ANOM_PROMISCUOUS, NULL, {.deed = &deeds[DEED_PROMISCUOUS]}},
	{1330, NULL, {.deed = &deeds[DEED_LOAD_MODULE]}},
	{AUDIT_MAC_POLICY_LOAD, NULL, {.deed = &deeds[DEED_POLICY_LOAD]}},
	{AUDIT_MAC_STATUS, NULL, {.deed = &deeds[DEED_POLICY_ENFORCE]}},
	{AUDIT_MAC_CONFIG_CHANGE, NULL, {.deed = &deeds[DEED_POLICY_SETTING]}},
	{1332, NULL, {.deed = &deeds[DEED_CLOCK]}},
	{1333, NULL, {.deed = &deeds[DEED_CLOCK]}},
	{1334, NULL, {.deed = &deeds[DEED_BPF]}},
	{1335, NULL, {.deed = &deeds[DEED_LISTEN]}},
};

static const struct normalise_call_row no_call = {
	.deed = &deeds[DEED_RULE],
	.story = {VERB_CALL, {FIND_SYSCALL, -1, "", ""}},
};

const struct normalise_call_row *normalise_find_call(struct sv name)
{
	size_t low = 0, high = LEN(calls);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = sv_cmp(calls[middle].name, name);

		if (order == 0)
			return &calls[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return &no_call;
}

/* ---- the call ---- */

/* The walk ends in the record that decides, or nowhere. */
static const char *find_decider(struct telling *s)
{
	trail_top(&s->w);
	do {
		uint32_t type = trail_record(&s->w)->type;

		if (type == AUDIT_SYSCALL || type == AUDIT_PATH || type == AUDIT_CWD)
			continue;
		for (size_t i = 0; i < LEN(deciders); i++)
			if (deciders[i].type == type) {
				s->call = deciders[i].call.deed ? &deciders[i].call : NULL;
				return deciders[i].action;
			}
	} while (trail_next_record(&s->w));
	return NULL;
}

static void tell_call(struct telling *s)
{
	const char *action = find_decider(s);
	const struct normalise_deed_row *deed;

	if (!s->call)
		s->call = normalise_find_call(s->call_name);
	deed = s->call->deed;
	normalise_action(s, deed->action);
	s->out->object_kind = deed->object_kind;
	for (size_t i = 0; i < LEN(deed->steps) && deed->steps[i]; i++)
		deed->steps[i](s);
	if (action)
		normalise_action(s, action);
}

/* Goes back to the front of the SYSCALL record. */
static void back(struct telling *s)
{
	(void)trail_go(&s->w, s->call_record);
}

static void session_and_labels(struct telling *s)
{
	static const struct sv before[] = {{"ppid", 4},  {"pid", 3},   {"gid", 3},  {"euid", 4},
					   {"suid", 4},  {"fsuid", 5}, {"egid", 4}, {"sgid", 4},
					   {"fsgid", 5}, {"tty", 3}};
	uint32_t record = s->call_record;

	trail_top(&s->w);
	s->w.here = record; /* not to its front: to where the last search in it ended */
	if (s->detail == NORMALISE_LABELS)
		for (size_t i = 0; i < LEN(before); i++)
			(void)normalise_attribute(s, &s->subject_label, before[i], record);
	normalise_session(s, record);
	if (s->detail == NORMALISE_LABELS)
		(void)normalise_attribute(s, &s->subject_label, SV("subj"), record);
}

static void caller(struct telling *s)
{
	if (!normalise_take(s, SLOT_SUBJECT, SV("auid"), s->call_record))
		back(s);
	if (normalise_take(s, SLOT_ACTING, SV("uid"), s->call_record))
		normalise_subject_kind(s);
	else
		back(s);
	session_and_labels(s);
	trail_first(&s->w);
	if (trail_find(&s->w, SV("exe")))
		normalise_how(s);
	else
		back(s);
}

static void outcome(struct telling *s)
{
	const struct trail_field *f;

	if (trail_find(&s->w, SV("syscall")))
		s->call_name = normalise_words(s);
	f = trail_find(&s->w, SV("success"));
	if (!f) {
		back(s);
		return;
	}
	s->success = !sv_eq(f->raw, SV("no"));
	s->place[SLOT_RESULT] = (struct trail_place){s->call_record, trail_place(&s->w).field};
}

static void rule_key(struct telling *s)
{
	const struct trail_field *key = trail_find(&s->w, SV("key"));

	if (key && !sv_eq(key->raw, SV("(null)")))
		s->place[SLOT_KEY] = (struct trail_place){s->call_record, trail_place(&s->w).field};
}

static bool go_to_call(struct telling *s)
{
	do
		if (trail_record(&s->w)->type == AUDIT_SYSCALL) {
			s->call_record = s->w.here;
			return true;
		}
	while (trail_next_record(&s->w));
	return false;
}

void normalise_call(struct telling *s)
{
	uint32_t type = s->w.records[0].type;

	s->out->told = go_to_call(s);
	if (!s->out->told)
		return;
	outcome(s);
	caller(s);
	rule_key(s);
	if (type == AUDIT_ANOM_LINK) {
		normalise_action(s, s->type->action);
	} else if (type == AUDIT_CONFIG_CHANGE) {
		trail_top(&s->w);
		if (trail_find(&s->w, SV("op"))) {
			s->out->action = normalise_words(s);
			normalise_setting(s);
		}
	} else {
		tell_call(s);
	}
}

/*
 * What a rules file, or a folder of them, asks for as a whole, or what the kernel has: rules and
 * settings.
 *
 *	struct target t;
 *	target_init(&t, &source);
 *	for (size_t i = 0; i < SETTINGS; i++)
 *		if (t.settings.mask & settings[i].bit)
 *			... settings[i].option, setting_get(&t.settings, i)
 */
#ifndef AURUM_POLICY_TARGET_H
#define AURUM_POLICY_TARGET_H

#include "policy/rule_source.h"

struct setting {
	uint32_t bit;       /* AUDIT_STATUS_* */
	const char *option; /* "-b" */
	const char *name;   /* "backlog_limit" */
	size_t offset;      /* in struct audit_status */
};

enum {
#define SETTING(bit, option, name, member) SETTING_##member,
#include "policy/setting.def"
#undef SETTING
	SETTINGS
};

extern const struct setting settings[SETTINGS];

uint32_t setting_get(const struct audit_status *s, size_t setting);
/* Sets in to what s->mask says, and adds the mask. */
void settings_take(struct audit_status *to, const struct audit_status *s);

/* Rules in the kernel's order; borrowed. */
struct rule_view {
	const struct placed_rule *rules;
	size_t count;
};

struct rule_view rule_source_view(const struct rule_source *source);
/* True when both are the same rules, list by list. */
bool rule_view_same(struct rule_view a, struct rule_view b);

/*
 * Removes from source->rules every rule that stands in the same list before. Only "-A" can put a
 * rule into the kernel twice, and the second one never takes anything. The number of removed ones.
 */
size_t rule_source_deduplicate(struct rule_source *source);

struct target {
	struct rule_view rules;
	struct audit_status settings; /* mask says which; the last of each counts */
	bool lock_loginuid;           /* --loginuid-immutable */
	bool is_kernel;
};

/*
 * Of files: source must outlive t, and should have no rule twice (rule_source_deduplicate()). The
 * kernel's settings are not in a source: target_init_kernel().
 */
void target_init(struct target *t, const struct rule_source *source);
/* Asks the kernel for its settings. */
MUST_CHECK int target_init_kernel(struct target *t, const struct rule_source *source,
				  struct audit_control *c, struct err *e);

/* True for a command of a rules file that a target takes up: a rule or a setting. */
bool target_takes(const struct rule_entry *entry);

#endif

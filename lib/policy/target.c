/* Rules and settings as one. */
#include "policy/target.h"

#include <errno.h>
#include <stddef.h>

const struct setting settings[SETTINGS] = {
#define SETTING(bit, option, name, member)                                                         \
	{bit, option, name, offsetof(struct audit_status, member)},
#include "policy/setting.def"
#undef SETTING
};

uint32_t setting_get(const struct audit_status *s, size_t setting)
{
	uint32_t value;

	memcpy(&value, (const char *)s + settings[setting].offset, sizeof(value));
	return value;
}

void settings_take(struct audit_status *to, const struct audit_status *s)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (s->mask & settings[i].bit)
			memcpy((char *)to + settings[i].offset,
			       (const char *)s + settings[i].offset, sizeof(uint32_t));
	to->mask |= s->mask;
}

/* ---- rules ---- */

struct rule_view rule_source_view(const struct rule_source *source)
{
	return (struct rule_view){source->rules, source->count};
}

/* The next rule of a list from index i on; the count when there is none. */
static size_t next_of(struct rule_view view, uint32_t list, size_t i)
{
	while (i < view.count && view.rules[i].rule->list != list)
		i++;
	return i;
}

static bool same_list(struct rule_view a, struct rule_view b, uint32_t list)
{
	size_t i = next_of(a, list, 0), j = next_of(b, list, 0);

	while (i < a.count && j < b.count) {
		if (!rule_same(a.rules[i].rule, b.rules[j].rule))
			return false;
		i = next_of(a, list, i + 1);
		j = next_of(b, list, j + 1);
	}
	return i == a.count && j == b.count;
}

bool rule_view_same(struct rule_view a, struct rule_view b)
{
	if (a.count != b.count)
		return false;
	for (uint32_t list = 0; list < AUDIT_NR_FILTERS; list++)
		if (!same_list(a, b, list))
			return false;
	return true;
}

size_t rule_source_deduplicate(struct rule_source *source)
{
	size_t kept = 0, count = source->count;

	for (size_t i = 0; i < count; i++) {
		bool is_there = false;

		for (size_t j = 0; j < kept && !is_there; j++)
			is_there = rule_same(source->rules[j].rule, source->rules[i].rule);
		if (!is_there)
			source->rules[kept++] = source->rules[i];
	}
	source->count = kept;
	return count - kept;
}

/* ---- both ---- */

void target_init(struct target *t, const struct rule_source *source)
{
	*t = (struct target){.rules = rule_source_view(source), .is_kernel = source->is_kernel};
	for (size_t i = 0; i < source->set.count; i++) {
		const struct command *c = &source->set.entries[i]->command;

		settings_take(&t->settings, &c->settings);
		if (c->kind == COMMAND_LOCK_LOGINUID)
			t->lock_loginuid = true;
	}
}

int target_init_kernel(struct target *t, const struct rule_source *source, struct audit_control *c,
		       struct err *e)
{
	const uint32_t loginuid = AUDIT_FEATURE_TO_MASK(AUDIT_FEATURE_LOGINUID_IMMUTABLE);
	struct audit_features features = {0};
	struct audit_status status;
	struct err why;

	if (audit_get_status(c, &status, e) != 0)
		return -1;
	/* Kernels before 3.13 have no features: nothing is locked there. */
	if (audit_get_features(c, &features, &why) != 0 && why.sys != EINVAL &&
	    why.sys != EOPNOTSUPP) {
		if (e)
			*e = why;
		return -1;
	}
	target_init(t, source);
	t->settings = status;
	t->settings.mask = 0;
	for (size_t i = 0; i < SETTINGS; i++)
		t->settings.mask |= settings[i].bit;
	t->lock_loginuid = features.features & features.lock & loginuid;
	return 0;
}

bool target_takes(const struct rule_entry *entry)
{
	enum command_kind kind = entry->command.kind;

	return kind == COMMAND_NONE || kind == COMMAND_RULE || kind == COMMAND_DELETE_ALL ||
	       kind == COMMAND_LOCK_LOGINUID;
}

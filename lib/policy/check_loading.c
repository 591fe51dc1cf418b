/* The set as a list of commands: what stops it from being loaded, and its settings. */
#include "policy/check_parts.h"

#include <stdlib.h>

#define BACKLOG_USUAL 8192

static bool sets(const struct rule_entry *entry, uint32_t bit)
{
	return entry->command.settings.mask & bit;
}

static void check_fate(struct check *c, const struct rule_entry *entry)
{
	const struct finding_place at = check_place(entry);

	if (entry->fate == ENTRY_DUPLICATE) {
		finding_add(c->found, FINDING_DUPLICATE, &at, SV_EMPTY,
			    "the same rule stands at %s:%u: the kernel refuses it",
			    entry->other->file, entry->other->line);
		finding_about(c->found, entry->other->file, entry->other->line);
	} else if (entry->fate == ENTRY_MISSES) {
		finding_add(c->found, FINDING_DELETES_NOTHING, &at, SV_EMPTY,
			    "deletes a rule that no line before it adds: the kernel refuses it");
	}
}

static void check_settings(struct check *c, const struct rule_entry *entry)
{
	const struct audit_status *s = &entry->command.settings;
	const struct finding_place at = check_place(entry);

	if (sets(entry, AUDIT_STATUS_BACKLOG_LIMIT) && s->backlog_limit &&
	    s->backlog_limit < BACKLOG_USUAL)
		finding_add(c->found, FINDING_SMALL_BACKLOG, &at, SV("-b 8192\n"),
			    "room for %u records that wait: a burst of short programs makes more",
			    s->backlog_limit);
	if (sets(entry, AUDIT_STATUS_FAILURE) && s->failure == AUDIT_FAIL_PANIC)
		finding_add(c->found, FINDING_PANIC, &at, SV_EMPTY,
			    "the host stops at once when a single record is lost");
	if (entry->command.ignore_errors)
		finding_add(c->found, FINDING_IGNORES_ERRORS, &at, SV_EMPTY,
			    "from here on lines that the kernel refuses are passed over");
}

/* Everything behind the lock. */
static void check_lock(struct check *c)
{
	const struct rule_entry *lock = NULL;

	for (size_t i = 0; i < c->set->count; i++) {
		const struct rule_entry *entry = c->set->entries[i];
		const struct finding_place at = check_place(entry);

		if (lock) {
			finding_add(c->found, FINDING_AFTER_LOCK, &at, SV_EMPTY,
				    "%s:%u locked the rules with -e 2: the kernel refuses this",
				    lock->file, lock->line);
			finding_about(c->found, lock->file, lock->line);
		} else if (sets(entry, AUDIT_STATUS_ENABLED) &&
			   entry->command.settings.enabled == 2) {
			lock = entry;
		}
	}
}

static void check_replaced(struct check *c)
{
	for (size_t i = 0; i < c->set->replaced_count; i++) {
		const struct rule_entry *entry = c->set->replaced[i], *by = entry->other;
		const struct finding_place at = check_place(entry);

		/* The same word twice changes nothing. */
		if (entry->command.kind == by->command.kind &&
		    memcmp(&entry->command.settings, &by->command.settings,
			   sizeof(by->command.settings)) == 0)
			continue;
		finding_add(c->found, FINDING_OVERRIDDEN, &at, SV_EMPTY,
			    "has no effect: augenrules takes \"%.*s\" of %s:%u instead",
			    SV_FMT(by->text), by->file, by->line);
		finding_about(c->found, by->file, by->line);
	}
}

static bool has_setting(const struct check *c, uint32_t bit, uint32_t enabled)
{
	for (size_t i = 0; i < c->set->count; i++)
		if (sets(c->set->entries[i], bit) &&
		    (bit != AUDIT_STATUS_ENABLED ||
		     c->set->entries[i]->command.settings.enabled == enabled))
			return true;
	return false;
}

static bool has_clear(const struct check *c)
{
	for (size_t i = 0; i < c->set->count; i++)
		if (c->set->entries[i]->command.kind == COMMAND_DELETE_ALL)
			return true;
	return false;
}

/* A folder, the file that is loaded at boot, or one that sets something: not a part of others. */
static bool is_whole(const struct check *c)
{
	const char *file = c->set->file_count ? c->set->files[0] : "";

	for (size_t i = 0; i < c->set->count; i++)
		if (c->set->entries[i]->command.settings.mask)
			return true;
	return c->set->file_count > 1 || has_clear(c) || sv_ends(sv_cstr(file), SV("/audit.rules"));
}

/* What is not there, told at the set's first file. */
static void check_missing(struct check *c)
{
	const struct finding_place at = {
		.file = c->set->file_count ? c->set->files[0] : "", .line = 0, .column = 0};

	if (c->kept_count == 0 || !is_whole(c))
		return;
	if (!has_setting(c, AUDIT_STATUS_BACKLOG_LIMIT, 0))
		finding_add(c->found, FINDING_NO_BACKLOG, &at, SV("-b 8192\n"),
			    "no -b: the kernel keeps room for 64 records only");
	if (!has_setting(c, AUDIT_STATUS_ENABLED, 2))
		finding_add(c->found, FINDING_NOT_LOCKED, &at, SV("-e 2\n"),
			    "no -e 2 at the end: root can change the rules until the next boot");
	if (!has_clear(c))
		finding_add(c->found, FINDING_NOT_CLEARED, &at, SV("-D\n"),
			    "no -D at the start: the rules are added to those that are there");
}

static void check_files(struct check *c)
{
	for (size_t i = 0; c->host->distrust && i < c->set->file_count; i++) {
		const char *why = c->host->distrust(c->host->ctx, c->set->files[i]);
		const struct finding_place at = {.file = c->set->files[i]};

		if (why)
			finding_add(c->found, FINDING_WRITABLE, &at, SV_EMPTY,
				    "auditctl refuses this file: %s", why);
	}
}

void check_loading(struct check *c)
{
	for (size_t i = 0; i < c->set->count; i++) {
		check_fate(c, c->set->entries[i]);
		check_settings(c, c->set->entries[i]);
	}
	check_lock(c);
	check_replaced(c);
	check_missing(c);
	check_files(c);
}

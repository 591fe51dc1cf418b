/* Reads rules files into one list, and follows what the commands do to each other. */
#include "policy/rule_set.h"

#include "base/file.h"
#include "config/config.h"
#include "rule/rules_file.h"
#include "rule/rules_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define MEMORY_MAX  ((size_t)1 << 30)
#define ENTRIES_MAX 65536 /* commands of all files */

struct reading {
	struct rule_set *set;
	const struct rule_set_reader *reader;
	const char *file;
	struct sv line;
	size_t capacity;
	struct problems problems;
};

static void on_problem(void *ctx, const struct problem *p)
{
	struct reading *r = ctx;

	if (r->reader->tell)
		r->reader->tell(r->reader->ctx, r->file, r->line, p);
}

static int add_entry(struct reading *r, const struct command *command, uint32_t line, struct err *e)
{
	struct rule_set *set = r->set;
	struct rule_entry *entry;

	if (set->count == ENTRIES_MAX)
		return err_set(e, "%s:%u: more than %d commands", r->file, line, ENTRIES_MAX);
	if (set->count == r->capacity) {
		size_t capacity = r->capacity ? 2 * r->capacity : 64;
		struct rule_entry **grown =
			reallocarray(set->entries, capacity, sizeof(struct rule_entry *));

		if (!grown)
			return err_set(e, "no memory for the rules of %s", r->file);
		set->entries = grown;
		r->capacity = capacity;
	}
	entry = arena_alloc(&set->memory, sizeof(*entry));
	if (!entry)
		return err_set(e, "no memory for the rules of %s", r->file);
	*entry = (struct rule_entry){
		.file = r->file, .line = line, .text = r->line, .command = *command};
	if (command->kind == COMMAND_RULE)
		entry->hash = rule_hash(&command->rule);
	set->entries[set->count++] = entry;
	return 0;
}

/* Reads the lines of a file whose content lives in the set. */
static int read_lines(struct reading *r, struct sv content, struct err *e)
{
	struct rule_set *set = r->set;
	uint32_t number = 0;

	r->problems = (struct problems){.tell = on_problem, .ctx = r};
	while (sv_line(&content, &r->line)) {
		struct rule_words words;
		struct command command;

		number++;
		if (words_split(r->line, number, &set->memory, &words, &r->problems) != 0 ||
		    words.argc <= 1 ||
		    command_parse(&words, r->reader->host, &command, &r->problems) != 0)
			continue;
		if (add_entry(r, &command, number, e) != 0)
			return -1;
	}
	set->errors += r->problems.errors;
	set->warnings += r->problems.warnings;
	return 0;
}

/* The next file's buffer and name, both of which live in the set. */
static struct buf *new_file(struct reading *r, const char *name, struct err *e)
{
	struct rule_set *set = r->set;
	struct sv copy = arena_copy(&set->memory, sv_make(name, strlen(name) + 1));
	struct buf *contents = reallocarray(set->contents, set->file_count + 1, sizeof(*contents));
	const char **files;

	if (contents)
		set->contents = contents;
	files = reallocarray(set->files, set->file_count + 1, sizeof(*files));
	if (files)
		set->files = files;
	if (!contents || !files || !copy.p) {
		(void)err_set(e, "no memory for the rules of %s", name);
		return NULL;
	}
	files[set->file_count] = r->file = copy.p;
	contents[set->file_count] = BUF_INIT(RULES_FILE_MAX);
	return &contents[set->file_count++];
}

static int read_file(struct reading *r, const char *path, struct err *e)
{
	struct buf *content = new_file(r, path, e);

	if (!content)
		return -1;
	if (r->reader->trusted_only
		    ? config_read_file(path, true, 0, content, e) != CONFIG_FILE_READ
		    : file_read(path, content, e) != 0)
		return -1;
	return read_lines(r, buf_view(content), e);
}

static int read_folder(struct reading *r, const char *path, struct err *e)
{
	struct rules_folder folder;
	int status = rules_folder_list(&folder, path, e);

	if (status != 0)
		return -1;
	for (size_t i = 0; status == 0 && i < folder.count; i++)
		status = read_file(r, folder.paths[i], e);
	rules_folder_release(&folder);
	return status;
}

/* Brings the commands of a folder into the order in which augenrules writes them. */
static int join_as_one(struct rule_set *set, struct err *e)
{
	struct rule_entry *last[RULES_PARTS] = {NULL}, **in_order;
	size_t n = 0;

	if (set->count == 0)
		return 0;
	in_order = reallocarray(NULL, set->count, sizeof(struct rule_entry *));
	set->replaced = reallocarray(NULL, set->count, sizeof(struct rule_entry *));
	if (!in_order || !set->replaced) {
		free(in_order);
		return err_set(e, "no memory for the rules");
	}
	for (size_t i = 0; i < set->count; i++)
		last[rules_part_of(set->entries[i]->text)] = set->entries[i];
	for (enum rules_part part = 0; part < RULES_REST; part++)
		if (last[part])
			in_order[n++] = last[part];
	for (size_t i = 0; i < set->count; i++) {
		struct rule_entry *entry = set->entries[i];
		enum rules_part part = rules_part_of(entry->text);

		if (part == RULES_REST) {
			in_order[n++] = entry;
		} else if (entry != last[part]) {
			entry->fate = ENTRY_REPLACED;
			entry->other = last[part];
			set->replaced[set->replaced_count++] = entry;
		}
	}
	if (last[RULES_ENABLED])
		in_order[n++] = last[RULES_ENABLED];
	free(set->entries);
	set->entries = in_order;
	set->count = n;
	return 0;
}

/* The rule before entry `end` that is still kept and the same; NULL when there is none. */
static struct rule_entry *find_kept(const struct rule_set *set, size_t end,
				    const struct rule_entry *entry)
{
	for (size_t i = 0; i < end; i++)
		if (set->entries[i]->hash == entry->hash && set->entries[i]->fate == ENTRY_KEPT &&
		    rule_same(&set->entries[i]->command.rule, &entry->command.rule))
			return set->entries[i];
	return NULL;
}

static void clear_kept(const struct rule_set *set, size_t end)
{
	const struct rule_entry *by = set->entries[end];

	for (size_t i = 0; i < end; i++) {
		struct rule_entry *entry = set->entries[i];

		if (entry->fate == ENTRY_KEPT &&
		    rule_has_key(&entry->command.rule, by->command.key)) {
			entry->fate = ENTRY_CLEARED;
			entry->other = by;
		}
	}
}

static void follow_rule(const struct rule_set *set, size_t at)
{
	struct rule_entry *entry = set->entries[at];
	struct rule_entry *same = find_kept(set, at, entry);

	entry->other = same;
	if (entry->command.verb != RULE_DELETE) {
		/* The kernel compares a rule that goes first with those that did: with none. */
		if (entry->command.verb == RULE_PREPEND)
			entry->other = same = NULL;
		entry->fate = same ? ENTRY_DUPLICATE : ENTRY_KEPT;
		return;
	}
	entry->fate = same ? ENTRY_DELETES : ENTRY_MISSES;
	if (same) {
		same->fate = ENTRY_CLEARED;
		same->other = entry;
	}
}

/* Loads the set into a kernel that is thought of. */
static void follow(const struct rule_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->entries[i]->command.kind == COMMAND_RULE)
			follow_rule(set, i);
		else if (set->entries[i]->command.kind == COMMAND_DELETE_ALL)
			clear_kept(set, i);
	}
}

static void set_init(struct rule_set *set)
{
	*set = (struct rule_set){0};
	arena_init(&set->memory, MEMORY_MAX);
}

int rule_set_read(struct rule_set *set, const char *path, const struct rule_set_reader *reader,
		  struct err *e)
{
	struct reading r = {.set = set, .reader = reader};
	struct stat st;
	int status;

	set_init(set);
	if (stat(path, &st) != 0)
		status = err_sys(e, "cannot read %s", path);
	else if (S_ISDIR(st.st_mode))
		status = read_folder(&r, path, e) == 0 ? join_as_one(set, e) : -1;
	else
		status = read_file(&r, path, e);
	if (status == 0)
		follow(set);
	else
		rule_set_release(set);
	return status;
}

int rule_set_read_text(struct rule_set *set, const char *name, struct sv text,
		       const struct rule_set_reader *reader, struct err *e)
{
	struct reading r = {.set = set, .reader = reader};
	struct buf *content;

	set_init(set);
	content = new_file(&r, name, e);
	if (content) {
		buf_put(content, text);
		if (!content->failed && read_lines(&r, buf_view(content), e) == 0) {
			follow(set);
			return 0;
		}
		if (content->failed)
			(void)err_set(e, "%s: more than %u bytes", name, RULES_FILE_MAX);
	}
	rule_set_release(set);
	return -1;
}

void rule_set_release(struct rule_set *set)
{
	for (size_t i = 0; i < set->file_count; i++)
		buf_release(&set->contents[i]);
	free(set->contents);
	free(set->files);
	free(set->entries);
	free(set->replaced);
	arena_release(&set->memory);
	*set = (struct rule_set){0};
}

size_t rule_set_kept(const struct rule_set *set, const struct rule_entry **out)
{
	size_t n = 0;

	for (size_t i = set->count; i-- > 0;)
		if (set->entries[i]->fate == ENTRY_KEPT &&
		    set->entries[i]->command.verb == RULE_PREPEND)
			out[n++] = set->entries[i];
	for (size_t i = 0; i < set->count; i++)
		if (set->entries[i]->fate == ENTRY_KEPT &&
		    set->entries[i]->command.verb != RULE_PREPEND)
			out[n++] = set->entries[i];
	return n;
}

/*
 * Lists a folder of rules files and joins their lines. It does not look into lines any further
 * than augenrules does: parsing them is for those who load them.
 */
#include "rule/rules_folder.h"

#include "base/file.h"
#include "base/natural.h"
#include "rule/rules_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#define PATH_BYTES_MAX ((size_t)1 << 16)
#define HEADS          RULES_REST /* lines before the rest, whether there are any or not */

/* ---- the folder ---- */

static bool is_rules_name(const char *name)
{
	return name[0] != '.' && sv_ends(sv_cstr(name), SV(".rules"));
}

static int by_name(const void *a, const void *b)
{
	return natural_cmp(sv_cstr(*(char *const *)a), sv_cstr(*(char *const *)b));
}

static int add_path(struct rules_folder *f, const char *folder, const char *name, struct err *e)
{
	CLEANUP(buf_release) struct buf path = BUF_INIT(PATH_BYTES_MAX);
	char *copy;

	if (f->count == RULES_FOLDER_FILES_MAX)
		return err_set(e, "%s: more than %d files", folder, RULES_FOLDER_FILES_MAX);
	buf_printf(&path, "%s/%s", folder, name);
	copy = strdup(buf_cstr(&path));
	if (!copy || path.failed) {
		free(copy);
		return err_set(e, "no memory for the files of %s", folder);
	}
	f->paths[f->count++] = copy;
	return 0;
}

static int list(struct rules_folder *f, DIR *dir, const char *folder, struct err *e)
{
	const struct dirent *entry;

	f->paths = calloc(RULES_FOLDER_FILES_MAX, sizeof(*f->paths));
	if (!f->paths)
		return err_set(e, "no memory for the files of %s", folder);
	while (errno = 0, (entry = readdir(dir)) != NULL)
		if (is_rules_name(entry->d_name) && add_path(f, folder, entry->d_name, e) != 0)
			return -1;
	if (errno)
		return err_sys(e, "cannot read %s", folder);
	qsort(f->paths, f->count, sizeof(*f->paths), by_name);
	return 0;
}

int rules_folder_list(struct rules_folder *f, const char *folder, struct err *e)
{
	DIR *dir = opendir(folder);
	int done;

	*f = (struct rules_folder){0};
	if (!dir)
		return err_sys(e, "cannot read %s", folder);
	done = list(f, dir, folder, e);
	(void)closedir(dir);
	if (done != 0)
		rules_folder_release(f);
	return done;
}

void rules_folder_release(struct rules_folder *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->paths[i]);
	free(f->paths);
	*f = (struct rules_folder){0};
}

/* ---- lines ---- */

enum rules_part rules_part_of(struct sv line)
{
	struct sv text = sv_trim(line);

	if (sv_starts(text, SV("-e")))
		return RULES_ENABLED;
	if (sv_eq(text, SV("-D")))
		return RULES_CLEAR;
	if (sv_starts(text, SV("-f")))
		return RULES_FAILURE;
	return sv_starts(text, SV("-b")) ? RULES_BACKLOG : RULES_REST;
}

/* What is joined so far: the rest stands in join->lines behind room for what comes first. */
struct joining {
	struct rules_join *join;
	size_t capacity, bytes;
	struct rules_line last; /* the -e */
};

static struct rules_line *next_line(struct joining *j)
{
	struct rules_join *join = j->join;

	if (join->count == j->capacity) {
		size_t capacity = 2 * j->capacity + 64;
		struct rules_line *grown = reallocarray(join->lines, capacity, sizeof(*grown));

		if (!grown)
			return NULL;
		join->lines = grown;
		j->capacity = capacity;
	}
	return &join->lines[join->count++];
}

static int add_line(struct joining *j, const struct rules_line *line, struct err *e)
{
	enum rules_part part = rules_part_of(line->text);
	struct rules_line *place;

	j->bytes += line->text.n + 1;
	if (j->bytes > RULES_FILE_MAX)
		return err_set(e, "%s:%u: the rules are larger than %u bytes", line->file,
			       line->number, RULES_FILE_MAX);
	if (part == RULES_ENABLED)
		place = &j->last;
	else
		place = part == RULES_REST ? next_line(j) : &j->join->lines[part];
	if (!place)
		return err_set(e, "no memory for the rules of %s", line->file);
	*place = *line;
	return 0;
}

/* One with a blank at least that is no comment. */
static bool is_kept(struct sv line)
{
	return line.n && !sv_starts(sv_trim(line), SV("#"));
}

static int add_file(struct joining *j, const char *path, struct err *e)
{
	CLEANUP(buf_release) struct buf content = BUF_INIT(RULES_FILE_MAX);
	struct arena *memory = &j->join->memory;
	struct rules_line line = {0};
	struct sv rest, name;

	if (file_read(path, &content, e) != 0)
		return -1;
	name = arena_copy(memory, sv_make(path, strlen(path) + 1));
	rest = arena_copy(memory, buf_view(&content));
	if (!name.p || (content.n && !rest.p))
		return err_set(e, "no memory for the rules of %s", path);
	line.file = name.p;
	while (sv_line(&rest, &line.text)) {
		line.number++;
		if (sv_ends(line.text, SV("\r"))) /* of a CR LF */
			line.text.n--;
		if (is_kept(line.text) && add_line(j, &line, e) != 0)
			return -1;
	}
	return 0;
}

static int join_files(struct joining *j, const struct rules_folder *f, struct err *e)
{
	struct rules_line *end;

	for (enum rules_part part = 0; part < HEADS; part++) {
		struct rules_line *head = next_line(j);

		if (!head)
			return err_set(e, "no memory for the rules");
		*head = (struct rules_line){0};
	}
	for (size_t i = 0; i < f->count; i++)
		if (add_file(j, f->paths[i], e) != 0)
			return -1;
	end = next_line(j);
	if (!end)
		return err_set(e, "no memory for the rules");
	*end = j->last;
	return 0;
}

int rules_join_read(struct rules_join *join, const char *folder, struct err *e)
{
	struct joining j = {.join = join};
	struct rules_folder files;
	int done;

	*join = (struct rules_join){0};
	arena_init(&join->memory, 4 * (size_t)RULES_FILE_MAX);
	done = rules_folder_list(&files, folder, e);
	if (done == 0) {
		done = join_files(&j, &files, e);
		rules_folder_release(&files);
	}
	if (done != 0)
		rules_join_release(join);
	return done;
}

void rules_join_release(struct rules_join *join)
{
	free(join->lines);
	arena_release(&join->memory);
	*join = (struct rules_join){0};
}

void rules_join_print(const struct rules_join *join, const char *folder, struct buf *out)
{
	buf_printf(out, "## This file is automatically generated from %s\n", folder);
	for (size_t i = 0; i < join->count; i++) {
		buf_put(out, join->lines[i].text);
		buf_putc(out, '\n');
	}
}

/*
 * Objects that are files: which of an event's PATH records matters, and what its name is in full.
 *
 * A path that is relative to a folder descriptor cannot be completed from the records: it is
 * shown as ".../name" and never glued to the current folder.
 */
#include "record/story_parts.h"

#include "base/num.h"

#include <fcntl.h>
#include <linux/audit.h>

#define CWD_DESCRIPTOR 0xffffff9cu /* AT_FDCWD as the kernel prints an argument's low half */

/* How much a PATH record is worth as the object, by its nametype. */
static int path_rank(const struct record *r)
{
	static const struct {
		const char *word;
		int rank;
	} ranks[] = {{"CREATE", 4}, {"DELETE", 4}, {"NORMAL", 3}, {"PARENT", 1}};
	struct field f;

	if (!record_field(r, SV("nametype"), &f) && !record_field(r, SV("objtype"), &f))
		return 2;
	for (size_t i = 0; i < LEN(ranks); i++)
		if (sv_eq(sv_cstr(ranks[i].word), f.value))
			return ranks[i].rank;
	return 2;
}

static bool path_is(const struct record *r, struct sv nametype)
{
	struct field f;

	return r && (record_field(r, SV("nametype"), &f) || record_field(r, SV("objtype"), &f)) &&
	       sv_eq(f.value, nametype);
}

const struct record *story_best_path(const struct search *s)
{
	const struct record *best = NULL;
	int rank = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct record *r = &s->records[i];

		if (r->type == AUDIT_PATH && path_rank(r) > rank) {
			rank = path_rank(r);
			best = r;
		}
	}
	return best;
}

static bool starts_at_cwd(const struct search *s, int descriptor)
{
	uint64_t fd;

	return descriptor < 0 || !story_argument(s, descriptor, &fd) ||
	       (uint32_t)fd == CWD_DESCRIPTOR;
}

static struct sv join_path(struct search *s, struct sv folder, struct sv name)
{
	struct buf *b = &s->n->scratch;
	size_t from = b->n;

	while (sv_starts(name, SV("./")))
		name = sv_from(name, 2);
	buf_put(b, folder);
	if (!sv_eq(name, SV(".")) && name.n) {
		if (!sv_ends(folder, SV("/")))
			buf_putc(b, '/');
		buf_put(b, name);
	}
	return story_keep(s, from);
}

/* The path of a PATH record, as complete as the records allow; empty when it has no name. */
struct sv story_path(struct search *s, const struct record *r, int descriptor)
{
	struct sv name = story_own(s, r, "name");
	struct sv cwd;

	if (name.n == 0 || name.p[0] == '/')
		return name;
	if (!starts_at_cwd(s, descriptor))
		return join_path(s, SV("..."), name);
	cwd = story_own(s, story_record(s, AUDIT_CWD), "cwd");
	return cwd.n ? join_path(s, cwd, name) : name;
}

/* A file that was reached by a descriptor has no name, but a number. */
static void name_by_inode(struct search *s, const struct record *r)
{
	struct sv inode = story_own(s, r, "inode"), dev = story_own(s, r, "dev");
	size_t from = s->n->scratch.n;

	if (inode.n == 0)
		return;
	buf_puts(&s->n->scratch, "inode ");
	buf_put(&s->n->scratch, inode);
	buf_puts(&s->n->scratch, " of device ");
	buf_put(&s->n->scratch, dev);
	s->out->detail = story_keep(s, from);
}

void story_find_path_at(struct search *s, int descriptor)
{
	const struct record *r = story_best_path(s);

	if (!r)
		return;
	s->out->object = story_path(s, r, descriptor);
	if (s->out->object.n == 0)
		name_by_inode(s, r);
	else if (path_is(r, SV("PARENT")))
		s->out->object = story_prefixed(s, "something in ", s->out->object);
}

void story_find_path(struct search *s, const struct story_place *place)
{
	story_find_path_at(s, place->argument);
}

static void note_open(struct search *s, uint64_t flags)
{
	if (path_is(story_best_path(s), SV("CREATE")))
		s->out->verb = VERB_CREATE;
	else if ((flags & O_ACCMODE) != O_RDONLY)
		s->out->verb = VERB_OPEN_WRITE;
}

static void open_with_flags(struct search *s, int descriptor, int flags_at)
{
	uint64_t flags = 0;

	story_find_path_at(s, descriptor);
	note_open(s, story_argument(s, flags_at, &flags) ? flags : 0);
}

void story_find_path_open(struct search *s, const struct story_place *place)
{
	open_with_flags(s, -1, place->argument);
}

void story_find_path_open_at(struct search *s, const struct story_place *place)
{
	open_with_flags(s, place->argument, place->argument + 2);
}

void story_find_path_open_how(struct search *s, const struct story_place *place)
{
	const struct record *how = story_record(s, AUDIT_OPENAT2);
	struct field f;
	uint64_t flags;

	story_find_path_at(s, place->argument);
	note_open(s, how && record_field(how, SV("oflag"), &f) && num_auto64(f.value, &flags)
			     ? flags
			     : 0);
}

static void note_mode(struct search *s, int mode_at)
{
	size_t from = s->n->scratch.n;
	uint64_t mode;

	if (!story_argument(s, mode_at, &mode))
		return;
	buf_printf(&s->n->scratch, "%04o", (unsigned)mode & 07777);
	s->out->second = story_keep(s, from);
}

void story_find_path_mode(struct search *s, const struct story_place *place)
{
	story_find_path_at(s, -1);
	note_mode(s, place->argument);
}

void story_find_path_mode_at(struct search *s, const struct story_place *place)
{
	story_find_path_at(s, place->argument);
	note_mode(s, place->argument + 2);
}

/* "alice:staff", "alice" or ":staff": an id of -1 stays as it is. */
static void note_owner(struct search *s, int user_at)
{
	struct buf *b = &s->n->scratch;
	size_t from = b->n;
	uint64_t uid, gid;
	struct sv name;

	if (story_argument(s, user_at, &uid) && (uint32_t)uid != NAMES_UNSET) {
		name = s->interpreter.names ? names_user(s->interpreter.names, (uint32_t)uid)
					    : SV_EMPTY;
		if (name.n)
			buf_put(b, name);
		else
			buf_put_u64(b, (uint32_t)uid);
	}
	if (story_argument(s, user_at + 1, &gid) && (uint32_t)gid != NAMES_UNSET) {
		buf_putc(b, ':');
		name = s->interpreter.names ? names_group(s->interpreter.names, (uint32_t)gid)
					    : SV_EMPTY;
		if (name.n)
			buf_put(b, name);
		else
			buf_put_u64(b, (uint32_t)gid);
	}
	s->out->second = story_keep(s, from);
}

void story_find_path_owner(struct search *s, const struct story_place *place)
{
	story_find_path_at(s, -1);
	note_owner(s, place->argument);
}

void story_find_path_owner_at(struct search *s, const struct story_place *place)
{
	story_find_path_at(s, place->argument);
	note_owner(s, place->argument + 2);
}

/*
 * Rename and link. The records are the parents, then what was there (DELETE or NORMAL), what it
 * replaced (another DELETE), and what is there now (CREATE).
 */
void story_find_paths(struct search *s, const struct story_place *place)
{
	int to_descriptor = place->argument < 0 ? -1 : place->argument + 2;
	const struct record *from = NULL, *to = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct record *r = &s->records[i];

		if (r->type != AUDIT_PATH)
			continue;
		if (!from && (path_is(r, SV("DELETE")) || path_is(r, SV("NORMAL"))))
			from = r;
		else if (path_is(r, SV("CREATE")))
			to = r;
	}
	if (!from) {
		story_find_path_at(s, place->argument);
		return;
	}
	s->out->object = story_path(s, from, place->argument);
	if (to)
		s->out->second = story_path(s, to, to_descriptor);
}

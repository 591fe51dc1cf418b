/* From a file to expressions. What they mean is lib/query's part. */
#include "audisp-filter/ruleset.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

struct loading {
	struct ruleset *set;
	const char *path;
	ruleset_tell_fn tell;
	void *arg;
	size_t line, wrong;
};

static void tell(struct loading *l, const struct err *e)
{
	l->wrong++;
	l->tell(l->arg, e->text);
}

static int open_checked(const char *path, struct err *e)
{
	CLEAN_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_sys(e, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "%s is no regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, "%s belongs to somebody else than root", path);
	if (st.st_mode & S_IWOTH)
		return err_set(e, "%s is writable by everyone: chmod o-w %s", path, path);
	return take_fd(&fd);
}

static void add(struct loading *l, struct sv text, size_t indent)
{
	struct ruleset *set = l->set;
	struct expression *more;
	struct err why, e;
	size_t column;

	if (set->count == RULESET_RULES_MAX) {
		(void)err_set(&e, "%s:%zu: there are more than %d expressions", l->path, l->line,
			      RULESET_RULES_MAX);
		tell(l, &e);
		return;
	}
	more = realloc(set->rules, (set->count + 1) * sizeof(*more));
	if (!more) {
		(void)err_set(&e, "%s:%zu: no memory", l->path, l->line);
		tell(l, &e);
		return;
	}
	set->rules = more;
	if (expression_parse(&set->rules[set->count], text, &column, &why) == 0) {
		set->count++;
		return;
	}
	(void)err_set(&e, "%s:%zu:%zu: %.900s", l->path, l->line, indent + column, why.text);
	tell(l, &e);
}

static void read_lines(struct loading *l, struct sv text)
{
	struct sv line, trimmed;

	while (sv_line(&text, &line)) {
		l->line++;
		trimmed = sv_trim(line);
		if (trimmed.n && trimmed.p[0] != '#')
			add(l, trimmed, (size_t)(trimmed.p - line.p));
	}
}

int ruleset_load(struct ruleset *s, const char *path, ruleset_tell_fn tell_fn, void *arg)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(RULESET_BYTES_MAX);
	struct loading l = {.set = s, .path = path, .tell = tell_fn, .arg = arg};
	struct err e;
	CLEAN_FD int fd = open_checked(path, &e);

	*s = (struct ruleset){0};
	if (fd < 0 || file_read_fd(fd, path, &text, &e) != 0)
		tell(&l, &e);
	else
		read_lines(&l, buf_view(&text));
	if (l.wrong == 0)
		return 0;
	ruleset_release(s);
	return -1;
}

void ruleset_release(struct ruleset *s)
{
	for (size_t i = 0; i < s->count; i++)
		expression_release(&s->rules[i]);
	free(s->rules);
	*s = (struct ruleset){0};
}

bool ruleset_fits(const struct ruleset *s, const struct event *event, struct expression_matcher *m)
{
	for (size_t i = 0; i < s->count; i++)
		if (expression_matches(&s->rules[i], event, m))
			return true;
	return false;
}

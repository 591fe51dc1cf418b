/* Opens a rules file with the checks that keep others from writing rules, and takes its lines. */
#include "rule/rules_file.h"

#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#define WORDS_MAX (64u << 20) /* bytes of words of one line, four times the largest file */

void rules_file_from_text(struct rules_file *f, struct sv text)
{
	*f = (struct rules_file){.content = BUF_INIT(RULES_FILE_MAX), .rest = text};
	arena_init(&f->arena, WORDS_MAX);
}

static int check(int fd, const char *path, uid_t owner, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(e, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "%s is not a regular file", path);
	if (st.st_uid != owner)
		return err_set(e, "%s belongs to user %u: it must belong to user %u", path,
			       st.st_uid, owner);
	if (st.st_mode & S_IWOTH)
		return err_set(e, "%s is writable by everyone: chmod o-w %s", path, path);
	return 0;
}

int rules_file_open(struct rules_file *f, const char *path, uid_t owner, struct err *e)
{
	/* Not blocking: a FIFO must be refused, not waited for. */
	CLEAN_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	rules_file_from_text(f, SV_EMPTY);
	if (fd < 0)
		return err_sys(e, "cannot open %s", path);
	if (check(fd, path, owner, e) != 0)
		return -1;
	if (file_read_fd(fd, path, &f->content, e) != 0) {
		rules_file_close(f);
		return -1;
	}
	f->rest = buf_view(&f->content);
	return 0;
}

enum rules_status rules_file_next(struct rules_file *f, struct rule_words *words,
				  struct problems *problems)
{
	struct sv line;

	while (sv_line(&f->rest, &line)) {
		f->line++;
		arena_reset(&f->arena);
		if (words_split(line, f->line, &f->arena, words, problems) != 0)
			return RULES_BAD;
		if (words->argc > 1)
			return RULES_LINE;
	}
	return RULES_END;
}

void rules_file_close(struct rules_file *f)
{
	buf_release(&f->content);
	arena_release(&f->arena);
	f->rest = SV_EMPTY;
}

/* Takes the lines of a rules file, which only its owner may have written. */
#include "rule/rules_file.h"

#include "config/config.h"

#define WORDS_MAX (64u << 20) /* bytes of words of one line, four times the largest file */

void rules_file_from_text(struct rules_file *f, struct sv text)
{
	*f = (struct rules_file){.content = BUF_INIT(RULES_FILE_MAX), .rest = text};
	arena_init(&f->arena, WORDS_MAX);
}

int rules_file_open(struct rules_file *f, const char *path, uid_t owner, struct err *e)
{
	rules_file_from_text(f, SV_EMPTY);
	if (config_read_file(path, true, owner, &f->content, e) != CONFIG_FILE_READ) {
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

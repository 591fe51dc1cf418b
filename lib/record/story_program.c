/*
 * Objects that are programs and processes: the command line of an EXECVE, the target of a signal,
 * what crashed.
 */
#include "record/story_parts.h"

#include "record/argv.h"

#include <linux/audit.h>

#define WORD_MAX ((size_t)1 << 18) /* the kernel takes words of half that, 128 KiB */

static struct sv base_name(struct sv path)
{
	for (size_t i = path.n; i > 0; i--)
		if (path.p[i - 1] == '/')
			return sv_from(path, i);
	return path;
}

/* A word of a command line, in quotes when it would not read as one; for people, not for shells. */
static void put_word(struct buf *b, struct sv word)
{
	char quote = sv_index(word, '\'') < word.n ? '"' : '\'';
	bool plain = word.n > 0;

	for (size_t i = 0; i < word.n; i++)
		if ((unsigned char)word.p[i] <= ' ' || strchr("'\"`$\\;&|<>()*?!", word.p[i]))
			plain = false;
	if (!plain)
		buf_putc(b, quote);
	buf_put(b, word);
	if (!plain)
		buf_putc(b, quote);
}

/*
 * The first word is what the caller chose to call the program, the executable what it is: when
 * their last parts agree the path is shown in its place, else as a remark.
 */
static void put_first_word(struct search *s, struct buf *b, struct sv word)
{
	struct sv called = base_name(word);

	if (sv_starts(called, SV("-")))
		called = sv_from(called, 1);
	if (s->out->program.n && sv_eq(called, base_name(s->out->program))) {
		put_word(b, s->out->program);
		return;
	}
	put_word(b, word);
	s->out->detail = s->out->program;
}

/* The words, as many as fit. */
static void put_command(struct search *s, struct buf *line)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(WORD_MAX);
	struct argv argv;

	argv_init(&argv, s->records, s->count);
	if (!argv_next(&argv, &text)) {
		buf_put(line, s->out->program);
		return;
	}
	put_first_word(s, line, sv_head(buf_view(&text), STORY_COMMAND_MAX));
	while (argv_next(&argv, &text)) {
		struct sv word = buf_view(&text);

		if (line->n + word.n > STORY_COMMAND_MAX) {
			buf_puts(line, " ...");
			break;
		}
		buf_putc(line, ' ');
		put_word(line, word);
	}
}

/* Of a call that failed the executable is the caller; what was meant to run is a PATH. */
void story_find_command(struct search *s, const struct story_place *place)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT((size_t)8 * STORY_COMMAND_MAX);

	if (s->out->outcome == STORY_FAILED) {
		s->out->object = story_path(s, story_record(s, AUDIT_PATH), place->argument);
		return;
	}
	s->out->program_is_object = true;
	put_command(s, &line);
	s->out->object = arena_copy(&s->n->arena, buf_view(&line));
}

static struct sv signal_name(struct search *s, uint64_t number)
{
	const char *name = name_of(&table_signals, number);
	size_t from = s->n->scratch.n;

	if (name)
		buf_puts(&s->n->scratch, name);
	else
		buf_printf(&s->n->scratch, "signal %llu", (unsigned long long)number);
	return story_keep(s, from);
}

static void find_process(struct search *s, int pid_at)
{
	const struct record *target = story_record(s, AUDIT_OBJ_PID);
	struct buf *b = &s->n->scratch;
	struct sv comm = story_own(s, target, "ocomm");
	size_t from = b->n;
	uint64_t pid;

	if (!story_number(target, "opid", 10, &pid) && !story_argument(s, pid_at, &pid))
		return;
	buf_printf(b, "process %d", (int)(uint32_t)pid);
	if (comm.n) {
		buf_puts(b, " (");
		buf_put(b, comm);
		buf_putc(b, ')');
	}
	s->out->object = story_keep(s, from);
}

void story_find_target(struct search *s, const struct story_place *place)
{
	find_process(s, place->argument);
}

void story_find_target_signal(struct search *s, const struct story_place *place)
{
	uint64_t number;

	find_process(s, place->argument - 1);
	if (story_argument(s, place->argument, &number))
		s->out->second = signal_name(s, number);
}

void story_find_crash(struct search *s, const struct story_place *place)
{
	uint64_t number;

	(void)place;
	s->out->object = s->out->program;
	s->out->program_is_object = true;
	if (story_number(s->main, "sig", 10, &number))
		s->out->detail = signal_name(s, number);
}

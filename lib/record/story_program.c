/*
 * Objects that are programs and processes: the command line of an EXECVE, the target of a signal,
 * what crashed.
 */
#include "record/story.h"

#include "base/num.h"

#include <linux/audit.h>
#include <signal.h>

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

/* The words of all EXECVE records of an event, one at a time; long ones come in pieces. */
struct command_words {
	struct story *s;
	size_t record;
	struct fields fields;
	bool in_record;
	struct field ahead; /* first field of the next word */
	bool has_ahead;
};

/* The number in "a12" or "a12[3]"; false for "argc" and "a12_len". */
static bool word_number(struct sv name, uint64_t *number)
{
	size_t end = sv_index(name, '[');

	return name.n > 1 && name.p[0] == 'a' && num_u64(sv_from(sv_head(name, end), 1), number);
}

static bool next_piece(struct command_words *w, struct field *f, uint64_t *number)
{
	for (;;) {
		while (w->in_record && fields_next(&w->fields, f))
			if (f->origin == FIELD_KERNEL && word_number(f->name, number))
				return true;
		w->in_record = false;
		while (w->record < w->s->ev->count &&
		       w->s->ev->records[w->record].type != AUDIT_EXECVE)
			w->record++;
		if (w->record == w->s->ev->count)
			return false;
		fields_init(&w->fields, &w->s->ev->records[w->record++]);
		w->in_record = true;
	}
}

/* The next whole word; false at the end. */
static bool next_word(struct command_words *w, struct sv *word)
{
	struct buf *b = &w->s->n->scratch;
	size_t from = b->n;
	struct field f;
	uint64_t number, first;

	if (w->has_ahead)
		f = w->ahead;
	else if (!next_piece(w, &f, &number))
		return false;
	w->has_ahead = false;
	if (!word_number(f.name, &first))
		return false;
	buf_put(b, story_decode(w->s, &f));
	while (next_piece(w, &f, &number)) {
		if (number != first) {
			w->ahead = f;
			w->has_ahead = true;
			break;
		}
		if (b->n - from < DEED_COMMAND_MAX)
			buf_put(b, story_decode(w->s, &f));
	}
	*word = story_keep(w->s, from);
	return true;
}

/*
 * The first word is what the caller chose to call the program, the executable what it is: when
 * their last parts agree the path is shown in its place, else as a remark.
 */
static void put_first_word(struct story *s, struct buf *b, struct sv word)
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

void story_find_command(struct story *s, const struct story_place *place)
{
	struct buf line = BUF_INIT((size_t)8 * DEED_COMMAND_MAX);
	struct command_words words = {.s = s};
	struct sv word;

	if (s->out->outcome ==
	    DEED_FAILED) { /* what was meant to run; the executable is the caller */
		const struct record *r = story_record(s, AUDIT_PATH);

		s->out->object = story_path(s, r, place->argument);
		return;
	}
	s->out->program_is_object = true;
	if (!next_word(&words, &word)) {
		s->out->object = s->out->program;
		return;
	}
	put_first_word(s, &line, word);
	while (next_word(&words, &word)) {
		if (line.n + word.n > DEED_COMMAND_MAX) {
			buf_puts(&line, " ...");
			break;
		}
		buf_putc(&line, ' ');
		put_word(&line, word);
	}
	s->out->object = arena_copy(&s->n->arena, buf_view(&line));
	buf_release(&line);
}

static struct sv signal_name(struct story *s, uint64_t number)
{
	const char *name = number <= 64 ? sigabbrev_np((int)number) : NULL;
	size_t from = s->n->scratch.n;

	if (name)
		buf_printf(&s->n->scratch, "SIG%s", name);
	else
		buf_printf(&s->n->scratch, "signal %llu", (unsigned long long)number);
	return story_keep(s, from);
}

static void find_process(struct story *s, int pid_at)
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

void story_find_target(struct story *s, const struct story_place *place)
{
	find_process(s, place->argument);
}

void story_find_target_signal(struct story *s, const struct story_place *place)
{
	uint64_t number;

	find_process(s, place->argument - 1);
	if (story_argument(s, place->argument, &number))
		s->out->second = signal_name(s, number);
}

void story_find_crash(struct story *s, const struct story_place *place)
{
	uint64_t number;

	(void)place;
	s->out->object = s->out->program;
	s->out->program_is_object = true;
	if (story_number(s->main, "sig", 10, &number))
		s->out->detail = signal_name(s, number);
}

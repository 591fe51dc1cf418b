/* The grammar of sentences: which words of a story stand where, and which are left out. */
#include "output/sentence.h"

#include "output/terminal.h"
#include "table/table.h"

static const struct {
	const char *past;       /* "opened": "alice opened /etc/passwd" */
	const char *infinitive; /* "open"; empty: there is only the past, whatever came of it */
	const char *joiner;     /* before the second object: "to" */
	const char *after;      /* behind the objects: "for writing" */
	const char *something;  /* when the object is not known: "a file"; may be empty */
} verbs[STORY_VERBS] = {
#define WORDS(verb, past, infinitive, joiner, after, something)                                    \
	[VERB_##verb] = {past, infinitive, joiner, after, something},
#include "output/sentence.def"
};

static void put_text(struct sv text, struct buf *out)
{
	terminal_put(sv_head(text, SENTENCE_TEXT_MAX), out);
	if (text.n > SENTENCE_TEXT_MAX)
		buf_puts(out, "...");
}

/* A space and the word; nothing for an empty one. */
static void put_word(const char *word, struct buf *out)
{
	if (word[0] == '\0')
		return;
	buf_putc(out, ' ');
	buf_puts(out, word);
}

static void put_labelled(const char *label, struct sv text, struct buf *out)
{
	if (text.n == 0)
		return;
	put_word(label, out);
	buf_putc(out, ' ');
	put_text(text, out);
}

static void put_time(const struct sentence_style *style, int64_t seconds, struct buf *out)
{
	struct tm tm = {0};
	time_t sec = (time_t)seconds;

	if (style->local_time)
		style->local_time(seconds, &tm);
	else if (!gmtime_r(&sec, &tm))
		tm = (struct tm){0};
	if (style->date)
		buf_printf(out, "%04lld-%02d-%02d ", (long long)tm.tm_year + 1900, tm.tm_mon + 1,
			   tm.tm_mday);
	buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Where only root can put programs, the last part of a path says who it is. */
static struct sv program_name(struct sv path)
{
	static const char *const trusted[] = {"/usr/bin/",     "/usr/sbin/", "/usr/lib/",
					      "/usr/libexec/", "/bin/",      "/sbin/",
					      "/lib/"};

	for (size_t i = 0; i < LEN(trusted); i++) {
		if (!sv_starts(path, sv_cstr(trusted[i])))
			continue;
		for (size_t end = path.n; end > 0; end--)
			if (path.p[end - 1] == '/')
				return sv_from(path, end);
	}
	return path;
}

static void put_who(const struct story *s, struct buf *out)
{
	buf_putc(out, ' ');
	switch (s->actor) {
	case ACTOR_KERNEL:
		buf_puts(out, "the kernel");
		return;
	case ACTOR_SOMEONE:
		buf_puts(out, "someone");
		return;
	case ACTOR_PROGRAM:
		put_text(program_name(s->who), out);
		return;
	case ACTOR_NOLOGIN:
		put_text(s->who, out);
		buf_puts(out, " (no login)");
		return;
	case ACTOR_USER:
		put_text(s->who, out);
		if (s->acting.n) {
			buf_puts(out, " (as ");
			put_text(s->acting, out);
			buf_putc(out, ')');
		}
		return;
	}
}

static void put_verb(const struct story *s, struct buf *out)
{
	const char *infinitive = verbs[s->verb].infinitive;

	if (s->outcome == STORY_FAILED && infinitive[0]) {
		put_word("failed to", out);
		put_word(infinitive, out);
	} else if (s->outcome == STORY_UNDERWAY && infinitive[0]) {
		put_word("began to", out);
		put_word(infinitive, out);
	} else {
		put_word(verbs[s->verb].past, out);
	}
}

static void put_objects(const struct story *s, struct buf *out)
{
	if (s->object.n)
		put_labelled("", s->object, out);
	else if (!s->object_is_who)
		put_word(verbs[s->verb].something, out);
	put_labelled(verbs[s->verb].joiner, s->second, out);
	put_word(verbs[s->verb].after, out);
	if (s->detail.n) {
		buf_puts(out, " (");
		put_text(s->detail, out);
		buf_putc(out, ')');
	}
}

/* A terminal says more than a service's name ("ssh", "cron"), which the program tells as well. */
static bool is_terminal(struct sv name)
{
	return sv_starts(name, SV("pts")) || sv_starts(name, SV("tty")) ||
	       sv_starts(name, SV("console"));
}

static void put_circumstances(const struct story *s, struct buf *out)
{
	if (!s->program_is_object && s->actor != ACTOR_PROGRAM)
		put_labelled("with", s->program, out);
	put_labelled("from", s->address, out);
	if (s->address.n == 0)
		put_labelled("from", s->terminal, out);
	else if (is_terminal(s->terminal))
		put_labelled("on", s->terminal, out);
}

static void put_reason(const struct story *s, struct buf *out)
{
	const char *text = s->error ? errno_text(s->error) : NULL;

	if (s->outcome != STORY_FAILED)
		return;
	if (text)
		buf_printf(out, ": %s", text);
	else if (s->error)
		buf_printf(out, ": error %d", s->error);
}

void sentence_put(const struct sentence_style *style, struct normaliser *normaliser,
		  struct deed *deed, struct buf *out)
{
	const struct story *story = story_of(normaliser, deed);
	const struct record *first = &deed->records[0];

	put_time(style, first->stamp.sec, out);
	if (first->node.n) {
		buf_putc(out, ' ');
		put_text(first->node, out);
		buf_putc(out, ':');
	}
	put_who(story, out);
	put_verb(story, out);
	put_objects(story, out);
	put_circumstances(story, out);
	put_reason(story, out);
	if (style->serial)
		buf_printf(out, " [serial %llu]", (unsigned long long)first->stamp.serial);
	buf_putc(out, '\n');
}

/* The grammar of sentences: which words of a deed stand where, and which are left out. */
#include "output/sentence.h"

#include "output/terminal.h"
#include "table/table.h"

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

static void put_time(const struct sentence_style *style, const struct deed *d, struct buf *out)
{
	struct tm tm = {0};
	time_t sec = (time_t)d->stamp.sec;

	if (style->local_time)
		style->local_time(d->stamp.sec, &tm);
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

static void put_who(const struct deed *d, struct buf *out)
{
	buf_putc(out, ' ');
	switch (d->actor) {
	case ACTOR_KERNEL:
		buf_puts(out, "the kernel");
		return;
	case ACTOR_SOMEONE:
		buf_puts(out, "someone");
		return;
	case ACTOR_PROGRAM:
		put_text(program_name(d->who), out);
		return;
	case ACTOR_NOLOGIN:
		put_text(d->who, out);
		buf_puts(out, " (no login)");
		return;
	case ACTOR_USER:
		put_text(d->who, out);
		if (d->acting.n) {
			buf_puts(out, " (as ");
			put_text(d->acting, out);
			buf_putc(out, ')');
		}
		return;
	}
}

static void put_verb(const struct deed *d, struct buf *out)
{
	bool has_infinitive = d->verb->infinitive[0] != '\0';

	if (d->outcome == DEED_FAILED && has_infinitive) {
		put_word("failed to", out);
		put_word(d->verb->infinitive, out);
	} else if (d->outcome == DEED_UNDERWAY && has_infinitive) {
		put_word("began to", out);
		put_word(d->verb->infinitive, out);
	} else {
		put_word(d->verb->past, out);
	}
}

static void put_objects(const struct deed *d, struct buf *out)
{
	if (d->object.n)
		put_labelled("", d->object, out);
	else
		put_word(deed_kind_fallback(d->kind), out);
	put_labelled(d->verb->joiner, d->second, out);
	put_word(d->verb->after, out);
	if (d->detail.n) {
		buf_puts(out, " (");
		put_text(d->detail, out);
		buf_putc(out, ')');
	}
}

/* A terminal says more than a service's name ("ssh", "cron"), which the program tells as well. */
static bool is_terminal(struct sv name)
{
	return sv_starts(name, SV("pts")) || sv_starts(name, SV("tty")) ||
	       sv_starts(name, SV("console"));
}

static void put_circumstances(const struct deed *d, struct buf *out)
{
	if (!d->program_is_object && d->actor != ACTOR_PROGRAM)
		put_labelled("with", d->program, out);
	put_labelled("from", d->address, out);
	if (d->address.n == 0)
		put_labelled("from", d->terminal, out);
	else if (is_terminal(d->terminal))
		put_labelled("on", d->terminal, out);
}

static void put_reason(const struct deed *d, struct buf *out)
{
	const char *text = d->error ? errno_text(d->error) : NULL;

	if (d->outcome != DEED_FAILED)
		return;
	if (text)
		buf_printf(out, ": %s", text);
	else if (d->error)
		buf_printf(out, ": error %d", d->error);
}

void sentence_put(const struct sentence_style *style, const struct deed *deed, struct buf *out)
{
	put_time(style, deed, out);
	if (deed->node.n) {
		buf_putc(out, ' ');
		put_text(deed->node, out);
		buf_putc(out, ':');
	}
	put_who(deed, out);
	put_verb(deed, out);
	put_objects(deed, out);
	put_circumstances(deed, out);
	put_reason(deed, out);
	if (style->serial)
		buf_printf(out, " [serial %llu]", (unsigned long long)deed->stamp.serial);
	buf_putc(out, '\n');
}

/* Asks the machine for the time, its start and its names. */
#include "common/present.h"

#include "base/file.h"
#include "base/num.h"
#include "record/names_system.h"

#include <locale.h>

#define WHEN_TEXT_MAX ((size_t)256)
#define WHEN_WORDS    8

/* When the machine started, in whole seconds since 1970; -1 when that cannot be told. */
static int64_t boot_time(int64_t now)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(256);
	struct sv whole, rest;
	uint64_t seconds;

	if (file_read("/proc/uptime", &text, NULL) != 0 ||
	    !sv_cut(buf_view(&text), '.', &whole, &rest) || !num_u64(whole, &seconds))
		return -1;
	/* Rounded, as the reference does. */
	if (rest.n && rest.p[0] >= '5')
		seconds++;
	return now - (int64_t)seconds;
}

int present_init(struct present *p, struct err *e)
{
	int64_t now = time(NULL);

	*p = (struct present){.when = {.now = now,
				       .boot = boot_time(now),
				       .locale = duplocale(LC_GLOBAL_LOCALE),
				       .to_local = when_to_local,
				       .from_local = when_from_local}};
	if (!p->when.locale)
		return err_sys(e, "cannot use the locale");
	p->names = names_new(&names_system, e);
	if (p->names)
		return 0;
	present_release(p);
	return -1;
}

int present_when(const struct when_context *when, enum when_edge edge, const char *value,
		 int64_t *out, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(WHEN_TEXT_MAX);
	char *words[WHEN_WORDS];
	size_t count = 0, used;
	char *rest, *word;

	buf_puts(&text, value);
	buf_putc(&text, '\0');
	if (text.failed)
		return err_set(e, "\"%.40s...\" is no time", value);
	for (rest = text.p; count < WHEN_WORDS && (word = strsep(&rest, " ")) != NULL;)
		if (word[0])
			words[count++] = word;
	if (count == 0)
		return err_set(e, "a date, a time or a word such as yesterday is missing");
	if (when_parse_words(when, edge, words, count, &used, out, e) != 0)
		return -1;
	return used == count ? 0 : err_set(e, "\"%s\" does not belong to a time", words[used]);
}

void present_release(struct present *p)
{
	if (p->when.locale)
		freelocale(p->when.locale);
	names_free(p->names);
	*p = (struct present){0};
}

/* Values that are times or stamps of events: as -ts takes them, whole days, SECONDS.MILLISECONDS. */
#include "query/lang_parts.h"

#include "base/num.h"

#define WHEN_TEXT_MAX 64

/* DATE TIME or one word, as they are given to -ts. */
static int read_when(struct lang_parser *p, enum when_edge edge, struct sv text, int64_t *out)
{
	char first[WHEN_TEXT_MAX], *second = NULL;
	struct err e;
	size_t blank;

	if (!sv_to_cstr(text, first, sizeof(first)) || first[0] == '\0')
		return lang_wrong_value(p, "a time is expected here, not ", text, "");
	blank = sv_index(text, ' ');
	if (blank < text.n && !sv_ends(text, SV(" ago"))) {
		first[blank] = '\0';
		second = first + blank + 1;
	}
	if (when_parse(p->env->when, edge, first, second, out, &e) == 0)
		return 0;
	return lang_wrong(&p->lexer, p->lexer.start, lang_lexer_written(&p->lexer).n, "%.150s",
			  e.text);
}

/* A day, written as one, is all of it; "today" up to its end, too. */
static bool is_day(struct sv text)
{
	return sv_index(text, ':') == text.n && sv_index(text, ' ') == text.n &&
	       (sv_eq(text, SV("today")) || sv_eq(text, SV("yesterday")) ||
		((text.n == 10 && text.p[4] == '-') || sv_index(text, '/') < text.n));
}

static bool end_of_day(const struct when_context *when, int64_t start, int64_t *out)
{
	struct tm day;

	if (!when->to_local(start, &day))
		return false;
	day.tm_hour = 23;
	day.tm_min = day.tm_sec = 59;
	day.tm_isdst = -1;
	return when->from_local(&day, out);
}

/* SECONDS.MILLISECONDS, perhaps with "ts:" in front. */
static bool read_stamp_ms(struct sv text, int64_t *out)
{
	struct sv seconds, milli;
	uint64_t s, ms;

	if (sv_starts(text, SV("ts:")))
		text = sv_from(text, 3);
	if (!sv_cut(text, '.', &seconds, &milli) || milli.n != 3 || seconds.n < 8 ||
	    !num_range(seconds, 0, INT64_MAX / 2000, &s) || !num_range(milli, 0, 999, &ms))
		return false;
	*out = (int64_t)(s * 1000 + ms);
	return true;
}

int lang_read_time(struct lang_parser *p, struct lang_test *t)
{
	int64_t start = 0, end;

	t->kind = LANG_TEST_TIME;
	if (read_stamp_ms(t->text, &t->from_ms)) {
		t->to_ms = t->from_ms;
		return 0;
	}
	if (read_when(p, WHEN_START, t->text, &start) != 0)
		return -1;
	end = start;
	if (is_day(t->text) && !end_of_day(p->env->when, start, &end))
		return lang_wrong_value(p, "", t->text, " is no time: the day has no end");
	if (start > INT64_MAX / 2000 || end > INT64_MAX / 2000)
		return lang_wrong_value(p, "", t->text, " is no time: it is too far away");
	t->from_ms = start * 1000;
	t->to_ms = end * 1000 + 999;
	return 0;
}

/* SECONDS.MILLISECONDS:SERIAL */
int lang_read_stamp(struct lang_parser *p, struct lang_test *t)
{
	struct sv rest = t->text, seconds, milli, serial;
	uint64_t sec, ms;

	t->kind = LANG_TEST_STAMP;
	if (!sv_cut(rest, '.', &seconds, &rest) || !sv_cut(rest, ':', &milli, &serial) ||
	    !num_range(seconds, 0, INT64_MAX / 2000, &sec) || !num_range(milli, 0, 999, &ms) ||
	    !num_u64(serial, &t->stamp.serial))
		return lang_wrong_value(p, "an event is SECONDS.MILLISECONDS:SERIAL, not ", t->text,
					"");
	t->stamp.sec = (int64_t)sec;
	t->stamp.ms = (uint32_t)ms;
	return 0;
}

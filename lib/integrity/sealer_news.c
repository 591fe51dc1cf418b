/* What a sealer tells of itself: news for the log, figures for everybody who asks. */
#include "integrity/sealer_priv.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
	const char *word;
	bool is_trouble;
} kinds[] = {
#define NEWS(id, word, is_trouble) {word, is_trouble},
#include "integrity/sealer_news.def"
#undef NEWS
};

void sealer_tell_locked(struct sealer *s, enum sealer_news_kind kind, uint64_t from, uint64_t to,
			const char *text)
{
	size_t at = (s->news_at + s->news_count) % SEALER_NEWS_MAX;
	struct sealer_news *n = &s->news[at];

	if (s->news_count == SEALER_NEWS_MAX)
		n = &s->news[(at + SEALER_NEWS_MAX - 1) % SEALER_NEWS_MAX];
	else
		s->news_count++;
	*n = (struct sealer_news){.kind = kind, .from = from, .to = to};
	(void)snprintf(n->text, sizeof(n->text), "%s", text);
	for (char *c = n->text; *c; c++)
		if (*c < ' ' || *c > '~' || *c == '"')
			*c = '\'';
}

void sealer_tell(struct sealer *s, enum sealer_news_kind kind, uint64_t from, uint64_t to,
		 const char *text)
{
	(void)pthread_mutex_lock(&s->mutex);
	sealer_tell_locked(s, kind, from, to, text);
	(void)pthread_mutex_unlock(&s->mutex);
}

bool sealer_news_is_trouble(const struct sealer_news *news)
{
	return kinds[news->kind].is_trouble;
}

void sealer_news_put(const struct sealer_news *news, struct buf *out)
{
	buf_printf(out, "op=%s ", kinds[news->kind].word);
	if (news->to > news->from)
		buf_printf(out, "from=%" PRIu64 " to=%" PRIu64 " ", news->from, news->to);
	else if (news->from)
		buf_printf(out, "from=%" PRIu64 " ", news->from);
	if (news->text[0])
		buf_printf(out, "cause=\"%s\" ", news->text);
	buf_printf(out, "res=%s", kinds[news->kind].is_trouble ? "failed" : "success");
}

/* Under the lock. */
static void set_state(struct sealer *s, enum sealer_state state, const char *why)
{
	struct sealer_figures *f = &s->figures;

	(void)snprintf(f->why, sizeof(f->why), "%s", why);
	if (f->state == state)
		return;
	if (state == SEALER_UNSEALED) {
		f->unsealed_times++;
		sealer_tell_locked(s, SEALER_NEWS_UNSEALED, s->covered, 0, why);
	} else if (state == SEALER_SEALED && f->state == SEALER_UNSEALED) {
		sealer_tell_locked(s, SEALER_NEWS_SEALED, s->unsealed_from, s->covered, "");
	}
	if (state == SEALER_UNSEALED)
		s->unsealed_from = s->covered;
	f->state = state;
	f->since_ns = sealer_wall_ns(s);
}

void sealer_set_state(struct sealer *s, enum sealer_state state, const char *why)
{
	(void)pthread_mutex_lock(&s->mutex);
	set_state(s, state, why);
	(void)pthread_mutex_unlock(&s->mutex);
}

/* A disk that does not answer: the thread waits for it, and cannot say so. Under the lock. */
static void look_at_patience(struct sealer *s, uint64_t now)
{
	uint64_t patience = (s->settings.checkpoint_ms + SEALER_OVERDUE_MS) * MS;

	if (s->figures.state == SEALER_SEALED && s->range.size > s->covered && s->waiting_ns &&
	    now > s->waiting_ns + patience)
		set_state(s, SEALER_UNSEALED, "the disk does not answer");
}

bool sealer_take_news(struct sealer *s, struct sealer_news *news)
{
	uint64_t now = sealer_boot_ns(s);
	bool is_there;

	(void)pthread_mutex_lock(&s->mutex);
	look_at_patience(s, now);
	is_there = s->news_count > 0;
	if (is_there) {
		*news = s->news[s->news_at];
		s->news_at = (s->news_at + 1) % SEALER_NEWS_MAX;
		s->news_count--;
	}
	(void)pthread_mutex_unlock(&s->mutex);
	return is_there;
}

void sealer_figures(struct sealer *s, struct sealer_figures *out)
{
	uint64_t now = sealer_boot_ns(s);

	(void)pthread_mutex_lock(&s->mutex);
	look_at_patience(s, now);
	*out = s->figures;
	out->size = s->range.size;
	out->sealed = s->covered;
	(void)pthread_mutex_unlock(&s->mutex);
}

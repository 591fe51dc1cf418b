/* Which frames are looked at, and when a file is given up. What is read instead is prune_sieve()'s to say. */
#include "query/sieve.h"

#include <stdlib.h>

#define FIRST_FRAMES 16 /* tell whether hits are rare: */
#define RARE         4  /* fewer than one frame in so many */

struct sieve_file {
	bool is_wanted, is_through;
	size_t next, looked, hits; /* frames: the next to look at, and of those that are done */
	unsigned char *hit;        /* of each frame, once the first is asked for */
};

struct sieve {
	const struct plan *plan;
	struct prune *prune;
	const struct cursor *cursor;
	size_t count;
	struct sieve_file files[];
};

struct sieve *sieve_new(const struct plan *plan, struct prune *prune, const struct cursor *cursor)
{
	struct sieve *v;
	bool any = false;

	if (!plan->set_count)
		return NULL;
	v = calloc(1, sizeof(*v) + cursor->count * sizeof(v->files[0]));
	if (!v)
		return NULL;
	*v = (struct sieve){plan, prune, cursor, cursor->count};
	for (size_t i = cursor->at; i < v->count; i++)
		any |= v->files[i].is_wanted = prune_can_sieve(prune, i);
	if (any)
		return v;
	free(v);
	return NULL;
}

void sieve_free(struct sieve *v)
{
	for (size_t i = 0; v && i < v->count; i++)
		free(v->files[i].hit);
	free(v);
}

/* ---- what is next ---- */

/* The first time that it is asked for. False: it is not looked through. */
static bool begin(struct sieve_file *f, struct segment *s)
{
	if (f->hit)
		return true;
	if (segment_frames(s, NULL) == 0)
		f->hit = calloc(s->frame_count + 1, 1);
	f->is_through = !f->hit;
	return f->hit != NULL;
}

/* Whoever waits for a file has to learn here that it cannot be looked through: no job of it will ever end. */
bool sieve_is_through(struct sieve *v, size_t source)
{
	struct sieve_file *f = &v->files[source];

	if (source >= v->count || !f->is_wanted || f->is_through)
		return true;
	return !begin(f, &v->cursor->sources[source]->segment);
}

static bool next_of(struct sieve *v, size_t source, struct sieve_job *out)
{
	struct sieve_file *f = &v->files[source];
	const struct segment *s = &v->cursor->sources[source]->segment;

	if (sieve_is_through(v, source) || f->next == s->frame_count)
		return false;
	*out = (struct sieve_job){.source = source, .first = f->next, .count = SIEVE_FRAMES};
	if (out->count > s->frame_count - out->first)
		out->count = s->frame_count - out->first;
	f->next += out->count;
	return true;
}

bool sieve_next(struct sieve *v, size_t source, struct sieve_job *out)
{
	/* One file ahead: nobody waits while the last frames of this one are looked at. */
	for (size_t i = source; i < v->count && i < source + 2; i++)
		if (next_of(v, i, out))
			return true;
	return false;
}

/* ---- looking ---- */

static bool has_tools(struct sieve_tools *t)
{
	if (!t->unpacker)
		t->unpacker = segment_unpacker_new();
	if (!t->text)
		t->text = malloc(SEGMENT_FRAME_MAX);
	if (!t->marks)
		t->marks = malloc(MARKS_WORDS(SEGMENT_FRAME_MAX) * sizeof(*t->marks));
	return t->unpacker && t->text && t->marks;
}

void sieve_tools_release(struct sieve_tools *t)
{
	segment_unpacker_free(t->unpacker);
	free(t->text);
	free(t->marks);
	*t = (struct sieve_tools){NULL, NULL, NULL};
}

static bool any_mark(const uint64_t *marks, size_t words)
{
	uint64_t any = 0;

	for (size_t i = 0; i < words; i++)
		any |= marks[i];
	return any != 0;
}

static enum prune_hit look_at(const struct sieve *v, struct sieve_tools *t, const struct segment *s,
			      size_t frame)
{
	struct sv text = sv_make(t->text, s->frames[frame].raw_bytes);
	size_t words = MARKS_WORDS(text.n);

	if (segment_read(s, t->unpacker, frame, t->text, NULL) != 0)
		return PRUNE_BROKEN;
	memset(t->marks, 0, words * sizeof(*t->marks));
	plan_scan(v->plan, text, t->marks);
	return any_mark(t->marks, words) ? PRUNE_HIT : PRUNE_NO_HIT;
}

void sieve_look(const struct sieve *v, struct sieve_tools *tools, struct sieve_job *job)
{
	const struct segment *s = &v->cursor->sources[job->source]->segment;
	bool can_look = has_tools(tools);

	for (size_t i = 0; i < job->count; i++)
		job->hits[i] = can_look ? look_at(v, tools, s, job->first + i) : PRUNE_HIT;
}

/* ---- the end ---- */

static bool is_in_vain(const struct sieve_file *f)
{
	return f->looked >= FIRST_FRAMES && f->hits > f->looked / RARE;
}

int sieve_end(struct sieve *v, const struct sieve_job *job, struct prune_lines *lines)
{
	struct sieve_file *f = &v->files[job->source];
	const struct segment *s = &v->cursor->sources[job->source]->segment;

	if (f->is_through)
		return 0;
	for (size_t i = 0; i < job->count; i++) {
		f->hit[job->first + i] = job->hits[i];
		f->hits += job->hits[i] != PRUNE_NO_HIT;
	}
	f->looked += job->count;
	f->is_through = is_in_vain(f) || f->looked == s->frame_count;
	if (!f->is_through || is_in_vain(f))
		return 0;
	return prune_sieve(v->prune, job->source, f->hit, lines);
}

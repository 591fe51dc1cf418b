/*
 * Rules are pairs by what they are; of the pairs the longest run stays that stands in the same
 * order on both sides, the others have moved.
 */
#include "policy/difference.h"

#include <stdlib.h>

/* One side of one list. */
struct side {
	const struct rule **rules;
	size_t *at;    /* index in the target */
	size_t *other; /* index of its pair on the other side, or DIFFERENCE_NONE */
	size_t count;
};

static bool side_init(struct side *s, struct rule_view view, uint32_t list)
{
	s->rules = calloc(view.count + 1, sizeof(const struct rule *));
	s->at = calloc(view.count + 1, sizeof(*s->at));
	s->other = calloc(view.count + 1, sizeof(*s->other));
	if (!s->rules || !s->at || !s->other)
		return false;
	for (size_t i = 0; i < view.count; i++) {
		if (view.rules[i].rule->list != list)
			continue;
		s->rules[s->count] = view.rules[i].rule;
		s->at[s->count] = i;
		s->other[s->count++] = DIFFERENCE_NONE;
	}
	return true;
}

static void side_release(struct side *s)
{
	free(s->rules);
	free(s->at);
	free(s->other);
}

/* The first of one side goes with the first that is the same of the other. */
static void pair_up(struct side *a, struct side *b)
{
	for (size_t i = 0; i < a->count; i++) {
		/* Most sets agree for long: look where the last pair was first. */
		size_t start = i && a->other[i - 1] != DIFFERENCE_NONE ? a->other[i - 1] + 1 : 0;

		for (size_t n = 0; n < b->count; n++) {
			size_t j = (start + n) % b->count;

			if (b->other[j] != DIFFERENCE_NONE || !rule_same(a->rules[i], b->rules[j]))
				continue;
			a->other[i] = j;
			b->other[j] = i;
			break;
		}
	}
}

/*
 * Marks in stays, by index of a, a longest run of pairs in the same order on both sides. tails[n] is
 * the pair with the smallest place in b at which a run of n + 1 pairs ends.
 */
static bool find_stays(const struct side *a, bool *stays)
{
	size_t *tails = calloc(a->count + 1, sizeof(*tails));
	size_t *before = calloc(a->count + 1, sizeof(*before));
	size_t length = 0, i;

	for (i = 0; tails && before && i < a->count; i++) {
		size_t low = 0, high = length;

		if (a->other[i] == DIFFERENCE_NONE)
			continue;
		while (low < high) {
			size_t middle = (low + high) / 2;

			if (a->other[tails[middle]] < a->other[i])
				low = middle + 1;
			else
				high = middle;
		}
		before[i] = low ? tails[low - 1] : DIFFERENCE_NONE;
		tails[low] = i;
		if (low == length)
			length++;
	}
	for (i = length ? tails[length - 1] : DIFFERENCE_NONE; i != DIFFERENCE_NONE; i = before[i])
		stays[i] = true;
	free(tails);
	free(before);
	return tails && before;
}

static void put_line(struct difference *d, enum difference_kind kind, const struct side *a,
		     size_t i, const struct side *b, size_t j)
{
	d->lines[d->count++] = (struct difference_line){
		kind,
		i == DIFFERENCE_NONE ? i : a->at[i],
		j == DIFFERENCE_NONE ? j : b->at[j],
		i + 1,
		j + 1,
	};
	d->gone += kind == DIFFERENCE_GONE;
	d->came += kind == DIFFERENCE_CAME;
	d->moved += kind == DIFFERENCE_MOVED_TO;
}

/* Between rules that stay: first what a has there, then what b has. */
static void merge(struct difference *d, const struct side *a, const struct side *b,
		  const bool *stays)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		if (i < a->count && !stays[i]) {
			put_line(d,
				 a->other[i] == DIFFERENCE_NONE ? DIFFERENCE_GONE
								: DIFFERENCE_MOVED_FROM,
				 a, i, b, a->other[i]);
			i++;
		} else if (j < b->count &&
			   (b->other[j] == DIFFERENCE_NONE || !stays[b->other[j]])) {
			put_line(d,
				 b->other[j] == DIFFERENCE_NONE ? DIFFERENCE_CAME
								: DIFFERENCE_MOVED_TO,
				 a, b->other[j], b, j);
			j++;
		} else {
			put_line(d, DIFFERENCE_SAME, a, i++, b, j++);
		}
	}
}

static bool find_list(struct difference *d, const struct target *ta, const struct target *tb,
		      uint32_t list)
{
	struct side a = {0}, b = {0};
	bool *stays = calloc(ta->rules.count + 1, sizeof(*stays));
	bool is_done = false;

	if (stays && side_init(&a, ta->rules, list) && side_init(&b, tb->rules, list)) {
		pair_up(&a, &b);
		is_done = find_stays(&a, stays);
		if (is_done)
			merge(d, &a, &b, stays);
	}
	side_release(&a);
	side_release(&b);
	free(stays);
	return is_done;
}

static void put_setting(struct difference *d, const struct difference_setting *s,
			const struct target *a, const struct target *b)
{
	/* The kernel has every setting, files those that they care for. */
	if ((!s->in_a && b->is_kernel) || (!s->in_b && a->is_kernel))
		return;
	if (s->in_a != s->in_b || (s->in_a && s->a != s->b))
		d->settings[d->setting_count++] = *s;
}

static void find_settings(struct difference *d, const struct target *a, const struct target *b)
{
	for (size_t i = 0; i < SETTINGS; i++)
		put_setting(d,
			    &(struct difference_setting){settings[i].option, settings[i].name,
							 a->settings.mask & settings[i].bit,
							 b->settings.mask & settings[i].bit,
							 setting_get(&a->settings, i),
							 setting_get(&b->settings, i)},
			    a, b);
	if (a->lock_loginuid != b->lock_loginuid &&
	    (a->is_kernel ? b->lock_loginuid : !b->is_kernel || a->lock_loginuid))
		d->settings[d->setting_count++] = (struct difference_setting){
			"--loginuid-immutable", "loginuid_immutable", a->lock_loginuid,
			b->lock_loginuid,       a->lock_loginuid,     b->lock_loginuid};
}

int difference_find(struct difference *d, const struct target *a, const struct target *b,
		    struct err *e)
{
	*d = (struct difference){0};
	d->lines = calloc(a->rules.count + b->rules.count + 1, sizeof(*d->lines));
	for (uint32_t list = 0; d->lines && list < AUDIT_NR_FILTERS; list++)
		if (!find_list(d, a, b, list)) {
			difference_release(d);
			return err_set(e, "no memory to compare the rules");
		}
	if (!d->lines)
		return err_set(e, "no memory to compare the rules");
	find_settings(d, a, b);
	return 0;
}

void difference_release(struct difference *d)
{
	free(d->lines);
	*d = (struct difference){0};
}

/*
 * Which segments the log still has. Policy removes the oldest; that is signed, so that it cannot be taken
 * for somebody's doing. What was removed otherwise is not signed, and whoever verifies the log finds it missing.
 */
#include "integrity/sealer_priv.h"

#include "log/text.h"

#include <stdio.h>

static bool is_there(const struct log_set *set, const struct seal_place *p)
{
	const struct log_identity id = {p->device, p->inode, (int64_t)p->birth_ns};

	return log_set_find(set, &id) < set->count;
}

/* The log's files; with the compressed ones only if the oldest segment is not among the others. */
static int look(const struct sealer *s, struct log_set *set, struct err *e)
{
	const struct seal_place *oldest = &s->ledger.places[0];

	if (log_set_look(set, s->log_path, e) != 0)
		return -1;
	return is_there(set, oldest) ? 0 : log_set_add_packed(set, s->log_path, e);
}

/*
 * How many segments are gone from the oldest on; *fresh of them hold lines that no note has given up, or
 * were never looked for. *kept: how many are there.
 */
static size_t count_gone(const struct sealer *s, const struct log_set *set, size_t *fresh,
			 size_t *kept)
{
	const struct ledger *l = &s->ledger;
	size_t gone = 0;

	*fresh = 0;
	*kept = 0;
	for (size_t i = 0; i < l->place_count; i++) {
		const struct seal_place *p = &l->places[i];
		bool there = is_there(set, p);

		*kept += there;
		if (!there && gone == i) {
			gone++;
			*fresh += !p->ended || p->end > l->chain.first_kept;
		}
	}
	return gone;
}

static void forget(struct sealer *s, uint64_t first_kept)
{
	struct ledger *l = &s->ledger;
	uint64_t below = first_kept;

	/* Those of the newest lines are always needed: recovery begins with them. */
	if (!l->keeps_leaves && s->sealed > below)
		below = s->sealed;
	if (below >> 16 <= s->forgotten >> 16)
		return;
	(void)levels_forget(&l->levels, below & ~(LEVEL_FILE - 1));
	s->forgotten = below;
}

int sealer_look(struct sealer *s, unsigned removed, enum log_removal why, struct err *e)
{
	struct log_set set = LOG_SET_INIT;
	struct ledger *l = &s->ledger;
	unsigned num_logs;
	size_t gone, fresh, kept;
	uint64_t from = l->chain.first_kept, first;

	if (l->place_count == 0)
		return 0;
	if (look(s, &set, e) != 0)
		return -1;
	gone = count_gone(s, &set, &fresh, &kept);
	log_set_release(&set);
	(void)pthread_mutex_lock(&s->mutex);
	num_logs = s->settings.num_logs;
	(void)pthread_mutex_unlock(&s->mutex);
	/* Somebody took all of them, or policy cannot have been it. */
	if (gone == l->place_count || (fresh > removed && (num_logs == 0 || kept < num_logs)))
		gone = 0;
	first = gone ? l->places[gone].first : from;
	if (first > s->sealed)
		return 0;
	if (first > from) {
		const char *reason = removed && why == LOG_REMOVED_SPACE ? "space" : "num_logs";

		if (sealer_sign_pruned(s, first, reason, e) != 0)
			return -1;
		sealer_tell(s, SEALER_NEWS_PRUNED, from, first, reason);
	}
	ledger_drop_places(l, gone);
	forget(s, first);
	return 0;
}

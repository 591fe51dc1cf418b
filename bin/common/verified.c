/* Asks the set of signed lines about events, and counts what is held back. */
#include "common/verified.h"

#include "common/frame.h"

#include <time.h>

#define NS_S 1000000000

static int tell_why(enum prove_status status, const struct err *why, struct err *e)
{
	return err_set(e, "%s: %s",
		       status == PROVE_WRONG
			       ? "nothing is shown, for the log or its seal was changed"
			       : "nothing can be verified",
		       why->text);
}

int verified_open(struct verified *v, const struct sealed_choice *choice, const struct query *query,
		  struct err *e)
{
	struct prove_options o = {.now = (uint64_t)time(NULL)};
	const struct evidence *ev;
	enum prove_status status;
	struct err why = {0};

	*v = (struct verified){.program = choice->program};
	if (sealed_find(&v->sealed, choice, &why) != 0)
		return tell_why(PROVE_FAILED, &why, e);
	o.log = v->sealed.log;
	o.key = sealed_key(&v->sealed);
	o.anchor = sealed_anchor(&v->sealed);
	status = prove_open(&v->prove, &o, &why);
	if (status != PROVE_HOLDS)
		return tell_why(status, &why, e);
	ev = prove_evidence(v->prove);
	if (ev->trust == EVIDENCE_TRUST_NONE) {
		(void)err_set(
			&why,
			"only integrity/ itself says which key began the seal: give the key that "
			"`aurum seal init` printed (--seal-key)");
		return tell_why(PROVE_MISSING, &why, e);
	}
	v->began = (int64_t)ev->notes[0].seconds;
	v->ended = (int64_t)ev->chain.seconds;
	if (ev->commit_count && (int64_t)(ev->last.wall_ns / NS_S) > v->ended)
		v->ended = (int64_t)(ev->last.wall_ns / NS_S);
	status = proven_open(&v->set, v->prove, query->start, query->end, &why);
	return status == PROVE_HOLDS ? 0 : tell_why(status, &why, e);
}

void verified_close(struct verified *v)
{
	proven_close(v->set);
	prove_close(v->prove);
	v->set = NULL;
	v->prove = NULL;
}

struct proven_asker *verified_asker_new(struct verified *v)
{
	return proven_asker_new(v->set);
}

bool verified_holds(struct verified *v, struct proven_asker *a, const struct event *event)
{
	for (size_t i = 0; i < event->count; i++)
		if (!proven_has(a, event->records[i].line)) {
			(void)atomic_fetch_add(&v->held, 1);
			if (event->stamp.sec < v->began)
				(void)atomic_fetch_add(&v->early, 1);
			else if (event->stamp.sec >= v->ended)
				(void)atomic_fetch_add(&v->late, 1);
			return false;
		}
	return true;
}

void verified_tell(const struct verified *v)
{
	unsigned long long held = atomic_load(&v->held), early = atomic_load(&v->early),
			   late = atomic_load(&v->late), changed = held - early - late;

	if (v->set && proven_problem(v->set))
		frame_say(v->program, "not all lines could be verified: %s",
			  proven_problem(v->set));
	frame_say(v->program,
		  held ? "events held back, for not all of their lines are proven: %llu"
		       : "events held back: %llu",
		  held);
	if (early)
		frame_say(v->program, "%llu of them are older than the seal, and were never signed",
			  early);
	if (late)
		frame_say(v->program,
			  "%llu of them are newer than the newest checkpoint: they may not be "
			  "signed yet, or never were",
			  late);
	if (changed)
		frame_say(v->program,
			  "%llu of them have lines that are not the ones that were signed: "
			  "`aurum verify` says which",
			  changed);
}

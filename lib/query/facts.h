/*
 * What the records of one event say, gathered in one walk over their fields: the same fields
 * of the same record types that a search looks at (query/look.c), kept instead of compared.
 *
 *	struct facts f;
 *	facts_init(&f, FACT(QUERY_EXE) | FACT(QUERY_SUCCESS));
 *	facts_gather(&f, event);
 *	if (facts_has(&f, QUERY_EXE)) use(f.text[QUERY_EXE]);
 *	facts_release(&f);
 *
 * Only what was asked for is gathered. Texts are decoded and point into the event's lines or
 * into memory of f: they are valid until the next facts_gather(), as long as the event is.
 */
#ifndef AURUM_QUERY_FACTS_H
#define AURUM_QUERY_FACTS_H

#include "base/arena.h"
#include "query/query.h"

#define FACT(item) (UINT32_C(1) << (item))
/* Access decisions (AVC, USER_AVC) are no item of a query. */
#define FACT_ACCESS (UINT32_C(1) << 31)

struct fact_file {
	struct sv name; /* relative names are completed with the working directory */
	bool is_parent; /* the folder of what was acted on, in a record that says no more */
};

enum fact_verdict { VERDICT_NONE, VERDICT_DENIED, VERDICT_GRANTED };

struct fact_access {
	enum fact_verdict verdict;
	struct sv subject, object, class, permissions; /* p is NULL for what is not said */
};

struct facts_plan;

struct facts {
	uint32_t wanted, known; /* FACT() bits */
	/* Ids, SYSCALL; MACHINE an enum machine; SUCCESS 1 or 0. */
	uint64_t number[QUERY_ITEMS];
	struct sv text[QUERY_ITEMS]; /* HOST TERMINAL EXE COMM ACCOUNT SUBJECT OBJECT VM UUID */
	struct fact_file *files;     /* in the order of the records */
	struct sv *keys;
	/* Those with a verdict; when there is none, the last one without. */
	struct fact_access *accesses;
	size_t file_count, key_count, access_count;
	bool failed; /* no memory for some of it, in any event so far */

	/* Private. */
	struct facts_plan *plan;
	struct query_scratch scratch;
	struct arena texts;
	size_t file_cap, key_cap, access_cap;
};

/* failed is set when there is no memory: nothing is then ever known. */
void facts_init(struct facts *f, uint32_t wanted);
void facts_release(struct facts *f);

/* Forgets the last event, reads this one. Linear in the size of its records. */
void facts_gather(struct facts *f, const struct event *event);

static inline bool facts_has(const struct facts *f, enum query_item item)
{
	return f->known & FACT(item);
}

#endif

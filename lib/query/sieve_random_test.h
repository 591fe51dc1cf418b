/*
 * For tests: as query/prune_random_test.h has, with logs and questions for which compressed files are looked through
 * (query/sieve.h): many frames, texts that few of them have, clocks that leap, damage, searches that are stopped.
 */
#ifndef AURUM_QUERY_SIEVE_RANDOM_TEST_H
#define AURUM_QUERY_SIEVE_RANDOM_TEST_H

#include "query/random_case_test.h"

/* In stamps, in what ends an event, in values, in the enriched part; rare or not. */
static void sieve_text(struct dice *d, char text[32])
{
	static const char *const some[] = {"needle", "4242",    "shadow",     "6E6565", "UID=\"",
					   "vm-9",   "audit(1", "type=AVC m", "EOE",    "1000"};

	switch (roll(d, 4)) {
	case 0:
		(void)snprintf(text, 32, ":%u)", roll(d, 200));
		break;
	case 1:
		(void)snprintf(text, 32, "EOE msg=audit(15%02u", roll(d, 60));
		break;
	case 2:
		(void)snprintf(text, 32, ".00%u:%u", roll(d, 3), roll(d, 100));
		break;
	default:
		(void)snprintf(text, 32, "%s", PICK(d, some));
	}
}

static void sieve_files(struct dice *d, struct random_case *c)
{
	static const size_t frames[] = {1, 1, 1, 100, 100, 300}, packed[] = {1, 1, 100, 100, 700};

	c->file_count = 1 + roll(d, 5);
	for (size_t i = 0; i < c->file_count; i++) {
		unsigned state = roll(d, 24);

		c->files[i] = (struct random_file){
			.is_packed = roll(d, 8) > 0,
			.is_torn = roll(d, 32) == 0,
			.share = 96 + roll(d, 160),
			.frame_bytes = PICK(d, frames),
			.packed_bytes = PICK(d, packed),
			.damage = roll(d, 256),
			.index = state < 21 ? GOOD_INDEX : (enum index_state)(state - 20),
		};
	}
}

static void sieve_question(struct dice *d, struct random_case *c, struct arena *a)
{
	query_init(&c->query);
	if (roll(d, 4) == 0)
		random_query(d, &c->query);
	if (roll(d, 2))
		c->demand = random_demand(d, a, 2);
	if (roll(d, 3) == 0)
		c->query.start = 1500 + roll(d, 30);
	if (roll(d, 3) == 0)
		c->query.end = 1500 + roll(d, 80);
	c->timeout_s = 1 + roll(d, 3);
	c->threads = (unsigned[]){2, 3, 8}[roll(d, 3)];
	c->limit = roll(d, 6) == 0 ? 1 + roll(d, 8) : 0;
}

/* Only where the index would have all of all files be read it is known what is told of it. */
static void break_some(struct dice *d, struct random_case *c)
{
	if (roll(d, 8) || c->demand || c->limit)
		return;
	query_init(&c->query);
	for (size_t i = 0; i < c->file_count; i++) {
		c->files[i].is_torn = false;
		c->files[i].is_broken = c->files[i].is_packed && roll(d, 2);
		c->is_broken |= c->files[i].is_broken;
	}
}

/* Makes log, files and question of the bytes; aborts when looking through changes what is found. */
static void random_sieve(const char *folder, const uint8_t *bytes, size_t n,
			 struct random_tally *tally)
{
	static const size_t sizes[] = {64, 333, 1000, 100000};
	static const int leaps[] = {0, 0, 60, 9};
	struct open_events open = {0};
	struct dice d = {bytes, n, 0};
	CLEANUP(buf_release) struct buf log = BUF_INIT(LOG_MAX);
	struct random_case c = {.folder = folder};
	char text[32];
	size_t blocks[2];
	struct arena arena;

	arena_init(&arena, (size_t)1 << 20);
	sieve_question(&d, &c, &arena);
	sieve_text(&d, text);
	c.text = roll(&d, 8) ? sv_cstr(text) : SV_EMPTY;
	blocks[0] = PICK(&d, sizes);
	blocks[1] = PICK(&d, sizes);
	sieve_files(&d, &c);
	break_some(&d, &c);
	open.leap = PICK(&d, leaps);
	open.is_pure = c.is_broken;
	open.is_tidy = c.is_broken || roll(&d, 4) > 0;
	calm_log(&d, &log, open);
	cut_files(buf_view(&log), &c);
	compare_case(&c, blocks, tally);
	arena_release(&arena);
}

#endif

/*
 * For tests: random logs, files and questions, made of bytes: for seeds and for a fuzzer.
 */
#ifndef AURUM_QUERY_PRUNE_RANDOM_TEST_H
#define AURUM_QUERY_PRUNE_RANDOM_TEST_H

#include "query/random_case_test.h"

/* Rare and frequent ones, in values and in stamps, also of what ends an event. */
static void random_text(struct dice *d, struct random_case *c, char text[32])
{
	static const char *const some[] = {"42", "needle", "4242",   "EOE",
					   "=",  "shadow", "UID=\"", "audit(150"};

	if (roll(d, 2))
		(void)snprintf(text, 32, ":%u)", roll(d, 64));
	else if (roll(d, 2))
		(void)snprintf(text, 32, "EOE msg=audit(15%02u", roll(d, 40));
	else
		(void)snprintf(text, 32, "%s", PICK(d, some));
	c->text = sv_cstr(text);
	if (roll(d, 4)) {
		query_init(&c->query);
		c->query.start = roll(d, 3) ? INT64_MIN : 1500 + roll(d, 20);
	}
	c->demand = roll(d, 2) ? c->demand : NULL;
	c->file_count = 1 + c->file_count % 3;
	for (size_t i = 0; i < c->file_count; i++) {
		c->files[i].is_packed = roll(d, 4) > 0;
		c->files[i].frame_bytes = roll(d, 4) ? 100 : 1;
		c->files[i].share = 256;
	}
}

/* What the files will be like; their text comes later. */
static void random_files(struct dice *d, struct random_case *c)
{
	static const size_t frames[] = {1, 100, 300, 300, 700, 2000}, packed[] = {1, 100, 700};

	c->file_count = 1 + roll(d, FILES_MAX);
	for (size_t i = 0; i < c->file_count; i++) {
		unsigned state = roll(d, 16);

		c->files[i] = (struct random_file){
			.is_packed = roll(d, 3) == 0,
			.is_torn = roll(d, 8) == 0,
			.share = roll(d, 256),
			.frame_bytes = PICK(d, frames),
			.packed_bytes = PICK(d, packed),
			.damage = roll(d, 256),
			.index = state < 12 ? GOOD_INDEX : (enum index_state)(state - 12),
		};
	}
}

/* Makes log, files and question of the bytes; aborts when an index changes what is found. */
static void random_prune(const char *folder, const uint8_t *bytes, size_t n,
			 struct random_tally *tally)
{
	static const size_t sizes[] = {64, 333, 1000, 100000};
	struct dice d = {bytes, n, 0};
	CLEANUP(buf_release) struct buf log = BUF_INIT(LOG_MAX);
	struct random_case c = {.folder = folder};
	char text[32];
	size_t blocks[2];
	struct arena arena;

	arena_init(&arena, (size_t)1 << 20);
	random_query(&d, &c.query);
	c.timeout_s = 1 + roll(&d, 3);
	if (roll(&d, 2)) {
		query_init(&c.query);
		c.demand = random_demand(&d, &arena, 2);
		if (roll(&d, 3) == 0)
			c.query.start = 1500 + roll(&d, 40);
		if (roll(&d, 3) == 0)
			c.query.end = 1500 + roll(&d, 60);
	}
	blocks[0] = PICK(&d, sizes);
	blocks[1] = PICK(&d, sizes);
	random_files(&d, &c);
	if (roll(&d, 3) == 0)
		random_text(&d, &c, text);
	c.is_wild = roll(&d, 8) == 0;
	if (c.is_wild)
		c.file_count = 1;
	if (c.is_wild)
		random_log(&d, &log);
	else
		calm_log(&d, &log, (struct open_events){.leap = 0});
	cut_files(buf_view(&log), &c);
	compare_case(&c, blocks, tally);
	arena_release(&arena);
}

#endif

/*
 * What an index leaves out changes nothing that is found: cases that once did, and the fuzzer's
 * comparison over numbers from some seeds.
 */
#include "base/test.h"

#include "base/map.h"
#include "base/num.h"
#include "query/sieve_random_test.h"

/* Of each seed; more of them: PRUNE_ROUNDS=20000 test-query-prune. */
#define ROUNDS     120
#define ROUNDS_MAX UINT64_C(1000000)

#define LINE(type, stamp, body) "type=" type " msg=audit(" stamp "): " body "\n"

/* A folder for logs that are in memory, and for their indexes, which are not. */
struct place_of_indexes {
	char folder[32], index[64];
};

static void make_folder(struct place_of_indexes *p)
{
	memcpy(p->folder, "/tmp/aurum-prune-XXXXXX", 24);
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(p->index, sizeof(p->index), "%s/" INDEX_FOLDER, p->folder);
	assert_int_equal(mkdir(p->index, 0700), 0);
}

static void remove_folder(const struct place_of_indexes *p)
{
	assert_int_equal(rmdir(p->index), 0);
	assert_int_equal(rmdir(p->folder), 0);
}

/* ---- cases ---- */

static void compare_framed(struct random_case *c, size_t frame_bytes, size_t packed_bytes,
			   bool is_packed)
{
	static const size_t blocks[2] = {100, 100000};
	struct place_of_indexes place;

	make_folder(&place);
	c->folder = place.folder;
	c->timeout_s = 2;
	for (size_t k = 0; k < c->file_count; k++) {
		c->files[k].frame_bytes = frame_bytes;
		c->files[k].is_packed = is_packed;
		c->files[k].packed_bytes = packed_bytes;
	}
	compare_case(c, blocks, NULL);
	remove_folder(&place);
}

/* Compares what is found in these files, with frames of a line each and of more, packed and not. */
static void compare_files(struct random_case *c)
{
	static const size_t frames[] = {1, 100, 2000};

	for (size_t i = 0; i < LEN(frames); i++) {
		compare_framed(c, frames[i], 1, false);
		compare_framed(c, frames[i], i % 2 ? 700 : 1, true);
	}
}

static struct demand demand_of(const struct leaf *leaf)
{
	bool is_type = sv_eq(leaf->field, SV("type"));

	return (struct demand){
		.kind = is_type ? DEMAND_TYPE : DEMAND_FIELD,
		.field = is_type ? SV_EMPTY : leaf->field,
		.accepts = leaf_accepts,
		.arg = leaf,
		.is_exact = true,
		.label = leaf->field,
	};
}

static void an_event_is_found_by_its_end_in_the_next_file(void **state)
{
	const struct leaf is_end = {.field = SV("type"), .text = SV("EOE")};
	const struct demand d = demand_of(&is_end);
	struct random_case c = {
		.demand = &d,
		.file_count = 2,
		.files = {{.text = SV(LINE("SYSCALL", "10.000:1", "uid=0") LINE(
				   "EOE", "10.000:1", "") LINE("SYSCALL", "11.000:2", "uid=0"))},
			  {.text = SV(LINE("EOE", "11.000:2", "")
					      LINE("SYSCALL", "20.000:3", "uid=0"))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

static void an_end_that_says_more_is_found_by_that(void **state)
{
	const struct leaf has_one = {.field = SV("syscall"), .text = SV("1"), .is_part = true};
	const struct demand d = demand_of(&has_one);
	struct random_case c = {
		.demand = &d,
		.file_count = 2,
		.files = {{.text = SV(LINE("PATH", "10.000:1", "name=\"x\""))},
			  {.text = SV(LINE("EOE", "10.000:1", "syscall=-1")
					      LINE("CWD", "10.000:1", "cwd=\"/\""))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

static void an_end_behind_another_event_stays_with_its_own(void **state)
{
	const struct leaf is_bob = {.field = SV("AUID"), .text = SV("\"bob\"")};
	const struct demand bob = demand_of(&is_bob);
	const struct demand d = {.kind = DEMAND_NOT, .child = (struct demand *)(uintptr_t)&bob};
	struct random_case c = {
		.demand = &d,
		.file_count = 2,
		.files = {{.text = SV(LINE("SYSCALL", "10.001:3", "uid=0")
					      LINE("SYSCALL", "10.002:2", "uid=0"))},
			  {.text = SV(LINE("PATH", "10.001:3", "name=\"x\"") LINE(
				   "PATH", "10.002:7", "name=\"x\"") LINE("EOE", "10.002:2", "")
					      LINE("PATH", "19.000:8", ""))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

static void a_late_event_that_goes_on_in_a_file_without_an_index_counts_once(void **state)
{
	struct random_case c = {
		.file_count = 2,
		.files = {{.text = SV(LINE("SYSCALL", "1500.002:1", "uid=0")
					      LINE("SYSCALL", "1504.000:2", "uid=0")
						      LINE("PATH", "1000.000:1", "name=\"x\""))},
			  {.text = SV(LINE("PATH", "1000.000:1", "name=\"x\"")
					      LINE("PATH", "1564.000:3", "name=\"y\"")),
			   .index = NO_INDEX}},
	};

	(void)state;
	query_init(&c.query);
	c.query.end = 1503;
	compare_files(&c);
}

static void a_torn_line_ends_a_file_and_its_rest_begins_the_next(void **state)
{
	const struct leaf is_bob = {.field = SV("AUID"), .text = SV("\"bob\"")};
	const struct demand d = demand_of(&is_bob);
	struct random_case c = {
		.demand = &d,
		.file_count = 2,
		.files = {{.text = SV(
				   LINE("CWD", "10.000:1",
					"cwd=\"/\"") "type=SYSCALL msg=audit(10.000:1): uid=0\x1d"
						     "AUID=")},
			  {.text = SV("\"bob\"\n" LINE("CWD", "10.000:1", "cwd=\"/\"")
					      LINE("CWD", "10.000:1",
						   "cwd=\"/\"\x1d"
						   "AUID=\"bob\""))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

#define FILLER(stamp) LINE("SYSCALL", stamp, "uid=0")
#define FILLERS                                                                                    \
	FILLER("10.000:1")                                                                         \
	FILLER("11.000:2")                                                                         \
	FILLER("12.000:3")                                                                         \
	FILLER("13.000:4")                                                                         \
	FILLER("14.000:5")                                                                         \
	FILLER("15.000:6")                                                                         \
	FILLER("16.000:7")                                                                         \
	FILLER("17.000:8")                                                                         \
	FILLER("18.000:9")                                                                         \
	FILLER("19.000:10")                                                                        \
	FILLER("20.000:11")                                                                        \
	FILLER("21.000:12")                                                                        \
	FILLER("22.000:13")                                                                        \
	FILLER("23.000:14")                                                                        \
	FILLER("24.000:15")

static void a_text_in_an_end_alone_is_found_with_its_event(void **state)
{
	struct random_case c = {
		.text = SV("EOE msg=audit(30"),
		.file_count = 1,
		.files = {{.text = SV(FILLERS LINE("SYSCALL", "30.000:50", "uid=7") FILLER(
				   "30.500:51") LINE("EOE", "30.000:50", "") FILLER("31.000:52"))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

static void a_text_is_found_with_the_other_records_of_its_event(void **state)
{
	struct random_case c = {
		.text = SV("rare"),
		.file_count = 2,
		.files = {{.text = SV(FILLERS LINE("SYSCALL", "30.000:50", "uid=7") FILLER(
				   "30.500:51") LINE("PATH", "30.000:50", "name=\"rare\"")
					      FILLER("31.000:52")
						      LINE("CWD", "31.500:53", "cwd=\"/\""))},
			  {.text = SV(LINE("PATH", "31.500:53", "name=\"rare\"")
					      FILLER("40.000:54"))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

/* Compares the text's events in one file, all of whose frames the index would have read. */
static void compare_text(struct sv text, struct sv log, int64_t start)
{
	struct random_case c = {.text = text, .file_count = 1, .files = {{.text = log}}};

	query_init(&c.query);
	c.query.start = start;
	compare_files(&c);
}

/* Another record of the event before has begun, which is read by nobody, and makes them wait. */
#define WAITING(body) LINE("PATH", "30.000:50", body)

static void texts_of_younger_events_wait_for_those_of_elders(void **state)
{
	(void)state;
	compare_text(SV("rare"),
		     SV(FILLERS WAITING("item=0") LINE("CWD", "30.500:51", "cwd=\"rare\"")
				WAITING("item=1") LINE("CWD", "30.800:52", "cwd=\"rare\"")
					WAITING("item=2") LINE("CWD", "30.200:53", "cwd=\"rare\"")
						WAITING("item=3") FILLER("40.000:54")),
		     INT64_MIN);
}

static void what_is_before_the_window_makes_no_text_wait(void **state)
{
	(void)state;
	/* Without the event of second 9 the single one is out before the elder comes. */
	compare_text(SV("rare"),
		     SV(LINE("SYSCALL", "9.900:50", "uid=0")
				LINE("USER_LOGIN", "10.500:51", "acct=\"rare\"")
					LINE("CWD", "10.200:52", "cwd=\"rare\"") FILLERS),
		     10);
}

static void what_is_open_as_a_file_ends_makes_the_next_ones_text_wait(void **state)
{
	struct random_case c = {
		.text = SV("rare"),
		.file_count = 2,
		.files = {{.text = SV(FILLERS WAITING("item=0")
					      LINE("USER_LOGIN", "30.500:51", "acct=\"rare\""))},
			  {.text = SV(LINE("CWD", "30.200:52", "cwd=\"rare\"") FILLER("40.000:54")),
			   .index = NO_INDEX}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

static void a_text_behind_a_rotation_counts_with_what_stands_before(void **state)
{
	const struct leaf is_root = {.field = SV("uid"), .text = SV("0")};
	const struct demand d = demand_of(&is_root);
	struct random_case c = {
		.demand = &d,
		.text = SV("rare"),
		.file_count = 2,
		.files = {{.text = SV(FILLERS FILLER("30.000:50"))},
			  {.text = SV(LINE("PATH", "30.000:50", "name=\"rare\"")
					      FILLER("40.000:54"))}},
	};

	(void)state;
	query_init(&c.query);
	compare_files(&c);
}

static void put_fillers(struct buf *out, unsigned from, unsigned count)
{
	for (unsigned i = from; i < from + count; i++)
		buf_printf(out, FILLER("1%03u.000:1%03u"), i, i);
}

static void a_text_in_the_end_of_an_event_of_the_file_before_is_found_with_it(void **state)
{
	CLEANUP(buf_release) struct buf log = BUF_INIT(LOG_MAX);
	struct random_case c = {
		.text = SV("EOE msg=audit(30"),
		.file_count = 2,
		.files = {{.text = SV(FILLERS FILLER("30.000:50") FILLER("30.500:51"))}},
	};

	(void)state;
	query_init(&c.query);
	buf_puts(&log, LINE("EOE", "30.500:51", "") LINE("EOE", "30.000:50", ""));
	put_fillers(&log, 0, 40);
	c.files[1].text = buf_view(&log);
	compare_files(&c);
}

static void a_line_in_what_the_index_left_out_is_told_of_once(void **state)
{
	CLEANUP(buf_release) struct buf log = BUF_INIT(LOG_MAX);
	const struct leaf is_root = {.field = SV("uid"), .text = SV("0")};
	const struct demand d = demand_of(&is_root);
	struct random_case c = {.demand = &d, .text = SV("rare"), .file_count = 1};

	(void)state;
	query_init(&c.query);
	/* Frames of two lines, of which one has the text, and nobody who is asked for. */
	put_fillers(&log, 0, 40);
	buf_puts(&log, LINE("CWD", "1040.000:1040", "cwd=\"rare\"") "this is no record\n");
	put_fillers(&log, 50, 10);
	c.files[0].text = buf_view(&log);
	compare_framed(&c, 60, 60, true);
}

/* As if a file were written over between two looks at it. */
static bool cut_short(void *arg, struct blocks *blocks)
{
	const struct outcome *o = arg;
	int fd = o->c->files[0].fd;

	(void)blocks;
	assert_int_equal(ftruncate(fd, lseek(fd, 0, SEEK_END) - 1), 0);
	return false;
}

static void scan_what_is_cut_short(struct random_case *c, unsigned threads)
{
	const struct scan s = {.threads = threads, .leave_out = cut_short};
	struct outcome o = {.tally = NULL};

	c->files[0].fd = packed_file(c->files[0].text, c->files[0].packed_bytes);
	for_all_indexes(c, true);
	run_case(c, s, &o);
	(void)close(c->files[0].fd);
	assert_int_equal(o.status, -1);
	assert_non_null(strstr(o.why.text, "its tables are no longer what they were"));
	buf_release(&o.text);
	buf_release(&o.explained);
	c->files[0].fd = packed_file(c->files[0].text, c->files[0].packed_bytes);
	for_all_indexes(c, false);
	(void)close(c->files[0].fd);
}

static void a_file_whose_tables_are_gone_is_told_of_and_holds_up_nobody(void **state)
{
	struct random_case c = {
		.text = SV("rare"),
		.timeout_s = 2,
		.file_count = 1,
		.files = {{.text = SV(FILLERS FILLER("40.000:54") FILLER("41.000:55")),
			   .is_packed = true,
			   .frame_bytes = 1,
			   .packed_bytes = 1}},
	};
	struct place_of_indexes place;

	(void)state;
	query_init(&c.query);
	make_folder(&place);
	c.folder = place.folder;
	scan_what_is_cut_short(&c, 1);
	scan_what_is_cut_short(&c, 2);
	remove_folder(&place);
}

/* ---- numbers ---- */

static uint64_t rounds(void)
{
	const char *asked = getenv("PRUNE_ROUNDS");
	uint64_t n;

	return asked && num_u64(sv_cstr(asked), &n) && n <= ROUNDS_MAX ? n : ROUNDS;
}

/* Runs the comparison over numbers of some seeds, of which there are from more to fewer. */
static void compare_numbers(void (*compare)(const char *, const uint8_t *, size_t,
					    struct random_tally *),
			    unsigned sizes, struct random_tally *tally)
{
	static const uint64_t seeds[] = {
		3, 77, 7000003, 31337000, 222222223, 5000000029, 18446744073709551557U};
	static uint8_t bytes[4000];
	struct place_of_indexes place;

	make_folder(&place);
	for (uint64_t round = 0; round < LEN(seeds) * rounds(); round++) {
		uint64_t seed = hash_u64(round / LEN(seeds), seeds[round % LEN(seeds)]);

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)hash_u64(i, seed);
		compare(place.folder, bytes, sizeof(bytes) >> round / LEN(seeds) % sizes, tally);
	}
	remove_folder(&place);
}

static void with_an_index_the_same_is_found(void **state)
{
	struct random_tally tally = {0};

	(void)state;
	compare_numbers(random_prune, 6, &tally);
	/* Numbers of these seeds: each reason is met, and much is left out. */
	for (size_t i = PRUNE_INDEXED; i < PRUNE_REASONS; i++)
		if (i != PRUNE_NOT_A_FILE && i != PRUNE_FOREIGN && i != PRUNE_TIMEOUT)
			assert_true(tally.reasons[i] > 0);
	assert_true(tally.used > tally.files / 3);
	assert_true(tally.kept < tally.text);
	assert_true(tally.found > tally.files && tally.counted > 100);
	assert_true(tally.sieved > 0);
}

static void what_is_looked_through_first_is_found_the_same(void **state)
{
	struct random_tally tally = {0};

	(void)state;
	compare_numbers(random_sieve, 3, &tally);
	assert_true(tally.sieved > tally.files / 32);
	assert_true(tally.found > tally.files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_found_by_its_end_in_the_next_file),
		cmocka_unit_test(an_end_that_says_more_is_found_by_that),
		cmocka_unit_test(an_end_behind_another_event_stays_with_its_own),
		cmocka_unit_test(a_late_event_that_goes_on_in_a_file_without_an_index_counts_once),
		cmocka_unit_test(a_torn_line_ends_a_file_and_its_rest_begins_the_next),
		cmocka_unit_test(a_text_in_an_end_alone_is_found_with_its_event),
		cmocka_unit_test(a_text_is_found_with_the_other_records_of_its_event),
		cmocka_unit_test(texts_of_younger_events_wait_for_those_of_elders),
		cmocka_unit_test(what_is_before_the_window_makes_no_text_wait),
		cmocka_unit_test(what_is_open_as_a_file_ends_makes_the_next_ones_text_wait),
		cmocka_unit_test(a_text_behind_a_rotation_counts_with_what_stands_before),
		cmocka_unit_test(a_text_in_the_end_of_an_event_of_the_file_before_is_found_with_it),
		cmocka_unit_test(a_line_in_what_the_index_left_out_is_told_of_once),
		cmocka_unit_test(a_file_whose_tables_are_gone_is_told_of_and_holds_up_nobody),
		cmocka_unit_test(with_an_index_the_same_is_found),
		cmocka_unit_test(what_is_looked_through_first_is_found_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

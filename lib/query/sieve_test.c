/*
 * Looking through files for a text first changes nothing that is found: what each step of it is for, and
 * a comparison over numbers from some seeds.
 */
#include "query/prune_stage_test.h"

#include "query/sieve_random_test.h"

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
		cmocka_unit_test(a_text_in_an_end_alone_is_found_with_its_event),
		cmocka_unit_test(a_text_is_found_with_the_other_records_of_its_event),
		cmocka_unit_test(texts_of_younger_events_wait_for_those_of_elders),
		cmocka_unit_test(what_is_before_the_window_makes_no_text_wait),
		cmocka_unit_test(what_is_open_as_a_file_ends_makes_the_next_ones_text_wait),
		cmocka_unit_test(a_text_behind_a_rotation_counts_with_what_stands_before),
		cmocka_unit_test(a_text_in_the_end_of_an_event_of_the_file_before_is_found_with_it),
		cmocka_unit_test(a_line_in_what_the_index_left_out_is_told_of_once),
		cmocka_unit_test(a_file_whose_tables_are_gone_is_told_of_and_holds_up_nobody),
		cmocka_unit_test(what_is_looked_through_first_is_found_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The board: what is written is what is read, also while it is written, and nothing else is taken. */
#include "base/test.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"
#include "health/board.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define WRITES 200000

struct place {
	char folder[32], path[64];
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/board-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(p->path, sizeof(p->path), "%s/board", p->folder);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	(void)unlink(p->path);
	(void)rmdir(p->folder);
	free(p);
	return 0;
}

static void fill(void *figures, size_t count, uint64_t value)
{
	for (size_t i = 0; i < count; i++)
		memcpy((char *)figures + i * sizeof(value), &value, sizeof(value));
}

static void what_is_written_is_read(void **state)
{
	const struct place *p = *state;
	struct health_attendant attendant;
	struct health_consumer consumer;
	struct health_recorder recorder;
	struct board_view view;
	struct board b;
	struct stat st;
	struct err e;

	assert_int_equal(board_create(&b, p->path, 0, &e), 0);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
	assert_true(view.recorder.backlog == FIGURE_UNKNOWN);
	assert_true(view.attendant.errands == FIGURE_UNKNOWN);
	assert_string_equal(view.consumers[3].name, "");

	health_recorder_init(&recorder);
	recorder.backlog = 17;
	recorder.flush_time = 5;
	board_put_recorder(&b, &recorder);
	health_attendant_init(&attendant);
	attendant.errands_failed = 2;
	board_put_attendant(&b, &attendant);
	health_consumer_init(&consumer);
	consumer.restarts = 9;
	board_put_consumer(&b, BOARD_CONSUMERS - 1, "laurel", &consumer);
	board_put_consumer(&b, BOARD_CONSUMERS, "one too many", &consumer);
	assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
	assert_false(view.is_torn);
	assert_memory_equal(&view.recorder, &recorder, sizeof(recorder));
	assert_memory_equal(&view.attendant, &attendant, sizeof(attendant));
	assert_memory_equal(&view.consumers[BOARD_CONSUMERS - 1].figures, &consumer,
			    sizeof(consumer));
	assert_string_equal(view.consumers[BOARD_CONSUMERS - 1].name, "laurel");
	board_clear_consumer(&b, BOARD_CONSUMERS - 1);
	assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
	assert_string_equal(view.consumers[BOARD_CONSUMERS - 1].name, "");
	board_close(&b);
	assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
	assert_true(view.recorder.backlog == 17);
	board_put_recorder(&b, &recorder); /* does nothing */
}

static void a_long_name_is_cut(void **state)
{
	const struct place *p = *state;
	struct health_consumer consumer;
	struct board_view view;
	struct board b;
	struct err e;

	assert_int_equal(board_create(&b, p->path, 0, &e), 0);
	health_consumer_init(&consumer);
	board_put_consumer(&b, 0, "a name of more than forty-seven bytes does not fit into it",
			   &consumer);
	assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
	assert_string_equal(view.consumers[0].name,
			    "a name of more than forty-seven bytes does not ");
	board_close(&b);
}

static void *write_often(void *arg)
{
	struct board *b = arg;
	struct health_recorder r;

	for (uint64_t i = 1; i <= WRITES; i++) {
		fill(&r, RECORDER_FIGURES, i);
		board_put_recorder(b, &r);
	}
	return NULL;
}

/* Each write gives all figures one value: a reader must never see two. */
static void a_reader_never_sees_half_a_write(void **state)
{
	const struct place *p = *state;
	struct board_view view;
	uint64_t last = 0;
	pthread_t writer;
	struct board b;
	struct err e;

	assert_int_equal(board_create(&b, p->path, 0, &e), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_often, &b), 0);
	while (last < WRITES) {
		uint64_t value;

		assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
		value = health_value(&view.recorder, 0);
		if (view.is_torn || value == FIGURE_UNKNOWN)
			continue;
		for (size_t i = 0; i < RECORDER_FIGURES; i++)
			assert_true(health_value(&view.recorder, i) == value);
		assert_true(value >= last);
		last = value;
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	board_close(&b);
}

static void a_writer_that_was_killed_leaves_a_torn_section(void **state)
{
	const struct place *p = *state;
	struct health_recorder recorder;
	struct board_view view;
	struct board b;
	struct err e;

	assert_int_equal(board_create(&b, p->path, 0, &e), 0);
	b.cells[4]++; /* the recorder's section is the first behind the head */
	assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
	assert_true(view.is_torn);
	fill(&recorder, RECORDER_FIGURES, 3);
	board_put_recorder(&b, &recorder); /* the next one mends it */
	assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
	assert_false(view.is_torn);
	assert_true(view.recorder.pid == 3);
	board_close(&b);
}

static void write_file(const char *path, struct sv bytes)
{
	struct err e;

	assert_int_equal(file_replace(path, bytes, 0600, &e), 0);
}

static void files_that_are_no_boards_are_refused(void **state)
{
	const struct place *p = *state;
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(1 << 20);
	static const struct {
		size_t at;
		enum board_status status;
		const char *why;
	} rows[] = {
		{0, BOARD_REFUSED, "it is no board of this machine's audit daemon"},
		{8, BOARD_REFUSED, "it is no board of this machine's audit daemon"},
		{16, BOARD_OTHER, "it was written by another version of auditd"},
		{24, BOARD_OTHER, "it was written by another version of auditd"},
	};
	struct board_view view;
	struct board b;
	struct err e;

	assert_int_equal(board_create(&b, p->path, 0, &e), 0);
	board_close(&b);
	assert_int_equal(file_read(p->path, &bytes, &e), 0);
	for (size_t i = 0; i < LEN(rows); i++) {
		bytes.p[rows[i].at] ^= 1;
		write_file(p->path, buf_view(&bytes));
		assert_int_equal(board_read(p->path, &view, &e), rows[i].status);
		assert_non_null(strstr(e.text, rows[i].why));
		assert_non_null(strstr(e.text, p->path));
		bytes.p[rows[i].at] ^= 1;
	}
	write_file(p->path, sv_head(buf_view(&bytes), bytes.n - 1));
	assert_int_equal(board_read(p->path, &view, &e), BOARD_REFUSED);
	buf_puts(&bytes, "12345678");
	write_file(p->path, buf_view(&bytes));
	assert_int_equal(board_read(p->path, &view, &e), BOARD_REFUSED);
	for (size_t n = 0; n < 40; n++) {
		write_file(p->path, sv_head(buf_view(&bytes), n));
		assert_int_equal(board_read(p->path, &view, &e), BOARD_REFUSED);
	}
}

static void only_regular_files_are_opened(void **state)
{
	const struct place *p = *state;
	struct board_view view;
	struct err e;

	assert_int_equal(board_read(p->path, &view, &e), BOARD_ABSENT);
	assert_int_equal(board_read(p->folder, &view, &e), BOARD_REFUSED);
	assert_int_equal(mkfifo(p->path, 0600), 0);
	assert_int_equal(board_read(p->path, &view, &e), BOARD_REFUSED);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(symlink("/dev/zero", p->path), 0);
	assert_int_equal(board_read(p->path, &view, &e), BOARD_REFUSED);
}

static void a_board_replaces_what_was_there(void **state)
{
	const struct place *p = *state;
	struct board_view view;
	struct board b;
	struct err e;

	assert_int_equal(symlink("/nonexistent/file", p->path), 0);
	assert_int_equal(board_create(&b, p->path, 0, &e), 0);
	assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
	board_close(&b);
	assert_int_equal(board_create(&b, "/nonexistent/board", 0, &e), -1);
	assert_null(b.cells);
}

static void another_process_can_write_its_section(void **state)
{
	const struct place *p = *state;
	struct health_consumer consumer, taken;
	struct health_attendant attendant;
	struct board_view view;
	struct board b, other;
	struct err e;

	assert_int_equal(board_attach(&other, p->path, &e), -1);
	assert_int_equal(board_create(&b, p->path, 0, &e), 0);
	assert_int_equal(board_attach(&other, p->path, &e), 0);
	fill(&attendant, ATTENDANT_FIGURES, 8);
	board_put_attendant(&other, &attendant);
	assert_int_equal(board_read(p->path, &view, &e), BOARD_READ);
	assert_true(view.attendant.attendant_pid == 8);
	health_consumer_init(&consumer);
	consumer.lag_time = 77;
	assert_false(board_take_consumer(&b, 5, &taken));
	board_put_consumer(&other, 5, "laurel", &consumer);
	assert_true(board_take_consumer(&b, 5, &taken));
	assert_memory_equal(&taken, &consumer, sizeof(taken));
	board_clear_consumer(&other, 5);
	assert_false(board_take_consumer(&b, 5, &taken));
	assert_false(board_take_consumer(&b, BOARD_CONSUMERS, &taken));
	board_close(&other);
	assert_false(board_take_consumer(&other, 5, &taken));
	b.cells[2]++;
	assert_int_equal(board_attach(&other, p->path, &e), -1);
	assert_null(other.cells);
	board_close(&b);
}

static void check_rows(const struct figure_rows *rows, size_t figures)
{
	assert_int_equal(rows->count, figures);
	for (size_t i = 0; i < rows->count; i++) {
		const struct figure_row *row = &rows->rows[i];

		assert_int_equal(row->metric == NULL, row->kind == FIGURE_NULL_KIND);
		assert_true(row->help[strlen(row->help) - 1] == '.');
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(row->id, rows->rows[j].id);
			if (row->metric && rows->rows[j].metric)
				assert_string_not_equal(row->metric, rows->rows[j].metric);
		}
	}
}

static void every_row_is_whole_and_stands_once(void **state)
{
	(void)state;
	check_rows(&health_recorder_rows, RECORDER_FIGURES);
	check_rows(&health_attendant_rows, ATTENDANT_FIGURES);
	check_rows(&health_consumer_rows, CONSUMER_FIGURES);
}

static void losses_are_the_sum_of_their_causes(void **state)
{
	struct health_recorder r;

	(void)state;
	health_recorder_init(&r);
	assert_true(health_lost(&r) == 0);
	r.lost_kernel = 3;
	r.lost_disk = 4;
	r.signed_off = 5;
	assert_true(health_lost(&r) == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(what_is_written_is_read),
		TEST(a_long_name_is_cut),
		TEST(a_reader_never_sees_half_a_write),
		TEST(a_writer_that_was_killed_leaves_a_torn_section),
		TEST(files_that_are_no_boards_are_refused),
		TEST(only_regular_files_are_opened),
		TEST(a_board_replaces_what_was_there),
		TEST(another_process_can_write_its_section),
		cmocka_unit_test(every_row_is_whole_and_stands_once),
		cmocka_unit_test(losses_are_the_sum_of_their_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

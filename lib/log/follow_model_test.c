/*
 * Random writing, rotating and reading against the plainest model there is: every line has the
 * number of the one before it plus one. Whatever happened, a reader gets the next number; after a
 * gap, and only then, the lowest one that is still in a file.
 */
#include "base/test.h"

#include "base/file.h"
#include "base/map.h"
#include "log/follow.h"
#include "log/lag.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS     200
#define STEPS      120
#define NUMBER_MAX 64 /* of a rotated file */
#define GIVEN_MAX  4096

struct world {
	uint64_t random;
	char folder[64], path[96], saved[96];
	unsigned files; /* 0: nothing is overwritten */
	struct log_disk disk;
	struct log_writer writer;
	uint64_t written; /* the number of the last line */
	struct follow follow;
	uint64_t read;        /* the number of the last line that was given out */
	bool after_gap;       /* the next number may be any that is left */
	bool lost_some;       /* and that was certain */
	uint64_t lowest_left; /* then */
	uint64_t starts[GIVEN_MAX], numbers[GIVEN_MAX]; /* of the lines of this stream */
	size_t given;
	uint64_t asked; /* the line whose position was asked for last */
	unsigned gaps, sure_gaps, restarts, rotations;
};

static uint64_t pick(struct world *w, uint64_t below)
{
	w->random = hash_u64(w->random + 1, 42);
	return w->random % below;
}

static void rotated_name(const struct world *w, unsigned number, char out[128])
{
	(void)snprintf(out, 128, number ? "%s.%u" : "%s", w->path, number);
}

/* ---- the writer's side ---- */

static void rotate(struct world *w)
{
	struct err e;
	int status = w->files ? log_rotate(&w->writer, w->files, &e) : log_keep(&w->writer, &e);

	if (status != 0)
		fail_msg("%s", e.text);
	w->rotations++;
}

static void put_lines(struct world *w)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 16);
	struct sv lines;
	struct err e;

	for (uint64_t i = 1 + pick(w, 5); i; i--)
		buf_printf(&b, "type=A msg=audit(1.000:%llu): %0*d\n",
			   (unsigned long long)++w->written, 1 + (int)pick(w, 90), 0);
	lines = buf_view(&b);
	while (lines.n) {
		size_t taken;
		enum log_append_status status = log_append(&w->writer, lines, &taken, &e);

		assert_int_not_equal(status, LOG_FAILED);
		lines = sv_from(lines, taken);
		if (status == LOG_FULL)
			rotate(w);
	}
}

/* The writer dies inside a line, and another one begins. */
static void crash(struct world *w)
{
	struct err e;

	assert_int_equal(file_write(w->writer.fd, SV("type=A msg=audit(1.000:7")), 0);
	log_suspend(&w->writer);
	if (log_reopen(&w->writer, &e) != 0)
		fail_msg("%s", e.text);
}

/* The oldest file is taken away. */
static void archive(struct world *w)
{
	char name[128];

	for (unsigned i = NUMBER_MAX; i; i--) {
		rotated_name(w, i, name);
		if (unlink(name) == 0)
			return;
	}
}

/* ---- the reader's side ---- */

/* The number of a line; 0 of what a crash left. */
static uint64_t number_of(struct sv line)
{
	struct record r;

	return record_head(line, &r) && sv_find(line, SV("): ")) < line.n ? r.stamp.serial : 0;
}

/* The lowest number above w->read that is in a file, or that will be. */
static uint64_t find_lowest(const struct world *w)
{
	uint64_t lowest = w->written + 1;
	char name[128];

	for (unsigned i = 0; i <= NUMBER_MAX; i++) {
		CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 20);
		struct sv rest, line;

		rotated_name(w, i, name);
		if (file_read(name, &b, NULL) != 0)
			continue;
		for (rest = buf_view(&b); sv_line(&rest, &line);) {
			uint64_t number = number_of(line);

			if (number > w->read && number < lowest)
				lowest = number;
		}
	}
	return lowest;
}

static void take_line(struct world *w, struct sv line, uint64_t start)
{
	uint64_t number = number_of(line);

	if (number == 0)
		return;
	if (w->after_gap) {
		assert_int_equal(number, w->lowest_left);
		assert_true(number > w->read + 1 || !w->lost_some);
	} else {
		assert_int_equal(number, w->read + 1);
	}
	w->after_gap = false;
	w->read = number;
	if (w->given < GIVEN_MAX) {
		w->starts[w->given] = start;
		w->numbers[w->given++] = number;
	}
}

static enum follow_status read_some(struct world *w)
{
	uint64_t start = w->follow.given;
	struct sv lines, line;
	struct err e;
	enum follow_status status = follow_next(&w->follow, &lines, &e);

	if (status == FOLLOW_FAILED)
		fail_msg("%s", e.text);
	if (status == FOLLOW_GAP) {
		w->after_gap = true;
		w->lost_some = w->follow.gap.bytes > 0;
		w->lowest_left = find_lowest(w);
		w->gaps++;
		w->sure_gaps += w->lost_some;
	}
	if (status == FOLLOW_LINES) {
		assert_int_equal(lines.p[lines.n - 1], '\n');
		while (sv_line(&lines, &line)) {
			take_line(w, line, start);
			start += line.n + 1;
		}
		assert_int_equal(start, w->follow.given);
	}
	return status;
}

/* From a line that was given out already, or from the end of all. */
static void restart(struct world *w)
{
	size_t back = w->given ? (size_t)pick(w, w->given - w->asked + 1) : 0;
	size_t line = w->given - back;
	struct log_position p;
	struct err e;

	if (w->after_gap)
		return;
	follow_position(&w->follow, back ? w->starts[line] : w->follow.given, &p);
	assert_int_equal(log_position_save(w->saved, &p, &e), 0);
	follow_release(&w->follow);
	assert_int_equal(log_position_load(w->saved, &p, &e), 0);
	assert_int_equal(follow_init(&w->follow, w->path, &e), 0);
	follow_from_position(&w->follow, &p);
	if (back)
		w->read = w->numbers[line] - 1;
	w->given = w->asked = 0;
	w->restarts++;
}

static void ask(struct world *w)
{
	struct log_position p;

	if (w->given == w->asked)
		return;
	w->asked += pick(w, w->given - w->asked);
	follow_position(&w->follow, w->starts[w->asked], &p);
}

/* What is left to read is what the lag says, if nothing of it is gone. */
static void measure(struct world *w)
{
	struct log_position p;
	struct log_lag lag;
	struct err e;

	follow_position(&w->follow, w->follow.given, &p);
	w->asked = w->given;
	if (log_lag_measure(&lag, w->path, &p, &e) != 0)
		fail_msg("%s", e.text);
	assert_true(lag.records >= w->written - w->read || lag.is_gone || w->after_gap);
}

/* ---- the worlds ---- */

static int no_sync(void *ctx, int fd)
{
	(void)ctx, (void)fd;
	return 0;
}

static void begin(struct world *w, uint64_t seed)
{
	struct log_options o;
	struct err e;

	*w = (struct world){.random = seed};
	(void)snprintf(w->folder, sizeof(w->folder), "/tmp/aurum-model-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	(void)snprintf(w->path, sizeof(w->path), "%s/audit.log", w->folder);
	(void)snprintf(w->saved, sizeof(w->saved), "%s/position", w->folder);
	w->files = pick(w, 3) ? 2 + (unsigned)pick(w, 4) : 0;
	w->disk = log_disk_system;
	w->disk.sync = no_sync; /* a hundred times the time of the rest */
	o = (struct log_options){
		.path = w->path, .max_bytes = 200 + pick(w, 800), .disk = &w->disk};
	assert_int_equal(log_open(&w->writer, &o, &e), 0);
	assert_int_equal(follow_init(&w->follow, w->path, &e), 0);
	assert_int_equal(follow_from(&w->follow, FOLLOW_START, &e), 0);
	(void)!read_some(w); /* else the oldest file may be another one when it begins */
}

static void step(struct world *w)
{
	switch (pick(w, 12)) {
	case 0:
	case 1:
	case 2:
	case 3:
		put_lines(w);
		break;
	case 4:
		crash(w);
		break;
	case 5:
		if (w->files == 0)
			archive(w);
		break;
	case 6:
		restart(w);
		break;
	case 7:
		follow_suspend(&w->follow);
		break;
	case 8:
		ask(w);
		break;
	case 9:
		measure(w);
		break;
	default:
		for (uint64_t i = pick(w, 4); i; i--)
			(void)!read_some(w);
		break;
	}
}

static void end(struct world *w)
{
	char name[128];
	struct err e;

	while (read_some(w) != FOLLOW_NOTHING)
		;
	assert_int_equal(w->after_gap ? w->lowest_left - 1 : w->read, w->written);
	follow_release(&w->follow);
	assert_int_equal(log_close(&w->writer, &e), 0);
	for (unsigned i = 0; i <= NUMBER_MAX; i++) {
		rotated_name(w, i, name);
		(void)unlink(name);
	}
	(void)unlink(w->saved);
	assert_int_equal(rmdir(w->folder), 0);
}

static void a_reader_gets_every_line_once_and_is_told_of_those_it_cannot_get(void **state)
{
	unsigned gaps = 0, sure = 0, restarts = 0, rotations = 0;
	static struct world w;

	(void)state;
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		begin(&w, seed * 1000003);
		for (int i = 0; i < STEPS; i++)
			step(&w);
		end(&w);
		gaps += w.gaps;
		sure += w.sure_gaps;
		restarts += w.restarts;
		rotations += w.rotations;
	}
	/* The worlds must be such that it was a test. */
	print_message("# %u rotations, %u restarts, %u gaps, %u of them of a known size\n",
		      rotations, restarts, gaps, sure);
	assert_true(rotations > 1000 && restarts > 1000 && gaps > 100 && sure > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_gets_every_line_once_and_is_told_of_those_it_cannot_get),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

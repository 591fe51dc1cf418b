#include "base/test.h"

#include "base/file.h"
#include "log/dispatch.h"
#include "log/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define LINE       ((size_t)63) /* bytes of each, with its newline */
#define STREAM_MAX ((size_t)64 << 20)

/* A folder of its own for every test, a feed of what is in it and a reader. */
static char folder[64], log_path[96], spool_path[96], saved[96];
static struct feed feed;
static int reader;      /* the pipe's other end */
static struct buf seen; /* what it has read */

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(name);
}

static int begin(void **state)
{
	struct err e;

	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/aurum-feed-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(log_path, sizeof(log_path), "%s/audit.log", folder);
	(void)snprintf(spool_path, sizeof(spool_path), "%s/spool", folder);
	(void)snprintf(saved, sizeof(saved), "%s/position", folder);
	(void)signal(SIGPIPE, SIG_IGN);
	seen = BUF_INIT(STREAM_MAX);
	reader = -1;
	return feed_init(&feed, log_path, spool_path, (struct framing){0}, &e);
}

static int end(void **state)
{
	(void)state;
	close_fd(&reader);
	feed_release(&feed);
	buf_release(&seen);
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void append(const char *path, struct sv bytes)
{
	CLEAN_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0600);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, bytes), 0);
}

static void rotate(const char *path, unsigned files)
{
	char from[128], to[128];

	for (unsigned i = files - 1; i > 0; i--) {
		(void)snprintf(from, sizeof(from), i > 1 ? "%s.%u" : "%s", path, i - 1);
		(void)snprintf(to, sizeof(to), "%s.%u", path, i);
		if (rename(from, to) != 0)
			assert_int_equal(errno, ENOENT);
	}
	append(path, SV(""));
}

/* Lines with the numbers [from, to), all of one length. */
static void put_lines(const char *path, unsigned from, unsigned to)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(STREAM_MAX);

	for (unsigned i = from; i < to; i++)
		buf_printf(&out, "type=CWD msg=audit(1700000000.000:%08u): cwd=\"/some/where\"\n",
			   i);
	assert_false(out.failed);
	append(path, buf_view(&out));
}

static void assert_seen(unsigned from, unsigned to)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(STREAM_MAX);

	for (unsigned i = from; i < to; i++)
		buf_printf(&out, "type=CWD msg=audit(1700000000.000:%08u): cwd=\"/some/where\"\n",
			   i);
	assert_int_equal(seen.n, out.n);
	assert_memory_equal(seen.p, out.p, out.n);
}

static void attach(void)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	close_fd(&reader);
	reader = ends[0];
	feed_attach(&feed, ends[1]);
}

/* Reads at most n bytes. */
static size_t consume(size_t n)
{
	size_t before = seen.n;

	assert_true(buf_reserve(&seen, n));
	while (n) {
		ssize_t got = read(reader, seen.p + seen.n, n);

		if (got <= 0)
			break;
		seen.n += (size_t)got;
		n -= (size_t)got;
	}
	return seen.n - before;
}

static enum feed_status pump_once(void)
{
	struct err e;
	enum feed_status status = feed_pump(&feed, &e);

	if (status == FEED_FAILED)
		fail_msg("%s", e.text);
	return status;
}

/* Until it can do no more without the reader. */
static enum feed_status pump(void)
{
	enum feed_status status;

	do
		status = pump_once();
	while (status == FEED_MORE);
	return status;
}

/* With the reader, to the end. */
static void pump_and_read(void)
{
	enum feed_status status;

	do {
		status = pump();
		assert_int_not_equal(status, FEED_CLOSED);
		assert_int_not_equal(status, FEED_GAP);
	} while (consume(FEED_PIPE) || status != FEED_IDLE);
}

static void lines_arrive_in_order_over_rotations(void **state)
{
	(void)state;
	put_lines(log_path, 0, 10);
	attach();
	pump_and_read();
	put_lines(log_path, 10, 20);
	rotate(log_path, 5);
	put_lines(log_path, 20, 5000);
	rotate(log_path, 5);
	rotate(log_path, 5);
	put_lines(log_path, 5000, 5001);
	pump_and_read();
	assert_seen(0, 5001);
}

static void a_reader_that_stops_holds_nothing_but_a_pipe(void **state)
{
	(void)state;
	put_lines(log_path, 0, 40000);
	attach();
	for (int i = 0; i < 3; i++)
		assert_int_equal(pump(), FEED_FULL);
	feed_settle(&feed);
	assert_int_equal(feed.delivered, 0);
	assert_true(feed_under_way(&feed) < 10000);
	assert_int_equal(consume(1000), 1000);
	feed_settle(&feed);
	assert_int_equal(feed.delivered, 1000 / LINE);
	pump_and_read();
	assert_seen(0, 40000);
	feed_settle(&feed);
	assert_int_equal(feed.delivered, 40000);
	assert_int_equal(feed_under_way(&feed), 0);
}

static void the_next_reader_starts_with_the_line_that_was_not_read(void **state)
{
	static const size_t taken[] = {0, 1, LINE - 1, LINE, LINE + 1, 6100, 6109, 100000};

	(void)state;
	put_lines(log_path, 0, 20000);
	for (size_t i = 0; i < LEN(taken); i++) {
		size_t whole;

		attach();
		(void)pump();
		assert_int_equal(consume(taken[i]), taken[i]);
		feed_detach(&feed);
		/* What was read of a line in part comes again. */
		whole = taken[i] / LINE * LINE;
		seen.n -= taken[i] - whole;
	}
	rotate(log_path, 5);
	attach();
	pump_and_read();
	assert_seen(0, 20000);
}

static void a_reader_that_has_gone_is_told(void **state)
{
	(void)state;
	put_lines(log_path, 0, 10);
	attach();
	close_fd(&reader);
	reader = -1;
	assert_int_equal(pump(), FEED_CLOSED);
	feed_detach(&feed);
	assert_false(feed_is_attached(&feed));
	assert_int_equal(pump(), FEED_CLOSED);
	attach();
	pump_and_read();
	assert_seen(0, 10);
}

static void a_saved_position_is_where_the_reader_was(void **state)
{
	struct log_position p;
	struct err e;

	(void)state;
	put_lines(log_path, 0, 3000);
	rotate(log_path, 5);
	put_lines(log_path, 3000, 6000);
	attach();
	(void)pump();
	assert_int_equal(consume(LINE * 3500), LINE * 3500);
	feed_settle(&feed);
	follow_position(&feed.log, feed.read.log, &p);
	assert_int_equal(log_position_save(saved, &p, &e), 0);
	feed_release(&feed);

	assert_int_equal(feed_init(&feed, log_path, spool_path, (struct framing){0}, &e), 0);
	assert_int_equal(log_position_load(saved, &p, &e), 0);
	follow_from_position(&feed.log, &p);
	rotate(log_path, 5);
	put_lines(log_path, 6000, 6001);
	attach();
	pump_and_read();
	assert_seen(0, 6001);
}

static void the_spool_comes_after_the_log(void **state)
{
	(void)state;
	feed.spool_may_grow = true;
	put_lines(spool_path, 5000, 6000);
	put_lines(log_path, 0, 5000);
	attach();
	(void)pump();
	(void)consume(LINE * 5500);
	feed_detach(&feed);
	seen.n = seen.n / LINE * LINE;
	attach();
	pump_and_read();
	assert_seen(0, 6000);
	put_lines(log_path, 6000, 6001);
	pump_and_read();
	put_lines(spool_path, 6001, 6002);
	pump_and_read();
	assert_seen(0, 6002);
}

static void lines_that_were_removed_unread_are_a_gap(void **state)
{
	(void)state;
	put_lines(log_path, 0, 10);
	attach();
	pump_and_read();
	follow_suspend(&feed.log);
	put_lines(log_path, 10, 20);
	rotate(log_path, 2);
	put_lines(log_path, 20, 30);
	rotate(log_path, 2);
	put_lines(log_path, 30, 40);
	assert_int_equal(pump(), FEED_GAP);
	assert_int_equal(feed.gap->cause, FOLLOW_REMOVED);
	assert_int_equal(feed.gap->last.serial, 9);
	assert_int_equal(feed.gap->first.serial, 20);
	seen.n = 0;
	pump_and_read();
	assert_seen(20, 40);
}

static void frames_are_not_torn_by_a_full_pipe(void **state)
{
	struct dispatch_reader r;
	struct dispatch_record record;
	unsigned count = 0;
	struct err e;

	(void)state;
	feed.framing.is_binary = true;
	put_lines(log_path, 0, 20000);
	attach();
	(void)pump();
	assert_int_equal(consume(16 + LINE - 1 + 5), 16 + LINE - 1 + 5);
	feed_detach(&feed);
	seen.n = 16 + LINE - 1;
	attach();
	pump_and_read();

	assert_int_equal(dispatch_reader_init(&r), 0);
	for (size_t at = 0; at < seen.n;) {
		size_t room;
		char *to = dispatch_room(&r, &room);
		struct sv part = sv_head(sv_from(buf_view(&seen), at), room);

		memcpy(to, part.p, part.n);
		dispatch_filled(&r, part.n);
		at += part.n;
		while (dispatch_next(&r, &record, &e) == DISPATCH_RECORD) {
			char line[128];

			(void)snprintf(
				line, sizeof(line),
				"type=CWD msg=audit(1700000000.000:%08u): cwd=\"/some/where\"",
				count++);
			assert_true(sv_eq(record.text, sv_cstr(line)));
		}
	}
	assert_int_equal(count, 20000);
	dispatch_reader_release(&r);
}

/* Whatever the reader, the log and the process do, in any order: nothing is lost or doubled. */
static void no_line_is_lost_or_doubled_in_any_order_of_things(void **state)
{
	unsigned lines = 0, seed = 1;
	struct log_position p;
	struct err e;

	(void)state;
	attach();
	for (unsigned step = 0; step < 3000; step++) {
		seed = seed * 1103515245 + 12345;
		switch (seed >> 16 & 7) {
		case 0:
		case 1:
			put_lines(log_path, lines, lines + (seed >> 20) % 400);
			lines += (seed >> 20) % 400;
			break;
		case 2:
			/* Never more than are read within some steps. */
			if (step % 8 == 0)
				rotate(log_path, 500);
			break;
		case 3:
			feed_detach(&feed);
			seen.n = seen.n / LINE * LINE;
			attach();
			break;
		case 4:
			feed_settle(&feed);
			follow_position(&feed.log, feed.read.log, &p);
			assert_int_equal(log_position_save(saved, &p, &e), 0);
			feed_release(&feed);
			seen.n = seen.n / LINE * LINE;
			assert_int_equal(
				feed_init(&feed, log_path, spool_path, (struct framing){0}, &e), 0);
			assert_int_equal(log_position_load(saved, &p, &e), 0);
			follow_from_position(&feed.log, &p);
			attach();
			break;
		case 5:
			(void)consume((seed >> 20) % 100000);
			break;
		default:
			assert_int_not_equal(pump_once(), FEED_GAP);
			break;
		}
	}
	pump_and_read();
	assert_seen(0, lines);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(lines_arrive_in_order_over_rotations),
		TEST(a_reader_that_stops_holds_nothing_but_a_pipe),
		TEST(the_next_reader_starts_with_the_line_that_was_not_read),
		TEST(a_reader_that_has_gone_is_told),
		TEST(a_saved_position_is_where_the_reader_was),
		TEST(the_spool_comes_after_the_log),
		TEST(lines_that_were_removed_unread_are_a_gap),
		TEST(frames_are_not_torn_by_a_full_pipe),
		TEST(no_line_is_lost_or_doubled_in_any_order_of_things),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

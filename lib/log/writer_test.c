#include "base/test.h"

#include "base/file.h"
#include "log/writer.h"
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* A folder of its own for every test. */
static char folder[64], path[96];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/aurum-writer-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/audit.log", folder);
	return 0;
}

static int remove_folder(void **state)
{
	char name[128];

	(void)state;
	(void)unlink(path);
	for (int i = 1; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "%s.%d", path, i);
		(void)unlink(name);
	}
	return rmdir(folder);
}

/* A disk with limits, and a memory of what was asked of it. */
struct disk {
	size_t per_write; /* the most that one call takes; 0: all */
	size_t room;      /* bytes until ENOSPC */
	int interrupts;   /* calls that EINTR ends first */
	bool cannot_cut;
	int sync_failure, rename_failure;
	const char *stuck; /* the suffix of the one file that rename_failure is about */
	unsigned writes, syncs;
};

static ssize_t disk_write(void *ctx, int fd, const struct iovec *parts, int count)
{
	struct disk *d = ctx;
	size_t left = d->per_write ? d->per_write : SIZE_MAX, total = 0;

	d->writes++;
	if (d->interrupts) {
		d->interrupts--;
		errno = EINTR;
		return -1;
	}
	if (left > d->room)
		left = d->room;
	if (left == 0) {
		errno = ENOSPC;
		return -1;
	}
	for (int i = 0; i < count && left; i++) {
		size_t n = parts[i].iov_len < left ? parts[i].iov_len : left;

		assert_int_equal(write(fd, parts[i].iov_base, n), n);
		total += n;
		left -= n;
	}
	d->room -= total;
	return (ssize_t)total;
}

static int disk_cut(void *ctx, int fd, off_t size)
{
	const struct disk *d = ctx;

	if (d->cannot_cut) {
		errno = EPERM;
		return -1;
	}
	return ftruncate(fd, size);
}

static int disk_sync(void *ctx, int fd)
{
	struct disk *d = ctx;

	(void)fd;
	d->syncs++;
	errno = d->sync_failure;
	return d->sync_failure ? -1 : 0;
}

static int disk_rename(void *ctx, const char *from, const char *to)
{
	const struct disk *d = ctx;

	if (d->rename_failure && sv_ends(sv_cstr(from), sv_cstr(d->stuck))) {
		errno = d->rename_failure;
		return -1;
	}
	return rename(from, to);
}

static const struct log_disk limited = {disk_write, disk_cut, disk_sync, disk_rename};

/* What the listener heard. */
struct heard {
	struct buf lines;
	struct buf events; /* a word for each call but appended */
	unsigned rotations;
};

static void hear(void *ctx, struct sv lines)
{
	struct heard *h = ctx;

	buf_put(&h->lines, lines);
}

static void hear_rotation(void *ctx)
{
	struct heard *h = ctx;

	h->rotations++;
}

static void hear_opening(void *ctx, int fd, uint64_t size)
{
	struct heard *h = ctx;

	assert_true(fcntl(fd, F_GETFL) >= 0);
	buf_printf(&h->events, "opened %u; ", (unsigned)size);
}

static void hear_fragment(void *ctx, uint64_t offset, uint64_t bytes)
{
	struct heard *h = ctx;

	buf_printf(&h->events, "fragment %u+%u; ", (unsigned)offset, (unsigned)bytes);
}

static void hear_removal(void *ctx, enum log_removal why)
{
	struct heard *h = ctx;

	buf_puts(&h->events, why == LOG_REMOVED_SPACE ? "space; " : "number; ");
}

static struct log_listener listener(struct heard *h)
{
	return (struct log_listener){.ctx = h,
				     .opened = hear_opening,
				     .appended = hear,
				     .fragment = hear_fragment,
				     .rotated = hear_rotation,
				     .removed = hear_removal};
}

static struct log_options options(struct disk *d)
{
	return (struct log_options){
		.path = path, .disk = d ? &limited : NULL, .disk_ctx = d, .freq = 3};
}

static void put_file(unsigned number, const char *content)
{
	char name[128];

	(void)snprintf(name, sizeof(name), number ? "%s.%u" : "%s", path, number);
	CLEAN_FD int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, sv_cstr(content)), 0);
}

static void assert_file(unsigned number, const char *content)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 20);
	char name[128];
	struct err e;

	(void)snprintf(name, sizeof(name), number ? "%s.%u" : "%s", path, number);
	if (!content) {
		assert_int_equal(access(name, F_OK), -1);
		return;
	}
	if (file_read(name, &b, &e) != 0)
		fail_msg("%s", e.text);
	assert_string_equal(buf_cstr(&b), content);
}

static mode_t mode_of(unsigned number)
{
	char name[128];
	struct stat st;

	(void)snprintf(name, sizeof(name), number ? "%s.%u" : "%s", path, number);
	assert_int_equal(stat(name, &st), 0);
	return st.st_mode & 07777;
}

static enum log_append_status append(struct log_writer *w, const char *lines, size_t *taken)
{
	struct err e;

	return log_append(w, sv_cstr(lines), taken, &e);
}

static void assert_append(struct log_writer *w, const char *lines, enum log_append_status status)
{
	size_t taken;

	assert_int_equal(append(w, lines, &taken), status);
	if (status == LOG_APPENDED)
		assert_int_equal(taken, strlen(lines));
}

static void lines_are_appended_with_one_write_and_counted(void **state)
{
	struct disk d = {.room = 1000};
	struct log_options o = options(&d);
	struct log_writer w;
	struct err e;

	(void)state;
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_int_equal(mode_of(0), 0600);
	assert_append(&w, "one\ntwo\n", LOG_APPENDED);
	assert_int_equal(d.writes, 1);
	assert_int_equal(w.size, 8);
	assert_int_equal(w.lines, 2);
	assert_append(&w, "", LOG_APPENDED);
	assert_int_equal(log_close(&w, &e), 0);
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_int_equal(w.size, 8);
	assert_append(&w, "three\n", LOG_APPENDED);
	assert_int_equal(log_close(&w, &e), 0);
	assert_file(0, "one\ntwo\nthree\n");
}

static void a_group_may_read_and_nobody_else(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	struct stat st;
	struct err e;

	(void)state;
	if (geteuid() != 0)
		skip();
	o.group = 4;
	put_file(1, "old\n");
	put_file(2, "older\n");
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_int_equal(log_fix_modes(&o, 5, &e), 0);
	assert_int_equal(mode_of(0), 0640);
	assert_int_equal(mode_of(1), 0440);
	assert_int_equal(mode_of(2), 0440);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(st.st_gid, 4);
	assert_int_equal(log_close(&w, &e), 0);
	o.group = 0;
	assert_int_equal(log_fix_modes(&o, 2, &e), 0);
	assert_int_equal(mode_of(1), 0400);
	assert_int_equal(mode_of(2), 0440);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

/* In a child: the sandbox of a recorder, and everything that happens to a log. */
static int live_confined(uint64_t capabilities)
{
	const struct sandbox_path own = {folder, SANDBOX_READ | SANDBOX_MANAGE};
	const struct sandbox s = {capabilities, &own, 1,
				  SANDBOX_CALLS_BASE | SANDBOX_CALLS_FILES | SANDBOX_CALLS_THREADS};
	struct log_options o = options(NULL);
	struct sandbox_outcome got;
	struct log_writer w;
	size_t taken;
	struct err e;

	sandbox_enter(&s, &got);
	o.flush = FLUSH_INCREMENTAL_ASYNC;
	o.freq = 1;
	if (log_open(&w, &o, &e) != 0 || log_fix_modes(&o, 5, &e) != 0 ||
	    log_append(&w, SV("1\n"), &taken, &e) != LOG_APPENDED || log_rotate(&w, 4, &e) != 0 ||
	    log_append(&w, SV("2\n"), &taken, &e) != LOG_APPENDED || log_keep(&w, &e) != 0)
		return 1;
	(void)log_remove_excess(&o, 3);
	w.options.group = 4;
	if (capabilities && (log_rotate(&w, 4, &e) != 0 || log_fix_modes(&w.options, 4, &e) != 0))
		return 2;
	return log_close(&w, &e) == 0 ? 0 : 3;
}

static void a_confined_writer_opens_what_a_crash_left_and_rotates(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	for (uint64_t chown = 0; chown < 2; chown++) {
		int status = -1;
		pid_t child;

		put_file(0, "0\n");
		put_file(1, "old\n");
		assert_int_equal(chmod(path, 0400), 0); /* killed between chmod and rename */
		child = fork();
		if (child == 0)
			_exit(live_confined(chown << CAP_CHOWN));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_int_equal(mode_of(0), chown ? 0640 : 0600);
		assert_int_equal(mode_of(1), chown ? 0440 : 0400);
		(void)remove_folder(NULL);
		(void)mkdir(folder, 0700);
	}
}

static void a_log_of_somebody_else_is_refused(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	struct stat st;
	struct err e;

	(void)state;
	if (geteuid() != 0)
		skip();
	put_file(0, "0\n");
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(log_open(&w, &o, &e), -1);
	assert_non_null(strstr(e.text, "belongs to user 12345"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 12345);
}

static void what_a_crash_left_of_a_line_is_cut_off_and_told(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	struct err e;

	(void)state;
	put_file(0, "whole\ntorn by a cra");
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_file(0, "whole\n");
	assert_int_equal(w.size, 6);
	assert_int_equal(w.found.bytes, 13);
	assert_true(sv_eq(sv_make(w.found.text, w.found.length), SV("torn by a cra")));
	assert_append(&w, "next\n", LOG_APPENDED);
	assert_int_equal(log_close(&w, &e), 0);
	assert_file(0, "whole\nnext\n");
}

static void what_cannot_be_cut_off_gets_its_newline_first(void **state)
{
	struct disk d = {.room = 1000, .cannot_cut = true};
	struct log_options o = options(&d);
	struct log_writer w;
	struct err e;

	(void)state;
	put_file(0, "whole\ntorn by a cra");
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_append(&w, "next\n", LOG_APPENDED);
	assert_append(&w, "last\n", LOG_APPENDED);
	assert_int_equal(log_close(&w, &e), 0);
	assert_file(0, "whole\ntorn by a cra\nnext\nlast\n");
}

static void what_could_not_be_cut_off_is_tried_again(void **state)
{
	struct disk d = {.room = 6, .cannot_cut = true};
	struct log_options o = options(&d);
	struct log_writer w;
	size_t taken;
	struct err e;

	(void)state;
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_int_equal(append(&w, "one\ntwo\n", &taken), LOG_FAILED);
	assert_int_equal(taken, 4);
	assert_file(0, "one\ntw");
	/* Closed and opened meanwhile: it is still this writer's own, and told already. */
	log_suspend(&w);
	assert_int_equal(log_reopen(&w, &e), 0);
	assert_int_equal(w.found.bytes, 0);
	d.cannot_cut = false;
	d.room = 1000;
	assert_append(&w, "two\n", LOG_APPENDED);
	assert_int_equal(log_close(&w, &e), 0);
	assert_file(0, "one\ntwo\n");
}

static void a_file_that_is_no_log_is_not_cut(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	struct stat st;
	struct err e;

	(void)state;
	put_file(0, "");
	assert_int_equal(truncate(path, (1 << 20) + 1), 0);
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_append(&w, "next\n", LOG_APPENDED);
	assert_int_equal(log_close(&w, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, (1 << 20) + 1 + 6);
}

static void short_and_interrupted_writes_lose_nothing(void **state)
{
	struct disk d = {.per_write = 1, .room = 1000, .interrupts = 2, .cannot_cut = true};
	struct log_options o = options(&d);
	struct log_writer w;
	struct err e;

	(void)state;
	put_file(0, "torn");
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_append(&w, "one\ntwo\n", LOG_APPENDED);
	assert_int_equal(d.writes, 11);
	assert_int_equal(log_close(&w, &e), 0);
	assert_file(0, "torn\none\ntwo\n");
}

static void a_full_disk_leaves_whole_lines_and_says_what_it_took(void **state)
{
	/* Whatever byte the disk ends at, torn start or not, cut possible or not. */
	for (int mode = 0; mode < 4; mode++) {
		for (size_t room = 0; room < 14; room++) {
			struct disk d = {.room = room, .cannot_cut = mode & 1};
			struct log_options o = options(&d);
			bool torn = mode & 2, stays = torn && d.cannot_cut;
			size_t taken, want = room - (stays && room);
			struct log_writer w;
			struct err e;

			(void)state;
			put_file(0, torn ? "torn" : "");
			want = want >= 12 ? 12 : want >= 8 ? 8 : want >= 4 ? 4 : 0;
			assert_int_equal(log_open(&w, &o, &e), 0);
			assert_int_equal(log_append(&w, SV("aaa\nbbb\nccc\n"), &taken, &e),
					 want == 12 ? LOG_APPENDED : LOG_FAILED);
			assert_int_equal(taken, want);
			assert_int_equal(w.lines, want / 4);
			if (want < 12)
				assert_int_equal(e.sys, ENOSPC);
			d.room = 1000;
			assert_append(&w, "ddd\n", LOG_APPENDED);
			assert_int_equal(log_close(&w, &e), 0);

			CLEANUP(buf_release) struct buf b = BUF_INIT(1000), wanted = BUF_INIT(1000);
			assert_int_equal(file_read(path, &b, &e), 0);
			assert_int_equal(b.n, w.size);
			buf_puts(&wanted, stays ? "torn\n" : "");
			buf_put(&wanted, sv_head(SV("aaa\nbbb\nccc\n"), want));
			assert_true(sv_starts(buf_view(&b), buf_view(&wanted)));
			assert_true(sv_ends(buf_view(&b), SV("ddd\n")));
			if (!d.cannot_cut)
				assert_int_equal(b.n, wanted.n + 4);
		}
	}
}

static void the_file_is_full_at_the_line_that_reaches_the_limit(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	size_t taken;
	struct err e;

	(void)state;
	o.max_bytes = 10;
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_append(&w, "aaa\nbbbb\n", LOG_APPENDED);
	assert_int_equal(append(&w, "c\nd\ne\n", &taken), LOG_FULL);
	assert_int_equal(taken, 2);
	assert_int_equal(log_rotate(&w, 3, &e), 0);
	assert_append(&w, "d\ne\n", LOG_APPENDED);
	assert_int_equal(append(&w, "1234567890123\nf\n", &taken), LOG_FULL);
	assert_int_equal(taken, 14);
	/* Nobody rotates: everything goes in, and the file is still called full. */
	assert_int_equal(append(&w, "f\ng\n", &taken), LOG_FULL);
	assert_int_equal(taken, 4);
	assert_int_equal(log_close(&w, &e), 0);
	assert_file(1, "aaa\nbbbb\nc\n");
	assert_file(0, "d\ne\n1234567890123\nf\ng\n");
}

static void rotation_keeps_as_many_files_as_asked(void **state)
{
	static const struct {
		unsigned files;
		const char *after[5]; /* live, .1, .2, .3, .4 */
		unsigned known;
	} cases[] = {
		{0, {"0\n", "1\n", "2\n", "3\n", NULL}, 0},
		{1, {"0\n", "1\n", "2\n", "3\n", NULL}, 0},
		/* Lowered: one gives way for each, and not from the middle. */
		{2, {"", "0\n", "1\n", "2\n", NULL}, 4},
		{3, {"", "0\n", "1\n", "2\n", NULL}, 4},
		{4, {"", "0\n", "1\n", "2\n", NULL}, 4},
		{5, {"", "0\n", "1\n", "2\n", "3\n"}, 5},
		{999, {"", "0\n", "1\n", "2\n", "3\n"}, 5},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct log_options o = options(NULL);
		struct log_writer w;
		struct err e;

		for (unsigned n = 0; n < 4; n++)
			put_file(n, (const char *const[]){"0\n", "1\n", "2\n", "3\n"}[n]);
		assert_int_equal(log_open(&w, &o, &e), 0);
		assert_int_equal(log_rotate(&w, cases[i].files, &e), 0);
		for (unsigned n = 0; n < 5; n++)
			assert_file(n, cases[i].after[n]);
		if (cases[i].files >= 2)
			assert_int_equal(mode_of(1), 0400);
		assert_int_equal(mode_of(0), 0600);
		assert_int_equal(w.known, cases[i].known);
		assert_int_equal(log_close(&w, &e), 0);
		(void)remove_folder(NULL);
		(void)mkdir(folder, 0700);
	}
}

static void keeping_all_logs_overwrites_none(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	char name[128];
	struct err e;

	(void)state;
	put_file(0, "0\n");
	put_file(1, "1\n");
	put_file(2, "2\n");
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_int_equal(log_keep(&w, &e), 0);
	assert_file(3, "2\n");
	assert_file(2, "1\n");
	assert_file(1, "0\n");
	assert_append(&w, "x\n", LOG_APPENDED);
	assert_int_equal(log_keep(&w, &e), 0);
	assert_file(4, "2\n");
	assert_file(1, "x\n");
	/* An archiver takes the two oldest: numbers start anew, the rest moves up. */
	(void)snprintf(name, sizeof(name), "%s.4", path);
	assert_int_equal(unlink(name), 0);
	(void)snprintf(name, sizeof(name), "%s.3", path);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(log_keep(&w, &e), 0);
	assert_file(3, "0\n");
	assert_file(2, "x\n");
	assert_file(4, NULL);
	assert_int_equal(log_close(&w, &e), 0);
}

static void a_file_that_cannot_be_moved_stops_rotation_and_nothing_is_lost(void **state)
{
	static const char *const stuck[] = {".log", ".1", ".2"};

	(void)state;
	for (size_t i = 0; i < LEN(stuck); i++) {
		struct disk d = {.room = 1000, .rename_failure = EBUSY, .stuck = stuck[i]};
		struct log_options o = options(&d);
		struct log_writer w;
		struct err e;

		put_file(0, "0\n");
		put_file(1, "1");
		put_file(2, "2");
		put_file(3, "3");
		assert_int_equal(log_open(&w, &o, &e), 0);
		assert_int_equal(log_rotate(&w, 9, &e), -1);
		assert_non_null(strstr(e.text, "cannot rotate"));
		assert_non_null(strstr(e.text, stuck[i]));
		assert_append(&w, "more\n", LOG_APPENDED);
		assert_file(0, "0\nmore\n");
		assert_int_equal(mode_of(0), 0600);
		assert_int_equal(log_close(&w, &e), 0);
		(void)remove_folder(NULL);
		(void)mkdir(folder, 0700);
	}
}

static void excess_files_are_removed_up_to_the_first_gap(void **state)
{
	struct log_options o = options(NULL);

	(void)state;
	put_file(1, "");
	put_file(2, "");
	put_file(3, "");
	put_file(5, "");
	assert_int_equal(log_remove_excess(&o, 0), 0);
	assert_int_equal(log_remove_excess(&o, 2), 2);
	assert_file(1, "");
	assert_file(2, NULL);
	assert_file(5, "");
}

/* Where it ends early, files are missing at the old end and not in the middle. */
static void excess_files_are_removed_oldest_first(void **state)
{
	struct log_options o = options(NULL);
	char name[160];

	(void)state;
	put_file(2, "");
	put_file(3, "");
	(void)snprintf(name, sizeof(name), "%s.4", path);
	assert_int_equal(mkdir(name, 0700), 0); /* which unlink(2) does not remove */
	assert_int_equal(log_remove_excess(&o, 2), 0);
	assert_file(2, "");
	assert_file(3, "");
	assert_int_equal(rmdir(name), 0);
}

static void the_oldest_file_is_the_last_before_the_first_gap(void **state)
{
	struct log_options o = {.path = path};
	struct err e;

	(void)state;
	put_file(0, "live");
	assert_int_equal(log_remove_oldest(&o, &e), 0);
	put_file(1, "newer");
	put_file(2, "older");
	put_file(4, "somebody's");
	assert_int_equal(log_remove_oldest(&o, &e), 1);
	assert_file(1, "newer");
	assert_file(2, NULL);
	assert_int_equal(log_remove_oldest(&o, &e), 1);
	assert_int_equal(log_remove_oldest(&o, &e), 0);
	assert_file(0, "live");
	assert_file(4, "somebody's");
}

static void the_disk_is_waited_for_every_freq_lines(void **state)
{
	struct disk d = {.room = 1000};
	struct log_options o = options(&d);
	struct log_writer w;
	size_t taken;
	struct err e;

	(void)state;
	o.flush = FLUSH_INCREMENTAL;
	put_file(0, "");
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_append(&w, "1\n2\n", LOG_APPENDED);
	assert_int_equal(d.syncs, 0);
	assert_append(&w, "3\n4\n5\n6\n7\n8\n", LOG_APPENDED);
	assert_int_equal(d.syncs, 1);
	d.sync_failure = EIO;
	assert_int_equal(log_append(&w, SV("1\n2\n3\n"), &taken, &e), LOG_FAILED);
	assert_int_equal(taken, 6);
	assert_int_equal(e.sys, EIO);
	assert_int_equal(log_close(&w, &e), -1);
}

static void the_name_of_a_new_file_is_flushed_once(void **state)
{
	static const struct {
		enum log_flush flush;
		unsigned first, second; /* syncs after one append, after one more */
	} cases[] = {{FLUSH_NONE, 0, 0},
		     {FLUSH_INCREMENTAL, 2, 3},
		     {FLUSH_DATA, 1, 1},
		     {FLUSH_SYNC, 1, 1}};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct disk d = {.room = 1000};
		struct log_options o = options(&d);
		struct log_writer w;
		struct err e;

		o.flush = cases[i].flush;
		o.freq = 1;
		(void)unlink(path);
		assert_int_equal(log_open(&w, &o, &e), 0);
		assert_append(&w, "1\n", LOG_APPENDED);
		assert_int_equal(d.syncs, cases[i].first);
		assert_append(&w, "2\n", LOG_APPENDED);
		assert_int_equal(d.syncs, cases[i].second);
		assert_int_equal(log_rotate(&w, 2, &e), 0);
		d.syncs = 0;
		assert_append(&w, "3\n", LOG_APPENDED);
		assert_int_equal(d.syncs, cases[i].first);
		/* A folder that cannot be flushed is told once; the lines are in the file. */
		assert_int_equal(log_rotate(&w, 2, &e), 0);
		d.sync_failure = cases[i].first == 1 ? EIO : EINVAL;
		if (cases[i].first == 1) {
			size_t taken;

			assert_int_equal(append(&w, "4\n", &taken), LOG_FAILED);
			assert_int_equal(taken, 2);
			assert_append(&w, "5\n", LOG_APPENDED);
		}
		d.sync_failure = 0;
		assert_int_equal(log_close(&w, &e), 0);
	}
}

static void flushing_beside_the_writer_ends_with_everything_flushed(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	struct err e;

	(void)state;
	o.flush = FLUSH_INCREMENTAL_ASYNC;
	o.freq = 1;
	assert_int_equal(log_open(&w, &o, &e), 0);
	for (int i = 0; i < 100; i++)
		assert_append(&w, "line\n", LOG_APPENDED);
	assert_int_equal(log_rotate(&w, 2, &e), 0);
	assert_append(&w, "line\n", LOG_APPENDED);
	assert_int_equal(log_close(&w, &e), 0);
	assert_true(w.flusher.syncs > 0);
	assert_int_equal(w.flusher.count, 0);
}

static void flushes_are_timed_however_they_happen(void **state)
{
	static const enum log_flush ways[] = {FLUSH_INCREMENTAL, FLUSH_INCREMENTAL_ASYNC,
					      FLUSH_DATA};
	struct log_flush_times t = {.count = 0};

	(void)state;
	for (size_t i = 0; i < LEN(ways); i++) {
		struct log_options o = options(NULL);
		struct log_writer w;
		struct err e;

		o.flush = ways[i];
		o.freq = 1;
		assert_int_equal(log_open(&w, &o, &e), 0);
		assert_append(&w, "line\n", LOG_APPENDED);
		do
			log_flush_times(&w, &t);
		while (t.count == 0);
		assert_int_equal(t.count, 1);
		assert_true(t.last == t.max && t.sum == t.last && t.last > 0);
		assert_int_equal(log_close(&w, &e), 0);
	}
	t = (struct log_flush_times){.count = 0};
	log_flush_timed(&t, 2000000);
	log_flush_timed(&t, 1000000);
	log_flush_timed(&t, 5000000000);
	assert_true(t.count == 3 && t.max == 5000000000 && t.last == t.max && t.sum == 5003000000);
	assert_true(t.within[0] == 1 && t.within[1] == 2 && t.within[3] == 2);
}

static void the_listener_hears_exactly_what_is_in_the_file(void **state)
{
	struct disk d = {.room = 10};
	struct heard h = {.lines = BUF_INIT(1000), .events = BUF_INIT(1000)};
	struct log_options o = options(&d);
	struct log_writer w;
	size_t taken;
	struct err e;

	(void)state;
	o.listener = listener(&h);
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_int_equal(log_append(&w, SV("aaa\nbbb\nccc\n"), &taken, &e), LOG_FAILED);
	d.room = 100;
	assert_int_equal(log_rotate(&w, 2, &e), 0);
	assert_append(&w, "ddd\n", LOG_APPENDED);
	assert_int_equal(h.rotations, 1);
	assert_string_equal(buf_cstr(&h.lines), "aaa\nbbb\nddd\n");
	assert_string_equal(buf_cstr(&h.events), "opened 0; opened 0; ");
	assert_int_equal(log_close(&w, &e), 0);
	buf_release(&h.lines);
	buf_release(&h.events);
}

static void the_listener_hears_of_lines_that_nobody_sent(void **state)
{
	struct disk d = {.room = 10, .cannot_cut = true};
	struct heard h = {.lines = BUF_INIT(1000), .events = BUF_INIT(1000)};
	struct log_options o = options(&d);
	struct log_writer w;
	size_t taken;
	struct err e;

	(void)state;
	put_file(0, "aaa\nhal");
	o.listener = listener(&h);
	assert_int_equal(log_open(&w, &o, &e), 0);
	assert_append(&w, "bbb\n", LOG_APPENDED);
	assert_int_equal(log_append(&w, SV("ccc\nddd\n"), &taken, &e), LOG_FAILED);
	assert_int_equal(taken, 4);
	/* The newline alone finds room, and then the rest does. */
	d.room = 1;
	assert_int_equal(log_append(&w, SV("eee\n"), &taken, &e), LOG_FAILED);
	d.room = 100;
	assert_append(&w, "fff\n", LOG_APPENDED);
	assert_file(0, "aaa\nhal\nbbb\nccc\nd\nfff\n");
	assert_string_equal(buf_cstr(&h.lines), "bbb\nccc\nfff\n");
	assert_string_equal(buf_cstr(&h.events), "opened 7; fragment 4+3; fragment 16+1; ");
	assert_int_equal(log_close(&w, &e), 0);
	buf_release(&h.lines);
	buf_release(&h.events);
}

static void the_listener_hears_which_files_give_way(void **state)
{
	struct heard h = {.lines = BUF_INIT(1000), .events = BUF_INIT(1000)};
	struct log_options o = options(NULL);
	struct log_writer w;
	struct err e;

	(void)state;
	o.listener = listener(&h);
	assert_int_equal(log_open(&w, &o, &e), 0);
	for (int i = 0; i < 3; i++) {
		assert_append(&w, "aaa\n", LOG_APPENDED);
		assert_int_equal(log_rotate(&w, 3, &e), 0);
	}
	assert_string_equal(buf_cstr(&h.events),
			    "opened 0; opened 0; opened 0; opened 0; number; ");
	buf_reset(&h.events);
	assert_int_equal(log_remove_oldest(&o, &e), 1);
	assert_int_equal(log_remove_excess(&o, 2), 0);
	log_suspend(&w);
	assert_int_equal(log_reopen(&w, &e), 0);
	assert_string_equal(buf_cstr(&h.events), "space; opened 0; ");
	assert_int_equal(log_close(&w, &e), 0);
	buf_release(&h.lines);
	buf_release(&h.events);
}

static void a_closed_log_takes_nothing_until_it_is_reopened(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	size_t taken;
	struct err e;

	(void)state;
	assert_int_equal(log_open(&w, &o, &e), 0);
	log_suspend(&w);
	assert_int_equal(append(&w, "a\n", &taken), LOG_FAILED);
	assert_int_equal(taken, 0);
	assert_int_equal(log_reopen(&w, &e), 0);
	assert_append(&w, "b\n", LOG_APPENDED);
	assert_int_equal(log_close(&w, &e), 0);
	assert_file(0, "b\n");
}

static void links_and_folders_are_no_logs(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	char target[128];
	struct err e;

	(void)state;
	(void)snprintf(target, sizeof(target), "%s.1", path);
	put_file(1, "");
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(log_open(&w, &o, &e), -1);
	assert_non_null(strstr(e.text, "cannot open the log"));
	assert_int_equal(w.fd, -1);
	assert_int_equal(unlink(path), 0);
	o.path = "/nosuchfolder/audit.log";
	assert_int_equal(log_open(&w, &o, &e), -1);
	o.path = "/dev/null";
	assert_int_equal(log_open(&w, &o, &e), -1);
}

static void a_fifo_is_refused_and_not_waited_for(void **state)
{
	struct log_options o = options(NULL);
	struct log_writer w;
	struct err e;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	(void)alarm(10);
	assert_int_equal(log_open(&w, &o, &e), -1);
	(void)alarm(0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(lines_are_appended_with_one_write_and_counted),
		TEST(a_group_may_read_and_nobody_else),
		TEST(a_confined_writer_opens_what_a_crash_left_and_rotates),
		TEST(a_log_of_somebody_else_is_refused),
		TEST(what_a_crash_left_of_a_line_is_cut_off_and_told),
		TEST(what_cannot_be_cut_off_gets_its_newline_first),
		TEST(what_could_not_be_cut_off_is_tried_again),
		TEST(a_file_that_is_no_log_is_not_cut),
		TEST(short_and_interrupted_writes_lose_nothing),
		TEST(a_full_disk_leaves_whole_lines_and_says_what_it_took),
		TEST(the_file_is_full_at_the_line_that_reaches_the_limit),
		TEST(rotation_keeps_as_many_files_as_asked),
		TEST(keeping_all_logs_overwrites_none),
		TEST(a_file_that_cannot_be_moved_stops_rotation_and_nothing_is_lost),
		TEST(excess_files_are_removed_up_to_the_first_gap),
		TEST(excess_files_are_removed_oldest_first),
		TEST(the_oldest_file_is_the_last_before_the_first_gap),
		TEST(the_disk_is_waited_for_every_freq_lines),
		TEST(the_name_of_a_new_file_is_flushed_once),
		TEST(flushing_beside_the_writer_ends_with_everything_flushed),
		TEST(flushes_are_timed_however_they_happen),
		TEST(the_listener_hears_exactly_what_is_in_the_file),
		TEST(the_listener_hears_of_lines_that_nobody_sent),
		TEST(the_listener_hears_which_files_give_way),
		TEST(a_closed_log_takes_nothing_until_it_is_reopened),
		TEST(links_and_folders_are_no_logs),
		TEST(a_fifo_is_refused_and_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

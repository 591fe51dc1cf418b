/*
 * For tests of the sealer: a host in a folder (host_test.h), what it says, and what a verifier says of it.
 */
#ifndef AURUM_INTEGRITY_SEALER_STAGE_TEST_H
#define AURUM_INTEGRITY_SEALER_STAGE_TEST_H

#include "base/test.h"

#include "integrity/folder.h"
#include "integrity/host_test.h"
#include "integrity/levels.h"
#include "integrity/trace_test.h"
#include "integrity/verify.h"
#include "seal/chain.h"
#include "seal/commit.h"

#include <ftw.h>
#include <unistd.h>

#define TEST(name) cmocka_unit_test_teardown(name, empty)

static char top[] = "/tmp/sealer-test-XXXXXX";

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	return walk->level ? remove(path) : 0;
}

static inline int begin(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static inline int empty(void **state)
{
	(void)state;
	return nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int end(void **state)
{
	(void)state;
	return rmdir(top);
}

static inline void make(struct host *h)
{
	host_init(h, top, 42);
	host_enrol(h);
	host_be_quick(h);
}

static inline const char *in(const char *name)
{
	static char paths[2][4096];
	static unsigned next;
	char *path = paths[next++ % 2];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", top, name);
	return path;
}

static inline uint64_t size_of(const char *name)
{
	struct stat st;

	return stat(in(name), &st) == 0 ? (uint64_t)st.st_size : UINT64_MAX;
}

static inline void cut(const char *name, uint64_t size)
{
	assert_int_equal(truncate(in(name), (off_t)size), 0);
}

static inline void overwrite(const char *name, uint64_t at, struct sv bytes)
{
	CLEAN_FD int fd = open(in(name), O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes.p, bytes.n, (off_t)at), (ssize_t)bytes.n);
}

static inline void append(const char *name, struct sv bytes)
{
	CLEAN_FD int fd = open(in(name), O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, bytes), 0);
}

static inline struct sealer_figures figures(struct host *h)
{
	struct sealer_figures f;

	sealer_figures(h->sealer, &f);
	return f;
}

static inline void assert_state(struct host *h, enum sealer_state state)
{
	struct sealer_figures f = figures(h);

	if (f.state != state)
		print_error("state %d: %s\n", f.state, f.why);
	assert_int_equal(f.state, state);
}

/* Whether there is such news; the rest is passed over. */
static inline bool hears(struct host *h, enum sealer_news_kind kind, struct sealer_news *out)
{
	struct sealer_news n, last = {.from = 0};
	bool is_there = false;

	while (sealer_take_news(h->sealer, &n))
		if (n.kind == kind) {
			is_there = true;
			last = n;
		}
	if (out)
		*out = last;
	return is_there;
}

static inline enum verify_verdict verdict_of(const struct host *h, struct verify_result *r)
{
	const struct seal_anchor anchor = {.enrolment = h->enrolment,
					   .starts = reserve_fake_starts(h->reserve),
					   .next = reserve_fake_next(h->reserve)};
	const struct verify_options o = {.log = h->log_path,
					 .anchor = &anchor,
					 .threads = 1,
					 .now = h->wall_ns / HOST_SECOND};
	struct err e;

	if (verify_run(&o, r, &e) != 0) {
		print_error("%s\n", e.text);
		fail();
	}
	for (size_t i = 0; i < r->doubts.count; i++)
		print_message("# %s: %s\n", doubt_word(r->doubts.list[i].kind),
			      r->doubts.list[i].text);
	return r->verdict;
}

static inline void assert_verdict(const struct host *h, enum verify_verdict verdict)
{
	static struct verify_result r;

	assert_int_equal(verdict_of(h, &r), verdict);
}

/* The notes of one kind that the chain has. */
static inline unsigned count_notes(enum seal_step_kind kind)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(64 << 20);
	struct seal_note note;
	struct seal_step step;
	struct sv rest, bytes;
	unsigned count = 0;

	assert_int_equal(file_read(in("integrity/keys"), &text, NULL), 0);
	rest = buf_view(&text);
	while (seal_note_next(&rest, &bytes) == SEAL_CUT_NOTE)
		count += seal_note_parse(bytes, &note, NULL) == 0 &&
			 seal_step_parse(note.text, &step, NULL) == 0 && step.kind == kind;
	return count;
}

static inline void stop(struct host *h)
{
	assert_true(host_stop(h));
}

/* A log with some history that was stopped. */
static inline void make_stopped(struct host *h)
{
	make(h);
	host_start(h);
	host_lines(h, 300);
	host_rotate(h);
	host_lines(h, 700);
	stop(h);
}

#endif

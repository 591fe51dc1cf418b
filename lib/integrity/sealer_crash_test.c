/*
 * The power is cut at every moment of a host's life, and what was not synced is there or not: each disk that
 * can come of it is recovered, and nothing on it contradicts anything that was signed.
 *
 * AURUM_CUTS=N: that many disks for each moment; without it one for some of the moments.
 */
#include "base/test.h"

#include "base/num.h"
#include "integrity/naive_test.h"
#include "integrity/trace_test.h"
#include "integrity/verify.h"

#include <ftw.h>

static unsigned judged, proven;
static char top[] = "/tmp/sealer-crash-XXXXXX";

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void clear(const char *folder)
{
	(void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *in_top(const char *name)
{
	static char paths[4][2048];
	static unsigned next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", top, name);
	return path;
}

static int group_setup(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int group_teardown(void **state)
{
	(void)state;
	clear(top);
	return 0;
}

/* What has happened to a disk, for whoever has to find out why. */
struct cut {
	size_t at, of;
	enum trace_luck luck;
	uint64_t chance;
};

static void fail_cut(const struct cut *c, const char *when, const char *why)
{
	print_error("cut %zu of %zu, luck %d, chance %" PRIu64 ": %s: %s\n", c->at, c->of, c->luck,
		    c->chance, when, why);
	fail();
}

static bool is_accusation(const struct sealer_news *n)
{
	return n->kind == SEALER_NEWS_ALTERED || n->kind == SEALER_NEWS_MISSING ||
	       n->kind == SEALER_NEWS_FOREIGN || n->kind == SEALER_NEWS_LOST_BY_DISK ||
	       n->kind == SEALER_NEWS_UNSEALED;
}

static void check_news(struct host *h, const struct cut *c)
{
	struct sealer_news n;

	while (sealer_take_news(h->sealer, &n))
		if (is_accusation(&n))
			fail_cut(c, "news", n.text);
}

static void check(const char *folder, const struct host *h, const struct cut *c, bool may_tear,
		  const char *when, uint64_t *lines)
{
	static struct naive n;
	const char *wrong = naive_verify(folder, &h->enrolment, may_tear, &n);

	if (wrong)
		fail_cut(c, when, wrong);
	if (lines)
		*lines = n.lines;
	if (!may_tear && n.signed_size != n.lines)
		fail_cut(c, when, "lines are not covered");
	naive_release(&n);
}

/* What `aurum verify` says, with what the host remembers. */
static void judge(const struct host *h, const struct cut *c, bool is_over, const char *when)
{
	static struct verify_result r;
	const struct seal_anchor anchor = {.enrolment = h->enrolment,
					   .starts = reserve_fake_starts(h->reserve),
					   .next = reserve_fake_next(h->reserve)};
	const struct verify_options o = {.log = h->log_path,
					 .anchor = &anchor,
					 .threads = 1,
					 .now = h->wall_ns / HOST_SECOND};
	struct err e;

	if (access(h->log_path, F_OK) != 0)
		return;
	if (verify_run(&o, &r, &e) != 0)
		fail_cut(c, when, e.text);
	if (r.verdict == VERIFY_TAMPERED || (is_over && r.end != r.size)) {
		for (size_t i = 0; i < r.doubts.count; i++)
			print_error("%s: %s\n", doubt_word(r.doubts.list[i].kind),
				    r.doubts.list[i].text);
		fail_cut(c, when, "verdict: tampered");
	}
	if (is_over && r.verdict == VERIFY_PROVEN)
		proven++;
	judged++;
}

/* A host in the folder, as it comes up behind the cut. */
static void come_up(struct host *h, const struct host *before, const struct trace *t,
		    const struct cut *c, const char *folder)
{
	struct trace_image im;

	clear(folder);
	HOST_MUST(mkdir(folder, 0700) == 0);
	host_init(h, folder, before->seed);
	host_enrol(h);
	trace_cut_power(&im, t, c->at, c->luck, c->chance);
	trace_restore(&im, folder);
	trace_image_release(&im);
	reserve_free(h->reserve);
	h->reserve = reserve_fake_copy(t->ops[c->at - 1].reserve);
	h->keys = before->keys + 1000;
	h->wall_ns = before->wall_ns;
	h->settings = before->settings;
	h->num_logs = 100;
	host_be_quick(h);
}

/* Recovery, some more lines, and the end. */
static void go_on(struct host *h, const struct cut *c)
{
	struct sealer_figures f;

	host_start(h);
	sealer_figures(h->sealer, &f);
	if (f.state != SEALER_SEALED)
		fail_cut(c, "start", f.why);
	check_news(h, c);
	host_lines(h, 7);
	host_rotate(h);
	host_pass(h, 2);
	host_lines(h, 3);
	check_news(h, c);
	if (!host_stop(h))
		fail_cut(c, "stop", "it was not signed");
	check(h->folder, h, c, false, "behind recovery", NULL);
	judge(h, c, true, "behind recovery");
}

static void cut_once(const struct host *before, const struct trace *t, const struct cut *c)
{
	const char *folder = in_top("after");
	struct host h;

	come_up(&h, before, t, c, folder);
	check(folder, &h, c, true, "as it was cut", NULL);
	judge(&h, c, false, "as it was cut");
	go_on(&h, c);
	host_release(&h);
	clear(folder);
}

/* The power is cut while it recovers, and each disk that comes of that recovers. */
static void cut_twice(const struct host *before, const struct trace *t, const struct cut *first)
{
	const char *folder = in_top("between");
	struct trace second;
	struct host h;
	size_t there;

	come_up(&h, before, t, first, folder);
	trace_begin(&second, &h);
	trace_adopt(&second);
	there = second.count;
	host_start(&h);
	host_lines(&h, 30);
	host_crash(&h);
	for (size_t at = there; at <= second.count; at++) {
		struct cut c = {at, second.count, TRACE_ANYTHING, first->at * 1000 + at};

		cut_once(&h, &second, &c);
	}
	trace_release(&second);
	host_release(&h);
	clear(folder);
}

static size_t cuts_for_each(void)
{
	const char *text = getenv("AURUM_CUTS");
	uint64_t n;

	return text && num_u64(sv_cstr(text), &n) ? (size_t)n : 0;
}

static void cut_at(const struct host *h, const struct trace *t, size_t at, enum trace_luck luck,
		   uint64_t chance)
{
	cut_once(h, t, &(struct cut){at, t->count, luck, chance});
}

static void cut_everywhere(const struct host *h, const struct trace *t)
{
	size_t each = cuts_for_each(), step = each ? 1 : 3;

	for (size_t at = 1; at <= t->count; at++) {
		if (at % (4 * step) == 0)
			cut_at(h, t, at, TRACE_NOTHING, 0);
		if (at % (4 * step) == 1)
			cut_at(h, t, at, TRACE_EVERYTHING, 0);
		for (size_t i = 0; at % step == 2 % step && i < each + (each == 0); i++)
			cut_at(h, t, at, TRACE_ANYTHING, at * 1000 + i);
	}
	for (size_t at = 30; at <= t->count; at += each ? 9 : 150)
		cut_twice(h, t, &(struct cut){at, t->count, TRACE_ANYTHING, at});
}

static void live_a_life(struct host *h)
{
	host_start(h);
	host_lines(h, 25);
	host_pass(h, 2);
	host_say(h, "CONFIG_CHANGE", "op=set audit_enabled=0");
	host_lines(h, 15);
	host_rotate(h);
	host_lines(h, 5);
	host_pass(h, 12);
	host_lines(h, 10);
	host_rotate(h);
	host_rotate(h);
	host_pass(h, 3);
	sealer_rotate_keys(h->sealer);
	host_lines(h, 5);
	host_kill(h);
	host_start(h);
	host_lines(h, 30);
	HOST_MUST(host_stop(h));
	host_start(h);
	host_lines(h, 260);
	host_pass(h, 1);
	host_crash(h);
}

static void every_disk_that_a_power_cut_leaves_recovers(void **state)
{
	struct trace t;
	struct host h;

	(void)state;
	HOST_MUST(mkdir(in_top("before"), 0700) == 0);
	host_init(&h, in_top("before"), 7);
	h.num_logs = 100;
	host_enrol(&h);
	trace_begin(&t, &h);
	live_a_life(&h);
	cut_everywhere(&h, &t);
	print_message("# %u verdicts, %u of them: proven\n", judged, proven);
	trace_release(&t);
	host_release(&h);
	clear(in_top("before"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_disk_that_a_power_cut_leaves_recovers),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

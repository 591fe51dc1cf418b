/*
 * One file of expectations: its rules as one set, offline tests against recorded events, the
 * others in a scratch sequence, which is only begun when there are such.
 */
#include "aurum/tester.h"

#include "base/file.h"
#include "log/cursor.h"

#include <stdlib.h>

#define FILE_MAX ((size_t)1 << 20)
#define WHY_MAX  ((size_t)4 << 20)

/* ---- reading ---- */

static void tell_problem(void *ctx, const struct problem *p)
{
	const struct test_file *f = ctx;

	say("%s:%u:%u: %s", f->path, p->at.line, p->at.column, p->text);
}

static bool find_folder(const char *path, char out[TESTER_PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return sv_to_cstr(SV("."), out, TESTER_PATH_MAX);
	return sv_to_cstr(slash == path ? SV("/") : sv_make(path, (size_t)(slash - path)), out,
			  TESTER_PATH_MAX);
}

static int read_text(struct test_file *f, struct buf *text, struct problems *problems,
		     struct err *e)
{
	if (!find_folder(f->path, f->folder))
		return err_set(e, "%s: the path is too long", f->path);
	if (file_read(f->path, text, e) != 0)
		return -1;
	return expect_read(&f->expect, buf_view(text), problems, e);
}

int test_file_read(struct test_file *f, const char *path)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(FILE_MAX);
	struct problems problems = {.tell = tell_problem, .ctx = f};
	struct err e;

	*f = (struct test_file){.path = path};
	if (read_text(f, &text, &problems, &e) != 0) {
		say("%s", e.text);
		return -1;
	}
	if (problems.errors == 0 && f->expect.count)
		return 0;
	if (problems.errors == 0)
		say("%s: there is no expectation in it", path);
	test_file_release(f);
	return -1;
}

void test_file_release(struct test_file *f)
{
	expect_release(&f->expect);
}

/* ---- rules ---- */

/* The rules of a file, from one or more sources. */
struct joined {
	struct rule_source *sources;
	size_t count;
	struct side side; /* all of them */
	char *name;
	struct filter filter;
};

/* A path that the file names, from where the file is; NULL without memory. */
static char *path_of(const struct test_file *f, const char *word)
{
	char *path;

	if (word[0] == '/' || strcmp(f->folder, ".") == 0)
		return strdup(word);
	return asprintf(&path, "%s/%s", f->folder, word) < 0 ? NULL : path;
}

static void release_joined(struct joined *all)
{
	for (size_t i = 0; i < all->count; i++)
		rule_source_release(&all->sources[i]);
	free(all->sources);
	free(all->side.source.rules);
	free(all->name);
}

static int read_source(struct joined *all, const char *path, bool is_live)
{
	if (!path) {
		say("no memory for the rules");
		return -1;
	}
	if (rules_read(&all->sources[all->count], path, is_live) != 0)
		return -1;
	all->count++;
	return 0;
}

static int read_sources(struct joined *all, const struct test_file *f, bool is_live)
{
	const struct expect_file *x = &f->expect;
	int status = 0;

	all->sources = calloc(x->rule_count + 1, sizeof(*all->sources));
	if (!all->sources || x->rule_count == 0)
		return all->sources ? read_source(all, rules_default_path(), is_live) : -1;
	for (size_t i = 0; i < x->rule_count && status == 0; i++) {
		char *path = path_of(f, x->rules[i]);

		status = read_source(all, path, is_live);
		free(path);
	}
	return status;
}

/* What is never loaded for a test, because it cannot be taken back or would stop the host. */
static void leave_out(struct target *t, const char *name)
{
	if ((t->settings.mask & AUDIT_STATUS_ENABLED) && t->settings.enabled == 2) {
		say("%s: -e 2 is left out: it could not be taken back", name);
		t->settings.enabled = 1;
	}
	if ((t->settings.mask & AUDIT_STATUS_FAILURE) && t->settings.failure == AUDIT_FAIL_PANIC) {
		say("%s: -f 2 is left out: a lost record would stop the host", name);
		t->settings.mask &= ~(uint32_t)AUDIT_STATUS_FAILURE;
	}
	if (t->lock_loginuid)
		say("%s: --loginuid-immutable is left out: it could not be taken back", name);
	t->lock_loginuid = false;
}

static int join_sources(struct joined *all)
{
	struct rule_source *source = &all->side.source;
	struct target one, *target = &all->side.target;
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++)
		count += all->sources[i].count;
	source->rules = calloc(count + 1, sizeof(*source->rules));
	if (!source->rules)
		return -1;
	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < all->sources[i].count; k++)
			source->rules[source->count++] = all->sources[i].rules[k];
	(void)rule_source_deduplicate(source);
	target_init(target, source);
	for (size_t i = 0; i < all->count; i++) {
		target_init(&one, &all->sources[i]);
		settings_take(&target->settings, &one.settings);
		target->lock_loginuid |= one.lock_loginuid;
	}
	return 0;
}

static int read_joined(struct joined *all, const struct test_file *f, bool is_live)
{
	*all = (struct joined){0};
	if (read_sources(all, f, is_live) != 0)
		return -1;
	all->name = strdup(f->expect.rule_count ? f->expect.rules[0] : rules_default_path());
	if (!all->name || join_sources(all) != 0) {
		say("no memory for the rules");
		return -1;
	}
	all->side.name = all->name;
	all->filter = (struct filter){all->side.source.rules, all->side.source.count, NULL};
	if (is_live)
		leave_out(&all->side.target, all->name);
	return 0;
}

/* Does any rule ask who has logged in? */
static bool asks_for_login(const struct filter *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct rule *r = filter->rules[i].rule;

		for (uint32_t f = 0; f < r->field_count; f++)
			if (r->fields[f].field == AUDIT_LOGINUID ||
			    r->fields[f].field == AUDIT_LOGINUID_SET ||
			    r->fields[f].field == AUDIT_SESSIONID ||
			    r->fields[f].field == AUDIT_FIELD_COMPARE)
				return true;
	}
	return false;
}

/* ---- recorded events ---- */

static int judge_joined(struct judge *j, struct join *join, struct err *e)
{
	const struct event *event;

	while ((event = join_next(join)))
		if (judge_event(j, event, e) != 0)
			return -1;
	return 0;
}

static int judge_log(struct judge *j, struct cursor *c, struct join *join, struct err *e)
{
	enum cursor_status status;
	struct record r;
	struct sv line;

	while ((status = cursor_next(c, &line, e)) == CURSOR_LINE) {
		if (line.n == 0 || record_parse(line, &r) != RECORD_OK)
			continue;
		if (join_put(join, &r) != 0)
			return err_set(e, "no memory for the events");
		if (judge_joined(j, join, e) != 0)
			return -1;
	}
	if (status == CURSOR_ERROR)
		return -1;
	join_finish(join);
	return judge_joined(j, join, e);
}

static int judge_path(struct judge *j, const char *path, struct err *e)
{
	static const struct join_options options = {.order = JOIN_ORDERED,
						    .timeout_s = JOIN_TIMEOUT_DEFAULT_S};
	struct cursor cursor;
	struct join *join;
	int status = -1;

	if (!path)
		return err_set(e, "no memory for a path");
	cursor_init(&cursor);
	join = join_new(&options, e);
	if (join && cursor_open_file(&cursor, path, e) == 0)
		status = judge_log(j, &cursor, join, e);
	join_free(join);
	cursor_release(&cursor);
	if (status == 0 && j->events == 0)
		status = err_set(e, "%s: there is no event in it that goes through rules", path);
	return status;
}

static enum test_result run_offline(const struct test_file *f, struct judge *j,
				    const struct expectation *test, struct buf *why)
{
	char *path = path_of(f, test->log);
	enum test_result result;
	struct err e;

	judge_start(j, test);
	if (judge_path(j, path, &e) != 0) {
		buf_printf(why, "%s\n", e.text);
		result = TEST_TROUBLE;
	} else {
		result = judge_holds(j) ? TEST_HOLDS : TEST_FAILS;
		if (result == TEST_FAILS)
			judge_explain(j, why);
	}
	free(path);
	return result;
}

/* ---- all tests ---- */

/* s: NULL when commands are left out. */
static void run_tests(struct test_file *f, struct joined *all, struct judge *j, struct scratch *s,
		      struct teller_of_tests *teller)
{
	CLEANUP(buf_release) struct buf why = BUF_INIT(WHY_MAX);

	for (size_t i = 0; i < f->expect.count && !(s && s->is_interrupted); i++) {
		const struct expectation *test = &f->expect.tests[i];
		enum test_result result = TEST_SKIPPED;

		buf_reset(&why);
		/* Commands run on this host: its files are those that the rules are about. */
		all->filter.files = test->log ? NULL : &filter_files_here;
		if (test->log)
			result = run_offline(f, j, test, &why);
		else if (s)
			result = scratch_run(s, j, test, f->folder, &why);
		tell_test(teller, f->path, test, result, buf_view(&why));
	}
}

static int run_joined(struct test_file *f, struct joined *all, bool is_live,
		      const struct tester_options *options, struct teller_of_tests *teller,
		      bool *stop)
{
	static struct scratch scratch; /* large */
	struct judge j;
	struct err e;
	int status = 0;

	if (judge_init(&j, &all->filter, &e) != 0) {
		say("%s", e.text);
		status = -1;
	} else if (!is_live) {
		run_tests(f, all, &j, NULL, teller);
	} else if (scratch_begin(&scratch, &all->side, options) != 0) {
		status = -1;
	} else {
		scratch.needs_login = asks_for_login(&all->filter);
		run_tests(f, all, &j, &scratch, teller);
		*stop = scratch.is_interrupted;
		status = scratch_end(&scratch);
	}
	judge_release(&j);
	return status;
}

int test_file_run(struct test_file *f, const struct tester_options *options,
		  struct teller_of_tests *teller, bool *stop)
{
	struct joined all;
	bool is_live = false;
	int status = -1;

	for (size_t i = 0; i < f->expect.count; i++)
		is_live |= !options->offline && !f->expect.tests[i].log;
	if (read_joined(&all, f, is_live) == 0)
		status = run_joined(f, &all, is_live, options, teller, stop);
	release_joined(&all);
	return status;
}

/*
 * aurum rules test: do rules record what they are for? Commands run with the rules in force, in a
 * scratch sequence, and recorded events are matched offline. This file reads the options.
 *
 * Exit codes: 0 all expectations hold, 1 some do not, 2 trouble.
 */
#include "aurum/tester.h"

#include "base/num.h"
#include "config/option.h"

#include <stdlib.h>

#define TIMEOUT_S     30
#define TIMEOUT_MAX_S 86400

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/rules_test.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum rules test",
	.usage = "[OPTION...] FILE...",
	.summary =
		"Says whether audit rules record what the expectations in FILE say. For commands "
		"in it the kernel's rules and settings are replaced by those under test, auditing "
		"is switched on, and everything is put back at the end, however it ends. Exit 0: "
		"all hold, 1: some do not, 2: trouble.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

struct testing {
	struct tester_options options;
	enum tell_format format;
	const char **paths;
	size_t count;
	bool restore;
	struct test_file *files;
	size_t read;
};

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct testing *t = arg;

	switch (hit->id) {
	case 'f':
		if (tell_format_find(hit->value, &t->format))
			return FRAME_ON;
		(void)err_set(e, "--format %s: it is text, tap or json", hit->value);
		return FRAME_FAILED;
	case 'n':
		t->options.offline = true;
		return FRAME_ON;
	case 't':
		if (num_range(sv_cstr(hit->value), 1, TIMEOUT_MAX_S, &t->options.timeout_s))
			return FRAME_ON;
		(void)err_set(e, "--timeout %s: it is whole seconds, from 1 to 86400", hit->value);
		return FRAME_FAILED;
	case 'o':
		t->options.with_output = true;
		return FRAME_ON;
	case 1001:
		t->restore = true;
		return FRAME_ON;
	case 1002:
		t->options.state = hit->value;
		return FRAME_ON;
	case 'h':
		return frame_help(&set, e);
	default:
		t->paths[t->count++] = hit->name;
		return FRAME_ON;
	}
}

/* The state is that of an apply, and so is putting it back. */
static int restore(const char *state)
{
	char verb[] = "apply", back[] = "--restore", where[] = "--state", *path = strdup(state);
	char *argv[] = {verb, back, where, path, NULL};
	int code = path ? rules_apply_main(LEN(argv) - 1, argv) : EXIT_TROUBLE;

	free(path);
	return code;
}

static int run_files(struct testing *t)
{
	struct teller_of_tests teller;
	bool failed = false, stop = false;
	size_t tests = 0;

	for (size_t i = 0; i < t->count; i++)
		tests += t->files[i].expect.count;
	tell_start(&teller, t->format, tests);
	for (size_t i = 0; i < t->count && !stop; i++)
		failed |= test_file_run(&t->files[i], &t->options, &teller, &stop) != 0;
	tell_end(&teller);
	if (failed || stop || teller.is_broken || teller.of[TEST_TROUBLE])
		return EXIT_TROUBLE;
	return teller.of[TEST_FAILS] ? EXIT_NOT_DONE : EXIT_DONE;
}

static int run(struct testing *t)
{
	int code = EXIT_TROUBLE;

	if (t->count == 0) {
		say("rules test: which expectations? Give their file");
		return EXIT_TROUBLE;
	}
	t->files = calloc(t->count, sizeof(*t->files));
	if (!t->files) {
		say("no memory for the expectations");
		return EXIT_TROUBLE;
	}
	while (t->read < t->count && test_file_read(&t->files[t->read], t->paths[t->read]) == 0)
		t->read++;
	if (t->read == t->count)
		code = run_files(t);
	while (t->read > 0)
		test_file_release(&t->files[--t->read]);
	free(t->files);
	return code;
}

int rules_test_main(int argc, char **argv)
{
	struct testing t = {.options = {.state = APPLY_STATE_FILE, .timeout_s = TIMEOUT_S},
			    .paths = calloc((size_t)argc, sizeof(const char *))};
	int code = t.paths ? verb_options(&set, argc, argv, take_option, &t) : EXIT_TROUBLE;

	if (code < 0)
		code = t.restore ? restore(t.options.state) : run(&t);
	free(t.paths);
	return code;
}

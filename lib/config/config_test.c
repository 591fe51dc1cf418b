#include "base/test.h"

#include "config/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum pace { PACE_SLOW, PACE_FAST };

struct app {
	bool on;
	uint64_t size;
	enum pace pace;
	const char *name, *folder;
};

static const struct config_word paces[] = {{"slow", PACE_SLOW}, {"fast", PACE_FAST}, {NULL, 0}};
static const struct config_row rows[] = {
	{"on", CONFIG_BOOL(struct app, on), .fallback = "yes", .doc = "Whether it runs."},
	{"size", CONFIG_NUMBER(struct app, size), .fallback = "7", .min = 1, .max = 9,
	 .flags = CONFIG_STARTUP, .doc = "How large it is."},
	{"pace", CONFIG_CHOICE(struct app, pace), .words = paces, .doc = "How fast it is."},
	{"name", CONFIG_WORD(struct app, name), .doc = "What it is called."},
	{"folder", CONFIG_PATH(struct app, folder), .doc = "Where it lives."},
	{"old", CONFIG_NOWHERE(config_parse_nothing), .flags = CONFIG_DEPRECATED,
	 .doc = "Nothing."},
};
static const struct config_hint hints[] = {{"colour", "it belongs in paint.conf"}, {NULL, NULL}};
static const struct config_set set = {
	.rows = rows, .count = LEN(rows), .line_max = 40, .hints = hints};

struct loaded {
	struct app app;
	struct arena memory;
	struct config_problems problems;
	unsigned lines[LEN(rows)];
	struct buf said; /* one problem a line */
	int status;
};

static void load(struct loaded *l, struct sv text)
{
	*l = (struct loaded){.said = BUF_INIT(1 << 20)};
	arena_init(&l->memory, 1 << 20);
	config_defaults(&set, &l->app, &l->memory);
	l->status = config_parse(&set, text, &l->app, &l->memory, l->lines, &l->problems);
	for (size_t i = 0; i < l->problems.count; i++) {
		config_put_problem(&l->problems.list[i], "f", &l->said);
		buf_putc(&l->said, '\n');
	}
}

static void unload(struct loaded *l)
{
	arena_release(&l->memory);
	buf_release(&l->said);
}

static void every_type_is_read_and_the_rest_keeps_its_default(void **state)
{
	struct loaded l;

	(void)state;
	load(&l, SV("# a comment\n\n  ON=NO\n\tPace\t=  FAST \nname = x=y\r\nfolder = /srv"));
	assert_int_equal(l.status, 0);
	assert_string_equal(buf_cstr(&l.said), "");
	assert_false(l.app.on);
	assert_int_equal(l.app.size, 7);
	assert_int_equal(l.app.pace, PACE_FAST);
	assert_string_equal(l.app.name, "x=y");
	assert_string_equal(l.app.folder, "/srv");
	assert_int_equal(l.lines[0], 3);
	assert_int_equal(l.lines[1], 0);
	assert_int_equal(l.lines[4], 6);
	unload(&l);
}

static void each_mistake_is_told_with_its_line_and_sentence(void **state)
{
	static const struct {
		const char *text, *said;
		int status;
	} cases[] = {
		{"on = maybe", "f:1: \"maybe\" is not allowed for on (allowed: yes, no)\n", -1},
		{"size = 10", "f:1: \"10\" is not allowed for size (allowed: 1..9)\n", -1},
		{"size = -1", "f:1: \"-1\" is not allowed for size (allowed: 1..9)\n", -1},
		{"size = 5x", "f:1: \"5x\" is not allowed for size (allowed: 1..9)\n", -1},
		{"pace = quick", "f:1: \"quick\" is not allowed for pace (allowed: slow, fast)\n",
		 -1},
		{"folder = srv",
		 "f:1: \"srv\" is not allowed for folder (allowed: an absolute path)\n", -1},
		{"\n\nsise = 3", "f:3: unknown key \"sise\": did you mean \"size\"?\n", -1},
		{"whatever = 3", "f:1: unknown key \"whatever\"\n", -1},
		{"Colour = red", "f:1: unknown key \"colour\": it belongs in paint.conf\n", -1},
		{"on", "f:1: missing \"=\" after \"on\"\n", -1},
		{"on yes", "f:1: missing \"=\" after \"on\"\n", -1},
		{"on =", "f:1: on has no value after \"=\"\n", -1},
		{"= yes", "f:1: expected one key before \"=\"\n", -1},
		{"on off = yes", "f:1: expected one key before \"=\"\n", -1},
		{"on = yes # really",
		 "f:1: on takes one word, not \"yes # really\" (a comment needs a line of its "
		 "own)\n",
		 -1},
		{"name = a b",
		 "f:1: name takes one word, not \"a b\" (a comment needs a line of its own)\n", -1},
		{"name = \033[2J", "f:1: the line holds a control byte\n", -1},
		{"old = 1", "f:1: warning: old is deprecated: it is ignored\n", 0},
		{"size = 2\nsize = 3",
		 "f:2: warning: size was set on line 1 already: this line counts\n", 0},
		{"name = 45678901234567890123456789012345678901",
		 "f:1: warning: the line is longer than 40 bytes and is skipped\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct loaded l;

		load(&l, sv_cstr(cases[i].text));
		assert_string_equal(buf_cstr(&l.said), cases[i].said);
		assert_int_equal(l.status, cases[i].status);
		unload(&l);
	}
}

static void a_long_comment_is_no_problem(void **state)
{
	struct loaded l;

	(void)state;
	load(&l, SV("# a comment may be as long as its author likes it to be\n"));
	assert_int_equal(l.problems.count, 0);
	unload(&l);
}

static void the_last_of_two_values_counts_and_a_bad_one_changes_nothing(void **state)
{
	struct loaded l;

	(void)state;
	load(&l, SV("size = 2\nsize = 3\nsize = 99\n"));
	assert_int_equal(l.status, -1);
	assert_int_equal(l.app.size, 3);
	assert_int_equal(l.lines[1], 2);
	unload(&l);
}

static void all_problems_are_collected_and_their_number_is_bounded(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	struct loaded l;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_puts(&text, "nonsense\n");
	load(&l, buf_view(&text));
	assert_int_equal(l.problems.count, CONFIG_PROBLEMS_MAX);
	assert_int_equal(l.problems.errors, 100);
	assert_int_equal(l.problems.dropped, 100 - CONFIG_PROBLEMS_MAX);
	unload(&l);
}

static void a_nul_byte_is_a_control_byte(void **state)
{
	struct loaded l;

	(void)state;
	load(&l, SV("name = a\0b\n"));
	assert_string_equal(buf_cstr(&l.said), "f:1: the line holds a control byte\n");
	unload(&l);
}

static void without_memory_a_string_is_an_error(void **state)
{
	struct app app = {0};
	struct config_problems problems = {0};
	struct arena none;

	(void)state;
	arena_init(&none, 0);
	assert_int_equal(config_parse(&set, SV("name = x"), &app, &none, NULL, &problems), -1);
	assert_string_equal(problems.list[0].text, "no memory for the value of name");
	assert_null(app.name);
	arena_release(&none);
}

static void the_manual_has_a_paragraph_a_row(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	config_put_manual(&set, &out);
	assert_true(sv_starts(buf_view(&out),
			      SV(".TP\n.B on\nWhether it runs.\nAllowed: yes, no. Default: yes.\n"
				 ".TP\n.B size\nHow large it is.\nRead at start only.\n"
				 "Allowed: 1..9. Default: 7.\n")));
	assert_true(sv_ends(buf_view(&out), SV(".TP\n.B old\nNothing.\n")));
}

static enum config_file_status try_file(const char *path, bool follow, struct err *e)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

	return config_read_file(path, follow, getuid(), &out, e);
}

static void only_a_file_that_nobody_else_can_change_is_read(void **state)
{
	char folder[] = "/tmp/aurum-config-XXXXXX", path[64], link_path[64];
	struct err e;
	CLEAN_FD int fd = -1;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/a.conf", folder);
	(void)snprintf(link_path, sizeof(link_path), "%s/b.conf", folder);
	assert_int_equal(try_file(path, false, &e), CONFIG_FILE_ABSENT);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0640);
	assert_true(fd >= 0);
	assert_int_equal(try_file(path, false, &e), CONFIG_FILE_READ);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(try_file(link_path, false, &e), CONFIG_FILE_REFUSED);
	assert_non_null(strstr(e.text, "b.conf is a symbolic link"));
	assert_int_equal(try_file(link_path, true, &e), CONFIG_FILE_READ);
	assert_int_equal(fchmod(fd, 0646), 0);
	assert_int_equal(try_file(path, false, &e), CONFIG_FILE_REFUSED);
	assert_non_null(strstr(e.text, "a.conf is writable by everyone: chmod o-w "));
	assert_int_equal(try_file(folder, false, &e), CONFIG_FILE_REFUSED);
	assert_non_null(strstr(e.text, "is not a regular file"));
	assert_int_equal(unlink(link_path) + unlink(path) + rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read_and_the_rest_keeps_its_default),
		cmocka_unit_test(each_mistake_is_told_with_its_line_and_sentence),
		cmocka_unit_test(a_long_comment_is_no_problem),
		cmocka_unit_test(the_last_of_two_values_counts_and_a_bad_one_changes_nothing),
		cmocka_unit_test(all_problems_are_collected_and_their_number_is_bounded),
		cmocka_unit_test(a_nul_byte_is_a_control_byte),
		cmocka_unit_test(without_memory_a_string_is_an_error),
		cmocka_unit_test(the_manual_has_a_paragraph_a_row),
		cmocka_unit_test(only_a_file_that_nobody_else_can_change_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Commands: which options go together, and that the manual page has them all. */
#include "base/test.h"

#include "base/file.h"
#include "rule/command.h"
#include "rule/rule_host_test.h"

#include <signal.h>

#define WORDS_MAX 16

/* Reads a command line that is split at blanks. */
static int parse(const char *line, struct command *c, struct problems *problems)
{
	static char text[512], *argv[WORDS_MAX];
	struct rule_words words;
	int argc = 1;

	argv[0] = text;
	assert_true(sv_to_cstr(sv_cstr(line), text, sizeof(text)));
	for (char *p = text; *p && argc < WORDS_MAX; argc++) {
		argv[argc] = p;
		p += strcspn(p, " ");
		if (*p)
			*p++ = '\0';
	}
	words = words_of_command_line(argc, argv);
	*problems = (struct problems){0};
	return command_parse(&words, &test_host, c, problems);
}

static void settings_go_together_and_with_a_rule(void **state)
{
	struct problems problems;
	struct command c;

	(void)state;
	assert_int_equal(parse("-b 8192 -f 1 -r 0x10 -e 1 --backlog_wait_time 5", &c, &problems),
			 0);
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_int_equal(c.settings.mask, AUDIT_STATUS_BACKLOG_LIMIT | AUDIT_STATUS_FAILURE |
						  AUDIT_STATUS_RATE_LIMIT | AUDIT_STATUS_ENABLED |
						  AUDIT_STATUS_BACKLOG_WAIT_TIME);
	assert_int_equal(c.settings.backlog_limit, 8192);
	assert_int_equal(c.settings.rate_limit, 16);
	assert_int_equal(c.settings.backlog_wait_time, 5);
	assert_int_equal(parse("-e 1 -w /etc/passwd -p r", &c, &problems), 0);
	assert_int_equal(c.kind, COMMAND_RULE);
	assert_int_equal(c.settings.enabled, 1);
	assert_int_equal(parse("-e 1 -l", &c, &problems), -1);
}

static void the_letter_i_means_interpret_or_ignore(void **state)
{
	struct problems problems;
	struct command c;

	(void)state;
	assert_int_equal(parse("-l -i", &c, &problems), 0);
	assert_true(c.interpret && !c.ignore_errors);
	assert_int_equal(parse("-i -s", &c, &problems), 0);
	assert_true(c.interpret && !c.ignore_errors);
	assert_int_equal(parse("-i", &c, &problems), 0);
	assert_true(!c.interpret && c.ignore_errors && !c.fail_at_end);
	assert_int_equal(parse("-R file -c", &c, &problems), 0);
	assert_true(c.ignore_errors && c.fail_at_end);
}

static void a_key_chooses_rules_or_belongs_to_one(void **state)
{
	struct problems problems;
	struct command c;

	(void)state;
	assert_int_equal(parse("-l -i -k one", &c, &problems), 0);
	assert_true(sv_eq(c.key, SV("one")));
	assert_int_equal(parse("-Dk two", &c, &problems), 0);
	assert_true(sv_eq(c.key, SV("two")));
	assert_int_equal(parse("-w /x -k three", &c, &problems), 0);
	assert_true(c.key.n == 0 && rule_has_key(&c.rule, SV("three")));
	assert_int_equal(parse("-D", &c, &problems), 0);
	assert_int_equal(c.key.n, 0);
}

static void signals_have_names_and_words(void **state)
{
	static const struct {
		const char *line;
		int number;
	} rows[] = {
		{"--signal TERM", SIGTERM},   {"--signal stop", SIGTERM},
		{"--signal=hup", SIGHUP},     {"--signal reload", SIGHUP},
		{"--signal USR1", SIGUSR1},   {"--signal rotate", SIGUSR1},
		{"--signal resume", SIGUSR2}, {"--signal USR2", SIGUSR2},
		{"--signal state", SIGCONT},  {"--sig cont", SIGCONT},
	};
	struct problems problems;
	struct command c;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(parse(rows[i].line, &c, &problems), 0);
		assert_int_equal(c.kind, COMMAND_SIGNAL);
		assert_int_equal(c.signal, rows[i].number);
	}
}

static void the_place_on_a_command_line_is_the_number_of_the_argument(void **state)
{
	struct problems problems;
	struct command c;

	(void)state;
	assert_int_equal(parse("-w /etc/passwd -k x", &c, &problems), 0);
	assert_int_equal(c.rule.fields[0].at.line, 0);
	assert_int_equal(c.rule.fields[0].at.column, 2);
	assert_int_equal(c.rule.fields[2].at.column, 4);
}

static void the_manual_page_has_every_option(void **state)
{
	CLEANUP(buf_release) struct buf page = BUF_INIT(1 << 20), options = BUF_INIT(1 << 20);

	(void)state;
	if (file_read("docs/auditctl.8", &page, NULL) != 0)
		skip(); /* not run in the top folder */
	option_man(&command_options, &options);
	if (sv_find(buf_view(&page), buf_view(&options)) == page.n)
		fail_msg("docs/auditctl.8, OPTIONS, is to be:\n%s", buf_cstr(&options));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_go_together_and_with_a_rule),
		cmocka_unit_test(the_letter_i_means_interpret_or_ignore),
		cmocka_unit_test(a_key_chooses_rules_or_belongs_to_one),
		cmocka_unit_test(signals_have_names_and_words),
		cmocka_unit_test(the_place_on_a_command_line_is_the_number_of_the_argument),
		cmocka_unit_test(the_manual_page_has_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

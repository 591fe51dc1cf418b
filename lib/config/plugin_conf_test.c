#include "base/test.h"

#include "config/plugin_conf.h"

static struct config_problems problems;

static int parse(struct plugin_conf *conf, struct sv text)
{
	plugin_conf_init(conf);
	memset(&problems, 0, sizeof(problems));
	return plugin_conf_parse(conf, text, &problems);
}

static void a_plugins_file_is_read(void **state)
{
	struct plugin_conf c;

	(void)state;
	assert_int_equal(parse(&c, SV("active = yes\ndirection = out\npath = /sbin/audisp-af_unix\n"
				      "type = always\nargs = 0640 /run/audispd_events string\n"
				      "format = binary\n")),
			 0);
	assert_true(c.active);
	assert_string_equal(c.path, "/sbin/audisp-af_unix");
	assert_string_equal(c.args, "0640 /run/audispd_events string");
	assert_int_equal(c.format, PLUGIN_BINARY);
	plugin_conf_release(&c);
}

static void the_defaults_start_nothing(void **state)
{
	struct plugin_conf c;

	(void)state;
	assert_int_equal(parse(&c, SV_EMPTY), 0);
	assert_false(c.active);
	assert_int_equal(c.format, PLUGIN_STRING);
	assert_null(c.path);
	plugin_conf_release(&c);
}

static void mistakes_are_told(void **state)
{
	struct plugin_conf c;

	(void)state;
	assert_int_equal(parse(&c, SV("active = yes\n")), -1);
	assert_string_equal(problems.list[0].text, "an active plugin needs a path");
	plugin_conf_release(&c);
	assert_int_equal(parse(&c, SV("active = on\npath = af_unix\nformt = string\n")), -1);
	assert_int_equal(problems.errors, 3);
	assert_string_equal(problems.list[2].text,
			    "unknown key \"formt\": did you mean \"format\"?");
	plugin_conf_release(&c);
}

static void only_names_with_one_dot_are_plugins(void **state)
{
	(void)state;
	assert_true(plugin_conf_is_name(SV("syslog.conf")));
	assert_false(plugin_conf_is_name(SV(".conf")));
	assert_false(plugin_conf_is_name(SV(".a.conf")));
	assert_false(plugin_conf_is_name(SV("a.b.conf")));
	assert_false(plugin_conf_is_name(SV("syslog.conf.bak")));
	assert_false(plugin_conf_is_name(SV("README")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plugins_file_is_read),
		cmocka_unit_test(the_defaults_start_nothing),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(only_names_with_one_dot_are_plugins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

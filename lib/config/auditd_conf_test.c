/*
 * The keys of auditd.conf, and that the manual page says of each what its row says:
 *
 *	test-auditd_conf --manual	prints the page's section about keys
 */
#include "base/test.h"

#include "base/file.h"
#include "config/auditd_conf.h"

#include <stdio.h>
#include <stdlib.h>

/* What every case starts from: the smallest file that the cross checks accept. */
#define BASE "space_left = 75\nadmin_space_left = 50\n"

static struct config_problems problems;

static int parse(struct auditd_conf *conf, const char *text)
{
	CLEANUP(buf_release) struct buf all = BUF_INIT(1 << 16);

	buf_puts(&all, BASE);
	buf_puts(&all, text);
	auditd_conf_init(conf);
	memset(&problems, 0, sizeof(problems));
	return auditd_conf_parse(conf, buf_view(&all), &problems);
}

static void each_key_takes_its_good_values(void **state)
{
	static const char *const good[] = {
		"local_events = no",
		"write_logs = YES",
		"log_file = /var/log/audit/other.log",
		"log_format = raw",
		"log_format = Enriched",
		"log_group = adm",
		"log_group = 4",
		"priority_boost = 0",
		"flush = none",
		"flush = data",
		"flush = SYNC",
		"flush = incremental\nfreq = 1",
		"flush = incremental_async\nfreq = 2147483647",
		"num_logs = 0",
		"num_logs = 999",
		"max_log_file = 8",
		"max_log_file = 8\nmax_log_file_action = keep_logs",
		"max_log_file = 8\nmax_log_file_action = exec /bin/true",
		"max_log_file = 8\nnum_logs = 2\nmax_log_file_action = ROTATE",
		"seal = yes",
		"seal = yes\nseal_leaves = no",
		"seal_checkpoint_ms = 10",
		"seal_epoch_s = 60",
		"seal_key = TPM",
		"name_format = fqd",
		"name_format = user\nname = web1",
		"verify_email = no",
		"action_mail_acct = root",
		"action_mail_acct = a.b+c@example.org",
		"verify_email = no\naction_mail_acct = (",
		"space_left = 99%",
		"space_left_action = email",
		"admin_space_left = 1%",
		"admin_space_left_action = halt",
		"disk_full_action = rotate",
		"disk_error_action = exec /bin/true",
		"end_of_event_timeout = 0",
		"report_interval = 30",
		"report_interval = 40d",
		"report_interval = 1M",
		"report_interval = 5m",
		"tcp_listen_port = 60",
		"tcp_listen_queue = 1",
		"tcp_max_per_addr = 1024",
		"use_libwrap = no",
		"tcp_client_ports = 1024",
		"tcp_client_ports = 1-1023",
		"tcp_client_max_idle = 0",
		"transport = TCP",
		"transport = tls",
		"krb5_principal = auditd",
		"krb5_key_file = /etc/k",
		"tls_auth = psk",
		"tls_crypto_profile = pqc",
		"tls_psk_file = /etc/psk",
		"tls_psk_identity = a host",
		"tls_allowed_clients = /etc/acl",
		"tls_cipher_suites = TLS_AES_256_GCM_SHA384",
		"tls_key_exchange = X25519:P-256",
		"tls_require_pqc = yes",
		"distribute_network = yes",
		"q_depth = 99999",
		"overflow_action = single",
		"max_restarts = 0",
		"plugin_dir = /etc/p"};

	(void)state;
	for (size_t i = 0; i < LEN(good); i++) {
		struct auditd_conf conf;
		int status = parse(&conf, good[i]);

		if (status != 0 || problems.errors)
			fail_msg("%s: %s", good[i], problems.list[0].text);
		auditd_conf_release(&conf);
	}
}

static void each_key_refuses_bad_values_with_its_line_and_what_is_allowed(void **state)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{"local_events = 1", "\"1\" is not allowed for local_events (allowed: yes, no)"},
		{"write_logs = true", "\"true\" is not allowed for write_logs (allowed: yes, no)"},
		{"log_file = audit.log", "\"audit.log\" is not allowed for log_file (allowed: the "
					 "absolute path of a regular "
					 "file in a folder that exists)"},
		{"log_file = /a/b.log", "the folder of log_file is too short: \"/a/\""},
		{"log_format = json",
		 "\"json\" is not allowed for log_format (allowed: RAW, ENRICHED, NOLOG)"},
		{"log_group = a b",
		 "log_group takes one word, not \"a b\" (a comment needs a line of its own)"},
		{"priority_boost = -4",
		 "\"-4\" is not allowed for priority_boost (allowed: 0..2147483647)"},
		{"flush = often", "\"often\" is not allowed for flush (allowed: none, incremental, "
				  "incremental_async, "
				  "data, sync)"},
		{"freq = 2147483648",
		 "\"2147483648\" is not allowed for freq (allowed: 0..2147483647)"},
		{"num_logs = 1000", "\"1000\" is not allowed for num_logs (allowed: 0..999)"},
		{"seal_checkpoint_ms = 5",
		 "\"5\" is not allowed for seal_checkpoint_ms (allowed: 10..60000)"},
		{"seal_epoch_s = 0", "\"0\" is not allowed for seal_epoch_s (allowed: 1..60)"},
		{"seal_key = disk",
		 "\"disk\" is not allowed for seal_key (allowed: file, creds, tpm)"},
		{"max_log_file = 8M",
		 "\"8M\" is not allowed for max_log_file (allowed: 0..1099511627776)"},
		{"max_log_file_action = halt",
		 "\"halt\" is not allowed for max_log_file_action (allowed: ignore, syslog, exec, "
		 "suspend, rotate, keep_logs)"},
		{"max_log_file_action = rotate 5", "max_log_file_action takes one word, not "
						   "\"rotate 5\" (a comment needs a line of its "
						   "own)"},
		{"name_format = dns",
		 "\"dns\" is not allowed for name_format (allowed: none, hostname, fqd, numeric, "
		 "user)"},
		{"name = my host",
		 "name takes one word, not \"my host\" (a comment needs a line of its own)"},
		{"verify_email = 0", "\"0\" is not allowed for verify_email (allowed: yes, no)"},
		{"space_left = 100%",
		 "\"100%\" is not allowed for space_left (allowed: MiB, or 1%..99% of the file "
		 "system)"},
		{"space_left = 0%",
		 "\"0%\" is not allowed for space_left (allowed: MiB, or 1%..99% "
		 "of the file system)"},
		{"space_left_action = halt",
		 "\"halt\" is not allowed for space_left_action (allowed: ignore, syslog, rotate, "
		 "email, exec, suspend, single)"},
		{"space_left_action = exec",
		 "space_left_action = exec takes the absolute path of one program, without "
		 "arguments"},
		{"admin_space_left = 1G",
		 "\"1G\" is not allowed for admin_space_left (allowed: MiB, or 1%..99% of the file "
		 "system, below space_left)"},
		{"admin_space_left_action = exec true",
		 "admin_space_left_action = exec takes the absolute path of one program, without "
		 "arguments"},
		{"disk_full_action = email",
		 "\"email\" is not allowed for disk_full_action (allowed: ignore, syslog, rotate, "
		 "exec, suspend, single, halt)"},
		{"disk_error_action = rotate",
		 "\"rotate\" is not allowed for disk_error_action (allowed: ignore, syslog, exec, "
		 "suspend, single, halt)"},
		{"disk_error_action = exec /bin/true now",
		 "disk_error_action = exec takes the absolute path of one program, without "
		 "arguments"},
		{"end_of_event_timeout = soon",
		 "\"soon\" is not allowed for end_of_event_timeout (allowed: 0..2147483647)"},
		{"report_interval = 41d", "\"41d\" is not allowed for report_interval (allowed: "
					  "seconds, or a number with m, h, "
					  "d or M; at most 40 days)"},
		{"tcp_listen_port = 0",
		 "\"0\" is not allowed for tcp_listen_port (allowed: 1..65535)"},
		{"tcp_listen_queue = 0",
		 "\"0\" is not allowed for tcp_listen_queue (allowed: 1..65535)"},
		{"tcp_max_per_addr = 1025",
		 "\"1025\" is not allowed for tcp_max_per_addr (allowed: 1..1024)"},
		{"use_libwrap = off", "\"off\" is not allowed for use_libwrap (allowed: yes, no)"},
		{"tcp_client_ports = 9-1",
		 "\"9-1\" is not allowed for tcp_client_ports (allowed: a port, or two ports and a "
		 "dash between them)"},
		{"tcp_client_ports = 1-", "\"1-\" is not allowed for tcp_client_ports (allowed: a "
					  "port, or two ports and a dash "
					  "between them)"},
		{"tcp_client_max_idle = x",
		 "\"x\" is not allowed for tcp_client_max_idle (allowed: 0..2147483647)"},
		{"transport = udp",
		 "\"udp\" is not allowed for transport (allowed: tcp, tls, krb5)"},
		{"krb5_key_file = k",
		 "\"k\" is not allowed for krb5_key_file (allowed: an absolute "
		 "path)"},
		{"tls_auth = cert", "\"cert\" is not allowed for tls_auth (allowed: psk)"},
		{"tls_crypto_profile = fast", "\"fast\" is not allowed for tls_crypto_profile "
					      "(allowed: compatible, system, pqc)"},
		{"tls_psk_file = k", "\"k\" is not allowed for tls_psk_file (allowed: an absolute "
				     "path)"},
		{"tls_allowed_clients = k",
		 "\"k\" is not allowed for tls_allowed_clients (allowed: an absolute path)"},
		{"tls_require_pqc = 1",
		 "\"1\" is not allowed for tls_require_pqc (allowed: yes, no)"},
		{"distribute_network = 1",
		 "\"1\" is not allowed for distribute_network (allowed: yes, no)"},
		{"q_depth = 100000", "\"100000\" is not allowed for q_depth (allowed: 0..99999)"},
		{"overflow_action = email",
		 "\"email\" is not allowed for overflow_action (allowed: ignore, syslog, suspend, "
		 "single, halt)"},
		{"max_restarts = many",
		 "\"many\" is not allowed for max_restarts (allowed: 0..2147483647)"},
		{"plugin_dir = plugins.d",
		 "\"plugins.d\" is not allowed for plugin_dir (allowed: an absolute path)"},
		{"backlog_limit = 8192",
		 "unknown key \"backlog_limit\": it belongs in the rules (/etc/audit/rules.d), as "
		 "\"-b NUMBER\""},
		{"num_log = 5", "unknown key \"num_log\": did you mean \"num_logs\"?"},
		{"max_logfile_action = rotate",
		 "unknown key \"max_logfile_action\": did you mean \"max_log_file_action\"?"},
		{"flush = incremental", "incremental flush needs a freq of at least 1"},
		{"name_format = user", "name_format = user needs a name"},
		{"action_mail_acct = me@localhost",
		 "\"me@localhost\" does not look like a mail address"},
		{"action_mail_acct = a,b", "\"a,b\" does not look like a mail address"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		struct auditd_conf conf;

		assert_int_equal(parse(&conf, bad[i].text), -1);
		assert_int_equal(problems.errors, 1);
		assert_string_equal(problems.list[0].text, bad[i].said);
		assert_int_equal(problems.list[0].line, 3);
		auditd_conf_release(&conf);
	}
}

static void keys_are_checked_against_each_other(void **state)
{
	static const struct {
		const char *text, *said;
		unsigned line;
		int status;
	} cases[] = {
		{"admin_space_left = 75",
		 "space_left (75) must be larger than admin_space_left (75)", 3, -1},
		{"space_left = 5%\nadmin_space_left = 5%",
		 "space_left (5%) should be larger than admin_space_left (5%)", 4, 0},
		{"flush = sync\nfreq = 5", "freq means nothing unless flush is incremental", 4, 0},
		{"log_format = nolog",
		 "NOLOG is deprecated: write_logs = no says the same and is assumed", 3, 0},
		{"max_log_file_action = keep_logs",
		 "max_log_file_action never happens while max_log_file is 0", 3, 0},
		{"max_log_file = 8\nmax_log_file_action = rotate",
		 "nothing is rotated while num_logs is below 2", 4, 0},
		{"seal = yes\nwrite_logs = no", "seal means nothing while write_logs is no", 3, 0},
		{"q_depth = 5", "q_depth should be at least 512", 3, 0},
		{"dispatcher = /sbin/audispd", "dispatcher is deprecated: it is ignored", 3, 0},
		{"disp_qos = lossy", "disp_qos is deprecated: it is ignored", 3, 0},
		{"enable_krb5 = yes", "enable_krb5 is deprecated: see the manual", 3, 0},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct auditd_conf conf;
		const struct config_problem *last;

		assert_int_equal(parse(&conf, cases[i].text), cases[i].status);
		last = &problems.list[problems.count - 1];
		assert_string_equal(last->text, cases[i].said);
		assert_int_equal(last->line, cases[i].line);
		auditd_conf_release(&conf);
	}
}

static void the_defaults_are_those_of_the_reference(void **state)
{
	struct auditd_conf c;

	(void)state;
	auditd_conf_init(&c);
	assert_true(c.local_events && c.write_logs && c.verify_email && c.use_libwrap);
	assert_false(c.distribute_network || c.enable_krb5 || c.tls_require_pqc);
	assert_string_equal(c.log_file, "/var/log/audit/audit.log");
	assert_int_equal(c.log_format, LOG_FORMAT_ENRICHED);
	assert_int_equal(c.priority_boost, 4);
	assert_int_equal(c.flush, FLUSH_NONE);
	assert_int_equal(c.freq + c.num_logs + c.max_log_file + c.report_interval, 0);
	assert_false(c.seal);
	assert_true(c.seal_leaves);
	assert_int_equal(c.seal_checkpoint_ms, 1000);
	assert_int_equal(c.seal_epoch_s, 10);
	assert_int_equal(c.seal_key, SEAL_KEY_FILE);
	assert_int_equal(c.max_log_file_action.what, ACTION_IGNORE);
	assert_int_equal(c.disk_error_action.what, ACTION_SYSLOG);
	assert_int_equal(c.disk_full_action.what, ACTION_IGNORE);
	assert_int_equal(c.tcp_listen_port, 0);
	assert_int_equal(c.tcp_client_ports.last, 65535);
	assert_int_equal(c.q_depth, 2000);
	assert_int_equal(c.max_restarts, 10);
	assert_int_equal(c.end_of_event_timeout, 2);
	assert_null(c.name);
	auditd_conf_release(&c);
}

static void an_empty_file_is_the_defaults_and_no_error(void **state)
{
	struct config_problems none = {0};
	struct auditd_conf c;

	(void)state;
	auditd_conf_init(&c);
	assert_int_equal(auditd_conf_parse(&c, SV_EMPTY, &none), 0);
	assert_int_equal(auditd_conf_parse(&c, SV("# nothing\n"), &none), -1);
	assert_string_equal(none.list[0].text,
			    "space_left (0) must be larger than admin_space_left (0)");
	auditd_conf_release(&c);
}

static void values_land_where_they_belong(void **state)
{
	struct auditd_conf c;

	(void)state;
	assert_int_equal(parse(&c, "space_left = 10%\nadmin_space_left = 5%\n"
				   "report_interval = 2h\ntcp_client_ports = 1-1023\n"
				   "disk_full_action = exec /bin/true\nenable_krb5 = yes\n"
				   "tls_require_pqc = yes\nlog_format = NOLOG\n"),
			 0);
	assert_int_equal(c.space_left.percent, 10);
	assert_int_equal(c.space_left.mib, 0);
	assert_int_equal(c.report_interval, 7200);
	assert_int_equal(c.tcp_client_ports.first, 1);
	assert_int_equal(c.tcp_client_ports.last, 1023);
	assert_int_equal(c.disk_full_action.what, ACTION_EXEC);
	assert_string_equal(c.disk_full_action.program, "/bin/true");
	assert_int_equal(c.transport, TRANSPORT_KRB5);
	assert_int_equal(c.tls_crypto_profile, TLS_PQC);
	assert_false(c.write_logs);
	assert_int_equal(auditd_conf_line(&c, "report_interval"), 5);
	auditd_conf_release(&c);
}

static void the_host_must_have_what_the_file_names(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{"log_group = nosuchgroup",
		 "log_group \"nosuchgroup\" is not a group of this machine"},
		{"log_file = /nosuchfolder/audit.log",
		 "the folder of log_file: /nosuchfolder: No such file or directory"},
		{"log_file = /dev/null", "log_file /dev/null is not a regular file"},
		{"log_group = 4\nlog_file = /var/log/audit.log",
		 "log_file is directly in /var/log, which log_group would change: use a folder of "
		 "its own"},
		{"log_file = /var/log/x.log\ndisk_full_action = exec /bin/nosuchprogram",
		 "disk_full_action: /bin/nosuchprogram: No such file or directory"},
		{"log_file = /var/log/x.log\ndisk_full_action = exec /etc",
		 "disk_full_action: /etc is not a regular file"},
		{"log_file = /var/log/x.log\ndisk_full_action = exec /etc/passwd",
		 "disk_full_action: /etc/passwd should have mode 0750, 0755, 0555 or 0550"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct auditd_conf c;
		bool found = false;

		assert_int_equal(parse(&c, cases[i].text), 0);
		assert_int_equal(auditd_conf_check_host(&c, &problems), -1);
		for (size_t k = 0; k < problems.count; k++)
			found |= strcmp(problems.list[k].text, cases[i].said) == 0;
		if (!found)
			fail_msg("%s: %s", cases[i].said, problems.list[0].text);
		auditd_conf_release(&c);
	}
}

static void the_manual_page_says_of_each_key_what_its_row_says(void **state)
{
	CLEANUP(buf_release) struct buf page = BUF_INIT(1 << 20), section = BUF_INIT(1 << 20);
	const char *top = getenv("AURUM_TOP");
	char path[4096];
	struct err e;

	(void)state;
	if (!top)
		top = ".";
	(void)snprintf(path, sizeof(path), "%s/docs/auditd.conf.5", top);
	if (file_read(path, &page, &e) != 0)
		fail_msg("%s", e.text);
	config_put_manual(&auditd_conf_set, &section);
	if (sv_find(buf_view(&page), buf_view(&section)) == page.n)
		fail_msg("%s differs from the rows: see test-auditd_conf --manual", path);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_takes_its_good_values),
		cmocka_unit_test(each_key_refuses_bad_values_with_its_line_and_what_is_allowed),
		cmocka_unit_test(keys_are_checked_against_each_other),
		cmocka_unit_test(the_defaults_are_those_of_the_reference),
		cmocka_unit_test(an_empty_file_is_the_defaults_and_no_error),
		cmocka_unit_test(values_land_where_they_belong),
		cmocka_unit_test(the_host_must_have_what_the_file_names),
		cmocka_unit_test(the_manual_page_says_of_each_key_what_its_row_says),
	};

	if (argc > 1 && strcmp(argv[1], "--manual") == 0) {
		CLEANUP(buf_release) struct buf section = BUF_INIT(1 << 20);

		config_put_manual(&auditd_conf_set, &section);
		return fwrite(section.p, 1, section.n, stdout) != section.n;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

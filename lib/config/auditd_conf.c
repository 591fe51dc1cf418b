/*
 * The keys of auditd.conf: their rows, the parsers of values that only this file has, and
 * the checks of one key against another. What the values do is the daemon's business.
 */
#include "config/auditd_conf.h"

#include "base/num.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>

/* The reference reads lines into 160 bytes, newline and NUL included. */
#define LINE_MAX_BYTES     158
#define CONF_MEMORY_MAX    (4u << 20)
#define REPORT_MAX_S       (40 * 86400)
#define MAX_LOG_FILE_MIB   (UINT64_C(1) << 40)
#define SAFE_Q_DEPTH       512
#define LOG_FOLDER_MIN     4 /* "/var": anything shorter is a slip */
#define GROUP_MEMORY_BYTES 65536

static const struct config_word formats[] = {{"RAW", LOG_FORMAT_RAW},
					     {"ENRICHED", LOG_FORMAT_ENRICHED},
					     {"NOLOG", LOG_FORMAT_NOLOG},
					     {NULL, 0}};
static const struct config_word flushes[] = {{"none", FLUSH_NONE},
					     {"incremental", FLUSH_INCREMENTAL},
					     {"incremental_async", FLUSH_INCREMENTAL_ASYNC},
					     {"data", FLUSH_DATA},
					     {"sync", FLUSH_SYNC},
					     {NULL, 0}};
static const struct config_word name_formats[] = {{"none", NODE_NONE}, {"hostname", NODE_HOSTNAME},
						  {"fqd", NODE_FQD},   {"numeric", NODE_NUMERIC},
						  {"user", NODE_USER}, {NULL, 0}};
static const struct config_word transports[] = {
	{"tcp", TRANSPORT_TCP}, {"tls", TRANSPORT_TLS}, {"krb5", TRANSPORT_KRB5}, {NULL, 0}};
static const struct config_word profiles[] = {
	{"compatible", TLS_COMPATIBLE}, {"system", TLS_SYSTEM}, {"pqc", TLS_PQC}, {NULL, 0}};
static const struct config_word size_actions[] = {{"ignore", ACTION_IGNORE},
						  {"syslog", ACTION_SYSLOG},
						  {"exec", ACTION_EXEC},
						  {"suspend", ACTION_SUSPEND},
						  {"rotate", ACTION_ROTATE},
						  {"keep_logs", ACTION_KEEP_LOGS},
						  {NULL, 0}};
static const struct config_word space_actions[] = {
	{"ignore", ACTION_IGNORE}, {"syslog", ACTION_SYSLOG},
	{"rotate", ACTION_ROTATE}, {"email", ACTION_EMAIL},
	{"exec", ACTION_EXEC},     {"suspend", ACTION_SUSPEND},
	{"single", ACTION_SINGLE}, {NULL, 0}};
static const struct config_word admin_actions[] = {
	{"ignore", ACTION_IGNORE}, {"syslog", ACTION_SYSLOG}, {"rotate", ACTION_ROTATE},
	{"email", ACTION_EMAIL},   {"exec", ACTION_EXEC},     {"suspend", ACTION_SUSPEND},
	{"single", ACTION_SINGLE}, {"halt", ACTION_HALT},     {NULL, 0}};
static const struct config_word full_actions[] = {
	{"ignore", ACTION_IGNORE},   {"syslog", ACTION_SYSLOG},
	{"rotate", ACTION_ROTATE},   {"exec", ACTION_EXEC},
	{"suspend", ACTION_SUSPEND}, {"single", ACTION_SINGLE},
	{"halt", ACTION_HALT},       {NULL, 0}};
static const struct config_word error_actions[] = {{"ignore", ACTION_IGNORE},
						   {"syslog", ACTION_SYSLOG},
						   {"exec", ACTION_EXEC},
						   {"suspend", ACTION_SUSPEND},
						   {"single", ACTION_SINGLE},
						   {"halt", ACTION_HALT},
						   {NULL, 0}};
static const struct config_word alert_actions[] = {{"ignore", ACTION_IGNORE},
						   {"syslog", ACTION_SYSLOG},
						   {"email", ACTION_EMAIL},
						   {"exec", ACTION_EXEC},
						   {NULL, 0}};
static const struct config_word overflow_actions[] = {
	{"ignore", ACTION_IGNORE}, {"syslog", ACTION_SYSLOG}, {"suspend", ACTION_SUSPEND},
	{"single", ACTION_SINGLE}, {"halt", ACTION_HALT},     {NULL, 0}};
static const struct config_word seal_keys[] = {
	{"file", SEAL_KEY_FILE}, {"creds", SEAL_KEY_CREDS}, {"tpm", SEAL_KEY_TPM}, {NULL, 0}};
/* The suffixes of report_interval, in seconds. */
static const struct config_word periods[] = {
	{"m", 60}, {"h", 3600}, {"d", 86400}, {"M", 30 * 86400}, {NULL, 0}};

/* An action word, and after exec the program's path. */
static int parse_action(const struct config_value *v)
{
	struct config_value word = *v;
	struct conf_action *field = v->field;
	struct conf_action action = {ACTION_IGNORE, NULL};
	struct sv rest = v->text, program, extra;
	unsigned what;

	(void)sv_word(&rest, &word.text);
	word.field = &what;
	if (config_parse_choice(&word) != 0)
		return -1;
	action.what = (enum disk_action)what;
	if (action.what != ACTION_EXEC) {
		if (sv_word(&rest, &extra))
			return config_refuse(v);
		*field = action;
		return 0;
	}
	if (!sv_word(&rest, &program) || program.p[0] != '/' || sv_word(&rest, &extra)) {
		config_error(v->problems, v->line,
			     "%s = exec takes the absolute path of one program, without arguments",
			     v->row->key);
		return -1;
	}
	action.program = config_keep(v, program);
	if (!action.program)
		return -1;
	*field = action;
	return 0;
}

static int parse_space(const struct config_value *v)
{
	struct conf_space *field = v->field;
	struct sv digits = v->text;
	bool is_percent = sv_ends(digits, SV("%"));
	uint64_t number;

	if (is_percent)
		digits.n--;
	if (!num_range(digits, is_percent, is_percent ? 99 : UINT32_MAX, &number))
		return config_refuse(v);
	*field = is_percent ? (struct conf_space){0, (unsigned)number}
			    : (struct conf_space){number, 0};
	return 0;
}

static int parse_ports(const struct config_value *v)
{
	struct conf_ports *field = v->field;
	struct sv first, last;
	uint64_t from, to;

	if (!sv_cut(v->text, '-', &first, &last))
		last = first;
	if (!num_range(first, 0, 65535, &from) || !num_range(last, from, 65535, &to))
		return config_refuse(v);
	*field = (struct conf_ports){(uint32_t)from, (uint32_t)to};
	return 0;
}

static int parse_period(const struct config_value *v)
{
	struct sv digits = v->text;
	uint64_t number, unit = 1;

	for (const struct config_word *w = periods; w->word; w++) {
		if (sv_ends(digits, sv_cstr(w->word))) {
			unit = w->value;
			digits.n--;
			break;
		}
	}
	if (!num_range(digits, 0, REPORT_MAX_S / unit, &number))
		return config_refuse(v);
	*(uint64_t *)v->field = number * unit;
	return 0;
}

static int parse_log_file(const struct config_value *v)
{
	struct sv folder = v->text;

	while (folder.n && folder.p[folder.n - 1] != '/')
		folder.n--;
	if (folder.n && folder.n <= LOG_FOLDER_MIN && v->text.p[0] == '/') {
		config_error(v->problems, v->line, "the folder of log_file is too short: \"%.*s\"",
			     SV_FMT(sv_head(folder, 64)));
		return -1;
	}
	if (folder.n == v->text.n)
		return config_refuse(v);
	return config_parse_path(v);
}

static int parse_identity(const struct config_value *v)
{
	for (size_t i = 0; i < v->text.n; i++)
		if ((unsigned char)v->text.p[i] >= 0x7f)
			return config_refuse(v);
	return v->text.n > 255 ? config_refuse(v) : config_parse_text(v);
}

static int parse_psk(const struct config_value *v)
{
	return sv_eq_nocase(v->text, SV("psk")) ? config_parse_word(v) : config_refuse(v);
}

#define CONF struct auditd_conf

/* The order is the manual's: recording, naming, disk space, network, plugins. */
static const struct config_row rows[] = {
	{"local_events", CONFIG_BOOL(CONF, local_events), .fallback = "yes",
	 .flags = CONFIG_STARTUP,
	 .doc = "Whether events of this machine's kernel are recorded. With no, only what "
		"arrives over the network is."},
	{"write_logs", CONFIG_BOOL(CONF, write_logs), .fallback = "yes",
	 .doc = "Whether records are written to the log file. Without it they only reach "
		"plugins."},
	{"log_file", CONFIG_OTHER(CONF, log_file, const char *, parse_log_file),
	 .fallback = "/var/log/audit/audit.log",
	 .allowed = "the absolute path of a regular file in a folder that exists",
	 .doc = "Where records are appended, one line each."},
	{"log_format", CONFIG_CHOICE(CONF, log_format), .fallback = "ENRICHED", .words = formats,
	 .doc = "RAW stores records as the kernel sent them. ENRICHED adds the names of "
		"users, groups, system calls, architectures and addresses after them, so that "
		"the log can be read on another machine. NOLOG is an old way to say write_logs "
		"= no."},
	{"log_group", CONFIG_WORD(CONF, log_group), .fallback = "root",
	 .allowed = "the name or the number of a group",
	 .doc = "The group that may read the logs. With root, nobody but root may."},
	{"priority_boost", CONFIG_NUMBER(CONF, priority_boost), .fallback = "4", .max = INT_MAX,
	 .doc = "How much the daemon lowers its nice value at start."},
	{"flush", CONFIG_CHOICE(CONF, flush), .fallback = "none", .words = flushes,
	 .doc = "How records get from memory to the disk. none leaves it to the kernel; "
		"incremental waits for the disk after every freq records; incremental_async "
		"asks for it then, without waiting; data and sync wait at each write, for the "
		"content or for content and metadata."},
	{"freq", CONFIG_NUMBER(CONF, freq), .fallback = "0", .max = INT_MAX,
	 .doc = "Records between two flushes, with the incremental ways of flush."},
	{"num_logs", CONFIG_NUMBER(CONF, num_logs), .fallback = "0", .max = 999,
	 .doc = "How many log files rotation keeps, the current one included. Below 2 nothing "
		"is rotated."},
	{"max_log_file", CONFIG_NUMBER(CONF, max_log_file), .fallback = "0",
	 .max = MAX_LOG_FILE_MIB,
	 .doc = "Size in MiB at which max_log_file_action happens. 0 means no limit."},
	{"max_log_file_action",
	 CONFIG_OTHER(CONF, max_log_file_action, struct conf_action, parse_action),
	 .fallback = "ignore", .words = size_actions,
	 .doc = "What to do with a log file of max_log_file. rotate keeps num_logs files, "
		"keep_logs renames without ever deleting, suspend stops recording, exec runs "
		"the program whose path follows and stops recording meanwhile. See NOTES."},
	{"compress", CONFIG_BOOL(CONF, compress), .fallback = "no",
	 .doc = "Whether rotated files are compressed: see auditd-archivist(8). num_logs counts "
		"compressed ones, too. Not in other implementations."},
	{"index", CONFIG_BOOL(CONF, index), .fallback = "no",
	 .doc = "Whether rotated files, compressed or not, get an index, which makes searches "
		"fast: see auditd-archivist(8). Not in other implementations."},
	{"seal", CONFIG_BOOL(CONF, seal), .fallback = "no", .flags = CONFIG_STARTUP,
	 .doc = "Whether the log is sealed, so that it can be proven what it held: see "
		"aurum-integrity(7). It begins once aurum seal init has made a key. A log that is "
		"written without it behind a stop has lines that nobody signed, and aurum verify "
		"says so. Not in other implementations."},
	{"seal_checkpoint_ms", CONFIG_NUMBER(CONF, seal_checkpoint_ms), .fallback = "1000",
	 .min = 10, .max = 60000, .flags = CONFIG_STARTUP,
	 .doc = "Milliseconds after which a line that was written is signed at the latest. "
		"Records about the audit system itself are signed at once. Not in other "
		"implementations."},
	{"seal_epoch_s", CONFIG_NUMBER(CONF, seal_epoch_s), .fallback = "10", .min = 1, .max = 60,
	 .flags = CONFIG_STARTUP,
	 .doc = "Seconds after which the key that signs is replaced by a new one and forgotten, "
		"while lines are written. Whoever takes over the machine can forge what is younger "
		"than that, and nothing older. Not in other implementations."},
	{"seal_leaves", CONFIG_BOOL(CONF, seal_leaves), .fallback = "yes", .flags = CONFIG_STARTUP,
	 .doc = "Whether the hash of each line is kept, 32 bytes of it: aurum verify then names "
		"the "
		"first line that is not the one that was written, else one of 256. Not in other "
		"implementations."},
	{"seal_key", CONFIG_CHOICE(CONF, seal_key), .fallback = "file", .words = seal_keys,
	 .flags = CONFIG_STARTUP,
	 .doc = "How the key is kept that the next start is signed with: in a file that root can "
		"read, by systemd-creds(1), or by the machine's TPM, which gives it out once a "
		"boot. Not in "
		"other implementations."},
	{"name_format", CONFIG_CHOICE(CONF, name_format), .fallback = "none", .words = name_formats,
	 .doc = "The machine's name put before each record: none, what gethostname says, its "
		"fully qualified name, its address, or the value of name."},
	{"name", CONFIG_WORD(CONF, name), .doc = "The machine's name for name_format = user."},
	{"verify_email", CONFIG_BOOL(CONF, verify_email), .fallback = "yes",
	 .flags = CONFIG_STARTUP,
	 .doc = "Whether action_mail_acct is checked for the form of an address."},
	{"action_mail_acct", CONFIG_WORD(CONF, action_mail_acct), .fallback = "root",
	 .allowed = "an address of letters, digits and @ . - _ +",
	 .doc = "Who gets the mail of an email action."},
	{"space_left", CONFIG_OTHER(CONF, space_left, struct conf_space, parse_space),
	 .fallback = "0", .allowed = "MiB, or 1%..99% of the file system",
	 .doc = "Free space below which space_left_action happens."},
	{"space_left_action",
	 CONFIG_OTHER(CONF, space_left_action, struct conf_action, parse_action),
	 .fallback = "ignore", .words = space_actions,
	 .doc = "The first warning about space. See NOTES."},
	{"admin_space_left", CONFIG_OTHER(CONF, admin_space_left, struct conf_space, parse_space),
	 .fallback = "0", .allowed = "MiB, or 1%..99% of the file system, below space_left",
	 .doc = "Free space below which admin_space_left_action happens."},
	{"admin_space_left_action",
	 CONFIG_OTHER(CONF, admin_space_left_action, struct conf_action, parse_action),
	 .fallback = "ignore", .words = admin_actions,
	 .doc = "The last warning about space. See NOTES."},
	{"disk_full_action", CONFIG_OTHER(CONF, disk_full_action, struct conf_action, parse_action),
	 .fallback = "ignore", .words = full_actions,
	 .doc = "What to do without any space left. See NOTES."},
	{"disk_error_action",
	 CONFIG_OTHER(CONF, disk_error_action, struct conf_action, parse_action),
	 .fallback = "syslog", .words = error_actions,
	 .doc = "What to do when writing or rotating fails. syslog reports at most five "
		"failures in a row."},
	{"end_of_event_timeout", CONFIG_NUMBER(CONF, end_of_event_timeout), .fallback = "2",
	 .max = INT_MAX,
	 .doc = "Seconds after which the reading tools take an event for complete."},
	{"report_interval", CONFIG_OTHER(CONF, report_interval, uint64_t, parse_period),
	 .fallback = "0", .allowed = "seconds, or a number with m, h, d or M; at most 40 days",
	 .doc = "Time between two state reports. 0 writes them on SIGCONT only."},
	{"tcp_listen_port", CONFIG_NUMBER(CONF, tcp_listen_port), .min = 1, .max = 65535,
	 .doc = "TCP port on which records of other machines are taken."},
	{"tcp_listen_queue", CONFIG_NUMBER(CONF, tcp_listen_queue), .fallback = "5", .min = 1,
	 .max = 65535, .doc = "Connections that may wait to be accepted."},
	{"tcp_max_per_addr", CONFIG_NUMBER(CONF, tcp_max_per_addr), .fallback = "1", .min = 1,
	 .max = 1024, .doc = "Connections that one address may hold."},
	{"use_libwrap", CONFIG_BOOL(CONF, use_libwrap), .fallback = "yes",
	 .doc = "Whether hosts.allow and hosts.deny decide about connections."},
	{"tcp_client_ports", CONFIG_OTHER(CONF, tcp_client_ports, struct conf_ports, parse_ports),
	 .fallback = "0-65535", .allowed = "a port, or two ports and a dash between them",
	 .doc = "The ports that connections may come from."},
	{"tcp_client_max_idle", CONFIG_NUMBER(CONF, tcp_client_max_idle), .fallback = "0",
	 .max = INT_MAX,
	 .doc = "Seconds of silence after which a connection is closed. 0 means never."},
	{"transport", CONFIG_CHOICE(CONF, transport), .fallback = "tcp", .words = transports,
	 .flags = CONFIG_STARTUP, .doc = "How connections are protected."},
	{"enable_krb5", CONFIG_BOOL(CONF, enable_krb5), .fallback = "no",
	 .flags = CONFIG_DEPRECATED, .doc = "An old way to say transport = krb5."},
	{"krb5_principal", CONFIG_WORD(CONF, krb5_principal), .fallback = "auditd",
	 .allowed = "a Kerberos principal", .doc = "The server's principal."},
	{"krb5_key_file", CONFIG_PATH(CONF, krb5_key_file), .fallback = "/etc/audit/audit.key",
	 .doc = "The principal's key, owned by root with mode 0400."},
	{"tls_auth", CONFIG_OTHER(CONF, tls_auth, const char *, parse_psk), .fallback = "psk",
	 .allowed = "psk", .doc = "How TLS peers prove who they are."},
	{"tls_crypto_profile", CONFIG_CHOICE(CONF, tls_crypto_profile), .fallback = "compatible",
	 .words = profiles, .doc = "Which TLS 1.3 suites and groups are offered."},
	{"tls_psk_file", CONFIG_PATH(CONF, tls_psk_file),
	 .doc = "The shared key in hexadecimal, at least 32 bytes, owned by root with mode "
		"0400."},
	{"tls_psk_identity", CONFIG_OTHER(CONF, tls_psk_identity, const char *, parse_identity),
	 .allowed = "printable ASCII, at most 255 bytes", .doc = "The name of the shared key."},
	{"tls_allowed_clients", CONFIG_PATH(CONF, tls_allowed_clients),
	 .doc = "A file with the identities that may connect."},
	{"tls_cipher_suites", CONFIG_WORD(CONF, tls_cipher_suites),
	 .allowed = "TLS 1.3 suites with colons between them",
	 .doc = "Replaces the profile's suites."},
	{"tls_key_exchange", CONFIG_WORD(CONF, tls_key_exchange),
	 .allowed = "groups with colons between them", .doc = "Replaces the profile's groups."},
	{"tls_require_pqc", CONFIG_BOOL(CONF, tls_require_pqc), .fallback = "no",
	 .doc = "Another way to say tls_crypto_profile = pqc."},
	{"distribute_network", CONFIG_BOOL(CONF, distribute_network), .fallback = "no",
	 .doc = "Whether plugins see records of other machines."},
	{"q_depth", CONFIG_NUMBER(CONF, q_depth), .fallback = "2000", .max = 99999,
	 .doc = "How many records a plugin may be behind; see auditd-plugins(5)."},
	{"overflow_action", CONFIG_CHOICE(CONF, overflow_action), .fallback = "syslog",
	 .words = overflow_actions,
	 .doc = "What to do about a plugin that is more than q_depth records behind."},
	{"max_restarts", CONFIG_NUMBER(CONF, max_restarts), .fallback = "10", .max = INT_MAX,
	 .doc = "How often a plugin that died is started again."},
	{"plugin_dir", CONFIG_PATH(CONF, plugin_dir), .fallback = "/etc/audit/plugins.d",
	 .doc = "The folder with the plugins' own configuration files."},
	{"run_dir", CONFIG_PATH(CONF, run_dir), .fallback = "/run/audit", .flags = CONFIG_STARTUP,
	 .doc = "The folder for what need not outlive a reboot: the daemon's figures, and records "
		"for plugins that are not written to the log."},
	{"state_dir", CONFIG_PATH(CONF, state_dir), .fallback = "/var/lib/audit",
	 .flags = CONFIG_STARTUP,
	 .doc = "The folder in which it is kept how far each plugin has read."},
	{"lost_action", CONFIG_OTHER(CONF, lost_action, struct conf_action, parse_action),
	 .fallback = "syslog", .words = alert_actions,
	 .doc = "What to do when records were lost, whatever the cause. Not in other "
		"implementations."},
	{"backlog_action", CONFIG_OTHER(CONF, backlog_action, struct conf_action, parse_action),
	 .fallback = "syslog", .words = alert_actions,
	 .doc = "What to do when so many records wait in the kernel as backlog_warn says: once, "
		"until they are half of that. Not in other implementations."},
	{"backlog_warn", CONFIG_NUMBER(CONF, backlog_warn), .fallback = "75", .min = 1, .max = 100,
	 .doc = "The part of the kernel's backlog limit, in percent, at which backlog_action "
		"happens. Not in other implementations."},
	{"lag_action", CONFIG_OTHER(CONF, lag_action, struct conf_action, parse_action),
	 .fallback = "syslog", .words = alert_actions,
	 .doc = "What to do when a plugin is behind by lag_warn: once, until it has caught up to "
		"half of that. Not in other implementations."},
	{"lag_warn", CONFIG_NUMBER(CONF, lag_warn), .fallback = "300", .max = INT_MAX,
	 .doc = "Age of the oldest record that a plugin has not read, in seconds, at which "
		"lag_action happens; 0 is never. Not in other implementations."},
	{"recover_records", CONFIG_BOOL(CONF, recover_records), .fallback = "yes",
	 .flags = CONFIG_STARTUP,
	 .doc = "Whether records that the kernel printed among its messages while no daemon "
		"listened are put into the log, once. Not in other implementations."},
	{"mail_program", CONFIG_PATH(CONF, mail_program), .fallback = "/usr/lib/sendmail",
	 .doc = "The program that sends the mail of an email action. It is run with -t and "
		"-fADDRESS, and gets the mail on its standard input."},
	{"confine", CONFIG_BOOL(CONF, confine), .fallback = "yes", .flags = CONFIG_STARTUP,
	 .doc = "Whether the process that records gives up what it does not need: see CONFINEMENT "
		"in "
		"auditd(8). Not in other implementations."},
	{"init_program", CONFIG_PATH(CONF, init_program), .fallback = "/sbin/init",
	 .doc = "The program that the actions single and halt run, with 1 and 0."},
	{"dispatcher", CONFIG_NOWHERE(config_parse_nothing), .flags = CONFIG_DEPRECATED,
	 .doc = "Accepted and ignored: the daemon starts plugins itself."},
	{"disp_qos", CONFIG_NOWHERE(config_parse_nothing), .flags = CONFIG_DEPRECATED,
	 .doc = "Accepted and ignored, like dispatcher."},
};

_Static_assert(LEN(rows) == AUDITD_CONF_KEYS, "one line number a row");

static const struct config_hint hints[] = {
	{"backlog_limit", "it belongs in the rules (/etc/audit/rules.d), as \"-b NUMBER\""},
	{"backlog_wait_time", "it belongs in the rules, as '--backlog_wait_time NUMBER'"},
	{"rate_limit", "it belongs in the rules, as '-r NUMBER'"},
	{"failure", "it belongs in the rules, as '-f 0|1|2'"},
	{"failure_mode", "it belongs in the rules, as '-f 0|1|2'"},
	{"enabled", "it belongs in the rules, as '-e 0|1|2'"},
	{"immutable", "it belongs in the rules, as '-e 2' on their last line"},
	{"remote_server", "it belongs in audisp-remote.conf"},
	{"active", "it belongs in a plugin's file in plugin_dir"},
	{NULL, NULL}};

const struct config_set auditd_conf_set = {
	.rows = rows, .count = LEN(rows), .line_max = LINE_MAX_BYTES, .hints = hints};

void auditd_conf_init(struct auditd_conf *conf)
{
	*conf = (struct auditd_conf){0};
	arena_init(&conf->memory, CONF_MEMORY_MAX);
	config_defaults(&auditd_conf_set, conf, &conf->memory);
}

void auditd_conf_release(struct auditd_conf *conf)
{
	if (conf)
		arena_release(&conf->memory);
}

unsigned auditd_conf_line(const struct auditd_conf *conf, const char *key)
{
	size_t i = config_find(&auditd_conf_set, sv_cstr(key));

	return i < LEN(rows) ? conf->lines[i] : 0;
}

static bool is_mail_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("@.-_+", c));
}

/* Whether an address could be one: its bytes, and a dot somewhere after the '@'. */
static bool is_mail_address(struct sv v)
{
	size_t at = sv_index(v, '@');

	for (size_t i = 0; i < v.n; i++)
		if (!is_mail_byte(v.p[i]))
			return false;
	return v.n >= 2 && (at == v.n || sv_index(sv_from(v, at), '.') < v.n - at);
}

static void check_space(const struct auditd_conf *c, struct config_problems *problems)
{
	const struct conf_space *left = &c->space_left, *admin = &c->admin_space_left;
	unsigned line = auditd_conf_line(c, "admin_space_left");

	if (line == 0)
		line = auditd_conf_line(c, "space_left");
	if (left->percent == 0 && admin->percent == 0 && left->mib <= admin->mib)
		config_error(problems, line,
			     "space_left (%" PRIu64
			     ") must be larger than admin_space_left (%" PRIu64 ")",
			     left->mib, admin->mib);
	else if (left->percent && admin->percent && left->percent <= admin->percent)
		config_warning(problems, line,
			       "space_left (%u%%) should be larger than admin_space_left (%u%%)",
			       left->percent, admin->percent);
}

static void check_recording(struct auditd_conf *c, struct config_problems *problems)
{
	bool incremental = c->flush == FLUSH_INCREMENTAL || c->flush == FLUSH_INCREMENTAL_ASYNC;

	if (incremental && c->freq == 0)
		config_error(problems, auditd_conf_line(c, "flush"),
			     "incremental flush needs a freq of at least 1");
	if (c->freq && (c->flush == FLUSH_DATA || c->flush == FLUSH_SYNC))
		config_warning(problems, auditd_conf_line(c, "freq"),
			       "freq means nothing unless flush is incremental");
	if (c->log_format == LOG_FORMAT_NOLOG) {
		config_warning(problems, auditd_conf_line(c, "log_format"),
			       "NOLOG is deprecated: write_logs = no says the same and is assumed");
		c->write_logs = false;
	}
	if (c->seal && !c->write_logs)
		config_warning(problems, auditd_conf_line(c, "seal"),
			       "seal means nothing while write_logs is no");
	if (c->name_format == NODE_USER && !c->name)
		config_error(problems, auditd_conf_line(c, "name_format"),
			     "name_format = user needs a name");
	if (c->max_log_file == 0 && c->max_log_file_action.what != ACTION_IGNORE)
		config_warning(problems, auditd_conf_line(c, "max_log_file_action"),
			       "max_log_file_action never happens while max_log_file is 0");
	if (c->max_log_file_action.what == ACTION_ROTATE && c->num_logs < 2)
		config_warning(problems, auditd_conf_line(c, "max_log_file_action"),
			       "nothing is rotated while num_logs is below 2");
}

static void check_rest(struct auditd_conf *c, struct config_problems *problems)
{
	if (c->verify_email && !is_mail_address(sv_cstr(c->action_mail_acct)))
		config_error(problems, auditd_conf_line(c, "action_mail_acct"),
			     "\"%.64s\" does not look like a mail address", c->action_mail_acct);
	if (c->q_depth < SAFE_Q_DEPTH)
		config_warning(problems, auditd_conf_line(c, "q_depth"),
			       "q_depth should be at least %d", SAFE_Q_DEPTH);
	/* As in the reference: the later line decides. */
	if (c->enable_krb5 && auditd_conf_line(c, "enable_krb5") > auditd_conf_line(c, "transport"))
		c->transport = TRANSPORT_KRB5;
	if (c->tls_require_pqc)
		c->tls_crypto_profile = TLS_PQC;
}

int auditd_conf_parse(struct auditd_conf *conf, struct sv text, struct config_problems *problems)
{
	size_t errors = problems->errors;

	(void)!config_parse(&auditd_conf_set, text, conf, &conf->memory, conf->lines, problems);
	/* A file without a line is the defaults, which the reference does not check either. */
	if (text.n) {
		/* Not after a mistake, which may be the amount that is missing here. */
		if (problems->errors == errors)
			check_space(conf, problems);
		check_recording(conf, problems);
		check_rest(conf, problems);
	}
	return problems->errors == errors ? 0 : -1;
}

/* The folder part of a path that holds a '/', without it; "/" for the root. */
static bool folder_of(const char *path, char *out, size_t cap)
{
	struct sv v = sv_cstr(path);

	while (v.n && v.p[v.n - 1] != '/')
		v.n--;
	if (v.n > 1)
		v.n--;
	return sv_to_cstr(v, out, cap);
}

static void check_log_file(const struct auditd_conf *c, struct config_problems *problems)
{
	unsigned line = auditd_conf_line(c, "log_file");
	char folder[PATH_MAX];
	struct stat st;

	if (!folder_of(c->log_file, folder, sizeof(folder)))
		config_error(problems, line, "log_file is too long");
	else if (stat(folder, &st) != 0)
		config_error(problems, line, "the folder of log_file: %.128s: %s", folder,
			     strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		config_error(problems, line, "%.128s is not a folder", folder);
	else if (c->log_gid != 0 && strcmp(folder, "/var/log") == 0)
		config_error(problems, line,
			     "log_file is directly in /var/log, which log_group would change: use "
			     "a folder of its own");
	else if (stat(c->log_file, &st) != 0 && errno != ENOENT)
		config_error(problems, line, "log_file %.128s: %s", c->log_file, strerror(errno));
	else if (stat(c->log_file, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			config_error(problems, line, "log_file %.128s is not a regular file",
				     c->log_file);
		else if (st.st_uid != 0)
			config_error(problems, line, "log_file %.128s is not owned by root",
				     c->log_file);
		else if (st.st_mode & (S_IXUSR | S_IWGRP | S_IXGRP | S_IRWXO))
			config_warning(problems, line,
				       "log_file %.128s should have mode 0600 or 0640",
				       c->log_file);
	}
}

static void check_group(struct auditd_conf *c, struct config_problems *problems)
{
	char memory[GROUP_MEMORY_BYTES];
	struct group entry, *found = NULL;
	uint32_t gid;

	if (num_u32(sv_cstr(c->log_group), &gid))
		c->log_gid = gid;
	else if (getgrnam_r(c->log_group, &entry, memory, sizeof(memory), &found) == 0 && found)
		c->log_gid = found->gr_gid;
	else
		config_error(problems, auditd_conf_line(c, "log_group"),
			     "log_group \"%.64s\" is not a group of this machine", c->log_group);
}

/* A program that root will run: nobody else may be able to change it. */
static void check_program(const char *key, const struct conf_action *action, const char *mailer,
			  unsigned line, struct config_problems *problems)
{
	struct stat st;
	mode_t mode;

	if (action->what == ACTION_EMAIL && access(mailer, X_OK) != 0)
		config_warning(problems, line, "%s = email, but %.128s is not executable", key,
			       mailer);
	if (action->what != ACTION_EXEC)
		return;
	if (stat(action->program, &st) != 0) {
		config_error(problems, line, "%s: %.128s: %s", key, action->program,
			     strerror(errno));
		return;
	}
	mode = st.st_mode & 07777;
	if (!S_ISREG(st.st_mode))
		config_error(problems, line, "%s: %.128s is not a regular file", key,
			     action->program);
	else if (st.st_uid != 0)
		config_error(problems, line, "%s: %.128s is not owned by root", key,
			     action->program);
	else if (mode != 0750 && mode != 0755 && mode != 0555 && mode != 0550)
		config_error(problems, line, "%s: %.128s should have mode 0750, 0755, 0555 or 0550",
			     key, action->program);
}

void auditd_conf_actions(const struct auditd_conf *c,
			 struct conf_named_action out[AUDITD_CONF_ACTIONS])
{
	const struct conf_named_action all[AUDITD_CONF_ACTIONS] = {
		{"max_log_file_action", &c->max_log_file_action},
		{"space_left_action", &c->space_left_action},
		{"admin_space_left_action", &c->admin_space_left_action},
		{"disk_full_action", &c->disk_full_action},
		{"disk_error_action", &c->disk_error_action},
		{"lost_action", &c->lost_action},
		{"backlog_action", &c->backlog_action},
		{"lag_action", &c->lag_action},
	};

	memcpy(out, all, sizeof(all));
}

int auditd_conf_check_host(struct auditd_conf *c, struct config_problems *problems)
{
	struct conf_named_action actions[AUDITD_CONF_ACTIONS];
	size_t errors = problems->errors;

	auditd_conf_actions(c, actions);
	check_group(c, problems);
	check_log_file(c, problems);
	for (size_t i = 0; i < LEN(actions); i++)
		check_program(actions[i].key, actions[i].action, c->mail_program,
			      auditd_conf_line(c, actions[i].key), problems);
	return problems->errors == errors ? 0 : -1;
}

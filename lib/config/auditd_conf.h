/*
 * auditd.conf: all of its keys, typed. The daemon reads it whole; ausearch and aureport take
 * log_file and end_of_event_timeout from it.
 *
 *	struct auditd_conf conf;
 *	struct config_problems problems = {0};
 *	auditd_conf_init(&conf);
 *	if (auditd_conf_parse(&conf, text, &problems) == 0 &&
 *	    auditd_conf_check_host(&conf, &problems) == 0) ...
 *	auditd_conf_release(&conf);
 *
 * Source of keys, words and defaults: auditd.conf(5) of the reference, 3.0.9 and 4.2.
 */
#ifndef AURUM_CONFIG_AUDITD_CONF_H
#define AURUM_CONFIG_AUDITD_CONF_H

#include "config/config.h"

#define AUDITD_CONF_NAME "auditd.conf" /* inside the configuration folder */
#define AUDITD_CONF_KEYS 66            /* the 48 of the reference, and ours */

enum log_format { LOG_FORMAT_RAW, LOG_FORMAT_ENRICHED, LOG_FORMAT_NOLOG };
enum log_flush { FLUSH_NONE, FLUSH_INCREMENTAL, FLUSH_INCREMENTAL_ASYNC, FLUSH_DATA, FLUSH_SYNC };
enum node_format { NODE_NONE, NODE_HOSTNAME, NODE_FQD, NODE_NUMERIC, NODE_USER };
enum transport { TRANSPORT_TCP, TRANSPORT_TLS, TRANSPORT_KRB5 };
enum tls_profile { TLS_COMPATIBLE, TLS_SYSTEM, TLS_PQC };
/* What protects the key at rest that the next start is signed with. */
enum seal_protection { SEAL_KEY_FILE, SEAL_KEY_CREDS, SEAL_KEY_TPM };
/* What to do when a size, the space or the disk asks for it. */
enum disk_action {
	ACTION_IGNORE,
	ACTION_SYSLOG,
	ACTION_ROTATE,
	ACTION_KEEP_LOGS,
	ACTION_EMAIL,
	ACTION_EXEC,
	ACTION_SUSPEND,
	ACTION_SINGLE,
	ACTION_HALT
};

/* An action and, with ACTION_EXEC, the program it runs (else NULL). */
struct conf_action {
	enum disk_action what;
	const char *program;
};

/* An amount of free space: percent of the file system when that is not zero, else MiB. */
struct conf_space {
	uint64_t mib;
	unsigned percent;
};

struct conf_ports {
	uint32_t first, last;
};

struct auditd_conf {
	/* Recording. */
	bool local_events, write_logs;
	const char *log_file;
	enum log_format log_format;
	const char *log_group; /* name or number as written; auditd_conf_check_host() resolves */
	gid_t log_gid;
	uint64_t priority_boost;
	enum log_flush flush;
	uint64_t freq; /* records */
	uint64_t num_logs;
	uint64_t max_log_file; /* MiB */
	struct conf_action max_log_file_action;
	bool compress, index; /* rotated files */
	/* The seal: docs/format-seal.md. */
	bool seal, seal_leaves;
	uint64_t seal_checkpoint_ms, seal_epoch_s;
	enum seal_protection seal_key;
	enum node_format name_format;
	const char *name;                               /* NULL when not given */
	uint64_t end_of_event_timeout, report_interval; /* seconds; the latter 0: never */
	/* Disk space. */
	bool verify_email;
	const char *action_mail_acct;
	struct conf_space space_left, admin_space_left;
	struct conf_action space_left_action, admin_space_left_action, disk_full_action,
		disk_error_action;
	/* Network. */
	uint64_t tcp_listen_port; /* 0: does not listen */
	uint64_t tcp_listen_queue, tcp_max_per_addr, tcp_client_max_idle;
	struct conf_ports tcp_client_ports;
	bool use_libwrap, distribute_network, enable_krb5, tls_require_pqc;
	enum transport transport;
	enum tls_profile tls_crypto_profile;
	const char *krb5_principal, *krb5_key_file;
	const char *tls_auth, *tls_psk_file, *tls_psk_identity, *tls_allowed_clients;
	const char *tls_cipher_suites, *tls_key_exchange;
	/* Plugins. */
	uint64_t q_depth, max_restarts;
	enum disk_action overflow_action;
	const char *plugin_dir;
	/* Ours: where the daemon keeps what is not the log, and programs that may be replaced. */
	bool recover_records;
	struct conf_action lost_action, backlog_action, lag_action;
	uint64_t backlog_warn, lag_warn; /* percent; seconds, 0: never */
	const char *run_dir, *state_dir; /* lost with a reboot; kept */
	const char *mail_program, *init_program;
	bool confine;

	unsigned lines[AUDITD_CONF_KEYS]; /* where each row was set, 0: nowhere */
	struct arena memory;              /* of the strings */
};

extern const struct config_set auditd_conf_set;

/* The defaults, as if the file did not exist. */
void auditd_conf_init(struct auditd_conf *conf);
void auditd_conf_release(struct auditd_conf *conf);

/*
 * Reads the text of the file and checks the keys against each other. 0, or -1 with at least
 * one error in *problems. Touches nothing outside its arguments.
 */
MUST_CHECK int auditd_conf_parse(struct auditd_conf *conf, struct sv text,
				 struct config_problems *problems);

/*
 * Checks what only the host can tell: the folder of log_file and the file itself, programs
 * behind exec, the group (filled into log_gid). For the daemon, not for readers of logs.
 * Opens nothing for writing. 0 or -1, as above.
 */
MUST_CHECK int auditd_conf_check_host(struct auditd_conf *conf, struct config_problems *problems);

/* A key that takes an action, and its value. */
struct conf_named_action {
	const char *key;
	const struct conf_action *action; /* borrowed from the configuration */
};

#define AUDITD_CONF_ACTIONS 8
/* All of them: max_log_file_action first, then those about space and the disk, then alerts. */
void auditd_conf_actions(const struct auditd_conf *conf,
			 struct conf_named_action out[AUDITD_CONF_ACTIONS]);

/* The line that set the key, 0 when the file does not. */
unsigned auditd_conf_line(const struct auditd_conf *conf, const char *key);

#endif

/* When what of the seal is called, and what is told of it. */
#include "auditd/seal.h"

#include "auditd/app.h"

#include "base/manager.h"
#include "integrity/evidence.h"
#include "integrity/folder.h"
#include "integrity/reserve.h"
#include "integrity/sealer.h"
#include "seal/crypto.h"
#include "seal/secret.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <syslog.h>
#include <time.h>

#define KEPT_NAME   "aurum-seal"
#define BODY_MAX    1024
#define ORIGIN_LINE 1024

static uint64_t wall_ns(void)
{
	struct timespec ts = {0, 0};

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

/* ---- the keys of the epoch, in memory ---- */

static struct manager manager_here(void)
{
	return (struct manager){getenv("NOTIFY_SOCKET"), getenv("LISTEN_PID"), getenv("LISTEN_FDS"),
				getenv("LISTEN_FDNAMES")};
}

/* Nobody that this process starts is to speak for it. */
static void forget_manager(void)
{
	static const char *const names[] = {"NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS",
					    "LISTEN_FDNAMES"};

	for (size_t i = 0; i < LEN(names); i++)
		(void)unsetenv(names[i]);
}

/* New memory that the manager keeps from now on. -1: nobody keeps any. */
static int make_kept(const struct manager *m, const struct voice *voice)
{
	struct seal_secret *secret;
	CLEAN_FD int fd = -1;
	struct err e;
	int status;

	if (!m->notify || !m->notify[0])
		return -1;
	secret = seal_secret_new(&e);
	if (!secret)
		return -1;
	if (seal_secret_fd(secret) >= 0)
		fd = fcntl(seal_secret_fd(secret), F_DUPFD_CLOEXEC, 3);
	seal_secret_leave(secret);
	status = fd >= 0 ? manager_keep(m, fd, KEPT_NAME, &e) : 0;
	if (status < 0)
		say(voice, LOG_NOTICE, "the keys of the seal do not outlast a restart: %s", e.text);
	return status > 0 ? take_fd(&fd) : -1;
}

void seal_take_over(struct app *app)
{
	const struct auditd_conf *conf = &app->conf;
	const struct manager m = manager_here();
	struct seal *s = &app->seal;

	s->kept = -1;
	s->is_wanted = conf->seal && conf->write_logs && !app->run.foreground;
	if (!s->is_wanted)
		return;
	/* No core file and no debugger of the same user: what OpenSSL has on the stack is a key, too. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	s->kept = manager_take(&m, KEPT_NAME);
	if (s->kept < 0)
		s->kept = make_kept(&m, &app->voice);
	forget_manager();
}

static void open_secret(struct seal *s, const struct voice *voice)
{
	struct err e;

	if (s->kept >= 0) {
		s->secret = seal_secret_adopt(s->kept, &e);
		s->kept = -1;
		s->outlives_us = s->secret != NULL;
		if (!s->secret)
			say(voice, LOG_WARNING,
			    "what the service manager kept are no keys of a seal: %s", e.text);
	}
	if (!s->secret)
		s->secret = seal_secret_new(&e);
	if (!s->secret)
		say(voice, LOG_ERR, "there is no memory for the keys of the seal: %s", e.text);
}

/* ---- the key at rest ---- */

/* Of the log, from the line that aurum seal init wrote. False: it is not enrolled. */
static bool find_origin(const char *log, char origin[SEAL_ORIGIN_MAX])
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(ORIGIN_LINE);
	CLEAN_FD int folder = -1;
	struct seal_vkey vkey;

	if (integrity_open(log, &folder, NULL) != INTEGRITY_OPEN ||
	    integrity_read(folder, INTEGRITY_ENROLMENT, &text, NULL, NULL) != 0 ||
	    seal_vkey_parse(sv_trim(buf_view(&text)), &vkey, NULL) != 0)
		return false;
	(void)snprintf(origin, SEAL_ORIGIN_MAX, "%s", vkey.name);
	return true;
}

/* Where the folder cannot be opened just now: of what the host remembers. */
static bool find_origin_of_anchor(const char *folder, char origin[SEAL_ORIGIN_MAX])
{
	char path[LOG_PATH_MAX + sizeof("/" RESERVE_ANCHOR)];
	struct seal_anchor anchor;

	(void)snprintf(path, sizeof(path), "%s/" RESERVE_ANCHOR, folder);
	if (evidence_anchor_read(path, &anchor, NULL) != 0)
		return false;
	(void)snprintf(origin, SEAL_ORIGIN_MAX, "%s", anchor.enrolment.name);
	return true;
}

static void open_reserve(struct seal *s, const struct auditd_conf *conf, const struct voice *voice)
{
	char folder[LOG_PATH_MAX], origin[SEAL_ORIGIN_MAX];
	const struct reserve_options o = {
		.folder = folder, .origin = origin, .protection = conf->seal_key};
	struct err e;

	(void)snprintf(folder, sizeof(folder), "%s/" RESERVE_FOLDER, conf->state_dir);
	/* It is not enrolled: the sealer says so. */
	if (!find_origin(conf->log_file, origin) && !find_origin_of_anchor(folder, origin))
		return;
	s->reserve = reserve_spawn(&o, &e);
	if (!s->reserve)
		say(voice, LOG_ERR, "the key of the seal is not to be had: %s", e.text);
}

/* ---- its life ---- */

static struct sealer_settings settings_of(const struct auditd_conf *conf)
{
	bool keeps_all = conf->max_log_file_action.what == ACTION_KEEP_LOGS;

	return (struct sealer_settings){
		.checkpoint_ms = (unsigned)conf->seal_checkpoint_ms,
		.epoch_s = (unsigned)conf->seal_epoch_s,
		.keeps_leaves = conf->seal_leaves,
		.num_logs = keeps_all || conf->num_logs < 2 ? 0 : (unsigned)conf->num_logs};
}

static struct sealer *make_sealer(struct app *app, struct err *e)
{
	const struct auditd_conf *conf = &app->conf;
	struct seal *s = &app->seal;
	struct sealer_options o = {
		.log_path = conf->log_file, .group = conf->log_gid, .settings = settings_of(conf)};

	if (seal_key_protect(e) != 0)
		say(&app->voice, LOG_WARNING, "%s", e->text);
	open_secret(s, &app->voice);
	open_reserve(s, conf, &app->voice);
	o.secret = s->secret;
	o.outlives_us = s->outlives_us;
	o.reserve = s->reserve;
	return sealer_new(&o, e);
}

void seal_prepare(struct app *app)
{
	struct seal *s = &app->seal;
	struct err e;

	if (!s->is_wanted)
		return;
	s->sealer = seal_crypto_load(&e) == 0 ? make_sealer(app, &e) : NULL;
	if (s->sealer)
		return;
	s->failed_ns = wall_ns();
	say(&app->voice, LOG_ALERT, "the log is UNSEALED: %s", e.text);
}

struct log_listener seal_listener(struct app *app)
{
	return app->seal.sealer ? sealer_listener(app->seal.sealer) : (struct log_listener){0};
}

bool seal_begin(struct app *app)
{
	struct seal *s = &app->seal;

	if (!s->sealer)
		return false;
	s->has_begun = true;
	return sealer_start(s->sealer);
}

void seal_end(struct app *app)
{
	struct seal *s = &app->seal;
	struct err e;

	if (!s->has_begun || s->has_ended)
		return;
	s->has_ended = true;
	if (sealer_stop(s->sealer, SEALER_STOP_MS, &e) != 0)
		say(&app->voice, LOG_ERR, "the end of the log is not sealed: %s", e.text);
}

void seal_release(struct app *app)
{
	struct seal *s = &app->seal;

	seal_end(app);
	sealer_free(s->sealer);
	s->sealer = NULL;
	reserve_free(s->reserve);
	s->reserve = NULL;
	(s->outlives_us ? seal_secret_leave : seal_secret_release)(s->secret);
	s->secret = NULL;
	close_fd(&s->kept);
}

void seal_reconfigure(struct app *app)
{
	const struct sealer_settings settings = settings_of(&app->conf);

	if (app->seal.sealer)
		sealer_configure(app->seal.sealer, &settings);
}

int seal_check(const struct app *app, const struct auditd_conf *conf, struct err *e)
{
	if (!app->seal.is_wanted || strcmp(conf->log_file, app->conf.log_file) == 0)
		return 0;
	return err_set(e, "log_file moves to %s, and %s is sealed: restart the daemon for that",
		       conf->log_file, app->conf.log_file);
}

/* ---- telling ---- */

static bool is_alarm(enum sealer_news_kind kind)
{
	return kind == SEALER_NEWS_ALTERED || kind == SEALER_NEWS_MISSING ||
	       kind == SEALER_NEWS_FOREIGN;
}

/* In the words of sealer_news_put(), which are the log's. */
static void tell(struct app *app, const struct sealer_news *news)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(BODY_MAX);
	bool is_trouble = sealer_news_is_trouble(news);

	sealer_news_put(news, &body);
	say(&app->voice, is_trouble ? LOG_ALERT : LOG_NOTICE, "the seal of the log: %s",
	    buf_cstr(&body));
	if (is_trouble)
		record_trouble(app, buf_cstr(&body));
	else
		record_change(app, buf_cstr(&body));
}

void seal_tick(struct app *app)
{
	struct seal *s = &app->seal;
	struct sealer_news news;

	if (s->failed_ns && !s->has_begun) {
		s->has_begun = s->has_ended = true;
		record_trouble(app, "op=seal-unsealed cause=\"no sealer\" res=failed");
	}
	if (s->sealer && sealer_should_rotate(s->sealer))
		keeper_rotate(&app->keeper);
	while (s->sealer && sealer_take_news(s->sealer, &news)) {
		s->alarms += is_alarm(news.kind);
		tell(app, &news);
	}
}

static uint64_t health_of(enum sealer_state state)
{
	static const enum health_seal health[] = {[SEALER_STARTING] = HEALTH_SEAL_BEGINS,
						  [SEALER_SEALED] = HEALTH_SEALED,
						  [SEALER_UNSEALED] = HEALTH_UNSEALED,
						  [SEALER_STOPPED] = HEALTH_SEALED};

	return health[state];
}

void seal_put_figures(struct app *app, struct health_recorder *f)
{
	struct seal *s = &app->seal;
	struct sealer_figures figures;

	if (!s->is_wanted)
		return;
	f->seal_alarms = s->alarms;
	if (!s->sealer) {
		f->seal_state = HEALTH_UNSEALED;
		f->unsealed = s->failed_ns;
		return;
	}
	sealer_figures(s->sealer, &figures);
	f->seal_state = health_of(figures.state);
	f->unsealed = figures.state == SEALER_UNSEALED ? figures.since_ns : 0;
	f->seal_lines = figures.sealed;
	f->seal_pending = figures.size - figures.sealed;
	f->seal_time = figures.sealed_ns;
	f->seal_epoch = figures.epoch;
	f->seal_starts = figures.starts;
	f->seal_checkpoints = figures.checkpoints;
	f->seal_failures = figures.failures;
}

void seal_put_state(struct app *app, struct buf *out)
{
	struct seal *s = &app->seal;
	struct sealer_figures figures;

	if (!s->is_wanted)
		return;
	if (!s->sealer) {
		buf_puts(out, "seal = UNSEALED\n");
		return;
	}
	sealer_figures(s->sealer, &figures);
	buf_printf(out, "seal = %s%s%s, %" PRIu64 " of %" PRIu64 " lines\n",
		   health_seal_name(health_of(figures.state)), figures.why[0] ? ": " : "",
		   figures.why, figures.sealed, figures.size);
}

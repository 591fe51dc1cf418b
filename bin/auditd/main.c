/*
 * auditd: records what the kernel's audit system says. The order of main() is the order in
 * which things happen: options, configuration, everything that needs privilege, ready, loop.
 */
#include "auditd/app.h"

#include "base/file.h"
#include "common/frame.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>

/* For the plugins to take what is in the log, at the end. */
#define PATIENCE_MS 5000
/* Heard of the attendant before records get a turn. */
#define ERRANDS_TURN 64

static const struct option_row option_rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "options.def"
#undef OPTION
};
static const struct option_set auditd_options = {
	.program = "auditd",
	.usage = "[-f] [-l] [-n] [-s disable|enable|nochange] [-c DIR]",
	.summary = "Records what the kernel's audit system says.",
	.style = OPTION_GETOPT,
	.rows = option_rows,
	.count = LEN(option_rows)};

/* As the reference: the first state that starts with what was given. */
static bool find_state(const char *word, enum enable_state *out)
{
	static const char *const words[] = {"disable", "enable", "nochange"};

	for (size_t i = 0; i < LEN(words); i++) {
		if (sv_starts(sv_cstr(words[i]), sv_cstr(word))) {
			*out = (enum enable_state)i;
			return true;
		}
	}
	return false;
}

static enum frame_next take_state(struct run_options *run, const char *word, struct err *e)
{
	if (find_state(word, &run->enable))
		return FRAME_ON;
	(void)err_set(e, "unknown startup mode \"%.64s\"", word);
	return FRAME_FAILED;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct run_options *run = arg;

	switch (hit->id) {
	case 'f':
		run->foreground = true;
		break;
	case 'l':
		run->place.allow_links = true;
		break;
	case 'n':
		run->no_fork = true;
		break;
	case 's':
		return take_state(run, hit->value, e);
	case 'c':
		return conf_place_set(&run->place, hit->value, e) == 0 ? FRAME_ON : FRAME_FAILED;
	case 'h':
		return frame_help(&auditd_options, e);
	case 'v':
		return frame_version(&auditd_options, e);
	default:
		return frame_stray_word(hit, e);
	}
	return FRAME_ON;
}

/* -1: go on; else the exit code. */
static int read_options(struct run_options *run, int argc, char **argv)
{
	struct options words;
	struct err e;

	*run = (struct run_options){.enable = ENABLE_ON, .place.folder = DEFAULT_CONFIG_DIR};
	switch (frame_options(&words, &auditd_options, argc, argv, take_option, run, &e)) {
	case FRAME_ON:
		return -1;
	case FRAME_DONE:
		return EXIT_STOPPED;
	case FRAME_FAILED:
		break;
	}
	frame_say("auditd", "%s\nusage: auditd %s", e.text, auditd_options.usage);
	return EXIT_ARGUMENTS;
}

static bool can_control(void)
{
	return audit_wire_system.is_capable(NULL, CAP_AUDIT_CONTROL);
}

/* A record that arrives while the kernel answers on the same socket. */
static void put_event(void *arg, uint32_t type, struct sv text)
{
	reader_put(arg, type, text);
}

/* pid: ours, or 0 to end it. Registers the socket that records will come to. */
static int set_pid(struct app *app, uint32_t pid, struct err *e)
{
	int status;

	audit_control_init(&app->control, &app->reader.socket);
	app->control.event = put_event;
	app->control.event_ctx = &app->reader;
	status = audit_set_pid(&app->control, pid, e);
	audit_control_init(&app->control, &app->control_socket);
	if (status == 0)
		app->is_registered = pid != 0;
	return status;
}

/*
 * A living daemon keeps the kernel's socket, and then nothing may be touched here: neither its
 * log nor its pid file. Only the kernel knows whether it lives, and says so when asked to
 * replace it.
 */
static int refuse_second(struct app *app, struct err *e)
{
	struct audit_status status;

	if (audit_get_status(&app->control, &status, e) != 0)
		return -1;
	return status.pid ? set_pid(app, (uint32_t)getpid(), e) : 0;
}

/* The kernel's flags, as far as they are ours to set: not once they are locked. */
static int enable(struct app *app, struct err *e)
{
	struct audit_status status;

	if (app->run.enable == ENABLE_KEEP)
		return 0;
	if (audit_get_status(&app->control, &status, e) != 0)
		return -1;
	return status.enabled < 2
		       ? audit_set_enabled(&app->control, app->run.enable == ENABLE_ON, e)
		       : 0;
}

/* The kernel's part: enabled as asked, and records to our socket. */
static int register_daemon(struct app *app, struct err *e)
{
	record_start(app);
	record_torn(app);
	if (!app->conf.local_events)
		return 0;
	if (enable(app, e) != 0) {
		record_abort(app, "set-enable");
		return -1;
	}
	if (!app->is_registered && set_pid(app, (uint32_t)getpid(), e) != 0) {
		record_abort(app, "set-pid");
		return -1;
	}
	return 0;
}

static int open_kernel(struct app *app, struct err *e)
{
	if (audit_socket_open(&app->control_socket, 0, e) != 0)
		/* Without local events the kernel only tells who sent a signal. */
		return app->conf.local_events ? -1 : 0;
	audit_control_init(&app->control, &app->control_socket);
	if (!app->conf.local_events)
		return 0;
	if (reader_open(&app->reader, e) != 0)
		return -1;
	if (refuse_second(app, e) == 0)
		return 0;
	/* A container: in its namespaces no restart will help. */
	app->is_refused = e->sys == EPERM || e->sys == ECONNREFUSED;
	if (app->is_refused)
		say(&app->voice, LOG_ERR,
		    "the kernel's records are not to be had here: with local_events = no the "
		    "daemon runs without them");
	return -1;
}

/* What it has to say. */
static void hear_attendant(struct app *app)
{
	int fd = app->attendant.errands;
	struct errand errand;

	for (int i = 0; i < ERRANDS_TURN; i++) {
		switch (attendant_take(&app->attendant, &errand)) {
		case ERRAND_TAKEN:
			if (errand.kind == ERRAND_NOTE)
				record_trouble(app, errand.text);
			else if (errand.kind == ERRAND_DONE && errand.key < ERRAND_KEY_END)
				keeper_program_ended(&app->keeper, (enum errand_key)errand.key);
			break;
		case ERRAND_NONE:
			return;
		case ERRAND_ENDED:
			loop_forget(app, fd);
			for (int key = 0; key < ERRAND_KEY_END; key++)
				keeper_program_ended(&app->keeper, (enum errand_key)key);
			return;
		}
	}
}

/* Recording goes on without it. It waits until the log is there. */
static void start_attendant(struct app *app)
{
	struct err e;

	if (attendant_start(&app->attendant, &app->run.place, app->run.foreground, &app->voice,
			    &e) != 0) {
		say(&app->voice, LOG_ERR, "%s", e.text);
		return;
	}
	if (loop_watch(app, app->attendant.errands, hear_attendant, &e) != 0)
		say(&app->voice, LOG_ERR, "%s", e.text);
	app->reader.grew = &app->attendant;
}

static void release_attendant(struct app *app)
{
	if (app->keeper.target != KEEP_FILE)
		spool_open(&app->spool);
	attendant_ask_from(&app->attendant, ERRAND_START, &app->keeper.log, &app->spool.log);
}

/* What only root can do, but recording goes on without. */
static void use_privilege(struct app *app)
{
	struct err e;

	/* Before the limits and the priority, which are the recorder's alone. */
	start_attendant(app);
	process_raise_limits(&app->voice);
	if (process_priority((int)app->conf.priority_boost, &e) != 0)
		say(&app->voice, LOG_WARNING, "%s", e.text);
	app->pid_file = process_pid_file(&e);
	if (app->pid_file < 0)
		say(&app->voice, LOG_WARNING, "%s", e.text);
	/* Others may look into it: a plugin has its socket there. */
	if (file_make_folder(app->conf.run_dir, 0755, &e) != 0)
		say(&app->voice, LOG_WARNING, "%s", e.text);
	if (spool_init(&app->spool, app->conf.run_dir, &app->voice, &e) != 0)
		say(&app->voice, LOG_WARNING, "%s", e.text);
	if (keeper_prepare(&app->conf, app->run.foreground, &e) != 0)
		say(&app->voice, LOG_WARNING, "%s", e.text);
	seal_prepare(app);
	health_prepare(app);
	recover_prepare(app);
}

/* In this order: what is open when the sandbox is entered stays so, and no thread runs before. */
static int start(struct app *app, struct err *e)
{
	struct keep_company company = {.voice = &app->voice,
				       .attendant = &app->attendant,
				       .spool = &app->spool,
				       .ctx = app,
				       .put_gap = record_gap};

	if (loop_init(app, e) != 0 || reader_init(&app->reader, &app->keeper, &app->voice, e) != 0)
		return -1;
	if (open_kernel(app, e) != 0)
		return -1;
	use_privilege(app);
	confine_enter(&app->confine, &app->run.place, &app->conf, &app->voice);
	company.listener = seal_listener(app);
	if (reader_set_style(&app->reader, &app->conf, app->node, e) != 0 ||
	    keeper_open(&app->keeper, &app->conf, app->run.foreground, &company, e) != 0)
		return -1;
	/* It reads the log: nobody else has begun to. */
	if (seal_begin(app))
		keeper_rotate(&app->keeper);
	keeper_begin(&app->keeper, &app->conf);
	release_attendant(app);
	if (register_daemon(app, e) != 0)
		return -1;
	keeper_tick(&app->keeper);
	return 0;
}

/* Ends the registration, and takes what the kernel had sent until then. */
static void unregister(struct app *app)
{
	struct err e;

	if (!app->is_registered)
		return;
	if (set_pid(app, 0, &e) != 0)
		say(&app->voice, LOG_WARNING, "%s", e.text);
	if (reader_drain(&app->reader, &e) != 0)
		say(&app->voice, LOG_WARNING, "%s", e.text);
}

static void finish(struct app *app)
{
	unregister(app);
	reload_abandon(app);
	attendant_stop(&app->attendant, app->pid_file >= 0, PATIENCE_MS);
	recover_release(app);
	health_release(app);
	seal_release(app);
	keeper_close(&app->keeper);
	spool_close(&app->spool);
	reader_release(&app->reader);
	audit_socket_close(&app->control_socket);
	loop_release(app);
	process_forget_pid(&app->pid_file);
	auditd_conf_release(&app->conf);
}

static int run(struct app *app)
{
	struct sender sender;
	enum exit_code code;
	struct err e;

	if (start(app, &e) != 0) {
		say(&app->voice, LOG_ERR, "%s", e.text);
		code = app->is_refused ? EXIT_PRIVILEGE : EXIT_INIT;
		process_ready(app, code);
		return (int)code;
	}
	health_begin(app);
	recover_begin(app);
	process_ready(app, EXIT_STOPPED);
	say(&app->voice, LOG_NOTICE, "auditd " AURUM_VERSION " records (format %s)",
	    app->conf.log_format == LOG_FORMAT_ENRICHED ? "enriched" : "raw");
	if (loop_run(app, &e) != 0) {
		say(&app->voice, LOG_ERR, "%s", e.text);
		record_abort(app, "error-halt");
		return EXIT_INIT;
	}
	sender_read(app, &sender);
	unregister(app);
	keeper_last_words(&app->keeper);
	health_last_words(app);
	seal_tick(app);
	record_signal(app, AUDIT_DAEMON_END, "terminate", "success", &sender);
	seal_end(app);
	attendant_stop(&app->attendant, app->pid_file >= 0, PATIENCE_MS);
	say(&app->voice, LOG_INFO, "the audit daemon is exiting");
	return EXIT_STOPPED;
}

int main(int argc, char **argv)
{
	/* Large: it holds the buffers that records are received into. */
	static struct app app;
	struct err e;
	int code;

	if (file_fill_standard() != 0)
		return EXIT_INIT;
	code = read_options(&app.run, argc, argv);
	if (code >= 0)
		return code;
	app.parent = app.pid_file = app.signals = app.wake = app.report = app.tick = app.others =
		-1;
	app.attendant = ATTENDANT_NONE;
	app.spool.log.fd = app.seal.kept = -1;
	app.control_socket = app.reader.socket = AUDIT_SOCKET_CLOSED;
	app.voice = (struct voice){.name = "auditd",
				   .to_stderr = true,
				   .to_syslog = !app.run.foreground,
				   .is_talkative = app.run.foreground};
	if (!can_control() && geteuid() != 0) {
		say(&app.voice, LOG_ERR,
		    "recording needs root or the capability CAP_AUDIT_CONTROL");
		return EXIT_PRIVILEGE;
	}
	if (load_config(&app.run.place, &app.conf, &app.voice) != 0)
		return EXIT_CONFIG;
	if (!can_control() && app.conf.local_events) {
		say(&app.voice, LOG_ERR,
		    "recording this machine's events needs the capability CAP_AUDIT_CONTROL, which "
		    "this root does not have (a container?)");
		return EXIT_PRIVILEGE;
	}
	if (load_node(&app.conf, app.node, sizeof(app.node), &e) != 0) {
		say(&app.voice, LOG_ERR, "%s", e.text);
		return EXIT_INIT;
	}
	load_warn(&app.conf, &app.voice);
	seal_take_over(&app);
	if (!app.run.foreground && process_detach(&app, &e) != 0) {
		say(&app.voice, LOG_ERR, "%s", e.text);
		return EXIT_INIT;
	}
	code = run(&app);
	finish(&app);
	return code;
}

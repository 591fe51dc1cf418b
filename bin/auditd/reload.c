/*
 * SIGHUP: the file is read and checked in a thread, because groups and node names may need a
 * name service; the loop then takes over what is good. A file with a mistake changes nothing.
 */
#include "auditd/app.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <syslog.h>

struct reload {
	pthread_t thread;
	struct conf_place place;
	struct voice voice;
	struct sender sender;
	int wake;   /* borrowed: the loop's eventfd */
	bool again; /* another SIGHUP came meanwhile */
	int status;
	struct auditd_conf conf;
	char node[NODE_MAX];
};

static void *run(void *arg)
{
	struct reload *r = arg;
	struct err e;

	r->status = load_config(&r->place, &r->conf, &r->voice);
	if (r->status == 0 && load_node(&r->conf, r->node, sizeof(r->node), &e) != 0) {
		say(&r->voice, LOG_ERR, "%s", e.text);
		auditd_conf_release(&r->conf);
		r->status = -1;
	}
	(void)!eventfd_write(r->wake, 1);
	return NULL;
}

static void refuse(struct app *app, const struct sender *s)
{
	say(&app->voice, LOG_ERR, "the configuration stays as it was");
	record_signal(app, AUDIT_DAEMON_CONFIG, "reconfigure state=no-change", "failed", s);
}

void reload_start(struct app *app)
{
	struct sender sender;
	struct reload *r;
	int failure;

	if (app->reload) {
		app->reload->again = true;
		return;
	}
	sender_read(app, &sender);
	r = calloc(1, sizeof(*r));
	if (!r) {
		refuse(app, &sender);
		return;
	}
	r->place = app->run.place;
	r->voice = app->voice;
	r->sender = sender;
	r->wake = app->wake;
	failure = pthread_create(&r->thread, NULL, run, r);
	if (failure) {
		errno = failure;
		say(&app->voice, LOG_ERR, "cannot read the configuration: no thread");
		refuse(app, &sender);
		free(r);
		return;
	}
	app->reload = r;
}

/* Takes the new configuration over; what is read at start only keeps its value. */
static void apply(struct app *app, struct reload *r)
{
	struct auditd_conf old = app->conf;
	struct err e;

	say(&app->voice, LOG_NOTICE, "config change requested by pid=%d auid=%u subj=%s",
	    (int)r->sender.pid, r->sender.auid, r->sender.context[0] ? r->sender.context : "?");
	r->conf.local_events = old.local_events;
	r->conf.verify_email = old.verify_email;
	r->conf.confine = old.confine;
	r->conf.seal = old.seal;
	r->conf.seal_checkpoint_ms = old.seal_checkpoint_ms;
	r->conf.seal_epoch_s = old.seal_epoch_s;
	r->conf.seal_leaves = old.seal_leaves;
	r->conf.seal_key = old.seal_key;
	if (process_priority((int)r->conf.priority_boost - (int)old.priority_boost, &e) != 0)
		say(&app->voice, LOG_WARNING, "%s", e.text);
	app->conf = r->conf;
	memcpy(app->node, r->node, sizeof(app->node));
	if (reader_set_style(&app->reader, &app->conf, app->node, &e) != 0)
		say(&app->voice, LOG_ERR, "%s", e.text);
	keeper_reconfigure(&app->keeper, &app->conf);
	seal_reconfigure(app);
	load_warn(&app->conf, &app->voice);
	loop_set_report(app);
	auditd_conf_release(&old);
	/* Before the record: plugins that begin now are to get it, and actions are the new ones. */
	attendant_ask_from(&app->attendant, ERRAND_RELOAD, &app->keeper.log, &app->spool.log);
	record_reconfigured(app, &r->sender);
	keeper_tick(&app->keeper);
}

void reload_finish(struct app *app)
{
	struct reload *r = app->reload;
	eventfd_t count;
	struct err e;

	if (!r || eventfd_read(app->wake, &count) != 0)
		return;
	(void)pthread_join(r->thread, NULL);
	app->reload = NULL;
	if (r->status == 0 && (confine_check(&app->confine, &r->conf, &e) != 0 ||
			       seal_check(app, &r->conf, &e) != 0)) {
		say(&app->voice, LOG_ERR, "%s", e.text);
		auditd_conf_release(&r->conf);
		r->status = -1;
	}
	if (r->status == 0)
		apply(app, r);
	else
		refuse(app, &r->sender);
	if (r->again)
		reload_start(app);
	free(r);
}

void reload_abandon(struct app *app)
{
	struct reload *r = app->reload;

	if (!r)
		return;
	/* It may hang in a name service: the process is about to end, which ends it too. */
	(void)pthread_detach(r->thread);
	app->reload = NULL;
}

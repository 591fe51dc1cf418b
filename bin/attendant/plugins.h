/*
 * All plugins: those that plugin_dir says, started, fed in turns, reloaded and stopped.
 *
 *	a->plugins = plugins_new(a, &e);
 *	plugins_begin(a->plugins);		-- recording begins
 *	for (;;) wait(plugins_turn(a->plugins));
 *	plugins_stop(a->plugins);
 *	plugins_free(a->plugins);
 */
#ifndef AURUM_ATTENDANT_PLUGINS_H
#define AURUM_ATTENDANT_PLUGINS_H

#include "attendant/attend.h"

struct plugins;

/* Nothing is read or started yet. */
MUST_CHECK struct plugins *plugins_new(struct attend *a, struct err *e);
void plugins_free(struct plugins *p);

/* Reads plugin_dir and starts what is active, as soon as no other attendant is at work. */
void plugins_begin(struct plugins *p);
/* SIGHUP, with the new configuration: plugins that come, go, change or stay. */
void plugins_reload(struct plugins *p);
/* SIGUSR2 */
void plugins_resume(struct plugins *p);
/* The log has grown. */
void plugins_wake(struct plugins *p);
/* A bounded turn for each. How long to wait for the next, in ms; -1: until something happens. */
MUST_CHECK int plugins_turn(struct plugins *p);
/* Once a second. */
void plugins_tick(struct plugins *p);
/* False: it was none of the plugins. */
bool plugins_ended(struct plugins *p, pid_t pid, int status);
/* How many of the newest rotated files of the log some plugin has not read to their end. */
unsigned plugins_unread(struct plugins *p);
/* Gives them what is in the log, for a bounded time, and ends them. */
void plugins_stop(struct plugins *p);

#endif

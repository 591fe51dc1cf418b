/*
 * The files of plugin_dir: one a plugin, NAME.conf. Source: auditd-plugins(5).
 *
 *	struct plugin_conf conf;
 *	plugin_conf_init(&conf);
 *	if (plugin_conf_parse(&conf, text, &problems) == 0 && conf.active) ...
 *	plugin_conf_release(&conf);
 */
#ifndef AURUM_CONFIG_PLUGIN_CONF_H
#define AURUM_CONFIG_PLUGIN_CONF_H

#include "config/config.h"

enum plugin_direction { PLUGIN_OUT, PLUGIN_IN };
enum plugin_type { PLUGIN_ALWAYS, PLUGIN_BUILTIN };
enum plugin_format { PLUGIN_STRING, PLUGIN_BINARY };

struct plugin_conf {
	bool active;
	enum plugin_direction direction;
	enum plugin_type type;
	enum plugin_format format;
	const char *path; /* NULL when not given */
	const char *args; /* as written, NULL when not given */
	struct arena memory;
};

extern const struct config_set plugin_conf_set;

void plugin_conf_init(struct plugin_conf *conf); /* the defaults */
void plugin_conf_release(struct plugin_conf *conf);

/* 0, or -1 with at least one error: an active plugin without a path is one too. */
MUST_CHECK int plugin_conf_parse(struct plugin_conf *conf, struct sv text,
				 struct config_problems *problems);

/* Whether a file of the folder is one: NAME.conf with one dot, not at the start. */
bool plugin_conf_is_name(struct sv name);

#endif

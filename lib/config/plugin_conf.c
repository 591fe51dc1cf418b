/* The rows of a plugin's file. Starting plugins is the daemon's. */
#include "config/plugin_conf.h"

#define MEMORY_MAX (1u << 20)

static const struct config_word directions[] = {{"out", PLUGIN_OUT}, {"in", PLUGIN_IN}, {NULL, 0}};
static const struct config_word types[] = {
	{"always", PLUGIN_ALWAYS}, {"builtin", PLUGIN_BUILTIN}, {NULL, 0}};
static const struct config_word plugin_formats[] = {
	{"string", PLUGIN_STRING}, {"binary", PLUGIN_BINARY}, {NULL, 0}};

#define CONF struct plugin_conf

static const struct config_row rows[] = {
	{"active", CONFIG_BOOL(CONF, active), .fallback = "no",
	 .doc = "Whether the plugin is started."},
	{"direction", CONFIG_CHOICE(CONF, direction), .fallback = "out", .words = directions,
	 .doc = "Accepted for old files: every plugin gets events."},
	{"path", CONFIG_PATH(CONF, path), .doc = "The plugin's program."},
	{"type", CONFIG_CHOICE(CONF, type), .fallback = "always", .words = types,
	 .doc = "Accepted for old files."},
	{"args", CONFIG_OTHER(CONF, args, const char *, config_parse_text),
	 .allowed = "words with blanks between them", .doc = "Arguments of the program."},
	{"format", CONFIG_CHOICE(CONF, format), .fallback = "string", .words = plugin_formats,
	 .doc = "How the plugin gets events: lines of text, or records with a binary header."},
};

const struct config_set plugin_conf_set = {.rows = rows, .count = LEN(rows)};

void plugin_conf_init(struct plugin_conf *conf)
{
	*conf = (struct plugin_conf){0};
	arena_init(&conf->memory, MEMORY_MAX);
	config_defaults(&plugin_conf_set, conf, &conf->memory);
}

void plugin_conf_release(struct plugin_conf *conf)
{
	if (conf)
		arena_release(&conf->memory);
}

int plugin_conf_parse(struct plugin_conf *conf, struct sv text, struct config_problems *problems)
{
	size_t errors = problems->errors;

	(void)!config_parse(&plugin_conf_set, text, conf, &conf->memory, NULL, problems);
	if (conf->active && !conf->path && conf->type != PLUGIN_BUILTIN)
		config_error(problems, 0, "an active plugin needs a path");
	return problems->errors == errors ? 0 : -1;
}

bool plugin_conf_is_name(struct sv name)
{
	return name.n > 5 && sv_ends(name, SV(".conf")) && sv_index(name, '.') == name.n - 5;
}

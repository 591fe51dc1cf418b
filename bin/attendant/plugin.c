/* From a file of plugin_dir to a command line. Starting it is consumer.c's. */
#include "attendant/plugin.h"

#include "base/file.h"
#include "config/auditd_conf.h"
#include "log/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <syslog.h>

/* What was a part of the daemon until 4.0 is a program beside it. */
#define BUILTIN         SV("builtin_af_unix")
#define BUILTIN_PROGRAM "audisp-af_unix"

static void tell_problems(const struct config_problems *p, const char *path,
			  const struct voice *voice)
{
	for (size_t i = 0; i < p->count; i++) {
		CLEANUP(buf_release) struct buf line = BUF_INIT(8192);

		config_put_problem(&p->list[i], path, &line);
		say(voice, p->list[i].is_error ? LOG_ERR : LOG_WARNING, "%s", buf_cstr(&line));
	}
}

/* NUL behind it, in the configuration's memory; NULL without memory. */
static const char *keep(struct plugin *p, struct sv word)
{
	char *copy = arena_alloc(&p->conf.memory, word.n + 1);

	if (!copy)
		return NULL;
	memcpy(copy, word.p, word.n);
	copy[word.n] = '\0';
	return copy;
}

/* The words of args behind the program. */
static int split_args(struct plugin *p, struct err *e)
{
	struct sv rest = sv_cstr(p->conf.args), word;
	size_t n = 0;

	p->argv[n++] = p->conf.path;
	while (sv_word(&rest, &word)) {
		if (n == PLUGIN_WORDS_MAX)
			return err_set(e, "more than %d arguments", PLUGIN_WORDS_MAX - 1);
		p->argv[n] = keep(p, word);
		if (!p->argv[n++])
			return err_set(e, "no memory for the arguments");
	}
	p->argv[n] = NULL;
	return 0;
}

/* The program that took a builtin's place; its last argument is what format was for. */
static int replace_builtin(struct plugin *p, struct err *e)
{
	char folder[LOG_PATH_MAX], path[LOG_PATH_MAX + sizeof("/" BUILTIN_PROGRAM)], args[1024];

	if (p->conf.path && !sv_eq(sv_cstr(p->conf.path), BUILTIN))
		return err_set(e, "no plugin is built in as %s", p->conf.path);
	if (file_own_folder(folder, sizeof(folder), e) != 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/" BUILTIN_PROGRAM, folder);
	(void)snprintf(args, sizeof(args), "%s %s",
		       p->conf.args ? p->conf.args : "0640 " AURUM_RUNDIR "/audit/audispd_events",
		       p->conf.format == PLUGIN_BINARY ? "binary" : "string");
	p->conf.path = keep(p, sv_cstr(path));
	p->conf.args = keep(p, sv_cstr(args));
	return p->conf.path && p->conf.args ? 0 : err_set(e, "no memory for the arguments");
}

/*
 * As the reference: the owner may do everything, the group may read and run. Beyond it, nobody
 * but the owner and the group may write: the program runs as root.
 */
static int check_program(struct plugin *p, struct err *e)
{
	const mode_t needed = S_IRWXU | S_IRGRP | S_IXGRP;
	struct stat st;

	if (!p->conf.path)
		return err_set(e, "an active plugin needs a path");
	if (stat(p->conf.path, &st) != 0)
		return err_sys(e, "cannot examine %s", p->conf.path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "%s is not a regular file", p->conf.path);
	if (st.st_uid != 0)
		return err_set(e, "%s is not owned by root", p->conf.path);
	if ((st.st_mode & needed) != needed || st.st_mode & S_IWOTH)
		return err_set(e, "the permissions of %s should be 0750 and are %04o", p->conf.path,
			       (unsigned)st.st_mode & 07777);
	p->device = st.st_dev;
	p->inode = st.st_ino;
	p->changed_ns = (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
	return 0;
}

static int parse(struct plugin *p, const char *path, struct sv text, const struct voice *voice)
{
	struct config_problems problems;
	int status;

	memset(&problems, 0, sizeof(problems));
	status = plugin_conf_parse(&p->conf, text, &problems);
	tell_problems(&problems, path, voice);
	return status;
}

static int prepare(struct plugin *p, struct err *e)
{
	if ((p->conf.type == PLUGIN_BUILTIN ||
	     (p->conf.path && sv_eq(sv_cstr(p->conf.path), BUILTIN))) &&
	    replace_builtin(p, e) != 0)
		return -1;
	return check_program(p, e) == 0 && split_args(p, e) == 0 ? 0 : -1;
}

enum plugin_status plugin_load(struct plugin *p, const char *folder, const char *file,
			       bool allow_links, const struct voice *voice)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	char path[LOG_PATH_MAX + PLUGIN_NAME_MAX];
	struct err e = {.text = ""};
	bool is_good;

	*p = (struct plugin){.inode = 0};
	(void)snprintf(path, sizeof(path), "%s/%s", folder, file);
	(void)snprintf(p->name, sizeof(p->name), "%.*s", (int)(strlen(file) - strlen(".conf")),
		       file);
	if (config_read_file(path, allow_links, 0, &text, &e) != CONFIG_FILE_READ) {
		say(voice, LOG_ERR, "plugin %s is not started: %s", p->name, e.text);
		return PLUGIN_REFUSED;
	}
	plugin_conf_init(&p->conf);
	is_good = parse(p, path, buf_view(&text), voice) == 0;
	if (is_good && !p->conf.active) {
		plugin_release(p);
		return PLUGIN_INACTIVE;
	}
	if (is_good && prepare(p, &e) == 0)
		return PLUGIN_ACTIVE;
	say(voice, LOG_ERR, "plugin %s is not started%s%s", p->name, e.text[0] ? ": " : "", e.text);
	plugin_release(p);
	return PLUGIN_REFUSED;
}

void plugin_release(struct plugin *p)
{
	plugin_conf_release(&p->conf);
}

static bool is_same_text(const char *a, const char *b)
{
	return sv_eq(sv_cstr(a), sv_cstr(b));
}

bool plugin_is_same(const struct plugin *p, const struct plugin *q)
{
	return is_same_text(p->conf.path, q->conf.path) &&
	       is_same_text(p->conf.args, q->conf.args) && p->conf.format == q->conf.format &&
	       p->device == q->device && p->inode == q->inode && p->changed_ns == q->changed_ns;
}

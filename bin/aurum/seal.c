/* aurum seal: the table of its verbs, and which log they are about. Each verb is a file of its own. */
#include "aurum/seal.h"

#include "base/file.h"
#include "base/num.h"
#include "common/log.h"
#include "integrity/reserve.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>

#define CONFIG_MAX ((size_t)1 << 20)

static const struct verb rows[] = {
#define VERB(name, help) {#name, seal_##name##_main, help},
#include "aurum/seal.def"
#undef VERB
};
static const struct verb_set verbs = {"aurum seal", "VERB [OPTION...]", rows, LEN(rows)};

static const struct option_row options[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/seal_options.def"
#undef OPTION
};

/* ---- the command line ---- */

struct reading {
	struct seal_host *place;
	const struct option_set *set;
};

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	struct reading *reading = arg;

	switch (hit->id) {
	case 1000:
		reading->place->config_dir = hit->value;
		return FRAME_ON;
	case 'h':
		return frame_help(reading->set, e);
	default:
		return frame_stray_word(hit, e);
	}
}

int seal_options(const char *program, const char *summary, int argc, char **argv,
		 struct seal_host *place)
{
	const struct option_set set = {.program = program,
				       .usage = "[OPTION...]",
				       .summary = summary,
				       .style = OPTION_GETOPT,
				       .rows = options,
				       .count = LEN(options)};
	struct reading reading = {place, &set};

	*place = (struct seal_host){.config_dir = LOG_CONFIG_DIR};
	if (frame_start() != 0)
		return EXIT_TROUBLE;
	return verb_options(&set, argc, argv, take, &reading);
}

/* ---- the place ---- */

static void tell_problems(const struct config_problems *problems, const char *path)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(CONFIG_MAX);

	for (size_t i = 0; i < problems->count; i++) {
		buf_reset(&line);
		config_put_problem(&problems->list[i], path, &line);
		say("seal: %s", buf_cstr(&line));
	}
}

static int read_conf(struct seal_host *place)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CONFIG_MAX);
	static struct config_problems problems; /* too big for the stack, and used once */
	char path[SEAL_PATH_BYTES];
	struct err e;

	(void)snprintf(path, sizeof(path), "%s/" AUDITD_CONF_NAME, place->config_dir);
	if (file_read(path, &text, &e) != 0) {
		if (e.sys == ENOENT)
			return 0;
		say("seal: %s", e.text);
		return -1;
	}
	if (auditd_conf_parse(&place->conf, buf_view(&text), &problems) == 0)
		return 0;
	tell_problems(&problems, path);
	return -1;
}

static int find_group(struct seal_host *place)
{
	const char *name = place->conf.log_group;
	const struct group *group;
	uint32_t number;

	if (!name || strcmp(name, "root") == 0)
		return 0;
	if (num_u32(sv_cstr(name), &number)) {
		place->group = number;
		return 0;
	}
	group = getgrnam(name);
	if (!group) {
		say("seal: there is no group %s, that log_group names", name);
		return -1;
	}
	place->group = group->gr_gid;
	return 0;
}

int seal_host_find(struct seal_host *place)
{
	auditd_conf_init(&place->conf);
	if (read_conf(place) != 0 || find_group(place) != 0)
		return -1;
	if (integrity_path(place->conf.log_file, place->evidence) &&
	    (size_t)snprintf(place->keys, sizeof(place->keys), "%s/" RESERVE_FOLDER,
			     place->conf.state_dir) < sizeof(place->keys))
		return 0;
	say("seal: the names of the log's folders are too long");
	return -1;
}

void seal_host_release(struct seal_host *place)
{
	auditd_conf_release(&place->conf);
}

/* ---- verbs ---- */

int seal_help_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	verb_usage(&verbs, stdout);
	return EXIT_DONE;
}

int seal_main(int argc, char **argv)
{
	return verb_run(&verbs, argc, argv);
}

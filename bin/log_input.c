/* Finds and opens the log. */
#include "log_input.h"

#include "base/file.h"
#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pipe that gives nothing for so long completes the events that are open. */
#define PIPE_IDLE_MS 3000

int64_t log_input_boot(int64_t now)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(256);
	struct sv whole, rest;
	uint64_t seconds;

	if (file_read("/proc/uptime", &text, NULL) != 0 ||
	    !sv_cut(buf_view(&text), '.', &whole, &rest) || !num_u64(whole, &seconds))
		return -1;
	/* Rounded, as the reference does. */
	if (rest.n && rest.p[0] >= '5')
		seconds++;
	return now - (int64_t)seconds;
}

void log_input_config(const struct log_input *in, struct auditd_conf *conf)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	CLEANUP(buf_release) struct buf line = BUF_INIT(CONFIG_FILE_MAX);
	static struct config_problems problems; /* too big for the stack, and used once */
	char path[4096];
	struct err e;

	auditd_conf_init(conf);
	(void)snprintf(path, sizeof(path), "%s/%s", in->config_dir, AUDITD_CONF_NAME);
	if (file_read(path, &text, &e) != 0) {
		if (e.sys != ENOENT || !in->input)
			(void)fprintf(stderr, "%s: %s: using the default log %s\n", in->program,
				      e.text, conf->log_file);
		return;
	}
	if (auditd_conf_parse(conf, buf_view(&text), &problems) == 0)
		return;
	for (size_t i = 0; i < problems.count; i++) {
		buf_reset(&line);
		config_put_problem(&problems.list[i], path, &line);
		(void)fprintf(stderr, "%s: %s\n", in->program, buf_cstr(&line));
	}
}

static int open_folder(struct cursor *c, const char *folder, struct err *e)
{
	char path[4096 + 16];

	(void)snprintf(path, sizeof(path), "%s%saudit.log", folder,
		       folder[0] && folder[strlen(folder) - 1] == '/' ? "" : "/");
	(void)fprintf(stderr, "NOTE - using logs in %s\n", path);
	return cursor_open_set(c, path, e);
}

int log_input_open(const struct log_input *in, const char *log_file, struct cursor *c,
		   struct err *e)
{
	struct stat st;

	if (in->input) {
		if (stat(in->input, &st) == 0 && S_ISDIR(st.st_mode))
			return open_folder(c, in->input, e);
		return cursor_open_file(c, in->input, e);
	}
	if (!in->only_logs && fstat(STDIN_FILENO, &st) == 0 && S_ISFIFO(st.st_mode)) {
		cursor_set_idle(c, PIPE_IDLE_MS);
		return cursor_open_fd(c, STDIN_FILENO, "stdin", e);
	}
	return cursor_open_set(c, log_file, e);
}

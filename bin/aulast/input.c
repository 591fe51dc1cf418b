/*
 * Opens the log and runs the search. Everything that is said goes to standard error, with the
 * program's name in front.
 */
#include "input.h"

#include "base/file.h"
#include "log/cursor.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define CONF_PATH AURUM_SYSCONFDIR "/audit/" AUDITD_CONF_NAME

/* Where the logs are, and how long events stay open. A missing file means the defaults. */
static void load_config(const struct input *input, struct auditd_conf *conf)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	CLEANUP(buf_release) struct buf line = BUF_INIT(CONFIG_FILE_MAX);
	static struct config_problems problems; /* too big for the stack, and used once */
	struct err e;

	auditd_conf_init(conf);
	if (file_read(CONF_PATH, &text, &e) != 0) {
		if (e.sys != ENOENT)
			(void)fprintf(stderr, "%s: %s: using the default log %s\n", input->program,
				      e.text, conf->log_file);
		return;
	}
	if (auditd_conf_parse(conf, buf_view(&text), &problems) == 0)
		return;
	for (size_t i = 0; i < problems.count; i++) {
		buf_reset(&line);
		config_put_problem(&problems.list[i], CONF_PATH, &line);
		(void)fprintf(stderr, "%s: %s\n", input->program, buf_cstr(&line));
	}
}

static int open_cursor(const struct input *input, const struct auditd_conf *conf, struct cursor *c,
		       struct err *e)
{
	int fd;

	if (input->file)
		return cursor_open_file(c, input->file, e);
	if (!input->standard_input)
		return cursor_open_set(c, conf->log_file, e);
	fd = dup(STDIN_FILENO);
	if (fd < 0)
		return err_sys(e, "cannot read standard input");
	return cursor_open_fd(c, fd, "standard input", e);
}

int input_scan(const struct input *input, const struct query *query,
	       enum scan_next (*found)(void *arg, const struct event *event), void *arg)
{
	CLEANUP(auditd_conf_release) struct auditd_conf conf;
	CLEANUP(cursor_release) struct cursor cursor;
	struct join_options join_options = {.order = JOIN_CLOSING};
	struct scan scan = {.query = query, .cursor = &cursor, .found = found, .arg = arg};
	struct err e;
	int status;

	load_config(input, &conf);
	cursor_init(&cursor);
	join_options.timeout_s = (int64_t)conf.end_of_event_timeout;
	if (open_cursor(input, &conf, &cursor, &e) != 0 ||
	    !(scan.join = join_new(&join_options, &e))) {
		(void)fprintf(stderr, "%s: %s\n", input->program, e.text);
		return -1;
	}
	status = scan_run(&scan, &e);
	if (status != 0)
		(void)fprintf(stderr, "%s: %s\n", input->program, e.text);
	if (scan.malformed_lines)
		(void)fprintf(stderr, "%s: lines that are no records: %llu\n", input->program,
			      (unsigned long long)scan.malformed_lines);
	join_free(scan.join);
	return status;
}

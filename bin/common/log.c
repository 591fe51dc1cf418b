/* Finds, opens and reads the log, and tells what is wrong with it. */
#include "common/log.h"

#include "base/file.h"
#include "common/frame.h"
#include "config/auditd_conf.h"
#include "log/cursor.h"
#include "query/prune.h"
#include "record/escape.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define PIPE_IDLE_MS 3000
#define EXPLAIN_MAX  ((size_t)16 << 20)
#define DEBUG_MAX    ((size_t)1 << 20)
#define PATH_BYTES   4096

/* ---- auditd.conf ---- */

static void tell_problems(const char *program, const char *path,
			  const struct config_problems *problems)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(CONFIG_FILE_MAX);

	for (size_t i = 0; i < problems->count; i++) {
		buf_reset(&line);
		config_put_problem(&problems->list[i], path, &line);
		frame_say(program, "%s", buf_cstr(&line));
	}
}

/* Which log, and how long events stay open: the defaults where the file does not say. */
static void load_config(const struct log_choice *choice, bool names_log, struct auditd_conf *conf)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	static struct config_problems problems; /* too big for the stack, and used once */
	char path[PATH_BYTES];
	struct err e;

	auditd_conf_init(conf);
	(void)snprintf(path, sizeof(path), "%s/%s", choice->config_dir, AUDITD_CONF_NAME);
	if (file_read(path, &text, &e) == 0) {
		if (auditd_conf_parse(conf, buf_view(&text), &problems) != 0 && !choice->is_quiet)
			tell_problems(choice->program, path, &problems);
	} else if (choice->is_quiet) {
		return;
	} else if (names_log && !(choice->config_may_miss && e.sys == ENOENT)) {
		frame_say(choice->program, "%s: using the default log %s", e.text, conf->log_file);
	} else if (e.sys != ENOENT) {
		frame_say(choice->program, "%s: using the default timeout", e.text);
	}
}

/* ---- the log ---- */

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool reads_stdin(const struct log_choice *choice)
{
	struct stat st;

	switch (choice->standard_input) {
	case STDIN_UNUSED:
		break;
	case STDIN_IF_PIPE:
		return fstat(STDIN_FILENO, &st) == 0 && S_ISFIFO(st.st_mode);
	case STDIN_ALWAYS:
		return true;
	}
	return false;
}

static enum log_kind kind_of(const struct log_choice *choice)
{
	if (choice->path)
		return is_folder(choice->path) ? LOG_SET : LOG_FILE;
	return reads_stdin(choice) ? LOG_PIPE : LOG_SET;
}

static void put_folder_log(const char *folder, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%s%saudit.log", folder,
		       folder[0] && folder[strlen(folder) - 1] == '/' ? "" : "/");
}

static int open_folder(struct cursor *c, const struct log_choice *choice, struct err *e)
{
	char path[PATH_BYTES + 16];

	put_folder_log(choice->path, path, sizeof(path));
	if (!choice->is_quiet)
		(void)fprintf(stderr, "NOTE - using logs in %s\n", path);
	return cursor_open_set(c, path, e);
}

/* All files of a log are open at once, and of one that is kept for ever there are many. */
static void allow_many_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files); /* opening says it if there are too many */
}

static int open_cursor(struct log *log, const struct log_choice *choice, const char *log_file,
		       struct err *e)
{
	switch (log->kind) {
	case LOG_FILE:
		return cursor_open_file(&log->cursor, choice->path, e);
	case LOG_PIPE:
		if (choice->standard_input == STDIN_IF_PIPE)
			cursor_set_idle(&log->cursor, PIPE_IDLE_MS);
		return cursor_open_fd(&log->cursor, STDIN_FILENO, "stdin", e);
	case LOG_SET:
		break;
	}
	allow_many_files();
	return choice->path ? open_folder(&log->cursor, choice, e)
			    : cursor_open_set(&log->cursor, log_file, e);
}

int log_open(struct log *log, const struct log_choice *choice, struct err *e)
{
	CLEANUP(auditd_conf_release) struct auditd_conf conf;
	struct join_options options = {.order = choice->order, .timeout_s = choice->timeout_s};

	*log = (struct log){
		.kind = kind_of(choice),
		.explains = choice->explain ? choice->program : NULL,
		.no_index = choice->no_index,
	};
	cursor_init(&log->cursor);
	load_config(choice, log->kind == LOG_SET && !choice->path, &conf);
	if (!options.timeout_s)
		options.timeout_s = (int64_t)conf.end_of_event_timeout;
	if (open_cursor(log, choice, conf.log_file, e) != 0)
		return -1;
	log->join = join_new(&options, e);
	return log->join ? 0 : -1;
}

int log_where(const struct log_choice *choice, char path[LOG_PATH_BYTES], int64_t *timeout_s,
	      struct err *e)
{
	CLEANUP(auditd_conf_release) struct auditd_conf conf;
	char named[PATH_BYTES + 16], folder[PATH_BYTES] = "";
	int n;

	load_config(choice, !choice->path, &conf);
	if (!choice->path)
		(void)snprintf(named, sizeof(named), "%s", conf.log_file);
	else if (is_folder(choice->path))
		put_folder_log(choice->path, named, sizeof(named));
	else
		(void)snprintf(named, sizeof(named), "%s", choice->path);
	if (named[0] != '/' && !getcwd(folder, sizeof(folder)))
		return err_sys(e, "cannot tell which folder this is");
	n = snprintf(path, LOG_PATH_BYTES, "%s%s%s", folder, folder[0] ? "/" : "", named);
	if (n < 0 || n >= LOG_PATH_BYTES)
		return err_set(e, "the path of %s is too long", named);
	*timeout_s = choice->timeout_s ? choice->timeout_s : (int64_t)conf.end_of_event_timeout;
	return 0;
}

void log_close(struct log *log)
{
	join_free(log->join);
	log->join = NULL;
	cursor_release(&log->cursor);
}

static void tell_plan(const char *program, const struct prune *plan)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(EXPLAIN_MAX);
	struct sv rest, line;

	prune_explain(plan, &text);
	if (!text.n)
		frame_say(program, "every line is read");
	for (rest = buf_view(&text); sv_line(&rest, &line);)
		frame_say(program, "%.*s", SV_FMT(line));
}

int log_scan(struct log *log, struct scan *scan, struct err *e)
{
	struct prune plan = PRUNE_INIT;
	int status;

	scan->cursor = &log->cursor;
	scan->join = log->join;
	scan->no_index = log->no_index;
	if (!log->explains)
		return scan_run(scan, e);
	scan->prune = &plan;
	status = scan_run(scan, e);
	scan->prune = NULL;
	if (!scan->has_left_out)
		tell_plan(log->explains, &plan);
	prune_release(&plan);
	return status;
}

/* ---- what is wrong with it ---- */

void log_tell_damage(const char *program, const struct log *log, const struct scan *scan,
		     const char *hint)
{
	if (scan->malformed_lines)
		frame_say(program, "lines that are no records: %llu%s%s%s",
			  (unsigned long long)scan->malformed_lines, hint ? " (" : "",
			  hint ? hint : "", hint ? ")" : "");
	if (log->cursor.stats.too_long)
		frame_say(program, "lines cut at %u bytes: %llu", CURSOR_LINE_MAX,
			  (unsigned long long)log->cursor.stats.too_long);
	if (log->join && join_stats(log->join)->forced)
		frame_say(program,
			  "events taken as complete early, because too much was open at a time: "
			  "%llu",
			  (unsigned long long)join_stats(log->join)->forced);
}

void log_tell_line(const char *program, struct sv line)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(DEBUG_MAX);

	escape_put(ESCAPE_TTY, line, &text);
	frame_say(program, "not a record: %s", buf_cstr(&text));
}

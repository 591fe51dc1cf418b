/* aurum index: the table of its verbs, and which files they are about. Each verb is a file of its own. */
#include "aurum/index.h"

#include "common/log.h"
#include "output/terminal.h"
#include "segment/names.h"

#include <sys/stat.h>

#define LINE_MAX ((size_t)1 << 20)

static const struct verb rows[] = {
#define VERB(name, help) {#name, index_##name##_main, help},
#include "aurum/index.def"
#undef VERB
};
static const struct verb_set verbs = {"aurum index", "VERB [OPTION...] [PATH...]", rows, LEN(rows)};

static const struct option_row options[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/index_options.def"
#undef OPTION
};

/* ---- the command line ---- */

struct reading {
	struct index_request *request;
	const struct option_set *set;
};

static enum frame_next take_path(struct index_request *r, const char *path, struct err *e)
{
	if (r->count < INDEX_PATHS_MAX) {
		r->paths[r->count++] = path;
		return FRAME_ON;
	}
	(void)err_set(e, "more than %d paths at a time", INDEX_PATHS_MAX);
	return FRAME_FAILED;
}

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	struct reading *reading = arg;
	struct index_request *r = reading->request;

	switch (hit->id) {
	case 'l':
		return take_path(r, hit->value, e);
	case 1000:
		r->config_dir = hit->value;
		return FRAME_ON;
	case 'h':
		return frame_help(reading->set, e);
	default:
		return take_path(r, hit->name, e);
	}
}

int index_options(const char *program, const char *summary, int argc, char **argv,
		  struct index_request *r)
{
	const struct option_set set = {.program = program,
				       .usage = "[OPTION...] [PATH...]",
				       .summary = summary,
				       .style = OPTION_GETOPT,
				       .rows = options,
				       .count = LEN(options)};
	struct reading reading = {r, &set};

	*r = (struct index_request){.config_dir = LOG_CONFIG_DIR};
	if (frame_start() != 0)
		return EXIT_TROUBLE;
	return verb_options(&set, argc, argv, take, &reading);
}

/* ---- the files ---- */

static int open_log(const struct index_request *r, const char *path, struct index_log *log,
		    struct err *e)
{
	const struct log_choice choice = {.program = "aurum",
					  .path = path,
					  .config_dir = r->config_dir,
					  .config_may_miss = true};
	struct stat st;

	_Static_assert(sizeof(log->path) == LOG_PATH_BYTES, "it holds what log_where() says");
	cursor_init(&log->cursor);
	if (log_where(&choice, log->path, &log->timeout_s, e) != 0)
		return -1;
	log->is_set = !path || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
	return log->is_set ? cursor_open_set(&log->cursor, log->path, e)
			   : cursor_open_file(&log->cursor, log->path, e);
}

int index_logs(const struct index_request *r, int (*each)(void *arg, struct index_log *log),
	       void *arg)
{
	int worst = EXIT_DONE;

	for (size_t i = 0; i < (r->count ? r->count : 1); i++) {
		struct index_log log = {.timeout_s = 0};
		struct err e = {0};
		int code = EXIT_TROUBLE;

		if (open_log(r, r->count ? r->paths[i] : NULL, &log, &e) == 0)
			code = each(arg, &log);
		else
			say("index: %s", e.text);
		cursor_release(&log.cursor);
		worst = code > worst ? code : worst;
	}
	return worst;
}

bool index_is_done(const struct index_log *log, size_t source)
{
	return !log->is_set || strcmp(log->cursor.sources[source]->name, log->path) != 0;
}

void index_say(const struct cursor_source *source, struct sv what)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(LINE_MAX);

	terminal_put(sv_cstr(source->name), &line);
	buf_puts(&line, ": ");
	terminal_put(what, &line);
	(void)printf("%s\n", buf_cstr(&line));
}

bool index_place(const struct cursor_source *source, struct segment_head *head, char *path)
{
	if (!cursor_source_head(source, head))
		index_say(source,
			  SV("it can have no index: no file of a log, and no segment of ours"));
	else if (!index_path(source->name, head, path))
		index_say(source, SV("its path is too long"));
	else
		return true;
	return false;
}

const struct cursor_source *index_owner(const struct index_log *log, const char *path,
					size_t source)
{
	for (size_t i = 0; i < log->cursor.count; i++) {
		const struct cursor_source *other = log->cursor.sources[i];
		struct segment_head head;
		char its[SEGMENT_PATH_MAX];
		struct index x;

		if (i == source || !cursor_source_head(other, &head) ||
		    !index_path(other->name, &head, its) || strcmp(its, path) != 0 ||
		    index_open(&x, its, &head, NULL) != INDEX_OPEN)
			continue;
		index_close(&x);
		return other;
	}
	return NULL;
}

/* ---- verbs ---- */

int index_help_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	verb_usage(&verbs, stdout);
	return EXIT_DONE;
}

int index_main(int argc, char **argv)
{
	return verb_run(&verbs, argc, argv);
}

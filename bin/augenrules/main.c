/*
 * augenrules: joins the files of rules.d into audit.rules, and loads them on demand; see
 * augenrules(8). What is joined how is lib/rule's.
 *
 * Exit codes are the reference's: 0 done, 1 not done, and what auditctl would exit with when the
 * rules are loaded. When the files cannot be joined audit.rules stays as it is and --load loads
 * that: rules of yesterday are better than none.
 */
#include "augenrules/app.h"

#include "base/file.h"
#include "common/frame.h"
#include "rule/rules_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define TEXT_MAX  ((size_t)RULES_FILE_MAX + 65536) /* the first line on top */
#define NAMES_MAX ((size_t)1 << 16)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "augenrules/options.def"
#undef OPTION
};
static const struct option_set options = {
	.program = "augenrules",
	.usage = "[--check|--load]",
	.summary = "Joins the files of /etc/audit/rules.d into /etc/audit/audit.rules.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

struct work {
	const char *program; /* as it was called: what is printed begins with it */
	const char *config_dir;
	bool only_check, load;
	struct buf folder, target; /* their paths */
	struct buf old, text;      /* of the target: as it is, as it is to be */
	bool is_new;               /* there is no target yet */
	struct rules_join join;
};

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct work *w = arg;

	switch (hit->id) {
	case 'k':
		w->only_check = true;
		break;
	case 'l':
		w->load = true;
		break;
	case 'c':
		w->config_dir = hit->value;
		break;
	case 'h':
		return frame_help(&options, e);
	case 'v':
		return frame_version(&options, e);
	default:
		return frame_stray_word(hit, e);
	}
	return FRAME_ON;
}

static void tell(const struct work *w, const char *text)
{
	(void)printf("%s: %s\n", w->program, text);
	(void)fflush(stdout); /* before what goes to standard error */
}

static int fail(const struct err *e)
{
	frame_say("augenrules", "%s", e->text);
	return EXIT_FAILURE;
}

/* Loads what is joined; tells of all lines that cannot be loaded when one stopped it. */
static int load(struct work *w)
{
	struct place stopped = {0};
	int code = load_join(&w->join, &stopped);

	if (stopped.file)
		advise(buf_cstr(&w->folder), &stopped);
	return code;
}

/* The rules cannot be joined; e says why. */
static int fall_back(struct work *w, const struct err *e)
{
	(void)fail(e);
	if (w->load && load_file(buf_cstr(&w->target)) == EXIT_SUCCESS)
		frame_say("augenrules", "%s was loaded as it is", buf_cstr(&w->target));
	return EXIT_FAILURE;
}

static int no_folder(struct work *w)
{
	(void)printf("%s: No rules directory - %s\n", w->program, buf_cstr(&w->folder));
	(void)fflush(stdout);
	if (w->load)
		(void)!load_file(buf_cstr(&w->target));
	return EXIT_FAILURE;
}

static int read_old(struct work *w, struct err *e)
{
	w->is_new = access(buf_cstr(&w->target), F_OK) != 0 && errno == ENOENT;
	return w->is_new ? 0 : file_read(buf_cstr(&w->target), &w->old, e);
}

/* What the reference does, in its order. */
static int update(struct work *w)
{
	bool is_same = !w->is_new && sv_eq(buf_view(&w->old), buf_view(&w->text));
	int code = EXIT_SUCCESS;
	struct err e;

	if (!w->load)
		advise(buf_cstr(&w->folder), &(struct place){0});
	if (is_same) {
		tell(w, "No change");
	} else if (w->only_check) {
		tell(w, "Rules have changed and should be updated");
		return EXIT_SUCCESS;
	} else if (write_rules(buf_cstr(&w->target), buf_view(&w->old), buf_view(&w->text), &e) !=
		   0) {
		code = fail(&e);
	}
	if (w->load) {
		int loaded = load(w);

		code = code ? code : loaded;
	}
	return code;
}

static int run(struct work *w)
{
	struct stat st;
	struct err e;
	int code;

	buf_printf(&w->folder, "%s/rules.d", w->config_dir);
	buf_printf(&w->target, "%s/audit.rules", w->config_dir);
	if (stat(buf_cstr(&w->folder), &st) != 0 || !S_ISDIR(st.st_mode))
		return no_folder(w);
	if (rules_join_read(&w->join, buf_cstr(&w->folder), &e) != 0)
		return fall_back(w, &e);
	rules_join_print(&w->join, buf_cstr(&w->folder), &w->text);
	if (w->text.failed || w->folder.failed || w->target.failed) {
		(void)err_set(&e, "no memory for the rules");
		code = fall_back(w, &e);
	} else if (read_old(w, &e) != 0) {
		code = fail(&e);
	} else {
		code = update(w);
	}
	rules_join_release(&w->join);
	return code;
}

int main(int argc, char **argv)
{
	struct work w = {.program = argc > 0 ? argv[0] : "augenrules",
			 .config_dir = AURUM_SYSCONFDIR "/audit",
			 .folder = BUF_INIT(NAMES_MAX),
			 .target = BUF_INIT(NAMES_MAX),
			 .old = BUF_INIT(4 * TEXT_MAX),
			 .text = BUF_INIT(TEXT_MAX)};
	struct options words;
	struct err e;
	int code = EXIT_SUCCESS;

	if (frame_start() != 0)
		return EXIT_FAILURE;
	switch (frame_options(&words, &options, argc, argv, take_option, &w, &e)) {
	case FRAME_ON:
		code = run(&w);
		break;
	case FRAME_DONE:
		break;
	case FRAME_FAILED:
		code = fail(&e);
		(void)printf("Usage: %s [--check|--load]\n", w.program);
	}
	buf_release(&w.folder);
	buf_release(&w.target);
	buf_release(&w.old);
	buf_release(&w.text);
	if (frame_finish("augenrules", stdout, "the result") != 0)
		return EXIT_FAILURE;
	return code;
}

/*
 * aurum rules drift: says how the kernel's rules and settings differ from the files. Figures for
 * Prometheus come from here; watching is in drift_watch.c.
 */
#include "aurum/drift.h"
#include "aurum/metrics.h"

#include "base/num.h"
#include "config/option.h"
#include "output/metrics.h"

#define OUT_MAX  ((size_t)256 << 20)
#define EACH_S   60
#define EACH_MAX ((uint64_t)24 * 3600)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/rules_drift.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum rules drift",
	.usage = "[OPTION...] [RULES]",
	.summary = "Says when the kernel's rules and settings are not those of RULES, a file or a "
		   "folder (default: the host's). Exit 0: they are, 1: they are not, 2: trouble.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

/* ---- figures ---- */

static void put_figures(const struct difference *d, const struct side *files,
			const struct side *kernel, struct buf *out)
{
	metrics_gauge("rules_drift",
		      "1 when the kernel's audit rules or settings are not those of the files.",
		      !difference_is_none(d), out);
	metrics_gauge("rules_missing", "Rules of the files that the kernel does not have.", d->gone,
		      out);
	metrics_gauge("rules_extra", "Rules of the kernel that are not in the files.", d->came,
		      out);
	metrics_gauge("rules_moved", "Rules that the kernel has in another order.", d->moved, out);
	metrics_gauge("rules_settings_drift", "Settings that are not those of the files.",
		      d->setting_count, out);
	metrics_gauge("rules_loaded", "Audit rules in the kernel.", kernel->target.rules.count,
		      out);
	metrics_gauge("rules_wanted", "Audit rules in the files.", files->target.rules.count, out);
	metrics_gauge("rules_readable",
		      "0 when rules or kernel could not be read: the others are then absent.", 1,
		      out);
}

static int no_figures(const struct drift *d)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 16);

	metrics_gauge("rules_readable",
		      "0 when rules or kernel could not be read: the others are then absent.", 0,
		      &text);
	if (d->metrics)
		(void)!metrics_write(d->metrics, &text);
	return -1;
}

/* ---- looking ---- */

static int compare(struct drift *d, const struct side *files, const struct side *kernel)
{
	CLEANUP(buf_release) struct buf figures = BUF_INIT(1 << 16);
	struct difference found;
	struct err e;

	if (difference_find(&found, &files->target, &kernel->target, &e) != 0) {
		say("%s", e.text);
		return -1;
	}
	buf_reset(&d->text);
	buf_reset(&d->summary);
	put_figures(&found, files, kernel, &figures);
	if (d->format == DRIFT_PROMETHEUS)
		buf_put(&d->text, buf_view(&figures));
	else
		differ_put(d->format == DRIFT_JSON ? DIFFER_JSON : DIFFER_TEXT, &found, files,
			   kernel, &d->text);
	differ_put_summary(&found, &d->summary);
	difference_release(&found);
	return d->metrics ? metrics_write(d->metrics, &figures) : 0;
}

int drift_look(struct drift *d)
{
	struct side files, kernel;
	int status = -1;
	struct err e;

	if (side_read(&files, d->rules, false) != 0)
		return no_figures(d);
	if (side_read_kernel(&kernel, &d->kernel.control, &e) != 0) {
		say("%s", e.text);
		(void)no_figures(d);
	} else {
		status = compare(d, &files, &kernel);
		side_release(&kernel);
	}
	side_release(&files);
	return status;
}

static int look_once(struct drift *d)
{
	if (drift_look(d) != 0 || rules_print(&d->text) != 0)
		return EXIT_TROUBLE;
	return d->summary.n ? EXIT_NOT_DONE : EXIT_DONE;
}

/* ---- options ---- */

struct request {
	struct drift *drift;
	bool is_watch;
};

static bool find_format(const char *word, enum drift_format *out)
{
	static const char *const words[] = {"text", "json", "prometheus"};

	for (size_t i = 0; i < LEN(words); i++)
		if (strcmp(word, words[i]) == 0) {
			*out = (enum drift_format)i;
			return true;
		}
	return false;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct request *r = arg;
	struct drift *d = r->drift;
	uint64_t seconds;

	switch (hit->id) {
	case 'F':
		if (find_format(hit->value, &d->format))
			return FRAME_ON;
		(void)err_set(e, "--format %s: it is text, json or prometheus", hit->value);
		return FRAME_FAILED;
	case 'm':
		d->metrics = hit->value;
		return FRAME_ON;
	case 'w':
		r->is_watch = true;
		return FRAME_ON;
	case 'e':
		if (!num_range(sv_cstr(hit->value), 1, EACH_MAX, &seconds)) {
			(void)err_set(e, "--each %s: it is whole seconds, from 1 to 86400",
				      hit->value);
			return FRAME_FAILED;
		}
		d->each_s = (int)seconds;
		return FRAME_ON;
	case 'h':
		return frame_help(&set, e);
	default:
		if (d->rules)
			return frame_stray_word(hit, e);
		d->rules = hit->name;
		return FRAME_ON;
	}
}

int rules_drift_main(int argc, char **argv)
{
	static struct drift d; /* large: it holds the buffer for answers */
	struct request r = {&d, false};
	int code;

	d = (struct drift){
		.each_s = EACH_S, .text = BUF_INIT(OUT_MAX), .summary = BUF_INIT(1 << 16)};
	code = verb_options(&set, argc, argv, take_option, &r);
	if (code >= 0)
		return code;
	if (!d.rules)
		d.rules = rules_default_path();
	if (rules_kernel_open(&d.kernel) != 0) {
		(void)no_figures(&d);
		return EXIT_TROUBLE;
	}
	code = r.is_watch ? drift_watch(&d) : look_once(&d);
	rules_kernel_close(&d.kernel);
	buf_release(&d.text);
	buf_release(&d.summary);
	return code;
}

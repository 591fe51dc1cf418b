/* aurum index check: whether indexes tell the truth. */
#include "aurum/index.h"

#include "query/report_summary.h"
#include "segment/names.h"

#define WHY_MAX ((size_t)1 << 16)

static void say_lines(const struct cursor_source *source, struct sv text)
{
	struct sv line;

	while (sv_line(&text, &line))
		index_say(source, line);
}

/* Makes it again. */
static int prove(const struct index_log *log, const struct cursor_source *source, struct index *x)
{
	CLEANUP(buf_release) struct buf why = BUF_INIT(WHY_MAX);
	struct report_summary_maker *summary = report_summary_maker_new(x->totals.timeout_s);
	struct index_extra_maker extra;
	struct index_options o = {.timeout_s = log->timeout_s};
	struct err e = {0};
	int status;

	if (!summary) {
		index_say(source, SV("no memory to make its index again"));
		return EXIT_TROUBLE;
	}
	extra = report_summary_extra(summary);
	if (index_extra(x, extra.kind).n) {
		o.extra = &extra;
		o.extra_count = 1;
	}
	status = index_check(x, source->fd, &o, &why, &e);
	report_summary_maker_free(summary);
	if (status == 0)
		index_say(source, SV("true"));
	else if (status > 0)
		say_lines(source, buf_view(&why));
	else
		index_say(source, sv_cstr(e.text));
	return status == 0 ? EXIT_DONE : status > 0 ? EXIT_NOT_DONE : EXIT_TROUBLE;
}

/* Out of date, or the index of another file, which was there first: then this one has none. */
static int say_stale(const struct index_log *log, size_t i, const char *path, const struct err *e)
{
	const struct cursor_source *owner = index_owner(log, path, i);
	CLEANUP(buf_release) struct buf text = BUF_INIT(WHY_MAX);

	if (!owner) {
		index_say(log->cursor.sources[i], sv_cstr(e->text));
		return EXIT_NOT_DONE;
	}
	buf_printf(&text, "no index: the one with its name is that of %s", owner->name);
	index_say(log->cursor.sources[i], buf_view(&text));
	return EXIT_DONE;
}

static int check_file(const struct index_log *log, size_t i)
{
	const struct cursor_source *source = log->cursor.sources[i];
	struct segment_head head;
	char path[SEGMENT_PATH_MAX];
	struct index x;
	struct err e = {0};
	int code;

	if (!index_place(source, &head, path))
		return EXIT_TROUBLE;
	switch (index_open(&x, path, &head, &e)) {
	case INDEX_OPEN:
		code = prove(log, source, &x);
		index_close(&x);
		return code;
	case INDEX_NONE:
		if (index_is_done(log, i))
			index_say(source, SV("no index"));
		return EXIT_DONE;
	case INDEX_STALE:
		return say_stale(log, i, path, &e);
	case INDEX_FOREIGN:
	case INDEX_DAMAGED:
		break;
	}
	index_say(source, sv_cstr(e.text));
	return EXIT_NOT_DONE;
}

static int check(void *arg, struct index_log *log)
{
	int worst = EXIT_DONE;

	(void)arg;
	for (size_t i = 0; i < log->cursor.count; i++) {
		int code = check_file(log, i);

		worst = code > worst ? code : worst;
	}
	return worst;
}

int index_check_main(int argc, char **argv)
{
	struct index_request r;
	int code =
		index_options("aurum index check",
			      "Proves indexes: makes each again from its text, and compares. Exit "
			      "0: all that are there are true, 1: one is not, or is damaged or out "
			      "of date, 2: it cannot be told.",
			      argc, argv, &r);

	return code >= 0 ? code : index_logs(&r, check, NULL);
}

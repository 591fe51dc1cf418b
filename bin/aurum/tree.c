/*
 * aurum tree: who started a process, and what came of it. Reads what is asked for; what it finds is
 * drawn by output/tree_draw.
 */
#include "aurum/tree.h"

#include "base/file.h"
#include "base/num.h"
#include "common/log.h"

#include <errno.h>
#include <langinfo.h>

#define OUT_MAX ((size_t)1 << 30)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/tree.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum tree",
	.usage = "[OPTION...] PID|TIME:SERIAL",
	.summary =
		"Draws a process out of the audit log: who started it, from the login on, what it "
		"ran, and what it started. Exit 0: it is there, 1: it is not, 2: it cannot be "
		"told.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

struct request {
	struct tree_wish wish;
	const struct when_context *when;
	bool has_target, is_json;
	uint64_t depth;
};

/* ---- the command line ---- */

/* "audit(1700000000.123:456)", as records have it, "1700000000.123:456" or "456". */
static bool read_event(struct sv text, struct tree_wish *w)
{
	struct sv time, serial, sec, ms;
	uint64_t n;

	if (sv_starts(text, SV("msg=")))
		text = sv_from(text, 4);
	if (sv_starts(text, SV("audit("))) {
		text = sv_from(text, 6);
		text = sv_head(text, sv_index(text, ')'));
	}
	if (!sv_cut(text, ':', &time, &serial))
		return num_u64(text, &w->serial);
	w->has_ms = sv_cut(time, '.', &sec, &ms);
	if (!num_i64(sec, &w->sec) || !num_u64(serial, &w->serial) ||
	    (w->has_ms && (ms.n != 3 || !num_range(ms, 0, 999, &n))))
		return false;
	w->ms = w->has_ms ? (uint32_t)n : 0;
	w->has_time = true;
	return true;
}

static int take_event(struct request *r, const char *word, struct err *e)
{
	if (r->has_target)
		return err_set(e, "one process or event at a time: \"%s\" is another", word);
	if (!read_event(sv_cstr(word), &r->wish))
		return err_set(e, "\"%s\" is no event: a serial number, or 1700000000.123:456",
			       word);
	r->wish.is_event = r->has_target = true;
	return 0;
}

static int take_word(struct request *r, const char *word, struct err *e)
{
	uint64_t pid;

	if (r->has_target || !num_range(sv_cstr(word), 1, INT32_MAX, &pid))
		return take_event(r, word, e);
	r->wish.pid = (uint32_t)pid;
	r->has_target = true;
	return 0;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct request *r = arg;
	int status = 0;

	switch (hit->id) {
	case 'e':
		status = take_event(r, hit->value, e);
		break;
	case 't':
		r->wish.has_at = true;
		status = present_when(r->when, WHEN_END, hit->value, &r->wish.at, e);
		break;
	case 'd':
		if (!num_range(sv_cstr(hit->value), 1, TREE_LEVELS_MAX, &r->depth))
			status = err_set(e, "--depth takes a number from 1 to %d", TREE_LEVELS_MAX);
		break;
	case 1000:
		status = present_when(r->when, WHEN_START, hit->value, &r->wish.from, e);
		break;
	case 1001:
		status = present_when(r->when, WHEN_END, hit->value, &r->wish.to, e);
		break;
	case 'n':
		r->wish.node = hit->value;
		break;
	case 'l':
		r->wish.log = hit->value;
		break;
	case 1002:
		r->wish.config_dir = hit->value;
		break;
	case 'j':
		r->is_json = true;
		break;
	case 'h':
		return frame_help(&set, e);
	default:
		status = take_word(r, hit->name, e);
		break;
	}
	return status == 0 ? FRAME_ON : FRAME_FAILED;
}

static int check(const struct request *r, struct err *e)
{
	if (!r->has_target)
		return err_set(e, "which process? a PID, or an event as 1700000000.123:456");
	if (r->wish.has_at && r->wish.is_event)
		return err_set(e, "--at belongs to a PID; an event has its time");
	return 0;
}

/* ---- what is printed ---- */

static void local_time(int64_t sec, struct tm *out)
{
	if (!when_to_local(sec, out))
		*out = (struct tm){0};
}

static int print(const struct request *r, const struct present *present, struct tree_found *f)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(OUT_MAX);
	struct tree_drawing d = {.tree = f->tree,
				 .target = f->target,
				 .names = present->names,
				 .local_time = local_time,
				 .is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
				 .levels = (unsigned)r->depth,
				 .has_event = f->has_event,
				 .event = f->event,
				 .sentence = buf_view(&f->sentence),
				 .from = f->from,
				 .to = f->to,
				 .is_cut = f->is_cut};

	if ((r->is_json ? tree_draw_json : tree_draw)(&d, &out) != 0) {
		say("tree: no memory for so large a tree: --depth makes it smaller");
		return EXIT_TROUBLE;
	}
	if (file_write(STDOUT_FILENO, buf_view(&out)) == 0 || errno == EPIPE)
		return EXIT_DONE;
	say("tree: cannot write the result: %s", strerror(errno));
	return EXIT_TROUBLE;
}

static int say_none(const struct tree_wish *w)
{
	if (w->is_event)
		say("tree: no event %llu is in the log", (unsigned long long)w->serial);
	else
		say("tree: process %u is not in the log; of the event with that serial number: "
		    "aurum tree --event %u",
		    w->pid, w->pid);
	return EXIT_NOT_DONE;
}

static void say_others(const struct tree_found *f)
{
	CLEANUP(buf_release) struct buf list = BUF_INIT(1024);

	if (f->other_count == 0)
		return;
	for (size_t i = 0; i < f->other_count; i++)
		buf_printf(&list, " %lld.%03u:%llu", (long long)f->others[i].sec, f->others[i].ms,
			   (unsigned long long)f->others[i].serial);
	say("tree: the last event with that serial number; there are others:%s", buf_cstr(&list));
}

static int draw(const struct request *r, const struct present *present)
{
	struct tree_found f;
	struct err e;
	int code;

	if (tree_search(&r->wish, present, &f, &e) != 0) {
		say("tree: %s", e.text);
		code = EXIT_TROUBLE;
	} else if (!f.tree) {
		code = say_none(&r->wish);
	} else {
		say_others(&f);
		code = print(r, present, &f);
	}
	tree_found_release(&f);
	return code;
}

int tree_main(int argc, char **argv)
{
	struct request r = {
		.wish = {.from = INT64_MIN, .to = INT64_MAX, .config_dir = LOG_CONFIG_DIR}};
	struct present present;
	struct err e;
	int code;

	if (verb_begin("tree", &present) != 0)
		return EXIT_TROUBLE;
	r.when = &present.when;
	code = verb_options(&set, argc, argv, take_option, &r);
	if (code < 0 && check(&r, &e) != 0) {
		say("tree: %s", e.text);
		code = EXIT_TROUBLE;
	}
	if (code < 0)
		code = draw(&r, &present);
	present_release(&present);
	return code;
}

/*
 * aurum rules apply: makes the kernel's rules and settings exactly those of the files, or leaves
 * them as they are. This file reads the options and says what would change.
 */
#include "aurum/applier.h"

#include "base/num.h"
#include "config/option.h"
#include "policy/check.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define CONFIRM_MAX_S ((uint64_t)7 * 24 * 3600)
#define OUT_MAX       ((size_t)256 << 20)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/rules_apply.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum rules apply",
	.usage = "[OPTION...] [RULES]",
	.summary = "Makes the kernel's audit rules and settings those of RULES, a file or a folder "
		   "(default: the host's), all or nothing and without a moment in which a rule of "
		   "both is not in force. Exit 0: applied, 1: everything is as it was, 2: trouble.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

struct request {
	const char *rules, *state;
	uint64_t confirm_s; /* 0: without */
	bool dry_run, restore;
};

/* ---- options ---- */

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct request *r = arg;

	switch (hit->id) {
	case 'c':
		if (num_range(sv_cstr(hit->value), 1, CONFIRM_MAX_S, &r->confirm_s))
			return FRAME_ON;
		(void)err_set(e, "--confirm %s: it is whole seconds, from 1 to 604800", hit->value);
		return FRAME_FAILED;
	case 'n':
		r->dry_run = true;
		return FRAME_ON;
	case 1001:
		r->restore = true;
		return FRAME_ON;
	case 1002:
		r->state = hit->value;
		return FRAME_ON;
	case 'h':
		return frame_help(&set, e);
	default:
		if (r->rules)
			return frame_stray_word(hit, e);
		r->rules = hit->name;
		return FRAME_ON;
	}
}

/* ---- what is to be applied ---- */

/* Says every error, as `aurum rules check` finds them. -1: none; else the exit code. */
static int check(const char *path)
{
	const struct check_host host = check_host_here();
	struct findings found;
	struct rule_set read;
	struct err e;
	size_t errors;

	findings_init(&found);
	if (check_rules(&read, path, &host, &found, &e) != 0) {
		say("%s", e.text);
		findings_release(&found);
		return EXIT_TROUBLE;
	}
	findings_sort(&found);
	for (size_t i = 0; i < found.count; i++)
		if (finding_kind(found.list[i].id)->severity == SEVERITY_ERROR)
			say("%s:%u:%u: %.*s [%s]", found.list[i].at.file, found.list[i].at.line,
			    found.list[i].at.column, SV_FMT(found.list[i].message),
			    finding_kind(found.list[i].id)->name);
	errors = found.of[SEVERITY_ERROR];
	findings_release(&found);
	rule_set_release(&read);
	if (errors)
		say("%zu error%s: nothing was applied", errors, errors == 1 ? "" : "s");
	return errors ? EXIT_NOT_DONE : -1;
}

/* -1: *to is read; else the exit code. */
static int read_target(struct side *to, const char *path)
{
	int code;

	if (strcmp(path, RULE_SOURCE_KERNEL) == 0 || strcmp(path, RULE_SOURCE_STDIN) == 0) {
		say("rules apply: %s: it takes a file or a folder", path);
		return EXIT_TROUBLE;
	}
	code = check(path);
	if (code >= 0)
		return code;
	return side_read(to, path, true) == 0 ? -1 : EXIT_TROUBLE;
}

/* ---- what would change ---- */

static void say_left_out(const struct side *to)
{
	const struct rule_set *read = &to->source.set;

	for (size_t i = 0; i < read->count; i++)
		if (!target_takes(read->entries[i]))
			say("%s:%u: warning: left out, for it is neither a rule nor a setting: "
			    "%.*s",
			    read->entries[i]->file, read->entries[i]->line,
			    SV_FMT(read->entries[i]->text));
}

/* Says how the kernel differs from the files. -1: it does; else the exit code. */
static int say_difference(const struct request *r, const struct side *now, const struct side *to)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(OUT_MAX);
	struct difference d;
	struct err e;
	int code = -1;

	if (difference_find(&d, &now->target, &to->target, &e) != 0) {
		say("%s", e.text);
		return EXIT_TROUBLE;
	}
	if (difference_is_none(&d)) {
		say("nothing to change: the kernel has the %zu rules and the settings of %s",
		    to->target.rules.count, to->name);
		code = EXIT_DONE;
	} else if (r->dry_run) {
		differ_put(DIFFER_TEXT, &d, now, to, &text);
		code = rules_print(&text) == 0 ? EXIT_DONE : EXIT_TROUBLE;
	}
	difference_release(&d);
	return code;
}

static int say_plan(const struct side *now, const struct side *to)
{
	struct change change;
	struct err e;

	if (change_plan(&change, &(struct change_task){now->target.rules, to->target.rules, false},
			&e) != 0) {
		say("%s", e.text);
		return EXIT_NOT_DONE;
	}
	say("%zu requests to the kernel would change its rules; nothing was changed", change.count);
	change_release(&change);
	return EXIT_DONE;
}

static bool is_locked(const struct side *now)
{
	if (now->target.settings.enabled != 2)
		return false;
	say("the audit configuration is locked until the next boot (enabled 2): nothing can be "
	    "changed, and nothing was tried");
	return true;
}

/* ---- applying ---- */

/* Whatever happens to the terminal: what has begun is brought to its end. */
static void hold_signals(void)
{
	static const int held[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
	sigset_t mask;

	(void)sigemptyset(&mask);
	for (size_t i = 0; i < LEN(held); i++)
		(void)sigaddset(&mask, held[i]);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static int apply_now(struct applier *a)
{
	struct outcome out;

	hold_signals();
	if (applier_change(a, &out))
		applier_keep(a, &out);
	say("%s", out.text);
	return out.code;
}

static int apply(const struct request *r, const struct side *to, struct audit_control *c)
{
	struct applier a = {.control = c, .to = to, .state = r->state};
	int code = applier_begin(&a);

	if (code < 0)
		code = r->confirm_s ? guardian_run(&a, (unsigned int)r->confirm_s) : apply_now(&a);
	applier_release(&a);
	return code;
}

static int compare_and_apply(const struct request *r, const struct side *to,
			     struct audit_control *c)
{
	struct side now;
	struct err e;
	int code;

	if (side_read_kernel(&now, c, &e) != 0) {
		say("%s", e.text);
		return EXIT_TROUBLE;
	}
	/* What is there now may be put back any moment, even if it is what is wanted. */
	if (is_locked(&now) || (!r->dry_run && applier_is_busy(r->state)))
		code = EXIT_NOT_DONE;
	else
		code = say_difference(r, &now, to);
	if (code == EXIT_DONE && r->dry_run)
		code = say_plan(&now, to);
	side_release(&now);
	return code < 0 ? apply(r, to, c) : code;
}

/* ---- putting back ---- */

struct marks {
	bool is_ready, is_kept;
};

static bool take_mark(void *ctx, struct sv word, struct sv rest)
{
	struct marks *m = ctx;

	m->is_ready = m->is_ready || sv_eq(word, SV("ready"));
	m->is_kept = m->is_kept || sv_eq(word, SV("kept"));
	return rest.n == 0 && (sv_eq(word, SV("ready")) || sv_eq(word, SV("kept")));
}

static int put_back(struct applier *a, const struct marks *m)
{
	static struct rules_kernel kernel; /* large */
	struct outcome out;

	guardian_close_door(a->state);
	if (!m->is_ready || m->is_kept) {
		(void)unlink(a->state);
		say(m->is_kept ? "nothing to put back: the change had been confirmed"
			       : "nothing to put back: nothing had been changed yet");
		return EXIT_DONE;
	}
	if (rules_kernel_open(&kernel) != 0)
		return EXIT_TROUBLE;
	a->control = &kernel.control;
	applier_undo(a, "put back", &out);
	rules_kernel_close(&kernel);
	say("%s", out.text);
	return out.code == EXIT_NOT_DONE ? EXIT_DONE : out.code;
}

static int restore(const char *state)
{
	struct applier a = {.state = state};
	struct marks marks = {0};
	struct err e;
	int code;

	if (found_load(&a.found, state, APPLY_STATE_FIRST, take_mark, &marks, &a.fd, &e) != 0) {
		if (e.sys == EBUSY)
			say("an apply is still at work, or waits for `aurum rules confirm`");
		else
			say("%s", e.sys == ENOENT ? "there is nothing to put back" : e.text);
		return e.sys == ENOENT ? EXIT_DONE : EXIT_TROUBLE;
	}
	hold_signals();
	code = put_back(&a, &marks);
	applier_release(&a);
	return code;
}

int rules_apply_main(int argc, char **argv)
{
	static struct rules_kernel kernel; /* large */
	struct request r = {.state = APPLY_STATE_FILE};
	struct side to;
	int code = verb_options(&set, argc, argv, take_option, &r);

	if (code >= 0)
		return code;
	if (r.restore)
		return restore(r.state);
	if (!r.rules)
		r.rules = rules_default_path();
	code = read_target(&to, r.rules);
	if (code >= 0)
		return code;
	say_left_out(&to);
	code = EXIT_TROUBLE;
	if (rules_kernel_open(&kernel) == 0) {
		code = compare_and_apply(&r, &to, &kernel.control);
		rules_kernel_close(&kernel);
	}
	side_release(&to);
	return code;
}

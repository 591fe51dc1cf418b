/*
 * A change with a state file beside it, from which everything can be put back by whoever comes:
 *
 *	...	what was found (policy/found.h)
 *	ready	all of it is written: from here on the kernel is changed
 *	kept	the change is confirmed: nothing is to be put back any more
 */
#include "aurum/applier.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

static void set_outcome(struct outcome *out, enum exit_code code, const char *fmt, ...)
	PRINTF(3, 4);
static void set_outcome(struct outcome *out, enum exit_code code, const char *fmt, ...)
{
	va_list ap;

	out->code = code;
	va_start(ap, fmt);
	(void)vsnprintf(out->text, sizeof(out->text), fmt, ap);
	va_end(ap);
}

static int say_why(const struct err *e, int code)
{
	say("%s", e->text);
	return code;
}

static int say_busy(const char *state)
{
	say("%s is there: an apply is still at work or waits for `aurum rules confirm`, or one was "
	    "killed: `aurum rules apply --restore` puts things back",
	    state);
	return EXIT_NOT_DONE;
}

bool applier_is_busy(const char *state)
{
	return access(state, F_OK) == 0 && say_busy(state) == EXIT_NOT_DONE;
}

int applier_begin(struct applier *a)
{
	struct err e;

	a->fd = -1;
	if (found_look(&a->found, a->control, &e) != 0)
		return say_why(&e, EXIT_TROUBLE);
	if (apply_check(&a->found, &e) != 0)
		return say_why(&e, EXIT_NOT_DONE);
	switch (found_create(&a->found, a->state, APPLY_STATE_FIRST, &a->fd, &e)) {
	case FOUND_CREATED:
		break;
	case FOUND_THERE:
		return say_busy(a->state);
	case FOUND_FAILED:
		return say_why(&e, EXIT_TROUBLE);
	}
	if (found_append(a->fd, a->state, SV("ready\n"), &e) == 0)
		return -1;
	(void)unlink(a->state);
	return say_why(&e, EXIT_TROUBLE);
}

static void tell_refused(void *ctx, const struct placed_rule *rule, const struct err *why)
{
	(void)ctx;
	say("%s:%u: %s", rule->file, rule->line, why->text);
}

static void forget(struct applier *a, struct outcome *out)
{
	if (unlink(a->state) == 0 || errno == ENOENT)
		return;
	set_outcome(out, EXIT_TROUBLE, "%s, but %s cannot be removed: %s",
		    out->code == EXIT_DONE ? "applied" : "undone", a->state, strerror(errno));
}

void applier_undo(struct applier *a, const char *why, struct outcome *out)
{
	struct err e;

	if (apply_undo(a->control, &a->found, &e) != 0) {
		set_outcome(out, EXIT_TROUBLE,
			    "%s; what was there could not be put back: %s; `aurum rules apply "
			    "--restore` tries again",
			    why, e.text);
		return;
	}
	set_outcome(out, EXIT_NOT_DONE, "%s: the rules and settings are exactly those from before",
		    why);
	forget(a, out);
}

bool applier_change(struct applier *a, struct outcome *out)
{
	const struct apply_listener listener = {tell_refused, NULL};
	struct err e;

	if (apply_rules(a->control, &a->to->target, &listener, &e) == 0 &&
	    apply_settings(a->control, &a->to->target, &e) == 0)
		return true;
	applier_undo(a, e.text, out);
	return false;
}

void applier_keep(struct applier *a, struct outcome *out)
{
	struct err e;

	if (apply_final(a->control, &a->to->target, &e) != 0) {
		applier_undo(a, e.text, out);
		return;
	}
	set_outcome(out, EXIT_DONE, "applied: the kernel has the %zu rules and the settings of %s",
		    a->to->target.rules.count, a->to->name);
	/* A state that cannot be removed must not undo later what is wanted now. */
	(void)!found_append(a->fd, a->state, SV("kept\n"), NULL);
	forget(a, out);
}

void applier_release(struct applier *a)
{
	if (a->fd >= 0)
		(void)close(a->fd);
	a->fd = -1;
	found_release(&a->found);
}

/*
 * The kernel's audit state, put back exactly as it was found.
 *
 * The rules that were there are never touched: ours are added beside them and taken away again,
 * so that even when this process is killed no protection of the host is lost. What was found and
 * what is being added is written down first, in a file that `aurum watch --restore` reads:
 *
 *	...			what was found (policy/found.h)
 *	try HEX			a rule that is about to be added
 *	have			it was
 *	skip			it was not: refused, or there already
 */
#include "aurum/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#define STATE_FIRST "aurum-watch 1"

static bool rule_list_has(const struct rule_list *list, struct sv rule)
{
	struct sv rest = buf_view(&list->bytes), one;

	while (rule_list_take(&rest, &one))
		if (sv_eq(one, rule))
			return true;
	return false;
}

/* ---- finding and adding ---- */

int kernel_find(struct kernel_state *k, struct audit_control *c, const char *path, struct err *e)
{
	*k = (struct kernel_state){
		.path = path, .fd = -1, .found = FOUND_INIT, .ours = RULE_LIST_INIT};
	if (found_look(&k->found, c, e) != 0)
		return -1;
	switch (found_create(&k->found, path, STATE_FIRST, &k->fd, e)) {
	case FOUND_CREATED:
		return 0;
	case FOUND_THERE:
		return err_set(e,
			       "%s is there: a watch still runs, or one was killed and left rules "
			       "in the kernel: `aurum watch --restore` puts things back",
			       path);
	case FOUND_FAILED:
		return -1;
	}
	return -1;
}

static int append(struct kernel_state *k, struct buf *line, struct err *e)
{
	int status = line->failed ? err_set(e, "no memory for %s", k->path)
				  : found_append(k->fd, k->path, buf_view(line), e);

	buf_release(line);
	return status;
}

int kernel_add_rule(struct kernel_state *k, struct audit_control *c, struct sv rule, struct err *e)
{
	struct buf line = BUF_INIT(FOUND_FILE_MAX);
	bool had_room = !k->ours.bytes.failed;
	int added;

	found_put_hex(&line, "try", rule);
	if (append(k, &line, e) != 0)
		return -1;
	added = audit_add_rule(c, rule, e) == 0 ? 1 : e->sys == EEXIST ? 0 : -1;
	if (added == 1)
		rule_list_put(&k->ours, rule);
	line = BUF_INIT(64);
	buf_puts(&line, added == 1 ? "have\n" : "skip\n");
	if (append(k, &line, added < 0 ? NULL : e) != 0)
		return -1;
	return had_room ? added : err_set(e, "no memory for a rule");
}

/* ---- reading the file again ---- */

struct loader {
	struct kernel_state *k;
	struct buf tried;
	bool is_pending; /* a try without its outcome */
};

/* A rule whose outcome nobody wrote down is ours unless it had been there before. */
static void settle(struct loader *l, bool is_ours)
{
	if (l->is_pending && is_ours)
		rule_list_put(&l->k->ours, buf_view(&l->tried));
	l->is_pending = false;
}

static bool load_line(void *ctx, struct sv word, struct sv rest)
{
	struct loader *l = ctx;

	if (sv_eq(word, SV("try"))) {
		l->is_pending = found_take_hex(rest, &l->tried);
		return l->is_pending;
	}
	if (!sv_eq(word, SV("have")) && !sv_eq(word, SV("skip")))
		return false;
	settle(l, sv_eq(word, SV("have")));
	return true;
}

int kernel_load(struct kernel_state *k, const char *path, struct err *e)
{
	struct loader l = {.k = k, .tried = BUF_INIT(RULE_LIST_MAX)};
	int status;

	*k = (struct kernel_state){
		.path = path, .fd = -1, .found = FOUND_INIT, .ours = RULE_LIST_INIT};
	status = found_load(&k->found, path, STATE_FIRST, load_line, &l, &k->fd, e);
	if (status == 0)
		settle(&l, !rule_list_has(&k->found.rules, buf_view(&l.tried)));
	else if (e && e->sys == EBUSY)
		(void)err_set(e, "the watch still runs: end it with Ctrl-C or SIGTERM");
	buf_release(&l.tried);
	return status;
}

/* ---- putting back ---- */

static int delete_ours(struct kernel_state *k, struct audit_control *c, struct err *e)
{
	struct sv rest = buf_view(&k->ours.bytes), rule;
	int status = 0;

	while (rule_list_take(&rest, &rule)) {
		struct err why;
		CLEANUP(buf_release) struct buf plain = BUF_INIT(RULE_LIST_MAX);
		uint32_t flags;

		/* The kernel forgets that a rule was put first; so must the request to delete it.
		 */
		buf_put(&plain, rule);
		if (plain.failed || plain.n < sizeof(flags))
			continue;
		memcpy(&flags, plain.p, sizeof(flags));
		flags &= ~(uint32_t)AUDIT_FILTER_PREPEND;
		memcpy(plain.p, &flags, sizeof(flags));
		if (audit_delete_rule(c, buf_view(&plain), &why) == 0 || why.sys == ENOENT)
			continue;
		if (status == 0)
			status = err_set(e, "%s", why.text);
	}
	buf_reset(&k->ours.bytes);
	k->ours.count = 0;
	return status;
}

int kernel_quieten(struct kernel_state *k, struct audit_control *c, struct err *e)
{
	struct audit_status now;

	if (audit_get_status(c, &now, e) != 0)
		return -1;
	if (now.enabled == 1 && k->found.status.enabled == 0 && audit_set_enabled(c, 0, e) != 0)
		return -1;
	return delete_ours(k, c, e);
}

/* A daemon that was killed stays registered; who registers after it can end that. */
static int clear_dead_daemon(struct audit_control *c, const struct audit_status *now, struct err *e)
{
	if (now->pid == 0 || kill((pid_t)now->pid, 0) == 0 || errno != ESRCH)
		return 0;
	return audit_set_pid(c, (uint32_t)getpid(), e) == 0 ? audit_set_pid(c, 0, e) : -1;
}

static int put_status(const struct kernel_state *k, struct audit_control *c, struct err *e)
{
	struct audit_status now;

	if (audit_get_status(c, &now, e) != 0 || clear_dead_daemon(c, &now, e) != 0)
		return -1;
	return found_put_status(&k->found, c, e);
}

int kernel_put_back(struct kernel_state *k, struct audit_control *c, struct err *e)
{
	int is_here;

	if (kernel_quieten(k, c, e) != 0 || put_status(k, c, e) != 0)
		return -1;
	if (unlink(k->path) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove %s", k->path);
	is_here = found_is_here(&k->found, c, e);
	if (is_here == 0)
		return err_set(e,
			       "the kernel's rules are not the %zu that were found: somebody else "
			       "changed them meanwhile; ours are gone",
			       k->found.rules.count);
	return is_here > 0 ? 0 : -1;
}

void kernel_release(struct kernel_state *k)
{
	if (k->fd >= 0)
		(void)close(k->fd);
	k->fd = -1;
	found_release(&k->found);
	rule_list_release(&k->ours);
}

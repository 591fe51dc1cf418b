/*
 * The kernel's audit state, put back exactly as it was found.
 *
 * The rules that were there are never touched: ours are added beside them and taken away again,
 * so that even when this process is killed no protection of the host is lost. What was found and
 * what is being added is written down first, in a file that `aurum watch --restore` reads:
 *
 *	aurum-watch 1
 *	process 4711
 *	status ENABLED FAILURE RATE_LIMIT BACKLOG_LIMIT BACKLOG_WAIT_TIME
 *	found HEX		a rule that was there, as the kernel's bytes
 *	try HEX			a rule that is about to be added
 *	have			it was
 *	skip			it was not: refused, or there already
 */
#include "aurum/watch.h"

#include "base/file.h"
#include "base/num.h"
#include "record/escape.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#define STATE_MAX   ((size_t)128 << 20)
#define STATE_FIRST "aurum-watch 1"

/* ---- lists of rules ---- */

static bool rule_list_has(const struct rule_list *list, struct sv rule)
{
	struct sv rest = buf_view(&list->bytes), one;

	while (rule_list_take(&rest, &one))
		if (sv_eq(one, rule))
			return true;
	return false;
}

static int list_rules(struct audit_control *c, struct rule_list *list, struct err *e)
{
	*list = RULE_LIST_INIT;
	if (audit_list_rules(c, rule_list_collect, list, e) != 0)
		return -1;
	return list->bytes.failed ? err_set(e, "the kernel's rules do not fit into memory") : 0;
}

/* ---- the file ---- */

static void put_hex_line(struct buf *out, const char *word, struct sv bytes)
{
	buf_puts(out, word);
	buf_putc(out, ' ');
	buf_put_hex(out, bytes);
	buf_putc(out, '\n');
}

static int append(struct kernel_state *k, struct buf *line, struct err *e)
{
	int status = line->failed ? err_set(e, "no memory for %s", k->path) : 0;

	if (status == 0 && file_write(k->fd, buf_view(line)) != 0)
		status = err_sys(e, "cannot write %s", k->path);
	buf_release(line);
	return status;
}

static int write_found(struct kernel_state *k, struct err *e)
{
	const struct audit_status *s = &k->found;
	struct buf text = BUF_INIT(STATE_MAX);
	struct sv rest = buf_view(&k->rules.bytes), rule;

	buf_printf(&text, STATE_FIRST "\nprocess %d\nstatus %u %u %u %u %u\n", (int)getpid(),
		   s->enabled, s->failure, s->rate_limit, s->backlog_limit, s->backlog_wait_time);
	while (rule_list_take(&rest, &rule))
		put_hex_line(&text, "found", rule);
	return append(k, &text, e);
}

static int create_file(struct kernel_state *k, struct err *e)
{
	k->fd = open(k->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		     0600);
	if (k->fd >= 0) {
		if (write_found(k, e) == 0)
			return 0;
		(void)unlink(k->path); /* nothing was changed yet that it could tell of */
		return -1;
	}
	if (errno == EEXIST)
		return err_set(
			e,
			"%s is there: a watch still runs, or one was killed and left rules in the "
			"kernel: `aurum watch --restore` puts things back",
			k->path);
	return err_sys(e, "cannot make %s", k->path);
}

int kernel_find(struct kernel_state *k, struct audit_control *c, const char *path, struct err *e)
{
	*k = (struct kernel_state){.path = path, .fd = -1, .ours = RULE_LIST_INIT};
	if (audit_get_status(c, &k->found, e) != 0 || list_rules(c, &k->rules, e) != 0)
		return -1;
	return create_file(k, e);
}

int kernel_add_rule(struct kernel_state *k, struct audit_control *c, struct sv rule, struct err *e)
{
	struct buf line = BUF_INIT(STATE_MAX);
	bool had_room = !k->ours.bytes.failed;
	int added;

	put_hex_line(&line, "try", rule);
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
	uint64_t process;
};

static bool load_status(struct sv rest, struct audit_status *s)
{
	uint32_t *const fields[] = {&s->enabled, &s->failure, &s->rate_limit, &s->backlog_limit,
				    &s->backlog_wait_time};
	struct sv word;

	for (size_t i = 0; i < LEN(fields); i++)
		if (!sv_word(&rest, &word) || !num_u32(word, fields[i]))
			return false;
	return true;
}

static bool load_hex(struct sv hex, struct buf *out)
{
	buf_reset(out);
	return hex.n % 2 == 0 && is_hex(hex) && decode_bytes(hex, out) && !out->failed;
}

/* A rule whose outcome nobody wrote down is ours unless it had been there before. */
static void settle(struct loader *l, bool is_ours)
{
	if (l->is_pending && is_ours)
		rule_list_put(&l->k->ours, buf_view(&l->tried));
	l->is_pending = false;
}

static bool load_line(struct loader *l, struct sv line)
{
	struct sv rest = line, word = SV_EMPTY;

	if (!sv_word(&rest, &word))
		return false;
	rest = sv_trim(rest);
	if (sv_eq(word, SV("process")))
		return num_u64(rest, &l->process);
	if (sv_eq(word, SV("status")))
		return load_status(rest, &l->k->found);
	if (sv_eq(word, SV("found"))) {
		if (!load_hex(rest, &l->tried))
			return false;
		rule_list_put(&l->k->rules, buf_view(&l->tried));
		return true;
	}
	if (sv_eq(word, SV("try"))) {
		l->is_pending = load_hex(rest, &l->tried);
		return l->is_pending;
	}
	if (!sv_eq(word, SV("have")) && !sv_eq(word, SV("skip")))
		return false;
	settle(l, sv_eq(word, SV("have")));
	return true;
}

static int load_text(struct kernel_state *k, struct sv text, struct err *e)
{
	struct loader l = {.k = k, .tried = BUF_INIT(RULE_LIST_MAX)};
	unsigned number = 1;
	struct sv line;
	bool is_good = sv_line(&text, &line) && sv_eq(line, SV(STATE_FIRST));

	while (is_good && sv_line(&text, &line)) {
		number++;
		/* Killed while writing: a torn last line says nothing that has happened. */
		is_good = load_line(&l, line) || text.n == 0;
	}
	settle(&l, !rule_list_has(&k->rules, buf_view(&l.tried)));
	buf_release(&l.tried);
	if (!is_good)
		return err_set(e, "%s:%u: this is no state that aurum wrote", k->path, number);
	if (l.process && l.process <= INT32_MAX && kill((pid_t)l.process, 0) == 0)
		return err_set(e,
			       "the watch with pid %llu still runs: end it with Ctrl-C or SIGTERM",
			       (unsigned long long)l.process);
	return 0;
}

int kernel_load(struct kernel_state *k, const char *path, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(STATE_MAX);
	struct stat st;

	*k = (struct kernel_state){
		.path = path, .fd = -1, .rules = RULE_LIST_INIT, .ours = RULE_LIST_INIT};
	if (lstat(path, &st) != 0)
		return err_sys(e, "cannot read %s", path);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return err_set(e, "%s is not a file that only this user can write", path);
	return file_read(path, &text, e) == 0 ? load_text(k, buf_view(&text), e) : -1;
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
	if (now.enabled == 1 && k->found.enabled == 0 && audit_set_enabled(c, 0, e) != 0)
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
	const struct audit_status *was = &k->found;
	struct audit_status now;

	if (audit_get_status(c, &now, e) != 0 || clear_dead_daemon(c, &now, e) != 0)
		return -1;
	if (now.failure != was->failure && audit_set_failure(c, was->failure, e) != 0)
		return -1;
	if (now.rate_limit != was->rate_limit && audit_set_rate_limit(c, was->rate_limit, e) != 0)
		return -1;
	if (now.backlog_limit != was->backlog_limit &&
	    audit_set_backlog_limit(c, was->backlog_limit, e) != 0)
		return -1;
	if (now.backlog_wait_time != was->backlog_wait_time &&
	    audit_set_backlog_wait_time(c, was->backlog_wait_time, e) != 0)
		return -1;
	/* Last, for a locked system (2) takes no more. */
	if (now.enabled != was->enabled && audit_set_enabled(c, was->enabled, e) != 0)
		return -1;
	return 0;
}

static int check_rules(const struct kernel_state *k, struct audit_control *c, struct err *e)
{
	struct rule_list now;
	int status = list_rules(c, &now, e);

	if (status == 0 && !sv_eq(buf_view(&now.bytes), buf_view(&k->rules.bytes)))
		status = err_set(
			e,
			"the kernel has %zu rules, not the %zu that were found: somebody else "
			"changed them meanwhile; ours are gone",
			now.count, k->rules.count);
	rule_list_release(&now);
	return status;
}

int kernel_put_back(struct kernel_state *k, struct audit_control *c, struct err *e)
{
	if (kernel_quieten(k, c, e) != 0 || put_status(k, c, e) != 0)
		return -1;
	if (unlink(k->path) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove %s", k->path);
	return check_rules(k, c, e);
}

void kernel_release(struct kernel_state *k)
{
	if (k->fd >= 0)
		(void)close(k->fd);
	k->fd = -1;
	rule_list_release(&k->rules);
	rule_list_release(&k->ours);
}

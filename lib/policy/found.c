/* Finds, writes, reads and compares; what to put back, and how, is the caller's. */
#include "policy/found.h"

#include "base/file.h"
#include "base/num.h"
#include "record/escape.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

void found_release(struct found *f)
{
	rule_list_release(&f->rules);
	*f = FOUND_INIT;
}

static int list_rules(struct audit_control *c, struct rule_list *list, struct err *e)
{
	*list = RULE_LIST_INIT;
	if (audit_list_rules(c, rule_list_collect, list, e) != 0)
		return -1;
	return list->bytes.failed ? err_set(e, "the kernel's rules do not fit into memory") : 0;
}

int found_look(struct found *f, struct audit_control *c, struct err *e)
{
	*f = FOUND_INIT;
	if (audit_get_status(c, &f->status, e) == 0 && list_rules(c, &f->rules, e) == 0)
		return 0;
	found_release(f);
	return -1;
}

/* ---- writing ---- */

void found_put_hex(struct buf *out, const char *word, struct sv bytes)
{
	buf_puts(out, word);
	buf_putc(out, ' ');
	buf_put_hex(out, bytes);
	buf_putc(out, '\n');
}

bool found_take_hex(struct sv hex, struct buf *out)
{
	buf_reset(out);
	return hex.n % 2 == 0 && is_hex(hex) && decode_bytes(hex, out) && !out->failed;
}

int found_append(int fd, const char *path, struct sv bytes, struct err *e)
{
	return file_write(fd, bytes) == 0 ? 0 : err_sys(e, "cannot write %s", path);
}

static int write_state(const struct found *f, const char *path, const char *first, int fd,
		       struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(FOUND_FILE_MAX);
	const struct audit_status *s = &f->status;
	struct sv rest = buf_view(&f->rules.bytes), rule;

	buf_printf(&text, "%s\nprocess %d\nstatus %u %u %u %u %u\n", first, (int)getpid(),
		   s->enabled, s->failure, s->rate_limit, s->backlog_limit, s->backlog_wait_time);
	while (rule_list_take(&rest, &rule))
		found_put_hex(&text, "found", rule);
	if (text.failed)
		return err_set(e, "no memory for %s", path);
	return found_append(fd, path, buf_view(&text), e);
}

enum found_file found_create(const struct found *f, const char *path, const char *first, int *fd,
			     struct err *e)
{
	CLEAN_FD int made =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (made < 0) {
		bool is_there = errno == EEXIST;

		(void)err_sys(e, "cannot make %s", path);
		return is_there ? FOUND_THERE : FOUND_FAILED;
	}
	if (flock(made, LOCK_EX | LOCK_NB) != 0)
		(void)err_sys(e, "cannot lock %s", path);
	else if (write_state(f, path, first, made, e) == 0) {
		*fd = take_fd(&made);
		return FOUND_CREATED;
	}
	(void)unlink(path); /* nothing was changed yet that it could tell of */
	return FOUND_FAILED;
}

/* ---- reading ---- */

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

struct loader {
	struct found *found;
	found_line_fn line;
	void *ctx;
	struct buf bytes; /* of the rule that is being read */
};

static bool load_line(struct loader *l, struct sv line)
{
	struct sv rest = line, word = SV_EMPTY;

	if (!sv_word(&rest, &word))
		return false;
	rest = sv_trim(rest);
	if (sv_eq(word, SV("process")))
		return num_u64(rest, &l->found->process);
	if (sv_eq(word, SV("status")))
		return load_status(rest, &l->found->status);
	if (!sv_eq(word, SV("found")))
		return l->line && l->line(l->ctx, word, rest);
	if (!found_take_hex(rest, &l->bytes))
		return false;
	rule_list_put(&l->found->rules, buf_view(&l->bytes));
	return !l->found->rules.bytes.failed;
}

int found_parse(struct found *f, struct sv text, const char *name, const char *first,
		found_line_fn line, void *ctx, struct err *e)
{
	struct loader l = {f, line, ctx, BUF_INIT(RULE_LIST_MAX)};
	unsigned number = 1;
	struct sv one;
	bool is_good = sv_line(&text, &one) && sv_eq(one, sv_cstr(first));

	*f = FOUND_INIT;
	while (is_good && sv_line(&text, &one)) {
		number++;
		/* Killed while writing: a torn last line says nothing that has happened. */
		is_good = load_line(&l, one) || text.n == 0;
	}
	buf_release(&l.bytes);
	if (is_good)
		return 0;
	found_release(f);
	return err_set(e, "%s:%u: this is no state that aurum wrote", name, number);
}

/* Opens the file if it is one of this user alone whose writer is gone. */
static int open_state(const char *path, struct err *e)
{
	CLEAN_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return err_sys(e, "cannot read %s", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 022))
		return err_set(e, "%s is not a file that only this user can write", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return take_fd(&fd);
	if (errno != EWOULDBLOCK)
		return err_sys(e, "cannot lock %s", path);
	(void)err_set(e, "%s: the process that wrote it is still at work", path);
	if (e)
		e->sys = EBUSY;
	return -1;
}

int found_load(struct found *f, const char *path, const char *first, found_line_fn line, void *ctx,
	       int *fd, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(FOUND_FILE_MAX);
	CLEAN_FD int opened = open_state(path, e);

	*f = FOUND_INIT;
	*fd = -1;
	if (opened < 0 || file_read_fd(opened, path, &text, e) != 0 ||
	    found_parse(f, buf_view(&text), path, first, line, ctx, e) != 0)
		return -1;
	*fd = take_fd(&opened);
	return 0;
}

/* ---- putting back ---- */

int found_put_status(const struct found *f, struct audit_control *c, struct err *e)
{
	const struct audit_status *was = &f->status;
	struct audit_status now;

	if (audit_get_status(c, &now, e) != 0)
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

int found_is_here(const struct found *f, struct audit_control *c, struct err *e)
{
	struct rule_list now;
	int status = list_rules(c, &now, e);

	if (status == 0)
		status = sv_eq(buf_view(&now.bytes), buf_view(&f->rules.bytes));
	rule_list_release(&now);
	return status;
}

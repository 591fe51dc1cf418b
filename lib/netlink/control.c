/*
 * The requests, one function each: what to send, what comes back. How they travel is in
 * exchange.c. Structs go out as bytes of a local one and come in by memcpy, never by a cast.
 */
#include "netlink/control.h"

#include "netlink/exchange.h"

#include <errno.h>
#include <stddef.h>

void audit_control_init(struct audit_control *c, struct audit_socket *s)
{
	memset(c, 0, offsetof(struct audit_control, reply));
	c->socket = s;
	c->timeout_ms = AUDIT_CONTROL_TIMEOUT_MS;
}

/* Only system calls that read take iovecs without const. */
static struct iovec part(const void *bytes, size_t n)
{
	struct iovec v = {NULL, n};

	memcpy(&v.iov_base, &bytes, sizeof(bytes));
	return v;
}

static struct iovec part_sv(struct sv v)
{
	return part(v.p, v.n);
}

/* Where an answer of fixed size goes; kernels older or newer may send less or more of it. */
struct fixed {
	void *out;
	size_t size, least;
};

static bool take_fixed(void *ctx, struct sv payload)
{
	struct fixed *f = ctx;
	struct sv known = sv_head(payload, f->size);

	if (known.n < f->least)
		return false;
	memset(f->out, 0, f->size);
	memcpy(f->out, known.p, known.n);
	return true;
}

/* Asks for a struct of size bytes, of which least must come. */
static int get_fixed(struct audit_control *c, uint16_t request, const char *what, void *out,
		     size_t size, size_t least, struct err *e)
{
	struct fixed f = {out, size, least};
	struct exchange x = {
		.what = what,
		.request = request,
		.answer = request,
		.take = take_fixed,
		.ctx = &f,
	};

	return exchange_run(c, &x, e);
}

/* Sends one payload and waits for the acknowledgement. */
static int send_part(struct audit_control *c, uint16_t request, const char *what,
		     struct iovec payload, struct err *e)
{
	struct exchange x = {.what = what, .request = request, .parts = {payload}, .count = 1};

	return exchange_run(c, &x, e);
}

int audit_get_status(struct audit_control *c, struct audit_status *out, struct err *e)
{
	/* backlog is the last field that every kernel has. */
	size_t least = offsetof(struct audit_status, backlog) + sizeof(out->backlog);

	return get_fixed(c, AUDIT_GET, "read the audit status", out, sizeof(*out), least, e);
}

int audit_set_status(struct audit_control *c, const struct audit_status *s, struct err *e)
{
	return send_part(c, AUDIT_SET, "change the audit status", part(s, sizeof(*s)), e);
}

/* One field of the status; *was, which may be NULL, is what a reset returns. */
static int set_one(struct audit_control *c, const struct audit_status *s, const char *what,
		   uint32_t *was, struct err *e)
{
	struct exchange x = {
		.what = what,
		.request = AUDIT_SET,
		.parts = {part(s, sizeof(*s))},
		.count = 1,
	};

	if (exchange_run(c, &x, e) != 0)
		return -1;
	if (was)
		*was = x.value;
	return 0;
}

int audit_set_enabled(struct audit_control *c, uint32_t value, struct err *e)
{
	struct audit_status s = {.mask = AUDIT_STATUS_ENABLED, .enabled = value};

	return set_one(c, &s, "set the enabled flag", NULL, e);
}

int audit_set_failure(struct audit_control *c, uint32_t value, struct err *e)
{
	struct audit_status s = {.mask = AUDIT_STATUS_FAILURE, .failure = value};

	return set_one(c, &s, "set the failure flag", NULL, e);
}

int audit_set_rate_limit(struct audit_control *c, uint32_t value, struct err *e)
{
	struct audit_status s = {.mask = AUDIT_STATUS_RATE_LIMIT, .rate_limit = value};

	return set_one(c, &s, "set the rate limit", NULL, e);
}

int audit_set_backlog_limit(struct audit_control *c, uint32_t value, struct err *e)
{
	struct audit_status s = {.mask = AUDIT_STATUS_BACKLOG_LIMIT, .backlog_limit = value};

	return set_one(c, &s, "set the backlog limit", NULL, e);
}

int audit_set_backlog_wait_time(struct audit_control *c, uint32_t value, struct err *e)
{
	struct audit_status s = {
		.mask = AUDIT_STATUS_BACKLOG_WAIT_TIME,
		.backlog_wait_time = value,
	};

	return set_one(c, &s, "set the backlog wait time", NULL, e);
}

int audit_reset_lost(struct audit_control *c, uint32_t *was, struct err *e)
{
	struct audit_status s = {.mask = AUDIT_STATUS_LOST};

	return set_one(c, &s, "reset the lost counter", was, e);
}

int audit_reset_backlog_wait_time_actual(struct audit_control *c, uint32_t *was, struct err *e)
{
	struct audit_status s = {.mask = AUDIT_STATUS_BACKLOG_WAIT_TIME_ACTUAL};

	return set_one(c, &s, "reset the time spent waiting for the backlog", was, e);
}

int audit_set_pid(struct audit_control *c, uint32_t pid, struct err *e)
{
	struct audit_status s = {.mask = AUDIT_STATUS_PID, .pid = pid};
	const char *what =
		pid ? "register as the audit daemon" : "end the registration as the audit daemon";
	struct audit_status owner;
	struct err own;

	if (set_one(c, &s, what, NULL, &own) == 0)
		return 0;
	if (own.sys == EEXIST && audit_get_status(c, &owner, NULL) == 0 && owner.pid) {
		err_set(&own,
			"cannot %s: the audit daemon with pid %u owns the kernel's audit socket",
			what, owner.pid);
		own.sys = EEXIST;
	}
	if (e)
		*e = own;
	return -1;
}

int audit_get_features(struct audit_control *c, struct audit_features *out, struct err *e)
{
	return get_fixed(c, AUDIT_GET_FEATURE, "read the audit features", out, sizeof(*out),
			 sizeof(*out), e);
}

int audit_set_features(struct audit_control *c, uint32_t mask, uint32_t on, uint32_t lock,
		       struct err *e)
{
	struct audit_features f = {
		.vers = AUDIT_FEATURE_VERSION,
		.mask = mask,
		.features = on,
		.lock = lock,
	};

	return send_part(c, AUDIT_SET_FEATURE, "change an audit feature", part(&f, sizeof(f)), e);
}

/* A whole rule: fixed part, then as many bytes of strings as it says. */
static bool is_whole_rule(struct sv rule)
{
	uint32_t strings;

	if (rule.n < sizeof(struct audit_rule_data))
		return false;
	memcpy(&strings, rule.p + offsetof(struct audit_rule_data, buflen), sizeof(strings));
	return rule.n - sizeof(struct audit_rule_data) >= strings;
}

static int send_rule(struct audit_control *c, uint16_t request, const char *what, struct sv rule,
		     struct err *e)
{
	if (!is_whole_rule(rule)) {
		err_set(e, "cannot %s: its bytes are incomplete", what);
		if (e)
			e->sys = EINVAL;
		return -1;
	}
	return send_part(c, request, what, part_sv(rule), e);
}

int audit_add_rule(struct audit_control *c, struct sv rule, struct err *e)
{
	return send_rule(c, AUDIT_ADD_RULE, "add the rule", rule, e);
}

int audit_delete_rule(struct audit_control *c, struct sv rule, struct err *e)
{
	return send_rule(c, AUDIT_DEL_RULE, "delete the rule", rule, e);
}

struct listing {
	audit_rule_fn fn;
	void *ctx;
};

static bool take_rule(void *ctx, struct sv payload)
{
	const struct listing *l = ctx;

	if (!is_whole_rule(payload))
		return false;
	l->fn(l->ctx, payload);
	return true;
}

int audit_list_rules(struct audit_control *c, audit_rule_fn fn, void *ctx, struct err *e)
{
	struct listing l = {fn, ctx};
	struct exchange x = {
		.what = "list the rules",
		.request = AUDIT_LIST_RULES,
		.answer = AUDIT_LIST_RULES,
		.is_list = true,
		.take = take_rule,
		.ctx = &l,
	};

	return exchange_run(c, &x, e);
}

int audit_send_user(struct audit_control *c, uint16_t type, struct sv text, struct err *e)
{
	/* The kernel overwrites the last byte with a NUL: it must not be one of the text's. */
	struct exchange x = {
		.what = "send the message",
		.request = type,
		.parts = {part_sv(text), part("", 1)},
		.count = 2,
	};

	return exchange_run(c, &x, e);
}

static bool take_signal(void *ctx, struct sv payload)
{
	struct audit_signal *out = ctx;
	struct sv label;

	if (payload.n < 8)
		return false;
	memcpy(&out->uid, payload.p, 4);
	memcpy(&out->pid, payload.p + 4, 4);
	label = sv_from(payload, 8);
	out->context = sv_head(label, sv_index(label, '\0'));
	return true;
}

int audit_get_signal(struct audit_control *c, struct audit_signal *out, struct err *e)
{
	struct exchange x = {
		.what = "ask who sent the signal",
		.request = AUDIT_SIGNAL_INFO,
		.answer = AUDIT_SIGNAL_INFO,
		.take = take_signal,
		.ctx = out,
	};

	return exchange_run(c, &x, e);
}

int audit_trim(struct audit_control *c, struct err *e)
{
	struct exchange x = {.what = "trim the watched trees", .request = AUDIT_TRIM};

	return exchange_run(c, &x, e);
}

int audit_make_equivalent(struct audit_control *c, struct sv old_dir, struct sv new_dir,
			  struct err *e)
{
	uint32_t sizes[2] = {(uint32_t)old_dir.n, (uint32_t)new_dir.n};
	struct exchange x = {
		.what = "make the directories equivalent",
		.request = AUDIT_MAKE_EQUIV,
		.parts = {part(sizes, sizeof(sizes)), part_sv(old_dir), part_sv(new_dir)},
		.count = 3,
	};

	return exchange_run(c, &x, e);
}

int audit_get_tty(struct audit_control *c, struct audit_tty_status *out, struct err *e)
{
	/* log_passwd is younger than the request. */
	return get_fixed(c, AUDIT_TTY_GET, "read the terminal auditing status", out, sizeof(*out),
			 sizeof(out->enabled), e);
}

int audit_set_tty(struct audit_control *c, const struct audit_tty_status *s, struct err *e)
{
	return send_part(c, AUDIT_TTY_SET, "change the terminal auditing status",
			 part(s, sizeof(*s)), e);
}

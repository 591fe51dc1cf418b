/*
 * One event to a fact about processes. What the kernel wrote counts; of what a program wrote (inside
 * msg='...') only where a session came from is taken, from the types that log people in.
 */
#include "query/tree_priv.h"

#include "base/num.h"
#include "record/argv.h"
#include "record/escape.h"
#include "table/table.h"
#include "table/usertype.h"

#include <linux/audit.h>
#include <linux/sched.h>

#define TEXT_MAX  ((size_t)8192)
#define WORD_MAX  ((size_t)1 << 18) /* the kernel takes words of half that */
#define EXIT_MASK 0xff              /* of the status what the parent is told */

/* What records say, raw; p is NULL for what they do not. */
enum own {
	OWN_PID,
	OWN_PPID,
	OWN_AUID,
	OWN_EUID,
	OWN_UID,
	OWN_SES,
	OWN_ARCH,
	OWN_SYSCALL,
	OWN_SUCCESS,
	OWN_EXIT,
	OWN_A0,
	OWN_A1,
	OWN_COMM,
	OWN_EXE,
	OWN_TTY,
	OWN_SIG,
	OWN_RES,
	OWN_COUNT
};

static const struct {
	const char *name;
	unsigned char length;
} own_names[OWN_COUNT] = {
#define NAME(id, text) [id] = {text, sizeof(text) - 1}
	NAME(OWN_PID, "pid"),   NAME(OWN_PPID, "ppid"),       NAME(OWN_AUID, "auid"),
	NAME(OWN_EUID, "euid"), NAME(OWN_UID, "uid"),         NAME(OWN_SES, "ses"),
	NAME(OWN_ARCH, "arch"), NAME(OWN_SYSCALL, "syscall"), NAME(OWN_SUCCESS, "success"),
	NAME(OWN_EXIT, "exit"), NAME(OWN_A0, "a0"),           NAME(OWN_A1, "a1"),
	NAME(OWN_COMM, "comm"), NAME(OWN_EXE, "exe"),         NAME(OWN_TTY, "tty"),
	NAME(OWN_SIG, "sig"),   NAME(OWN_RES, "res"),
#undef NAME
};

/* The last one of a name: a LOGIN of kernels before 3.14 has the new values behind the old ones. */
static void read_own(const struct record *r, struct field own[OWN_COUNT])
{
	struct fields it;
	struct field f;

	memset(own, 0, sizeof(*own) * OWN_COUNT);
	for (fields_init(&it, r); fields_next(&it, &f);)
		for (size_t i = 0; f.origin == FIELD_KERNEL && i < OWN_COUNT; i++)
			if (f.name.n == own_names[i].length &&
			    memcmp(f.name.p, own_names[i].name, f.name.n) == 0)
				own[i] = f;
}

static uint32_t number_of(const struct field *f)
{
	uint32_t n;

	return num_u32(f->value, &n) ? n : TREE_UNKNOWN;
}

static uint64_t hex_of(const struct field *f)
{
	uint64_t n;

	return num_hex64(f->value, &n) ? n : 0;
}

/* Decoded, in b, which is emptied before. */
static struct sv text_of(const struct field *f, struct buf *b)
{
	buf_reset(b);
	if (f->quote)
		return f->value;
	if (f->value.n == 0 || sv_eq(f->value, SV("(null)")) || sv_eq(f->value, SV("(none)")) ||
	    sv_eq(f->value, SV("?")))
		return SV_EMPTY;
	return decode_pairs(f->value, b) ? buf_view(b) : f->value;
}

/* A name that auditd looked up: bare, or in quotes. */
static struct sv tail_name(const struct record *r, struct sv name)
{
	struct field f;

	if (!record_field_from(r, FIELD_TAIL, name, &f) || sv_eq(f.value, SV("unset")) ||
	    sv_starts(f.value, SV("unknown(")))
		return SV_EMPTY;
	return f.value;
}

/* ---- who ---- */

static void take_who(struct tree_reading *t, const struct record *r, const struct field *own)
{
	struct tree_fact *f = &t->fact;
	bool has_euid = own[OWN_EUID].value.n > 0;

	f->pid = number_of(&own[OWN_PID]);
	f->ppid = number_of(&own[OWN_PPID]);
	f->auid = number_of(&own[OWN_AUID]);
	f->euid = number_of(&own[has_euid ? OWN_EUID : OWN_UID]);
	f->session = number_of(&own[OWN_SES]);
	f->user = tail_name(r, has_euid ? SV("EUID") : SV("UID"));
	f->comm = text_of(&own[OWN_COMM], &t->comm);
	f->exe = text_of(&own[OWN_EXE], &t->exe);
	f->terminal = sv_eq(own[OWN_TTY].value, SV("(none)")) ? SV_EMPTY : own[OWN_TTY].value;
}

/* ---- system calls ---- */

/* Words with a NUL behind each, as many as fit. */
static void take_words(struct tree_reading *t, const struct event *event)
{
	struct argv argv;

	buf_reset(&t->words);
	argv_init(&argv, event->records, event->count);
	while (!t->exec.is_cut && argv_next(&argv, &t->word)) {
		size_t left = TREE_COMMAND_MAX - t->words.n;

		t->exec.is_cut = t->word.failed || t->word.n >= left;
		if (left == 0)
			break;
		buf_put(&t->words, sv_head(buf_view(&t->word), left - 1));
		buf_putc(&t->words, '\0');
	}
	t->exec.words = buf_view(&t->words);
}

/* What was to be run: the first PATH, where the call has got so far. */
static struct sv asked_for(struct tree_reading *t, const struct event *event)
{
	struct field f;

	for (size_t i = 0; i < event->count; i++)
		if (event->records[i].type == AUDIT_PATH &&
		    record_field(&event->records[i], SV("name"), &f))
			return text_of(&f, &t->path);
	return SV_EMPTY;
}

static void take_exec(struct tree_reading *t, const struct event *event, const struct field *own,
		      bool has_failed)
{
	int64_t exit;

	t->exec = (struct tree_exec){.stamp = event->stamp, .has_failed = has_failed};
	take_words(t, event);
	t->exec.path = has_failed ? asked_for(t, event) : t->fact.exe;
	if (has_failed && num_i64(own[OWN_EXIT].value, &exit) && exit < 0 && exit > -4096)
		t->exec.error = (int)-exit;
	t->fact.kind = FACT_EXEC;
	t->fact.exec = &t->exec;
}

/* exit= is the child's pid as the parent's own pid namespace counts; tree_build.c knows. */
static void take_fork(struct tree_reading *t, const struct field *own, bool is_sure)
{
	uint32_t child = number_of(&own[OWN_EXIT]);

	if (child == 0 || child > INT32_MAX)
		return;
	t->fact.kind = FACT_FORK;
	t->fact.value = child;
	t->fact.is_sure = is_sure;
}

static bool makes_thread(enum machine m, const struct field *own)
{
	bool is_second =
		m == MACHINE_S390X || m == MACHINE_S390; /* their flags are behind the stack */

	return hex_of(&own[is_second ? OWN_A1 : OWN_A0]) & CLONE_THREAD;
}

static void take_call(struct tree_reading *t, const struct event *event, const struct field *own)
{
	enum machine m = machine_of_arch((uint32_t)hex_of(&own[OWN_ARCH]));
	uint32_t nr = number_of(&own[OWN_SYSCALL]);
	const char *known = nr != TREE_UNKNOWN ? syscall_name(m, nr) : NULL;
	bool worked = sv_eq(own[OWN_SUCCESS].value, SV("yes"));
	struct sv name = sv_cstr(known ? known : "");

	if (sv_eq(name, SV("execve")) || sv_eq(name, SV("execveat"))) {
		take_exec(t, event, own, !worked);
	} else if (sv_eq(name, SV("exit_group")) || sv_eq(name, SV("exit"))) {
		t->fact.kind = name.n == 4 ? FACT_EXIT_THREAD : FACT_EXIT;
		t->fact.value = (int64_t)(hex_of(&own[OWN_A0]) & EXIT_MASK);
	} else if (worked && (sv_eq(name, SV("fork")) || sv_eq(name, SV("vfork")) ||
			      (sv_eq(name, SV("clone")) && !makes_thread(m, own)))) {
		take_fork(t, own, true);
	} else if (worked && sv_eq(name, SV("clone3"))) {
		take_fork(t, own, false); /* its flags are not recorded: it may be a thread */
	}
}

/* ---- sessions ---- */

static void take_session(struct tree_reading *t, const struct record *r)
{
	struct sv address = SV_EMPTY, host = SV_EMPTY;
	struct fields it;
	struct field f;

	t->login = (struct tree_login){.session = t->fact.session,
				       .auid = t->fact.auid,
				       .pid = t->fact.pid,
				       .stamp = r->stamp,
				       .user = tail_name(r, SV("AUID"))};
	t->fact.value = r->type == AUDIT_USER_LOGIN;
	t->fact.login = &t->login;
	for (fields_init(&it, r); fields_next(&it, &f);) {
		if (f.origin != FIELD_USER)
			continue;
		if (sv_eq(f.name, SV("res")) && !sv_eq(f.value, SV("success")))
			t->fact.kind = FACT_SEEN;
		else if (sv_eq(f.name, SV("exe")))
			t->login.program = text_of(&f, &t->exe);
		else if (sv_eq(f.name, SV("addr")))
			address = f.value;
		else if (sv_eq(f.name, SV("hostname")))
			host = f.value;
		else if (sv_eq(f.name, SV("terminal")))
			t->login.terminal = f.value;
	}
	if (sv_eq(t->login.terminal, SV("?")))
		t->login.terminal = SV_EMPTY;
	if (address.n == 0 || sv_eq(address, SV("?")))
		address = host;
	t->login.address = sv_eq(address, SV("?")) ? SV_EMPTY : address;
	t->fact.exe = t->login.program;
}

static void take_user_record(struct tree_reading *t, const struct record *r)
{
	struct field f;

	if (r->type == AUDIT_SYSTEM_BOOT)
		t->fact.kind = FACT_BOOT;
	else if ((r->type == AUDIT_USER_LOGIN || r->type == AUDIT_USER_START) &&
		 t->fact.session != TREE_UNKNOWN) {
		t->fact.kind = FACT_SESSION;
		take_session(t, r);
	} else if (record_field_from(r, FIELD_USER, SV("exe"), &f)) {
		t->fact.exe = text_of(&f, &t->exe);
	}
}

static void take_login(struct tree_reading *t, const struct record *r, const struct field *own)
{
	if (sv_eq(own[OWN_RES].value, SV("0")))
		return;
	t->login = (struct tree_login){.session = t->fact.session,
				       .auid = t->fact.auid,
				       .pid = t->fact.pid,
				       .stamp = r->stamp,
				       .user = tail_name(r, SV("AUID"))};
	t->fact.login = &t->login;
	t->fact.kind = FACT_LOGIN;
}

/* ---- events ---- */

static bool is_of_user(uint32_t type)
{
	return type == AUDIT_USER ||
	       (type >= AUDIT_FIRST_USER_MSG && type <= AUDIT_LAST_USER_MSG) ||
	       (type >= AUDIT_FIRST_USER_MSG2 && type <= AUDIT_LAST_USER_MSG2);
}

/* The record that says most about a process: a SYSCALL, else the first with a pid. */
static const struct record *main_record(const struct event *event)
{
	const struct record *first = NULL;
	struct field f;

	for (size_t i = 0; i < event->count; i++) {
		const struct record *r = &event->records[i];

		if (r->type == AUDIT_SYSCALL || r->type == AUDIT_URINGOP)
			return r;
		if (!first && record_field(r, SV("pid"), &f))
			first = r;
	}
	return first;
}

static const struct record *of_type(const struct event *event, uint32_t type)
{
	for (size_t i = 0; i < event->count; i++)
		if (event->records[i].type == type)
			return &event->records[i];
	return NULL;
}

/* LOGIN has no ppid; the SYSCALL beside it has. */
static void take_login_event(struct tree_reading *t, const struct record *r,
			     const struct record *login)
{
	struct field own[OWN_COUNT];
	uint32_t ppid = t->fact.ppid;

	read_own(login, own);
	t->fact.auid = number_of(&own[OWN_AUID]);
	t->fact.session = number_of(&own[OWN_SES]);
	if (login == r)
		t->fact.ppid = ppid;
	take_login(t, login, own);
}

bool tree_read(struct tree_reading *t, const struct event *event)
{
	const struct record *r = main_record(event), *login;
	struct field own[OWN_COUNT];

	if (!r)
		return false;
	read_own(r, own);
	t->fact =
		(struct tree_fact){.first = event->stamp, .last = event->stamp, .kind = FACT_SEEN};
	take_who(t, r, own);
	if (t->fact.pid == TREE_UNKNOWN || t->fact.pid == 0)
		return false;
	login = of_type(event, AUDIT_LOGIN);
	if (login) {
		take_login_event(t, r, login);
	} else if (r->type == AUDIT_SYSCALL) {
		take_call(t, event, own);
	} else if (r->type == AUDIT_ANOM_ABEND) {
		t->fact.kind = FACT_KILLED;
		t->fact.value = number_of(&own[OWN_SIG]);
	} else if (is_of_user(r->type)) {
		take_user_record(t, r);
	}
	return true;
}

bool tree_pid_of(const struct event *event, uint32_t *pid)
{
	const struct record *r = main_record(event);
	struct field f;

	return r && record_field(r, SV("pid"), &f) && num_u32(f.value, pid) && *pid != 0;
}

void tree_reading_init(struct tree_reading *r)
{
	*r = (struct tree_reading){.comm = BUF_INIT(TEXT_MAX),
				   .exe = BUF_INIT(TEXT_MAX),
				   .path = BUF_INIT(TEXT_MAX),
				   .word = BUF_INIT(WORD_MAX),
				   .words = BUF_INIT(TREE_COMMAND_MAX)};
}

void tree_reading_release(struct tree_reading *r)
{
	buf_release(&r->comm);
	buf_release(&r->exe);
	buf_release(&r->words);
	buf_release(&r->path);
	buf_release(&r->word);
}

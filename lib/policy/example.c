/*
 * An event that a rule takes: values are chosen that fulfil its conditions, and written as the
 * kernel writes them. What a rule leaves open is somebody called 1000 at work.
 */
#include "policy/explain.h"

#include "policy/call_perm.h"
#include "policy/cover.h"
#include "policy/filter.h"
#include "rule/field.h"

#include <fcntl.h>
#include <sys/socket.h>

#define RECORDS_MAX 8
#define MEMORY_MAX  ((size_t)1 << 20)
#define STAMP       "msg=audit(1700000000.000:1): "

/* The ids of a task and its file, each under its field. */
static const uint32_t id_fields[] = {
	AUDIT_LOGINUID, AUDIT_UID,  AUDIT_GID,   AUDIT_EUID,    AUDIT_SUID,    AUDIT_FSUID,
	AUDIT_EGID,     AUDIT_SGID, AUDIT_FSGID, AUDIT_OBJ_UID, AUDIT_OBJ_GID,
};

struct making {
	const struct rule *rule;
	struct buf *out;
	enum machine machine;
	uint32_t call;
	const char *call_name;
	uint32_t ids[LEN(id_fields)];
	uint32_t args[4], result;
	bool succeeds;
	struct sv exe;
};

/* The value that fits, or the first one that does. */
static uint32_t pick(const struct rule *r, uint32_t field, uint32_t preferred)
{
	struct value_set left = rule_values(r, field);

	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == field &&
		    (r->fields[i].op == AUDIT_BIT_MASK || r->fields[i].op == AUDIT_BIT_TEST))
			preferred |= r->fields[i].value;
	if (value_set_is_empty(&left) || value_set_has(&left, preferred))
		return preferred;
	return left.ranges[0].from;
}

/* ---- which call ---- */

static const struct {
	uint32_t perm;
	const char *call;
} natural_calls[] = {
	{AUDIT_PERM_WRITE, "openat"},
	{AUDIT_PERM_ATTR, "fchmodat"},
	{AUDIT_PERM_EXEC, "execve"},
	{AUDIT_PERM_READ, "openat"},
};

static bool use_call(struct making *m, const char *name)
{
	uint32_t nr;

	if (!syscall_find(m->machine, sv_cstr(name), &nr) || !rule_has_call(m->rule, nr))
		return false;
	m->call = nr;
	m->call_name = name;
	return true;
}

static bool choose_call(struct making *m)
{
	const struct rule_field *perm = rule_condition(m->rule, AUDIT_PERM);

	if (m->rule->list == AUDIT_FILTER_URING_EXIT)
		m->machine = MACHINE_URING;
	if (perm)
		for (size_t i = 0; i < LEN(natural_calls); i++)
			if (perm->value & natural_calls[i].perm &&
			    use_call(m, natural_calls[i].call))
				return true;
	if (rule_has_all_calls(m->rule) &&
	    (use_call(m, rule_condition(m->rule, AUDIT_SADDR_FAM) ? "connect" : "openat") ||
	     use_call(m, "open")))
		return true;
	for (uint32_t nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++)
		if (rule_has_call(m->rule, nr) &&
		    (!perm || call_perms(m->machine, nr) & perm->value)) {
			m->call = nr;
			m->call_name = syscall_name(m->machine, nr);
			return true;
		}
	return false;
}

static bool is_call(const struct making *m, const char *start)
{
	return m->call_name && sv_starts(sv_cstr(m->call_name), sv_cstr(start));
}

/* ---- values ---- */

static uint32_t *id_of(struct making *m, uint32_t field)
{
	for (size_t i = 0; i < LEN(id_fields); i++)
		if (id_fields[i] == field)
			return &m->ids[i];
	return NULL;
}

static void choose_ids(struct making *m)
{
	for (size_t i = 0; i < LEN(id_fields); i++)
		m->ids[i] = pick(m->rule, id_fields[i], 1000);
	/* Fields of which one of many has to fit are not in rule_values() as a set. */
	for (uint32_t i = 0; i < m->rule->field_count; i++) {
		const struct rule_field *f = &m->rule->fields[i];
		uint32_t *id = field_is_single(f->field) ? NULL : id_of(m, f->field);
		struct value_set passes;

		if (id && value_set_of(f->op, f->value, &passes) && !value_set_has(&passes, *id) &&
		    !value_set_is_empty(&passes))
			*id = passes.ranges[0].from;
	}
}

/* -C: the second of two ids follows the first, or steps aside. */
static void settle_pairs(struct making *m)
{
	for (uint32_t i = 0; i < m->rule->field_count; i++) {
		const struct rule_field *f = &m->rule->fields[i];
		struct sv left, right;
		uint32_t a, b, *x, *y;

		if (f->field != AUDIT_FIELD_COMPARE || !compare_names(f->value, &left, &right) ||
		    !rulefield_find(left, &a) || !rulefield_find(right, &b) || !(x = id_of(m, a)) ||
		    !(y = id_of(m, b)))
			continue;
		if (rule_condition(m->rule, b)) {
			uint32_t *swap = x;

			x = y;
			y = swap;
		}
		if (f->op == AUDIT_EQUAL)
			*y = *x;
		else if (*x == *y)
			*y = *x ? 0 : 1000;
	}
}

static void choose_args(struct making *m)
{
	const struct rule_field *perm = rule_condition(m->rule, AUDIT_PERM);
	uint32_t flags = perm && !(perm->value & AUDIT_PERM_READ) ? O_WRONLY : O_RDONLY;
	bool is_at = is_call(m, "openat");
	uint32_t usual[4] = {is_at ? (uint32_t)AT_FDCWD : 0x7f10, is_at ? 0x7f10 : flags,
			     is_at ? flags : 0, 0};

	for (uint32_t i = 0; i < 4; i++)
		m->args[i] = pick(m->rule, AUDIT_ARG0 + i, usual[i]);
}

static void choose_result(struct making *m)
{
	struct value_set outcome = rule_values(m->rule, AUDIT_SUCCESS);
	struct value_set results = rule_values(m->rule, AUDIT_EXIT);

	m->succeeds = value_set_has(&outcome, 1);
	m->result = m->succeeds ? (is_call(m, "open") ? 3 : 0) : (uint32_t)-13;
	if (!value_set_has(&results, m->result) && !value_set_is_empty(&results))
		m->result = results.ranges[results.count - 1].to;
	if (m->result > UINT32_C(0xfffff000))
		m->succeeds = false;
}

static void choose_program(struct making *m)
{
	m->exe = SV("/usr/bin/example");
	for (uint32_t i = 0; i < m->rule->field_count; i++)
		if (m->rule->fields[i].field == AUDIT_EXE && m->rule->fields[i].op == AUDIT_EQUAL)
			m->exe = rule_text(m->rule, &m->rule->fields[i]);
}

/* ---- records ---- */

/* As the kernel writes text that is not its own: in quotes, or in hexadecimal. */
static void put_untrusted(struct sv text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] == '"' || (unsigned char)text.p[i] >= 0x7f) {
			buf_put_hex(out, text);
			return;
		}
	buf_putc(out, '"');
	buf_put(out, text);
	buf_putc(out, '"');
}

static struct sv last_name(struct sv path)
{
	while (sv_index(path, '/') < path.n)
		path = sv_from(path, sv_index(path, '/') + 1);
	return path;
}

static void put_ids(struct making *m)
{
	static const struct {
		const char *name;
		uint32_t field;
	} ids[] = {{"uid", AUDIT_UID},   {"gid", AUDIT_GID},     {"euid", AUDIT_EUID},
		   {"suid", AUDIT_SUID}, {"fsuid", AUDIT_FSUID}, {"egid", AUDIT_EGID},
		   {"sgid", AUDIT_SGID}, {"fsgid", AUDIT_FSGID}};

	for (size_t i = 0; i < LEN(ids); i++)
		buf_printf(m->out, " %s=%u", ids[i].name, *id_of(m, ids[i].field));
}

static void put_label(const struct making *m, uint32_t first, struct buf *out)
{
	static const char *const usual[] = {"unconfined_u", "unconfined_r", "unconfined_t", "s0"};

	for (uint32_t i = 0; i < 4; i++) {
		const struct rule_field *f = rule_condition(m->rule, first + i);

		if (i)
			buf_putc(out, ':');
		if (f && f->op == AUDIT_EQUAL)
			buf_put(out, rule_text(m->rule, f));
		else
			buf_puts(out, usual[i]);
	}
}

static void put_key(const struct making *m)
{
	const struct rule_field *key = rule_condition(m->rule, AUDIT_FILTERKEY);

	buf_puts(m->out, " key=");
	if (key)
		put_untrusted(rule_text(m->rule, key), m->out);
	else
		buf_puts(m->out, "(null)");
	buf_putc(m->out, '\n');
}

static void put_result(const struct making *m)
{
	buf_printf(m->out, " success=%s exit=%d", m->succeeds ? "yes" : "no", (int32_t)m->result);
}

static void put_operation(struct making *m, unsigned items)
{
	buf_printf(m->out, "type=URINGOP " STAMP "uring_op=%u", m->call);
	put_result(m);
	buf_printf(m->out, " items=%u ppid=%u pid=%u", items, pick(m->rule, AUDIT_PPID, 4700),
		   pick(m->rule, AUDIT_PID, 4711));
	put_ids(m);
	buf_puts(m->out, " subj=");
	put_label(m, AUDIT_SUBJ_USER, m->out);
	put_key(m);
}

static void put_call(struct making *m, unsigned items)
{
	buf_printf(m->out, "type=SYSCALL " STAMP "arch=%x syscall=%u",
		   pick(m->rule, AUDIT_ARCH, machine_arch(m->machine)), m->call);
	if (rule_condition(m->rule, AUDIT_PERS))
		buf_printf(m->out, " per=%x", pick(m->rule, AUDIT_PERS, 0));
	put_result(m);
	for (uint32_t i = 0; i < 4; i++)
		buf_printf(m->out, " a%u=%x", i, m->args[i]);
	buf_printf(m->out, " items=%u ppid=%u pid=%u auid=%u", items,
		   pick(m->rule, AUDIT_PPID, 4700), pick(m->rule, AUDIT_PID, 4711),
		   *id_of(m, AUDIT_LOGINUID));
	put_ids(m);
	buf_printf(m->out, " tty=pts0 ses=%u comm=", pick(m->rule, AUDIT_SESSIONID, 3));
	put_untrusted(sv_head(last_name(m->exe), 15), m->out);
	buf_puts(m->out, " exe=");
	put_untrusted(m->exe, m->out);
	buf_puts(m->out, " subj=");
	put_label(m, AUDIT_SUBJ_USER, m->out);
	put_key(m);
}

static bool has_file(const struct making *m)
{
	static const uint32_t fields[] = {AUDIT_WATCH,    AUDIT_DIR,      AUDIT_PERM,
					  AUDIT_INODE,    AUDIT_OBJ_UID,  AUDIT_OBJ_GID,
					  AUDIT_FILETYPE, AUDIT_DEVMAJOR, AUDIT_DEVMINOR,
					  AUDIT_OBJ_USER, AUDIT_OBJ_ROLE, AUDIT_OBJ_TYPE};
	static const char *const calls[] = {"open",  "creat", "unlink",   "rename", "mkdir",
					    "rmdir", "chmod", "fchmodat", "chown",  "truncate",
					    "exec",  "mount", "link",     "symlink"};

	struct sv left, right;

	for (uint32_t i = 0; i < m->rule->field_count; i++)
		if (m->rule->fields[i].field == AUDIT_FIELD_COMPARE &&
		    compare_names(m->rule->fields[i].value, &left, &right) &&
		    (sv_starts(left, SV("obj_")) || sv_starts(right, SV("obj_"))))
			return true;
	for (size_t i = 0; i < LEN(fields); i++)
		if (rule_condition(m->rule, fields[i]))
			return true;
	for (size_t i = 0; i < LEN(calls); i++)
		if (is_call(m, calls[i]))
			return true;
	return false;
}

static void put_name(const struct making *m)
{
	CLEANUP(buf_release) struct buf path = BUF_INIT(2 * RULE_TEXT_MAX);
	const struct rule_field *file = rule_condition(m->rule, AUDIT_WATCH);
	const struct rule_field *dir = rule_condition(m->rule, AUDIT_DIR);

	if (file) {
		buf_put(&path, rule_text(m->rule, file));
	} else if (dir && dir->op == AUDIT_EQUAL) {
		buf_put(&path, rule_text(m->rule, dir));
		buf_puts(&path, sv_ends(buf_view(&path), SV("/")) ? "example" : "/example");
	} else if (is_call(m, "exec")) {
		buf_put(&path, m->exe);
	} else {
		buf_puts(&path, "/srv/example");
	}
	put_untrusted(buf_view(&path), m->out);
}

/* The first value that fits a condition of which one file has to fulfil it. */
static uint32_t any_value(const struct making *m, uint32_t field, uint32_t preferred)
{
	const struct rule_field *f = rule_condition(m->rule, field);
	struct value_set passes;

	if (!f || !value_set_of(f->op, f->value, &passes) || value_set_is_empty(&passes) ||
	    value_set_has(&passes, preferred))
		return preferred;
	return passes.ranges[0].from;
}

static void put_file(struct making *m)
{
	const struct rule_field *type = rule_condition(m->rule, AUDIT_FILETYPE);
	bool is_exec = is_call(m, "exec");
	uint32_t mode =
		(type && type->op == AUDIT_EQUAL ? type->value : 0100000) | (is_exec ? 0755 : 0644);

	buf_puts(m->out, "type=PATH " STAMP "item=0 name=");
	put_name(m);
	buf_printf(m->out, " inode=%u dev=%02x:%02x mode=0%o ouid=%u ogid=%u rdev=00:00 obj=",
		   any_value(m, AUDIT_INODE, 1234), any_value(m, AUDIT_DEVMAJOR, 8),
		   any_value(m, AUDIT_DEVMINOR, 1), mode, *id_of(m, AUDIT_OBJ_UID),
		   *id_of(m, AUDIT_OBJ_GID));
	put_label(m, AUDIT_OBJ_USER, m->out);
	buf_puts(m->out, " nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n");
}

static void put_address(const struct making *m)
{
	uint16_t family = (uint16_t)pick(m->rule, AUDIT_SADDR_FAM, AF_INET);
	unsigned char bytes[16] = {0, 0, 0, 80, 192, 0, 2, 1};

	memcpy(bytes, &family, sizeof(family));
	buf_puts(m->out, "type=SOCKADDR " STAMP "saddr=");
	buf_put_hex(m->out, sv_make((const char *)bytes, sizeof(bytes)));
	buf_putc(m->out, '\n');
}

static void put_event(struct making *m)
{
	bool has_names = has_file(m), is_exec = is_call(m, "exec");

	if (m->machine == MACHINE_URING)
		put_operation(m, has_names);
	else
		put_call(m, has_names);
	if (is_exec) {
		buf_puts(m->out, "type=EXECVE " STAMP "argc=1 a0=");
		put_untrusted(last_name(m->exe), m->out);
		buf_putc(m->out, '\n');
	}
	if (rule_condition(m->rule, AUDIT_SADDR_FAM) || is_call(m, "connect") || is_call(m, "bind"))
		put_address(m);
	if (has_names) {
		buf_puts(m->out, "type=CWD " STAMP "cwd=\"/\"\n");
		put_file(m);
	}
	if (m->machine != MACHINE_URING) {
		buf_puts(m->out, "type=PROCTITLE " STAMP "proctitle=");
		put_untrusted(last_name(m->exe), m->out);
		buf_putc(m->out, '\n');
	}
}

/* The filter takes the event, as far as it says enough. */
static bool is_taken(const struct rule *r, struct sv lines)
{
	const struct placed_rule placed = {.rule = r, .file = "", .line = 1};
	const struct filter filter = {.rules = &placed, .count = 1};
	struct record records[RECORDS_MAX];
	struct filter_verdict verdict;
	struct filter_answer answer;
	struct arena memory;
	struct act act;
	struct sv line;
	size_t count = 0;
	bool taken = false;

	while (count < RECORDS_MAX && sv_line(&lines, &line) &&
	       record_parse(line, &records[count]) == RECORD_OK)
		count++;
	arena_init(&memory, MEMORY_MAX);
	if (count && act_read(&act, records, count, &memory) == 0) {
		filter_decide(&filter, &act, &verdict, &answer);
		taken = !answer.is_decided || answer.rule == 0;
	}
	arena_release(&memory);
	return taken;
}

bool example_event(const struct rule *r, const struct explain_style *style, struct buf *out)
{
	struct making m = {.rule = r, .out = out, .machine = style->machine};
	const struct rule_field *arch = rule_condition(r, AUDIT_ARCH);
	uint32_t first, second;
	size_t before = out->n;

	if (!rule_list_has_calls(r->list) || r->action != AUDIT_ALWAYS ||
	    rule_find_conflict(r, &first, &second) != CONFLICT_NONE)
		return false;
	if (arch)
		m.machine = machine_of_arch(pick(r, AUDIT_ARCH, machine_arch(style->machine)));
	if (!choose_call(&m))
		return false;
	choose_ids(&m);
	settle_pairs(&m);
	choose_args(&m);
	choose_result(&m);
	choose_program(&m);
	put_event(&m);
	if (is_taken(r, sv_from(buf_view(out), before)))
		return true;
	out->n =
		before; /* what it asks for takes more than one file, say: better none than wrong */
	return false;
}

/*
 * What a column of a report says of an event. Where the event says nothing, the number that stands
 * for that follows the reference, whose users compare.
 */
#include "query/report_cells.h"

#include "query/report_types.h"
#include "table/table.h"

/* ---- words ---- */

/* A name from the enriched part: AUID="alice", SYSCALL=openat. */
static bool put_looked_up(struct report_reader *rr, struct sv name, struct buf *out)
{
	struct fields it;
	struct field f;

	if (!rr->looked_up)
		return false;
	fields_init(&it, rr->looked_up);
	it = (struct fields){.rest = rr->looked_up->tail, .origin = FIELD_TAIL};
	while (fields_next(&it, &f))
		if (sv_eq(f.name, name)) {
			buf_put(out, f.value);
			return true;
		}
	return false;
}

void report_put_user(struct report_reader *rr, uint32_t uid, struct buf *out)
{
	if (!rr->interpret)
		buf_printf(out, "%d", (int)uid);
	else if (uid == NO_UID)
		buf_put(out, SV("unset"));
	else if (!put_looked_up(rr, SV("AUID"), out))
		names_put_user(rr->interpreter.names, uid, out);
}

void report_put_syscall(struct report_reader *rr, struct buf *out)
{
	uint32_t nr = number_or(rr, QUERY_SYSCALL, 0);
	const char *name;

	if (!rr->interpret) {
		buf_printf(out, "%d", (int)nr);
		return;
	}
	if (put_looked_up(rr, SV("SYSCALL"), out))
		return;
	if (!facts_has(&rr->facts, QUERY_MACHINE)) {
		buf_putc(out, '?');
		return;
	}
	name = syscall_name((enum machine)rr->facts.number[QUERY_MACHINE], nr);
	if (name)
		buf_puts(out, name);
	else
		buf_printf(out, "%d", (int)nr);
}

/* ---- cells ---- */

#define TEXT_CELL(name, item)                                                                      \
	CELL(name)                                                                                 \
	{                                                                                          \
		(void)i;                                                                           \
		if (!has_text(rr, item))                                                           \
			return false;                                                              \
		buf_put(out, rr->facts.text[item]);                                                \
		return true;                                                                       \
	}

TEXT_CELL(host, QUERY_HOST)
TEXT_CELL(term, QUERY_TERMINAL)
TEXT_CELL(exe, QUERY_EXE)
TEXT_CELL(comm, QUERY_COMM)
TEXT_CELL(account, QUERY_ACCOUNT)

CELL(auid)
{
	(void)i;
	report_put_user(rr, number_or(rr, QUERY_AUID, NO_AUID), out);
	return true;
}

CELL(type)
{
	const struct record *r = &rr->event->records[0];
	const char *name = msgtype_name(r->type);

	(void)i;
	if (name)
		buf_puts(out, name);
	else
		buf_put(out, r->type_name);
	return true;
}

CELL(success)
{
	(void)i;
	if (!facts_has(&rr->facts, QUERY_SUCCESS))
		buf_put(out, SV("unset"));
	else
		buf_puts(out, rr->facts.number[QUERY_SUCCESS] ? "yes" : "no");
	return true;
}

CELL(serial)
{
	(void)i;
	buf_put_u64(out, rr->event->stamp.serial);
	return true;
}

CELL(syscall)
{
	(void)i;
	report_put_syscall(rr, out);
	return true;
}

CELL(pid)
{
	(void)i;
	buf_put_u64(out, number_or(rr, QUERY_PID, NO_PID));
	return true;
}

CELL(session)
{
	(void)i;
	buf_put_u64(out, number_or(rr, QUERY_SESSION, NO_SESSION));
	return true;
}

/* An authentication is of the account, which need not be the user's who asks. */
CELL(authenticated)
{
	if (!report_cell_account(rr, i, out))
		report_put_user(rr, number_or(rr, QUERY_UID, NO_UID), out);
	return true;
}

/* Who failed to log in has no login user yet. */
CELL(login)
{
	bool failed = facts_has(&rr->facts, QUERY_SUCCESS) && !rr->facts.number[QUERY_SUCCESS];

	return (failed && report_cell_account(rr, i, out)) || report_cell_auid(rr, i, out);
}

CELL(exe_or_comm)
{
	return report_cell_exe(rr, i, out) || report_cell_comm(rr, i, out);
}

/* The first file that is not the folder of another. */
CELL(file)
{
	const struct facts *f = &rr->facts;
	size_t at = 0;

	(void)i;
	if (f->file_count > 1)
		while (at < f->file_count && f->files[at].is_parent)
			at++;
	if (at < f->file_count)
		buf_put(out, f->files[at].name);
	return true;
}

CELL(key)
{
	(void)i;
	buf_put(out, rr->facts.keys[0]);
	return true;
}

CELL(keystrokes)
{
	const struct record *r = &rr->event->records[0];
	struct field f;

	(void)i;
	if (!record_field(r, SV("data"), &f))
		return false;
	if (f.quote || !is_hex(f.value)) {
		if (f.quote)
			buf_putc(out, f.quote);
		buf_put(out, f.value);
		if (f.quote)
			buf_putc(out, f.quote);
		return true;
	}
	interpret_value(&rr->interpreter, r, &f, out);
	return true;
}

static const struct fact_access *access_at(const struct report_reader *rr, size_t i)
{
	return &rr->facts.accesses[i];
}

#define ACCESS_CELL(name, member)                                                                  \
	CELL(name)                                                                                 \
	{                                                                                          \
		struct sv text = access_at(rr, i)->member;                                         \
                                                                                                   \
		buf_put(out, text);                                                                \
		return text.p;                                                                     \
	}

ACCESS_CELL(subject, subject)
ACCESS_CELL(object, object)
ACCESS_CELL(class, class)
ACCESS_CELL(permissions, permissions)

CELL(verdict)
{
	static const char *const words[] = {"unset", "denied", "granted"};

	buf_puts(out, words[access_at(rr, i)->verdict]);
	return true;
}

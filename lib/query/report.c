/*
 * The table of reports and what its rows are made of: types, cells and keys. Which event
 * counts where follows the reference, whose users compare the numbers.
 */
#include "query/report.h"

#include "query/report_types.h"
#include "table/table.h"

#define WORDS_MAX ((size_t)4 << 20)

/* What a number stands for when no record says it. */
#define NO_PID     UINT32_MAX
#define NO_UID     UINT32_MAX
#define NO_AUID    (UINT32_MAX - 1)
#define NO_SESSION (UINT32_MAX - 1)

#define TASK_FACTS (FACT(QUERY_AUID))

/* ---- reading ---- */

void report_reader_init(struct report_reader *rr, uint32_t facts_wanted, struct names *names,
			bool interpret)
{
	*rr = (struct report_reader){.interpret = interpret, .words = BUF_INIT(WORDS_MAX)};
	facts_init(&rr->facts, facts_wanted);
	interpreter_init(&rr->interpreter, names, ESCAPE_RAW);
}

void report_reader_release(struct report_reader *rr)
{
	facts_release(&rr->facts);
	buf_release(&rr->words);
}

/* Names that auditd looked up count where the first record speaks for the whole event. */
void report_read(struct report_reader *rr, const struct event *event)
{
	rr->event = event;
	rr->looked_up = NULL;
	if (event->records[0].tail.n && (event->count == 1 || event->type == AUDIT_SYSCALL))
		rr->looked_up = &event->records[0];
	facts_gather(&rr->facts, event);
}

static uint32_t number_or(const struct report_reader *rr, enum query_item item, uint32_t none)
{
	return facts_has(&rr->facts, item) ? (uint32_t)rr->facts.number[item] : none;
}

static bool has_text(const struct report_reader *rr, enum query_item item)
{
	return facts_has(&rr->facts, item);
}

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

static void put_user(struct report_reader *rr, uint32_t uid, struct buf *out)
{
	if (!rr->interpret)
		buf_printf(out, "%d", (int)uid);
	else if (uid == NO_UID)
		buf_put(out, SV("unset"));
	else if (!put_looked_up(rr, SV("AUID"), out))
		names_put_user(rr->interpreter.names, uid, out);
}

static void put_syscall(struct report_reader *rr, struct buf *out)
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

#define CELL(name) static bool cell_##name(struct report_reader *rr, size_t i, struct buf *out)

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
	put_user(rr, number_or(rr, QUERY_AUID, NO_AUID), out);
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
	put_syscall(rr, out);
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
	if (!cell_account(rr, i, out))
		put_user(rr, number_or(rr, QUERY_UID, NO_UID), out);
	return true;
}

/* Who failed to log in has no login user yet. */
CELL(login)
{
	bool failed = facts_has(&rr->facts, QUERY_SUCCESS) && !rr->facts.number[QUERY_SUCCESS];

	return (failed && cell_account(rr, i, out)) || cell_auid(rr, i, out);
}

CELL(exe_or_comm)
{
	return cell_exe(rr, i, out) || cell_comm(rr, i, out);
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

/* Where a decision was recorded without a verdict, the last record speaks. */
static const struct fact_access *access_at(const struct report_reader *rr, size_t i)
{
	const struct facts *f = &rr->facts;

	for (size_t at = 0; at < f->access_count; at++)
		if (f->accesses[at].verdict != VERDICT_NONE && i-- == 0)
			return &f->accesses[at];
	return &f->accesses[f->access_count - 1];
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

/* ---- what a summary counts ---- */

#define COUNT(name) static void count_##name(struct report_reader *rr, struct tally *t)

#define COUNT_TEXT(name, item)                                                                     \
	COUNT(name)                                                                                \
	{                                                                                          \
		if (has_text(rr, item))                                                            \
			tally_add(t, rr->facts.text[item], 1);                                     \
	}

COUNT_TEXT(host, QUERY_HOST)
COUNT_TEXT(term, QUERY_TERMINAL)
COUNT_TEXT(exe, QUERY_EXE)
COUNT_TEXT(comm, QUERY_COMM)

COUNT(type)
{
	tally_add_number(t, rr->event->type, 1);
}

COUNT(pid)
{
	uint32_t pid = number_or(rr, QUERY_PID, NO_PID);

	if (pid != NO_PID)
		tally_add_number(t, (uint64_t)(int64_t)(int32_t)pid, 1);
}

static void count_user_number(struct report_reader *rr, uint32_t uid, struct tally *t)
{
	buf_reset(&rr->words);
	put_user(rr, uid, &rr->words);
	tally_add(t, buf_view(&rr->words), 1);
}

COUNT(user)
{
	if (facts_has(&rr->facts, QUERY_AUID))
		count_user_number(rr, number_or(rr, QUERY_AUID, NO_AUID), t);
}

COUNT(authenticated)
{
	if (has_text(rr, QUERY_ACCOUNT))
		tally_add(t, rr->facts.text[QUERY_ACCOUNT], 1);
	else
		count_user_number(rr, NO_AUID, t);
}

COUNT(login)
{
	uint32_t auid = number_or(rr, QUERY_AUID, NO_AUID);

	if ((int32_t)auid < 0 && has_text(rr, QUERY_ACCOUNT))
		tally_add(t, rr->facts.text[QUERY_ACCOUNT], 1);
	else
		count_user_number(rr, auid, t);
}

COUNT(syscall)
{
	if ((int32_t)number_or(rr, QUERY_SYSCALL, 0) <= 0)
		return;
	buf_reset(&rr->words);
	put_syscall(rr, &rr->words);
	tally_add(t, buf_view(&rr->words), 1);
}

COUNT(file)
{
	for (size_t i = 0; i < rr->facts.file_count; i++)
		tally_add(t, rr->facts.files[i].name, 1);
}

static bool is_key(struct sv key)
{
	return !sv_eq(key, SV("(null)"));
}

COUNT(key)
{
	for (size_t i = 0; i < rr->facts.key_count; i++)
		if (is_key(rr->facts.keys[i]))
			tally_add(t, rr->facts.keys[i], 1);
}

COUNT(object)
{
	for (size_t i = 0; i < rr->facts.access_count; i++) {
		const struct fact_access *a = &rr->facts.accesses[i];

		if (a->verdict != VERDICT_NONE && a->object.p)
			tally_add(t, a->object, 1);
	}
}

/* ---- what else a row needs ---- */

#define SELECTS(name) static bool selects_##name(const struct report_reader *rr)

SELECTS(host)
{
	return has_text(rr, QUERY_HOST);
}

SELECTS(term)
{
	return has_text(rr, QUERY_TERMINAL);
}

SELECTS(exe)
{
	return has_text(rr, QUERY_EXE);
}

SELECTS(comm)
{
	return has_text(rr, QUERY_COMM);
}

SELECTS(file)
{
	return facts_has(&rr->facts, QUERY_FILE);
}

SELECTS(key)
{
	return rr->facts.key_count && is_key(rr->facts.keys[0]);
}

SELECTS(pid)
{
	return (int32_t)number_or(rr, QUERY_PID, NO_PID) >= 0;
}

SELECTS(syscall)
{
	return number_or(rr, QUERY_SYSCALL, 0) != 0;
}

SELECTS(user)
{
	return number_or(rr, QUERY_UID, NO_UID) != NO_UID;
}

SELECTS(access)
{
	return rr->facts.access_count;
}

static bool has_type(const struct report_reader *rr, uint32_t type)
{
	const struct report_types types[] = {{type, type}, {0, 0}};

	return event_has_type(rr->event, types);
}

/* Of account management only failures are failed authentications. */
SELECTS(auth)
{
	return has_type(rr, AUDIT_USER_AUTH) ||
	       (facts_has(&rr->facts, QUERY_SUCCESS) && !rr->facts.number[QUERY_SUCCESS]);
}

/* ---- the table ---- */

/* clang-format off */
#define DATA_ROWS(...)                                                                             \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define WORD(name, cell, absent) {name, cell_##cell, absent, CARE_PLAIN, false}
#define ID(name, cell)           {name, cell_##cell, NULL, CARE_PLAIN, true}
#define USER_ID(name, cell)      {name, cell_##cell, NULL, CARE_TEXT, true}
#define FREE(name, cell, absent) {name, cell_##cell, absent, CARE_TEXT, false}
#define EVENT                    ID("event", serial)
#define SUCCESS                  WORD("success", success, NULL)
#define TYPE                     WORD("type", type, NULL)

const struct report_def report_defs[REPORT_IDS] = {
	[REPORT_TOTALS] = {
		.name = "totals",
		.summary_title = "Summary Report",
		.summary_rule = 22,
	},
	[REPORT_TIME] = {
		.name = "log",
		.title = "Log Time Range Report",
		.rule = 21,
	},
	[REPORT_AVC] = {
		.name = "avc",
		.title = "AVC Report", .rule = 63, .rule_below = 63,
		.summary_title = "Avc Object Summary Report", .summary_rule = 33,
		.summary_label = "obj",
		.facts = FACT_ACCESS | FACT(QUERY_COMM) | FACT(QUERY_SYSCALL) | FACT(QUERY_MACHINE),
		.types = types_avc,
		.selects = selects_access,
		.columns = DATA_ROWS(FREE("comm", comm, "?"), WORD("subj", subject, "(null)"),
			ID("syscall", syscall), WORD("class", class, "(null)"),
			WORD("permission", permissions, "(null)"), WORD("obj", object, "(null)"),
			WORD("result", verdict, NULL), EVENT),
		.key = KEY_TEXT, .key_care = CARE_PLAIN, .count = count_object,
	},
	[REPORT_AUTH] = {
		.name = "auth",
		.title = "Authentication Report", .rule = 44, .rule_below = 44,
		.summary_title = "Authentication Summary Report", .summary_rule = 29,
		.summary_label = "acct",
		.facts = FACT(QUERY_ACCOUNT) | FACT(QUERY_UID) | FACT(QUERY_HOST) |
			 FACT(QUERY_TERMINAL) | FACT(QUERY_EXE),
		.types = types_auth,
		.selects = selects_auth,
		.columns = DATA_ROWS(FREE("acct", authenticated, NULL),
			WORD("host", host, "(null)"), WORD("term", term, "(null)"),
			WORD("exe", exe, "(null)"), SUCCESS, EVENT),
		.key = KEY_TEXT, .key_care = CARE_TEXT, .count = count_authenticated,
	},
	[REPORT_COMM] = {
		.name = "comm",
		.title = "Command Report", .rule = 36, .rule_below = 37,
		.summary_title = "Command Summary Report", .summary_rule = 33,
		.summary_label = "command",
		.facts = FACT(QUERY_COMM) | FACT(QUERY_TERMINAL) | FACT(QUERY_HOST) | TASK_FACTS,
		.selects = selects_comm,
		.columns = DATA_ROWS(FREE("comm", comm, NULL), WORD("term", term, "?"),
			WORD("host", host, "?"), USER_ID("auid", auid), EVENT),
		.key = KEY_TEXT, .key_care = CARE_TEXT, .count = count_comm,
	},
	[REPORT_CONFIG] = {
		.name = "config",
		.title = "Config Change Report", .rule = 35, .rule_below = 35,
		.summary_title = "Config Change Summary Report", .summary_rule = 28,
		.summary_label = "type",
		.facts = TASK_FACTS,
		.types = types_config,
		.columns = DATA_ROWS(TYPE, ID("auid", auid), SUCCESS, EVENT),
		.key = KEY_TYPE, .count = count_type,
	},
	[REPORT_CRYPTO] = {
		.name = "crypto",
		.title = "Crypto Report", .rule = 35, .rule_below = 35,
		.summary_title = "Crypto Summary Report", .summary_rule = 21,
		.summary_label = "type",
		.facts = TASK_FACTS,
		.types = types_crypto,
		.columns = DATA_ROWS(USER_ID("auid", auid), TYPE, SUCCESS, EVENT),
		.key = KEY_TYPE, .count = count_type,
	},
	[REPORT_EVENT] = {
		.name = "event",
		.title = "Event Report", .rule = 35, .rule_below = 35,
		.summary_title = "Event Summary Report", .summary_rule = 22,
		.summary_label = "type",
		.facts = TASK_FACTS,
		.columns = DATA_ROWS(EVENT, TYPE, USER_ID("auid", auid), SUCCESS),
		.key = KEY_TYPE, .count = count_type,
	},
	[REPORT_FILE] = {
		.name = "file",
		.title = "File Report", .rule = 47, .rule_below = 47,
		.summary_title = "File Summary Report", .summary_rule = 27,
		.summary_label = "file",
		.facts = FACT(QUERY_FILE) | FACT(QUERY_EXE) | FACT(QUERY_SYSCALL) |
			 FACT(QUERY_MACHINE) | TASK_FACTS,
		.selects = selects_file,
		.columns = DATA_ROWS(FREE("file", file, NULL), ID("syscall", syscall),
			SUCCESS, FREE("exe", exe, "?"), USER_ID("auid", auid), EVENT),
		.key = KEY_TEXT, .key_care = CARE_TEXT, .count = count_file,
	},
	[REPORT_HOST] = {
		.name = "host",
		.title = "Host Report", .rule = 35, .rule_below = 35,
		.summary_title = "Host Summary Report", .summary_rule = 27,
		.summary_label = "host",
		.facts = FACT(QUERY_HOST) | FACT(QUERY_SYSCALL) | FACT(QUERY_MACHINE) | TASK_FACTS,
		.selects = selects_host,
		.columns = DATA_ROWS(WORD("host", host, NULL), ID("syscall", syscall),
			USER_ID("auid", auid), EVENT),
		.key = KEY_TEXT, .key_care = CARE_PLAIN, .count = count_host,
	},
	[REPORT_INTEGRITY] = {
		.name = "integrity",
		.title = "Integrity Report", .rule = 30, .rule_below = 30,
		.summary_title = "Integrity Summary Report", .summary_rule = 24,
		.summary_label = "type",
		.types = types_integrity,
		.columns = DATA_ROWS(TYPE, SUCCESS, EVENT),
		.key = KEY_TYPE, .count = count_type,
	},
	[REPORT_KEY] = {
		.name = "key",
		.title = "Key Report", .rule = 47, .rule_below = 47,
		.summary_title = "Key Summary Report", .summary_rule = 27,
		.summary_label = "key",
		.facts = FACT(QUERY_KEY) | FACT(QUERY_EXE) | TASK_FACTS,
		.selects = selects_key,
		.columns = DATA_ROWS(WORD("key", key, NULL), SUCCESS, FREE("exe", exe, "?"),
			USER_ID("auid", auid), EVENT),
		.key = KEY_TEXT, .key_care = CARE_TEXT, .count = count_key,
	},
	[REPORT_LOGIN] = {
		.name = "login",
		.title = "Login Report", .rule = 44, .rule_below = 44,
		.summary_title = "Login Summary Report", .summary_rule = 28,
		.summary_label = "auid",
		.facts = FACT(QUERY_ACCOUNT) | FACT(QUERY_HOST) | FACT(QUERY_TERMINAL) |
			 FACT(QUERY_EXE) | TASK_FACTS,
		.types = types_login,
		.columns = DATA_ROWS(FREE("auid", login, NULL), WORD("host", host, "(null)"),
			WORD("term", term, "(null)"), WORD("exe", exe, "(null)"), SUCCESS, EVENT),
		.key = KEY_TEXT, .key_care = CARE_TEXT, .count = count_login,
	},
	[REPORT_MODS] = {
		.name = "mods",
		.title = "Account Modifications Report", .rule = 49, .rule_below = 49,
		.summary_title = "Acct Modification Summary Report", .summary_rule = 32,
		.summary_label = "type",
		.facts = FACT(QUERY_ACCOUNT) | FACT(QUERY_HOST) | FACT(QUERY_TERMINAL) |
			 FACT(QUERY_EXE) | TASK_FACTS,
		.types = types_mods,
		.columns = DATA_ROWS(USER_ID("auid", auid), WORD("addr", host, "?"),
			WORD("term", term, "?"), WORD("exe", exe, "?"), WORD("acct", account, "?"),
			SUCCESS, EVENT),
		.key = KEY_TYPE, .count = count_type,
	},
	[REPORT_MAC] = {
		.name = "mac",
		.title = "MAC Report", .rule = 35, .rule_below = 35,
		.summary_title = "MAC Summary Report", .summary_rule = 18,
		.summary_label = "type",
		.facts = TASK_FACTS,
		.types = types_mac, .summary_types = types_mac_summary,
		.columns = DATA_ROWS(ID("auid", auid), TYPE, SUCCESS, EVENT),
		.key = KEY_TYPE, .count = count_type,
	},
	[REPORT_ANOMALY] = {
		.name = "anomaly",
		.title = "Anomaly Report", .rule = 41, .rule_below = 41,
		.summary_title = "Anomaly Summary Report", .summary_rule = 22,
		.summary_label = "type",
		.facts = FACT(QUERY_EXE) | FACT(QUERY_COMM) | FACT(QUERY_TERMINAL) |
			 FACT(QUERY_HOST) | TASK_FACTS,
		.types = types_anomaly,
		.columns = DATA_ROWS(TYPE, FREE("exe", exe_or_comm, "?"), WORD("term", term, "?"),
			WORD("host", host, "?"), USER_ID("auid", auid), EVENT),
		.key = KEY_TYPE, .count = count_type,
	},
	[REPORT_PID] = {
		.name = "pid",
		.title = "Process ID Report", .rule = 38, .rule_below = 38,
		.summary_title = "Pid Summary Report", .summary_rule = 26,
		.summary_label = "pid",
		.facts = FACT(QUERY_PID) | FACT(QUERY_EXE) | FACT(QUERY_SYSCALL) |
			 FACT(QUERY_MACHINE) | TASK_FACTS,
		.selects = selects_pid,
		.columns = DATA_ROWS(ID("pid", pid), FREE("exe", exe, "?"),
			ID("syscall", syscall), USER_ID("auid", auid), EVENT),
		.key = KEY_NUMBER, .count = count_pid,
	},
	[REPORT_RESPONSE] = {
		.name = "response",
		.title = "Response to Anomaly Report", .rule = 30, .rule_below = 30,
		.summary_title = "Anomaly Response Summary Report", .summary_rule = 31,
		.summary_label = "type",
		.types = types_response,
		.columns = DATA_ROWS(TYPE, SUCCESS, EVENT),
		.key = KEY_TYPE, .count = count_type,
	},
	[REPORT_SYSCALL] = {
		.name = "syscall",
		.title = "Syscall Report", .rule = 39, .rule_below = 39,
		.summary_title = "Syscall Summary Report", .summary_rule = 26,
		.summary_label = "syscall",
		.facts = FACT(QUERY_SYSCALL) | FACT(QUERY_MACHINE) | FACT(QUERY_PID) |
			 FACT(QUERY_COMM) | TASK_FACTS,
		.selects = selects_syscall,
		.columns = DATA_ROWS(ID("syscall", syscall), ID("pid", pid),
			FREE("comm", comm, "?"), USER_ID("auid", auid), EVENT),
		.key = KEY_TEXT, .key_care = CARE_TEXT, .count = count_syscall,
	},
	[REPORT_TERMINAL] = {
		.name = "terminal",
		.title = "Terminal Report", .rule = 36, .rule_below = 36,
		.summary_title = "Terminal Summary Report", .summary_rule = 31,
		.summary_label = "terminal",
		.facts = FACT(QUERY_TERMINAL) | FACT(QUERY_HOST) | FACT(QUERY_EXE) | TASK_FACTS,
		.selects = selects_term,
		.columns = DATA_ROWS(WORD("term", term, NULL), WORD("host", host, "(null)"),
			FREE("exe", exe, "(null)"), USER_ID("auid", auid), EVENT),
		.key = KEY_TEXT, .key_care = CARE_PLAIN, .count = count_term,
	},
	[REPORT_TTY] = {
		.name = "tty",
		.title = "TTY Report", .rule = 47, .rule_below = 47,
		.facts = FACT(QUERY_TERMINAL) | FACT(QUERY_SESSION) | FACT(QUERY_COMM) | TASK_FACTS,
		.types = types_tty, .first_type_only = true,
		.columns = DATA_ROWS(EVENT, USER_ID("auid", auid), WORD("term", term, "?"),
			ID("sess", session), FREE("comm", comm, "?"),
			WORD("data", keystrokes, "?")),
	},
	[REPORT_USER] = {
		.name = "user",
		.title = "User ID Report", .rule = 36, .rule_below = 36,
		.summary_title = "User Summary Report", .summary_rule = 27,
		.summary_label = "auid",
		.facts = FACT(QUERY_UID) | FACT(QUERY_TERMINAL) | FACT(QUERY_HOST) |
			 FACT(QUERY_EXE) | TASK_FACTS,
		.selects = selects_user,
		.columns = DATA_ROWS(USER_ID("auid", auid), WORD("term", term, "?"),
			WORD("host", host, "?"), FREE("exe", exe, "?"), EVENT),
		.key = KEY_TEXT, .key_care = CARE_TEXT, .count = count_user,
	},
	[REPORT_VIRT] = {
		.name = "virt",
		.title = "Virtualization Report", .rule = 30, .rule_below = 30,
		.summary_title = "Virtualization Summary Report", .summary_rule = 29,
		.summary_label = "type",
		.types = types_virt,
		.columns = DATA_ROWS(TYPE, SUCCESS, EVENT),
		.key = KEY_TYPE, .count = count_type,
	},
	[REPORT_EXE] = {
		.name = "executable",
		.title = "Executable Report", .rule = 36, .rule_below = 36,
		.summary_title = "Executable Summary Report", .summary_rule = 33,
		.summary_label = "file",
		.facts = FACT(QUERY_EXE) | FACT(QUERY_TERMINAL) | FACT(QUERY_HOST) | TASK_FACTS,
		.selects = selects_exe,
		.columns = DATA_ROWS(FREE("exe", exe, NULL), WORD("term", term, "?"),
			WORD("host", host, "?"), USER_ID("auid", auid), EVENT),
		.key = KEY_TEXT, .key_care = CARE_TEXT, .count = count_exe,
	},
};

/* clang-format on */

/* ---- which events ---- */

bool report_may_select(enum report_id id, const struct event *event, bool summary)
{
	const struct report_def *def = &report_defs[id];
	const struct report_types *types =
		summary && def->summary_types ? def->summary_types : def->types;

	if (!types)
		return true;
	return def->first_type_only ? type_is_in(event->type, types) : event_has_type(event, types);
}

bool report_selects(enum report_id id, const struct report_reader *rr)
{
	const struct report_def *def = &report_defs[id];

	return def->columns[0].name && report_may_select(id, rr->event, false) &&
	       (!def->selects || def->selects(rr));
}

bool report_passes(const struct report_filter *f, const struct report_reader *rr)
{
	uint32_t type = rr->event->type;
	bool known = facts_has(&rr->facts, QUERY_SUCCESS);

	if (f->result != RESULT_ANY &&
	    (!known || rr->facts.number[QUERY_SUCCESS] != (f->result == RESULT_SUCCESS)))
		return false;
	if (f->no_config && type == AUDIT_CONFIG_CHANGE)
		return false;
	return f->act == ACT_ANY ||
	       !type_is_in(type, f->act == ACT_ADD ? types_deletions : types_additions);
}

/* ---- what is said of it ---- */

size_t report_rows(enum report_id id, const struct report_reader *rr)
{
	size_t rows = 0;

	if (id != REPORT_AVC)
		return 1;
	for (size_t i = 0; i < rr->facts.access_count; i++)
		rows += rr->facts.accesses[i].verdict != VERDICT_NONE;
	return rows ? rows : 1;
}

size_t report_row(enum report_id id, struct report_reader *rr, size_t i,
		  struct report_cell cells[REPORT_COLUMNS_MAX])
{
	const struct report_column *columns = report_defs[id].columns;
	size_t ends[REPORT_COLUMNS_MAX], count = 0, start = 0;

	buf_reset(&rr->words);
	for (; count < REPORT_COLUMNS_MAX && columns[count].name; count++) {
		cells[count].absent = !columns[count].cell(rr, i, &rr->words);
		ends[count] = rr->words.n;
	}
	/* The words may have moved while they grew. */
	for (size_t at = 0; at < count; at++) {
		cells[at].text = sv_head(sv_from(buf_view(&rr->words), start), ends[at] - start);
		start = ends[at];
	}
	return count;
}

bool report_count(enum report_id id, struct report_reader *rr, struct tally *t)
{
	const struct report_def *def = &report_defs[id];

	if (def->key == KEY_NONE || !report_may_select(id, rr->event, true))
		return false;
	if (def->types == types_auth && !selects_auth(rr))
		return false;
	def->count(rr, t);
	return true;
}

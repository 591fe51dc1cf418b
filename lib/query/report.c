/*
 * The table of reports (report.def), what their rows need and what their summaries count. Which
 * event counts where follows the reference, whose users compare the numbers.
 */
#include "query/report.h"

#include "query/report_cells.h"
#include "query/report_types.h"

#define WORDS_MAX ((size_t)4 << 20)

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
	report_put_user(rr, uid, &rr->words);
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
	report_put_syscall(rr, &rr->words);
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

/* Of account management only failures are failed authentications. */
SELECTS(auth)
{
	return event_has(rr->event, AUDIT_USER_AUTH) ||
	       (facts_has(&rr->facts, QUERY_SUCCESS) && !rr->facts.number[QUERY_SUCCESS]);
}

/* ---- the table ---- */

/* clang-format off */
#define DATA_ROWS(...)                                                                             \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define WORD(name, cell, absent) {name, report_cell_##cell, absent, CARE_PLAIN, false}
#define ID(name, cell)           {name, report_cell_##cell, NULL, CARE_PLAIN, true}
#define USER_ID(name, cell)      {name, report_cell_##cell, NULL, CARE_TEXT, true}
#define FREE(name, cell, absent) {name, report_cell_##cell, absent, CARE_TEXT, false}
#define EVENT                    ID("event", serial)
#define SUCCESS                  WORD("success", success, NULL)
#define TYPE                     WORD("type", type, NULL)

/* clang-format on */

const struct report_def report_defs[REPORT_IDS] = {
#define REPORT(id, ...) [REPORT_##id] = {__VA_ARGS__},
#include "query/report.def"
#undef REPORT
};

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
	return id == REPORT_AVC ? rr->facts.access_count : 1;
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

/* The page of totals: how many events of which kind, and how many different values. */
#include "query/report.h"
#include "query/report_cells.h"
#include "query/report_types.h"

#include <xxhash.h>

const uint32_t report_totals_facts = FACT(QUERY_FILE) | FACT(QUERY_HOST) | FACT(QUERY_TERMINAL) |
				     FACT(QUERY_EXE) | FACT(QUERY_COMM) | FACT(QUERY_KEY) |
				     FACT(QUERY_AUID) | FACT(QUERY_PID) | FACT(QUERY_SYSCALL) |
				     FACT(QUERY_SUCCESS);

static const struct {
	const char *name, *label;
	bool distinct;
} totals[] = {
#define TOTAL(id, name, label)    {name, label, false},
#define TOTAL_OF(id, name, label) {name, label, true},
#include "query/total.def"
#undef TOTAL
#undef TOTAL_OF
};

/* Totals that a record of one of these types counts for, once an event; an event may count
 * several times for one total. */
static const struct {
	enum report_total total;
	struct report_types types;
} by_type[] = {
	{TOTAL_CONFIG, {AUDIT_CONFIG_CHANGE, AUDIT_CONFIG_CHANGE}},
	{TOTAL_CONFIG, {AUDIT_DAEMON_CONFIG, AUDIT_DAEMON_CONFIG}},
	{TOTAL_CONFIG, {AUDIT_USYS_CONFIG, AUDIT_USYS_CONFIG}},
	{TOTAL_CONFIG, {AUDIT_NETFILTER_CFG, AUDIT_NETFILTER_CFG}},
	{TOTAL_CONFIG, {AUDIT_FEATURE_CHANGE, AUDIT_FEATURE_CHANGE}},
	{TOTAL_CONFIG, {AUDIT_USER_MAC_CONFIG_CHANGE, AUDIT_USER_MAC_CONFIG_CHANGE}},
	{TOTAL_CONFIG, {AUDIT_MAC_POLICY_LOAD, AUDIT_MAC_UNLBL_STCDEL}},
	{TOTAL_ACCOUNTS, {AUDIT_USER_CHAUTHTOK, AUDIT_USER_CHAUTHTOK}},
	{TOTAL_ACCOUNTS, {AUDIT_ADD_USER, AUDIT_DEL_GROUP}},
	{TOTAL_ACCOUNTS, {AUDIT_USER_MGMT, AUDIT_USER_MGMT}},
	{TOTAL_ACCOUNTS, {AUDIT_GRP_MGMT, AUDIT_GRP_MGMT}},
	{TOTAL_ACCOUNTS, {AUDIT_ROLE_ASSIGN, AUDIT_ROLE_REMOVE}},
	{TOTAL_CRYPTO, {1600, 1699}},
	{TOTAL_CRYPTO, {2400, 2499}},
	{TOTAL_MAC, {AUDIT_MAC_POLICY_LOAD, AUDIT_MAC_UNLBL_STCDEL}},
	{TOTAL_MAC, {2300, 2399}},
	{TOTAL_VIRT, {2500, 2599}},
	{TOTAL_INTEGRITY, {1800, 1899}},
	{TOTAL_ANOMALIES, {2100, 2199}},
	{TOTAL_ANOMALIES, {1700, 1799}},
	{TOTAL_RESPONSES, {2200, 2299}},
};

_Static_assert(LEN(by_type) <= 32, "each has a bit");

/* Types that count for nothing are most of a log: those of system calls and their parts. */
static bool is_plain(uint32_t type)
{
	return (type >= AUDIT_SYSCALL && type <= AUDIT_CWD && type != AUDIT_CONFIG_CHANGE) ||
	       type == AUDIT_PROCTITLE || type == AUDIT_EXECVE;
}

static void add_types(struct report_totals *t, const struct event *event)
{
	uint32_t hit = 0;

	for (size_t i = 0; i < event->count; i++) {
		uint32_t type = event->records[i].type;

		if (is_plain(type))
			continue;
		for (size_t k = 0; k < LEN(by_type); k++)
			if (type >= by_type[k].types.first && type <= by_type[k].types.last)
				hit |= UINT32_C(1) << k;
	}
	for (size_t k = 0; hit; k++, hit >>= 1)
		t->count[by_type[k].total] += hit & 1;
}

static bool is_all_plain(const struct event *event)
{
	for (size_t i = 0; i < event->count; i++)
		if (!is_plain(event->records[i].type))
			return false;
	return true;
}

/* Counts a success for one total, a failure for the other, the unknown for neither. */
static void add_result(struct report_totals *t, const struct facts *f, enum report_total good,
		       enum report_total bad)
{
	if (facts_has(f, QUERY_SUCCESS))
		t->count[f->number[QUERY_SUCCESS] ? good : bad]++;
}

static void add_logins(struct report_totals *t, const struct report_reader *rr)
{
	static const struct report_types any[] = {
		{AUDIT_USER_AUTH, AUDIT_USER_AUTH},
		{AUDIT_USER_MGMT, AUDIT_USER_MGMT},
		{AUDIT_USER_LOGIN, AUDIT_USER_LOGIN},
		{AUDIT_GRP_AUTH, AUDIT_GRP_AUTH},
		{AUDIT_AVC, AUDIT_AVC},
		{AUDIT_USER_AVC, AUDIT_USER_AVC},
		{0, 0},
	};
	static const struct report_types authentications[] = {
		{AUDIT_USER_AUTH, AUDIT_USER_AUTH}, {AUDIT_GRP_AUTH, AUDIT_GRP_AUTH}, {0, 0}};
	const struct facts *f = &rr->facts;

	if (!event_has_type(rr->event, any))
		return;
	if (event_has(rr->event, AUDIT_USER_LOGIN))
		add_result(t, f, TOTAL_LOGINS, TOTAL_FAILED_LOGINS);
	/* Of account management only failures count, and only where nobody authenticated. */
	if (!event_has(rr->event, AUDIT_USER_AUTH) && event_has(rr->event, AUDIT_USER_MGMT))
		t->count[TOTAL_FAILED_AUTHS] +=
			facts_has(f, QUERY_SUCCESS) && !f->number[QUERY_SUCCESS];
	else if (event_has_type(rr->event, authentications))
		add_result(t, f, TOTAL_AUTHS, TOTAL_FAILED_AUTHS);
	t->count[TOTAL_AVCS] +=
		event_has(rr->event, AUDIT_AVC) || event_has(rr->event, AUDIT_USER_AVC);
}

static void add_text(struct report_totals *t, enum report_total total, struct sv text)
{
	if (t->hashes)
		tally_add_number(&t->distinct[total], XXH3_64bits(text.p, text.n), 1);
	else
		tally_add(&t->distinct[total], text, 1);
}

static void add_item(struct report_totals *t, enum report_total total, const struct facts *f,
		     enum query_item item)
{
	if (facts_has(f, item))
		add_text(t, total, f->text[item]);
}

static void add_values(struct report_totals *t, const struct facts *f)
{
	if (facts_has(f, QUERY_AUID))
		tally_add_number(&t->distinct[TOTAL_USERS], f->number[QUERY_AUID], 1);
	if (facts_has(f, QUERY_PID) && (uint32_t)f->number[QUERY_PID] != NO_PID)
		tally_add_number(&t->distinct[TOTAL_PIDS], f->number[QUERY_PID], 1);
	add_item(t, TOTAL_TERMINALS, f, QUERY_TERMINAL);
	add_item(t, TOTAL_HOSTS, f, QUERY_HOST);
	add_item(t, TOTAL_EXES, f, QUERY_EXE);
	add_item(t, TOTAL_COMMS, f, QUERY_COMM);
	for (size_t i = 0; i < f->file_count; i++)
		add_text(t, TOTAL_FILES, f->files[i].name);
	for (size_t i = 0; i < f->key_count; i++)
		if (!sv_eq(f->keys[i], SV("(null)")))
			add_text(t, TOTAL_KEYS, f->keys[i]);
}

void report_totals_init(struct report_totals *t)
{
	*t = (struct report_totals){0};
	for (size_t i = 0; i < REPORT_TOTALS_COUNT; i++)
		tally_init(&t->distinct[i]);
}

void report_totals_release(struct report_totals *t)
{
	for (size_t i = 0; i < REPORT_TOTALS_COUNT; i++)
		tally_release(&t->distinct[i]);
}

void report_totals_reset(struct report_totals *t)
{
	memset(t->count, 0, sizeof(t->count));
	for (size_t i = 0; i < REPORT_TOTALS_COUNT; i++)
		tally_reset(&t->distinct[i]);
}

void report_totals_add_event(struct report_totals *t, const struct report_reader *rr)
{
	const struct facts *f = &rr->facts;

	t->count[TOTAL_EVENTS]++;
	if (!is_all_plain(rr->event)) {
		add_types(t, rr->event);
		add_logins(t, rr);
	}
	if (facts_has(f, QUERY_SUCCESS) && !f->number[QUERY_SUCCESS] &&
	    facts_has(f, QUERY_SYSCALL) && (int32_t)f->number[QUERY_SYSCALL] > 0)
		t->count[TOTAL_FAILED_SYSCALLS]++;
}

void report_totals_add(struct report_totals *t, const struct report_reader *rr)
{
	report_totals_add_event(t, rr);
	add_values(t, &rr->facts);
}

void report_totals_merge(struct report_totals *t, const struct report_totals *from)
{
	for (size_t i = 0; i < REPORT_TOTALS_COUNT; i++) {
		t->count[i] += from->count[i];
		tally_merge(&t->distinct[i], &from->distinct[i]);
	}
}

uint64_t report_total(const struct report_totals *t, enum report_total which)
{
	return totals[which].distinct ? t->distinct[which].count : t->count[which];
}

bool report_total_is_distinct(enum report_total which)
{
	return totals[which].distinct;
}

const char *report_total_label(enum report_total which)
{
	return totals[which].label;
}

const char *report_total_name(enum report_total which)
{
	return totals[which].name;
}

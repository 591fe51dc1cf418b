/*
 * Inside lib/query: what the columns of reports say of an event, and the numbers and words that
 * they and the summaries are made of.
 */
#ifndef AURUM_QUERY_REPORT_CELLS_H
#define AURUM_QUERY_REPORT_CELLS_H

#include "query/report.h"

/* What a number stands for when no record says it. */
#define NO_PID     UINT32_MAX
#define NO_UID     UINT32_MAX
#define NO_AUID    (UINT32_MAX - 1)
#define NO_SESSION (UINT32_MAX - 1)

static inline uint32_t number_or(const struct report_reader *rr, enum query_item item,
				 uint32_t none)
{
	return facts_has(&rr->facts, item) ? (uint32_t)rr->facts.number[item] : none;
}

static inline bool has_text(const struct report_reader *rr, enum query_item item)
{
	return facts_has(&rr->facts, item);
}

/* A user or the system call, as a number or, for a reader that interprets, a name. */
void report_put_user(struct report_reader *rr, uint32_t uid, struct buf *out);
void report_put_syscall(struct report_reader *rr, struct buf *out);

/* Each is a report_cell_fn. */
#define CELL(name) bool report_cell_##name(struct report_reader *rr, size_t i, struct buf *out)
CELL(host);
CELL(term);
CELL(exe);
CELL(comm);
CELL(account);
CELL(auid);
CELL(type);
CELL(success);
CELL(serial);
CELL(syscall);
CELL(pid);
CELL(session);
CELL(authenticated);
CELL(login);
CELL(exe_or_comm);
CELL(file);
CELL(key);
CELL(keystrokes);
CELL(subject);
CELL(object);
CELL(class);
CELL(permissions);
CELL(verdict);

#endif

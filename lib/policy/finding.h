/*
 * What was found in a rule set: which check, where, a sentence, and what to write instead.
 *
 *	struct findings found;
 *	findings_init(&found);
 *	finding_add(&found, FINDING_NO_KEY, &(struct finding_place){file, line, 1, text}, NULL,
 *		    "...");
 *	findings_sort(&found);
 *	findings_release(&found);
 */
#ifndef AURUM_POLICY_FINDING_H
#define AURUM_POLICY_FINDING_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdint.h>

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE, SEVERITIES };

enum finding_id {
#define FINDING(id, name, severity, title, why) FINDING_##id,
#include "policy/finding.def"
#undef FINDING
	FINDING_IDS
};

struct finding_kind {
	const char *name; /* "no-twin" */
	enum severity severity;
	const char *title, *why;
};

const struct finding_kind *finding_kind(enum finding_id id);
const char *severity_name(enum severity s); /* "error" */

struct finding_place {
	const char *file;
	uint32_t line, column; /* counted from 1; line 0: the file or set as a whole */
	struct sv text;        /* the line */
};

struct finding {
	enum finding_id id;
	struct finding_place at;
	struct sv message; /* one sentence without a final stop */
	struct sv fix;     /* lines to write instead or to add; empty: there is no single one */
	const char *other_file; /* the other rule that the message is about, or NULL */
	uint32_t other_line;
};

struct findings {
	struct finding *list;
	size_t count, capacity;
	size_t of[SEVERITIES];
	struct arena memory; /* of messages and fixes; places are borrowed */
	bool failed;         /* no memory: some are missing */
};

void findings_init(struct findings *f);
void findings_release(struct findings *f);

/* Adds one; file and text of the place are borrowed, the rest is copied. fix may be empty. */
void finding_add(struct findings *f, enum finding_id id, const struct finding_place *at,
		 struct sv fix, const char *fmt, ...) PRINTF(5, 6);
/* Says which other line the last one is about. */
void finding_about(struct findings *f, const char *other_file, uint32_t other_line);

/* In the order of files as they came, then of lines and columns. */
void findings_sort(struct findings *f);

#endif

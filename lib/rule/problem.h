/*
 * What is wrong in a rule, told one sentence at a time to whoever wants to know.
 *
 *	static void show(void *ctx, const struct problem *p) { ... }
 *	struct problems problems = {.tell = show};
 *
 * Reading goes on behind a problem, so that a checker hears all of them and auditctl, which
 * stops at the first, just listens to one.
 */
#ifndef AURUM_RULE_PROBLEM_H
#define AURUM_RULE_PROBLEM_H

#include "base/attr.h"
#include "rule/rule.h"

enum problem_level {
	PROBLEM_ERROR,   /* the rule is not to be used */
	PROBLEM_WARNING, /* it may be used, but says perhaps not what was meant */
};

/* What a problem is about, for who treats some of them differently. */
enum problem_topic {
	PROBLEM_SYNTAX, /* anything else */
	PROBLEM_CALL,   /* a system call or io_uring operation that is not known */
	PROBLEM_NAME,   /* a user or group that is not known */
	PROBLEM_ARCH,   /* calls without an arch */
};

struct problem {
	enum problem_level level;
	enum problem_topic topic;
	struct rule_place at;
	const char *text; /* one lower-case sentence; valid during the call */
};

struct problems {
	void (*tell)(void *ctx, const struct problem *p); /* may be NULL: they are only counted */
	void *ctx;
	uint32_t errors, warnings;
};

void problem_error(struct problems *list, struct rule_place at, const char *fmt, ...) PRINTF(3, 4);
/* The same about a topic. */
void problem_tell(struct problems *list, enum problem_level level, enum problem_topic topic,
		  struct rule_place at, const char *fmt, ...) PRINTF(5, 6);
void problem_warning(struct problems *list, struct rule_place at, const char *fmt, ...)
	PRINTF(3, 4);

#endif

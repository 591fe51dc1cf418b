/* Formats a problem and hands it on; keeps nothing but the counts. */
#include "rule/problem.h"

#include <stdarg.h>
#include <stdio.h>

static void tell(struct problems *list, enum problem_level level, enum problem_topic topic,
		 struct rule_place at, const char *fmt, va_list args)
	__attribute__((format(printf, 5, 0)));

static void tell(struct problems *list, enum problem_level level, enum problem_topic topic,
		 struct rule_place at, const char *fmt, va_list args)
{
	char text[ERR_TEXT_MAX];
	struct problem p = {.level = level, .topic = topic, .at = at, .text = text};

	if (level == PROBLEM_ERROR)
		list->errors++;
	else
		list->warnings++;
	(void)vsnprintf(text, sizeof(text), fmt, args);
	if (list->tell)
		list->tell(list->ctx, &p);
}

void problem_error(struct problems *list, struct rule_place at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(list, PROBLEM_ERROR, PROBLEM_SYNTAX, at, fmt, args);
	va_end(args);
}

void problem_warning(struct problems *list, struct rule_place at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(list, PROBLEM_WARNING, PROBLEM_SYNTAX, at, fmt, args);
	va_end(args);
}

void problem_tell(struct problems *list, enum problem_level level, enum problem_topic topic,
		  struct rule_place at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(list, level, topic, at, fmt, args);
	va_end(args);
}

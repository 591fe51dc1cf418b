/* Formats a problem and hands it on; keeps nothing but the counts. */
#include "rule/problem.h"

#include <stdarg.h>
#include <stdio.h>

static void tell(struct problems *list, enum problem_level level, struct rule_place at,
		 const char *text)
{
	struct problem p = {.level = level, .at = at, .text = text};

	if (list->tell)
		list->tell(list->ctx, &p);
}

void problem_error(struct problems *list, struct rule_place at, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	list->errors++;
	tell(list, PROBLEM_ERROR, at, text);
}

void problem_warning(struct problems *list, struct rule_place at, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	list->warnings++;
	tell(list, PROBLEM_WARNING, at, text);
}

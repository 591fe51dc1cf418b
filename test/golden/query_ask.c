/*
 * Queries over a log, for test/golden/query-manual.bats.
 *
 *	query-ask LOG QUERY...	for each the number of events, or what is wrong with it
 *	query-ask --virtual	the names of fields that are made of several
 *
 * Now is half an hour after the sample log's last event.
 */
#include "base/file.h"
#include "query/lang.h"
#include "record/names_system.h"

#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX (1u << 28)
#define NOW       1792226338

static size_t count(const struct lang *l, struct sv lines, struct names *names)
{
	struct lang_matcher *m = lang_matcher_new(l, names);
	struct join *j =
		join_new(&(struct join_options){.timeout_s = JOIN_TIMEOUT_DEFAULT_S}, NULL);
	const struct event *event;
	struct record r;
	struct sv line;
	size_t n = 0;
	bool more = true;

	while (m && j && more) {
		more = sv_line(&lines, &line);
		if (!more)
			join_finish(j);
		else if (record_parse(line, &r) != RECORD_OK || join_put(j, &r) != 0)
			continue;
		while ((event = join_next(j)))
			n += lang_matches(l, event, m);
	}
	if (m && lang_matcher_problem(m))
		(void)printf("%s\n", lang_matcher_problem(m));
	join_free(j);
	lang_matcher_free(m);
	return n;
}

static void ask(struct sv text, struct sv lines, const struct lang_env *env)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT(1 << 20);
	struct lang_problem p;
	struct lang l;

	if (lang_parse(&l, text, env, &p) != 0) {
		lang_put_problem(text, &p, &shown);
		(void)printf("%s", buf_cstr(&shown));
		return;
	}
	(void)printf("%zu\n", count(&l, lines, env->names));
	lang_release(&l);
}

int main(int argc, char **argv)
{
	CLEANUP(buf_release) struct buf log = BUF_INIT(INPUT_MAX);
	locale_t locale = newlocale(LC_ALL_MASK, "C", NULL);
	struct when_context when = {.now = NOW,
				    .boot = -1,
				    .locale = locale,
				    .to_local = when_to_local,
				    .from_local = when_from_local};
	struct lang_env env = {&when, names_new(&names_system, NULL)};
	struct err e;

	for (size_t i = 0; argc == 2 && i < lang_field_count; i++)
		if (lang_fields[i].is_virtual)
			(void)printf("%s\n", lang_fields[i].name);
	if (argc == 2)
		return 0;
	if (argc < 3 || !env.names || file_read(argv[1], &log, &e) != 0)
		return 2;
	for (int i = 2; i < argc; i++)
		ask(sv_cstr(argv[i]), buf_view(&log), &env);
	names_free(env.names);
	freelocale(locale);
	return 0;
}

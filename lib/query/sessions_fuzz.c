/* Any log, joined and tracked: with and without bad logins, all sessions are closed at the end. */
#include "query/sessions.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void report(void *arg, const struct session *session)
{
	size_t *bytes = arg;

	/* Every text ends within its array. */
	*bytes += strlen(session->name) + strlen(session->host) + strlen(session->terminal);
}

static void track(struct interpreter *interpreter, struct sv log, bool bad)
{
	static const struct join_options join_options = {.order = JOIN_CLOSING, .timeout_s = 2};
	size_t bytes = 0;
	struct sessions_options options = {
		.bad = bad, .interpreter = interpreter, .report = report, .arg = &bytes};
	struct sessions *s = sessions_new(&options, NULL);
	struct join *j = join_new(&join_options, NULL);
	const struct event *event;
	struct record r;
	bool failed = false;
	struct sv line;

	if (!s || !j)
		abort();
	while (sv_line(&log, &line))
		if (record_parse(line, &r) == RECORD_OK && join_put(j, &r) == 0)
			while ((event = join_next(j)))
				failed |= sessions_put(s, event, NULL) != 0;
	join_finish(j);
	while ((event = join_next(j)))
		failed |= sessions_put(s, event, NULL) != 0;
	if (failed)
		abort();
	sessions_finish(s);
	join_free(j);
	sessions_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct name_source nobody;
	struct names *names = names_new(&nobody, NULL);
	struct interpreter interpreter;

	if (!names)
		abort();
	interpreter_init(&interpreter, names, ESCAPE_TTY);
	track(&interpreter, sv_make((const char *)data, size), false);
	track(&interpreter, sv_make((const char *)data, size), true);
	names_free(names);
	return 0;
}

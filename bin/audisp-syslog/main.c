/*
 * audisp-syslog: a plugin of auditd that writes the records which it gets to the system's log.
 *
 *	audisp-syslog [FACILITY] [LEVEL] [interpret]
 *
 * Whoever fills /dev/log must not stop the records for good, and nobody may be waited for without
 * end: a message waits PATIENCE_MS at most. Meanwhile the daemon keeps what follows, in the log.
 */
#include "audisp-syslog/sentence.h"

#include "base/clock.h"
#include "common/frame.h"
#include "common/plugin.h"
#include "record/names_system.h"

#include <stdlib.h>
#include <syslog.h>

#define PROGRAM     options.program
#define TEXT_MAX    ((size_t)256 << 10)
#define PATIENCE_MS 3000
#define STEP_MS     100  /* between looks for somebody who listens */
#define GOODBYE_MS  1000 /* for all that is left, at the end */

enum option_id {
	OPT_NONE,
#define OPTION(id, names, arg, value_name, help) OPT_##id,
#include "options.def"
#undef OPTION
};

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {OPT_##id, names, arg, value_name, help},
#include "options.def"
#undef OPTION
};

static const struct option_set options = {
	.program = "audisp-syslog",
	.usage = "[FACILITY] [LEVEL] [interpret]",
	.summary = "Writes the audit records on its standard input to the system's log.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows),
};

struct word {
	struct sv name;
	int value;
};

static const struct word facilities[] = {
#define FACILITY(name) {{#name, sizeof(#name) - 1}, name},
#include "words.def"
#undef FACILITY
};
static const struct word levels[] = {
#define LEVEL(name) {{#name, sizeof(#name) - 1}, name},
#include "words.def"
#undef LEVEL
};

struct app {
	struct plugin plugin;
	struct journal journal; /* the records go here */
	int facility, level;
	bool interpret, stopping;
	struct names *names;
	struct interpreter interpreter;
	struct words words;
	struct buf line, sentence;
	uint64_t sent, lost, cut;
	uint64_t lost_told;
};

/* ---- the command line ---- */

static bool find_word(const struct word *words, size_t count, struct sv name, int *value)
{
	for (size_t i = 0; i < count; i++)
		if (sv_eq_nocase(words[i].name, name)) {
			*value = words[i].value;
			return true;
		}
	return false;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct app *app = arg;
	struct sv word = sv_cstr(hit->name);

	switch ((enum option_id)hit->id) {
	case OPT_HELP:
		return frame_help(&options, e);
	case OPT_VERSION:
		return frame_version(&options, e);
	case OPT_NONE:
		break;
	}
	if (find_word(facilities, LEN(facilities), word, &app->facility) ||
	    find_word(levels, LEN(levels), word, &app->level))
		return FRAME_ON;
	if (!sv_eq(word, SV("interpret"))) {
		(void)err_set(e,
			      "\"%s\" is not understood here: a facility is one of LOG_LOCAL0 to "
			      "LOG_LOCAL7, LOG_AUTH, LOG_AUTHPRIV, LOG_DAEMON, LOG_SYSLOG and "
			      "LOG_USER, a level one of LOG_DEBUG to LOG_EMERG, or else it is "
			      "\"interpret\"",
			      hit->name);
		return FRAME_FAILED;
	}
	app->interpret = true;
	return FRAME_ON;
}

/* ---- sending ---- */

/* Until there may be room, or somebody listens; false when it is time to give up. */
static bool wait_for_room(struct app *app, enum journal_status status, int64_t until_ms)
{
	struct pollfd fd = {.fd = app->journal.fd, .events = POLLOUT};
	int64_t left = until_ms - clock_ms();
	bool is_full = status == JOURNAL_FULL;

	if (left <= 0)
		return false;
	if (!is_full && left > STEP_MS)
		left = STEP_MS;
	if (plugin_wait(&app->plugin, false, &fd, is_full, (int)left) & PLUGIN_TERM)
		app->stopping = true;
	return true;
}

/* Where the records go; with the next one, when there is no room for it either. */
static void tell_losses(struct app *app, bool is_end)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "%ju records were lost: nobody took them from %s",
			 (uintmax_t)(app->lost - app->lost_told), JOURNAL_PATH);
	bool is_told =
		journal_send(&app->journal, LOG_WARNING, sv_make(text, (size_t)n)) == JOURNAL_SENT;

	if (!is_told && !is_end)
		return;
	plugin_say(&app->plugin, LOG_WARNING, "%s", text);
	app->lost_told = app->lost;
}

static void send_text(struct app *app, struct sv text, int64_t until_ms)
{
	enum journal_status status;

	app->cut += text.n > JOURNAL_TEXT_MAX;
	do {
		status = journal_send(&app->journal, app->level, text);
		if (app->stopping && status != JOURNAL_SENT)
			break;
	} while ((status == JOURNAL_FULL || status == JOURNAL_ABSENT) &&
		 wait_for_room(app, status, until_ms));
	if (status == JOURNAL_SENT)
		app->sent++;
	else
		app->lost++;
	if (status == JOURNAL_SENT && app->lost > app->lost_told)
		tell_losses(app, false);
}

/* The mark between a record and the names that auditd added, for readers who expect no such byte. */
static void blank_marks(char *p, size_t n)
{
	for (char *end = p + n; (p = memchr(p, RECORD_ENRICHED_MARK, (size_t)(end - p))); p++)
		*p = ' ';
}

static void pass_on(struct app *app)
{
	struct dispatch_record record;
	struct buf *out = &app->line;

	while (plugin_next(&app->plugin, &record) == DISPATCH_RECORD) {
		buf_reset(out);
		dispatch_put_line(&record, out);
		if (app->interpret) {
			buf_reset(&app->sentence);
			if (!sentence_put(&app->words, buf_view(out), &app->sentence))
				continue;
			out = &app->sentence;
		} else if (out->n) {
			blank_marks(out->p, out->n);
		}
		send_text(app, buf_view(out), clock_ms() + PATIENCE_MS);
		out = &app->line;
	}
}

/* ---- the work ---- */

static int serve(struct app *app)
{
	int64_t end;

	while (!app->plugin.ended && !app->stopping) {
		if (plugin_wait(&app->plugin, true, NULL, 0, -1) & PLUGIN_TERM)
			app->stopping = true;
		pass_on(app);
	}
	end = clock_ms() + GOODBYE_MS;
	while (plugin_drain(&app->plugin, end))
		pass_on(app);
	if (app->lost > app->lost_told)
		tell_losses(app, true);
	if (app->cut)
		plugin_say(&app->plugin, LOG_WARNING, "%ju records were cut at %d bytes",
			   (uintmax_t)app->cut, JOURNAL_TEXT_MAX);
	return app->plugin.broken ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int start(struct app *app, struct err *e)
{
	if (app->interpret) {
		app->names = names_new(&names_system, e);
		if (!app->names)
			return -1;
		interpreter_init(&app->interpreter, app->names, ESCAPE_TTY);
		words_init(&app->words, &app->interpreter);
	}
	plugin_confine(&app->plugin, NULL, 0, 0);
	return 0;
}

static int run(struct app *app)
{
	struct err e;
	int status = EXIT_FAILURE;

	/* The names that filters of syslog daemons look for. */
	journal_init(&app->journal, app->facility == LOG_USER ? PROGRAM : "audispd", app->facility);
	if (plugin_init(&app->plugin, PROGRAM, &e) != 0 || start(app, &e) != 0)
		plugin_say(&app->plugin, LOG_ERR, "%s", e.text);
	else
		status = serve(app);
	if (app->names)
		words_release(&app->words);
	names_free(app->names);
	buf_release(&app->line);
	buf_release(&app->sentence);
	journal_release(&app->journal);
	plugin_release(&app->plugin);
	return status;
}

int main(int argc, char **argv)
{
	struct app app = {.facility = LOG_USER,
			  .level = LOG_INFO,
			  .line = BUF_INIT(TEXT_MAX),
			  .sentence = BUF_INIT(TEXT_MAX)};
	int code;

	code = frame_read(&options, argc, argv, take_option, &app, EXIT_FAILURE);
	return code < 0 ? run(&app) : code;
}

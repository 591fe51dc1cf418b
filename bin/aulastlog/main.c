/*
 * aulastlog: when each user of this machine last logged in, and from where, as lastlog(8) tells
 * it, but out of the audit log.
 */
#include "aulast/input.h"

#include "base/map.h"
#include "common/frame.h"
#include "query/walk.h"
#include "record/escape.h"
#include "table/table.h"

#include <pwd.h>
#include <stdlib.h>
#include <time.h>

#define PROGRAM    options.program
#define USERS_MAX  ((size_t)1 << 20)
#define VALUE_MAX  ((size_t)64 << 10)
#define NAME_BYTES 256 /* longer ones are cut */
#define TEXT_BYTES 32  /* of terminal and host, as far as they are shown */
#define DATE_BYTES 48

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
	.program = "aulastlog",
	.usage = "[OPTION...]",
	.summary = "Tells when each user last logged in, out of the audit log.",
	.style = OPTION_WORDS,
	.rows = rows,
	.count = LEN(rows),
};

struct user {
	char *name;
	int64_t last; /* seconds; 0: never */
	char terminal[TEXT_BYTES], host[TEXT_BYTES];
};

struct app {
	struct input input;
	const char *wanted; /* --user */
	struct user *users; /* in the order of the password database */
	size_t count, cap;
	struct map by_uid; /* uid -> index of the first one that has it */
	struct buf value;
	uint32_t user_login; /* the type of record */
};

/* ---- the users ---- */

static int add_user(struct app *app, const struct passwd *entry)
{
	if (app->count == app->cap) {
		size_t cap = app->cap ? app->cap * 2 : 64;
		struct user *users = realloc(app->users, cap * sizeof(*users));

		if (!users)
			return -1;
		app->users = users;
		app->cap = cap;
	}
	if (!map_get(&app->by_uid, entry->pw_uid) &&
	    !map_put(&app->by_uid, entry->pw_uid, app->count))
		return -1;
	app->users[app->count] = (struct user){.name = strndup(entry->pw_name, NAME_BYTES)};
	if (!app->users[app->count].name)
		return -1;
	app->count++;
	return 0;
}

static int load_users(struct app *app)
{
	const struct passwd *entry;
	int status = 0;

	setpwent();
	while (status == 0 && (entry = getpwent()))
		if (!app->wanted || strcmp(app->wanted, entry->pw_name) == 0)
			status = add_user(app, entry);
	endpwent();
	if (status != 0)
		frame_say(PROGRAM, "no memory for the users");
	return status;
}

static void release(struct app *app)
{
	for (size_t i = 0; i < app->count; i++)
		free(app->users[i].name);
	free(app->users);
	map_release(&app->by_uid);
	buf_release(&app->value);
}

/* ---- the logins ---- */

static void keep(struct app *app, const struct field *f, char out[TEXT_BYTES])
{
	buf_reset(&app->value);
	escape_put(ESCAPE_TTY, walk_text(f), &app->value);
	(void)snprintf(out, TEXT_BYTES, "%.*s", TEXT_BYTES - 1, buf_cstr(&app->value));
}

static bool succeeded(const struct event *event, size_t record)
{
	struct walk w;
	struct field f;

	walk_record(&w, event, record);
	return walk_find(&w, SV("res"), &f) && w.record == record &&
	       sv_eq(walk_text(&f), SV("success"));
}

static void take_login(struct app *app, const struct event *event, size_t record)
{
	const uint64_t *index;
	struct user *user;
	struct walk w;
	struct field f;

	walk_record(&w, event, record);
	if (!walk_find(&w, SV("auid"), &f))
		return;
	index = map_get(&app->by_uid, (uint32_t)walk_number(&f));
	if (!index)
		return;
	user = &app->users[*index];
	user->last = event->stamp.sec;
	if (walk_find(&w, SV("hostname"), &f))
		keep(app, &f, user->host);
	if (walk_find(&w, SV("terminal"), &f))
		keep(app, &f, user->terminal);
}

static enum scan_next found(void *arg, const struct event *event)
{
	struct app *app = arg;

	for (size_t i = 0; i < event->count; i++)
		if (event->records[i].type == app->user_login && succeeded(event, i)) {
			take_login(app, event, i);
			break;
		}
	return SCAN_ON;
}

/* ---- the report ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-y2k" /* the locale decides about the year's digits */
static void print_users(const struct app *app)
{
	(void)puts("Username         Port         From                       Latest");
	for (size_t i = 0; i < app->count; i++) {
		const struct user *user = &app->users[i];
		char date[DATE_BYTES] = "";
		time_t last = (time_t)user->last;
		struct tm tm;

		if (last && localtime_r(&last, &tm))
			(void)strftime(date, sizeof(date), "%x %T", &tm);
		(void)printf("%-16s %-12.12s %-26.26s %s\n", user->name, user->terminal, user->host,
			     last ? date : "**Never logged in**");
	}
}
#pragma GCC diagnostic pop

static int run(struct app *app)
{
	struct query query;

	if (load_users(app) != 0)
		return EXIT_FAILURE;
	if (app->wanted && app->count == 0) {
		(void)printf("Unknown User: %s\n", app->wanted);
		return EXIT_FAILURE;
	}
	query_init(&query);
	if (!msgtype_find(SV("USER_LOGIN"), &app->user_login) ||
	    !query_add_type(&query, app->user_login) ||
	    input_scan(&app->input, &query, found, app) != 0)
		return EXIT_FAILURE;
	print_users(app);
	return frame_finish(PROGRAM, stdout, "the result") == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- the command line ---- */

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct app *app = arg;

	switch ((enum option_id)hit->id) {
	case OPT_FILE:
		app->input.file = hit->value;
		break;
	case OPT_STDIN:
		app->input.standard_input = true;
		break;
	case OPT_USER:
		app->wanted = hit->value;
		break;
	case OPT_HELP:
		return frame_help(&options, e);
	case OPT_VERSION:
		return frame_version(&options, e);
	case OPT_NONE:
		return frame_stray_word(hit, e);
	}
	return input_check(&app->input, e) == 0 ? FRAME_ON : FRAME_FAILED;
}

int main(int argc, char **argv)
{
	struct app app = {.input = {.program = PROGRAM}, .value = BUF_INIT(VALUE_MAX)};
	struct options words;
	struct err e;
	int status = EXIT_FAILURE;

	if (frame_start() != 0)
		return EXIT_FAILURE;
	map_init(&app.by_uid, USERS_MAX);
	switch (frame_options(&words, &options, argc, argv, take_option, &app, &e)) {
	case FRAME_ON:
		status = run(&app);
		break;
	case FRAME_DONE:
		status = EXIT_SUCCESS;
		break;
	case FRAME_FAILED:
		frame_say(PROGRAM, "%s", e.text);
		break;
	}
	release(&app);
	return status;
}

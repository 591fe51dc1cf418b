/* The bundled log, told as if it happened now. Needs no privilege and changes nothing. */
#include "aurum/watch.h"

#include "log/cursor.h"

static int tell_log(struct teller *t, const char *path, struct err *e)
{
	enum cursor_status status;
	struct cursor c;
	struct sv line;

	cursor_init(&c);
	if (cursor_open_file(&c, path, e) != 0) {
		cursor_release(&c);
		return -1;
	}
	while (!t->is_full && !t->is_broken && (status = cursor_next(&c, &line, e)) != CURSOR_END) {
		if (status == CURSOR_LINE)
			teller_line(t, line);
		else if (status == CURSOR_ERROR)
			break;
	}
	teller_finish(t);
	cursor_release(&c);
	return 0;
}

int show_sample(const struct watch_options *options, struct limit *l)
{
	char path[PATH_BYTES];
	struct teller t = {0};
	struct err e;

	if (find_shipped("sample/audit.log", path, &e) != 0 || teller_init(&t, options, &e) != 0) {
		say("%s", e.text);
		teller_release(&t);
		return EXIT_TROUBLE;
	}
	t.stop_fd = l->signals;
	say("the bundled sample log, as it is told:");
	if (tell_log(&t, path, &e) != 0) {
		say("%s", e.text);
		teller_release(&t);
		return EXIT_TROUBLE;
	}
	say("the end of the sample (%s)", path);
	teller_release(&t);
	return EXIT_DONE;
}

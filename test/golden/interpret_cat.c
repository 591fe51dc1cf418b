/*
 * Prints a log as `ausearch -i` prints it, all of it: for test/golden/interpret.bats.
 *
 *	interpret-cat [MODE] <audit.log		MODE as in ausearch --escape; tty is the default
 *	interpret-cat enrich <audit.log		raw records with the tail that auditd would add
 */
#include "base/buf.h"
#include "base/file.h"
#include "record/enrich.h"
#include "record/interpret.h"
#include "record/join.h"
#include "record/names_system.h"

#include <locale.h>
#include <stdio.h>

#define INPUT_MAX (1u << 30)

/* The last record first; of an event of the audit daemon itself only the last. */
static void print_event(struct interpreter *ip, const struct event *event)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(INPUT_MAX);
	uint32_t type = event->records[event->count - 1].type;
	bool last_only = type >= 1200 && type < 1300;

	buf_puts(&out, "----\n");
	for (size_t i = event->count; i-- > (last_only ? event->count - 1 : 0);)
		interpret_record(ip, &event->records[i], &out);
	(void)fwrite(out.p, 1, out.n, stdout);
}

static void print_events(struct interpreter *ip, struct join *join)
{
	const struct event *event;

	while ((event = join_next(join)))
		print_event(ip, event);
}

static int interpret_all(struct interpreter *ip, struct sv rest, struct err *e)
{
	static const struct join_options options = {
		.order = JOIN_ORDERED, .timeout_s = JOIN_TIMEOUT_DEFAULT_S, .stable_lines = true};
	struct join *join = join_new(&options, e);
	struct record r;
	struct sv line;

	if (!join)
		return -1;
	while (sv_line(&rest, &line)) {
		if (record_parse(line, &r) != RECORD_OK)
			continue;
		if (join_put(join, &r) != 0)
			return err_set(e, "no memory");
		print_events(ip, join);
	}
	join_finish(join);
	print_events(ip, join);
	join_free(join);
	return 0;
}

static void enrich_all(struct names *names, struct sv rest)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(INPUT_MAX);
	struct record r;
	struct sv line;

	while (sv_line(&rest, &line)) {
		size_t text = sv_find(line, SV(" msg=")) + 5;

		if (record_parse(line, &r) != RECORD_OK)
			continue;
		buf_put(&out, line);
		enrich_tail(r.type, sv_from(line, text), line.n, names, &out);
		buf_putc(&out, '\n');
	}
	(void)fwrite(out.p, 1, out.n, stdout);
}

int main(int argc, char **argv)
{
	CLEANUP(buf_release) struct buf input = BUF_INIT(INPUT_MAX);
	struct sv word = argc > 1 ? sv_cstr(argv[1]) : SV("tty");
	enum escape_mode mode = ESCAPE_TTY;
	struct interpreter ip;
	struct names *names;
	struct err e;
	int status = 0;

	(void)setlocale(LC_ALL, "");
	names = names_new(&names_system, &e);
	if (!names || file_read_fd(0, "standard input", &input, &e) != 0) {
		(void)fprintf(stderr, "interpret-cat: %s\n", e.text);
		return 2;
	}
	interpreter_init(&ip, names, mode);
	if (sv_eq(word, SV("enrich"))) {
		enrich_all(names, buf_view(&input));
	} else if (!escape_mode_find(word, &ip.escape)) {
		(void)fprintf(stderr, "interpret-cat: no such mode: %s\n", argv[1]);
		status = 2;
	} else if (interpret_all(&ip, buf_view(&input), &e) != 0) {
		(void)fprintf(stderr, "interpret-cat: %s\n", e.text);
		status = 2;
	}
	names_free(names);
	return status;
}

/*
 * A whole search over any log: cursor, joiner, query, output. The first four bytes pick what is
 * asked for and how it is printed, the rest is the log. What is found goes to a file in memory,
 * of which all but raw output must be free of control bytes.
 */
#include "output/output.h"
#include "query/scan.h"

#include <stdlib.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum scan_next print(void *arg, const struct event *event)
{
	return output_event(arg, event, NULL) == 0 ? SCAN_ON : SCAN_STOP;
}

static bool somebody(void *arg, uint32_t id, char *out, size_t cap)
{
	(void)arg;
	return id % 2 && sv_to_cstr(SV("some\033[31mbody"), out, cap);
}

static void ask(struct query *q, const uint8_t picks[4])
{
	enum query_item item = (enum query_item)(picks[0] % (QUERY_ITEMS + 1));

	query_init(q);
	if (item == QUERY_ITEMS)
		return;
	query_want_number(q, item, picks[1]);
	query_want_text(q, item, picks[1] % 2 ? SV("a") : SV("/"));
	q->whole_word = picks[2] & 1;
	q->any_user = picks[2] & 2;
	q->any_group = picks[2] & 4;
	q->any_context = picks[2] & 8;
}

/* What an interpreted search printed; daemon records and raw output are as they were. */
static void check(int fd, const struct output *o)
{
	char bytes[65536];
	ssize_t n;

	if (o->format != OUTPUT_INTERPRET || o->escape == ESCAPE_RAW || lseek(fd, 0, SEEK_SET) != 0)
		return;
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < n; i++)
			if ((unsigned char)bytes[i] < 32 && bytes[i] != '\n' && bytes[i] != 1)
				abort();
}

static void search(const uint8_t picks[4], int log, int found)
{
	static const struct name_source source = {.user_name = somebody, .group_name = somebody};
	struct join_options options = {.order = picks[3] & 16 ? JOIN_PROMPT : JOIN_ORDERED,
				       .timeout_s = 2,
				       .max_bytes = picks[3] & 32 ? 1 << 14 : 0};
	struct interpreter interpreter;
	struct cursor cursor;
	struct output output;
	struct query q;
	struct scan scan = {.query = &q, .cursor = &cursor, .found = print, .arg = &output};
	struct names *names = names_new(&source, NULL);

	ask(&q, picks);
	cursor_init(&cursor);
	scan.join = join_new(&options, NULL);
	if (names && scan.join && cursor_open_fd(&cursor, log, "log", NULL) == 0) {
		enum escape_mode escape = (enum escape_mode)(picks[3] / 4 % 4);

		interpreter_init(&interpreter, names, escape);
		output_init(&output, found, (enum output_format)(picks[3] % 3), escape);
		output.interpreter = &interpreter;
		if (scan_run(&scan, NULL) != 0 || output_flush(&output, NULL) != 0)
			abort();
		check(found, &output);
		output_release(&output);
	}
	join_free(scan.join);
	cursor_release(&cursor);
	names_free(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_FD int found = memfd_create("found", MFD_CLOEXEC);
	int log = memfd_create("log", MFD_CLOEXEC);

	if (size < 4 || found < 0 || log < 0 ||
	    write(log, data + 4, size - 4) != (ssize_t)size - 4 || lseek(log, 0, SEEK_SET) != 0) {
		close_fd(&log);
		return 0;
	}
	search(data, log, found);
	return 0;
}

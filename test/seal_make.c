/*
 * Makes a sealed log for tests: the real writer and the real sealer, with a clock and keys that are the same
 * each time.
 *
 *	seal-make [-s SEED] [-b BYTES] [-n NUM_LOGS] [-B BATCH] [-L] [-N] [-k FILE] FOLDER STEP...
 *
 * FOLDER is made: audit.log, integrity/, and beside them `anchor` (what the host remembers) and `vkey` (the key
 * of enrolment). -b: bytes at which a log is rotated. -B: lines that are written at a time. -L: without hashes
 * of lines. -N: the clock begins now, else in 2023. -k: prints the seed of each epoch's key, in order.
 *
 * Steps: start; lines:N; wait:S (seconds); rotate; remove (the oldest file, for space); delete:K (audit.log.K,
 * by nobody the seal knows of); pack:K (compress audit.log.K, as archive = yes does); say:TYPE; torn:N (bytes of a
 * line that was begun); plain:N (lines by a writer that does not seal); reserve (a new key at rest); kill (the
 * daemon, its keys are kept); crash (the machine); stop; hold (says "ready", and waits for the end of stdin).
 * What is still running at the end is left as a crash leaves it.
 */
#include "integrity/host_test.h"

#include "base/num.h"
#include "segment/names.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what, const char *on)
{
	(void)fprintf(stderr, "seal-make: %s: %s\n", what, on);
	exit(1);
}

static void numbered(const struct host *h, uint64_t number, char out[4096])
{
	(void)snprintf(out, 4096, "%s.%" PRIu64, h->log_path, number);
}

static void pack(const struct host *h, uint64_t number)
{
	CLEANUP(segment_list_release) struct segment_list list = SEGMENT_LIST_INIT;
	char from[4096], to[SEGMENT_PATH_MAX];
	struct segment_head head;
	uint64_t next = 1;
	CLEAN_FD int plain = -1;
	CLEAN_FD int packed = -1;

	numbered(h, number, from);
	if (segment_list_look(&list, h->log_path, NULL) == 0 && list.count)
		next = list.numbers[list.count - 1] + 1;
	if (!segment_path(h->log_path, next, to))
		die("the path is too long", from);
	plain = open(from, O_RDONLY | O_CLOEXEC);
	packed = open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	if (plain < 0 || packed < 0 ||
	    segment_write(plain, packed, &(struct segment_options){.level = 0}, &head, NULL) != 0)
		die("cannot compress", from);
	(void)unlink(from);
}

static void append_plain(const struct host *h, struct sv bytes)
{
	CLEAN_FD int fd = open(h->log_path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0 || file_write(fd, bytes) != 0)
		die("cannot write", h->log_path);
}

static void write_torn(struct host *h, uint64_t n)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(4096);

	host_put_line(h, &line);
	append_plain(h, sv_head(buf_view(&line), n < line.n ? (size_t)n : line.n - 1));
}

static void write_plain(struct host *h, uint64_t n)
{
	CLEANUP(buf_release) struct buf lines = BUF_INIT(64 << 20);

	while (n--)
		host_put_line(h, &lines);
	append_plain(h, buf_view(&lines));
}

static void hold(void)
{
	char c;

	(void)puts("ready");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
}

static void delete (const struct host *h, uint64_t number)
{
	char path[4096];

	numbered(h, number, path);
	if (unlink(path) != 0)
		die("cannot remove", path);
}

static void take_number(struct host *h, struct sv verb, uint64_t n)
{
	if (sv_eq(verb, SV("lines")))
		host_lines(h, n);
	else if (sv_eq(verb, SV("wait")))
		host_pass(h, (unsigned)n);
	else if (sv_eq(verb, SV("delete")))
		delete (h, n);
	else if (sv_eq(verb, SV("pack")))
		pack(h, n);
	else if (sv_eq(verb, SV("torn")))
		write_torn(h, n);
	else if (sv_eq(verb, SV("plain")))
		write_plain(h, n);
	else
		die("unknown step", verb.p);
}

static void take_step(struct host *h, const char *step)
{
	struct sv verb, rest;
	uint64_t n;

	if (sv_cut(sv_cstr(step), ':', &verb, &rest)) {
		if (sv_eq(verb, SV("say")))
			host_say(h, rest.p, "op=test res=success");
		else if (num_u64(rest, &n))
			take_number(h, verb, n);
		else
			die("not a number", step);
	} else if (strcmp(step, "start") == 0) {
		host_start(h);
	} else if (strcmp(step, "rotate") == 0) {
		host_rotate(h);
		host_turn(h, 0);
	} else if (strcmp(step, "remove") == 0) {
		(void)!log_remove_oldest(&h->log.options, NULL);
		host_turn(h, 0);
	} else if (strcmp(step, "reserve") == 0) {
		sealer_rotate_keys(h->sealer);
		host_turn(h, 0);
	} else if (strcmp(step, "kill") == 0) {
		host_kill(h);
	} else if (strcmp(step, "crash") == 0) {
		host_crash(h);
	} else if (strcmp(step, "stop") == 0) {
		if (!host_stop(h))
			die("the end could not be signed", step);
	} else if (strcmp(step, "hold") == 0) {
		hold();
	} else {
		die("unknown step", step);
	}
}

static void tell_news(struct host *h)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
	struct sealer_news news;

	while (h->sealer && sealer_take_news(h->sealer, &news)) {
		buf_reset(&text);
		sealer_news_put(&news, &text);
		(void)fprintf(stderr, "%s\n", buf_cstr(&text));
	}
}

static void write_outside(const struct host *h)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(4096);

	host_put_anchor(h, &text);
	host_write_file(h->folder, "anchor", buf_view(&text));
	buf_reset(&text);
	seal_vkey_print(&text, &h->enrolment);
	buf_putc(&text, '\n');
	host_write_file(h->folder, "vkey", buf_view(&text));
}

int main(int argc, char **argv)
{
	uint64_t seed = 1, bytes = 0, num_logs = 5, batch = 10;
	bool without_leaves = false, is_now = false;
	const char *keys = NULL;
	struct host h;
	int option;

	while ((option = getopt(argc, argv, "s:b:n:B:LNk:")) >= 0) {
		bool is_good = true;

		switch (option) {
		case 's':
			is_good = num_u64(sv_cstr(optarg), &seed);
			break;
		case 'b':
			is_good = num_u64(sv_cstr(optarg), &bytes);
			break;
		case 'n':
			is_good = num_range(sv_cstr(optarg), 2, 999, &num_logs);
			break;
		case 'B':
			is_good = num_range(sv_cstr(optarg), 1, 10000, &batch);
			break;
		case 'L':
			without_leaves = true;
			break;
		case 'N':
			is_now = true;
			break;
		case 'k':
			keys = optarg;
			break;
		default:
			return 1;
		}
		if (!is_good)
			die("not a number that can be", optarg);
	}
	if (optind >= argc)
		die("which folder?", "see the beginning of seal_make.c");
	if (mkdir(argv[optind], 0700) != 0)
		die("cannot make", argv[optind]);
	host_init(&h, argv[optind], seed);
	if (is_now)
		h.wall_ns = (uint64_t)time(NULL) * HOST_SECOND;
	h.max_bytes = bytes;
	h.num_logs = (unsigned)num_logs;
	h.batch = (unsigned)batch;
	h.settings.keeps_leaves = !without_leaves;
	h.keys_out = keys ? fopen(keys, "we") : NULL;
	host_enrol(&h);
	for (int i = optind + 1; i < argc; i++) {
		if (strcmp(argv[i], "hold") == 0)
			write_outside(&h);
		take_step(&h, argv[i]);
		tell_news(&h);
	}
	write_outside(&h);
	if (h.keys_out)
		(void)fclose(h.keys_out);
	host_release(&h);
	return 0;
}

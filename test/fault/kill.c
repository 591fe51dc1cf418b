/*
 * Kills the writer of a log before each of its system calls, one run a call, and looks what is
 * there: every line whose append had returned, each once, in order; then starts it again and
 * looks that the rest comes behind. A reader with a saved position that goes through the same
 * must get each line once, too.
 *
 *	fault-kill AUSEARCH		prints TAP
 *
 * Besides, each write is made a short one and the writer killed behind it: half a line is then in
 * the file. After the restart ausearch must not show it.
 *
 * The writer is a fork of this program under ptrace(2). SIGKILL stands for any death of the
 * daemon; what a power cut takes is another matter, tested in a virtual machine.
 */
#include "base/file.h"
#include "fault/step.h"
#include "log/cursor.h"
#include "log/follow.h"
#include "log/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define LINES     26
#define FILES     9
#define BATCH     4
#define FILE_SIZE 700
#define LINE_MAX_ 400

/* The calls between which it is killed: those that touch files. */
static const long path_calls[] = {
	SYS_openat,     SYS_close,  SYS_writev,   SYS_ftruncate, SYS_fdatasync,
	SYS_fchown,     SYS_fchmod, SYS_pread64,  SYS_lseek,     SYS_fstat,
	SYS_newfstatat, SYS_statx,  SYS_renameat, SYS_renameat2, SYS_faccessat,
#ifdef SYS_open
	SYS_open,       SYS_rename, SYS_access,   SYS_stat,
#endif
};

struct plan {
	const char *name;
	enum log_flush flush;
	unsigned files; /* 0: keep_logs */
	bool tears;     /* each write is cut short, and it dies behind it */
};

static const struct plan plans[] = {
	{"flush none, rotate", FLUSH_NONE, FILES, false},
	{"flush incremental, keep_logs", FLUSH_INCREMENTAL, 0, false},
	{"flush incremental_async, rotate", FLUSH_INCREMENTAL_ASYNC, FILES, false},
	{"flush data, keep_logs", FLUSH_DATA, 0, false},
	{"flush sync, rotate", FLUSH_SYNC, FILES, false},
	{"inside a line, rotate", FLUSH_NONE, FILES, true},
	{"inside a line, keep_logs", FLUSH_INCREMENTAL, 0, true},
};

static char folder[64], path[96], saved[96];
static const char *ausearch;
static char complaint[512];

static int complain(const char *fmt, ...) PRINTF(1, 2);

static int complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(complaint, sizeof(complaint), fmt, args);
	va_end(args);
	return -1;
}

/* Line `number`, with its newline: nobody else has it. */
static void put_line(struct buf *out, uint64_t number)
{
	buf_printf(out,
		   "type=USER_CMD msg=audit(1700000000.%03u:%u): pid=%u uid=0 msg='cmd=%0*u'\n",
		   (unsigned)number, (unsigned)number, (unsigned)number,
		   40 + (int)(number * 37 % 90), (unsigned)number);
}

/* ---- the writer: everything that runs between the kills ---- */

static void rotate(struct log_writer *w, const struct plan *p)
{
	struct err e;

	if ((p->files ? log_rotate(w, p->files, &e) : log_keep(w, &e)) != 0)
		_exit(3);
}

static void append(struct log_writer *w, const struct plan *p, uint64_t from, uint64_t count,
		   int acks)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 16);
	struct sv lines;
	struct err e;

	for (uint64_t i = 0; i < count; i++)
		put_line(&b, from + i);
	for (lines = buf_view(&b); lines.n;) {
		size_t taken;
		enum log_append_status status = log_append(w, lines, &taken, &e);

		if (status == LOG_FAILED)
			_exit(4);
		for (size_t n = sv_count(sv_head(lines, taken), '\n'); n; n--)
			if (write(acks, "", 1) != 1)
				_exit(5);
		lines = sv_from(lines, taken);
		if (status == LOG_FULL)
			rotate(w, p);
	}
}

/* What a writer is to do. */
struct work {
	const struct plan *plan;
	uint64_t from;
};

/* Writes lines from..LINES; one byte into acks for each that is in the file. Exits. */
static void run_writer(const void *arg, int acks)
{
	const struct work *work = arg;
	const struct plan *p = work->plan;
	uint64_t from = work->from;
	struct log_options o = {.path = path, .max_bytes = FILE_SIZE, .flush = p->flush, .freq = 1};
	struct log_writer w;
	bool was_torn;
	struct err e;

	if (log_open(&w, &o, &e) != 0)
		_exit(2);
	was_torn = w.found.bytes > 0;
	while (from <= LINES) {
		uint64_t count = 1 + from % BATCH;

		if (count > LINES - from + 1)
			count = LINES - from + 1;
		append(&w, p, from, count, acks);
		from += count;
		if (from % 7 == 0) {
			log_suspend(&w);
			if (log_reopen(&w, &e) != 0)
				_exit(2);
		}
	}
	if (log_close(&w, &e) != 0)
		_exit(6);
	_exit(was_torn ? 1 : 0);
}

/* ---- the killer ---- */

/* Halves the first part of a writev() that is about to happen. */
static bool shorten(pid_t pid, const struct __ptrace_syscall_info *call)
{
	unsigned long at = (unsigned long)call->entry.args[1] + offsetof(struct iovec, iov_len);
	long length;

	errno = 0;
	length = ptrace(PTRACE_PEEKDATA, pid, at, 0);
	return errno == 0 && length > 1 && ptrace(PTRACE_POKEDATA, pid, at, length / 2) == 0;
}

/*
 * Lets the child run up to its counted call number `point`, or with tears to its write number
 * `point`. 1: killed there; 0: it ended before, *status says how; -1: ptrace does not work.
 */
static int run_to(pid_t pid, const struct plan *p, unsigned point, int *status)
{
	struct __ptrace_syscall_info call;
	unsigned count = 0;
	bool is_torn = false;
	int stop;

	if (!step_begin(pid, status))
		return -1;
	while ((stop = step_next(pid, &call, status)) > 0) {
		if (call.op == PTRACE_SYSCALL_INFO_EXIT && is_torn)
			break;
		if (!step_is_before(&call, path_calls, LEN(path_calls)) ||
		    (p->tears && call.entry.nr != SYS_writev) || ++count < point)
			continue;
		if (!p->tears)
			break;
		is_torn = shorten(pid, &call);
		if (!is_torn)
			return -1;
	}
	if (stop <= 0)
		return stop;
	return step_kill(pid, status) ? 1 : -1;
}

/* ---- what must be there ---- */

/* Counts lines 1, 2, 3... of the log; whatever else is there but a torn end is wrong. */
static int count_lines(uint64_t *count, bool *is_torn)
{
	CLEANUP(buf_release) struct buf wanted = BUF_INIT(LINE_MAX_);
	CLEANUP(cursor_release) struct cursor c;
	enum cursor_status status;
	struct sv line;
	struct err e;

	*count = 0;
	*is_torn = false;
	cursor_init(&c);
	if (cursor_open_set(&c, path, &e) != 0)
		return e.sys == ENOENT ? 0 : complain("%s", e.text);
	while ((status = cursor_next(&c, &line, &e)) == CURSOR_LINE) {
		if (*is_torn)
			return complain("a torn line is not the last one");
		buf_reset(&wanted);
		put_line(&wanted, *count + 1);
		if (sv_eq(line, sv_head(buf_view(&wanted), wanted.n - 1)) && c.stats.torn == 0) {
			(*count)++;
			continue;
		}
		*is_torn = c.stats.torn == 1 && sv_starts(buf_view(&wanted), line);
		if (!*is_torn)
			return complain("line %u is %.*s", (unsigned)*count + 1, SV_FMT(line));
	}
	return status == CURSOR_END ? 0 : complain("%s", e.text);
}

/* Reads on from where the last one was, and saves where it is. */
static int follow_on(uint64_t *read_lines)
{
	CLEANUP(buf_release) struct buf wanted = BUF_INIT(LINE_MAX_);
	struct log_position p = {.offset = 0};
	enum follow_status status;
	struct sv lines, line;
	struct follow f;
	struct err e;
	int result = 0;

	if ((log_position_load(saved, &p, &e) != 0 && e.sys != ENOENT) ||
	    follow_init(&f, path, &e) != 0)
		return complain("%s", e.text);
	follow_from_position(&f, &p);
	while (result == 0 && (status = follow_next(&f, &lines, &e)) == FOLLOW_LINES)
		while (sv_line(&lines, &line)) {
			buf_reset(&wanted);
			put_line(&wanted, ++*read_lines);
			if (!sv_eq(line, sv_head(buf_view(&wanted), wanted.n - 1)))
				result = complain("the reader got %.*s", SV_FMT(line));
		}
	if (result == 0 && status != FOLLOW_NOTHING)
		result = complain("the reader got status %d", (int)status);
	follow_position(&f, f.given, &p);
	follow_release(&f);
	if (result == 0 && log_position_save(saved, &p, &e) != 0)
		result = complain("%s", e.text);
	return result;
}

/* What ausearch shows are the lines 1..LINES. */
static int search(void)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20), wanted = BUF_INIT(1 << 20);
	char command[512];
	FILE *pipe;
	int c;

	(void)snprintf(command, sizeof(command), "%s --raw -if %s </dev/null 2>&-", ausearch,
		       folder);
	pipe = popen(command, "r");
	if (!pipe)
		return complain("cannot run %s", ausearch);
	while ((c = getc(pipe)) != EOF)
		buf_putc(&out, (char)c);
	if (pclose(pipe) != 0)
		return complain("%s failed", command);
	for (uint64_t i = 1; i <= LINES; i++)
		put_line(&wanted, i);
	return sv_eq(buf_view(&out), buf_view(&wanted)) ? 0
							: complain("ausearch shows other events");
}

/* Starts it again for what is missing, and looks at everything. */
static int check_restart(const struct plan *p, uint64_t acked)
{
	uint64_t count, reader = 0, limit = p->tears ? BATCH * 2 : BATCH;
	bool is_torn, torn_left;
	int acks = -1, status = -1;
	pid_t pid;

	if (count_lines(&count, &is_torn) != 0 || follow_on(&reader) != 0)
		return -1;
	if (count < acked || count > acked + limit)
		return complain("%u lines were acknowledged, %u are there", (unsigned)acked,
				(unsigned)count);
	if (reader != count)
		return complain("the reader got %u of %u lines", (unsigned)reader, (unsigned)count);
	pid = step_start(run_writer, &(struct work){p, count + 1}, false, &acks);
	(void)step_acks(acks);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != (is_torn ? 1 : 0))
		return complain("the restart ended with status %x, torn %d", (unsigned)status,
				is_torn);
	if (count_lines(&count, &torn_left) != 0 || follow_on(&reader) != 0)
		return -1;
	if (count != LINES || torn_left || reader != LINES)
		return complain("after the restart there are %u lines, the reader got %u",
				(unsigned)count, (unsigned)reader);
	return is_torn ? search() : 0;
}

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type;
	return at->level ? remove(name) : 0;
}

/* 1: a point, passed; 0: there is no such point; -1: see complaint. */
static int try_point(const struct plan *p, unsigned point)
{
	int acks = -1, status = 0, killed;
	uint64_t acked;
	pid_t pid = step_start(run_writer, &(struct work){p, 1}, true, &acks);

	if (pid < 0)
		return complain("cannot fork: %s", strerror(errno));
	killed = run_to(pid, p, point, &status);
	if (killed < 0)
		return complain("cannot trace at point %u: %s", point, strerror(errno));
	acked = step_acks(acks);
	if (killed == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return complain("the writer ended with status %x", (unsigned)status);
	if (check_restart(p, acked) != 0 || nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
		return -1;
	return killed;
}

static unsigned run_plan(const struct plan *p, size_t number)
{
	unsigned point = 0;
	int status;

	do {
		status = try_point(p, ++point);
	} while (status > 0);
	point--;
	if (status < 0)
		printf("# point %u: %s\n# left in %s\n", point + 1, complaint, folder);
	printf("%s %zu - killed at %u points: %s\n", status == 0 && point ? "ok" : "not ok", number,
	       point, p->name);
	if (status < 0)
		exit(1);
	return point;
}

/* Fast, and as good as any: what a killed process wrote is in memory in every file system. */
static bool make_folder(void)
{
	(void)snprintf(folder, sizeof(folder), "/dev/shm/aurum-kill-XXXXXX");
	if (!mkdtemp(folder)) {
		(void)snprintf(folder, sizeof(folder), "/tmp/aurum-kill-XXXXXX");
		if (!mkdtemp(folder))
			return false;
	}
	(void)snprintf(path, sizeof(path), "%s/audit.log", folder);
	(void)snprintf(saved, sizeof(saved), "%s/position", folder);
	return true;
}

int main(int argc, char **argv)
{
	unsigned points = 0;

	if (argc != 2 || !make_folder()) {
		(void)fprintf(stderr, "usage: fault-kill AUSEARCH\n");
		return 2;
	}
	ausearch = argv[1];
	printf("1..%zu\n", LEN(plans) + 1);
	for (size_t i = 0; i < LEN(plans); i++)
		points += run_plan(&plans[i], i + 1);
	printf("%s %zu - these are %u points, at least 500\n", points >= 500 ? "ok" : "not ok",
	       LEN(plans) + 1, points);
	(void)rmdir(folder);
	return points >= 500 ? 0 : 1;
}

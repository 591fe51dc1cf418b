/*
 * Kills a writer that seals its log before each of its system calls about files and about the key at rest,
 * one run a call; then starts it again, has it write the rest, and looks what a verifier says: never that
 * the log was tampered with, and that it is proven where the keys of the epoch were kept meanwhile, as the
 * service manager keeps them (docs/format-seal.md, "continued").
 *
 *	fault-seal-kill SEALKEY STEP		prints TAP; kills at each STEPth point
 *
 * The writer is a fork of this program under ptrace(2). SIGKILL stands for any death of the daemon; what a
 * power cut takes is tested with a disk that is played (lib/integrity).
 */
#include "base/file.h"
#include "base/num.h"
#include "fault/step.h"
#include "integrity/folder.h"
#include "integrity/reserve.h"
#include "integrity/sealer.h"
#include "integrity/verify.h"
#include "log/cursor.h"
#include "seal/anchor.h"
#include "seal/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ORIGIN    "audit.example.org/h/kill"
#define LINES     40
#define BATCH     3
#define FILES     20 /* nothing is pruned */
#define FILE_SIZE 1500
#define TURN_NS   UINT64_C(700000000)
#define WALL_NS   (UINT64_C(1763756400) * 1000000000)

/* The calls between which it is killed. */
static const long counted_calls[] = {
	SYS_openat,    SYS_close,  SYS_writev,   SYS_write,    SYS_pwrite64, SYS_ftruncate,
	SYS_fdatasync, SYS_fsync,  SYS_renameat, SYS_mkdirat,  SYS_unlinkat, SYS_flock,
	SYS_renameat2, SYS_sendto, SYS_sendmsg,  SYS_recvfrom, SYS_recvmsg,
#ifdef SYS_rename
	SYS_rename,    SYS_mkdir,  SYS_unlink,
#endif
};

struct plan {
	const char *name;
	bool is_kept; /* the keys of the epoch outlast the writer */
	bool leaves;
};

static const struct plan plans[] = {
	{"the keys are kept meanwhile", true, true},
	{"the keys are gone with the writer", false, false},
};

static char folder[64], path[96], state[96], complaint[2048];
static const char *sealkey;
static int kept = -1; /* the keys, as the service manager has them */

static int complain(const char *fmt, ...) PRINTF(1, 2);

static int complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(complaint, sizeof(complaint), fmt, args);
	va_end(args);
	return -1;
}

static void put_line(struct buf *out, uint64_t number)
{
	buf_printf(out,
		   "type=USER_CMD msg=audit(1700000000.%03u:%u): pid=%u uid=0 msg='cmd=%0*u'\n",
		   (unsigned)number, (unsigned)number, (unsigned)number,
		   40 + (int)(number * 37 % 90), (unsigned)number);
}

/* ---- the writer: everything that runs between the kills ---- */

static uint64_t ticks;

static uint64_t wall(void *ctx)
{
	(void)ctx;
	return WALL_NS + ticks * TURN_NS;
}

static uint64_t boot(void *ctx)
{
	(void)ctx;
	return (ticks + 1) * TURN_NS;
}

static int chance(void *ctx, uint8_t out[32])
{
	(void)ctx;
	return getrandom(out, 32, 0) == 32 ? 0 : -1;
}

static const struct sealer_world world = {wall, boot, chance};

static struct reserve *open_reserve(struct err *e)
{
	const struct reserve_options o = {
		.program = sealkey, .folder = state, .origin = ORIGIN, .protection = SEAL_KEY_FILE};

	return reserve_spawn(&o, e);
}

static struct seal_secret *open_secret(const struct plan *p, struct err *e)
{
	int fd = p->is_kept && kept >= 0 ? fcntl(kept, F_DUPFD_CLOEXEC, 3) : -1;

	return fd >= 0 ? seal_secret_adopt(fd, e) : seal_secret_new(e);
}

static void append(struct log_writer *w, struct sv lines, int acks)
{
	struct err e;

	while (lines.n) {
		size_t taken;
		enum log_append_status status = log_append(w, lines, &taken, &e);

		if (status == LOG_FAILED)
			_exit(4);
		for (size_t n = sv_count(sv_head(lines, taken), '\n'); n; n--)
			if (write(acks, "", 1) != 1)
				_exit(5);
		lines = sv_from(lines, taken);
		if (status == LOG_FULL && log_rotate(w, FILES, &e) != 0)
			_exit(3);
	}
}

static void write_lines(struct sealer *s, struct log_writer *w, uint64_t from, int acks)
{
	while (from <= LINES) {
		CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 16);
		uint64_t to = from + BATCH <= LINES ? from + BATCH : LINES + 1;

		for (; from < to; from++)
			put_line(&b, from);
		append(w, buf_view(&b), acks);
		ticks++;
		(void)sealer_turn(s);
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
	struct sealer_options so = {
		.log_path = path,
		.settings = {.epoch_s = 2, .keeps_leaves = p->leaves, .num_logs = FILES},
		.world = &world,
		.outlives_us = p->is_kept,
		.is_driven = true};
	struct log_options lo = {.path = path, .max_bytes = FILE_SIZE};
	struct log_writer w;
	struct sealer *s;
	struct err e;

	ticks = work->from; /* time goes on */
	so.secret = open_secret(p, &e);
	so.reserve = open_reserve(&e);
	if (!so.reserve)
		(void)fprintf(stderr, "# %s\n", e.text);
	s = sealer_new(&so, &e);
	if (!s)
		_exit(9);
	lo.listener = sealer_listener(s);
	if (log_open(&w, &lo, &e) != 0)
		_exit(2);
	if (sealer_start(s) && log_rotate(&w, FILES, &e) != 0)
		_exit(3);
	(void)sealer_turn(s);
	write_lines(s, &w, work->from, acks);
	if (sealer_stop(s, SEALER_STOP_MS, &e) != 0) {
		(void)fprintf(stderr, "# the end is not sealed: %s\n", e.text);
		_exit(8);
	}
	_exit(log_close(&w, &e) == 0 ? 0 : 6);
}

/* ---- the killer ---- */

/* 1: killed before its counted call number `point`; 0: it ended before; -1: ptrace does not work. */
static int run_to(pid_t pid, unsigned point, int *status)
{
	struct __ptrace_syscall_info call;
	unsigned count = 0;
	int stop;

	if (!step_begin(pid, status))
		return -1;
	while ((stop = step_next(pid, &call, status)) > 0)
		if (step_is_before(&call, counted_calls, LEN(counted_calls)) && ++count == point)
			break;
	if (stop <= 0)
		return stop;
	return step_kill(pid, status) ? 1 : -1;
}

/* ---- what must be there ---- */

/* As aurum seal init does it: a key at rest, and its public half beside the log. */
static int enrol(const struct plan *p)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1024);
	struct reserve *r;
	struct seal_public key;
	struct seal_vkey vkey;
	char name[160];
	struct err e;
	int status;

	kept = -1;
	if (p->is_kept) {
		struct seal_secret *secret = seal_secret_new(&e);

		if (secret && seal_secret_fd(secret) >= 0)
			kept = fcntl(seal_secret_fd(secret), F_DUPFD_CLOEXEC, 3);
		seal_secret_leave(secret);
		if (kept < 0)
			return 0; /* no memfd_secret(2) here */
	}
	(void)snprintf(name, sizeof(name), "%s/" INTEGRITY_FOLDER, folder);
	if (mkdir(name, 0700) != 0)
		return complain("cannot make %s", name);
	r = open_reserve(&e);
	if (!r)
		return complain("%s", e.text);
	status = reserve_stage(r, RESERVE_FOR_BOOT, &key, &e);
	seal_vkey_make(&vkey, SV(ORIGIN), SEAL_TYPE_ED25519, &key);
	seal_vkey_print(&text, &vkey);
	buf_putc(&text, '\n');
	(void)snprintf(name, sizeof(name), "%s/" INTEGRITY_FOLDER "/" INTEGRITY_ENROLMENT, folder);
	if (status == 0)
		status = file_replace(name, buf_view(&text), 0600, &e);
	if (status == 0)
		status = reserve_commit(r, 0, &key, &e);
	reserve_free(r);
	return status == 0 ? 1 : complain("%s", e.text);
}

/* Lines 1, 2, 3... of the log; whatever else is there is wrong. */
static int count_lines(uint64_t *count)
{
	CLEANUP(buf_release) struct buf wanted = BUF_INIT(1024);
	CLEANUP(cursor_release) struct cursor c;
	enum cursor_status status;
	struct sv line;
	struct err e;

	*count = 0;
	cursor_init(&c);
	if (cursor_open_set(&c, path, &e) != 0)
		return e.sys == ENOENT ? 0 : complain("%s", e.text);
	while ((status = cursor_next(&c, &line, &e)) == CURSOR_LINE) {
		buf_reset(&wanted);
		put_line(&wanted, ++*count);
		if (!sv_eq(line, sv_head(buf_view(&wanted), wanted.n - 1)))
			return complain("line %u is %.*s", (unsigned)*count, SV_FMT(line));
	}
	return status == CURSOR_END ? 0 : complain("%s", e.text);
}

/* Whether a verifier with the host's anchor says `most` or better. */
static int verify(enum verify_verdict best_expected, const char *when)
{
	static struct verify_result r; /* large */
	struct seal_anchor anchor;
	struct verify_options o = {
		.log = path, .threads = 1, .now = (WALL_NS + ticks * TURN_NS) / 1000000000};
	char name[160];
	struct err e;

	(void)snprintf(name, sizeof(name), "%s/" RESERVE_ANCHOR, state);
	if (evidence_anchor_read(name, &anchor, &e) != 0)
		return complain("%s: %s", when, e.text);
	o.anchor = &anchor;
	if (access(path, F_OK) != 0)
		return 0;
	if (verify_run(&o, &r, &e) != 0)
		return complain("%s: %s", when, e.text);
	if (r.verdict == VERIFY_PROVEN ||
	    (r.verdict == VERIFY_INCOMPLETE && best_expected != VERIFY_PROVEN))
		return 0;
	return complain("%s the verdict is %s: %s", when,
			r.verdict == VERIFY_TAMPERED ? "tampered" : "incomplete",
			r.doubts.count ? r.doubts.list[0].text : "no doubt");
}

static int check_restart(const struct plan *p, uint64_t acked)
{
	uint64_t count;
	int acks = -1, status = -1;
	pid_t pid;

	ticks = acked;
	if (count_lines(&count) != 0)
		return -1;
	if (count < acked || count > acked + BATCH)
		return complain("%u lines were acknowledged, %u are there", (unsigned)acked,
				(unsigned)count);
	if (verify(VERIFY_INCOMPLETE, "behind the kill") != 0)
		return -1;
	pid = step_start(run_writer, &(struct work){p, count + 1}, false, &acks);
	(void)step_acks(acks);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0)
		return complain("the restart ended with status %x", (unsigned)status);
	if (count_lines(&count) != 0)
		return -1;
	if (count != LINES)
		return complain("after the restart there are %u lines", (unsigned)count);
	ticks = 2 * LINES;
	return verify(p->is_kept ? VERIFY_PROVEN : VERIFY_INCOMPLETE, "after the restart");
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
	pid_t pid;

	killed = enrol(p);
	if (killed <= 0)
		return killed;
	pid = step_start(run_writer, &(struct work){p, 1}, true, &acks);
	if (pid < 0)
		return complain("cannot fork: %s", strerror(errno));
	killed = run_to(pid, point, &status);
	if (killed < 0)
		return complain("cannot trace at point %u: %s", point, strerror(errno));
	acked = step_acks(acks);
	if (killed == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return complain("the writer ended with status %x", (unsigned)status);
	if (check_restart(p, acked) != 0)
		return -1;
	close_fd(&kept);
	if (nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
		return complain("cannot empty %s", folder);
	return killed;
}

static unsigned run_plan(const struct plan *p, size_t number, unsigned step)
{
	unsigned point = 1, tried = 0;
	int status;

	while ((status = try_point(p, point)) > 0) {
		point += step;
		tried++;
	}
	if (status < 0)
		printf("# point %u: %s\n# left in %s\n", point, complaint, folder);
	if (status == 0 && tried == 0)
		printf("ok %zu - %s # skip no memfd_secret here\n", number, p->name);
	else
		printf("%s %zu - killed at %u of %u points: %s\n", status == 0 ? "ok" : "not ok",
		       number, tried, point, p->name);
	if (status < 0)
		exit(1);
	return tried;
}

static bool make_folder(void)
{
	(void)snprintf(folder, sizeof(folder), "/dev/shm/aurum-seal-kill-XXXXXX");
	if (!mkdtemp(folder)) {
		(void)snprintf(folder, sizeof(folder), "/tmp/aurum-seal-kill-XXXXXX");
		if (!mkdtemp(folder))
			return false;
	}
	(void)snprintf(path, sizeof(path), "%s/audit.log", folder);
	(void)snprintf(state, sizeof(state), "%s/seal", folder);
	return true;
}

int main(int argc, char **argv)
{
	uint64_t step;

	if (argc != 3 || !num_range(sv_cstr(argv[2]), 1, 1000, &step) || !make_folder()) {
		(void)fprintf(stderr, "usage: fault-seal-kill SEALKEY STEP\n");
		return 2;
	}
	sealkey = argv[1];
	printf("1..%zu\n", LEN(plans));
	for (size_t i = 0; i < LEN(plans); i++)
		(void)run_plan(&plans[i], i + 1, (unsigned)step);
	(void)rmdir(folder);
	return 0;
}

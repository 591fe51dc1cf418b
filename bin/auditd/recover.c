/*
 * The kernel's messages are read once, when the daemon is registered and the kernel prints no more
 * records. What it had kept for the daemon as well comes over the socket in the first moments: only
 * then the others are put into the log.
 *
 * The file is written in place, with one call and always as long, for a confined daemon opens and
 * renames nothing there. A part of it is refused when it is read, and nothing is taken.
 */
#include "auditd/recover.h"

#include "auditd/app.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "log/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <syslog.h>

#define MEMORY_NAME  "recorder"
#define MEMORY_BYTES 160
#define SETTLE_MS    2000 /* the kernel has handed over what it kept */
#define REMEMBER_MS  10000
#define ROTATED_MAX  4
#define OLDER_S      5 /* clocks of records and files need not agree */

/* ---- the file ---- */

/* "boot UUID\nlog HASH\nmessages N\nlost N\n", and blanks up to a newline at the end. */
static bool parse_memory(struct recover *r, struct sv text, struct sv *boot, struct sv *log)
{
	static const char *const words[] = {"boot", "log", "messages", "lost"};
	struct sv values[LEN(words)], line, word;

	for (size_t i = 0; i < LEN(words); i++)
		if (!sv_line(&text, &line) || !sv_word(&line, &word) ||
		    !sv_eq(word, sv_cstr(words[i])) || !sv_word(&line, &values[i]))
			return false;
	*boot = values[0];
	*log = values[1];
	return num_u64(values[2], &r->sequence) && num_u32(values[3], &r->lost);
}

static void read_memory(struct recover *r)
{
	char text[MEMORY_BYTES];
	struct sv boot, log;

	if (pread(r->memory, text, sizeof(text), 0) != (ssize_t)sizeof(text) ||
	    !parse_memory(r, sv_make(text, sizeof(text)), &boot, &log) ||
	    !sv_eq(log, sv_cstr(r->log)))
		return;
	r->remembers = true;
	r->is_booted = !sv_eq(boot, sv_cstr(r->boot));
	if (r->is_booted) {
		r->sequence = 0;
		r->lost = 0;
	}
}

static void remember(struct app *app)
{
	struct recover *r = &app->recover;
	const struct account_line *line = &app->health.account.lines[LOSS_KERNEL];
	char text[MEMORY_BYTES];
	int n;

	if (r->memory < 0 || r->due_ms)
		return;
	r->lost = (uint32_t)line->seen;
	n = snprintf(text, sizeof(text),
		     "boot %s\nlog %s\nmessages %" PRIu64 "\nlost %" PRIu32 "\n", r->boot, r->log,
		     r->sequence, r->lost);
	memset(text + n, ' ', sizeof(text) - (size_t)n);
	text[sizeof(text) - 1] = '\n';
	if (pwrite(r->memory, text, sizeof(text), 0) != (ssize_t)sizeof(text))
		say(&app->voice, LOG_WARNING,
		    "cannot write down which of the kernel's messages are in the log");
	r->remember_ms = clock_ms() + REMEMBER_MS;
}

static void take_boot(struct recover *r)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(64);

	if (file_read("/proc/sys/kernel/random/boot_id", &text, NULL) != 0 ||
	    !sv_to_cstr(sv_trim(buf_view(&text)), r->boot, sizeof(r->boot)))
		(void)snprintf(r->boot, sizeof(r->boot), "unknown");
}

void recover_prepare(struct app *app)
{
	struct recover *r = &app->recover;
	char path[LOG_PATH_MAX];

	r->messages = r->memory = -1;
	unheard_init(&r->unheard);
	if (!app->conf.recover_records || !app->conf.local_events || app->run.foreground ||
	    !app->conf.write_logs)
		return;
	take_boot(r);
	(void)snprintf(r->log, sizeof(r->log), "%016" PRIx64,
		       hash_sv(sv_cstr(app->conf.log_file), 0));
	if (mkdir(app->conf.state_dir, 0700) != 0 && errno != EEXIST)
		say(&app->voice, LOG_WARNING, "cannot make the folder %s", app->conf.state_dir);
	(void)snprintf(path, sizeof(path), "%s/" MEMORY_NAME, app->conf.state_dir);
	r->memory = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	r->messages = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (r->memory < 0 || r->messages < 0)
		say(&app->voice, LOG_NOTICE,
		    "records that the kernel printed while nobody listened are not looked for: %s "
		    "cannot be opened",
		    r->memory < 0 ? path : "/dev/kmsg");
	if (r->memory >= 0)
		read_memory(r);
}

/* ---- messages ---- */

static void take_message(struct recover *r, struct sv message, struct buf *scratch)
{
	struct kmsg m;
	enum kmsg_kind kind = kmsg_parse(message, scratch, &m);

	if (m.sequence <= r->sequence && r->sequence)
		return;
	if (kind == KMSG_SUPPRESSED)
		r->suppressed += m.number;
	if (kind == KMSG_RECORD) {
		r->cut += m.text.n >= KMSG_CUT;
		unheard_add(&r->unheard, m.type, m.text);
	}
}

/* All there are; the sequence of the last one. */
static uint64_t read_messages(struct recover *r, bool is_wanted)
{
	CLEANUP(buf_release) struct buf scratch = BUF_INIT(KMSG_MAX);
	char bytes[KMSG_MAX];
	uint64_t last = r->sequence;
	struct kmsg m;

	for (;;) {
		ssize_t n = read(r->messages, bytes, sizeof(bytes));

		/* Some were overwritten before they were read. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return last;
		if (is_wanted)
			take_message(r, sv_make(bytes, (size_t)n), &scratch);
		(void)kmsg_parse(sv_make(bytes, (size_t)n), &scratch, &m);
		if (m.sequence > last)
			last = m.sequence;
	}
}

void recover_begin(struct app *app)
{
	struct recover *r = &app->recover;
	uint64_t last;

	if (r->messages < 0 || r->memory < 0)
		return;
	last = read_messages(r, r->remembers);
	close_fd(&r->messages);
	r->messages = -1;
	if (r->unheard.left == 0) {
		r->sequence = last;
		remember(app);
		return;
	}
	r->sequence = last;
	r->due_ms = clock_ms() + SETTLE_MS;
	app->reader.unheard = &r->unheard;
}

/* ---- into the log ---- */

static int64_t second_of(struct sv stamp)
{
	int64_t second;

	return num_lead_i64(stamp, 10, &second) ? second : 0;
}

/* Another daemon may have logged them: in this log, or in those that were rotated since. */
static void leave_out_logged(struct app *app)
{
	struct recover *r = &app->recover;
	char path[LOG_PATH_MAX + LOG_SUFFIX_BYTES];
	int64_t oldest = second_of(unheard_stamp(&r->unheard, 0));
	struct stat st;
	struct err e;

	(void)snprintf(path, sizeof(path), "%s", app->conf.log_file);
	for (unsigned i = 1; i <= ROTATED_MAX && r->unheard.left; i++) {
		if (stat(path, &st) != 0 || st.st_mtim.tv_sec + OLDER_S < oldest)
			return;
		if (unheard_scan(&r->unheard, path, &e) != 0)
			say(&app->voice, LOG_WARNING, "%s", e.text);
		(void)snprintf(path, sizeof(path), "%s.%u", app->conf.log_file, i);
	}
}

static void put_mark(struct app *app, const char *op, size_t first, size_t last)
{
	const struct recover *r = &app->recover;
	struct sv from = unheard_stamp(&r->unheard, first), to = unheard_stamp(&r->unheard, last);

	record_recovery(app,
			"op=%s source=kernel-messages records=%zu cut=%" PRIu64
			" not-printed=%" PRIu64 " from=%.*s to=%.*s res=success",
			op, r->unheard.left, r->cut, r->suppressed + r->unheard.dropped,
			SV_FMT(from), SV_FMT(to));
}

static void put_records(struct app *app)
{
	struct recover *r = &app->recover;
	size_t first = r->unheard.count, last = 0;

	for (size_t i = 0; i < r->unheard.count; i++) {
		if (r->unheard.list[i].is_heard)
			continue;
		first = first < i ? first : i;
		last = i;
	}
	put_mark(app, "recover", first, last);
	for (size_t i = 0; i < r->unheard.count; i++)
		if (!r->unheard.list[i].is_heard)
			reader_put(&app->reader, r->unheard.list[i].type,
				   unheard_text(&r->unheard, i));
	put_mark(app, "recovered", first, last);
	r->recovered += r->unheard.left;
	say(&app->voice, LOG_NOTICE,
	    "%zu records that nobody had listened to are taken from the kernel's messages",
	    r->unheard.left);
}

void recover_tick(struct app *app)
{
	struct recover *r = &app->recover;

	if (r->due_ms && clock_ms() >= r->due_ms) {
		app->reader.unheard = NULL;
		leave_out_logged(app);
		if (r->unheard.left)
			put_records(app);
		unheard_release(&r->unheard);
		r->due_ms = 0;
		remember(app);
	} else if (clock_ms() >= r->remember_ms &&
		   r->lost != (uint32_t)app->health.account.lines[LOSS_KERNEL].seen) {
		remember(app);
	}
}

void recover_release(struct app *app)
{
	struct recover *r = &app->recover;

	if (!app->health.figures.pid)
		return; /* it was never prepared */
	if (app->health.account.knows_kernel)
		remember(app);
	app->reader.unheard = NULL;
	unheard_release(&r->unheard);
	close_fd(&r->messages);
	close_fd(&r->memory);
}

/*
 * Figures are gathered from where they are counted already; nothing here is done for a record. What
 * they mean is lib/health's, and so is the arithmetic of losses and rates.
 */
#include "auditd/health.h"

#include "auditd/app.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "netlink/readers.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <syslog.h>
#include <time.h>

#define BOARD_NAME "board"
#define NS         UINT64_C(1000000000)
#define TABLE_MAX  ((size_t)256 << 10)
#define READERS_MS 60000
#define BODY_MAX   256

static uint64_t now_of(clockid_t clock)
{
	struct timespec ts = {0, 0};

	(void)clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS + (uint64_t)ts.tv_nsec;
}

static void put_board(struct health *h, enum health_state state)
{
	h->figures.state = state;
	h->figures.heartbeat = now_of(CLOCK_BOOTTIME);
	board_put_recorder(&h->board, &h->figures);
}

/* ---- what the process is ---- */

static void look_at_process(struct health *h)
{
	char text[128];
	ssize_t n = h->resident >= 0 ? pread(h->resident, text, sizeof(text), 0) : -1;
	struct sv rest = sv_make(text, n > 0 ? (size_t)n : 0), size, pages;
	struct rusage used;
	uint64_t count;

	if (sv_word(&rest, &size) && sv_word(&rest, &pages) && num_u64(pages, &count))
		h->figures.resident = count * (uint64_t)sysconf(_SC_PAGESIZE);
	if (getrusage(RUSAGE_SELF, &used) == 0)
		h->figures.cpu =
			((uint64_t)used.ru_utime.tv_sec + (uint64_t)used.ru_stime.tv_sec) * NS +
			((uint64_t)used.ru_utime.tv_usec + (uint64_t)used.ru_stime.tv_usec) * 1000;
}

/* ---- what the kernel says ---- */

static void warn_of_backlog(struct app *app, const struct audit_status *status)
{
	struct health *h = &app->health;

	if (h->burst.needed <= h->told_needed)
		return;
	h->told_needed = h->burst.needed;
	say(&app->voice, LOG_WARNING,
	    "backlog_limit %" PRIu32 " is too small: up to %" PRIu64
	    " records waited, at up to %" PRIu64 " a second: -b %" PRIu32 " in the rules would do",
	    status->backlog_limit, h->burst.high, h->burst.peak, h->burst.needed);
}

static void look_at_backlog(struct app *app, const struct asker_answer *answer)
{
	char sentence[128];

	(void)snprintf(sentence, sizeof(sentence),
		       "the kernel's backlog is nearly full: %" PRIu32 " of %" PRIu32
		       " records wait",
		       answer->most, answer->status.backlog_limit);
	alert_level(app, ERRAND_BACKLOG, answer->most,
		    (answer->status.backlog_limit * app->conf.backlog_warn + 99) / 100, sentence);
}

static void look_at_kernel(struct app *app)
{
	struct health *h = &app->health;
	struct asker_answer answer;
	uint64_t lost;

	if (!asker_take(&h->asker, &answer))
		return;
	lost = h->account.lines[LOSS_KERNEL].lost;
	account_kernel(&h->account, answer.status.lost, now_of(CLOCK_REALTIME));
	/* With a limit on the rate the kernel drops records on purpose, and not for want of room. */
	burst_backlog(&h->burst, answer.most, answer.status.backlog_limit,
		      h->account.lines[LOSS_KERNEL].lost > lost && answer.status.rate_limit == 0);
	health_take_status(&h->figures, &answer.status);
	if (!app->conf.local_events)
		h->figures.kernel_pid = FIGURE_UNKNOWN;
	h->figures.kernel_asked = answer.when_ns;
	h->figures.backlog_high = h->burst.high;
	h->figures.backlog_needed = h->burst.needed;
	warn_of_backlog(app, &answer.status);
	look_at_backlog(app, &answer);
}

/* The slowest of the plugins. */
static void look_at_consumers(struct app *app)
{
	struct health_consumer c;
	uint64_t lag = 0;
	char sentence[128];

	for (unsigned slot = 0; slot < BOARD_CONSUMERS; slot++)
		if (board_take_consumer(&app->health.board, slot, &c) &&
		    c.lag_time != FIGURE_UNKNOWN && c.lag_time > lag)
			lag = c.lag_time;
	(void)snprintf(sentence, sizeof(sentence),
		       "a plugin is %" PRIu64 " seconds behind: aurum status says which", lag / NS);
	alert_level(app, ERRAND_LAG, lag / NS, app->conf.lag_warn, sentence);
}

static void warn_of_readers(struct app *app)
{
	struct audit_reader readers[4];
	size_t count = audit_readers_find("/proc", (uint32_t)getpid(), readers, LEN(readers));

	for (size_t i = 0; i < count; i++)
		say(&app->voice, LOG_WARNING,
		    "%s (pid %" PRIu32
		    ") has the kernel copy every record to it as well, which slows "
		    "down whatever is recorded%s",
		    readers[i].name[0] ? readers[i].name : "a process", readers[i].pid,
		    sv_starts(sv_cstr(readers[i].name), SV("systemd-journal"))
			    ? ": systemctl mask --now systemd-journald-audit.socket, then restart "
			      "systemd-journald"
			    : "");
}

/*
 * Once a minute, for it may come later. It is told once. First when the files of other processes can
 * still be looked at.
 */
static void look_at_readers(struct app *app)
{
	CLEANUP(buf_release) struct buf table = BUF_INIT(TABLE_MAX);
	struct health *h = &app->health;
	struct audit_reader reader;
	struct err e;

	if (h->readers < 0 || clock_ms() < h->readers_ms)
		return;
	h->readers_ms = clock_ms() + READERS_MS;
	if (lseek(h->readers, 0, SEEK_SET) != 0 ||
	    file_read_fd(h->readers, "/proc/net/netlink", &table, &e) != 0)
		return;
	h->figures.group_readers = audit_readers_parse(buf_view(&table), &reader, 1);
	if (h->figures.group_readers && !h->has_told_readers) {
		h->has_told_readers = true;
		warn_of_readers(app);
	}
}

/* ---- what came, what was written, what was not ---- */

static void look_at_records(struct app *app)
{
	const struct audit_counters *c = &app->reader.counters;
	struct health *h = &app->health;
	uint64_t now = now_of(CLOCK_REALTIME);

	burst_second(&h->burst, c->records, clock_ms());
	account_count(&h->account, LOSS_RECEIVE, c->malformed, now);
	account_count(&h->account, LOSS_MEMORY, app->reader.lost, now);
	account_gaps(&h->account, c->serials.missing, now);
	h->figures.records = c->records;
	h->figures.events = c->serials.events;
	h->figures.rate_now = h->burst.now;
	h->figures.rate_minute = h->burst.minute;
	h->figures.rate_peak = h->burst.peak;
	h->figures.overruns = c->overruns;
	h->figures.gaps = c->serials.missing;
}

/* The writer counts from when the log was opened, which a reload may do anew. */
static uint64_t grown(uint64_t *seen, uint64_t counter)
{
	uint64_t more = counter >= *seen ? counter - *seen : counter;

	*seen = counter;
	return more;
}

static void look_at_disk(struct app *app)
{
	const struct space *space = &app->keeper.space;
	struct health_recorder *f = &app->health.figures;
	struct log_flush_times times;

	log_flush_times(&app->keeper.log, &times);
	f->flush_last = times.last;
	f->flush_max = times.max;
	f->flush_1ms = times.within[0];
	f->flush_10ms = times.within[1];
	f->flush_100ms = times.within[2];
	f->flush_1s = times.within[3];
	f->flushes = times.count;
	f->flush_time = times.sum;
	if (!space->is_known)
		return;
	f->disk_free = space->free_bytes;
	f->disk_total = space->total_bytes;
	f->space_left = space_threshold(space, ERRAND_SPACE_LEFT);
	f->admin_space_left = space_threshold(space, ERRAND_ADMIN_SPACE_LEFT);
}

/* What it did not write since the last look, under what kept it from that. */
static void look_at_keeper(struct app *app)
{
	const struct keeper *k = &app->keeper;
	struct health *h = &app->health;
	struct health_recorder *f = &h->figures;
	uint64_t now = now_of(CLOCK_REALTIME);
	uint64_t lost = k->lost - h->keeper_lost;
	bool is_suspended = keeper_state(k) == KEEP_SUSPENDED;
	enum loss cause = is_suspended ? LOSS_SUSPENDED : LOSS_DISK;

	h->keeper_lost = k->lost;
	account_count(&h->account, cause, h->account.lines[cause].seen + lost, now);
	f->written = f->written + grown(&h->log_lines, k->log.lines);
	f->written_size = f->written_size + grown(&h->log_bytes, k->log.bytes);
	f->log_size = k->log.size;
	if (k->log.rotations != h->rotations)
		f->rotated = now;
	h->rotations = k->log.rotations;
	f->recovered = app->recover.recovered;
	f->disk_errors = k->errors;
	if (!is_suspended)
		f->suspended = 0;
	else if (f->suspended == 0)
		f->suspended = now;
}

/* ---- losses ---- */

static void put_time(uint64_t ns, struct buf *out)
{
	buf_printf(out, "%" PRIu64 ".%03" PRIu64, ns / NS, ns % NS / 1000000);
}

/* Whether the record about it is in the log. */
static bool record_loss(struct app *app, const struct account_entry *entry)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(BODY_MAX);
	uint64_t lost = app->keeper.lost;

	buf_printf(&body, "op=lost cause=%s lost=%" PRIu64 " total=%" PRIu64 " from=",
		   loss_name(entry->cause), entry->lost, entry->total);
	put_time(entry->from_ns, &body);
	buf_puts(&body, " to=");
	put_time(entry->to_ns, &body);
	buf_puts(&body, " res=failed");
	record_trouble(app, buf_cstr(&body));
	return app->keeper.lost == lost;
}

static void tell_losses(struct app *app)
{
	struct account *a = &app->health.account;
	struct account_entry entry;
	char sentence[128];

	/* What the log does not take is told when it does. */
	while (keeper_state(&app->keeper) == KEEP_RUNNING && account_next(a, clock_ms(), &entry)) {
		bool is_gap = entry.cause == LOSS_DISK || entry.cause == LOSS_SUSPENDED;

		/* What the keeper lost it has recorded and told, where it is missing. */
		if (!is_gap && !record_loss(app, &entry))
			break;
		account_sign_off(a, &entry, clock_ms());
		(void)snprintf(sentence, sizeof(sentence),
			       "%" PRIu64 " records are lost (cause: %s; %" PRIu64
			       " since the start)",
			       entry.lost, loss_name(entry.cause), entry.total);
		alert_lost(app, entry.lost, is_gap ? NULL : sentence);
	}
}

static void put_losses(struct health *h)
{
	struct health_recorder *f = &h->figures;
	const struct account_line *lines = h->account.lines;

	f->lost_kernel = lines[LOSS_KERNEL].lost;
	f->lost_receive = lines[LOSS_RECEIVE].lost;
	f->lost_unknown = lines[LOSS_UNKNOWN].lost;
	f->lost_memory = lines[LOSS_MEMORY].lost;
	f->lost_disk = lines[LOSS_DISK].lost;
	f->lost_suspended = lines[LOSS_SUSPENDED].lost;
	f->lost_last = h->account.last_ns;
	f->signed_off = account_signed_off(&h->account);
}

/* ---- the daemon's life ---- */

static void make_board(struct app *app)
{
	char path[LOG_PATH_MAX];
	struct err e;

	(void)snprintf(path, sizeof(path), "%s/" BOARD_NAME, app->conf.run_dir);
	if (board_create(&app->health.board, path, app->conf.log_gid, &e) != 0)
		say(&app->voice, LOG_WARNING, "aurum status will know nothing: %s", e.text);
}

void health_prepare(struct app *app)
{
	struct health *h = &app->health;

	health_recorder_init(&h->figures);
	h->figures.pid = (uint64_t)getpid();
	h->figures.started = now_of(CLOCK_REALTIME);
	h->figures.written = h->figures.written_size = h->figures.suspended = 0;
	h->figures.rotated = h->figures.recovered = 0;
	account_init(&h->account);
	burst_init(&h->burst);
	h->resident = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	h->readers = open("/proc/net/netlink", O_RDONLY | O_CLOEXEC);
	asker_open(&h->asker);
	make_board(app);
	put_board(h, STATE_STARTING);
	look_at_readers(app);
}

void health_begin(struct app *app)
{
	struct health *h = &app->health;
	struct audit_status status;
	struct err e;

	if (app->control_socket.fd >= 0) {
		/* Losses count from here, or from where they were known last. */
		if (app->recover.remembers)
			account_set_kernel(&h->account, app->recover.lost);
		if (audit_get_status(&app->control, &status, &e) == 0)
			account_kernel(&h->account, status.lost, now_of(CLOCK_REALTIME));
		if (asker_start(&h->asker, &e) != 0)
			say(&app->voice, LOG_WARNING, "the kernel's status is not watched: %s",
			    e.text);
	}
	health_tick(app);
}

void health_tick(struct app *app)
{
	struct health *h = &app->health;

	look_at_kernel(app);
	look_at_records(app);
	look_at_keeper(app);
	tell_losses(app);
	look_at_disk(app);
	seal_put_figures(app, &h->figures);
	look_at_process(h);
	look_at_readers(app);
	look_at_consumers(app);
	alert_tick(app);
	put_losses(h);
	put_board(h,
		  keeper_state(&app->keeper) == KEEP_SUSPENDED ? STATE_SUSPENDED : STATE_RUNNING);
}

void health_last_words(struct app *app)
{
	struct health *h = &app->health;

	look_at_kernel(app);
	look_at_records(app);
	look_at_keeper(app);
	account_hurry(&h->account);
	tell_losses(app);
	put_losses(h);
}

void health_release(struct app *app)
{
	struct health *h = &app->health;

	if (!h->figures.pid)
		return; /* it was never prepared */
	look_at_keeper(app);
	seal_put_figures(app, &h->figures);
	h->figures.rate_now = h->figures.rate_minute = 0;
	put_board(h, STATE_STOPPED);
	asker_stop(&h->asker);
	board_close(&h->board);
	close_fd(&h->resident);
	close_fd(&h->readers);
}

/*
 * The daemon's own records, word for word those of the reference, so that every reader of logs
 * knows them. They take the same way through format and log as the kernel's.
 */
#include "auditd/app.h"

#include "base/file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/utsname.h>

#define RECORD_MAX   8192
#define RELEASE_MAX  56 /* bytes of the kernel's release that the reference prints */
#define SERIAL_START 10000

static const char *const format_names[] = {"raw", "enriched", "nolog"};

static void put_stamp(struct app *app, struct buf *out)
{
	struct timeval now;

	if (app->serial == 0) {
		/* As the reference: its serials start anywhere below 10000. */
		if (getrandom(&app->serial, sizeof(app->serial), GRND_NONBLOCK) < 0)
			app->serial = (uint32_t)getpid();
		app->serial %= SERIAL_START;
	}
	app->serial++;
	(void)gettimeofday(&now, NULL);
	buf_printf(out, "audit(%" PRId64 ".%03u:%u): ", (int64_t)now.tv_sec,
		   (unsigned)(now.tv_usec / 1000), app->serial);
}

static void put_record(struct app *app, uint32_t type, const char *fmt, ...) PRINTF(3, 4);

static void put_record(struct app *app, uint32_t type, const char *fmt, ...)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(RECORD_MAX);
	char body[RECORD_MAX / 2];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(body, sizeof(body), fmt, args);
	va_end(args);
	put_stamp(app, &out);
	buf_puts(&out, body);
	reader_put_own(&app->reader, type, buf_view(&out));
	reader_flush(&app->reader);
}

/* A small file of /proc as a C string; false when it cannot be read. */
static bool read_proc(const char *path, char *out, size_t cap)
{
	CLEAN_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd >= 0 ? read(fd, out, cap - 1) : -1;

	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* "auid=.. pid=.. uid=.. ses=.. [subj=.. ]" of this process, for START and ABORT. */
static void put_self(struct buf *out)
{
	char auid[16], ses[16], subj[1024];

	buf_printf(out, "auid=%s pid=%d uid=%u ses=%s ",
		   read_proc("/proc/self/loginuid", auid, sizeof(auid)) ? auid : "4294967295",
		   getpid(), getuid(),
		   read_proc("/proc/self/sessionid", ses, sizeof(ses)) ? ses : "4294967294");
	if (read_proc("/proc/self/attr/current", subj, sizeof(subj)))
		buf_printf(out, "subj=%s ", subj);
}

void record_start(struct app *app)
{
	CLEANUP(buf_release) struct buf self = BUF_INIT(RECORD_MAX);
	struct utsname u;

	put_self(&self);
	put_record(app, AUDIT_DAEMON_START,
		   "op=start ver=" AURUM_VERSION " format=%s kernel=%.*s %sres=success",
		   format_names[app->conf.log_format], RELEASE_MAX,
		   uname(&u) == 0 ? u.release : "?", buf_cstr(&self));
}

void record_abort(struct app *app, const char *op)
{
	CLEANUP(buf_release) struct buf self = BUF_INIT(RECORD_MAX);

	put_self(&self);
	put_record(app, AUDIT_DAEMON_ABORT, "op=%s %sres=failed", op, buf_cstr(&self));
}

void sender_read(struct app *app, struct sender *s)
{
	struct audit_signal signal;
	char path[48];
	struct stat st;
	struct err e;

	*s = (struct sender){.is_known = false};
	if (app->control_socket.fd < 0 || audit_get_signal(&app->control, &signal, &e) != 0)
		return;
	s->is_known = true;
	s->auid = signal.uid;
	s->pid = signal.pid;
	(void)snprintf(s->context, sizeof(s->context), "%.*s", SV_FMT(signal.context));
	(void)snprintf(path, sizeof(path), "/proc/%u", s->pid);
	s->uid = stat(path, &st) == 0 ? st.st_uid : UINT32_MAX;
	(void)snprintf(path, sizeof(path), "/proc/%u/sessionid", s->pid);
	if (!read_proc(path, s->session, sizeof(s->session)))
		(void)snprintf(s->session, sizeof(s->session), "%u", UINT32_MAX);
}

void record_signal(struct app *app, uint32_t type, const char *op, const char *result,
		   const struct sender *s)
{
	if (!s->is_known)
		put_record(app, type, "op=%s auid=-1 uid=-1 ses=-1 pid=-1 subj=? res=%s", op,
			   result);
	else if (s->context[0])
		put_record(app, type, "op=%s auid=%u uid=%u ses=%s pid=%d subj=%s res=%s", op,
			   s->auid, s->uid, s->session, (int)s->pid, s->context, result);
	else
		put_record(app, type, "op=%s auid=%u uid=%u ses=%s pid=%d res=%s", op, s->auid,
			   s->uid, s->session, (int)s->pid, result);
}

void record_reconfigured(struct app *app, const struct sender *s)
{
	if (s->is_known)
		put_record(app, AUDIT_DAEMON_CONFIG,
			   "op=reconfigure state=changed auid=%u pid=%d subj=%s res=success",
			   s->auid, (int)s->pid, s->context[0] ? s->context : "?");
	else
		put_record(app, AUDIT_DAEMON_CONFIG,
			   "op=reconfigure state=changed auid=-1 pid=-1 subj=? res=success");
}

static void put_time(const char *name, const struct timespec *when, struct buf *out)
{
	buf_printf(out, "%s=%" PRId64 ".%03ld ", name, (int64_t)when->tv_sec,
		   when->tv_nsec / 1000000);
}

void record_gap(void *ctx, const struct keep_gap *gap, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(RECORD_MAX);
	struct app *app = ctx;
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	put_stamp(app, &text);
	buf_puts(&text, "op=resume-logging ");
	put_self(&text);
	buf_printf(&text, "cause=%s ", trouble_name(gap->cause));
	put_time("from", &gap->since, &text);
	put_time("to", &now, &text);
	buf_printf(&text, "lost=%" PRIu64 " res=success", gap->lost);
	log_put_line(&app->reader.style, AUDIT_DAEMON_RESUME, buf_view(&text), out);
}

void record_recovery(struct app *app, const char *fmt, ...)
{
	char body[ERRAND_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(body, sizeof(body), fmt, args);
	va_end(args);
	put_record(app, AUDIT_DAEMON_RESUME, "%s", body);
}

void record_change(struct app *app, const char *body)
{
	put_record(app, AUDIT_DAEMON_CONFIG, "%s", body);
}

void record_trouble(struct app *app, const char *body)
{
	char printable[ERRAND_TEXT_MAX];
	size_t n = 0;

	for (; body[n] && n < sizeof(printable) - 1; n++)
		printable[n] = body[n] >= ' ' && body[n] < 0x7f ? body[n] : '?';
	printable[n] = '\0';
	put_record(app, AUDIT_DAEMON_ERR, "%s", printable);
}

void record_torn(struct app *app)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(RECORD_MAX);
	struct log_torn *torn = &app->keeper.log.found;

	if (app->keeper.target != KEEP_FILE)
		return;
	if (app->keeper.log.holed)
		put_record(app, AUDIT_DAEMON_ERR, "op=lost cause=hole lost=%u res=failed",
			   app->keeper.log.holed);
	app->keeper.log.holed = 0;
	if (torn->bytes == 0)
		return;
	buf_put_hex(&text, sv_make(torn->text, torn->length));
	put_record(app, AUDIT_DAEMON_ERR,
		   "op=lost cause=torn-line lost=1 bytes=%" PRIu64 " text=%s res=failed",
		   torn->bytes, buf_cstr(&text));
	torn->bytes = 0;
}

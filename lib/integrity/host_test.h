/*
 * A host in a folder, for tests and for who makes logs for tests: the writer, the sealer and the key at rest as
 * in the daemon, with a clock and keys that are the same each time, and without a thread.
 *
 *	struct host h;
 *	host_init(&h, folder, seed);	-- enrols it: folder/integrity, folder/audit.log
 *	host_start(&h);
 *	host_lines(&h, 100);
 *	host_pass(&h, 20);		-- seconds, in which the sealer does what is due
 *	host_stop(&h);
 *	host_release(&h);
 *
 * What cannot fail in a test aborts.
 */
#ifndef AURUM_INTEGRITY_HOST_TEST_H
#define AURUM_INTEGRITY_HOST_TEST_H

#include "base/buf.h"
#include "base/file.h"
#include "integrity/names.h"
#include "integrity/reserve_fake.h"
#include "integrity/sealer.h"
#include "log/writer.h"
#include "seal/anchor.h"
#include "seal/digest.h"
#include "seal/key.h"
#include "seal/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define HOST_ORIGIN  "audit.example.org/h/4f1c2a"
#define HOST_EPOCH   UINT64_C(1700000000)
#define HOST_SECOND  UINT64_C(1000000000)
#define HOST_TURN_NS (HOST_SECOND / 4) /* between two turns of the sealer */

struct host {
	char log_path[3000];
	char folder[3000];
	uint64_t wall_ns, boot_ns;
	uint64_t seed, keys;
	uint64_t serial;
	FILE *keys_out; /* NULL, or where each new epoch key's seed is printed */
	struct seal_vkey enrolment;
	struct reserve *reserve;
	struct seal_secret *secret;
	struct sealer *sealer;
	struct log_writer log;
	bool is_open;
	uint64_t max_bytes;
	unsigned num_logs;
	unsigned batch; /* lines that are written at a time */
	struct sealer_settings settings;
	uint64_t keys_at_start;
	const struct integrity_disk *disk;
	void *disk_ctx;
	const struct log_disk *log_disk;
	void *log_disk_ctx;
	void (*opened)(void *ctx); /* behind the log's opening; with disk_ctx */
};

#define HOST_MUST(condition)                                                                       \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);      \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static inline uint64_t host_wall_ns(void *ctx)
{
	const struct host *h = ctx;

	return h->wall_ns;
}

static inline uint64_t host_boot_ns(void *ctx)
{
	const struct host *h = ctx;

	return h->boot_ns;
}

/* The n-th key of a seed: SHA-256 of both, as text. */
static inline void host_key_seed(uint64_t seed, uint64_t n, uint8_t out[SEAL_SEED_BYTES])
{
	struct seal_digest *d = seal_digest_new(NULL);
	struct seal_hash hash;
	char text[64];

	HOST_MUST(d);
	(void)snprintf(text, sizeof(text), "key %" PRIu64 " %" PRIu64, seed, n);
	seal_sha256(d, sv_cstr(text), &hash);
	seal_digest_free(d);
	memcpy(out, hash.b, SEAL_SEED_BYTES);
}

static inline int host_random(void *ctx, uint8_t out[SEAL_SEED_BYTES])
{
	struct host *h = ctx;

	host_key_seed(h->seed, h->keys++, out);
	if (h->keys_out) {
		for (int i = 0; i < SEAL_SEED_BYTES; i++)
			(void)fprintf(h->keys_out, "%02x", out[i]);
		(void)fputc('\n', h->keys_out);
	}
	return 0;
}

static const struct sealer_world host_world = {
	.wall_ns = host_wall_ns, .boot_ns = host_boot_ns, .random = host_random};

static inline void host_write_file(const char *folder, const char *name, struct sv content)
{
	CLEAN_FD int fd = -1;
	char path[4096];

	(void)snprintf(path, sizeof(path), "%.3000s/%.64s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	HOST_MUST(fd >= 0 && file_write(fd, content) == 0);
}

static inline void host_enrol(struct host *h)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/" INTEGRITY_FOLDER, h->folder);
	HOST_MUST(mkdir(path, 0700) == 0);
	seal_vkey_print(&text, &h->enrolment);
	buf_putc(&text, '\n');
	host_write_file(path, INTEGRITY_ENROLMENT, buf_view(&text));
}

static inline void host_init(struct host *h, const char *folder, uint64_t seed)
{
	uint8_t first[SEAL_SEED_BYTES];
	struct seal_public public;

	*h = (struct host){.seed = seed,
			   .wall_ns = HOST_EPOCH * HOST_SECOND,
			   .boot_ns = 1000 * HOST_SECOND,
			   .batch = 10,
			   .num_logs = 5,
			   .settings = {.keeps_leaves = true, .num_logs = 5}};
	HOST_MUST(strlen(folder) < sizeof(h->folder) - 64);
	(void)snprintf(h->folder, sizeof(h->folder), "%s", folder);
	(void)snprintf(h->log_path, sizeof(h->log_path), "%.2900s/audit.log", folder);
	host_key_seed(seed, UINT64_MAX, first);
	h->reserve = reserve_fake_new(first, &public);
	HOST_MUST(h->reserve);
	seal_vkey_make(&h->enrolment, SV(HOST_ORIGIN), SEAL_TYPE_ED25519, &public);
}

/* ---- a disk that need not be waited for ---- */

static inline int host_no_sync(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	return 0;
}

static inline void host_be_quick(struct host *h)
{
	static struct integrity_disk quick;
	static struct log_disk log_quick;

	quick = integrity_disk_system;
	quick.sync = quick.sync_names = host_no_sync;
	log_quick = log_disk_system;
	log_quick.sync = host_no_sync;
	h->disk = &quick;
	h->log_disk = &log_quick;
}

/* ---- the daemon ---- */

static inline void host_open_log(struct host *h)
{
	const struct log_options o = {.path = h->log_path,
				      .max_bytes = h->max_bytes,
				      .flush = FLUSH_NONE,
				      .disk = h->log_disk,
				      .disk_ctx = h->log_disk_ctx,
				      .listener = sealer_listener(h->sealer)};
	struct err e;

	if (log_open(&h->log, &o, &e) != 0) {
		(void)fprintf(stderr, "%s\n", e.text);
		abort();
	}
	h->is_open = true;
}

/* The daemon comes up. A secret that was kept over its end lets the chain go on. */
static inline void host_start(struct host *h)
{
	struct sealer_options o = {.log_path = h->log_path,
				   .settings = h->settings,
				   .keys_at_start = h->keys_at_start,
				   .reserve = h->reserve,
				   .disk = h->disk,
				   .disk_ctx = h->disk_ctx,
				   .world = &host_world,
				   .world_ctx = h,
				   .is_driven = true};

	if (!h->secret)
		h->secret = seal_secret_new(NULL);
	HOST_MUST(h->secret);
	o.secret = h->secret;
	o.settings.num_logs = h->num_logs;
	h->sealer = sealer_new(&o, NULL);
	HOST_MUST(h->sealer);
	host_open_log(h);
	if (h->opened)
		h->opened(h->disk_ctx);
	if (sealer_start(h->sealer))
		HOST_MUST(log_rotate(&h->log, h->num_logs, NULL) == 0);
	(void)sealer_turn(h->sealer);
}

static inline void host_down(struct host *h)
{
	sealer_free(h->sealer);
	h->sealer = NULL;
	if (h->is_open) {
		log_suspend(&h->log);
		(void)log_close(&h->log, NULL);
	}
	h->is_open = false;
}

/* The daemon dies; its keys are kept for it. */
static inline void host_kill(struct host *h)
{
	host_down(h);
}

/* The machine dies: keys in memory are gone, files are as they are. */
static inline void host_crash(struct host *h)
{
	host_down(h);
	seal_secret_release(h->secret);
	h->secret = NULL;
	h->boot_ns = 1000 * HOST_SECOND;
}

/* Whether the end was signed. */
static inline bool host_stop(struct host *h)
{
	bool is_signed = sealer_stop(h->sealer, 0, NULL) == 0;

	host_crash(h);
	return is_signed;
}

static inline void host_release(struct host *h)
{
	if (h->sealer)
		host_down(h);
	seal_secret_release(h->secret);
	reserve_free(h->reserve);
}

/* ---- time and lines ---- */

static inline void host_turn(struct host *h, uint64_t ns)
{
	h->wall_ns += ns;
	h->boot_ns += ns;
	if (h->sealer)
		(void)sealer_turn(h->sealer);
}

static inline void host_pass(struct host *h, unsigned seconds)
{
	for (uint64_t i = 0; i < seconds * (HOST_SECOND / HOST_TURN_NS); i++)
		host_turn(h, HOST_TURN_NS);
}

static inline void host_put_line(struct host *h, struct buf *out)
{
	uint64_t ms = h->wall_ns / 1000000, event = h->serial / 3, kind = h->serial % 3;

	buf_printf(out, "type=%s msg=audit(%" PRIu64 ".%03" PRIu64 ":%" PRIu64 "): ",
		   kind == 0   ? "SYSCALL"
		   : kind == 1 ? "PATH"
			       : "PROCTITLE",
		   ms / 1000, ms % 1000, event + 1);
	if (kind == 0)
		buf_printf(
			out,
			"arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffc%08" PRIx64
			" a2=0 a3=0 items=1 ppid=900 pid=%" PRIu64
			" auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 "
			"tty=pts0 ses=3 comm=\"cat\" exe=\"/usr/bin/cat\" key=\"read\"\n",
			event * 2654435761u % 0xffffffff, 1000 + event % 30000);
	else if (kind == 1)
		buf_printf(out,
			   "item=0 name=\"/etc/file-%" PRIu64 "\" inode=%" PRIu64
			   " dev=fe:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL "
			   "cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n",
			   event % 97, 100000 + event % 97);
	else
		buf_printf(out, "proctitle=636174002F6574632F66696C65\n");
	h->serial++;
}

static inline void host_rotate(struct host *h)
{
	HOST_MUST(log_rotate(&h->log, h->num_logs, NULL) == 0);
}

/* Whole lines as they are; false: the disk did not take all of them. */
static inline bool host_append(struct host *h, struct sv lines)
{
	while (lines.n) {
		size_t taken = 0;
		enum log_append_status status;

		status = log_append(&h->log, lines, &taken, NULL);
		lines = sv_from(lines, taken);
		if (status == LOG_FAILED)
			return false;
		if (status == LOG_FULL)
			host_rotate(h);
	}
	return true;
}

/* Ten milliseconds each, in batches with a turn behind each. */
static inline void host_lines(struct host *h, uint64_t count)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(16 << 20);

	while (count) {
		uint64_t n = count < h->batch ? count : h->batch;

		buf_reset(&out);
		for (uint64_t i = 0; i < n; i++)
			host_put_line(h, &out);
		HOST_MUST(!out.failed);
		(void)host_append(h, buf_view(&out));
		host_turn(h, n * HOST_SECOND / 100);
		count -= n;
	}
}

/* One record of a type that is signed at once, or any other text. */
static inline void host_say(struct host *h, const char *type, const char *text)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

	buf_printf(&out, "type=%s msg=audit(%" PRIu64 ".000:%" PRIu64 "): %s\n", type,
		   h->wall_ns / HOST_SECOND, h->serial++, text);
	(void)host_append(h, buf_view(&out));
	host_turn(h, HOST_SECOND / 100);
}

/* What /var/lib/audit/seal/anchor would say. */
static inline void host_put_anchor(const struct host *h, struct buf *out)
{
	const struct seal_anchor a = {.enrolment = h->enrolment,
				      .starts = reserve_fake_starts(h->reserve),
				      .next = reserve_fake_next(h->reserve)};

	seal_anchor_print(out, &a);
}

#endif

/*
 * aurum seal status: what the evidence says without reading a line of the log, the key at rest, and
 * what the host remembers. It is no proof: that is `aurum verify`.
 */
#include "aurum/seal.h"

#include "base/file.h"
#include "health/board.h"
#include "integrity/evidence.h"
#include "integrity/keyfile.h"
#include "integrity/reserve.h"
#include "output/terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TEXT_MAX   ((size_t)1 << 16)
#define NS         UINT64_C(1000000000)
#define BOARD      "board" /* in run_dir */
#define LABEL      "  %-10s "
#define STAMP_ROOM 32

struct look {
	const struct seal_host *place;
	struct evidence ev;
	struct doubts doubts;
	struct seal_anchor anchor;
	bool has_anchor;
	char no_anchor[ERR_TEXT_MAX]; /* why not, where it is not just missing */
	char kept[ERR_TEXT_MAX];      /* how the key at rest is kept */
	bool lacks_key;               /* it is missing, or damaged */
	bool is_held;                 /* a daemon that seals runs, */
	bool says_unsealed;           /* and says of itself that it cannot */
};

static void put_time(uint64_t seconds, char out[STAMP_ROOM])
{
	time_t at = (time_t)seconds;
	struct tm local;

	if (!localtime_r(&at, &local) || strftime(out, STAMP_ROOM, "%F %T", &local) == 0)
		(void)snprintf(out, STAMP_ROOM, "%" PRIu64, seconds);
}

/* ---- looking ---- */

static void look_at_anchor(struct look *l)
{
	char path[2 * SEAL_PATH_BYTES];
	struct err e = {0};

	(void)snprintf(path, sizeof(path), "%s/" RESERVE_ANCHOR, l->place->keys);
	l->has_anchor = evidence_anchor_read(path, &l->anchor, &e) == 0;
	if (!l->has_anchor && e.sys != ENOENT)
		(void)snprintf(l->no_anchor, sizeof(l->no_anchor), "%s", e.text);
}

static void wipe_buf(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_release(b);
}

static const char *protection(enum seal_protection kept)
{
	static const char *const words[] = {[SEAL_KEY_FILE] = "in a file (seal_key = file)",
					    [SEAL_KEY_CREDS] =
						    "encrypted by systemd-creds (seal_key = creds)",
					    [SEAL_KEY_TPM] = "sealed by the TPM (seal_key = tpm)"};

	return words[kept];
}

/* Only how: the secret itself is wiped at once. */
static void look_at_key(struct look *l)
{
	CLEANUP(wipe_buf) struct buf text = BUF_INIT(TEXT_MAX);
	char path[SEAL_PATH_BYTES + sizeof("/" KEYFILE_NEXT)];
	struct err e = {0};
	struct keyfile k;

	(void)snprintf(path, sizeof(path), "%s/" KEYFILE_NEXT, l->place->keys);
	if (!buf_reserve(&text, text.max) || file_read(path, &text, &e) != 0) {
		l->lacks_key = e.sys == ENOENT;
		(void)snprintf(l->kept, sizeof(l->kept), "%s",
			       e.sys == ENOENT ? "missing: the next start cannot be signed"
					       : e.text);
		return;
	}
	if (keyfile_parse(buf_view(&text), &k, &e) != 0) {
		l->lacks_key = true;
		(void)snprintf(l->kept, sizeof(l->kept), "damaged: " KEYFILE_NEXT " %.200s",
			       e.text);
		return;
	}
	(void)snprintf(l->kept, sizeof(l->kept), "%s", protection(k.kept));
	keyfile_wipe(&k);
}

static void look_at_daemon(struct look *l)
{
	struct board_view *view = malloc(sizeof(*view));
	char path[SEAL_PATH_BYTES + sizeof("/" BOARD)];

	l->is_held = l->ev.folder >= 0 && integrity_is_locked(l->ev.folder);
	(void)snprintf(path, sizeof(path), "%s/" BOARD, l->place->conf.run_dir);
	if (l->is_held && view && board_read(path, view, NULL) == BOARD_READ)
		l->says_unsealed = view->recorder.seal_state == HEALTH_UNSEALED;
	free(view);
}

/* ---- telling ---- */

/* What the daemon says of itself is news; the last signature may be older. */
static bool is_sealed(const struct look *l)
{
	return l->ev.is_live && !l->says_unsealed;
}

static void put_state(const struct look *l, struct buf *out)
{
	const struct evidence *ev = &l->ev;

	buf_printf(out, LABEL, "state");
	if (is_sealed(l))
		buf_puts(out, "sealed by a daemon that runs\n");
	else if (l->is_held)
		buf_puts(
			out,
			"NOT SEALED: a daemon runs, and signs nothing (`aurum status` says why)\n");
	else if (evidence_is_stopped(ev))
		buf_puts(out, "stopped: the end of the log is signed\n");
	else if (ev->chain.starts == 0)
		buf_puts(out, l->place->conf.seal
				      ? "enrolled: sealed from the next start of auditd on\n"
				      : "enrolled, but seal = no in auditd.conf\n");
	else
		buf_puts(out, "ended without a stop: the daemon or the machine went down\n");
}

static void put_chain(const struct look *l, struct buf *out)
{
	const struct evidence *ev = &l->ev;
	char stamp[STAMP_ROOM];

	if (!ev->has_chain || ev->chain.starts == 0)
		return;
	buf_printf(out, LABEL "%" PRIu64 " signed, from line %" PRIu64 " on\n", "lines", ev->size,
		   ev->chain.first_kept);
	put_time(ev->commit_count ? ev->last.wall_ns / NS : ev->chain.seconds, stamp);
	buf_printf(out, LABEL "%s\n", "newest", stamp);
	put_time(ev->chain.epoch.seconds, stamp);
	buf_printf(out, LABEL "%" PRIu64 " starts; key number %" PRIu64 ", since %s\n", "chain",
		   ev->chain.starts, ev->chain.epoch.number, stamp);
}

static void put_anchor(const struct look *l, struct buf *out)
{
	buf_printf(out, LABEL, "anchor");
	if (l->has_anchor)
		buf_printf(out, "%s/" RESERVE_ANCHOR ": %" PRIu64 " starts\n", l->place->keys,
			   l->anchor.starts);
	else if (l->no_anchor[0])
		buf_printf(out, "cannot be read: %s\n", l->no_anchor);
	else
		buf_printf(out, "missing: %s/" RESERVE_ANCHOR "\n", l->place->keys);
}

/* Enrolled, and the daemon was not started since. */
static bool is_new(const struct look *l)
{
	return l->ev.is_there && l->ev.chain.starts == 0 &&
	       (!l->has_anchor || l->anchor.starts == 0);
}

static bool is_told(const struct look *l, const struct doubt *d)
{
	/* Said otherwise, or what only a proof asks for. */
	return d->kind != DOUBT_KEY_NOT_OUTSIDE && d->kind != DOUBT_END_OPEN &&
	       !(d->kind == DOUBT_NO_EVIDENCE && is_new(l));
}

/* How many there are. */
static size_t put_doubts(const struct look *l, struct buf *out)
{
	size_t told = 0;

	for (size_t i = 0; i < l->doubts.count; i++) {
		const struct doubt *d = &l->doubts.list[i];

		if (!is_told(l, d))
			continue;
		buf_printf(out, LABEL,
			   doubt_weight(d->kind) == DOUBT_CONTRADICTION ? "TAMPERED" : "missing");
		terminal_put(sv_cstr(d->text), out);
		buf_putc(out, '\n');
		told++;
	}
	return told;
}

static bool is_well(const struct look *l, size_t told)
{
	return told == 0 && l->has_anchor && !l->lacks_key &&
	       (is_sealed(l) || evidence_is_stopped(&l->ev) || is_new(l));
}

static int tell(const struct look *l)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(TEXT_MAX), vkey = BUF_INIT(TEXT_MAX);
	size_t told;

	buf_printf(&out, "%s\n", l->place->conf.log_file);
	if (l->ev.key.name[0]) {
		seal_vkey_print(&vkey, &l->ev.key);
		buf_printf(&out, LABEL, "key");
		buf_put(&out, buf_view(&vkey));
		buf_putc(&out, '\n');
	}
	put_state(l, &out);
	put_chain(l, &out);
	buf_printf(&out, LABEL "%s\n", "next key", l->kept);
	put_anchor(l, &out);
	told = put_doubts(l, &out);
	if (out.failed || vkey.failed) {
		say("seal status: no memory");
		return EXIT_TROUBLE;
	}
	(void)fwrite(out.p, 1, out.n, stdout);
	if (frame_finish("aurum", stdout, "the state") != 0)
		return EXIT_TROUBLE;
	return is_well(l, told) ? EXIT_DONE : EXIT_NOT_DONE;
}

static int status(const struct seal_host *place)
{
	struct look *l = calloc(1, sizeof(*l));
	struct evidence_options o = {.log = place->conf.log_file, .now = (uint64_t)time(NULL)};
	struct err e;
	int code = EXIT_TROUBLE;

	if (!l) {
		say("seal status: no memory");
		return code;
	}
	l->place = place;
	look_at_anchor(l);
	look_at_key(l);
	o.anchor = l->has_anchor ? &l->anchor : NULL;
	if (evidence_load(&l->ev, &o, &l->doubts, &e) != 0) {
		say("seal status: %s", e.text);
		free(l);
		return code;
	}
	look_at_daemon(l);
	if (l->ev.is_there || l->has_anchor) {
		code = tell(l);
	} else {
		(void)printf("%s is not enrolled: `aurum seal init` does that.\n",
			     place->conf.log_file);
		code = EXIT_NOT_DONE;
	}
	evidence_release(&l->ev);
	free(l);
	return code;
}

int seal_status_main(int argc, char **argv)
{
	struct seal_host place;
	int code = seal_options("aurum seal status",
				"Says whether the host's log is sealed, by which keys, and what "
				"speaks against that. Lines are not read: `aurum verify` proves "
				"them. Exit 0: well, 1: not, 2: it cannot be told.",
				argc, argv, &place);

	if (code >= 0)
		return code;
	code = seal_host_find(&place) == 0 ? status(&place) : EXIT_TROUBLE;
	seal_host_release(&place);
	return code;
}

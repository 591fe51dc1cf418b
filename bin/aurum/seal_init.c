/*
 * aurum seal init: the first key of a log. auditd-sealkey makes it and keeps its secret half; the public
 * half is written to integrity/enrolment, and told, to be kept where this host cannot reach it.
 *
 * Each crash between two steps leaves what either is no enrolment or works: the key is staged, then the
 * folder appears whole under its name, then the anchor is written - which the daemon's first start
 * would do as well.
 */
#include "aurum/seal.h"

#include "base/file.h"
#include "common/log.h"
#include "integrity/keyfile.h"
#include "integrity/reserve.h"
#include "seal/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#define ORIGIN_ID_BYTES 6
#define NEW_SUFFIX      ".new"

struct init {
	struct seal_host place;
	char origin[SEAL_ORIGIN_MAX];
	const char *tcti;
	bool replaces;
	struct seal_public key;
	char moved[SEAL_PATH_BYTES]; /* where older evidence is now; empty: there was none */
};

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/seal_init.def"
#undef OPTION
};
static const struct option_set options = {
	.program = "aurum seal init",
	.usage = "[OPTION...]",
	.summary = "Makes the first key of the host's log, so that auditd seals it from its next "
		   "start on, and prints the public key, by which the log can be proven. Keep it "
		   "where this host cannot reach it.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

/* ---- the command line ---- */

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	struct init *i = arg;

	switch (hit->id) {
	case 1000:
		i->place.config_dir = hit->value;
		return FRAME_ON;
	case 'o':
		if (seal_origin_is_good(sv_cstr(hit->value)) &&
		    sv_to_cstr(sv_cstr(hit->value), i->origin, sizeof(i->origin)))
			return FRAME_ON;
		(void)err_set(e, "a log's name is 1 to 255 printable characters without spaces "
				 "and \"+\"");
		return FRAME_FAILED;
	case 'r':
		i->replaces = true;
		return FRAME_ON;
	case 't':
		i->tcti = hit->value;
		if (keyfile_tcti_is_good(sv_cstr(hit->value)))
			return FRAME_ON;
		(void)err_set(e, "a TPM is device:PATH, or swtpm:path=SOCKET for tests");
		return FRAME_FAILED;
	case 'h':
		return frame_help(&options, e);
	default:
		return frame_stray_word(hit, e);
	}
}

/* ---- the name ---- */

/* audit.HOST/h/4f1c2a907b11: chance, not the machine, so that a copy of a host gets a log of its own. */
static int name_origin(struct init *i, struct err *e)
{
	CLEANUP(buf_release) struct buf name = BUF_INIT(SEAL_ORIGIN_MAX);
	uint8_t id[ORIGIN_ID_BYTES];
	struct utsname host;

	if (i->origin[0])
		return 0;
	if (uname(&host) != 0 || getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return err_sys(e, "cannot make a name for the log");
	buf_puts(&name, "audit.");
	for (const char *c = host.nodename; *c; c++)
		buf_putc(&name, *c > ' ' && *c <= '~' && *c != '+' && *c != '/' ? *c : '-');
	buf_puts(&name, "/h/");
	for (size_t n = 0; n < sizeof(id); n++)
		buf_printf(&name, "%02x", id[n]);
	return sv_to_cstr(buf_view(&name), i->origin, sizeof(i->origin))
		       ? 0
		       : err_set(e, "the host's name is too long for a log: give --origin");
}

/* ---- what is there ---- */

static bool exists(const char *folder, const char *name)
{
	char path[2 * SEAL_PATH_BYTES];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s%s", folder, name);
	return lstat(path, &st) == 0;
}

/* Refuses where there is evidence already, or was. */
static int look(const struct init *i, struct err *e)
{
	const struct seal_host *p = &i->place;
	CLEAN_FD int folder = -1;

	if (integrity_open(p->conf.log_file, &folder, e) == INTEGRITY_FAILED && !i->replaces)
		return -1;
	if (folder >= 0 && integrity_is_locked(folder))
		return err_set(e, "auditd seals %s now: stop it first", p->conf.log_file);
	if (i->replaces)
		return 0;
	if (folder >= 0 || exists(p->evidence, ""))
		return err_set(e,
			       "the log is enrolled already: %s is there (--replace moves it aside "
			       "and begins anew)",
			       p->evidence);
	if (exists(p->keys, "/" RESERVE_ANCHOR))
		return err_set(e,
			       "the log was enrolled before: %s/" RESERVE_ANCHOR
			       " is there, and %s "
			       "is missing. If you did not remove it, somebody else did (--replace "
			       "begins anew)",
			       p->keys, p->evidence);
	return 0;
}

static int move_aside(struct init *i, struct err *e)
{
	const char *from = i->place.evidence;
	time_t now = time(NULL);
	char stamp[32];
	struct tm utc;

	if (!exists(from, ""))
		return 0;
	(void)gmtime_r(&now, &utc);
	(void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	if ((size_t)snprintf(i->moved, sizeof(i->moved), "%s.%s", from, stamp) >= sizeof(i->moved))
		return err_set(e, "the name of %s is too long", from);
	if (renameat2(AT_FDCWD, from, AT_FDCWD, i->moved, RENAME_NOREPLACE) != 0)
		return err_sys(e, "cannot move %s to %s", from, i->moved);
	return 0;
}

/* ---- the folder ---- */

static int make_parents(const struct seal_host *p, struct err *e)
{
	char folder[SEAL_PATH_BYTES];
	const char *slash = strrchr(p->conf.log_file, '/');

	if (!sv_to_cstr(sv_make(p->conf.log_file, (size_t)(slash - p->conf.log_file)), folder,
			sizeof(folder)))
		return err_set(e, "the path of the log is too long");
	if (folder[0] && !exists(folder, "") && file_make_folder(folder, 0700, e) != 0)
		return -1;
	return exists(p->conf.state_dir, "") ? 0 : file_make_folder(p->conf.state_dir, 0700, e);
}

static int give_to_group(const char *path, gid_t group, mode_t mode, struct err *e)
{
	CLEAN_FD int fd = -1;

	if (group == 0)
		return 0;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, (uid_t)-1, group) != 0 || fchmod(fd, mode) != 0)
		return err_sys(e, "cannot give %s to the group of the log", path);
	return 0;
}

static int sync_folder(const char *path, struct err *e)
{
	CLEAN_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0 ? 0 : err_sys(e, "cannot sync the folder %s", path);
}

static int sync_parent(const char *path, struct err *e)
{
	char folder[SEAL_PATH_BYTES];
	const char *slash = strrchr(path, '/');

	if (!sv_to_cstr(sv_make(path, slash == path ? 1 : (size_t)(slash - path)), folder,
			sizeof(folder)))
		return err_set(e, "the path of the log is too long");
	return sync_folder(folder, e);
}

/* A folder with nothing in it but the enrolment, under its name at once. */
static int make_evidence(struct init *i, const char *vkey, struct err *e)
{
	const struct seal_host *p = &i->place;
	char folder[SEAL_PATH_BYTES + 8], file[SEAL_PATH_BYTES + 32], line[2 * SEAL_ORIGIN_MAX];
	int n = snprintf(line, sizeof(line), "%s\n", vkey);

	(void)snprintf(folder, sizeof(folder), "%s" NEW_SUFFIX, p->evidence);
	(void)snprintf(file, sizeof(file), "%s/" INTEGRITY_ENROLMENT, folder);
	(void)unlink(file); /* of one that was not finished */
	(void)rmdir(folder);
	if (file_make_folder(folder, 0700, e) != 0 ||
	    file_replace(file, sv_make(line, (size_t)n), 0600, e) != 0 ||
	    give_to_group(file, p->group, 0640, e) != 0 ||
	    give_to_group(folder, p->group, 0750, e) != 0 || sync_folder(folder, e) != 0)
		return -1;
	if (i->replaces && move_aside(i, e) != 0)
		return -1;
	if (renameat2(AT_FDCWD, folder, AT_FDCWD, p->evidence, RENAME_NOREPLACE) != 0)
		return err_sys(e, "cannot rename %s to %s", folder, p->evidence);
	return sync_parent(p->evidence, e);
}

/* ---- the key ---- */

static int enrol(struct init *i, struct buf *vkey, struct err *e)
{
	const struct reserve_options o = {.folder = i->place.keys,
					  .origin = i->origin,
					  .protection = i->place.conf.seal_key,
					  .tcti = i->tcti};
	struct reserve *r = reserve_spawn(&o, e);
	struct seal_vkey named;
	int status = -1;

	if (!r)
		return -1;
	if (reserve_stage(r, RESERVE_FOR_BOOT, &i->key, e) == 0) {
		seal_vkey_make(&named, sv_cstr(i->origin), SEAL_TYPE_ED25519, &i->key);
		seal_vkey_print(vkey, &named);
		if (make_evidence(i, buf_cstr(vkey), e) == 0)
			status = reserve_commit(r, 0, &i->key, e);
	}
	reserve_free(r);
	return status;
}

static void tell(const struct init *i, const struct buf *vkey)
{
	static const char *const kept[] = {
		[SEAL_KEY_FILE] = "in a file that root can read (seal_key = file)",
		[SEAL_KEY_CREDS] = "encrypted by systemd-creds (seal_key = creds)",
		[SEAL_KEY_TPM] = "sealed by the TPM, which gives it once a boot (seal_key = tpm)"};
	const struct seal_host *p = &i->place;

	(void)printf("The log %s is enrolled as %s.\n", p->conf.log_file, i->origin);
	if (i->moved[0])
		(void)printf("What was there before is in %s now.\n", i->moved);
	(void)printf("\nIts public key; keep it where this host cannot reach it:\n\n  %.*s\n\n",
		     SV_FMT(buf_view(vkey)));
	(void)printf("`aurum verify --key KEY` proves with it what the log held, anywhere.\n"
		     "The secret key of the next start is %s.\n",
		     kept[p->conf.seal_key]);
	if (p->conf.seal_key == SEAL_KEY_TPM)
		(void)printf("The TPM vouches for starts by the key in %s/attest.pem: keep a copy "
			     "of that, too.\n",
			     p->keys);
	(void)printf("%s\n", p->conf.seal ? "auditd seals it from its next start on: restart it."
					  : "Set seal = yes in auditd.conf, and restart auditd.");
}

static int work(struct init *i)
{
	CLEANUP(buf_release) struct buf vkey = BUF_INIT(2 * SEAL_ORIGIN_MAX);
	struct err e;

	if (seal_host_find(&i->place) != 0)
		return EXIT_NOT_DONE;
	if (seal_crypto_load(&e) != 0 || name_origin(i, &e) != 0 || look(i, &e) != 0 ||
	    make_parents(&i->place, &e) != 0 || enrol(i, &vkey, &e) != 0) {
		say("seal init: %s", e.text);
		return EXIT_NOT_DONE;
	}
	tell(i, &vkey);
	return frame_finish("aurum", stdout, "standard output") == 0 ? EXIT_DONE : EXIT_TROUBLE;
}

int seal_init_main(int argc, char **argv)
{
	struct init i = {.place.config_dir = LOG_CONFIG_DIR};
	int code;

	if (frame_start() != 0)
		return EXIT_TROUBLE;
	code = verb_options(&options, argc, argv, take, &i);
	if (code >= 0)
		return code;
	code = work(&i);
	seal_host_release(&i.place);
	return code;
}

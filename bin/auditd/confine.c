/* Which sandbox a recorder needs. How one is made is lib/sandbox's. */
#include "auditd/confine.h"

#include "auditd/places.h"

#include "base/file.h"
#include "sandbox/sandbox.h"

#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

/*
 * CAP_AUDIT_CONTROL: to ask who sent a signal, and to end the registration.
 * CAP_CHOWN: log_group for each new log, also for one that a reload brings.
 * CAP_SYS_NICE: priority_boost of a reload.
 */
#define CAPABILITIES                                                                               \
	(SANDBOX_CAPABILITY(CAP_AUDIT_CONTROL) | SANDBOX_CAPABILITY(CAP_CHOWN) |                   \
	 SANDBOX_CAPABILITY(CAP_SYS_NICE))

#define CALLS                                                                                      \
	(SANDBOX_CALLS_BASE | SANDBOX_CALLS_FILES | SANDBOX_CALLS_EVENTS | SANDBOX_CALLS_SOCKETS | \
	 SANDBOX_CALLS_THREADS | SANDBOX_CALLS_PRIORITY | LEAK_CHECK)
#ifdef AURUM_SANITIZED
#define LEAK_CHECK SANDBOX_CALLS_LEAK_CHECK
#else
#define LEAK_CHECK 0
#endif

static const struct sandbox_path standing[] = {
#define PATH(path, rights) {path, rights},
#include "common/standing.def"
#undef PATH
};
#define OWN_PATHS 7

/* The folder of a file, without links; as it is written where that cannot be told. */
static void folder_of(const char *file, char out[LOG_PATH_MAX])
{
	char folder[PATH_MAX], real[PATH_MAX];
	const char *slash = strrchr(file, '/');

	out[0] = '\0';
	if (!slash || !sv_to_cstr(sv_make(file, slash == file ? 1 : (size_t)(slash - file)), folder,
				  sizeof(folder)))
		return;
	(void)snprintf(out, LOG_PATH_MAX, "%s", realpath(folder, real) ? real : folder);
}

#ifdef AURUM_SANITIZED
static void report_folder(char out[LOG_PATH_MAX])
{
	const char *options = getenv("ASAN_OPTIONS");
	const char *path = options ? strstr(options, "log_path=") : NULL;
	char file[PATH_MAX];

	out[0] = '\0';
	if (path &&
	    sv_to_cstr(sv_head(sv_cstr(path + 9), strcspn(path + 9, ":")), file, sizeof(file)))
		folder_of(file, out);
}
#endif

static void enter(struct confine *c, const struct conf_place *place, const struct auditd_conf *conf,
		  struct sandbox_outcome *got)
{
	struct sandbox_path paths[LEN(standing) + OWN_PATHS];
	char linked[LOG_PATH_MAX], file[LOG_PATH_MAX + sizeof("/" AUDITD_CONF_NAME)];
	struct sandbox s = {CAPABILITIES, paths, LEN(standing), CALLS};
	char real[PATH_MAX];
#ifdef AURUM_SANITIZED
	char reports[LOG_PATH_MAX], programs[LOG_PATH_MAX];

	/* A sanitizer writes its report, with the names of this program's functions. */
	report_folder(reports);
	if (reports[0])
		paths[s.path_count++] = (struct sandbox_path){reports, SANDBOX_MANAGE};
	if (file_own_folder(programs, sizeof(programs), NULL) == 0)
		paths[s.path_count++] = (struct sandbox_path){programs, SANDBOX_READ};
#endif
	memcpy(paths, standing, sizeof(standing));
	/* The file itself may be a link to elsewhere. */
	(void)snprintf(file, sizeof(file), "%s/" AUDITD_CONF_NAME, place->folder);
	folder_of(realpath(file, real) ? real : file, linked);
	paths[s.path_count++] = (struct sandbox_path){place->folder, SANDBOX_READ};
	paths[s.path_count++] = (struct sandbox_path){linked, SANDBOX_READ};
	paths[s.path_count++] = (struct sandbox_path){conf->plugin_dir, SANDBOX_READ};
	paths[s.path_count++] = (struct sandbox_path){conf->run_dir, SANDBOX_READ | SANDBOX_MANAGE};
	paths[s.path_count++] = (struct sandbox_path){c->folder, SANDBOX_READ | SANDBOX_MANAGE};
	sandbox_enter(&s, got);
}

static void tell(struct confine *c, const struct sandbox_outcome *got, const struct voice *voice)
{
	static const char *const names[SANDBOX_PARTS] = {[SANDBOX_CAPABILITIES] = "capabilities",
							 [SANDBOX_FILES] = "files",
							 [SANDBOX_SYSTEM_CALLS] = "system calls"};
	size_t n = 0;

	for (int i = 0; i < SANDBOX_PARTS; i++) {
		if (!got->holds[i])
			say(voice, LOG_NOTICE, "not confined in its %s: %s", names[i],
			    got->why[i].text);
		else
			n += (size_t)snprintf(c->summary + n, sizeof(c->summary) - n, "%s%s",
					      n ? ", " : "", names[i]);
	}
	if (n == 0)
		(void)snprintf(c->summary, sizeof(c->summary), "none");
	if (got->threads > 1)
		say(voice, LOG_NOTICE,
		    "not confined as a whole: %u threads, of a name service perhaps, ran before",
		    got->threads - 1);
}

void confine_enter(struct confine *c, const struct conf_place *place,
		   const struct auditd_conf *conf, const struct voice *voice)
{
	struct sandbox_outcome got;

	*c = (struct confine){.files = false};
	folder_of(conf->log_file, c->folder);
	(void)snprintf(c->draft, sizeof(c->draft), "%s/" STATE_DRAFT, conf->run_dir);
	if (!conf->confine) {
		(void)snprintf(c->summary, sizeof(c->summary), "none (confine = no)");
		return;
	}
	enter(c, place, conf, &got);
	c->files = got.holds[SANDBOX_FILES];
	tell(c, &got, voice);
}

int confine_check(const struct confine *c, const struct auditd_conf *conf, struct err *e)
{
	char folder[LOG_PATH_MAX];
	struct sv below, rest;

	if (!c->files)
		return 0;
	folder_of(conf->log_file, folder);
	below = sv_cstr(folder);
	rest = sv_from(below, strlen(c->folder));
	if (sv_starts(below, sv_cstr(c->folder)) && (rest.n == 0 || rest.p[0] == '/'))
		return 0;
	return err_set(e,
		       "log_file moves to %s, and this daemon may write in %s only: restart it for "
		       "that, or start it with confine = no",
		       folder, c->folder);
}

/* A log_writer that always goes on: the oldest file gives way. */
#include "auditd/spool.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

int spool_init(struct spool *s, const char *run_dir, const struct voice *voice, struct err *e)
{
	char *slash;
	int n;

	*s = (struct spool){.voice = voice, .log = {.fd = -1}};
	n = snprintf(s->path, sizeof(s->path), "%s" SPOOL_NAME, run_dir);
	if (n < 0 || (size_t)n >= sizeof(s->path) - LOG_SUFFIX_BYTES) {
		s->path[0] = '\0';
		return err_set(e, "the name of run_dir is too long");
	}
	slash = strrchr(s->path, '/');
	*slash = '\0';
	n = file_make_folder(s->path, 0700, e);
	*slash = '/';
	if (n != 0)
		s->path[0] = '\0';
	return n;
}

static int open_file(struct spool *s, struct err *e)
{
	const struct log_options o = {.path = s->path, .max_bytes = SPOOL_FILE_BYTES};

	if (s->log.options.path)
		return log_reopen(&s->log, e);
	return log_open(&s->log, &o, e);
}

void spool_open(struct spool *s)
{
	if (s->path[0] && s->log.fd < 0)
		(void)!open_file(s, NULL);
}

static void lose(struct spool *s, struct sv lines, const struct err *e)
{
	s->lost += sv_count(lines, '\n');
	say_rarely(s->voice, &s->failed, LOG_ERR, e->text);
}

void spool_put(struct spool *s, struct sv lines)
{
	struct err e;
	size_t taken;

	if (!s->path[0])
		return;
	if (s->log.fd < 0 && open_file(s, &e) != 0) {
		lose(s, lines, &e);
		return;
	}
	while (lines.n) {
		switch (log_append(&s->log, lines, &taken, &e)) {
		case LOG_APPENDED:
			return;
		case LOG_FULL:
			lines = sv_from(lines, taken);
			if (log_rotate(&s->log, SPOOL_FILES, &e) >= 0)
				break;
			lose(s, lines, &e);
			return;
		case LOG_FAILED:
			lose(s, sv_from(lines, taken), &e);
			return;
		}
	}
}

void spool_close(struct spool *s)
{
	if (s->log.fd >= 0)
		(void)!log_close(&s->log, NULL);
	s->log.fd = -1;
}

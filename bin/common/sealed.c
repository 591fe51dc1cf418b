/* Finds a log, and what the host knows of its own one: its anchor, its TPM's key. */
#include "common/sealed.h"

#include "base/file.h"
#include "config/auditd_conf.h"
#include "seal/crypto.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ANCHOR_NAME   "seal/anchor"
#define ATTEST_NAME   "seal/attest.pem"
#define OUTSIDE_BYTES (LOG_PATH_BYTES + sizeof(ATTEST_NAME))
#define PEM_MAX       ((size_t)64 << 10)

bool sealed_option(struct sealed_choice *choice, const struct option_hit *hit)
{
	switch (hit->id) {
	case 'l':
		choice->path = hit->value;
		return true;
	case 'k':
		choice->key = hit->value;
		return true;
	case 2000:
		choice->config_dir = hit->value;
		return true;
	}
	return false;
}

static void load_config(const char *config_dir, struct auditd_conf *conf)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	static struct config_problems problems; /* too big for the stack, and used once */
	char path[LOG_PATH_BYTES];

	auditd_conf_init(conf);
	(void)snprintf(path, sizeof(path), "%s/%s", config_dir, AUDITD_CONF_NAME);
	if (file_read(path, &text, NULL) == 0)
		(void)!auditd_conf_parse(conf, buf_view(&text), &problems);
}

static bool is_same_file(const char *a, const char *b)
{
	char *x = realpath(a, NULL), *y = realpath(b, NULL);
	bool is = x && y && strcmp(x, y) == 0;

	free(x);
	free(y);
	return is || strcmp(a, b) == 0;
}

/* The file that was given, else the host's of that name; NULL: neither. */
static const char *find_outside(const struct sealed *s, const char *given, const char *name,
				char path[OUTSIDE_BYTES])
{
	if (given || !s->state_dir[0])
		return given;
	(void)snprintf(path, OUTSIDE_BYTES, "%s/%s", s->state_dir, name);
	return path;
}

/* A file that was not there may be missing, unless it was asked for. */
static int tell_missing(const char *given, const struct err *why, struct err *e)
{
	if (!given && why->sys == ENOENT)
		return 0;
	*e = *why;
	return -1;
}

static int find_anchor(struct sealed *s, const char *given, struct err *e)
{
	char buffer[OUTSIDE_BYTES];
	const char *path = find_outside(s, given, ANCHOR_NAME, buffer);
	struct err why = {0};

	if (!path)
		return 0;
	if (evidence_anchor_read(path, &s->anchor, &why) != 0)
		return tell_missing(given, &why, e);
	s->has_anchor = true;
	return 0;
}

int sealed_attest(const struct sealed *s, const char *given, struct seal_quote_key **out,
		  struct err *e)
{
	CLEANUP(buf_release) struct buf pem = BUF_INIT(PEM_MAX);
	char buffer[OUTSIDE_BYTES];
	const char *path = find_outside(s, given, ATTEST_NAME, buffer);
	struct err why = {0};

	*out = NULL;
	if (!path)
		return 0;
	if (file_read(path, &pem, &why) != 0)
		return tell_missing(given, &why, e);
	*out = seal_quote_key_new(buf_view(&pem), e);
	return *out ? 0 : -1;
}

/* Where the host keeps what it knows of its own log. */
static void find_state(struct sealed *s, const char *config_dir)
{
	CLEANUP(auditd_conf_release) struct auditd_conf conf;

	load_config(config_dir, &conf);
	if (is_same_file(s->log, conf.log_file))
		(void)sv_to_cstr(sv_cstr(conf.state_dir), s->state_dir, sizeof(s->state_dir));
}

int sealed_find(struct sealed *s, const struct sealed_choice *choice, struct err *e)
{
	const struct log_choice log = {.program = choice->program,
				       .path = choice->path,
				       .config_dir = choice->config_dir,
				       .config_may_miss = true};
	int64_t timeout_s;

	s->has_key = false;
	s->has_anchor = false;
	s->state_dir[0] = '\0';
	if (seal_crypto_load(e) != 0)
		return -1;
	if (choice->key && evidence_key_read(choice->key, &s->key, e) != 0)
		return -1;
	s->has_key = choice->key;
	if (log_where(&log, s->log, &timeout_s, e) != 0)
		return -1;
	find_state(s, choice->config_dir);
	return find_anchor(s, choice->anchor_path, e);
}

/* Finds a log, and the host's anchor for its own one. */
#include "common/sealed.h"

#include "base/file.h"
#include "config/auditd_conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ANCHOR_NAME "seal/anchor"

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

static int find_anchor(struct sealed *s, const struct sealed_choice *choice, struct err *e)
{
	CLEANUP(auditd_conf_release) struct auditd_conf conf;
	char path[LOG_PATH_BYTES + sizeof(ANCHOR_NAME)];
	struct err why = {0};

	load_config(choice->config_dir, &conf);
	if (!choice->anchor_path && !is_same_file(s->log, conf.log_file))
		return 0;
	(void)snprintf(path, sizeof(path), "%s/%s", conf.state_dir, ANCHOR_NAME);
	if (evidence_anchor_read(choice->anchor_path ? choice->anchor_path : path, &s->anchor,
				 &why) == 0) {
		s->has_anchor = true;
		return 0;
	}
	if (!choice->anchor_path && why.sys == ENOENT)
		return 0;
	*e = why;
	return -1;
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
	if (choice->key && evidence_key_read(choice->key, &s->key, e) != 0)
		return -1;
	s->has_key = choice->key;
	if (log_where(&log, s->log, &timeout_s, e) != 0)
		return -1;
	return find_anchor(s, choice, e);
}

/* The configuration before anything is opened, for every process of the daemon. */
#ifndef AURUM_AUDITD_LOAD_H
#define AURUM_AUDITD_LOAD_H

#include "auditd/voice.h"

#include "config/auditd_conf.h"
#include "log/writer.h"

#define DEFAULT_CONFIG_DIR AURUM_SYSCONFDIR "/audit"

struct conf_place {
	char folder[LOG_PATH_MAX]; /* absolute: the daemon changes to "/" */
	bool allow_links;
};

/* The absolute name of the folder. -1 with a sentence: it is too long. */
MUST_CHECK int conf_place_set(struct conf_place *place, const char *folder, struct err *e);

/*
 * Reads and checks auditd.conf and tells everything that is wrong, with file and line. -1: there
 * is an error, and conf needs no release.
 */
MUST_CHECK int load_config(const struct conf_place *place, struct auditd_conf *conf,
			   const struct voice *voice);

/* The name that is put before each record; empty: none. */
MUST_CHECK int load_node(const struct auditd_conf *conf, char *out, size_t cap, struct err *e);

/* Tells what this build does not do of what conf asks for. */
void load_warn(const struct auditd_conf *conf, const struct voice *voice);

#endif

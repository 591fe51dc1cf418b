/* `aurum seal`: what its verbs share. */
#ifndef AURUM_BIN_AURUM_SEAL_H
#define AURUM_BIN_AURUM_SEAL_H

#include "aurum/app.h"
#include "config/auditd_conf.h"
#include "integrity/folder.h"

/* Verbs of seal.def: argv[0] is the verb's own name. Each returns an exit code. */
#define VERB(name, help) int seal_##name##_main(int argc, char **argv);
#include "aurum/seal.def"
#undef VERB

#define SEAL_PATH_BYTES INTEGRITY_PATH_MAX

/* Whose seal it is. */
struct seal_host {
	const char *config_dir;
	struct auditd_conf conf;
	gid_t group;                    /* log_group; 0: none */
	char evidence[SEAL_PATH_BYTES]; /* integrity/ */
	char keys[SEAL_PATH_BYTES];     /* state_dir/seal */
};

/*
 * Reads auditd.conf of place->config_dir; a host without one has the defaults. -1 after saying what is
 * wrong. seal_host_release() is due in any case.
 */
MUST_CHECK int seal_host_find(struct seal_host *place);
void seal_host_release(struct seal_host *place);

/* Options and no words, for status and rotate. As verb_options(). */
MUST_CHECK int seal_options(const char *program, const char *summary, int argc, char **argv,
			    struct seal_host *place);

#endif

/*
 * A plugin as its file in plugin_dir describes it, and whether it may be started.
 * Source: auditd-plugins(5).
 *
 *	switch (plugin_load(&p, folder, "mail.conf", false, voice)) {
 *	case PLUGIN_ACTIVE:   p is to run
 *	case PLUGIN_INACTIVE: the file says that it is not to
 *	case PLUGIN_REFUSED:  neither is known: what is wrong was told
 *	}
 *	plugin_release(&p);			-- of one that is active
 */
#ifndef AURUM_ATTENDANT_PLUGIN_H
#define AURUM_ATTENDANT_PLUGIN_H

#include "auditd/voice.h"

#include "base/err.h"
#include "config/plugin_conf.h"

#define PLUGIN_NAME_MAX  256
#define PLUGIN_WORDS_MAX 128

struct plugin {
	char name[PLUGIN_NAME_MAX]; /* of the file, without .conf */
	struct plugin_conf conf;
	const char *argv[PLUGIN_WORDS_MAX + 1]; /* NULL at the end; in conf's memory */
	uint64_t device, inode;                 /* of the program */
	int64_t changed_ns;
};

enum plugin_status { PLUGIN_ACTIVE, PLUGIN_INACTIVE, PLUGIN_REFUSED };

/*
 * Reads folder/file, which must be root's as the program must. allow_links: the file may be a
 * symbolic link. p needs release only when it is active.
 */
MUST_CHECK enum plugin_status plugin_load(struct plugin *p, const char *folder, const char *file,
					  bool allow_links, const struct voice *voice);
void plugin_release(struct plugin *p);

/* Whether one that runs as p does what q says: same program, same words, same format. */
bool plugin_is_same(const struct plugin *p, const struct plugin *q);

#endif

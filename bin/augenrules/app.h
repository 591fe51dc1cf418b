/* augenrules: what its parts share. */
#ifndef AURUM_AUGENRULES_APP_H
#define AURUM_AUGENRULES_APP_H

#include "rule/rules_folder.h"

/* A line of a rules file; file NULL: none. */
struct place {
	const char *file;
	uint32_t line;
};

/*
 * load.c: these return auditctl's exit codes and tell what goes wrong on standard error.
 * The lines of join, one after the other. *stopped is set when a line failed and those behind it
 * were not loaded.
 */
MUST_CHECK int load_join(const struct rules_join *join, struct place *stopped);
/* A joined file, when its parts cannot be read. */
MUST_CHECK int load_file(const char *path);

/* write.c: replaces the joined file, and keeps what was in it beside it as "PATH.prev". */
MUST_CHECK int write_rules(const char *path, struct sv old, struct sv text, struct err *e);

/*
 * advice.c: tells which lines of the folder will not load. Behind a load that stopped: those that
 * it did not come to.
 */
void advise(const char *folder, const struct place *stopped);

#endif

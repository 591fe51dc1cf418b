/* `aurum rules`: what its verbs share. */
#ifndef AURUM_BIN_AURUM_RULES_H
#define AURUM_BIN_AURUM_RULES_H

#include "aurum/app.h"
#include "policy/rule_source.h"

/* Verbs of rules.def: argv[0] is the verb's own name. Each returns an exit code. */
#define VERB(name, help) int rules_##name##_main(int argc, char **argv);
#include "aurum/rules.def"
#undef VERB

/* The kernel's audit, opened once it is needed. About 64 KiB. */
struct rules_kernel {
	struct audit_socket socket;
	struct audit_control control;
};

/* 0, or -1 after saying why not and what would help. */
MUST_CHECK int rules_kernel_open(struct rules_kernel *k);
void rules_kernel_close(struct rules_kernel *k); /* harmless on a closed one */

/* The folder of rules of this host, or its file where there is no folder. */
const char *rules_default_path(void);

/*
 * Reads the rules of word: a path, "-" or "kernel". Bad lines are printed on standard error as
 * "aurum: FILE:LINE:COLUMN: sentence". -1 after saying why it cannot be read, also when a line
 * was bad.
 */
MUST_CHECK int rules_read(struct rule_source *source, const char *word, bool trusted_only);
/* The same, but what is good of it is read: bad lines are in source->set.errors. */
MUST_CHECK int rules_read_some(struct rule_source *source, const char *word, bool trusted_only);

/* Writes a result to standard output. -1 after saying why that failed. */
MUST_CHECK int rules_print(struct buf *out);

#endif

/*
 * aurum rules apply: its parts and what they hand each other.
 *
 *	rules_apply.c    options, what would change, --restore
 *	applier.c        the change with its state file: done, or as before
 *	guardian.c       --confirm: a process of its own that does the change and waits for the word
 *	rules_confirm.c  the word, from another shell
 */
#ifndef AURUM_BIN_AURUM_APPLIER_H
#define AURUM_BIN_AURUM_APPLIER_H

#include "aurum/differ.h"
#include "policy/apply.h"

#define APPLY_STATE_FILE  "/run/aurum-rules.state"
#define APPLY_STATE_FIRST "aurum-rules 1"
#define APPLY_WORD_MAX    1400 /* bytes of what the guardian answers */

struct applier {
	struct audit_control *control;
	const struct side *to;
	const char *state; /* path of the state file */
	int fd;            /* of it, locked */
	struct found found;
};

/* What became of a change. text is a sentence without a stop. */
struct outcome {
	enum exit_code code; /* EXIT_DONE: kept; EXIT_NOT_DONE: as before; EXIT_TROUBLE: broken */
	char text[APPLY_WORD_MAX];
};

/* True, after saying so, when an apply with this state file has not come to its end. */
bool applier_is_busy(const char *state);
/* Writes down what is there. An exit code after saying why not, -1 when all is well. */
MUST_CHECK int applier_begin(struct applier *a);
/* Rules and settings. When anything is refused everything is put back. True: they are in force. */
MUST_CHECK bool applier_change(struct applier *a, struct outcome *out);
/* What cannot be taken back; then the state file goes, and the change stays. */
void applier_keep(struct applier *a, struct outcome *out);
/* Everything as before; then the state file goes. why is what comes before in the sentence. */
void applier_undo(struct applier *a, const char *why, struct outcome *out);
void applier_release(struct applier *a);

/* The change by a guardian, and the word of whoever sits here. Returns an exit code. */
int guardian_run(struct applier *a, unsigned int seconds);
/* Where the guardian of a state file listens; false when the path is too long. */
struct sockaddr_un;
MUST_CHECK bool guardian_address(const char *state, struct sockaddr_un *out);
/* Removes what a guardian that was killed has left there. */
void guardian_close_door(const char *state);
/* An answer of the guardian as it is sent, and back. */
void guardian_put_outcome(const struct outcome *o, struct buf *out);
MUST_CHECK bool guardian_take_outcome(struct sv message, struct outcome *out);

#endif

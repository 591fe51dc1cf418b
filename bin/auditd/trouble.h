/*
 * What auditd.conf wants done when the log is full, its file system short of space, or the disk
 * refuses: five keys, each with an action. It is carried out once when the trouble arises, and again
 * only after that has passed.
 *
 *	switch (trouble_arises(&t, ERRAND_SPACE_LEFT, mib, what)) ...	-- again and again while it is there
 *	trouble_settles(&t, ERRAND_SPACE_LEFT, TROUBLE_GONE);		-- each second
 *	if (trouble_holds(&t)) ...					-- recording stays suspended
 *
 * What an action means for the log file itself is the keeper's, which is told by the remedy.
 */
#ifndef AURUM_AUDITD_TROUBLE_H
#define AURUM_AUDITD_TROUBLE_H

#include "auditd/attendant.h"

#include "config/auditd_conf.h"

struct trouble {
	struct conf_action action; /* its program is borrowed from the configuration */
	unsigned times;            /* carried out since the trouble arose; 0: all is well */
	bool holds;            /* recording is suspended for it, not before these, by clock_ms(): */
	int64_t runs_until_ms; /* its program runs, or hangs and is not waited for any longer */
	int64_t waits_until_ms; /* of trouble_waits() */
	int64_t pause_ms;       /* the last one of it */
};

struct troubles {
	const struct voice *voice;
	struct attendant *attendant; /* runs programs */
	struct trouble of[ERRAND_KEY_END];
	bool is_over; /* the daemon ends: no action is carried out any more */
};

/* The key as a word without blanks, as records name it. */
const char *trouble_name(enum errand_key key);

/*
 * Takes the actions over; conf stays the owner of their programs. Whether one of them is another
 * than before: the programs of the configuration before must still be there.
 */
bool trouble_configure(struct troubles *t, const struct auditd_conf *conf);

/* What the caller has to do: nothing, or suspend recording, or rotate. */
enum trouble_remedy { REMEDY_NONE, REMEDY_SUSPEND, REMEDY_ROTATE, REMEDY_KEEP_LOGS };

/*
 * The trouble is there. number: see enum errand_key; what: the sentence that tells it. With
 * REMEDY_SUSPEND the trouble holds from now on. Rotating is a remedy each time.
 */
enum trouble_remedy trouble_arises(struct troubles *t, enum errand_key key, uint64_t number,
				   const char *what);

/* Nothing will show that it has passed but trying: hold for a while, and longer each time. */
void trouble_waits(struct troubles *t, enum errand_key key);

enum trouble_sight {
	TROUBLE_GONE, /* the action is due again when it comes back */
	TROUBLE_THERE, /* it holds on, but for max_log_file_action = exec when the program has ended */
	TROUBLE_UNSEEN, /* only trying tells: it does not hold any longer */
};
/* A look at it. As long as its program runs, or it waits, a trouble that holds goes on holding. */
void trouble_settles(struct troubles *t, enum errand_key key, enum trouble_sight sight);

/* The attendant says that the program has ended. */
void trouble_program_ended(struct troubles *t, enum errand_key key);

/* All as if there never had been any. */
void trouble_forget(struct troubles *t);

/* Whether recording is to stay suspended. */
bool trouble_holds(const struct troubles *t);

#endif

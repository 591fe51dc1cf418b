/*
 * What the recorder gives up before the first record: it reads what anybody on the machine can put
 * into records, and should a byte of that ever take it over, there is little left to take.
 *
 * It keeps: the kernel's audit socket, the log's folder, a folder for what it reports, reading what
 * name services need, and asking them.
 */
#ifndef AURUM_AUDITD_CONFINE_H
#define AURUM_AUDITD_CONFINE_H

#include "auditd/load.h"

struct confine {
	bool files;                /* what it may open and where it may write is bounded */
	char folder[LOG_PATH_MAX]; /* of the log, without links */
	char draft[LOG_PATH_MAX];  /* of the state report, in run_dir */
	char summary[128];         /* for the state report */
};

/*
 * Before it: the folders are made and mended, and whatever needs root is open. After it, what is
 * not possible here has been told. No thread may run yet.
 */
void confine_enter(struct confine *c, const struct conf_place *place,
		   const struct auditd_conf *conf, const struct voice *voice);

/* Whether the log can be where conf wants it. -1: only after a restart. */
MUST_CHECK int confine_check(const struct confine *c, const struct auditd_conf *conf,
			     struct err *e);

#endif

/* Where the daemon's processes meet each other and the rest of the system. */
#ifndef AURUM_AUDITD_PLACES_H
#define AURUM_AUDITD_PLACES_H

/* Where everybody looks for them. */
#define PID_FILE   "/var/run/auditd.pid"
#define STATE_FILE "/var/run/auditd.state"

/* In run_dir, from where the attendant takes it: the recorder may not write beside STATE_FILE. */
#define STATE_DRAFT "auditd.state"
#define STATE_MAX   65536 /* bytes of a state report */

#endif

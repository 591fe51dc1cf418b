/*
 * The names of what the seal keeps in `integrity/` beside a log: docs/format-seal.md.
 */
#ifndef AURUM_INTEGRITY_NAMES_H
#define AURUM_INTEGRITY_NAMES_H

#define INTEGRITY_FOLDER     "integrity"
#define INTEGRITY_ENROLMENT  "enrolment"
#define INTEGRITY_KEYS       "keys"
#define INTEGRITY_COMMITS    "commits"
#define INTEGRITY_SEGMENTS   "segments"
#define INTEGRITY_LEVEL0     "level0"
#define INTEGRITY_LEVEL1     "level1"
#define INTEGRITY_CHECKPOINT "checkpoint"
#define INTEGRITY_TORN       "torn"
#define INTEGRITY_LOCK       "lock"
#define INTEGRITY_RESUME     "resume"
/* There while somebody asks for a new key at rest; whoever seals removes it when he has done so. */
#define INTEGRITY_ROTATE "rotate"

#endif

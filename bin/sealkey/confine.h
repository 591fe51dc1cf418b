/*
 * auditd-sealkey has what signs a log's next start. It may read and write the folder of its keys, talk
 * over lines that are open, and nothing else.
 */
#ifndef AURUM_SEALKEY_CONFINE_H
#define AURUM_SEALKEY_CONFINE_H

#include <stdbool.h>

/* First of all: no core file, no tracer, no page in swap, freed memory is overwritten. */
void confine_memory(void);

/*
 * For good. folder: of the keys. has_sockets: the TPM is a swtpm, connected to anew for each command.
 * What this kernel cannot do is not told.
 */
void confine_enter(const char *folder, bool has_sockets);

/* For the process that runs systemd-creds: no more privileges than it has. */
void confine_runner(void);

#endif

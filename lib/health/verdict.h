/*
 * Whether the host records as it should, from what is known about daemon and kernel.
 *
 *	struct health_facts facts = {...};
 *	static struct health_verdict v;
 *	health_judge(&facts, &v);
 *	for (size_t i = 0; i < v.count; i++)
 *		print(v.findings[i].what, v.findings[i].todo);
 *
 * Findings stand in the order of their weight. What was lost longer than an hour ago is a note: it
 * is in the log, and a host is not sick for ever.
 */
#ifndef AURUM_HEALTH_VERDICT_H
#define AURUM_HEALTH_VERDICT_H

#include "health/board.h"

#include <linux/audit.h>

/* In the order of weight, and what the program's exit code says. */
enum health_weight { WEIGHT_WRONG, WEIGHT_UNKNOWN, WEIGHT_NOTE, WEIGHT_COUNT };

enum health_kernel {
	KERNEL_ANSWERED,
	KERNEL_NOT_PERMITTED, /* to ask it */
	KERNEL_SILENT,        /* it has no audit, or does not answer; why says which */
};

/* Another process to which the kernel copies every record. */
struct health_reader {
	uint32_t pid;
	char name[16];
};

#define HEALTH_READERS 8

struct health_facts {
	enum board_status board;
	const char *board_why; /* with BOARD_OTHER and BOARD_REFUSED: a sentence */
	/*
	 * Never NULL: of what the board does not say everything is unknown. Of the kernel's group it
	 * has status, if the kernel has answered.
	 */
	const struct board_view *view;
	uint64_t now_ns;  /* since 1970 */
	uint64_t boot_ns; /* CLOCK_BOOTTIME */
	bool is_alive;    /* the process that the board names */
	enum health_kernel kernel;
	const char *kernel_why;
	struct audit_status status; /* with KERNEL_ANSWERED */
	char holder[16];            /* the name of process status.pid; "": it does not live */
	struct health_reader readers[HEALTH_READERS];
	size_t reader_count;
	const char *drift; /* "2 rules missing": how kernel and rules files differ; NULL: nothing */
};

#define FINDING_BYTES 400

struct health_finding {
	enum health_weight weight;
	const char *id;           /* a word, for programs: "kernel-lost" */
	char what[FINDING_BYTES]; /* a sentence; names in it are as they were found: escape it */
	char todo[FINDING_BYTES]; /* what to do about it; may be "" */
};

#define FINDINGS_MAX 128

struct health_verdict {
	size_t count;
	struct health_finding findings[FINDINGS_MAX];
};

void health_judge(const struct health_facts *facts, struct health_verdict *out);

/* The weight of the heaviest; WEIGHT_NOTE when there are only notes or none. */
enum health_weight health_weight_of(const struct health_verdict *v);
/* "healthy", "trouble", "unknown". */
const char *health_weight_name(enum health_weight weight);

/* Seconds without a sign of life after which the daemon is taken to hang. */
#define HEALTH_SILENCE_S 10

#endif

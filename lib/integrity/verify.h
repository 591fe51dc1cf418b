/*
 * Whether a log is what auditd wrote and signed: lines, roots, checkpoints, the chain of keys, its
 * beginning and its end.
 *
 *	struct verify_options o = {.log = "/var/log/audit/audit.log", .key = &key, .now = time(NULL)};
 *	struct verify_result r;
 *	if (verify_run(&o, &r, &e) != 0) ...		-- it cannot be read: no verdict
 *	if (r.verdict == VERIFY_PROVEN) ...
 *
 * Proven is said when every line from r.first to r.end is covered by signatures that go back to a key
 * from outside of `integrity/`, and somebody outside of it vouches for the end; docs/aurum-verify.1 has the
 * rules. What is missing never makes a verdict better.
 *
 * A log may be written, rotated, compressed and pruned meanwhile.
 */
#ifndef AURUM_INTEGRITY_VERIFY_H
#define AURUM_INTEGRITY_VERIFY_H

#include "integrity/evidence.h"

enum verify_verdict { VERIFY_PROVEN, VERIFY_TAMPERED, VERIFY_INCOMPLETE };

/* Who says that the log does not go on behind its end. */
enum verify_end {
	VERIFY_END_OPEN,       /* nobody */
	VERIFY_END_LIVE,       /* a daemon that runs */
	VERIFY_END_STOP,       /* a signed stop, and the host's anchor */
	VERIFY_END_CHECKPOINT, /* a checkpoint that was kept elsewhere */
	VERIFY_END_GIVEN,      /* the caller: lines before a signed size */
};

/* What happened to the lines where they first differ. */
enum verify_change {
	VERIFY_SAME,
	VERIFY_MODIFIED,
	VERIFY_DELETED,
	VERIFY_INSERTED,
	VERIFY_SWAPPED,
	VERIFY_DUPLICATED,
	VERIFY_MOVED,
	VERIFY_TRUNCATED,
	VERIFY_FILE_MISSING,
	VERIFY_FILES_SWAPPED,
	VERIFY_JOINED,
	VERIFY_SPLIT,
	VERIFY_UNKNOWN, /* only the block is known */
};

const char *verify_change_word(enum verify_change c);

/* A checkpoint that was kept elsewhere: the bytes of a signed note. */
struct verify_kept {
	const char *name; /* of its file, for messages */
	struct sv note;
};

struct verify_options {
	const char *log;                  /* path of audit.log */
	const struct seal_vkey *key;      /* from outside of integrity/, or NULL */
	const struct seal_anchor *anchor; /* what the host remembers, or NULL */
	const struct seal_quote_key
		*attest; /* of the host's TPM, or NULL: quotes are not looked at */
	const struct verify_kept *kept;
	size_t kept_count;
	bool has_from, has_to; /* only the lines [from, to) are asked for */
	uint64_t from, to;
	unsigned threads; /* 0: one for each processor */
	uint64_t now;     /* seconds since 1970 */
	/* Told now and then, from one thread; may be NULL. */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

struct verify_result {
	enum verify_verdict verdict;
	enum verify_end ends;
	enum evidence_trust trust;
	bool is_live;
	char origin[SEAL_ORIGIN_MAX];   /* empty: not known */
	uint64_t first, end;            /* lines that are proven: [first, end) */
	uint64_t size;                  /* lines that were signed, since enrolment */
	uint64_t unsealed;              /* lines behind them */
	uint64_t before;                /* lines from before enrolment */
	uint64_t files, bytes;          /* of text that were read */
	uint64_t checkpoints;           /* signatures of checkpoints that hold */
	uint64_t notes, epochs, starts; /* of the chain */
	uint64_t seconds;               /* of the newest note; 0: none */
	struct {
		enum verify_change change;
		bool is_exact;     /* else lines [from, to) are a block that holds it */
		uint64_t from, to; /* indexes of lines as they were signed */
		char file[4096];   /* where it is, or should be; may be empty */
		uint64_t line;     /* in that file, from 1; 0: not known */
	} bad;
	struct doubts doubts;
};

/* 0, or -1: there is no log, it cannot be read, or there is no memory; *e says which. */
MUST_CHECK int verify_run(const struct verify_options *o, struct verify_result *r, struct err *e);

#endif

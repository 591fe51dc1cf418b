/*
 * Which sealed log is meant, and which key from outside of its `integrity/` is known for it.
 *
 *	struct sealed s;
 *	if (sealed_find(&s, &(struct sealed_choice){"aurum", path, LOG_CONFIG_DIR, NULL, NULL}, &e) != 0) ...
 *	options.key = sealed_key(&s);
 *	options.anchor = sealed_anchor(&s);
 */
#ifndef AURUM_COMMON_SEALED_H
#define AURUM_COMMON_SEALED_H

#include "common/log.h"
#include "config/option.h"
#include "integrity/evidence.h"
#include "seal/quote.h"

struct sealed_choice {
	const char *program;
	const char *path;       /* of a log, or a folder with audit.log; NULL: the host's own log */
	const char *config_dir; /* where auditd.conf is */
	const char *key;        /* a vkey, or a file with one; NULL: none */
	const char *anchor_path; /* NULL: the host's anchor, if the log is the host's own */
};

/* Takes an option of sealed.def that chooses a log; false: it is another one. */
MUST_CHECK bool sealed_option(struct sealed_choice *choice, const struct option_hit *hit);

struct sealed {
	char log[LOG_PATH_BYTES];
	bool has_key, has_anchor;
	struct seal_vkey key;
	struct seal_anchor anchor;
	char state_dir[LOG_PATH_BYTES]; /* of the host, if the log is its own; else empty */
};

/* 0, also where neither key nor anchor is known; -1: what was named cannot be read, or there is
 * no libcrypto. */
MUST_CHECK int sealed_find(struct sealed *s, const struct sealed_choice *choice, struct err *e);

/*
 * The key that the host's TPM signs with: of that file, or with NULL the host's, if the log is its own.
 * *out is to be freed; NULL: there is none. -1: it cannot be read.
 */
MUST_CHECK int sealed_attest(const struct sealed *s, const char *path, struct seal_quote_key **out,
			     struct err *e);

/* NULL: there is none. */
static inline const struct seal_vkey *sealed_key(const struct sealed *s)
{
	return s->has_key ? &s->key : NULL;
}

static inline const struct seal_anchor *sealed_anchor(const struct sealed *s)
{
	return s->has_anchor ? &s->anchor : NULL;
}

#endif

/* Two sets of rules side by side: read, compared, printed. For diff, drift and apply. */
#ifndef AURUM_BIN_AURUM_DIFFER_H
#define AURUM_BIN_AURUM_DIFFER_H

#include "aurum/rules.h"
#include "policy/difference.h"

struct side {
	const char *name; /* as it was given */
	struct rule_source source;
	struct target target;
};

/*
 * Reads rules and settings of word: a path, "-" or "kernel". -1 after saying why not, also when a
 * line was bad.
 */
MUST_CHECK int side_read(struct side *s, const char *word, bool trusted_only);
/* The same for the kernel with a socket that is open. */
MUST_CHECK int side_read_kernel(struct side *s, struct audit_control *c, struct err *e);
void side_release(struct side *s);

enum differ_format { DIFFER_TEXT, DIFFER_JSON };
/* "text" or "json"; false, with *out untouched, for other words. */
MUST_CHECK bool differ_format_find(const char *word, enum differ_format *out);

/* Nothing when there is no difference (text), or an object that says so (JSON). */
void differ_put(enum differ_format format, const struct difference *d, const struct side *a,
		const struct side *b, struct buf *out);
/* "2 rules missing, 1 rule more, ..." of what b lacks of a, without a newline. */
void differ_put_summary(const struct difference *d, struct buf *out);

#endif

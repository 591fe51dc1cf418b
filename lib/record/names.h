/*
 * Users, groups and protocols by number and by name, through a bounded cache.
 *
 *	struct names *names = names_new(&names_system, &e);
 *	names_put_user(names, 1000, &out);		-- "alice"
 *	uint32_t uid;
 *	if (names_find_user(names, SV("alice"), &uid)) ...
 *	names_free(names);
 *
 * What is not there is remembered too: a uid without a name, the usual case on a machine that
 * reads the logs of others, is asked for once. An answer stays until it is pushed out by
 * others or names_flush() forgets everything; whoever runs for long flushes when accounts
 * change. The cache is about 100 KiB, is allocated once and never grows.
 *
 * uid 0 and gid 0 are always "root" and 4294967295 is always "unset", as in every audit tool.
 * Not for use by two threads at once. Where the answers come from is a struct name_source, so
 * that tests and those who must not wait for a name service bring their own.
 */
#ifndef AURUM_RECORD_NAMES_H
#define AURUM_RECORD_NAMES_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define NAMES_UNSET    UINT32_MAX
#define NAMES_NAME_MAX 63 /* bytes of a name that are kept, which is what the audit tools print */

/*
 * Each returns true with the answer, false when there is none. A name that comes out is a C
 * string of at most cap - 1 bytes, cut when it is longer. Any of them may be NULL: nothing is
 * known then.
 */
struct name_source {
	bool (*user_name)(void *arg, uint32_t uid, char *out, size_t cap);
	bool (*group_name)(void *arg, uint32_t gid, char *out, size_t cap);
	bool (*protocol_name)(void *arg, uint32_t number, char *out, size_t cap);
	bool (*user_id)(void *arg, const char *name, uint32_t *out);
	bool (*group_id)(void *arg, const char *name, uint32_t *out);
	void (*list)(void *arg, bool groups, struct buf *out); /* see names_list() */
	void *arg;
};

struct names;

/* source is kept by reference. NULL, with a sentence, when there is no memory. */
struct names *names_new(const struct name_source *source, struct err *e);
void names_free(struct names *n);

/* Forgets every answer. */
void names_flush(struct names *n);

/* Forgets the answers "there is none". */
void names_forget_absent(struct names *n);

/* The name, or an empty view when there is none; valid until the next call on n. */
struct sv names_user(struct names *n, uint32_t uid);
struct sv names_group(struct names *n, uint32_t gid);
struct sv names_protocol(struct names *n, uint32_t number);

/* Puts the name or, when there is none, "unknown(N)" with N as a signed number. */
void names_put_user(struct names *n, uint32_t uid, struct buf *out);
void names_put_group(struct names *n, uint32_t gid, struct buf *out);

/* The number of a name; false, with *out untouched, when there is none. "unset" has one. */
MUST_CHECK bool names_find_user(struct names *n, struct sv name, uint32_t *out);
MUST_CHECK bool names_find_group(struct names *n, struct sv name, uint32_t *out);

#define NAMES_LIST_MAX ((size_t)1 << 20)

/*
 * Appends the names of users, or of groups, each with a newline: those that are at hand, for "did you
 * mean". Those of a name service across the network are not.
 */
void names_list(struct names *n, bool groups, struct buf *out);

#endif

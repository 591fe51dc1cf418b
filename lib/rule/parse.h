/*
 * One rule, built from its words: the options -a -A -d -S -F -C -w -W -p -k in the order in
 * which they are written.
 *
 *	struct rule_parser p;
 *	rule_parser_init(&p, &words, &host, &rule, &problems);
 *	rule_parse_list(&p, RULE_APPEND, "always,exit");
 *	rule_parse_calls(&p, "open,close");
 *	if (rule_parse_finish(&p) == 0)
 *		... rule is whole, p.verb says what to do with it
 *
 * Every value must point into one of the words: that is how a problem finds its column. A
 * problem is told at once and parsing goes on; rule_parse_finish() is -1 when there was an error.
 */
#ifndef AURUM_RULE_PARSE_H
#define AURUM_RULE_PARSE_H

#include "rule/words.h"
#include "table/table.h"

/* What a rule's text means differs between hosts; this is all that may differ. */
struct rule_host {
	enum machine machine; /* what b64, b32 and rules without arch mean */
	/* false: there is no such user or group. May be NULL: there are none. */
	bool (*find_user)(void *ctx, struct sv name, uint32_t *uid);
	bool (*find_group)(void *ctx, struct sv name, uint32_t *gid);
	/* A watch on a directory covers what is below it. May be NULL: nothing is a directory. */
	bool (*is_dir)(void *ctx, const char *path);
	void *ctx;
};

enum rule_verb {
	RULE_NONE, /* nothing in the words was about a rule */
	RULE_APPEND,
	RULE_PREPEND,
	RULE_DELETE,
	RULE_OBSOLETE, /* action "possible": a warning was told, there is nothing to do */
};

struct rule_parser {
	const struct rule_words *words;
	const struct rule_host *host;
	struct rule *rule;
	struct problems *problems;
	enum rule_verb verb;
	uint32_t errors_before; /* in problems, at the start */
	enum machine machine;   /* whose system calls the names are */
	bool has_arch, has_calls, is_watch;
	bool can_have_key; /* a call, file, permission or program was given */
	struct rule_place list_at, calls_at, key_at;
	const char *narrow_clash; /* the first call with another number in the 32-bit table */
	struct rule_place narrow_at;
	size_t key_length;
	char key[AUDIT_MAX_KEY_LEN];
};

/* Everything is borrowed and must outlive p; *rule is emptied. */
void rule_parser_init(struct rule_parser *p, const struct rule_words *words,
		      const struct rule_host *host, struct rule *rule, struct problems *problems);

void rule_parse_list(struct rule_parser *p, enum rule_verb verb, const char *value);
void rule_parse_calls(struct rule_parser *p, const char *value);   /* -S */
void rule_parse_field(struct rule_parser *p, const char *value);   /* -F */
void rule_parse_compare(struct rule_parser *p, const char *value); /* -C */
void rule_parse_watch(struct rule_parser *p, enum rule_verb verb, const char *path);
void rule_parse_perms(struct rule_parser *p, const char *value); /* -p */
void rule_parse_key(struct rule_parser *p, const char *value);   /* -k */
MUST_CHECK int rule_parse_finish(struct rule_parser *p);

#endif

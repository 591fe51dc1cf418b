/*
 * A file of expectations about a rule set, for `aurum rules test`: one test a line.
 *
 *	rules ../rules.d
 *	expect key identity: touch /etc/passwd
 *	expect nothing: cat /etc/hostname
 *	expect key user-command as alice login: /usr/bin/id
 *	event recorded.log: key identity
 *
 *	struct expect_file file;
 *	if (expect_read(&file, text, &problems, &e) != 0) ...
 *	for (size_t i = 0; i < file.count; i++)
 *		... file.tests[i].want, file.tests[i].key
 *	expect_release(&file);
 *
 * Words are those of rules files (rule/words.h): blanks separate them, "\ " is a blank inside a
 * word, quotes stand for themselves. The first word that ends in a colon ends the head of a line.
 * A line that starts with "#" is a comment.
 */
#ifndef AURUM_POLICY_EXPECT_H
#define AURUM_POLICY_EXPECT_H

#include "base/arena.h"
#include "rule/problem.h"

enum expect_want {
	EXPECT_NOTHING, /* no rule records anything */
	EXPECT_KEY,     /* a rule with this key does */
	EXPECT_NO_KEY,  /* none with this key does, others may */
};

struct expectation {
	uint32_t line;
	struct sv text; /* the line, without blanks around it */
	enum expect_want want;
	const char *key;   /* NULL for EXPECT_NOTHING */
	const char *log;   /* of "event": the file with the events; else NULL */
	char *const *argv; /* of "expect": the command, at least one word, ended by NULL */
	const char *user;  /* whom the command runs as; NULL: whoever runs the test */
	bool has_login;    /* as if that user had logged in */
};

struct expect_file {
	const char **rules; /* files and folders, as they are written */
	size_t rule_count;
	struct expectation *tests;
	size_t count;
	struct arena memory; /* of all the above */
};

/*
 * Reads text, which is copied. Lines that are wrong are told and left out, and counted in
 * problems->errors. -1 without memory; *file is then released.
 */
MUST_CHECK int expect_read(struct expect_file *file, struct sv text, struct problems *problems,
			   struct err *e);
void expect_release(struct expect_file *file);

/* True when key, the key= of an event, which may be several joined by "\001", has want in it. */
bool expect_key_has(struct sv key, struct sv want);

#endif

/*
 * Who did what, to what, with what, from where, and did it work: an event for a person to read.
 *
 *	const struct story *story = story_of(&normaliser, &deed);
 *	printf("%.*s ...\n", SV_FMT(story->who));
 *
 * It is the part of a deed (record/normalise.h) that is looked for only when somebody asks.
 * Where the columns of csv are what auparse 3.0.9 finds, quirks included, a story is what the
 * records mean: a field inside msg='...' of a user-space record is what the sending program
 * claims, and who is never taken from there while the kernel says more; paths are whole; a
 * rename has its new name however many records there are; an event that the columns cannot tell
 * (io_uring, a lone PATH) has a story too.
 *
 * Every event gives a story, however odd: what the records do not say is an empty view, and an
 * event that no table knows has VERB_LEAVE_RECORD. Verbs, and where their objects are, are rows of
 * normalise.def.
 *
 * All views are bytes that somebody else chose, decoded but not escaped, whatever the
 * interpreter's mode: whoever prints them escapes them (output/terminal.h).
 */
#ifndef AURUM_RECORD_STORY_H
#define AURUM_RECORD_STORY_H

#include "base/sv.h"
#include "record/record.h"

struct deed;
struct normaliser;

/* What was done. */
enum story_verb {
#define VERB(id) VERB_##id,
#include "record/normalise.def"
	STORY_VERBS
};

enum story_actor {
	ACTOR_USER,    /* who is a person's login, acting perhaps somebody else */
	ACTOR_NOLOGIN, /* who is the acting user; nobody logged in for this: a service */
	ACTOR_PROGRAM, /* who is a program that speaks for the system */
	ACTOR_SOMEONE, /* not known yet: before a login, or not recorded; who is empty */
	ACTOR_KERNEL,  /* who is empty */
};

enum story_outcome {
	STORY_UNSAID, /* the records do not tell; usually it was done */
	STORY_DONE,
	STORY_FAILED,   /* error is the errno when it is known */
	STORY_UNDERWAY, /* a call that goes on in the background (connect, EINPROGRESS) */
};

#define STORY_COMMAND_MAX 2048 /* bytes of a command line that are kept */

struct story {
	const struct record *record; /* the one of the event that tells the story */

	enum story_actor actor;
	struct sv who;
	struct sv acting; /* the effective user, when it is not who */

	enum story_verb verb;
	struct sv object; /* a path is absolute unless the records do not say where it starts */
	struct sv second; /* new name, value, signal, ... */
	struct sv detail; /* a remark on the objects */

	struct sv program;      /* path of the executable, else the command's name */
	struct sv terminal;     /* "pts/0" */
	struct sv address;      /* of the other end */
	struct sv key;          /* of the rule; several with KEY_SEPARATOR between */
	uint32_t pid;           /* 0 when not known */
	bool program_is_object; /* the deed is about the program: it ran, it crashed */
	bool object_is_who;     /* a login that worked: who it is for is who did it */
	bool is_fragment;       /* the record that tells the story is missing */

	enum story_outcome outcome;
	int error;
};

/*
 * The story of the deed that normalise() with that normaliser filled last. It is found at the
 * first call and lives in *d, with views that live as long as those of *d. Text that would not
 * fit into memory is left out.
 */
const struct story *story_of(struct normaliser *n, struct deed *d);

#endif

/*
 * Who did what, to what, with what, from where, and did it work: one event as a struct.
 *
 *	struct normaliser n;
 *	struct deed deed;
 *	normaliser_init(&n, names);
 *	normalise(&n, event, &deed);
 *	printf("%.*s %s\n", SV_FMT(deed.who), deed.verb->past);
 *	normaliser_release(&n);
 *
 * Every event gives a deed, however odd: what the records do not say is an empty view, and an
 * event that no table knows has the verb of record/normalise.def's last row. Tables, not code,
 * say what a system call or a record type means; they have room for the 27 object kinds and
 * the verbs that csv output needs.
 *
 * All views are bytes that somebody else chose, decoded but not escaped: whoever prints them
 * escapes them (output/terminal.h). A field inside msg='...' of a user-space record is what the
 * sending program claims; who is never taken from there while the kernel says more.
 */
#ifndef AURUM_RECORD_NORMALISE_H
#define AURUM_RECORD_NORMALISE_H

#include "base/arena.h"
#include "base/buf.h"
#include "record/join.h"
#include "record/names.h"

enum deed_verb_id {
#define VERB(id, past, infinitive, joiner, after) VERB_##id,
#include "record/normalise.def"
	DEED_VERBS
};

struct deed_verb {
	enum deed_verb_id id;
	const char *past;       /* "opened": "alice opened /etc/passwd" */
	const char *infinitive; /* "open"; empty: there is only the past, whatever came of it */
	const char *joiner;     /* before deed.second: "to" */
	const char *after;      /* behind the objects: "for writing" */
};

enum deed_kind {
#define KIND(id, word, fallback) KIND_##id,
#include "record/normalise.def"
	DEED_KINDS
};

/* What to say of an object that the records do not name; may be empty. */
const char *deed_kind_fallback(enum deed_kind kind);
/* The kind in one word: "file", "account"; empty for KIND_NOTHING. */
const char *deed_kind_word(enum deed_kind kind);

enum deed_actor {
	ACTOR_USER,    /* who is a person's login, acting perhaps somebody else */
	ACTOR_NOLOGIN, /* who is the acting user; nobody logged in for this: a service */
	ACTOR_PROGRAM, /* who is a program that speaks for the system */
	ACTOR_SOMEONE, /* not known yet: before a login, or not recorded; who is empty */
	ACTOR_KERNEL,  /* who is empty */
};

enum deed_outcome {
	DEED_UNSAID, /* the records do not tell; usually it was done */
	DEED_DONE,
	DEED_FAILED,   /* error is the errno when it is known */
	DEED_UNDERWAY, /* a call that goes on in the background (connect, EINPROGRESS) */
};

#define DEED_COMMAND_MAX 2048 /* bytes of a command line that are kept */

struct deed {
	struct stamp stamp;
	struct sv node;
	const struct record *record; /* the one of the event that tells the story */

	enum deed_actor actor;
	struct sv who;
	struct sv acting; /* the effective user, when it is not who */

	const struct deed_verb *verb; /* never NULL */
	enum deed_kind kind;
	struct sv object; /* a path is absolute unless the records do not say where it starts */
	struct sv second; /* new name, value, signal, ... */
	struct sv detail; /* a remark on the objects */

	struct sv program;      /* path of the executable, else the command's name */
	struct sv terminal;     /* "pts/0" */
	struct sv address;      /* of the other end */
	struct sv key;          /* of the rule; several with KEY_SEPARATOR between */
	uint32_t pid;           /* 0 when not known */
	bool program_is_object; /* the deed is about the program: it ran, it crashed */
	bool is_fragment;       /* the record that tells the story is missing */

	enum deed_outcome outcome;
	int error;
};

struct normaliser {
	struct names *names; /* borrowed; NULL: numbers stay numbers */
	struct arena arena;
	struct buf scratch;
};

void normaliser_init(struct normaliser *n, struct names *names);
void normaliser_release(struct normaliser *n);

/*
 * Fills *out. Its views are valid until the next call on n or until the event goes, whichever is
 * first. Text that would not fit into memory is left out.
 */
void normalise(struct normaliser *n, const struct event *ev, struct deed *out);

#endif

/*
 * What story.c and its object finders share while they read one event, and the halves of the
 * rows of normalise.def that are theirs. Private to lib/record.
 */
#ifndef AURUM_RECORD_STORY_PARTS_H
#define AURUM_RECORD_STORY_PARTS_H

#include "record/normalise.h"
#include "table/table.h"

/* One event while its story is looked for. */
struct search {
	struct normaliser *n;
	struct interpreter interpreter; /* the normaliser's, but nothing is escaped yet */
	const struct record *records;
	size_t count;
	const struct record *main; /* tells the story */
	const struct record *call; /* SYSCALL or URINGOP; NULL when the event has none */
	struct story *out;
};

/* Where the object of a CALL or TYPE row is; each is a function in story_object.c. */
enum story_finder {
	FIND_NOTHING,
	FIND_PATH,           /* the PATH record that matters; argument: its folder descriptor */
	FIND_PATH_OPEN,      /* the same and what it is opened for; argument: the flags */
	FIND_PATH_OPEN_AT,   /* folder descriptor in argument, flags two behind it */
	FIND_PATH_OPEN_HOW,  /* flags in an OPENAT2 record */
	FIND_PATH_MODE,      /* path and new permissions; argument: the mode */
	FIND_PATH_MODE_AT,   /* folder descriptor in argument, mode two behind it */
	FIND_PATH_OWNER,     /* path and new owner; argument: the user, the group behind it */
	FIND_PATH_OWNER_AT,  /* folder descriptor in argument, user two behind it */
	FIND_PATHS,          /* from and to; argument: folder descriptor, or -1 */
	FIND_COMMAND,        /* the EXECVE record's words */
	FIND_SOCKET_ADDRESS, /* the SOCKADDR record */
	FIND_TARGET,         /* the OBJ_PID record, else the process in argument */
	FIND_TARGET_SIGNAL,  /* the OBJ_PID record; argument: the signal, before it the process */
	FIND_MODULE,         /* the KERN_MODULE record, else the PATH */
	FIND_SYSCALL,        /* the name of the call, when no CALL row knows it */
	FIND_CALLED,         /* the number in the record's own syscall= */
	FIND_FIELD,          /* the fields that the row names */
	FIND_LOGIN,          /* the same; a login that worked needs no object */
	FIND_SETTING,        /* CONFIG_CHANGE: audit_...=new */
	FIND_AVC,            /* who asks a security module for what */
	FIND_CRASH,          /* program and signal */
	FIND_MESSAGE,        /* free text in msg='...' */
	FIND_BODY,           /* the whole text of the record */
	FIND_ALERT,          /* the words of the row */
	FIND_TYPE,           /* the name of the record's type */
};

struct story_place {
	enum story_finder finder;
	int argument;              /* of the system call, or -1 */
	const char *said, *second; /* fields of a TYPE row */
};

/* The half of a TYPE row. */
struct story_type {
	int rank;
	enum story_actor actor;
	enum story_verb verb;
	struct story_place place;
};

/* The half of a CALL row. */
struct story_call {
	enum story_verb verb;
	struct story_place place;
};

/* Sets object, second and detail of s->out, and may replace its verb. */
void story_find_object(struct search *s, const struct story_place *place);

/* The first record of that type, or NULL. */
const struct record *story_record(const struct search *s, uint32_t type);

/*
 * The text of the field, decoded when its type is written in hexadecimal, a user's name for the
 * fields that hold one; empty for "?", "(null)", "(none)" and what is not there. r may be NULL.
 * story_own() looks only at what the kernel wrote, story_said() inside msg='...' first.
 */
struct sv story_own(struct search *s, const struct record *r, const char *name);
struct sv story_said(struct search *s, const struct record *r, const char *name);

/* Number in a field of the kernel's; false when it is not there or not one. */
MUST_CHECK bool story_number(const struct record *r, const char *name, unsigned base,
			     uint64_t *out);

/* Argument a0..a3 of the system call; false for another index or when there is none. */
MUST_CHECK bool story_argument(const struct search *s, int index, uint64_t *out);

/* Both texts as one. */
struct sv story_prefixed(struct search *s, const char *prefix, struct sv text);

/* Keeps what the scratch buffer holds from byte `from` on, and takes it out of the buffer. */
struct sv story_keep(struct search *s, size_t from);

/* The value decoded from hexadecimal when it is all that, else itself. */
struct sv story_decode(struct search *s, const struct field *f);

/* The name of a system call's or io_uring operation's record; NULL when it is not known. */
const char *story_call_name(const struct record *r);

/* ---- story_path.c ---- */

/* The PATH record that is the object rather than its folder; NULL when there is none. */
const struct record *story_best_path(const struct search *s);
/* The path of a PATH record (NULL: empty), as complete as the records allow. */
struct sv story_path(struct search *s, const struct record *r, int descriptor);
/* Object from the best path; descriptor is the argument that holds its folder, or -1. */
void story_find_path_at(struct search *s, int descriptor);

void story_find_path(struct search *s, const struct story_place *place);
void story_find_path_open(struct search *s, const struct story_place *place);
void story_find_path_open_at(struct search *s, const struct story_place *place);
void story_find_path_open_how(struct search *s, const struct story_place *place);
void story_find_path_mode(struct search *s, const struct story_place *place);
void story_find_path_mode_at(struct search *s, const struct story_place *place);
void story_find_path_owner(struct search *s, const struct story_place *place);
void story_find_path_owner_at(struct search *s, const struct story_place *place);
void story_find_paths(struct search *s, const struct story_place *place);

/* ---- story_program.c ---- */

void story_find_command(struct search *s, const struct story_place *place);
void story_find_target(struct search *s, const struct story_place *place);
void story_find_target_signal(struct search *s, const struct story_place *place);
void story_find_crash(struct search *s, const struct story_place *place);

#endif

/*
 * What normalise.c and its object finders share while they read one event. Private to them.
 */
#ifndef AURUM_RECORD_STORY_H
#define AURUM_RECORD_STORY_H

#include "record/normalise.h"
#include "table/table.h"

struct story {
	struct normaliser *n;
	const struct event *ev;
	const struct record *main; /* tells the story */
	const struct record *call; /* SYSCALL or URINGOP; NULL when the event has none */
	struct deed *out;
};

/* Where the object of a CALL or RECORD row is; each is a function in story_object.c. */
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
	int argument;                /* of the system call, or -1 */
	const char *object, *second; /* fields of a RECORD row */
};

/* Sets object, second and detail of s->out, and may replace its verb. */
void story_find_object(struct story *s, const struct story_place *place);

const struct deed_verb *story_verb(enum deed_verb_id id);

/* The first record of that type, or NULL. */
const struct record *story_record(const struct story *s, uint32_t type);

/*
 * The text of the field, decoded when its type is written in hexadecimal, a user's name for the
 * fields that hold one; empty for "?", "(null)", "(none)" and what is not there. r may be NULL.
 * story_own() looks only at what the kernel wrote, story_said() inside msg='...' first.
 */
struct sv story_own(struct story *s, const struct record *r, const char *name);
struct sv story_said(struct story *s, const struct record *r, const char *name);

/* Number in a field of the kernel's; false when it is not there or not one. */
MUST_CHECK bool story_number(const struct record *r, const char *name, unsigned base,
			     uint64_t *out);

/* Argument a0..a3 of the system call; false for another index or when there is none. */
MUST_CHECK bool story_argument(const struct story *s, int index, uint64_t *out);

/* Both texts as one. */
struct sv story_prefixed(struct story *s, const char *prefix, struct sv text);

/* Keeps what the scratch buffer holds from byte `from` on, and takes it out of the buffer. */
struct sv story_keep(struct story *s, size_t from);

/* The value decoded from hexadecimal when it is all that, else itself. */
struct sv story_decode(struct story *s, const struct field *f);

/* ---- story_path.c ---- */

/* The PATH record that is the object rather than its folder; NULL when there is none. */
const struct record *story_best_path(const struct story *s);
/* The path of a PATH record (NULL: empty), as complete as the records allow. */
struct sv story_path(struct story *s, const struct record *r, int descriptor);
/* Object from the best path; descriptor is the argument that holds its folder, or -1. */
void story_find_path_at(struct story *s, int descriptor);

void story_find_path(struct story *s, const struct story_place *place);
void story_find_path_open(struct story *s, const struct story_place *place);
void story_find_path_open_at(struct story *s, const struct story_place *place);
void story_find_path_open_how(struct story *s, const struct story_place *place);
void story_find_path_mode(struct story *s, const struct story_place *place);
void story_find_path_mode_at(struct story *s, const struct story_place *place);
void story_find_path_owner(struct story *s, const struct story_place *place);
void story_find_path_owner_at(struct story *s, const struct story_place *place);
void story_find_paths(struct story *s, const struct story_place *place);

/* ---- story_program.c ---- */

void story_find_command(struct story *s, const struct story_place *place);
void story_find_target(struct story *s, const struct story_place *place);
void story_find_target_signal(struct story *s, const struct story_place *place);
void story_find_crash(struct story *s, const struct story_place *place);

#endif

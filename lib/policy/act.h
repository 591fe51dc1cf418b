/*
 * An act: everything the kernel's filters look at when a process does something, as far as the
 * records of an event tell it.
 *
 *	struct act act;
 *	if (act_read(&act, event->records, event->count, &memory) != 0) ...
 *	if (act_says(&act, ACT_UID)) ... act.numbers[ACT_UID]
 *
 * A recorded event does not say all that the kernel knew: the groups of a process, the path
 * behind a file descriptor, ids that a user's message leaves out. Every value here is either
 * known or not said; filter.h makes of what is not said an answer that is not decided.
 *
 * Records are hostile: a number that is none is not said, and names beyond ACT_NAMES_MAX make
 * the list of names one that is not whole.
 */
#ifndef AURUM_POLICY_ACT_H
#define AURUM_POLICY_ACT_H

#include "base/arena.h"
#include "record/record.h"
#include "table/table.h"

#define ACT_NAMES_MAX 1024

/* Which of the kernel's filters the act went through. */
enum act_kind {
	ACT_CALL,   /* a system call: task, exit, then exclude for each record */
	ACT_URING,  /* an operation of io_uring: io_uring, then exclude */
	ACT_USER,   /* a message from user space: user, then exclude */
	ACT_KERNEL, /* the kernel's own record: exclude alone */
	ACT_DAEMON, /* the audit daemon's own record: no filter at all */
};

enum act_number {
#define NUMBER(id, name, base, field) id,
#include "policy/act.def"
#undef NUMBER
	ACT_NUMBERS
};

/* The kernel's AUDITSC_*: there is no result while a call has not ended, nor for exit(2). */
enum act_result { ACT_NO_RESULT, ACT_SUCCESS, ACT_FAILURE, ACT_RESULT_UNSAID };

/* How a name was used: nametype= of a PATH record. */
enum act_use { ACT_USE_UNKNOWN, ACT_USE_NORMAL, ACT_USE_PARENT, ACT_USE_DELETE, ACT_USE_CREATE };

enum act_path {
	ACT_PATH_NONE, /* the record has no name: a file descriptor was used */
	ACT_PATH_TAIL, /* relative to a directory that is not told */
	ACT_PATH_FULL,
};

/* One of the names that a call looked up, in the kernel's order. */
struct act_name {
	enum act_use use;
	enum act_path known; /* how much of path is */
	struct sv path;      /* without "//", "/./" and "/../"; links in it are not followed */
	bool has_inode;      /* false: there was no such file, and the numbers below are 0 */
	bool is_whole;       /* false: the numbers below are not said */
	uint64_t inode;
	uint32_t dev_major, dev_minor, rdev_major, rdev_minor;
	uint32_t mode; /* as st_mode */
	uint32_t uid, gid;
	struct sv label; /* obj=, as it stands; empty when there is none */
};

struct act {
	enum act_kind kind;
	uint32_t type; /* of the record that says what it is: SYSCALL, URINGOP, else the first */
	struct sv type_name;
	struct stamp stamp;
	struct sv node;
	enum machine machine; /* of arch; MACHINE_URING for ACT_URING */
	bool has_call;        /* call is said */
	uint32_t call;        /* number of the system call or operation */
	uint32_t said;        /* set of 1 << enum act_number */
	uint64_t numbers[ACT_NUMBERS];
	enum act_result result;
	bool has_exit; /* exit is said; only with a result */
	int64_t exit;
	bool has_exe, has_subject, has_cwd;
	struct sv exe;     /* decoded; empty for the kernel's own threads */
	struct sv subject; /* the security label, as it stands */
	struct sv cwd;     /* decoded */
	bool has_family;   /* the call used an address; of family */
	uint32_t family;
	bool has_open_flags; /* openat2's, from its record */
	uint64_t open_flags;
	const struct act_name *names;
	size_t name_count;
	bool has_all_names;    /* false: the record counts more of them */
	const uint32_t *types; /* of all records, in their order */
	size_t type_count;
	/* Records that were written while the call still went on, but for its own operations. */
	size_t calls_at;
	bool has_operation; /* ACT_CALL: it did operations of io_uring itself */
};

/*
 * Fills *out from the records of one event; count is at least 1. Texts are borrowed from the
 * lines or live in memory. 0, or -1 when memory has no room.
 */
MUST_CHECK int act_read(struct act *out, const struct record *records, size_t count,
			struct arena *memory);

static inline bool act_says(const struct act *a, enum act_number n)
{
	return a->said >> n & 1;
}

/* The number that a field of rules asks for; ACT_NUMBERS when it asks for none of them. */
enum act_number act_number_of(uint32_t field);
/* The name of a number in records: "ses". */
const char *act_number_name(enum act_number n);

/*
 * path as it would be from the root: joined to cwd unless it starts with "/", "//", "/./" and
 * "/../" taken out, no "/" at the end. {NULL, 0} when memory has no room. A relative cwd, "" say,
 * gives a relative path.
 */
MUST_CHECK struct sv act_path_join(struct sv cwd, struct sv path, struct arena *memory);

#endif

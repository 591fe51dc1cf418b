/*
 * The one normaliser: which of an event's fields are who, what, to what and how.
 *
 *	struct normaliser n;
 *	struct deed deed;
 *	normaliser_init(&n, &interpreter);
 *	normalise(&n, records, count, NORMALISE_PLAIN, &deed);
 *	deed_put(&n, &deed.value[SLOT_OBJECT], &out);
 *	story_of(&n, &deed)->verb ...
 *	normaliser_release(&n);
 *
 * A deed has two parts. Its columns, found at once, are those of `ausearch --format csv`, the
 * parts of the sentences of `--format text`, and "subject", "action", "object" of json. The words
 * are those of auparse_normalize(3) in 3.0.9, and so are the rules by which fields are chosen
 * (record/trail.h): scripts parse them. Its story, found when somebody asks, is what a person is
 * told (record/story.h). What a record type and a system call mean to both is a row of
 * normalise.def.
 */
#ifndef AURUM_RECORD_NORMALISE_H
#define AURUM_RECORD_NORMALISE_H

#include "base/arena.h"
#include "record/interpret.h"
#include "record/story.h"
#include "record/tail.h"

enum deed_slot {
	SLOT_SESSION,
	SLOT_SUBJECT,
	SLOT_ACTING, /* whom the subject acts as */
	SLOT_SUBJECT_LABEL,
	SLOT_RESULT,
	SLOT_OBJECT,
	SLOT_OBJECT_MORE, /* an inode, a port */
	SLOT_OBJECT_TWO,  /* where it was renamed to, the new mode */
	SLOT_OBJECT_LABEL,
	SLOT_KEY,
	SLOT_COUNT
};

/* A field of the event; record is NULL when there is none. */
struct deed_value {
	const struct record *record;
	struct sv name, raw;
	bool decoded; /* raw is the text itself */
};

/* Text is escaped already, as the interpreter's mode says; constants need no escape. */
struct deed {
	bool told;                /* false: several records, none of them a SYSCALL */
	const char *event_kind;   /* "unknown" when nothing else */
	const char *subject_kind; /* NULL: not known */
	struct sv action;         /* empty: not known */
	const char *object_kind;
	struct sv how;    /* empty: not known */
	struct sv folder; /* cwd= as it stands in the record; empty when the event has none */
	struct deed_value value[SLOT_COUNT];

	const struct record *records; /* of the event */
	size_t count;
	struct story story; /* private to story_of() */
};

enum normalise_detail {
	NORMALISE_PLAIN,
	NORMALISE_LABELS, /* labels too; this also moves where other fields are looked for */
};

struct normaliser {
	struct interpreter *interpreter; /* borrowed */
	struct arena arena;
	struct buf scratch;
	struct tail tail; /* of the record whose values were put last */
	const struct record *tail_of;
};

void normaliser_init(struct normaliser *n, struct interpreter *interpreter);
void normaliser_release(struct normaliser *n);

/*
 * The event's records in their order, at least one. Views in *out are valid until the next call
 * on n or until the records go. Of an event only the first TRAIL_RECORDS_MAX records count.
 */
void normalise(struct normaliser *n, const struct record *records, size_t count,
	       enum normalise_detail detail, struct deed *out);

/* How many of the records make one event of their own: up to and with one that ends an event. */
size_t normalise_span(const struct record *records, size_t count);

/* The value in words, escaped. v->record must not be NULL. */
void deed_put(struct normaliser *n, const struct deed_value *v, struct buf *out);
/* The same; a file's name becomes an absolute path when the event says where it starts. */
void deed_put_path(struct normaliser *n, const struct deed *c, const struct deed_value *v,
		   struct buf *out);

/* The type of the value, by its name and record. */
enum value_type deed_value_type(const struct deed_value *v);

/* The number at the front of the raw value as a C int; -1 when it does not fit a long. */
int deed_value_number(const struct deed_value *v);

/* Whether a SLOT_RESULT value stands for success. */
bool deed_is_success(struct normaliser *n, const struct deed_value *v);

#endif

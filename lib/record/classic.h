/*
 * One event in the words of the classic tools: the columns of `ausearch --format csv`, the
 * parts of the sentences of `--format text`, and "subject", "action", "object" of json.
 *
 *	struct classic_teller teller;
 *	struct classic c;
 *	classic_init(&teller, &interpreter);
 *	classic_tell(&teller, records, count, CLASSIC_PLAIN, &c);
 *	classic_put(&teller, &c.value[CLASSIC_OBJECT], &out);
 *	classic_release(&teller);
 *
 * The words are those of auparse_normalize(3) in 3.0.9, and so are the rules by which fields are
 * chosen (record/trail.h): scripts parse them. For people the same event has a story, which is found
 * when it is asked for: story_of(), record/story.h. What a record type and a system call mean is
 * in classic.def.
 */
#ifndef AURUM_RECORD_CLASSIC_H
#define AURUM_RECORD_CLASSIC_H

#include "base/arena.h"
#include "record/interpret.h"
#include "record/story.h"
#include "record/tail.h"

enum classic_slot {
	CLASSIC_SESSION,
	CLASSIC_SUBJECT,
	CLASSIC_ACTING, /* whom the subject acts as */
	CLASSIC_SUBJECT_LABEL,
	CLASSIC_RESULT,
	CLASSIC_OBJECT,
	CLASSIC_OBJECT_MORE, /* an inode, a port */
	CLASSIC_OBJECT_TWO,  /* where it was renamed to, the new mode */
	CLASSIC_OBJECT_LABEL,
	CLASSIC_KEY,
	CLASSIC_SLOTS
};

/* A field of the event; record is NULL when there is none. */
struct classic_value {
	const struct record *record;
	struct sv name, raw;
	bool decoded; /* raw is the text itself */
};

/* Text is escaped already, as the interpreter's mode says; constants need no escape. */
struct classic {
	bool told;                /* false: several records, none of them a SYSCALL */
	const char *event_kind;   /* "unknown" when nothing else */
	const char *subject_kind; /* NULL: not known */
	struct sv action;         /* empty: not known */
	const char *object_kind;
	struct sv how;    /* empty: not known */
	struct sv folder; /* cwd= as it stands in the record; empty when the event has none */
	struct classic_value value[CLASSIC_SLOTS];

	/* Private to story_of(). */
	const struct record *records;
	size_t count;
	struct story story;
};

enum classic_detail {
	CLASSIC_PLAIN,
	CLASSIC_LABELS, /* labels too; this also moves where other fields are looked for */
};

struct classic_teller {
	struct interpreter *interpreter; /* borrowed */
	struct arena arena;
	struct buf scratch;
	struct tail tail; /* of the record whose values were put last */
	const struct record *tail_of;
};

void classic_init(struct classic_teller *t, struct interpreter *interpreter);
void classic_release(struct classic_teller *t);

/*
 * The event's records in their order, at least one. Views in *out are valid until the next call
 * on t or until the records go. Of an event only the first TRAIL_RECORDS_MAX records count.
 */
void classic_tell(struct classic_teller *t, const struct record *records, size_t count,
		  enum classic_detail detail, struct classic *out);

/* How many of the records make one event of their own: up to and with one that ends an event. */
size_t classic_span(const struct record *records, size_t count);

/* The value in words, escaped. v->record must not be NULL. */
void classic_put(struct classic_teller *t, const struct classic_value *v, struct buf *out);
/* The same; a file's name becomes an absolute path when the event says where it starts. */
void classic_put_path(struct classic_teller *t, const struct classic *c,
		      const struct classic_value *v, struct buf *out);

/* The type of the value, by its name and record. */
enum value_type classic_type(const struct classic_value *v);

/* The number at the front of the raw value as a C int; -1 when it does not fit a long. */
int classic_number(const struct classic_value *v);

/* Whether a CLASSIC_RESULT value stands for success. */
bool classic_is_success(struct classic_teller *t, const struct classic_value *v);

#endif

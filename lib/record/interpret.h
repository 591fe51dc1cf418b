/*
 * Numbers to words: the one interpreter of records, for every tool.
 *
 *	struct interpreter ip;
 *	interpreter_init(&ip, names, ESCAPE_TTY);
 *	interpret_record(&ip, &record, &out);		-- the line that `ausearch -i` prints
 *	interpret_value(&ip, &record, &field, &out);	-- one value of it: "alice"
 *
 * What a value means depends on the field's name, the record's type, and for arguments on the
 * machine and the system call, so the record is always at hand. Names that auditd looked up
 * when it wrote the record (the enriched tail) win over this machine's.
 *
 * Both give the bytes that Debian's ausearch 3.0.9 gives, but for the rows of
 * docs/differences.md. Text that another program chose is never trusted: control bytes are
 * escaped in every mode but ESCAPE_RAW, wherever they stand.
 */
#ifndef AURUM_RECORD_INTERPRET_H
#define AURUM_RECORD_INTERPRET_H

#include "record/escape.h"
#include "record/names.h"
#include "record/record.h"
#include "record/tail.h"
#include "table/table.h"

struct interpreter {
	struct names *names; /* borrowed */
	enum escape_mode escape;
	/* The text of the last second that was printed: localtime(3) is slow, logs are dense. */
	int64_t clock_sec;
	size_t clock_length;
	char clock[64];
};

void interpreter_init(struct interpreter *ip, struct names *names, enum escape_mode escape);

/*
 * How a field of a record is interpreted: by its name, corrected for the few names that mean
 * something else in some types of record (flags= in PATH, a0= in EXECVE, fp= in CRYPTO_KEY_USER,
 * ...). raw is the value as it stands in the record, quotes included.
 */
enum value_type interpret_type(uint32_t record_type, struct sv name, struct sv raw);

/*
 * Puts what a value means; a value of no known type is put as it is. f must be a field of r.
 * A field from the enriched tail gives its own text.
 */
void interpret_value(struct interpreter *ip, const struct record *r, const struct field *f,
		     struct buf *out);

struct reading;

/* The system call that a record is about, and what else its values need to know of it. */
struct call {
	bool is_rule;         /* FANOTIFY: fan_info= is the number of a rule */
	bool known;           /* the record is of a type that has one */
	enum machine machine; /* this one's when the record names none or one that we do not know */
	uint32_t nr;          /* UINT32_MAX when the record has none */
	const char *name;     /* NULL when not known */
	const struct reading *const *arguments; /* of its four; NULL when none has words */
	uint64_t a0, a1;                        /* 0 when the record has none */
};

/* What all values of a record need of it, for those who interpret more than one. */
struct interpret_context {
	const struct record *record;
	struct call call;
	struct tail tail;
};

void interpret_context_init(struct interpret_context *c, const struct record *r);

/*
 * As interpret_value(), f a field of the context's record; before is how many fields of its name
 * stand before it in the record. It counts only where the context's tail has that name.
 */
void interpret_field(struct interpreter *ip, const struct interpret_context *c,
		     const struct field *f, size_t before, struct buf *out);

/*
 * Puts the record as one line in words, with its newline; times are in the local zone, in the
 * locale's date format. A record whose text has no fields, or ends in a list, gets a second,
 * empty line after it, as the reference prints it.
 */
void interpret_record(struct interpreter *ip, const struct record *r, struct buf *out);

#endif

/* What normalise.c and the parts of its story share while they tell one event. Private to them. */
#ifndef AURUM_RECORD_NORMALISE_PARTS_H
#define AURUM_RECORD_NORMALISE_PARTS_H

#include "record/normalise.h"
#include "record/story_parts.h"
#include "record/trail.h"

struct telling;
typedef void (*normalise_step)(struct telling *s);

/* What a record type says: a TYPE row of normalise.def. */
struct normalise_type_row {
	uint32_t type;
	const char *action; /* NULL: none */
	const char *object_kind;
	struct sv object, instead; /* fields: the object, or else this one */
	struct sv more, two;
	struct story_type story;
};

/* What a system call, or a record beside it, stands for: a DEED row. */
struct normalise_deed_row {
	const char *action, *object_kind;
	normalise_step steps[4];
};

/* A CALL row. */
struct normalise_call_row {
	struct sv name;
	const struct normalise_deed_row *deed;
	uint32_t path;       /* number of the record that should be the object's PATH */
	uint32_t two_record; /* and of the second object's */
	struct sv two;       /* its field; empty: there is none */
	unsigned identities; /* setresuid() sets 3 */
	struct story_call story;
};

/* The labels of one side are looked for among its attributes, up to one that is not there. */
struct normalise_label {
	struct sv name;
	bool broken;
	struct trail_place place;
};

struct telling {
	struct normaliser *n;
	struct trail w;
	struct deed *out;
	enum normalise_detail detail;
	const struct normalise_type_row *type; /* of the first record */
	const struct normalise_call_row *call; /* never NULL while a DEED's steps run */
	struct sv call_name;
	uint32_t call_record;
	int success; /* of the call: 1, 0, -1 not said */
	struct trail_place place[SLOT_COUNT];
	struct normalise_label subject_label, object_label;
};

/* ---- normalise.c ---- */

const struct normalise_type_row *normalise_find_type(uint32_t type);

/* The words of the field the walk is at, kept for the event. */
struct sv normalise_words(struct telling *s);
/* Searches; when found, slot is the field, counted as one of `record`. */
bool normalise_take(struct telling *s, enum deed_slot slot, struct sv name, uint32_t record);
/* The same, in the record where it is found. */
bool normalise_take_here(struct telling *s, enum deed_slot slot, struct sv name);
void normalise_add_label(struct telling *s, struct normalise_label *label,
			 struct trail_place place);
/* Adds the field as an attribute; when it is not found goes to the front of the record. */
bool normalise_attribute(struct telling *s, struct normalise_label *label, struct sv name,
			 uint32_t record);
void normalise_action(struct telling *s, const char *action);
/* The program: exe=, or comm= for a script. The walk stands at what it found. */
void normalise_how(struct telling *s);
/* When the walk is at an exe= that is an interpreter, goes to the comm= in front of it; true then. */
bool normalise_to_script(struct telling *s, struct sv exe);
/* What kind of user the field is that the walk is at. */
void normalise_subject_kind(struct telling *s);
void normalise_session(struct telling *s, uint32_t record);
/* The field that a CONFIG_CHANGE record sets, as a place in the first record. */
void normalise_setting(struct telling *s);

/* ---- normalise_single.c, normalise_call.c ---- */

/* An event of one record. */
void normalise_single(struct telling *s);
const struct normalise_call_row *normalise_find_call(struct sv name);
/* What the system call did, with the help of the records beside it. */
void normalise_call(struct telling *s);

#endif

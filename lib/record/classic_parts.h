/* What classic.c and the parts of its story share while they tell one event. Private to them. */
#ifndef AURUM_RECORD_CLASSIC_PARTS_H
#define AURUM_RECORD_CLASSIC_PARTS_H

#include "record/classic.h"
#include "record/story_parts.h"
#include "record/trail.h"

struct classic_story;
typedef void (*classic_step)(struct classic_story *s);

/* What a record type says: a TYPE row of classic.def. */
struct classic_type_row {
	uint32_t type;
	const char *action; /* NULL: none */
	const char *object_kind;
	struct sv object, instead; /* fields: the object, or else this one */
	struct sv more, two;
	struct story_type story;
};

/* What a system call, or a record beside it, stands for: a DEED row. */
struct classic_deed_row {
	const char *action, *object_kind;
	classic_step steps[4];
};

/* A CALL row. */
struct classic_call_row {
	struct sv name;
	const struct classic_deed_row *deed;
	uint32_t path;       /* number of the record that should be the object's PATH */
	uint32_t two_record; /* and of the second object's */
	struct sv two;       /* its field; empty: there is none */
	unsigned identities; /* setresuid() sets 3 */
	struct story_call story;
};

/* The labels of one side are looked for among its attributes, up to one that is not there. */
struct classic_label {
	struct sv name;
	bool broken;
	struct trail_place place;
};

struct classic_story {
	struct classic_teller *t;
	struct trail w;
	struct classic *out;
	enum classic_detail detail;
	const struct classic_type_row *type; /* of the first record */
	const struct classic_call_row *call; /* never NULL while a DEED's steps run */
	struct sv call_name;
	uint32_t call_record;
	int success; /* of the call: 1, 0, -1 not said */
	struct trail_place place[CLASSIC_SLOTS];
	struct classic_label subject_label, object_label;
};

/* ---- classic.c ---- */

const struct classic_type_row *classic_find_type(uint32_t type);

/* The words of the field the walk is at, kept for the event. */
struct sv classic_words(struct classic_story *s);
/* Searches; when found, slot is the field, counted as one of `record`. */
bool classic_take(struct classic_story *s, enum classic_slot slot, struct sv name, uint32_t record);
/* The same, in the record where it is found. */
bool classic_take_here(struct classic_story *s, enum classic_slot slot, struct sv name);
void classic_add_label(struct classic_story *s, struct classic_label *label,
		       struct trail_place place);
/* Adds the field as an attribute; when it is not found goes to the front of the record. */
bool classic_attribute(struct classic_story *s, struct classic_label *label, struct sv name,
		       uint32_t record);
void classic_action(struct classic_story *s, const char *action);
/* The program: exe=, or comm= for a script. The walk stands at what it found. */
void classic_how(struct classic_story *s);
/* When the walk is at an exe= that is an interpreter, goes to the comm= in front of it; true then. */
bool classic_to_script(struct classic_story *s, struct sv exe);
/* What kind of user the field is that the walk is at. */
void classic_subject_kind(struct classic_story *s);
void classic_session(struct classic_story *s, uint32_t record);
/* The field that a CONFIG_CHANGE record sets, as a place in the first record. */
void classic_setting(struct classic_story *s);

/* ---- classic_simple.c, classic_call.c ---- */

/* An event of one record. */
void classic_simple(struct classic_story *s);
const struct classic_call_row *classic_find_call(struct sv name);
/* What the system call did, with the help of the records beside it. */
void classic_call(struct classic_story *s);

#endif

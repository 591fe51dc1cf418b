/*
 * Inside lib/query: one event while it is asked. Whatever is found out about it is kept until the next
 * one: the words of its records, what the normaliser says, its working directory.
 */
#ifndef AURUM_QUERY_LANG_MATCH_H
#define AURUM_QUERY_LANG_MATCH_H

#include "query/lang_accept.h"
#include "record/normalise.h"

#define LANG_RECORDS_KEPT 64 /* records whose words are kept; those of others are read again */

struct lang_words_kept {
	struct expression_matcher m;
	const struct record *record; /* that its words are of, in this event; NULL: none */
};

struct lang_matcher {
	const struct lang *l;
	struct lang_asker asker;
	struct interpreter for_reference; /* as audisp-filter reads values */
	struct lang_words_kept *kept;     /* LANG_RECORDS_KEPT of them, and one for the rest */
	size_t kept_count;                /* that were used so far */

	const struct event *event;
	struct normaliser normaliser;
	struct deed deed;
	bool has_deed;
	struct buf line, cwd; /* scratch, and the working directory */
	bool has_cwd, knows_cwd;
	bool is_broken; /* it cannot be asked */
	char problem[256];
};

/* What the values of a comparison come to. */
struct lang_verdict {
	bool is_there, fits;
};

/* The record's words; NULL when there is no memory. */
struct expression_matcher *lang_words(struct lang_matcher *m, size_t record);

/* Offers one text to the comparison or `has`; true when nothing more has to be asked. */
bool lang_offer(struct lang_matcher *m, const struct lang_node *n, struct sv text,
		struct lang_verdict *v);

/* The first field of the name in that record. */
void lang_ask_field(struct lang_matcher *m, const struct lang_node *n, struct sv name,
		    size_t record, struct lang_verdict *v);

/* lang_subject.c: a virtual field, of one record or of the event. */
void lang_ask_record(struct lang_matcher *m, const struct lang_node *n, size_t record,
		     struct lang_verdict *v);
void lang_ask_event(struct lang_matcher *m, const struct lang_node *n, struct lang_verdict *v);

/* The names of the fields that a virtual one is made of; NULL for others. */
const struct sv *lang_subject_fields(enum lang_subject s, size_t *count);

/* The field is an address of a socket, by its name and record. */
bool lang_is_socket(struct lang_matcher *m, size_t record, const struct trail_field *f);

/* ---- lang_path.c ---- */

void lang_ask_paths(struct lang_matcher *m, const struct lang_node *n, struct lang_verdict *v);

/*
 * A file as PATH calls it and the event's working directory, as one path: "." is the directory, a name
 * is behind it, and where the name climbs "." and ".." are followed. One slash at the end goes.
 */
void lang_put_path(struct sv cwd, struct sv name, struct buf *out);

/* Some part of it is "..", and it does not end in dots: then nobody could tell its last part. */
bool lang_path_climbs(struct sv name);

#endif

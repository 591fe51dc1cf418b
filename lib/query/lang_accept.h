/*
 * Inside lib/query: whether a value is what a comparison asks for. Without a record: this is what
 * demands (lang_demand.c) and the matcher (lang_match.c) have in common, so that both say the same.
 */
#ifndef AURUM_QUERY_LANG_ACCEPT_H
#define AURUM_QUERY_LANG_ACCEPT_H

#include "query/lang_parts.h"

/* What asking writes. */
struct lang_asker {
	pcre2_match_data *match; /* made when it is first needed */
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	struct interpreter interpreter; /* names may be NULL: then what needs them has none */
	struct buf text;
	const struct lang_test *failed; /* a pattern that could not be asked, or NULL; */
	int error;                      /* why, in PCRE2's numbers */
	bool is_short;                  /* of memory */
};

void lang_asker_init(struct lang_asker *a, struct names *names);
void lang_asker_release(struct lang_asker *a);

/* Whether one of the comparison's tests accepts the text. */
bool lang_accepts_text(const struct lang_node *n, struct sv text, struct lang_asker *a);

/* The same for the name that a user or group has in the enriched tail: numbers do not ask for it. */
bool lang_accepts_name(const struct lang_node *n, struct sv text, struct lang_asker *a);

/* Whether what compares so with what is asked for (below 0, 0, above) fits; LANG_MATCH as LANG_EQ. */
bool lang_order_fits(enum lang_order order, int is);

/* A number is what is asked for. */
bool lang_accepts_number(const struct lang_node *n, struct lang_number number);

/* An address, perhaps with a name instead. */
bool lang_accepts_address(const struct lang_node *n, struct sv text, struct lang_asker *a);

#define LANG_ADDRESS_MAX 46 /* INET6_ADDRSTRLEN */

/* The internet address of a struct sockaddr in hexadecimal digits, in words; false when it is none. */
bool lang_socket_address(struct sv raw, char out[LANG_ADDRESS_MAX]);

/* A value as it stands in a record, without its quotes. */
struct sv lang_unquoted(struct sv raw);

/*
 * A field's value as it stands in the record: by itself, before it is put in words. type: of the
 * field in its record.
 */
bool lang_accepts_raw(const struct lang_node *n, enum value_type type, struct sv raw,
		      struct lang_asker *a);

enum lang_words {
	LANG_WORDS_NONE,   /* the value is compared as it stands */
	LANG_WORDS_ALONE,  /* its words are those of name and value: lang_accepts_words() */
	LANG_WORDS_RECORD, /* its words depend on its record */
};

/* Whether and how values of that field are compared in words, too. */
enum lang_words lang_words_of(const struct lang_node *n, struct sv name);

/* The words of a field of LANG_WORDS_ALONE. */
bool lang_accepts_words(const struct lang_node *n, struct sv name, struct sv raw,
			struct lang_asker *a);

/* a0, a12, a2[0]: a word of EXECVE records, a number in others. */
bool lang_is_argument(struct sv name);

/* A system call by name, of its number on that machine. */
bool lang_accepts_call(const struct lang_node *n, enum machine machine, struct sv raw,
		       struct lang_asker *a);

/* Users, groups and system calls: the enriched tail has names for them. */
bool lang_has_name(enum value_type type);

/* A user or group by name, of a value that is a number; gid: it is a group. */
bool lang_accepts_id(const struct lang_node *n, bool gid, struct sv raw);

/* Number of a raw value; false when it is none. */
bool lang_number_of(enum value_type type, struct sv raw, struct lang_number *out);

#endif

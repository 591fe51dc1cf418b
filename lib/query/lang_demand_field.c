/*
 * A field of a record: what it says by itself, in words, and by the name in its tail.
 *
 *	auid = alice	ANY(auid is 1000, not exact; AUID is alice)
 */
#include "query/lang_demand.h"

#include "base/num.h"
#include "record/escape.h"

/* ---- what a value says ---- */

/* Several keys stand in one field, which is in hexadecimal then (record/trail.c). */
static bool accepts_keys(const struct lang_node *n, struct sv raw, struct lang_asker *a)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(raw.n + 2);
	struct sv rest, key;

	if (!decode_bytes(raw, &text))
		return lang_accepts_text(n, SV_EMPTY, a);
	rest = buf_view(&text);
	rest = sv_head(rest, sv_index(rest, '\0'));
	while (rest.n) {
		(void)sv_cut(rest, KEY_SEPARATOR, &key, &rest);
		if (key.n && lang_accepts_text(n, key, a))
			return true;
	}
	return false;
}

static bool is_several(struct sv name, struct sv raw)
{
	return sv_eq(name, SV("key")) && raw.n && raw.p[0] != '(' && raw.p[0] != '"';
}

/* As lang_match.c's value_fits() for fields whose words do not depend on the record. */
static bool field_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			  struct lang_asker *a)
{
	if (is_several(name, raw))
		return accepts_keys(n, raw, a);
	if (lang_accepts_raw(n, field_value_type(name), raw, a))
		return true;
	return lang_words_of(n, name) == LANG_WORDS_ALONE && lang_accepts_words(n, name, raw, a);
}

bool lang_demand_accepts_field(const void *arg, struct sv raw)
{
	return lang_demand_ask(arg, raw, field_accepts);
}

static bool name_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			 struct lang_asker *a)
{
	struct sv text = lang_unquoted(raw);

	(void)name;
	return !sv_starts(text, SV("unknown")) && lang_accepts_name(n, text, a);
}

/* A name that auditd left in the tail. */
static bool accepts_name(const void *arg, struct sv raw)
{
	return lang_demand_ask(arg, raw, name_accepts);
}

/* A name at all. */
bool lang_demand_accepts_any_name(const void *arg, struct sv raw)
{
	(void)arg;
	return !sv_starts(lang_unquoted(raw), SV("unknown"));
}

static bool accepts_id(const void *arg, struct sv raw)
{
	const struct lang_leaf *leaf = arg;

	return lang_accepts_id(leaf->n, false, raw) || lang_accepts_id(leaf->n, true, raw);
}

/* On that machine it is the number of a call with such a name. */
static bool accepts_call(const void *arg, struct sv raw)
{
	const struct lang_leaf *leaf = arg;
	CLEANUP(lang_asker_release) struct lang_asker a;
	bool yes;

	lang_asker_init(&a, NULL);
	yes = lang_accepts_call(leaf->n, leaf->machine, raw, &a);
	return yes || a.failed || a.is_short;
}

/* A record that says that machine. */
static bool accepts_machine(const void *arg, struct sv raw)
{
	const struct lang_leaf *leaf = arg;
	uint64_t arch;

	return num_hex64(raw, &arch) && arch <= UINT32_MAX &&
	       machine_of_arch((uint32_t)arch) == leaf->machine;
}

/* Of a program's arguments: as they stand, or decoded. Numbers of a system call may have any words. */
static bool argument_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			     struct lang_asker *a)
{
	(void)name;
	if (lang_accepts_raw(n, VALUE_A0, raw, a) ||
	    lang_accepts_raw(n, VALUE_UNCLASSIFIED, raw, a) || !sv_starts(raw, SV("\"")))
		return true;
	buf_reset(&a->text);
	decode_put(raw, &a->text);
	return a->text.failed || lang_accepts_text(n, buf_view(&a->text), a);
}

static bool accepts_argument(const void *arg, struct sv raw)
{
	return lang_demand_ask(arg, raw, argument_accepts);
}

/* ---- what is asked for ---- */

static bool is_encoded(enum value_type type)
{
	return type == VALUE_ESCAPED || type == VALUE_ESCAPED_FILE || type == VALUE_ESCAPED_KEY;
}

/* Names, globs and patterns: they ask for the name in the tail. */
static bool has_names(const struct lang_node *n)
{
	for (size_t i = 0; i < n->test_count; i++)
		if (!n->tests[i].is_id_number)
			return n->order == LANG_EQ || n->order == LANG_MATCH;
	return false;
}

static bool has_ids(const struct lang_node *n)
{
	for (size_t i = 0; i < n->test_count; i++)
		if (n->tests[i].has_id || n->tests[i].has_gid)
			return true;
	return false;
}

/* Users and groups, by what stands there, by number, and by the name in the tail. */
static struct demand *make_id(struct lang_maker *k, const struct lang_node *n, struct sv name)
{
	struct demand *any = lang_demand_make(k, DEMAND_ANY), *d;

	if (lang_words_of(n, name) != LANG_WORDS_NONE) {
		/* A pattern is held against names that only the matcher knows. */
		lang_demand_hang(any, lang_demand_leaf(k, DEMAND_FIELD, n, name,
						       lang_demand_accepts_any, false));
	} else {
		d = lang_demand_leaf(k, DEMAND_FIELD, n, name, lang_demand_accepts_field, true);
		lang_demand_set_values(k, d, n);
		lang_demand_hang(any, d);
	}
	if (has_ids(n))
		lang_demand_hang(any,
				 lang_demand_leaf(k, DEMAND_FIELD, n, name, accepts_id, false));
	if (has_names(n)) {
		d = lang_demand_leaf(k, DEMAND_FIELD, n, lang_demand_upper(k, name), accepts_name,
				     true);
		lang_demand_set_values(k, d, n);
		lang_demand_hang(any, d);
	}
	return any;
}

static struct demand *make_of_machine(struct lang_maker *k, const struct lang_node *n,
				      struct sv name, demand_accepts_fn accepts,
				      enum machine machine)
{
	struct demand *d = lang_demand_leaf(k, DEMAND_FIELD, n, name, accepts, false);
	struct lang_leaf *leaf;

	if (!d)
		return NULL;
	leaf = lang_demand_room(k, sizeof(*leaf));
	if (leaf)
		*leaf = (struct lang_leaf){n, name, machine};
	d->arg = leaf;
	return d;
}

/*
 * System calls: as they stand, by the name in the tail, and by number, which means another call on each
 * machine. A record of a machine that is not known is read as one of this.
 */
static struct demand *make_call(struct lang_maker *k, const struct lang_node *n, struct sv name)
{
	struct demand *any = lang_demand_make(k, DEMAND_ANY), *all;

	lang_demand_hang(
		any, lang_demand_leaf(k, DEMAND_FIELD, n, name, lang_demand_accepts_field, true));
	if (!has_names(n))
		return any;
	lang_demand_hang(any, lang_demand_leaf(k, DEMAND_FIELD, n, lang_demand_upper(k, name),
					       accepts_name, true));
	if (!sv_eq(name, SV("syscall"))) {
		lang_demand_hang(any, make_of_machine(k, n, name, accepts_call, MACHINE_URING));
		return any;
	}
	lang_demand_hang(any, make_of_machine(k, n, name, accepts_call, machine_native()));
	for (enum machine m = 0; m < MACHINE_URING; m++) {
		if (m == machine_native())
			continue;
		all = lang_demand_make(k, DEMAND_ALL);
		lang_demand_hang(all, make_of_machine(k, n, SV("arch"), accepts_machine, m));
		lang_demand_hang(all, make_of_machine(k, n, name, accepts_call, m));
		lang_demand_hang(any, all);
	}
	return any;
}

static struct demand *make_by_record(struct lang_maker *k, const struct lang_node *n,
				     struct sv name)
{
	if (lang_is_argument(name))
		return lang_demand_leaf(k, DEMAND_FIELD, n, name, accepts_argument, false);
	return lang_demand_leaf(k, DEMAND_FIELD, n, name, lang_demand_accepts_any, false);
}

struct demand *lang_demand_of_field(struct lang_maker *k, const struct lang_node *n, struct sv name)
{
	enum value_type type = field_value_type(name);
	struct demand *d;

	if (type == VALUE_UID || type == VALUE_GID)
		return make_id(k, n, name);
	if (type == VALUE_SYSCALL)
		return make_call(k, n, name);
	if (lang_words_of(n, name) == LANG_WORDS_RECORD)
		return make_by_record(k, n, name);
	/* What is a number there is a text here. */
	if (lang_is_argument(name))
		return lang_demand_leaf(k, DEMAND_FIELD, n, name, accepts_argument, false);
	d = lang_demand_leaf(k, DEMAND_FIELD, n, name, lang_demand_accepts_field, true);
	if (type == VALUE_UNCLASSIFIED || type == VALUE_SESSION || type == VALUE_ADDR ||
	    is_encoded(type))
		lang_demand_set_values(k, d, n);
	if (type == VALUE_ADDR || type == VALUE_MAC_LABEL || is_encoded(type) ||
	    sv_eq(name, SV("hostname")))
		lang_demand_set_parts(k, d, n, '\0', false);
	return d;
}

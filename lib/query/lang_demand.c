/*
 * From a query to what an index can be asked (index/demand.h). A comparison becomes a leaf for each
 * field that it looks at; what a value means is asked of it by lang_accept.c, as the matcher does. A
 * leaf that knows less than the matcher, which sees the record, lets more through and is not exact:
 *
 *	auid = alice		ANY(auid is 1000, not exact; AUID is alice)
 *	a = 1 && b = 2		ALL(a is 1, b is 2), not exact: of one record
 *	path = /etc/shadow	ANY(name ends in shadow, path is /etc/shadow, ...)
 */
#include "query/lang_accept.h"
#include "query/lang_match.h"
#include "query/lang_plan.h"

#include "base/num.h"
#include "record/escape.h"

#define LABEL_MAX  ((size_t)256)
#define VALUES_MAX 64

/* What a leaf asks of a value. */
struct leaf {
	const struct lang_node *n;
	struct sv name; /* of the field */
	enum machine machine;
};

struct maker {
	struct lang *l;
	bool failed;     /* no memory */
	bool is_inexact; /* what is made is not what the query says: of one record, several things */
	bool of_record;  /* what is made is of one record: "not" says nothing of the others */
};

static void *room(struct maker *k, size_t n)
{
	void *p = arena_alloc(&k->l->memory, n);

	k->failed |= !p;
	if (p)
		memset(p, 0, n);
	return p;
}

static struct demand *make(struct maker *k, enum demand_kind kind)
{
	struct demand *d = demand_new(&k->l->memory, kind);

	k->failed |= !d;
	return d;
}

static void hang(struct demand *parent, struct demand *child)
{
	if (parent && child)
		demand_add(parent, child);
}

static struct sv label_of(struct maker *k, const struct lang_node *n, struct sv name)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(LANG_TEXT_MAX * 8);

	lang_put_asked(n, name, &text);
	return arena_copy(&k->l->memory, sv_head(buf_view(&text), LABEL_MAX));
}

static struct demand *make_leaf(struct maker *k, enum demand_kind kind, const struct lang_node *n,
				struct sv name, demand_accepts_fn accepts, bool is_exact)
{
	struct demand *d = make(k, kind);
	struct leaf *leaf = room(k, sizeof(*leaf));

	if (!d || !leaf)
		return NULL;
	*leaf = (struct leaf){n, name, MACHINE_UNKNOWN};
	d->field = kind == DEMAND_FIELD ? name : SV_EMPTY;
	d->accepts = accepts;
	d->arg = leaf;
	d->is_exact = is_exact && !k->is_inexact;
	d->label = label_of(k, n, name);
	return d;
}

/* ---- what a value says ---- */

static bool accepts_any(const void *arg, struct sv raw)
{
	(void)arg;
	(void)raw;
	return true;
}

static bool accepts_some(const void *arg, struct sv raw)
{
	(void)arg;
	return raw.n > 0;
}

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

/* Asks with an asker of its own; what could not be asked may fit. */
static bool ask(const struct leaf *leaf, struct sv raw,
		bool (*accepts)(const struct lang_node *n, struct sv name, struct sv raw,
				struct lang_asker *a))
{
	CLEANUP(lang_asker_release) struct lang_asker a;
	bool yes;

	lang_asker_init(&a, NULL);
	yes = accepts(leaf->n, leaf->name, raw, &a);
	return yes || a.failed || a.is_short;
}

static bool accepts_field(const void *arg, struct sv raw)
{
	return ask(arg, raw, field_accepts);
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
	return ask(arg, raw, name_accepts);
}

/* A name at all. */
static bool accepts_any_name(const void *arg, struct sv raw)
{
	(void)arg;
	return !sv_starts(lang_unquoted(raw), SV("unknown"));
}

static bool accepts_id(const void *arg, struct sv raw)
{
	const struct leaf *leaf = arg;

	return lang_accepts_id(leaf->n, false, raw) || lang_accepts_id(leaf->n, true, raw);
}

/* On that machine it is the number of a call with such a name. */
static bool accepts_call(const void *arg, struct sv raw)
{
	const struct leaf *leaf = arg;
	CLEANUP(lang_asker_release) struct lang_asker a;
	bool yes;

	lang_asker_init(&a, NULL);
	yes = lang_accepts_call(leaf->n, leaf->machine, raw, &a);
	return yes || a.failed || a.is_short;
}

/* A record that says that machine. */
static bool accepts_machine(const void *arg, struct sv raw)
{
	const struct leaf *leaf = arg;
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
	return ask(arg, raw, argument_accepts);
}

static bool type_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			 struct lang_asker *a)
{
	(void)name;
	return lang_accepts_number(n, (struct lang_number){false, record_type(raw)}) ||
	       lang_accepts_text(n, raw, a);
}

static bool accepts_type(const void *arg, struct sv raw)
{
	return ask(arg, raw, type_accepts);
}

static bool node_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			 struct lang_asker *a)
{
	(void)name;
	return raw.n && lang_accepts_text(n, raw, a);
}

static bool accepts_node(const void *arg, struct sv raw)
{
	return ask(arg, raw, node_accepts);
}

static bool address_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			    struct lang_asker *a)
{
	char text[LANG_ADDRESS_MAX];

	if (lang_accepts_address(n, lang_unquoted(raw), a))
		return true;
	return sv_eq(name, SV("saddr")) && lang_socket_address(raw, text) &&
	       lang_accepts_address(n, sv_cstr(text), a);
}

static bool accepts_address(const void *arg, struct sv raw)
{
	return ask(arg, raw, address_accepts);
}

/* ---- files ---- */

static struct sv last_part(struct sv path)
{
	size_t from;

	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	for (from = path.n; from > 0 && path.p[from - 1] != '/';)
		from--;
	return sv_from(path, from);
}

static bool is_text(const struct lang_test *t)
{
	return t->kind == LANG_TEST_TEXT || t->kind == LANG_TEST_NUMBER;
}

/* A name that the working directory completes stands at the end of the whole path, unless it climbs. */
static bool ends_alike(const struct lang_node *n, struct sv name)
{
	if (lang_path_climbs(name))
		return true;
	if (name.n > 1 && name.p[name.n - 1] == '/')
		name.n--;
	if (sv_starts(name, SV("./")))
		name = sv_from(name, 2);
	for (size_t i = 0; i < n->test_count; i++)
		if (!is_text(&n->tests[i]) || sv_ends(n->tests[i].text, name))
			return true;
	return false;
}

static bool path_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			 struct lang_asker *a)
{
	CLEANUP(buf_release) struct buf whole = BUF_INIT(raw.n * 2 + 16);
	struct sv text;

	if (sv_eq(name, SV("saddr")))
		return true;
	buf_reset(&a->text);
	decode_put(raw, &a->text);
	text = buf_view(&a->text);
	if (a->text.failed || lang_accepts_text(n, text, a))
		return true;
	if (text.n == 0 || text.p[0] != '/')
		return text.n && ends_alike(n, text);
	lang_put_path(SV_EMPTY, text, &whole);
	return whole.failed || lang_accepts_text(n, buf_view(&whole), a);
}

static bool accepts_path(const void *arg, struct sv raw)
{
	return ask(arg, raw, path_accepts);
}

/* Of a path that is looked for by a part, the rest may stand in the name. */
static bool folder_accepts(const struct lang_node *n, struct sv name, struct sv raw,
			   struct lang_asker *a)
{
	for (size_t i = 0; i < n->test_count; i++)
		if (!is_text(&n->tests[i]))
			return true;
	return path_accepts(n, name, raw, a);
}

static bool accepts_folder(const void *arg, struct sv raw)
{
	return ask(arg, raw, folder_accepts);
}

static bool climbs_alike(const struct lang_node *n, struct sv name, struct sv raw,
			 struct lang_asker *a)
{
	buf_reset(&a->text);
	decode_put(raw, &a->text);
	return a->text.failed ||
	       (lang_path_climbs(buf_view(&a->text)) && path_accepts(n, name, raw, a));
}

static bool accepts_climbing(const void *arg, struct sv raw)
{
	return ask(arg, raw, climbs_alike);
}

/* ---- what hashes of values can be asked for ---- */

static struct sv without_zeros(struct sv text)
{
	while (text.n > 1 && text.p[0] == '0')
		text = sv_from(text, 1);
	return text;
}

static bool is_of_texts(const struct lang_node *n)
{
	if (n->order != LANG_EQ || n->test_count > VALUES_MAX)
		return false;
	for (size_t i = 0; i < n->test_count; i++)
		if (n->tests[i].kind != LANG_TEST_TEXT)
			return false;
	return true;
}

/* Texts, of which a value that is accepted is one; fields of numbers are kept without zeros in front. */
static void set_values(struct maker *k, struct demand *d, const struct lang_node *n)
{
	struct sv *values;
	size_t count = 0;

	if (!d || !is_of_texts(n))
		return;
	values = room(k, n->test_count * 3 * sizeof(*values));
	if (!values)
		return;
	for (size_t i = 0; i < n->test_count; i++) {
		const struct lang_test *t = &n->tests[i];

		values[count++] = t->text;
		if (t->another.n)
			values[count++] = t->another;
		if (without_zeros(t->text).n != t->text.n)
			values[count++] = without_zeros(t->text);
	}
	d->values = values;
	d->value_count = count;
}

static struct sv part_of(struct maker *k, const struct lang_test *t, char without, bool last)
{
	if (last && t->kind == LANG_TEST_TEXT)
		return last_part(t->text);
	/* An address is written in one way, unless it is in hexadecimal. */
	if (t->kind == LANG_TEST_ADDRESS && t->bits == 128 && sv_index(t->text, ':') == t->text.n)
		return sv_head(t->text, sv_index(t->text, '/'));
	return lang_required(t, without, &k->l->memory);
}

/* Parts, of which a value that is accepted holds one, in one of its texts. */
static void set_parts(struct maker *k, struct demand *d, const struct lang_node *n, char without,
		      bool last)
{
	struct sv *parts;

	if (!d || (n->order != LANG_EQ && n->order != LANG_MATCH) || n->test_count > VALUES_MAX)
		return;
	parts = room(k, (n->test_count + 1) * sizeof(*parts));
	if (!parts)
		return;
	for (size_t i = 0; i < n->test_count; i++) {
		parts[i] = part_of(k, &n->tests[i], without, last);
		if (parts[i].n == 0)
			return;
	}
	d->parts = parts;
	d->part_count = n->test_count;
}

/* ---- fields ---- */

static bool is_encoded(enum value_type type)
{
	return type == VALUE_ESCAPED || type == VALUE_ESCAPED_FILE || type == VALUE_ESCAPED_KEY;
}

static struct sv upper(struct maker *k, struct sv name)
{
	char *copy = room(k, name.n + 1);

	for (size_t i = 0; copy && i < name.n; i++)
		copy[i] = (char)(name.p[i] >= 'a' && name.p[i] <= 'z' ? name.p[i] - 'a' + 'A'
								      : name.p[i]);
	return sv_make(copy, copy ? name.n : 0);
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
static struct demand *make_id(struct maker *k, const struct lang_node *n, struct sv name)
{
	struct demand *any = make(k, DEMAND_ANY), *d;

	if (lang_words_of(n, name) != LANG_WORDS_NONE) {
		/* A pattern is held against names that only the matcher knows. */
		hang(any, make_leaf(k, DEMAND_FIELD, n, name, accepts_any, false));
	} else {
		d = make_leaf(k, DEMAND_FIELD, n, name, accepts_field, true);
		set_values(k, d, n);
		hang(any, d);
	}
	if (has_ids(n))
		hang(any, make_leaf(k, DEMAND_FIELD, n, name, accepts_id, false));
	if (has_names(n)) {
		d = make_leaf(k, DEMAND_FIELD, n, upper(k, name), accepts_name, true);
		set_values(k, d, n);
		hang(any, d);
	}
	return any;
}

static struct demand *make_of_machine(struct maker *k, const struct lang_node *n, struct sv name,
				      demand_accepts_fn accepts, enum machine machine)
{
	struct demand *d = make_leaf(k, DEMAND_FIELD, n, name, accepts, false);
	struct leaf *leaf;

	if (!d)
		return NULL;
	leaf = room(k, sizeof(*leaf));
	if (leaf)
		*leaf = (struct leaf){n, name, machine};
	d->arg = leaf;
	return d;
}

/*
 * System calls: as they stand, by the name in the tail, and by number, which means another call on each
 * machine. A record of a machine that is not known is read as one of this.
 */
static struct demand *make_call(struct maker *k, const struct lang_node *n, struct sv name)
{
	struct demand *any = make(k, DEMAND_ANY), *all;

	hang(any, make_leaf(k, DEMAND_FIELD, n, name, accepts_field, true));
	if (!has_names(n))
		return any;
	hang(any, make_leaf(k, DEMAND_FIELD, n, upper(k, name), accepts_name, true));
	if (!sv_eq(name, SV("syscall"))) {
		hang(any, make_of_machine(k, n, name, accepts_call, MACHINE_URING));
		return any;
	}
	hang(any, make_of_machine(k, n, name, accepts_call, machine_native()));
	for (enum machine m = 0; m < MACHINE_URING; m++) {
		if (m == machine_native())
			continue;
		all = make(k, DEMAND_ALL);
		hang(all, make_of_machine(k, n, SV("arch"), accepts_machine, m));
		hang(all, make_of_machine(k, n, name, accepts_call, m));
		hang(any, all);
	}
	return any;
}

static struct demand *make_by_record(struct maker *k, const struct lang_node *n, struct sv name)
{
	if (lang_is_argument(name))
		return make_leaf(k, DEMAND_FIELD, n, name, accepts_argument, false);
	return make_leaf(k, DEMAND_FIELD, n, name, accepts_any, false);
}

static struct demand *make_field(struct maker *k, const struct lang_node *n, struct sv name)
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
		return make_leaf(k, DEMAND_FIELD, n, name, accepts_argument, false);
	d = make_leaf(k, DEMAND_FIELD, n, name, accepts_field, true);
	if (type == VALUE_UNCLASSIFIED || type == VALUE_SESSION || type == VALUE_ADDR ||
	    is_encoded(type))
		set_values(k, d, n);
	if (type == VALUE_ADDR || type == VALUE_MAC_LABEL || is_encoded(type) ||
	    sv_eq(name, SV("hostname")))
		set_parts(k, d, n, '\0', false);
	return d;
}

/* ---- files ---- */

#define PATH_PARTS_MAX 32
#define CLIMBS_MAX     (PATH_PARTS_MAX + 4)

/* Another value, with what is in front of it and behind it. */
static void add_spelling(struct maker *k, struct sv *list, size_t *count, const char *front,
			 struct sv text, const char *behind)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(LANG_TEXT_MAX * 2);

	buf_puts(&b, front);
	buf_put(&b, text);
	buf_puts(&b, behind);
	list[*count] = arena_copy(&k->l->memory, buf_view(&b));
	k->failed |= list[(*count)++].n == 0;
}

/*
 * Every way to write the path that does not climb: whole, or as much of its end as is behind the working
 * directory; "./" may stand in front and a slash behind.
 */
static bool set_spellings(struct maker *k, struct demand *d, struct sv path)
{
	struct sv *list = room(k, (PATH_PARTS_MAX + 2) * 4 * sizeof(*list));
	size_t count = 0;

	if (!d || !list || sv_count(path, '/') > PATH_PARTS_MAX || path.n == 0)
		return false;
	for (size_t at = 0; at < path.n; at += sv_index(sv_from(path, at), '/') + 1) {
		struct sv end = sv_from(path, at);

		add_spelling(k, list, &count, "", end, "");
		add_spelling(k, list, &count, "", end, "/");
		add_spelling(k, list, &count, "./", end, "");
		add_spelling(k, list, &count, "./", end, "/");
	}
	d->values = list;
	d->value_count = count;
	return true;
}

/* What climbs: "/../" stands in it, or "../" and the start of a part of the path. */
static void set_climbs(struct maker *k, struct demand *d, struct sv path)
{
	struct sv *list = room(k, CLIMBS_MAX * sizeof(*list));
	size_t count = 0;
	struct sv part;

	if (!d || !list)
		return;
	list[count++] = SV("/../");
	list[count++] = SV("..//");
	list[count++] = SV(".././");
	while (path.n && count < CLIMBS_MAX) {
		(void)sv_cut(path, '/', &part, &path);
		if (part.n)
			add_spelling(k, list, &count, "../", sv_head(part, 1), "");
	}
	d->parts = list;
	d->part_count = count;
}

/* One whole path, which has neither "." nor ".." in it. */
static bool is_one_path(const struct lang_node *n)
{
	struct sv path = n->tests->text;

	return n->kind == LANG_COMPARE && n->order == LANG_EQ && n->test_count == 1 &&
	       n->tests->kind == LANG_TEST_TEXT && path.n > 1 && path.p[0] == '/' &&
	       path.p[path.n - 1] != '/' && sv_find(path, SV("/.")) == path.n &&
	       sv_find(path, SV("//")) == path.n && sv_count(path, '/') <= PATH_PARTS_MAX;
}

/* In other words than those of the leaf in front of it. */
static struct sv climbing_label(struct maker *k, const struct lang_node *n, struct sv name)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(LABEL_MAX * 2);

	buf_printf(&text, "%.*s with .. = ", SV_FMT(name));
	buf_put(&text, sv_head(n->tests->text, LABEL_MAX));
	return arena_copy(&k->l->memory, buf_view(&text));
}

static struct demand *make_one_path(struct maker *k, const struct lang_node *n, struct sv name)
{
	struct demand *any = make(k, DEMAND_ANY), *d;

	d = make_leaf(k, DEMAND_FIELD, n, name, accepts_path, false);
	if (!set_spellings(k, d, n->tests->text))
		return d;
	hang(any, d);
	d = make_leaf(k, DEMAND_FIELD, n, name, accepts_climbing, false);
	set_climbs(k, d, n->tests->text);
	if (d)
		d->label = climbing_label(k, n, name);
	hang(any, d);
	return any;
}

static struct demand *make_path(struct maker *k, const struct lang_node *n, struct sv name)
{
	bool is_folder = sv_eq(name, SV("cwd")), is_name = sv_eq(name, SV("name"));
	struct demand *d;

	if (is_one_path(n) && !sv_eq(name, SV("saddr")))
		return make_one_path(k, n, name);
	d = make_leaf(k, DEMAND_FIELD, n, name, is_folder ? accepts_folder : accepts_path, false);
	/* A part of what is looked for stands in the name or in the working directory. */
	set_parts(k, d, n, '/', is_name || is_folder);
	return d;
}

/* ---- others of several fields ---- */

static struct demand *make_address(struct maker *k, const struct lang_node *n, struct sv name)
{
	struct demand *d = make_leaf(k, DEMAND_FIELD, n, name, accepts_address, false);

	set_parts(k, d, n, '\0', false);
	return d;
}

/* Where a port stands with other things any value may have it. */
static struct demand *make_port(struct maker *k, const struct lang_node *n, struct sv name)
{
	bool has_more = sv_eq(name, SV("saddr")) || sv_eq(name, SV("addr"));

	return make_leaf(k, DEMAND_FIELD, n, name, has_more ? accepts_any : accepts_field, false);
}

/* The index has all arguments of programs as one field. */
static struct demand *make_args(struct maker *k, const struct lang_node *n)
{
	struct demand *d = make_leaf(k, DEMAND_FIELD, n, SV("args"), accepts_any, false);

	set_parts(k, d, n, ' ', false);
	return d;
}

/* Whatever a virtual field is made of. */
static struct demand *make_several(struct maker *k, const struct lang_node *n)
{
	struct demand *any = make(k, DEMAND_ANY);
	size_t count = 0;
	const struct sv *names = lang_subject_fields(n->subject, &count);

	for (size_t i = 0; i < count; i++)
		hang(any, n->subject == LANG_SUBJECT_USER   ? make_field(k, n, names[i])
			  : n->subject == LANG_SUBJECT_PATH ? make_path(k, n, names[i])
			  : n->subject == LANG_SUBJECT_ADDR ? make_address(k, n, names[i])
							    : make_port(k, n, names[i]));
	return any;
}

/* ---- comparisons ---- */

/* That one of its tests accepts a value. */
static struct demand *make_fits(struct maker *k, const struct lang_node *n)
{
	switch (n->subject) {
	case LANG_SUBJECT_FIELD:
		return make_field(k, n, n->name);
	case LANG_SUBJECT_TYPE:
		return make_leaf(k, DEMAND_TYPE, n, n->name, accepts_type, true);
	case LANG_SUBJECT_NODE:
		return make_leaf(k, DEMAND_NODE, n, n->name, accepts_node, true);
	case LANG_SUBJECT_USER:
	case LANG_SUBJECT_ADDR:
	case LANG_SUBJECT_PORT:
	case LANG_SUBJECT_PATH:
		return make_several(k, n);
	case LANG_SUBJECT_TIME:
	case LANG_SUBJECT_SERIAL:
	case LANG_SUBJECT_EVENT:
	case LANG_SUBJECT_SUBJECT:
	case LANG_SUBJECT_ACTION:
	case LANG_SUBJECT_OBJECT:
	case LANG_SUBJECT_OUTCOME:
	case LANG_SUBJECT_PROGRAM:
		break;
	case LANG_SUBJECT_ARGS:
		return make_args(k, n);
	}
	return make(k, DEMAND_ANYTHING);
}

static bool is_id(struct sv name)
{
	return lang_has_name(field_value_type(name));
}

/* That there is a value at all: for a comparison, one that could be compared. */
static void add_there(struct maker *k, const struct lang_node *n, struct sv name,
		      struct demand *any)
{
	hang(any, make_leaf(k, DEMAND_FIELD, n, name, accepts_any, true));
	if (n->kind == LANG_COMPARE && is_id(name)) /* ask_tail() of lang_match.c */
		hang(any, make_leaf(k, DEMAND_FIELD, n, upper(k, name), accepts_any_name, true));
}

static struct demand *make_there(struct maker *k, const struct lang_node *n)
{
	struct demand *any;
	const struct sv *names;
	size_t count = 0;

	if (n->subject == LANG_SUBJECT_NODE)
		return make_leaf(k, DEMAND_NODE, n, n->name, accepts_some, true);
	if (n->subject == LANG_SUBJECT_TYPE)
		return make_leaf(k, DEMAND_TYPE, n, n->name, accepts_any, true);
	if (n->subject != LANG_SUBJECT_FIELD && n->subject != LANG_SUBJECT_USER)
		return make(k, DEMAND_ANYTHING);
	any = make(k, DEMAND_ANY);
	if (n->subject == LANG_SUBJECT_FIELD) {
		add_there(k, n, n->name, any);
		return any;
	}
	names = lang_subject_fields(n->subject, &count);
	for (size_t i = 0; i < count; i++)
		add_there(k, n, names[i], any);
	return any;
}

/* != of one record: of the others nothing is said. */
static struct demand *make_other(struct maker *k, const struct lang_node *n)
{
	bool before = k->is_inexact;
	struct demand *d;

	k->is_inexact = true;
	d = make_there(k, n);
	k->is_inexact = before;
	return d;
}

static struct demand *make_compare(struct maker *k, const struct lang_node *n)
{
	struct demand *all, *none;

	if (!n->is_negated)
		return make_fits(k, n);
	if (k->of_record)
		return make_other(k, n);
	all = make(k, DEMAND_ALL);
	none = make(k, DEMAND_NOT);
	hang(all, make_there(k, n));
	hang(none, make_fits(k, n));
	hang(all, none);
	return all;
}

/* ---- the reference's comparisons ---- */

static bool accepts_reference_raw(const void *arg, struct sv raw)
{
	const struct expression_node *x = arg;

	return sv_eq(raw, x->text) == (x->order == EXPRESSION_EQ);
}

static bool accepts_reference_value(const void *arg, struct sv raw)
{
	return expression_accepts_value(arg, raw);
}

static bool accepts_reference_type(const void *arg, struct sv raw)
{
	return expression_accepts_type(arg, record_type(raw));
}

static bool is_made_of_words(struct sv name)
{
	return sv_eq(name, SV("key")) || sv_eq(name, SV("seperms")) || sv_eq(name, SV("seresult"));
}

static struct demand *make_reference(struct maker *k, const struct lang_node *n)
{
	const struct expression_node *x = n->reference->root;
	enum demand_kind kind = DEMAND_FIELD;
	demand_accepts_fn accepts = accepts_any;
	struct demand *d;

	if (x->kind != EXPRESSION_COMPARE)
		return make(k, DEMAND_ANYTHING);
	if (x->subject == EXPRESSION_RECORD_TYPE && x->aspect == EXPRESSION_VALUE) {
		kind = DEMAND_TYPE;
		accepts = accepts_reference_type;
	} else if (x->subject != EXPRESSION_FIELD || is_made_of_words(x->name)) {
		return make(k, DEMAND_ANYTHING);
	} else if (x->aspect == EXPRESSION_VALUE) {
		accepts = accepts_reference_value;
	} else if (sv_eq(x->name, SV("node")) || sv_eq(x->name, SV("type"))) {
		/* The head's come first; where a line has no node, a field of the name does. */
		if (x->aspect != EXPRESSION_RAW || sv_eq(x->name, SV("node")))
			return make(k, DEMAND_ANYTHING);
		kind = DEMAND_TYPE;
		accepts = accepts_reference_raw;
	} else if (x->aspect == EXPRESSION_RAW) {
		accepts = accepts_reference_raw;
	}
	d = make_leaf(k, kind, n, x->name, accepts, accepts != accepts_any);
	if (d)
		d->arg = x;
	return d;
}

/* ---- the tree ---- */

static struct demand *make_node(struct maker *k, const struct lang_node *n);

static struct demand *make_chain(struct maker *k, const struct lang_node *n, enum demand_kind kind)
{
	struct demand *d = make(k, kind);

	for (const struct lang_node *c = n->child; c; c = c->next)
		hang(d, make_node(k, c));
	return d;
}

/* && and ||: what one record has the event has, but several things may be of several records. */
static struct demand *make_of_record(struct maker *k, const struct lang_node *n)
{
	struct maker before = *k;
	struct demand *d;

	k->of_record = true;
	k->is_inexact |= n->kind == LANG_ALL;
	d = make_chain(k, n, n->kind == LANG_ALL ? DEMAND_ALL : DEMAND_ANY);
	k->of_record = before.of_record;
	k->is_inexact = before.is_inexact;
	return d;
}

static struct demand *make_not(struct maker *k, const struct lang_node *n)
{
	struct demand *d = make(k, DEMAND_NOT);

	hang(d, make_node(k, n->child));
	return d;
}

static struct demand *make_node(struct maker *k, const struct lang_node *n)
{
	switch (n->kind) {
	case LANG_AND:
		return make_chain(k, n, DEMAND_ALL);
	case LANG_OR:
		return make_chain(k, n, DEMAND_ANY);
	case LANG_NOT:
		return make_not(k, n);
	case LANG_ALL:
	case LANG_ANY:
		return make_of_record(k, n);
	case LANG_COMPARE:
		return make_compare(k, n);
	case LANG_HAS:
		return make_there(k, n);
	case LANG_REFERENCE:
		return make_reference(k, n);
	case LANG_NO:
	case LANG_TEXT:
		break;
	}
	return make(k, DEMAND_ANYTHING);
}

/* What has to hold together, without what the window says. */
static void add_conjuncts(struct maker *k, const struct lang_node *n, struct demand *all)
{
	if (n->kind == LANG_AND) {
		for (const struct lang_node *c = n->child; c; c = c->next)
			add_conjuncts(k, c, all);
	} else if (!lang_is_window(n)) {
		hang(all, make_node(k, n));
	}
}

/* Every event, exactly. */
static void add_everything(struct maker *k, struct demand *all)
{
	struct demand *not = make(k, DEMAND_NOT);

	hang(not, make(k, DEMAND_NOTHING));
	hang(all, not );
}

const struct demand *lang_demand(struct lang *l)
{
	struct maker k = {.l = l};
	struct demand *all;

	if (l->demand)
		return l->demand;
	all = make(&k, DEMAND_ALL);
	if (!all)
		return NULL;
	if (l->root)
		add_conjuncts(&k, l->root, all);
	if (!all->child)
		add_everything(&k, all);
	if (k.failed)
		return NULL;
	l->demand = all;
	return all;
}

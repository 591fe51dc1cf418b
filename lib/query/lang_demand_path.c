/*
 * A file, whichever field names it. A relative name is completed by another record's working directory,
 * so that an index, which knows values one by one, can only be asked for ends of paths:
 *
 *	path = /etc/shadow	ANY(name ends in shadow, path is /etc/shadow, ...)
 */
#include "query/lang_demand.h"

#include "record/escape.h"

/* ---- what a value says ---- */

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
	return lang_demand_ask(arg, raw, path_accepts);
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
	return lang_demand_ask(arg, raw, folder_accepts);
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
	return lang_demand_ask(arg, raw, climbs_alike);
}

/* ---- every way to write it ---- */

#define PATH_PARTS_MAX 32
#define CLIMBS_MAX     (PATH_PARTS_MAX + 4)

/* Another value, with what is in front of it and behind it. */
static void add_spelling(struct lang_maker *k, struct sv *list, size_t *count, const char *front,
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
static bool set_spellings(struct lang_maker *k, struct demand *d, struct sv path)
{
	struct sv *list = lang_demand_room(k, (PATH_PARTS_MAX + 2) * 4 * sizeof(*list));
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
static void set_climbs(struct lang_maker *k, struct demand *d, struct sv path)
{
	struct sv *list = lang_demand_room(k, CLIMBS_MAX * sizeof(*list));
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
static struct sv climbing_label(struct lang_maker *k, const struct lang_node *n, struct sv name)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(LANG_LABEL_MAX * 2);

	buf_printf(&text, "%.*s with .. = ", SV_FMT(name));
	buf_put(&text, sv_head(n->tests->text, LANG_LABEL_MAX));
	return arena_copy(&k->l->memory, buf_view(&text));
}

static struct demand *make_one_path(struct lang_maker *k, const struct lang_node *n, struct sv name)
{
	struct demand *any = lang_demand_make(k, DEMAND_ANY), *d;

	d = lang_demand_leaf(k, DEMAND_FIELD, n, name, accepts_path, false);
	if (!set_spellings(k, d, n->tests->text))
		return d;
	lang_demand_hang(any, d);
	d = lang_demand_leaf(k, DEMAND_FIELD, n, name, accepts_climbing, false);
	set_climbs(k, d, n->tests->text);
	if (d)
		d->label = climbing_label(k, n, name);
	lang_demand_hang(any, d);
	return any;
}

struct demand *lang_demand_of_path(struct lang_maker *k, const struct lang_node *n, struct sv name)
{
	bool is_folder = sv_eq(name, SV("cwd")), is_name = sv_eq(name, SV("name"));
	struct demand *d;

	if (is_one_path(n) && !sv_eq(name, SV("saddr")))
		return make_one_path(k, n, name);
	d = lang_demand_leaf(k, DEMAND_FIELD, n, name, is_folder ? accepts_folder : accepts_path,
			     false);
	/* A part of what is looked for stands in the name or in the working directory. */
	lang_demand_set_parts(k, d, n, '/', is_name || is_folder);
	return d;
}

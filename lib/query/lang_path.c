/*
 * `path`: a file by any of the fields that name one, completed with the working directory of the event,
 * "." and ".." followed.
 */
#include "query/lang_match.h"

#include "record/address.h"
#include "record/escape.h"

#include <linux/audit.h>

/* Puts the parts of a path behind what is there from `from` on; ".." takes one away. */
static void put_parts(struct sv path, size_t from, struct buf *out)
{
	struct sv part;

	while (path.n) {
		(void)sv_cut(path, '/', &part, &path);
		if (part.n == 0 || sv_eq(part, SV(".")))
			continue;
		if (!sv_eq(part, SV(".."))) {
			buf_putc(out, '/');
			buf_put(out, part);
			continue;
		}
		while (out->n > from && out->p[--out->n] != '/')
			continue;
	}
}

bool lang_path_climbs(struct sv name)
{
	if (sv_ends(name, SV("/.")) || sv_ends(name, SV("/..")))
		return false;
	return sv_starts(name, SV("../")) || sv_find(name, SV("/../")) < name.n;
}

void lang_put_path(struct sv cwd, struct sv name, struct buf *out)
{
	size_t from = out->n;
	bool is_relative;

	if (name.n > 1 && name.p[name.n - 1] == '/')
		name.n--;
	if (sv_eq(name, SV("."))) {
		buf_put(out, cwd.n ? cwd : name);
		return;
	}
	if (sv_starts(name, SV("./")))
		name = sv_from(name, 2);
	is_relative = name.n && name.p[0] != '/';
	if (is_relative && cwd.n == 0) {
		buf_put(out, name);
		return;
	}
	if (lang_path_climbs(name)) {
		put_parts(is_relative ? cwd : SV_EMPTY, from, out);
		put_parts(name, from, out);
		if (out->n == from)
			buf_putc(out, '/');
		return;
	}
	if (is_relative)
		buf_put(out, cwd);
	if (is_relative && !sv_ends(cwd, SV("/")))
		buf_putc(out, '/');
	buf_put(out, name);
}

/* What lang_put_path() puts as it is. */
static bool is_clean(struct sv path)
{
	return path.p && path.n && path.p[0] == '/' && !sv_ends(path, SV("/")) &&
	       !lang_path_climbs(path);
}

static bool decode_name(struct sv raw, struct buf *out)
{
	buf_reset(out);
	decode_put(raw, out);
	return out->n > 0 && !sv_eq(raw, SV("(null)"));
}

/* cwd= of the first record that has one. */
static struct sv event_cwd(struct lang_matcher *m)
{
	const struct trail_field *f;

	if (m->knows_cwd)
		return m->has_cwd ? buf_view(&m->cwd) : SV_EMPTY;
	m->knows_cwd = true;
	m->has_cwd = false;
	for (size_t i = 0; i < m->event->count && !m->has_cwd; i++) {
		struct expression_matcher *w =
			m->event->records[i].type == AUDIT_CWD ? lang_words(m, i) : NULL;

		f = w ? words_find(&w->words, SV("cwd")) : NULL;
		m->has_cwd = f && decode_name(f->raw, &m->cwd);
	}
	return m->has_cwd ? buf_view(&m->cwd) : SV_EMPTY;
}

/* sun_path up to its NUL; the name of an abstract socket starts with one. */
static struct sv socket_path(const struct address *a)
{
	const char *path = a->is.local.sun_path;
	size_t room = sizeof(a->is.text) - offsetof(struct sockaddr_un, sun_path);
	struct sv text = sv_make(path, a->length < sizeof(a->is.text) - 1
					       ? a->length - offsetof(struct sockaddr_un, sun_path)
					       : room - 1);

	if (text.n && text.p[0] == '\0')
		text = sv_from(text, 1);
	return sv_head(text, sv_index(text, '\0'));
}

static void ask_socket_path(struct lang_matcher *m, const struct lang_node *n, struct sv raw,
			    struct lang_verdict *v)
{
	struct address a;

	if (address_decode(raw, &a) && a.is.any.sa_family == AF_UNIX &&
	    a.length > offsetof(struct sockaddr_un, sun_path))
		(void)lang_offer(m, n, socket_path(&a), v);
}

static bool ask_path(struct lang_matcher *m, const struct lang_node *n, size_t record,
		     const struct trail_field *f, struct lang_verdict *v)
{
	struct sv cwd = event_cwd(m);
	size_t n_name;

	if (lang_is_socket(m, record, f)) {
		ask_socket_path(m, n, f->raw, v);
		return v->fits;
	}
	if (sv_eq(f->name, SV("saddr")) || !decode_name(f->raw, &m->line))
		return false;
	if (lang_offer(m, n, buf_view(&m->line), v))
		return true;
	if (m->event->records[record].type != AUDIT_PATH && m->line.p[0] != '/')
		return false;
	if (is_clean(buf_view(&m->line)))
		return false;
	n_name = m->line.n;
	/* Behind the name, which may move when the buffer grows. */
	if (!buf_reserve(&m->line, n_name + cwd.n + 2) || !m->line.p)
		return false;
	lang_put_path(cwd, sv_make(m->line.p, n_name), &m->line);
	return !m->line.failed && lang_offer(m, n, sv_from(buf_view(&m->line), n_name), v);
}

void lang_ask_paths(struct lang_matcher *m, const struct lang_node *n, struct lang_verdict *v)
{
	size_t count = 0;
	const struct sv *fields = lang_subject_fields(LANG_SUBJECT_PATH, &count);

	/* Before the fields of a record are in use: it reads another one. */
	(void)event_cwd(m);
	for (size_t i = 0; i < m->event->count; i++)
		for (size_t k = 0; k < count; k++) {
			struct expression_matcher *w = lang_words(m, i);
			const struct trail_field *f = w ? words_find(&w->words, fields[k]) : NULL;

			if (f && !f->decoded && ask_path(m, n, i, f, v))
				return;
		}
}

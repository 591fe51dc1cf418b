/*
 * A whole record in words, as `ausearch -i` prints it.
 *
 * The line keeps its shape: text between fields stays where it is, "msg='" is stepped into,
 * and every value gives way to its words. So this does not walk struct fields, which knows
 * what is a field of the record and what is not; it cuts the line the way the reference does:
 *
 *	: pid=1 uid=0 msg='op=PAM:auth acct="root" exe="/bin/su" res=success'
 *	  ~~~~~ text up to '=' is kept; its last word is the name
 *	      ~ a value ends at a space, at its closing quote, or at a comma
 *
 * A comma ends values except for security labels; the byte after a closing quote goes with it.
 *
 * What stays as it is between two values with words is put at once. Nearly no record holds a byte
 * that a terminal obeys, so a record is first put without escaping for terminals, and only when
 * there turns out to be such a byte once more with it.
 */
#include "record/interpret_parts.h"

#include <time.h>

/* One way from a line to its words. */
struct pass {
	struct interpreter *ip;
	const struct record *r;
	struct escapes escapes;
	const struct exception *exception;
	struct call call;
	struct tail tail;
	struct buf *out;
	struct sv rest; /* of the line */
	struct sv kept; /* text in front of rest that stays as it is and is not put yet */
	bool over;      /* a value ran to the end of the line */
	bool comma;     /* the last value ended at one */
};

/* Puts text as it is: control bytes are all that is escaped. */
static void put_plain(const struct pass *p, struct sv text)
{
	escape_put(p->escapes.plain, text, p->out);
}

/* The locale's date may have two digits for the year: it is what every audit tool prints. */
#pragma GCC diagnostic ignored "-Wformat-y2k"

static void put_clock(struct interpreter *ip, const struct stamp *stamp, struct buf *out)
{
	time_t sec = (time_t)stamp->sec;
	struct tm tm;

	if (ip->clock_length == 0 || ip->clock_sec != stamp->sec) {
		ip->clock_sec = stamp->sec;
		ip->clock_length = localtime_r(&sec, &tm)
					   ? strftime(ip->clock, sizeof(ip->clock), "%x %T", &tm)
					   : 0;
		if (ip->clock_length == 0)
			ip->clock[ip->clock_length++] = '?';
	}
	buf_put(out, sv_make(ip->clock, ip->clock_length));
	buf_puts(out, stamp->ms < 10 ? ".00" : stamp->ms < 100 ? ".0" : ".");
	buf_put_u64(out, stamp->ms);
	buf_putc(out, ':');
	buf_put_u64(out, stamp->serial);
}

/* "node=N type=T msg=audit(date time.ms:serial) "; the rest is what follows the parenthesis. */
static void put_header(struct pass *p)
{
	const struct record *r = p->r;
	const char *name = msgtype_name(r->type);
	struct sv line = r->line;

	if (r->node.n) {
		buf_put(p->out, SV("node="));
		put_plain(p, r->node);
		buf_putc(p->out, ' ');
		line = sv_from(line, sv_index(line, ' ') + 1);
	}
	if (name) {
		buf_put(p->out, SV("type="));
		buf_puts(p->out, name);
		buf_put(p->out, SV(" msg=audit"));
	} else {
		put_plain(p, sv_head(line, sv_index(line, '(')));
	}
	buf_putc(p->out, '(');
	put_clock(p->ip, &r->stamp, p->out);
	buf_put(p->out, SV(") "));
	line = sv_from(line, sv_index(line, ')') + 1);
	p->rest = sv_head(line, (size_t)(r->body.p + r->body.n - line.p));
	p->kept = sv_head(p->rest, 0);
}

static void put_kept(struct pass *p)
{
	put_plain(p, p->kept);
	p->kept = sv_head(p->rest, 0);
}

/* Moves n bytes from the rest to what is kept. */
static void keep(struct pass *p, size_t n)
{
	p->kept.n += n;
	p->rest = sv_from(p->rest, n);
}

/* Keeps the text up to the next '=', whose last word is the name; a space in front stays with it. */
static bool take_name(struct pass *p, struct sv *name)
{
	size_t i, word = 0;

	for (i = 0; i < p->rest.n && p->rest.p[i] != '='; i++)
		if (p->rest.p[i] == ' ')
			word = i;
	if (i == p->rest.n)
		return false;
	*name = sv_make(p->rest.p + word, i - word);
	keep(p, i + 1);
	return true;
}

/* Where a bare value ends. */
static size_t bare_end(struct pass *p, struct sv name)
{
	struct sv text = p->rest;
	size_t i = 0;

	while (i < text.n && text.p[i] != ' ' && text.p[i] != ',')
		i++;
	if (i == text.n || text.p[i] == ' ')
		return i;
	p->comma = type_of_value(p->r->type, p->exception, name, SV_EMPTY) != VALUE_MAC_LABEL;
	return p->comma ? i : i + sv_index(sv_from(text, i), ' ');
}

/* The value that the rest starts with, its quotes included. */
static struct sv value_at(struct pass *p, struct sv name)
{
	char first = p->rest.n ? p->rest.p[0] : 0;
	size_t end;

	p->comma = false;
	if (first == '"' || first == '\'')
		end = 2 + sv_index(sv_from(p->rest, 1), first);
	else
		end = bare_end(p, name);
	p->over = end >= p->rest.n;
	return sv_head(p->rest, end);
}

/* A key= field holds several keys; each is printed as one of its own. */
static void split_keys(struct buf *out, size_t from)
{
	CLEANUP(buf_release) struct buf keys = BUF_INIT(out->max);
	struct sv rest, key;

	if (out->failed || out->n == from || !memchr(out->p + from, KEY_SEPARATOR, out->n - from))
		return;
	buf_put(&keys, sv_make(out->p + from, out->n - from));
	rest = buf_view(&keys);
	out->n = from;
	for (bool more = true; more;) {
		more = sv_cut(rest, KEY_SEPARATOR, &key, &rest);
		buf_put(out, key);
		if (more)
			buf_puts(out, " key=");
	}
}

/* A value that has no words, and what separates it from the next field. */
static void keep_value(struct pass *p, struct sv raw, size_t end)
{
	char separator = p->comma ? ',' : ' ';

	keep(p, raw.n);
	if (raw.n == end && p->rest.n && p->rest.p[0] == separator) {
		keep(p, 1);
		return;
	}
	p->rest = sv_from(p->rest, end - raw.n + 1);
	put_kept(p);
	buf_putc(p->out, separator);
}

/* The words for a value and what separates them from the next field. */
static void put_value_here(struct pass *p, const struct value *v, enum value_type type, size_t end)
{
	size_t from;
	bool own;

	p->rest = sv_from(p->rest, end + 1);
	put_kept(p);
	from = p->out->n;
	own = put_value_with(v, type, 0, p->escapes, p->out);
	/* Where it is escaped, if anything is, the byte between keys is a byte like others. */
	if (sv_eq(v->name, SV("key")) &&
	    (p->ip->escape == ESCAPE_RAW || (own && type == VALUE_ESCAPED_KEY)))
		split_keys(p->out, from);
	if (type != VALUE_TTY_DATA)
		buf_putc(p->out, ' ');
}

static void put_field(struct pass *p, struct sv name)
{
	struct value v = {
		.record = p->r, .call = &p->call, .names = p->ip->names, .tail = &p->tail};
	enum value_type type;
	size_t end;

	if (name.n && name.p[0] == '\'')
		name = sv_from(name, 1);
	v.raw = value_at(p, name);
	end = v.raw.n;
	while (name.n && (name.p[0] == ' ' || name.p[0] == '('))
		name = sv_from(name, 1);
	v.name = name;
	if (sv_eq(name, SV("acct")) && sv_ends(v.raw, SV(":")))
		v.raw.n--;
	type = type_of_value(p->r->type, p->exception, name, v.raw);
	if (type == VALUE_UNCLASSIFIED)
		keep_value(p, v.raw, end);
	else
		put_value_here(p, &v, type, end);
}

/*
 * The record without the newline at its end. True when it ends in text that belongs to no field,
 * which gets an empty line after it.
 */
static bool put_fields(struct pass *p)
{
	struct sv name;
	bool found = false;

	while (!p->over && take_name(p, &name)) {
		found = true;
		p->comma = false;
		if (!sv_eq(name, SV("msg")))
			put_field(p, name);
	}
	put_kept(p);
	if (!p->comma && (found || p->rest.n == 0))
		return false;
	escape_put(p->escapes.words, p->rest, p->out);
	return true;
}

static bool put_record(struct interpreter *ip, const struct record *r, struct escapes escapes,
		       struct buf *out)
{
	struct pass p = {
		.ip = ip,
		.r = r,
		.escapes = escapes,
		.exception = exception_of(r->type),
		.out = out,
	};

	call_of_record(r, &p.call);
	tail_cut(&p.tail, r->tail);
	put_header(&p);
	return put_fields(&p);
}

void interpret_record(struct interpreter *ip, const struct record *r, struct buf *out)
{
	const struct escapes careful = escapes_for(ip->escape);
	const struct escapes hopeful = {ip->escape == ESCAPE_TTY ? ESCAPE_RAW : ip->escape,
					ESCAPE_RAW};
	size_t from = out->n;
	bool more;

	if (r->type_name.n == 0) { /* not a record at all */
		escape_put(careful.plain, r->line, out);
		buf_putc(out, '\n');
		return;
	}
	more = put_record(ip, r, hopeful, out);
	if (!escape_is_plain(careful.plain, sv_from(buf_view(out), from))) {
		out->n = from;
		more = put_record(ip, r, careful, out);
	}
	buf_put(out, more ? SV("\n\n") : SV("\n"));
}

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
 */
#include "record/interpret_parts.h"

#include <time.h>

/* What is left of a line; over when a value ran to its end. */
struct cut {
	struct sv rest;
	bool over;
};

/* Text that the reference prints as it is: control bytes are all that is escaped. */
static void put_plain(const struct interpreter *ip, struct sv text, struct buf *out)
{
	escape_put(ip->escape == ESCAPE_RAW ? ESCAPE_RAW : ESCAPE_TTY, text, out);
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

/* "node=N type=T msg=audit(date time.ms:serial) "; returns what follows the parenthesis. */
static struct sv put_header(struct interpreter *ip, const struct record *r, struct buf *out)
{
	const char *name = msgtype_name(r->type);
	struct sv line = r->line, text;

	if (r->node.n) {
		buf_puts(out, "node=");
		put_plain(ip, r->node, out);
		buf_putc(out, ' ');
		line = sv_from(line, sv_index(line, ' ') + 1);
	}
	text = sv_head(line, sv_index(line, '('));
	if (name) {
		buf_puts(out, "type=");
		buf_puts(out, name);
		buf_puts(out, " msg=audit");
	} else {
		put_plain(ip, text, out);
	}
	buf_putc(out, '(');
	put_clock(ip, &r->stamp, out);
	buf_puts(out, ") ");
	line = sv_from(line, sv_index(line, ')') + 1);
	return sv_head(line, (size_t)(r->body.p + r->body.n - line.p));
}

/* Where a bare value ends, and whether a comma ends it. */
static size_t bare_end(uint32_t record_type, struct sv name, struct sv text, bool *comma)
{
	size_t at_comma = sv_index(text, ','), at_space = sv_index(text, ' ');

	*comma = at_comma < at_space &&
		 interpret_type(record_type, name, SV_EMPTY) != VALUE_MAC_LABEL;
	return *comma ? at_comma : at_space;
}

/* Takes the value that cut->rest starts with. */
static struct sv take_value(struct cut *cut, uint32_t record_type, struct sv name, bool *comma)
{
	struct sv text = cut->rest, value;
	size_t end;

	*comma = false;
	if (text.n && (text.p[0] == '"' || text.p[0] == '\'')) {
		end = 1 + sv_index(sv_from(text, 1), text.p[0]);
		value = sv_head(text, end + 1);
		cut->over = end >= text.n;
		cut->rest = sv_from(text, end + 2);
		return value;
	}
	end = bare_end(record_type, name, text, comma);
	value = sv_head(text, end);
	cut->over = end >= text.n;
	cut->rest = sv_from(text, end + 1);
	return value;
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

/* The words for one value and what separates them from the next field. */
static void put_field(const struct interpreter *ip, struct value *v, bool comma, struct buf *out)
{
	enum value_type type;
	size_t from = out->n;

	while (v->name.n && (v->name.p[0] == ' ' || v->name.p[0] == '('))
		v->name = sv_from(v->name, 1);
	if (sv_eq(v->name, SV("acct")) && sv_ends(v->raw, SV(":")))
		v->raw.n--;
	type = interpret_type(v->record->type, v->name, v->raw);
	if (type == VALUE_UNCLASSIFIED) {
		put_plain(ip, v->raw, out);
		buf_putc(out, comma ? ',' : ' ');
		return;
	}
	put_value(ip, v, type, 0, out);
	if (sv_eq(v->name, SV("key")))
		split_keys(out, from);
	if (type != VALUE_TTY_DATA)
		buf_putc(out, ' ');
}

/* The last word of the text before '='; a space in front of it stays with it. */
static struct sv name_before(struct sv text)
{
	size_t i = text.n;

	while (i > 0 && text.p[i - 1] != ' ')
		i--;
	return sv_from(text, i > 0 ? i - 1 : 0);
}

void interpret_record(struct interpreter *ip, const struct record *r, struct buf *out)
{
	struct cut cut = {r->line, false};
	struct call call;
	struct tail tail;
	bool found = false, comma = false;
	size_t equals;

	if (r->type_name.n == 0) { /* not a record at all */
		put_plain(ip, r->line, out);
		buf_putc(out, '\n');
		return;
	}
	cut.rest = put_header(ip, r, out);
	call_of_record(r, &call);
	tail_cut(&tail, r->tail);
	while (!cut.over && (equals = sv_index(cut.rest, '=')) < cut.rest.n) {
		struct sv name = name_before(sv_head(cut.rest, equals));
		struct value v = {.record = r, .call = &call, .names = ip->names, .tail = &tail};

		found = true;
		comma = false;
		put_plain(ip, sv_head(cut.rest, equals + 1), out);
		cut.rest = sv_from(cut.rest, equals + 1);
		if (sv_eq(name, SV("msg")))
			continue;
		v.name = sv_starts(name, SV("'")) ? sv_from(name, 1) : name;
		v.raw = take_value(&cut, r->type, v.name, &comma);
		put_field(ip, &v, comma, out);
	}
	if ((!found && cut.rest.n) || comma) {
		escape_put(ip->escape, cut.rest, out);
		buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
}

/*
 * Finds the fields that have names, in the way the reference cuts a record: at spaces, whatever
 * the quotes say. So a field inside a user-space program's text gets its name too, as a reader
 * of enriched logs expects.
 *
 * Speed: this runs for every record that is recorded. The search goes from '=' to '='; the last
 * bytes of the name in front of it rule out nearly all that have no entry.
 */
#include "record/enrich.h"

#include "record/interpret_parts.h"

#include "base/num.h"

#define FIELD_NAME_MAX 63

/*
 * The places of fields in SYSCALL records, type= being the first, and in SECCOMP records. The
 * reference looks for machine and call nowhere else.
 */
#define ARCH_AT         2
#define A0_AT           6
#define ARCH_AT_SECCOMP 11

struct enrich {
	uint32_t type;
	size_t counted, counted_to; /* so many fields stand before this place in text */
	struct sv text;             /* the fields */
	struct names *names;
	struct buf *out;
	size_t used;  /* bytes of the record without its tail */
	size_t from;  /* where the tail starts in out */
	bool is_full; /* an entry did not fit: a later, shorter one would be taken for it */
	struct call call;
};

/* Drops one byte c from the end. */
static void trim_end(struct sv *v, char c)
{
	if (v->n && v->p[v->n - 1] == c)
		v->n--;
}

/* A value without the punctuation of the text around it. */
static struct sv bare_value(struct sv value)
{
	trim_end(&value, ':');
	trim_end(&value, ',');
	trim_end(&value, '\'');
	if (!sv_eq(value, SV("(none)")) && !sv_eq(value, SV("(null)")))
		trim_end(&value, ')');
	return value;
}

/* Whether what is in front of the '=' at `equals` can be the name of a field with an entry. */
static bool may_have_entry(struct sv text, size_t equals)
{
	struct sv before = sv_head(text, equals);

	if (equals < 2)
		return false;
	switch (before.p[equals - 1]) {
	case 'd': /* every user and group ends in "id", and so does every "pid" */
		return before.p[equals - 2] == 'i' && (equals < 3 || before.p[equals - 3] != 'p');
	case 'h':
		return sv_ends(before, SV("arch"));
	case 'l':
		return sv_ends(before, SV("syscall"));
	case 'r':
		return sv_ends(before, SV("saddr"));
	default:
		return false;
	}
}

/*
 * The name in front of a word's first '=', which may stand behind a parenthesis or behind the
 * "msg='" that opens a program's text; false when the '=' is another one.
 */
static bool name_before(struct sv text, size_t equals, struct sv *name)
{
	size_t start = equals;

	while (start > 0 && text.p[start - 1] != ' ' && text.p[start - 1] != '=')
		start--;
	if (start > 0 && text.p[start - 1] == '=') {
		if (start < 4 || !sv_ends(sv_head(text, start), SV("msg=")) ||
		    (start > 4 && text.p[start - 5] != ' ') || text.p[start] != '\'')
			return false;
		start++;
	}
	if (start < equals && text.p[start] == '(')
		start++;
	*name = sv_make(text.p + start, equals - start);
	return true;
}

/* Whether the reference counts a word as a field: it has a value, and is not msg=audit(...). */
static bool is_field(struct sv word)
{
	if (sv_starts(word, SV("msg=a")))
		return false;
	if (sv_starts(word, SV("msg='")))
		word = sv_from(word, 5);
	return sv_index(word, '=') + 1 < word.n;
}

/* The place of the field that starts at `start`. Counts on from the last one that was asked for. */
static size_t place_of(struct enrich *en, size_t start)
{
	struct sv rest = sv_from(sv_head(en->text, start), en->counted_to), word;

	while (sv_cut(rest, ' ', &word, &rest))
		en->counted += is_field(word);
	en->counted_to = start - word.n;
	return en->counted + 1;
}

/* The first argument of a call that is a door to many, from the words behind its number. */
static uint64_t argument_ahead(struct sv rest, size_t place)
{
	struct sv word, name, value;

	while (place < A0_AT && rest.n) {
		(void)sv_cut(rest, ' ', &word, &rest);
		place += is_field(word);
		if (place == A0_AT && sv_cut(word, '=', &name, &value) && sv_eq(name, SV("a0")))
			return hex_or_zero(bare_value(value));
	}
	return 0;
}

static void note_machine(struct enrich *en, size_t place, struct sv value)
{
	uint64_t arch;

	if ((place == ARCH_AT || place == ARCH_AT_SECCOMP) && num_lead_u64(value, 16, &arch))
		en->call.machine = machine_of_arch((uint32_t)arch);
}

static void note_call(struct enrich *en, size_t place, struct sv value, struct sv rest)
{
	bool here = place == ARCH_AT + 1 || place == ARCH_AT_SECCOMP + 1;
	enum machine m = en->call.machine;
	uint64_t number;

	if (here && num_lead_u64(value, 10, &number))
		en->call.nr = (uint32_t)number;
	en->call.name = syscall_name(m == MACHINE_UNKNOWN ? machine_native() : m, en->call.nr);
	if (en->call.name && call_is_door(en->call.name))
		en->call.a0 = argument_ahead(rest, place);
}

/*
 * Bytes that would end the line, the tail, or the program's text in front of it (the last ' of a
 * record does): whoever writes the record could then write another one, or names of his own.
 */
static bool ends_something(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f || c == '\'';
}

/* Turns these bytes from `from` on into a backslash and three octal digits. */
static void make_safe(struct buf *out, size_t from)
{
	size_t unsafe = 0, to;

	for (size_t i = from; i < out->n; i++)
		unsafe += ends_something(out->p[i]);
	if (unsafe == 0)
		return;
	if (!buf_reserve(out, 3 * unsafe)) {
		out->n = from;
		return;
	}
	to = out->n + 3 * unsafe;
	for (size_t i = out->n; i-- > from;) {
		unsigned char c = (unsigned char)out->p[i];

		if (!ends_something((char)c)) {
			out->p[--to] = (char)c;
			continue;
		}
		out->p[--to] = (char)('0' + (c & 7));
		out->p[--to] = (char)('0' + (c >> 3 & 7));
		out->p[--to] = (char)('0' + (c >> 6));
		out->p[--to] = '\\';
	}
	out->n += 3 * unsafe;
}

/* In quotes, or in hexadecimal when the text holds a quote, a space or an unprintable byte. */
static void put_quoted(struct sv text, struct buf *out)
{
	bool hex = false;

	for (size_t i = 0; i < text.n; i++)
		hex |= text.p[i] == '"' || text.p[i] == '\'' || text.p[i] < 0x21 ||
		       text.p[i] > 0x7e;
	if (hex) {
		buf_put_hex(out, text);
		return;
	}
	buf_putc(out, '"');
	buf_put(out, text);
	buf_putc(out, '"');
}

static void put_id(struct enrich *en, enum value_type type, struct sv value)
{
	struct sv name;
	uint64_t id;

	if (!num_lead_u64(value, 10, &id)) {
		buf_put_hex(en->out, SV("conversion error("));
		buf_put_hex(en->out, value);
		buf_put_hex(en->out, SV(")"));
		return;
	}
	name = type == VALUE_UID ? names_user(en->names, (uint32_t)id)
				 : names_group(en->names, (uint32_t)id);
	if (name.n)
		put_quoted(name, en->out);
	else
		buf_printf(en->out, "\"unknown(%d)\"", (int)(uint32_t)id);
}

/* What stands between two entries, the name in capitals, and '='. */
static void open_entry(struct enrich *en, struct sv name)
{
	struct buf *out = en->out;
	bool first = out->n == en->from;

	name = sv_head(name, FIELD_NAME_MAX);
	if (!buf_reserve(out, name.n + 2))
		return;
	out->p[out->n++] = first ? RECORD_ENRICHED_MARK : ' ';
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		out->p[out->n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	out->p[out->n++] = '=';
}

/* Puts the entry of a field, if fields of its type have one. */
static void put_entry(struct enrich *en, enum value_type type, struct sv name, struct sv value)
{
	static const struct record nothing;
	static const struct reading *const readings[VALUE_TYPES] = {
		[VALUE_ARCH] = &as_machine,
		[VALUE_SYSCALL] = &as_syscall,
		[VALUE_SOCKADDR] = &as_sockaddr,
	};
	struct value v = {name, value, &nothing, &en->call, en->names, NULL};
	bool is_id = type == VALUE_UID || type == VALUE_GID;
	size_t before = en->out->n, value_at;

	if (en->is_full || (!is_id && !readings[type]))
		return;
	open_entry(en, name);
	value_at = en->out->n;
	if (is_id)
		put_id(en, type, value);
	else
		put_reading(readings[type], &v, en->out);
	make_safe(en->out, value_at);
	en->is_full = en->used + en->out->n - en->from >= ENRICH_RECORD_MAX;
	if (en->is_full)
		en->out->n = before; /* all of it or nothing */
}

/* Notes what later entries depend on. */
static void note_field(struct enrich *en, struct sv name, struct sv value, struct sv rest)
{
	bool is_arch = sv_eq(name, SV("arch"));
	size_t place;

	if (!is_arch && !sv_eq(name, SV("syscall")))
		return;
	place = place_of(en, (size_t)(name.p - en->text.p));
	if (is_arch)
		note_machine(en, place, value);
	else
		note_call(en, place, value, rest);
}

/* The field whose '=' is at `equals`; returns where to search on. */
static size_t take_field(struct enrich *en, size_t equals)
{
	struct sv name, value = sv_from(en->text, equals + 1);
	size_t end;

	value = sv_head(value, sv_index(value, ' '));
	end = equals + 1 + value.n;
	if (value.n == 0 || !name_before(en->text, equals, &name))
		return equals + 1;
	value = bare_value(value);
	note_field(en, name, value, sv_from(en->text, end + 1));
	put_entry(en, interpret_type(en->type, name, value), name, value);
	return end;
}

/* Takes the next word, past those that are no fields; false at the end and at a field. */
static bool bare_word(struct sv *rest, struct sv *word)
{
	struct sv left = *rest;

	do {
		if (left.n == 0)
			return false;
		(void)sv_cut(left, ' ', word, &left);
	} while (word->n == 0 || (sv_index(*word, '=') < word->n && !is_field(*word)));
	if (sv_index(*word, '=') < word->n)
		return false;
	*rest = left;
	return true;
}

/* "avc:  denied  { read write }": two fields to the reference, in which it looks for none. */
static void take_verdict(struct enrich *en)
{
	struct sv word;

	do
		if (!bare_word(&en->text, &word))
			return;
	while (sv_starts(word, SV("avc")));
	en->counted++;
	if (!bare_word(&en->text, &word) || !sv_starts(word, SV("{")))
		return;
	en->counted++;
	do
		(void)sv_cut(en->text, ' ', &word, &en->text);
	while (en->text.n && !sv_starts(word, SV("}")));
}

void enrich_tail(uint32_t type, struct sv text, size_t used, struct names *names, struct buf *out)
{
	struct enrich en = {
		.type = type,
		.counted = 1,
		.text = sv_from(text, sv_index(text, ' ') + 1), /* after audit(time:serial): */
		.names = names,
		.out = out,
		.used = used,
		.from = out->n,
		.call = {.known = true, .machine = MACHINE_UNKNOWN, .nr = UINT32_MAX},
	};

	/* Names may have changed before the first kind, and have after the second. */
	if (type == AUDIT_ADD_USER || type == AUDIT_ADD_GROUP)
		names_flush(names);
	if (type == AUDIT_AVC || type == AUDIT_USER_AVC)
		take_verdict(&en);
	for (size_t at = 0; at < en.text.n;) {
		size_t equals = at + sv_index(sv_from(en.text, at), '=');

		at = equals + 1;
		if (equals < en.text.n && may_have_entry(en.text, equals))
			at = take_field(&en, equals);
	}
	if (type == AUDIT_USER_MGMT || type == AUDIT_DEL_USER || type == AUDIT_DEL_GROUP ||
	    type == AUDIT_GRP_MGMT)
		names_flush(names);
}

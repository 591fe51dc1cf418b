/*
 * One pass over a record's words, in the way the reference cuts them: at spaces, whatever the
 * quotes say. So a field inside a user-space program's text gets its name too, as a reader of
 * enriched logs expects.
 *
 * Speed: this runs for every record that is recorded. Words that cannot be one of the fields
 * are dropped after a look at their name's last bytes.
 */
#include "record/enrich.h"

#include "record/interpret_parts.h"

#include "base/num.h"

#define FIELD_NAME_MAX 63

/* The places of fields in SYSCALL records, type= being the first, and in SECCOMP records. */
#define ARCH_AT         2
#define A0_AT           6
#define ARCH_AT_SECCOMP 11

/* What a walk knows so far; words counts what the reference counts as fields, type= included. */
struct enrich {
	uint32_t type;
	struct names *names;
	struct buf *out;
	size_t used; /* bytes of the record without its tail */
	size_t from; /* where the tail starts in out */
	size_t words;
	struct call call;
};

/* Drops one byte c from the end. */
static void trim_end(struct sv *v, char c)
{
	if (v->n && v->p[v->n - 1] == c)
		v->n--;
}

/* "(name=value',": the name and the value without what the text around them added. */
static bool split_word(struct sv word, struct sv *name, struct sv *value)
{
	if (sv_starts(word, SV("msg="))) {
		if (sv_starts(word, SV("msg=a")))
			return false;
		if (sv_starts(word, SV("msg='")))
			word = sv_from(word, 5);
	}
	if (!sv_cut(word, '=', name, value) || value->n == 0)
		return false;
	if (sv_starts(*name, SV("(")))
		*name = sv_from(*name, 1);
	trim_end(value, ':');
	trim_end(value, ',');
	trim_end(value, '\'');
	if (!sv_eq(*value, SV("(none)")) && !sv_eq(*value, SV("(null)")))
		trim_end(value, ')');
	return true;
}

/* Whether a field can have an entry at all: every user and group field ends in "id". */
static bool may_have_entry(struct sv name)
{
	if (name.n >= 2 && name.p[name.n - 1] == 'd' && name.p[name.n - 2] == 'i')
		return true;
	return sv_eq(name, SV("arch")) || sv_eq(name, SV("syscall")) || sv_eq(name, SV("saddr"));
}

static bool needs_hex(struct sv text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '"' || text.p[i] < 0x21 || text.p[i] > 0x7e)
			return true;
	return false;
}

static void put_quoted(struct sv text, struct buf *out)
{
	if (needs_hex(text)) {
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

static void put_name(struct sv name, struct buf *out)
{
	if (name.n > FIELD_NAME_MAX)
		name.n = FIELD_NAME_MAX;
	if (!buf_reserve(out, name.n))
		return;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		out->p[out->n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
}

static void put_entry(struct enrich *en, enum value_type type, struct sv name, struct sv value)
{
	static const struct record nothing;
	struct value v = {name, value, &nothing, &en->call, en->names};
	size_t before = en->out->n;

	buf_putc(en->out, before == en->from ? RECORD_ENRICHED_MARK : ' ');
	put_name(name, en->out);
	buf_putc(en->out, '=');
	if (type == VALUE_UID || type == VALUE_GID)
		put_id(en, type, value);
	else if (type == VALUE_ARCH)
		put_reading(&as_machine, &v, en->out);
	else if (type == VALUE_SYSCALL)
		put_reading(&as_syscall, &v, en->out);
	else
		put_reading(&as_sockaddr, &v, en->out);
	if (en->used + en->out->n - en->from >= ENRICH_RECORD_MAX)
		en->out->n = before; /* all of it or nothing */
}

/* The first argument of a call that is a door to many, which stands after its number. */
static uint64_t argument_ahead(struct sv rest, size_t words)
{
	struct sv word, name, value;
	uint64_t a0 = 0;

	while (words < A0_AT && sv_cut(rest, ' ', &word, &rest))
		if (split_word(word, &name, &value) && ++words == A0_AT && sv_eq(name, SV("a0")))
			a0 = hex_or_zero(value);
	return a0;
}

/* The reference looks for the machine and the call at fixed places only. */
static void note_call(struct enrich *en, struct sv name, struct sv value, struct sv rest)
{
	uint64_t number;

	if (sv_eq(name, SV("arch")) && (en->words == ARCH_AT || en->words == ARCH_AT_SECCOMP)) {
		if (num_lead_u64(value, 16, &number))
			en->call.machine = machine_of_arch((uint32_t)number);
	} else if (sv_eq(name, SV("syscall"))) {
		bool here = en->words == ARCH_AT + 1 || en->words == ARCH_AT_SECCOMP + 1;
		enum machine m = en->call.machine;

		if (here && num_lead_u64(value, 10, &number))
			en->call.nr = (uint32_t)number;
		en->call.name =
			syscall_name(m == MACHINE_UNKNOWN ? machine_native() : m, en->call.nr);
		en->call.a0 = argument_ahead(rest, en->words);
	}
}

/* The permissions of an AVC record are not fields: "{ read write }" counts as one. */
static void skip_permissions(struct sv *rest)
{
	struct sv word;

	do
		(void)sv_cut(*rest, ' ', &word, rest);
	while (rest->n && !sv_starts(word, SV("}")));
}

/* A word without '=': in an AVC record the first one is the result. */
static void take_bare_word(struct enrich *en, struct sv word, struct sv *rest)
{
	if (en->type != TYPE_AVC && en->type != TYPE_USER_AVC)
		return;
	if (en->words == 1 && !sv_starts(word, SV("avc"))) {
		en->words++;
	} else if (en->words == 2 && sv_starts(word, SV("{"))) {
		skip_permissions(rest);
		en->words++;
	}
}

static void take_word(struct enrich *en, struct sv word, struct sv *rest)
{
	struct sv name, value;
	enum value_type type;

	if (word.n == 0)
		return;
	if (sv_index(word, '=') == word.n) {
		take_bare_word(en, word, rest);
		return;
	}
	if (!split_word(word, &name, &value))
		return;
	en->words++;
	if (!may_have_entry(name))
		return;
	note_call(en, name, value, *rest);
	type = interpret_type(en->type, name, value);
	if (type == VALUE_UID || type == VALUE_GID || type == VALUE_ARCH || type == VALUE_SYSCALL ||
	    type == VALUE_SOCKADDR)
		put_entry(en, type, name, value);
}

void enrich_tail(uint32_t type, struct sv text, size_t used, struct names *names, struct buf *out)
{
	struct enrich en = {
		.type = type,
		.names = names,
		.out = out,
		.used = used,
		.from = out->n,
		.words = 1,
		.call = {.known = true, .machine = MACHINE_UNKNOWN, .nr = UINT32_MAX},
	};
	struct sv rest = text, word;

	/* Names may have changed before the first kind, and have after the second. */
	if (type == TYPE_ADD_USER || type == TYPE_ADD_GROUP)
		names_flush(names);
	(void)sv_cut(rest, ' ', &word, &rest); /* audit(time:serial): */
	while (rest.n) {
		(void)sv_cut(rest, ' ', &word, &rest);
		take_word(&en, word, &rest);
	}
	if (type == TYPE_USER_MGMT || type == TYPE_DEL_USER || type == TYPE_DEL_GROUP ||
	    type == TYPE_GRP_MGMT)
		names_flush(names);
}

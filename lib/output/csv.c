/*
 * One event a row, and one event a sentence: what the normaliser says of an event (record/normalise.h)
 * in the reference's columns and word order. A value is quoted where RFC 4180 asks for it.
 */
#include "output/formats.h"

#include "output/quote.h"

/* The locale's date may have two digits for the year; formats come from the table below. */
#pragma GCC diagnostic ignored "-Wformat-y2k"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* ---- time ---- */

static void put_part(struct output_clock *c, enum output_clock_part part, const char *format,
		     const struct tm *tm)
{
	c->length[part] = strftime(c->text[part], sizeof(c->text[part]), format, tm);
}

/* Minutes too: there are zones of +05:30. */
static void put_offset(struct output_clock *c, long seconds)
{
	unsigned long minutes = (unsigned long)labs(seconds) / 60;
	int n = snprintf(c->text[CLOCK_OFFSET], sizeof(c->text[CLOCK_OFFSET]), "%c%02lu:%02lu",
			 seconds >= 0 ? '+' : '-', minutes / 60 % 100, minutes % 60);

	c->length[CLOCK_OFFSET] = n > 0 ? (size_t)n : 0;
}

/* Logs are dense: the texts of the last second are kept. */
static const struct output_clock *clock_at(struct output *o, int64_t seconds)
{
	static const char *const formats[CLOCK_PARTS] = {
		[CLOCK_DATE] = "%x",  [CLOCK_TIME] = "%T",   [CLOCK_YEAR] = "%Y",
		[CLOCK_MONTH] = "%m", [CLOCK_DAY] = "%d",    [CLOCK_WEEKDAY] = "%u",
		[CLOCK_HOUR] = "%k",  [CLOCK_OFFSET] = NULL,
	};
	struct output_clock *c = &o->clock;
	struct tm tm;

	if (c->known && c->seconds == seconds)
		return c;
	*c = (struct output_clock){.known = true, .seconds = seconds};
	if (!o->to_local(seconds, &tm))
		return c;
	put_part(c, CLOCK_DATE, formats[CLOCK_DATE], &tm);
	put_part(c, CLOCK_TIME, formats[CLOCK_TIME], &tm);
	if (o->columns & OUTPUT_EXTRA_TIME) {
		for (enum output_clock_part i = CLOCK_YEAR; i < CLOCK_OFFSET; i++)
			put_part(c, i, formats[i], &tm);
		put_offset(c, tm.tm_gmtoff);
	}
	return c;
}

/* ---- csv ---- */

static void put_column(struct buf *b, struct sv value)
{
	quote_csv(value, b);
	buf_putc(b, ',');
}

static void put_constant(struct buf *b, const char *text)
{
	if (text)
		buf_puts(b, text);
	buf_putc(b, ',');
}

static void put_value(struct output *o, const struct deed_value *v)
{
	size_t from = o->text.n;

	if (v->record)
		deed_put(&o->normaliser, v, &o->text);
	quote_csv_from(&o->text, from);
}

static void put_value_column(struct output *o, const struct deed_value *v)
{
	put_value(o, v);
	buf_putc(&o->text, ',');
}

/* A setting of the audit system is told by its name: its value is the record's business. */
static bool is_setting(const struct deed *c, const struct deed_value *v)
{
	return v->record->type == OUTPUT_CONFIG_CHANGE &&
	       (sv_eq(c->action, SV("set")) || sv_eq(c->action, SV("seccomp-logging")));
}

static void put_object_column(struct output *o, const struct deed *c, enum deed_slot slot)
{
	const struct deed_value *v = &c->value[slot];
	size_t from = o->text.n;

	if (v->record && slot == SLOT_OBJECT && is_setting(c, v))
		buf_put(&o->text, v->name);
	else if (v->record)
		deed_put_path(&o->normaliser, c, v, &o->text);
	quote_csv_from(&o->text, from);
	buf_putc(&o->text, ',');
}

void output_csv_header(struct output *o)
{
	buf_puts(&o->text, "NODE,EVENT,DATE,TIME,");
	if (o->columns & OUTPUT_EXTRA_TIME)
		buf_puts(&o->text, "YEAR,MONTH,DAY,WEEKDAY,HOUR,MILLI,GMT_OFFSET,");
	buf_puts(&o->text, "SERIAL_NUM,EVENT_KIND,SESSION,SUBJ_PRIME,SUBJ_SEC,SUBJ_KIND,");
	if (o->columns & OUTPUT_EXTRA_LABELS)
		buf_puts(&o->text, "SUBJ_LABEL,");
	buf_puts(&o->text, "ACTION,RESULT,OBJ_PRIME,OBJ_SEC,");
	if (o->columns & OUTPUT_EXTRA_OBJ2)
		buf_puts(&o->text, "OBJ2,");
	if (o->columns & OUTPUT_EXTRA_LABELS)
		buf_puts(&o->text, "OBJ_LABEL,");
	buf_puts(&o->text, "OBJ_KIND,HOW");
	if (o->columns & OUTPUT_EXTRA_KEYS)
		buf_puts(&o->text, ",KEY");
	buf_putc(&o->text, '\n');
}

static void put_when_columns(struct output *o, const struct record *r)
{
	const struct output_clock *c = clock_at(o, r->stamp.sec);
	struct buf *b = &o->text;

	put_column(b, sv_make(c->text[CLOCK_DATE], c->length[CLOCK_DATE]));
	put_column(b, sv_make(c->text[CLOCK_TIME], c->length[CLOCK_TIME]));
	if (o->columns & OUTPUT_EXTRA_TIME) {
		for (enum output_clock_part i = CLOCK_YEAR; i < CLOCK_OFFSET; i++)
			put_column(b, sv_make(c->text[i], c->length[i]));
		buf_put_u64(b, r->stamp.ms);
		buf_putc(b, ',');
		put_column(b, sv_make(c->text[CLOCK_OFFSET], c->length[CLOCK_OFFSET]));
	}
	buf_put_u64(b, r->stamp.serial);
	buf_putc(b, ',');
}

static void put_subject_columns(struct output *o, const struct deed *c)
{
	struct buf *b = &o->text;
	size_t from = b->n;

	put_value(o, &c->value[SLOT_SUBJECT]);
	if (sv_eq(sv_make(b->p + from, b->n - from), SV("unset"))) {
		b->n = from;
		buf_puts(b, "system");
	}
	buf_putc(b, ',');
	put_value_column(o, &c->value[SLOT_ACTING]);
	put_constant(b, c->subject_kind);
	if (o->columns & OUTPUT_EXTRA_LABELS)
		put_value_column(o, &c->value[SLOT_SUBJECT_LABEL]);
}

static void put_result_column(struct output *o, const struct deed *c)
{
	const struct deed_value *v = &c->value[SLOT_RESULT];

	put_constant(&o->text, !v->record                           ? NULL
			       : deed_is_success(&o->normaliser, v) ? "success"
								    : "failed");
}

static void put_object_columns(struct output *o, const struct deed *c)
{
	const struct deed_value *more = &c->value[SLOT_OBJECT_MORE];

	put_object_column(o, c, SLOT_OBJECT);
	/* In a torn event both can be one field; then it reads the same twice. */
	if (more->record && more->raw.p == c->value[SLOT_OBJECT].raw.p)
		put_object_column(o, c, SLOT_OBJECT_MORE);
	else
		put_value_column(o, more);
	if (o->columns & OUTPUT_EXTRA_OBJ2)
		put_object_column(o, c, SLOT_OBJECT_TWO);
	if (o->columns & OUTPUT_EXTRA_LABELS)
		put_value_column(o, &c->value[SLOT_OBJECT_LABEL]);
	put_constant(&o->text, c->object_kind);
}

/* An event that cannot be told still has all its columns. */
static void put_empty_columns(struct output *o)
{
	unsigned extra = (o->columns & OUTPUT_EXTRA_LABELS ? 2U : 0U) +
			 (o->columns & OUTPUT_EXTRA_OBJ2 ? 1U : 0U) +
			 (o->columns & OUTPUT_EXTRA_KEYS ? 1U : 0U);

	for (unsigned i = 0; i < 10 + extra; i++)
		buf_putc(&o->text, ',');
	buf_putc(&o->text, '\n');
}

void output_csv_row(struct output *o, const struct record *records, size_t count)
{
	struct buf *b = &o->text;
	struct deed c;
	size_t from = b->n;

	normalise(&o->normaliser, records, count,
		  o->columns & OUTPUT_EXTRA_LABELS ? NORMALISE_LABELS : NORMALISE_PLAIN, &c);
	escape_put(o->escape, records[0].node, b);
	quote_csv_from(b, from);
	buf_putc(b, ',');
	put_constant(b, msgtype_name(records[0].type));
	put_when_columns(o, &records[0]);
	if (!c.told) {
		put_empty_columns(o);
		return;
	}
	put_constant(b, c.event_kind);
	put_value_column(o, &c.value[SLOT_SESSION]);
	put_subject_columns(o, &c);
	put_column(b, c.action.n ? c.action : SV("did-unknown"));
	put_result_column(o, &c);
	put_object_columns(o, &c);
	quote_csv(c.how, b);
	if (o->columns & OUTPUT_EXTRA_KEYS) {
		buf_putc(b, ',');
		put_value(o, &c.value[SLOT_KEY]);
	}
	buf_putc(b, '\n');
}

/* ---- text ---- */

#define NO_NUMBER (-2)

/* Who, and who else when that is another user. */
static void say_subject(struct output *o, const struct deed *c)
{
	const struct deed_value *subject = &c->value[SLOT_SUBJECT];
	const struct deed_value *acting = &c->value[SLOT_ACTING];
	struct buf *b = &o->text;
	size_t from = b->n;
	int number = NO_NUMBER, other;

	if (subject->record) {
		deed_put(&o->normaliser, subject, b);
		number = deed_value_number(subject);
		if (sv_eq(sv_make(b->p + from, b->n - from), SV("unset"))) {
			b->n = from;
			buf_puts(b, "system");
		}
	}
	if (!acting->record)
		return;
	other = deed_value_number(acting);
	if (other == number || number == NO_NUMBER || other == -1)
		return;
	buf_puts(b, ", acting as ");
	deed_put(&o->normaliser, acting, b);
	buf_putc(b, ',');
}

/* The address of "{ saddr_fam=inet laddr=10.0.0.1 lport=53 }", else its family. */
static bool say_address(struct output *o, const struct deed_value *v)
{
	static const char *const parts[] = {"laddr=", "fam="};
	struct buf *b = &o->text;
	size_t from = b->n;

	deed_put(&o->normaliser, v, b);
	for (size_t i = 0; i < LEN(parts); i++) {
		struct sv text = sv_make(b->p + from, b->n - from), part = sv_cstr(parts[i]);
		size_t at = sv_find(text, part), length;

		if (at == text.n)
			continue;
		text = sv_from(text, at + part.n);
		length = sv_index(text, ' ');
		if (length == text.n)
			continue;
		memmove(b->p + from, text.p, length);
		b->n = from + length;
		return true;
	}
	return false;
}

static void say_object(struct output *o, const struct deed *c, uint32_t first_type)
{
	const struct deed_value *v = &c->value[SLOT_OBJECT];
	const struct deed_value *two = &c->value[SLOT_OBJECT_TWO];

	if (v->record) {
		if (deed_value_type(v) == VALUE_SOCKADDR && !v->decoded)
			(void)say_address(o, v);
		else if (first_type == OUTPUT_CONFIG_CHANGE &&
			 (sv_eq(c->action, SV("set")) || sv_eq(c->action, SV("seccomp-logging"))))
			buf_put(&o->text, v->name);
		else
			deed_put_path(&o->normaliser, c, v, &o->text);
		buf_putc(&o->text, ' ');
	}
	if (two->record) {
		buf_puts(&o->text, "to ");
		deed_put_path(&o->normaliser, c, two, &o->text);
		buf_putc(&o->text, ' ');
	}
}

static void say_when(struct output *o, const struct record *r)
{
	const struct output_clock *c = clock_at(o, r->stamp.sec);
	struct buf *b = &o->text;

	if (r->node.n) {
		buf_puts(b, "On ");
		escape_put(o->escape, r->node, b);
		buf_puts(b, " at ");
	} else {
		buf_puts(b, "At ");
	}
	if (c->length[CLOCK_TIME] == 0) {
		buf_puts(b, "? ");
		return;
	}
	buf_put(b, sv_make(c->text[CLOCK_TIME], c->length[CLOCK_TIME]));
	buf_putc(b, ' ');
	buf_put(b, sv_make(c->text[CLOCK_DATE], c->length[CLOCK_DATE]));
	buf_putc(b, ' ');
}

void output_text_line(struct output *o, const struct record *records, size_t count)
{
	struct buf *b = &o->text;
	const struct deed_value *result;
	struct deed c;

	normalise(&o->normaliser, records, count, NORMALISE_PLAIN, &c);
	say_when(o, &records[0]);
	say_subject(o, &c);
	result = &c.value[SLOT_RESULT];
	if (result->record)
		buf_puts(b, deed_is_success(&o->normaliser, result) ? " successfully "
								    : " unsuccessfully ");
	else
		buf_putc(b, ' ');
	buf_put(b, c.action.n ? c.action : SV("did-unknown"));
	buf_putc(b, ' ');
	say_object(o, &c, records[0].type);
	/* Not for ended-session, and with it for whatever starts like that. */
	if (c.how.n && c.action.n && c.action.p[0] != 'e') {
		buf_puts(b, "using ");
		buf_put(b, c.how);
	}
	buf_putc(b, '\n');
}

/*
 * The three formats of records as they are. Formats that describe an event as a whole are in
 * csv.c and json.c.
 */
#include "output/formats.h"

#include "base/file.h"
#include "output/sentence.h"

#include <linux/audit.h>

/* One interpreted record over the chunk: a value can grow fourfold, and lines are bounded. */
#define TEXT_MAX (OUTPUT_CHUNK + ((size_t)4 << 20))

/* auditd's own records: the last one is printed alone, and as it is. */
#define TYPE_DAEMON_FIRST AUDIT_DAEMON_START
#define TYPE_DAEMON_LAST  (AUDIT_SYSCALL - 1)

typedef int (*format_fn)(struct output *o, const struct event *event, struct err *e);

void output_init(struct output *o, int fd, enum output_format format, enum escape_mode escape)
{
	*o = (struct output){
		.fd = fd,
		.format = format,
		.escape = escape,
		.to_local = when_to_local,
		.text = BUF_INIT(TEXT_MAX),
		.meaning = BUF_INIT(TEXT_MAX),
	};
	normaliser_init(&o->normaliser, NULL);
}

void output_release(struct output *o)
{
	buf_release(&o->text);
	buf_release(&o->meaning);
	normaliser_release(&o->normaliser);
}

int output_flush(struct output *o, struct err *e)
{
	if (o->text.failed)
		return err_set(e, "no memory for the text of an event");
	if (file_write(o->fd, buf_view(&o->text)) != 0)
		return err_sys(e, "cannot write the result");
	buf_reset(&o->text);
	return 0;
}

/* After each record, so that an event of any size passes through the one buffer. */
int output_flush_when_full(struct output *o, struct err *e)
{
	if (!o->text.failed && (o->text.n < OUTPUT_CHUNK || o->fd < 0))
		return 0;
	return output_flush(o, e);
}

/* The line up to the enriched mark. */
static struct sv plain_part(const struct record *r)
{
	if (!r->body.n)
		return sv_head(r->line, sv_index(r->line, RECORD_ENRICHED_MARK));
	return sv_head(r->line, (size_t)(r->body.p + r->body.n - r->line.p));
}

static bool has_mark(const struct record *r)
{
	return plain_part(r).n < r->line.n;
}

/* When one record of an event has the mark, the reference puts one behind each. */
static int format_raw(struct output *o, const struct event *event, struct err *e)
{
	bool marks = false;

	for (size_t i = 0; i < event->count && !marks; i++)
		marks = has_mark(&event->records[i]);
	for (size_t i = 0; i < event->count; i++) {
		const struct record *r = &event->records[i];

		buf_put(&o->text, r->line);
		if (marks && !has_mark(r))
			buf_putc(&o->text, RECORD_ENRICHED_MARK);
		buf_putc(&o->text, '\n');
		if (output_flush_when_full(o, e) != 0)
			return -1;
	}
	return 0;
}

/* As ctime(3): "Tue Nov 14 22:13:20 2023". */
static void put_time(struct output *o, int64_t seconds)
{
	static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm t;

	if (!o->to_local(seconds, &t)) {
		buf_put(&o->text, SV("?"));
		return;
	}
	buf_printf(&o->text, "%s %s%3d %.2d:%.2d:%.2d %lld", days[t.tm_wday], months[t.tm_mon],
		   t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (long long)t.tm_year + 1900);
}

static bool is_daemons_own(const struct event *event)
{
	uint32_t type = event->records[event->count - 1].type;

	return type >= TYPE_DAEMON_FIRST && type <= TYPE_DAEMON_LAST;
}

static int format_default(struct output *o, const struct event *event, struct err *e)
{
	size_t i = event->count;
	bool own = is_daemons_own(event);

	buf_put(&o->text, SV("----\ntime->"));
	put_time(o, event->stamp.sec);
	buf_putc(&o->text, '\n');
	do {
		struct sv line = plain_part(&event->records[--i]);

		escape_put(own ? ESCAPE_RAW : o->escape, line, &o->text);
		buf_putc(&o->text, '\n');
		if (output_flush_when_full(o, e) != 0)
			return -1;
	} while (i > 0 && !own);
	return 0;
}

static int format_interpret(struct output *o, const struct event *event, struct err *e)
{
	size_t i = event->count;
	bool own = is_daemons_own(event);

	buf_put(&o->text, SV("----\n"));
	do {
		interpret_record(o->interpreter, &event->records[--i], &o->text);
		if (output_flush_when_full(o, e) != 0)
			return -1;
	} while (i > 0 && !own);
	return 0;
}

/* Records behind the one that ends an event make another one. */
static int format_spans(struct output *o, const struct event *event,
			void (*put)(struct output *o, const struct record *records, size_t count),
			struct err *e)
{
	o->normaliser.interpreter = o->interpreter;
	for (size_t i = 0, span; i < event->count; i += span) {
		span = normalise_span(event->records + i, event->count - i);
		put(o, event->records + i, span);
		if (output_flush_when_full(o, e) != 0)
			return -1;
	}
	return 0;
}

static void put_header_once(struct output *o)
{
	if (o->format == OUTPUT_CSV && !o->has_header)
		output_csv_header(o);
	o->has_header = true;
}

int output_text(struct output *o, struct sv text, struct err *e)
{
	put_header_once(o);
	if (output_flush(o, e) != 0)
		return -1;
	return file_write(o->fd, text) == 0 ? 0 : err_sys(e, "cannot write the result");
}

static int format_csv(struct output *o, const struct event *event, struct err *e)
{
	put_header_once(o);
	return format_spans(o, event, output_csv_row, e);
}

static int format_text(struct output *o, const struct event *event, struct err *e)
{
	return format_spans(o, event, output_text_line, e);
}

static void local_time(int64_t seconds, struct tm *out)
{
	if (!when_to_local(seconds, out))
		*out = (struct tm){.tm_mday = 1};
}

static int format_story(struct output *o, const struct event *event, struct err *e)
{
	const struct sentence_style style = {local_time, true, o->with_serial};
	struct deed deed;

	o->normaliser.interpreter = o->interpreter;
	normalise(&o->normaliser, event->records, event->count, NORMALISE_PLAIN, &deed);
	sentence_put(&style, &o->normaliser, &deed, &o->text);
	return output_flush_when_full(o, e);
}

int output_event(struct output *o, const struct event *event, struct err *e)
{
	static const format_fn formats[] = {
		[OUTPUT_RAW] = format_raw,
		[OUTPUT_DEFAULT] = format_default,
		[OUTPUT_INTERPRET] = format_interpret,
		[OUTPUT_CSV] = format_csv,
		[OUTPUT_TEXT] = format_text,
		[OUTPUT_JSON] = output_json,
		[OUTPUT_JSON_RAW] = output_json,
		[OUTPUT_STORY] = format_story,
	};

	return formats[o->format](o, event, e);
}

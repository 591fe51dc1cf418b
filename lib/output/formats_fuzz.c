/*
 * Any bytes as a log, in every format: no crash, csv rows of one width, json that is one object
 * in valid UTF-8 a line.
 */
#include "output/output.h"

#include <assert.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define OUT_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- a strict reader of one JSON value ---- */

static bool value(struct sv *in, int depth);

static bool take(struct sv *in, char c)
{
	if (in->n == 0 || in->p[0] != c)
		return false;
	*in = sv_from(*in, 1);
	return true;
}

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* One character; bounds of RFC 3629. */
static bool utf8(struct sv *in)
{
	const unsigned char *p = (const unsigned char *)in->p;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (n == 0 || p[0] > 0xf4 || in->n < n)
		return false;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return false;
	*in = sv_from(*in, n);
	return true;
}

static bool string(struct sv *in)
{
	if (!take(in, '"'))
		return false;
	while (in->n && in->p[0] != '"') {
		if ((unsigned char)in->p[0] < 0x20 || in->p[0] == 0x7f)
			return false;
		if (!take(in, '\\')) {
			if (!utf8(in))
				return false;
			continue;
		}
		if (take(in, 'u')) {
			for (int i = 0; i < 4; i++, *in = sv_from(*in, 1))
				if (in->n == 0 || !is_hex_digit(in->p[0]))
					return false;
		} else if (!take(in, '"') && !take(in, '\\')) {
			return false;
		}
	}
	return take(in, '"');
}

static bool number(struct sv *in)
{
	size_t n = 0;

	while (n < in->n && in->p[n] >= '0' && in->p[n] <= '9')
		n++;
	*in = sv_from(*in, n);
	return n > 0;
}

static bool members(struct sv *in, char close, int depth)
{
	if (take(in, close))
		return true;
	do {
		if (close == '}' && (!string(in) || !take(in, ':')))
			return false;
		if (!value(in, depth + 1))
			return false;
	} while (take(in, ','));
	return take(in, close);
}

static bool value(struct sv *in, int depth)
{
	if (depth > 8)
		return false;
	if (take(in, '{'))
		return members(in, '}', depth);
	if (take(in, '['))
		return members(in, ']', depth);
	return in->n && in->p[0] == '"' ? string(in) : number(in);
}

static void check_json(struct sv text)
{
	struct sv line;

	while (sv_line(&text, &line)) {
		assert(line.n && line.p[0] == '{');
		assert(value(&line, 0));
		assert(line.n == 0);
	}
}

/* ---- csv ---- */

/* The columns of the row at the front. */
static size_t columns(struct sv *text)
{
	bool quoted = false;
	size_t n = 1, i;

	for (i = 0; i < text->n && (quoted || text->p[i] != '\n'); i++) {
		if (text->p[i] == '"')
			quoted = !quoted;
		n += !quoted && text->p[i] == ',';
	}
	assert(!quoted && i < text->n);
	*text = sv_from(*text, i + 1);
	return n;
}

static void check_csv(struct sv text)
{
	size_t width = text.n ? columns(&text) : 0;

	while (text.n)
		assert(columns(&text) == width);
}

/* ---- one format ---- */

static void print(enum output_format format, enum escape_mode escape, struct sv log, int fd)
{
	static const struct join_options options = {.order = JOIN_PROMPT, .timeout_s = 2};
	static const struct name_source nobody;
	struct names *names = names_new(&nobody, NULL);
	struct join *j = join_new(&options, NULL);
	struct interpreter ip;
	struct output o;
	struct sv line;
	struct record r;

	if (!j || !names) {
		join_free(j);
		names_free(names);
		return;
	}
	interpreter_init(&ip, names, escape);
	output_init(&o, fd, format, escape);
	o.interpreter = &ip;
	o.columns = OUTPUT_EXTRA_KEYS | OUTPUT_EXTRA_LABELS | OUTPUT_EXTRA_OBJ2 | OUTPUT_EXTRA_TIME;
	for (bool more = true; more;) {
		const struct event *ev;

		more = sv_line(&log, &line);
		if (!more)
			join_finish(j);
		else if (record_parse(line, &r) != RECORD_OK || join_put(j, &r) != 0)
			continue;
		while ((ev = join_next(j)))
			assert(output_event(&o, ev, NULL) == 0);
	}
	assert(output_flush(&o, NULL) == 0);
	output_release(&o);
	join_free(j);
	names_free(names);
}

static void check(enum output_format format, enum escape_mode escape, struct sv log)
{
	int fd = memfd_create("formats", MFD_CLOEXEC);
	off_t size;
	char *text;

	assert(fd >= 0);
	print(format, escape, log, fd);
	size = lseek(fd, 0, SEEK_END);
	if (size > 0) {
		text = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
		assert(text != MAP_FAILED);
		if (format == OUTPUT_JSON || format == OUTPUT_JSON_RAW)
			check_json(sv_make(text, (size_t)size));
		if (format == OUTPUT_CSV)
			check_csv(sv_make(text, (size_t)size));
		assert(munmap(text, (size_t)size) == 0);
	}
	assert(close(fd) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv log = sv_make((const char *)data, size);

	check(OUTPUT_DEFAULT, ESCAPE_TTY, log);
	check(OUTPUT_INTERPRET, ESCAPE_TTY, log);
	check(OUTPUT_CSV, ESCAPE_TTY, log);
	check(OUTPUT_CSV, ESCAPE_RAW, log);
	check(OUTPUT_TEXT, ESCAPE_SHELL, log);
	check(OUTPUT_JSON, ESCAPE_RAW, log);
	check(OUTPUT_JSON_RAW, ESCAPE_RAW, log);
	return 0;
}

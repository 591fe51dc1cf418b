/*
 * Random search expressions, made of what a log says, over that log: by our library and by
 * Debian's libauparse, which is opened where it was unpacked. For test/golden/expression.bats.
 *
 *	expression-same LIBAUPARSE LOG SEED COUNT	"N expressions, N matches"; 1 at the first that differs
 *	expression-same LIBAUPARSE LOG EXPRESSION	the same for one
 *
 * Both say which events an expression holds for, by time and serial.
 */
#include "base/file.h"
#include "base/num.h"
#include "query/expression.h"
#include "query/lang.h"
#include "record/names_system.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define INPUT_MAX   (1u << 28)
#define RECORDS_MAX 4096
#define DEPTH_MAX   4

/* ---- libauparse, as its manual pages declare it ---- */

enum { SOURCE_FILE = 1, RULE_CLEAR = 0, STOP_EVENT = 0 };

struct their_event {
	time_t sec;
	unsigned int milli;
	unsigned long serial;
	const char *host;
};

static struct {
	void *(*init)(int source, const void *b);
	void (*destroy)(void *au);
	int (*add_expression)(void *au, const char *text, char **error, int how);
	int (*set_stop)(void *au, int where);
	int (*next_match)(void *au);
	const struct their_event *(*get_timestamp)(void *au);
} theirs;

static bool load(const char *path)
{
	static const struct {
		const char *name;
		void *to;
	} symbols[] = {
		{"auparse_init", &theirs.init},
		{"auparse_destroy", &theirs.destroy},
		{"ausearch_add_expression", &theirs.add_expression},
		{"ausearch_set_stop", &theirs.set_stop},
		{"ausearch_next_event", &theirs.next_match},
		{"auparse_get_timestamp", &theirs.get_timestamp},
	};
	void *library = dlopen(path, RTLD_NOW);

	if (!library)
		(void)fprintf(stderr, "%s\n", dlerror());
	for (size_t i = 0; library && i < LEN(symbols); i++) {
		void *symbol = dlsym(library, symbols[i].name);

		if (!symbol)
			return false;
		memcpy(symbols[i].to, &symbol, sizeof(symbol));
	}
	return library != NULL;
}

/* ---- who matches ---- */

struct set {
	struct stamp stamps[RECORDS_MAX];
	size_t count;
	bool refused;
};

static void add_stamp(struct set *s, struct stamp stamp)
{
	for (size_t i = 0; i < s->count; i++)
		if (stamp_eq(&s->stamps[i], &stamp))
			return;
	if (s->count < RECORDS_MAX)
		s->stamps[s->count++] = stamp;
}

static void ask_them(const char *log, const char *text, struct set *out)
{
	void *au = theirs.init(SOURCE_FILE, log);
	const struct their_event *e;
	char *error = NULL;

	out->count = 0;
	out->refused = theirs.add_expression(au, text, &error, RULE_CLEAR) != 0;
	free(error);
	if (!out->refused && theirs.set_stop(au, STOP_EVENT) == 0)
		while (theirs.next_match(au) > 0) {
			e = theirs.get_timestamp(au);
			add_stamp(out, (struct stamp){e->sec, e->milli, e->serial});
		}
	theirs.destroy(au);
}

struct log {
	const char *path;
	struct record records[RECORDS_MAX];
	size_t count;
	struct expression_matcher matcher;
};

/* The language of aurum takes expressions as they are: it has to say the same of every record. */
static void ask_language(struct log *log, const char *text, const struct set *expected)
{
	const struct when_context when = {0};
	const struct lang_env env = {&when, log->matcher.words.interpreter->names};
	static struct set got;
	struct lang_matcher *m;
	struct lang_problem p;
	struct lang l;

	if (lang_parse(&l, sv_cstr(text), &env, &p) != 0 ||
	    !(m = lang_matcher_new(&l, env.names))) {
		(void)printf("aurum refuses it: %s\n%s\n", p.text, text);
		exit(1);
	}
	got.count = 0;
	for (size_t i = 0; i < log->count; i++) {
		const struct record *r = &log->records[i];
		const struct event one = {.stamp = r->stamp,
					  .node = r->node,
					  .type = r->type,
					  .records = r,
					  .count = 1};

		if (lang_matches(&l, &one, m))
			add_stamp(&got, r->stamp);
	}
	if (got.count != expected->count ||
	    memcmp(got.stamps, expected->stamps, got.count * sizeof(got.stamps[0])) != 0) {
		(void)printf("aurum says something else: %zu events, not %zu\n%s\n", got.count,
			     expected->count, text);
		exit(1);
	}
	lang_matcher_free(m);
	lang_release(&l);
}

static void ask_us(struct log *log, const char *text, struct set *out)
{
	struct expression x;
	struct err e;
	size_t column;

	out->count = 0;
	out->refused = expression_parse(&x, sv_cstr(text), &column, &e) != 0;
	if (out->refused)
		return;
	for (size_t i = 0; i < log->count; i++)
		if (expression_matches_record(&x, &log->records[i], &log->matcher))
			add_stamp(out, log->records[i].stamp);
	expression_release(&x);
	ask_language(log, text, out);
}

static bool has(const struct set *s, const struct stamp *stamp)
{
	for (size_t i = 0; i < s->count; i++)
		if (stamp_eq(&s->stamps[i], stamp))
			return true;
	return false;
}

static bool tell_missing(const struct set *a, const struct set *b, const char *who)
{
	for (size_t i = 0; i < a->count; i++)
		if (!has(b, &a->stamps[i])) {
			(void)printf("only %s: event %ju of %jd.%03u\n", who,
				     (uintmax_t)a->stamps[i].serial, (intmax_t)a->stamps[i].sec,
				     a->stamps[i].ms);
			return true;
		}
	return false;
}

/* False, after telling, when the two do not agree. */
static bool agree(struct log *log, const char *text, bool may_be_refused, uint64_t *matches)
{
	static struct set ours, their;

	ask_us(log, text, &ours);
	if (ours.refused && may_be_refused)
		return true;
	ask_them(log->path, text, &their);
	*matches += ours.count;
	if (ours.refused == their.refused && !tell_missing(&ours, &their, "ours") &&
	    !tell_missing(&their, &ours, "theirs"))
		return true;
	if (ours.refused != their.refused)
		(void)printf("refused only by %s\n", ours.refused ? "ours" : "theirs");
	(void)printf("%s\n", text);
	return false;
}

/* ---- random expressions ---- */

static size_t any(size_t n)
{
	return (size_t)random() % n;
}

static void put_quoted(struct sv text, char mark, struct buf *out)
{
	buf_putc(out, mark);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == mark || text.p[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, text.p[i]);
	}
	buf_putc(out, mark);
}

static const struct trail_field *any_field(struct words *w, const struct record *r)
{
	size_t n = 0;

	if (!words_read(w, r))
		return NULL;
	while (words_at(w, n))
		n++;
	return n ? words_at(w, any(n)) : NULL;
}

static void put_number(const struct trail_field *f, struct buf *out)
{
	static const char *const signs[] = {" == ", "!==", "<", " <=", " > ", ">= "};

	buf_put(out, f->name);
	buf_puts(out, signs[any(LEN(signs))]);
	if (num_digit(f->raw.p[0]) < 10 && any(4))
		buf_put(out, f->raw);
	else
		buf_printf(out, "%s%zu", any(8) ? "" : "-", any(2) ? any(2000) : any(10));
}

static void put_virtual(const struct record *r, struct buf *out)
{
	static const char *const signs[] = {"==", "!==", "<", "<=", ">", ">="};
	const char *sign = signs[any(LEN(signs))];

	switch (any(3)) {
	case 0:
		buf_printf(out, "\\timestamp %s ts:%jd.%u", sign, (intmax_t)r->stamp.sec,
			   any(2) ? r->stamp.ms : (unsigned)any(1000));
		break;
	case 1:
		buf_printf(out, "\\timestamp_ex %s ts:%jd.%u:%ju", sign, (intmax_t)r->stamp.sec,
			   r->stamp.ms, (uintmax_t)r->stamp.serial + any(2));
		break;
	default:
		buf_printf(out, "\\record_type %s ", sign);
		if (any(2))
			buf_printf(out, "%u", r->type);
		else
			put_quoted(r->type_name, '"', out);
		break;
	}
}

/* A piece of the record, some of it as any byte. */
static void put_regexp(const struct record *r, struct buf *out)
{
	CLEANUP(buf_release) struct buf pattern = BUF_INIT(4096);
	size_t from = any(r->line.n), n = 1 + any(12);

	for (size_t i = from; i < r->line.n && i < from + n; i++) {
		char c = r->line.p[i];
		bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '=' ||
				c == '/' || c == '"' || c == ' ';

		buf_putc(&pattern, is_plain && any(6) ? c : '.');
		if (any(12) == 0)
			buf_putc(&pattern, "*+?"[any(3)]);
	}
	buf_puts(out, "\\regexp ");
	put_quoted(buf_view(&pattern), any(2) ? '/' : '"', out);
}

static void put_comparison(struct log *log, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 18);
	const struct record *r = &log->records[any(log->count)];
	const struct trail_field *f;
	enum value_type type;

	if (any(8) == 0) {
		put_virtual(r, out);
		return;
	}
	if (any(8) == 0 || !(f = any_field(&log->matcher.words, r))) {
		put_regexp(r, out);
		return;
	}
	type = words_type(&log->matcher.words, f);
	if ((type == VALUE_UID || type == VALUE_GID) && num_digit(f->raw.p[0]) < 10 && any(2)) {
		put_number(f, out);
		return;
	}
	put_quoted(f->name, '"', out);
	if (any(2)) {
		buf_puts(out, any(4) ? " i= " : "i!=");
		words_put(&log->matcher.words, f, &text);
	} else {
		buf_puts(out, any(4) ? " r= " : "r!=");
		words_put_raw(f, &text);
	}
	put_quoted(buf_view(&text), '"', out);
}

static void put_random(struct log *log, size_t depth, struct buf *out)
{
	size_t parts = 1 + any(3);
	bool is_apart;

	if (depth == 0 || any(3) == 0) {
		put_comparison(log, out);
		return;
	}
	for (size_t i = 0; i < parts; i++) {
		if (i)
			buf_puts(out, any(2) ? " && " : "||");
		if (any(5) == 0)
			buf_putc(out, '!');
		is_apart = any(2);
		buf_puts(out, is_apart ? "( " : "");
		put_random(log, depth - 1, out);
		buf_puts(out, is_apart ? ")" : "");
	}
}

/* A typing error. We may refuse what they take (docs/differences.md), but not take what they refuse. */
static void spoil(struct buf *text)
{
	static const char bytes[] = "\"\\/()&|!=<>ir \ta0-_.:";

	for (size_t n = 1 + any(3); n > 0; n--)
		text->p[any(text->n)] = bytes[any(sizeof(bytes) - 1)];
}

/* ---- the test ---- */

static bool read_log(struct log *log, struct buf *text)
{
	struct sv rest, line;
	struct err e;

	if (file_read(log->path, text, &e) != 0) {
		(void)fprintf(stderr, "%s\n", e.text);
		return false;
	}
	rest = buf_view(text);
	while (log->count < RECORDS_MAX && sv_line(&rest, &line))
		log->count += record_parse(line, &log->records[log->count]) == RECORD_OK;
	return log->count > 0;
}

static int run(struct log *log, int argc, char **argv)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	uint64_t seed = 0, count = 0, matches = 0;
	bool is_spoiled;

	if (argc == 4)
		return agree(log, argv[3], false, &matches) ? EXIT_SUCCESS : EXIT_FAILURE;
	if (argc != 5 || !num_u64(sv_cstr(argv[3]), &seed) || !num_u64(sv_cstr(argv[4]), &count))
		return 2;
	srandom((unsigned)seed);
	for (uint64_t i = 0; i < count; i++) {
		buf_reset(&text);
		put_random(log, DEPTH_MAX, &text);
		is_spoiled = any(4) == 0;
		if (is_spoiled)
			spoil(&text);
		if (!agree(log, buf_cstr(&text), is_spoiled, &matches))
			return EXIT_FAILURE;
	}
	(void)printf("%ju expressions, %ju matches\n", (uintmax_t)count, (uintmax_t)matches);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static struct log log;
	CLEANUP(buf_release) struct buf text = BUF_INIT(INPUT_MAX);
	struct interpreter ip;
	struct names *names = names_new(&names_system, NULL);
	int status = 2;

	if (argc < 4 || !names || !load(argv[1]))
		return 2;
	log.path = argv[2];
	interpreter_init(&ip, names, ESCAPE_TTY);
	expression_matcher_init(&log.matcher, &ip);
	if (read_log(&log, &text))
		status = run(&log, argc, argv);
	expression_matcher_release(&log.matcher);
	names_free(names);
	return status;
}

/*
 * aurum complete: what may come next in a query, for shells. Names of fields and words of the language
 * come from tables, values from the indexes of the log, newest first, for a bounded time. It is for
 * completion scripts only: not listed, and silent about whatever goes wrong.
 *
 *	aurum complete -- key = nee		-- the words behind the verb, the last one unfinished
 */
#include "aurum/app.h"

#include "base/clock.h"
#include "common/log.h"
#include "index/index.h"
#include "query/lang.h"
#include "record/escape.h"
#include "segment/names.h"
#include "table/table.h"

#include <stdlib.h>

#define TEXT_MAX    ((size_t)64 << 10)
#define OFFERS_MAX  1000
#define INDEXES_MAX 32
#define PATIENCE_MS 300
#define WORDS_KEPT  4 /* of the query, before the unfinished one */

struct completion {
	struct sv words[WORDS_KEPT]; /* the last ones, the newest first; empty: there is none */
	struct sv field;             /* whose value is next; empty: none is */
	struct sv before, typed;     /* of the shell's word: what stays, and what is unfinished */
	const char *log, *config_dir;
	struct buf *out;
	size_t offers;
	int64_t end_ms;
};

/* ---- offers ---- */

/* What needs no quotes, neither in a query nor in a shell. */
static bool is_plain(struct sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
		    (c == '\0' || !strchr("_-./:@+", c)))
			return false;
	}
	return text.n > 0;
}

/* Each line of out has a newline in front of it as well: a word that is there is found by both. */
static void offer(struct completion *c, struct sv text)
{
	size_t from = c->out->n;
	struct sv line;

	if (c->offers == OFFERS_MAX || !sv_starts(text, c->typed) || !is_plain(text))
		return;
	if (from == 0)
		buf_putc(c->out, '\n');
	from = c->out->n;
	buf_put(c->out, c->before);
	buf_put(c->out, text);
	buf_putc(c->out, '\n');
	if (c->out->failed)
		return;
	line = sv_make(c->out->p + from - 1, c->out->n - from + 1);
	if (sv_find(sv_head(buf_view(c->out), from), line) < from)
		c->out->n = from;
	else
		c->offers++;
}

static void offer_words(struct completion *c, const char *words)
{
	struct sv rest = sv_cstr(words), word;

	while (sv_word(&rest, &word))
		offer(c, word);
}

static void offer_fields(struct completion *c)
{
	for (size_t i = 0; i < lang_field_count; i++)
		offer(c, sv_cstr(lang_fields[i].name));
}

static void offer_table(struct completion *c, const struct name_table *table)
{
	table_each (table, i)
		offer(c, table_name(table, i));
}

/* ---- values ---- */

/* Fields of records that have the values of a field of the language. */
static const struct {
	const char *name, *fields;
} values_of[] = {
	{"user", "AUID UID EUID acct"},
	{"subject", "AUID acct"},
	{"auid", "AUID"},
	{"uid", "UID"},
	{"euid", "EUID"},
	{"suid", "SUID"},
	{"fsuid", "FSUID"},
	{"gid", "GID"},
	{"egid", "EGID"},
	{"program", "exe comm"},
	{"how", "exe comm"},
	{"path", "name cwd"},
	{"addr", "addr hostname"},
	{"syscall", "SYSCALL"},
	{"arch", "ARCH"},
};

/* Those that tables know. */
static void offer_known(struct completion *c)
{
	if (sv_eq(c->field, SV("type")))
		offer_table(c, &table_msgtypes);
	else if (sv_eq(c->field, SV("syscall")))
		offer_table(c, syscall_table(machine_native()));
	else if (sv_eq(c->field, SV("outcome")))
		offer_words(c, "success failed");
	else if (sv_eq(c->field, SV("success")))
		offer_words(c, "yes no");
	else if (sv_eq(c->field, SV("time")))
		offer_words(c, "now recent boot this-hour today yesterday this-week week-ago "
			       "this-month this-year");
}

static bool take_value(void *arg, struct sv raw, uint64_t rows)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	struct completion *c = arg;
	struct sv key, rest;

	(void)rows;
	if (raw.n && raw.p[0] != '"' && !(raw.n % 2 == 0 && is_hex(raw)))
		buf_put(&text, raw);
	else
		decode_put(raw, &text);
	for (rest = buf_view(&text); rest.n;) { /* several keys stand in one field */
		(void)sv_cut(rest, KEY_SEPARATOR, &key, &rest);
		offer(c, key);
	}
	return c->offers < OFFERS_MAX && clock_ms() < c->end_ms;
}

static void offer_indexed(struct completion *c, struct index *x)
{
	struct sv fields = c->field, field;

	for (size_t i = 0; i < LEN(values_of); i++)
		if (sv_eq(c->field, sv_cstr(values_of[i].name)))
			fields = sv_cstr(values_of[i].fields);
	while (sv_word(&fields, &field) && clock_ms() < c->end_ms)
		(void)!index_values(x, field, take_value, c);
}

static void offer_values(struct completion *c)
{
	const struct log_choice choice = {
		.program = "aurum", .path = c->log, .config_dir = c->config_dir, .is_quiet = true};
	char log[LOG_PATH_BYTES], path[SEGMENT_PATH_MAX];
	struct segment_head head;
	struct cursor cursor;
	int64_t timeout_s;
	size_t seen = 0;
	struct index x;

	offer_known(c);
	cursor_init(&cursor);
	if (log_where(&choice, log, &timeout_s, NULL) == 0 &&
	    cursor_open_set(&cursor, log, NULL) == 0)
		for (size_t i = cursor.count; i-- > 0 && seen < INDEXES_MAX;) {
			if (clock_ms() >= c->end_ms ||
			    !cursor_source_head(cursor.sources[i], &head) ||
			    !index_path(log, &head, path) ||
			    index_open(&x, path, &head, NULL) != INDEX_OPEN)
				continue;
			offer_indexed(c, &x);
			index_close(&x);
			seen++;
		}
	cursor_release(&cursor);
}

/* ---- what is next ---- */

static bool is_one_of(struct sv word, const char *words)
{
	struct sv rest = sv_cstr(words), one;

	while (sv_word(&rest, &one))
		if (sv_eq(word, one))
			return true;
	return false;
}

static void complete(struct completion *c)
{
	struct sv last = c->words[0];

	if (c->field.n)
		offer_values(c);
	else if (last.n == 0 || is_one_of(last, "and or not && || ! (")) {
		offer_words(c, "not has");
		offer_fields(c);
	} else if (is_one_of(last, "has"))
		offer_fields(c);
	else if (lang_field_find(last) && !is_one_of(c->words[1], "has = != == !== ~ !~ like"))
		offer_words(c, "in like");
	else
		offer_words(c, "and or");
}

/* ---- the words so far ---- */

static bool is_operator(char c)
{
	return c != '\0' && strchr("=!<>~(),&|", c) != NULL;
}

static void note_word(struct completion *c, struct sv word)
{
	/* Inside `field in (a, b` the field stays. */
	if (is_one_of(word, "= != == !== < <= > >= ~ !~ like r= i= r!= i!="))
		c->field = c->words[0];
	else if (is_one_of(word, "(") && is_one_of(c->words[0], "in"))
		c->field = c->words[1];
	else if (is_one_of(word, ")") ||
		 (!(is_one_of(word, ",") && c->field.n) && !is_one_of(c->words[0], "( ,")))
		c->field = SV_EMPTY;
	memmove(c->words + 1, c->words, (WORDS_KEPT - 1) * sizeof(*c->words));
	c->words[0] = word;
}

/* The next word of the query, which may be an operator, or be in quotes. */
static struct sv cut_word(struct sv *rest)
{
	struct sv text = *rest;
	size_t n = 1;

	if (text.p[0] == '"')
		while (n < text.n && text.p[n - (n > 1)] != '"')
			n++;
	else if (is_operator(text.p[0]) && !strchr("(),", text.p[0]))
		while (n < text.n && is_operator(text.p[n]) && !strchr("(),", text.p[n]))
			n++;
	else if (!strchr("(),", text.p[0]))
		while (n < text.n && text.p[n] != ' ' && !is_operator(text.p[n]))
			n++;
	*rest = sv_from(text, n);
	return sv_head(text, n);
}

/* Words that are done; what is unfinished stays in *typed. */
static void read_query(struct completion *c, struct sv text)
{
	while (text.n) {
		struct sv word;

		if (text.p[0] == ' ' || text.p[0] == '\t') {
			text = sv_from(text, 1);
			continue;
		}
		word = cut_word(&text);
		if (text.n || is_operator(word.p[0]))
			note_word(c, word);
		else
			c->typed = word;
	}
}

/* Options that say which log it is; the others only stand in the way. */
static bool take_option(struct completion *c, int *i, int argc, char *const argv[])
{
	const char *word = argv[*i];
	bool is_log = strcmp(word, "-l") == 0 || strcmp(word, "--log") == 0;

	if (word[0] != '-' || (word[1] >= '0' && word[1] <= '9') || *i == argc - 1)
		return false;
	if (*i + 2 < argc && strcmp(argv[*i + 1], "=") == 0)
		++*i;
	if (*i + 2 < argc && is_log)
		c->log = argv[++*i];
	else if (*i + 2 < argc && strcmp(word, "--config-dir") == 0)
		c->config_dir = argv[++*i];
	else if (*i + 2 < argc &&
		 is_one_of(sv_cstr(word), "-f --format -n --limit -c --columns -L "
					  "--last -s --sort -b --count-by -t --top "
					  "-T --timeline --from --to"))
		++*i;
	return true;
}

static void read_words(struct completion *c, int argc, char *const argv[], struct buf *text)
{
	struct sv last = sv_cstr(argc ? argv[argc - 1] : "");
	size_t from;

	for (int i = 0; i < argc - 1; i++)
		if (!take_option(c, &i, argc, argv)) {
			buf_puts(text, argv[i]);
			buf_putc(text, ' ');
		}
	if (last.n && (last.p[0] == '\'' || last.p[0] == '"')) /* the shell keeps that */
		last = sv_from(last, 1);
	from = text->n;
	buf_put(text, last);
	if (text->failed)
		return;
	read_query(c, buf_view(text));
	if (!sv_eq(last, SV("=")) && last.n >= c->typed.n) /* bash: '=' is a word of its own */
		c->before = sv_make(text->p + from, last.n - c->typed.n);
}

int complete_main(int argc, char **argv)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX), out = BUF_INIT((size_t)1 << 20);
	struct completion c = {
		.config_dir = LOG_CONFIG_DIR, .out = &out, .end_ms = clock_ms() + PATIENCE_MS};
	int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;

	read_words(&c, argc - first, argv + first, &text);
	complete(&c);
	if (out.n)
		(void)fwrite(out.p + 1, 1, out.n - 1, stdout);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_TROUBLE;
}

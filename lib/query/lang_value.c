/*
 * What a comparison compares with: from a word or a string to a test. Whatever can be wrong with a
 * value is told here, so that a query that was parsed can be asked.
 */
#include "query/lang_parts.h"

#include "base/near.h"
#include "base/num.h"

#include <arpa/inet.h>
#include <stdio.h>

#define WHEN_TEXT_MAX 64
#define GLOB_MAX      1024

/* "BEFORE text AFTER", about the value. */
static int wrong_value(struct lang_parser *p, const char *before, struct sv text, const char *after)
{
	return lang_wrong(&p->lexer, p->lexer.start, lang_lexer_written(&p->lexer).n,
			  "%s%.*s%.150s", before, SV_FMT(sv_head(text, 48)), after);
}

/* The token as a value; -1 when it is none. */
static int take_value(struct lang_parser *p, struct lang_test *t)
{
	if (p->lexer.token != LANG_TOKEN_WORD && p->lexer.token != LANG_TOKEN_STRING)
		return lang_expected(p, "a value");
	t->written = t->text = p->lexer.value;
	t->is_quoted = p->lexer.token == LANG_TOKEN_STRING;
	return 0;
}

static struct sv keep_digits(struct lang_parser *p, int64_t number)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%lld", (long long)number);
	return arena_copy(&p->l->memory, sv_cstr(digits));
}

/* ---- numbers ---- */

static bool read_number(struct sv text, struct lang_number *out)
{
	bool is_negative = text.n > 1 && text.p[0] == '-';
	uint64_t size;

	text = sv_from(text, is_negative);
	if (text.n == 0 || text.p[0] == '-' || !num_auto64(text, &size))
		return false;
	*out = (struct lang_number){is_negative && size, size};
	return true;
}

/* 0x1f and 017: other ways of writing what records write in their own way. */
static bool is_in_another_base(struct sv text)
{
	text = sv_from(text, text.n > 1 && text.p[0] == '-');
	return text.n > 1 && text.p[0] == '0';
}

/* LOW..HIGH */
static bool read_range(struct sv text, struct lang_test *t)
{
	size_t at = sv_find(text, SV(".."));

	return at < text.n && read_number(sv_head(text, at), &t->number) &&
	       read_number(sv_from(text, at + 2), &t->high);
}

/* ---- addresses ---- */

bool lang_address(struct sv text, unsigned char out[16], bool *is_v4)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	struct in_addr v4;

	*is_v4 = false;
	if (!sv_to_cstr(text, address, sizeof(address)))
		return false;
	if (inet_pton(AF_INET, address, &v4) == 1) {
		memset(out, 0, 10);
		memset(out + 10, 0xff, 2);
		memcpy(out + 12, &v4, 4);
		*is_v4 = true;
		return true;
	}
	/* ::ffff:a01:203 is nobody's way of writing 10.1.2.3. */
	if (inet_pton(AF_INET6, address, &v6) != 1 ||
	    (IN6_IS_ADDR_V4MAPPED(&v6) && sv_index(text, '.') == text.n))
		return false;
	memcpy(out, &v6, sizeof(v6));
	return true;
}

/* ADDRESS or ADDRESS/BITS. */
static bool read_network(struct sv text, struct lang_test *t)
{
	struct sv address, bits;
	bool has_bits = sv_cut(text, '/', &address, &bits), is_v4;
	uint64_t number;

	if (!lang_address(address, t->address, &is_v4))
		return false;
	number = is_v4 ? 32 : 128;
	if (has_bits && !num_range(bits, 0, number, &number))
		return false;
	t->bits = (unsigned)number + (is_v4 ? 96 : 0);
	return true;
}

/* An address, and behind the slash no number of bits that it has. */
static bool is_wrong_network(struct sv text)
{
	struct sv address, bits;
	unsigned char bytes[16];
	struct lang_test t;
	bool is_v4;

	return sv_cut(text, '/', &address, &bits) && lang_address(address, bytes, &is_v4) &&
	       !read_network(text, &t);
}

/* ---- times ---- */

/* DATE TIME or one word, as they are given to -ts. */
static int read_when(struct lang_parser *p, enum when_edge edge, struct sv text, int64_t *out)
{
	char first[WHEN_TEXT_MAX], *second = NULL;
	struct err e;
	size_t blank;

	if (!sv_to_cstr(text, first, sizeof(first)) || first[0] == '\0')
		return wrong_value(p, "a time is expected here, not ", text, "");
	blank = sv_index(text, ' ');
	if (blank < text.n && !sv_ends(text, SV(" ago"))) {
		first[blank] = '\0';
		second = first + blank + 1;
	}
	if (when_parse(p->env->when, edge, first, second, out, &e) == 0)
		return 0;
	return lang_wrong(&p->lexer, p->lexer.start, lang_lexer_written(&p->lexer).n, "%.150s",
			  e.text);
}

/* A day, written as one, is all of it; "today" up to its end, too. */
static bool is_day(struct sv text)
{
	return sv_index(text, ':') == text.n && sv_index(text, ' ') == text.n &&
	       (sv_eq(text, SV("today")) || sv_eq(text, SV("yesterday")) ||
		((text.n == 10 && text.p[4] == '-') || sv_index(text, '/') < text.n));
}

static bool end_of_day(const struct when_context *when, int64_t start, int64_t *out)
{
	struct tm day;

	if (!when->to_local(start, &day))
		return false;
	day.tm_hour = 23;
	day.tm_min = day.tm_sec = 59;
	day.tm_isdst = -1;
	return when->from_local(&day, out);
}

/* SECONDS.MILLISECONDS, perhaps with "ts:" in front. */
static bool read_stamp_ms(struct sv text, int64_t *out)
{
	struct sv seconds, milli;
	uint64_t s, ms;

	if (sv_starts(text, SV("ts:")))
		text = sv_from(text, 3);
	if (!sv_cut(text, '.', &seconds, &milli) || milli.n != 3 || seconds.n < 8 ||
	    !num_range(seconds, 0, INT64_MAX / 2000, &s) || !num_range(milli, 0, 999, &ms))
		return false;
	*out = (int64_t)(s * 1000 + ms);
	return true;
}

static int read_time(struct lang_parser *p, struct lang_test *t)
{
	int64_t start = 0, end;

	t->kind = LANG_TEST_TIME;
	if (read_stamp_ms(t->text, &t->from_ms)) {
		t->to_ms = t->from_ms;
		return 0;
	}
	if (read_when(p, WHEN_START, t->text, &start) != 0)
		return -1;
	end = start;
	if (is_day(t->text) && !end_of_day(p->env->when, start, &end))
		return wrong_value(p, "", t->text, " is no time: the day has no end");
	if (start > INT64_MAX / 2000 || end > INT64_MAX / 2000)
		return wrong_value(p, "", t->text, " is no time: it is too far away");
	t->from_ms = start * 1000;
	t->to_ms = end * 1000 + 999;
	return 0;
}

/* SECONDS.MILLISECONDS:SERIAL */
static int read_stamp(struct lang_parser *p, struct lang_test *t)
{
	struct sv rest = t->text, seconds, milli, serial;
	uint64_t sec, ms;

	t->kind = LANG_TEST_STAMP;
	if (!sv_cut(rest, '.', &seconds, &rest) || !sv_cut(rest, ':', &milli, &serial) ||
	    !num_range(seconds, 0, INT64_MAX / 2000, &sec) || !num_range(milli, 0, 999, &ms) ||
	    !num_u64(serial, &t->stamp.serial))
		return wrong_value(p, "an event is SECONDS.MILLISECONDS:SERIAL, not ", t->text, "");
	t->stamp.sec = (int64_t)sec;
	t->stamp.ms = (uint32_t)ms;
	return 0;
}

/* ---- words that must be known ---- */

static int read_type(struct lang_parser *p, struct lang_test *t)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];
	uint32_t type;

	if (msgtype_find(t->text, &type) || msgtype_unnamed(t->text, &type) ||
	    num_u32(t->text, &type)) {
		t->kind = LANG_TEST_NUMBER;
		t->number = (struct lang_number){false, type};
		return 0;
	}
	table_each (&table_msgtypes, i)
		near_consider(&best, t->text, table_name(&table_msgtypes, i));
	return wrong_value(
		p, "there is no record type ", t->text,
		near_hint(&best, ": a name such as SYSCALL or a number is expected", hint));
}

static int read_outcome(struct lang_parser *p, struct lang_test *t)
{
	static const struct {
		const char *word, *meaning;
	} words[] = {
		{"success", "success"}, {"succeeded", "success"}, {"yes", "success"},
		{"failed", "failed"},   {"failure", "failed"},    {"no", "failed"},
	};

	for (size_t i = 0; i < LEN(words); i++)
		if (sv_eq_nocase(sv_cstr(words[i].word), t->text)) {
			t->text = sv_cstr(words[i].meaning);
			return 0;
		}
	return wrong_value(p, "an outcome is success or failed, not ", t->text, "");
}

static int read_serial(struct lang_parser *p, struct lang_test *t)
{
	uint64_t serial;

	if (!t->is_quoted && read_range(t->text, t)) {
		t->kind = LANG_TEST_RANGE;
		return 0;
	}
	if (!num_u64(t->text, &serial))
		return wrong_value(p, "a serial number is expected here, not ", t->text, "");
	t->kind = LANG_TEST_NUMBER;
	t->number = (struct lang_number){false, serial};
	return 0;
}

/* ---- words that are compared as they are ---- */

static bool is_id(const struct lang_node *n)
{
	return n->subject == LANG_SUBJECT_USER ||
	       (n->subject == LANG_SUBJECT_FIELD && (n->type == VALUE_UID || n->type == VALUE_GID));
}

static void read_id(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	struct names *names = p->env->names;
	bool is_number = num_u32(t->text, &t->id) || sv_eq(t->text, SV("-1"));

	t->is_id_number = is_number;
	if (is_number) {
		if (t->text.p[0] == '-')
			t->another = SV("4294967295");
		return;
	}
	if (sv_eq(t->text, SV("unset")))
		t->id = t->gid = NAMES_UNSET;
	/* Some fields are a user here and a group there: id= of ADD_USER and of ADD_GROUP. */
	t->has_id = n->type != VALUE_GID && (sv_eq(t->text, SV("unset")) ||
					     (names && names_find_user(names, t->text, &t->id)));
	t->has_gid = n->subject != LANG_SUBJECT_USER &&
		     (sv_eq(t->text, SV("unset")) ||
		      (names && names_find_group(names, t->text, &t->gid)));
}

/* Errors and the session that is none have names; records have numbers. */
static void read_another(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	int error;

	if (n->subject != LANG_SUBJECT_FIELD)
		return;
	if (n->type == VALUE_SESSION && (sv_eq(t->text, SV("unset")) || sv_eq(t->text, SV("-1"))))
		t->another = SV("4294967295");
	if ((n->type == VALUE_EXIT || n->type == VALUE_ERRNO) && errno_find(t->text, &error))
		t->another = keep_digits(p, n->type == VALUE_EXIT ? -(int64_t)error : error);
}

static bool is_glob(struct sv text)
{
	return sv_index(text, '*') < text.n || (sv_index(text, '?') < text.n && text.n > 1);
}

static struct sv without_last_slash(struct sv path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

static int read_text(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	bool is_address = n->subject == LANG_SUBJECT_ADDR;

	t->kind = LANG_TEST_TEXT;
	if (n->form == LANG_FORM_IN && !t->is_quoted && is_wrong_network(t->text))
		return wrong_value(p, "a network has 0 to 32 bits, or to 128 with colons, not ",
				   t->text, "");
	if ((is_address || n->form == LANG_FORM_IN || sv_index(t->text, '/') < t->text.n) &&
	    (!t->is_quoted || is_address) && read_network(t->text, t) &&
	    (is_address || sv_index(t->text, '/') < t->text.n)) {
		t->kind = LANG_TEST_ADDRESS;
		return 0;
	}
	if (t->is_quoted) {
		if (is_id(n))
			read_id(p, n, t);
		return 0;
	}
	if (n->form == LANG_FORM_IN && read_range(t->text, t)) {
		t->kind = LANG_TEST_RANGE;
		return 0;
	}
	if (is_glob(t->text)) {
		t->kind = LANG_TEST_GLOB;
		return 0;
	}
	if (is_in_another_base(t->text) && read_number(t->text, &t->number))
		t->kind = LANG_TEST_NUMBER;
	if (is_id(n))
		read_id(p, n, t);
	if (n->type == VALUE_SYSCALL)
		t->is_id_number = num_u32(t->text, &t->id);
	read_another(p, n, t);
	return 0;
}

int lang_read_value(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	if (take_value(p, t) != 0)
		return -1;
	switch (n->subject) {
	case LANG_SUBJECT_TIME:
		return read_time(p, t);
	case LANG_SUBJECT_SERIAL:
		return read_serial(p, t);
	case LANG_SUBJECT_EVENT:
		return read_stamp(p, t);
	case LANG_SUBJECT_OUTCOME:
		return read_outcome(p, t);
	case LANG_SUBJECT_TYPE:
		if (t->is_quoted || !is_glob(t->text))
			return read_type(p, t);
		t->kind = LANG_TEST_GLOB;
		return 0;
	case LANG_SUBJECT_PATH:
		t->text = without_last_slash(t->text);
		return read_text(p, n, t);
	case LANG_SUBJECT_FIELD:
	case LANG_SUBJECT_NODE:
	case LANG_SUBJECT_USER:
	case LANG_SUBJECT_ADDR:
	case LANG_SUBJECT_PORT:
	case LANG_SUBJECT_SUBJECT:
	case LANG_SUBJECT_ACTION:
	case LANG_SUBJECT_OBJECT:
	case LANG_SUBJECT_PROGRAM:
	case LANG_SUBJECT_ARGS:
		break;
	}
	return read_text(p, n, t);
}

/* ---- < <= > >= ---- */

static int no_order(struct lang_parser *p, const struct lang_node *n)
{
	return lang_wrong(
		&p->lexer, n->column, n->length,
		"%.*s has no order: numbers, times and record types have; = != ~ in like are "
		"for it",
		SV_FMT(n->name));
}

int lang_read_bound(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	int error;

	if (n->subject == LANG_SUBJECT_USER || n->subject == LANG_SUBJECT_ADDR ||
	    n->subject == LANG_SUBJECT_NODE || (lang_subject_is_of_event(n->subject)))
		return no_order(p, n);
	if (take_value(p, t) != 0)
		return -1;
	if (n->subject == LANG_SUBJECT_TIME)
		return read_time(p, t);
	if (n->subject == LANG_SUBJECT_EVENT)
		return read_stamp(p, t);
	if (n->subject == LANG_SUBJECT_TYPE)
		return read_type(p, t);
	t->kind = LANG_TEST_NUMBER;
	if (read_number(t->text, &t->number))
		return 0;
	if ((n->type == VALUE_EXIT || n->type == VALUE_ERRNO) && errno_find(t->text, &error)) {
		t->number = (struct lang_number){n->type == VALUE_EXIT, (uint64_t)error};
		return 0;
	}
	return wrong_value(p, "a number is expected here, not ", t->text, "");
}

/* ---- like and ~ ---- */

int lang_read_glob(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	if (n->subject == LANG_SUBJECT_TIME || n->subject == LANG_SUBJECT_EVENT ||
	    n->subject == LANG_SUBJECT_SERIAL)
		return lang_wrong(&p->lexer, n->column, n->length,
				  "%.*s is a number: = != < <= > >= in are for it",
				  SV_FMT(n->name));
	if (take_value(p, t) != 0)
		return -1;
	if (t->text.n > GLOB_MAX)
		return lang_wrong(&p->lexer, p->lexer.start, t->text.n,
				  "a pattern may have %d bytes", GLOB_MAX);
	t->kind = LANG_TEST_GLOB;
	return 0;
}

static int compile(struct lang_parser *p, struct lang_test *t)
{
	struct lang_held *h = arena_alloc(&p->l->memory, sizeof(*h));
	PCRE2_SIZE at = 0;
	int error = 0;
	unsigned char why[120];

	if (!h)
		return lang_no_memory(p);
	t->pattern = pcre2_compile((PCRE2_SPTR)(t->text.n ? t->text.p : ""), t->text.n,
				   PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
					   PCRE2_NEVER_BACKSLASH_C,
				   &error, &at, NULL);
	if (!t->pattern) {
		(void)pcre2_get_error_message(error, why, sizeof(why));
		return lang_wrong(&p->lexer, p->lexer.start, lang_lexer_written(&p->lexer).n,
				  "this is no regular expression: %s (at its byte %zu)",
				  (const char *)why, (size_t)at + 1);
	}
	*h = (struct lang_held){.next = p->l->held, .pattern = t->pattern};
	p->l->held = h;
	/* Without it everything is the same, but slower. */
	t->is_jit = pcre2_jit_compile(t->pattern, PCRE2_JIT_COMPLETE) == 0;
	return 0;
}

int lang_read_pattern(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	if (n->subject == LANG_SUBJECT_TIME || n->subject == LANG_SUBJECT_EVENT ||
	    n->subject == LANG_SUBJECT_SERIAL)
		return lang_wrong(&p->lexer, n->column, n->length,
				  "%.*s is a number: = != < <= > >= in are for it",
				  SV_FMT(n->name));
	if (p->lexer.token != LANG_TOKEN_WORD && p->lexer.token != LANG_TOKEN_STRING &&
	    p->lexer.token != LANG_TOKEN_PATTERN)
		return lang_expected(p, "a regular expression, \"...\" or /.../,");
	t->kind = LANG_TEST_PATTERN;
	t->written = t->text = p->lexer.value;
	t->is_quoted = true;
	if (t->text.n > LANG_PATTERN_MAX)
		return lang_wrong(&p->lexer, p->lexer.start, t->text.n,
				  "a regular expression may have %d bytes", LANG_PATTERN_MAX);
	if (++p->pattern_count > LANG_PATTERNS_MAX)
		return lang_wrong(&p->lexer, p->lexer.start, t->text.n,
				  "a query may have %d regular expressions", LANG_PATTERNS_MAX);
	return compile(p, t);
}

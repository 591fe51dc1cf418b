/*
 * What a comparison compares with: from a word or a string to a test. Whatever can be wrong with a
 * value is told here, so that a query that was parsed can be asked.
 */
#include "query/lang_parts.h"

#include "base/num.h"

#include <arpa/inet.h>

#define GLOB_MAX 1024

int lang_wrong_value(struct lang_parser *p, const char *before, struct sv text, const char *after)
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

static int read_serial(struct lang_parser *p, struct lang_test *t)
{
	uint64_t serial;

	if (!t->is_quoted && read_range(t->text, t)) {
		t->kind = LANG_TEST_RANGE;
		return 0;
	}
	if (!num_u64(t->text, &serial))
		return lang_wrong_value(p, "a serial number is expected here, not ", t->text, "");
	t->kind = LANG_TEST_NUMBER;
	t->number = (struct lang_number){false, serial};
	return 0;
}

/* ---- words that are compared as they are ---- */

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
		return lang_wrong_value(
			p, "a network has 0 to 32 bits, or to 128 with colons, not ", t->text, "");
	if ((is_address || n->form == LANG_FORM_IN || sv_index(t->text, '/') < t->text.n) &&
	    (!t->is_quoted || is_address) && read_network(t->text, t) &&
	    (is_address || sv_index(t->text, '/') < t->text.n)) {
		t->kind = LANG_TEST_ADDRESS;
		return 0;
	}
	if (t->is_quoted)
		return lang_read_name(p, n, t);
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
	return lang_read_name(p, n, t);
}

int lang_read_value(struct lang_parser *p, const struct lang_node *n, struct lang_test *t)
{
	if (take_value(p, t) != 0)
		return -1;
	switch (n->subject) {
	case LANG_SUBJECT_TIME:
		return lang_read_time(p, t);
	case LANG_SUBJECT_SERIAL:
		return read_serial(p, t);
	case LANG_SUBJECT_EVENT:
		return lang_read_stamp(p, t);
	case LANG_SUBJECT_OUTCOME:
		return lang_read_outcome(p, t);
	case LANG_SUBJECT_TYPE:
		if (t->is_quoted || !is_glob(t->text))
			return lang_read_type(p, t);
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
		return lang_read_time(p, t);
	if (n->subject == LANG_SUBJECT_EVENT)
		return lang_read_stamp(p, t);
	if (n->subject == LANG_SUBJECT_TYPE)
		return lang_read_type(p, t);
	t->kind = LANG_TEST_NUMBER;
	if (read_number(t->text, &t->number))
		return 0;
	if ((n->type == VALUE_EXIT || n->type == VALUE_ERRNO) && errno_find(t->text, &error)) {
		t->number = (struct lang_number){n->type == VALUE_EXIT, (uint64_t)error};
		return 0;
	}
	return lang_wrong_value(p, "a number is expected here, not ", t->text, "");
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

/* Texts, numbers and addresses against the tests of a comparison. */
#include "query/lang_accept.h"

#include "base/num.h"
#include "record/address.h"
#include "record/escape.h"

#include <arpa/inet.h>

/* A hostile text costs a pattern this many steps, which is some milliseconds. */
#define MATCH_LIMIT    200000
#define DEPTH_LIMIT    10000
#define HEAP_LIMIT_KIB 4096
#define STACK_START    ((size_t)32 << 10)
#define STACK_MAX      ((size_t)1 << 20)
#define TEXT_MAX       ((size_t)1 << 20)

void lang_asker_init(struct lang_asker *a, struct names *names)
{
	*a = (struct lang_asker){.text = BUF_INIT(TEXT_MAX)};
	interpreter_init(&a->interpreter, names, ESCAPE_RAW);
}

void lang_asker_release(struct lang_asker *a)
{
	pcre2_match_data_free(a->match);
	pcre2_match_context_free(a->context);
	pcre2_jit_stack_free(a->stack);
	buf_release(&a->text);
}

/* ---- patterns ---- */

static bool make_ready(struct lang_asker *a)
{
	if (a->stack)
		return true;
	if (!a->match)
		a->match = pcre2_match_data_create(1, NULL);
	if (!a->context)
		a->context = pcre2_match_context_create(NULL);
	if (!a->match || !a->context)
		return false;
	(void)pcre2_set_match_limit(a->context, MATCH_LIMIT);
	(void)pcre2_set_depth_limit(a->context, DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(a->context, HEAP_LIMIT_KIB);
	a->stack = pcre2_jit_stack_create(STACK_START, STACK_MAX, NULL);
	if (a->stack)
		pcre2_jit_stack_assign(a->context, NULL, a->stack);
	return true;
}

static bool matches_pattern(const struct lang_test *t, struct sv text, struct lang_asker *a)
{
	PCRE2_SPTR p = (PCRE2_SPTR)(text.n ? text.p : "");
	int found = 0;

	if (!make_ready(a)) {
		a->is_short = true;
		return false;
	}
	found = pcre2_match(t->pattern, p, text.n, 0, 0, a->match, a->context);
	if (found == PCRE2_ERROR_JIT_STACKLIMIT)
		found = pcre2_match(t->pattern, p, text.n, 0, PCRE2_NO_JIT, a->match, a->context);
	if (found >= 0)
		return true;
	if (found != PCRE2_ERROR_NOMATCH) {
		a->failed = t;
		a->error = found;
	}
	return false;
}

/* ---- globs ---- */

/* Goes back to the last star only: text.n * glob.n steps at most. */
static bool matches_glob(struct sv glob, struct sv text)
{
	size_t g = 0, t = 0, star = SIZE_MAX, resume = 0;

	while (t < text.n) {
		if (g < glob.n && glob.p[g] == '*') {
			star = g++;
			resume = t;
		} else if (g < glob.n && (glob.p[g] == '?' || glob.p[g] == text.p[t])) {
			g++;
			t++;
		} else if (star != SIZE_MAX) {
			g = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (g < glob.n && glob.p[g] == '*')
		g++;
	return g == glob.n;
}

/* ---- numbers ---- */

static int number_cmp(struct lang_number a, struct lang_number b)
{
	int order = a.size < b.size ? -1 : a.size > b.size;

	if (a.is_negative != b.is_negative)
		return a.is_negative ? -1 : 1;
	return a.is_negative ? -order : order;
}

bool lang_order_fits(enum lang_order order, int is)
{
	switch (order) {
	case LANG_EQ:
	case LANG_MATCH:
		return is == 0;
	case LANG_LT:
		return is < 0;
	case LANG_LE:
		return is <= 0;
	case LANG_GT:
		return is > 0;
	case LANG_GE:
		return is >= 0;
	}
	return false;
}

bool lang_accepts_number(const struct lang_node *n, struct lang_number number)
{
	for (size_t i = 0; i < n->test_count; i++) {
		const struct lang_test *t = &n->tests[i];

		if (t->kind == LANG_TEST_NUMBER &&
		    lang_order_fits(n->order, number_cmp(number, t->number)))
			return true;
		if (t->kind == LANG_TEST_RANGE && number_cmp(number, t->number) >= 0 &&
		    number_cmp(number, t->high) <= 0)
			return true;
	}
	return false;
}

static unsigned base_of(enum value_type type)
{
	switch ((int)type) {
	case VALUE_A0:
	case VALUE_A1:
	case VALUE_A2:
	case VALUE_A3:
	case VALUE_ARCH:
	case VALUE_PERSONALITY:
	case VALUE_CAP_BITMAP:
		return 16;
	case VALUE_MODE:
	case VALUE_MODE_SHORT:
		return 8;
	default:
		return 10;
	}
}

bool lang_number_of(enum value_type type, struct sv raw, struct lang_number *out)
{
	struct sv text = lang_unquoted(raw);
	bool is_negative = text.n > 1 && text.p[0] == '-';
	unsigned base = base_of(type);
	uint64_t size;

	text = sv_from(text, is_negative);
	if (base == 10 && sv_starts(text, SV("0x")))
		base = 16;
	if (base == 16 && sv_starts(text, SV("0x")))
		text = sv_from(text, 2);
	if (text.n == 0 || num_digit(text.p[0]) >= base)
		return false;
	if (base == 16  ? !num_hex64(text, &size)
	    : base == 8 ? !num_lead_u64(text, 8, &size)
			: !num_u64(text, &size))
		return false;
	*out = (struct lang_number){is_negative && size, size};
	return true;
}

/* ---- addresses ---- */

static bool is_inside(const struct lang_test *t, const unsigned char address[16])
{
	unsigned bytes = t->bits / 8, bits = t->bits % 8;

	if (memcmp(address, t->address, bytes) != 0)
		return false;
	return bits == 0 || ((address[bytes] ^ t->address[bytes]) >> (8 - bits)) == 0;
}

static bool is_address_inside(const struct lang_test *t, struct sv text)
{
	unsigned char address[16];
	bool is_v4;

	return lang_address(text, address, &is_v4) && is_inside(t, address);
}

bool lang_socket_address(struct sv raw, char out[LANG_ADDRESS_MAX])
{
	struct address a;

	if (!address_decode(raw, &a))
		return false;
	if (a.is.any.sa_family == AF_INET)
		return inet_ntop(AF_INET, &a.is.in.sin_addr, out, LANG_ADDRESS_MAX) != NULL;
	return a.is.any.sa_family == AF_INET6 &&
	       inet_ntop(AF_INET6, &a.is.in6.sin6_addr, out, LANG_ADDRESS_MAX) != NULL;
}

bool lang_accepts_address(const struct lang_node *n, struct sv text, struct lang_asker *a)
{
	struct sv host, port;

	if (lang_accepts_text(n, text, a))
		return true;
	/* auditd writes ADDRESS:PORT of who sends it records. */
	return sv_cut(text, ':', &host, &port) && sv_index(port, ':') == port.n &&
	       lang_accepts_text(n, host, a);
}

/* ---- texts ---- */

static bool test_accepts_text(const struct lang_test *t, struct sv text, struct lang_asker *a)
{
	switch (t->kind) {
	case LANG_TEST_TEXT:
	case LANG_TEST_NUMBER:
		return sv_eq(text, t->text) || (t->another.n && sv_eq(text, t->another));
	case LANG_TEST_GLOB:
		return matches_glob(t->text, text);
	case LANG_TEST_PATTERN:
		return matches_pattern(t, text, a);
	case LANG_TEST_ADDRESS:
		return is_address_inside(t, text);
	case LANG_TEST_RANGE:
	case LANG_TEST_TIME:
	case LANG_TEST_STAMP:
		break;
	}
	return false;
}

bool lang_accepts_text(const struct lang_node *n, struct sv text, struct lang_asker *a)
{
	if (n->order != LANG_EQ && n->order != LANG_MATCH)
		return false;
	for (size_t i = 0; i < n->test_count; i++)
		if (test_accepts_text(&n->tests[i], text, a))
			return true;
	return false;
}

bool lang_accepts_name(const struct lang_node *n, struct sv text, struct lang_asker *a)
{
	for (size_t i = 0; i < n->test_count; i++)
		if (!n->tests[i].is_id_number && test_accepts_text(&n->tests[i], text, a))
			return n->order == LANG_EQ || n->order == LANG_MATCH;
	return false;
}

/* ---- values ---- */

struct sv lang_unquoted(struct sv raw)
{
	struct sv text;

	if (raw.n == 0 || (raw.p[0] != '"' && raw.p[0] != '\''))
		return raw;
	text = sv_from(raw, 1);
	return sv_head(text, sv_index(text, raw.p[0]));
}

static bool has_numbers(const struct lang_node *n)
{
	for (size_t i = 0; i < n->test_count; i++)
		if (n->tests[i].kind == LANG_TEST_NUMBER || n->tests[i].kind == LANG_TEST_RANGE)
			return true;
	return false;
}

bool lang_accepts_raw(const struct lang_node *n, enum value_type type, struct sv raw,
		      struct lang_asker *a)
{
	struct lang_number number;

	if (lang_accepts_text(n, lang_unquoted(raw), a))
		return true;
	return has_numbers(n) && lang_number_of(type, raw, &number) &&
	       lang_accepts_number(n, number);
}

/* ---- words ---- */

bool lang_has_name(enum value_type type)
{
	return type == VALUE_UID || type == VALUE_GID || type == VALUE_SYSCALL;
}

bool lang_is_argument(struct sv name)
{
	return name.n >= 2 && name.p[0] == 'a' && name.p[1] >= '0' && name.p[1] <= '9';
}

/* Words are for texts, globs, patterns and addresses. */
static bool can_be_words(const struct lang_node *n, enum value_type type)
{
	bool has_number_only = type == VALUE_EXIT || type == VALUE_ERRNO || type == VALUE_SESSION ||
			       type == VALUE_UID || type == VALUE_GID;

	if (n->order != LANG_EQ && n->order != LANG_MATCH)
		return false;
	for (size_t i = 0; i < n->test_count; i++) {
		enum lang_test_kind kind = n->tests[i].kind;

		if (kind == LANG_TEST_GLOB || kind == LANG_TEST_PATTERN ||
		    kind == LANG_TEST_ADDRESS || (kind == LANG_TEST_TEXT && !has_number_only))
			return true;
	}
	return false;
}

enum lang_words lang_words_of(const struct lang_node *n, struct sv name)
{
	static const struct sv by_record[] = {
		{"flags", 5}, {"mode", 4}, {"id", 2}, {"fp", 2}, {"saddr", 5}};
	enum value_type type = field_value_type(name);

	if (!can_be_words(n, type))
		return LANG_WORDS_NONE;
	for (size_t i = 0; i < LEN(by_record); i++)
		if (sv_eq(by_record[i], name))
			return LANG_WORDS_RECORD;
	if (lang_is_argument(name))
		return LANG_WORDS_RECORD;
	switch ((int)type) {
	case VALUE_UNCLASSIFIED:
	case VALUE_ADDR:
	case VALUE_MAC_LABEL:
		return LANG_WORDS_NONE;
	case VALUE_UID:
	case VALUE_GID:
	case VALUE_SYSCALL:
	case VALUE_FAN_INFO:
	case VALUE_PROTOCOL:
		return LANG_WORDS_RECORD;
	default:
		return LANG_WORDS_ALONE;
	}
}

/* What the kernel encodes: in quotes it is what it is, and was asked already. */
static bool is_encoded(enum value_type type)
{
	return type == VALUE_ESCAPED || type == VALUE_ESCAPED_FILE || type == VALUE_ESCAPED_KEY;
}

static void put_words(struct sv name, struct sv raw, struct lang_asker *a)
{
	const struct record r = {.line = raw, .body = raw};
	struct field f = {.name = name, .value = lang_unquoted(raw)};

	f.quote = (char)(f.value.p == raw.p || raw.n == 0 ? 0 : raw.p[0]);
	interpret_value(&a->interpreter, &r, &f, &a->text);
}

bool lang_accepts_words(const struct lang_node *n, struct sv name, struct sv raw,
			struct lang_asker *a)
{
	enum value_type type = interpret_type(0, name, raw);

	if (type == VALUE_UNCLASSIFIED || (is_encoded(type) && sv_starts(raw, SV("\""))))
		return false;
	buf_reset(&a->text);
	if (is_encoded(type))
		decode_put(raw, &a->text);
	else
		put_words(name, raw, a);
	if (a->text.failed)
		a->is_short = true;
	return !a->text.failed && lang_accepts_text(n, buf_view(&a->text), a);
}

bool lang_accepts_id(const struct lang_node *n, bool gid, struct sv raw)
{
	uint32_t id;

	if (!num_u32(lang_unquoted(raw), &id))
		return false;
	for (size_t i = 0; i < n->test_count; i++) {
		const struct lang_test *t = &n->tests[i];

		if (gid ? t->has_gid && t->gid == id : t->has_id && t->id == id)
			return true;
	}
	return false;
}

bool lang_accepts_call(const struct lang_node *n, enum machine machine, struct sv raw,
		       struct lang_asker *a)
{
	const char *name;
	uint32_t number;

	if (!num_u32(raw, &number))
		return false;
	name = syscall_name(machine, number);
	return name && lang_accepts_name(n, sv_cstr(name), a);
}

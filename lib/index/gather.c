/*
 * Cutting lines. The fast way knows one kind of record: words with a '=' between single spaces, values
 * whose quotes open in front and close at the end, perhaps inside one msg='...' that ends with the body.
 * There words.h and record.h read the same. Whatever else a line holds sends it the slow way: it
 * is then read by both, and where they differ in a field, that field's column is `repeated`.
 */
#include "index/gather.h"

#include "base/map.h"

#include <assert.h>
#include <linux/audit.h>
#include <stdlib.h>

#define ARENA_MAX  ((size_t)4 << 30)
#define RAW_MAX    ((size_t)1 << 20)
#define TAG_FACTOR UINT64_C(0x9e3779b97f4a7c15)
#define FIELD_NONE (-1)
#define LOWER      UINT64_C(0x2020202020202020) /* set in small letters, and in digits */
#define PHRASE_TRY 2048                         /* of so many, half have to be known */

static const char nothing[HASH_SLACK];

/* ---- names ---- */

static uint64_t tag_of(const char *name, size_t n)
{
	return hash_keep(hash_load(name), n);
}

static size_t slot_of(uint64_t tag)
{
	return (tag * TAG_FACTOR) >> 56;
}

static bool is_of_tail(int field)
{
	char first = index_fields[field].name[0];

	return first >= 'A' && first <= 'Z';
}

/* The name's place, made when it is not there. */
static struct gather_name *name_at(struct gather *g, const char *name) /* of 16 bytes */
{
	size_t n = strlen(name), i;
	uint64_t tag = tag_of(name, n);

	assert(n <= 8); /* names are told apart by their tags */
	for (i = slot_of(tag); g->names[i].n; i = (i + 1) % GATHER_NAMES)
		if (g->names[i].tag == tag)
			return &g->names[i];
	g->names[i] = (struct gather_name){.tag = tag, .n = (uint32_t)n, .field = FIELD_NONE};
	return &g->names[i];
}

static void add_field(struct gather *g, int field)
{
	struct gather_name *name = name_at(g, index_fields[field].name);

	name->field = (int16_t)field;
	name->is_tail = is_of_tail(field);
	name->is_key = strcmp(index_fields[field].name, "key") == 0;
	name->ends_phrase = index_fields[field].kind == FIELD_SKETCH;
}

/*
 * Where phrases begin, and how many bytes of them are as good as all; where there are none, words that
 * differ from record to record.
 */
static void add_phrases(struct gather *g)
{
	static const struct {
		char name[FIELD_NAME_MAX];
		uint8_t window;
	} list[] = {
		{"arch", 24}, {"auid", 24}, {"comm", 24}, {"subj", 40}, {"acct", 24},
		{"dev", 40},  {"ARCH", 24}, {"AUID", 24}, {"OUID", 24}, {"pid", 0},
		{"ppid", 0},  {"ses", 0},   {"exit", 0},  {"tty", 0},   {"name", 0},
		{"path", 0},  {"cwd", 0},   {"cmd", 0},   {"a0", 0},    {"addr", 0},
	};

	for (size_t i = 0; i < LEN(list); i++) {
		struct gather_name *name = name_at(g, list[i].name);

		name->window = list[i].window;
		name->ends_phrase = true;
	}
}

/* The name with this tag, of at most eight bytes; NULL when it is no indexed field's. */
static inline struct gather_name *find_tag(struct gather *g, uint64_t tag, size_t n)
{
	for (size_t i = slot_of(tag); g->names[i].n; i = (i + 1) % GATHER_NAMES)
		if (g->names[i].tag == tag && g->names[i].n == n)
			return &g->names[i];
	return NULL;
}

static inline int find_name(struct gather *g, const char *name, size_t n)
{
	const struct gather_name *found = n <= 8 ? find_tag(g, tag_of(name, n), n) : NULL;

	return found ? found->field : FIELD_NONE;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(struct sv v)
{
	size_t n = 0;

	while (n < v.n && is_digit(v.p[n]))
		n++;
	return n;
}

/* a0, a12, a2[0]: of EXECVE. */
static bool is_argument(struct sv name)
{
	size_t n;

	if (name.n < 2 || name.p[0] != 'a')
		return false;
	name = sv_from(name, 1);
	n = digits(name);
	name = sv_from(name, n);
	if (!n || !name.n)
		return n;
	n = digits(sv_from(name, 1));
	return name.p[0] == '[' && n && n + 2 == name.n && name.p[n + 1] == ']';
}

static int field_of(struct gather *g, struct sv name)
{
	int field = name.n ? find_name(g, name.p, name.n) : FIELD_NONE;

	if (field == FIELD_NONE && g->is_execve && is_argument(name))
		return g->args;
	return field;
}

/* ---- a value ---- */

/* Of the piece at hand. */
static inline void put(struct gather *g, size_t column, uint32_t number)
{
	trace_put(&g->trace, trace_id(column, number));
}

/* Closed by the same quote at its end, and nowhere before. */
static bool is_closed(struct sv raw)
{
	const char *close = raw.n > 1 ? memchr(raw.p + 1, raw.p[0], raw.n - 1) : NULL;

	return close == raw.p + raw.n - 1;
}

static inline bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* Room for n more of those that somebody wants. NULL: no memory. */
static struct index_value *more_values(struct gather *g, size_t n)
{
	struct gather_values *v = g->values;

	if (v->count + n > v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 4096;
		struct index_value *grown = reallocarray(v->list, cap, sizeof(*grown));

		if (!grown) {
			g->failed = true;
			return NULL;
		}
		v->list = grown;
		v->cap = cap;
	}
	v->count += n;
	return v->list + v->count - n;
}

static inline void show_value(struct gather *g, struct index_value value)
{
	struct index_value *room = more_values(g, 1);

	if (room)
		*room = value;
}

static void show_phrase(struct gather *g, const struct phrase *x)
{
	struct index_value *room = x->shown_count ? more_values(g, x->shown_count) : NULL;

	if (room)
		memcpy(room, x->shown, x->shown_count * sizeof(*room));
}

static struct index_value shown_of(const struct gather_value *p, struct sv raw)
{
	return (struct index_value){
		.raw = raw,
		.id = p->number,
		.field = p->field,
		.in_message = p->in_message,
	};
}

/* False: the slow way. */
static bool sketch_value(struct gather *g, int field, struct sv raw)
{
	struct column *c = &g->columns[field];

	g->is_span_open = false;
	if (is_quote(raw.p[0]) && !is_closed(raw))
		return false;
	sketch_put(&c->sketch, raw);
	if (!c->is_wanted)
		return true;
	field_set_take(&g->seen, field_set_of((size_t)field), &g->twice);
	show_value(g, (struct index_value){
			      .raw = raw,
			      .id = INDEX_NO_ID,
			      .field = (uint8_t)field,
			      .in_message = g->in_message,
		      });
	return true;
}

/* False: the slow way. */
static inline bool take_value(struct gather *g, int field, struct sv raw)
{
	struct gather_value *next = &g->pending[g->pending_count];

	if (g->columns[field].is_sketch)
		return sketch_value(g, field, raw);
	if (g->pending_count == GATHER_PENDING)
		return false;
	next->field = (uint8_t)field;
	next->in_message = g->in_message;
	next->key = dictionary_key(&g->columns[field].values, raw);
	g->pending_count++;
	return true;
}

/* Looks up what was taken. False: the slow way. */
static bool find_values(struct gather *g)
{
	for (size_t i = 0; i < g->pending_count; i++) {
		struct dictionary *values = &g->columns[g->pending[i].field].values;
		struct sv raw = g->pending[i].key.raw;
		uint32_t number = dictionary_find(values, &g->pending[i].key);

		if (number == DICTIONARY_FULL) {
			g->failed = true;
			return true;
		}
		g->pending[i].number = number;
		if (!is_quote(raw.p[0]))
			continue;
		if (values->is_new)
			values->list[number].mark = !is_closed(raw);
		if (values->list[number].mark)
			return false;
	}
	return true;
}

/* Without the quote that ends msg='...', where it ends the body. False: the slow way. */
static bool strip(const struct gather *g, struct sv *raw, bool ends_body)
{
	char last = raw->p[raw->n - 1];

	if (last == ')')
		return sv_eq(*raw, SV("(none)")) || sv_eq(*raw, SV("(null)"));
	if (last != '\'' || !g->in_message || !ends_body || is_quote(raw->p[0]))
		return last != ':' && last != ',' && last != '\'';
	raw->n--;
	last = raw->n ? raw->p[raw->n - 1] : ':';
	return last != ':' && last != ',' && last != '\'' && last != ')';
}

/* ---- the fast way ---- */

/* A word of the body. False: the slow way. */
static bool body_word(struct gather *g, struct sv name, struct sv raw, bool ends_body)
{
	int field = name.n ? field_of(g, name) : FIELD_NONE;

	if (field != FIELD_NONE)
		return raw.n && !is_of_tail(field) && strip(g, &raw, ends_body) &&
		       (name.n != 3 || name.p[0] != 'k' || raw.p[0] == '"' || raw.p[0] == '(') &&
		       take_value(g, field, raw);
	if (name.n && name.p[0] == '(')
		return false;
	if (!raw.n || !is_quote(raw.p[0]))
		return true;
	if (raw.p[0] != '\'' || !sv_eq(name, SV("msg")))
		return is_closed(raw);
	if (g->in_message)
		return false;
	g->in_message = true;
	raw = sv_from(raw, 1);
	if (!sv_cut(raw, '=', &name, &raw))
		return true;
	return body_word(g, name, raw, ends_body);
}

/* A word of the enriched tail; *end is where the line does, or what is left of it may be passed over. False: the slow way. */
static bool tail_word(struct gather *g, struct sv name, struct sv raw, size_t *end)
{
	int field = name.n ? find_name(g, name.p, name.n) : FIELD_NONE;

	/* Names in lower case count there, too, but nobody writes them. */
	if (name.n && name.n <= 8 && tag_of(name.p, name.n) & LOWER)
		return false;
	if (raw.n && raw.p[0] == '{') {
		bool is_last = g->text[*end - 1] == '}';

		g->is_span_open = false;
		*end = 0;
		return is_last && field == FIELD_NONE;
	}
	if (field != FIELD_NONE)
		return raw.n && is_of_tail(field) && take_value(g, field, raw);
	return !raw.n || !is_quote(raw.p[0]) || is_closed(raw);
}

/* The first enriched mark, at text[at]: msg='...' has to end before it. */
static bool enter_tail(struct gather *g, size_t at, size_t end)
{
	if (g->in_tail)
		return false;
	g->in_tail = true;
	g->mark = at;
	if (!g->in_message)
		return true;
	return at > 0 && g->text[at - 1] == '\'' && !memchr(g->text + at, '\'', end - at);
}

/* A byte with which a value may end as it is. */
static inline bool is_plain_end(char last)
{
	return last != ')' && last != '\'' && last != ',' && last != ':';
}

/* One word, most of which are taken or passed over right here. False: the slow way. */
static inline bool take_word(struct gather *g, const struct gather_name *found, struct sv name,
			     size_t stop, size_t *end)
{
	size_t from = (size_t)(name.p - g->text) + name.n + 1;
	struct sv raw = sv_make(g->text + from, stop - from);
	bool is_field = found && found->field != FIELD_NONE;

	if (is_field && raw.n && found->is_tail == g->in_tail &&
	    (g->in_tail ? raw.p[0] != '{' : is_plain_end(raw.p[raw.n - 1]) && !found->is_key))
		return take_value(g, found->field, raw);
	if (!is_field && !g->in_tail && !g->is_execve && name.n && name.p[0] != '(' &&
	    !(raw.n && is_quote(raw.p[0])))
		return true;
	return g->in_tail ? tail_word(g, name, raw, end)
			  : body_word(g, name, raw, g->text[stop] != ' ');
}

/* ---- phrases ---- */

static uint8_t state_of(const struct gather *g)
{
	return (uint8_t)(g->in_tail | g->in_message << 1 | g->is_execve << 2);
}

/* Whether it is worth the try, and known. It is if it often is. */
static const struct phrase *known_phrase(struct gather *g, struct gather_name *name, size_t at,
					 size_t end)
{
	struct phrase_key key = {.p = g->text + at, .n = end + 1 - at, .state = state_of(g)};
	const struct phrase *x;

	if (key.n <= name->window || g->found_count == GATHER_PHRASES)
		return NULL;
	if (name->tries == PHRASE_TRY) {
		if (name->hits < PHRASE_TRY / 2)
			name->window = 0;
		name->tries = name->hits = 0;
	}
	name->tries++;
	phrase_hash(&key, name->window);
	x = phrases_find(&g->phrases, &key);
	if (x) {
		name->hits++;
		g->found[g->found_count++] = x;
		g->in_message = x->state_behind & 2;
	} else if (g->span_count < GATHER_PHRASES) {
		g->spans[g->span_count++] =
			(struct gather_span){.key = key, .from = g->pending_count};
		g->is_span_open = true;
	}
	return x;
}

/* A word of the span that is open, up to `stop`, was taken. */
static inline void widen_span(struct gather *g, size_t stop)
{
	struct gather_span *span = &g->spans[g->span_count - 1];

	span->bytes = (size_t)(g->text + stop + 1 - span->key.p);
	span->to = g->pending_count;
	span->state_behind = state_of(g);
	span->words++;
}

static bool ends_word(char c)
{
	return c == ' ' || c == '\n' || c == RECORD_ENRICHED_MARK;
}

static void keep_span(struct gather *g, const struct gather_span *span)
{
	struct phrase made = {
		.bytes = (uint16_t)span->bytes,
		.state_behind = span->state_behind,
		.picks = g->picks,
		.shown = g->shown,
	};

	for (size_t k = span->from; k < span->to; k++) {
		const struct gather_value *p = &g->pending[k];
		const struct column *c = &g->columns[p->field];
		const struct value *v = &c->values.list[p->number];

		g->picks[made.count++] = trace_id(p->field, p->number);
		field_set_take(&made.fields, field_set_of(p->field), &made.twice);
		/* As it is kept: the text goes. */
		if (c->is_wanted)
			g->shown[made.shown_count++] = shown_of(p, sv_make(v->p, v->bytes));
	}
	phrases_keep(&g->phrases, &span->key, &made);
}

/* What was cut is known from now on; its values have been found. */
static void keep_spans(struct gather *g)
{
	for (size_t i = 0; i < g->span_count; i++) {
		const struct gather_span *span = &g->spans[i];

		/* Where a line was cut short, or the text ends, nothing tells the phrase's end. */
		if (span->words > 1 && span->bytes <= PHRASE_BYTES_MAX &&
		    ends_word(span->key.p[span->bytes - 1]))
			keep_span(g, span);
	}
}

/* ---- a line ---- */

/* False: the slow way. */
static bool cut_fast(struct gather *g, size_t at, size_t end)
{
	const char *p = g->text;
	size_t equals = 0, stop;

	for (; at < end; at = stop + 1) {
		struct gather_name *name = NULL;
		const struct phrase *known = NULL;

		if (equals < at)
			equals = marks_next(g->marks.equals, at);
		if (equals - at - 1 < 8)
			name = find_tag(g, tag_of(p + at, equals - at), equals - at);
		if (name && name->ends_phrase) {
			g->is_span_open = false;
			known = name->window ? known_phrase(g, name, at, end) : NULL;
		}
		if (known) {
			stop = at + known->bytes - 1;
		} else {
			stop = marks_next(g->marks.ends, at);
			if (equals < stop &&
			    !take_word(g, name, sv_make(p + at, equals - at), stop, &end))
				return false;
			if (g->is_span_open)
				widen_span(g, stop);
		}
		if (stop < end && p[stop] == RECORD_ENRICHED_MARK) {
			g->is_span_open = false;
			if (!enter_tail(g, stop, end))
				return false;
		}
	}
	/* A message that does not end with the body: what follows its last quote is the kernel's. */
	return !g->in_message || g->in_tail || p[end - 1] == '\'';
}

static void commit(struct gather *g)
{
	struct field_set seen = g->seen, twice = g->twice;

	for (size_t i = 0; i < g->pending_count; i++) {
		const struct gather_value *p = &g->pending[i];

		field_set_take(&seen, field_set_of(p->field), &twice);
		if (g->columns[p->field].is_wanted)
			show_value(g, shown_of(p, p->key.raw));
		put(g, p->field, p->number);
	}
	for (size_t i = 0; i < g->found_count; i++) {
		const struct phrase *x = g->found[i];

		field_set_take(&seen, x->fields, &twice);
		field_set_add(&twice, x->twice);
		show_phrase(g, x);
		if (x->count)
			put(g, PHRASE_COLUMN, x->number);
	}
	g->twice = twice;
	field_set_add(&g->repeated, twice);
	if (g->span_count)
		keep_spans(g);
}

/* ---- the slow way ---- */

static struct gather_look *look_of(struct gather *g, int field)
{
	struct gather_look *look = &g->looks[field];

	for (size_t i = 0; i < g->looked_count; i++)
		if (g->looked[i] == field)
			return look;
	g->looked[g->looked_count++] = (uint8_t)field;
	*look = (struct gather_look){0};
	return look;
}

/* The value's number + 1; 0 when it has none. */
static uint32_t put_slow(struct gather *g, int field, struct sv raw)
{
	struct column *c = &g->columns[field];
	uint32_t number;

	if (!raw.p)
		raw.p = nothing;
	if (c->is_sketch) {
		sketch_put(&c->sketch, raw);
		return 0;
	}
	number = dictionary_take(&c->values, raw);
	if (number == DICTIONARY_FULL) {
		g->failed = true;
		return 0;
	}
	if (c->values.is_new)
		c->values.list[number].mark = raw.n && is_quote(raw.p[0]) && !is_closed(raw);
	put(g, (size_t)field, number);
	return number + 1;
}

/* Names that are not in the text, as that of the type, end where they end. */
static int field_of_any(struct gather *g, struct sv name)
{
	char copy[FIELD_NAME_MAX + HASH_SLACK] = {0};

	if (name.n > FIELD_NAME_MAX)
		return field_of(g, name);
	if (name.n)
		memcpy(copy, name.p, name.n);
	return field_of(g, sv_make(copy, name.n));
}

static void slow_words(struct gather *g, const struct record *r)
{
	const struct trail_field *f;

	if (!words_read(&g->words, r)) {
		g->failed = true;
		return;
	}
	for (size_t i = 0; (f = words_at(&g->words, i)); i++) {
		int field = field_of_any(g, f->name);
		struct gather_look *look;

		if (field == FIELD_NONE)
			continue;
		buf_reset(&g->raw);
		words_put_raw(f, &g->raw);
		if (g->raw.failed || !buf_reserve(&g->raw, HASH_SLACK)) {
			g->failed = true;
			return;
		}
		look = look_of(g, field);
		look->words++;
		look->word = put_slow(g, field, buf_view(&g->raw));
		if (is_of_tail(field))
			look->words++; /* nobody reads it there: never exact */
	}
}

/* A value with the quotes that it has in the record. */
static struct sv with_quotes(const struct field *f, const struct record *r)
{
	struct sv raw = f->value;
	const char *end = r->line.p + r->line.n;

	if (!f->quote || !raw.p)
		return raw;
	raw.p--;
	raw.n++;
	if (raw.p + raw.n < end && raw.p[raw.n] == f->quote)
		raw.n++;
	return raw;
}

/* Names of the tail count in upper case. */
static int slow_field(struct gather *g, const struct field *f)
{
	char name[FIELD_NAME_MAX];

	if (f->origin != FIELD_TAIL)
		return field_of(g, f->name);
	if (f->name.n >= sizeof(name))
		return FIELD_NONE;
	for (size_t i = 0; i < f->name.n; i++)
		name[i] = f->name.p[i] >= 'a' && f->name.p[i] <= 'z' ? (char)(f->name.p[i] - 32)
								     : f->name.p[i];
	return index_field_find(sv_make(name, f->name.n));
}

static void slow_fields(struct gather *g, const struct record *r)
{
	struct fields it;
	struct field f;

	fields_init(&it, r);
	while (fields_next(&it, &f)) {
		int field = slow_field(g, &f);
		struct gather_look *look;

		if (field == FIELD_NONE)
			continue;
		look = look_of(g, field);
		look->fields++;
		look->field = put_slow(g, field, with_quotes(&f, r));
		if (is_of_tail(field) != (f.origin == FIELD_TAIL))
			look->fields++;
	}
}

static void cut_slow(struct gather *g, const struct gather_line *l)
{
	struct record r;

	if (record_parse(sv_make(g->text + l->from, l->end - l->from), &r) != RECORD_OK)
		return;
	g->looked_count = 0;
	slow_words(g, &r);
	slow_fields(g, &r);
	for (size_t i = 0; i < g->looked_count; i++) {
		const struct gather_look *look = &g->looks[g->looked[i]];
		bool is_tail = is_of_tail(g->looked[i]);

		/* No field at all, but words that record/words.h makes one of. */
		if (look->fields == 0 && g->looked[i] == g->seresult && look->words == 1)
			continue;
		if (look->words > 1 || look->fields > 1 ||
		    (is_tail ? look->words != 0
			     : look->words != look->fields || look->word != look->field))
			field_set_add(&g->repeated, field_set_of(g->looked[i]));
	}
}

/* ---- lines ---- */

static void check_size(struct gather *g, size_t field)
{
	const struct column_past past = {&g->trace, &g->phrases, g->frame_pieces, g->frames};
	struct column *c = &g->columns[field];

	if (c->is_sketch || !column_is_full(c))
		return;
	phrases_forget(&g->phrases);
	if (!column_to_sketch(c, field, &past))
		g->failed = true;
}

void gather_piece(struct gather *g)
{
	trace_piece(&g->trace);
}

void gather_line(struct gather *g, const struct gather_line *l, uint32_t type)
{
	size_t values = g->values ? g->values->count : 0;
	bool is_fast;

	g->is_execve = type == AUDIT_EXECVE;
	g->in_tail = g->in_message = false;
	g->pending_count = g->found_count = g->span_count = 0;
	g->seen = g->twice = (struct field_set){{0}};
	g->is_span_open = false;
	is_fast = type != AUDIT_AVC && type != AUDIT_USER_AVC && cut_fast(g, l->body, l->end);
	g->is_slow = !is_fast || !find_values(g);
	if (g->is_slow && g->values)
		g->values->count = values;
	if (g->is_slow)
		cut_slow(g, l);
	else if (!g->failed)
		commit(g);
}

/* The number in a dictionary that takes all. */
static uint32_t take(struct gather *g, size_t column, struct sv name)
{
	uint32_t number;

	if (!name.n)
		name.p = nothing;
	number = dictionary_take(&g->columns[column].values, name);
	if (number == DICTIONARY_FULL)
		g->failed = true;
	else
		put(g, column, number);
	return number;
}

uint32_t gather_type(struct gather *g, struct sv type_name)
{
	struct dictionary *types = &g->columns[GATHER_TYPES].values;
	uint32_t number = take(g, GATHER_TYPES, type_name);

	if (number == DICTIONARY_FULL)
		return 0;
	if (types->is_new)
		types->list[number].mark = record_type(type_name);
	return types->list[number].mark;
}

void gather_node(struct gather *g, struct sv node)
{
	(void)take(g, GATHER_NODES, node);
}

/* ---- frames ---- */

static bool marks_room(struct gather *g, size_t blocks)
{
	struct marks *m = &g->marks;
	uint64_t *p;

	m->blocks = blocks;
	if (blocks <= g->marks_cap)
		return true;
	p = reallocarray(m->ends, 3 * blocks + 1, sizeof(*p));
	if (!p)
		return false;
	m->ends = p;
	m->equals = p + blocks;
	m->lines = p + 2 * blocks;
	g->marks_cap = blocks;
	return true;
}

bool gather_frame(struct gather *g, const char *text, size_t n)
{
	size_t whole = n / MARKS_BLOCK, left = n % MARKS_BLOCK;
	char last[MARKS_BLOCK] = {0};

	if (g->frames == g->frames_cap) {
		size_t cap = g->frames_cap ? g->frames_cap * 2 : 256;
		uint32_t *grown = reallocarray(g->frame_pieces, cap, sizeof(*grown));

		if (!grown)
			return false;
		g->frame_pieces = grown;
		g->frames_cap = cap;
	}
	if (!marks_room(g, whole + 1))
		return false;
	g->frame_pieces[g->frames++] = (uint32_t)g->trace.pieces;
	g->text = text;
	g->text_bytes = n;
	for (size_t i = 0; i < whole; i++)
		marks_block(&g->marks, i, text + i * MARKS_BLOCK);
	memcpy(last, text + whole * MARKS_BLOCK, left);
	marks_block(&g->marks, whole, last);
	/* Everything ends at the text's end. */
	g->marks.ends[whole] |= UINT64_C(1) << left;
	g->marks.equals[whole] |= UINT64_C(1) << left;
	g->marks.lines[whole] |= UINT64_C(1) << left;
	return true;
}

void gather_end_frame(struct gather *g)
{
	g->failed |= g->trace.failed;
	for (size_t i = 0; i < INDEX_FIELDS; i++) {
		check_size(g, i);
		if (g->columns[i].is_sketch)
			sketch_end_frame(&g->columns[i].sketch);
		g->failed |= g->columns[i].sketch.failed;
	}
}

void gather_init(struct gather *g)
{
	uint64_t seed = hash_seed();

	*g = (struct gather){.raw = BUF_INIT(RAW_MAX)};
	arena_init(&g->arena, ARENA_MAX);
	words_init(&g->words, NULL);
	for (int i = 0; i < INDEX_FIELDS; i++) {
		column_init(&g->columns[i], &index_fields[i], &g->arena, seed);
		add_field(g, i);
	}
	add_phrases(g);
	phrases_init(&g->phrases, &g->arena);
	g->args = index_field_find(SV("args"));
	g->seresult = index_field_find(SV("seresult"));
	column_init(&g->columns[GATHER_TYPES], NULL, &g->arena, seed);
	column_init(&g->columns[GATHER_NODES], NULL, &g->arena, seed);
}

void gather_want(struct gather *g, const struct index_extra_maker *maker)
{
	for (int i = 0; maker->values && i < INDEX_FIELDS; i++)
		g->columns[i].is_wanted |=
			!is_of_tail(i) &&
			maker->wants(maker->ctx, (uint8_t)i, sv_cstr(index_fields[i].name));
}

void gather_release(struct gather *g)
{
	for (size_t i = 0; i < GATHER_COLUMNS; i++)
		column_release(&g->columns[i]);
	trace_release(&g->trace);
	phrases_release(&g->phrases);
	free(g->marks.ends);
	free(g->frame_pieces);
	words_release(&g->words);
	buf_release(&g->raw);
	arena_release(&g->arena);
}

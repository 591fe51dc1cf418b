/*
 * aurum rules match: for each recorded event which rule takes it, and what kept the earlier
 * rules from it. This file reads events and rules and prints; policy/filter.h decides.
 *
 * Exit codes: 0 every event was decided, 1 some were not, 2 nothing can be read.
 */
#include "aurum/rules.h"

#include "log/cursor.h"
#include "output/quote.h"
#include "output/terminal.h"
#include "policy/filter.h"
#include "record/join.h"
#include "rule/print.h"

#include <stdlib.h>

#define SOURCES_MAX 64
#define OUT_MAX     ((size_t)64 << 20) /* of one event */
#define MEMORY_MAX  ((size_t)64 << 20)
#define RULE_MAX    ((size_t)256 << 10)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/rules_match.def"
#undef OPTION
};
static const struct option_set match_set = {
	.program = "aurum rules match",
	.usage = "--event FILE [OPTION...] [FILE|DIR|-|kernel]...",
	.summary = "Says which rule takes each recorded event, and for each earlier rule the first "
		   "condition that did not hold. Without rules those of this host's files count.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

struct matching {
	const char *events;
	bool is_json, is_brief, looks;
	const char *words[SOURCES_MAX]; /* where rules come from */
	size_t word_count;

	struct rule_source sources[SOURCES_MAX];
	size_t source_count;
	struct placed_rule *rules; /* of all sources */
	struct filter filter;
	struct filter_verdict *verdicts;
	struct arena memory; /* of one event */
	struct buf out;
	size_t decided, open, malformed;
};

/* ---- words for both formats ---- */

static void put_rule(const struct rule *rule, struct buf *out)
{
	const struct rule_style style = {.machine = machine_native()};

	rule_print(rule, &style, out);
}

static const char *outcome_word(const struct filter_answer *a)
{
	switch (a->outcome) {
	case FILTER_RECORDED:
		return "recorded";
	case FILTER_DROPPED:
		return "dropped";
	case FILTER_IGNORED:
		break;
	}
	return "not recorded";
}

/* Why there is an outcome without a rule. */
static const char *reason_word(const struct act *act, const struct filter_answer *a)
{
	if (a->rule != FILTER_NONE)
		return NULL;
	if (a->is_brought)
		return "no rule takes it, but the kernel wrote another record meanwhile";
	if (a->outcome == FILTER_IGNORED)
		return "no rule takes it";
	switch (act->kind) {
	case ACT_USER:
		return "no rule drops it: messages of programs are recorded without one";
	case ACT_DAEMON:
		return "the audit daemon wrote it itself";
	case ACT_KERNEL:
	case ACT_CALL:
	case ACT_URING:
		break;
	}
	return "no rule drops it: the kernel's own records need none";
}

static void put_what(const struct act *act, struct buf *out)
{
	const char *call = act->has_call ? syscall_name(act->machine, act->call) : NULL;

	buf_put(out, act->type_name);
	if (call)
		buf_printf(out, " %s", call);
	else if (act->has_call)
		buf_printf(out, " call %u", act->call);
}

/* Was the rule's list asked at all? exclude comes last, for what would be written. */
static bool is_asked(const struct matching *m, const struct filter_answer *a, size_t i)
{
	bool by_exclude =
		a->rule != FILTER_NONE && m->rules[a->rule].rule->list == AUDIT_FILTER_EXCLUDE;

	if (m->verdicts[i].reason == FILTER_NOT_ASKED)
		return false;
	return m->rules[i].rule->list != AUDIT_FILTER_EXCLUDE || by_exclude ||
	       a->outcome == FILTER_RECORDED;
}

/* Rules that are worth a word: up to the one that takes the event, or left open. */
static bool is_told(const struct matching *m, const struct filter_answer *a, size_t i)
{
	if (i == a->rule || !is_asked(m, a, i))
		return false;
	if (m->verdicts[i].truth == FILTER_UNSAID && !a->is_decided)
		return true;
	return !m->is_brief && (a->rule == FILTER_NONE || i < a->rule ||
				m->rules[i].rule->list != m->rules[a->rule].rule->list);
}

static const char *truth_word(enum filter_truth t)
{
	static const char *const words[] = {
		[FILTER_NO] = "no", [FILTER_YES] = "yes", [FILTER_UNSAID] = "not said"};

	return words[t];
}

/* ---- text ---- */

static void put_place(const struct placed_rule *r, struct buf *out)
{
	buf_printf(out, "%s:%u", r->file, r->line);
}

static void put_verdict(const struct matching *m, const struct act *act, size_t i, struct buf *out)
{
	const struct rule *rule = m->rules[i].rule;
	const struct filter_verdict *v = &m->verdicts[i];
	size_t from;

	put_place(&m->rules[i], out);
	buf_printf(out, ": %s: ", truth_word(v->truth));
	from = out->n;
	filter_put_condition(rule, v, out);
	if (out->n > from)
		buf_puts(out, ": ");
	filter_put_event(rule, v, act, out);
}

static void put_answer(const struct matching *m, const struct act *act,
		       const struct filter_answer *a, struct buf *out)
{
	const char *reason = reason_word(act, a);

	buf_printf(out, "%lld.%03u:%llu ", (long long)act->stamp.sec, act->stamp.ms,
		   (unsigned long long)act->stamp.serial);
	put_what(act, out);
	buf_puts(out, ": ");
	if (!a->is_decided)
		buf_printf(out, "not decided%s; otherwise ",
			   a->is_mixed
				   ? ", as rules were asked about its io_uring operations before"
				   : "");
	buf_puts(out, outcome_word(a));
	if (a->outcome == FILTER_RECORDED && a->key.n) {
		buf_puts(out, " with key ");
		buf_put(out, a->key);
	}
	if (reason) {
		buf_printf(out, ": %s", reason);
		return;
	}
	buf_puts(out, " by ");
	put_place(&m->rules[a->rule], out);
	buf_puts(out, ": ");
	put_rule(m->rules[a->rule].rule, out);
}

/* Appends a line, harmless for a terminal. */
static void put_line(const char *indent, const struct buf *text, struct buf *out)
{
	buf_puts(out, indent);
	terminal_put(buf_view(text), out);
	buf_putc(out, '\n');
}

/* The rule that leaves records of the i-th one's type out of a written event, asked once a type. */
static size_t excluded_by(const struct matching *m, const struct act *act, size_t i, bool *decided)
{
	*decided = true;
	if (act->types[i] == act->type)
		return FILTER_NONE;
	for (size_t k = 0; k < i; k++)
		if (act->types[k] == act->types[i])
			return FILTER_NONE;
	return filter_excludes(&m->filter, act, act->types[i], decided);
}

static const char *type_word(uint32_t type)
{
	const char *name = msgtype_name(type);

	return name ? name : "other";
}

static void put_excluded(const struct matching *m, const struct act *act, struct buf *out)
{
	for (size_t i = 0; i < act->type_count; i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT(OUT_MAX);
		bool decided;
		size_t rule = excluded_by(m, act, i, &decided);

		if (rule == FILTER_NONE)
			continue;
		put_place(&m->rules[rule], &text);
		buf_printf(&text, ": drops its %s records: ", type_word(act->types[i]));
		put_rule(m->rules[rule].rule, &text);
		put_line("    ", &text, out);
	}
}

static void print_text(struct matching *m, const struct act *act, const struct filter_answer *a)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(OUT_MAX);

	put_answer(m, act, a, &text);
	put_line("", &text, &m->out);
	for (size_t i = 0; i < m->filter.count; i++) {
		if (!is_told(m, a, i))
			continue;
		buf_reset(&text);
		put_verdict(m, act, i, &text);
		put_line("    ", &text, &m->out);
	}
	if (a->outcome == FILTER_RECORDED)
		put_excluded(m, act, &m->out);
}

/* ---- JSON: an object an event, one line each ---- */

static void put_member(const char *name, struct sv value, struct buf *out)
{
	buf_printf(out, "\"%s\":", name);
	quote_json(value, out);
}

static void put_json_place(const struct placed_rule *r, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(RULE_MAX);

	put_rule(r->rule, &text);
	put_member("file", sv_cstr(r->file), out);
	buf_printf(out, ",\"line\":%u,", r->line);
	put_member("rule", buf_view(&text), out);
}

static void put_json_verdict(const struct matching *m, const struct act *act, size_t i,
			     struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(OUT_MAX);
	const struct filter_verdict *v = &m->verdicts[i];

	buf_putc(out, '{');
	put_json_place(&m->rules[i], out);
	buf_putc(out, ',');
	put_member("holds", sv_cstr(truth_word(v->truth)), out);
	filter_put_condition(m->rules[i].rule, v, &text);
	if (text.n) {
		buf_putc(out, ',');
		put_member("condition", buf_view(&text), out);
	}
	buf_reset(&text);
	filter_put_event(m->rules[i].rule, v, act, &text);
	buf_putc(out, ',');
	put_member("event", buf_view(&text), out);
	buf_putc(out, '}');
}

static void put_json_excluded(const struct matching *m, const struct act *act, struct buf *out)
{
	const char *sep = "";

	buf_puts(out, ",\"without\":[");
	for (size_t i = 0; i < act->type_count; i++) {
		bool decided;
		size_t rule = excluded_by(m, act, i, &decided);

		if (rule == FILTER_NONE && decided)
			continue;
		buf_printf(out, "%s{", sep);
		put_member("type", sv_cstr(type_word(act->types[i])), out);
		buf_printf(out, ",\"decided\":%s", rule == FILTER_NONE ? "false" : "true");
		if (rule != FILTER_NONE) {
			buf_putc(out, ',');
			put_json_place(&m->rules[rule], out);
		}
		buf_putc(out, '}');
		sep = ",";
	}
	buf_putc(out, ']');
}

static void print_json(struct matching *m, const struct act *act, const struct filter_answer *a)
{
	CLEANUP(buf_release) struct buf what = BUF_INIT(OUT_MAX);
	const char *reason = reason_word(act, a), *sep = "";
	struct buf *out = &m->out;

	put_what(act, &what);
	buf_printf(out, "{\"time\":\"%lld.%03u\",\"serial\":%llu,", (long long)act->stamp.sec,
		   act->stamp.ms, (unsigned long long)act->stamp.serial);
	if (act->node.n) {
		put_member("node", act->node, out);
		buf_putc(out, ',');
	}
	put_member("act", buf_view(&what), out);
	buf_printf(out, ",\"decided\":%s,", a->is_decided ? "true" : "false");
	if (a->is_mixed)
		buf_puts(out, "\"mixed\":true,");
	put_member("outcome", sv_cstr(outcome_word(a)), out);
	if (a->outcome == FILTER_RECORDED && a->key.n) {
		buf_putc(out, ',');
		put_member("key", a->key, out);
	}
	if (reason) {
		buf_putc(out, ',');
		put_member("reason", sv_cstr(reason), out);
	} else {
		buf_puts(out, ",\"by\":{");
		put_json_place(&m->rules[a->rule], out);
		buf_putc(out, '}');
	}
	if (a->outcome == FILTER_RECORDED)
		put_json_excluded(m, act, out);
	buf_puts(out, ",\"others\":[");
	for (size_t i = 0; i < m->filter.count; i++) {
		if (!is_told(m, a, i))
			continue;
		buf_puts(out, sep);
		put_json_verdict(m, act, i, out);
		sep = ",";
	}
	buf_puts(out, "]}\n");
}

/* ---- events ---- */

static int match_event(struct matching *m, const struct event *event)
{
	struct filter_answer answer;
	struct act act;

	arena_reset(&m->memory);
	buf_reset(&m->out);
	if (act_read(&act, event->records, event->count, &m->memory) != 0) {
		say("no memory for event %llu", (unsigned long long)event->stamp.serial);
		return -1;
	}
	filter_decide(&m->filter, &act, m->verdicts, &answer);
	if (m->is_json)
		print_json(m, &act, &answer);
	else
		print_text(m, &act, &answer);
	if (answer.is_decided)
		m->decided++;
	else
		m->open++;
	if (m->out.failed || fwrite(m->out.p, 1, m->out.n, stdout) != m->out.n) {
		say("cannot write the answers");
		return -1;
	}
	return 0;
}

static int match_joined(struct matching *m, struct join *join)
{
	const struct event *event;

	while ((event = join_next(join)))
		if (match_event(m, event) != 0)
			return -1;
	return 0;
}

static int match_lines(struct matching *m, struct cursor *c, struct join *join)
{
	enum cursor_status status;
	struct record r;
	struct sv line;
	struct err e;

	while ((status = cursor_next(c, &line, &e)) == CURSOR_LINE || status == CURSOR_WAIT) {
		if (status == CURSOR_WAIT || line.n == 0)
			continue;
		if (record_parse(line, &r) != RECORD_OK) {
			m->malformed++;
			continue;
		}
		if (join_put(join, &r) != 0) {
			say("no memory for the events");
			return -1;
		}
		if (match_joined(m, join) != 0)
			return -1;
	}
	if (status == CURSOR_ERROR) {
		say("%s", e.text);
		return -1;
	}
	join_finish(join);
	return match_joined(m, join);
}

static int open_events(const struct matching *m, struct cursor *c, struct err *e)
{
	if (strcmp(m->events, "-") == 0)
		return cursor_open_fd(c, STDIN_FILENO, "standard input", e);
	return cursor_open_file(c, m->events, e);
}

static int match_events(struct matching *m)
{
	static const struct join_options options = {.order = JOIN_ORDERED,
						    .timeout_s = JOIN_TIMEOUT_DEFAULT_S};
	struct cursor cursor;
	struct err e;
	struct join *join = join_new(&options, &e);
	int status = -1;

	cursor_init(&cursor);
	if (!join || open_events(m, &cursor, &e) != 0)
		say("%s", e.text);
	else
		status = match_lines(m, &cursor, join);
	join_free(join);
	cursor_release(&cursor);
	if (status == 0 && m->malformed)
		say("%s: lines that are no records: %zu", m->events, m->malformed);
	if (status == 0 && m->decided + m->open == 0) {
		say("%s: there is no event in it", m->events);
		return -1;
	}
	return status;
}

/* ---- the command line ---- */

static int read_rules(struct matching *m)
{
	size_t count = 0, at = 0;

	for (; m->source_count < m->word_count; m->source_count++) {
		struct rule_source *source = &m->sources[m->source_count];

		if (rules_read(source, m->words[m->source_count], false) != 0)
			return -1;
		count += source->count;
	}
	m->rules = calloc(count + 1, sizeof(*m->rules));
	m->verdicts = calloc(count + 1, sizeof(*m->verdicts));
	if (!m->rules || !m->verdicts) {
		say("no memory for the rules");
		return -1;
	}
	for (size_t i = 0; i < m->source_count; i++)
		for (size_t k = 0; k < m->sources[i].count; k++)
			m->rules[at++] = m->sources[i].rules[k];
	m->filter = (struct filter){
		.rules = m->rules, .count = count, .files = m->looks ? &filter_files_here : NULL};
	return 0;
}

static enum frame_next take_operand(struct matching *m, const char *word, struct err *e)
{
	if (m->word_count == SOURCES_MAX) {
		(void)err_set(e, "more than %d sources of rules", SOURCES_MAX);
		return FRAME_FAILED;
	}
	m->words[m->word_count++] = word;
	return FRAME_ON;
}

static enum frame_next take_format(struct matching *m, const char *word, struct err *e)
{
	m->is_json = strcmp(word, "json") == 0;
	if (m->is_json || strcmp(word, "text") == 0)
		return FRAME_ON;
	(void)err_set(e, "--format %s: it is text or json", word);
	return FRAME_FAILED;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct matching *m = arg;

	switch (hit->id) {
	case 'e':
		m->events = hit->value;
		break;
	case 'f':
		return take_format(m, hit->value, e);
	case 'b':
		m->is_brief = true;
		break;
	case 'l':
		m->looks = true;
		break;
	case 'h':
		return frame_help(&match_set, e);
	default:
		return take_operand(m, hit->name, e);
	}
	return FRAME_ON;
}

static int check_options(struct matching *m)
{
	if (!m->events) {
		say("which events? Give their file with --event");
		return -1;
	}
	if (m->word_count == 0)
		m->words[m->word_count++] = rules_default_path();
	for (size_t i = 0; i < m->word_count; i++) {
		if (strcmp(m->events, "-") == 0 && strcmp(m->words[i], RULE_SOURCE_STDIN) == 0) {
			say("events and rules cannot both come from standard input");
			return -1;
		}
	}
	return 0;
}

static void release(struct matching *m)
{
	for (size_t i = 0; i < m->source_count; i++)
		rule_source_release(&m->sources[i]);
	free(m->rules);
	free(m->verdicts);
	arena_release(&m->memory);
	buf_release(&m->out);
}

int rules_match_main(int argc, char **argv)
{
	struct matching m = {.out = BUF_INIT(OUT_MAX)};
	int code = verb_options(&match_set, argc, argv, take_option, &m);

	if (code >= 0)
		return code;
	arena_init(&m.memory, MEMORY_MAX);
	code = EXIT_TROUBLE;
	if (check_options(&m) == 0 && read_rules(&m) == 0 && match_events(&m) == 0)
		code = m.open ? EXIT_NOT_DONE : EXIT_DONE;
	if (code != EXIT_TROUBLE && frame_finish("aurum", stdout, "the answers") != 0)
		code = EXIT_TROUBLE;
	release(&m);
	return code;
}

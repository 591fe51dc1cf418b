/*
 * Health for people: what is wrong, then the figures in paragraphs. What is ill is health/verdict's
 * to say, how an amount is written health/measure's.
 */
#include "output/vitals.h"

#include "health/measure.h"
#include "output/terminal.h"
#include "output/vitals_priv.h"

#include <inttypes.h>
#include <stdio.h>

#define LABEL   12 /* columns of the words at the left */
#define COLUMNS 100

/* ---- for people ---- */

static const char *as_text(enum figure_type type, uint64_t value, char out[MEASURE_BYTES])
{
	switch (type) {
	case FIGURE_COUNT:
		(void)snprintf(out, MEASURE_BYTES, "%" PRIu64, value);
		return out;
	case FIGURE_BYTES:
		return measure_size(value, out);
	case FIGURE_NANOS:
		return measure_span(value, out);
	case FIGURE_TIME:
		return measure_time(value, out);
	case FIGURE_AGE:
		(void)measure_span(value, out);
		(void)strncat(out, " ago", MEASURE_BYTES - strlen(out) - 1);
		return out;
	case FIGURE_STATE:
		return health_state_name(value);
	case FIGURE_SEAL:
		return health_seal_name(value);
	}
	return "";
}

/* Words of one paragraph that stands behind a heading. */
struct paragraph {
	struct buf *out;
	size_t column;
	bool has_words;
};

static struct paragraph start(const char *heading, struct buf *out)
{
	buf_printf(out, "%-*s", LABEL, heading);
	return (struct paragraph){out, LABEL, false};
}

static void put_words(struct paragraph *p, struct sv words)
{
	if (p->has_words) {
		buf_putc(p->out, ',');
		p->column++;
		if (p->column + 1 + words.n >= COLUMNS) {
			buf_printf(p->out, "\n%*s", LABEL, "");
			p->column = LABEL;
		} else {
			buf_putc(p->out, ' ');
			p->column++;
		}
	}
	buf_put(p->out, words);
	p->column += words.n;
	p->has_words = true;
}

static void finish(struct paragraph *p, const char *when_empty)
{
	if (!p->has_words)
		buf_puts(p->out, when_empty);
	buf_putc(p->out, '\n');
}

/* What is 0 says something about the kernel, and nothing where it is what one hopes for. */
static bool is_worth_a_word(const struct figure_row *row, uint64_t value)
{
	if (row->kind == FIGURE_HISTOGRAM)
		return false;
	return value || (row->type != FIGURE_TIME && row->group != GROUP_LOSSES &&
			 !(row->group == GROUP_SEAL && row->kind == FIGURE_COUNTER) &&
			 row->group != GROUP_ATTENDANT && row->group != GROUP_CONSUMER);
}

static void put_figures(struct paragraph *p, const struct section *s, enum figure_group group)
{
	for (size_t i = 0; i < s->rows->count; i++) {
		const struct figure_row *row = &s->rows->rows[i];
		char amount[MEASURE_BYTES], words[128];
		uint64_t value;

		if (row->group != group || !vitals_take(s, i, &value) ||
		    !is_worth_a_word(row, value))
			continue;
		(void)snprintf(words, sizeof(words), "%s %s", row->label,
			       as_text(row->type, value, amount));
		put_words(p, sv_cstr(words));
	}
}

static void put_group(const struct section *s, enum figure_group group, struct buf *out)
{
	struct paragraph p = start(health_group_name(group), out);

	put_figures(&p, s, group);
	finish(&p, group == GROUP_LOSSES ? "none" : "not known");
}

static void put_consumer(const struct section *s, const char *name, struct buf *out)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT((size_t)8 * BOARD_NAME_BYTES);
	struct paragraph p = start("consumer", out);

	terminal_put(sv_cstr(name), &shown);
	put_words(&p, buf_view(&shown));
	put_figures(&p, s, GROUP_CONSUMER);
	finish(&p, "");
}

static void put_finding(const struct health_finding *finding, struct buf *out)
{
	static const char *const names[WEIGHT_COUNT] = {"WRONG", "UNKNOWN", "note"};

	buf_printf(out, "%-*s", LABEL, names[finding->weight]);
	terminal_put(sv_cstr(finding->what), out);
	buf_putc(out, '\n');
	if (finding->todo[0])
		buf_printf(out, "%*s-> %s\n", LABEL, "", finding->todo);
}

/* The first line: whether all is well, and who records. */
static void put_headline(const struct health_facts *f, const struct health_verdict *v,
			 struct buf *out)
{
	const struct health_recorder *r = f->board == BOARD_READ ? &f->view->recorder : NULL;
	size_t wrong = 0;

	for (size_t i = 0; i < v->count; i++)
		wrong += v->findings[i].weight == WEIGHT_WRONG;
	if (wrong)
		buf_printf(out, "%zu thing%s wrong", wrong, wrong == 1 ? " is" : "s are");
	else
		buf_puts(out, health_weight_of(v) == WEIGHT_UNKNOWN
				      ? "it cannot be told whether all is well"
				      : "all is well");
	if (r && f->is_alive && r->state != STATE_STOPPED && r->pid != FIGURE_UNKNOWN &&
	    r->rate_minute != FIGURE_UNKNOWN)
		buf_printf(out, ": auditd (pid %" PRIu64 ") takes %" PRIu64 " records a second",
			   r->pid, r->rate_minute);
	buf_putc(out, '\n');
}

static bool has_figures(const struct section *s, enum figure_group group)
{
	for (size_t i = 0; i < s->rows->count; i++)
		if (s->rows->rows[i].group == group &&
		    health_value(s->figures, i) != FIGURE_UNKNOWN)
			return true;
	return false;
}

void vitals_put_text(const struct health_facts *f, const struct health_verdict *v, struct buf *out)
{
	struct section recorder = vitals_section(f, &health_recorder_rows, &f->view->recorder);
	struct section attendant = vitals_section(f, &health_attendant_rows, &f->view->attendant);

	put_headline(f, v, out);
	for (size_t i = 0; i < v->count; i++)
		put_finding(&v->findings[i], out);
	buf_putc(out, '\n');
	for (unsigned group = 0; group < GROUP_COUNT; group++) {
		if (has_figures(&recorder, (enum figure_group)group))
			put_group(&recorder, (enum figure_group)group, out);
		if (has_figures(&attendant, (enum figure_group)group))
			put_group(&attendant, (enum figure_group)group, out);
	}
	for (size_t i = 0; i < BOARD_CONSUMERS; i++) {
		struct section s =
			vitals_section(f, &health_consumer_rows, &f->view->consumers[i].figures);

		if (f->view->consumers[i].name[0])
			put_consumer(&s, f->view->consumers[i].name, out);
	}
}

/*
 * Health for programs: JSON, metrics, and the manual page's list of both.
 */
#include "output/metrics.h"
#include "output/quote.h"
#include "output/vitals_priv.h"

#include <inttypes.h>

#define NS UINT64_C(1000000000)

/* ---- for programs ---- */

/* Seconds, with the thousandths or more that it has. */
static void put_seconds(uint64_t ns, struct buf *out)
{
	uint64_t rest = ns % NS;
	int digits = 9;

	buf_put_u64(out, ns / NS);
	if (rest == 0)
		return;
	for (; rest % 10 == 0; rest /= 10)
		digits--;
	buf_printf(out, ".%0*" PRIu64, digits, rest);
}

/* As JSON and Prometheus take it. */
static void put_number(enum figure_type type, uint64_t value, struct buf *out)
{
	if (type == FIGURE_NANOS || type == FIGURE_TIME || type == FIGURE_AGE)
		put_seconds(value, out);
	else
		buf_put_u64(out, value);
}

/* The name in JSON: what the object it stands in says already is left out, the unit is added. */
static void put_name(const struct figure_row *row, struct buf *out)
{
	static const char *const units[] = {
		[FIGURE_COUNT] = "",     [FIGURE_BYTES] = "_bytes",     [FIGURE_NANOS] = "_seconds",
		[FIGURE_TIME] = "_time", [FIGURE_AGE] = "_age_seconds", [FIGURE_STATE] = "",
		[FIGURE_SEAL] = ""};
	struct sv id = sv_cstr(row->id), group = sv_cstr(health_group_name(row->group));

	if (sv_starts(id, group) && id.n > group.n && id.p[group.n] == '_')
		id = sv_from(id, group.n + 1);
	buf_put(out, id);
	buf_puts(out, units[row->type]);
}

static void put_member(const struct section *s, size_t i, struct buf *out)
{
	const struct figure_row *row = &s->rows->rows[i];
	uint64_t value;

	buf_putc(out, '"');
	put_name(row, out);
	buf_puts(out, "\":");
	if (!vitals_take(s, i, &value) || (row->type == FIGURE_TIME && value == 0))
		buf_puts(out, "null");
	else if (row->type == FIGURE_STATE)
		quote_json(sv_cstr(health_state_name(value)), out);
	else if (row->type == FIGURE_SEAL)
		quote_json(sv_cstr(health_seal_name(value)), out);
	else
		put_number(row->type, value, out);
}

/* The members of one group, without braces. */
static void put_members(const struct section *s, enum figure_group group, struct buf *out)
{
	bool has_one = false;

	for (size_t i = 0; i < s->rows->count; i++) {
		if (s->rows->rows[i].group != group)
			continue;
		if (has_one)
			buf_putc(out, ',');
		put_member(s, i, out);
		has_one = true;
	}
}

static void put_findings(const struct health_verdict *v, struct buf *out)
{
	static const char *const names[WEIGHT_COUNT] = {"wrong", "unknown", "note"};

	buf_puts(out, ",\"findings\":[");
	for (size_t i = 0; i < v->count; i++) {
		const struct health_finding *finding = &v->findings[i];

		buf_printf(out, "%s{\"weight\":\"%s\",\"id\":\"%s\",\"what\":", i ? "," : "",
			   names[finding->weight], finding->id);
		quote_json(sv_cstr(finding->what), out);
		buf_puts(out, ",\"todo\":");
		quote_json(sv_cstr(finding->todo), out);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void put_consumers(const struct health_facts *f, struct buf *out)
{
	bool has_one = false;

	buf_puts(out, ",\"consumers\":[");
	for (size_t i = 0; i < BOARD_CONSUMERS; i++) {
		const struct board_consumer *c = &f->view->consumers[i];
		struct section s = vitals_section(f, &health_consumer_rows, &c->figures);

		if (!c->name[0])
			continue;
		buf_printf(out, "%s{\"name\":", has_one ? "," : "");
		quote_json(sv_cstr(c->name), out);
		buf_putc(out, ',');
		put_members(&s, GROUP_CONSUMER, out);
		buf_putc(out, '}');
		has_one = true;
	}
	buf_putc(out, ']');
}

static void put_readers(const struct health_facts *f, struct buf *out)
{
	buf_puts(out, ",\"readers\":[");
	for (size_t i = 0; i < f->reader_count; i++) {
		buf_printf(out, "%s{\"pid\":%" PRIu32 ",\"name\":", i ? "," : "",
			   f->readers[i].pid);
		quote_json(sv_cstr(f->readers[i].name), out);
		buf_putc(out, '}');
	}
	buf_puts(out, "],\"drift\":");
	if (f->drift)
		quote_json(sv_cstr(f->drift), out);
	else
		buf_puts(out, "null");
}

void vitals_put_json(const struct health_facts *f, const struct health_verdict *v, struct buf *out)
{
	struct section recorder = vitals_section(f, &health_recorder_rows, &f->view->recorder);
	struct section attendant = vitals_section(f, &health_attendant_rows, &f->view->attendant);

	buf_printf(out, "{\"version\":1,\"status\":\"%s\"",
		   health_weight_name(health_weight_of(v)));
	put_findings(v, out);
	for (unsigned group = GROUP_DAEMON; group < GROUP_CONSUMER; group++) {
		buf_printf(out, ",\"%s\":{", health_group_name((enum figure_group)group));
		put_members(group == GROUP_ATTENDANT ? &attendant : &recorder,
			    (enum figure_group)group, out);
		buf_putc(out, '}');
	}
	put_consumers(f, out);
	put_readers(f, out);
	buf_puts(out, "}\n");
}

/* ---- for Prometheus ---- */

/* The metric without label, and for a histogram without what its parts are called. */
static struct sv family_of(const struct figure_row *row)
{
	static const char *const parts[] = {"_bucket", "_sum"};
	struct sv name = sv_cstr(row->metric);

	name = sv_head(name, sv_index(name, '{'));
	for (size_t i = 0; row->kind == FIGURE_HISTOGRAM && i < LEN(parts); i++)
		if (sv_ends(name, sv_cstr(parts[i])))
			return sv_head(name, name.n - strlen(parts[i]));
	return name;
}

static void put_head(const struct figure_row *row, struct sv family, struct buf *out)
{
	static const char *const kinds[] = {[FIGURE_NULL_KIND] = "untyped",
					    [FIGURE_GAUGE] = "gauge",
					    [FIGURE_COUNTER] = "counter",
					    [FIGURE_HISTOGRAM] = "histogram"};
	const char *help = health_family_help(family);

	metrics_head(family, kinds[row->kind], help ? help : row->help, out);
}

static void put_value(const struct section *s, size_t i, const char *consumer, struct buf *out)
{
	const struct figure_row *row = &s->rows->rows[i];
	uint64_t value;

	if (!vitals_take(s, i, &value))
		return;
	metrics_value(sv_cstr(row->metric), consumer ? "consumer" : NULL, sv_cstr(consumer), out);
	put_number(row->type, value, out);
	buf_putc(out, '\n');
	/* A histogram's last bucket is its count, too. */
	if (row->kind == FIGURE_HISTOGRAM && strstr(row->metric, "+Inf")) {
		struct sv family = family_of(row);

		buf_printf(out, "aurum_%.*s_count %" PRIu64 "\n", SV_FMT(family), value);
	}
}

static void put_section(const struct section *s, struct buf *out)
{
	struct sv last = SV_EMPTY;

	for (size_t i = 0; i < s->rows->count; i++) {
		const struct figure_row *row = &s->rows->rows[i];
		struct sv family;

		if (!row->metric || health_value(s->figures, i) == FIGURE_UNKNOWN)
			continue;
		family = family_of(row);
		if (!sv_eq(family, last))
			put_head(row, family, out);
		last = family;
		put_value(s, i, NULL, out);
	}
}

static void put_consumer_metrics(const struct health_facts *f, struct buf *out)
{
	for (size_t i = 0; i < health_consumer_rows.count; i++) {
		const struct figure_row *row = &health_consumer_rows.rows[i];
		bool has_head = false;

		for (size_t k = 0; row->metric && k < BOARD_CONSUMERS; k++) {
			const struct board_consumer *c = &f->view->consumers[k];
			struct section s = vitals_section(f, &health_consumer_rows, &c->figures);

			if (!c->name[0] || health_value(&c->figures, i) == FIGURE_UNKNOWN)
				continue;
			if (!has_head)
				put_head(row, sv_cstr(row->metric), out);
			has_head = true;
			put_value(&s, i, c->name, out);
		}
	}
}

void vitals_put_metrics(const struct health_facts *f, const struct health_verdict *v,
			struct buf *out)
{
	struct section recorder = vitals_section(f, &health_recorder_rows, &f->view->recorder);
	struct section attendant = vitals_section(f, &health_attendant_rows, &f->view->attendant);
	size_t wrong = 0;

	for (size_t i = 0; i < v->count; i++)
		wrong += v->findings[i].weight == WEIGHT_WRONG;
	metrics_gauge("healthy",
		      "1 when nothing is wrong, 0 when something is or it cannot be told.",
		      health_weight_of(v) == WEIGHT_NOTE, out);
	metrics_gauge("things_wrong", "Things that `aurum status` finds wrong.", wrong, out);
	metrics_gauge("daemon_up", "Whether the process lives that wrote the figures below.",
		      f->board == BOARD_READ && f->is_alive, out);
	put_section(&recorder, out);
	put_section(&attendant, out);
	put_consumer_metrics(f, out);
}

/* ---- for the manual page ---- */

static void put_man_row(const struct figure_row *row, struct buf *out)
{
	buf_puts(out, ".TP\n.B ");
	put_name(row, out);
	if (row->metric)
		buf_printf(out, "\n(aurum_%s)", row->metric);
	buf_printf(out, "\n%s\n", row->help);
}

static void put_man_group(const struct figure_rows *rows, enum figure_group group, struct buf *out)
{
	bool has_head = false;

	for (size_t i = 0; i < rows->count; i++) {
		if (rows->rows[i].group != group)
			continue;
		if (!has_head)
			buf_printf(out, ".SS %s\n",
				   group == GROUP_CONSUMER ? "consumers"
							   : health_group_name(group));
		has_head = true;
		put_man_row(&rows->rows[i], out);
	}
}

void vitals_put_man(struct buf *out)
{
	for (unsigned group = GROUP_DAEMON; group < GROUP_COUNT; group++) {
		put_man_group(&health_recorder_rows, (enum figure_group)group, out);
		put_man_group(&health_attendant_rows, (enum figure_group)group, out);
		put_man_group(&health_consumer_rows, (enum figure_group)group, out);
	}
}

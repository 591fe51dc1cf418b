/*
 * The plan in words:
 *
 *	looked for: key has needle
 *	/var/log/audit/audit.log.3: 64.0 MiB, index: 2 of 1024 frames read, 128.0 KiB, for 5 events at most
 *	/var/log/audit/audit.log.2: 64.0 MiB, index: nothing read: outside of the window
 *	/var/log/audit/audit.log-00000007.zst: 64.0 MiB, looked through: 1 of 1024 frames have the text, 3 read
 *	/var/log/audit/audit.log.1: 64.0 MiB, read whole: stale index: ...
 *	3 files, 2 by index; 64.1 MiB of 192.0 MiB read (33.4 %)
 */
#include "query/prune_parts.h"

static const char *const reasons[] = {
#define REASON(id, text) [PRUNE_##id] = text,
#include "query/reason.def"
#undef REASON
};

static void put_bytes(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < LEN(units)) {
		value /= 1024;
		unit++;
	}
	buf_printf(out, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

/* Depth-first: the words of the tree. */
static void put_demand(struct buf *out, const struct demand *d, bool is_inner)
{
	const char *between = d->kind == DEMAND_ALL ? " and " : " or ";
	bool several = is_inner && d->child && d->child->next;

	switch (d->kind) {
	case DEMAND_ANYTHING:
		buf_puts(out, "anything");
		return;
	case DEMAND_NOTHING:
		buf_puts(out, "nothing");
		return;
	case DEMAND_FIELD:
	case DEMAND_TYPE:
	case DEMAND_NODE:
		buf_put(out, d->label);
		return;
	case DEMAND_NOT:
		buf_puts(out, "not ");
		several = true;
		break;
	case DEMAND_ALL:
	case DEMAND_ANY:
		break;
	}
	if (several)
		buf_putc(out, '(');
	for (const struct demand *c = d->child; c; c = c->next) {
		put_demand(out, c, true);
		if (c->next)
			buf_puts(out, between);
	}
	if (several)
		buf_putc(out, ')');
}

static void put_terms(struct buf *out, const struct prune_terms *t)
{
	buf_puts(out, "looked for: ");
	for (size_t i = 0; i < t->count; i++) {
		if (i)
			buf_puts(out, " and ");
		put_demand(out, t->list[i], t->count > 1);
	}
	buf_puts(out, t->count ? "\n" : "everything\n");
}

static void put_sieved(struct buf *out, const struct prune_file *f)
{
	buf_printf(out, ", looked through: %zu of %zu frames have the text, %zu read", f->hits,
		   f->index.frame_count, f->frames_kept);
}

static void put_part(struct buf *out, const struct prune_file *f)
{
	buf_puts(out, ", index: ");
	if (f->frames_kept) {
		buf_printf(out, "%zu of %zu frames read, ", f->frames_kept, f->index.frame_count);
		put_bytes(out, f->kept);
	} else {
		buf_puts(out, "nothing read");
	}
	if (f->reason == PRUNE_OUTSIDE) {
		buf_printf(out, ": %s", reasons[f->reason]);
		return;
	}
	buf_printf(out, "; at most %llu of %u events fit", (unsigned long long)f->row_count,
		   f->index.totals.rows);
	if (f->has_counted)
		buf_printf(out, ", %llu counted", (unsigned long long)f->counted);
	if (f->is_index_damaged)
		buf_printf(out, "; damaged in part: %s", f->trouble ? f->trouble : "");
}

static void put_file(struct buf *out, const struct prune_file *f)
{
	buf_printf(out, "%s: ", f->source->name);
	put_bytes(out, f->bytes);
	if (f->is_sieved) {
		put_sieved(out, f);
	} else if (f->is_part) {
		put_part(out, f);
	} else {
		buf_printf(out, ", read whole: %s", reasons[f->reason]);
		if (f->reason == PRUNE_STALE || f->reason == PRUNE_FOREIGN ||
		    f->reason == PRUNE_DAMAGED)
			buf_printf(out, ": %s", f->trouble ? f->trouble : "");
	}
	buf_putc(out, '\n');
}

void prune_explain(const struct prune *p, struct buf *out)
{
	size_t files = 0;

	if (!p->terms)
		return;
	put_terms(out, p->terms);
	for (size_t i = 0; i < p->count; i++)
		if (p->files[i].source) {
			put_file(out, &p->files[i]);
			files++;
		}
	buf_printf(out, "%zu file%s, %zu by index; ", files, files == 1 ? "" : "s", p->used);
	put_bytes(out, p->kept_bytes);
	buf_puts(out, " of ");
	put_bytes(out, p->text_bytes);
	buf_printf(out, " read (%.2f %%)\n",
		   p->text_bytes ? 100.0 * (double)p->kept_bytes / (double)p->text_bytes : 0.0);
}

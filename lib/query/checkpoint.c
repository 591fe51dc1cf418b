/* The checkpoint as text, and which events are new. Reads and writes no file. */
#include "query/checkpoint.h"

#include "base/num.h"

#define FRESH_SECONDS 2 /* an event that is so much younger ends all before it */

static int bad_line(struct sv line, struct err *e)
{
	return err_set(e, "malformed line in the checkpoint: \"%.*s\"", SV_FMT(sv_head(line, 80)));
}

static bool take_to(struct sv *rest, char end, struct sv *out)
{
	return sv_cut(*rest, end, out, rest);
}

/* "NODE SEC.MMM:SERIAL 0xTYPE" */
static bool parse_output(struct sv text, struct checkpoint *c)
{
	struct sv node, sec, ms, serial, type = text;
	uint64_t number, milliseconds;

	if (!take_to(&type, ' ', &node) || !take_to(&type, '.', &sec) ||
	    !take_to(&type, ':', &ms) || !take_to(&type, ' ', &serial) ||
	    !sv_starts(type, SV("0x")))
		return false;
	if (!num_range(sec, 0, INT64_MAX, &number) || !num_range(ms, 0, 999, &milliseconds) ||
	    !num_u64(serial, &c->stamp.serial))
		return false;
	c->stamp.sec = (int64_t)number;
	c->stamp.ms = (uint32_t)milliseconds;
	if (!num_hex64(sv_from(type, 2), &number) || number > UINT32_MAX)
		return false;
	c->type = (uint32_t)number;
	if (sv_eq(node, SV("-")))
		node = SV_EMPTY;
	node = sv_head(node, sizeof(c->node));
	c->node_length = node.n;
	if (node.n)
		memcpy(c->node, node.p, node.n);
	return true;
}

static bool parse_line(struct sv line, struct checkpoint *c)
{
	struct sv name, value;

	if (!sv_cut(line, '=', &name, &value))
		return false;
	if (sv_eq(name, SV("dev")))
		return num_hex64(sv_starts(value, SV("0x")) ? sv_from(value, 2) : value,
				 &c->device);
	if (sv_eq(name, SV("inode")))
		return num_auto64(value, &c->inode);
	return sv_eq(name, SV("output")) && parse_output(value, c);
}

int checkpoint_parse(struct sv text, struct checkpoint *out, struct err *e)
{
	struct checkpoint c = {0};
	struct sv line;

	while (sv_line(&text, &line))
		if (!parse_line(line, &c))
			return bad_line(line, e);
	if (c.device == 0 || c.inode == 0)
		return err_set(e, "no dev= or inode= line in the checkpoint");
	*out = c;
	return 0;
}

void checkpoint_print(const struct checkpoint *c, struct buf *out)
{
	struct sv node = c->node_length ? sv_make(c->node, c->node_length) : SV("-");

	buf_printf(out, "dev=0x%llX\ninode=%llu\noutput=", (unsigned long long)c->device,
		   (unsigned long long)c->inode);
	buf_put(out, node);
	buf_printf(out, " %lld.%03u:%llu 0x%X\n", (long long)c->stamp.sec, c->stamp.ms,
		   (unsigned long long)c->stamp.serial, c->type);
}

void checkpoint_note(struct checkpoint *c, const struct event *event)
{
	struct sv node = sv_head(event->node, sizeof(c->node));

	c->stamp = event->stamp;
	c->type = event->type;
	c->node_length = node.n;
	if (node.n)
		memcpy(c->node, node.p, node.n);
}

void checkpoint_gate_init(struct checkpoint_gate *g, const struct checkpoint *last,
			  enum checkpoint_mode mode)
{
	*g = (struct checkpoint_gate){
		.last = last,
		.mode = mode,
		.open = !last || last->stamp.sec == 0,
	};
}

static bool is_last(const struct checkpoint *c, const struct event *event)
{
	return stamp_cmp(&c->stamp, &event->stamp) == 0 && c->type == event->type &&
	       sv_eq(sv_make(c->node, c->node_length), sv_head(event->node, sizeof(c->node)));
}

enum checkpoint_verdict checkpoint_pass(struct checkpoint_gate *g, const struct event *event)
{
	const struct stamp *last;

	if (g->open)
		return CHECKPOINT_PASS;
	last = &g->last->stamp;
	if (g->mode == CHECKPOINT_BY_TIME &&
	    (last->sec < event->stamp.sec ||
	     (last->sec == event->stamp.sec && last->ms <= event->stamp.ms))) {
		g->open = true;
		return CHECKPOINT_PASS;
	}
	if (is_last(g->last, event)) {
		g->open = true;
		return CHECKPOINT_HOLD;
	}
	return event->stamp.sec - last->sec > FRESH_SECONDS ? CHECKPOINT_WRONG : CHECKPOINT_HOLD;
}

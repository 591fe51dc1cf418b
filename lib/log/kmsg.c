/* The fields before the text, and its escapes. */
#include "log/kmsg.h"

#include "base/num.h"

#define FACILITY_SHIFT 3 /* the lower bits are the priority; the kernel is facility 0 */

/* "\x0a" as a byte, everything else as it is. */
static void unescape(struct sv text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		uint64_t byte;

		if (text.p[i] == '\\' && i + 3 < text.n && text.p[i + 1] == 'x' &&
		    num_hex64(sv_make(text.p + i + 2, 2), &byte)) {
			buf_putc(out, (char)byte);
			i += 3;
		} else {
			buf_putc(out, text.p[i]);
		}
	}
}

/* "PRIORITY,SEQUENCE,TIME,FLAGS[,...];TEXT" and lines about the device. False: not the kernel's. */
static bool parse_head(struct sv message, struct kmsg *out, struct sv *text)
{
	struct sv head, priority, sequence, rest;
	uint64_t number;

	if (!sv_cut(message, ';', &head, &rest) || !sv_cut(head, ',', &priority, &head) ||
	    !sv_cut(head, ',', &sequence, &head) || !num_u64(sequence, &out->sequence) ||
	    !num_u64(priority, &number) || number >> FACILITY_SHIFT != 0)
		return false;
	(void)sv_cut(rest, '\n', text, &rest);
	return true;
}

static enum kmsg_kind parse_record(struct sv text, struct buf *scratch, struct kmsg *out)
{
	struct sv type;

	if (!sv_cut(text, ' ', &type, &text) || !num_u32(type, &out->type) ||
	    !sv_starts(text, SV("audit(")))
		return KMSG_OTHER;
	buf_reset(scratch);
	unescape(text, scratch);
	out->text = buf_view(scratch);
	return scratch->failed ? KMSG_OTHER : KMSG_RECORD;
}

enum kmsg_kind kmsg_parse(struct sv message, struct buf *scratch, struct kmsg *out)
{
	const struct sv record = SV("audit: type="), quiet = SV("kauditd_printk_skb: "),
			tail = SV(" callbacks suppressed");
	struct sv text;

	*out = (struct kmsg){.sequence = 0};
	if (!parse_head(message, out, &text))
		return KMSG_OTHER;
	if (sv_starts(text, record))
		return parse_record(sv_from(text, record.n), scratch, out);
	if (!sv_starts(text, quiet) || !sv_ends(text, tail) || text.n < quiet.n + tail.n ||
	    !num_u64(sv_make(text.p + quiet.n, text.n - quiet.n - tail.n), &out->number))
		return KMSG_OTHER;
	return KMSG_SUPPRESSED;
}

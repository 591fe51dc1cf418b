/* The four lines of the anchor. */
#include "seal/anchor.h"

#include "seal/base64.h"
#include "seal/text.h"

#define FIRST_LINE "aurum-seal-anchor/v1"

int seal_anchor_parse(struct sv text, struct seal_anchor *out, struct err *e)
{
	struct seal_anchor a;
	struct sv line;

	if (!text_line(&text, &line) || !sv_eq(line, SV(FIRST_LINE)))
		return err_set(e, "not an anchor: its first line is not %s", FIRST_LINE);
	if (!text_line(&text, &line))
		return err_set(e, "not a whole anchor");
	if (seal_vkey_parse(line, &a.enrolment, e) != 0)
		return -1;
	if (a.enrolment.type != SEAL_TYPE_ED25519)
		return err_set(e, "an anchor's key is of type %d", SEAL_TYPE_ED25519);
	if (!text_number_line(&text, &a.starts))
		return err_set(e, "not an anchor: its third line is no number");
	if (!text_line(&text, &line) || !seal_base64_exactly(line, a.next.b, sizeof(a.next.b)))
		return err_set(e, "not an anchor: its fourth line is no public key");
	if (text.n != 0)
		return err_set(e, "not an anchor: more than four lines");
	*out = a;
	return 0;
}

void seal_anchor_print(struct buf *b, const struct seal_anchor *a)
{
	buf_puts(b, FIRST_LINE "\n");
	seal_vkey_print(b, &a->enrolment);
	buf_putc(b, '\n');
	buf_put_u64(b, a->starts);
	buf_putc(b, '\n');
	seal_base64_put(b, a->next.b, sizeof(a->next.b));
	buf_putc(b, '\n');
}

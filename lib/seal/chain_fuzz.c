/*
 * Bytes that say they are `keys`: cut into notes, each read and printed as it was, and held to the rules.
 * The chain goes on without the signatures, so that the rules are reached.
 */
#include "seal/chain.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_again(const struct seal_note *note)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 20);
	struct seal_step step;
	struct err e;

	if (seal_step_parse(note->text, &step, &e) != 0)
		return;
	seal_step_print(&b, &step);
	assert(sv_eq(buf_view(&b), note->text));
}

/* What follows of the rules, whatever was read. */
static void check(const struct seal_chain *c, const struct seal_chain *before)
{
	assert(c->notes == before->notes + 1 && c->size >= before->size);
	assert(c->starts >= 1 && c->starts >= before->starts);
	assert(c->first_kept >= before->first_kept && c->first_kept <= c->size);
	assert(before->starts == 0 || c->epoch.number == before->epoch.number ||
	       c->epoch.number == before->epoch.number + 1);
	assert(!before->stopped || c->kind == SEAL_START);
	if (c->epoch.number > 0 && c->epoch.number != before->epoch.number)
		assert(c->before.number + 1 == c->epoch.number &&
		       c->before.size_to <= c->epoch.size_from &&
		       c->before.size_from <= c->before.size_to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv rest = sv_make((const char *)data, size), bytes;
	struct seal_vkey enrolment, signer;
	struct seal_chain c, before;
	struct seal_step step;
	struct seal_note note;
	bool has_begun = false;
	enum seal_cut cut;
	struct err e;

	while ((cut = seal_note_next(&rest, &bytes)) == SEAL_CUT_NOTE) {
		if (seal_note_parse(bytes, &note, &e) != 0)
			break;
		print_again(&note);
		if (!has_begun && seal_step_parse(note.text, &step, &e) == 0) {
			static const struct seal_public nobody = {{2}};

			seal_vkey_make(&enrolment, step.origin, SEAL_TYPE_ED25519, &nobody);
			seal_chain_begin(&c, &enrolment);
			has_begun = true;
		}
		if (!has_begun)
			continue;
		before = c;
		if (seal_chain_follow(&c, &note, &step, &signer) == SEAL_FAULT_NONE)
			check(&c, &before);
		else
			assert(c.notes == before.notes && c.size == before.size);
		(void)!seal_chain_step(&before, &note, &step);
	}
	if (cut == SEAL_CUT_TORN)
		assert(sv_eq(rest, bytes) && rest.n > 0);
	if (cut == SEAL_CUT_LONG)
		assert(rest.n >= bytes.n && bytes.n > SEAL_NOTE_BYTES_MAX);
	return 0;
}

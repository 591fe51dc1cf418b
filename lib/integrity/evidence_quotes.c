/*
 * What TPMs said in the notes of a chain that is well: read again from the text of `keys`, start by start.
 */
#include "integrity/evidence.h"

#include <inttypes.h>

/* The step of a note that was read before. */
static bool read_step(const struct evidence *ev, const struct evidence_note *n,
		      struct seal_step *out)
{
	struct seal_note note;

	return seal_note_parse(sv_make(ev->keys_text + n->at, n->bytes), &note, NULL) == 0 &&
	       seal_step_parse(note.text, out, NULL) == 0;
}

/* The quote of a start, by the key; false: it has none that counts, which is said. */
static bool take_quote(const struct seal_step *start, const struct seal_quote_key *key,
		       bool is_expected, struct seal_quote *out, struct doubts *doubts)
{
	struct err e = {0};

	if (start->tpm_attest.n == 0) {
		if (is_expected)
			doubt(doubts, DOUBT_QUOTE_MISSING,
			      "start %" PRIu64
			      " does not say in which boot it was, and starts before "
			      "it do",
			      start->number);
		return false;
	}
	if (seal_quote_of(start, out, &e) != 0) {
		doubt(doubts, DOUBT_QUOTE_BAD, "start %" PRIu64 " has %s", start->number, e.text);
		return false;
	}
	if (!seal_quote_check(key, out)) {
		doubt(doubts, DOUBT_QUOTE_BAD,
		      "start %" PRIu64 " has a quote that this host's TPM did not make",
		      start->number);
		return false;
	}
	return true;
}

static void tell_boots(struct doubts *doubts, const struct seal_step *start,
		       const struct seal_boots *before, const struct seal_quote *quote,
		       enum seal_boots_fault fault)
{
	switch (fault) {
	case SEAL_BOOTS_WELL:
		return;
	case SEAL_BOOTS_SAME:
		doubt(doubts, DOUBT_QUOTE_BOOT,
		      "start %" PRIu64 " was in boot %" PRIu32
		      " like the one before it, with a key "
		      "that the TPM gives away once a boot",
		      start->number, quote->resets);
		return;
	case SEAL_BOOTS_FEWER:
		doubt(doubts, DOUBT_QUOTE_BOOT,
		      "start %" PRIu64 " was in boot %" PRIu32
		      ", the one before it in boot %" PRIu32
		      ": the TPM was cleared, or notes are not from one life",
		      start->number, quote->resets, before->resets);
		return;
	}
}

void evidence_check_quotes(const struct evidence *ev, const struct seal_quote_key *key,
			   struct doubts *doubts)
{
	struct seal_boots boots = {0};

	for (size_t i = 0; i < ev->note_count; i++) {
		const struct evidence_note *n = &ev->notes[i];
		bool is_start = n->kind == SEAL_START && n->state != SEAL_CONTINUED;
		struct seal_boots before = boots;
		struct seal_quote quote = {.resets = 0};
		struct seal_step step;
		bool has_quote;

		if ((!is_start && n->kind != SEAL_RESERVE) || !read_step(ev, n, &step))
			continue;
		has_quote = is_start && take_quote(&step, key, boots.has_quote, &quote, doubts);
		tell_boots(doubts, &step, &before, &quote,
			   seal_boots_step(&boots, &step, has_quote ? &quote : NULL));
	}
}

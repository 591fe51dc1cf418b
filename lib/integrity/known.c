/* Follows a chain up to the epoch that signed a checkpoint, and the note that ended it. */
#include "integrity/known.h"

static bool signed_by(const struct seal_note *note, const struct seal_vkey *enrolment,
		      const struct seal_epoch *epoch, struct seal_vkey *key)
{
	if (!seal_note_line(note, sv_cstr(enrolment->name), epoch->id))
		return false;
	seal_vkey_make(key, sv_cstr(enrolment->name), SEAL_TYPE_ED25519, &epoch->key);
	return seal_note_check(note, key);
}

/* The epoch is over, or it is the chain's last one. */
static enum prove_status judge(const struct known_signer *s, uint64_t size, struct err *e)
{
	if (seal_epoch_covers(&s->epoch, size))
		return PROVE_HOLDS;
	(void)err_set(e,
		      "the checkpoint of %llu lines is signed by the key of epoch %llu, which may "
		      "not sign for it",
		      (unsigned long long)size, (unsigned long long)s->epoch.number);
	return PROVE_WRONG;
}

static enum prove_status tell_fault(uint64_t number, enum seal_chain_fault fault, struct err *e)
{
	(void)err_set(e, "the chain of keys is broken: note %llu %s", (unsigned long long)number,
		      seal_fault_text(fault));
	return PROVE_WRONG;
}

enum prove_status known_signer_of(struct sv keys, const struct seal_vkey *enrolment,
				  const struct seal_note *note, uint64_t size,
				  struct known_signer *out, struct err *e)
{
	struct seal_chain chain;
	struct seal_step step;
	struct sv bytes;
	bool is_found = false;

	seal_chain_begin(&chain, enrolment);
	while (seal_note_next(&keys, &bytes) == SEAL_CUT_NOTE) {
		enum seal_chain_fault fault = SEAL_FAULT_MALFORMED;
		struct seal_note link;

		if (seal_note_parse(bytes, &link, NULL) == 0)
			fault = seal_chain_step(&chain, &link, &step);
		if (fault != SEAL_FAULT_NONE)
			return tell_fault(chain.notes, fault, e);
		if (is_found && chain.epoch.number > out->epoch.number) {
			out->epoch = chain.before;
			out->until = chain.seconds;
			return judge(out, size, e);
		}
		if (!is_found && signed_by(note, enrolment, &chain.epoch, &out->key))
			is_found = true;
		if (is_found) {
			out->epoch = chain.epoch;
			out->until = chain.stopped ? chain.seconds : 0;
		}
	}
	if (is_found)
		return judge(out, size, e);
	(void)err_set(
		e,
		"no key of the chain signed the checkpoint of %llu lines, as far as the chain goes",
		(unsigned long long)size);
	return chain.starts && size >= chain.epoch.size_from ? PROVE_MISSING : PROVE_WRONG;
}

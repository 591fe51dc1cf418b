/*
 * A chain of keys and a checkpoint, both an adversary's: what aurum verify-proof reads. The first line is the key
 * that begins the chain, then the checkpoint up to a line "--", then the chain. Whatever is said to hold is held to
 * its own words.
 */
#include "integrity/known.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv all = {(const char *)data, size}, line, point;
	struct seal_checkpoint checkpoint;
	struct known_signer signer;
	struct seal_vkey key;
	struct seal_note note;
	struct err e;
	size_t end;

	end = sv_index(all, '\n');
	line = sv_head(all, end);
	all = sv_from(all, end + 1);
	if (!all.n || seal_vkey_parse(line, &key, NULL) != 0)
		return 0;
	end = sv_find(all, SV("\n--\n"));
	if (end == all.n)
		return 0;
	point = sv_head(all, end + 1);
	all = sv_from(all, end + 4);
	if (seal_note_parse(point, &note, &e) != 0 ||
	    seal_checkpoint_parse(note.text, &checkpoint, &e) != 0)
		return 0;
	if (known_signer_of(all, &key, &note, checkpoint.size, &signer, &e) != PROVE_HOLDS) {
		assert(e.text[0]);
		return 0;
	}
	assert(seal_epoch_covers(&signer.epoch, checkpoint.size));
	assert(seal_note_check(&note, &signer.key));
	assert(signer.key.id == signer.epoch.id);
	return 0;
}

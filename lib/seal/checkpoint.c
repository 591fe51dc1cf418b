/*
 * The text of checkpoints, signed by a host's epoch key or with its time by somebody who saw it.
 */
#include "seal/checkpoint.h"

#include "seal/base64.h"
#include "seal/text.h"

/* origin, number, Base64 of a hash, and what cosigners put around them. */
#define TEXT_MAX ((size_t)64 << 10)

int seal_checkpoint_parse(struct sv text, struct seal_checkpoint *out, struct err *e)
{
	struct seal_checkpoint c;
	struct sv line;

	if (!text_line(&text, &c.origin) || !seal_origin_is_good(c.origin))
		return err_set(e, "not a checkpoint: the first line is no origin");
	if (!text_number_line(&text, &c.size))
		return err_set(e, "not a checkpoint: the second line is no size");
	if (!text_line(&text, &line) || !seal_base64_exactly(line, c.root.b, sizeof(c.root.b)))
		return err_set(e, "not a checkpoint: the third line is no root");
	if (text.n != 0)
		return err_set(e, "not a checkpoint of ours: more than three lines");
	*out = c;
	return 0;
}

void seal_checkpoint_print(struct buf *b, const struct seal_checkpoint *c)
{
	buf_put(b, c->origin);
	buf_putc(b, '\n');
	buf_put_u64(b, c->size);
	buf_putc(b, '\n');
	seal_base64_put(b, c->root.b, sizeof(c->root.b));
	buf_putc(b, '\n');
}

int seal_checkpoint_sign(struct buf *b, const struct seal_checkpoint *c, struct seal_key *key,
			 uint8_t signature[SEAL_SIGNATURE_BYTES], struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	uint8_t made[SEAL_SIGNATURE_BYTES];
	struct seal_public public;

	seal_checkpoint_print(&text, c);
	if (text.failed)
		return err_set(e, "no memory for a checkpoint");
	if (seal_key_sign(key, buf_view(&text), made, e) != 0)
		return -1;
	seal_key_public(key, &public);
	seal_note_print(b, buf_view(&text), c->origin,
			seal_key_id(c->origin, SEAL_TYPE_ED25519, &public), made, sizeof(made));
	if (b->failed)
		return err_set(e, "no memory for a checkpoint");
	if (signature)
		memcpy(signature, made, sizeof(made));
	return 0;
}

bool seal_checkpoint_check(const struct seal_checkpoint *c, const struct seal_public *key,
			   const uint8_t signature[SEAL_SIGNATURE_BYTES])
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);

	seal_checkpoint_print(&text, c);
	return !text.failed && seal_check_signature(key, buf_view(&text), signature);
}

void seal_cosign_message(struct buf *b, uint64_t seconds, struct sv text)
{
	buf_put(b, SV("cosignature/v1\ntime "));
	buf_put_u64(b, seconds);
	buf_putc(b, '\n');
	buf_put(b, text);
}

bool seal_cosign_check(const struct seal_vkey *key, struct sv text,
		       const uint8_t stamped[8 + SEAL_SIGNATURE_BYTES], uint64_t *seconds)
{
	CLEANUP(buf_release) struct buf message = BUF_INIT(TEXT_MAX);
	uint64_t time = 0;

	for (size_t i = 0; i < 8; i++)
		time = time << 8 | stamped[i];
	seal_cosign_message(&message, time, text);
	if (message.failed || key->type != SEAL_TYPE_COSIGN ||
	    !seal_check_signature(&key->key, buf_view(&message), stamped + 8))
		return false;
	*seconds = time;
	return true;
}

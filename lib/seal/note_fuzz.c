/* Bytes that say they are a note: what is read prints as it was, and a checkpoint in it does, too. */
#include "seal/checkpoint.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PRINT_MAX ((size_t)1 << 22)

/* Bytes behind id that were kept can be printed again. */
static void print_again(const struct seal_note *note, struct sv bytes)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(PRINT_MAX);

	buf_put(&b, note->text);
	buf_putc(&b, '\n');
	for (unsigned i = 0; i < note->count; i++) {
		if (note->lines[i].n > sizeof(note->lines[i].signature))
			return;
		seal_note_print_line(&b, note->lines[i].name, note->lines[i].id,
				     note->lines[i].signature, note->lines[i].n);
	}
	assert(!b.failed && sv_eq(buf_view(&b), bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(PRINT_MAX);
	struct sv bytes = sv_make((const char *)data, size);
	/* RFC 8032, 7.1, test 2: a good key that signed nothing here. */
	static const struct seal_public public = {{0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a,
						   0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
						   0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c,
						   0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c}};
	struct seal_checkpoint c;
	struct seal_note note;
	struct seal_vkey key;
	struct err e;

	if (size > PRINT_MAX / 4 || seal_note_parse(bytes, &note, &e) != 0)
		return 0;
	assert(note.count >= 1 && note.count <= SEAL_NOTE_LINES_MAX);
	print_again(&note, bytes);
	for (unsigned i = 0; i < note.count; i++)
		assert(seal_note_line(&note, note.lines[i].name, note.lines[i].id) ==
		       &note.lines[i]);
	/* Nobody has signed for a key that is the lines' own only by its id. */
	if (seal_origin_is_good(note.lines[0].name)) {
		seal_vkey_make(&key, note.lines[0].name, SEAL_TYPE_ED25519, &public);
		key.id = note.lines[0].id;
		assert(!seal_note_check(&note, &key));
	}
	if (seal_checkpoint_parse(note.text, &c, &e) != 0)
		return 0;
	seal_checkpoint_print(&b, &c);
	assert(sv_eq(buf_view(&b), note.text));
	return 0;
}

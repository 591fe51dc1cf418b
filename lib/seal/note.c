/*
 * Signed notes as text. What a signature says is in key.c, what a cosigner signs in checkpoint.c.
 */
#include "seal/note.h"

#include "seal/base64.h"
#include "seal/checkpoint.h"
#include "seal/text.h"

#define DASH "\xe2\x80\x94 " /* U+2014 and a space begin a signature line */

/* Index of the last empty line's first LF, or v.n when there is none. */
static size_t last_empty_line(struct sv v)
{
	for (size_t i = v.n; i-- > 1;)
		if (v.p[i] == '\n' && v.p[i - 1] == '\n')
			return i - 1;
	return v.n;
}

/* One signature line without its LF. */
static int parse_line(struct sv line, struct seal_line *out, struct err *e)
{
	uint8_t raw[SEAL_LINE_READ_MAX];
	struct seal_line made = {.n = 0};
	struct sv base64;
	size_t n;

	if (!sv_starts(line, SV(DASH)))
		return err_set(e, "a signature line does not begin with a dash and a space");
	if (!sv_cut(sv_from(line, sizeof(DASH) - 1), ' ', &made.name, &base64) ||
	    !text_is_name(made.name))
		return err_set(e, "a signature line has no name");
	if (!seal_base64_get(base64, raw, sizeof(raw), &n) || n < 5)
		return err_set(e, "a signature line's signature is not Base64");
	made.id = (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 |
		  (uint32_t)raw[3];
	made.n = n - 4;
	if (made.n <= sizeof(made.signature))
		memcpy(made.signature, raw + 4, made.n);
	*out = made;
	return 0;
}

int seal_note_parse(struct sv bytes, struct seal_note *out, struct err *e)
{
	size_t end = last_empty_line(bytes);
	struct seal_note note = {.count = 0};
	struct sv rest, line;

	if (!text_is_clean(bytes))
		return err_set(e, "not a note: bytes that are not text");
	if (end == bytes.n)
		return err_set(e, "not a note: no empty line before signatures");
	note.text = sv_head(bytes, end + 1);
	rest = sv_from(bytes, end + 2);
	if (rest.n == 0 || rest.p[rest.n - 1] != '\n')
		return err_set(e, "not a note: no whole signature line at the end");
	while (text_line(&rest, &line)) {
		struct seal_line made = {.n = 0};

		if (note.count == SEAL_NOTE_LINES_MAX)
			return err_set(e, "more than %d signature lines", SEAL_NOTE_LINES_MAX);
		if (parse_line(line, &made, e) != 0)
			return -1;
		if (seal_note_line(&note, made.name, made.id))
			return err_set(e, "two signature lines of one key");
		note.lines[note.count++] = made;
	}
	*out = note;
	return 0;
}

const struct seal_line *seal_note_line(const struct seal_note *note, struct sv name, uint32_t id)
{
	for (unsigned i = 0; i < note->count; i++)
		if (note->lines[i].id == id && sv_eq(note->lines[i].name, name))
			return &note->lines[i];
	return NULL;
}

bool seal_note_check(const struct seal_note *note, const struct seal_vkey *key)
{
	const struct seal_line *line = seal_note_line(note, sv_cstr(key->name), key->id);
	uint64_t seconds;

	if (!line)
		return false;
	if (key->type == SEAL_TYPE_ED25519)
		return line->n == SEAL_SIGNATURE_BYTES &&
		       seal_check_signature(&key->key, note->text, line->signature);
	return line->n == sizeof(line->signature) &&
	       seal_cosign_check(key, note->text, line->signature, &seconds);
}

void seal_note_print(struct buf *b, struct sv text, struct sv name, uint32_t id,
		     const uint8_t *signature, size_t n)
{
	buf_put(b, text);
	buf_putc(b, '\n');
	seal_note_print_line(b, name, id, signature, n);
}

void seal_note_print_line(struct buf *b, struct sv name, uint32_t id, const uint8_t *signature,
			  size_t n)
{
	CLEANUP(buf_release) struct buf raw = BUF_INIT(SEAL_LINE_READ_MAX);

	for (unsigned shift = 32; shift > 0; shift -= 8)
		buf_putc(&raw, (char)(uint8_t)(id >> (shift - 8)));
	buf_put(&raw, sv_make((const char *)signature, n));
	buf_put(b, SV(DASH));
	buf_put(b, name);
	buf_putc(b, ' ');
	seal_base64_put(b, raw.p, raw.n);
	buf_putc(b, '\n');
	if (raw.failed)
		b->failed = true;
}

enum seal_cut seal_note_next(struct sv *rest, struct sv *bytes)
{
	struct sv near = sv_head(*rest, SEAL_NOTE_BYTES_MAX);
	size_t text = sv_find(near, SV("\n\n"));
	struct sv lines = sv_from(near, text + 2);
	size_t end = sv_find(lines, SV("\n\n"));

	if (rest->n == 0)
		return SEAL_CUT_END;
	if (end == lines.n) {
		*bytes = sv_head(*rest, SEAL_NOTE_BYTES_MAX + 1);
		return rest->n > SEAL_NOTE_BYTES_MAX ? SEAL_CUT_LONG : SEAL_CUT_TORN;
	}
	*bytes = sv_head(*rest, text + 2 + end + 1);
	*rest = sv_from(*rest, text + 2 + end + 2);
	return SEAL_CUT_NOTE;
}

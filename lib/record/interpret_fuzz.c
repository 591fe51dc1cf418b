/*
 * Any line in any escape mode: the first byte picks the mode, the rest is the line. What comes
 * out in the modes but raw must hold no control bytes; enrichment gets the same text.
 */
#include "record/enrich.h"
#include "record/interpret.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const struct buf *out, enum escape_mode mode)
{
	for (size_t i = 0; mode != ESCAPE_RAW && i < out->n; i++)
		if ((unsigned char)out->p[i] < 32 && out->p[i] != '\n' && out->p[i] != 1)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct name_source nobody;
	static struct names *names;
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 24);
	struct interpreter ip;
	struct sv line, text;
	struct fields it;
	struct record r;
	struct field f;

	if (!names)
		names = names_new(&nobody, NULL);
	if (!names || size == 0 || memchr(data, '\n', size))
		return 0;
	interpreter_init(&ip, names, (enum escape_mode)(data[0] % 4));
	line = sv_make((const char *)data + 1, size - 1);
	if (record_parse(line, &r) != RECORD_OK)
		return 0;
	interpret_record(&ip, &r, &out);
	fields_init(&it, &r);
	while (fields_next(&it, &f))
		interpret_value(&ip, &r, &f, &out);
	check_text(&out, ip.escape);
	buf_reset(&out);
	text = sv_from(line, sv_find(line, SV("audit(")));
	enrich_tail(r.type, text, line.n, names, &out);
	return 0;
}

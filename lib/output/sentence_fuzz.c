/* Any bytes as a log: every event gets one line of harmless text. */
#include "output/sentence.h"
#include "record/join.h"

#include <assert.h>

#define OUT_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_output(const struct buf *out, uint64_t events)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < out->n; i++) {
		unsigned char c = (unsigned char)out->p[i];

		lines += c == '\n';
		assert(c >= ' ' || c == '\n');
		assert(c != 0x7f);
	}
	assert(lines == events);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct join_options options = {.order = JOIN_PROMPT, .timeout_s = 2};
	static const struct sentence_style style = {0};
	CLEANUP(buf_release) struct buf out = BUF_INIT(OUT_MAX);
	static const struct name_source nobody = {0};
	static struct names *names;
	struct join *j = join_new(&options, NULL);
	struct sv rest = sv_make((const char *)data, size), line;
	struct interpreter interpreter;
	struct normaliser normaliser;
	struct deed deed;
	struct record r;
	uint64_t events = 0;

	if (!names)
		names = names_new(&nobody, NULL);
	if (!j || !names) {
		join_free(j);
		return 0;
	}
	interpreter_init(&interpreter, names, ESCAPE_RAW);
	normaliser_init(&normaliser, &interpreter);
	for (bool more = true; more;) {
		const struct event *ev;

		more = sv_line(&rest, &line);
		if (!more)
			join_finish(j);
		else if (record_parse(line, &r) != RECORD_OK || join_put(j, &r) != 0)
			continue;
		while ((ev = join_next(j))) {
			normalise(&normaliser, ev->records, ev->count, NORMALISE_PLAIN, &deed);
			assert(story_of(&normaliser, &deed)->record);
			sentence_put(&style, &normaliser, &deed, &out);
			events++;
		}
	}
	if (!out.failed)
		check_output(&out, events);
	normaliser_release(&normaliser);
	join_free(j);
	return 0;
}

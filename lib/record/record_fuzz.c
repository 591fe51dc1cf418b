/* Any bytes as a log: parse every line, walk every field, join what parses, in both orders. */
#include "record/join.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A view lies within the line it came from. */
static void check_inside(struct sv line, struct sv part)
{
	assert(part.n == 0 || (part.p >= line.p && part.p + part.n <= line.p + line.n));
}

static size_t drain(struct join *j)
{
	const struct event *event;
	size_t records = 0;

	while ((event = join_next(j))) {
		assert(event->count > 0);
		for (size_t i = 0; i < event->count; i++)
			assert(stamp_cmp(&event->records[i].stamp, &event->stamp) == 0);
		records += event->count;
	}
	return records;
}

static void join_lines(struct sv rest, enum join_order order, bool stable)
{
	struct join_options options = {.order = order,
				       .timeout_s = JOIN_TIMEOUT_DEFAULT_S,
				       .max_bytes = 1 << 16,
				       .stable_lines = stable};
	struct join *j = join_new(&options, NULL);
	size_t in = 0, out = 0;
	struct record r;
	struct sv line;

	assert(j);
	while (sv_line(&rest, &line)) {
		if (record_parse(line, &r) != RECORD_OK)
			continue;
		in++;
		assert(join_put(j, &r) == 0);
		out += drain(j);
	}
	join_finish(j);
	out += drain(j);
	/* Nothing is lost but lone EOE records, which the statistics do not count either. */
	assert(out == join_stats(j)->records && out <= in && join_stats(j)->open == 0);
	join_free(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv all = sv_make((const char *)data, size), rest = all, line;

	while (sv_line(&rest, &line)) {
		struct record r;
		struct fields it;
		struct field f;

		if (record_parse(line, &r) != RECORD_OK)
			continue;
		check_inside(line, r.body);
		check_inside(line, r.tail);
		for (fields_init(&it, &r); fields_next(&it, &f);) {
			assert(f.name.n > 0);
			check_inside(line, f.name);
			check_inside(line, f.value);
		}
	}
	join_lines(all, JOIN_ORDERED, false);
	join_lines(all, JOIN_PROMPT, true);
	return 0;
}

/* Any log, asked for everything at once: the values are read, decoded and compared. */
#include "query/query.h"

#define RECORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct record records[RECORDS_MAX];
	struct sv rest = sv_make((const char *)data, size), line;
	struct event event = {.records = records};
	struct query_scratch scratch;
	struct query q;

	query_init(&q);
	for (enum query_item i = 0; i < QUERY_ITEMS; i++) {
		query_want_number(&q, i, 1000);
		query_want_text(&q, i, SV("a"));
	}
	query_scratch_init(&scratch);
	while (event.count < RECORDS_MAX && sv_line(&rest, &line))
		if (record_parse(line, &records[event.count]) == RECORD_OK)
			event.count++;
	if (event.count) {
		event.stamp = records[0].stamp;
		event.node = records[0].node;
		event.type = records[0].type;
		(void)query_match(&q, &event, &scratch);
		q.whole_word = q.any_user = q.any_group = q.any_context = true;
		(void)query_match(&q, &event, &scratch);
	}
	query_scratch_release(&scratch);
	return 0;
}

/*
 * Any bytes as rules and a log, an empty line between them: every event gets an answer that
 * names one of the rules or none, and words for every verdict.
 */
#include "policy/filter.h"
#include "record/join.h"
#include "rule/rule_host_test.h"

#include <assert.h>
#include <stdlib.h>

#define RULES_MAX 64
#define EVENT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(const struct filter *filter, const struct event *event, struct arena *memory)
{
	struct filter_verdict verdicts[RULES_MAX] = {0};
	CLEANUP(buf_release) struct buf words = BUF_INIT((size_t)1 << 24);
	struct filter_answer a;
	struct act act;
	bool decided;

	arena_reset(memory);
	if (act_read(&act, event->records, event->count, memory) != 0)
		return;
	filter_decide(filter, &act, verdicts, &a);
	assert(a.rule == FILTER_NONE || a.rule < filter->count);
	assert(a.outcome != FILTER_IGNORED || a.rule == FILTER_NONE);
	for (size_t i = 0; i < filter->count; i++) {
		const struct rule *r = filter->rules[i].rule;

		assert(verdicts[i].reason != FILTER_BY_FIELD || verdicts[i].field < r->field_count);
		filter_put_condition(r, &verdicts[i], &words);
		filter_put_event(r, &verdicts[i], &act, &words);
	}
	assert(!words.failed);
	for (size_t i = 0; i < act.type_count && i < 8; i++) {
		size_t rule = filter_excludes(filter, &act, act.types[i], &decided);

		assert(rule == FILTER_NONE || rule < filter->count);
	}
}

static void read_log(const struct filter *filter, struct sv log)
{
	static const struct join_options options = {.timeout_s = JOIN_TIMEOUT_DEFAULT_S,
						    .max_bytes = 1 << 20};
	struct join *join = join_new(&options, NULL);
	const struct event *event;
	struct arena memory;
	struct record r;
	struct sv line;

	assert(join);
	arena_init(&memory, (size_t)1 << 20);
	while (sv_line(&log, &line))
		if (record_parse(line, &r) == RECORD_OK && join_put(join, &r) != 0)
			break;
	join_finish(join);
	while ((event = join_next(join)))
		if (event->count < EVENT_MAX)
			answer(filter, event, &memory);
	join_free(join);
	arena_release(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rule_set_reader reader = {.host = &test_host};
	struct sv all = sv_make((const char *)data, size);
	size_t middle = sv_find(all, SV("\n\n"));
	const struct rule_entry **kept;
	struct placed_rule rules[RULES_MAX];
	struct filter filter = {.rules = rules};
	struct rule_set set;

	if (rule_set_read_text(&set, "rules", sv_head(all, middle), &reader, NULL) != 0)
		return 0;
	kept = calloc(set.count + 1, sizeof(const struct rule_entry *));
	assert(kept);
	filter.count = rule_set_kept(&set, kept);
	filter.count = filter.count < RULES_MAX ? filter.count : RULES_MAX;
	for (size_t i = 0; i < filter.count; i++)
		rules[i] = (struct placed_rule){&kept[i]->command.rule, kept[i]->file,
						kept[i]->line, kept[i]};
	read_log(&filter, sv_from(all, middle));
	free(kept);
	rule_set_release(&set);
	return 0;
}

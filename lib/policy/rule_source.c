/* One array for rules of any origin. */
#include "policy/rule_source.h"

#include "base/file.h"
#include "rule/pack.h"
#include "rule/rule_list.h"
#include "rule/rules_file.h"

#include <stdlib.h>
#include <unistd.h>

static int take_set(struct rule_source *source, struct err *e)
{
	const struct rule_set *set = &source->set;
	const struct rule_entry **kept = calloc(set->count + 1, sizeof(const struct rule_entry *));

	source->rules = calloc(set->count + 1, sizeof(*source->rules));
	if (!kept || !source->rules) {
		free(kept);
		return err_set(e, "no memory for the rules");
	}
	source->count = rule_set_kept(set, kept);
	for (size_t i = 0; i < source->count; i++)
		source->rules[i] = (struct placed_rule){&kept[i]->command.rule, kept[i]->file,
							kept[i]->line, kept[i]};
	free(kept);
	return 0;
}

int rule_source_from_text(struct rule_source *source, const char *name, struct sv text,
			  const struct rule_set_reader *reader, struct err *e)
{
	*source = (struct rule_source){0};
	if (rule_set_read_text(&source->set, name, text, reader, e) != 0)
		return -1;
	if (take_set(source, e) == 0)
		return 0;
	rule_source_release(source);
	return -1;
}

static size_t count_rules(struct sv list)
{
	struct sv bytes;
	size_t n = 0;

	while (rule_list_take(&list, &bytes))
		n++;
	return n;
}

static int take_list(struct rule_source *source, struct sv list, struct err *e)
{
	size_t room = count_rules(list) + 1;
	struct sv bytes;

	source->unpacked = calloc(room, sizeof(*source->unpacked));
	source->rules = calloc(room, sizeof(*source->rules));
	if (!source->unpacked || !source->rules)
		return err_set(e, "no memory for the kernel's rules");
	while (rule_list_take(&list, &bytes)) {
		struct rule *rule = &source->unpacked[source->count];

		if (rule_unpack(bytes, rule, e) != 0)
			return -1;
		source->rules[source->count] = (struct placed_rule){
			rule, RULE_SOURCE_KERNEL, (uint32_t)source->count + 1, NULL};
		source->count++;
	}
	return 0;
}

int rule_source_from_list(struct rule_source *source, struct sv list, struct err *e)
{
	*source = (struct rule_source){.is_kernel = true};
	if (take_list(source, list, e) == 0)
		return 0;
	rule_source_release(source);
	return -1;
}

static int read_kernel(struct rule_source *source, struct audit_control *control, struct err *e)
{
	struct rule_list list = RULE_LIST_INIT;
	int status = audit_list_rules(control, rule_list_collect, &list, e);

	if (status == 0 && list.bytes.failed)
		status = err_set(e, "the kernel's rules do not fit into memory");
	if (status == 0)
		status = rule_source_from_list(source, buf_view(&list.bytes), e);
	rule_list_release(&list);
	return status;
}

static int read_stdin(struct rule_set *set, const struct rule_set_reader *reader, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(RULES_FILE_MAX);

	if (file_read_fd(STDIN_FILENO, "standard input", &text, e) != 0)
		return -1;
	return rule_set_read_text(set, "stdin", buf_view(&text), reader, e);
}

int rule_source_read(struct rule_source *source, const char *word,
		     const struct rule_set_reader *reader, struct audit_control *control,
		     struct err *e)
{
	struct sv name = sv_cstr(word);

	*source = (struct rule_source){0};
	if (sv_eq(name, SV(RULE_SOURCE_KERNEL)))
		return read_kernel(source, control, e);
	if ((sv_eq(name, SV(RULE_SOURCE_STDIN))
		     ? read_stdin(&source->set, reader, e)
		     : rule_set_read(&source->set, word, reader, e)) != 0)
		return -1;
	if (take_set(source, e) == 0)
		return 0;
	rule_source_release(source);
	return -1;
}

void rule_source_release(struct rule_source *source)
{
	free(source->rules);
	free(source->unpacked);
	rule_set_release(&source->set);
	*source = (struct rule_source){0};
}

/* Bytes behind their length. What a rule means is not looked at. */
#include "rule/rule_list.h"

#include <stdint.h>

void rule_list_release(struct rule_list *list)
{
	buf_release(&list->bytes);
	list->count = 0;
}

void rule_list_put(struct rule_list *list, struct sv rule)
{
	uint32_t length = (uint32_t)rule.n;

	if (!buf_reserve(&list->bytes, sizeof(length) + rule.n))
		return;
	buf_put(&list->bytes, sv_make((const char *)&length, sizeof(length)));
	buf_put(&list->bytes, rule);
	list->count++;
}

void rule_list_collect(void *list, struct sv rule)
{
	rule_list_put(list, rule);
}

bool rule_list_take(struct sv *rest, struct sv *rule)
{
	uint32_t length;

	if (rest->n < sizeof(length))
		return false;
	memcpy(&length, rest->p, sizeof(length));
	*rule = sv_head(sv_from(*rest, sizeof(length)), length);
	*rest = sv_from(*rest, sizeof(length) + length);
	return true;
}

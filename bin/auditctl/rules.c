/* The kernel's rules: added, deleted, listed. */
#include "auditctl/app.h"

#include "record/interpret.h"
#include "record/names_system.h"
#include "rule/pack.h"
#include "rule/print.h"
#include "rule/rule_list.h"

#include <stdio.h>

#define PRINT_MAX (64u << 10) /* bytes of one rule as text */

/* What the kernel has, and of it the rules with a key. */
struct collected {
	struct rule_list rules;
	struct sv key; /* only rules with this in a key */
	size_t seen;   /* rules of the kernel, chosen or not */
};

static void collect(void *ctx, struct sv bytes)
{
	struct collected *list = ctx;
	struct rule rule;

	list->seen++;
	/* A rule that cannot be read has no key, but it can be deleted, and listing tells of it. */
	if (list->key.n &&
	    (rule_unpack(bytes, &rule, NULL) != 0 || !rule_has_key(&rule, list->key)))
		return;
	rule_list_put(&list->rules, bytes);
}

static int collect_all(struct app *app, const struct command *c, struct collected *list)
{
	struct err e;

	*list = (struct collected){.rules = RULE_LIST_INIT, .key = c->key};
	if (audit_list_rules(&app->control, collect, list, &e) != 0)
		return app_fail(app, c->at, &e);
	if (list->rules.bytes.failed) {
		app_tell(app, c->at, "the kernel's rules do not fit into memory");
		return -1;
	}
	return 0;
}

static void release(struct collected *list)
{
	rule_list_release(&list->rules);
}

static int print_all(struct app *app, const struct command *c, const struct collected *list,
		     struct names *names)
{
	struct interpreter interpreter;
	struct rule_style style = {.machine = app->host.machine,
				   .interpret = c->interpret,
				   .argument = names ? argument_print : NULL,
				   .ctx = &interpreter};
	CLEANUP(buf_release) struct buf text = BUF_INIT(PRINT_MAX);
	struct sv rest = buf_view(&list->rules.bytes), bytes;
	struct rule rule;
	struct err e;
	int result = 0;

	interpreter_init(&interpreter, names, ESCAPE_TTY);
	while (rule_list_take(&rest, &bytes)) {
		if (rule_unpack(bytes, &rule, &e) != 0) {
			result = app_fail(app, c->at, &e);
			continue;
		}
		buf_reset(&text);
		rule_print(&rule, &style, &text);
		puts(buf_cstr(&text));
	}
	return result;
}

int rules_list(struct app *app, const struct command *c)
{
	CLEANUP(release) struct collected list = {0};
	struct names *names = NULL;
	struct err e;
	int done;

	if (collect_all(app, c, &list) != 0)
		return -1;
	if (list.seen == 0)
		puts("No rules");
	if (c->interpret && !(names = names_new(&names_system, &e)))
		return app_fail(app, c->at, &e);
	done = print_all(app, c, &list, names);
	names_free(names);
	return done;
}

/* Deletes by the bytes that the kernel gave, which match exactly. */
int rules_delete_all(struct app *app, const struct command *c)
{
	CLEANUP(release) struct collected list = {0};
	struct sv rest, bytes;
	struct err e;

	if (collect_all(app, c, &list) != 0)
		return -1;
	rest = buf_view(&list.rules.bytes);
	while (rule_list_take(&rest, &bytes))
		if (audit_delete_rule(&app->control, bytes, &e) != 0)
			return app_fail(app, c->at, &e);
	return rules_list(app, c);
}

int rules_change(struct app *app, const struct command *c)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(RULE_HEAD_BYTES + RULE_TEXT_MAX);
	struct err e;
	int done;

	rule_pack(&c->rule, &bytes);
	if (bytes.failed) {
		app_tell(app, c->at, "no memory for the rule");
		return -1;
	}
	done = c->verb == RULE_DELETE ? audit_delete_rule(&app->control, buf_view(&bytes), &e)
				      : audit_add_rule(&app->control, buf_view(&bytes), &e);
	return done == 0 ? 0 : app_fail(app, c->rule.at, &e);
}

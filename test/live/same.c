/*
 * Loads rules files into the kernel and compares what it gives back with what was given.
 *
 *	live-same FILE		loads; prints each refused rule's line number as "refused N WHY"
 *				and each that comes back otherwise as "differs N"
 *	live-same --clear	deletes every rule
 *	live-same --classes	asks the kernel for the calls behind perm=, with rules that name them
 *				by class, and prints each call in which our table differs
 */
#include "policy/call_perm.h"
#include "policy/rule_source.h"
#include "rule/host.h"
#include "rule/pack.h"
#include "rule/rule_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RECEIVE_BYTES ((size_t)1 << 20)
#define RULE_BYTES    ((size_t)64 << 10)

static struct audit_control control; /* large */

static int fail(const struct err *e)
{
	(void)fprintf(stderr, "live-same: %s\n", e->text);
	return 2;
}

static void tell(void *ctx, const char *file, struct sv text, const struct problem *p)
{
	(void)ctx;
	(void)file;
	(void)fprintf(stderr, "live-same: %u:%u: %s: %.*s\n", p->at.line, p->at.column, p->text,
		      SV_FMT(text));
}

static size_t index_of(const struct rule_source *source, const struct rule *rule)
{
	for (size_t i = 0; i < source->count; i++)
		if (source->rules[i].rule == rule)
			return i;
	return source->count;
}

/* In the order of the lines, as auditctl does; marks what the kernel has taken. */
static void load(const struct rule_source *source, bool *taken)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(RULE_BYTES);
	struct err e;

	for (size_t i = 0; i < source->set.count; i++) {
		const struct rule_entry *entry = source->set.entries[i];
		size_t at = index_of(source, &entry->command.rule);

		if (at == source->count)
			continue;
		buf_reset(&bytes);
		rule_pack(&entry->command.rule, &bytes);
		taken[at] = audit_add_rule(&control, buf_view(&bytes), &e) == 0;
		if (!taken[at])
			(void)printf("refused %u %s\n", entry->line, e.text);
	}
}

/* The next rule of a list that the kernel has taken, from *at on. */
static const struct placed_rule *next_of(const struct rule_source *source, const bool *taken,
					 uint32_t list, size_t *at)
{
	for (; *at < source->count; ++*at)
		if (taken[*at] && source->rules[*at].rule->list == list)
			return &source->rules[(*at)++];
	return NULL;
}

/* The kernel lists list by list, each in the order of its rules. */
static int compare(const struct rule_source *source, const bool *taken, struct err *e)
{
	size_t at[AUDIT_NR_FILTERS] = {0}, expected = 0;
	struct rule_source kernel;

	if (rule_source_read(&kernel, RULE_SOURCE_KERNEL, NULL, &control, e) != 0)
		return -1;
	for (size_t i = 0; i < source->count; i++)
		expected += taken[i];
	if (expected != kernel.count)
		(void)printf("differs 1 number: %zu are listed as %zu\n", expected, kernel.count);
	for (size_t i = 0; i < kernel.count; i++) {
		const struct rule *listed = kernel.rules[i].rule;
		const struct placed_rule *given =
			next_of(source, taken, listed->list, &at[listed->list % LEN(at)]);

		if (given && !rule_same(given->rule, listed))
			(void)printf("differs %u\n", given->line);
	}
	rule_source_release(&kernel);
	return 0;
}

static int clear(struct err *e)
{
	struct rule_list list = RULE_LIST_INIT;
	int status = audit_list_rules(&control, rule_list_collect, &list, e);
	struct sv rest = buf_view(&list.bytes), rule;

	while (status == 0 && rule_list_take(&rest, &rule))
		status = audit_delete_rule(&control, rule, e);
	rule_list_release(&list);
	return status;
}

/* ---- classes of calls ---- */

static const struct {
	unsigned number; /* AUDIT_CLASS_*; the next one is that of 32-bit programs */
	uint32_t perm;
} class_rows[] = {{AUDIT_CLASS_CHATTR, AUDIT_PERM_ATTR},
		  {AUDIT_CLASS_READ, AUDIT_PERM_READ},
		  {AUDIT_CLASS_WRITE, AUDIT_PERM_WRITE}};

/* Calls that only newer kernels have in a class. */
static bool is_new(const char *name)
{
	static const char *const names[] = {"fchmodat2", "getxattrat", "listxattrat", "setxattrat",
					    "removexattrat"};

	for (size_t i = 0; name && i < LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void compare_class(const struct rule *listed, enum machine m, uint32_t perm)
{
	for (uint32_t nr = 0; nr < AUDIT_BITMASK_SIZE * 32 - AUDIT_SYSCALL_CLASSES; nr++) {
		bool ours = call_perm(m, nr) == CALL_PERM_FIXED && (call_perms(m, nr) & perm);
		bool theirs = rule_has_call(listed, nr);
		const char *name = syscall_name(m, nr);

		if (ours != theirs && !(ours && is_new(name)))
			(void)printf("%s %s: perm %u: ours %d, the kernel's %d\n", machine_name(m),
				     name ? name : "?", perm, ours, theirs);
	}
}

static int ask_class(unsigned class, enum machine m, uint32_t perm, struct err *e)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(RULE_BYTES);
	struct rule_source kernel;
	struct rule rule;

	rule_init(&rule);
	rule.list = AUDIT_FILTER_EXIT;
	rule.action = AUDIT_ALWAYS;
	if (!rule_set_call(&rule, AUDIT_BITMASK_SIZE * 32 - 1 - class) ||
	    !rule_add_number(&rule, AUDIT_PID, AUDIT_EQUAL, (uint32_t)getpid(),
			     (struct rule_place){0}))
		return err_set(e, "the rule is full");
	rule_pack(&rule, &bytes);
	if (audit_add_rule(&control, buf_view(&bytes), e) != 0 ||
	    rule_source_read(&kernel, RULE_SOURCE_KERNEL, NULL, &control, e) != 0)
		return -1;
	if (kernel.count == 1)
		compare_class(kernel.rules[0].rule, m, perm);
	else
		(void)printf("%zu rules are listed\n", kernel.count);
	rule_source_release(&kernel);
	return clear(e);
}

static int ask_classes(struct err *e)
{
	enum machine wide = machine_native(), narrow = machine_narrow(wide);

	for (size_t i = 0; i < LEN(class_rows); i++)
		if (ask_class(class_rows[i].number, wide, class_rows[i].perm, e) != 0 ||
		    (narrow != MACHINE_UNKNOWN &&
		     ask_class(class_rows[i].number + 1, narrow, class_rows[i].perm, e) != 0))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct audit_socket socket = AUDIT_SOCKET_CLOSED;
	struct rule_host host = rule_host_here();
	const struct rule_set_reader reader = {.host = &host, .tell = tell};
	struct rule_source source;
	struct err e;
	bool *taken;
	int status;

	if (argc != 2)
		return 2;
	if (audit_socket_open(&socket, RECEIVE_BYTES, &e) != 0)
		return fail(&e);
	audit_control_init(&control, &socket);
	if (strcmp(argv[1], "--clear") == 0)
		return clear(&e) ? fail(&e) : 0;
	if (strcmp(argv[1], "--classes") == 0)
		return ask_classes(&e) ? fail(&e) : 0;
	if (rule_source_read(&source, argv[1], &reader, &control, &e) != 0)
		return fail(&e);
	taken = calloc(source.count + 1, sizeof(*taken));
	if (!taken)
		return 2;
	load(&source, taken);
	status = compare(&source, taken, &e);
	free(taken);
	rule_source_release(&source);
	audit_socket_close(&socket);
	return status ? fail(&e) : 0;
}

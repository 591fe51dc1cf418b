/*
 * ausyscall: system calls by number and by name, of any machine there is a table for.
 *
 * Words stand in any order: one that starts with a digit is a number, one that names a machine
 * is that, any other is a name or, without --exact, a part of names.
 */
#include "base/file.h"
#include "base/near.h"
#include "base/num.h"
#include "common/frame.h"
#include "table/table.h"

#include <stdlib.h>

#define PROGRAM    options.program
#define WORDS_MAX  3 /* the reference's limit; more would be ignored */
#define DUMP_MAX   8192
#define SEARCH_MAX 1400
#define NAME_BYTES 64 /* longer words name nothing */

enum option_id {
	OPT_NONE,
#define OPTION(id, names, arg, value_name, help) OPT_##id,
#include "options.def"
#undef OPTION
};

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {OPT_##id, names, arg, value_name, help},
#include "options.def"
#undef OPTION
};

static const struct option_set options = {
	.program = "ausyscall",
	.usage = "[MACHINE] NAME|NUMBER [--exact] | [MACHINE] --dump",
	.summary = "Prints the number of a system call, or the name of a number. MACHINE is what "
		   "uname -m calls it, b32, b64 or uring.",
	.style = OPTION_WORDS,
	.rows = rows,
	.count = LEN(rows),
};

struct question {
	const char *name; /* NULL: the number */
	uint32_t number;
	bool has_number, dump, exact;
	enum machine machine; /* MACHINE_UNKNOWN: not given */
};

static int complain(const struct err *e)
{
	frame_say(PROGRAM, "%s\nusage: %s %s", e->text, PROGRAM, options.usage);
	return EXIT_FAILURE;
}

/* ---- the words ---- */

/* Names of machines and calls are lower case, and may be typed otherwise. */
static struct sv lower(const char *word, char *out, size_t cap)
{
	size_t n = 0;

	for (; word[n] && n < cap; n++)
		out[n] = word[n] >= 'A' && word[n] <= 'Z' ? (char)(word[n] + 'a' - 'A') : word[n];
	return word[n] ? sv_cstr(word) : sv_make(out, n);
}

/* A machine by name, by width, or by the AUDIT_ARCH number of records, in hexadecimal. */
static bool find_machine(struct sv word, enum machine *out)
{
	enum machine native = machine_native();
	uint64_t arch;

	if (machine_find(word, out))
		return true;
	*out = MACHINE_UNKNOWN;
	if (sv_eq(word, SV("b64")) && machine_is_64bit(native))
		*out = native;
	else if (sv_eq(word, SV("b32")))
		*out = machine_narrow(native);
	else if (num_hex64(word, &arch) && arch <= UINT32_MAX)
		*out = machine_of_arch((uint32_t)arch);
	return *out != MACHINE_UNKNOWN;
}

static int take_number(struct question *q, const char *word, struct err *e)
{
	uint64_t number;

	if (q->has_number)
		return err_set(e, "there are two numbers: %u and %s", q->number, word);
	if (!num_range(sv_cstr(word), 0, INT32_MAX, &number))
		return err_set(e, "\"%s\" is neither a number nor a name", word);
	q->number = (uint32_t)number;
	q->has_number = true;
	return 0;
}

static int take_word(struct question *q, const char *word, struct err *e)
{
	char low[NAME_BYTES];
	enum machine machine;

	if (word[0] >= '0' && word[0] <= '9')
		return take_number(q, word, e);
	if (find_machine(lower(word, low, sizeof(low)), &machine)) {
		if (q->machine != MACHINE_UNKNOWN)
			return err_set(e, "there are two machines: %s and %s",
				       machine_name(q->machine), word);
		q->machine = machine;
		return 0;
	}
	if (strcmp(word, "alpha") == 0 || strcmp(word, "ia64") == 0)
		return err_set(e, "there is no table for %s", word);
	if (q->name)
		return err_set(e, "there are two names: %s and %s", q->name, word);
	q->name = word;
	return 0;
}

/* ---- the answers ---- */

static int unknown_name(const struct question *q)
{
	const struct name_table *table = syscall_table(q->machine);
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	if (table)
		table_each (table, i)
			near_consider(&best, sv_cstr(q->name), table_name(table, i));
	frame_say(PROGRAM, "unknown system call %s using %s lookup table%s", q->name,
		  machine_name(q->machine), near_hint(&best, "", hint));
	return EXIT_FAILURE;
}

static int dump(const struct question *q)
{
	(void)printf("Using %s syscall table:\n", machine_name(q->machine));
	for (uint32_t nr = 0; nr < DUMP_MAX; nr++) {
		const char *name = syscall_name(q->machine, nr);

		if (name)
			(void)printf("%u\t%s\n", nr, name);
	}
	return EXIT_SUCCESS;
}

static int print_exact(const struct question *q)
{
	char low[NAME_BYTES];
	uint32_t nr;

	if (!syscall_find(q->machine, lower(q->name, low, sizeof(low)), &nr))
		return unknown_name(q);
	(void)printf("%u\n", nr);
	return EXIT_SUCCESS;
}

static int print_like(const struct question *q)
{
	bool found = false;

	for (uint32_t nr = 0; nr < SEARCH_MAX; nr++) {
		const char *name = syscall_name(q->machine, nr);

		if (!name || !strcasestr(name, q->name))
			continue;
		found = true;
		(void)printf("%-18s %u\n", name, nr);
	}
	return found ? EXIT_SUCCESS : unknown_name(q);
}

static int print_name(const struct question *q)
{
	const char *name = syscall_name(q->machine, q->number);

	if (!name) {
		frame_say(PROGRAM, "unknown system call %u using %s lookup table", q->number,
			  machine_name(q->machine));
		return EXIT_FAILURE;
	}
	(void)puts(name);
	return EXIT_SUCCESS;
}

static int answer(const struct question *q)
{
	struct err e;

	if (q->dump)
		return dump(q);
	if (q->name)
		return q->exact ? print_exact(q) : print_like(q);
	if (q->has_number)
		return print_name(q);
	(void)err_set(&e, "it needs the name or number of a system call");
	return complain(&e);
}

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	struct question *q = arg;

	switch ((enum option_id)hit->id) {
	case OPT_DUMP:
		q->dump = true;
		break;
	case OPT_EXACT:
		q->exact = true;
		break;
	case OPT_HELP:
		return frame_help(&options, e);
	case OPT_VERSION:
		return frame_version(&options, e);
	case OPT_NONE:
		return take_word(q, hit->name, e) == 0 ? FRAME_ON : FRAME_FAILED;
	}
	return FRAME_ON;
}

int main(int argc, char **argv)
{
	struct question q = {.machine = MACHINE_UNKNOWN};
	struct options words;
	struct err e;
	int status;

	if (file_fill_standard() != 0)
		return EXIT_FAILURE;
	if (argc < 2 || argc > WORDS_MAX + 1) {
		(void)err_set(&e, argc < 2 ? "it needs the name or number of a system call"
					   : "there are too many words");
		return complain(&e);
	}
	switch (frame_options(&words, &options, argc, argv, take, &q, &e)) {
	case FRAME_ON:
		if (q.machine == MACHINE_UNKNOWN)
			q.machine = machine_native();
		status = answer(&q);
		return frame_finish(PROGRAM, stdout, "the result") == 0 ? status : EXIT_FAILURE;
	case FRAME_DONE:
		return EXIT_SUCCESS;
	case FRAME_FAILED:
		break;
	}
	return complain(&e);
}

/* Finds the verb that was meant, or the nearest one, and reads a verb's options. */
#include "aurum/app.h"

#include "base/near.h"
#include "common/present.h"

void verb_usage(const struct verb_set *set, FILE *to)
{
	(void)fprintf(to, "usage: %s %s\n", set->program, set->usage);
	for (size_t i = 0; i < set->count; i++)
		(void)fprintf(to, "  %-10s %s\n", set->rows[i].name, set->rows[i].help);
}

static int unknown(const struct verb_set *set, const char *word)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES], list[64];

	for (size_t i = 0; i < set->count; i++)
		near_consider(&best, sv_cstr(word), sv_cstr(set->rows[i].name));
	(void)snprintf(list, sizeof(list), ": `%s help` lists them all", set->program);
	say("unknown verb %s%s", word, near_hint(&best, list, hint));
	return EXIT_TROUBLE;
}

int verb_options(const struct option_set *set, int argc, char **argv, frame_take_fn take, void *arg)
{
	struct options words;
	struct sv first, name;
	struct err e;

	switch (frame_options(&words, set, argc, argv, take, arg, &e)) {
	case FRAME_ON:
		return -1;
	case FRAME_DONE:
		return EXIT_DONE;
	case FRAME_FAILED:
		break;
	}
	(void)sv_cut(sv_cstr(set->program), ' ', &first, &name); /* say() says "aurum" */
	say("%.*s: %s", SV_FMT(name), e.text);
	return EXIT_TROUBLE;
}

int verb_begin(const char *verb, struct present *present)
{
	struct err e;

	if (frame_start() != 0)
		return -1;
	if (present_init(present, &e) == 0)
		return 0;
	say("%s: %s", verb, e.text);
	return -1;
}

int verb_run(const struct verb_set *set, int argc, char **argv)
{
	struct sv word;

	if (argc < 2) {
		verb_usage(set, stderr);
		return EXIT_TROUBLE;
	}
	word = sv_cstr(argv[1]);
	while (word.n > 1 && word.p[0] == '-') /* --help, --version, -h */
		word = sv_from(word, 1);
	/* From the end, where help and version stand: -v is not the first verb with a v. */
	for (size_t i = set->count; i-- > 0;)
		if (sv_eq(word, sv_cstr(set->rows[i].name)) ||
		    (argv[1][0] == '-' && word.n == 1 && set->rows[i].name[0] == word.p[0]))
			return set->rows[i].run(argc - 1, argv + 1);
	return unknown(set, argv[1]);
}

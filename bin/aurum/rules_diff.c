/* aurum rules diff: what is different between files, folders and the kernel. */
#include "aurum/differ.h"

#include "config/option.h"

#define OUT_MAX ((size_t)256 << 20)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/rules_diff.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum rules diff",
	.usage = "[OPTION...] [A [B]]",
	.summary = "Compares rules and settings as the kernel would hold them. A and B are rules "
		   "files, folders, - or the word kernel; without B the kernel, without both the "
		   "host's rules and the kernel. Exit 0: they are the same, 1: they differ, 2: "
		   "trouble.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

struct request {
	const char *words[2];
	size_t count;
	enum differ_format format;
};

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct request *r = arg;

	switch (hit->id) {
	case 'F':
		if (differ_format_find(hit->value, &r->format))
			return FRAME_ON;
		(void)err_set(e, "--format %s: it is text or json", hit->value);
		return FRAME_FAILED;
	case 'h':
		return frame_help(&set, e);
	default:
		if (r->count == LEN(r->words))
			return frame_stray_word(hit, e);
		r->words[r->count++] = hit->name;
		return FRAME_ON;
	}
}

static int compare(const struct request *r, const struct side *a, const struct side *b)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(OUT_MAX);
	struct difference d;
	struct err e;
	int code;

	if (difference_find(&d, &a->target, &b->target, &e) != 0) {
		say("%s", e.text);
		return EXIT_TROUBLE;
	}
	differ_put(r->format, &d, a, b, &out);
	code = difference_is_none(&d) ? EXIT_DONE : EXIT_NOT_DONE;
	difference_release(&d);
	return rules_print(&out) == 0 ? code : EXIT_TROUBLE;
}

int rules_diff_main(int argc, char **argv)
{
	struct request r = {.words = {rules_default_path(), RULE_SOURCE_KERNEL}};
	struct side a, b;
	int code = verb_options(&set, argc, argv, take_option, &r);

	if (code >= 0)
		return code;
	if (side_read(&a, r.words[0], false) != 0)
		return EXIT_TROUBLE;
	if (side_read(&b, r.words[1], false) == 0) {
		code = compare(&r, &a, &b);
		side_release(&b);
	} else {
		code = EXIT_TROUBLE;
	}
	side_release(&a);
	return code;
}

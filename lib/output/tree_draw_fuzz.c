/* Any log: the trees of its processes can be drawn, in lines without control bytes. */
#include "output/tree_draw.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tree *read_log(struct sv log)
{
	static const struct join_options join_options = {.order = JOIN_ORDERED, .timeout_s = 2};
	struct tree *t = tree_new(10000, NULL);
	struct join *j = join_new(&join_options, NULL);
	const struct event *event;
	struct record r;
	struct sv line;

	if (!t || !j)
		abort();
	while (sv_line(&log, &line))
		if (record_parse(line, &r) == RECORD_OK && join_put(j, &r) != 0)
			abort();
	join_finish(j);
	while ((event = join_next(j)))
		(void)!tree_put(t, event);
	join_free(j);
	return t;
}

static void draw(struct tree_drawing *d)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)64 << 20);

	if (tree_draw(d, &out) == 0)
		for (size_t i = 0; i < out.n; i++)
			if ((unsigned char)out.p[i] < ' ' && out.p[i] != '\n')
				abort();
	buf_reset(&out);
	if (tree_draw_json(d, &out) == 0 && sv_count(buf_view(&out), '\n') != 1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct name_source nobody;
	struct tree *t = read_log(sv_make((const char *)data, size));
	struct tree_drawing d = {.tree = t, .names = names_new(&nobody, NULL), .is_utf8 = true};

	if (tree_build(t, NULL) != 0 || !d.names)
		abort();
	for (uint32_t pid = 1; pid < 2000; pid++) {
		d.target = tree_find(t, pid, NULL);
		d.has_event = pid % 2;
		d.event.sec = d.target ? d.target->first.sec : 0;
		if (d.target)
			draw(&d);
	}
	names_free(d.names);
	tree_free(t);
	return 0;
}

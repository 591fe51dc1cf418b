/* Blocks: the same lines, however a file is cut and compressed, and no others where stretches are left out. */
#include "base/test.h"

#include "base/buf.h"
#include "base/file.h"
#include "query/block.h"

#include <stdlib.h>
#include <sys/mman.h>

#define TEXT_MAX ((size_t)4 << 20)
#define LINES    2000

static int file_of(struct sv text)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, text), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static int packed_of(struct sv text, size_t frame_bytes)
{
	const struct segment_options o = {.frame_bytes = frame_bytes};
	int plain = file_of(text), packed = file_of(SV_EMPTY);
	struct segment_head head;

	assert_int_equal(segment_write(plain, packed, &o, &head, NULL), 0);
	assert_int_equal(lseek(packed, 0, SEEK_SET), 0);
	(void)close(plain);
	return packed;
}

static void make_text(struct buf *out)
{
	*out = BUF_INIT(TEXT_MAX);
	for (unsigned i = 0; i < LINES; i++)
		buf_printf(out, "line %u %.*s\n", i, (int)(i * 7 % 60),
			   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_false(out->failed);
}

/* Where line i starts. */
static size_t start_of(struct sv text, size_t i)
{
	size_t at = 0;

	while (i--)
		at += sv_index(sv_from(text, at), '\n') + 1;
	return at;
}

#define TEST_CURSOR(c)                                                                             \
	CLEANUP(cursor_release) struct cursor c;                                                   \
	cursor_init(&(c))

/* All that is read, and each part once more. */
static void read_blocks(struct blocks *b, struct buf *out, struct err *first)
{
	CLEANUP(buf_release) struct buf again = BUF_INIT(TEXT_MAX);
	struct segment_unpacker *unpacker = NULL;
	struct block block = {.buffer = NULL};
	struct block_spec spec;

	*out = BUF_INIT(TEXT_MAX);
	while (blocks_next(b, &spec)) {
		assert_int_equal(block_read(b, &spec, &unpacker, &block), 0);
		if (block.errors && !first)
			fail_msg("%s", block.error.text);
		if (block.errors)
			*first = block.error;
		for (size_t i = 0; i < LEN(block.parts); i++) {
			struct sv lines = block.parts[i].lines;

			buf_put(out, lines);
			/* A line that was read to its end lacks the newline. */
			if (lines.n && lines.p[lines.n - 1] != '\n')
				buf_putc(out, '\n');
			if (!lines.n || first)
				continue;
			buf_reset(&again);
			assert_true(buf_reserve(&again, lines.n));
			assert_int_equal(block_reread(b, block.parts[i].at, again.p, lines.n),
					 lines.n);
			assert_memory_equal(again.p, lines.p, lines.n);
		}
	}
	block_release(&block);
	segment_unpacker_free(unpacker);
}

static void files_of_any_kind_give_all_their_lines(void **state)
{
	static const size_t sizes[] = {1, 50, 1000, 100000};
	CLEANUP(buf_release) struct buf text = {0};

	(void)state;
	make_text(&text);
	for (size_t i = 0; i < LEN(sizes) * LEN(sizes); i++) {
		CLEANUP(buf_release) struct buf out = {0};
		size_t half = start_of(buf_view(&text), LINES / 2);
		struct blocks b;
		TEST_CURSOR(c);

		assert_int_equal(cursor_open_fd(&c,
						packed_of(sv_head(buf_view(&text), half),
							  sizes[i % LEN(sizes)]),
						"first", NULL),
				 0);
		assert_int_equal(cursor_open_fd(&c, packed_of(SV_EMPTY, 0), "empty", NULL), 0);
		assert_int_equal(cursor_open_fd(&c, file_of(SV_EMPTY), "empty", NULL), 0);
		assert_int_equal(
			cursor_open_fd(&c, file_of(sv_from(buf_view(&text), half)), "last", NULL),
			0);
		assert_true(blocks_open(&b, &c));
		assert_int_equal(b.total, text.n);
		b.block_bytes = sizes[i / LEN(sizes)];
		read_blocks(&b, &out, NULL);
		assert_true(sv_eq(buf_view(&out), buf_view(&text)));
		blocks_close(&b);
	}
}

static void only_the_stretches_that_are_kept_are_read(void **state)
{
	const size_t lines[] = {0, 1, 1, 3, 10, 500, 500, 501, 1990, LINES};
	struct block_range ranges[LEN(lines) / 2];
	CLEANUP(buf_release) struct buf text = {0}, want = BUF_INIT(TEXT_MAX), out = {0};
	struct blocks b;
	TEST_CURSOR(c);

	(void)state;
	make_text(&text);
	for (size_t i = 0; i < LEN(ranges); i++) {
		ranges[i] = (struct block_range){start_of(buf_view(&text), lines[2 * i]),
						 start_of(buf_view(&text), lines[2 * i + 1]), true};
		buf_put(&want, sv_make(text.p + ranges[i].from, ranges[i].to - ranges[i].from));
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(cursor_open_fd(&c, file_of(buf_view(&text)), "log", NULL), 0);
	assert_true(blocks_open(&b, &c));
	b.block_bytes = 100;
	blocks_keep(&b, 0, NULL, 0);
	blocks_keep(&b, 1, ranges, LEN(ranges));
	assert_int_equal(b.total, want.n);
	read_blocks(&b, &out, NULL);
	assert_true(sv_eq(buf_view(&out), buf_view(&want)));
	blocks_close(&b);
}

static void kept_frames_of_a_segment_are_read_and_those_that_touch_together(void **state)
{
	static const size_t frames[] = {0, 2, 3, 4, 9}, firsts[] = {0, 2, 9};
	struct block_range ranges[LEN(frames)];
	CLEANUP(buf_release) struct buf text = {0}, want = BUF_INIT(TEXT_MAX), out = {0};
	const struct segment *s;
	struct block_spec spec;
	struct blocks b;
	TEST_CURSOR(c);

	(void)state;
	make_text(&text);
	assert_int_equal(cursor_open_fd(&c, packed_of(buf_view(&text), 2000), "log", NULL), 0);
	assert_int_equal(segment_frames(&c.sources[0]->segment, NULL), 0);
	s = &c.sources[0]->segment;
	for (size_t i = 0; i < LEN(ranges); i++) {
		const struct segment_frame *f = &s->frames[frames[i]];

		ranges[i] = (struct block_range){f->raw_at, f->raw_at + f->raw_bytes, i > 0};
		buf_put(&want, sv_make(text.p + f->raw_at, f->raw_bytes));
	}
	assert_true(blocks_open(&b, &c));
	blocks_keep(&b, 0, ranges, LEN(ranges));
	read_blocks(&b, &out, NULL);
	assert_true(sv_eq(buf_view(&out), buf_view(&want)));
	blocks_close(&b);
	assert_true(blocks_open(&b, &c));
	blocks_keep(&b, 0, ranges, LEN(ranges));
	for (size_t i = 0; i < LEN(firsts); i++) {
		assert_true(blocks_next(&b, &spec));
		assert_int_equal(spec.first, firsts[i]);
		assert_int_equal(spec.count, i == 1 ? 3 : 1);
		assert_int_equal(spec.is_sparse, i > 0);
	}
	assert_false(blocks_next(&b, &spec));
	blocks_close(&b);
}

static void a_damaged_frame_reads_as_empty_lines(void **state)
{
	CLEANUP(buf_release) struct buf text = {0}, out = {0};
	const struct segment_frame *f;
	struct blocks b;
	struct err e;
	int fd;
	TEST_CURSOR(c);

	(void)state;
	make_text(&text);
	fd = packed_of(buf_view(&text), 2000);
	assert_int_equal(cursor_open_fd(&c, fd, "log.zst", NULL), 0);
	assert_int_equal(segment_frames(&c.sources[0]->segment, NULL), 0);
	f = &c.sources[0]->segment.frames[2];
	assert_int_equal(pwrite(fd, "damage", 6, (off_t)f->at + 20), 6);
	assert_true(blocks_open(&b, &c));
	read_blocks(&b, &out, &e);
	assert_non_null(strstr(e.text, "cannot read log.zst: frame 3 of "));
	memset(text.p + f->raw_at, '\n', f->raw_bytes);
	assert_true(sv_eq(buf_view(&out), buf_view(&text)));
	blocks_close(&b);
}

static void a_damaged_frame_that_two_stretches_share_is_told_of_once(void **state)
{
	CLEANUP(buf_release) struct buf text = {0};
	struct segment_unpacker *unpacker = NULL;
	struct block block = {.buffer = NULL};
	const struct segment_frame *f;
	struct block_range ranges[2];
	struct block_spec spec;
	uint64_t errors = 0;
	struct blocks b;
	int fd;
	TEST_CURSOR(c);

	(void)state;
	make_text(&text);
	fd = packed_of(buf_view(&text), 2000);
	assert_int_equal(cursor_open_fd(&c, fd, "log.zst", NULL), 0);
	assert_int_equal(segment_frames(&c.sources[0]->segment, NULL), 0);
	f = &c.sources[0]->segment.frames[2];
	assert_int_equal(pwrite(fd, "damage", 6, (off_t)f->at + 20), 6);
	ranges[0] = (struct block_range){f->raw_at, f->raw_at + 500, false};
	ranges[1] = (struct block_range){f->raw_at + 500, f[1].raw_at + 10, true};
	assert_true(blocks_open(&b, &c));
	blocks_keep(&b, 0, ranges, 2);
	while (blocks_next(&b, &spec)) {
		assert_int_equal(block_read(&b, &spec, &unpacker, &block), 0);
		errors += block.errors;
	}
	assert_int_equal(errors, 1);
	block_release(&block);
	segment_unpacker_free(unpacker);
	blocks_close(&b);
}

static void a_segment_that_is_another_one_by_now_cannot_be_read(void **state)
{
	CLEANUP(buf_release) struct buf text = {0};
	CLEANUP(buf_release) struct buf out = {0};
	struct blocks b;
	struct err e;
	int fd, other;
	TEST_CURSOR(c);

	(void)state;
	make_text(&text);
	fd = packed_of(buf_view(&text), 2000);
	other = packed_of(sv_head(buf_view(&text), 5000), 2000);
	assert_int_equal(cursor_open_fd(&c, fd, "log.zst", NULL), 0);
	assert_int_equal(dup2(other, fd), fd);
	assert_true(blocks_open(&b, &c));
	read_blocks(&b, &out, &e);
	assert_string_equal(e.text, "cannot read log.zst: its tables are no longer what they were");
	assert_int_equal(out.n, 0);
	blocks_close(&b);
	(void)close(other);
}

static void streams_and_ragged_segments_are_for_line_by_line(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	struct blocks b;
	int fd;

	(void)state;
	assert_true(buf_reserve(&text, 3 << 20));
	memset(text.p, 'x', 3 << 20);
	text.n = 3 << 20;
	fd = packed_of(buf_view(&text), 0);
	for (int i = 0; i < 2; i++) {
		TEST_CURSOR(c);

		assert_int_equal(cursor_open_fd(&c, dup(fd), "log.zst", NULL), 0);
		assert_false(blocks_open(&b, &c));
		assert_int_equal(ftruncate(fd, 2000), 0);
	}
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_any_kind_give_all_their_lines),
		cmocka_unit_test(only_the_stretches_that_are_kept_are_read),
		cmocka_unit_test(kept_frames_of_a_segment_are_read_and_those_that_touch_together),
		cmocka_unit_test(a_damaged_frame_reads_as_empty_lines),
		cmocka_unit_test(a_damaged_frame_that_two_stretches_share_is_told_of_once),
		cmocka_unit_test(a_segment_that_is_another_one_by_now_cannot_be_read),
		cmocka_unit_test(streams_and_ragged_segments_are_for_line_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

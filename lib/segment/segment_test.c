#include "base/test.h"

#include "base/buf.h"
#include "base/file.h"
#include "segment/layout.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zstd.h>

#define TEXT_MAX ((size_t)64 << 20)

static int file_of(struct sv bytes)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, bytes), 0);
	return fd;
}

static void read_all(int fd, struct buf *out)
{
	*out = BUF_INIT(TEXT_MAX);
	assert_true(lseek(fd, 0, SEEK_SET) == 0);
	assert_int_equal(file_read_fd(fd, "test", out, NULL), 0);
}

/* Lines of n bytes in all, of different lengths. */
static void make_text(struct buf *out, size_t n)
{
	*out = BUF_INIT(TEXT_MAX);
	for (unsigned i = 0; out->n < n; i++)
		buf_printf(out, "type=SYSCALL msg=audit(%u.%03u:%u): %.*s\n", i / 7, i % 1000, i,
			   (int)(i % 90),
			   "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
			   "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
	assert_false(out->failed);
}

static int packed_of(struct sv text, size_t frame_bytes, struct segment_head *head)
{
	struct segment_options o = {.frame_bytes = frame_bytes};
	int packed = memfd_create("packed", MFD_CLOEXEC), plain = file_of(text);
	struct err e;

	assert_true(packed >= 0);
	if (segment_write(plain, packed, &o, head, &e) != 0)
		fail_msg("%s", e.text);
	if (segment_verify(packed, plain, &e) != 0)
		fail_msg("%s", e.text);
	(void)close(plain);
	return packed;
}

/* Reads all frames into one text. */
static void unpack(const struct segment *s, struct buf *out)
{
	struct segment_unpacker *u = segment_unpacker_new();
	struct err e;

	assert_non_null(u);
	*out = BUF_INIT(TEXT_MAX);
	for (size_t i = 0; i < s->frame_count; i++) {
		assert_true(buf_reserve(out, s->frames[i].raw_bytes));
		assert_int_equal(out->n, s->frames[i].raw_at);
		if (segment_read(s, u, i, out->p + out->n, &e) != 0)
			fail_msg("%s", e.text);
		out->n += s->frames[i].raw_bytes;
	}
	segment_unpacker_free(u);
}

/* Reads as a stream; how many errors there were. */
static unsigned read_stream(int fd, struct buf *out, size_t step)
{
	struct segment_stream *t = segment_stream_new(fd, NULL);
	unsigned errors = 0;
	ssize_t n;
	struct err e;

	assert_non_null(t);
	*out = BUF_INIT(TEXT_MAX);
	do {
		assert_true(buf_reserve(out, step));
		n = segment_stream_read(t, out->p + out->n, step, &e);
		if (n < 0)
			assert_true(++errors < 10000);
		else
			out->n += (size_t)n;
	} while (n != 0);
	segment_stream_free(t);
	return errors;
}

/* All members; what is behind the last one is nothing. */
static void assert_same_head(const struct segment_head *a, const struct segment_head *b)
{
	assert_memory_equal(a, b, offsetof(struct segment_head, is_ragged));
	assert_int_equal(a->is_ragged, b->is_ragged);
}

static void round_trip(struct sv text, size_t frame_bytes)
{
	CLEANUP(buf_release) struct buf frames = {0}, stream = {0};
	struct segment_head head;
	struct segment s;
	struct err e;
	int packed = packed_of(text, frame_bytes, &head);

	assert_int_equal(read_stream(packed, &stream, 1000), 0);
	assert_true(sv_eq(buf_view(&stream), text));
	assert_int_equal(segment_open(&s, packed, &e), SEGMENT_OPEN);
	assert_same_head(&s.head, &head);
	assert_int_equal(head.raw_bytes, text.n);
	unpack(&s, &frames);
	assert_true(sv_eq(buf_view(&frames), text));
	segment_close(&s);
}

static void text_comes_back_as_it_was(void **state)
{
	CLEANUP(buf_release) struct buf text = {0};

	(void)state;
	make_text(&text, 1000000);
	round_trip(buf_view(&text), 0);
	round_trip(buf_view(&text), 1);
	round_trip(buf_view(&text), 4096);
	round_trip(buf_view(&text), 10 << 20);
	round_trip(sv_head(buf_view(&text), 999), 0);
	round_trip(sv_head(buf_view(&text), 12345), 100);
	round_trip(SV("\n"), 0);
	round_trip(SV("x"), 0);
	round_trip(SV_EMPTY, 0);
	round_trip(SV("\0\0\0\n\n\n\0type="), 1);
}

static void frames_end_with_the_line_that_reaches_their_size(void **state)
{
	struct sv text = SV("one\ntwo\nthree\nfour\nfive");
	const size_t ends[] = {8, 14, 19, 23};
	struct segment_head head;
	struct segment s;
	int packed = packed_of(text, 5, &head);

	(void)state;
	assert_int_equal(segment_open(&s, packed, NULL), SEGMENT_OPEN);
	assert_int_equal(s.frame_count, LEN(ends));
	for (size_t i = 0; i < LEN(ends); i++)
		assert_int_equal(s.frames[i].raw_at + s.frames[i].raw_bytes, ends[i]);
	assert_false(s.head.is_ragged);
	segment_close(&s);
}

static uint64_t size_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint64_t)st.st_size;
}

static void frames_can_be_had_later(void **state)
{
	CLEANUP(buf_release) struct buf text = {0};
	struct segment_head head, other_head;
	struct segment s;
	struct err e;
	int packed, other;

	(void)state;
	make_text(&text, 300000);
	/* The tables of one are longer than what is read of them at first. */
	for (size_t frame_bytes = 100; frame_bytes <= 10000; frame_bytes *= 100) {
		CLEANUP(buf_release) struct buf frames = {0};

		packed = packed_of(buf_view(&text), frame_bytes, &head);
		assert_int_equal(segment_look(&s, packed, size_of(packed), &e), SEGMENT_OPEN);
		assert_same_head(&s.head, &head);
		assert_null(s.frames);
		assert_int_equal(segment_frames(&s, &e), 0);
		assert_int_equal(segment_frames(&s, &e), 0);
		unpack(&s, &frames);
		assert_true(sv_eq(buf_view(&frames), buf_view(&text)));
		segment_close(&s);
	}
	packed = packed_of(buf_view(&text), 0, &head);
	other = packed_of(sv_head(buf_view(&text), 200000), 0, &other_head);
	assert_int_equal(segment_look(&s, packed, size_of(packed), &e), SEGMENT_OPEN);
	assert_int_equal(dup2(other, packed), packed);
	assert_int_equal(segment_frames(&s, &e), -1);
	assert_null(s.frames);
	assert_int_equal(ftruncate(other, 100), 0);
	assert_int_equal(segment_frames(&s, &e), -1);
	(void)close(other);
	segment_close(&s);
}

static void a_line_without_end_makes_frames_ragged(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	CLEANUP(buf_release) struct buf again = {0};
	struct segment_head head;
	struct segment s;

	(void)state;
	buf_puts(&text, "short\n");
	assert_true(buf_reserve(&text, 3 * SEGMENT_FRAME_MAX));
	memset(text.p + text.n, 'x', 3 * SEGMENT_FRAME_MAX);
	text.n += 3 * SEGMENT_FRAME_MAX;
	buf_puts(&text, "\nshort\n");
	assert_int_equal(segment_open(&s, packed_of(buf_view(&text), 0, &head), NULL),
			 SEGMENT_OPEN);
	assert_true(s.head.is_ragged);
	assert_int_equal(read_stream(s.fd, &again, 70000), 0);
	assert_true(sv_eq(buf_view(&text), buf_view(&again)));
	segment_close(&s);
}

static void the_head_says_which_file_it_was(void **state)
{
	CLEANUP(buf_release) struct buf text = {0};
	struct segment_head head, of_plain;
	int packed, plain;
	struct stat st;

	(void)state;
	make_text(&text, 5000);
	plain = file_of(buf_view(&text));
	packed = memfd_create("packed", MFD_CLOEXEC);
	assert_int_equal(segment_write(plain, packed, NULL, &head, NULL), 0);
	assert_int_equal(segment_head_of(plain, &of_plain, NULL), 0);
	of_plain.raw_hash = head.raw_hash;
	assert_same_head(&head, &of_plain);
	assert_int_equal(fstat(plain, &st), 0);
	assert_int_equal(head.inode, st.st_ino);
	assert_int_equal(head.device, st.st_dev);
	assert_int_equal(fstat(packed, &st), 0);
	assert_int_equal(st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec, head.mtime_ns);
	(void)close(plain);
	(void)close(packed);
}

struct shown {
	uint64_t at;
	unsigned count;
};

static void show(void *ctx, struct sv text, uint64_t raw_at)
{
	struct shown *shown = ctx;

	assert_int_equal(raw_at, shown->at);
	shown->at += text.n;
	shown->count++;
}

static void frames_are_shown_as_they_are_made(void **state)
{
	CLEANUP(buf_release) struct buf text = {0};
	struct shown shown = {0};
	struct segment_options o = {.frame = show, .ctx = &shown, .frame_bytes = 1000};
	struct segment_head head;
	int plain, packed = memfd_create("packed", MFD_CLOEXEC);

	(void)state;
	make_text(&text, 50000);
	plain = file_of(buf_view(&text));
	assert_int_equal(segment_write(plain, packed, &o, &head, NULL), 0);
	assert_int_equal(shown.at, text.n);
	assert_true(shown.count > 40);
	(void)close(plain);
	(void)close(packed);
}

static void another_text_does_not_verify(void **state)
{
	struct sv text = SV("one\ntwo\n");
	struct segment_head head;
	int packed = packed_of(text, 0, &head);
	int other = file_of(SV("one\ntwO\n")), longer = file_of(SV("one\ntwo\nthree\n"));
	struct err e;

	(void)state;
	assert_int_equal(segment_verify(packed, other, &e), -1);
	assert_string_equal(e.text, "frame 1 is not the plain file's text");
	assert_int_equal(segment_verify(packed, longer, &e), -1);
	assert_int_equal(segment_verify(other, other, &e), -1);
	assert_string_equal(e.text, "it is no segment");
	assert_true(segment_has_other_text(packed, other));
	assert_false(segment_has_other_text(packed, longer));
	assert_false(segment_has_other_text(other, longer));
	(void)close(packed);
	(void)close(other);
	(void)close(longer);
}

/* ---- damage ---- */

/* What can be read of a file with our tables, or of a stream, is never another text. */
static void look_at_damaged(struct sv bytes, struct sv text)
{
	CLEANUP(buf_release) struct buf stream = {0};
	struct segment_unpacker *u = segment_unpacker_new();
	int fd = file_of(bytes);
	char *frame = malloc(SEGMENT_FRAME_MAX);
	struct segment s;
	struct err e;

	assert_non_null(u);
	assert_non_null(frame);
	if (segment_open(&s, fd, &e) == SEGMENT_OPEN) {
		for (size_t i = 0; i < s.frame_count; i++)
			if (segment_read(&s, u, i, frame, &e) == 0)
				assert_memory_equal(frame, text.p + s.frames[i].raw_at,
						    s.frames[i].raw_bytes);
	}
	(void)read_stream(fd, &stream, 4096);
	assert_true(stream.n <= text.n);
	free(frame);
	segment_unpacker_free(u);
	(void)close(fd);
	if (s.frames)
		free(s.frames);
}

static void no_flipped_bit_gives_another_text(void **state)
{
	CLEANUP(buf_release) struct buf text = {0}, bytes = {0};
	struct segment_head head;
	int packed;

	(void)state;
	make_text(&text, 3000);
	packed = packed_of(buf_view(&text), 1000, &head);
	read_all(packed, &bytes);
	for (size_t i = 0; i < bytes.n; i++) {
		bytes.p[i] ^= (char)(1 << i % 8);
		look_at_damaged(buf_view(&bytes), buf_view(&text));
		bytes.p[i] ^= (char)(1 << i % 8);
	}
	for (size_t n = 0; n < bytes.n; n++)
		look_at_damaged(sv_head(buf_view(&bytes), n), buf_view(&text));
	(void)close(packed);
}

static void damage_is_named_and_the_other_frames_are_read(void **state)
{
	CLEANUP(buf_release) struct buf text = {0}, bytes = {0}, stream = {0};
	struct segment_unpacker *u = segment_unpacker_new();
	char frame[2000];
	struct segment_head head;
	struct segment s;
	struct err e;
	int packed;

	(void)state;
	make_text(&text, 5000);
	packed = packed_of(buf_view(&text), 1000, &head);
	assert_int_equal(segment_open(&s, packed, NULL), SEGMENT_OPEN);
	read_all(packed, &bytes);
	bytes.p[s.frames[1].at + s.frames[1].bytes / 2] ^= 4;
	assert_int_equal(pwrite(packed, bytes.p, bytes.n, 0), bytes.n);
	assert_int_equal(segment_read(&s, u, 0, frame, &e), 0);
	assert_int_equal(segment_read(&s, u, 1, frame, &e), -1);
	assert_non_null(strstr(e.text, "frame 2 of 5, bytes "));
	assert_int_equal(segment_read(&s, u, 2, frame, &e), 0);
	assert_memory_equal(frame, text.p + s.frames[2].raw_at, s.frames[2].raw_bytes);
	assert_true(read_stream(packed, &stream, 512) >= 1);
	assert_int_equal(stream.n, text.n - s.frames[1].raw_bytes);
	assert_memory_equal(stream.p, text.p, s.frames[0].raw_bytes);
	assert_memory_equal(stream.p + s.frames[0].raw_bytes, text.p + s.frames[2].raw_at,
			    text.n - s.frames[2].raw_at);
	segment_unpacker_free(u);
	segment_close(&s);
}

static void damaged_tables_leave_a_stream(void **state)
{
	CLEANUP(buf_release) struct buf text = {0}, bytes = {0}, stream = {0};
	struct segment_head head;
	struct segment s;
	struct err e;
	int packed;

	(void)state;
	make_text(&text, 5000);
	packed = packed_of(buf_view(&text), 1000, &head);
	read_all(packed, &bytes);
	bytes.p[bytes.n - 20] ^= 1;
	assert_int_equal(pwrite(packed, bytes.p, bytes.n, 0), bytes.n);
	assert_int_equal(segment_open(&s, packed, &e), SEGMENT_STREAM);
	assert_string_equal(e.text, "its table of frames is damaged");
	assert_int_equal(read_stream(packed, &stream, 512), 0);
	assert_true(sv_eq(buf_view(&stream), buf_view(&text)));
	(void)close(packed);
}

/* ---- other files ---- */

static void any_zstd_file_is_a_stream(void **state)
{
	CLEANUP(buf_release) struct buf text = {0}, stream = {0}, packed = BUF_INIT(TEXT_MAX);
	struct segment s;
	size_t n;
	int fd;

	(void)state;
	make_text(&text, 3 << 20);
	assert_true(buf_reserve(&packed, ZSTD_compressBound(text.n)));
	n = ZSTD_compress(packed.p, packed.cap, text.p, text.n, 1);
	assert_false(ZSTD_isError(n));
	packed.n = n;
	fd = file_of(buf_view(&packed));
	assert_int_equal(segment_open(&s, fd, NULL), SEGMENT_STREAM);
	assert_int_equal(read_stream(fd, &stream, 100000), 0);
	assert_true(sv_eq(buf_view(&stream), buf_view(&text)));
	assert_int_equal(ftruncate(fd, (off_t)(n - 100)), 0);
	buf_release(&stream);
	assert_int_equal(read_stream(fd, &stream, 100000), 1);
	assert_true(stream.n > text.n / 2 && memcmp(stream.p, text.p, stream.n) == 0);
	(void)close(fd);
}

static void other_files_are_no_segments(void **state)
{
	const struct sv others[] = {SV(""), SV("t"), SV("type=SYSCALL msg=audit(1.000:1): a=b\n"),
				    SV("\xb1\xea\x92\x8f"),
				    SV("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
				       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
				       "\xff\xff\xff\xff\0\xb1\xea\x92\x8f")};
	struct segment s;
	struct err e;
	int ends[2];

	(void)state;
	for (size_t i = 0; i < LEN(others); i++) {
		int fd = file_of(others[i]);

		assert_int_equal(segment_open(&s, fd, &e), SEGMENT_OTHER);
		(void)close(fd);
	}
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(segment_open(&s, ends[0], &e), SEGMENT_OTHER);
	assert_int_equal(segment_open(&s, -1, &e), SEGMENT_FAILED);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_back_as_it_was),
		cmocka_unit_test(frames_end_with_the_line_that_reaches_their_size),
		cmocka_unit_test(frames_can_be_had_later),
		cmocka_unit_test(a_line_without_end_makes_frames_ragged),
		cmocka_unit_test(the_head_says_which_file_it_was),
		cmocka_unit_test(frames_are_shown_as_they_are_made),
		cmocka_unit_test(another_text_does_not_verify),
		cmocka_unit_test(no_flipped_bit_gives_another_text),
		cmocka_unit_test(damage_is_named_and_the_other_frames_are_read),
		cmocka_unit_test(damaged_tables_leave_a_stream),
		cmocka_unit_test(any_zstd_file_is_a_stream),
		cmocka_unit_test(other_files_are_no_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

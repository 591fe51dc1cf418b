/* An index is read piece by piece, and its file may be another one by then: it is known again, or of no use. */
#include "base/test.h"

#include "base/file.h"
#include "index/build.h"
#include "index/open.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

#define TWICE 6000 /* processes of two events each: their bitmaps are more than is read at once */

/* An index in a file, and the bytes of it. */
struct made {
	char path[64];
	struct buf bytes;
	struct segment_head head;
};

/* Process i in events i and i + count, and besides a key in each second event. */
static void put_log(struct buf *out, unsigned count)
{
	for (unsigned i = 0; i < 2 * count; i++)
		buf_printf(out, "type=USER_CMD msg=audit(%u.000:%u): pid=%u key=\"%s\"\n", 10 + i,
			   i, 10000 + i % count, i % 2 ? "odd" : "even");
}

static void make(struct made *m, unsigned count)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(8 << 20);
	struct index_builder *b = index_builder_new(NULL, NULL);
	uint64_t at = 0;
	size_t n;
	int fd;

	put_log(&text, count);
	m->head = (struct segment_head){.raw_bytes = text.n, .head_hash = count, .mtime_ns = 7};
	assert_non_null(b);
	while (at < text.n) {
		struct sv rest = sv_from(buf_view(&text), at);

		n = segment_frame_end(rest, SEGMENT_FRAME_BYTES, true);
		assert_int_equal(index_builder_frame(b, sv_head(rest, n), at, NULL), 0);
		at += n;
	}
	assert_int_equal(index_builder_end(b, &m->head, NULL), 0);
	memcpy(m->path, "/tmp/aurum-open-XXXXXX", 23);
	fd = mkostemp(m->path, O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(index_builder_write(b, fd, NULL), 0);
	(void)close(fd);
	index_builder_free(b);
	m->bytes = BUF_INIT(64 << 20);
	assert_int_equal(file_read(m->path, &m->bytes, NULL), 0);
}

static void unmake(struct made *m)
{
	(void)unlink(m->path);
	buf_release(&m->bytes);
}

static void open_made(const struct made *m, struct index *x)
{
	struct err e;

	assert_int_equal(index_open(x, m->path, &m->head, &e), INDEX_OPEN);
}

/* Where a section is in the file. */
static struct layout_section find(const struct made *m, uint32_t kind, const char *name)
{
	struct layout_section s = {0};
	struct layout_header h;

	memcpy(&h, m->bytes.p, sizeof(h));
	for (uint32_t i = 0; i < h.sections; i++) {
		memcpy(&s, m->bytes.p + sizeof(h) + i * sizeof(s), sizeof(s));
		if (s.kind == kind && strcmp(s.name, name) == 0)
			return s;
	}
	fail();
	return s;
}

static bool is_odd(const void *arg, struct sv raw)
{
	(void)arg;
	return sv_eq(raw, SV("\"odd\""));
}

static const struct demand odd = {
	.kind = DEMAND_FIELD, .field = {"key", 3}, .accepts = is_odd, .is_exact = true};

/* How many events have the key; -1: the index is of no use. */
static int count_odd(struct index *x)
{
	struct index_rows rows = {NULL};
	struct err e = {0};
	enum index_answer answer = index_ask(x, &odd, &rows, &e);
	int n = rows.rows ? (int)rows_count(rows.rows) : -1;

	index_rows_release(&rows);
	assert_int_equal(answer, n < 0 ? INDEX_BROKEN : INDEX_EXACT);
	assert_true(n >= 0 || e.text[0]);
	return n;
}

static void one_that_rests_is_asked_as_before(void **state)
{
	const struct index_frame *frames;
	struct made m;
	struct index x;
	struct err e;

	(void)state;
	make(&m, 100);
	open_made(&m, &x);
	assert_int_equal(count_odd(&x), 100);
	index_rest(&x);
	assert_int_equal(x.fd, -1);
	assert_int_equal(x.totals.rows, 200);
	assert_int_equal(count_odd(&x), 100);
	assert_int_equal(index_frames(&x, &e), 0);
	frames = x.frames;
	index_rest(&x);
	index_rest(&x);
	assert_ptr_equal(x.frames, frames);
	assert_int_equal(frames[0].row_to, 200);
	assert_int_equal(index_frames(&x, &e), 0);
	assert_int_equal(count_odd(&x), 100);
	index_close(&x);
	unmake(&m);
}

static void of_another_index_in_its_place_nothing_is_used(void **state)
{
	struct made m, other;
	struct index x;
	struct err e;

	(void)state;
	make(&m, 100);
	make(&other, 101);
	open_made(&m, &x);
	index_rest(&x);
	assert_int_equal(rename(other.path, m.path), 0);
	assert_int_equal(count_odd(&x), -1);
	assert_int_equal(index_frames(&x, &e), -1);
	assert_false(index_has_late(&x, &(struct index_rows){NULL})); /* that is in the totals */
	assert_int_equal(x.totals.rows, 200);
	/* The same one, made again. */
	assert_int_equal(file_replace(m.path, buf_view(&m.bytes), 0600, NULL), 0);
	assert_int_equal(count_odd(&x), 100);
	index_rest(&x);
	assert_int_equal(unlink(m.path), 0);
	assert_int_equal(count_odd(&x), -1);
	index_close(&x);
	unmake(&m);
	unmake(&other);
}

static void one_that_is_cut_short_meanwhile_is_damaged_and_no_more(void **state)
{
	struct made m;
	struct index x;

	(void)state;
	make(&m, 100);
	for (size_t n = 0; n < m.bytes.n; n += 41) {
		assert_int_equal(file_replace(m.path, buf_view(&m.bytes), 0600, NULL), 0);
		open_made(&m, &x);
		assert_int_equal(truncate(m.path, (off_t)n), 0);
		assert_true(count_odd(&x) == -1 || n > find(&m, LAYOUT_BITMAPS, "").at);
		(void)!index_frames(&x, NULL);
		index_rest(&x);
		assert_int_equal(count_odd(&x), -1);
		index_close(&x);
	}
	unmake(&m);
}

/* Changes a byte where it is, as nobody should. */
static void change(const struct made *m, uint64_t at)
{
	const unsigned char byte = (unsigned char)m->bytes.p[at] ^ 0x10;
	int fd = open(m->path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	(void)close(fd);
}

static void one_that_is_written_to_meanwhile_is_damaged_and_no_more(void **state)
{
	struct made m;
	struct index x;
	uint64_t key;

	(void)state;
	make(&m, 100);
	key = find(&m, LAYOUT_FIELD, "key").at;
	open_made(&m, &x);
	change(&m, key);
	assert_int_equal(count_odd(&x), -1);
	index_close(&x);
	/* What was read and checked stays what it was. */
	assert_int_equal(file_replace(m.path, buf_view(&m.bytes), 0600, NULL), 0);
	open_made(&m, &x);
	assert_int_equal(count_odd(&x), 100);
	change(&m, key);
	assert_int_equal(count_odd(&x), 100);
	index_rest(&x);
	assert_int_equal(count_odd(&x), -1);
	index_close(&x);
	unmake(&m);
}

/* Takes the values of pid, which have two rows each. */
static bool take_pid(void *arg, struct sv raw, const struct rows *rows)
{
	unsigned *count = arg;
	char expected[16];

	(void)snprintf(expected, sizeof(expected), "%u", 10000 + *count);
	assert_true(sv_eq(raw, sv_cstr(expected)));
	assert_int_equal(rows_count(rows), 2);
	assert_int_equal(rows_next(rows, 0), *count);
	assert_true(rows_has(rows, *count + TWICE));
	++*count;
	return true;
}

static bool is_pid(const void *arg, struct sv raw)
{
	return sv_eq(raw, *(const struct sv *)arg);
}

static void bitmaps_are_read_in_any_order(void **state)
{
	unsigned count = 0;
	struct made m;
	struct index x;

	(void)state;
	make(&m, TWICE);
	assert_true(find(&m, LAYOUT_BITMAPS, "").bytes > 2 * 64 << 10);
	open_made(&m, &x);
	assert_true(index_value_rows(&x, SV("pid"), take_pid, &count));
	assert_int_equal(count, TWICE);
	for (unsigned i = 0; i < 200; i++) {
		unsigned number = i * 7919 % TWICE;
		char text[16];
		struct sv pid;
		struct demand d = {.kind = DEMAND_FIELD,
				   .field = SV("pid"),
				   .accepts = is_pid,
				   .arg = &pid,
				   .values = &pid,
				   .value_count = 1};
		struct index_rows rows = {NULL};

		(void)snprintf(text, sizeof(text), "%u", 10000 + number);
		pid = sv_cstr(text);
		assert_int_equal(index_ask(&x, &d, &rows, NULL), INDEX_SOME);
		assert_int_equal(rows_next(rows.rows, 0), number);
		index_rows_release(&rows);
	}
	index_close(&x);
	unmake(&m);
}

/* The same index with 300 empty sections of others behind its own. */
static void add_sections(struct made *m)
{
	CLEANUP(buf_release) struct buf more = BUF_INIT(64 << 20);
	struct layout_section s;
	struct layout_header h;
	uint32_t had, added = 300 * sizeof(s);

	memcpy(&h, m->bytes.p, sizeof(h));
	had = h.sections;
	h.sections += 300;
	h.head_bytes += added;
	h.file_bytes += added;
	buf_put(&more, sv_make((const char *)&h, sizeof(h)));
	for (uint32_t i = 0; i < h.sections; i++) {
		memcpy(&s, m->bytes.p + sizeof(h) + (i < had ? i : had - 1) * sizeof(s), sizeof(s));
		s.at += added;
		if (i >= had)
			s = (struct layout_section){.kind = INDEX_EXTRA_FIRST + i, .at = s.at};
		buf_put(&more, sv_make((const char *)&s, sizeof(s)));
	}
	buf_put(&more, sv_from(buf_view(&m->bytes), h.head_bytes - added));
	h.check = XXH3_64bits(more.p + LAYOUT_CHECK_FROM, h.head_bytes - LAYOUT_CHECK_FROM);
	memcpy(more.p, &h, sizeof(h));
	assert_int_equal(file_replace(m->path, buf_view(&more), 0600, NULL), 0);
}

static void a_list_of_sections_may_be_long(void **state)
{
	struct made m;
	struct index x;

	(void)state;
	make(&m, 100);
	add_sections(&m);
	open_made(&m, &x);
	assert_true(x.head_bytes > 16 << 10);
	assert_int_equal(count_odd(&x), 100);
	index_rest(&x);
	assert_int_equal(count_odd(&x), 100);
	index_close(&x);
	for (off_t n = 0; n < 20 << 10; n += 997) {
		add_sections(&m);
		assert_int_equal(truncate(m.path, n), 0);
		assert_int_not_equal(index_open(&x, m.path, &m.head, NULL), INDEX_OPEN);
	}
	unmake(&m);
}

/* Of such a section one place would say that it is there, and another one not find it. */
static void a_name_with_something_behind_its_end_is_none(void **state)
{
	struct layout_section *frames;
	struct layout_header h;
	struct made m;
	struct index x;

	(void)state;
	make(&m, 100);
	memcpy(&h, m.bytes.p, sizeof(h));
	frames = (struct layout_section *)(void *)(m.bytes.p + sizeof(h));
	assert_int_equal(frames->kind, LAYOUT_FRAMES);
	frames->name[3] = 'x';
	h.check = XXH3_64bits(m.bytes.p + LAYOUT_CHECK_FROM, h.head_bytes - LAYOUT_CHECK_FROM);
	memcpy(m.bytes.p, &h, sizeof(h));
	assert_int_equal(file_replace(m.path, buf_view(&m.bytes), 0600, NULL), 0);
	assert_int_equal(index_open(&x, m.path, &m.head, NULL), INDEX_DAMAGED);
	unmake(&m);
}

/* Holes cost nothing on a disk; in memory they would. */
static void one_that_is_much_larger_than_its_text_is_damaged(void **state)
{
	const uint64_t sizes[2] = {1 << 20, (uint64_t)1 << 40};
	struct layout_header h;
	struct made m;
	struct index x;

	(void)state;
	make(&m, 100);
	memcpy(&h, m.bytes.p, sizeof(h));
	for (size_t i = 0; i < LEN(sizes); i++) {
		h.file_bytes = sizes[i];
		memcpy(m.bytes.p, &h, sizeof(h));
		h.check = XXH3_64bits(m.bytes.p + LAYOUT_CHECK_FROM,
				      h.head_bytes - LAYOUT_CHECK_FROM);
		memcpy(m.bytes.p, &h, sizeof(h));
		assert_int_equal(file_replace(m.path, buf_view(&m.bytes), 0600, NULL), 0);
		assert_int_equal(truncate(m.path, (off_t)sizes[i]), 0);
		assert_int_equal(index_open(&x, m.path, &m.head, NULL),
				 i ? INDEX_DAMAGED : INDEX_OPEN);
		if (i == 0)
			index_close(&x);
	}
	unmake(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_rests_is_asked_as_before),
		cmocka_unit_test(of_another_index_in_its_place_nothing_is_used),
		cmocka_unit_test(one_that_is_cut_short_meanwhile_is_damaged_and_no_more),
		cmocka_unit_test(one_that_is_written_to_meanwhile_is_damaged_and_no_more),
		cmocka_unit_test(bitmaps_are_read_in_any_order),
		cmocka_unit_test(a_list_of_sections_may_be_long),
		cmocka_unit_test(a_name_with_something_behind_its_end_is_none),
		cmocka_unit_test(one_that_is_much_larger_than_its_text_is_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/test.h"

#include "index/build.h"
#include "index/layout.h"
#include "segment/names.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE(type, stamp, body) "type=" type " msg=audit(" stamp "): " body "\n"

/* A file with an index of its text in a folder of its own. */
struct made {
	char folder[64], log[80], index[SEGMENT_PATH_MAX];
	struct segment_head head;
};

static void write_file(const char *path, struct sv text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
}

static int make_again(struct made *m)
{
	struct err e;
	int fd = open(m->log, O_RDONLY | O_CLOEXEC), status;

	assert_true(fd >= 0);
	assert_int_equal(segment_head_of(fd, &m->head, &e), 0);
	assert_true(index_path(m->log, &m->head, m->index));
	status = index_make(m->log, fd, NULL, &e);
	(void)close(fd);
	return status;
}

static void make(struct made *m, struct sv text)
{
	memcpy(m->folder, "/tmp/aurum-index-XXXXXX", 24);
	assert_non_null(mkdtemp(m->folder));
	(void)snprintf(m->log, sizeof(m->log), "%s/audit.log.1", m->folder);
	write_file(m->log, text);
	assert_int_equal(make_again(m), 0);
}

static void unmake(struct made *m)
{
	char folder[96];

	assert_int_equal(unlink(m->index), 0);
	assert_int_equal(unlink(m->log), 0);
	(void)snprintf(folder, sizeof(folder), "%s/index", m->folder);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(rmdir(m->folder), 0);
}

static void an_index_knows_its_frames_and_totals(void **state)
{
	const struct sv text = SV(
		LINE("CONFIG_CHANGE", "7.001:3", "op=set res=1") "what is this\n\n" LINE(
			"SYSCALL", "8.000:4", "arch=c000003e uid=0")
			LINE("SYSCALL", "8.000:6", "arch=c000003e uid=5")
				LINE("PATH", "8.000:4", "name=\"/etc\"") LINE("PATH", "8.000:6",
									      "name=\"/tmp\"")
					LINE("SYSCALL", "20.000:9", "arch=c000003e uid=5")
						LINE("SYSCALL", "12.500:8", "arch=c000003e uid=5")
							LINE("EOE", "19.000:1", ""));
	struct made m;
	struct index x;
	struct err e;

	(void)state;
	make(&m, text);
	assert_int_equal(make_again(&m), 1);
	assert_int_equal(index_open(&x, m.index, &m.head, &e), INDEX_OPEN);
	assert_int_equal(x.totals.lines, 10);
	assert_int_equal(x.totals.malformed, 1);
	assert_int_equal(x.totals.rows, 5);
	assert_true(x.totals.has_start);
	assert_int_equal(x.totals.start.sec, 7);
	assert_int_equal(x.totals.first.serial, 3);
	assert_int_equal(x.totals.last.serial, 9);
	assert_int_equal(x.totals.timeout_s, 2);
	assert_true(x.totals.is_orderly);
	assert_int_equal(x.totals.late, 0);
	assert_null(x.frames);
	assert_int_equal(index_frames(&x, &e), 0);
	assert_int_equal(index_frames(&x, &e), 0);
	assert_int_equal(x.frame_count, 1);
	assert_int_equal(x.frames[0].raw_at, 0);
	assert_int_equal(x.frames[0].raw_bytes, text.n);
	assert_int_equal(x.frames[0].row_from, 0);
	assert_int_equal(x.frames[0].row_to, 5);
	assert_int_equal(x.frames[0].malformed, 1);
	assert_int_equal(x.frames[0].serial_min, 1); /* of the EOE alone */
	assert_int_equal(x.frames[0].serial_max, 9);
	assert_int_equal(x.frames[0].first.sec, 7);
	assert_int_equal(x.frames[0].last.sec, 20);
	index_close(&x);
	unmake(&m);
}

static void rows_are_late_behind_a_higher_stamp(void **state)
{
	struct made m;
	struct index x;

	(void)state;
	make(&m, SV(LINE("USER_CMD", "7.001:3", "op=set") LINE("USER_CMD", "5.000:2", "op=set")
			    LINE("USER_CMD", "6.000:9", "op=set")
				    LINE("USER_CMD", "8.000:9", "op=set")));
	assert_int_equal(index_open(&x, m.index, &m.head, NULL), INDEX_OPEN);
	assert_int_equal(x.totals.late, 2);
	assert_true(x.totals.is_orderly);
	assert_int_equal(x.totals.first.sec, 5);
	assert_int_equal(x.totals.last.sec, 8);
	index_close(&x);
	unmake(&m);
}

static void a_file_with_an_event_twice_is_not_orderly(void **state)
{
	const struct sv texts[] = {
		SV(LINE("USER_CMD", "7.001:3", "a=1") LINE("USER_CMD", "7.001:3", "a=1")),
		SV(LINE("USER_CMD", "7.001:3", "a=1") LINE("USER_CMD", "9.001:3", "a=1")
			   LINE("USER_CMD", "7.001:3", "a=1")),
		SV(LINE("USER_CMD", "9.001:3", "a=1") LINE("USER_CMD", "7.001:3", "a=1")
			   LINE("USER_CMD", "8.001:3", "a=1") LINE("USER_CMD", "7.001:3", "a=1")),
	};

	(void)state;
	for (size_t i = 0; i < LEN(texts); i++) {
		struct made m;
		struct index x;

		make(&m, texts[i]);
		assert_int_equal(index_open(&x, m.index, &m.head, NULL), INDEX_OPEN);
		assert_false(x.totals.is_orderly);
		index_close(&x);
		unmake(&m);
	}
}

static void of_an_end_alone_an_index_has_to_know_enough(void **state)
{
	const struct {
		bool is_orderly;
		struct sv text;
	} cases[] = {
		/* It ends an event of the file before. */
		{true, SV(LINE("EOE", "7.001:3", "") LINE("USER_CMD", "8.001:4", ""))},
		{true, SV(LINE("CWD", "6.001:2", "") LINE("EOE", "7.001:3", "")
				  LINE("USER_CMD", "8.001:4", ""))},
		/* It says more than that. */
		{false, SV(LINE("EOE", "7.001:3", "res=1") LINE("USER_CMD", "8.001:4", ""))},
		{false, SV(LINE("1320", "7.001:3", "") LINE("USER_CMD", "8.001:4", ""))},
		/* Nobody would look for its stamp in its frame. */
		{false, SV(LINE("USER_CMD", "6.001:2", "") LINE("EOE", "7.001:3", ""))},
		/* Its event is out, in order or late. */
		{false, SV(LINE("CWD", "6.001:2", "") LINE("CWD", "9.001:3", "")
				   LINE("EOE", "6.001:2", ""))},
		{false, SV(LINE("CWD", "9.001:3", "") LINE("CWD", "6.001:2", "")
				   LINE("CWD", "10.001:4", "") LINE("EOE", "6.001:2", ""))},
		{false,
		 SV(LINE("CWD", "5.001:1", "") LINE("CWD", "9.001:3", "") LINE("CWD", "6.001:2", "")
			    LINE("CWD", "10.001:4", "") LINE("EOE", "6.001:2", ""))},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct made m;
		struct index x;

		make(&m, cases[i].text);
		assert_int_equal(index_open(&x, m.index, &m.head, NULL), INDEX_OPEN);
		assert_int_equal(x.totals.is_orderly, cases[i].is_orderly);
		index_close(&x);
		unmake(&m);
	}
}

static void frames_are_cut_as_segments_are(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	struct made m;
	struct index x;
	uint32_t row = 0;

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "type=CONFIG_CHANGE msg=audit(%d.000:%d): op=set res=1\n", i, i);
	make(&m, buf_view(&text));
	assert_int_equal(index_open(&x, m.index, &m.head, NULL), INDEX_OPEN);
	assert_int_equal(index_frames(&x, NULL), 0);
	assert_int_equal(x.frame_count, (text.n + SEGMENT_FRAME_BYTES - 1) / SEGMENT_FRAME_BYTES);
	for (size_t i = 0; i < x.frame_count; i++) {
		const struct index_frame *f = &x.frames[i];

		assert_int_equal(f->row_from, row);
		assert_int_equal(f->first.sec, row);
		row = f->row_to;
		assert_int_equal(f->last.sec, row - 1);
		assert_true(i + 1 == x.frame_count || f->raw_bytes >= SEGMENT_FRAME_BYTES);
		assert_int_equal(text.p[f->raw_at + f->raw_bytes - 1], '\n');
	}
	assert_int_equal(row, 5000);
	index_close(&x);
	unmake(&m);
}

static void records_that_are_read_word_by_word_are_indexed(void **state)
{
	struct made m;
	struct index x;
	struct err e;

	(void)state;
	make(&m, SV(LINE("AVC", "1.000:1", "avc:  denied  { read } for pid=1 comm=\"a\"") LINE(
			 "USER_AVC", "2.000:2", "pid=1 msg='avc:  denied  { b } exe=\"/b\"'")));
	assert_int_equal(index_open(&x, m.index, &m.head, &e), INDEX_OPEN);
	assert_int_equal(x.totals.rows, 2);
	index_close(&x);
	unmake(&m);
}

static void an_empty_file_has_an_index(void **state)
{
	struct made m;
	struct index x;

	(void)state;
	make(&m, SV(""));
	assert_int_equal(index_open(&x, m.index, &m.head, NULL), INDEX_OPEN);
	assert_int_equal(index_frames(&x, NULL), 0);
	assert_int_equal(x.totals.rows, 0);
	assert_false(x.totals.has_start);
	index_close(&x);
	unmake(&m);
}

static void outside_of_a_window_only_totals_are_known(void **state)
{
	const struct index_window before = {0, 9}, at = {10, 10}, behind = {11, INT64_MAX};
	struct index_rows rows = {NULL};
	struct made m;
	struct index x;
	struct err e;

	(void)state;
	make(&m, SV("type=CWD msg=audit(10.000:1): cwd=\"/a\"\n"));
	assert_int_equal(index_look(&x, m.index, &m.head, &at, &e), INDEX_OPEN);
	assert_int_equal(index_frames(&x, &e), 0);
	index_close(&x);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(index_look(&x, m.index, &m.head, i ? &before : &behind, &e),
				 INDEX_OPEN);
		assert_int_equal(x.totals.rows, 1);
		assert_int_equal(x.frame_count, 1);
		assert_int_equal(index_frames(&x, &e), -1);
		assert_int_equal(index_ask(&x, &(struct demand){.kind = DEMAND_TYPE}, &rows, &e),
				 INDEX_BROKEN);
		index_close(&x);
	}
	m.head.head_hash++;
	assert_int_equal(index_look(&x, m.index, &m.head, &before, &e), INDEX_STALE);
	unmake(&m);
}

static void an_index_of_another_text_is_stale(void **state)
{
	struct made m;
	struct segment_head head;
	struct index x;
	struct err e;

	(void)state;
	make(&m, SV(LINE("CONFIG_CHANGE", "7.001:3", "a=1")));
	head = m.head;
	head.mtime_ns++;
	assert_int_equal(index_open(&x, m.index, &head, &e), INDEX_STALE);
	head = m.head;
	head.raw_bytes++;
	assert_int_equal(index_open(&x, m.index, &head, &e), INDEX_STALE);
	head = m.head;
	head.head_hash++;
	assert_int_equal(index_open(&x, m.index, &head, &e), INDEX_STALE);
	assert_int_equal(index_open(&x, "/nowhere", &head, &e), INDEX_NONE);
	unmake(&m);
}

static void whatever_byte_is_changed_an_index_is_refused_or_of_no_use(void **state)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(1 << 20);
	struct made m;
	struct index x;
	FILE *f;
	int c;

	(void)state;
	make(&m, SV(LINE("CONFIG_CHANGE", "7.001:3", "a=1")));
	f = fopen(m.index, "re");
	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		buf_putc(&bytes, (char)c);
	assert_int_equal(fclose(f), 0);
	for (size_t i = 0; i < sizeof(struct layout_header) + 200; i++) {
		bytes.p[i] ^= 0x10;
		write_file(m.index, buf_view(&bytes));
		bytes.p[i] ^= 0x10;
		assert_int_not_equal(index_open(&x, m.index, &m.head, NULL), INDEX_OPEN);
	}
	for (size_t n = 0; n < bytes.n; n += 97) {
		write_file(m.index, sv_head(buf_view(&bytes), n));
		assert_int_not_equal(index_open(&x, m.index, &m.head, NULL), INDEX_OPEN);
	}
	unmake(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_knows_its_frames_and_totals),
		cmocka_unit_test(rows_are_late_behind_a_higher_stamp),
		cmocka_unit_test(a_file_with_an_event_twice_is_not_orderly),
		cmocka_unit_test(of_an_end_alone_an_index_has_to_know_enough),
		cmocka_unit_test(frames_are_cut_as_segments_are),
		cmocka_unit_test(records_that_are_read_word_by_word_are_indexed),
		cmocka_unit_test(an_empty_file_has_an_index),
		cmocka_unit_test(outside_of_a_window_only_totals_are_known),
		cmocka_unit_test(an_index_of_another_text_is_stale),
		cmocka_unit_test(whatever_byte_is_changed_an_index_is_refused_or_of_no_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/test.h"

#include "index/check.h"
#include "index/layout.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#define LINE(type, stamp, body) "type=" type " msg=audit(" stamp "): " body "\n"

static const char text[] = LINE("SYSCALL", "8.000:4", "pid=1 uid=0 key=\"needle\"")
	LINE("SYSCALL", "9.000:5", "pid=2 uid=5 key=\"hay\"")
		LINE("SYSCALL", "9.000:6", "pid=3 uid=5 key=\"hay\"")
			LINE("SYSCALL", "9.000:7", "pid=4 opid=2 uid=5 key=\"needle\"");

/* A text, and its index, which can be written to. */
struct made {
	int log;
	struct segment_head head;
	struct index_builder *builder;
	struct index x;
	unsigned char *bytes;
};

static void setup(struct made *m)
{
	m->log = memfd_create("log", MFD_CLOEXEC);
	assert_true(m->log >= 0);
	assert_int_equal(write(m->log, text, sizeof(text) - 1), sizeof(text) - 1);
	m->builder = index_builder_new(NULL, NULL);
	assert_non_null(m->builder);
	assert_int_equal(index_build(m->builder, m->log, &m->head, NULL), 0);
	assert_int_equal(index_builder_open(m->builder, &m->x, NULL), 0);
	m->bytes = (unsigned char *)(uintptr_t)m->x.memory;
}

static void teardown(struct made *m)
{
	index_close(&m->x);
	index_builder_free(m->builder);
	(void)close(m->log);
}

/* Makes all checksums fit again. */
static void seal(struct made *m)
{
	struct layout_header h;

	memcpy(&h, m->bytes, sizeof(h));
	for (uint32_t i = 0; i < h.sections; i++) {
		unsigned char *at = m->bytes + sizeof(h) + i * sizeof(struct layout_section);
		struct layout_section s;

		memcpy(&s, at, sizeof(s));
		s.check = s.bytes && s.kind != LAYOUT_BITMAPS
				  ? XXH3_64bits(m->bytes + s.at, s.bytes)
				  : 0;
		memcpy(at, &s, sizeof(s));
	}
	h.check = XXH3_64bits(m->bytes + LAYOUT_CHECK_FROM, h.head_bytes - LAYOUT_CHECK_FROM);
	memcpy(m->bytes, &h, sizeof(h));
	index_rest(&m->x);
}

static struct layout_section find(const struct made *m, uint32_t kind, const char *name)
{
	struct layout_section s = {0};

	for (size_t i = 0; i < m->x.section_count; i++) {
		memcpy(&s, m->x.sections + i * sizeof(s), sizeof(s));
		if (s.kind == kind && strcmp(s.name, name) == 0)
			return s;
	}
	fail();
	return s;
}

static bool is_needle(const void *arg, struct sv raw)
{
	(void)arg;
	return sv_eq(raw, SV("\"needle\""));
}

/* How many events have the key, as the index has it; -1 when it is of no use. */
static int needles(struct made *m)
{
	const struct demand d = {
		.kind = DEMAND_FIELD, .field = SV("key"), .accepts = is_needle, .is_exact = true};
	struct index_rows rows = {NULL};
	enum index_answer answer = index_ask(&m->x, &d, &rows, NULL);
	int n = rows.rows ? (int)rows_count(rows.rows) : -1;

	index_rows_release(&rows);
	return answer == INDEX_BROKEN ? -1 : n;
}

/* What a check says; NULL: that all is well. */
static const char *verdict(struct made *m, struct buf *why)
{
	int status;

	buf_reset(why);
	status = index_check(&m->x, m->log, NULL, why, NULL);
	assert_int_not_equal(status, -1);
	assert_int_equal(status, why->n > 0);
	return status ? buf_cstr(why) : NULL;
}

static void an_index_that_hides_an_event_is_found_out(void **state)
{
	CLEANUP(buf_release) struct buf why = BUF_INIT(1 << 16);
	struct layout_section s;
	struct made m;
	unsigned char *needle;

	(void)state;
	setup(&m);
	assert_int_equal(needles(&m), 2);
	assert_null(verdict(&m, &why));
	s = find(&m, LAYOUT_FIELD, "key");
	needle = memmem(m.bytes + s.at, s.bytes, "needle", 6);
	assert_non_null(needle);
	memcpy(needle, "noodle", 6);
	/* A checksum that does not fit: of no use, but no lie. */
	index_rest(&m.x);
	assert_int_equal(needles(&m), -1);
	assert_non_null(strstr(verdict(&m, &why), "key: its section "));
	seal(&m);
	assert_int_equal(needles(&m), 0);
	assert_string_equal(verdict(&m, &why), "key: it lacks the value \"needle\"\n"
					       "key: the text has no value \"noodle\"\n");
	teardown(&m);
}

static void rows_that_are_others_are_found_out(void **state)
{
	CLEANUP(buf_release) struct buf why = BUF_INIT(1 << 16);
	struct layout_section s, bitmaps;
	struct layout_value v;
	unsigned char *rows;
	struct made m;

	(void)state;
	setup(&m);
	s = find(&m, LAYOUT_FIELD, "key");
	bitmaps = find(&m, LAYOUT_BITMAPS, "");
	memcpy(&v, m.bytes + s.at + sizeof(v), sizeof(v)); /* "needle": the second */
	assert_int_equal(v.rows, 2);
	rows = m.bytes + bitmaps.at + v.bitmap_at;
	rows[v.bitmap_bytes - 2] = 2; /* 0 and 2, not 0 and 3 */
	v.check = (uint32_t)XXH3_64bits(rows, v.bitmap_bytes);
	memcpy(m.bytes + s.at + sizeof(v), &v, sizeof(v));
	seal(&m);
	assert_int_equal(needles(&m), 2);
	assert_non_null(strstr(verdict(&m, &why), "key: other events have the value \"needle\"\n"));
	teardown(&m);
}

static void blooms_frames_and_totals_that_are_others_are_found_out(void **state)
{
	CLEANUP(buf_release) struct buf why = BUF_INIT(1 << 16);
	struct layout_header h;
	struct made m;

	(void)state;
	setup(&m);
	memset(m.bytes + find(&m, LAYOUT_VALUES, "opid").at + 8, 0, 4);
	seal(&m);
	assert_string_equal(verdict(&m, &why), "opid: other frames it is in\n");
	teardown(&m);

	setup(&m);
	m.bytes[find(&m, LAYOUT_FRAMES, "").at + offsetof(struct index_frame, malformed)]++;
	seal(&m);
	assert_string_equal(verdict(&m, &why), "other frames\n");
	teardown(&m);

	setup(&m);
	memcpy(&h, m.bytes, sizeof(h));
	h.lines++;
	memcpy(m.bytes, &h, sizeof(h));
	seal(&m);
	m.x.totals.lines++;
	assert_string_equal(verdict(&m, &why), "other totals: lines\n");
	teardown(&m);
}

static void a_section_that_should_not_be_there_is_found_out(void **state)
{
	CLEANUP(buf_release) struct buf why = BUF_INIT(1 << 16);
	struct layout_section s;
	struct made m;

	(void)state;
	setup(&m);
	for (size_t i = 0; i < m.x.section_count; i++) {
		unsigned char *at = m.bytes + sizeof(struct layout_header) + i * sizeof(s);

		memcpy(&s, at, sizeof(s));
		if (s.kind != LAYOUT_VALUES || strcmp(s.name, "opid") != 0)
			continue;
		memcpy(s.name, "key", 4); /* beside the dictionary */
		memcpy(at, &s, sizeof(s));
	}
	seal(&m);
	assert_non_null(strstr(verdict(&m, &why), "key: nothing of that kind is in the text\n"));
	assert_non_null(strstr(verdict(&m, &why), "opid: it knows nothing of it\n"));
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_that_hides_an_event_is_found_out),
		cmocka_unit_test(rows_that_are_others_are_found_out),
		cmocka_unit_test(blooms_frames_and_totals_that_are_others_are_found_out),
		cmocka_unit_test(a_section_that_should_not_be_there_is_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

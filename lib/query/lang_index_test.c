/* Random queries, asked of an index as demands: every event that fits is let through, and what is exact is right. */
#include "base/test.h"

#include "index/build.h"
#include "query/lang_check_test.h"
#include "query/lang_random_test.h"

#include <sys/mman.h>

#define ROUNDS 150
#define BYTES  8192
#define FRAME  2000 /* bytes */

static int make_index(struct sv text, struct segment_head *head)
{
	struct index_builder *b = index_builder_new(NULL, NULL);
	struct err e = {0};
	int fd = memfd_create("index", MFD_CLOEXEC);

	assert_true(b && fd >= 0);
	*head = (struct segment_head){.raw_bytes = text.n, .mtime_ns = 1};
	for (uint64_t at = 0; at < text.n;) {
		struct sv rest = sv_from(text, at);
		size_t n = segment_frame_end(rest, FRAME, true);

		assert_int_equal(index_builder_frame(b, sv_head(rest, n), at, &e), 0);
		at += n;
	}
	assert_int_equal(index_builder_end(b, head, &e), 0);
	assert_int_equal(index_builder_write(b, fd, &e), 0);
	index_builder_free(b);
	return fd;
}

/* The rows of the events that the query finds, of all of which the window lets none out. */
static struct rows *find_rows(struct check_query *q, struct sv lines, uint32_t limit,
			      uint32_t *rows)
{
	struct join *j =
		join_new(&(struct join_options){.timeout_s = JOIN_TIMEOUT_DEFAULT_S}, NULL);
	struct rows *found = rows_new(limit);
	const struct event *event;
	struct record r;
	struct sv line;
	bool more = true;

	assert_true(j && found && q->m);
	for (*rows = 0; more;) {
		more = sv_line(&lines, &line);
		if (!more)
			join_finish(j);
		else if (record_parse(line, &r) != RECORD_OK || join_put(j, &r) != 0)
			continue;
		for (; (event = join_next(j)); (*rows)++)
			if (lang_matches(&q->l, event, q->m) && *rows < limit)
				rows_add(found, *rows);
	}
	join_free(j);
	return found;
}

struct tally {
	size_t exact, some, all, of_nothing;
};

static void compare(struct check_query *q, struct index *x, struct sv lines, struct tally *t)
{
	const struct demand *d = lang_demand(&q->l);
	struct index_rows rows = {NULL};
	struct err e = {0};
	uint32_t count;
	struct rows *found = find_rows(q, lines, x->totals.rows, &count);
	bool is_windowed = q->window.start != INT64_MIN || q->window.end != INT64_MAX;

	assert_non_null(d);
	assert_int_equal(count, x->totals.rows);
	switch (index_ask(x, d, &rows, &e)) {
	case INDEX_BROKEN:
		fail_msg("%s", e.text);
		break;
	case INDEX_ALL:
		t->all++;
		break;
	case INDEX_EXACT:
		t->exact++;
		t->of_nothing += rows_is_empty(rows.rows);
		if (!is_windowed)
			check_that(rows_equal(found, rows.rows), "it is not exact", q->text, lines);
		__attribute__((fallthrough));
	case INDEX_SOME:
		t->some++;
		check_that(rows_contain(rows.rows, found), "it shuts something out", q->text,
			   lines);
		break;
	}
	index_rows_release(&rows);
	rows_free(found);
}

static void an_index_lets_through_what_a_query_finds(void **state)
{
	uint64_t seed = 20261123;
	struct tally t = {0};
	struct check c;

	(void)state;
	(void)random_query;
	(void)random_log;
	assert_true(check_init(&c));
	for (size_t i = 0; i < ROUNDS; i++) {
		CLEANUP(buf_release) struct buf log = BUF_INIT(LOG_MAX);
		uint8_t bytes[BYTES];
		struct dice d = {bytes, sizeof(bytes), 0};
		struct segment_head head;
		struct index x;
		struct err e;
		char path[64];
		int fd;

		random_bytes(&seed, bytes, sizeof(bytes));
		put_log(&d, &log);
		fd = make_index(buf_view(&log), &head);
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		assert_int_equal(index_open(&x, path, &head, &e), INDEX_OPEN);
		for (unsigned k = 0; k < 12; k++) {
			CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 16);
			struct check_query q;

			random_bytes(&seed, bytes, sizeof(bytes));
			d.at = 0;
			put_query(&d, k % 3, &text);
			if (check_open(&q, &c, buf_view(&text)))
				compare(&q, &x, buf_view(&log), &t);
			check_close(&q);
		}
		index_close(&x);
		(void)close(fd);
	}
	check_release(&c);
	print_message("%zu of all, %zu of some, %zu of those exact, %zu of nothing\n", t.all,
		      t.some, t.exact, t.of_nothing);
	assert_true(t.some > ROUNDS);
	assert_true(t.exact > ROUNDS / 2);
}

/* What random logs have too seldom. */
static void what_is_rare_is_let_through_and_of_one_record_is_not_exact(void **state)
{
	static const char log[] =
		"type=SYSCALL msg=audit(1000.000:1): syscall=59 uid=0 key=6F6E650174776F\n"
		"type=PATH msg=audit(1000.000:1): name=\"/a\" nametype=NORMAL\n"
		"type=SYSCALL msg=audit(1001.000:2): syscall=59 uid=5 key=\"one\"\n"
		"type=PATH msg=audit(1001.000:2): name=\"/b\" nametype=DELETE\n"
		"type=SYSCALL msg=audit(1002.000:3): syscall=59 uid=0 key=(null)\n"
		"type=CWD msg=audit(1002.000:3): cwd=\"/srv/deep\"\n"
		"type=PATH msg=audit(1002.000:3): name=\"..//x\" nametype=DELETE\n"
		"type=CWD msg=audit(1003.000:4): cwd=\"/srv/deep/er\"\n"
		"type=PATH msg=audit(1003.000:4): name=\".././file\" nametype=CREATE\n"
		"type=CWD msg=audit(1004.000:5): cwd=\"/srv/deep/er\"\n"
		"type=PATH msg=audit(1004.000:5): name=\"q/../r\" nametype=CREATE\n";
	static const char *const queries[] = {
		"key = one",
		"key = two",
		"key in (none, two)",
		"not key = one",
		"key != two",
		"uid = 0 && type = PATH",
		"uid = 0 and type = PATH",
		"not (uid = 0 && type = PATH)",
		"!(uid = 0 || type = PATH)",
		"nametype = DELETE && uid = 0",
		"path = /srv/x",
		"path = /srv/deep/file",
		"path = /srv/deep/er/r",
		"path = /srv/deep/er/q",
		"path in (/srv/x, /b)",
		"path like \"/srv/deep/*\"",
	};
	struct tally t = {0};
	struct segment_head head;
	struct check c;
	struct index x;
	struct err e;
	char path[64];
	int fd;

	(void)state;
	assert_true(check_init(&c));
	fd = make_index(sv_make(log, sizeof(log) - 1), &head);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(index_open(&x, path, &head, &e), INDEX_OPEN);
	for (size_t i = 0; i < LEN(queries); i++) {
		struct check_query q;

		assert_true(check_open(&q, &c, sv_cstr(queries[i])));
		compare(&q, &x, sv_make(log, sizeof(log) - 1), &t);
		check_close(&q);
	}
	assert_int_equal(t.exact, 1); /* `and` of different records */
	index_close(&x);
	(void)close(fd);
	check_release(&c);
}

/* How many rows the index is sure of. */
static uint64_t sure_rows(struct index *x, struct check *c, const char *text)
{
	struct index_rows rows = {NULL};
	struct check_query q;
	struct err e;
	uint64_t count;

	assert_true(check_open(&q, c, sv_cstr(text)));
	assert_int_equal(index_ask(x, lang_demand(&q.l), &rows, &e), INDEX_EXACT);
	count = rows_count(rows.rows);
	index_rows_release(&rows);
	check_close(&q);
	return count;
}

static void names_are_exact_where_records_have_them(void **state)
{
	static const char log[] =
		"type=SYSCALL msg=audit(1000.000:1): arch=c000003e syscall=257 uid=0 auid=1000\x1d"
		"ARCH=x86_64 SYSCALL=openat AUID=\"alice\" UID=\"root\"\n"
		"type=SYSCALL msg=audit(1001.000:2): arch=c000003e syscall=56 uid=0 auid=1001\x1d"
		"ARCH=x86_64 SYSCALL=clone AUID=\"bob\" UID=\"root\"\n"
		"type=SYSCALL msg=audit(1002.000:3): arch=c000003e syscall=59 uid=0 auid=1000\x1d"
		"ARCH=x86_64 SYSCALL=execve AUID=\"alice\" UID=\"root\"\n";
	struct segment_head head;
	struct check c;
	struct index x;
	struct err e;
	char path[64];
	int fd;

	(void)state;
	assert_true(check_init(&c));
	fd = make_index(sv_make(log, sizeof(log) - 1), &head);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(index_open(&x, path, &head, &e), INDEX_OPEN);
	assert_int_equal(sure_rows(&x, &c, "user = alice"), 2);
	assert_int_equal(sure_rows(&x, &c, "not auid = alice"), 1);
	assert_int_equal(sure_rows(&x, &c, "syscall = openat"), 1);
	assert_int_equal(sure_rows(&x, &c, "syscall != openat and uid = 0"), 2);
	assert_int_equal(sure_rows(&x, &c, "syscall = 59"), 1);
	assert_int_equal(sure_rows(&x, &c, "arch = x86_64 and type = SYSCALL"), 3);
	index_close(&x);
	(void)close(fd);
	check_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_lets_through_what_a_query_finds),
		cmocka_unit_test(what_is_rare_is_let_through_and_of_one_record_is_not_exact),
		cmocka_unit_test(names_are_exact_where_records_have_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

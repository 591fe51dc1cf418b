/* The ground floor: views, numbers, buffers, arenas, maps, files, suggestions. */
#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"
#include "base/natural.h"
#include "base/near.h"
#include "base/num.h"
#include "base/pool.h"
#include "base/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define assert_sv(view, literal) assert_true(sv_eq((view), SV(literal)))

static void views_split_at_bytes_words_and_lines(void **state)
{
	struct sv head, tail, rest = SV("  one\ttwo "), word, line;

	(void)state;
	assert_true(sv_cut(SV("k=v=w"), '=', &head, &tail));
	assert_sv(head, "k");
	assert_sv(tail, "v=w");
	assert_false(sv_cut(SV("none"), '=', &head, &tail));
	assert_sv(head, "none");
	assert_int_equal(tail.n, 0);
	assert_true(sv_word(&rest, &word));
	assert_sv(word, "one");
	assert_true(sv_word(&rest, &word));
	assert_sv(word, "two");
	assert_false(sv_word(&rest, &word));
	rest = SV("a\n\nb");
	assert_true(sv_line(&rest, &line));
	assert_sv(line, "a");
	assert_true(sv_line(&rest, &line));
	assert_int_equal(line.n, 0);
	assert_true(sv_line(&rest, &line));
	assert_sv(line, "b");
	assert_false(sv_line(&rest, &line));
}

static void views_compare_search_and_trim(void **state)
{
	char text[4];

	(void)state;
	assert_true(sv_starts(SV("type=X"), SV("type=")));
	assert_false(sv_starts(SV("ty"), SV("type=")));
	assert_true(sv_ends(SV("a.rules"), SV(".rules")));
	assert_true(sv_eq_nocase(SV("RoTaTe"), SV("rotate")));
	assert_true(sv_cmp(SV("ab"), SV("abc")) < 0);
	assert_int_equal(sv_find(SV("xxneedle"), SV("needle")), 2);
	assert_int_equal(sv_find(SV("xx"), SV("needle")), 2);
	assert_sv(sv_trim(SV(" \t a b\r\n")), "a b");
	assert_true(sv_to_cstr(SV("abc"), text, sizeof(text)));
	assert_false(sv_to_cstr(SV("abcd"), text, sizeof(text)));
	assert_false(sv_to_cstr(SV("a\0b"), text, sizeof(text)));
}

static void numbers_at_the_front_are_read_as_strtoul_reads_them(void **state)
{
	static const char *const texts[] = {
		"0",
		"12x",
		"-1",
		"+7",
		" \t5",
		"",
		"x",
		"0x",
		"0xg",
		"0x1F,",
		"ff",
		"077",
		"089",
		"-0x10",
		"18446744073709551615",
		"18446744073709551616",
		"9223372036854775807",
		"9223372036854775808",
		"-9223372036854775808",
		"-9223372036854775809",
		"--1",
		"0xffffffffffffffff",
		"fffffffffffffffff",
	};
	static const int bases[] = {8, 10, 16};

	(void)state;
	for (size_t t = 0; t < LEN(texts); t++)
		for (size_t b = 0; b < LEN(bases); b++) {
			unsigned base = (unsigned)bases[b];
			uint64_t u = 77, want_u;
			int64_t i = 77, want_i;

			errno = 0;
			want_u = strtoull(texts[t], NULL, bases[b]);
			assert_int_equal(num_lead_u64(sv_cstr(texts[t]), base, &u), errno == 0);
			assert_true(u == (errno ? 77 : want_u));
			errno = 0;
			want_i = strtoll(texts[t], NULL, bases[b]);
			assert_int_equal(num_lead_i64(sv_cstr(texts[t]), base, &i), errno == 0);
			assert_true(i == (errno ? 77 : want_i));
		}
}

static void numbers_take_the_whole_view_or_nothing(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t value;
	} rows[] = {
		{"0", true, 0},
		{"18446744073709551615", true, UINT64_MAX},
		{"18446744073709551616", false, 0},
		{"", false, 0},
		{" 1", false, 0},
		{"1 ", false, 0},
		{"+1", false, 0},
		{"-1", false, 0},
		{"1x", false, 0},
	};
	uint64_t u;
	uint32_t w;
	int64_t i;

	(void)state;
	for (size_t r = 0; r < LEN(rows); r++) {
		u = 77;
		assert_int_equal(num_u64(sv_cstr(rows[r].text), &u), rows[r].ok);
		assert_true(u == (rows[r].ok ? rows[r].value : 77));
	}
	assert_true(num_u32(SV("4294967295"), &w) && w == UINT32_MAX);
	assert_false(num_u32(SV("4294967296"), &w));
	assert_true(num_i64(SV("-9223372036854775808"), &i) && i == INT64_MIN);
	assert_false(num_i64(SV("9223372036854775808"), &i));
	assert_true(num_hex64(SV("c000003E"), &u) && u == 0xc000003e);
	assert_false(num_hex64(SV("0x1"), &u));
	assert_true(num_auto64(SV("0x10"), &u) && u == 16);
	assert_true(num_auto64(SV("010"), &u) && u == 8);
	assert_true(num_auto64(SV("-1"), &u) && u == UINT64_MAX);
	assert_true(num_auto64(SV("0"), &u) && u == 0);
	assert_false(num_range(SV("1000"), 0, 999, &u));
}

static void buffers_stop_at_their_maximum_and_stay_stopped(void **state)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(16);

	(void)state;
	buf_printf(&b, "%s-%d", "abc", 42);
	buf_put_hex(&b, SV("\xff"));
	buf_put_u64(&b, 18);
	assert_sv(buf_view(&b), "abc-42FF18");
	assert_string_equal(buf_cstr(&b), "abc-42FF18");
	buf_put(&b, SV("0123456"));
	assert_true(b.failed);
	buf_putc(&b, 'x');
	assert_sv(buf_view(&b), "abc-42FF18");
	buf_reset(&b);
	buf_put(&b, SV("0123456789abcdef"));
	assert_false(b.failed);
	assert_int_equal(b.n, 16);
}

static void buffers_give_whole_lines_and_keep_the_rest(void **state)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(64);
	struct sv line;
	size_t at = 0;

	(void)state;
	assert_false(buf_line(&b, &at, &line));
	buf_drop(&b, at);
	buf_puts(&b, "one\n\nthr");
	assert_true(buf_line(&b, &at, &line));
	assert_sv(line, "one");
	assert_true(buf_line(&b, &at, &line));
	assert_sv(line, "");
	assert_false(buf_line(&b, &at, &line));
	assert_int_equal(at, 5);
	buf_drop(&b, at);
	buf_puts(&b, "ee\n");
	at = 0;
	assert_true(buf_line(&b, &at, &line));
	assert_sv(line, "three");
	buf_drop(&b, at);
	assert_int_equal(b.n, 0);
}

static void arenas_reuse_their_blocks_and_stop_at_their_maximum(void **state)
{
	struct arena a;
	size_t total;

	(void)state;
	arena_init(&a, 1 << 20);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			char *p = arena_alloc(&a, 1000);

			assert_non_null(p);
			memset(p, i, 1000);
		}
		if (round == 0)
			total = a.total;
		assert_int_equal(a.total, total);
		arena_reset(&a);
	}
	assert_null(arena_alloc(&a, 2 << 20));
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_sv(arena_copy(&a, SV("text")), "text");
	arena_release(&a);
}

static void maps_keep_every_entry_over_growth_and_deletion(void **state)
{
	struct map m;

	(void)state;
	map_init(&m, 5000);
	for (uint64_t k = 0; k < 5000; k++)
		assert_true(map_put(&m, k * k, k));
	assert_false(map_put(&m, 3, 3));
	assert_true(map_put(&m, 9, 30));
	for (uint64_t k = 0; k < 5000; k += 2)
		assert_true(map_del(&m, k * k));
	assert_false(map_del(&m, 4));
	for (uint64_t k = 0; k < 5000; k++) {
		uint64_t *v = map_get(&m, k * k);

		if (k % 2 == 0)
			assert_null(v);
		else
			assert_true(v && *v == (k == 3 ? 30 : k));
	}
	map_release(&m);
}

static void seeds_differ(void **state)
{
	uint64_t first = hash_seed();

	(void)state;
	assert_true(first != hash_seed());
	assert_true(hash_sv(SV("a"), 1) != hash_sv(SV("a"), 2));
}

static void failures_are_told_once_and_need_no_listener(void **state)
{
	struct err e;

	(void)state;
	errno = EACCES;
	assert_int_equal(err_sys(&e, "cannot open %s", "x"), -1);
	assert_int_equal(e.sys, EACCES);
	assert_string_equal(e.text, "cannot open x: Permission denied");
	assert_int_equal(err_set(&e, "no %s", "y"), -1);
	assert_int_equal(e.sys, 0);
	assert_string_equal(e.text, "no y");
	assert_int_equal(err_sys(NULL, "cannot open %s", "x"), -1);
	assert_int_equal(err_set(NULL, "no %s", "y"), -1);
}

static void a_pool_hands_out_what_was_given_back(void **state)
{
	struct pool p;
	char *pieces[1000];

	(void)state;
	pool_init(&p);
	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < LEN(pieces); i++) {
			pieces[i] = pool_take(&p, i * 3);
			assert_non_null(pieces[i]);
			assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
			memset(pieces[i], (int)i, i * 3);
		}
		for (size_t i = 0; i < LEN(pieces); i++) {
			for (size_t k = 0; k < i * 3; k++)
				assert_int_equal((unsigned char)pieces[i][k], i % 256);
			pool_give(&p, pieces[i], i * 3);
		}
	}
	pieces[0] = pool_take(&p, 100);
	pool_give(&p, pieces[0], 100);
	assert_ptr_equal(pool_take(&p, 97), pieces[0]);
	pool_give(&p, NULL, 10);
	pool_release(&p);
}

static void files_are_read_whole_and_replaced_whole(void **state)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(10), small = BUF_INIT(9);
	char dir[] = "/tmp/aurum-base-XXXXXX", path[64];
	struct err e;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/f", dir);
	assert_int_equal(file_replace(path, SV("0123456789"), 0640, &e), 0);
	assert_int_equal(file_read(path, &b, &e), 0);
	assert_sv(buf_view(&b), "0123456789");
	assert_int_equal(file_read(path, &small, &e), -1);
	assert_non_null(strstr(e.text, "larger than 9 bytes"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(file_read(path, &b, &e), -1);
	assert_non_null(strstr(e.text, "No such file"));
	assert_int_equal(rmdir(dir), 0);
}

static void suggestions_are_near_and_never_far_fetched(void **state)
{
	static const char *const names[] = {"unlink", "unlinkat", "rename", "open"};
	static const struct {
		const char *typed, *expect, *hint;
	} rows[] = {
		{"unlnk", "unlink", ": did you mean \"unlink\"?"},
		{"UNLINK", "unlink", ": did you mean \"unlink\"?"},
		{"unlikn", "unlink", ": did you mean \"unlink\"?"},
		{"opne", "open", ": did you mean \"open\"?"},
		{"frobnicate", "", ": nothing like it"},
		{"x", "", ": nothing like it"},
	};

	(void)state;
	for (size_t r = 0; r < LEN(rows); r++) {
		struct near_best best = NEAR_INIT;
		char hint[NEAR_HINT_BYTES];

		for (size_t i = 0; i < LEN(names); i++)
			near_consider(&best, sv_cstr(rows[r].typed), sv_cstr(names[i]));
		assert_true(sv_eq(best.name, sv_cstr(rows[r].expect)));
		assert_string_equal(near_hint(&best, ": nothing like it", hint), rows[r].hint);
	}
}

static void *note_signals(void *arg)
{
	sigset_t *blocked = arg;

	(void)pthread_sigmask(SIG_SETMASK, NULL, blocked);
	return NULL;
}

static void threads_start_with_every_signal_blocked(void **state)
{
	sigset_t before, after, blocked;
	pthread_t thread;

	(void)state;
	(void)pthread_sigmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(thread_start(&thread, (size_t)256 << 10, note_signals, &blocked), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(sigismember(&blocked, SIGTERM), 1);
	assert_int_equal(sigismember(&blocked, SIGCHLD), 1);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
}

static void a_program_knows_its_folder(void **state)
{
	char folder[4096], tiny[4];
	struct err e;

	(void)state;
	assert_int_equal(file_own_folder(folder, sizeof(folder), &e), 0);
	assert_int_equal(folder[0], '/');
	assert_int_not_equal(folder[strlen(folder) - 1], '/');
	assert_int_equal(file_own_folder(tiny, sizeof(tiny), &e), -1);
	assert_non_null(strstr(e.text, "where this program is"));
}

static void a_folder_is_made_or_taken_when_it_is_ours_alone(void **state)
{
	char top[] = "/tmp/folder-XXXXXX", path[64], link[64];
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(top));
	(void)snprintf(path, sizeof(path), "%s/one", top);
	(void)snprintf(link, sizeof(link), "%s/link", top);
	assert_int_equal(file_make_folder(path, 0700, &e), 0);
	assert_int_equal(file_make_folder(path, 0700, &e), 0);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(file_make_folder(link, 0700, &e), -1);
	assert_int_equal(e.sys, EEXIST);
	assert_int_equal(chmod(path, 0770), 0);
	assert_int_equal(file_make_folder(path, 0700, &e), -1);
	assert_int_equal(e.sys, EEXIST);
	assert_non_null(strstr(e.text, "can be written to by others"));
	(void)snprintf(path, sizeof(path), "%s/two/three", top);
	assert_int_equal(file_make_folder(path, 0700, &e), -1);
	assert_int_equal(e.sys, ENOENT);
	(void)snprintf(path, sizeof(path), "%s/one", top);
	assert_int_equal(unlink(link) | rmdir(path) | rmdir(top), 0);
}

static void bytes_are_counted(void **state)
{
	(void)state;
	assert_int_equal(sv_count(SV(""), '\n'), 0);
	assert_int_equal(sv_count(SV("a"), '\n'), 0);
	assert_int_equal(sv_count(SV("\na\n\nb"), '\n'), 3);
}

static void names_stand_in_their_natural_order(void **state)
{
	static const char *const names[] = {"~a",
					    "09.rules~",
					    "9.rules",
					    "10.a.rules",
					    "10.rules",
					    "10-a.rules",
					    "010-b.rules",
					    "10-b.rules",
					    "10-b2.rules",
					    "10-b11.rules",
					    "a~.rules",
					    "a.rules",
					    "a.1.rules",
					    "b",
					    "b-99999999999999999999",
					    "b-100000000000000000000"};

	(void)state;
	for (size_t i = 0; i < LEN(names); i++)
		for (size_t j = 0; j < LEN(names); j++) {
			int order = natural_cmp(sv_cstr(names[i]), sv_cstr(names[j]));

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_split_at_bytes_words_and_lines),
		cmocka_unit_test(views_compare_search_and_trim),
		cmocka_unit_test(numbers_take_the_whole_view_or_nothing),
		cmocka_unit_test(numbers_at_the_front_are_read_as_strtoul_reads_them),
		cmocka_unit_test(buffers_stop_at_their_maximum_and_stay_stopped),
		cmocka_unit_test(buffers_give_whole_lines_and_keep_the_rest),
		cmocka_unit_test(arenas_reuse_their_blocks_and_stop_at_their_maximum),
		cmocka_unit_test(maps_keep_every_entry_over_growth_and_deletion),
		cmocka_unit_test(seeds_differ),
		cmocka_unit_test(failures_are_told_once_and_need_no_listener),
		cmocka_unit_test(a_pool_hands_out_what_was_given_back),
		cmocka_unit_test(files_are_read_whole_and_replaced_whole),
		cmocka_unit_test(suggestions_are_near_and_never_far_fetched),
		cmocka_unit_test(threads_start_with_every_signal_blocked),
		cmocka_unit_test(a_program_knows_its_folder),
		cmocka_unit_test(a_folder_is_made_or_taken_when_it_is_ours_alone),
		cmocka_unit_test(bytes_are_counted),
		cmocka_unit_test(names_stand_in_their_natural_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

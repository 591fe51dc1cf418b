/* Words of a text, and the names behind the enriched mark. */
#include "base/test.h"

#include "base/buf.h"
#include "record/tag.h"
#include "record/tail.h"

#include <stdio.h>
#include <stdlib.h>

static void check_words(const char *text, const char *expected)
{
	char out[1024] = "";
	struct split it;
	struct split_word w;
	size_t n = 0;

	for (split_init(&it, sv_cstr(text)); split_next(&it, &w);)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%.*s@%zu ", SV_FMT(w.text),
				      w.equals);
	assert_string_equal(out, expected);
}

static void words_end_at_spaces_and_know_their_first_equals_sign(void **state)
{
	(void)state;
	check_words("", "");
	check_words("   ", "");
	check_words("a=1 b", "a=1@1 b@1 ");
	check_words("  a==1= =x  bare ", "a==1=@1 =x@0 bare@4 ");
}

/* Every place of a boundary, of a word and of its '=', around the ends of blocks. */
static void words_do_not_depend_on_where_a_block_ends(void **state)
{
	(void)state;
	for (size_t n = 4; n < 3 * SPLIT_BLOCK; n++) {
		char *text = malloc(n); /* a sanitizer sees what is read behind it */

		assert_non_null(text);
		for (size_t at = 1; at + 2 < n; at++) {
			struct split it;
			struct split_word w;

			memset(text, 'x', n);
			text[at - 1] = '=';
			text[at] = ' ';
			text[n - 2] = '=';
			split_init(&it, sv_make(text, n));
			assert_true(split_next(&it, &w));
			assert_int_equal(w.text.n, at);
			assert_int_equal(w.equals, at - 1);
			assert_true(split_next(&it, &w));
			assert_ptr_equal(w.text.p, text + at + 1);
			assert_int_equal(w.text.n, n - at - 1);
			assert_int_equal(w.equals, n - at - 3);
			assert_false(split_next(&it, &w));
			assert_false(split_next(&it, &w));
		}
		free(text);
	}
}

static void tags_look_at_no_byte_beside_a_name(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 2 * TAG_BYTES; n++) {
		char *name = malloc(n ? n : 1), *other = malloc(n ? n : 1);
		struct sv a = sv_make(name, n), b = sv_make(other, n);

		assert_non_null(name);
		assert_non_null(other);
		memset(name, 'a', n);
		memset(other, 'a', n);
		assert_true(tag_same(tag_of(a), a, tag_of(b), b));
		for (size_t i = 0; i < n; i++) {
			other[i] = 'b';
			assert_false(tag_same(tag_of(a), a, tag_of(b), b));
			other[i] = 'a';
		}
		free(name);
		free(other);
	}
}

static void tags_tell_short_names_apart(void **state)
{
	static const char *const names[] = {"",      "a",     "b",       "ab",      "ba",
					    "auid",  "fsuid", "success", "old-ses", "old-auid",
					    "abcab", "abcbc", "a1_len",  "exe"};

	(void)state;
	for (size_t i = 0; i < LEN(names); i++)
		for (size_t j = 0; j < LEN(names); j++) {
			struct sv a = sv_cstr(names[i]), b = sv_cstr(names[j]);

			assert_int_equal(tag_same(tag_of(a), a, tag_of(b), b), i == j);
		}
	assert_true(tag_lowered(tag_of(SV("OLD-AUID"))) == tag_of(SV("old-auid")));
	assert_true(tag_lowered(tag_of(SV("UID"))) == tag_of(SV("uid")));
	assert_true(tag_lowered(tag_of(SV("@Z[`\xc1"))) == tag_of(SV("@z[`\xc1")));
}

static void check(const char *text, const char *name, size_t index, const char *expected)
{
	struct tail tail;
	struct sv found;

	tail_cut(&tail, sv_cstr(text));
	if (tail_find(&tail, sv_cstr(name), index, &found))
		assert_true(sv_eq(found, sv_cstr(expected)));
	else
		assert_null(expected);
}

static void a_name_is_found_in_capitals_and_by_its_number(void **state)
{
	const char *text = "ARCH=x86_64 AUID=\"alice\" bare UID=a UID=b=c LONGERNAME=d";

	(void)state;
	check(text, "arch", 0, "x86_64");
	check(text, "auid", 0, "\"alice\"");
	check(text, "uid", 0, "a");
	check(text, "uid", 1, "b=c");
	check(text, "uid", 2, NULL);
	check(text, "longername", 0, "d");
	check(text, "longernama", 0, NULL);
	check(text, "bare", 0, NULL);
	check(text, "", 0, NULL);
	check("", "uid", 0, NULL);
}

static void names_behind_the_ones_that_are_kept_are_found_too(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(4 * TAIL_REST_MAX);

	(void)state;
	for (int i = 0; i < TAIL_ENTRIES; i++)
		buf_puts(&text, "UID=x ");
	buf_puts(&text, "UID=last GID=g");
	check(buf_cstr(&text), "uid", TAIL_ENTRIES, "last");
	check(buf_cstr(&text), "uid", TAIL_ENTRIES + 1, NULL);
	check(buf_cstr(&text), "gid", 0, "g");
	while (text.n < 2 * TAIL_REST_MAX)
		buf_puts(&text, " UID=more");
	buf_puts(&text, " EUID=far");
	check(buf_cstr(&text), "gid", 0, "g");
	check(buf_cstr(&text), "euid", 0, NULL);
}

static void an_address_is_one_text(void **state)
{
	(void)state;
	check("SADDR={ saddr_fam=inet laddr=10.0.0.1 }", "saddr", 0,
	      "{ saddr_fam=inet laddr=10.0.0.1 }");
	check("SADDR={ saddr_fam=inet laddr=10.0.0.1 }", "laddr", 0, NULL);
	check("SADDR={ saddr_fam=inet", "saddr", 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_end_at_spaces_and_know_their_first_equals_sign),
		cmocka_unit_test(words_do_not_depend_on_where_a_block_ends),
		cmocka_unit_test(tags_look_at_no_byte_beside_a_name),
		cmocka_unit_test(tags_tell_short_names_apart),
		cmocka_unit_test(a_name_is_found_in_capitals_and_by_its_number),
		cmocka_unit_test(names_behind_the_ones_that_are_kept_are_found_too),
		cmocka_unit_test(an_address_is_one_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The wide passes of every width against a walk byte by byte. */
#include "base/test.h"

#include "base/map.h"
#include "query/wide.h"

#include <stdlib.h>

#define TEXT_MAX 700

struct dice {
	uint64_t seed, at;
};

static unsigned roll(struct dice *d, unsigned sides)
{
	return (unsigned)(hash_u64(d->at++, d->seed) % sides);
}

/* A text of its own memory, so that a sanitizer sees every byte beside it. */
static char *random_text(struct dice *d, size_t n)
{
	static const char *const parts[] = {"needle", "6E6565646C65", "6e65", "=4242 ", "=42420",
					    "\n",     "\"04242\"",    "need", "dle",    "\xff"};
	static const char few[] = "n6e4 =2\n0E";
	char *text = malloc(n + 1);

	assert_non_null(text);
	for (size_t at = 0; at < n;) {
		struct sv part = sv_cstr(parts[roll(d, LEN(parts))]);

		if (roll(d, 6) == 0 && at + part.n <= n) {
			memcpy(text + at, part.p, part.n);
			at += part.n;
		} else {
			text[at++] = few[roll(d, sizeof(few) - 1)];
		}
	}
	return realloc(text, n ? n : 1);
}

static size_t random_literals(struct dice *d, struct literal *list)
{
	static const char *const texts[] = {"needle", "n",   "ne", "42",      "4242", "e6",
					    "\xff",   "dle", "ee", "needle6", "6n",   "e\n"};
	static const enum literal_kind kinds[] = {LITERAL_TEXT, LITERAL_HEX, LITERAL_NUMBER};
	size_t count = roll(d, 5);

	for (size_t i = 0; i < count; i++)
		literal_init(&list[i], kinds[roll(d, LEN(kinds))],
			     sv_cstr(texts[roll(d, LEN(texts))]));
	return count;
}

static void mark_simply(const struct literal *list, size_t count, struct sv text, uint64_t *marks)
{
	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; at < text.n; at++)
			if (literal_at(&list[i], text, at))
				marks_set(marks, at);
}

static void every_width_marks_the_same_hits(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 4000; round++) {
		struct dice d = {.seed = round};
		size_t n = roll(&d, TEXT_MAX);
		char *text = random_text(&d, n);
		struct sv block = sv_make(text, n);
		struct literal list[4];
		size_t count = random_literals(&d, list);
		uint64_t want[MARKS_WORDS(TEXT_MAX)] = {0};

		mark_simply(list, count, block, want);
		for (enum wide wide = WIDE_PLAIN; wide <= wide_best(); wide++) {
			uint64_t marks[MARKS_WORDS(TEXT_MAX)] = {0};

			wide_literals(wide, list, count, block, marks);
			assert_memory_equal(marks, want, sizeof(want));
		}
		for (size_t i = 0; i < count; i++) {
			uint64_t one[MARKS_WORDS(TEXT_MAX)] = {0};
			bool any = false;

			mark_simply(&list[i], 1, block, one);
			for (size_t word = 0; word < LEN(one); word++)
				any |= one[word] != 0;
			assert_int_equal(literal_in(&list[i], block), any);
		}
		free(text);
	}
}

static void every_width_finds_every_newline(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		struct dice d = {.seed = round};
		size_t n = roll(&d, TEXT_MAX);
		char *text = random_text(&d, n);
		uint64_t bits[BITS_WORDS(TEXT_MAX)];

		for (enum wide wide = WIDE_PLAIN; wide <= wide_best(); wide++) {
			memset(bits, 0xaa, sizeof(bits));
			wide_newlines(wide, sv_make(text, n), bits);
			for (size_t at = 0; at < BITS_WORDS(n) * 64; at++)
				assert_int_equal(bits[at / 64] >> (at % 64) & 1,
						 at < n && text[at] == '\n');
		}
		free(text);
	}
}

static void marks_are_found_in_any_stretch(void **state)
{
	static uint64_t marks[MARKS_WORDS(16 * 1024)];

	(void)state;
	for (unsigned round = 0; round < 5000; round++) {
		struct dice d = {.seed = round};
		size_t from = roll(&d, 10000), to = from + 1 + roll(&d, 5000);
		size_t hit = roll(&d, 16000);

		memset(marks, 0, sizeof(marks));
		marks_set(marks, hit);
		assert_int_equal(marks_any(marks, from, to),
				 hit / MARKS_STEP >= from / MARKS_STEP &&
					 hit / MARKS_STEP <= (to - 1) / MARKS_STEP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_width_marks_the_same_hits),
		cmocka_unit_test(every_width_finds_every_newline),
		cmocka_unit_test(marks_are_found_in_any_stretch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

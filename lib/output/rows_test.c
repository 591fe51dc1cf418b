/* Rows in each format, and how columns of a table come out. */
#include "base/test.h"

#include "output/rows.h"

static const struct rows_column columns[] = {
	{{"user", 4}, false}, {{"file", 4}, false}, {{"events", 6}, true}};

/* Cells are separated by '|', values by '^'; prints what comes out. */
static void expect(enum rows_format format, unsigned width, const char *const *rows,
		   const char *want)
{
	const struct rows_style style = {format, columns, LEN(columns)};
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	struct rows_aligner a;

	rows_aligner_init(&a, &style, width);
	for (; *rows; rows++) {
		struct sv rest = sv_cstr(*rows), cell, texts[LEN(columns)][4];
		struct rows_cell cells[LEN(columns)];

		for (size_t i = 0; i < LEN(columns); i++) {
			(void)sv_cut(rest, '|', &cell, &rest);
			cells[i] = (struct rows_cell){texts[i], 0};
			while (cell.n && cells[i].count < 4)
				(void)sv_cut(cell, '^', &texts[i][cells[i].count++], &cell);
		}
		buf_reset(&text);
		rows_put(&style, cells, &text);
		rows_align(&a, buf_view(&text), &out);
	}
	rows_align_end(&a, &out);
	assert_string_equal(buf_cstr(&out), want);
	rows_aligner_release(&a);
}

#define ROWS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_table_has_columns_as_wide_as_they_need(void **state)
{
	(void)state;
	expect(ROWS_TABLE, 0, ROWS("alice|/etc/shadow|12", "bob||3", "carol|/a^/b|"),
	       "user   file         events\n"
	       "alice  /etc/shadow      12\n"
	       "bob    -                 3\n"
	       "carol  /a,/b             -\n");
	expect(ROWS_TABLE, 0, ROWS(NULL), "");
}

static void a_terminal_cuts_what_is_too_wide(void **state)
{
	(void)state;
	expect(ROWS_TABLE, 26, ROWS("alice|/usr/share/doc/x|12", "b|/c|1"),
	       "user   file         events\n"
	       "alice  /usr/share\xe2\x80\xa6      12\n"
	       "b      /c                1\n");
}

static void characters_of_two_columns_and_of_none_are_counted(void **state)
{
	(void)state;
	expect(ROWS_TABLE, 0, ROWS("\xe6\x97\xa5\xe6\x9c\xac|e\xcc\x81|1", "abcd|x|22"),
	       "user  file  events\n"
	       "\xe6\x97\xa5\xe6\x9c\xac  e\xcc\x81          1\n"
	       "abcd  x         22\n");
}

static void nothing_reaches_a_terminal_unescaped(void **state)
{
	(void)state;
	expect(ROWS_TABLE, 0, ROWS("a\tb\n|\x1b[2J|1"),
	       "user        file     events\n"
	       "a\\x09b\\x0a  \\x1b[2J       1\n");
}

static void csv_has_names_and_quotes(void **state)
{
	(void)state;
	expect(ROWS_CSV, 0, ROWS("a,b|/x^/y|1", "|\"|"),
	       "user,file,events\n\"a,b\",\"/x,/y\",1\n,\"\"\"\",\n");
	expect(ROWS_CSV, 0, ROWS(NULL), "user,file,events\n");
}

static void json_has_texts_arrays_numbers_and_null(void **state)
{
	(void)state;
	expect(ROWS_JSON, 0, ROWS("a\"|/x^/y|1", "b|/z|"),
	       "{\"user\":\"a\\\"\",\"file\":[\"/x\",\"/y\"],\"events\":1}\n"
	       "{\"user\":\"b\",\"file\":\"/z\",\"events\":null}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_has_columns_as_wide_as_they_need),
		cmocka_unit_test(a_terminal_cuts_what_is_too_wide),
		cmocka_unit_test(characters_of_two_columns_and_of_none_are_counted),
		cmocka_unit_test(nothing_reaches_a_terminal_unescaped),
		cmocka_unit_test(csv_has_names_and_quotes),
		cmocka_unit_test(json_has_texts_arrays_numbers_and_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

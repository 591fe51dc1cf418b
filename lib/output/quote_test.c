/* Values of csv and strings of JSON, byte for byte. */
#include "base/test.h"

#include "output/quote.h"

struct row {
	const char *in, *out;
};

static void check(const struct row *rows, size_t count, void (*put)(struct sv, struct buf *))
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT(4096);

		buf_puts(&out, "before ");
		put(sv_cstr(rows[i].in), &out);
		assert_true(sv_starts(buf_view(&out), SV("before ")));
		assert_string_equal(buf_cstr(&out) + 7, rows[i].out);
	}
}

static void csv_has_quotes_where_the_rfc_asks_for_them(void **state)
{
	static const struct row rows[] = {
		{"", ""},
		{"plain text'", "plain text'"},
		{"a,b", "\"a,b\""},
		{"a\nb", "\"a\nb\""},
		{"a\rb", "\"a\rb\""},
		{"\"", "\"\"\"\""},
		{"say \"a\"", "\"say \"\"a\"\"\""},
		{"a\tb\x7f\xff", "a\tb\x7f\xff"},
	};

	(void)state;
	check(rows, LEN(rows), quote_csv);
}

static void json_is_valid_utf8_and_loses_no_byte(void **state)
{
	static const struct row rows[] = {
		{"", "\"\""},
		{"a\"b\\c", "\"a\\\"b\\\\c\""},
		{"a\n\x7f", "\"a\\u000a\\u007f\""},
		{"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
		 "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\""},
		{"\xff", "\"\xee\xbf\xbf\""},                                 /* no UTF-8 at all */
		{"\xc3", "\"\xee\xbf\x83\""},                                 /* cut off */
		{"\xc0\xaf", "\"\xee\xbf\x80\xee\xbe\xaf\""},                 /* overlong */
		{"\xee\xbe\x80", "\"\xee\xbf\xae\xee\xbe\xbe\xee\xbe\x80\""}, /* one of ours */
		{"\xe2\x80\xae", "\"\\u202e\""}, /* right-to-left override */
		{"\xc2\x9b", "\"\\u009b\""},     /* C1 control: CSI */
	};

	(void)state;
	check(rows, LEN(rows), quote_json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_has_quotes_where_the_rfc_asks_for_them),
		cmocka_unit_test(json_is_valid_utf8_and_loses_no_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

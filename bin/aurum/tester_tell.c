/* Results, each as soon as it is there. */
#include "aurum/tester.h"

#include "output/quote.h"
#include "output/terminal.h"

#define OUT_MAX ((size_t)64 << 20)

static const char *const formats[TELL_FORMATS] = {"text", "tap", "json"};
static const char *const words[TEST_RESULTS] = {"ok", "not ok", "trouble", "skipped"};

bool tell_format_find(const char *word, enum tell_format *out)
{
	for (size_t i = 0; i < TELL_FORMATS; i++)
		if (strcmp(word, formats[i]) == 0) {
			*out = (enum tell_format)i;
			return true;
		}
	return false;
}

static void print(struct teller_of_tests *t, struct buf *out)
{
	if (!t->is_broken && rules_print(out) != 0)
		t->is_broken = true;
	buf_release(out);
}

static void put_lines(struct sv lines, const char *indent, struct buf *out)
{
	struct sv line;

	while (sv_line(&lines, &line)) {
		buf_puts(out, indent);
		terminal_put(line, out);
		buf_putc(out, '\n');
	}
}

static void put_place(const char *file, const struct expectation *test, struct buf *out)
{
	terminal_put(sv_cstr(file), out);
	buf_printf(out, ":%u: ", test->line);
	terminal_put(test->text, out);
}

/* ---- one test ---- */

static void put_text(const struct teller_of_tests *t, const char *file,
		     const struct expectation *test, enum test_result result, struct sv why,
		     struct buf *out)
{
	(void)t;
	buf_printf(out, "%-7s ", words[result]);
	put_place(file, test, out);
	buf_putc(out, '\n');
	put_lines(why, "    ", out);
}

/* In TAP a "#" would start a directive. */
static void put_tap(const struct teller_of_tests *t, const char *file,
		    const struct expectation *test, enum test_result result, struct sv why,
		    struct buf *out)
{
	CLEANUP(buf_release) struct buf place = BUF_INIT(OUT_MAX);

	put_place(file, test, &place);
	buf_printf(out, "%sok %zu - ", result == TEST_FAILS || result == TEST_TROUBLE ? "not " : "",
		   t->told);
	for (size_t i = 0; i < place.n; i++) {
		if (place.p[i] == '#')
			buf_putc(out, '\\');
		buf_putc(out, place.p[i]);
	}
	buf_puts(out, result == TEST_SKIPPED ? " # SKIP --offline\n" : "\n");
	put_lines(why, "# ", out);
}

static void put_member(const char *name, struct sv value, struct buf *out)
{
	buf_printf(out, "\"%s\":", name);
	quote_json(value, out);
}

static void put_json(const struct teller_of_tests *t, const char *file,
		     const struct expectation *test, enum test_result result, struct sv why,
		     struct buf *out)
{
	const char *separator = "";
	struct sv line;

	buf_puts(out, t->told > 1 ? ",\n{" : "\n{");
	put_member("file", sv_cstr(file), out);
	buf_printf(out, ",\"line\":%u,", test->line);
	put_member("test", test->text, out);
	buf_putc(out, ',');
	put_member("result", sv_cstr(words[result]), out);
	buf_puts(out, ",\"why\":[");
	while (sv_line(&why, &line)) {
		buf_puts(out, separator);
		quote_json(line, out);
		separator = ",";
	}
	buf_puts(out, "]}");
}

void tell_test(struct teller_of_tests *t, const char *file, const struct expectation *test,
	       enum test_result result, struct sv why)
{
	static void (*const put[TELL_FORMATS])(const struct teller_of_tests *t, const char *file,
					       const struct expectation *test,
					       enum test_result result, struct sv why,
					       struct buf *out) = {put_text, put_tap, put_json};
	struct buf out = BUF_INIT(OUT_MAX);

	t->told++;
	t->of[result]++;
	put[t->format](t, file, test, result, why, &out);
	print(t, &out);
}

/* ---- around them ---- */

void tell_start(struct teller_of_tests *t, enum tell_format format, size_t tests)
{
	struct buf out = BUF_INIT(OUT_MAX);

	*t = (struct teller_of_tests){.format = format};
	if (format == TELL_TAP)
		buf_printf(&out, "1..%zu\n", tests);
	else if (format == TELL_JSON)
		buf_puts(&out, "{\"tests\":[");
	print(t, &out);
}

void tell_end(struct teller_of_tests *t)
{
	struct buf out = BUF_INIT(OUT_MAX);

	if (t->format == TELL_JSON) {
		buf_printf(&out, "\n],\"ok\":%zu,\"not ok\":%zu,\"trouble\":%zu,\"skipped\":%zu}\n",
			   t->of[TEST_HOLDS], t->of[TEST_FAILS], t->of[TEST_TROUBLE],
			   t->of[TEST_SKIPPED]);
	} else if (t->format == TELL_TEXT) {
		buf_printf(&out, "%zu ok, %zu not ok", t->of[TEST_HOLDS], t->of[TEST_FAILS]);
		if (t->of[TEST_TROUBLE])
			buf_printf(&out, ", %zu in trouble", t->of[TEST_TROUBLE]);
		if (t->of[TEST_SKIPPED])
			buf_printf(&out, ", %zu skipped", t->of[TEST_SKIPPED]);
		buf_putc(&out, '\n');
	}
	print(t, &out);
}

/*
 * Build tool: fills in what a manual page has from tables, so that nobody writes it twice:
 *
 *	make-manual docs/aurum-status.1.in >aurum-status.1
 *
 * A line @OPTIONS@ becomes the options of aurum status, @FIGURES@ the figures of the daemon's health,
 * @SEARCH@ the options of aurum search, @REPORTS@ the reports of aurum report; @VIRTUAL@ and @FIELDS@ are the
 * names of the query language, of those that are made of several fields and of the others. It is not installed.
 */
#include "aurum/search_words.h"
#include "base/file.h"
#include "config/option.h"
#include "output/vitals.h"
#include "query/lang.h"

#include <stdio.h>

#define PAGE_MAX ((size_t)1 << 20)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/status.def"
#undef OPTION
};
static const struct option_set status_options = {
	.program = "aurum status", .rows = rows, .count = LEN(rows)};

static const struct option_row search_rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/search.def"
#undef OPTION
};
static const struct option_set search_options = {
	.program = "aurum search", .rows = search_rows, .count = LEN(search_rows)};

static void put_quoted(const char *text, struct buf *out)
{
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

static void put_report(const char *name, const char *query, const char *fields, const char *help,
		       struct buf *out)
{
	buf_printf(out, ".TP\n.B %s\n", name);
	put_quoted(help, out);
	if (query[0]) {
		buf_puts(out, ".\n.br\nQuery:\n.I ");
		put_quoted(query, out);
	}
	buf_puts(out, query[0] ? "\n" : ".\n");
	if (fields[0]) {
		buf_puts(out, ".br\nFields:\n.I ");
		put_quoted(fields, out);
		buf_putc(out, '\n');
	}
}

static void put_reports(struct buf *out)
{
#define REPORT(name, query, shape, fields, help) put_report(#name, query, fields, help, out);
#include "aurum/report.def"
#undef REPORT
}

static void put_fields(bool is_virtual, struct buf *out)
{
	for (size_t i = 0; i < lang_field_count; i++) {
		if (lang_fields[i].is_virtual != is_virtual)
			continue;
		buf_puts(out, ".TP\n.B ");
		put_quoted(lang_fields[i].name, out);
		buf_putc(out, '\n');
		put_quoted(lang_fields[i].help, out);
		buf_puts(out, ".\n");
	}
}

static void fill(struct sv page, struct buf *out)
{
	struct sv line;

	while (sv_line(&page, &line)) {
		if (sv_eq(line, SV("@OPTIONS@"))) {
			option_man(&status_options, out);
		} else if (sv_eq(line, SV("@SEARCH@"))) {
			option_man(&search_options, out);
		} else if (sv_eq(line, SV("@REPORTS@"))) {
			put_reports(out);
		} else if (sv_eq(line, SV("@VIRTUAL@")) || sv_eq(line, SV("@FIELDS@"))) {
			put_fields(sv_eq(line, SV("@VIRTUAL@")), out);
		} else if (sv_eq(line, SV("@FIGURES@"))) {
			vitals_put_man(out);
		} else {
			buf_put(out, line);
			buf_putc(out, '\n');
		}
	}
}

int main(int argc, char **argv)
{
	CLEANUP(buf_release) struct buf page = BUF_INIT(PAGE_MAX), out = BUF_INIT(PAGE_MAX);
	struct err e;

	if (argc != 2 || file_read(argv[1], &page, &e) != 0) {
		(void)fprintf(stderr, "make-manual: %s\n", argc == 2 ? e.text : "which page?");
		return 2;
	}
	fill(buf_view(&page), &out);
	return !out.failed && file_write(1, buf_view(&out)) == 0 ? 0 : 1;
}

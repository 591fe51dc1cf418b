/*
 * aurum rules check: everything that is wrong with rules files, at once, for people, for scripts
 * (JSON) and for code review tools (SARIF 2.1.0). Nothing is loaded and no privilege is needed.
 *
 * Exit codes: 0 no errors, 1 there are, or with --strict warnings, 2 files that cannot be read.
 */
#include "aurum/rules.h"

#include "base/file.h"
#include "base/near.h"
#include "output/quote.h"
#include "output/terminal.h"
#include "policy/check.h"
#include "rule/print.h"
#include "rule/rules_file.h"

#include <stdlib.h>

#define OUT_MAX ((size_t)256 << 20)

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/rules_check.def"
#undef OPTION
};
static const struct option_set check_set = {
	.program = "aurum rules check",
	.usage = "[OPTION...] [FILE|DIR|kernel|-]...",
	.summary =
		"Says what is wrong with audit rules, all of it at once: lines that do not load, "
		"rules that do not do what they seem to, holes, and what costs too much. Without "
		"files those of this host are checked.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_SARIF };
static const char *const formats[] = {"text", "json", "sarif"};

struct checking {
	bool is_strict, is_quiet, any_host;
	enum format format;
	bool ignored[FINDING_IDS];
	const char **paths;
	size_t path_count;

	struct buf out;
	size_t of[SEVERITIES]; /* of what is shown */
	size_t shown, rules, files;
};

/* ---- what to show ---- */

static bool is_shown(const struct checking *c, const struct finding *f)
{
	return !c->ignored[f->id] &&
	       !(c->is_quiet && finding_kind(f->id)->severity == SEVERITY_NOTE);
}

/* ---- text ---- */

static void put_text_finding(const struct finding *f, struct buf *out)
{
	const struct finding_kind *kind = finding_kind(f->id);
	struct sv fix = f->fix, line;
	CLEANUP(buf_release) struct buf text = BUF_INIT(OUT_MAX);

	buf_puts(&text, f->at.file);
	if (f->at.line)
		buf_printf(&text, ":%u:%u", f->at.line, f->at.column);
	buf_printf(&text, ": %s: ", severity_name(kind->severity));
	buf_put(&text, f->message);
	buf_printf(&text, " [%s]", kind->name);
	terminal_put(buf_view(&text), out);
	buf_putc(out, '\n');
	while (sv_line(&fix, &line)) {
		buf_puts(out, "    ");
		terminal_put(line, out);
		buf_putc(out, '\n');
	}
}

static void put_count(size_t n, const char *what, const char *end, struct buf *out)
{
	buf_printf(out, "%zu %s%s%s", n, what, n == 1 ? "" : "s", end);
}

static void put_text_end(const struct checking *c, struct buf *out)
{
	put_count(c->rules, "rule", " in ", out);
	put_count(c->files, "file", ": ", out);
	put_count(c->of[SEVERITY_ERROR], "error", ", ", out);
	put_count(c->of[SEVERITY_WARNING], "warning", ", ", out);
	put_count(c->of[SEVERITY_NOTE], "note", "\n", out);
}

/* ---- JSON ---- */

static void put_member(const char *name, struct sv value, struct buf *out)
{
	buf_printf(out, "\"%s\":", name);
	quote_json(value, out);
}

static void put_json_finding(const struct finding *f, struct buf *out)
{
	const struct finding_kind *kind = finding_kind(f->id);

	buf_puts(out, "{");
	put_member("check", sv_cstr(kind->name), out);
	buf_putc(out, ',');
	put_member("severity", sv_cstr(severity_name(kind->severity)), out);
	buf_putc(out, ',');
	put_member("file", sv_cstr(f->at.file), out);
	if (f->at.line) {
		buf_printf(out, ",\"line\":%u,\"column\":%u,", f->at.line, f->at.column);
		put_member("text", f->at.text, out);
	}
	buf_putc(out, ',');
	put_member("message", f->message, out);
	if (f->fix.n) {
		buf_putc(out, ',');
		put_member("fix", f->fix, out);
	}
	if (f->other_file) {
		buf_puts(out, ",\"other\":{");
		put_member("file", sv_cstr(f->other_file), out);
		buf_printf(out, ",\"line\":%u}", f->other_line);
	}
	buf_putc(out, '}');
}

static void put_json_end(const struct checking *c, struct buf *out)
{
	buf_printf(out,
		   "\n],\"rules\":%zu,\"files\":%zu,\"errors\":%zu,\"warnings\":%zu,"
		   "\"notes\":%zu}\n",
		   c->rules, c->files, c->of[SEVERITY_ERROR], c->of[SEVERITY_WARNING],
		   c->of[SEVERITY_NOTE]);
}

/* ---- SARIF: the Static Analysis Results Interchange Format, OASIS 2.1.0 ---- */

static void put_location(const char *file, uint32_t line, uint32_t column, struct buf *out)
{
	buf_puts(out, "{\"physicalLocation\":{\"artifactLocation\":{");
	put_member("uri", sv_cstr(file), out);
	buf_putc(out, '}');
	if (line)
		buf_printf(out, ",\"region\":{\"startLine\":%u,\"startColumn\":%u}", line,
			   column ? column : 1);
	buf_puts(out, "}}");
}

static void put_sarif_start(struct buf *out)
{
	buf_puts(out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
		      "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
		      "\"name\":\"aurum rules check\",\"version\":\"" AURUM_VERSION "\","
		      "\"rules\":[");
	for (enum finding_id id = 0; id < FINDING_IDS; id++) {
		const struct finding_kind *kind = finding_kind(id);

		buf_puts(out, id ? ",\n{" : "\n{");
		put_member("id", sv_cstr(kind->name), out);
		buf_puts(out, ",\"shortDescription\":{");
		put_member("text", sv_cstr(kind->title), out);
		buf_puts(out, "},\"fullDescription\":{");
		put_member("text", sv_cstr(kind->why), out);
		buf_puts(out, "},\"defaultConfiguration\":{");
		put_member("level", sv_cstr(severity_name(kind->severity)), out);
		buf_puts(out, "}}");
	}
	buf_puts(out, "\n]}},\"columnKind\":\"utf16CodeUnits\",\"results\":[");
}

static void put_sarif_finding(const struct finding *f, struct buf *out)
{
	const struct finding_kind *kind = finding_kind(f->id);

	buf_putc(out, '{');
	put_member("ruleId", sv_cstr(kind->name), out);
	buf_printf(out, ",\"ruleIndex\":%u,", (unsigned)f->id);
	put_member("level", sv_cstr(severity_name(kind->severity)), out);
	buf_puts(out, ",\"message\":{");
	put_member("text", f->message, out);
	buf_puts(out, "},\"locations\":[");
	put_location(f->at.file, f->at.line, f->at.column, out);
	buf_putc(out, ']');
	if (f->other_file) {
		buf_puts(out, ",\"relatedLocations\":[");
		put_location(f->other_file, f->other_line, 1, out);
		buf_putc(out, ']');
	}
	buf_putc(out, '}');
}

/* ---- any format ---- */

static void put_start(struct checking *c)
{
	if (c->format == FORMAT_JSON)
		buf_puts(&c->out, "{\"findings\":[");
	else if (c->format == FORMAT_SARIF)
		put_sarif_start(&c->out);
}

static void put_finding(struct checking *c, const struct finding *f)
{
	static void (*const put[])(const struct finding *f, struct buf *out) = {
		put_text_finding, put_json_finding, put_sarif_finding};

	if (c->format != FORMAT_TEXT)
		buf_puts(&c->out, c->shown ? ",\n" : "\n");
	put[c->format](f, &c->out);
	c->of[finding_kind(f->id)->severity]++;
	c->shown++;
}

static void put_end(struct checking *c)
{
	if (c->format == FORMAT_JSON)
		put_json_end(c, &c->out);
	else if (c->format == FORMAT_SARIF)
		buf_puts(&c->out, "\n]}]}\n");
	else
		put_text_end(c, &c->out);
}

static enum frame_next list_checks(struct err *e)
{
	for (enum finding_id id = 0; id < FINDING_IDS; id++) {
		const struct finding_kind *kind = finding_kind(id);

		(void)printf("%-16s %-8s %s\n%26s%s\n", kind->name, severity_name(kind->severity),
			     kind->title, "", kind->why);
	}
	if (fflush(stdout) == 0 && !ferror(stdout))
		return FRAME_DONE;
	(void)err_sys(e, "cannot write the list");
	return FRAME_FAILED;
}

/* ---- options ---- */

static enum frame_next take_format(struct checking *c, const char *word, struct err *e)
{
	for (size_t i = 0; i < LEN(formats); i++)
		if (strcmp(word, formats[i]) == 0) {
			c->format = (enum format)i;
			return FRAME_ON;
		}
	(void)err_set(e, "--format %s: it is text, json or sarif", word);
	return FRAME_FAILED;
}

static enum frame_next ignore_one(struct checking *c, struct sv name, struct err *e)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	for (enum finding_id id = 0; id < FINDING_IDS; id++) {
		if (sv_eq(name, sv_cstr(finding_kind(id)->name))) {
			c->ignored[id] = true;
			return FRAME_ON;
		}
		near_consider(&best, name, sv_cstr(finding_kind(id)->name));
	}
	(void)err_set(e, "--ignore %.*s: there is no such check%s", SV_FMT(name),
		      near_hint(&best, ", --list lists them", hint));
	return FRAME_FAILED;
}

static enum frame_next take_ignored(struct checking *c, const char *names, struct err *e)
{
	struct sv rest = sv_cstr(names), name;

	while (rest.n) {
		(void)sv_cut(rest, ',', &name, &rest);
		if (name.n && ignore_one(c, name, e) != FRAME_ON)
			return FRAME_FAILED;
	}
	return FRAME_ON;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct checking *c = arg;

	switch (hit->id) {
	case 's':
		c->is_strict = true;
		break;
	case 'q':
		c->is_quiet = true;
		break;
	case 'a':
		c->any_host = true;
		break;
	case 'f':
		return take_format(c, hit->value, e);
	case 'i':
		return take_ignored(c, hit->value, e);
	case 'l':
		return list_checks(e);
	case 'h':
		return frame_help(&check_set, e);
	default:
		c->paths[c->path_count++] = hit->name;
	}
	return FRAME_ON;
}

/* ---- the verb ---- */

/*
 * The kernel's rules as a file: line N is its N-th rule, and its settings stand behind them. What
 * only a file can be asked is left out.
 */
static int put_kernel(struct checking *c, struct buf *out)
{
	static struct rules_kernel kernel; /* large */
	const struct rule_style style = {.machine = machine_native()};
	struct audit_status status;
	struct rule_source source;
	struct err e;
	int done;

	if (rules_kernel_open(&kernel) != 0)
		return -1;
	done = audit_get_status(&kernel.control, &status, &e);
	rules_kernel_close(&kernel);
	if (done != 0) {
		say("%s", e.text);
		return -1;
	}
	if (rules_read(&source, RULE_SOURCE_KERNEL, false) != 0)
		return -1;
	for (size_t i = 0; i < source.count; i++) {
		rule_print(source.rules[i].rule, &style, out);
		buf_putc(out, '\n');
	}
	buf_printf(out, "-b %u\n-f %u\n-e %u\n", status.backlog_limit, status.failure,
		   status.enabled);
	rule_source_release(&source);
	c->ignored[FINDING_NOT_CLEARED] = true;
	return 0;
}

/* The text of what is no file; -1 after saying why there is none. */
static int put_text(struct checking *c, const char *word, struct buf *out)
{
	struct err e;

	if (strcmp(word, RULE_SOURCE_KERNEL) == 0)
		return put_kernel(c, out);
	if (file_read_fd(STDIN_FILENO, "standard input", out, &e) == 0)
		return 0;
	say("%s", e.text);
	return -1;
}

static int check_one(struct checking *c, const char *path)
{
	const struct check_host host = c->any_host ? check_host_any() : check_host_here();
	bool is_stdin = strcmp(path, RULE_SOURCE_STDIN) == 0;
	bool is_text = is_stdin || strcmp(path, RULE_SOURCE_KERNEL) == 0;
	CLEANUP(buf_release) struct buf text = BUF_INIT(RULES_FILE_MAX);
	struct findings found;
	struct rule_set set;
	struct err e;
	int status;

	if (is_text && put_text(c, path, &text) != 0)
		return -1;
	findings_init(&found);
	status = is_text ? check_rules_text(&set, is_stdin ? "stdin" : RULE_SOURCE_KERNEL,
					    buf_view(&text), &host, &found, &e)
			 : check_rules(&set, path, &host, &found, &e);
	if (status != 0) {
		say("%s", e.text);
		findings_release(&found);
		return -1;
	}
	findings_sort(&found);
	for (size_t i = 0; i < found.count; i++)
		if (is_shown(c, &found.list[i]))
			put_finding(c, &found.list[i]);
	for (size_t i = 0; i < set.count; i++)
		c->rules += set.entries[i]->command.kind == COMMAND_RULE;
	c->files += set.file_count;
	findings_release(&found);
	rule_set_release(&set);
	return 0;
}

static int check_all(struct checking *c)
{
	const char *fallback = rules_default_path();
	bool failed = false;

	put_start(c);
	for (size_t i = 0; i < c->path_count; i++)
		failed |= check_one(c, c->paths[i]) != 0;
	if (c->path_count == 0)
		failed = check_one(c, fallback) != 0;
	put_end(c);
	if (c->out.failed) {
		say("no memory for the findings");
		return EXIT_TROUBLE;
	}
	if (fwrite(c->out.p, 1, c->out.n, stdout) != c->out.n || fflush(stdout) != 0) {
		say("cannot write the findings");
		return EXIT_TROUBLE;
	}
	if (failed)
		return EXIT_TROUBLE;
	return c->of[SEVERITY_ERROR] || (c->is_strict && c->of[SEVERITY_WARNING]) ? EXIT_NOT_DONE
										  : EXIT_DONE;
}

int rules_check_main(int argc, char **argv)
{
	struct checking c = {.out = BUF_INIT(OUT_MAX),
			     .paths = calloc((size_t)argc, sizeof(const char *))};
	int code;

	if (!c.paths) {
		say("no memory");
		return EXIT_TROUBLE;
	}
	code = verb_options(&check_set, argc, argv, take_option, &c);
	if (code < 0)
		code = check_all(&c);
	free(c.paths);
	buf_release(&c.out);
	return code;
}

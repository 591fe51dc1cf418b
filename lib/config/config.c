/*
 * The reader for `key = value` files: splits lines, finds rows, hands values to the row's
 * parser and collects what is wrong. It knows no key and no file of its own.
 */
#include "config/config.h"

#include "base/file.h"
#include "base/near.h"
#include "base/num.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#define SHOWN_MAX 64 /* bytes of a key or value that a sentence repeats */

static void add_problem(struct config_problems *p, unsigned line, bool is_error, const char *fmt,
			va_list args) __attribute__((format(printf, 4, 0)));

static void add_problem(struct config_problems *p, unsigned line, bool is_error, const char *fmt,
			va_list args)
{
	struct config_problem *slot;

	p->errors += is_error;
	if (p->count == CONFIG_PROBLEMS_MAX) {
		p->dropped++;
		return;
	}
	slot = &p->list[p->count++];
	slot->line = line;
	slot->is_error = is_error;
	(void)vsnprintf(slot->text, sizeof(slot->text), fmt, args);
	for (char *c = slot->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?'; /* the file's bytes must not steer a terminal */
}

void config_error(struct config_problems *p, unsigned line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_problem(p, line, true, fmt, args);
	va_end(args);
}

void config_warning(struct config_problems *p, unsigned line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_problem(p, line, false, fmt, args);
	va_end(args);
}

static struct sv shown(struct sv v)
{
	return sv_head(v, SHOWN_MAX);
}

void config_put_allowed(const struct config_row *row, struct buf *out)
{
	if (row->allowed) {
		buf_puts(out, row->allowed);
	} else if (row->words) {
		for (const struct config_word *w = row->words; w->word; w++) {
			if (w != row->words)
				buf_puts(out, ", ");
			buf_puts(out, w->word);
		}
	} else if (row->parse == config_parse_bool) {
		buf_puts(out, "yes, no");
	} else if (row->parse == config_parse_number) {
		buf_printf(out, "%" PRIu64 "..%" PRIu64, row->min, row->max);
	} else if (row->parse == config_parse_path) {
		buf_puts(out, "an absolute path");
	} else {
		buf_puts(out, "one word");
	}
}

int config_refuse(const struct config_value *v)
{
	CLEANUP(buf_release) struct buf allowed = BUF_INIT(1024);
	struct sv first, second, rest = v->text;

	config_put_allowed(v->row, &allowed);
	if (sv_word(&rest, &first) && sv_word(&rest, &second))
		config_error(v->problems, v->line,
			     "%s takes one word, not \"%.*s\" (a comment needs a line of its own)",
			     v->row->key, SV_FMT(shown(v->text)));
	else
		config_error(v->problems, v->line, "\"%.*s\" is not allowed for %s (allowed: %s)",
			     SV_FMT(shown(v->text)), v->row->key, buf_cstr(&allowed));
	return -1;
}

const char *config_keep(const struct config_value *v, struct sv text)
{
	char *copy = arena_alloc(v->memory, text.n + 1);

	if (!copy) {
		config_error(v->problems, v->line, "no memory for the value of %s", v->row->key);
		return NULL;
	}
	if (text.n)
		memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return copy;
}

static bool is_one_word(struct sv v)
{
	return sv_index(v, ' ') == v.n && sv_index(v, '\t') == v.n;
}

static const struct config_word *find_word(const struct config_word *words, struct sv text)
{
	for (; words->word; words++)
		if (sv_eq_nocase(sv_cstr(words->word), text))
			return words;
	return NULL;
}

int config_parse_bool(const struct config_value *v)
{
	bool yes = sv_eq_nocase(v->text, SV("yes"));

	if (!yes && !sv_eq_nocase(v->text, SV("no")))
		return config_refuse(v);
	*(bool *)v->field = yes;
	return 0;
}

int config_parse_number(const struct config_value *v)
{
	uint64_t number;

	if (!num_range(v->text, v->row->min, v->row->max, &number))
		return config_refuse(v);
	*(uint64_t *)v->field = number;
	return 0;
}

int config_parse_choice(const struct config_value *v)
{
	const struct config_word *w = find_word(v->row->words, v->text);

	if (!w)
		return config_refuse(v);
	*(unsigned *)v->field = w->value;
	return 0;
}

static int keep(const struct config_value *v)
{
	const char *copy = config_keep(v, v->text);

	if (!copy)
		return -1;
	*(const char **)v->field = copy;
	return 0;
}

int config_parse_word(const struct config_value *v)
{
	return is_one_word(v->text) ? keep(v) : config_refuse(v);
}

int config_parse_path(const struct config_value *v)
{
	if (!is_one_word(v->text) || v->text.p[0] != '/')
		return config_refuse(v);
	return keep(v);
}

int config_parse_text(const struct config_value *v)
{
	return keep(v);
}

int config_parse_nothing(const struct config_value *v)
{
	(void)v;
	return 0;
}

size_t config_find(const struct config_set *set, struct sv key)
{
	size_t i = 0;

	while (i < set->count && !sv_eq_nocase(sv_cstr(set->rows[i].key), key))
		i++;
	return i;
}

/* One line's way through the reader. */
struct pass {
	const struct config_set *set;
	void *target;
	struct arena *memory;
	unsigned *lines;
	struct config_problems *problems;
	unsigned line;
};

static void unknown_key(const struct pass *pass, struct sv key)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	for (const struct config_hint *h = pass->set->hints; h && h->key; h++) {
		if (sv_eq_nocase(sv_cstr(h->key), key)) {
			config_error(pass->problems, pass->line, "unknown key \"%s\": %s", h->key,
				     h->sentence);
			return;
		}
	}
	/* A suggestion that nobody will read is not worth its search: the file may be junk. */
	for (size_t i = 0; i < pass->set->count && pass->problems->count < CONFIG_PROBLEMS_MAX; i++)
		near_consider(&best, key, sv_cstr(pass->set->rows[i].key));
	config_error(pass->problems, pass->line, "unknown key \"%.*s\"%s", SV_FMT(shown(key)),
		     near_hint(&best, "", hint));
}

static bool has_control_byte(struct sv v)
{
	for (size_t i = 0; i < v.n; i++)
		if (((unsigned char)v.p[i] < ' ' && v.p[i] != '\t') || v.p[i] == 0x7f)
			return true;
	return false;
}

static void set_row(const struct pass *pass, size_t index, struct sv text)
{
	const struct config_row *row = &pass->set->rows[index];
	struct config_value v = {.row = row,
				 .text = text,
				 .line = pass->line,
				 .field = (char *)pass->target + row->offset,
				 .target = pass->target,
				 .memory = pass->memory,
				 .problems = pass->problems};

	if (row->flags & CONFIG_DEPRECATED)
		config_warning(pass->problems, pass->line, "%s is deprecated: %s", row->key,
			       row->parse == config_parse_nothing ? "it is ignored"
								  : "see the manual");
	if (row->parse(&v) == 0 && pass->lines) {
		if (pass->lines[index])
			config_warning(pass->problems, pass->line,
				       "%s was set on line %u already: this line counts", row->key,
				       pass->lines[index]);
		pass->lines[index] = pass->line;
	}
}

static void parse_line(const struct pass *pass, struct sv line)
{
	struct sv text = sv_trim(line), key, value;
	size_t index;

	if (text.n == 0 || text.p[0] == '#')
		return;
	if (pass->set->line_max && line.n > pass->set->line_max) {
		config_warning(pass->problems, pass->line,
			       "the line is longer than %zu bytes and is skipped",
			       pass->set->line_max);
		return;
	}
	if (has_control_byte(text)) {
		config_error(pass->problems, pass->line, "the line holds a control byte");
		return;
	}
	if (!sv_cut(text, '=', &key, &value)) {
		(void)sv_word(&text, &key);
		config_error(pass->problems, pass->line, "missing \"=\" after \"%.*s\"",
			     SV_FMT(shown(key)));
		return;
	}
	key = sv_trim(key);
	value = sv_trim(value);
	if (key.n == 0 || !is_one_word(key)) {
		config_error(pass->problems, pass->line, "expected one key before \"=\"");
		return;
	}
	index = config_find(pass->set, key);
	if (index == pass->set->count)
		unknown_key(pass, key);
	else if (value.n == 0)
		config_error(pass->problems, pass->line, "%s has no value after \"=\"",
			     pass->set->rows[index].key);
	else
		set_row(pass, index, value);
}

int config_parse(const struct config_set *set, struct sv text, void *target, struct arena *memory,
		 unsigned *lines, struct config_problems *problems)
{
	struct pass pass = {set, target, memory, lines, problems, 0};
	size_t errors = problems->errors;
	struct sv line;

	if (lines)
		memset(lines, 0, set->count * sizeof(*lines));
	while (sv_line(&text, &line)) {
		pass.line++;
		parse_line(&pass, line);
	}
	return problems->errors == errors ? 0 : -1;
}

void config_defaults(const struct config_set *set, void *target, struct arena *memory)
{
	struct config_problems problems;

	problems.count = problems.errors = problems.dropped = 0;
	for (size_t i = 0; i < set->count; i++) {
		const struct config_row *row = &set->rows[i];
		struct config_value v = {.row = row,
					 .text = sv_cstr(row->fallback),
					 .field = (char *)target + row->offset,
					 .target = target,
					 .memory = memory,
					 .problems = &problems};

		if (row->fallback)
			(void)row->parse(&v);
	}
	assert(problems.errors == 0);
}

void config_put_problem(const struct config_problem *p, const char *file, struct buf *out)
{
	buf_puts(out, file);
	if (p->line)
		buf_printf(out, ":%u", p->line);
	buf_printf(out, ": %s%s", p->is_error ? "" : "warning: ", p->text);
}

void config_put_manual(const struct config_set *set, struct buf *out)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct config_row *row = &set->rows[i];

		buf_printf(out, ".TP\n.B %s\n%s\n", row->key, row->doc);
		if (row->flags & CONFIG_STARTUP)
			buf_puts(out, "Read at start only.\n");
		if (row->parse == config_parse_nothing)
			continue;
		buf_puts(out, "Allowed: ");
		config_put_allowed(row, out);
		if (row->fallback)
			buf_printf(out, ". Default: %s", row->fallback);
		buf_puts(out, ".\n");
	}
}

/* Whether an open file is one that nobody but owner can change; else tells why not. */
static bool is_trusted(int fd, const char *path, uid_t owner, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		(void)err_sys(e, "cannot examine %s", path);
	else if (!S_ISREG(st.st_mode))
		(void)err_set(e, "%s is not a regular file", path);
	else if (st.st_uid != owner)
		(void)err_set(e, "%s belongs to user %u: it must belong to user %u", path,
			      st.st_uid, owner);
	else if (st.st_mode & S_IWOTH)
		(void)err_set(e, "%s is writable by everyone: chmod o-w %s", path, path);
	else
		return true;
	return false;
}

enum config_file_status config_read_file(const char *path, bool follow_links, uid_t owner,
					 struct buf *out, struct err *e)
{
	/* Not blocking: a FIFO must be refused, not waited for. */
	CLEAN_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
					     (follow_links ? 0 : O_NOFOLLOW));

	if (fd < 0 && errno == ELOOP && !follow_links) {
		(void)err_set(e, "%s is a symbolic link", path);
		return CONFIG_FILE_REFUSED;
	}
	if (fd < 0) {
		bool is_absent = errno == ENOENT;

		(void)err_sys(e, "cannot open %s", path);
		return is_absent ? CONFIG_FILE_ABSENT : CONFIG_FILE_REFUSED;
	}
	if (is_trusted(fd, path, owner, e) && file_read_fd(fd, path, out, e) == 0)
		return CONFIG_FILE_READ;
	return CONFIG_FILE_REFUSED;
}

/*
 * Values for every key of auditd.conf, out of the rows that the daemon reads the file with: good ones,
 * which are all words and the ends of all ranges, and bad ones, which are next to them.
 *
 *	conf-values check FOLDER	each good one alone is taken, each bad one alone is refused on its line
 *	conf-values rounds FOLDER	FOLDER/good-N.conf, in which together every good one stands, and
 *					FOLDER/bad-N.conf, of whose lines marked by a comment each is wrong
 *
 * FOLDER/log has the log. The last line printed is "K keys, G good, B bad".
 */
#include "base/buf.h"
#include "base/file.h"
#include "config/auditd_conf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define VALUES_MAX 24
#define VALUE_MAX  160
#define KEYS_MAX   128
#define ROUNDS_MAX 64
#define TEXT_MAX   ((size_t)64 << 10)
#define BAD_LINES  40 /* in a file: the daemon keeps 64 problems */

struct values {
	char good[VALUES_MAX][VALUE_MAX], bad[VALUES_MAX][VALUE_MAX];
	size_t goods, bads;
};

struct work {
	const char *folder;
	size_t goods, bads, failed;
	bool placed[KEYS_MAX][VALUES_MAX];
};

/* ---- values of a row ---- */

/* '@' stands for the folder. */
static void add(const struct work *w, char list[VALUES_MAX][VALUE_MAX], size_t *n, const char *text)
{
	CLEANUP(buf_release) struct buf value = BUF_INIT(4096);

	for (const char *c = text; *c; c++) {
		if (*c == '@' && c[1] == '/')
			buf_puts(&value, w->folder);
		else
			buf_putc(&value, *c);
	}
	if (*n == VALUES_MAX || value.n >= VALUE_MAX) {
		(void)fprintf(stderr, "too many or too long values: %s\n", text);
		exit(2);
	}
	memcpy(list[(*n)++], buf_cstr(&value), value.n + 1);
}

static void good(const struct work *w, struct values *v, const char *text)
{
	add(w, v->good, &v->goods, text);
}

static void bad(const struct work *w, struct values *v, const char *text)
{
	add(w, v->bad, &v->bads, text);
}

static void number(const struct work *w, struct values *v, bool is_good, uint64_t n)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRIu64, n);
	(is_good ? good : bad)(w, v, text);
}

/* What no table says: keys whose values have a form of their own. */
static const struct {
	const char *key, *good, *bad; /* with '|' between them */
} special[] = {
	{"log_file", "@/log/audit.log|@/log/other.log",
	 "relative.log|/audit.log|@/log/|@/log|@/nowhere/audit.log"},
	{"log_group", "root|0|bin", "no such group|nosuchgroup|4294967296"},
	{"name", "host1|host.example.com", "two words"},
	{"action_mail_acct", "root|a.b-c_d+e@example.com", "two words|a@b|a!b|x"},
	{"space_left", "1|4294967295|1%|99%", "-1|4294967296|0%|100%|5 %|1x|1%%"},
	{"admin_space_left", "0|1|4294967294|1%|99%", "-1|4294967296|0%|100%|5 %|1x"},
	{"report_interval", "0|1|3456000|90m|5h|40d|1M", "-1|3456001|2M|41d|1x|m|1 m"},
	{"tcp_client_ports", "0|1024|1024-65535|60-60", "65536|5-4|-5|5-|a-b|1-65536|1 - 2"},
	{"tls_auth", "psk|PSK", "certificate|psk psk"},
	{"tls_psk_identity", "a|a name of words", "\xc3\xa9|a\x7f"},
};

static void put_special(const struct work *w, struct values *v, const char *list, bool is_good)
{
	struct sv rest = sv_cstr(list), one;
	char text[VALUE_MAX];

	while (rest.n) {
		(void)sv_cut(rest, '|', &one, &rest);
		if (sv_to_cstr(one, text, sizeof(text)))
			(is_good ? good : bad)(w, v, text);
	}
}

static void put_words(const struct work *w, struct values *v, const struct config_row *row,
		      bool is_action)
{
	for (const struct config_word *word = row->words; word->word; word++) {
		if (is_action && strcmp(word->word, "exec") == 0) {
			good(w, v, "exec /usr/bin/true");
			continue;
		}
		good(w, v, word->word);
	}
}

/* Actions that other keys take and this one does not. */
static void put_other_actions(const struct work *w, struct values *v, const struct config_row *row)
{
	static const char *const all[] = {"ignore", "syslog",  "rotate", "keep_logs",
					  "email",  "suspend", "single", "halt"};

	for (size_t i = 0; i < LEN(all); i++) {
		const struct config_word *word = row->words;

		while (word->word && strcmp(word->word, all[i]) != 0)
			word++;
		if (!word->word)
			bad(w, v, all[i]);
	}
}

static void put_number(const struct work *w, struct values *v, const struct config_row *row)
{
	number(w, v, true, row->min);
	number(w, v, true, row->min + 1);
	number(w, v, true, row->max);
	number(w, v, false, row->max + 1);
	if (row->min)
		number(w, v, false, row->min - 1);
	put_special(w, v, "-1|1x|0x10|1 2|1.5|18446744073709551617|many", false);
}

static void values_of(const struct work *w, const struct config_row *row, struct values *v)
{
	*v = (struct values){.goods = 0};
	for (size_t i = 0; i < LEN(special); i++)
		if (strcmp(special[i].key, row->key) == 0) {
			put_special(w, v, special[i].good, true);
			put_special(w, v, special[i].bad, false);
			return;
		}
	if (row->parse == config_parse_nothing) {
		put_special(w, v, "anything|at all|1", true);
	} else if (row->parse == config_parse_bool) {
		put_special(w, v, "yes|no|YES|No", true);
		put_special(w, v, "maybe|true|1|yes no", false);
	} else if (row->parse == config_parse_number) {
		put_number(w, v, row);
	} else if (row->parse == config_parse_path) {
		put_special(w, v, "/some/path", true);
		put_special(w, v, "relative|/two words", false);
	} else if (row->parse == config_parse_word) {
		put_special(w, v, "word", true);
		put_special(w, v, "two words", false);
	} else if (row->words) {
		bool is_action = row->parse != config_parse_choice;

		put_words(w, v, row, is_action);
		put_special(w, v, "nosuchword|syslogs|ignore it|1", false);
		if (is_action) {
			put_other_actions(w, v, row);
			put_special(w, v, "exec|exec true|exec /usr/bin/true x|exec /nonexistent",
				    false);
		}
	} else {
		(void)fprintf(stderr, "no values are known for %s\n", row->key);
		exit(2);
	}
}

/* ---- files ---- */

/*
 * Keys that a value needs beside it. Nothing is ever to be mailed, run or stopped by what is in
 * these files, and nothing suspended: the others say what actions do.
 */
static const struct {
	const char *key, *needs, *value;
} companions[] = {
	{"name_format", "name", "host1"},
	{"flush", "freq", "1"},
	{"freq", "flush", "none"},
	{"space_left", "admin_space_left", "0"},
	{"space_left", "space_left_action", "ignore"},
	{"space_left", "admin_space_left_action", "ignore"},
	{"admin_space_left", "space_left", "4294967295"},
	{"admin_space_left", "space_left_action", "ignore"},
	{"admin_space_left", "admin_space_left_action", "ignore"},
	{"space_left_action", "space_left", "1"},
	{"admin_space_left_action", "space_left", "1"},
	{"disk_full_action", "space_left", "1"},
	{"max_log_file", "max_log_file_action", "ignore"},
	{"max_log_file_action", "max_log_file", "8"},
	{"log_file", "write_logs", "yes"},
	{"log_format", "write_logs", "yes"},
};

static const char *const standing[] = {
	"log_file = %s/log/audit.log", "space_left = 1",
	"admin_space_left = 0",        "plugin_dir = %s/plugins.d",
	"run_dir = %s/run/audit",      "state_dir = %s/run",
	"mail_program = /some/path",   "init_program = /some/path",
};

/* The value of each key, or NULL. */
struct file {
	const char *value[KEYS_MAX];
};

static unsigned put_standing(const struct work *w, struct buf *out)
{
	for (size_t i = 0; i < LEN(standing); i++) {
		const char *at = strstr(standing[i], "%s");

		if (at)
			buf_printf(out, "%.*s%s%s\n", (int)(at - standing[i]), standing[i],
				   w->folder, at + 2);
		else
			buf_printf(out, "%s\n", standing[i]);
	}
	return LEN(standing);
}

static void put_file(const struct work *w, const struct file *f, struct buf *out)
{
	buf_reset(out);
	(void)put_standing(w, out);
	for (size_t i = 0; i < auditd_conf_set.count; i++)
		if (f->value[i])
			buf_printf(out, "%s = %s\n", auditd_conf_set.rows[i].key, f->value[i]);
}

/* Puts a value and what it needs; false when something else stands there already. */
static bool place(struct file *f, size_t key, const char *value)
{
	struct file next = *f;

	if (next.value[key] && strcmp(next.value[key], value) != 0)
		return false;
	next.value[key] = value;
	for (size_t i = 0; i < LEN(companions); i++) {
		size_t other = config_find(&auditd_conf_set, sv_cstr(companions[i].needs));

		if (strcmp(companions[i].key, auditd_conf_set.rows[key].key) != 0)
			continue;
		if (next.value[other] && strcmp(next.value[other], companions[i].value) != 0)
			return false;
		next.value[other] = companions[i].value;
	}
	*f = next;
	return true;
}

static void read_text(struct sv text, struct config_problems *problems, bool with_host)
{
	struct auditd_conf conf;

	memset(problems, 0, sizeof(*problems));
	auditd_conf_init(&conf);
	(void)!auditd_conf_parse(&conf, text, problems);
	if (with_host)
		(void)!auditd_conf_check_host(&conf, problems);
	auditd_conf_release(&conf);
}

/* ---- each alone ---- */

static void fail(struct work *w, const char *key, const char *value, const char *what)
{
	(void)printf("%s = %s: %s\n", key, value, what);
	w->failed++;
}

static void check_good(struct work *w, size_t key, const char *value)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	struct config_problems problems;
	struct file f = {{NULL}};

	(void)place(&f, key, value);
	put_file(w, &f, &text);
	read_text(buf_view(&text), &problems, true);
	for (size_t i = 0; i < problems.count; i++)
		if (problems.list[i].is_error)
			fail(w, auditd_conf_set.rows[key].key, value, problems.list[i].text);
	w->goods++;
}

static void check_bad(struct work *w, size_t key, const char *value)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	const char *name = auditd_conf_set.rows[key].key;
	struct config_problems problems;
	unsigned line = put_standing(w, &text) + 1;
	size_t found = 0;

	buf_printf(&text, "%s = %s\n", name, value);
	read_text(buf_view(&text), &problems, true);
	for (size_t i = 0; i < problems.count; i++)
		if (problems.list[i].is_error && problems.list[i].line == line)
			found++;
		else if (problems.list[i].is_error)
			fail(w, name, value, problems.list[i].text);
	if (found != 1)
		fail(w, name, value, found ? "refused more than once" : "taken");
	w->bads++;
}

static void check(struct work *w)
{
	for (size_t key = 0; key < auditd_conf_set.count; key++) {
		struct values v;

		values_of(w, &auditd_conf_set.rows[key], &v);
		for (size_t i = 0; i < v.goods; i++)
			check_good(w, key, v.good[i]);
		for (size_t i = 0; i < v.bads; i++)
			check_bad(w, key, v.bad[i]);
		if (auditd_conf_set.rows[key].parse != config_parse_nothing)
			check_bad(w, key, "");
	}
}

/* ---- many together ---- */

static void write_file(const struct work *w, const char *kind, unsigned n, const struct buf *text)
{
	CLEANUP(buf_release) struct buf path = BUF_INIT(4096);
	struct err e;

	buf_printf(&path, "%s/%s-%u.conf", w->folder, kind, n);
	if (file_replace(buf_cstr(&path), buf_view(text), 0640, &e) != 0) {
		(void)fprintf(stderr, "%s\n", e.text);
		exit(2);
	}
}

/* A file with as many of the values that no file has yet as go together; false when none is left. */
static bool fill(struct work *w, struct values *all, unsigned n)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	struct config_problems problems;
	struct file f = {{NULL}};
	size_t before = w->goods;

	for (size_t key = 0; key < auditd_conf_set.count; key++)
		for (size_t i = 0; i < all[key].goods; i++) {
			struct file was = f;

			if (w->placed[key][i] || !place(&f, key, all[key].good[i]))
				continue;
			put_file(w, &f, &text);
			read_text(buf_view(&text), &problems, true);
			if (problems.errors) {
				f = was;
				continue;
			}
			w->placed[key][i] = true;
			w->goods++;
		}
	if (w->goods == before)
		return false;
	put_file(w, &f, &text);
	write_file(w, "good", n, &text);
	return true;
}

/* Lines that are wrong by themselves, each told on its own. */
static void write_bad(struct work *w, struct values *all)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	struct config_problems problems;
	unsigned n = 0, lines = 0;

	for (size_t key = 0; key < auditd_conf_set.count; key++)
		for (size_t i = 0; i < all[key].bads; i++) {
			char line[VALUE_MAX + 64];

			(void)snprintf(line, sizeof(line), "%s = %s\n",
				       auditd_conf_set.rows[key].key, all[key].bad[i]);
			read_text(sv_cstr(line), &problems, false);
			if (problems.errors == 0 || problems.list[0].line != 1)
				continue; /* only the host tells that it is wrong */
			if (lines++ == 0)
				(void)put_standing(w, &text);
			buf_printf(&text, "# wrong\n%s", line);
			w->bads++;
			if (lines == BAD_LINES) {
				write_file(w, "bad", ++n, &text);
				buf_reset(&text);
				lines = 0;
			}
		}
	if (lines)
		write_file(w, "bad", ++n, &text);
}

static void rounds(struct work *w)
{
	static struct values all[KEYS_MAX];
	unsigned n = 1;

	for (size_t key = 0; key < auditd_conf_set.count; key++)
		values_of(w, &auditd_conf_set.rows[key], &all[key]);
	while (n < ROUNDS_MAX && fill(w, all, n))
		n++;
	for (size_t key = 0; key < auditd_conf_set.count; key++)
		for (size_t i = 0; i < all[key].goods; i++)
			if (!w->placed[key][i])
				fail(w, auditd_conf_set.rows[key].key, all[key].good[i],
				     "stands in no file");
	write_bad(w, all);
}

int main(int argc, char **argv)
{
	static struct work w;

	if (argc != 3 || auditd_conf_set.count > KEYS_MAX)
		return 2;
	w.folder = argv[2];
	(strcmp(argv[1], "rounds") == 0 ? rounds : check)(&w);
	(void)printf("%zu keys, %zu good, %zu bad\n", auditd_conf_set.count, w.goods, w.bads);
	return w.failed != 0;
}

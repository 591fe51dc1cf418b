/*
 * Understands the value of each option and writes it into the request.
 */
#include "ausearch/take.h"

#include "base/near.h"
#include "base/num.h"
#include "table/table.h"

#include <limits.h>

#define INPUT_PATH_MAX 4064

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- numbers, users, groups ---- */

int take_serial(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item;
	if (!num_u64(sv_cstr(value), &r->query.serial))
		return err_set(e, "an event's serial is a number, not \"%s\"", value);
	r->query.has_serial = true;
	return 0;
}

int take_number(struct request *r, enum query_item item, const char *value, struct err *e)
{
	uint32_t number;

	if (!num_u32(sv_cstr(value), &number))
		return err_set(e, "a process is given by its number, not \"%s\"", value);
	query_want_number(&r->query, item, number);
	return 0;
}

/* "1000", or "-1" for 4294967295. */
static bool id_number(const char *value, uint32_t *out)
{
	int64_t number;

	if (!num_i64(sv_cstr(value), &number) || number < INT32_MIN || number > UINT32_MAX)
		return false;
	*out = (uint32_t)number;
	return true;
}

static bool looks_like_number(const char *value)
{
	return is_digit(value[0]) || (value[0] == '-' && is_digit(value[1]));
}

int take_session(struct request *r, enum query_item item, const char *value, struct err *e)
{
	uint32_t id;

	if (!id_number(value, &id))
		return err_set(e, "a session is given by its number, not \"%s\"", value);
	query_want_number(&r->query, item, id);
	return 0;
}

int take_user(struct request *r, enum query_item item, const char *value, struct err *e)
{
	bool by_number = looks_like_number(value);
	uint32_t id;

	if (by_number ? !id_number(value, &id) : !names_find_user(r->names, sv_cstr(value), &id))
		return err_set(e,
			       by_number ? "\"%s\" is no user's number"
					 : "there is no user \"%s\" on this machine",
			       value);
	query_want_user(&r->query, item, id, by_number ? SV_EMPTY : sv_cstr(value));
	return 0;
}

int take_any_user(struct request *r, enum query_item item, const char *value, struct err *e)
{
	r->query.any_user = true;
	if (take_user(r, item, value, e) != 0)
		return -1;
	(void)take_user(r, QUERY_EUID, value, NULL);
	(void)take_user(r, QUERY_AUID, value, NULL);
	return 0;
}

int take_group(struct request *r, enum query_item item, const char *value, struct err *e)
{
	bool by_number = looks_like_number(value);
	uint32_t id;

	if (by_number ? !id_number(value, &id) : !names_find_group(r->names, sv_cstr(value), &id))
		return err_set(e,
			       by_number ? "\"%s\" is no group's number"
					 : "there is no group \"%s\" on this machine",
			       value);
	query_want_number(&r->query, item, id);
	return 0;
}

int take_any_group(struct request *r, enum query_item item, const char *value, struct err *e)
{
	r->query.any_group = true;
	if (take_group(r, item, value, e) != 0)
		return -1;
	return take_group(r, QUERY_EGID, value, e);
}

/* ---- system calls ---- */

int take_arch(struct request *r, enum query_item item, const char *value, struct err *e)
{
	struct sv name = sv_cstr(value);
	enum machine m = machine_native();

	if (r->has_arch && r->query.wanted & UINT32_C(1) << QUERY_SYSCALL)
		return err_set(e, "--arch has to stand before -sc, whose names it decides");
	if (r->has_arch)
		return err_set(e, "--arch can be given once");
	if (sv_eq(name, SV("b32")))
		m = machine_narrow(m);
	else if (!sv_eq(name, SV("b64")) && !machine_find(name, &m))
		m = MACHINE_UNKNOWN;
	if (m == MACHINE_UNKNOWN || (sv_eq(name, SV("b64")) && !machine_is_64bit(m)))
		return err_set(e,
			       "unknown machine \"%s\": b32, b64 or a name such as x86_64 or "
			       "aarch64",
			       value);
	r->has_arch = true;
	query_want_number(&r->query, item, m);
	return 0;
}

static int unknown_syscall(enum machine m, const char *value, struct err *e)
{
	const struct name_table *table = syscall_table(m);
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	if (table)
		table_each (table, i)
			near_consider(&best, sv_cstr(value), table_name(table, i));
	if (best.name.n)
		return err_set(e, "unknown system call \"%s\"%s", value,
			       near_hint(&best, "", hint));
	return err_set(e, "unknown system call \"%s\" on %s", value, machine_name(m));
}

int take_syscall(struct request *r, enum query_item item, const char *value, struct err *e)
{
	enum machine m;
	uint32_t number;

	if (is_digit(value[0])) {
		if (!num_u32(sv_cstr(value), &number))
			return err_set(e, "\"%s\" is no system call's number", value);
		query_want_number(&r->query, item, number);
		return 0;
	}
	m = r->has_arch ? (enum machine)r->query.number[QUERY_MACHINE] : machine_native();
	if (!syscall_find(m, sv_cstr(value), &number))
		return unknown_syscall(m, value, e);
	query_want_number(&r->query, item, number);
	query_want_number(&r->query, QUERY_MACHINE, m);
	r->has_arch = true;
	return 0;
}

/* Numbers as strtol(3) reads them with base 0; names give their number, "-NAME" its negative. */
int take_exit(struct request *r, enum query_item item, const char *value, struct err *e)
{
	bool negative = value[0] == '-';
	uint64_t code;
	int number;

	if (looks_like_number(value)) {
		if (!num_auto64(sv_cstr(value), &code))
			return err_set(e, "\"%s\" is no exit code", value);
	} else {
		if (!errno_find(sv_cstr(value + negative), &number))
			return err_set(e,
				       "unknown error \"%s\": a number, or a name such as "
				       "-EACCES",
				       value);
		code = (uint64_t)(int64_t)(negative ? -number : number);
	}
	query_want_number(&r->query, item, code);
	return 0;
}

int take_success(struct request *r, enum query_item item, const char *value, struct err *e)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return err_set(e, "success is yes or no, not \"%s\"", value);
	query_want_number(&r->query, item, yes);
	return 0;
}

/* ---- text ---- */

int take_text(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)e;
	query_want_text(&r->query, item, sv_cstr(value));
	return 0;
}

int take_file(struct request *r, enum query_item item, const char *value, struct err *e)
{
	if (strlen(value) >= PATH_MAX)
		return err_set(e, "the file name has more than %d bytes", PATH_MAX - 1);
	return take_text(r, item, value, e);
}

int take_context(struct request *r, enum query_item item, const char *value, struct err *e)
{
	r->query.any_context = true;
	(void)take_text(r, QUERY_OBJECT, value, e);
	return take_text(r, item, value, e);
}

int take_word(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item, (void)value, (void)e;
	r->query.whole_word = true;
	return 0;
}

int take_node(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item;
	if (!query_add_node(&r->query, sv_cstr(value)))
		return err_set(e, "more than %d nodes", QUERY_NODES_MAX);
	return 0;
}

/* ---- record types ---- */

static int unknown_type(struct sv name, struct err *e)
{
	struct near_best best = NEAR_INIT;
	char hint[NEAR_HINT_BYTES];

	for (uint32_t type = 0; type < QUERY_TYPE_MAX; type++) {
		const char *candidate = msgtype_name(type);

		if (candidate)
			near_consider(&best, name, sv_cstr(candidate));
	}
	return err_set(e, "unknown record type \"%.*s\"%s", SV_FMT(name),
		       near_hint(&best, ": -m alone lists them", hint));
}

/* Names are upper case, and may be typed otherwise. */
static bool find_type(struct sv name, uint32_t *type)
{
	for (*type = 0; *type < QUERY_TYPE_MAX; ++*type) {
		const char *candidate = msgtype_name(*type);

		if (candidate && sv_eq_nocase(sv_cstr(candidate), name))
			return true;
	}
	return false;
}

static int take_type(struct request *r, struct sv name, struct err *e)
{
	uint32_t type;

	if (is_digit(name.p[0])) {
		if (!num_u32(name, &type) || !query_add_type(&r->query, type))
			return err_set(e, "\"%.*s\" is no record type's number", SV_FMT(name));
		return 0;
	}
	if ((!find_type(name, &type) && !msgtype_unnamed(name, &type)) ||
	    !query_add_type(&r->query, type))
		return unknown_type(name, e);
	return 0;
}

int take_message(struct request *r, enum query_item item, const char *value, struct err *e)
{
	struct sv rest = sv_cstr(value), name;

	(void)item;
	if (!value) {
		r->action = REQUEST_LIST_TYPES;
		return 0;
	}
	if (sv_eq_nocase(rest, SV("ALL")))
		return 0;
	if (!rest.n)
		return unknown_type(rest, e);
	while (rest.n) {
		(void)sv_cut(rest, ',', &name, &rest);
		if (name.n && take_type(r, name, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- the window ---- */

/* The value is the word before r->words->at; there may be more. */
static int take_when(struct request *r, enum when_edge edge, int64_t *out, struct err *e)
{
	struct options *o = r->words;
	size_t used;

	if (when_parse_words(r->when, edge, &o->argv[o->at - 1], (size_t)(o->argc - o->at) + 1,
			     &used, out, e) != 0)
		return -1;
	o->at += (int)used - 1;
	return 0;
}

int take_start(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item;
	if (strcmp(value, "checkpoint") == 0) {
		r->from_checkpoint = true;
		return 0;
	}
	return take_when(r, WHEN_START, &r->query.start, e);
}

int take_end(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item, (void)value;
	return take_when(r, WHEN_END, &r->query.end, e);
}

/* ---- input and output ---- */

int take_input(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item;
	if (strlen(value) >= INPUT_PATH_MAX)
		return err_set(e, "the input's name has more than %d bytes", INPUT_PATH_MAX - 1);
	r->input = value;
	return 0;
}

int take_config_dir(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item, (void)e;
	r->config_dir = value;
	return 0;
}

int take_eoe_timeout(struct request *r, enum query_item item, const char *value, struct err *e)
{
	uint32_t seconds;

	(void)item;
	if (!num_u32(sv_cstr(value), &seconds) || seconds == 0)
		return err_set(e, "the end-of-event timeout is a number of seconds, not \"%s\"",
			       value);
	r->eoe_timeout_s = seconds;
	return 0;
}

int take_escape(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item;
	if (!escape_mode_find(sv_cstr(value), &r->escape))
		return err_set(e, "unknown escape mode \"%s\": raw, tty, shell or shell_quote",
			       value);
	return 0;
}

static int set_format(struct request *r, enum output_format format, struct err *e)
{
	if (r->format != OUTPUT_DEFAULT)
		return err_set(e, "there can be one output format only");
	r->format = format;
	return 0;
}

int take_format(struct request *r, enum query_item item, const char *value, struct err *e)
{
	static const struct {
		const char *name;
		enum output_format format;
	} formats[] = {
		{"raw", OUTPUT_RAW},   {"default", OUTPUT_DEFAULT}, {"csv", OUTPUT_CSV},
		{"text", OUTPUT_TEXT}, {"json", OUTPUT_JSON},       {"json-raw", OUTPUT_JSON_RAW},
	};
	struct sv name = sv_cstr(value);

	(void)item;
	for (size_t i = 0; i < LEN(formats); i++)
		if (sv_eq(name, sv_cstr(formats[i].name)))
			return set_format(r, formats[i].format, e);
	if (sv_starts(name, SV("interp")))
		return set_format(r, OUTPUT_INTERPRET, e);
	return err_set(
		e, "unknown format \"%s\": raw, default, interpret, csv, text, json or json-raw",
		value);
}

#define EXTRA(name, column)                                                                        \
	int take_extra_##name(struct request *r, enum query_item item, const char *value,          \
			      struct err *e)                                                       \
	{                                                                                          \
		(void)item, (void)value, (void)e;                                                  \
		r->columns |= (column);                                                            \
		return 0;                                                                          \
	}

EXTRA(keys, OUTPUT_EXTRA_KEYS)
EXTRA(labels, OUTPUT_EXTRA_LABELS)
EXTRA(obj2, OUTPUT_EXTRA_OBJ2)
EXTRA(time, OUTPUT_EXTRA_TIME)

int take_checkpoint(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item;
	if (strlen(value) >= PATH_MAX)
		return err_set(e, "the checkpoint's name has more than %d bytes", PATH_MAX - 1);
	r->checkpoint = value;
	return 0;
}

int take_raw(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item, (void)value;
	return set_format(r, OUTPUT_RAW, e);
}

int take_interpret(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item, (void)value;
	return set_format(r, OUTPUT_INTERPRET, e);
}

#define FLAG(name, member)                                                                         \
	int take_##name(struct request *r, enum query_item item, const char *value, struct err *e) \
	{                                                                                          \
		(void)item, (void)value, (void)e;                                                  \
		r->member = true;                                                                  \
		return 0;                                                                          \
	}

FLAG(input_logs, input_logs)
FLAG(just_one, just_one)
FLAG(line_buffered, line_buffered)
FLAG(debug, debug)
FLAG(explain, explain)
FLAG(no_index, no_index)
FLAG(verified, verified)

int take_seal_key(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item, (void)e;
	r->seal_key = value;
	return 0;
}

int take_help(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item, (void)value, (void)e;
	r->action = REQUEST_HELP;
	return 0;
}

int take_version(struct request *r, enum query_item item, const char *value, struct err *e)
{
	(void)item, (void)value, (void)e;
	r->action = REQUEST_VERSION;
	return 0;
}

/*
 * The canonical text of a rule. One function for each way in which a value is written, one
 * row for each kind of field; the rows' order is that of enum field_kind.
 */
#include "rule/print.h"

#include "rule/field.h"

struct printing {
	const struct rule *rule;
	const struct rule_style *style;
	enum machine machine; /* of the rule */
	bool has_arch;
	unsigned int calls; /* how many are selected, as far as that was counted */
	uint32_t call;      /* the last of them */
	uint32_t a[2];
};

bool rule_is_watch(const struct rule *r)
{
	if (r->list != AUDIT_FILTER_EXIT || r->action != AUDIT_ALWAYS || r->field_count < 2 ||
	    !rule_has_all_calls(r))
		return false;
	for (uint32_t i = 0; i < r->field_count; i++) {
		uint32_t field = r->fields[i].field;

		if (r->fields[i].op != AUDIT_EQUAL)
			return false;
		if (i == 0 ? field != AUDIT_WATCH && field != AUDIT_DIR
			   : field != (i == 1 ? AUDIT_PERM : AUDIT_FILTERKEY))
			return false;
	}
	return true;
}

static void put_text(struct sv text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == ' ' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\%03o", c);
		else
			buf_putc(out, (char)c);
	}
}

static const char *symbol(uint32_t op)
{
	const char *text = operator_symbol(op);

	return text ? text : "?";
}

static void put_name(const struct rule_field *f, struct buf *out)
{
	buf_printf(out, " -F %s%s", rulefield_name(f->field), symbol(f->op));
}

static void put_signed(const struct rule_field *f, struct buf *out)
{
	buf_printf(out, "%d", (int32_t)f->value);
}

/* One " -k KEY" for every key that the field holds. */
static void put_keys(const struct printing *p, const struct rule_field *f, const char *option,
		     const char *op, struct buf *out)
{
	struct sv rest = rule_text(p->rule, f), key;

	while (rest.n) {
		(void)sv_cut(rest, KEY_SEPARATOR, &key, &rest);
		if (key.n == 0)
			continue;
		buf_printf(out, "%s%s", option, op);
		put_text(key, out);
	}
}

static void put_perms(uint32_t value, struct buf *out)
{
	static const struct {
		uint32_t bit;
		char letter;
	} rows[] = {{AUDIT_PERM_READ, 'r'},
		    {AUDIT_PERM_WRITE, 'w'},
		    {AUDIT_PERM_EXEC, 'x'},
		    {AUDIT_PERM_ATTR, 'a'}};

	for (size_t i = 0; i < LEN(rows); i++)
		if (value & rows[i].bit)
			buf_putc(out, rows[i].letter);
}

static void print_plain(struct printing *p, const struct rule_field *f, struct buf *out)
{
	struct sv left, right;

	(void)p;
	if (f->field == AUDIT_FIELD_COMPARE && compare_names(f->value, &left, &right)) {
		buf_printf(out, " -C %.*s%s%.*s", SV_FMT(left), symbol(f->op), SV_FMT(right));
		return;
	}
	put_name(f, out);
	if (f->field == AUDIT_INODE)
		buf_put_u64(out, f->value);
	else
		put_signed(f, out);
}

static void print_id(struct printing *p, const struct rule_field *f, struct buf *out)
{
	put_name(f, out);
	if (f->value == UINT32_MAX && p->style->interpret &&
	    (f->field == AUDIT_LOGINUID || f->field == AUDIT_SESSIONID))
		buf_puts(out, "unset");
	else
		put_signed(f, out);
}

static void print_argument(struct printing *p, const struct rule_field *f, struct buf *out)
{
	unsigned int index = f->field - AUDIT_ARG0;
	size_t before;

	if (index < LEN(p->a))
		p->a[index] = f->value;
	put_name(f, out);
	before = out->n;
	if (p->style->interpret && p->style->argument && p->has_arch && p->calls == 1)
		p->style->argument(p->style->ctx, p->machine, p->call, index, p->a, f->value, out);
	if (out->n == before)
		buf_printf(out, "0x%X", f->value);
}

static void print_exit(struct printing *p, const struct rule_field *f, struct buf *out)
{
	int32_t value = (int32_t)f->value;
	const char *name = value < 0 && value > INT32_MIN ? errno_name(-value) : NULL;

	(void)p;
	put_name(f, out);
	if (name)
		buf_printf(out, "-%s", name);
	else
		put_signed(f, out);
}

/* The value by its name, NULL for a number without one. */
static void put_named(const struct rule_field *f, const char *name, struct buf *out)
{
	put_name(f, out);
	if (name)
		buf_puts(out, name);
	else
		put_signed(f, out);
}

static void print_msgtype(struct printing *p, const struct rule_field *f, struct buf *out)
{
	(void)p;
	put_named(f, msgtype_name(f->value), out);
}

static void print_machine(struct printing *p, const struct rule_field *f, struct buf *out)
{
	enum machine m = machine_of_arch(f->value);

	put_name(f, out);
	p->machine = m;
	p->has_arch = true;
	if (m == MACHINE_UNKNOWN)
		buf_printf(out, "0x%X", f->value);
	else if (p->style->interpret && !p->style->short_machine)
		buf_puts(out, machine_name(m));
	else
		buf_puts(out, machine_is_64bit(m) ? "b64" : "b32");
}

static void print_perm(struct printing *p, const struct rule_field *f, struct buf *out)
{
	(void)p;
	put_name(f, out);
	put_perms(f->value, out);
}

static void print_fstype(struct printing *p, const struct rule_field *f, struct buf *out)
{
	(void)p;
	put_named(f, name_of(&table_rule_fstypes, f->value), out);
}

static void print_text(struct printing *p, const struct rule_field *f, struct buf *out)
{
	put_name(f, out);
	put_text(rule_text(p->rule, f), out);
}

static void print_key(struct printing *p, const struct rule_field *f, struct buf *out)
{
	put_keys(p, f, " -F key", symbol(f->op), out);
}

typedef void (*print_fn)(struct printing *p, const struct rule_field *f, struct buf *out);

static const print_fn printers[] = {
	[FIELD_NUMBER] = print_plain,      [FIELD_UID] = print_id,
	[FIELD_GID] = print_plain,         [FIELD_SESSION] = print_id,
	[FIELD_ARGUMENT] = print_argument, [FIELD_EXIT] = print_exit,
	[FIELD_MSGTYPE] = print_msgtype,   [FIELD_MACHINE] = print_machine,
	[FIELD_PERM] = print_perm,         [FIELD_FILETYPE] = print_plain,
	[FIELD_FSTYPE] = print_fstype,     [FIELD_FAMILY] = print_plain,
	[FIELD_LABEL] = print_text,        [FIELD_FILE] = print_text,
	[FIELD_DIR] = print_text,          [FIELD_EXE] = print_text,
	[FIELD_KEY] = print_key,
};

static bool has_perms(const struct rule *r)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_PERM)
			return true;
	return false;
}

/* "-S all", or the names of the calls, or nothing when none is selected. */
static void print_calls(struct printing *p, struct buf *out)
{
	enum machine m = p->rule->list == AUDIT_FILTER_URING_EXIT ? MACHINE_URING : p->machine;

	if (!rule_list_has_calls(p->rule->list))
		return;
	if (rule_has_all_calls(p->rule)) {
		if (!p->style->is_brief || !has_perms(p->rule))
			buf_puts(out, " -S all");
		p->calls = UINT32_MAX;
		return;
	}
	for (uint32_t nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++) {
		const char *name;

		if (!rule_has_call(p->rule, nr))
			continue;
		name = syscall_name(m, nr);
		buf_puts(out, p->calls ? "," : " -S ");
		if (name)
			buf_puts(out, name);
		else
			buf_put_u64(out, nr);
		p->calls++;
		p->call = nr;
	}
}

static void print_watch(struct printing *p, struct buf *out)
{
	const struct rule *r = p->rule;

	buf_puts(out, "-w ");
	put_text(rule_text(r, &r->fields[0]), out);
	buf_puts(out, " -p ");
	put_perms(r->fields[1].value, out);
	for (uint32_t i = 2; i < r->field_count; i++)
		put_keys(p, &r->fields[i], " -k", " ", out);
}

static void print_head(struct printing *p, struct buf *out)
{
	const struct rule *r = p->rule;
	const char *action = name_of(&table_rule_actions, r->action), *list = list_name(r->list);

	buf_puts(out, "-a ");
	if (action)
		buf_puts(out, action);
	else
		buf_put_u64(out, r->action);
	buf_putc(out, ',');
	if (list)
		buf_puts(out, list);
	else
		buf_put_u64(out, r->list);
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == AUDIT_ARCH)
			print_machine(p, &r->fields[i], out);
	print_calls(p, out);
}

static void print_field(struct printing *p, const struct rule_field *f, struct buf *out)
{
	const struct field_rule *row = field_rule(f->field);

	if (row)
		printers[row->kind](p, f, out);
	else
		buf_printf(out, " f%u%s%d", f->field, symbol(f->op), (int32_t)f->value);
}

void rule_print(const struct rule *r, const struct rule_style *style, struct buf *out)
{
	struct printing p = {.rule = r, .style = style, .machine = style->machine};

	if (rule_is_watch(r)) {
		print_watch(&p, out);
		return;
	}
	print_head(&p, out);
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field != AUDIT_ARCH) /* it stands before the calls */
			print_field(&p, &r->fields[i], out);
}

void rule_print_condition(const struct rule *r, uint32_t i, const struct rule_style *style,
			  struct buf *out)
{
	struct printing p = {.rule = r, .style = style, .machine = style->machine};
	CLEANUP(buf_release) struct buf text = BUF_INIT(out->max);

	print_field(&p, &r->fields[i], &text);
	buf_put(out, sv_from(buf_view(&text), 1)); /* without the blank in front */
	out->failed |= text.failed;
}

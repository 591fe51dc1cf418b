/*
 * What a program says in a user message, and whom the log then says it was. The first two bytes
 * pick node, format and the length of the security label; the rest is the program's text, framed
 * as the kernel frames it. Whatever it is: one line, one record, the kernel's fields are the
 * kernel's, and the names are those of its numbers.
 */
#include "log/line.h"
#include "record/record.h"

#include <stdlib.h>

#define USER_AUTH 1100
#define TEXT_MAX  8560 /* of a user message, AUDIT_MESSAGE_TEXT_MAX of linux/audit.h */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool claim)
{
	if (!claim)
		abort();
}

static bool mallory(void *arg, uint32_t id, char *out, size_t cap)
{
	(void)arg, (void)id;
	return sv_to_cstr(SV("mallory"), out, cap);
}

static void check(const struct record *r)
{
	static const char *const own[] = {"pid", "uid", "auid", "ses", "subj", "msg"};
	struct fields it;
	struct field f;
	size_t i = 0, names = 0;

	require(r->type == USER_AUTH && r->stamp.serial == 7);
	for (fields_init(&it, r); fields_next(&it, &f);) {
		if (f.origin == FIELD_KERNEL)
			require(i < LEN(own) && sv_eq(f.name, sv_cstr(own[i++])));
		if (f.origin == FIELD_TAIL && sv_eq(f.name, SV("UID")) && names++ == 0)
			require(sv_eq(f.value, SV("mallory")));
	}
	require(i == LEN(own));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct name_source source = {.user_name = mallory, .group_name = mallory};
	static struct names *names;
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 16);
	CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 16);
	struct log_line_style style = {0};
	struct sv said, line = SV_EMPTY, rest;
	struct record r;

	if (!names && !(names = names_new(&source, NULL)))
		return 0;
	if (size < 2)
		return 0;
	style.node = data[0] & 1 ? SV("web1") : SV_EMPTY;
	style.names = data[0] & 2 ? names : NULL;
	said = sv_make((const char *)data + 2, size - 2);
	said = sv_head(sv_head(said, sv_index(said, 0)), TEXT_MAX);
	buf_puts(&text, "audit(1.002:7): pid=1 uid=1000 auid=1000 ses=1 subj=");
	for (size_t i = 0; i < (size_t)data[1] * 8; i++)
		buf_putc(&text, 's');
	buf_puts(&text, " msg='");
	buf_put(&text, said);
	buf_putc(&text, '\'');
	log_put_line(&style, USER_AUTH, buf_view(&text), &out);
	rest = buf_view(&out);
	require(!out.failed && sv_line(&rest, &line) && rest.n == 0 && line.n <= LOG_LINE_MAX);
	require(record_parse(line, &r) == RECORD_OK);
	check(&r);
	return 0;
}

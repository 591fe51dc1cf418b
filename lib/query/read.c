/*
 * Readers of field values: each takes a value as it stands in a record and says whether it is
 * what the query asks for. A value that cannot be read says nothing.
 */
#include "query/look.h"

#include "base/num.h"
#include "record/escape.h"
#include "table/table.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

static enum answer answer_if(bool yes)
{
	return yes ? ANSWER_YES : ANSWER_NO;
}

static enum answer compare_text(struct look *l, enum query_item item, struct sv text)
{
	struct sv want;

	if (!l->q) {
		l->keep_text(l, item, text);
		return ANSWER_NONE;
	}
	want = l->q->text[item];
	if (l->q->whole_word)
		return answer_if(sv_eq(text, want));
	return answer_if(want.n == 0 || sv_find(text, want) < text.n);
}

static enum answer compare_number(struct look *l, enum query_item item, uint64_t number)
{
	if (l->q)
		return answer_if(number == l->q->number[item]);
	l->keep_number(l, item, number);
	return ANSWER_NONE;
}

/* The number a value starts with: "500", "500," and "500:" of older programs. */
static bool leading_number(struct sv value, uint32_t *out)
{
	size_t n = 0;

	while (n < value.n && value.p[n] >= '0' && value.p[n] <= '9')
		n++;
	return num_u32(sv_head(value, n), out);
}

enum answer read_number(struct look *l, enum query_item item, const struct field *f)
{
	uint32_t number;

	if (!leading_number(f->value, &number))
		return ANSWER_NONE;
	return compare_number(l, item, number);
}

/* What auditd called the number when it wrote the record: UID="alice" for uid=1000. */
static bool enriched_name(const struct record *r, struct sv field_name, struct sv *out)
{
	struct fields it;
	struct field f;

	fields_init(&it, r);
	while (fields_next(&it, &f))
		if (f.origin == FIELD_TAIL && sv_eq_nocase(f.name, field_name)) {
			*out = f.value;
			return true;
		}
	return false;
}

/* A name beats its number: another machine's 1000 is not this machine's. */
enum answer read_user(struct look *l, enum query_item item, const struct field *f)
{
	struct sv name;

	if (l->q && l->q->text[item].n && f->origin == FIELD_KERNEL && l->record->tail.n &&
	    enriched_name(l->record, f->name, &name))
		return answer_if(sv_eq(name, l->q->text[item]));
	return read_number(l, item, f);
}

enum answer read_machine(struct look *l, enum query_item item, const struct field *f)
{
	uint64_t arch;
	enum machine m;

	if (!num_hex64(f->value, &arch) || arch > UINT32_MAX)
		return ANSWER_NONE;
	m = machine_of_arch((uint32_t)arch);
	return m == MACHINE_UNKNOWN ? ANSWER_NO : compare_number(l, item, m);
}

enum answer read_exit(struct look *l, enum query_item item, const struct field *f)
{
	int64_t code;

	if (!num_i64(f->value, &code))
		return ANSWER_NONE;
	return compare_number(l, item, (uint64_t)code);
}

/* 1 and 0 of the kernel, yes and no of system calls, success and failed of user space. */
enum answer read_success(struct look *l, enum query_item item, const struct field *f)
{
	struct sv v = f->value;
	bool failed;

	if (!v.n)
		return ANSWER_NONE;
	if (*v.p >= '0' && *v.p <= '9')
		failed = sv_eq(v, SV("0"));
	else if (sv_eq(f->name, SV("success")))
		failed = !sv_eq(v, SV("yes"));
	else if (sv_eq(f->name, SV("result")))
		failed = !sv_eq_nocase(v, SV("success"));
	else
		failed = sv_starts(v, SV("failed")) || sv_eq(v, SV("no"));
	return compare_number(l, item, !failed);
}

enum answer read_plain(struct look *l, enum query_item item, const struct field *f)
{
	return compare_text(l, item, f->value);
}

/* Quoted text, or hexadecimal digits of text that could not be quoted, or "(null)". */
enum answer read_encoded(struct look *l, enum query_item item, const struct field *f)
{
	struct buf *text = &l->scratch->text;

	if (f->quote)
		return compare_text(l, item, f->value);
	buf_reset(text);
	if (!decode_bytes(f->value, text))
		return ANSWER_NONE;
	return compare_text(l, item, buf_view(text));
}

/* The same of programs that may also write it bare. */
enum answer read_loose(struct look *l, enum query_item item, const struct field *f)
{
	if (f->quote || is_hex(f->value))
		return read_encoded(l, item, f);
	return compare_text(l, item, f->value);
}

/* ---- paths ---- */

/* Decoded text of a path field: a view into the record or into scratch->text. */
static struct sv path_text(struct look *l, const struct field *f)
{
	struct buf *text = &l->scratch->text;
	struct sv value = f->value;

	if (f->quote)
		return value;
	if (sv_starts(value, SV("00")))
		value = sv_from(value, 2); /* the name of an abstract socket */
	buf_reset(text);
	if (decode_bytes(value, text))
		return buf_view(text);
	return value;
}

/* A path that starts at the working directory is completed with it. */
enum answer read_path(struct look *l, enum query_item item, const struct field *f)
{
	struct sv path = path_text(l, f);
	struct buf *cwd = &l->scratch->cwd;
	size_t cwd_length = cwd->n;
	enum answer answer;

	if (!l->has_cwd || !(sv_starts(path, SV("..")) || sv_starts(path, SV("./"))))
		return compare_text(l, item, path);
	buf_putc(cwd, '/');
	buf_put(cwd, path);
	answer = cwd->failed ? compare_text(l, item, path) : compare_text(l, item, buf_view(cwd));
	cwd->n = cwd_length;
	cwd->failed = false;
	return answer;
}

enum answer read_cwd(struct look *l, enum query_item item, const struct field *f)
{
	struct sv path = path_text(l, f);

	(void)item; /* asked for as a file */
	buf_reset(&l->scratch->cwd);
	buf_put(&l->scratch->cwd, path);
	l->has_cwd = true;
	return l->q ? compare_text(l, QUERY_FILE, path) : ANSWER_NONE;
}

/* ---- keys ---- */

/* Several keys of one rule are joined by a separator, which forces them into hexadecimal. */
enum answer read_key(struct look *l, enum query_item item, const struct field *f)
{
	struct buf *text = &l->scratch->text;
	struct sv rest, key;

	if (f->quote)
		return compare_text(l, item, f->value);
	buf_reset(text);
	if (!decode_bytes(f->value, text))
		return ANSWER_NONE;
	for (rest = buf_view(text); rest.n;) {
		(void)sv_cut(rest, KEY_SEPARATOR, &key, &rest);
		if (key.n && compare_text(l, item, key) == ANSWER_YES)
			return ANSWER_YES;
	}
	return ANSWER_NO;
}

/* ---- hosts ---- */

/* A program that does not know the name ("?") may know the address. */
enum answer read_host(struct look *l, enum query_item item, const struct field *f)
{
	struct field addr;

	if (sv_eq(f->value, SV("?")) && record_field_from(l->record, FIELD_USER, SV("addr"), &addr))
		return compare_text(l, item, addr.value);
	return compare_text(l, item, f->value);
}

/* "192.0.2.7:60" of auditd; an IPv6 address keeps its colons. */
enum answer read_address(struct look *l, enum query_item item, const struct field *f)
{
	struct sv host, port;

	if (sv_cut(f->value, ':', &host, &port) && sv_index(port, ':') == port.n)
		return compare_text(l, item, host);
	return compare_text(l, item, f->value);
}

/* The bytes up to the first NUL; the name of an abstract socket starts with one. */
static struct sv unix_path(struct sv bytes)
{
	struct sv path = sv_from(bytes, offsetof(struct sockaddr_un, sun_path));

	if (path.n && *path.p == 0)
		path = sv_from(path, 1);
	return sv_head(path, sv_index(path, 0));
}

static enum answer compare_inet(struct look *l, enum query_item item, int family, struct sv address)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(family, address.p, text, sizeof(text)))
		return ANSWER_NONE;
	return compare_text(l, item, sv_cstr(text));
}

/* A struct sockaddr in hexadecimal. FILE looks at local sockets, HOST at internet addresses. */
enum answer read_socket(struct look *l, enum query_item item, const struct field *f)
{
	struct buf *text = &l->scratch->text;
	struct sv bytes;
	uint16_t family;

	buf_reset(text);
	if (!is_hex(f->value) || !decode_bytes(f->value, text))
		return ANSWER_NONE;
	bytes = buf_view(text);
	if (bytes.n < sizeof(family))
		return ANSWER_NONE;
	/* In the byte order of the machine that wrote it; logs are read where they are
	 * little-endian. */
	family = (uint16_t)((unsigned char)bytes.p[0] | (unsigned char)bytes.p[1] << 8);
	if (item == QUERY_FILE)
		return family == AF_UNIX && bytes.n >= 4 ? compare_text(l, item, unix_path(bytes))
							 : ANSWER_NONE;
	if (family == AF_INET && bytes.n >= sizeof(struct sockaddr_in))
		return compare_inet(l, item, AF_INET,
				    sv_from(bytes, offsetof(struct sockaddr_in, sin_addr)));
	if (family == AF_INET6 && bytes.n >= sizeof(struct sockaddr_in6))
		return compare_inet(l, item, AF_INET6,
				    sv_from(bytes, offsetof(struct sockaddr_in6, sin6_addr)));
	return ANSWER_NONE;
}

enum answer read_uuid(struct look *l, enum query_item item, const struct field *f)
{
	return compare_text(l, item, sv_head(f->value, sv_index(f->value, ':')));
}

/* ---- access decisions ---- */

/* SELinux says "avc:  denied  { read } for ..." in front, AppArmor apparmor="DENIED". */
enum answer access_verdict(const struct record *r, struct sv *permissions)
{
	struct sv text = r->body, after;
	struct field f;
	size_t brace;

	*permissions = SV_EMPTY;
	if (record_field(r, SV("apparmor"), &f))
		return answer_if(!sv_eq(f.value, SV("DENIED")));
	if (record_field(r, SV("msg"), &f))
		text = f.value;
	brace = sv_index(text, '{');
	if (!sv_starts(text, SV("avc: ")) || brace == text.n)
		return ANSWER_NONE;
	after = sv_from(text, brace + 1);
	*permissions = sv_trim(sv_head(after, sv_index(after, '}')));
	return answer_if(sv_find(sv_head(text, brace), SV("denied")) == brace);
}

void read_verdict(struct look *l)
{
	struct sv permissions;
	enum answer granted;

	if (l->q && !(l->q->wanted & UINT32_C(1) << QUERY_SUCCESS))
		return;
	granted = access_verdict(l->record, &permissions);
	if (granted == ANSWER_NONE)
		return;
	if (l->q)
		l->answers[QUERY_SUCCESS] =
			answer_if(l->q->number[QUERY_SUCCESS] == (granted == ANSWER_YES));
	else
		l->keep_number(l, QUERY_SUCCESS, granted == ANSWER_YES);
}

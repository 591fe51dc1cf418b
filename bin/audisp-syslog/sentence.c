/* Which words, in which order; what they mean is lib/record's part. */
#include "audisp-syslog/sentence.h"

#include <linux/audit.h>
#include <time.h>

#define VALUE_MAX ((size_t)64 << 10)

static void put_time(const struct record *r, struct buf *out)
{
	time_t sec = (time_t)r->stamp.sec;
	struct tm tm;

	buf_put(out, SV("msg=audit("));
	if (localtime_r(&sec, &tm)) /* as %x %T of the C locale */
		buf_printf(out, "%02d/%02d/%02d %02d:%02d:%02d", tm.tm_mon + 1, tm.tm_mday,
			   tm.tm_year % 100, tm.tm_hour, tm.tm_min, tm.tm_sec);
	else
		buf_putc(out, '?');
	buf_put(out, SV(") : "));
}

/* "{ saddr_fam=inet laddr=10.0.0.1 lport=80 }": the address, or else the family. */
static struct sv short_address(struct sv text)
{
	struct sv word, family = SV("?");

	while (sv_word(&text, &word)) {
		if (sv_starts(word, SV("laddr=")))
			return sv_from(word, sizeof("laddr=") - 1);
		if (sv_starts(word, SV("saddr_fam=")))
			family = sv_from(word, sizeof("saddr_fam=") - 1);
		else if (!sv_eq(word, SV("{")))
			break; /* a path may look like an address */
	}
	return family;
}

static void put_value_of(struct words *w, const struct trail_field *f, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(VALUE_MAX);

	if (words_type(w, f) != VALUE_SOCKADDR) {
		words_put(w, f, out);
		return;
	}
	words_put(w, f, &text);
	buf_put(out, short_address(buf_view(&text)));
}

bool sentence_put(struct words *w, struct sv line, struct buf *out)
{
	const struct trail_field *f;
	struct record r;
	bool has_time = false;

	if (record_parse(line, &r) != RECORD_OK || r.type == AUDIT_EOE || !words_read(w, &r))
		return false;
	for (size_t i = 0; (f = words_at(w, i)); i++) {
		buf_put(out, f->name);
		buf_putc(out, '=');
		put_value_of(w, f, out);
		buf_putc(out, ' ');
		if (!has_time && sv_eq(f->name, SV("type"))) {
			put_time(&r, out);
			has_time = true;
		}
	}
	return !out->failed;
}

/*
 * -m: a USER record. Its text names program, host and terminal in the words that libaudit's
 * audit_log_user_message() uses, which ausearch and aureport look for.
 */
#include "auditctl/app.h"

#include <limits.h>

#define MESSAGE_MAX 8560 /* AUDIT_MESSAGE_TEXT_MAX of linux/audit.h */
#define TTY_MAX     32

/* Quoted, or in hexadecimal where quotes would not hold it, as the kernel writes such text. */
static void put_untrusted(struct sv text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c > ' ' && c < 0x7f && c != '"')
			continue;
		buf_put_hex(out, text);
		return;
	}
	buf_printf(out, "\"%.*s\"", SV_FMT(text));
}

static void put_program(struct buf *out)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	put_untrusted(n > 0 ? sv_make(path, (size_t)n) : SV("?"), out);
}

/* The terminal of the first standard descriptor that has one, without "/dev/"; "?" for none. */
static void terminal(char out[TTY_MAX])
{
	struct sv name = SV("?");
	char path[TTY_MAX];

	for (int fd = 0; fd < 3; fd++) {
		if (ttyname_r(fd, path, sizeof(path)) != 0)
			continue;
		name = sv_cstr(path);
		if (sv_starts(name, SV("/dev/")))
			name = sv_from(name, 5);
		break;
	}
	(void)sv_to_cstr(name, out, TTY_MAX);
}

int message_send(struct app *app, const struct command *c)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(MESSAGE_MAX);
	char tty[TTY_MAX], host[HOST_NAME_MAX + 1] = "?";
	struct sv terminal_name;
	struct err e;

	terminal(tty);
	terminal_name = sv_cstr(tty);
	/* Who types at a terminal of this host is on this host; others are not known. */
	if ((sv_starts(terminal_name, SV("pts")) || sv_starts(terminal_name, SV("tty"))) &&
	    gethostname(host, sizeof(host)) != 0)
		(void)sv_to_cstr(SV("?"), host, sizeof(host));
	buf_printf(&text, "text=%s exe=", c->text);
	put_program(&text);
	buf_printf(&text, " hostname=%s addr=? terminal=%s res=success", host, tty);
	if (text.failed) {
		app_tell(app, c->at, "the message is too long: a record holds about 8000 bytes");
		return -1;
	}
	if (audit_send_user(&app->control, AUDIT_USER, buf_view(&text), &e) != 0)
		return app_fail(app, c->at, &e);
	return 0;
}

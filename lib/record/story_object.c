/*
 * What a deed was done to: one finder for each place where the records of an event keep it. The
 * tables of normalise.def say which finder serves which system call or record type. Files and
 * programs have files of their own.
 */
#include "record/story_parts.h"

#include "record/address.h"
#include "record/escape.h"

#include <arpa/inet.h>
#include <linux/audit.h>
#include <stddef.h>

/* ---- the network ---- */

/* The family has the byte order of the recorded machine; addresses and ports the network's. */
static unsigned address_family(const struct search *s, const struct address *a)
{
	unsigned first = (unsigned char)a->is.text[0], second = (unsigned char)a->is.text[1];
	uint64_t arch;

	if (story_number(s->call, "arch", 16, &arch) && !(arch & __AUDIT_ARCH_LE))
		return first << 8 | second;
	return second << 8 | first;
}

static void put_internet(struct buf *b, int family, const void *host, uint16_t port)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(family, host, text, sizeof(text)))
		return;
	buf_puts(b, text);
	if (port)
		buf_printf(b, " port %u", ntohs(port));
}

/* The name of an abstract socket starts with a NUL and goes on to the end. */
static void put_unix(struct buf *b, const struct address *a)
{
	size_t end = a->length < ADDRESS_MAX ? a->length : ADDRESS_MAX;
	struct sv path = sv_from(sv_make(a->is.text, end), offsetof(struct sockaddr_un, sun_path));

	if (path.n && path.p[0] == '\0') {
		buf_putc(b, '@');
		path = sv_from(path, 1);
	}
	path = sv_head(path, sv_index(path, '\0'));
	buf_put(b, path.n ? path : SV("a socket without a name"));
}

static void find_socket_address(struct search *s, const struct story_place *place)
{
	const struct record *r = story_record(s, AUDIT_SOCKADDR);
	struct buf *b = &s->n->scratch;
	size_t from = b->n;
	struct address a;
	struct field f;
	unsigned family;

	(void)place;
	if (!r || !record_field(r, SV("saddr"), &f) || !is_hex(sv_head(f.value, 2)) ||
	    !address_decode(f.value, &a))
		return;
	family = address_family(s, &a);
	if (family == AF_INET && a.length >= offsetof(struct sockaddr_in, sin_zero))
		put_internet(b, AF_INET, &a.is.in.sin_addr, a.is.in.sin_port);
	else if (family == AF_INET6 && a.length >= offsetof(struct sockaddr_in6, sin6_scope_id))
		put_internet(b, AF_INET6, &a.is.in6.sin6_addr, a.is.in6.sin6_port);
	else if (family == AF_UNIX)
		put_unix(b, &a);
	else if (family == AF_NETLINK)
		buf_puts(b, "the kernel (netlink)");
	else
		buf_printf(b, "a socket of family %u", family);
	s->out->object = story_keep(s, from);
}

/* ---- the kernel ---- */

static void find_module(struct search *s, const struct story_place *place)
{
	(void)place;
	s->out->object = story_own(s, story_record(s, AUDIT_KERN_MODULE), "name");
	if (s->out->object.n == 0)
		story_find_path_at(s, -1);
}

/* The name of the call, else its number. */
static void find_syscall(struct search *s, const struct story_place *place)
{
	struct buf *b = &s->n->scratch;
	size_t from = b->n;
	const struct record *r = place->finder == FIND_CALLED ? s->main : s->call;
	bool is_uring = r && r->type == AUDIT_URINGOP;
	const char *name;
	uint64_t nr;

	if (!story_number(r, is_uring ? "uring_op" : "syscall", 10, &nr))
		return;
	name = story_call_name(r);
	if (is_uring)
		buf_puts(b, "io_uring operation ");
	else if (!name)
		buf_puts(b, "system call ");
	if (name)
		buf_puts(b, name);
	else
		buf_put_u64(b, nr);
	s->out->object = story_keep(s, from);
}

/* ---- what a record says in its fields ---- */

/* The text of the first field of the list (separated by spaces) that says something. */
static struct sv first_said(struct search *s, const char *names)
{
	struct sv rest = sv_cstr(names), word, text = SV_EMPTY;
	char name[32];

	while (text.n == 0 && sv_word(&rest, &word))
		if (sv_to_cstr(word, name, sizeof(name)))
			text = story_said(s, s->main, name);
	return text;
}

static void find_field(struct search *s, const struct story_place *place)
{
	s->out->object = first_said(s, place->said);
	s->out->second = first_said(s, place->second);
}

/*
 * A login that worked is the user's own deed; one that failed is somebody's who claimed to be
 * that user.
 */
static void find_login(struct search *s, const struct story_place *place)
{
	struct story *d = s->out;
	struct sv account = first_said(s, place->said);

	if (d->outcome == STORY_FAILED) {
		d->object = account;
		return;
	}
	d->object_is_who = true;
	if (d->actor != ACTOR_USER && account.n) {
		d->actor = ACTOR_USER;
		d->who = account;
	}
}

/* op=set audit_enabled=1 old=0: the setting is what stands before old=. */
static void find_setting(struct search *s, const struct story_place *place)
{
	struct field f, before = {0};
	struct fields it;

	(void)place;
	if (s->out->verb == VERB_ADD_RULE || s->out->verb == VERB_REMOVE_RULE ||
	    s->out->verb == VERB_UPDATE_RULES) {
		struct sv key = story_own(s, s->main, "key");

		s->out->object = story_own(s, s->main, "path");
		s->out->detail = key.n ? story_prefixed(s, "key ", key) : SV_EMPTY;
		return;
	}
	if (s->out->verb != VERB_AUDIT_SET)
		return;
	for (fields_init(&it, s->main); fields_next(&it, &f); before = f)
		if (before.name.n && sv_eq(f.name, SV("old"))) {
			s->out->object = before.name;
			s->out->second = before.value;
			return;
		}
}

/* The words in braces of "avc:  denied  { read write } for". */
static struct sv in_braces(struct sv text)
{
	size_t open = sv_index(text, '{');
	struct sv rest = sv_from(text, open + 1);
	size_t close = sv_index(rest, '}');

	return open < text.n && close < rest.n ? sv_trim(sv_head(rest, close)) : SV_EMPTY;
}

static void avc_selinux(struct search *s, struct sv text)
{
	struct sv class = story_said(s, s->main, "tclass");
	struct sv rest = text, word = SV_EMPTY;

	(void)sv_word(&rest, &word); /* avc: */
	(void)sv_word(&rest, &word);
	s->out->object = in_braces(text);
	if (sv_starts(word, SV("granted")))
		s->out->verb = VERB_GRANTED;
	else if (sv_eq(story_said(s, s->main, "permissive"), SV("1")))
		s->out->verb = VERB_WOULD_DENY;
	s->out->detail = class.n ? story_prefixed(s, "SELinux, class ", class) : SV("SELinux");
}

static void avc_apparmor(struct search *s, struct sv mode)
{
	struct sv profile = story_own(s, s->main, "profile");

	s->out->object = story_own(s, s->main, "operation");
	if (sv_eq(mode, SV("STATUS")))
		s->out->verb = VERB_MAC_LOAD;
	else if (sv_eq(mode, SV("ALLOWED")))
		s->out->verb = VERB_WOULD_DENY;
	else if (sv_eq(mode, SV("AUDIT")))
		s->out->verb = VERB_GRANTED;
	s->out->detail =
		profile.n ? story_prefixed(s, "AppArmor, profile ", profile) : SV("AppArmor");
}

/* SELinux (also in user space), AppArmor, Landlock and IPE, each with its own words. */
static void find_avc(struct search *s, const struct story_place *place)
{
	struct sv mode = story_own(s, s->main, "apparmor");
	struct story *d = s->out;
	const struct record *path;
	struct field inside;

	(void)place;
	if (mode.n)
		avc_apparmor(s, mode);
	else if (story_own(s, s->main, "blockers").n)
		d->object = story_own(s, s->main, "blockers"), d->detail = SV("Landlock");
	else if (story_own(s, s->main, "ipe_op").n)
		d->object = story_own(s, s->main, "ipe_op"), d->detail = SV("IPE");
	else if (record_field(s->main, SV("msg"), &inside))
		avc_selinux(s, inside.value);
	else
		avc_selinux(s, s->main->body);
	if (d->verb == VERB_MAC_LOAD)
		return;
	d->second = story_said(s, s->main, "path");
	path = story_best_path(s);
	if (d->second.n == 0 && path)
		d->second = story_path(s, path, -1);
	if (d->second.n == 0)
		d->second = story_said(s, s->main, "name");
}

/* Free text, without what the sender's library appended to it. */
static void find_message(struct search *s, const struct story_place *place)
{
	struct field f;

	(void)place;
	if (record_field(s->main, SV("msg"), &f))
		s->out->object = sv_trim(sv_head(f.value, sv_find(f.value, SV(" exe="))));
	else
		s->out->object = sv_trim(s->main->body);
}

static void find_body(struct search *s, const struct story_place *place)
{
	(void)place;
	s->out->object = sv_trim(s->main->body);
}

static void find_alert(struct search *s, const struct story_place *place)
{
	struct sv account = story_said(s, s->main, "acct");

	s->out->object = sv_cstr(place->said);
	s->out->detail = account.n ? story_prefixed(s, "account ", account) : SV_EMPTY;
}

static void find_type(struct search *s, const struct story_place *place)
{
	(void)place;
	s->out->object = s->main->type_name;
}

static void find_nothing(struct search *s, const struct story_place *place)
{
	(void)s;
	(void)place;
}

void story_find_object(struct search *s, const struct story_place *place)
{
	static void (*const finders[])(struct search *, const struct story_place *) = {
		[FIND_NOTHING] = find_nothing,
		[FIND_PATH] = story_find_path,
		[FIND_PATH_OPEN] = story_find_path_open,
		[FIND_PATH_OPEN_AT] = story_find_path_open_at,
		[FIND_PATH_OPEN_HOW] = story_find_path_open_how,
		[FIND_PATH_MODE] = story_find_path_mode,
		[FIND_PATH_MODE_AT] = story_find_path_mode_at,
		[FIND_PATH_OWNER] = story_find_path_owner,
		[FIND_PATH_OWNER_AT] = story_find_path_owner_at,
		[FIND_PATHS] = story_find_paths,
		[FIND_COMMAND] = story_find_command,
		[FIND_SOCKET_ADDRESS] = find_socket_address,
		[FIND_TARGET] = story_find_target,
		[FIND_TARGET_SIGNAL] = story_find_target_signal,
		[FIND_MODULE] = find_module,
		[FIND_SYSCALL] = find_syscall,
		[FIND_CALLED] = find_syscall,
		[FIND_FIELD] = find_field,
		[FIND_LOGIN] = find_login,
		[FIND_SETTING] = find_setting,
		[FIND_AVC] = find_avc,
		[FIND_CRASH] = story_find_crash,
		[FIND_MESSAGE] = find_message,
		[FIND_BODY] = find_body,
		[FIND_ALERT] = find_alert,
		[FIND_TYPE] = find_type,
	};

	finders[place->finder](s, place);
}

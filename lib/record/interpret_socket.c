/*
 * The reading of a socket address, which the kernel writes as the bytes of struct sockaddr_* in
 * hexadecimal: { saddr_fam=inet laddr=10.1.2.3 lport=443 }.
 */
#include "record/address.h"
#include "record/interpret_parts.h"

#include <arpa/inet.h>
#include <netdb.h>

/* Puts text up to its NUL, at most n bytes. */
static void put_text(const char *text, size_t n, struct buf *out)
{
	buf_put(out, sv_make(text, strnlen(text, n)));
}

static void put_local(const struct address *a, struct buf *out)
{
	const char *path = a->is.local.sun_path;

	buf_puts(out, " path=");
	/* A NUL in front marks a name in the abstract space. */
	put_text(*path ? path : path + 1, sizeof(a->is.local.sun_path), out);
	buf_puts(out, " }");
}

static void put_host(int family, const void *host, uint16_t port, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];

	buf_printf(out, " laddr=%s lport=%u }", inet_ntop(family, host, text, sizeof(text)),
		   ntohs(port));
}

static void put_in(const struct address *a, struct buf *out)
{
	put_host(AF_INET, &a->is.in.sin_addr, a->is.in.sin_port, out);
}

static void put_in6(const struct address *a, struct buf *out)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (a->is.in6.sin6_scope_id == 0)
		put_host(AF_INET6, &a->is.in6.sin6_addr, a->is.in6.sin6_port, out);
	else if (getnameinfo(&a->is.any, sizeof(a->is.in6), host, sizeof(host), port, sizeof(port),
			     NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		buf_printf(out, " laddr=%s lport=%s }", host, port); /* with %interface */
	else
		buf_puts(out, " (error resolving addr) }");
}

static void put_netlink(const struct address *a, struct buf *out)
{
	buf_printf(out, " nlnk-fam=%u nlnk-pid=%u }", a->is.netlink.nl_family,
		   a->is.netlink.nl_pid);
}

static void put_ax25(const struct address *a, struct buf *out)
{
	const char *call = a->is.ax25.sax25_call.ax25_call;
	size_t n = sizeof(a->is.ax25.sax25_call.ax25_call);

	buf_puts(out, " call=");
	put_text(call, n, out);
	if (strnlen(call, n) == n) /* a NUL ends the whole text, as the reference has it */
		buf_puts(out, " }");
}

static void put_atmpvc(const struct address *a, struct buf *out)
{
	buf_printf(out, " int=%d }", a->is.atmpvc.sap_addr.itf);
}

static void put_x25(const struct address *a, struct buf *out)
{
	buf_puts(out, " laddr=");
	put_text(a->is.x25.sx25_addr.x25_addr, 15, out);
	buf_puts(out, " }");
}

static const struct family {
	unsigned number;
	size_t length; /* it must have at least */
	const char *short_words;
	void (*put)(const struct address *a, struct buf *out);
} families[] = {
	{AF_UNIX, 4, " sockaddr len too short }", put_local},
	{AF_INET, sizeof(struct sockaddr_in), " sockaddr len too short }", put_in},
	{AF_INET6, sizeof(struct sockaddr_in6), " sockaddr6 len too short }", put_in6},
	{AF_NETLINK, sizeof(struct sockaddr_nl), " len too short }", put_netlink},
	{AF_AX25, 0, "", put_ax25},
	{AF_ATMPVC, 0, "", put_atmpvc},
	{AF_X25, 0, "", put_x25},
};

static void put_address(const struct address *a, struct buf *out)
{
	const char *name = name_of(&table_socket_families, a->is.any.sa_family);

	if (!name) {
		buf_printf(out, "unknown-family(%d)", a->is.any.sa_family);
		return;
	}
	buf_printf(out, "{ saddr_fam=%s", name);
	for (size_t i = 0; i < LEN(families); i++)
		if (families[i].number == a->is.any.sa_family) {
			if (a->length < families[i].length)
				buf_puts(out, families[i].short_words);
			else
				families[i].put(a, out);
			return;
		}
	buf_puts(out, " (unsupported) }");
}

static void put_sockaddr(const struct value *v, const void *how, struct buf *out)
{
	struct address a;

	(void)how;
	if (address_decode(v->raw, &a))
		put_address(&a, out);
	else
		put_in_words(out, "malformed-host(", v->raw);
}

const struct reading as_sockaddr = {put_sockaddr, NULL};

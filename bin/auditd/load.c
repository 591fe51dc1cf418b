/*
 * The configuration before anything is opened: read, checked against this host, and compared
 * with what this build does. Everything that is wrong is told, with file and line.
 */
#include "auditd/load.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

static void tell_problems(const struct config_problems *p, const char *file,
			  const struct voice *voice)
{
	for (size_t i = 0; i < p->count; i++) {
		CLEANUP(buf_release) struct buf line = BUF_INIT(8192);

		config_put_problem(&p->list[i], file, &line);
		say(voice, p->list[i].is_error ? LOG_ERR : LOG_WARNING, "%s", buf_cstr(&line));
	}
	if (p->dropped)
		say(voice, LOG_ERR, "%s: and %zu more problems", file, p->dropped);
}

int conf_place_set(struct conf_place *place, const char *folder, struct err *e)
{
	int n;

	if (realpath(folder, place->folder))
		return 0;
	n = snprintf(place->folder, sizeof(place->folder), "%s", folder);
	return n < (int)sizeof(place->folder) ? 0 : err_set(e, "the folder's name is too long");
}

int load_config(const struct conf_place *place, struct auditd_conf *conf, const struct voice *voice)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	char path[LOG_PATH_MAX + sizeof("/" AUDITD_CONF_NAME)];
	struct config_problems problems;
	struct err e;

	auditd_conf_init(conf);
	(void)snprintf(path, sizeof(path), "%s/" AUDITD_CONF_NAME, place->folder);
	switch (config_read_file(path, place->allow_links, 0, &text, &e)) {
	case CONFIG_FILE_READ:
		break;
	case CONFIG_FILE_ABSENT:
		say(voice, LOG_WARNING, "%s does not exist: every key has its default", path);
		break;
	case CONFIG_FILE_REFUSED:
		say(voice, LOG_ERR, "%s", e.text);
		auditd_conf_release(conf);
		return -1;
	}
	memset(&problems, 0, sizeof(problems));
	(void)!auditd_conf_parse(conf, buf_view(&text), &problems);
	(void)!auditd_conf_check_host(conf, &problems);
	tell_problems(&problems, path, voice);
	if (problems.errors == 0)
		return 0;
	auditd_conf_release(conf);
	return -1;
}

/* The host's address information by its own name; freeaddrinfo() it. */
static struct addrinfo *ask_resolver(const char *host, int flags, struct err *e)
{
	const struct addrinfo hints = {.ai_flags = AI_ADDRCONFIG | flags,
				       .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int status = getaddrinfo(host, NULL, &hints, &found);

	if (status == 0)
		return found;
	(void)err_set(e, "cannot resolve the host's name %s: %s", host, gai_strerror(status));
	return NULL;
}

static int load_address(const char *host, char *out, size_t cap, struct err *e)
{
	struct addrinfo *found = ask_resolver(host, AI_PASSIVE, e);
	int status;

	if (!found)
		return -1;
	status = getnameinfo(found->ai_addr, found->ai_addrlen, out, (socklen_t)cap, NULL, 0,
			     NI_NUMERICHOST);
	freeaddrinfo(found);
	return status == 0 ? 0 : err_set(e, "cannot print the address of %s", host);
}

static int load_full_name(const char *host, char *out, size_t cap, struct err *e)
{
	struct addrinfo *found = ask_resolver(host, AI_CANONNAME, e);

	if (!found)
		return -1;
	(void)snprintf(out, cap, "%s", found->ai_canonname ? found->ai_canonname : host);
	freeaddrinfo(found);
	return 0;
}

int load_node(const struct auditd_conf *conf, char *out, size_t cap, struct err *e)
{
	char host[256];

	out[0] = '\0';
	if (conf->name_format == NODE_NONE)
		return 0;
	if (conf->name_format == NODE_USER) {
		(void)snprintf(out, cap, "%s", conf->name);
		return 0;
	}
	if (gethostname(host, sizeof(host)) != 0)
		return err_sys(e, "cannot get the host's name");
	host[sizeof(host) - 1] = '\0';
	if (conf->name_format == NODE_FQD)
		return load_full_name(host, out, cap, e);
	if (conf->name_format == NODE_NUMERIC)
		return load_address(host, out, cap, e);
	(void)snprintf(out, cap, "%s", host);
	for (char *c = out; *c; c++)
		if (*c == ' ')
			*c = '_';
	return 0;
}

void load_warn(const struct auditd_conf *c, const struct voice *voice)
{
	if (c->tcp_listen_port)
		say(voice, LOG_WARNING,
		    "this build does not listen on the network: tcp_listen_port is ignored");
}

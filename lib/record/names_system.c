/* Asks the C library; an entry that does not fit the memory is asked for again with more. */
#include "record/names_system.h"

#include "base/file.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>

#define FIRST_BYTES 1024
#define MAX_BYTES   (1u << 20) /* a group with tens of thousands of members */

struct found {
	const char *name; /* inside the memory of the call */
	uint32_t id;
};

/* One call of the getXbyY_r family: 0, or an errno; found->name stays NULL when there is none. */
typedef int ask_fn(const void *key, char *memory, size_t bytes, struct found *found);

static int ask_uid(const void *key, char *memory, size_t bytes, struct found *found)
{
	struct passwd entry, *result = NULL;
	int error = getpwuid_r(*(const uint32_t *)key, &entry, memory, bytes, &result);

	if (result)
		*found = (struct found){result->pw_name, result->pw_uid};
	return error;
}

static int ask_gid(const void *key, char *memory, size_t bytes, struct found *found)
{
	struct group entry, *result = NULL;
	int error = getgrgid_r(*(const uint32_t *)key, &entry, memory, bytes, &result);

	if (result)
		*found = (struct found){result->gr_name, result->gr_gid};
	return error;
}

static int ask_protocol(const void *key, char *memory, size_t bytes, struct found *found)
{
	struct protoent entry, *result = NULL;
	int error = getprotobynumber_r((int)*(const uint32_t *)key, &entry, memory, bytes, &result);

	if (result)
		*found = (struct found){result->p_name, (uint32_t)result->p_proto};
	return error;
}

static int ask_user(const void *key, char *memory, size_t bytes, struct found *found)
{
	struct passwd entry, *result = NULL;
	int error = getpwnam_r(key, &entry, memory, bytes, &result);

	if (result)
		*found = (struct found){result->pw_name, result->pw_uid};
	return error;
}

static int ask_group(const void *key, char *memory, size_t bytes, struct found *found)
{
	struct group entry, *result = NULL;
	int error = getgrnam_r(key, &entry, memory, bytes, &result);

	if (result)
		*found = (struct found){result->gr_name, result->gr_gid};
	return error;
}

/* Copies the name to out (cap bytes) and the number to *id, either may be NULL. */
static bool ask(ask_fn *fn, const void *key, char *out, size_t cap, uint32_t *id)
{
	struct found found = {NULL, 0};
	char *memory = NULL;
	int error = ERANGE;

	for (size_t bytes = FIRST_BYTES; error == ERANGE && bytes <= MAX_BYTES; bytes *= 4) {
		char *grown = realloc(memory, bytes);

		if (!grown)
			break;
		memory = grown;
		error = fn(key, memory, bytes, &found);
	}
	if (found.name && out) {
		size_t n = strnlen(found.name, cap - 1);

		memcpy(out, found.name, n);
		out[n] = 0;
	}
	if (found.name && id)
		*id = found.id;
	free(memory);
	return found.name != NULL;
}

static bool user_name(void *arg, uint32_t uid, char *out, size_t cap)
{
	(void)arg;
	return ask(ask_uid, &uid, out, cap, NULL);
}

static bool group_name(void *arg, uint32_t gid, char *out, size_t cap)
{
	(void)arg;
	return ask(ask_gid, &gid, out, cap, NULL);
}

static bool protocol_name(void *arg, uint32_t number, char *out, size_t cap)
{
	(void)arg;
	/* The kernel takes fewer than 300, types of frames have 16 bits: not worth reading a file. */
	return number <= UINT16_MAX && ask(ask_protocol, &number, out, cap, NULL);
}

static bool user_id(void *arg, const char *name, uint32_t *out)
{
	(void)arg;
	return ask(ask_user, name, NULL, 0, out);
}

static bool group_id(void *arg, const char *name, uint32_t *out)
{
	(void)arg;
	return ask(ask_group, name, NULL, 0, out);
}

/* passwd(5) and group(5): what has no name, or is of NIS, has no name that could be meant. */
static void list(void *arg, bool groups, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(NAMES_LIST_MAX);
	struct sv rest, line, name, others;

	(void)arg;
	if (file_read(groups ? "/etc/group" : "/etc/passwd", &text, NULL) != 0)
		return;
	rest = buf_view(&text);
	while (sv_line(&rest, &line))
		if (sv_cut(line, ':', &name, &others) && name.n && name.p[0] != '+' &&
		    name.p[0] != '-') {
			buf_put(out, name);
			buf_putc(out, '\n');
		}
}

const struct name_source names_system = {
	.user_name = user_name,
	.group_name = group_name,
	.protocol_name = protocol_name,
	.user_id = user_id,
	.group_id = group_id,
	.list = list,
};

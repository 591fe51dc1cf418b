/* aurum rules confirm: tells the guardian of `aurum rules apply --confirm` that the change is good. */
#include "aurum/applier.h"

#include "config/option.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/rules_confirm.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum rules confirm",
	.usage = "[OPTION...]",
	.summary =
		"Keeps what `aurum rules apply --confirm SECONDS` has applied and would put back "
		"otherwise. Exit 0: it is kept, 1: nobody waits for it, 2: trouble.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

static int no_guardian(const char *state)
{
	if (access(state, F_OK) == 0)
		say("no apply waits for a confirmation, but %s is there: one was killed, and "
		    "`aurum rules apply --restore` puts things back",
		    state);
	else
		say("no apply waits for a confirmation");
	return EXIT_NOT_DONE;
}

static int confirm(const char *state)
{
	CLEAN_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char bytes[sizeof(struct outcome) + 16];
	struct sockaddr_un address;
	struct outcome out;
	ssize_t n;

	if (fd < 0 || !guardian_address(state, &address)) {
		say("cannot reach the guardian of %s", state);
		return EXIT_TROUBLE;
	}
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		if (errno == ENOENT || errno == ECONNREFUSED)
			return no_guardian(state);
		say("cannot reach %s: %s", address.sun_path, strerror(errno));
		return EXIT_TROUBLE;
	}
	if (send(fd, "confirm", 7, MSG_NOSIGNAL) < 0)
		return no_guardian(state);
	n = recv(fd, bytes, sizeof(bytes), 0);
	if (n <= 0 || !guardian_take_outcome(sv_make(bytes, (size_t)n), &out)) {
		say("the apply was not confirmed: it has just been put back, or belongs to another "
		    "user");
		return EXIT_NOT_DONE;
	}
	say("%s", out.text);
	return out.code;
}

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	const char **state = arg;

	switch (hit->id) {
	case 1002:
		*state = hit->value;
		return FRAME_ON;
	case 'h':
		return frame_help(&set, e);
	default:
		return frame_stray_word(hit, e);
	}
}

int rules_confirm_main(int argc, char **argv)
{
	const char *state = APPLY_STATE_FILE;
	int code = verb_options(&set, argc, argv, take_option, &state);

	return code < 0 ? confirm(state) : code;
}

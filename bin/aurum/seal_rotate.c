/* aurum seal rotate: a request that lies in integrity/ until whoever seals has done what it asks for. */
#include "aurum/seal.h"

#include "base/clock.h"
#include "integrity/names.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>

#define PATIENCE_MS 40000 /* a TPM takes its time */
#define LOOK_MS     50

static bool is_waiting(int folder)
{
	struct stat st;

	return fstatat(folder, INTEGRITY_ROTATE, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Until it is done; -1 when nobody does it. */
static int wait_for(int folder, struct err *e)
{
	int64_t end = clock_ms() + PATIENCE_MS;

	while (is_waiting(folder)) {
		if (clock_ms() >= end || !integrity_is_locked(folder)) {
			(void)unlinkat(folder, INTEGRITY_ROTATE, 0);
			return err_set(e, "the daemon did not replace the key: `aurum status` and "
					  "its log say why");
		}
		(void)poll(NULL, 0, LOOK_MS);
	}
	return 0;
}

static int rotate(const struct seal_host *place, struct err *e)
{
	CLEAN_FD int folder = -1, request = -1;

	switch (integrity_open(place->conf.log_file, &folder, e)) {
	case INTEGRITY_OPEN:
		break;
	case INTEGRITY_NONE:
		return err_set(e, "%s is not enrolled: `aurum seal init` does that",
			       place->conf.log_file);
	case INTEGRITY_FAILED:
		return -1;
	}
	if (!integrity_is_locked(folder))
		return err_set(e, "nobody seals %s now; each start replaces the key anyway",
			       place->conf.log_file);
	/* One that is there already is as good: somebody else asks, too. */
	request =
		openat(folder, INTEGRITY_ROTATE, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return request < 0 ? err_sys(e, "cannot ask the daemon") : wait_for(folder, e);
}

int seal_rotate_main(int argc, char **argv)
{
	struct seal_host place;
	struct err e;
	int code = seal_options("aurum seal rotate",
				"Has the running daemon make another key for its next start, and "
				"sign that in the log's chain of keys: where somebody may have "
				"seen the one that is there. Waits until it is done.",
				argc, argv, &place);

	if (code >= 0)
		return code;
	code = EXIT_NOT_DONE;
	if (seal_host_find(&place) == 0) {
		if (rotate(&place, &e) == 0) {
			(void)printf("The key of the next start is another one; the chain of keys "
				     "names it.\n");
			code = EXIT_DONE;
		} else {
			say("seal rotate: %s", e.text);
		}
	}
	seal_host_release(&place);
	return code;
}

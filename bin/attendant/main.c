/*
 * auditd-attendant: runs programs for auditd, which is not able to. The process that auditd
 * starts only keeps one child alive that does the work, for a plugin's bytes or a program's end
 * may show a mistake in it, and then the next one goes on from the saved positions.
 */
#include "attendant/attend.h"

#include "common/frame.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>

#define PAUSE_S      1 /* after one that died */
#define WAIT_STEP_US 20000
#define WAIT_STEPS   50 /* for plugins to end, before each stronger word */

static const struct option_row option_rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "options.def"
#undef OPTION
};
static const struct option_set attendant_options = {
	.program = "auditd-attendant",
	.usage = "-c DIR [-l] [-f]",
	.summary = "Runs plugins and actions for auditd, which starts it. Not for use by hand.",
	.style = OPTION_GETOPT,
	.rows = option_rows,
	.count = LEN(option_rows)};

static enum frame_next take_option(void *arg, const struct option_hit *hit, struct err *e)
{
	struct attend *a = arg;

	switch (hit->id) {
	case 'c':
		return conf_place_set(&a->place, hit->value, e) == 0 ? FRAME_ON : FRAME_FAILED;
	case 'l':
		a->place.allow_links = true;
		break;
	case 'f':
		a->voice.to_stderr = a->voice.is_talkative = true;
		a->voice.to_syslog = false;
		break;
	case 'h':
		return frame_help(&attendant_options, e);
	case 'v':
		return frame_version(&attendant_options, e);
	default:
		return frame_stray_word(hit, e);
	}
	return FRAME_ON;
}

static bool is_socket(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* The child: never returns. */
static void work(struct attend *a) __attribute__((noreturn));
static void work(struct attend *a)
{
	struct err e;
	int status = EXIT_SUCCESS;

	/* Without the parent nobody would restart us: end, so that the recorder is told so. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (attend_init(a, &e) == 0) {
		attend_run(a);
	} else {
		say(&a->voice, LOG_ERR, "%s", e.text);
		status = EXIT_FAILURE;
	}
	attend_release(a);
	exit(status);
}

static bool has_children(pid_t children[CHILDREN_MAX])
{
	bool any = false;

	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		pid_t *pid = &children[i];

		if (*pid > 0 && waitpid(*pid, NULL, WNOHANG) != 0)
			*pid = 0;
		any = any || *pid > 0;
	}
	return any;
}

/*
 * The plugins of a child that died: they are this process's children now. Their input has ended,
 * which is enough for most; two of one plugin at a time would be in each other's way. So would two
 * archivists.
 */
static void end_children(pid_t children[CHILDREN_MAX])
{
	static const int words[] = {0, SIGTERM, SIGKILL};

	for (size_t word = 0; word < LEN(words); word++) {
		for (size_t i = 0; i < CHILDREN_MAX && word > 0; i++)
			if (children[i] > 0)
				(void)kill(children[i], words[word]);
		if (word == 0 && children[CHILD_ARCHIVIST] > 0)
			(void)kill(children[CHILD_ARCHIVIST], SIGTERM);
		for (int step = 0; step < WAIT_STEPS && has_children(children); step++)
			(void)usleep(WAIT_STEP_US);
	}
}

/* Then there is nobody to attend to: the positions are saved, and the next daemon goes on. */
static bool is_recorder_gone(void)
{
	struct pollfd line = {.fd = ATTENDANT_ERRANDS};

	return poll(&line, 1, 0) > 0 && (line.revents & POLLHUP);
}

/* One child's life. Whether another is to follow. */
static bool live_once(struct attend *a)
{
	pid_t child = fork(), ended;
	int status;

	if (child == 0)
		work(a);
	if (child < 0) {
		say(&a->voice, LOG_ERR, "cannot fork: no plugins and no actions for now");
		return true;
	}
	/* Among others that ended: what plugins leave behind becomes this process's. */
	do {
		ended = waitpid(-1, &status, 0);
		if (ended < 0 && errno != EINTR)
			return false;
	} while (ended != child);
	end_children(a->life->children);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		return false;
	a->life->deaths++;
	if (WIFSIGNALED(status))
		say(&a->voice, LOG_ERR, "died of signal %d: it is started again", WTERMSIG(status));
	else
		say(&a->voice, LOG_ERR, "ended with status %d: it is started again",
		    WEXITSTATUS(status));
	return true;
}

int main(int argc, char **argv)
{
	static struct attend attend = {
		.voice = {.name = "auditd-attendant", .to_syslog = true},
		.errands = {.fd = ATTENDANT_ERRANDS},
		.grew = {.fd = ATTENDANT_GREW},
	};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	int code;

	if (frame_start() != 0)
		return EXIT_FAILURE;
	code = frame_read(&attendant_options, argc, argv, take_option, &attend, EXIT_FAILURE);
	if (code >= 0)
		return code;
	if (!attend.place.folder[0] || !is_socket(ATTENDANT_ERRANDS)) {
		frame_say("auditd-attendant", "it is auditd that starts this program");
		return EXIT_FAILURE;
	}
	/* What ends the recorder does not end us: it says so when everything is delivered. */
	(void)setsid();
	(void)sigaction(SIGTERM, &ignore, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL); /* a plugin that died: the write says so */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	attend.life = mmap(NULL, sizeof(*attend.life), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (attend.life == MAP_FAILED)
		return EXIT_FAILURE;
	while (live_once(&attend) && !is_recorder_gone())
		(void)sleep(PAUSE_S);
	return EXIT_SUCCESS;
}

/* Opens the log and runs the search, with an event's end where the reference's library sees it. */
#include "aulast/input.h"

#include "common/frame.h"
#include "common/log.h"

int input_check(const struct input *input, struct err *e)
{
	return input->file && input->standard_input ? err_set(e, "-f and --stdin are two logs") : 0;
}

int input_scan(const struct input *input, const struct query *query,
	       enum scan_next (*found)(void *arg, const struct event *event), void *arg)
{
	const struct log_choice choice = {
		.program = input->program,
		.path = input->file,
		.config_dir = LOG_CONFIG_DIR,
		.standard_input = input->standard_input ? STDIN_ALWAYS : STDIN_UNUSED,
		.order = JOIN_CLOSING,
	};
	struct scan scan = {.query = query, .found = found, .arg = arg};
	struct log log;
	struct err e;
	int status = log_open(&log, &choice, &e);

	if (status == 0)
		status = log_scan(&log, &scan, &e);
	if (status != 0)
		frame_say(input->program, "%s", e.text);
	log_tell_damage(input->program, &log, &scan, NULL);
	log_close(&log);
	return status;
}

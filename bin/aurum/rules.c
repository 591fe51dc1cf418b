/*
 * aurum rules: the table of its verbs, and where rules come from. Each verb is a file of its own.
 */
#include "aurum/rules.h"

#include "rule/host.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/stat.h>

#define RECEIVE_BYTES ((size_t)1 << 20) /* for long lists of rules */

static const struct verb rows[] = {
#define VERB(name, help) {#name, rules_##name##_main, help},
#include "aurum/rules.def"
#undef VERB
};
static const struct verb_set verbs = {"aurum rules", "VERB [OPTION...] [FILE...]", rows, LEN(rows)};

/* ---- where rules come from ---- */

int rules_kernel_open(struct rules_kernel *k)
{
	struct err e;

	k->socket = AUDIT_SOCKET_CLOSED;
	if (!audit_wire_system.is_capable(NULL, CAP_AUDIT_CONTROL)) {
		say("the kernel's rules need root, or the capability CAP_AUDIT_CONTROL: run it "
		    "with sudo");
		return -1;
	}
	if (audit_socket_open(&k->socket, RECEIVE_BYTES, &e) != 0) {
		say("%s", e.text);
		return -1;
	}
	audit_control_init(&k->control, &k->socket);
	return 0;
}

void rules_kernel_close(struct rules_kernel *k)
{
	audit_socket_close(&k->socket);
}

const char *rules_default_path(void)
{
	static const char folder[] = AURUM_SYSCONFDIR "/audit/rules.d";
	struct stat st;

	return stat(folder, &st) == 0 && S_ISDIR(st.st_mode) ? folder
							     : AURUM_SYSCONFDIR
		       "/audit/audit.rules";
}

static void tell_problem(void *ctx, const char *file, struct sv text, const struct problem *p)
{
	(void)ctx;
	(void)text;
	say("%s:%u:%u: %s%s", file, p->at.line, p->at.column,
	    p->level == PROBLEM_WARNING ? "warning: " : "", p->text);
}

int rules_read_some(struct rule_source *source, const char *word, bool trusted_only)
{
	static struct rules_kernel kernel; /* large */
	struct rule_host host = rule_host_here();
	const struct rule_set_reader reader = {
		.host = &host, .trusted_only = trusted_only, .tell = tell_problem};
	bool is_kernel = strcmp(word, RULE_SOURCE_KERNEL) == 0;
	struct err e;
	int status;

	if (is_kernel && rules_kernel_open(&kernel) != 0)
		return -1;
	status = rule_source_read(source, word, &reader, &kernel.control, &e);
	if (is_kernel)
		rules_kernel_close(&kernel);
	if (status != 0) {
		say("%s", e.text);
		return -1;
	}
	if (source->set.errors)
		say("%s: %zu bad line%s", word, source->set.errors,
		    source->set.errors == 1 ? "" : "s");
	return 0;
}

int rules_read(struct rule_source *source, const char *word, bool trusted_only)
{
	if (rules_read_some(source, word, trusted_only) != 0)
		return -1;
	if (source->set.errors == 0)
		return 0;
	rule_source_release(source);
	return -1;
}

/* ---- what verbs print ---- */

int rules_print(struct buf *out)
{
	if (!out->failed && (out->n == 0 || fwrite(out->p, 1, out->n, stdout) == out->n) &&
	    fflush(stdout) == 0)
		return 0;
	say("cannot write the result: %s", out->failed ? "no memory" : strerror(errno));
	return -1;
}

/* ---- verbs ---- */

int rules_help_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	verb_usage(&verbs, stdout);
	return EXIT_DONE;
}

int rules_main(int argc, char **argv)
{
	return verb_run(&verbs, argc, argv);
}

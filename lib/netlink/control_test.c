/* Requests against a fake kernel: what is sent, what is believed, and that nothing hangs. */
#include "base/test.h"

#include "base/buf.h"
#include "netlink/control.h"
#include "netlink/fake_kernel.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>

struct bench {
	struct fake_kernel kernel;
	struct audit_socket socket;
	struct audit_control control;
	struct err e;
	/* What the callbacks saw. */
	struct buf seen;
	unsigned int calls;
	/* What the fake kernel answers with. */
	int32_t error;
	struct audit_status status;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	fake_init(&b->kernel, &b->socket, NULL);
	b->kernel.ctx = b;
	audit_control_init(&b->control, &b->socket);
	b->seen = BUF_INIT(1 << 20);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	fake_release(&b->kernel);
	buf_release(&b->seen);
	free(b);
	return 0;
}

static struct sv bytes_of(const void *p, size_t n)
{
	return sv_make(p, n);
}

/* Acknowledges everything; a question for the status is answered, too. */
static void obedient(struct fake_kernel *k, const struct audit_message *request)
{
	const struct bench *b = k->ctx;

	if (request->type == AUDIT_GET) {
		fake_put_ack(k, request->seq, 0);
		fake_put(k, AUDIT_GET, request->seq, bytes_of(&b->status, sizeof(b->status)));
		return;
	}
	fake_put_ack(k, request->seq, b->error);
}

static void a_request_is_acknowledged_and_numbered(void **state)
{
	struct bench *b = *state;
	struct audit_status sent;

	b->kernel.answer = obedient;
	assert_int_equal(audit_set_enabled(&b->control, 1, &b->e), 0);
	assert_int_equal(b->kernel.last.type, AUDIT_SET);
	assert_int_equal(b->kernel.last.flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(b->kernel.last.seq, 1);
	assert_int_equal(b->kernel.last.payload.n, sizeof(sent));
	memcpy(&sent, b->kernel.last.payload.p, sizeof(sent));
	assert_int_equal(sent.mask, AUDIT_STATUS_ENABLED);
	assert_int_equal(sent.enabled, 1);
	b->control.seq = UINT32_MAX;
	assert_int_equal(audit_set_failure(&b->control, 0, &b->e), 0);
	assert_int_equal(b->kernel.last.seq, 1); /* 0 is what records have */
}

static void every_field_of_the_status_has_its_bit(void **state)
{
	static const struct {
		int (*set)(struct audit_control *c, uint32_t value, struct err *e);
		uint32_t mask;
		size_t offset;
	} rows[] = {
#define ROW(fn, bit, field) {fn, bit, offsetof(struct audit_status, field)}
		ROW(audit_set_enabled, AUDIT_STATUS_ENABLED, enabled),
		ROW(audit_set_failure, AUDIT_STATUS_FAILURE, failure),
		ROW(audit_set_pid, AUDIT_STATUS_PID, pid),
		ROW(audit_set_rate_limit, AUDIT_STATUS_RATE_LIMIT, rate_limit),
		ROW(audit_set_backlog_limit, AUDIT_STATUS_BACKLOG_LIMIT, backlog_limit),
		ROW(audit_set_backlog_wait_time, AUDIT_STATUS_BACKLOG_WAIT_TIME, backlog_wait_time),
#undef ROW
	};
	struct bench *b = *state;

	b->kernel.answer = obedient;
	for (size_t i = 0; i < LEN(rows); i++) {
		const char *payload;

		assert_int_equal(rows[i].set(&b->control, 4242, &b->e), 0);
		payload = b->kernel.last.payload.p;
		assert_int_equal(audit_get_u32(payload), rows[i].mask);
		assert_int_equal(audit_get_u32(payload + rows[i].offset), 4242);
	}
}

static void a_reset_returns_what_the_counter_was(void **state)
{
	static const int32_t counts[] = {0, 1, 4096, INT32_MAX, INT32_MIN};
	struct bench *b = *state;

	b->kernel.answer = obedient;
	for (size_t i = 0; i < LEN(counts); i++) {
		uint32_t was = 99;

		b->error = counts[i];
		assert_int_equal(audit_reset_lost(&b->control, &was, &b->e), 0);
		assert_int_equal(was, (uint32_t)counts[i]);
		assert_int_equal(audit_get_u32(b->kernel.last.payload.p), AUDIT_STATUS_LOST);
		assert_int_equal(audit_reset_backlog_wait_time_actual(&b->control, NULL, &b->e), 0);
		assert_int_equal(audit_get_u32(b->kernel.last.payload.p),
				 AUDIT_STATUS_BACKLOG_WAIT_TIME_ACTUAL);
	}
}

static void the_status_is_read(void **state)
{
	struct bench *b = *state;
	struct audit_status got;

	b->kernel.answer = obedient;
	b->status = (struct audit_status){.enabled = 1, .pid = 7, .backlog_wait_time_actual = 9};
	assert_int_equal(audit_get_status(&b->control, &got, &b->e), 0);
	assert_memory_equal(&got, &b->status, sizeof(got));
}

static void short_status(struct fake_kernel *k, const struct audit_message *request)
{
	const struct bench *b = k->ctx;

	/* The answer before its acknowledgement, as a kernel thread may have it. */
	fake_put(k, AUDIT_GET, request->seq, bytes_of(&b->status, (size_t)b->error));
	fake_put_ack(k, request->seq, 0);
}

static void a_shorter_status_of_an_older_kernel_is_completed_with_zeros(void **state)
{
	struct bench *b = *state;
	struct audit_status got;

	b->kernel.answer = short_status;
	b->status = (struct audit_status){.enabled = 1, .backlog = 3, .backlog_wait_time = 9};
	b->error = 32;
	assert_int_equal(audit_get_status(&b->control, &got, &b->e), 0);
	assert_int_equal(got.backlog, 3);
	assert_int_equal(got.backlog_wait_time, 0);
	b->error = 31;
	got.backlog = 77;
	assert_int_equal(audit_get_status(&b->control, &got, &b->e), -1);
	assert_string_equal(b->e.text,
			    "cannot read the audit status: the kernel's answer is malformed");
	assert_int_equal(got.backlog, 77);
	assert_int_equal(b->control.stale, 1); /* the acknowledgement after the answer */
}

static void silence_ends_at_the_deadline(void **state)
{
	struct bench *b = *state;
	struct audit_status got;

	b->control.timeout_ms = 1500;
	assert_int_equal(audit_get_status(&b->control, &got, &b->e), -1);
	assert_int_equal(b->kernel.now_ms, 1500);
	assert_int_equal(b->e.sys, ETIMEDOUT);
	assert_string_equal(
		b->e.text,
		"cannot read the audit status: the kernel did not answer within 1500 ms");
}

static void a_lost_answer_is_named_as_the_reason(void **state)
{
	struct bench *b = *state;

	fake_put_error(&b->kernel, ENOBUFS);
	assert_int_equal(audit_trim(&b->control, &b->e), -1);
	assert_string_equal(b->e.text,
			    "cannot trim the watched trees: the kernel did not answer "
			    "within 5000 ms (answers were lost: the receive buffer was full)");
	assert_int_equal(b->control.overruns, 1);
}

static void signals_do_not_disturb(void **state)
{
	struct bench *b = *state;

	b->kernel.answer = obedient;
	b->kernel.send_error = EINTR;
	b->kernel.send_errors = 2;
	fake_put_error(&b->kernel, EINTR);
	b->kernel.wait_error = EINTR;
	b->kernel.wait_errors = 3;
	assert_int_equal(audit_trim(&b->control, &b->e), 0);
	assert_int_equal(b->kernel.requests, 1);
}

static void a_busy_socket_is_waited_for_until_the_deadline(void **state)
{
	struct bench *b = *state;

	b->kernel.answer = obedient;
	b->kernel.send_error = EAGAIN;
	b->kernel.send_errors = 3;
	assert_int_equal(audit_trim(&b->control, &b->e), 0);
	assert_int_equal(b->kernel.waits, 3);
	b->kernel.send_errors = 1000000;
	assert_int_equal(audit_trim(&b->control, &b->e), -1);
	assert_int_equal(b->e.sys, ETIMEDOUT);
}

static void noisy(struct fake_kernel *k, const struct audit_message *request)
{
	const struct bench *b = k->ctx;
	char forged[AUDIT_HEADER_BYTES + sizeof(b->status)];
	struct audit_status lie = {.pid = 666};

	/* Another process pretends to be the kernel, with the right number. */
	audit_header_put(forged, sizeof(forged), AUDIT_GET, 0, request->seq);
	memcpy(forged + AUDIT_HEADER_BYTES, &lie, sizeof(lie));
	fake_put_raw(k, 666, sv_make(forged, sizeof(forged)));
	/* An answer that came too late for the request before. */
	fake_put_ack(k, request->seq - 1, -EEXIST);
	fake_put(k, AUDIT_GET, request->seq - 1, bytes_of(&lie, sizeof(lie)));
	/* Of another kind. */
	fake_put(k, AUDIT_TTY_GET, request->seq, bytes_of(&lie, sizeof(lie)));
	fake_put(k, AUDIT_REPLACE, 0, SV("\1\0\0\0"));
	fake_put_raw(k, 0, SV("short"));
	fake_put(k, NLMSG_ERROR, request->seq, SV("\0\0"));
	fake_put_record(k, AUDIT_SYSCALL, SV("audit(1.0:1): first"));
	fake_put_ack(k, request->seq, 0);
	fake_put_record(k, AUDIT_EOE, SV("audit(1.0:1): second"));
	fake_put(k, AUDIT_GET, request->seq, bytes_of(&b->status, sizeof(b->status)));
	fake_put_record(k, AUDIT_CWD, SV("audit(1.0:2): left in the socket"));
}

static void remember(void *ctx, uint32_t type, struct sv text)
{
	struct bench *b = ctx;

	b->calls++;
	buf_printf(&b->seen, "%u %.*s;", type, SV_FMT(text));
}

static void records_between_are_handed_over_and_noise_is_counted(void **state)
{
	struct bench *b = *state;
	struct audit_status got;

	b->kernel.answer = noisy;
	b->status.pid = 42;
	b->control.event = remember;
	b->control.event_ctx = b;
	assert_int_equal(audit_get_status(&b->control, &got, &b->e), 0);
	assert_int_equal(got.pid, 42);
	assert_string_equal(buf_cstr(&b->seen),
			    "1300 audit(1.0:1): first;1320 audit(1.0:1): second;");
	assert_int_equal(b->control.foreign, 1);
	assert_int_equal(b->control.stale, 3);
	assert_int_equal(b->control.malformed, 2);
	assert_int_equal(b->control.events_dropped, 0);
	b->control.event = NULL;
	assert_int_equal(audit_get_status(&b->control, &got, &b->e), 0);
	assert_int_equal(b->control.events_dropped, 3);
	assert_int_equal(b->calls, 2);
}

static void flood(struct fake_kernel *k)
{
	k->head = k->tail = 0;
	fake_put_record(k, AUDIT_CWD, SV("audit(1.0:2): cwd=\"/\""));
}

/* Every record takes a moment and brings the next one: without the deadline this never ends. */
static void slow_reader(void *ctx, uint32_t type, struct sv text)
{
	struct bench *b = ctx;

	(void)type;
	(void)text;
	b->calls++;
	b->kernel.now_ms += 10;
	free(b->kernel.queue[0].bytes);
	flood(&b->kernel);
}

static void a_flood_of_records_does_not_stretch_the_deadline(void **state)
{
	struct bench *b = *state;

	flood(&b->kernel);
	b->control.event = slow_reader;
	b->control.event_ctx = b;
	assert_int_equal(audit_trim(&b->control, &b->e), -1);
	assert_int_equal(b->e.sys, ETIMEDOUT);
	assert_int_equal(b->calls, 500);
}

static void refusals_are_sentences(void **state)
{
	struct bench *b = *state;
	char rule[sizeof(struct audit_rule_data)] = {0};
	static const struct {
		int error;
		const char *add, *remove;
	} rows[] = {
		{EEXIST, "cannot add the rule: the kernel has it already",
		 "cannot delete the rule: File exists"},
		{ENOENT, "cannot add the rule: a path in it does not exist",
		 "cannot delete the rule: the kernel has no such rule"},
		{ECONNREFUSED,
		 "cannot add the rule: the kernel takes audit requests only from the initial user "
		 "namespace, and this process is in another (a container, perhaps)",
		 "cannot delete the rule: the kernel takes audit requests only from the initial "
		 "user namespace, and this process is in another (a container, perhaps)"},
		{E2BIG, "cannot add the rule: Argument list too long",
		 "cannot delete the rule: Argument list too long"},
	};

	b->kernel.answer = obedient;
	for (size_t i = 0; i < LEN(rows); i++) {
		b->error = -rows[i].error;
		assert_int_equal(audit_add_rule(&b->control, sv_make(rule, sizeof(rule)), &b->e),
				 -1);
		assert_string_equal(b->e.text, rows[i].add);
		assert_int_equal(b->e.sys, rows[i].error);
		assert_int_equal(audit_delete_rule(&b->control, sv_make(rule, sizeof(rule)), &b->e),
				 -1);
		assert_string_equal(b->e.text, rows[i].remove);
		assert_int_equal(b->e.sys, rows[i].error);
	}
}

static void a_missing_permission_is_named(void **state)
{
	struct bench *b = *state;

	b->kernel.answer = obedient;
	b->error = -EPERM;
	b->kernel.capable = false;
	assert_int_equal(audit_set_enabled(&b->control, 1, &b->e), -1);
	assert_string_equal(b->e.text, "cannot set the enabled flag: CAP_AUDIT_CONTROL is missing "
				       "(run as root)");
	assert_int_equal(b->e.sys, EPERM);
	assert_int_equal(audit_send_user(&b->control, 1112, SV("x"), &b->e), -1);
	assert_string_equal(b->e.text,
			    "cannot send the message: CAP_AUDIT_WRITE is missing (run as root)");
	b->kernel.capable = true;
	assert_int_equal(audit_set_enabled(&b->control, 1, &b->e), -1);
	assert_string_equal(b->e.text,
			    "cannot set the enabled flag: the kernel takes it only from the "
			    "initial pid namespace, and this process is in another (a "
			    "container, perhaps)");
	b->status.enabled = 2;
	assert_int_equal(audit_set_enabled(&b->control, 1, &b->e), -1);
	assert_string_equal(b->e.text, "cannot set the enabled flag: the audit configuration is "
				       "locked until the next boot (enabled 2)");
	assert_int_equal(audit_set_features(&b->control, 2, 2, 0, &b->e), -1);
	assert_string_equal(b->e.text,
			    "cannot change an audit feature: the feature is locked until "
			    "the next boot");
}

static void the_owner_of_the_socket_is_named(void **state)
{
	struct bench *b = *state;

	b->kernel.answer = obedient;
	b->error = -EEXIST;
	b->status.pid = 4711;
	assert_int_equal(audit_set_pid(&b->control, 99, &b->e), -1);
	assert_string_equal(b->e.text,
			    "cannot register as the audit daemon: the audit daemon with pid "
			    "4711 owns the kernel's audit socket");
	assert_int_equal(b->e.sys, EEXIST);
	assert_int_equal(audit_set_pid(&b->control, 99, NULL), -1);
}

static void a_closed_wire_is_a_sentence(void **state)
{
	struct bench *b = *state;

	b->kernel.send_error = ECONNREFUSED;
	b->kernel.send_errors = 1;
	assert_int_equal(audit_trim(&b->control, &b->e), -1);
	assert_int_equal(b->e.sys, ECONNREFUSED);
	fake_put_error(&b->kernel, EBADF);
	assert_int_equal(audit_trim(&b->control, &b->e), -1);
	assert_string_equal(b->e.text,
			    "cannot trim the watched trees: cannot receive from the kernel: "
			    "Bad file descriptor");
	b->kernel.wait_error = EBADF;
	b->kernel.wait_errors = 1;
	assert_int_equal(audit_trim(&b->control, &b->e), -1);
	assert_string_equal(b->e.text,
			    "cannot trim the watched trees: cannot wait for the kernel: Bad "
			    "file descriptor");
}

static void put_rule(struct fake_kernel *k, uint32_t seq, uint32_t says, struct sv strings)
{
	char rule[sizeof(struct audit_rule_data) + 64] = {0};

	memcpy(rule + offsetof(struct audit_rule_data, buflen), &says, sizeof(says));
	memcpy(rule + sizeof(struct audit_rule_data), strings.p, strings.n);
	fake_put(k, AUDIT_LIST_RULES, seq,
		 sv_make(rule, sizeof(struct audit_rule_data) + strings.n));
}

static void lists_two_rules(struct fake_kernel *k, const struct audit_message *request)
{
	fake_put_ack(k, request->seq, 0);
	put_rule(k, request->seq, 5, SV("alpha"));
	fake_put_record(k, AUDIT_CWD, SV("audit(1.0:2): between"));
	put_rule(k, request->seq, 0, SV(""));
	fake_put(k, NLMSG_DONE, request->seq - 1, SV_EMPTY);
	fake_put(k, NLMSG_DONE, request->seq, SV_EMPTY);
}

static void lists_half_a_rule(struct fake_kernel *k, const struct audit_message *request)
{
	fake_put_ack(k, request->seq, 0);
	put_rule(k, request->seq, 6, SV("alpha"));
	fake_put(k, NLMSG_DONE, request->seq, SV_EMPTY);
}

static void lists_without_end(struct fake_kernel *k, const struct audit_message *request)
{
	fake_put_ack(k, request->seq, 0);
	put_rule(k, request->seq, 5, SV("alpha"));
}

static void see_rule(void *ctx, struct sv rule)
{
	struct bench *b = ctx;

	b->calls++;
	buf_put(&b->seen, sv_from(rule, sizeof(struct audit_rule_data)));
	buf_putc(&b->seen, ';');
}

static void a_list_ends_with_its_own_end(void **state)
{
	struct bench *b = *state;

	b->kernel.answer = lists_two_rules;
	assert_int_equal(audit_list_rules(&b->control, see_rule, b, &b->e), 0);
	assert_int_equal(b->calls, 2);
	assert_string_equal(buf_cstr(&b->seen), "alpha;;");
	assert_int_equal(b->control.events_dropped, 1);
	assert_int_equal(b->kernel.last.payload.n, 0);
}

static void a_list_that_is_cut_or_malformed_is_an_error(void **state)
{
	struct bench *b = *state;

	b->kernel.answer = lists_half_a_rule;
	assert_int_equal(audit_list_rules(&b->control, see_rule, b, &b->e), -1);
	assert_string_equal(b->e.text, "cannot list the rules: the kernel's answer is malformed");
	assert_int_equal(b->calls, 0);
	b->kernel.answer = lists_without_end;
	assert_int_equal(audit_list_rules(&b->control, see_rule, b, &b->e), -1);
	assert_int_equal(b->e.sys, ETIMEDOUT);
}

static void half_a_rule_is_not_sent(void **state)
{
	struct bench *b = *state;
	char rule[sizeof(struct audit_rule_data) + 3] = {0};
	uint32_t four = 4;

	memcpy(rule + offsetof(struct audit_rule_data, buflen), &four, sizeof(four));
	assert_int_equal(audit_add_rule(&b->control, sv_make(rule, sizeof(rule)), &b->e), -1);
	assert_int_equal(audit_delete_rule(&b->control, SV("rule"), &b->e), -1);
	assert_string_equal(b->e.text, "cannot delete the rule: its bytes are incomplete");
	assert_int_equal(b->kernel.requests, 0);
}

static void a_request_too_long_is_not_sent(void **state)
{
	struct bench *b = *state;
	static char text[AUDIT_CONTROL_BYTES];

	assert_int_equal(audit_send_user(&b->control, 1112, sv_make(text, sizeof(text)), &b->e),
			 -1);
	assert_string_equal(b->e.text, "cannot send the message: the request is too long");
	assert_int_equal(b->kernel.requests, 0);
}

static void a_user_message_ends_with_a_nul_of_its_own(void **state)
{
	struct bench *b = *state;

	b->kernel.answer = obedient;
	assert_int_equal(audit_send_user(&b->control, 2300, SV("hello"), &b->e), 0);
	assert_int_equal(b->kernel.last.type, 2300);
	assert_true(sv_eq(b->kernel.last.payload, SV("hello\0")));
}

static void signal_answer(struct fake_kernel *k, const struct audit_message *request)
{
	const struct bench *b = k->ctx;

	fake_put_ack(k, request->seq, 0);
	fake_put(k, AUDIT_SIGNAL_INFO, request->seq,
		 sv_head(SV("\x01\0\0\0\x02\0\0\0unconfined\0junk"), (size_t)b->error));
}

static void the_sender_of_a_signal_has_uid_pid_and_label(void **state)
{
	struct bench *b = *state;
	struct audit_signal signal;

	b->kernel.answer = signal_answer;
	b->error = 30;
	assert_int_equal(audit_get_signal(&b->control, &signal, &b->e), 0);
	assert_int_equal(signal.uid, 1);
	assert_int_equal(signal.pid, 2);
	assert_true(sv_eq(signal.context, SV("unconfined")));
	b->error = 8;
	assert_int_equal(audit_get_signal(&b->control, &signal, &b->e), 0);
	assert_int_equal(signal.context.n, 0);
	b->error = 7;
	assert_int_equal(audit_get_signal(&b->control, &signal, &b->e), -1);
}

static void feature_answer(struct fake_kernel *k, const struct audit_message *request)
{
	struct audit_features f = {.vers = 1, .mask = 3, .features = 2, .lock = 2};

	fake_put_ack(k, request->seq, 0);
	if (request->type == AUDIT_GET_FEATURE)
		fake_put(k, AUDIT_GET_FEATURE, request->seq, bytes_of(&f, sizeof(f)));
}

static void features_are_read_and_set(void **state)
{
	struct bench *b = *state;
	struct audit_features f;

	b->kernel.answer = feature_answer;
	assert_int_equal(audit_get_features(&b->control, &f, &b->e), 0);
	assert_int_equal(f.features, 2);
	assert_int_equal(f.lock, 2);
	assert_int_equal(audit_set_features(&b->control, 2, 2, 1, &b->e), 0);
	assert_int_equal(b->kernel.last.type, AUDIT_SET_FEATURE);
	memcpy(&f, b->kernel.last.payload.p, sizeof(f));
	assert_int_equal(f.vers, AUDIT_FEATURE_VERSION);
	assert_int_equal(f.mask, 2);
	assert_int_equal(f.lock, 1);
}

static void tty_answer(struct fake_kernel *k, const struct audit_message *request)
{
	fake_put_ack(k, request->seq, 0);
	if (request->type == AUDIT_TTY_GET)
		fake_put(k, AUDIT_TTY_GET, request->seq, SV("\1\0\0\0"));
}

static void terminal_auditing_is_read_and_set(void **state)
{
	struct bench *b = *state;
	struct audit_tty_status tty;

	b->kernel.answer = tty_answer;
	assert_int_equal(audit_get_tty(&b->control, &tty, &b->e), 0);
	assert_int_equal(tty.enabled, 1);
	assert_int_equal(tty.log_passwd, 0);
	assert_int_equal(audit_set_tty(&b->control, &tty, &b->e), 0);
	assert_int_equal(b->kernel.last.type, AUDIT_TTY_SET);
}

static void directories_are_sent_with_their_lengths(void **state)
{
	struct bench *b = *state;

	b->kernel.answer = obedient;
	assert_int_equal(audit_make_equivalent(&b->control, SV("/a"), SV("/mnt"), &b->e), 0);
	assert_true(sv_eq(b->kernel.last.payload, SV("\2\0\0\0\4\0\0\0/a/mnt")));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_is_acknowledged_and_numbered),
		TEST(every_field_of_the_status_has_its_bit),
		TEST(a_reset_returns_what_the_counter_was),
		TEST(the_status_is_read),
		TEST(a_shorter_status_of_an_older_kernel_is_completed_with_zeros),
		TEST(silence_ends_at_the_deadline),
		TEST(a_lost_answer_is_named_as_the_reason),
		TEST(signals_do_not_disturb),
		TEST(a_busy_socket_is_waited_for_until_the_deadline),
		TEST(records_between_are_handed_over_and_noise_is_counted),
		TEST(a_flood_of_records_does_not_stretch_the_deadline),
		TEST(refusals_are_sentences),
		TEST(a_missing_permission_is_named),
		TEST(the_owner_of_the_socket_is_named),
		TEST(a_closed_wire_is_a_sentence),
		TEST(a_list_ends_with_its_own_end),
		TEST(a_list_that_is_cut_or_malformed_is_an_error),
		TEST(half_a_rule_is_not_sent),
		TEST(a_request_too_long_is_not_sent),
		TEST(a_user_message_ends_with_a_nul_of_its_own),
		TEST(the_sender_of_a_signal_has_uid_pid_and_label),
		TEST(features_are_read_and_set),
		TEST(terminal_auditing_is_read_and_set),
		TEST(directories_are_sent_with_their_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

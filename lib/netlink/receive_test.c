/* Batches of records: what is delivered, what is dropped, what is counted. */
#include "base/test.h"

#include "netlink/fake_kernel.h"
#include "netlink/receive.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>

struct bench {
	struct fake_kernel kernel;
	struct audit_socket socket;
	struct audit_batch batch;
	struct audit_counters counters;
	struct err e;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	fake_init(&b->kernel, &b->socket, NULL);
	audit_batch_init(&b->batch);
	audit_gaps_init(&b->counters.serials);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	fake_release(&b->kernel);
	free(b);
	return 0;
}

static enum audit_recv_status receive(struct bench *b)
{
	return audit_recv_batch(&b->socket, &b->batch, &b->counters, &b->e);
}

static void records_come_in_order_without_copies(void **state)
{
	struct bench *b = *state;

	fake_put_record(&b->kernel, AUDIT_SYSCALL, SV("audit(1.000:5): syscall=59"));
	fake_put(&b->kernel, AUDIT_EOE, 0, SV("audit(1.000:5): "));
	assert_int_equal(receive(b), AUDIT_RECV_RECORDS);
	assert_int_equal(b->batch.count, 2);
	assert_int_equal(b->batch.records[0].type, AUDIT_SYSCALL);
	assert_true(sv_eq(b->batch.records[0].text, SV("audit(1.000:5): syscall=59")));
	assert_false(b->batch.records[0].cut);
	assert_ptr_equal(b->batch.records[0].text.p, b->batch.bytes[0] + AUDIT_HEADER_BYTES);
	assert_int_equal(b->batch.records[1].type, AUDIT_EOE);
	assert_int_equal(b->counters.records, 2);
	assert_int_equal(b->counters.bytes, 26 + 16);
	assert_int_equal(b->counters.batches, 1);
	assert_int_equal(receive(b), AUDIT_RECV_NOTHING);
	assert_int_equal(b->batch.count, 0);
}

static void a_batch_is_never_more_than_its_slots(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < AUDIT_BATCH_SLOTS + 3; i++)
		fake_put_record(&b->kernel, AUDIT_CWD, SV("audit(1.000:5): cwd=\"/\""));
	assert_int_equal(receive(b), AUDIT_RECV_RECORDS);
	assert_int_equal(b->batch.count, AUDIT_BATCH_SLOTS);
	assert_int_equal(receive(b), AUDIT_RECV_RECORDS);
	assert_int_equal(b->batch.count, 3);
}

static void only_the_kernel_is_believed(void **state)
{
	struct bench *b = *state;
	char forged[20];

	audit_header_put(forged, sizeof(forged), AUDIT_SYSCALL, 0, 0);
	memcpy(forged + 16, "evil", 4);
	fake_put_raw(&b->kernel, 4711, sv_make(forged, sizeof(forged)));
	fake_put_raw(&b->kernel, 0, sv_make(forged, sizeof(forged)));
	b->kernel.queue[b->kernel.tail - 1].nameless = true;
	fake_put_record(&b->kernel, AUDIT_CWD, SV("audit(1.000:5): cwd=\"/\""));
	assert_int_equal(receive(b), AUDIT_RECV_RECORDS);
	assert_int_equal(b->batch.count, 1);
	assert_int_equal(b->batch.records[0].type, AUDIT_CWD);
	assert_int_equal(b->counters.foreign, 2);
}

static void a_record_too_long_is_kept_without_its_end(void **state)
{
	struct bench *b = *state;
	static char text[AUDIT_TEXT_MAX + 500];

	memset(text, 'x', sizeof(text));
	memcpy(text, "audit(1.000:5): ", 16);
	fake_put_record(&b->kernel, AUDIT_PATH, sv_make(text, sizeof(text)));
	fake_put(&b->kernel, AUDIT_PATH, 0, sv_make(text, sizeof(text)));
	fake_put(&b->kernel, AUDIT_PATH, 0, sv_make(text, AUDIT_TEXT_MAX));
	fake_put(&b->kernel, AUDIT_LIST_RULES, 0, sv_make(text, sizeof(text)));
	assert_int_equal(receive(b), AUDIT_RECV_RECORDS);
	assert_int_equal(b->batch.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(b->batch.records[i].cut, i < 2);
		assert_int_equal(b->batch.records[i].text.n, AUDIT_TEXT_MAX);
	}
	assert_int_equal(b->counters.cut, 2);
	assert_int_equal(b->counters.malformed, 1);
}

static void lengths_that_do_not_agree_are_dropped_and_counted(void **state)
{
	static const struct {
		size_t bytes;
		uint32_t length;
	} rows[] = {{0, 0}, {15, 15}, {16, 3}, {40, 41}, {40, 39}, {40, 20}, {40, UINT32_MAX}};
	struct bench *b = *state;
	uint64_t expected = 0;

	for (size_t i = 0; i < LEN(rows); i++) {
		char bytes[64] = {0};

		audit_header_put(bytes, rows[i].length, AUDIT_SYSCALL, 0, 0);
		fake_put_raw(&b->kernel, 0, sv_make(bytes, rows[i].bytes));
		/* 39 of 40 is a message whose padding is there; 20 leaves a second one behind. */
		expected += rows[i].length != 39;
	}
	assert_int_equal(receive(b), AUDIT_RECV_RECORDS);
	assert_int_equal(b->batch.count, 1);
	assert_int_equal(b->batch.records[0].text.n, 23);
	assert_int_equal(b->counters.malformed, expected);
}

static void answers_and_liveness_questions_are_no_records(void **state)
{
	struct bench *b = *state;

	fake_put_ack(&b->kernel, 9, 0);
	fake_put(&b->kernel, AUDIT_REPLACE, 0, SV("\1\0\0\0"));
	assert_int_equal(receive(b), AUDIT_RECV_NOTHING);
	assert_int_equal(b->counters.other, 2);
	assert_int_equal(b->counters.records, 0);
}

static void overruns_are_counted_and_the_rest_is_read(void **state)
{
	struct bench *b = *state;

	fake_put_error(&b->kernel, ENOBUFS);
	fake_put_record(&b->kernel, AUDIT_CWD, SV("audit(1.000:5): cwd=\"/\""));
	fake_put_error(&b->kernel, ENOBUFS);
	fake_put_record(&b->kernel, AUDIT_CWD, SV("audit(1.000:6): cwd=\"/\""));
	assert_int_equal(receive(b), AUDIT_RECV_RECORDS);
	assert_int_equal(receive(b), AUDIT_RECV_RECORDS);
	assert_int_equal(b->counters.overruns, 2);
	for (int i = 0; i < 20; i++)
		fake_put_error(&b->kernel, ENOBUFS);
	assert_int_equal(receive(b), AUDIT_RECV_NOTHING);
}

static void a_broken_socket_says_why(void **state)
{
	struct bench *b = *state;

	fake_put_error(&b->kernel, EBADF);
	assert_int_equal(receive(b), AUDIT_RECV_FAILED);
	assert_int_equal(b->e.sys, EBADF);
	assert_string_equal(b->e.text, "cannot receive from the audit socket: Bad file descriptor");
}

static void events_that_never_came_are_counted(void **state)
{
	struct bench *b = *state;
	char text[64];

	for (unsigned int serial = 1; serial < 3000; serial++) {
		struct sv view;

		if (serial % 1000 == 500)
			continue;
		view = sv_make(text,
			       (size_t)snprintf(text, sizeof(text), "audit(1.0:%u): ", serial));
		fake_release(&b->kernel);
		fake_put_record(&b->kernel, AUDIT_EOE, view);
		assert_int_equal(receive(b), AUDIT_RECV_RECORDS);
	}
	assert_int_equal(b->counters.serials.missing, 2); /* 2500 may still come */
}

static void the_system_itself_delivers_and_is_not_the_kernel(void **state)
{
	struct bench *b = *state;
	int pair[2];
	char bytes[20];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	b->socket = (struct audit_socket){pair[0], &audit_wire_system, NULL};
	assert_int_equal(receive(b), AUDIT_RECV_NOTHING);
	audit_header_put(bytes, sizeof(bytes), AUDIT_SYSCALL, 0, 0);
	memcpy(bytes + 16, "evil", 4);
	assert_int_equal(send(pair[1], bytes, sizeof(bytes), 0), sizeof(bytes));
	assert_int_equal(receive(b), AUDIT_RECV_NOTHING);
	assert_int_equal(b->counters.foreign, 1);
	assert_int_equal(close(pair[1]), 0);
	audit_socket_close(&b->socket);
	audit_socket_close(&b->socket);
	assert_int_equal(b->socket.fd, -1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_come_in_order_without_copies),
		TEST(a_batch_is_never_more_than_its_slots),
		TEST(only_the_kernel_is_believed),
		TEST(a_record_too_long_is_kept_without_its_end),
		TEST(lengths_that_do_not_agree_are_dropped_and_counted),
		TEST(answers_and_liveness_questions_are_no_records),
		TEST(overruns_are_counted_and_the_rest_is_read),
		TEST(a_broken_socket_says_why),
		TEST(events_that_never_came_are_counted),
		TEST(the_system_itself_delivers_and_is_not_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

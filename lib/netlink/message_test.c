/* Messages inside a datagram, and the window over serials. */
#include "base/test.h"

#include "netlink/gaps.h"
#include "netlink/message.h"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdlib.h>

/* A datagram on the heap of exactly n bytes, so that the sanitizers see a step too far. */
struct datagram {
	char *bytes;
	size_t n;
};

static struct datagram make(size_t n)
{
	struct datagram d = {calloc(1, n ? n : 1), n};

	assert_non_null(d.bytes);
	return d;
}

static void header_and_payload_are_found(void **state)
{
	struct datagram d = make(20);
	struct audit_messages it;
	struct audit_message m;

	(void)state;
	audit_header_put(d.bytes, 20, AUDIT_GET, NLM_F_REQUEST | NLM_F_ACK, 7);
	memcpy(d.bytes + 16, "abcd", 4);
	audit_messages_init(&it, sv_make(d.bytes, d.n));
	assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_FOUND);
	assert_int_equal(m.type, AUDIT_GET);
	assert_int_equal(m.flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(m.seq, 7);
	assert_int_equal(m.port, 0);
	assert_true(sv_eq(m.payload, SV("abcd")));
	assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_END);
	free(d.bytes);
}

static void several_messages_follow_at_four_byte_steps(void **state)
{
	struct datagram d = make(20 + 16 + 17);
	struct audit_messages it;
	struct audit_message m;

	(void)state;
	audit_header_put(d.bytes, 18, AUDIT_LIST_RULES, NLM_F_MULTI, 1);
	audit_header_put(d.bytes + 20, 16, AUDIT_LIST_RULES, NLM_F_MULTI, 1);
	audit_header_put(d.bytes + 36, 17, NLMSG_DONE, NLM_F_MULTI, 1);
	audit_messages_init(&it, sv_make(d.bytes, d.n));
	assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_FOUND);
	assert_int_equal(m.payload.n, 2);
	assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_FOUND);
	assert_int_equal(m.payload.n, 0);
	assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_FOUND);
	assert_int_equal(m.type, NLMSG_DONE);
	assert_int_equal(m.payload.n, 1);
	assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_END);
	free(d.bytes);
}

static void impossible_lengths_end_the_walk(void **state)
{
	static const struct {
		size_t bytes;
		uint32_t length;
		uint16_t type;
	} rows[] = {
		{1, 0, 0},
		{15, 16, AUDIT_GET},
		{16, 0, AUDIT_GET},
		{16, 15, AUDIT_GET},
		{16, 17, AUDIT_GET},
		{32, 33, AUDIT_GET},
		{32, UINT32_MAX, AUDIT_GET},
		{32, UINT32_MAX - 2, AUDIT_SYSCALL},
		{32, 15, AUDIT_SYSCALL},
		{32, 16, AUDIT_GET - 1}, /* one good, then sixteen zeros */
		{40, 8, AUDIT_SYSCALL},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct datagram d = make(rows[i].bytes);
		struct audit_messages it;
		struct audit_message m;
		enum audit_message_status status;

		if (d.n >= AUDIT_HEADER_BYTES)
			audit_header_put(d.bytes, rows[i].length, rows[i].type, 0, 0);
		audit_messages_init(&it, sv_make(d.bytes, d.n));
		do
			status = audit_messages_next(&it, &m);
		while (status == AUDIT_MESSAGE_FOUND);
		assert_int_equal(status, AUDIT_MESSAGE_BAD);
		assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_END);
		free(d.bytes);
	}
}

static void a_record_may_count_its_header_or_not(void **state)
{
	const struct sv text = SV("audit(1700000000.123:456): a0=0");

	(void)state;
	for (uint32_t header = 0; header <= AUDIT_HEADER_BYTES; header += AUDIT_HEADER_BYTES) {
		struct datagram d = make(AUDIT_HEADER_BYTES + text.n);
		struct audit_messages it;
		struct audit_message m;

		audit_header_put(d.bytes, (uint32_t)text.n + header, AUDIT_SYSCALL, 0, 0);
		memcpy(d.bytes + AUDIT_HEADER_BYTES, text.p, text.n);
		audit_messages_init(&it, sv_make(d.bytes, d.n));
		assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_FOUND);
		assert_true(sv_eq(m.payload, text));
		assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_END);
		free(d.bytes);
	}
}

static void an_empty_record_without_its_header_is_empty(void **state)
{
	struct datagram d = make(AUDIT_HEADER_BYTES);
	struct audit_messages it;
	struct audit_message m;

	(void)state;
	audit_header_put(d.bytes, 0, AUDIT_EOE, 0, 0);
	audit_messages_init(&it, sv_make(d.bytes, d.n));
	assert_int_equal(audit_messages_next(&it, &m), AUDIT_MESSAGE_FOUND);
	assert_int_equal(m.payload.n, 0);
	free(d.bytes);
}

static void only_log_records_are_records(void **state)
{
	(void)state;
	assert_false(audit_type_is_record(NLMSG_ERROR));
	assert_false(audit_type_is_record(AUDIT_GET));
	assert_false(audit_type_is_record(AUDIT_LIST_RULES));
	assert_false(audit_type_is_record(AUDIT_REPLACE));
	assert_true(audit_type_is_record(AUDIT_USER));
	assert_true(audit_type_is_record(AUDIT_LOGIN));
	assert_true(audit_type_is_record(AUDIT_FIRST_USER_MSG));
	assert_true(audit_type_is_record(AUDIT_SYSCALL));
	assert_true(audit_type_is_record(2999));
}

static void errors_are_read_from_error_messages_only(void **state)
{
	int32_t error = 5, minus = -1;
	struct audit_message m = {.type = NLMSG_ERROR};

	(void)state;
	m.payload = sv_make((const char *)&minus, 3);
	assert_false(audit_message_error(&m, &error));
	assert_int_equal(error, 5);
	m.payload.n = 4;
	m.type = AUDIT_GET;
	assert_false(audit_message_error(&m, &error));
	m.type = NLMSG_ERROR;
	assert_true(audit_message_error(&m, &error));
	assert_int_equal(error, -1);
}

static void serials_are_read_from_the_stamp(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t serial;
	} rows[] = {
		{"audit(1700000000.123:456): x=1", true, 456},
		{"audit(1.0:4294967295):", true, UINT32_MAX},
		{"audit(1.0:4294967296):", false, 0},
		{"audit(1.0:)", false, 0},
		{"audit(1.0)", false, 0},
		{"audit(1.0:12", false, 0},
		{"audit(", false, 0},
		{" audit(1.0:1):", false, 0},
		{"", false, 0},
		{"audit(1.0:1:2):", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		uint32_t serial = 0;

		assert_int_equal(audit_text_serial(sv_cstr(rows[i].text), &serial), rows[i].ok);
		assert_int_equal(serial, rows[i].serial);
	}
}

static void serials_in_order_leave_no_gap(void **state)
{
	struct audit_gaps g;

	(void)state;
	audit_gaps_init(&g);
	for (uint32_t n = UINT32_MAX - 5000; n != 5000; n++) {
		audit_gaps_put(&g, n);
		audit_gaps_put(&g, n);
	}
	assert_int_equal(g.missing, 0);
	assert_int_equal(g.late, 0);
	assert_int_equal(g.events, 10001);
}

static void serials_a_little_out_of_order_leave_no_gap(void **state)
{
	struct audit_gaps g;

	(void)state;
	audit_gaps_init(&g);
	audit_gaps_put(&g, 100);
	for (uint32_t n = 101; n < 9000; n += 3) {
		audit_gaps_put(&g, n + 2);
		audit_gaps_put(&g, n);
		audit_gaps_put(&g, n + 1);
	}
	assert_int_equal(g.missing, 0);
	assert_int_equal(g.late, 0);
	assert_int_equal(g.events, 8902);
}

static void a_serial_is_missing_once_the_window_has_passed(void **state)
{
	struct audit_gaps g;

	(void)state;
	audit_gaps_init(&g);
	audit_gaps_put(&g, 10);
	audit_gaps_put(&g, 12);
	for (uint32_t n = 13; n < 11 + AUDIT_GAPS_WINDOW; n++)
		audit_gaps_put(&g, n);
	assert_int_equal(g.missing, 0);
	audit_gaps_put(&g, 11 + AUDIT_GAPS_WINDOW);
	assert_int_equal(g.missing, 1);
	audit_gaps_put(&g, 11);
	assert_int_equal(g.late, 1);
}

static void a_jump_counts_every_number_that_it_passed(void **state)
{
	struct audit_gaps g;
	uint64_t expected = 1000000 - 1;

	(void)state;
	audit_gaps_init(&g);
	audit_gaps_put(&g, 7);
	audit_gaps_put(&g, 7 + 1000000);
	/* Those still in the window are found missing as it moves on. */
	assert_int_equal(g.missing, expected - (AUDIT_GAPS_WINDOW - 1));
	for (uint32_t n = 1; n <= AUDIT_GAPS_WINDOW; n++)
		audit_gaps_put(&g, 7 + 1000000 + n);
	assert_int_equal(g.missing, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_and_payload_are_found),
		cmocka_unit_test(several_messages_follow_at_four_byte_steps),
		cmocka_unit_test(impossible_lengths_end_the_walk),
		cmocka_unit_test(a_record_may_count_its_header_or_not),
		cmocka_unit_test(an_empty_record_without_its_header_is_empty),
		cmocka_unit_test(only_log_records_are_records),
		cmocka_unit_test(errors_are_read_from_error_messages_only),
		cmocka_unit_test(serials_are_read_from_the_stamp),
		cmocka_unit_test(serials_in_order_leave_no_gap),
		cmocka_unit_test(serials_a_little_out_of_order_leave_no_gap),
		cmocka_unit_test(a_serial_is_missing_once_the_window_has_passed),
		cmocka_unit_test(a_jump_counts_every_number_that_it_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The file that a key at rest is in, and the messages about it. */
#include "base/test.h"

#include "integrity/keyfile.h"
#include "integrity/reserve_fake.h"
#include "integrity/reserve_message.h"

#include <stddef.h>
#include <sys/socket.h>

#define ZEROS32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define HEAD                                                                                       \
	"aurum-seal-key/v1\norigin audit.example.org/h/1\nenrolled " ZEROS32 "\npublic " ZEROS32   \
	"\n"
#define TPM "kept tpm\ntcti device:/dev/tpmrm0\npcr 13\nboot 7 " ZEROS32 "\n"

static void what_is_read_is_printed_as_it_was(void **state)
{
	static const char *const texts[] = {
		HEAD "kept file\nsecret " ZEROS32 "\n",
		HEAD "kept creds\nsecret AAECAw==\n",
		HEAD TPM "secret AAECAw==\n",
		HEAD TPM "restart " ZEROS32 "\nsecret AAECAw==\n",
	};

	(void)state;
	for (size_t i = 0; i < LEN(texts); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT(KEYFILE_TEXT_MAX);
		struct keyfile k;

		assert_int_equal(keyfile_parse(sv_cstr(texts[i]), &k, NULL), 0);
		keyfile_print(&text, &k);
		assert_string_equal(buf_cstr(&text), texts[i]);
	}
}

static void what_is_not_to_the_byte_is_refused_and_leaves_nothing(void **state)
{
	static const struct keyfile empty;
	static const char *const texts[] = {
		"",
		"aurum-seal-key/v1\n",
		"aurum-seal-key/v2\norigin a\n",
		HEAD "kept file\nsecret " ZEROS32, /* no end */
		HEAD "kept file\nsecret " ZEROS32 "\nmore\n",
		HEAD "kept file\nsecret AAECAw==\n", /* no seed */
		HEAD "kept file\nsecret \n",
		HEAD "kept paper\nsecret " ZEROS32 "\n",
		HEAD "kept file\npcr 13\nsecret " ZEROS32 "\n",
		HEAD "kept tpm\nsecret AAECAw==\n",
		HEAD "kept tpm\ntcti /lib/other.so\npcr 13\nboot 7 " ZEROS32 "\nsecret AAECAw==\n",
		HEAD "kept tpm\ntcti device:/dev/tpm0\npcr 24\nboot 7 " ZEROS32
		     "\nsecret AAECAw==\n",
		HEAD "kept tpm\ntcti device:/dev/tpm0\npcr 013\nboot 7 " ZEROS32
		     "\nsecret AAECAw==\n",
		HEAD "kept tpm\ntcti device:/dev/tpm0\npcr 13\nboot " ZEROS32 "\nsecret AAECAw==\n",
		HEAD TPM "restart AAECAw==\nsecret AAECAw==\n",
		"aurum-seal-key/v1\norigin a b\nenrolled " ZEROS32 "\npublic " ZEROS32
		"\nkept file\nsecret " ZEROS32 "\n",
	};

	(void)state;
	for (size_t i = 0; i < LEN(texts); i++) {
		struct keyfile k = {.secret_bytes = 1};
		struct err e;

		if (keyfile_parse(sv_cstr(texts[i]), &k, &e) == 0)
			fail_msg("taken: %s", texts[i]);
		assert_string_equal(e.text, "is no key of a seal");
		assert_memory_equal(&k, &empty, sizeof(k));
	}
}

static void a_tpm_is_named_without_room_for_other_libraries(void **state)
{
	(void)state;
	assert_true(keyfile_tcti_is_good(SV("device:/dev/tpmrm0")));
	assert_true(keyfile_tcti_is_good(SV("swtpm:path=/tmp/s")));
	assert_false(keyfile_tcti_is_good(SV("libtss2-tcti-other.so")));
	assert_false(keyfile_tcti_is_good(SV("device:tpm")));
	assert_false(keyfile_tcti_is_good(SV("device:/dev/t m")));
	assert_false(keyfile_tcti_is_good(SV("device:/dev/tpm\n")));
}

static void messages_are_whole_or_refused(void **state)
{
	static struct reserve_message m, got;
	const size_t head = offsetof(struct reserve_message, text);
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	m = (struct reserve_message){.kind = RESERVE_SIGN};
	assert_true(reserve_message_put(&m, SV("a text")));
	assert_int_equal(reserve_message_send(ends[0], &m, NULL), 0);
	assert_int_equal(reserve_message_take(ends[1], 0, &got), RESERVE_TAKEN);
	assert_true(sv_eq(reserve_message_text(&got), SV("a text")));
	assert_int_equal(reserve_message_take(ends[1], 0, &got), RESERVE_LATE);

	assert_true(reserve_message_is_whole(&m, head + 6));
	assert_false(reserve_message_is_whole(&m, head + 5));
	assert_false(reserve_message_is_whole(&m, head - 1));
	assert_false(reserve_message_is_whole(&m, sizeof(m) + 1));
	m.count = RESERVE_KEYS_MAX + 1;
	assert_false(reserve_message_is_whole(&m, head + 6));
	m.count = 0;
	m.kind = RESERVE_ASK_END;
	assert_false(reserve_message_is_whole(&m, head + 6));
	m.kind = 0;
	assert_int_equal(reserve_message_send(ends[0], &m, NULL), 0);
	assert_int_equal(reserve_message_take(ends[1], 0, &got), RESERVE_BROKEN);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(reserve_message_take(ends[1], 0, &got), RESERVE_ENDED);
	assert_int_equal(close(ends[1]), 0);
}

static struct seal_step start_of(uint64_t number, const struct seal_public *reserved)
{
	return (struct seal_step){.kind = SEAL_START,
				  .origin = SV("audit.example.org/h/1"),
				  .number = number,
				  .state = number ? SEAL_UNCLEAN : SEAL_FIRST,
				  .reserved = *reserved};
}

/* The fake makes the promises that auditd-sealkey makes; its own tests are test/golden/sealkey.bats. */
static void the_fake_signs_with_the_key_that_is_named(void **state)
{
	static const uint8_t seed[SEAL_SEED_BYTES] = {7};
	CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
	struct seal_public first, next;
	struct reserve *r = reserve_fake_new(seed, &first), *crashed;
	struct reserve_keys keys;
	struct seal_note note;
	struct seal_vkey vkey;
	struct seal_step step;
	struct err why, e;
	struct sv rest, bytes;

	(void)state;
	assert_int_equal(reserve_stage(r, RESERVE_FOR_BOOT, &next, &e), 0);
	step = start_of(0, &next);
	assert_int_equal(reserve_sign(r, &first, &step, &text, NULL, &e), 0);
	rest = buf_view(&text);
	assert_int_equal(seal_note_next(&rest, &bytes), SEAL_CUT_NOTE);
	assert_int_equal(seal_note_parse(bytes, &note, &e), 0);
	seal_vkey_make(&vkey, step.origin, SEAL_TYPE_ED25519, &first);
	assert_true(seal_note_check(&note, &vkey));

	crashed = reserve_fake_copy(r);
	assert_int_equal(reserve_load(crashed, &keys, &why, &e), 0);
	assert_int_equal(keys.count, 2);
	assert_true(seal_public_eq(&keys.of[0], &first));
	assert_true(seal_public_eq(&keys.of[1], &next));
	reserve_free(crashed);

	reserve_fake_close(r);
	assert_true(reserve_closes(r));
	assert_int_equal(reserve_commit(r, 1, &next, &e), 0);
	assert_int_equal(reserve_fake_starts(r), 1);
	assert_int_equal(reserve_load(r, &keys, &why, &e), 0);
	assert_int_equal(keys.count, 0);
	assert_string_not_equal(why.text, "");
	reserve_fake_boot(r);
	assert_int_equal(reserve_load(r, &keys, &why, &e), 0);
	assert_int_equal(keys.count, 1);
	assert_int_equal(reserve_sign(r, &first, &step, &text, NULL, &e), -1);
	reserve_fake_fail(r, FAKE_STAGE, 1);
	assert_int_equal(reserve_stage(r, RESERVE_FOR_BOOT, &first, &e), -1);
	assert_int_equal(reserve_stage(r, RESERVE_FOR_BOOT, &first, &e), 0);
	reserve_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_printed_as_it_was),
		cmocka_unit_test(what_is_not_to_the_byte_is_refused_and_leaves_nothing),
		cmocka_unit_test(a_tpm_is_named_without_room_for_other_libraries),
		cmocka_unit_test(messages_are_whole_or_refused),
		cmocka_unit_test(the_fake_signs_with_the_key_that_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Commits, places, the anchor and proofs: what is packed is read again, and nothing else is. */
#include "base/test.h"

#include "seal/anchor.h"
#include "seal/commit.h"
#include "seal/place.h"
#include "seal/proof.h"

#define VKEY "audit.example.org/h/4f1c2a+9a2e848d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define HASH "8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+8Q="

static void crc32c_is_that_of_the_rfc(void **state)
{
	uint8_t bytes[32];

	(void)state;
	assert_int_equal(seal_crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(seal_crc32c("", 0), 0);
	memset(bytes, 0, sizeof(bytes)); /* RFC 3720, B.4 */
	assert_int_equal(seal_crc32c(bytes, sizeof(bytes)), 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(seal_crc32c(bytes, sizeof(bytes)), 0x62a8ab43);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(seal_crc32c(bytes, sizeof(bytes)), 0x46dd794e);
	for (size_t n = 0; n <= sizeof(bytes); n++)
		assert_int_equal(seal_crc32c(bytes, n), seal_crc32c_by_table(bytes, n));
}

static struct seal_commit commit_of(enum seal_commit_type type)
{
	struct seal_commit c = {
		.type = type,
		.flags = SEAL_COMMIT_CRITICAL | SEAL_COMMIT_HEARTBEAT,
		.size = 0x0102030405060708,
		.segment = 7,
		.offset = 123456,
		.wall_ns = 1763756400000000001,
		.boot_ns = 42,
		.epoch = 0x11223344,
		.key_id = 0x9a2e848d,
	};

	memset(c.root.b, 0xab, sizeof(c.root.b));
	if (type != SEAL_COMMIT_SEGMENT_BEGINS)
		memset(c.signature, 0xcd, sizeof(c.signature));
	if (type == SEAL_COMMIT_HANDOVER || type == SEAL_COMMIT_START ||
	    type == SEAL_COMMIT_RESERVE)
		memset(c.key.b, 0xef, sizeof(c.key.b));
	if (type == SEAL_COMMIT_RECEIPT)
		c.cosign_seconds = 99;
	if (type == SEAL_COMMIT_PRUNED)
		c.first_kept = 98;
	return c;
}

static void commits_of_each_type_come_back(void **state)
{
	(void)state;
	for (int type = SEAL_COMMIT_CHECKPOINT; type <= SEAL_COMMIT_RESERVE; type++) {
		struct seal_commit c = commit_of((enum seal_commit_type)type), read;
		uint8_t bytes[SEAL_COMMIT_BYTES], again[SEAL_COMMIT_BYTES];

		seal_commit_pack(&c, bytes);
		assert_true(seal_commit_unpack(bytes, &read));
		/* The struct has padding; the bytes hold every field. */
		seal_commit_pack(&read, again);
		assert_memory_equal(bytes, again, sizeof(bytes));
	}
}

static void a_commit_stands_as_the_document_says(void **state)
{
	struct seal_commit c = commit_of(SEAL_COMMIT_PRUNED);
	uint8_t bytes[SEAL_COMMIT_BYTES];

	(void)state;
	seal_commit_pack(&c, bytes);
	assert_memory_equal(bytes, "ALC1\x00\xc0\x06\x09\x01\x02\x03\x04\x05\x06\x07\x08\xab", 17);
	assert_memory_equal(bytes + 48, "\0\0\0\0\0\0\0\x07\0\0\0\0\0\x01\xe2\x40", 16);
	assert_memory_equal(bytes + 80, "\x11\x22\x33\x44\x9a\x2e\x84\x8d\xcd", 9);
	assert_memory_equal(bytes + 152, "\0\0\0\0\0\0\0\x62\0", 9);
	assert_int_equal(bytes[184] | bytes[185] | bytes[186] | bytes[187], 0);
}

static void no_bit_of_a_record_can_flip(void **state)
{
	struct seal_commit c = commit_of(SEAL_COMMIT_START);
	struct seal_place p = {.number = 3, .first = 5};
	uint8_t bytes[SEAL_PLACE_BYTES];

	(void)state;
	seal_commit_pack(&c, bytes);
	for (size_t bit = 0; bit < 8 * SEAL_COMMIT_BYTES; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(seal_commit_unpack(bytes, &c));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	seal_place_pack(&p, bytes);
	for (size_t bit = 0; bit < 8 * SEAL_PLACE_BYTES; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(seal_place_unpack(bytes, &p));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* Changes a byte and makes the CRC right again. */
static bool commit_takes(enum seal_commit_type type, size_t at, uint8_t value)
{
	struct seal_commit c = commit_of(type);
	uint8_t bytes[SEAL_COMMIT_BYTES];
	uint32_t crc;

	seal_commit_pack(&c, bytes);
	bytes[at] = value;
	crc = seal_crc32c(bytes, SEAL_COMMIT_BYTES - 4);
	for (size_t i = 0; i < 4; i++)
		bytes[SEAL_COMMIT_BYTES - 4 + i] = (uint8_t)(crc >> (24 - 8 * i));
	return seal_commit_unpack(bytes, &c);
}

static void what_a_commit_does_not_use_is_zero(void **state)
{
	(void)state;
	assert_true(commit_takes(SEAL_COMMIT_CHECKPOINT, 8, 9));
	assert_false(commit_takes(SEAL_COMMIT_CHECKPOINT, 0, 'B'));
	assert_false(commit_takes(SEAL_COMMIT_CHECKPOINT, 5, 0));
	assert_false(commit_takes(SEAL_COMMIT_CHECKPOINT, 6, 0));
	assert_false(commit_takes(SEAL_COMMIT_CHECKPOINT, 6, 10));
	assert_false(commit_takes(SEAL_COMMIT_CHECKPOINT, 7, 16));
	assert_false(commit_takes(SEAL_COMMIT_CHECKPOINT, 152, 1));
	assert_false(commit_takes(SEAL_COMMIT_CHECKPOINT, 187, 1));
	assert_true(commit_takes(SEAL_COMMIT_RECEIPT, 159, 1));
	assert_false(commit_takes(SEAL_COMMIT_RECEIPT, 160, 1));
	assert_true(commit_takes(SEAL_COMMIT_RESERVE, 183, 1));
	assert_false(commit_takes(SEAL_COMMIT_SEGMENT_BEGINS, 88, 1));
}

static void places_come_back(void **state)
{
	struct seal_place p = {.number = 3,
			       .first = 0x185,
			       .end = 0x200,
			       .ended = true,
			       .offset = 1,
			       .bytes = 2,
			       .device = 4,
			       .inode = 5,
			       .birth_ns = 6,
			       .wall_ns = 7},
			  read;
	uint8_t bytes[SEAL_PLACE_BYTES];

	(void)state;
	memset(p.of[0].b, 1, 32);
	memset(p.of[2].b, 2, 32);
	memset(p.of[7].b, 3, 32);
	seal_place_pack(&p, bytes);
	assert_memory_equal(bytes, "ALS1\x02\x00\x00\x01\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\x01\x85",
			    24);
	assert_int_equal(bytes[80 + 32 * 7], 3);
	assert_true(seal_place_unpack(bytes, &read));
	assert_memory_equal(&p, &read, sizeof(p));
	memset(p.of[1].b, 9, 32); /* bit 1 of the index is not set: means nothing, is not written */
	seal_place_pack(&p, bytes);
	assert_true(seal_place_unpack(bytes, &read));
	assert_int_equal(read.of[1].b[0], 0);
	p.end = p.first - 1;
	seal_place_pack(&p, bytes);
	assert_false(seal_place_unpack(bytes, &read));
	p.ended = false;
	seal_place_pack(&p, bytes);
	assert_false(seal_place_unpack(bytes, &read));
	p.end = p.bytes = 0;
	seal_place_pack(&p, bytes);
	assert_true(seal_place_unpack(bytes, &read));
}

static void anchors_come_back_and_nothing_else_is_one(void **state)
{
	static const char good[] = "aurum-seal-anchor/v1\n" VKEY "\n3\n" HASH "\n";
	static const char *const bad[] = {
		"",
		"aurum-seal-anchor/v2\n" VKEY "\n3\n" HASH "\n",
		"aurum-seal-anchor/v1\n" VKEY "x\n3\n" HASH "\n",
		"aurum-seal-anchor/v1\n" VKEY "\n03\n" HASH "\n",
		"aurum-seal-anchor/v1\n" VKEY "\n3\n" HASH,
		"aurum-seal-anchor/v1\n" VKEY "\n3\n" HASH "\n\n",
		"aurum-seal-anchor/v1\ncollector-1.example.org/"
		"w+4007dd2d+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/"
		"4SyJeUvJMilm3X\n3\n" HASH "\n",
	};
	CLEANUP(buf_release) struct buf b = BUF_INIT(4096);
	struct seal_anchor a;
	struct err e;

	(void)state;
	assert_int_equal(seal_anchor_parse(sv_cstr(good), &a, NULL), 0);
	assert_int_equal(a.starts, 3);
	seal_anchor_print(&b, &a);
	assert_string_equal(buf_cstr(&b), good);
	for (size_t i = 0; i < LEN(bad); i++)
		assert_int_equal(seal_anchor_parse(sv_cstr(bad[i]), &a, &e), -1);
}

#define NOTE "a\n3\n" HASH "\n\n— a AAAAAAA=\n"

static void proofs_print_as_they_were_read(void **state)
{
	static const char *const inclusions[] = {
		"c2sp.org/tlog-proof@v1\nindex 0\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nextra Zm9v\nindex 7\n" HASH "\n" HASH "\n\n" NOTE,
	};
	static const char *const consistencies[] = {
		"aurum-consistency-proof/v1\nold 0\nnew 3\n\n" NOTE "\n" NOTE,
		"aurum-consistency-proof/v1\nold 2\nnew 3\n" HASH "\n\n" NOTE "\n" NOTE,
	};
	struct seal_inclusion p;
	struct seal_consistency q;

	(void)state;
	for (size_t i = 0; i < LEN(inclusions); i++) {
		CLEANUP(buf_release) struct buf b = BUF_INIT(4096);

		assert_int_equal(seal_inclusion_parse(sv_cstr(inclusions[i]), &p, NULL), 0);
		assert_int_equal(p.count, 2 * i);
		assert_true(sv_eq(p.note, SV(NOTE)));
		seal_inclusion_print(&b, &p);
		assert_string_equal(buf_cstr(&b), inclusions[i]);
	}
	for (size_t i = 0; i < LEN(consistencies); i++) {
		CLEANUP(buf_release) struct buf b = BUF_INIT(4096);

		assert_int_equal(seal_consistency_parse(sv_cstr(consistencies[i]), &q, NULL), 0);
		assert_int_equal(q.count, i);
		assert_true(sv_eq(q.old_note, SV(NOTE)));
		assert_true(sv_eq(q.note, SV(NOTE)));
		seal_consistency_print(&b, &q);
		assert_string_equal(buf_cstr(&b), consistencies[i]);
	}
}

static void what_is_no_proof_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nindex 00\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nindex\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nindex 0\nextra Zm9v\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\nindex 0\n" HASH "\n",
		"c2sp.org/tlog-proof@v1\nindex 0\n\n",
		"aurum-consistency-proof/v1\nold 4\nnew 3\n\n" NOTE "\n" NOTE,
		"aurum-consistency-proof/v1\nold 3\n\n" NOTE "\n" NOTE,
		"aurum-consistency-proof/v1\nold 1\nnew 3\n\n" NOTE,
		"aurum-consistency-proof/v1\nold 1\nnew 3\n\n" NOTE "\n",
		"aurum-consistency-proof/v1\nold 1\nnew 3\nAAAA\n\n" NOTE "\n" NOTE,
	};
	CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 16);
	struct seal_consistency q;
	struct seal_inclusion p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		assert_int_equal(seal_inclusion_parse(sv_cstr(bad[i]), &p, &e), -1);
		assert_int_equal(seal_consistency_parse(sv_cstr(bad[i]), &q, &e), -1);
	}
	buf_puts(&b, "c2sp.org/tlog-proof@v1\nindex 0\n");
	for (int i = 0; i < SEAL_PATH_MAX + 1; i++)
		buf_puts(&b, HASH "\n");
	buf_puts(&b, "\n" NOTE);
	assert_int_equal(seal_inclusion_parse(buf_view(&b), &p, &e), -1);
	assert_string_equal(e.text, "a proof of more than 64 hashes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc32c_is_that_of_the_rfc),
		cmocka_unit_test(commits_of_each_type_come_back),
		cmocka_unit_test(a_commit_stands_as_the_document_says),
		cmocka_unit_test(no_bit_of_a_record_can_flip),
		cmocka_unit_test(what_a_commit_does_not_use_is_zero),
		cmocka_unit_test(places_come_back),
		cmocka_unit_test(anchors_come_back_and_nothing_else_is_one),
		cmocka_unit_test(proofs_print_as_they_were_read),
		cmocka_unit_test(what_is_no_proof_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

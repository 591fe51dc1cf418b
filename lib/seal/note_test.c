/* Keys, notes, checkpoints and cosignatures, held to one worked example that Go's sumdb/note and tlog
 * accept (host seed 00..1f, collector seed 20..3f). */
#include "base/test.h"

#include "seal/base64.h"
#include "seal/checkpoint.h"
#include "seal/tree.h"

#include <openssl/crypto.h>

/* An initializer as SV() is a value. */
#define BYTES(literal)                                                                             \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

#define ORIGIN         "audit.example.org/h/4f1c2a"
#define COLLECTOR      "collector-1.example.org/w"
#define HOST_VKEY      ORIGIN "+9a2e848d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define COLLECTOR_VKEY COLLECTOR "+4007dd2d+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"

static const struct sv lines[] = {
	BYTES("type=DAEMON_START msg=audit(1763756400.100:1): op=start ver=0.1 format=raw "
	      "kernel=6.1.0 "
	      "auid=4294967295 pid=612 uid=0 ses=4294967295 subj=unconfined res=success"),
	BYTES("type=SYSCALL msg=audit(1763756400.250:42): arch=c000003e syscall=59 success=yes "
	      "exit=0 "
	      "a0=55d1 a1=55d2 a2=55d3 a3=8 items=2 ppid=900 pid=901 auid=1000 uid=0 gid=0 euid=0 "
	      "suid=0 "
	      "fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"id\" exe=\"/usr/bin/id\" "
	      "key=\"exec\""),
	BYTES("type=EOE msg=audit(1763756400.250:42): "),
};

#define TEXT ORIGIN "\n3\n8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+8Q=\n"
#define HOST_LINE                                                                                  \
	"— " ORIGIN                                                                                \
	" mi6EjdCcg9V7QJwgr/PESEInZqCsMp5nsPAtcts3ET6BmUSMaj0kWHJTzyS0VJuQ5T2VqHfZOCQK"            \
	"G5KvqjwanXoyawE=\n"
#define COLLECTOR_LINE                                                                             \
	"— " COLLECTOR " QAfdLQAAAABpIMlx3i52s3MnH+4htzbRCrZTicaSkrxp+MNbU5/SpOq5mds8cMvoJIaPb"    \
	"8gk/HRyVgP9s1RE4g1c6+UBF1cyfLFtBA==\n"

static void assert_hex(const void *bytes, size_t n, const char *want)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(4096);

	buf_put_hex(&b, sv_make(bytes, n));
	for (size_t i = 0; i < b.n; i++)
		b.p[i] = (char)(b.p[i] >= 'A' ? b.p[i] + ('a' - 'A') : b.p[i]);
	assert_string_equal(buf_cstr(&b), want);
}

static struct seal_key *key_from(uint8_t first)
{
	uint8_t seed[SEAL_SEED_BYTES];
	struct seal_key *key;

	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)(first + i);
	key = seal_key_new(seed, NULL);
	assert_non_null(key);
	return key;
}

static void the_tree_of_the_example_is_the_same(void **state)
{
	static const char *const leaves[] = {
		"f0de0f53447bcf8006aab49502ea890dacf7f10fee15a06d951626c4a4d51c1a",
		"58e69d6ec1fa4e5565daf2907b9596a996c56c7a793010a62d110a2e3525a5aa",
		"781abd8d815eb3bbc319ec5adaa993cf3aaa0d61ee167b55aea21affab6a2a58",
	};
	struct seal_digest *d = seal_digest_new(NULL);
	struct seal_range range = {0};
	struct seal_hash leaf[3], root, path[2];

	(void)state;
	assert_int_equal(lines[0].n, 160);
	assert_int_equal(lines[1].n, 260);
	assert_int_equal(lines[2].n, 39);
	for (size_t i = 0; i < 3; i++) {
		seal_leaf(d, lines[i], &leaf[i]);
		assert_hex(leaf[i].b, 32, leaves[i]);
		seal_range_add(&range, d, &leaf[i], NULL);
	}
	seal_range_root(&range, d, &root);
	assert_hex(root.b, 32, "f04b6d294415d4b1372b4db30e323620b793e0b35399c40320a2484e7a4bfbc4");
	path[0] = leaf[0];
	path[1] = leaf[2];
	assert_true(seal_check_inclusion(d, &leaf[1], 1, 3, path, 2, &root));
	seal_sha256(d, SV("abc"), &root);
	assert_hex(root.b, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	seal_sha256(d, SV_EMPTY, &root);
	assert_hex(root.b, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_false(seal_digest_failed(d));
	seal_digest_free(d);
	seal_digest_free(NULL);
}

static void the_checkpoint_of_the_example_is_the_same_to_the_byte(void **state)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(4096), message = BUF_INIT(4096);
	struct seal_key *host = key_from(0), *collector = key_from(0x20);
	struct seal_public seer;
	struct seal_checkpoint c;
	uint8_t signature[8 + SEAL_SIGNATURE_BYTES] = {0, 0, 0, 0, 0x69, 0x20, 0xc9, 0x71};

	(void)state;
	assert_int_equal(seal_checkpoint_parse(SV(TEXT), &c, NULL), 0);
	assert_int_equal(c.size, 3);
	assert_int_equal(seal_checkpoint_sign(&b, &c, host, NULL, NULL), 0);
	assert_string_equal(buf_cstr(&b), ORIGIN "\n3\n8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+8Q="
						 "\n\n" HOST_LINE);
	seal_cosign_message(&message, 1763756401, SV(TEXT));
	assert_true(sv_starts(buf_view(&message),
			      SV("cosignature/v1\ntime 1763756401\n" ORIGIN "\n3\n")));
	assert_int_equal(seal_key_sign(collector, buf_view(&message), signature + 8, NULL), 0);
	seal_key_public(collector, &seer);
	seal_note_print_line(&b, SV(COLLECTOR), seal_key_id(SV(COLLECTOR), SEAL_TYPE_COSIGN, &seer),
			     signature, sizeof(signature));
	assert_int_equal(b.n, 334);
	assert_true(sv_ends(buf_view(&b), SV("\n\n" HOST_LINE COLLECTOR_LINE)));
	seal_key_free(host);
	seal_key_free(collector);
}

static void vkeys_print_as_they_were_read(void **state)
{
	static const char *const texts[] = {HOST_VKEY, COLLECTOR_VKEY};
	struct seal_key *host = key_from(0);
	struct seal_public public;
	struct seal_vkey v, made;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(buf_release) struct buf b = BUF_INIT(4096);

		assert_int_equal(seal_vkey_parse(sv_cstr(texts[i]), &v, NULL), 0);
		seal_vkey_print(&b, &v);
		assert_string_equal(buf_cstr(&b), texts[i]);
	}
	assert_int_equal(seal_vkey_parse(SV(HOST_VKEY), &v, NULL), 0);
	seal_key_public(host, &public);
	seal_vkey_make(&made, SV(ORIGIN), SEAL_TYPE_ED25519, &public);
	assert_memory_equal(&made, &v, sizeof(v));
	seal_key_free(host);
}

static void what_is_no_vkey_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"a",
		"a+b",
		"+9a2e848d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+9a2e848e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+9a2e848+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+9a2e848d+AgOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ORIGIN "+9a2e848d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG",
		ORIGIN "+9a2e848d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n",
		"a b+9a2e848d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
	};
	struct seal_vkey v;
	struct err e;

	(void)state;
	for (size_t i = 0; i < LEN(texts); i++) {
		e.text[0] = '\0';
		assert_int_equal(seal_vkey_parse(sv_cstr(texts[i]), &v, &e), -1);
		assert_true(e.text[0] != '\0');
	}
}

static void the_note_of_the_example_is_signed_by_both(void **state)
{
	static const char note_text[] = ORIGIN "\n3\n8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+8Q=\n"
					       "\n" HOST_LINE COLLECTOR_LINE;
	struct seal_vkey host, collector;
	struct seal_note note;
	uint64_t seconds;

	(void)state;
	assert_int_equal(seal_vkey_parse(SV(HOST_VKEY), &host, NULL), 0);
	assert_int_equal(seal_vkey_parse(SV(COLLECTOR_VKEY), &collector, NULL), 0);
	assert_int_equal(seal_note_parse(sv_cstr(note_text), &note, NULL), 0);
	assert_true(sv_eq(note.text, SV(TEXT)));
	assert_int_equal(note.count, 2);
	assert_true(seal_note_check(&note, &host));
	assert_true(seal_note_check(&note, &collector));
	assert_true(seal_cosign_check(&collector, note.text, note.lines[1].signature, &seconds));
	assert_int_equal(seconds, 1763756401);
	note.lines[1].signature[7] ^= 1; /* another time */
	assert_false(seal_note_check(&note, &collector));
	note.lines[1].signature[7] ^= 1;
	note.lines[1].n--;
	assert_false(seal_note_check(&note, &collector));
	note.lines[0].signature[0] ^= 1;
	assert_false(seal_note_check(&note, &host));
	host.id ^= 1;
	assert_null(seal_note_line(&note, SV(ORIGIN), host.id));
	assert_false(seal_note_check(&note, &host));
}

static void no_bit_of_a_signed_checkpoint_can_change(void **state)
{
	char note_text[] = ORIGIN "\n3\n8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+8Q=\n\n" HOST_LINE;
	struct seal_vkey host;
	struct seal_note note;

	(void)state;
	assert_int_equal(seal_vkey_parse(SV(HOST_VKEY), &host, NULL), 0);
	for (size_t bit = 0; bit < 8 * (sizeof(note_text) - 1); bit++) {
		note_text[bit / 8] ^= (char)(1 << bit % 8);
		if (seal_note_parse(sv_make(note_text, sizeof(note_text) - 1), &note, NULL) == 0)
			assert_false(seal_note_check(&note, &host));
		note_text[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_int_equal(seal_note_parse(sv_cstr(note_text), &note, NULL), 0);
	assert_true(seal_note_check(&note, &host));
}

/* RFC 8032, 5.1.7: S is taken below the group's order L only; else each signature had a second form. */
static void a_signature_has_one_form(void **state)
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
					  0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
					  0,    0,    0,    0,    0,    0,    0,    0,
					  0,    0,    0,    0,    0,    0,    0,    0x10};
	struct seal_key *host = key_from(0);
	uint8_t signature[SEAL_SIGNATURE_BYTES];
	struct seal_public public;
	unsigned carry = 0;

	(void)state;
	seal_key_public(host, &public);
	assert_int_equal(seal_key_sign(host, SV(TEXT), signature, NULL), 0);
	assert_true(seal_check_signature(&public, SV(TEXT), signature));
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_false(seal_check_signature(&public, SV(TEXT), signature));
	seal_key_free(host);
	seal_key_free(NULL);
}

/* RFC 8032, 7.1, test 1. */
static void ed25519_is_that_of_the_rfc(void **state)
{
	static const uint8_t seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
					 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
					 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19,
					 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
	struct seal_key *key = seal_key_new(seed, NULL);
	uint8_t signature[SEAL_SIGNATURE_BYTES];
	struct seal_public public;

	(void)state;
	assert_non_null(key);
	seal_key_public(key, &public);
	assert_hex(public.b, 32,
		   "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	assert_int_equal(seal_key_sign(key, SV_EMPTY, signature, NULL), 0);
	assert_hex(signature, 64,
		   "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33ba"
		   "cc61e"
		   "39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
	assert_true(seal_check_signature(&public, SV_EMPTY, signature));
	seal_key_free(key);
}

/* A note with `count` signature lines of different keys. */
static void put_note(struct buf *b, unsigned count)
{
	uint8_t signature[SEAL_SIGNATURE_BYTES] = {0};

	buf_puts(b, "text\n\n");
	for (unsigned i = 0; i < count; i++)
		seal_note_print_line(b, SV("name"), i, signature, sizeof(signature));
}

static void sixteen_signatures_are_read_and_no_more(void **state)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 16);
	struct seal_note note;
	struct err e;

	(void)state;
	put_note(&b, 16);
	assert_int_equal(seal_note_parse(buf_view(&b), &note, NULL), 0);
	assert_int_equal(note.count, 16);
	buf_reset(&b);
	put_note(&b, 17);
	assert_int_equal(seal_note_parse(buf_view(&b), &note, &e), -1);
	assert_string_equal(e.text, "more than 16 signature lines");
}

static void long_signatures_of_other_algorithms_are_passed_over(void **state)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(1 << 16);
	static const uint8_t signature[5000];
	struct seal_vkey host;
	struct seal_note note;

	(void)state;
	assert_int_equal(seal_vkey_parse(SV(HOST_VKEY), &host, NULL), 0);
	buf_puts(&b, TEXT);
	buf_puts(&b, "\n" HOST_LINE);
	seal_note_print_line(&b, SV(ORIGIN), 7, signature, sizeof(signature));
	assert_int_equal(seal_note_parse(buf_view(&b), &note, NULL), 0);
	assert_int_equal(note.lines[1].n, sizeof(signature));
	assert_true(seal_note_check(&note, &host));
}

#define GOOD_LINE "— name AAAAAAA=\n"

static void malformed_notes_are_refused(void **state)
{
	static const struct sv notes[] = {
		BYTES(""),
		BYTES("\n"),
		BYTES("\n\n"),
		BYTES("text\n"),
		BYTES("text\n\n"),
		BYTES("text\n" GOOD_LINE),
		BYTES("text\n\n" GOOD_LINE "\n"),
		BYTES("text\n\n— name AAAAAAA="),
		BYTES("text\r\n\r\n" GOOD_LINE),
		BYTES("te\txt\n\n" GOOD_LINE),
		BYTES("te\0xt\n\n" GOOD_LINE),
		BYTES("te\xffxt\n\n" GOOD_LINE),
		BYTES("te\xc0\xafxt\n\n" GOOD_LINE),
		BYTES("te\xed\xa0\x80xt\n\n" GOOD_LINE),
		BYTES("te\xf4\x90\x80\x80xt\n\n" GOOD_LINE),
		BYTES("te\xe2\x80\n\n" GOOD_LINE),
		BYTES("text\n\n" GOOD_LINE GOOD_LINE),
		BYTES("text\n\n" GOOD_LINE "more\n"),
		BYTES("text\n\n- name AAAAAAA=\n"),
		BYTES("text\n\n—name AAAAAAA=\n"),
		BYTES("text\n\n— AAAAAAA=\n"),
		BYTES("text\n\n— name\n"),
		BYTES("text\n\n— name \n"),
		BYTES("text\n\n—  AAAAAAA=\n"),
		BYTES("text\n\n— na+me AAAAAAA=\n"),
		BYTES("text\n\n— na\xc2\xa0me AAAAAAA=\n"),
		BYTES("text\n\n— na\xe2\x80\x83me AAAAAAA=\n"),
		BYTES("text\n\n— name AAAAAAA\n"),
		BYTES("text\n\n— name AAAAAAB=\n"),
		BYTES("text\n\n— name AAAAAA==\n"),
		BYTES("text\n\n— name AAAAAAA= \n"),
		BYTES("text\n\n— name AAAA-AA=\n"),
		BYTES("text\n\n— name AAA=AAA=\n"),
	};
	struct seal_note note;
	struct err e;

	(void)state;
	assert_int_equal(seal_note_parse(SV("text\n\n" GOOD_LINE), &note, NULL), 0);
	for (size_t i = 0; i < LEN(notes); i++) {
		e.text[0] = '\0';
		if (seal_note_parse(notes[i], &note, &e) == 0)
			fail_msg("note %zu was taken", i);
		assert_true(e.text[0] != '\0');
	}
}

static void malformed_checkpoints_are_refused(void **state)
{
#define ROOT "8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+8Q="
	static const struct sv texts[] = {
		BYTES(""),
		BYTES("a\n3\n"),
		BYTES("a\n3\n" ROOT),
		BYTES("a\n03\n" ROOT "\n"),
		BYTES("a\n-3\n" ROOT "\n"),
		BYTES("a\n+3\n" ROOT "\n"),
		BYTES("a\n 3\n" ROOT "\n"),
		BYTES("a\n\n" ROOT "\n"),
		BYTES("a\n9223372036854775808\n" ROOT "\n"),
		BYTES("a b\n3\n" ROOT "\n"),
		BYTES("\n3\n" ROOT "\n"),
		BYTES("a\n3\n8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+8R=\n"),
		BYTES("a\n3\n8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+w==\n"),
		BYTES("a\n3\n" ROOT "\nmore\n"),
	};
	struct seal_checkpoint c;

	(void)state;
	assert_int_equal(seal_checkpoint_parse(SV("a\n0\n" ROOT "\n"), &c, NULL), 0);
	assert_int_equal(seal_checkpoint_parse(SV("a\n9223372036854775807\n" ROOT "\n"), &c, NULL),
			 0);
	for (size_t i = 0; i < LEN(texts); i++)
		assert_int_equal(seal_checkpoint_parse(texts[i], &c, NULL), -1);
}

/* RFC 4648, 10. */
static void base64_is_that_of_the_rfc(void **state)
{
	static const struct {
		struct sv bytes, text;
	} rows[] = {
		{BYTES(""), BYTES("")},
		{BYTES("f"), BYTES("Zg==")},
		{BYTES("fo"), BYTES("Zm8=")},
		{BYTES("foo"), BYTES("Zm9v")},
		{BYTES("foob"), BYTES("Zm9vYg==")},
		{BYTES("fooba"), BYTES("Zm9vYmE=")},
		{BYTES("foobar"), BYTES("Zm9vYmFy")},
		{BYTES("\xfb\xff\xbf"), BYTES("+/+/")},
	};
	static const char *const bad[] = {"=",        "==",    "====", "Zg=",      "Zg",
					  "Zh==",     "Zm9=",  "Z=g=", "Zg==Zg==", "Zm9v\n",
					  "Zm 9v",    "Zm9v=", "-_-_", "Zm9v==",   "Zm9v====",
					  "Zm9\xffv", "A===",  "=AAA"};
	char out[16];
	size_t n;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		CLEANUP(buf_release) struct buf b = BUF_INIT(64);

		seal_base64_put(&b, rows[i].bytes.p, rows[i].bytes.n);
		assert_true(sv_eq(buf_view(&b), rows[i].text));
		assert_true(seal_base64_get(rows[i].text, out, sizeof(out), &n));
		assert_true(sv_eq(sv_make(out, n), rows[i].bytes));
		assert_true(seal_base64_exactly(rows[i].text, out, rows[i].bytes.n));
		assert_false(seal_base64_exactly(rows[i].text, out, rows[i].bytes.n + 1));
		if (rows[i].bytes.n > 0)
			assert_false(seal_base64_get(rows[i].text, out, rows[i].bytes.n - 1, &n));
	}
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(seal_base64_get(sv_cstr(bad[i]), out, sizeof(out), &n));
}

static void a_file_of_notes_is_cut_into_them(void **state)
{
	struct sv rest = SV("a\n\n" GOOD_LINE "\nb\nc\n\n" GOOD_LINE "\nd\n\n" GOOD_LINE), bytes,
		  whole;
	struct seal_note note;

	(void)state;
	whole = rest;
	assert_int_equal(seal_note_next(&rest, &bytes), SEAL_CUT_NOTE);
	assert_int_equal(seal_note_parse(bytes, &note, NULL), 0);
	assert_true(sv_eq(note.text, SV("a\n")));
	assert_int_equal(seal_note_next(&rest, &bytes), SEAL_CUT_NOTE);
	assert_int_equal(seal_note_parse(bytes, &note, NULL), 0);
	assert_true(sv_eq(note.text, SV("b\nc\n")));
	assert_int_equal(seal_note_next(&rest, &bytes), SEAL_CUT_TORN);
	assert_true(sv_eq(bytes, SV("d\n\n" GOOD_LINE)));
	assert_true(sv_eq(rest, bytes));
	/* Wherever it is cut, no part of a note is taken for one. */
	for (size_t n = 0; n <= whole.n; n++) {
		rest = sv_head(whole, n);
		while (seal_note_next(&rest, &bytes) == SEAL_CUT_NOTE)
			assert_int_equal(seal_note_parse(bytes, &note, NULL), 0);
		assert_int_equal(seal_note_next(&rest, &bytes),
				 rest.n ? SEAL_CUT_TORN : SEAL_CUT_END);
	}
	rest = SV("\0\0\0\0");
	assert_int_equal(seal_note_next(&rest, &bytes), SEAL_CUT_TORN);
}

static void what_is_longer_than_a_note_is_not_searched_for_its_end(void **state)
{
	static char text[SEAL_NOTE_BYTES_MAX + 2];
	struct sv rest, bytes;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + 1, "\n\n", 2);
	memcpy(text + SEAL_NOTE_BYTES_MAX - 2, "\n\n", 2);
	rest = sv_make(text, sizeof(text));
	assert_int_equal(seal_note_next(&rest, &bytes), SEAL_CUT_NOTE);
	assert_int_equal(bytes.n, SEAL_NOTE_BYTES_MAX - 1);
	memcpy(text + SEAL_NOTE_BYTES_MAX - 2, "x\n\n", 3);
	rest = sv_make(text, sizeof(text));
	assert_int_equal(seal_note_next(&rest, &bytes), SEAL_CUT_LONG);
	assert_int_equal(bytes.n, SEAL_NOTE_BYTES_MAX + 1);
	assert_int_equal(rest.n, sizeof(text));
}

static void private_keys_are_in_locked_memory_once_asked_for(void **state)
{
	struct seal_key *key;
	struct err e;

	(void)state;
	if (seal_key_protect(&e) != 0)
		skip(); /* RLIMIT_MEMLOCK */
	assert_int_equal(seal_key_protect(&e), 0);
	assert_int_equal(CRYPTO_secure_used(), 0);
	key = key_from(0);
	assert_true(CRYPTO_secure_used() >= SEAL_SEED_BYTES);
	seal_key_free(key);
	assert_int_equal(CRYPTO_secure_used(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: it is for the rest of the process. */
		cmocka_unit_test(private_keys_are_in_locked_memory_once_asked_for),
		cmocka_unit_test(the_tree_of_the_example_is_the_same),
		cmocka_unit_test(the_checkpoint_of_the_example_is_the_same_to_the_byte),
		cmocka_unit_test(vkeys_print_as_they_were_read),
		cmocka_unit_test(what_is_no_vkey_is_refused),
		cmocka_unit_test(the_note_of_the_example_is_signed_by_both),
		cmocka_unit_test(no_bit_of_a_signed_checkpoint_can_change),
		cmocka_unit_test(a_signature_has_one_form),
		cmocka_unit_test(ed25519_is_that_of_the_rfc),
		cmocka_unit_test(sixteen_signatures_are_read_and_no_more),
		cmocka_unit_test(long_signatures_of_other_algorithms_are_passed_over),
		cmocka_unit_test(malformed_notes_are_refused),
		cmocka_unit_test(malformed_checkpoints_are_refused),
		cmocka_unit_test(base64_is_that_of_the_rfc),
		cmocka_unit_test(a_file_of_notes_is_cut_into_them),
		cmocka_unit_test(what_is_longer_than_a_note_is_not_searched_for_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

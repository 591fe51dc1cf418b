/*
 * Random logs, their trees, proofs and notes by our library, for seal_check.go and seal_check.py to look
 * at, and for test/golden/seal-tools.bats.
 *
 *	seal-same random SEED LOGS LINES	LOGS logs of 1 to LINES lines; the same for the same SEED
 *	seal-same example			the note of the example in docs/format-seal.md's tests, two vkeys
 *
 * A line for each thing that was made. Bytes are in hexadecimal; the last word of a proof or a note is
 * what we say of it, for about half of them were damaged:
 *
 *	log VKEY
 *	line BYTES
 *	root SIZE HASH
 *	inclusion INDEX SIZE LEAF ROOT good|bad HASH...
 *	consistency OLD SIZE OLD-ROOT ROOT good|bad HASH...
 *	note good|bad BYTES
 */
#include "base/num.h"
#include "seal/checkpoint.h"
#include "seal/tree.h"

#include <stdio.h>
#include <stdlib.h>

#define ORIGIN    "audit.example.org/h/4f1c2a"
#define COLLECTOR "collector-1.example.org/w"
#define LINE_MAX  700
#define LINES_MAX 65536
#define LEVELS    17
#define PROOFS    12 /* of each kind for a log */
#define NOTES     6

struct world {
	uint64_t random;
	struct seal_digest *d;
	struct seal_key *key;
	struct seal_hash *levels[LEVELS]; /* full subtrees, as a sealer keeps them */
	struct seal_range range;
};

/* splitmix64: good enough to make logs of. */
static uint64_t next(struct world *w)
{
	uint64_t z = (w->random += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t below(struct world *w, uint64_t n)
{
	return next(w) % n;
}

static void keep(void *ctx, unsigned level, uint64_t index, const struct seal_hash *hash)
{
	((struct world *)ctx)->levels[level][index] = *hash;
}

static int get(void *ctx, unsigned level, uint64_t index, struct seal_hash *out, struct err *e)
{
	(void)e;
	*out = ((struct world *)ctx)->levels[level][index];
	return 0;
}

static void print_hex(const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", ((const unsigned char *)bytes)[i]);
}

static void print_hash(const struct seal_hash *hash)
{
	putchar(' ');
	print_hex(hash->b, sizeof(hash->b));
}

static void must(int result)
{
	if (result != 0)
		abort();
}

/* Any bytes but LF; mostly text. */
static void make_line(struct world *w)
{
	char line[LINE_MAX];
	size_t n = below(w, 20) == 0 ? 0 : below(w, below(w, 10) == 0 ? LINE_MAX : 40);
	const struct seal_sink sink = {w, keep};
	struct seal_hash leaf;

	for (size_t i = 0; i < n; i++) {
		line[i] = (char)(below(w, 16) == 0 ? below(w, 256) : ' ' + below(w, 95));
		if (line[i] == '\n')
			line[i] = 0;
	}
	printf("line ");
	print_hex(line, n);
	putchar('\n');
	seal_leaf(w->d, sv_make(line, n), &leaf);
	keep(w, 0, w->range.size, &leaf);
	seal_range_add(&w->range, w->d, &leaf, &sink);
}

/* Each second time: a bit of one of the hashes. */
static void damage(struct world *w, struct seal_hash *path, unsigned count, struct seal_hash *root)
{
	uint64_t which = below(w, 2 * (count + 1));
	struct seal_hash *hash = which < count ? &path[which] : root;

	if (which <= count)
		hash->b[below(w, SEAL_HASH_BYTES)] ^= (uint8_t)(1 << below(w, 8));
}

static void print_path(bool is_good, const struct seal_hash *path, unsigned count)
{
	printf(" %s", is_good ? "good" : "bad");
	for (unsigned i = 0; i < count; i++)
		print_hash(&path[i]);
	putchar('\n');
}

static void make_inclusion(struct world *w, const struct seal_nodes *nodes)
{
	uint64_t size = 1 + below(w, w->range.size), index = below(w, size);
	struct seal_hash path[SEAL_PATH_MAX], root;
	unsigned count;

	must(seal_root_at(nodes, size, w->d, &root, NULL));
	must(seal_prove_inclusion(nodes, index, size, w->d, path, &count, NULL));
	damage(w, path, count, &root);
	if (below(w, 10) == 0)
		index = below(w, size);
	if (below(w, 10) == 0)
		size += below(w, 3);
	if (below(w, 10) == 0 && count > 0)
		count--;
	printf("inclusion %llu %llu", (unsigned long long)index, (unsigned long long)size);
	print_hash(&w->levels[0][index]);
	print_hash(&root);
	print_path(
		seal_check_inclusion(w->d, &w->levels[0][index], index, size, path, count, &root),
		path, count);
}

static void make_consistency(struct world *w, const struct seal_nodes *nodes)
{
	uint64_t size = 1 + below(w, w->range.size), old = 1 + below(w, size);
	struct seal_hash path[SEAL_CONSISTENCY_MAX], root, old_root;
	unsigned count;

	must(seal_root_at(nodes, size, w->d, &root, NULL));
	must(seal_root_at(nodes, old, w->d, &old_root, NULL));
	must(seal_prove_consistency(nodes, old, size, w->d, path, &count, NULL));
	damage(w, path, count, below(w, 2) ? &root : &old_root);
	if (below(w, 10) == 0)
		old = 1 + below(w, size);
	if (below(w, 10) == 0)
		size += below(w, 3);
	if (below(w, 10) == 0 && count > 0)
		count--;
	printf("consistency %llu %llu", (unsigned long long)old, (unsigned long long)size);
	print_hash(&old_root);
	print_hash(&root);
	print_path(seal_check_consistency(w->d, old, size, path, count, &old_root, &root), path,
		   count);
}

/* A checkpoint's note; each second time with some bits turned. */
static void make_note(struct world *w, const struct seal_nodes *nodes, const struct seal_vkey *vkey)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(4096);
	struct seal_checkpoint c = {.origin = SV(ORIGIN), .size = below(w, w->range.size + 1)};
	struct seal_note note;

	must(seal_root_at(nodes, c.size, w->d, &c.root, NULL));
	must(seal_checkpoint_sign(&b, &c, w->key, NULL, NULL));
	for (uint64_t n = below(w, 2) * (1 + below(w, 2)); n > 0; n--)
		b.p[below(w, b.n)] ^= (char)(1 << below(w, 8));
	printf("note %s ",
	       seal_note_parse(buf_view(&b), &note, NULL) == 0 && seal_note_check(&note, vkey)
		       ? "good"
		       : "bad");
	print_hex(b.p, b.n);
	putchar('\n');
}

static void make_log(struct world *w, uint64_t lines)
{
	CLEANUP(buf_release) struct buf b = BUF_INIT(4096);
	uint8_t seed[SEAL_SEED_BYTES];
	const struct seal_nodes nodes = {w, get};
	struct seal_public public;
	struct seal_vkey vkey;
	struct seal_hash root;

	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)next(w);
	w->key = seal_key_new(seed, NULL);
	if (!w->key)
		abort();
	seal_key_public(w->key, &public);
	seal_vkey_make(&vkey, SV(ORIGIN), SEAL_TYPE_ED25519, &public);
	seal_vkey_print(&b, &vkey);
	printf("log %s\n", buf_cstr(&b));
	w->range.size = 0;
	while (w->range.size < lines)
		make_line(w);
	seal_range_root(&w->range, w->d, &root);
	printf("root %llu", (unsigned long long)lines);
	print_hash(&root);
	putchar('\n');
	for (int i = 0; i < PROOFS; i++) {
		make_inclusion(w, &nodes);
		make_consistency(w, &nodes);
	}
	for (int i = 0; i < NOTES; i++)
		make_note(w, &nodes, &vkey);
	seal_key_free(w->key);
}

static void random_logs(struct world *w, uint64_t logs, uint64_t lines)
{
	for (unsigned level = 0; level < LEVELS; level++) {
		w->levels[level] = calloc((LINES_MAX >> level) + 1, sizeof(*w->levels[level]));
		if (!w->levels[level])
			abort();
	}
	for (; logs > 0; logs--)
		make_log(w, 1 + below(w, below(w, 3) == 0 ? 1 + lines / 40 : lines));
	for (unsigned level = 0; level < LEVELS; level++)
		free(w->levels[level]);
}

static struct seal_key *key_from(uint8_t first, uint8_t type, struct sv name,
				 struct seal_vkey *vkey)
{
	uint8_t seed[SEAL_SEED_BYTES];
	struct seal_public public;
	struct seal_key *key;

	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)(first + i);
	key = seal_key_new(seed, NULL);
	if (!key)
		abort();
	seal_key_public(key, &public);
	seal_vkey_make(vkey, name, type, &public);
	return key;
}

/* Three lines, host seed 00..1f, collector seed 20..3f, cosigned at 1763756401. */
static void example(struct world *w)
{
	static const char *const lines[] = {
		"type=DAEMON_START msg=audit(1763756400.100:1): op=start ver=0.1 format=raw "
		"kernel=6.1.0 "
		"auid=4294967295 pid=612 uid=0 ses=4294967295 subj=unconfined res=success",
		"type=SYSCALL msg=audit(1763756400.250:42): arch=c000003e syscall=59 success=yes "
		"exit=0 "
		"a0=55d1 a1=55d2 a2=55d3 a3=8 items=2 ppid=900 pid=901 auid=1000 uid=0 gid=0 "
		"euid=0 "
		"suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"id\" "
		"exe=\"/usr/bin/id\" "
		"key=\"exec\"",
		"type=EOE msg=audit(1763756400.250:42): ",
	};
	CLEANUP(buf_release) struct buf note = BUF_INIT(4096), text = BUF_INIT(4096);
	CLEANUP(buf_release) struct buf message = BUF_INIT(4096), vkeys = BUF_INIT(4096);
	uint8_t stamped[8 + SEAL_SIGNATURE_BYTES] = {0, 0, 0, 0, 0x69, 0x20, 0xc9, 0x71};
	struct seal_checkpoint c = {.origin = SV(ORIGIN), .size = LEN(lines)};
	struct seal_vkey host_vkey, collector_vkey;
	struct seal_key *host = key_from(0, SEAL_TYPE_ED25519, SV(ORIGIN), &host_vkey);
	struct seal_key *collector =
		key_from(0x20, SEAL_TYPE_COSIGN, SV(COLLECTOR), &collector_vkey);
	struct seal_hash leaf;

	for (size_t i = 0; i < LEN(lines); i++) {
		seal_leaf(w->d, sv_cstr(lines[i]), &leaf);
		seal_range_add(&w->range, w->d, &leaf, NULL);
	}
	seal_range_root(&w->range, w->d, &c.root);
	seal_checkpoint_print(&text, &c);
	seal_cosign_message(&message, 1763756401, buf_view(&text));
	must(seal_key_sign(collector, buf_view(&message), stamped + 8, NULL));
	must(seal_checkpoint_sign(&note, &c, host, NULL, NULL));
	seal_note_print_line(&note, SV(COLLECTOR), collector_vkey.id, stamped, sizeof(stamped));
	seal_vkey_print(&vkeys, &host_vkey);
	buf_putc(&vkeys, '\n');
	seal_vkey_print(&vkeys, &collector_vkey);
	printf("%s%s\n", buf_cstr(&note), buf_cstr(&vkeys));
	seal_key_free(host);
	seal_key_free(collector);
}

int main(int argc, char **argv)
{
	struct world w = {.d = seal_digest_new(NULL)};
	uint64_t logs, lines;
	int status = 2;

	if (w.d && argc == 2 && strcmp(argv[1], "example") == 0) {
		example(&w);
		status = 0;
	} else if (w.d && argc == 5 && num_u64(sv_cstr(argv[2]), &w.random) &&
		   num_u64(sv_cstr(argv[3]), &logs) &&
		   num_range(sv_cstr(argv[4]), 1, LINES_MAX, &lines)) {
		random_logs(&w, logs, lines);
		status = 0;
	}
	seal_digest_free(w.d);
	return status;
}

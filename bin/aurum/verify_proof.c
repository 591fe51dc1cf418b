/*
 * aurum verify-proof: whether a proof holds. It needs no log: the proof, a key, and where that is the key of
 * enrolment, the chain that leads from it to the key that signed. Every byte of a proof is an adversary's.
 */
#include "aurum/prove.h"

#include "base/file.h"
#include "integrity/known.h"
#include "output/terminal.h"
#include "seal/base64.h"
#include "seal/proof.h"

#include <stdlib.h>

#define PROOF_MAX ((size_t)1 << 20)
#define KEYS_MAX  ((size_t)8 << 30)
#define OUT_MAX   ((size_t)1 << 20)
#define LL(n)     ((unsigned long long)(n))

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/verify_proof.def"
#undef OPTION
};
static const struct option_set set = {
	.program = "aurum verify-proof",
	.usage = "[OPTION...] FILE",
	.summary = "Says whether a proof of `aurum prove` holds, and what it proves. Exit 0: it "
		   "holds, 1: it "
		   "does not, 2: it cannot be told without a key, 3: trouble.",
	.style = OPTION_GETOPT,
	.rows = rows,
	.count = LEN(rows)};

struct request {
	const char *path, *key, *keys, *line;
	struct seal_vkey vkey;
	struct buf proof, chain, out;
	struct seal_digest *digest;
};

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	struct request *r = arg;

	switch (hit->id) {
	case 'h':
		return frame_help(&set, e);
	case 'k':
		r->key = hit->value;
		return FRAME_ON;
	case 'K':
		r->keys = hit->value;
		return FRAME_ON;
	case 'l':
		r->line = hit->value;
		return FRAME_ON;
	}
	if (r->path) {
		(void)err_set(e, "one proof at a time: \"%s\" is another", hit->name);
		return FRAME_FAILED;
	}
	r->path = hit->name;
	return FRAME_ON;
}

/* ---- the checkpoint ---- */

static void put_signer(struct request *r, const struct seal_vkey *key, const struct known_signer *s)
{
	char from[PROVE_TIME_BYTES], to[PROVE_TIME_BYTES];

	buf_puts(&r->out, "  signed by ");
	seal_vkey_print(&r->out, key);
	buf_putc(&r->out, '\n');
	if (!r->keys)
		return;
	buf_printf(&r->out, "  the key of epoch %llu, which began on %s", LL(s->epoch.number),
		   prove_time(s->epoch.seconds, from));
	if (s->until)
		buf_printf(&r->out, " and ended on %s", prove_time(s->until, to));
	buf_putc(&r->out, '\n');
}

/* What a note says, if its signature holds; the signer is put into out, as the last lines. */
static enum prove_status check_note(struct request *r, struct sv bytes, struct seal_checkpoint *out,
				    struct buf *told, struct err *e)
{
	struct known_signer signer;
	struct seal_note note;
	enum prove_status status;

	if (seal_note_parse(bytes, &note, e) != 0 || seal_checkpoint_parse(note.text, out, e) != 0)
		return PROVE_WRONG;
	if (!r->key) {
		(void)err_set(
			e,
			"whose checkpoint it is cannot be told without a key: --key, and --keys");
		return PROVE_MISSING;
	}
	if (!sv_eq(out->origin, sv_cstr(r->vkey.name))) {
		(void)err_set(e, "the checkpoint is of the log %.*s, the key of %s",
			      SV_FMT(sv_head(out->origin, SEAL_ORIGIN_MAX)), r->vkey.name);
		return PROVE_WRONG;
	}
	signer.key = r->vkey;
	status = r->keys ? known_signer_of(buf_view(&r->chain), &r->vkey, &note, out->size, &signer,
					   e)
			 : PROVE_HOLDS;
	if (status != PROVE_HOLDS)
		return status;
	if (!r->keys && !seal_note_check(&note, &r->vkey)) {
		(void)err_set(
			e,
			"the checkpoint is not signed by the key: with the key of enrolment, the "
			"chain of keys is needed (--keys)");
		return PROVE_WRONG;
	}
	if (told)
		put_signer(r, &signer.key, &signer);
	return PROVE_HOLDS;
}

/* ---- proofs ---- */

static void put_line(struct request *r, struct sv line)
{
	char text[PROVE_TIME_BYTES];
	struct stamp stamp;

	if (prove_stamp(line, &stamp) && stamp.sec >= 0)
		buf_printf(&r->out, "  it says that it happened on %s, as event %llu\n",
			   prove_time((uint64_t)stamp.sec, text), LL(stamp.serial));
	buf_puts(&r->out, "  ");
	terminal_put(line, &r->out);
	buf_putc(&r->out, '\n');
}

static enum prove_status check_inclusion(struct request *r, const struct seal_inclusion *proof,
					 struct err *e)
{
	char *extra = malloc(SEAL_EXTRA_MAX);
	struct seal_checkpoint point;
	struct seal_hash leaf;
	enum prove_status status;
	struct sv line = sv_cstr(r->line);
	size_t n = 0;

	if (!extra ||
	    (proof->extra.n && !seal_base64_get(proof->extra, extra, SEAL_EXTRA_MAX, &n))) {
		free(extra);
		(void)err_set(e, "no memory for the proof");
		return PROVE_FAILED;
	}
	if (!r->line)
		line = sv_make(extra, n);
	status = check_note(r, proof->note, &point, NULL, e);
	if (status == PROVE_HOLDS && !r->line && !n) {
		(void)err_set(e, "the proof does not have its line: give it with --line");
		status = PROVE_MISSING;
	}
	seal_leaf(r->digest, line, &leaf);
	if (status == PROVE_HOLDS &&
	    (proof->index >= point.size ||
	     !seal_check_inclusion(r->digest, &leaf, proof->index, point.size, proof->path,
				   proof->count, &point.root))) {
		(void)err_set(e, "this is not line %llu of the tree that was signed",
			      LL(proof->index));
		status = PROVE_WRONG;
	}
	if (status == PROVE_HOLDS) {
		buf_printf(&r->out, "holds: line %llu of the first %llu of the log %s is\n",
			   LL(proof->index), LL(point.size), r->vkey.name);
		put_line(r, line);
		status = check_note(r, proof->note, &point, &r->out, e);
	}
	free(extra);
	return status;
}

static enum prove_status check_consistency(struct request *r, const struct seal_consistency *proof,
					   struct err *e)
{
	struct seal_checkpoint old, point;
	enum prove_status status = check_note(r, proof->old_note, &old, NULL, e);

	if (status == PROVE_HOLDS)
		status = check_note(r, proof->note, &point, NULL, e);
	if (status != PROVE_HOLDS)
		return status;
	if (old.size != proof->old || point.size != proof->size ||
	    !seal_check_consistency(r->digest, old.size, point.size, proof->path, proof->count,
				    &old.root, &point.root)) {
		(void)err_set(e, "the signed tree of %llu lines does not begin that of %llu",
			      LL(old.size), LL(point.size));
		return PROVE_WRONG;
	}
	buf_printf(&r->out,
		   "holds: the first %llu lines of the log %s are the same in its tree of %llu\n",
		   LL(old.size), r->vkey.name, LL(point.size));
	status = check_note(r, proof->old_note, &old, &r->out, e);
	return status == PROVE_HOLDS ? check_note(r, proof->note, &point, &r->out, e) : status;
}

static enum prove_status check_proof(struct request *r, struct err *e)
{
	struct seal_inclusion *inclusion = calloc(1, sizeof(*inclusion));
	struct seal_consistency *consistency = calloc(1, sizeof(*consistency));
	enum prove_status status = PROVE_WRONG;
	struct sv text = buf_view(&r->proof);

	if (!inclusion || !consistency) {
		(void)err_set(e, "no memory for the proof");
		status = PROVE_FAILED;
	} else if (sv_starts(text, SV("aurum-consistency-proof/"))) {
		if (seal_consistency_parse(text, consistency, e) == 0)
			status = check_consistency(r, consistency, e);
	} else if (seal_inclusion_parse(text, inclusion, e) == 0) {
		status = check_inclusion(r, inclusion, e);
	}
	free(inclusion);
	free(consistency);
	if (status == PROVE_HOLDS && (seal_digest_failed(r->digest) || r->out.failed)) {
		(void)err_set(e, "no memory for the proof");
		status = PROVE_FAILED;
	}
	return status;
}

/* ---- the run ---- */

static enum prove_exit verify_proof(struct request *r)
{
	struct err e = {0};
	enum prove_status status = PROVE_FAILED;

	r->digest = seal_digest_new(&e);
	if (!r->path)
		(void)err_set(&e, "which proof? name a file");
	else if (r->keys && !r->key)
		(void)err_set(&e, "--keys needs the key that it begins with: --key");
	else if (r->digest && file_read(r->path, &r->proof, &e) == 0 &&
		 (!r->key || evidence_key_read(r->key, &r->vkey, &e) == 0) &&
		 (!r->keys || file_read(r->keys, &r->chain, &e) == 0))
		status = check_proof(r, &e);
	if (status == PROVE_HOLDS)
		(void)fwrite(r->out.p, 1, r->out.n, stdout);
	else if (status == PROVE_WRONG)
		(void)fputs("does NOT hold\n", stdout);
	seal_digest_free(r->digest);
	if (frame_finish("aurum", stdout, "the result") != 0)
		return PROVE_EXIT_TROUBLE;
	return prove_end("verify-proof", status, &e);
}

int verify_proof_main(int argc, char **argv)
{
	struct request r = {.proof = BUF_INIT(PROOF_MAX),
			    .chain = BUF_INIT(KEYS_MAX),
			    .out = BUF_INIT(OUT_MAX)};
	int code = prove_options(&set, argc, argv, take, &r);

	if (code < 0)
		code = (int)verify_proof(&r);
	buf_release(&r.proof);
	buf_release(&r.chain);
	buf_release(&r.out);
	return code;
}

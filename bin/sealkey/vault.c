/*
 * Questions and answers. A question comes from a process that reads what anybody can write: only what is
 * said in integrity/reserve.h is done, and nothing twice.
 */
#include "sealkey/vault.h"

#include "seal/base64.h"
#include "seal/chain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static const char *const names[VAULT_SLOTS] = {KEYFILE_NEXT, KEYFILE_STAGED};

/* ---- keys ---- */

static void forget(struct vault_key *k)
{
	explicit_bzero(k, sizeof(*k));
}

static void drop_secret(struct keyfile *k)
{
	explicit_bzero(k->secret, sizeof(k->secret));
	k->secret_bytes = 0;
}

static bool is_of_this_log(const struct vault *v, const struct keyfile *k)
{
	return strcmp(k->origin, v->origin) == 0;
}

/* Reads the file. STORE_NONE also for one of another log, which a staged key will replace. */
static enum store_status look(struct vault *v, enum vault_slot slot, struct err *e)
{
	struct vault_key *k = &v->key[slot];
	enum store_status status;

	forget(k);
	status = store_read_key(v->folder, names[slot], &k->file, e);
	if (status != STORE_READ)
		return status;
	if (k->file.kept == SEAL_KEY_TPM) {
		v->knows_boot = true;
		v->boot = k->file.tpm;
	}
	if (!is_of_this_log(v, &k->file)) {
		forget(k);
		return STORE_NONE;
	}
	k->is_there = true;
	return STORE_READ;
}

static int unseal(struct vault *v, const struct keyfile *k, uint8_t seed[SEAL_SEED_BYTES],
		  struct err *e)
{
	switch (k->kept) {
	case SEAL_KEY_FILE:
		memcpy(seed, k->secret, SEAL_SEED_BYTES); /* keyfile_parse(): it is as long */
		return 0;
	case SEAL_KEY_CREDS:
		return creds_unseal(&v->creds, k, seed, e);
	case SEAL_KEY_TPM:
		break;
	}
	if (!v->tpm)
		return err_set(e, "%s", v->why_no_tpm.text);
	return tpm_unseal(v->tpm, k, seed, e);
}

static int seal(struct vault *v, const uint8_t seed[SEAL_SEED_BYTES], enum reserve_until until,
		struct keyfile *k, struct err *e)
{
	k->kept = v->keep;
	switch (k->kept) {
	case SEAL_KEY_FILE:
		memcpy(k->secret, seed, SEAL_SEED_BYTES);
		k->secret_bytes = SEAL_SEED_BYTES;
		return 0;
	case SEAL_KEY_CREDS:
		return creds_seal(&v->creds, seed, k, e);
	case SEAL_KEY_TPM:
		break;
	}
	if (!v->tpm)
		return err_set(e, "%s", v->why_no_tpm.text);
	return tpm_seal(v->tpm, seed, until, v->knows_boot ? &v->boot : NULL, k, e);
}

static int public_of(const uint8_t seed[SEAL_SEED_BYTES], struct seal_public *out, struct err *e)
{
	struct seal_key *key = seal_key_new(seed, e);

	if (!key)
		return -1;
	seal_key_public(key, out);
	seal_key_free(key);
	return 0;
}

/* ---- load ---- */

static int load_key(struct vault *v, enum vault_slot slot, struct err *why)
{
	struct vault_key *k = &v->key[slot];
	struct seal_public public;

	switch (look(v, slot, why)) {
	case STORE_NONE:
		return 0;
	case STORE_FAILED:
		return -1;
	case STORE_READ:
		break;
	}
	if (unseal(v, &k->file, k->seed, why) != 0) {
		drop_secret(&k->file);
		return -1;
	}
	drop_secret(&k->file);
	if (k->file.kept == SEAL_KEY_TPM)
		v->is_open = true;
	if (public_of(k->seed, &public, why) != 0)
		return -1;
	if (!seal_public_eq(&public, &k->file.public))
		return err_set(why, "%s holds another key than it says", names[slot]);
	k->is_loaded = true;
	return 0;
}

static int answer_load(struct vault *v, struct reserve_message *m, struct err *e)
{
	struct err why = {0};

	(void)e;
	/* The staged one first: the boot value that is known is that of the next, then. */
	if (load_key(v, VAULT_STAGED, &why) != 0)
		(void)!reserve_message_put(m, sv_cstr(why.text));
	if (load_key(v, VAULT_NEXT, &why) != 0)
		(void)!reserve_message_put(m, sv_cstr(why.text));
	for (int i = 0; i < VAULT_SLOTS; i++)
		if (v->key[i].is_loaded)
			m->key[m->count++] = v->key[i].file.public;
	return 0;
}

/* ---- settle ---- */

/* A crash came between the note that names the staged key and the commit. */
static int answer_settle(struct vault *v, struct reserve_message *m, struct err *e)
{
	struct vault_key *next = &v->key[VAULT_NEXT], *staged = &v->key[VAULT_STAGED];

	if (!staged->is_there || !seal_public_eq(&staged->file.public, &m->key[0]))
		return 0;
	if (store_promote(v->folder, e) != 0)
		return -1;
	*next = *staged;
	forget(staged);
	return 0;
}

/* ---- stage ---- */

static int draw(uint8_t seed[SEAL_SEED_BYTES], struct err *e)
{
	ssize_t n;

	do
		n = getrandom(seed, SEAL_SEED_BYTES, 0);
	while (n < 0 && errno == EINTR);
	return n == SEAL_SEED_BYTES ? 0 : err_sys(e, "no random bytes for a key");
}

/* Of the key that is there; the first key of a log is the one that its enrolment names. */
static struct seal_public enrolled(const struct vault *v, const struct seal_public *first)
{
	return v->key[VAULT_NEXT].is_there ? v->key[VAULT_NEXT].file.enrolled : *first;
}

static int stage(struct vault *v, enum reserve_until until, struct vault_key *k, struct err *e)
{
	(void)snprintf(k->file.origin, sizeof(k->file.origin), "%s", v->origin);
	if (draw(k->seed, e) != 0 || public_of(k->seed, &k->file.public, e) != 0)
		return -1;
	k->file.enrolled = enrolled(v, &k->file.public);
	if (seal(v, k->seed, until, &k->file, e) != 0 ||
	    store_write_key(v->folder, KEYFILE_STAGED, &k->file, e) != 0)
		return -1;
	explicit_bzero(k->seed, sizeof(k->seed)); /* nobody needs it before the next start */
	drop_secret(&k->file);
	k->is_there = true;
	return 0;
}

static int answer_stage(struct vault *v, struct reserve_message *m, struct err *e)
{
	struct vault_key *k = &v->key[VAULT_STAGED];
	struct err why;

	if (m->number != RESERVE_FOR_BOOT && m->number != RESERVE_FOR_RESTART)
		return err_set(e, "a key is staged for a boot or for a restart");
	if (!v->key[VAULT_NEXT].is_there && look(v, VAULT_NEXT, &why) == STORE_READ)
		drop_secret(&v->key[VAULT_NEXT].file);
	forget(k);
	if (stage(v, (enum reserve_until)m->number, k, e) != 0) {
		forget(k);
		return -1;
	}
	m->key[0] = k->file.public;
	return 0;
}

/* ---- sign ---- */

static const struct vault_key *find_loaded(const struct vault *v, const struct seal_public *public)
{
	for (int i = 0; i < VAULT_SLOTS; i++)
		if (v->key[i].is_loaded && seal_public_eq(&v->key[i].file.public, public))
			return &v->key[i];
	return NULL;
}

/* What the anchor remembers is in the chain that is to go on. */
static int hold_to_anchor(const struct vault *v, uint64_t number, struct err *e)
{
	struct seal_anchor anchor;

	switch (store_read_anchor(v->folder, &anchor, e)) {
	case STORE_FAILED:
		return -1;
	case STORE_NONE:
		return 0;
	case STORE_READ:
		break;
	}
	if (strcmp(anchor.enrolment.name, v->origin) != 0 || number >= anchor.starts)
		return 0;
	return err_set(e,
		       "the chain was cut, or put back as it was: it is at start %llu, and the "
		       "anchor knows of %llu",
		       (unsigned long long)number, (unsigned long long)anchor.starts);
}

static int check_start(const struct vault *v, const struct seal_step *step, struct err *e)
{
	if (step->kind != SEAL_START || step->state == SEAL_CONTINUED || step->tpm_attest.n ||
	    !sv_eq(step->origin, sv_cstr(v->origin)))
		return err_set(e, "only starts of %s are signed", v->origin);
	return hold_to_anchor(v, step->number, e);
}

struct quote_text {
	struct buf attest, signature;
};

static void release_quote(struct quote_text *q)
{
	buf_release(&q->attest);
	buf_release(&q->signature);
}

/* The TPM vouches for the text: in Base64, and into *step. */
static int quote(struct vault *v, const struct keyfile *k, struct sv text, struct quote_text *q,
		 struct seal_step *step, struct err *e)
{
	CLEANUP(buf_release) struct buf attest = BUF_INIT(SEAL_QUOTE_MAX);
	CLEANUP(buf_release) struct buf signature = BUF_INIT(SEAL_QUOTE_MAX);
	struct seal_digest *d = seal_digest_new(e);
	struct seal_hash hash;

	if (!d)
		return -1;
	seal_sha256(d, text, &hash);
	seal_digest_free(d);
	if (tpm_quote(v->tpm, k->tpm.pcr, &hash, &attest, &signature, e) != 0)
		return -1;
	seal_base64_put(&q->attest, attest.p, attest.n);
	seal_base64_put(&q->signature, signature.p, signature.n);
	if (q->attest.failed || q->signature.failed)
		return err_set(e, "no memory for a quote");
	step->tpm_attest = buf_view(&q->attest);
	step->tpm_signature = buf_view(&q->signature);
	return 0;
}

static int sign(struct vault *v, const struct vault_key *by, struct sv text, struct buf *note,
		struct reserve_message *m, struct err *e)
{
	CLEANUP(release_quote)
	struct quote_text q = {BUF_INIT(RESERVE_TEXT_MAX), BUF_INIT(RESERVE_TEXT_MAX)};
	struct seal_step step;
	struct seal_key *key;
	int status;

	if (seal_step_parse(text, &step, e) != 0 || check_start(v, &step, e) != 0)
		return -1;
	if (by->file.kept == SEAL_KEY_TPM && quote(v, &by->file, text, &q, &step, e) != 0)
		return -1;
	key = seal_key_new(by->seed, e);
	if (!key)
		return -1;
	status = seal_step_sign(note, &step, key, m->signature, e);
	seal_key_free(key);
	return status;
}

static int answer_sign(struct vault *v, struct reserve_message *m, struct err *e)
{
	CLEANUP(buf_release) struct buf note = BUF_INIT(RESERVE_TEXT_MAX);
	const struct vault_key *by = find_loaded(v, &m->key[0]);

	if (!by)
		return err_set(e, "the key at rest is not the one that the chain names");
	if (sign(v, by, reserve_message_text(m), &note, m, e) != 0)
		return -1;
	return reserve_message_put(m, buf_view(&note)) ? 0 : err_set(e, "the note is too long");
}

/* ---- commit ---- */

static int put_anchor(struct vault *v, const struct keyfile *next, uint64_t starts, struct err *e)
{
	struct seal_anchor anchor = {.starts = starts, .next = next->public};
	uint8_t point[64];

	seal_vkey_make(&anchor.enrolment, sv_cstr(v->origin), SEAL_TYPE_ED25519, &next->enrolled);
	if (starts == 0 &&
	    (v->keep == SEAL_KEY_TPM ? tpm_attest_key(v->tpm, point, e) != 0 ||
					       store_write_attest(v->folder, point, e) != 0
				     : store_write_attest(v->folder, NULL, e) != 0))
		return -1;
	return store_write_anchor(v->folder, &anchor, e);
}

/* The key becomes the next; all others are gone. */
static int promote(struct vault *v, const struct seal_public *public, struct err *e)
{
	struct vault_key *next = &v->key[VAULT_NEXT], *staged = &v->key[VAULT_STAGED];

	if (staged->is_there && seal_public_eq(&staged->file.public, public)) {
		if (store_promote(v->folder, e) != 0)
			return -1;
		*next = *staged;
	} else if (!next->is_there || !seal_public_eq(&next->file.public, public)) {
		return err_set(e, "the chain names a key for its next start that is not there");
	}
	forget(staged);
	explicit_bzero(next->seed, sizeof(next->seed));
	next->is_loaded = false;
	if (next->file.kept == SEAL_KEY_TPM) {
		v->knows_boot = true;
		v->boot = next->file.tpm;
	}
	return 0;
}

static int answer_commit(struct vault *v, struct reserve_message *m, struct err *e)
{
	struct err why;

	for (int i = 0; i < VAULT_SLOTS; i++)
		if (!v->key[i].is_there && look(v, (enum vault_slot)i, &why) == STORE_READ)
			drop_secret(&v->key[i].file);
	if (hold_to_anchor(v, m->number, e) != 0)
		return -1;
	if (promote(v, &m->key[0], e) != 0 ||
	    put_anchor(v, &v->key[VAULT_NEXT].file, m->number, e) != 0)
		return -1;
	if (v->is_open && tpm_close(v->tpm, v->boot.pcr, e) != 0)
		return -1;
	v->is_open = false;
	return 0;
}

/* ---- all of it ---- */

static int answer_hello(struct vault *v, struct reserve_message *m, struct err *e)
{
	(void)e;
	m->number = v->keep == SEAL_KEY_TPM;
	return 0;
}

void vault_answer(struct vault *v, struct reserve_message *m)
{
	static int (*const answers[RESERVE_ASK_END])(struct vault *, struct reserve_message *,
						     struct err *) = {
		[RESERVE_HELLO] = answer_hello,   [RESERVE_LOAD] = answer_load,
		[RESERVE_STAGE] = answer_stage,   [RESERVE_SIGN] = answer_sign,
		[RESERVE_COMMIT] = answer_commit, [RESERVE_SETTLE] = answer_settle,
	};
	struct err e = {0};

	m->count = 0;
	if (m->kind != RESERVE_SIGN)
		m->text_bytes = 0;
	m->failed = answers[m->kind](v, m, &e) != 0;
	if (m->failed)
		(void)!reserve_message_put(m, sv_cstr(e.text));
}

/* How the keys that are there are kept, and those to come. */
static void survey(struct vault *v, bool uses[])
{
	struct err why;

	uses[v->keep] = true;
	/* The next one last: the boot value that is known is its. */
	for (int i = VAULT_SLOTS - 1; i >= 0; i--) {
		if (look(v, (enum vault_slot)i, &why) == STORE_READ)
			uses[v->key[i].file.kept] = true;
		forget(&v->key[i]);
	}
}

int vault_open(struct vault *v, const char *tcti, struct err *e)
{
	bool uses[SEAL_KEY_TPM + 1] = {false};

	v->creds.line = -1;
	survey(v, uses);
	if (uses[SEAL_KEY_CREDS] && creds_start(&v->creds, &v->why_no_creds) != 0 &&
	    v->keep == SEAL_KEY_CREDS)
		return err_set(e, "%s", v->why_no_creds.text);
	if (!uses[SEAL_KEY_TPM])
		return 0;
	if (!tcti)
		tcti = v->knows_boot ? v->boot.tcti : TPM_TCTI_DEFAULT;
	v->has_sockets = strncmp(tcti, "swtpm:", 6) == 0;
	v->tpm = tpm_open(tcti, &v->why_no_tpm);
	return v->tpm || v->keep != SEAL_KEY_TPM ? 0 : err_set(e, "%s", v->why_no_tpm.text);
}

void vault_close(struct vault *v)
{
	for (int i = 0; i < VAULT_SLOTS; i++)
		forget(&v->key[i]);
	tpm_free(v->tpm);
	v->tpm = NULL;
	creds_stop(&v->creds);
	close_fd(&v->folder);
	v->folder = -1;
}

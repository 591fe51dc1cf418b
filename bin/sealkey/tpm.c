/*
 * The TPM, through tpm2-tss's ESYS. No other file uses it.
 *
 * Keys are made anew from the TPM's own seeds for each call (CreatePrimary gives the same key for the
 * same template): nothing is left in the TPM and nothing has to be kept. What goes to and from the chip
 * in a sealing is encrypted by a session that is salted for the storage key, so that a listener on the
 * bus has nothing.
 */
#include "sealkey/tpm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_tcti_device.h>
#include <tss2/tss2_tcti_swtpm.h>

#define NONE    ESYS_TR_NONE
#define BANK    TPM2_ALG_SHA256
#define WAITS   60 /* 3 s */
#define WAIT_NS 50000000
#define CLOSED  "aurum-seal: the key was taken"

struct tpm {
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	char name[KEYFILE_TCTI_MAX];
};

static int fail(TSS2_RC rc, const char *what, struct err *e)
{
	return err_set(e, "the TPM: %s failed: error 0x%x", what, (unsigned)rc);
}

/* ---- the line to it ---- */

/* A daemon that starts early in the boot may be ahead of the driver. */
static void wait_for_device(const char *path)
{
	const struct timespec pause = {0, WAIT_NS};

	for (int i = 0; i < WAITS && access(path, F_OK) != 0; i++)
		(void)nanosleep(&pause, NULL);
}

typedef TSS2_RC (*init_fn)(TSS2_TCTI_CONTEXT *, size_t *, const char *);

static int open_tcti(struct tpm *t, struct err *e)
{
	bool is_device = strncmp(t->name, "device:", 7) == 0;
	init_fn init = is_device ? Tss2_Tcti_Device_Init : Tss2_Tcti_Swtpm_Init;
	const char *conf = strchr(t->name, ':') + 1;
	size_t bytes = 0;
	TSS2_RC rc = init(NULL, &bytes, NULL);

	if (is_device)
		wait_for_device(conf);
	if (rc == 0) {
		t->tcti = calloc(1, bytes);
		rc = t->tcti ? init(t->tcti, &bytes, conf) : TSS2_TCTI_RC_MEMORY;
	}
	if (rc == 0)
		return 0;
	free(t->tcti);
	t->tcti = NULL;
	return err_set(e, "there is no TPM at %s (error 0x%x)", t->name, (unsigned)rc);
}

struct tpm *tpm_open(const char *tcti, struct err *e)
{
	struct tpm *t = calloc(1, sizeof(*t));
	TSS2_RC rc;

	if (!t) {
		(void)err_sys(e, "no memory for the TPM");
		return NULL;
	}
	(void)snprintf(t->name, sizeof(t->name), "%s", tcti);
	if (open_tcti(t, e) != 0) {
		tpm_free(t);
		return NULL;
	}
	rc = Esys_Initialize(&t->esys, t->tcti, NULL);
	if (rc != 0) {
		(void)fail(rc, "Initialize", e);
		tpm_free(t);
		return NULL;
	}
	return t;
}

void tpm_free(struct tpm *t)
{
	if (!t)
		return;
	if (t->esys)
		Esys_Finalize(&t->esys);
	if (t->tcti)
		Tss2_Tcti_Finalize(t->tcti);
	free(t->tcti);
	free(t);
}

static void flush(struct tpm *t, const ESYS_TR *handle)
{
	if (*handle != NONE)
		(void)Esys_FlushContext(t->esys, *handle);
}

/* ---- keys ---- */

/* The storage key of the TCG's template H-5, but for its name: P-256, AES-128-CFB. */
static const TPM2B_PUBLIC storage_template = {
	.publicArea = {
		.type = TPM2_ALG_ECC,
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
				    TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
				    TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT,
		.parameters.eccDetail = {.symmetric = {.algorithm = TPM2_ALG_AES,
						       .keyBits.aes = 128,
						       .mode.aes = TPM2_ALG_CFB},
					 .scheme.scheme = TPM2_ALG_NULL,
					 .curveID = TPM2_ECC_NIST_P256,
					 .kdf.scheme = TPM2_ALG_NULL},
	}};

/* Signs what the TPM itself says, and nothing else. */
static const TPM2B_PUBLIC attest_template = {
	.publicArea = {
		.type = TPM2_ALG_ECC,
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
				    TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
				    TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED |
				    TPMA_OBJECT_SIGN_ENCRYPT,
		.parameters.eccDetail = {.symmetric.algorithm = TPM2_ALG_NULL,
					 .scheme = {.scheme = TPM2_ALG_ECDSA,
						    .details.ecdsa.hashAlg = TPM2_ALG_SHA256},
					 .curveID = TPM2_ECC_NIST_P256,
					 .kdf.scheme = TPM2_ALG_NULL},
		.unique.ecc.x = {.size = 10, .buffer = "aurum-seal"},
	}};

static int make_primary(struct tpm *t, ESYS_TR hierarchy, const TPM2B_PUBLIC *template,
			ESYS_TR *handle, TPM2B_PUBLIC **public, struct err *e)
{
	const TPM2B_SENSITIVE_CREATE none = {.size = 0};
	const TPM2B_DATA no_data = {.size = 0};
	const TPML_PCR_SELECTION no_pcrs = {.count = 0};
	TSS2_RC rc =
		Esys_CreatePrimary(t->esys, hierarchy, ESYS_TR_PASSWORD, NONE, NONE, &none,
				   template, &no_data, &no_pcrs, handle, public, NULL, NULL, NULL);

	return rc == 0 ? 0 : fail(rc, "CreatePrimary", e);
}

/* A session of a kind; salted: what it carries can be encrypted. */
static int start_session(struct tpm *t, TPM2_SE kind, ESYS_TR salted, ESYS_TR *handle,
			 struct err *e)
{
	const TPMT_SYM_DEF cipher = {
		.algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB};
	const TPMA_SESSION how =
		TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_ENCRYPT | TPMA_SESSION_DECRYPT;
	TSS2_RC rc = Esys_StartAuthSession(t->esys, salted, NONE, NONE, NONE, NONE, NULL, kind,
					   &cipher, TPM2_ALG_SHA256, handle);

	if (rc == 0 && salted != NONE)
		rc = Esys_TRSess_SetAttributes(t->esys, *handle, how, 0xff);
	return rc == 0 ? 0 : fail(rc, "StartAuthSession", e);
}

/* ---- the register ---- */

static TPML_PCR_SELECTION select_pcr(uint32_t pcr)
{
	TPML_PCR_SELECTION s = {.count = 1, .pcrSelections = {{.hash = BANK, .sizeofSelect = 3}}};

	s.pcrSelections[0].pcrSelect[pcr / 8] = (BYTE)(1u << (pcr % 8));
	return s;
}

static int read_pcr(struct tpm *t, uint32_t pcr, uint8_t out[KEYFILE_PCR_BYTES], struct err *e)
{
	TPML_PCR_SELECTION want = select_pcr(pcr);
	TPML_DIGEST *values = NULL;
	TSS2_RC rc = Esys_PCR_Read(t->esys, NONE, NONE, NONE, &want, NULL, NULL, &values);
	bool is_there =
		rc == 0 && values->count == 1 && values->digests[0].size == KEYFILE_PCR_BYTES;

	if (is_there)
		memcpy(out, values->digests[0].buffer, KEYFILE_PCR_BYTES);
	Esys_Free(values);
	if (is_there)
		return 0;
	return rc ? fail(rc, "PCR_Read", e) : err_set(e, "the TPM has no SHA-256 registers");
}

/* How often it was reset, that is, which boot this is. */
static int read_resets(struct tpm *t, uint32_t *out, struct err *e)
{
	TPMS_TIME_INFO *now = NULL;
	TSS2_RC rc = Esys_ReadClock(t->esys, NONE, NONE, NONE, &now);

	if (rc != 0)
		return fail(rc, "ReadClock", e);
	*out = now->clockInfo.resetCount;
	Esys_Free(now);
	return 0;
}

int tpm_close(struct tpm *t, uint32_t pcr, struct err *e)
{
	TPML_DIGEST_VALUES event = {.count = 1, .digests = {{.hashAlg = BANK}}};
	struct seal_digest *d = seal_digest_new(e);
	struct seal_hash hash;
	TSS2_RC rc;

	if (!d)
		return -1;
	seal_sha256(d, SV(CLOSED), &hash);
	seal_digest_free(d);
	memcpy(event.digests[0].digest.sha256, hash.b, sizeof(hash.b));
	rc = Esys_PCR_Extend(t->esys, ESYS_TR_PCR0 + pcr, ESYS_TR_PASSWORD, NONE, NONE, &event);
	return rc == 0 ? 0 : fail(rc, "PCR_Extend", e);
}

/* ---- policies: the register has the value `boot`, or `restart` ---- */

/* What PolicyPCR is told of one value: the digest of all that are selected. */
static int pcr_digest(const uint8_t value[KEYFILE_PCR_BYTES], TPM2B_DIGEST *out, struct err *e)
{
	struct seal_digest *d = seal_digest_new(e);
	struct seal_hash hash;

	if (!d)
		return -1;
	seal_sha256(d, sv_make((const char *)value, KEYFILE_PCR_BYTES), &hash);
	seal_digest_free(d);
	out->size = sizeof(hash.b);
	memcpy(out->buffer, hash.b, sizeof(hash.b));
	return 0;
}

static int take_policy(struct tpm *t, ESYS_TR session, TPM2B_DIGEST *out, struct err *e)
{
	TPM2B_DIGEST *policy = NULL;
	TSS2_RC rc = Esys_PolicyGetDigest(t->esys, session, NONE, NONE, NONE, &policy);

	if (rc != 0)
		return fail(rc, "PolicyGetDigest", e);
	*out = *policy;
	Esys_Free(policy);
	return 0;
}

/* The policy of one value. */
static int policy_of(struct tpm *t, uint32_t pcr, const uint8_t value[KEYFILE_PCR_BYTES],
		     TPM2B_DIGEST *out, struct err *e)
{
	TPML_PCR_SELECTION which = select_pcr(pcr);
	ESYS_TR trial = NONE;
	TPM2B_DIGEST digest;
	int status = -1;
	TSS2_RC rc;

	if (pcr_digest(value, &digest, e) != 0 ||
	    start_session(t, TPM2_SE_TRIAL, NONE, &trial, e) != 0)
		return -1;
	rc = Esys_PolicyPCR(t->esys, trial, NONE, NONE, NONE, &digest, &which);
	if (rc == 0)
		status = take_policy(t, trial, out, e);
	else
		(void)fail(rc, "PolicyPCR", e);
	flush(t, &trial);
	return status;
}

static int policies(struct tpm *t, const struct keyfile_tpm *k, TPML_DIGEST *out, struct err *e)
{
	*out = (TPML_DIGEST){.count = k->for_restart ? 2 : 1};
	if (policy_of(t, k->pcr, k->boot, &out->digests[0], e) != 0)
		return -1;
	return k->for_restart ? policy_of(t, k->pcr, k->restart, &out->digests[1], e) : 0;
}

/* The policy that the object has: of its only value, or of either. */
static int whole_policy(struct tpm *t, const TPML_DIGEST *each, TPM2B_DIGEST *out, struct err *e)
{
	ESYS_TR trial = NONE;
	int status = -1;
	TSS2_RC rc;

	if (each->count == 1) {
		*out = each->digests[0];
		return 0;
	}
	if (start_session(t, TPM2_SE_TRIAL, NONE, &trial, e) != 0)
		return -1;
	rc = Esys_PolicyOR(t->esys, trial, NONE, NONE, NONE, each);
	if (rc == 0)
		status = take_policy(t, trial, out, e);
	else
		(void)fail(rc, "PolicyOR", e);
	flush(t, &trial);
	return status;
}

/* ---- sealing ---- */

static int put_sealed(const TPM2B_PRIVATE *private, const TPM2B_PUBLIC *public, struct keyfile *k,
		      struct err *e)
{
	size_t at = 0;
	TSS2_RC rc = Tss2_MU_TPM2B_PRIVATE_Marshal(private, k->secret, sizeof(k->secret), &at);

	if (rc == 0)
		rc = Tss2_MU_TPM2B_PUBLIC_Marshal(public, k->secret, sizeof(k->secret), &at);
	if (rc != 0)
		return fail(rc, "Marshal", e);
	k->secret_bytes = at;
	return 0;
}

static int take_sealed(const struct keyfile *k, TPM2B_PRIVATE *private, TPM2B_PUBLIC *public)
{
	size_t at = 0;

	*private = (TPM2B_PRIVATE){.size = 0};
	*public = (TPM2B_PUBLIC){.size = 0};
	if (Tss2_MU_TPM2B_PRIVATE_Unmarshal(k->secret, k->secret_bytes, &at, private) != 0 ||
	    Tss2_MU_TPM2B_PUBLIC_Unmarshal(k->secret, k->secret_bytes, &at, public) != 0)
		return -1;
	return at == k->secret_bytes ? 0 : -1;
}

static int create(struct tpm *t, ESYS_TR parent, ESYS_TR session, const TPM2B_DIGEST *policy,
		  const uint8_t seed[SEAL_SEED_BYTES], struct keyfile *k, struct err *e)
{
	TPM2B_SENSITIVE_CREATE sensitive = {.sensitive.data.size = SEAL_SEED_BYTES};
	const TPM2B_PUBLIC sealed = {
		.publicArea = {.type = TPM2_ALG_KEYEDHASH,
			       .nameAlg = TPM2_ALG_SHA256,
			       .objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
						   TPMA_OBJECT_NODA,
			       .authPolicy = *policy,
			       .parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL}};
	const TPM2B_DATA no_data = {.size = 0};
	const TPML_PCR_SELECTION no_pcrs = {.count = 0};
	TPM2B_PRIVATE *private = NULL;
	TPM2B_PUBLIC *public = NULL;
	int status = -1;
	TSS2_RC rc;

	memcpy(sensitive.sensitive.data.buffer, seed, SEAL_SEED_BYTES);
	rc = Esys_Create(t->esys, parent, session, NONE, NONE, &sensitive, &sealed, &no_data,
			 &no_pcrs, &private, &public, NULL, NULL, NULL);
	explicit_bzero(&sensitive, sizeof(sensitive));
	if (rc == 0)
		status = put_sealed(private, public, k, e);
	else
		(void)fail(rc, "Create", e);
	Esys_Free(private);
	Esys_Free(public);
	return status;
}

/* Which value the register has when the machine was booted, and, for a restart, now. */
static int choose(struct tpm *t, enum reserve_until until, const struct keyfile_tpm *known,
		  struct keyfile_tpm *out, struct err *e)
{
	*out = (struct keyfile_tpm){.pcr = TPM_PCR, .for_restart = until == RESERVE_FOR_RESTART};
	(void)snprintf(out->tcti, sizeof(out->tcti), "%s", t->name);
	if (read_resets(t, &out->resets, e) != 0 || read_pcr(t, out->pcr, out->restart, e) != 0)
		return -1;
	if (known && known->pcr == out->pcr && known->resets == out->resets)
		memcpy(out->boot, known->boot, sizeof(out->boot));
	else
		memcpy(out->boot, out->restart, sizeof(out->boot));
	if (memcmp(out->boot, out->restart, sizeof(out->boot)) == 0)
		out->for_restart = false; /* it is open still */
	if (!out->for_restart)
		memset(out->restart, 0, sizeof(out->restart));
	return 0;
}

int tpm_seal(struct tpm *t, const uint8_t seed[SEAL_SEED_BYTES], enum reserve_until until,
	     const struct keyfile_tpm *known, struct keyfile *k, struct err *e)
{
	ESYS_TR parent = NONE, session = NONE;
	TPM2B_DIGEST policy;
	TPML_DIGEST each;
	int status = -1;

	if (choose(t, until, known, &k->tpm, e) == 0 && policies(t, &k->tpm, &each, e) == 0 &&
	    whole_policy(t, &each, &policy, e) == 0 &&
	    make_primary(t, ESYS_TR_RH_OWNER, &storage_template, &parent, NULL, e) == 0 &&
	    start_session(t, TPM2_SE_HMAC, parent, &session, e) == 0)
		status = create(t, parent, session, &policy, seed, k, e);
	flush(t, &session);
	flush(t, &parent);
	return status;
}

static int unseal(struct tpm *t, ESYS_TR object, ESYS_TR session, const struct keyfile_tpm *k,
		  uint8_t seed[SEAL_SEED_BYTES], struct err *e)
{
	const TPM2B_DIGEST as_it_is = {.size = 0};
	TPML_PCR_SELECTION which = select_pcr(k->pcr);
	TPM2B_SENSITIVE_DATA *data = NULL;
	TPML_DIGEST each;
	bool is_seed;
	TSS2_RC rc;

	if (policies(t, k, &each, e) != 0)
		return -1;
	rc = Esys_PolicyPCR(t->esys, session, NONE, NONE, NONE, &as_it_is, &which);
	if (rc == 0 && each.count > 1)
		rc = Esys_PolicyOR(t->esys, session, NONE, NONE, NONE, &each);
	if (rc == 0)
		rc = Esys_Unseal(t->esys, object, session, NONE, NONE, &data);
	is_seed = rc == 0 && data->size == SEAL_SEED_BYTES;
	if (is_seed)
		memcpy(seed, data->buffer, SEAL_SEED_BYTES);
	if (data)
		explicit_bzero(data, sizeof(*data));
	Esys_Free(data);
	return is_seed ? 0
		       : err_set(e,
				 "the TPM does not give the key: it was taken since the machine "
				 "was booted, or the machine was booted otherwise (error 0x%x)",
				 (unsigned)rc);
}

int tpm_unseal(struct tpm *t, const struct keyfile *k, uint8_t seed[SEAL_SEED_BYTES], struct err *e)
{
	ESYS_TR parent = NONE, object = NONE, session = NONE;
	TPM2B_PRIVATE private;
	TPM2B_PUBLIC public;
	int status = -1;
	TSS2_RC rc;

	if (take_sealed(k, &private, &public) != 0)
		return err_set(e, "the sealed key is damaged");
	if (make_primary(t, ESYS_TR_RH_OWNER, &storage_template, &parent, NULL, e) != 0)
		return -1;
	rc = Esys_Load(t->esys, parent, ESYS_TR_PASSWORD, NONE, NONE, &private, &public, &object);
	if (rc != 0)
		(void)err_set(e, "the sealed key is of another TPM, or damaged (error 0x%x)",
			      (unsigned)rc);
	else if (start_session(t, TPM2_SE_POLICY, parent, &session, e) == 0)
		status = unseal(t, object, session, &k->tpm, seed, e);
	flush(t, &session);
	flush(t, &object);
	flush(t, &parent);
	return status;
}

/* ---- quotes ---- */

static int put_quote(const TPM2B_ATTEST *attested, const TPMT_SIGNATURE *signed_by,
		     struct buf *attest, struct buf *signature, struct err *e)
{
	uint8_t bytes[sizeof(TPMT_SIGNATURE)];
	size_t at = 0;
	TSS2_RC rc = Tss2_MU_TPMT_SIGNATURE_Marshal(signed_by, bytes, sizeof(bytes), &at);

	if (rc != 0)
		return fail(rc, "Marshal", e);
	buf_put(attest, sv_make((const char *)attested->attestationData, attested->size));
	buf_put(signature, sv_make((const char *)bytes, at));
	return attest->failed || signature->failed ? err_set(e, "no memory for a quote") : 0;
}

int tpm_quote(struct tpm *t, uint32_t pcr, const struct seal_hash *extra, struct buf *attest,
	      struct buf *signature, struct err *e)
{
	const TPMT_SIG_SCHEME scheme = {.scheme = TPM2_ALG_NULL};
	TPML_PCR_SELECTION which = select_pcr(pcr);
	TPM2B_DATA data = {.size = sizeof(extra->b)};
	TPM2B_ATTEST *attested = NULL;
	TPMT_SIGNATURE *signed_by = NULL;
	ESYS_TR key = NONE;
	int status = -1;
	TSS2_RC rc;

	if (make_primary(t, ESYS_TR_RH_ENDORSEMENT, &attest_template, &key, NULL, e) != 0)
		return -1;
	memcpy(data.buffer, extra->b, sizeof(extra->b));
	rc = Esys_Quote(t->esys, key, ESYS_TR_PASSWORD, NONE, NONE, &data, &scheme, &which,
			&attested, &signed_by);
	if (rc == 0)
		status = put_quote(attested, signed_by, attest, signature, e);
	else
		(void)fail(rc, "Quote", e);
	Esys_Free(attested);
	Esys_Free(signed_by);
	flush(t, &key);
	return status;
}

/* A coordinate, with the zeros in front that a TPM may leave out. */
static bool put_coordinate(const TPM2B_ECC_PARAMETER *from, uint8_t out[32])
{
	if (from->size > 32)
		return false;
	memset(out, 0, 32);
	memcpy(out + 32 - from->size, from->buffer, from->size);
	return true;
}

int tpm_attest_key(struct tpm *t, uint8_t point[64], struct err *e)
{
	TPM2B_PUBLIC *public = NULL;
	ESYS_TR key = NONE;
	bool is_point;

	if (make_primary(t, ESYS_TR_RH_ENDORSEMENT, &attest_template, &key, &public, e) != 0)
		return -1;
	is_point = put_coordinate(&public->publicArea.unique.ecc.x, point) &&
		   put_coordinate(&public->publicArea.unique.ecc.y, point + 32);
	Esys_Free(public);
	flush(t, &key);
	return is_point ? 0 : err_set(e, "the TPM's key is of another curve");
}
